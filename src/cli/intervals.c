/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/intervals.h"
#include "cli/interrupt.h"
#include "cli/work.h"
#include <nslaw/theory_mp.h>

#include <math.h>
#include <stdlib.h>

/* Digits of an interval's end: those of its lower and upper thousandth. */
enum { END_DIGITS = 5 };

void intervals_clear(intervals *out)
{
    free(out->low);
    free(out->high);
    *out = (intervals){.count = 0};
}

static nsl_status make(intervals *out, size_t count, nsl_error *err)
{
    *out = (intervals){count, calloc(count, sizeof(double)),
                       calloc(count, sizeof(double))};
    if (out->low && out->high)
        return NSL_OK;
    intervals_clear(out);
    *err = (nsl_error){.status = NSL_ENOMEM, .message = "out of memory"};
    return NSL_ENOMEM;
}

/* Asks `forecast` of every refit, where there are any. */
static nsl_status ask(intervals *out, const cli_options *o, size_t count,
                      nsl_forecast *forecast, void *data, nsl_error *err)
{
    *out = (intervals){.count = 0};
    if (!fitted_has_intervals(o))
        return NSL_OK;
    nsl_status status = make(out, count, err);
    interrupt_watch();
    progress p = progress_start(o, o->fitted->refits.count);
    nsl_work work = work_of(o, &p);
    if (status == NSL_OK)
        status = nsl_forecast_intervals(out->low, out->high, count, forecast, data,
                                        &o->fitted->refits, &work, err);
    progress_end(&p);
    if (status != NSL_OK)
        intervals_clear(out);
    return status;
}

nsl_status intervals_of_losses(intervals *out, const cli_options *o, size_t count,
                               const double *parameters, const double *samples,
                               nsl_error *err)
{
    *out = (intervals){.count = 0};
    if (!fitted_has_intervals(o))
        return NSL_OK;
    nsl_status status = make(out, count, err);
    interrupt_watch();
    progress p = progress_start(o, o->fitted->refits.count);
    nsl_work work = work_of(o, &p);
    if (status == NSL_OK)
        status = nsl_loss_intervals(out->low, out->high, count, parameters, samples,
                                    &o->fitted->refits, &work, err);
    progress_end(&p);
    if (status != NSL_OK)
        intervals_clear(out);
    return status;
}

/* --- the best split of budgets -------------------------------------------------------
 */

typedef struct {
    const nsl_form *form;
    size_t count;
    const double *budget, *parameters;
    const char *cost;
} splits;

static nsl_status split(void *data, const nsl_theory_model *model,
                        const double *parameter, double *out, nsl_error *err)
{
    enum { DOUBLE_BITS = 53 };
    const splits *s = data;
    double number[NSL_THEORY_NUMBERS], k;
    char text[NSL_COST_TEXT_MAX + 1];
    nsl_cost *cost = NULL;
    nsl_theory_numbers(number, s->form, parameter);
    k = number[NSL_THEORY_K];
    nsl_status status = fitted_cost(text, sizeof text, s->cost, k, err);
    if (status == NSL_OK)
        status = nsl_cost_parse(&cost, text, DOUBLE_BITS, err);
    for (size_t i = 0; i < s->count && status == NSL_OK; i++) {
        nsl_frontier f;
        nsl_frontier_query query = {.cost = cost,
                                    .point =
                                        nsl_theory_point(s->form, number, 1.0, 1.0),
                                    .optimal = !s->form->ridge,
                                    .near = k * s->parameters[i]};
        status = nsl_frontier_find(&f, model->quick.model, &query, s->budget[i], err);
        status = nsl_quick_status(status, err);
        if (status != NSL_OK)
            break;
        double *values = &out[i * INTERVALS_OF_SPLIT];
        values[0] = f.features / k;
        values[1] = f.samples;
        values[2] = parameter[0] + parameter[1] * (2.0 * f.best.test_loss);
    }
    nsl_cost_free(cost);
    mpfr_free_cache(); /* the parser's, of this thread */
    return status;
}

nsl_status intervals_of_splits(intervals *out, const cli_options *o, size_t count,
                               const double *budget, const double *parameters,
                               const char *cost, nsl_error *err)
{
    splits s = {o->fitted ? &o->fitted->form : NULL, count, budget, parameters, cost};
    return ask(out, o, count * INTERVALS_OF_SPLIT, split, &s, err);
}

/* --- what reaches a target -----------------------------------------------------------
 */

typedef struct {
    const nsl_form *form;
    nsl_unknown unknown;
    double target;
    const nsl_point *point; /* of the options' units */
} solution;

static nsl_status reach(void *data, const nsl_theory_model *model,
                        const double *parameter, double *out, nsl_error *err)
{
    const solution *s = data;
    double size;
    nsl_status status = nsl_theory_size_for(
        &size, model, s->form, parameter, s->unknown == NSL_UNKNOWN_FEATURES,
        s->point->features, s->point->samples, s->target, err);
    *out = size;
    return status;
}

nsl_status intervals_of_solution(intervals *out, const cli_options *o,
                                 nsl_unknown unknown, double target,
                                 const nsl_point *point, nsl_error *err)
{
    solution s = {o->fitted ? &o->fitted->form : NULL, unknown, target, point};
    return ask(out, o, 1, reach, &s, err);
}

/* --- columns -------------------------------------------------------------------------
 */

void intervals_add_columns(document *d, const char *low_key, const char *high_key)
{
    document_add_column(d, low_key, "95 % interval of the bootstrap, from", true);
    document_add_column(d, high_key, "to", true);
}

cell intervals_cell(double end)
{
    return isinf(end) ? cell_given(end) : cell_digits(end, END_DIGITS);
}

void intervals_set_at(document *d, size_t row, const char *low_key,
                      const char *high_key, const intervals *from, size_t i)
{
    if (from->count == 0)
        return;
    document_set_at(d, row, low_key, intervals_cell(from->low[i]));
    document_set_at(d, row, high_key, intervals_cell(from->high[i]));
}

void intervals_set(document *d, const char *low_key, const char *high_key,
                   const intervals *from, size_t i)
{
    intervals_set_at(d, d->rows - 1, low_key, high_key, from, i);
}
