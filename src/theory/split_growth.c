/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the best split moves with the budget, by differences between the best splits of
 * budgets nearby. */
#include "theory/split.h"

#include <math.h>

/* Step in ln B of the differences; their error goes with its sixth power. */
static const double STEP = 0.02;

enum { LEVELS = 3 };

/* The root of the slope near x, by the secant method; NaN when there is none. Stopped
 * early, a slope is no better than the loss. */
static double stationary_near(nsl_split *s, double x)
{
    double last = x + STEP, slope = nsl_split_slope(s, x);
    double last_slope = nsl_split_slope(s, last);
    bool stopped = s->point.training.kind != NSL_TRAINED;
    for (int i = 0; i < NSL_SPLIT_STEPS_MAX; i++) {
        double step = -slope * (x - last) / (slope - last_slope);
        if (!(fabs(step) < 1.0))
            return NAN;
        last = x;
        last_slope = slope;
        x += step;
        if (fabs(step) <= NSL_SPLIT_CLOSE * fmax(1.0, fabs(x)))
            return x;
        slope = nsl_split_slope(s, x);
        if (slope == last_slope || (stopped && fabs(slope) <= nsl_split_doubt(s)))
            return x;
    }
    return NAN;
}

/* x of the minimum that was at (`at.x`, y) with another budget. */
static double follow(nsl_split *s, nsl_split_place at, double y)
{
    double kinks[NSL_COST_TERMS_MAX], free_up_to;
    if (at.kind == NSL_FRONTIER_SMOOTH)
        return stationary_near(s, at.x);
    if (at.kind == nsl_split_end_of(s->most))
        return nsl_split_end(s);
    if (at.kind == nsl_split_kink_of(s->most)) {
        s->end = nsl_split_end(s);
        return nsl_split_meeting(s, y, 0.0);
    }
    if (at.kind == nsl_split_free_of(s->most)) {
        nsl_cost_kinks(s->query->cost, s->most, s->along, s->log_budget, s->logs, kinks,
                       &free_up_to);
        return free_up_to;
    }
    return at.x;
}

typedef struct {
    double x, y;
} spot;

/* The best split for ln B more by `more`. */
static spot spot_with(nsl_split *s, nsl_split_place at, double more)
{
    nsl_split moved = *s;
    moved.log_budget += more;
    double x = follow(&moved, at, nsl_split_most(s, at.x));
    s->status = moved.status;
    return (spot){x, nsl_split_most(&moved, x)};
}

/* A derivative by central differences at h, 2h and 4h, extrapolated; the error is what
 * the last extrapolation changed, and the rounding. */
static double extrapolate(const double difference[LEVELS], double rounding,
                          double *error)
{
    double fourth[2], sixth;
    for (int i = 0; i < 2; i++)
        fourth[i] = (4.0 * difference[i] - difference[i + 1]) / 3.0;
    sixth = (16.0 * fourth[0] - fourth[1]) / 15.0;
    *error = fmax(*error, fabs(sixth - fourth[0]) + rounding);
    return sixth;
}

void nsl_split_set_growth(nsl_frontier *out, nsl_split *s, nsl_split_place at)
{
    double along[LEVELS], most[LEVELS];
    double *exponent[] = {[NSL_COST_FEATURES] = &out->exponent_features,
                          [NSL_COST_SAMPLES] = &out->exponent_samples,
                          [NSL_COST_TIME] = &out->exponent_time};
    for (int i = 0; i < LEVELS; i++) {
        double h = STEP * ldexp(1.0, i);
        spot up = spot_with(s, at, h), down = spot_with(s, at, -h);
        along[i] = (up.x - down.x) / (2.0 * h);
        most[i] = (up.y - down.y) / (2.0 * h);
    }
    double rounding =
        (2.0 * NSL_SPLIT_CLOSE * fmax(1.0, fabs(at.x)) + out->size_error) / STEP;
    out->exponent_error = 0.0;
    *exponent[s->along] = extrapolate(along, rounding, &out->exponent_error);
    if (isfinite(most[0]))
        *exponent[s->most] = extrapolate(most, rounding, &out->exponent_error);
}
