/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/split.h"

#include "core/error.h"
#include "theory/optimum.h"
#include "theory/scan.h"

#include <math.h>

double nsl_split_most(const nsl_split *s, double x)
{
    double logs[NSL_COST_VARIABLES];
    for (int v = 0; v < NSL_COST_VARIABLES; v++)
        logs[v] = s->logs[v];
    logs[s->along] = x;
    return nsl_cost_log_most(s->query->cost, s->most, s->log_budget, logs);
}

double nsl_split_amount(const nsl_split *s, nsl_cost_variable v, double log_amount)
{
    double special[NSL_SPECIAL_MAX];
    if (v == NSL_COST_TIME || isinf(log_amount))
        return exp(log_amount);
    return nsl_size_snapped(exp(log_amount), special,
                            nsl_special_sizes(special, s->model));
}

void nsl_split_rates(const nsl_split *s, double x, double y, double *a, double *b)
{
    double logs[NSL_COST_VARIABLES], exponents[NSL_COST_VARIABLES];
    *a = 1.0;
    *b = 0.0;
    if (isinf(y))
        return;
    for (int v = 0; v < NSL_COST_VARIABLES; v++)
        logs[v] = s->logs[v];
    logs[s->along] = x;
    logs[s->most] = y;
    nsl_cost_exponents(s->query->cost, logs, exponents);
    *a = exponents[s->along];
    *b = exponents[s->most];
}

double nsl_split_elasticity(const nsl_split *s, nsl_cost_variable v)
{
    return v == NSL_COST_FEATURES  ? s->last.elasticity_features
           : v == NSL_COST_SAMPLES ? s->last.elasticity_samples
                                   : s->last.elasticity_time;
}

double nsl_split_doubt(const nsl_split *s)
{
    return fmax(NSL_PROMISE, s->last.error);
}

static void set_amount(const nsl_split *s, nsl_point *point, nsl_cost_variable v,
                       double log_amount)
{
    double *amount[] = {[NSL_COST_FEATURES] = &point->features,
                        [NSL_COST_SAMPLES] = &point->samples,
                        [NSL_COST_TIME] = &point->training.time};
    *amount[v] = nsl_split_amount(s, v, log_amount);
}

double nsl_split_loss(nsl_split *s, double x, double y)
{
    nsl_point point = s->point;
    set_amount(s, &point, s->along, x);
    set_amount(s, &point, s->most, y);
    nsl_error err = {0};
    if (s->status != NSL_OK)
        return NAN;
    s->status = nsl_predict_either(&s->last, &s->ridge, s->query->optimal, s->model,
                                   &point, &err);
    if (nsl_rate_diverges(&err)) {
        s->status = NSL_OK;
        s->last = (nsl_prediction){.elasticity_features = NAN,
                                   .elasticity_samples = NAN,
                                   .elasticity_time = NAN};
        return INFINITY;
    }
    if (s->status != NSL_OK && s->err)
        *s->err = err;
    if (s->status != NSL_OK)
        return NAN;
    if (isnan(s->last.test_loss) && (s->last.notes & NSL_NOTE_UNDERFLOW)) {
        s->status = nsl_fail(s->err, NSL_EFAILED, "",
                             "the loss at N = %g, P = %g is below the range of double",
                             point.features, point.samples);
        return NAN;
    }
    return isnan(s->last.test_loss) ? (double)INFINITY : log(s->last.test_loss);
}

nsl_split_sight nsl_split_see(nsl_split *s, double x)
{
    double y = nsl_split_most(s, x), a, b;
    nsl_split_sight out = {x, nsl_split_loss(s, x, y), NAN};
    if (s->status != NSL_OK)
        return out;
    out.slope = -nsl_split_elasticity(s, s->along);
    if (isfinite(y)) {
        nsl_split_rates(s, x, y, &a, &b);
        out.slope += (a / b) * nsl_split_elasticity(s, s->most);
    }
    return out;
}

double nsl_split_slope(nsl_split *s, double x)
{
    return nsl_split_see(s, x).slope;
}

double nsl_split_end(const nsl_split *s)
{
    double low = 0.0, high = NSL_SPLIT_FARTHEST;
    if (nsl_split_most(s, high) >= s->least)
        return NAN;
    for (int i = 0; i < NSL_SPLIT_STEPS_MAX && high - low > NSL_SPLIT_CLOSE; i++) {
        double middle = 0.5 * (low + high);
        *(nsl_split_most(s, middle) >= s->least ? &low : &high) = middle;
    }
    return low;
}

double nsl_split_meeting(const nsl_split *s, double log_size, double power)
{
    double low = 0.0, high = s->end;
    for (int i = 0; i < NSL_SPLIT_STEPS_MAX && high - low > NSL_SPLIT_CLOSE; i++) {
        double middle = 0.5 * (low + high);
        bool more = nsl_split_most(s, middle) >= log_size + power * middle;
        *(more ? &low : &high) = middle;
    }
    return low;
}

nsl_frontier_kind nsl_split_end_of(nsl_cost_variable v)
{
    return v == NSL_COST_FEATURES  ? NSL_FRONTIER_ONE_FEATURE
           : v == NSL_COST_SAMPLES ? NSL_FRONTIER_ONE_SAMPLE
                                   : NSL_FRONTIER_UNTRAINED;
}

nsl_frontier_kind nsl_split_kink_of(nsl_cost_variable v)
{
    return v == NSL_COST_FEATURES ? NSL_FRONTIER_FEATURES_KINK
                                  : NSL_FRONTIER_SAMPLES_KINK;
}

nsl_frontier_kind nsl_split_free_of(nsl_cost_variable v)
{
    return v == NSL_COST_TIME ? NSL_FRONTIER_FREE_TIME : NSL_FRONTIER_FREE_SAMPLES;
}
