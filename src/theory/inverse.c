/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/inverse.h"

#include "core/error.h"
#include "theory/bracket.h"
#include "theory/optimum.h"
#include "theory/scan.h"

#include <float.h>
#include <math.h>

/* ln of ratios are kept within ± this: peaks are infinite. */
static const double CLAMP = 60.0;

/* Width in ln of a bracket that Newton takes over from. */
static const double BRACKET = 1e-6;

enum { NEWTON_MAX = 8 };

/* 1 where the loss must be at or below the target, −1 where at or above it. */
double nsl_inverse_side(const nsl_inverse *s)
{
    return s->query.rising ? -1.0 : 1.0;
}

/* The unknown's place in a point. */
static double *unknown_of(nsl_point *point, nsl_unknown unknown)
{
    switch (unknown) {
    case NSL_UNKNOWN_FEATURES:
        return &point->features;
    case NSL_UNKNOWN_SAMPLES:
        return &point->samples;
    case NSL_UNKNOWN_RIDGE:
        return &point->ridge;
    case NSL_UNKNOWN_TIME:
        return point->training.kind == NSL_DESCENT ? &point->training.steps
                                                   : &point->training.time;
    case NSL_UNKNOWN_NOISE:
        break;
    }
    return &point->noise;
}

/* C/2 or 1. */
static double scale_of(const nsl_inverse *s)
{
    return s->query.units.mse ? 2.0 / s->model->outputs : 1.0;
}

/* What noise on the test labels adds to the reported loss. */
static double shift_of(const nsl_inverse *s, double noise)
{
    double one = s->query.units.mse ? 1.0 : 0.5 * s->model->outputs;
    return s->query.units.test_noise ? one * noise : 0.0;
}

bool nsl_inverse_is_size(const nsl_query *query)
{
    return query->unknown == NSL_UNKNOWN_FEATURES ||
           query->unknown == NSL_UNKNOWN_SAMPLES;
}

/* The value, or the width or rank that it is but for rounding: there a loss may peak.
 */
static double snapped(const nsl_inverse *s, double value)
{
    double special[NSL_SPECIAL_MAX + 1];
    if (!nsl_inverse_is_size(&s->query))
        return value;
    size_t count = nsl_special_sizes(special, s->model);
    special[count++] =
        s->query.unknown == NSL_UNKNOWN_FEATURES ? s->point.samples : s->point.features;
    return nsl_size_snapped(value, special, count);
}

/* The last prediction's loss as it is reported; INFINITY at a divergence. */
double nsl_inverse_reported(const nsl_inverse *s, double noise)
{
    if (isnan(s->last.test_loss))
        return s->last.notes & NSL_NOTE_UNDERFLOW ? shift_of(s, noise)
                                                  : (double)INFINITY;
    return scale_of(s) * s->last.test_loss + shift_of(s, noise);
}

/* The reported loss at a value of the unknown. */
double nsl_inverse_loss_at(nsl_inverse *s, double value)
{
    nsl_point point = s->point;
    nsl_optimum best;
    *unknown_of(&point, s->query.unknown) = value;
    double noise = point.noise;
    bool mrs = s->model->convention == NSL_RIDGE_MRS && !s->query.optimal;
    if (s->query.unknown == NSL_UNKNOWN_FEATURES && isinf(value) && mrs)
        point.ridge = 0.0; /* γ vanishes against g ~ N */
    if (s->query.unknown == NSL_UNKNOWN_FEATURES && isinf(point.samples))
        point.noise = 0.0; /* it does not matter, whatever N */
    nsl_error err = {0};
    if (s->status != NSL_OK)
        return NAN;
    s->status = s->course ? nsl_course_at(&s->last, s->course, value, &err)
                          : nsl_predict_either(&s->last, &best, s->query.optimal,
                                               s->model, &point, &err);
    bool between = nsl_inverse_is_size(&s->query) && isfinite(value);
    if (between && nsl_rate_diverges(&err)) {
        s->status = NSL_OK;
        return INFINITY;
    }
    if (s->status != NSL_OK && s->err)
        *s->err = err;
    if (s->status != NSL_OK)
        return NAN;
    return nsl_inverse_reported(s, noise);
}

/* Relative bound on the loss that loss_at has just given. */
static double error_of_last(const nsl_inverse *s, double loss)
{
    bool exact = loss == 0.0 || isinf(loss);
    return exact ? 0.0 : s->last.error + 4 * DBL_EPSILON;
}

nsl_inverse_limit nsl_inverse_set_limit(nsl_solution *out, const nsl_inverse *s,
                                        double limit)
{
    double target = s->query.target, above = nsl_inverse_side(s) * (limit - target);
    out->limit = limit;
    out->limit_error = error_of_last(s, limit);
    bool stopped = s->course || s->point.training.kind != NSL_TRAINED;
    double doubt = stopped ? fmax(NSL_PROMISE, out->limit_error) : NSL_PROMISE;
    if (fabs(above) <= doubt * target)
        return NSL_LIMIT_AT_TARGET;
    return above > 0.0 ? NSL_LIMIT_ABOVE_TARGET : NSL_LIMIT_BEYOND_TARGET;
}

/* ln(loss/target) at e^x. */
double nsl_inverse_excess_at(nsl_inverse *s, double x)
{
    double loss = nsl_inverse_loss_at(s, snapped(s, exp(x)));
    return nsl_inverse_side(s) * fmax(-CLAMP, fmin(CLAMP, log(loss / s->query.target)));
}

static double excess_in_bracket(double x, void *params)
{
    return nsl_inverse_excess_at(params, x);
}

/* dln(loss)/dln(unknown) at the last prediction. */
static double slope_of_last(const nsl_inverse *s, double value)
{
    const nsl_prediction *p = &s->last;
    double noise = s->query.unknown == NSL_UNKNOWN_NOISE ? value : s->point.noise;
    double loss = scale_of(s) * p->test_loss, reported = loss + shift_of(s, noise);
    switch (s->query.unknown) {
    case NSL_UNKNOWN_FEATURES:
        return -p->elasticity_features * loss / reported;
    case NSL_UNKNOWN_SAMPLES:
        return -p->elasticity_samples * loss / reported;
    case NSL_UNKNOWN_RIDGE:
        return -p->elasticity_ridge * loss / reported;
    case NSL_UNKNOWN_TIME:
        return -p->elasticity_time * loss / reported;
    case NSL_UNKNOWN_NOISE: /* the noise part is linear in σ_ε² at a fixed ridge, and
                               the best ridge does not matter to first order */
        break;
    }
    return (scale_of(s) * p->noise_loss + shift_of(s, noise)) / reported;
}

/* The crossing in [low, high] with different signs at its ends. */
bool nsl_inverse_cross(double *value, double *error, nsl_inverse *s, double low,
                       double high)
{
    double x;
    bool falls = nsl_inverse_excess_at(s, low) > 0.0;
    if (!nsl_root_between(&x, excess_in_bracket, s, &low, &high, BRACKET))
        return false;
    *value = exp(x);
    *error = BRACKET;
    for (int i = 0; i < NEWTON_MAX; i++) {
        double excess = log(nsl_inverse_loss_at(s, *value) / s->query.target);
        double slope = slope_of_last(s, *value), step = -excess / slope;
        if (!(fabs(step) <= 2.0 * BRACKET)) { /* too steep for Newton, a peak perhaps */
            double width = 4 * DBL_EPSILON * fmax(1.0, fabs(high));
            bool narrow =
                nsl_root_between(&x, excess_in_bracket, s, &low, &high, width);
            *value = snapped(s, exp(falls ? high : low));
            *error = high - low + 2 * DBL_EPSILON;
            return narrow && s->status == NSL_OK;
        }
        *value *= exp(step);
        *error = (s->last.error + 4 * DBL_EPSILON) / fabs(slope) + 2 * DBL_EPSILON;
        if (fabs(step) <= 0.1 * *error)
            break;
    }
    return s->status == NSL_OK;
}

nsl_status nsl_inverse_failed(const nsl_inverse *s)
{
    return s->status != NSL_OK
               ? s->status
               : nsl_fail(s->err, NSL_EFAILED, "", "the target loss was not found");
}
