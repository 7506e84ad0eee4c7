/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "empirical/forecast.h"
#include "core/crew.h"
#include "core/error.h"
#include "empirical/fit.h"

#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdlib.h>

/* Answers of all refits are kept for so many questions at a time. */
enum { CHUNK = 4096 };

typedef struct {
    const nsl_refits *refits;
    nsl_family *family, *endless; /* the form's, and that of refits with M = ∞ */
    nsl_forecast *forecast;
    void *data;
    size_t values, parameters;
    double *answer; /* refits × values */
} survey;

static nsl_status ask(void *data, size_t i, nsl_error *err)
{
    survey *s = data;
    const double *parameter = &s->refits->parameter[i * s->parameters];
    double number[NSL_THEORY_NUMBERS];
    nsl_form form = s->refits->form;
    nsl_theory_model model;
    nsl_theory_numbers(number, &form, parameter);
    bool endless = form.latents && isinf(number[NSL_THEORY_LATENTS]);
    form.latents &= !endless;
    nsl_status status = nsl_theory_model_make(
        &model, &form, endless ? s->endless : s->family, number, err);
    if (status == NSL_OK)
        status =
            s->forecast(s->data, &model, parameter, &s->answer[i * s->values], err);
    nsl_theory_model_clear(&model);
    return status;
}

/* The percentile `part` of sorted values, some of which may be infinite. */
static double percentile(const double *sorted, size_t count, double part)
{
    double place = part * (double)(count - 1), whole = floor(place);
    double low = sorted[(size_t)whole], rest = place - whole;
    if (rest == 0.0 || low == sorted[(size_t)whole + 1])
        return low;
    double high = sorted[(size_t)whole + 1];
    return isinf(high) ? high : low + rest * (high - low);
}

static nsl_status set_ends(double *low, double *high, const survey *s, nsl_error *err)
{
    const double tail = 0.5 * (1.0 - NSL_FIT_CONFIDENCE);
    size_t count = s->refits->count;
    double *sorted = calloc(count, sizeof *sorted);
    if (!sorted)
        return nsl_fail_memory(err);
    for (size_t v = 0; v < s->values; v++) {
        for (size_t i = 0; i < count; i++)
            sorted[i] = s->answer[i * s->values + v];
        gsl_sort(sorted, 1, count);
        low[v] = percentile(sorted, count, tail);
        high[v] = percentile(sorted, count, 1.0 - tail);
    }
    free(sorted);
    return NSL_OK;
}

nsl_status nsl_forecast_intervals(double *low, double *high, size_t values,
                                  nsl_forecast *forecast, void *data,
                                  const nsl_refits *refits, const nsl_work *work,
                                  nsl_error *err)
{
    survey s = {.refits = refits,
                .forecast = forecast,
                .data = data,
                .values = values,
                .parameters = nsl_form_parameters(&refits->form)};
    s.answer = calloc(refits->count * values, sizeof *s.answer);
    nsl_status status = s.answer ? NSL_OK : nsl_fail_memory(err);
    if (status == NSL_OK)
        status =
            nsl_family_new(&s.family, refits->form.source, refits->form.latents, err);
    if (status == NSL_OK)
        status = nsl_family_new(&s.endless, refits->form.source, false, err);
    if (status == NSL_OK)
        status = nsl_crew_run(ask, &s, refits->count, work, err);
    if (status == NSL_OK)
        status = set_ends(low, high, &s, err);
    nsl_family_free(s.family);
    nsl_family_free(s.endless);
    free(s.answer);
    return status;
}

/* The losses at some sizes. */
typedef struct {
    size_t count;
    const double *parameters, *samples;
    nsl_form form;
} sizes;

static nsl_status losses(void *data, const nsl_theory_model *model,
                         const double *parameter, double *out, nsl_error *err)
{
    const sizes *s = data;
    double number[NSL_THEORY_NUMBERS];
    nsl_theory_memory memory = {0};
    nsl_theory_numbers(number, &s->form, parameter);
    for (size_t i = 0; i < s->count; i++) {
        double loss;
        nsl_point point =
            nsl_theory_point(&s->form, number, s->parameters[i], s->samples[i]);
        nsl_status status =
            nsl_theory_model_loss(&loss, model, &s->form, &point, &memory, err);
        if (status != NSL_OK)
            return status;
        out[i] = parameter[0] + parameter[1] * loss;
    }
    return NSL_OK;
}

nsl_status nsl_loss_intervals(double *low, double *high, size_t count,
                              const double *parameters, const double *samples,
                              const nsl_refits *refits, const nsl_work *work,
                              nsl_error *err)
{
    nsl_status status = NSL_OK;
    for (size_t from = 0; from < count && status == NSL_OK; from += CHUNK) {
        size_t some = count - from < CHUNK ? count - from : CHUNK;
        sizes s = {some, parameters + from, samples + from, refits->form};
        status = nsl_forecast_intervals(low + from, high + from, some, losses, &s,
                                        refits, work, err);
    }
    return status;
}
