/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The least of all losses that a budget buys, by a scan in x and the root of the exact
 * slope. */
#include "theory/bracket.h"
#include "theory/scan.h"
#include "theory/split.h"

#include <float.h>
#include <math.h>

/* Next to a kink of the cost, in x. */
static const double BESIDE = 1e-9;

/* Within this of the end of what is free, it still is. */
static const double INSIDE = 1e-15;

/* Most that ln t may change from a place to the next: with the filters e^{−μt} the loss
 * is analytic in ln t in a strip of half-width π/2. */
static const double TIME_STEP = 0.25;

enum { HALVINGS_MAX = 30 };

static size_t bends_of(const nsl_split *s, double *kinks, double *free_up_to)
{
    return nsl_cost_kinks(s->query->cost, s->most, s->along, s->log_budget, s->logs,
                          kinks, free_up_to);
}

static double slope_in_bracket(double x, void *params)
{
    return nsl_split_slope(params, x);
}

static double loss_in_bracket(double x, void *params)
{
    return nsl_split_loss(params, x, nsl_split_most(params, x));
}

/* --- where to look -----------------------------------------------------------------
 */

/* More places where the cost makes time fall faster than `along` grows. */
static nsl_status add_times(nsl_places *places, const nsl_split *s)
{
    size_t count = places->count;
    nsl_status status = NSL_OK;
    for (size_t i = 0; i + 1 < count && status == NSL_OK; i++) {
        double from = places->x[i], to = places->x[i + 1];
        double high = fmin(nsl_split_most(s, from), NSL_SPLIT_FARTHEST);
        double steps = ceil((high - nsl_split_most(s, to)) / TIME_STEP);
        for (double k = 1.0; k < steps && status == NSL_OK; k += 1.0)
            status =
                nsl_places_append(places, from + (to - from) * (k / steps), s->err);
    }
    nsl_places_sort(places);
    return status;
}

/* Sizes at which a loss may peak without a ridge, in x: a size at a hidden width or
 * the rank, and N = P. */
static size_t peaks(double *width, const nsl_split *s)
{
    double special[NSL_SPECIAL_MAX];
    size_t specials = nsl_special_sizes(special, s->model), count = 0;
    for (size_t i = 0; i < specials; i++)
        width[count++] = special[i];
    if (s->most == NSL_COST_TIME) { /* the other size stays */
        double other = exp(s->logs[s->along == NSL_COST_FEATURES ? NSL_COST_SAMPLES
                                                                 : NSL_COST_FEATURES]);
        if (isfinite(other))
            width[count++] = other;
        return count;
    }
    for (size_t i = 0; i < specials; i++)
        width[count++] = exp(nsl_split_meeting(s, log(special[i]), 0.0));
    width[count++] = exp(nsl_split_meeting(s, 0.0, 1.0));
    return count;
}

/* Where the minima lie between. */
static nsl_status places_of(nsl_places *out, const nsl_split *s, double low,
                            double high)
{
    double width[2 * NSL_SPECIAL_MAX + 1], kinks[NSL_COST_TERMS_MAX], free_up_to;
    size_t count = peaks(width, s);
    nsl_status status = nsl_places_make(out, s->model->spectrum, width, count, low,
                                        high, s->query->optimal, s->err);
    size_t bends = bends_of(s, kinks, &free_up_to);
    for (size_t i = 0; i < 2 * bends && status == NSL_OK;
         i++) { /* both sides of each */
        double x = kinks[i / 2] + (i % 2 ? BESIDE : -BESIDE);
        if (x > low && x < high)
            status = nsl_places_add(out, x, s->err);
    }
    if (status == NSL_OK && s->most == NSL_COST_TIME)
        status = add_times(out, s);
    return status;
}

/* --- the least of all --------------------------------------------------------------
 */

/* An end of a bracket from `middle` towards `outer`, where the loss is higher: the
 * slope there must have the sign given, which peaks near `outer` may spoil. NaN:
 * nowhere. */
static double bracket_end(nsl_split *s, double middle, double outer, double sign)
{
    for (int i = 0; i < HALVINGS_MAX; i++) {
        if (sign * nsl_split_slope(s, outer) > 0.0)
            return outer;
        outer = 0.5 * (middle + outer);
    }
    return NAN;
}

/* The root of the slope next to `middle`, which is lower than `low` and `high`; false
 * where there is none. */
static bool stationary(double *x, nsl_split *s, double low, double middle, double high)
{
    double slope = nsl_split_slope(s, middle);
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
    double width = NSL_SPLIT_CLOSE * fmax(1.0, fabs(middle));
    return nsl_root_between(x, slope_in_bracket, s, &low, &high, width);
}

static void consider(nsl_split_place *best, nsl_split *s, nsl_frontier_kind kind,
                     double x, double error)
{
    double loss = nsl_split_loss(s, x, nsl_split_most(s, x));
    if (s->status != NSL_OK || isnan(loss))
        return;
    double doubt = nsl_split_doubt(s);
    bool same = fabs(loss - best->loss) <= doubt &&
                !(x > best->x + NSL_SPLIT_HALF_DIGITS) &&
                !(x < best->x - NSL_SPLIT_HALF_DIGITS);
    bool sharper = same && best->error >= NSL_SPLIT_HALF_DIGITS && error < best->error;
    if (loss < best->loss - doubt || sharper)
        *best = (nsl_split_place){kind, x, loss, error, sharper && best->tie};
    else if (loss <= best->loss + doubt && !same)
        best->tie = true; /* of equal ones the first, with fewer features */
}

/* The minimum next to `middle`, if that is not only a peak's foot. */
static void look_between(nsl_split_place *best, nsl_split *s, double low, double middle,
                         double high)
{
    double x;
    if (stationary(&x, s, low, middle, high))
        consider(best, s, NSL_FRONTIER_SMOOTH, x, NSL_SPLIT_CLOSE * fmax(1.0, fabs(x)));
    else if (s->status == NSL_OK &&
             nsl_minimum_between(&x, loss_in_bracket, s, low, middle, high,
                                 NSL_SPLIT_HALF_DIGITS))
        consider(best, s, NSL_FRONTIER_SMOOTH, x, NSL_SPLIT_HALF_DIGITS);
}

/* The place of `kind` at ln(size), if it is within. */
static void consider_at(nsl_split_place *best, nsl_split *s, nsl_frontier_kind kind,
                        double x, double error, const nsl_places *places)
{
    if (x > places->x[0] && x < places->x[places->count - 1])
        consider(best, s, kind, x, error);
}

/* Sizes at which a loss without ridge has a kink, which no slope tells; the best ridge
 * may be none. Stopped early, training leaves none. */
static void consider_kinks(nsl_split_place *best, nsl_split *s,
                           const nsl_places *places)
{
    double size[NSL_SPECIAL_MAX];
    size_t count = nsl_special_sizes(size, s->model);
    if (s->point.training.kind != NSL_TRAINED)
        return;
    best->loss += 3.0 * nsl_split_doubt(s); /* found from both sides it is a corner */
    for (size_t i = 0; i < count; i++) {
        consider_at(best, s, nsl_split_kink_of(s->along), log(size[i]), 0.0, places);
        consider_at(best, s, nsl_split_kink_of(s->most),
                    nsl_split_meeting(s, log(size[i]), 0.0), NSL_SPLIT_CLOSE, places);
    }
}

/* Whether losses agree but for their rounding while the slopes, whose digits are their
 * own, say that it goes on upwards or downwards: no minimum is here. */
static bool only_rounding(nsl_split_sight before, nsl_split_sight here,
                          nsl_split_sight next)
{
    double rounding = 4 * DBL_EPSILON * fmax(1.0, fabs(here.loss));
    bool equal = fabs(before.loss - here.loss) <= rounding &&
                 fabs(next.loss - here.loss) <= rounding;
    return equal && ((before.slope > 0.0 && here.slope > 0.0 && next.slope > 0.0) ||
                     (before.slope < 0.0 && here.slope < 0.0 && next.slope < 0.0));
}

/* Looks at the minima between places, at both ends, and where the other resource stops
 * being free. */
static nsl_split_place best_between(nsl_split *s, const nsl_places *places)
{
    nsl_split_place best = {NSL_FRONTIER_SMOOTH, NAN, INFINITY, 0.0, false};
    double kinks[NSL_COST_TERMS_MAX], free_up_to;
    nsl_split_sight before = {NAN, INFINITY, NAN}, here = before;
    bool was_turn = false, smooth = s->point.training.kind != NSL_TRAINED;
    bends_of(s, kinks, &free_up_to);
    for (size_t i = 0; i < places->count && s->status == NSL_OK; i++) {
        nsl_split_sight next = nsl_split_see(s, places->x[i]);
        if (isinf(next.loss) && next.loss < 0.0) /* a loss of 0: no slope */
            return (nsl_split_place){NSL_FRONTIER_FLAT, next.x, next.loss,
                                     NSL_SPLIT_CLOSE, false};
        bool turn = here.slope < 0.0 && next.slope > 0.0;
        bool lowest = here.loss <= before.loss && here.loss <= next.loss &&
                      !only_rounding(before, here, next);
        if (smooth) /* slopes tell all but where descent begins to diverge */
            lowest = lowest && (here.slope == 0.0 || isinf(before.loss + next.loss));
        if (turn)
            look_between(&best, s, here.x, 0.5 * (here.x + next.x), next.x);
        else if (i >= 2 && lowest && !was_turn)
            look_between(&best, s, before.x, here.x, next.x);
        was_turn = turn;
        before = here;
        here = next;
    }
    consider(&best, s, nsl_split_end_of(s->along), places->x[0], 0.0);
    consider(&best, s, nsl_split_end_of(s->most), places->x[places->count - 1],
             NSL_SPLIT_CLOSE);
    consider_kinks(&best, s, places);
    if (free_up_to > 0.0 && isfinite(free_up_to))
        consider(&best, s, nsl_split_free_of(s->most), free_up_to * (1.0 - INSIDE),
                 NSL_SPLIT_CLOSE);
    return best;
}

nsl_status nsl_split_best(nsl_split_place *best, nsl_split *s, double low, double high)
{
    nsl_places places;
    nsl_status status = places_of(&places, s, low, high);
    if (status != NSL_OK)
        return status;
    *best = best_between(s, &places);
    nsl_places_free(&places);
    return s->status;
}
