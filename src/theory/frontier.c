/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The compute frontier: the least loss along cost(N, P) = budget. With x = ln N and
 * y = ln P(x) from the cost ~ N^a P^b, dy/dx = −a/b, and
 *
 *     dln L/dx = −e_N + (a/b) e_P
 *
 * from the exact elasticities. ln P is convex in x (cost.h), so that no kink of the
 * cost is a minimum. */
#include <nslaw/frontier.h>

#include "core/error.h"
#include "theory/bracket.h"
#include "theory/optimum.h"
#include "theory/root.h"
#include "theory/scan.h"

#include <float.h>
#include <math.h>

/* No frontier is followed to ln N beyond this. */
static const double FARTHEST = 709.0;

/* Step in ln B of the differences for the exponents; its error goes with the sixth
 * power. */
static const double STEP = 0.02;

/* What a minimum tells of ln N by its losses alone: √(1e-15), and some to spare. */
static const double HALF_DIGITS = 1e-7;

/* Last step of a root in ln N. */
static const double CLOSE = 1e-13;

/* ln of the factor that frontier.h calls near. */
static const double NEARBY = 2.0;

/* Next to a kink of the cost, in ln N. */
static const double BESIDE = 1e-9;

/* Within this of the end of the free samples, P is still free. */
static const double INSIDE = 1e-15;

enum { STEPS_MAX = 100, HALVINGS_MAX = 30, LEVELS = 3 };

/* The search for one budget. */
typedef struct {
    const nsl_model *model;
    const nsl_frontier_query *query;
    double log_budget; /* of one model */
    nsl_prediction last;
    nsl_optimum ridge;
    nsl_status status;
    nsl_error *err;
} search;

static double log_samples(const search *s, double x)
{
    return nsl_cost_log_samples(s->query->cost, s->log_budget, x);
}

/* e^x, or the hidden width or rank that it is but for rounding: there losses have
 * kinks. */
static double size_of(const search *s, double x)
{
    double special[NSL_SPECIAL_MAX];
    return nsl_size_snapped(exp(x), special, nsl_special_sizes(special, s->model));
}

/* ln of the loss at ln N = x and ln P = y; ±INFINITY where it diverges or is 0. */
static double log_loss(search *s, double x, double y)
{
    nsl_point point = s->query->point;
    point.features = size_of(s, x);
    point.samples = isinf(y) ? (double)INFINITY : size_of(s, y);
    if (s->status != NSL_OK)
        return NAN;
    s->status = nsl_predict_either(&s->last, &s->ridge, s->query->optimal, s->model,
                                   &point, s->err);
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

/* ln L and dln L/dx on the frontier. */
typedef struct {
    double x, loss, slope;
} sight;

static sight see(search *s, double x)
{
    double y = log_samples(s, x), a = 1.0, b = 1.0;
    sight out = {x, log_loss(s, x, y), NAN};
    if (s->status != NSL_OK)
        return out;
    out.slope = -s->last.elasticity_features;
    if (isfinite(y)) {
        nsl_cost_exponents(s->query->cost, x, y, &a, &b);
        out.slope += (a / b) * s->last.elasticity_samples;
    }
    return out;
}

static double slope_at(search *s, double x)
{
    return see(s, x).slope;
}

static double slope_in_bracket(double x, void *params)
{
    return slope_at(params, x);
}

/* --- the least of all --------------------------------------------------------------
 */

/* The most ln N that leaves one sample, or NaN where N has no bound. */
static double find_end(const search *s)
{
    double low = 0.0, high = FARTHEST;
    if (log_samples(s, high) >= 0.0)
        return NAN;
    for (int i = 0; i < STEPS_MAX && high - low > CLOSE; i++) {
        double middle = 0.5 * (low + high);
        *(log_samples(s, middle) >= 0.0 ? &low : &high) = middle;
    }
    return low;
}

/* ln N at which P(N) = size·N^power, by bisection on [0, end]. */
static double meeting(const search *s, double end, double log_size, double power)
{
    double low = 0.0, high = end;
    for (int i = 0; i < STEPS_MAX && high - low > CLOSE; i++) {
        double middle = 0.5 * (low + high);
        bool more = log_samples(s, middle) >= log_size + power * middle;
        *(more ? &low : &high) = middle;
    }
    return low;
}

/* Where the loss may peak without a ridge: N or P at a hidden width or the rank, and
 * N = P. */
static nsl_status places_of(nsl_places *out, const search *s, double low, double end)
{
    double width[2 * NSL_SPECIAL_MAX + 1];
    size_t special = nsl_special_sizes(width, s->model), count = special;
    for (size_t i = 0; i < special; i++)
        width[count++] = exp(meeting(s, end, log(width[i]), 0.0));
    width[count++] = exp(meeting(s, end, 0.0, 1.0));
    nsl_status status = nsl_places_make(out, s->model->spectrum, width, count, low, end,
                                        s->query->optimal, s->err);
    double kinks[NSL_COST_TERMS_MAX], free_up_to;
    size_t bends = nsl_cost_kinks(s->query->cost, s->log_budget, kinks, &free_up_to);
    for (size_t i = 0; i < 2 * bends && status == NSL_OK;
         i++) { /* both sides of each */
        double x = kinks[i / 2] + (i % 2 ? BESIDE : -BESIDE);
        if (x > low && x < end)
            status = nsl_places_add(out, x, s->err);
    }
    return status;
}

/* An end of a bracket from `middle` towards `outer`, where the loss is higher: the
 * slope there must have the sign given, which peaks near `outer` may spoil. NaN:
 * nowhere. */
static double bracket_end(search *s, double middle, double outer, double sign)
{
    for (int i = 0; i < HALVINGS_MAX; i++) {
        if (sign * slope_at(s, outer) > 0.0)
            return outer;
        outer = 0.5 * (middle + outer);
    }
    return NAN;
}

/* The root of the slope next to `middle`, which is lower than `low` and `high`; false
 * where there is none. */
static bool stationary(double *x, search *s, double low, double middle, double high)
{
    double slope = slope_at(s, middle);
    if (slope < 0.0) {
        low = middle;
        high = bracket_end(s, middle, high, 1.0);
    } else {
        low = bracket_end(s, middle, low, -1.0);
        high = middle;
    }
    if (isnan(low) || isnan(high) || isnan(slope))
        return false;
    *x = middle;
    if (slope == 0.0)
        return true;
    double width = CLOSE * fmax(1.0, fabs(middle));
    return nsl_root_between(x, slope_in_bracket, s, &low, &high, width);
}

static double loss_in_bracket(double x, void *params)
{
    return log_loss(params, x, log_samples(params, x));
}

/* The best place so far, and how far off it may be in ln N. */
typedef struct {
    nsl_frontier_kind kind;
    double x, loss, error;
    bool tie; /* another place is as good */
} place;

static void consider(place *best, search *s, nsl_frontier_kind kind, double x,
                     double error)
{
    double loss = log_loss(s, x, log_samples(s, x));
    if (s->status != NSL_OK || isnan(loss))
        return;
    bool same = fabs(loss - best->loss) <= NSL_PROMISE &&
                !(x > best->x + HALF_DIGITS) && !(x < best->x - HALF_DIGITS);
    if (loss < best->loss - NSL_PROMISE)
        *best = (place){kind, x, loss, error, false};
    else if (loss <= best->loss + NSL_PROMISE && !same)
        best->tie = true; /* of equal ones the first, with fewer features */
}

/* The minimum next to `middle`, if that is not only a peak's foot. */
static void look_between(place *best, search *s, double low, double middle, double high)
{
    double x;
    if (stationary(&x, s, low, middle, high))
        consider(best, s, NSL_FRONTIER_SMOOTH, x, CLOSE * fmax(1.0, fabs(x)));
    else if (s->status == NSL_OK && nsl_minimum_between(&x, loss_in_bracket, s, low,
                                                        middle, high, HALF_DIGITS))
        consider(best, s, NSL_FRONTIER_SMOOTH, x, HALF_DIGITS);
}

/* Sizes at which a loss without ridge has a kink, which no slope tells; the best ridge
 * may be none. */
static void consider_kinks(place *best, search *s, double low, double end)
{
    double size[NSL_SPECIAL_MAX];
    size_t count = nsl_special_sizes(size, s->model);
    for (size_t i = 0; i < count; i++) {
        double x = log(size[i]);
        if (x > low && x < end)
            consider(best, s, NSL_FRONTIER_FEATURES_KINK, x, 0.0);
        x = meeting(s, end, log(size[i]), 0.0);
        if (x > low && x < end)
            consider(best, s, NSL_FRONTIER_SAMPLES_KINK, x, CLOSE);
    }
}

/* Looks at the minima between places, at both ends, and where samples stop being free.
 */
static place find_best(search *s, const nsl_places *places)
{
    place best = {NSL_FRONTIER_SMOOTH, NAN, INFINITY, 0.0, false};
    double kinks[NSL_COST_TERMS_MAX], free_up_to;
    nsl_cost_kinks(s->query->cost, s->log_budget, kinks, &free_up_to);
    sight before = {NAN, INFINITY, NAN}, here = before;
    bool was_turn = false;
    for (size_t i = 0; i < places->count && s->status == NSL_OK; i++) {
        sight next = see(s, places->x[i]);
        if (isinf(next.loss) && next.loss < 0.0) /* a loss of 0: no slope */
            return (place){NSL_FRONTIER_FLAT, next.x, next.loss, CLOSE, false};
        bool turn = here.slope < 0.0 && next.slope > 0.0;
        bool lowest = here.loss <= before.loss && here.loss <= next.loss;
        if (turn)
            look_between(&best, s, here.x, 0.5 * (here.x + next.x), next.x);
        else if (i >= 2 && lowest && !was_turn)
            look_between(&best, s, before.x, here.x, next.x);
        was_turn = turn;
        before = here;
        here = next;
    }
    consider(&best, s, NSL_FRONTIER_ONE_FEATURE, places->x[0], 0.0);
    consider(&best, s, NSL_FRONTIER_ONE_SAMPLE, places->x[places->count - 1], CLOSE);
    best.loss += 3.0 * NSL_PROMISE; /* a minimum found from both sides is a corner */
    consider_kinks(&best, s, places->x[0], places->x[places->count - 1]);
    if (free_up_to > 0.0 && isfinite(free_up_to))
        consider(&best, s, NSL_FRONTIER_FREE_SAMPLES, free_up_to * (1.0 - INSIDE),
                 CLOSE);
    return best;
}

static nsl_status find_best_in(place *best, search *s, double low, double end)
{
    nsl_places places;
    nsl_status status = places_of(&places, s, low, end);
    if (status != NSL_OK)
        return status;
    *best = find_best(s, &places);
    nsl_places_free(&places);
    return s->status;
}

/* The same around x, of [0, end]; NaN where the best lies at an edge of what is looked
 * at, and so perhaps beyond. */
static nsl_status find_best_near(place *best, search *s, double x, double end)
{
    double low = fmax(0.0, fmin(x, end) - NEARBY), high = fmin(end, x + NEARBY);
    nsl_status status = find_best_in(best, s, low, high);
    bool beyond = (best->kind == NSL_FRONTIER_ONE_FEATURE && low > 0.0) ||
                  (best->kind == NSL_FRONTIER_ONE_SAMPLE && high < end);
    if (beyond)
        best->x = NAN;
    return status;
}

/* --- how the best moves with the budget --------------------------------------------
 */

/* The root of the slope near x, by the secant method; NaN when there is none. */
static double stationary_near(search *s, double x)
{
    double last = x + STEP, slope = slope_at(s, x), last_slope = slope_at(s, last);
    for (int i = 0; i < STEPS_MAX; i++) {
        double step = -slope * (x - last) / (slope - last_slope);
        if (!(fabs(step) < 1.0))
            return NAN;
        last = x;
        last_slope = slope;
        x += step;
        if (fabs(step) <= CLOSE * fmax(1.0, fabs(x)))
            return x;
        slope = slope_at(s, x);
        if (slope == last_slope)
            return x;
    }
    return NAN;
}

/* ln N of the minimum that was at (`at.x`, `samples`) with another budget. */
static double follow(search *s, place at, double samples)
{
    double kinks[NSL_COST_TERMS_MAX], free_up_to;
    switch (at.kind) {
    case NSL_FRONTIER_ONE_SAMPLE:
        return find_end(s);
    case NSL_FRONTIER_FREE_SAMPLES:
        nsl_cost_kinks(s->query->cost, s->log_budget, kinks, &free_up_to);
        return free_up_to;
    case NSL_FRONTIER_SAMPLES_KINK:
        return meeting(s, find_end(s), samples, 0.0);
    case NSL_FRONTIER_ONE_FEATURE:
    case NSL_FRONTIER_FEATURES_KINK:
    case NSL_FRONTIER_FLAT:
        return at.x;
    case NSL_FRONTIER_SMOOTH:
        break;
    }
    return stationary_near(s, at.x);
}

/* ln N and ln P. */
typedef struct {
    double features, samples;
} split;

/* The best split for ln B more by `more`. */
static split split_with(search *s, place at, double more)
{
    search moved = *s;
    moved.log_budget += more;
    double x = follow(&moved, at, log_samples(s, at.x));
    s->status = moved.status;
    return (split){x, log_samples(&moved, x)};
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

/* How N and P of the best split grow with B. */
static void set_exponents(nsl_frontier *out, search *s, place at)
{
    double features[LEVELS], samples[LEVELS];
    for (int i = 0; i < LEVELS; i++) {
        double h = STEP * ldexp(1.0, i);
        split up = split_with(s, at, h), down = split_with(s, at, -h);
        features[i] = (up.features - down.features) / (2.0 * h);
        samples[i] = (up.samples - down.samples) / (2.0 * h);
    }
    double rounding = (2.0 * CLOSE * fmax(1.0, fabs(at.x)) + out->size_error) / STEP;
    out->exponent_error = 0.0;
    out->exponent_features = extrapolate(features, rounding, &out->exponent_error);
    if (isfinite(samples[0]))
        out->exponent_samples = extrapolate(samples, rounding, &out->exponent_error);
}

/* −dln L/dlnB at the best split: the elasticity of what the budget buys more of, times
 * how much. Where the loss is stationary both resources are worth the same, e_N/a =
 * e_P/b. `drift` is what the elasticities change by in a unit of ln N. */
static void set_loss_exponent(nsl_frontier *out, const search *s, place at, double y,
                              double drift)
{
    double a = 1.0, b = 0.0, bought = out->exponent_features;
    bool samples = at.kind == NSL_FRONTIER_ONE_FEATURE ||
                   at.kind == NSL_FRONTIER_FEATURES_KINK ||
                   (at.kind == NSL_FRONTIER_SMOOTH && isfinite(y));
    if (isfinite(y))
        nsl_cost_exponents(s->query->cost, at.x, y, &a, &b);
    bool counted = at.kind == NSL_FRONTIER_FREE_SAMPLES;
    if (!counted)
        bought = 1.0 / (samples ? b : a);
    double e = samples ? s->last.elasticity_samples : s->last.elasticity_features;
    double e_error = NSL_PROMISE * fmax(1.0, fabs(e)) +
                     fmax(drift, fmax(1.0, fabs(e))) * out->size_error;
    out->exponent_loss = e * bought;
    out->exponent_loss_error =
        e_error * fabs(bought) + (counted ? fabs(e) * out->exponent_error : 0.0);
}

/* How sharply a smooth minimum is defined: d²ln L/dx², and |de/dx| of the elasticities
 * along the frontier. */
typedef struct {
    double tilt, drift;
} sharpness;

static sharpness sharpness_at(search *s, double x)
{
    static const double H = 1e-4; /* a few digits are enough */
    double up = slope_at(s, x + H), samples = s->last.elasticity_samples;
    double features = s->last.elasticity_features, down = slope_at(s, x - H);
    double drift = fmax(fabs(samples - s->last.elasticity_samples),
                        fabs(features - s->last.elasticity_features));
    return (sharpness){(up - down) / (2.0 * H), drift / (2.0 * H)};
}

/* --- all ---------------------------------------------------------------------------
 */

static nsl_status set_up(search *s, double *end, double budget)
{
    double models = fmax(1.0, s->query->point.ensemble);
    if (!(budget > 0.0 && isfinite(budget)))
        return nsl_fail(s->err, NSL_EINVAL, "budget",
                        "must be a finite number > 0, got %g", budget);
    if (isinf(models))
        return nsl_fail(s->err, NSL_EINVAL, "ensemble",
                        "must be finite: infinitely many models cost more than any "
                        "budget");
    s->log_budget = log(budget) - log(models);
    if (log_samples(s, 0.0) < 0.0)
        return nsl_fail(s->err, NSL_EINVAL, "budget",
                        "must buy at least one feature and one sample, which cost %g, "
                        "got %g",
                        models * exp(nsl_cost_log(s->query->cost, 0.0, 0.0)), budget);
    *end = find_end(s);
    bool bounded = log_samples(s, INFINITY) < 0.0;
    if (isnan(*end) && bounded)
        return nsl_fail(s->err, NSL_EINVAL, "budget",
                        "must not buy more than 1e307 features, got %g", budget);
    if (isnan(*end))
        return nsl_fail(s->err, NSL_EINVAL, "cost",
                        "must grow with N without bound at any P, or the best N is "
                        "infinite");
    return NSL_OK;
}

/* What there is to say of the best place. */
static void set_best(nsl_frontier *out, search *s, place best)
{
    bool rough = best.error >= HALF_DIGITS; /* known by its losses alone */
    bool smooth = best.kind == NSL_FRONTIER_SMOOTH && !rough;
    double y = log_samples(s, best.x);
    sharpness sharp = {1.0, 0.0};
    if (smooth)
        sharp = sharpness_at(s, best.x);
    log_loss(s, best.x, y);
    out->kind = best.kind;
    out->tie = best.tie;
    out->features = size_of(s, best.x);
    out->samples = isinf(y) ? (double)INFINITY : size_of(s, y);
    out->best = s->last;
    out->ridge = s->ridge;
    out->size_error = best.error + 4 * DBL_EPSILON * fmax(1.0, fabs(best.x));
    if (smooth)
        out->size_error += NSL_PROMISE * fmax(1.0, fabs(s->last.elasticity_features)) /
                           fabs(sharp.tilt);
    if (best.kind == NSL_FRONTIER_FLAT)
        return;
    if (!(s->query->near > 0.0)) {
        set_exponents(out, s, best);
        log_loss(s, best.x, y);
    }
    if (!rough)
        set_loss_exponent(out, s, best, y, sharp.drift);
}

nsl_status nsl_frontier_find(nsl_frontier *out, const nsl_model *model,
                             const nsl_frontier_query *query, double budget,
                             nsl_error *err)
{
    search s = {.model = model, .query = query, .err = err};
    double end;
    *out = (nsl_frontier){.features = NAN,
                          .samples = NAN,
                          .size_error = NAN,
                          .exponent_features = NAN,
                          .exponent_samples = NAN,
                          .exponent_error = NAN,
                          .exponent_loss = NAN,
                          .exponent_loss_error = NAN};
    nsl_status status = set_up(&s, &end, budget);
    if (status != NSL_OK)
        return status;
    place best = {.x = NAN};
    if (query->near > 0.0)
        status = find_best_near(&best, &s, log(query->near), end);
    if (status == NSL_OK && isnan(best.x))
        status = find_best_in(&best, &s, 0.0, end);
    if (status != NSL_OK)
        return status;
    if (s.status == NSL_OK && isnan(best.x))
        return nsl_fail(err, NSL_EFAILED, "", "no loss on the frontier is finite");
    if (s.status != NSL_OK)
        return s.status;
    set_best(out, &s, best);
    return s.status;
}

/* --- whole numbers -----------------------------------------------------------------
 */

/* The most whole samples that N whole features leave money for. */
static double whole_samples(const search *s, double features)
{
    double rounding = 4 * DBL_EPSILON * fmax(1.0, fabs(s->log_budget));
    double samples = exp(log_samples(s, log(features))), nearest = round(samples);
    return nearest - samples <= rounding * samples ? nearest : nearest - 1.0;
}

nsl_status nsl_frontier_integer(nsl_frontier *inout, const nsl_model *model,
                                const nsl_frontier_query *query, double budget,
                                nsl_error *err)
{
    enum { AROUND = 2 };
    search s = {.model = model, .query = query, .err = err};
    double end, least = INFINITY;
    nsl_status status = set_up(&s, &end, budget);
    if (status != NSL_OK)
        return status;
    double middle = floor(inout->features);
    for (double n = middle - AROUND; n <= middle + AROUND + 1.0; n += 1.0) {
        if (!(n >= 1.0))
            continue;
        double samples = whole_samples(&s, n);
        if (!(samples >= 1.0))
            continue;
        double loss = log_loss(&s, log(n), log(samples));
        if (s.status != NSL_OK)
            return s.status;
        if (loss < least) {
            least = loss;
            inout->features = n;
            inout->samples = samples;
            inout->best = s.last;
            inout->ridge = s.ridge;
        }
    }
    if (isinf(least) && least > 0.0)
        return nsl_fail(err, NSL_EFAILED, "", "no loss on the frontier is finite");
    inout->size_error = 0.0;
    return NSL_OK;
}
