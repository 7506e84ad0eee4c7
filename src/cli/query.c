/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/query.h"
#include "cli/fitted.h"
#include "cli/training.h"
#include "cli/value.h"
#include "cli/work.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

option_id query_swept(const cli_options *o)
{
    for (option_id id = 0; id < OPT_COUNT; id++)
        if (o->value[id].sweep_count > 0)
            return id;
    return OPT_COUNT;
}

size_t query_count(const cli_options *o)
{
    option_id swept = query_swept(o);
    return swept == OPT_COUNT ? 1 : o->value[swept].sweep_count;
}

bool query_is_optimal(const cli_options *o)
{
    return o->value[OPT_RIDGE].optimal || o->value[OPT_KERNEL_RIDGE].optimal;
}

static bool is_infinite(const cli_options *o, option_id id)
{
    return options_given(o, id) && !o->value[id].sweep_count &&
           isinf(o->value[id].number);
}

bool query_is_endless(const cli_options *o)
{
    const option_value *latents = &o->value[OPT_LATENTS],
                       *hidden = &o->value[OPT_HIDDEN];
    bool endless = is_infinite(o, OPT_FEATURES);
    if (!options_given(o, OPT_SPECTRUM) && !latents->sweep_count)
        endless |= !latents->given || latents->whole == NSL_LATENTS_INFINITE;
    for (size_t k = 0; k < hidden->count; k++)
        endless |= isinf(hidden->list[k]);
    return endless;
}

bool query_is_kernel(const cli_options *o)
{
    const char *unknown = options_given(o, OPT_FOR) ? o->value[OPT_FOR].text : "";
    bool found = o->value[OPT_RIDGE].optimal || strcmp(unknown, "ridge") == 0;
    return options_given(o, OPT_KERNEL_RIDGE) || strcmp(unknown, "kernel-ridge") == 0 ||
           (found && query_is_endless(o));
}

option_id query_ridge(const cli_options *o)
{
    return options_given(o, OPT_KERNEL_RIDGE) ? OPT_KERNEL_RIDGE : OPT_RIDGE;
}

static double number(const cli_options *o, option_id id, size_t i, double fallback)
{
    const option_value *value = &o->value[id];
    if (!value->given)
        return fallback;
    return value->sweep_count ? value_sweep_point(value, i) : value->number;
}

static uint64_t latents_at(const cli_options *o, size_t i)
{
    const option_value *value = &o->value[OPT_LATENTS];
    if (!value->given)
        return NSL_LATENTS_INFINITE;
    return value->sweep_count ? (uint64_t)round(value_sweep_point(value, i))
                              : value->whole;
}

static nsl_status make_spectrum(query_setup *setup, const cli_options *o, size_t i,
                                nsl_error *err)
{
    const char *file = o->value[OPT_SPECTRUM].text;
    if (options_given(o, OPT_SPECTRUM) && options_given(o, OPT_DIGITS))
        return nsl_spectrum_read_exact(&setup->spectrum, file, err);
    if (options_given(o, OPT_SPECTRUM))
        return nsl_spectrum_read_by(&setup->spectrum, file, work_jobs(o), err);
    return nsl_spectrum_new_powerlaw(&setup->spectrum, number(o, OPT_ALPHA, i, 1.0),
                                     number(o, OPT_LAMBDA_MAX, i, 1.0),
                                     latents_at(o, i), err);
}

static nsl_status make_model(query_setup *setup, const cli_options *o, bool kernel,
                             nsl_error *err)
{
    nsl_model_options m = nsl_model_defaults();
    double none = (double)NAN;
    m.source = number(o, OPT_SOURCE, 0, none);
    m.label_variance = number(o, OPT_LABEL_VARIANCE, 0, none);
    m.sigma_w2 = number(o, OPT_SIGMA_W2, 0, none);
    m.sigma_u2 = number(o, OPT_SIGMA_U2, 0, none);
    if (options_given(o, OPT_OUTPUTS))
        m.outputs = (double)o->value[OPT_OUTPUTS].whole;
    m.hidden = o->value[OPT_HIDDEN].list;
    m.hidden_count = o->value[OPT_HIDDEN].count;
    m.convention = kernel || query_is_kernel(o) ? NSL_RIDGE_KERNEL : NSL_RIDGE_MRS;
    return nsl_model_new(&setup->model, setup->spectrum, &m, err);
}

/* The model once more, with its numbers as they were given. */
static nsl_status make_exact(query_setup *setup, const cli_options *o, nsl_error *err)
{
    char *widths = NULL, *save = NULL;
    const char *hidden[NSL_HIDDEN_MAX];
    const option_value *alpha = &o->value[OPT_ALPHA]; /* a sweep is no decimal */
    nsl_model_decimals d = {.alpha = alpha->sweep_count ? NULL : alpha->text,
                            .lambda_max = o->value[OPT_LAMBDA_MAX].text,
                            .source = o->value[OPT_SOURCE].text,
                            .label_variance = o->value[OPT_LABEL_VARIANCE].text,
                            .sigma_w2 = o->value[OPT_SIGMA_W2].text,
                            .sigma_u2 = o->value[OPT_SIGMA_U2].text};
    if (options_given(o, OPT_HIDDEN)) {
        size_t count = 0;
        widths = strdup(o->value[OPT_HIDDEN].text);
        for (char *item = widths ? strtok_r(widths, ",", &save) : NULL; item;
             item = strtok_r(NULL, ",", &save))
            hidden[count++] = item;
        d.hidden = widths ? hidden : NULL;
    }
    nsl_status status = nsl_model_mp_new(&setup->exact, setup->model, &d, err);
    free(widths);
    return status;
}

/* Model and exact model on the spectrum that the setup has. */
static nsl_status finish_setup(query_setup *setup, const cli_options *o, bool kernel,
                               nsl_error *err)
{
    nsl_status status = make_model(setup, o, kernel, err);
    if (status == NSL_OK)
        status = make_exact(setup, o, err);
    if (status != NSL_OK) {
        query_setup_clear(setup);
        return status;
    }
    setup->latents = nsl_spectrum_latents(setup->spectrum);
    setup->hidden = o->value[OPT_HIDDEN].list;
    setup->hidden_count = o->value[OPT_HIDDEN].count;
    return NSL_OK;
}

nsl_status query_setup_make(query_setup *setup, const cli_options *o, size_t i,
                            bool kernel, nsl_error *err)
{
    if (setup->model &&
        (!o->value[OPT_LATENTS].sweep_count || setup->latents == latents_at(o, i)))
        return NSL_OK;
    query_setup_clear(setup);
    nsl_status status = make_spectrum(setup, o, i, err);
    return status == NSL_OK ? finish_setup(setup, o, kernel, err) : status;
}

nsl_status query_setup_kernel(query_setup *setup, const query_setup *from,
                              const cli_options *o, nsl_error *err)
{
    *setup = (query_setup){.spectrum = from->spectrum, .borrowed = true};
    return finish_setup(setup, o, true, err);
}

void query_setup_clear(query_setup *setup)
{
    nsl_model_mp_free(setup->exact);
    nsl_model_free(setup->model);
    if (!setup->borrowed)
        nsl_spectrum_free(setup->spectrum);
    *setup = (query_setup){.model = NULL};
}

nsl_point query_point(const cli_options *o, size_t i)
{
    double features = number(o, OPT_FEATURES, i, (double)NAN);
    uint64_t models = options_given(o, OPT_ENSEMBLE) ? o->value[OPT_ENSEMBLE].whole : 1;
    return (nsl_point){
        .features = features,
        .samples = options_given(o, OPT_SAMPLES_PER_FEATURE)
                       ? o->value[OPT_SAMPLES_PER_FEATURE].number * features
                       : number(o, OPT_SAMPLES, i, (double)NAN),
        .ridge = number(o, query_ridge(o), i, 0.0),
        .noise = number(o, OPT_NOISE, i, 0.0),
        .ensemble = models == NSL_LATENTS_INFINITE ? (double)INFINITY : (double)models,
        .training = training_at(o, i),
    };
}

/* The text of an option's number: as given, or as the i-th point of its sweep prints.
 */
static const char *decimal(char *printed, size_t size, const cli_options *o,
                           option_id id, size_t i, const char *fallback)
{
    const option_value *value = &o->value[id];
    if (!value->given)
        return fallback;
    if (!value->sweep_count)
        return value->text;
    value_shortest(printed, size, value_sweep_point(value, i));
    return printed;
}

void query_texts_set(query_texts *out, const cli_options *o, size_t i)
{
    size_t size = sizeof out->features;
    nsl_point_decimals *d = &out->decimals;
    d->features = decimal(out->features, size, o, OPT_FEATURES, i, NULL);
    d->samples = decimal(out->samples, size, o, OPT_SAMPLES, i, NULL);
    d->ridge = query_is_optimal(o)
                   ? "0" /* found at each point */
                   : decimal(out->ridge, size, o, query_ridge(o), i, "0");
    d->noise = decimal(out->noise, size, o, OPT_NOISE, i, "0");
    d->time = decimal(out->time, size, o, OPT_TIME, i, NULL);
    d->rate = o->value[OPT_LEARNING_RATE].text;
    if (options_given(o, OPT_SAMPLES_PER_FEATURE)) {
        double samples = query_point(o, i).samples;
        value_shortest(out->samples, size, samples);
        d->samples = out->samples;
    }
}

void query_texts_set_time(query_texts *out, double time)
{
    value_shortest(out->time, sizeof out->time, time);
    out->decimals.time = out->time;
}

loss_units query_units(const cli_options *o, double noise)
{
    if (o->fitted) /* E + A·ℓ, ℓ = 2L at one output */
        return (loss_units){2.0 * o->fitted->scale, o->fitted->left};
    double outputs =
        options_given(o, OPT_OUTPUTS) ? (double)o->value[OPT_OUTPUTS].whole : 1.0;
    return (loss_units){
        .scale = options_given(o, OPT_MSE) ? 2.0 / outputs : 1.0,
        .test_shift = options_given(o, OPT_TEST_NOISE)
                          ? (options_given(o, OPT_MSE) ? noise : 0.5 * outputs * noise)
                          : 0.0,
    };
}
