/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inverse queries: the size, ridge or noise at which the loss is a given one. */
#include <nslaw/solve.h>

#include "core/error.h"
#include "theory/bracket.h"
#include "theory/optimum.h"
#include "theory/root.h"
#include "theory/scan.h"

#include <float.h>
#include <math.h>

/* Step of a scan in ln(ridge): E is analytic in a strip of half-width π (optimum.c). */
static const double RIDGE_STEP = 0.5;

/* A loss is as good as its limit where it differs from it by this part of the distance
 * between limit and target, three steps in a row. */
static const double SETTLED = 1e-3;

/* ln of ratios are kept within ± this: peaks are infinite. */
static const double CLAMP = 60.0;

/* Range of ln(size), ln(ridge) and ln(noise) that is looked at. */
static const double FARTHEST = 690.0;

/* Width in ln of a bracket that Newton takes over from. */
static const double BRACKET = 1e-6;

enum { NEWTON_MAX = 8, SETTLED_STEPS = 3 };

/* The loss as a function of ln(unknown), and what it is compared with. */
typedef struct {
    const nsl_model *model;
    nsl_point point;
    nsl_query query;
    nsl_status status;
    nsl_error *err;
    nsl_prediction last;
} search;

/* 1 where the loss must be at or below the target, −1 where at or above it. */
static double side(const search *s)
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
    case NSL_UNKNOWN_NOISE:
        break;
    }
    return &point->noise;
}

/* C/2 or 1. */
static double scale_of(const search *s)
{
    return s->query.units.mse ? 2.0 / s->model->outputs : 1.0;
}

/* What noise on the test labels adds to the reported loss. */
static double shift_of(const search *s, double noise)
{
    double one = s->query.units.mse ? 1.0 : 0.5 * s->model->outputs;
    return s->query.units.test_noise ? one * noise : 0.0;
}

/* The other sizes of the point, at which a loss may peak. */
static size_t other_widths(double *out, const search *s)
{
    size_t count = 0;
    for (size_t k = 0; k < s->model->hidden_count; k++)
        out[count++] = s->model->hidden[k];
    out[count++] =
        s->query.unknown == NSL_UNKNOWN_FEATURES ? s->point.samples : s->point.features;
    return count;
}

static bool is_size(const nsl_query *query)
{
    return query->unknown == NSL_UNKNOWN_FEATURES ||
           query->unknown == NSL_UNKNOWN_SAMPLES;
}

/* The value, or the width or rank that it is but for rounding: there a loss may peak.
 */
static double snapped(const search *s, double value)
{
    double special[NSL_SPECIAL_MAX + 1];
    if (!is_size(&s->query))
        return value;
    size_t count = nsl_special_sizes(special, s->model);
    special[count++] =
        s->query.unknown == NSL_UNKNOWN_FEATURES ? s->point.samples : s->point.features;
    return nsl_size_snapped(value, special, count);
}

/* The last prediction's loss as it is reported; INFINITY at a divergence. */
static double reported(const search *s, double noise)
{
    if (isnan(s->last.test_loss))
        return s->last.notes & NSL_NOTE_UNDERFLOW ? 0.0 : (double)INFINITY;
    return scale_of(s) * s->last.test_loss + shift_of(s, noise);
}

/* The reported loss at a value of the unknown. */
static double loss_at(search *s, double value)
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
    if (s->status != NSL_OK)
        return NAN;
    s->status =
        nsl_predict_either(&s->last, &best, s->query.optimal, s->model, &point, s->err);
    if (s->status != NSL_OK)
        return NAN;
    return reported(s, noise);
}

/* Relative bound on the loss that loss_at has just given. */
static double error_of_last(const search *s, double loss)
{
    bool exact = loss == 0.0 || isinf(loss);
    return exact ? 0.0 : s->last.error + 4 * DBL_EPSILON;
}

/* What the loss at the most of the resource says. */
typedef enum { ABOVE_TARGET, AT_TARGET, BEYOND_TARGET } limit_kind;

static limit_kind set_limit(nsl_solution *out, const search *s, double limit)
{
    double target = s->query.target, above = side(s) * (limit - target);
    out->limit = limit;
    out->limit_error = error_of_last(s, limit);
    if (fabs(above) <= NSL_PROMISE * target)
        return AT_TARGET;
    return above > 0.0 ? ABOVE_TARGET : BEYOND_TARGET;
}

/* ln(loss/target) at e^x. */
static double excess_at(search *s, double x)
{
    double loss = loss_at(s, snapped(s, exp(x)));
    return side(s) * fmax(-CLAMP, fmin(CLAMP, log(loss / s->query.target)));
}

static double excess_in_bracket(double x, void *params)
{
    return excess_at(params, x);
}

/* dln(loss)/dln(unknown) at the last prediction. */
static double slope_of_last(const search *s, double value)
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
    case NSL_UNKNOWN_NOISE: /* the noise part is linear in σ_ε² at a fixed ridge, and
                               the best ridge does not matter to first order */
        break;
    }
    return (scale_of(s) * p->noise_loss + shift_of(s, noise)) / reported;
}

/* The crossing in [low, high] with different signs at its ends. */
static bool cross(double *value, double *error, search *s, double low, double high)
{
    double x;
    bool falls = excess_at(s, low) > 0.0;
    if (!nsl_root_between(&x, excess_in_bracket, s, &low, &high, BRACKET))
        return false;
    *value = exp(x);
    *error = BRACKET;
    for (int i = 0; i < NEWTON_MAX; i++) {
        double excess = log(loss_at(s, *value) / s->query.target);
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

/* --- sizes -------------------------------------------------------------------------
 */

/* Beyond all other sizes and the rank, with nearly all degrees of freedom of the limit
 * learnt, and so near the limit that the target is behind, by `margin` at least; NaN
 * when there is no such place. */
static double find_top(search *s, const double *widths, size_t count, double limit,
                       double dof, double margin)
{
    static const double NEARLY = 0.9, MANY = 16.0, FAR_STEP = 2.0;
    double learnt = isnan(dof) ? MANY : NEARLY * dof;
    const nsl_spectrum *spectrum = s->model->spectrum;
    double x = 0.0, middle = 0.5 * (limit + s->query.target);
    for (size_t i = 0; i < count; i++)
        if (isfinite(widths[i]))
            x = fmax(x, log(widths[i]));
    if (spectrum->rank != NSL_LATENTS_INFINITE)
        x = fmax(x, log((double)spectrum->rank));
    double loss = NAN;
    for (x += log(16.0); x < FARTHEST; x += FAR_STEP) {
        loss = loss_at(s, exp(x));
        if (side(s) * (loss - middle) <= -margin && s->last.dof >= learnt)
            return x;
    }
    /* a power so small that it does not get half the way */
    bool behind = side(s) * (loss - s->query.target) < -margin;
    return behind && s->last.dof >= learnt ? x - FAR_STEP : (double)NAN;
}

/* The last place at which the loss is above the target; SIZE_MAX when there is none. */
static size_t last_above(search *s, const nsl_places *places)
{
    for (size_t i = places->count; i-- > 0;)
        if (excess_at(s, places->x[i]) > 0.0)
            return i;
    return SIZE_MAX;
}

static nsl_status failed(const search *s)
{
    return s->status != NSL_OK
               ? s->status
               : nsl_fail(s->err, NSL_EFAILED, "", "the target loss was not found");
}

static nsl_status solve_size(nsl_solution *out, search *s)
{
    double widths[NSL_LAYERS_MAX + 1];
    size_t count = other_widths(widths, s);
    limit_kind at_most = set_limit(out, s, loss_at(s, INFINITY));
    double dof = s->last.dof; /* NaN where it is infinite */
    if (s->status != NSL_OK || at_most == ABOVE_TARGET)
        return s->status;
    /* a limit at the target is reached by what comes up to it from below */
    double margin = at_most == AT_TARGET ? NSL_PROMISE * s->query.target : 0.0;
    double top = find_top(s, widths, count, out->limit, dof, margin), low = 0.0;
    if (isnan(top) && (s->status != NSL_OK || at_most == AT_TARGET))
        return s->status;
    if (isnan(top))
        return nsl_fail(s->err, NSL_EFAILED, "",
                        "the target loss is reached only beyond %.0e", exp(FARTHEST));
    double least = -FARTHEST / 2.0; /* N → 0 learns nothing */
    bool always = side(s) * (loss_at(s, exp(least)) - s->query.target) <= 0.0;
    while (!always && low > least && excess_at(s, low) <= 0.0)
        low -= 1.0;
    nsl_places places;
    nsl_status status = nsl_places_make(&places, s->model->spectrum, widths, count, low,
                                        top, s->query.optimal, s->err);
    if (status != NSL_OK)
        return status;
    size_t at = last_above(s, &places);
    bool found = at != SIZE_MAX && at + 1 < places.count &&
                 cross(&out->value, &out->error, s, places.x[at], places.x[at + 1]);
    nsl_places_free(&places);
    if (at == SIZE_MAX && s->status == NSL_OK) {
        out->kind = NSL_ALWAYS;
        out->value = out->error = 0.0;
        return NSL_OK;
    }
    if (!found)
        return failed(s);
    out->kind = NSL_SOLVED;
    return NSL_OK;
}

/* --- noise -------------------------------------------------------------------------
 */

static nsl_status solve_noise(nsl_solution *out, search *s)
{
    limit_kind without = set_limit(out, s, loss_at(s, 0.0));
    if (s->status != NSL_OK || without == ABOVE_TARGET)
        return s->status;
    if (without == AT_TARGET) {
        out->kind = NSL_SOLVED;
        out->value = out->error = 0.0;
        return NSL_OK;
    }
    double low = 0.0, high = 0.0;
    while (excess_at(s, low) > 0.0 && s->status == NSL_OK && low > -FARTHEST)
        low -= 4.0;
    while (excess_at(s, high) <= 0.0 && s->status == NSL_OK && high < FARTHEST)
        high += 4.0;
    if (s->status != NSL_OK)
        return s->status;
    if (high >= FARTHEST) {
        out->kind = NSL_ALWAYS;
        out->value = INFINITY;
        out->error = 0.0;
        return NSL_OK;
    }
    if (low <= -FARTHEST) {
        out->kind = NSL_SOLVED;
        out->value = out->error = 0.0;
        return NSL_OK;
    }
    if (!cross(&out->value, &out->error, s, fmin(low, high - 4.0), high))
        return failed(s);
    out->kind = NSL_SOLVED;
    return NSL_OK;
}

/* --- ridge -------------------------------------------------------------------------
 */

/* Goes from t in steps until the loss has settled at `limit`; the last t, or NaN. */
static double settle(search *s, double t, double step, double limit)
{
    double target = s->query.target, near = SETTLED * fabs(target - limit);
    for (int settled = 0; fabs(t) < FARTHEST; t += step) {
        double loss = loss_at(s, exp(t));
        bool close = isinf(limit) ? loss > 4.0 * target : fabs(loss - limit) <= near;
        settled = close ? settled + 1 : 0;
        if (settled == SETTLED_STEPS)
            return t;
        if (s->status != NSL_OK)
            return NAN;
    }
    return t - step;
}

/* The ridges from `low` to `high` at which the loss crosses the target, in steps. */
static nsl_status find_ends(nsl_solution *out, search *s, double low, double high)
{
    double error = 0.0, before = excess_at(s, low), value;
    bool inside = before <= 0.0;
    out->error = 0.0;
    out->value = inside ? 0.0 : (double)NAN;
    for (double t = low; t < high; t += RIDGE_STEP) {
        double after = excess_at(s, t + RIDGE_STEP);
        bool now = after <= 0.0;
        if (now != inside) {
            if (!cross(&value, &error, s, t, t + RIDGE_STEP))
                return failed(s);
            out->hole |= now && !isnan(out->value);
            if (now && isnan(out->value))
                out->value = value;
            out->high = now ? (double)INFINITY : value;
            out->error = fmax(out->error, error);
        }
        inside = now;
    }
    if (inside)
        out->high = INFINITY;
    return s->status;
}

static nsl_status solve_ridge(nsl_solution *out, search *s)
{
    nsl_optimum best;
    s->status = nsl_predict_optimal(&s->last, &best, s->model, &s->point, s->err);
    if (s->status != NSL_OK)
        return s->status;
    limit_kind at_best = set_limit(out, s, reported(s, s->point.noise));
    if (at_best == ABOVE_TARGET ||
        (at_best == AT_TARGET && best.kind != NSL_OPTIMUM_ANY))
        return NSL_OK;
    double at_zero = loss_at(s, 0.0), at_infinity = loss_at(s, INFINITY);
    bool interior = best.kind == NSL_OPTIMUM_INTERIOR;
    double start = interior ? log(best.ridge) : 0.0;
    if (best.kind == NSL_OPTIMUM_ANY) {
        out->kind = NSL_ALWAYS;
        out->value = out->error = 0.0;
        out->high = INFINITY;
        return NSL_OK;
    }
    double low = settle(s, start, -RIDGE_STEP, at_zero);
    double high = settle(s, start, RIDGE_STEP, at_infinity);
    if (isnan(low) || isnan(high))
        return failed(s);
    out->kind = NSL_SOLVED;
    nsl_status status = find_ends(out, s, low, high);
    if (status == NSL_OK && isnan(out->value))
        return failed(s);
    if (status == NSL_OK && out->value == 0.0 && isinf(out->high) && !out->hole)
        out->kind = NSL_ALWAYS;
    return status;
}

/* --- all ---------------------------------------------------------------------------
 */

static nsl_status check(const nsl_query *q, nsl_error *err)
{
    if (!(q->target > 0.0 && isfinite(q->target)))
        return nsl_fail(err, NSL_EINVAL, "target-loss",
                        "must be a finite number > 0, got %g", q->target);
    if (q->rising && !is_size(q))
        return nsl_fail(err, NSL_EINVAL, "rising", "is for features and samples only");
    if (q->optimal && q->unknown == NSL_UNKNOWN_RIDGE)
        return nsl_fail(err, NSL_EINVAL, "ridge",
                        "is what is solved for, and cannot be the best one as well");
    return NSL_OK;
}

nsl_status nsl_solve(nsl_solution *out, const nsl_model *model, const nsl_point *point,
                     const nsl_query *query, nsl_error *err)
{
    static const nsl_solution nothing = {NSL_NEVER, NAN, NAN, NAN, NAN, NAN, false};
    *out = nothing;
    nsl_status status = check(query, err);
    nsl_model *kernel = NULL;
    if (status == NSL_OK && query->optimal) /* defined at N = ∞, and the same loss */
        status = nsl_model_new_kernel(&kernel, model, err);
    if (status != NSL_OK)
        return status;
    search s = {
        .model = kernel ? kernel : model, .point = *point, .query = *query, .err = err};
    if (query->optimal)
        s.point.ridge = 0.0;
    if (query->unknown == NSL_UNKNOWN_RIDGE)
        status = solve_ridge(out, &s);
    else if (query->unknown == NSL_UNKNOWN_NOISE)
        status = solve_noise(out, &s);
    else
        status = solve_size(out, &s);
    nsl_model_free(kernel);
    if (status != NSL_OK)
        *out = nothing;
    return status;
}
