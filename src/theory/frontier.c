/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The compute frontier: the least loss along cost(N, P, t) = budget. Two resources that
 * are found share the budget (split.h). Of three, each term of the cost leaves one
 * free, so that the best is the better of the splits with one of them infinite. */
#include <nslaw/frontier.h>

#include "core/error.h"
#include "theory/split.h"

#include <float.h>
#include <math.h>

/* ln of the factor that frontier.h calls near. */
static const double NEARBY = 2.0;

/* --- what the best place says ------------------------------------------------------
 */

/* −dln L/dlnB at the best split: the elasticity of what the budget buys more of, times
 * how much. Where the loss is stationary both resources are worth the same, e_N/a =
 * e_P/b. `drift` is what the elasticities change by in a unit of x. */
static void set_loss_exponent(nsl_frontier *out, const nsl_split *s, nsl_split_place at,
                              double y, double drift)
{
    const double growth[] = {[NSL_COST_FEATURES] = out->exponent_features,
                             [NSL_COST_SAMPLES] = out->exponent_samples,
                             [NSL_COST_TIME] = out->exponent_time};
    double a, b, bought = growth[s->along];
    bool most = at.kind == nsl_split_end_of(s->along) ||
                at.kind == nsl_split_kink_of(s->along) ||
                (at.kind == NSL_FRONTIER_SMOOTH && isfinite(y));
    bool counted = at.kind == nsl_split_free_of(s->most);
    nsl_split_rates(s, at.x, y, &a, &b);
    if (!counted)
        bought = 1.0 / (most ? b : a);
    double e = nsl_split_elasticity(s, most ? s->most : s->along);
    double e_error = nsl_split_doubt(s) * fmax(1.0, fabs(e)) +
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

static sharpness sharpness_at(nsl_split *s, double x)
{
    static const double H = 1e-4; /* a few digits are enough */
    double up = nsl_split_slope(s, x + H), most = nsl_split_elasticity(s, s->most);
    double along = nsl_split_elasticity(s, s->along), down = nsl_split_slope(s, x - H);
    double drift = fmax(fabs(most - nsl_split_elasticity(s, s->most)),
                        fabs(along - nsl_split_elasticity(s, s->along)));
    return (sharpness){(up - down) / (2.0 * H), drift / (2.0 * H)};
}

/* What a minimum found by its losses alone is known to: NSL_SPLIT_HALF_DIGITS where it
 * is as sharp as d²ln L/dx² = 1, less where it is flatter. */
static double rough_error(nsl_split *s, double x)
{
    static const double H = 0.1; /* their rounding leaves tilts above 1e-13 */
    double up = nsl_split_loss(s, x + H, nsl_split_most(s, x + H));
    double down = nsl_split_loss(s, x - H, nsl_split_most(s, x - H));
    double here = nsl_split_loss(s, x, nsl_split_most(s, x));
    double tilt = ((up - here) + (down - here)) / (H * H);
    return NSL_SPLIT_HALF_DIGITS / sqrt(fmax(0.0, fmin(1.0, tilt)));
}

/* Sizes, time and prediction at x; what stays is the point's. */
static void set_amounts(nsl_frontier *out, nsl_split *s, double x)
{
    double y = nsl_split_most(s, x);
    double *amount[] = {[NSL_COST_FEATURES] = &out->features,
                        [NSL_COST_SAMPLES] = &out->samples,
                        [NSL_COST_TIME] = &out->time};
    nsl_split_loss(s, x, y);
    for (nsl_cost_variable v = 0; v < NSL_COST_VARIABLES; v++)
        *amount[v] = nsl_split_given(&s->point, v);
    *amount[s->along] = nsl_split_amount(s, s->along, x);
    *amount[s->most] = nsl_split_amount(s, s->most, y);
    out->best = s->last;
    out->ridge = s->ridge;
}

static void set_best(nsl_frontier *out, nsl_split *s, nsl_split_place best, bool growth)
{
    /* known by its losses alone? */
    bool rough = best.error >= NSL_SPLIT_HALF_DIGITS;
    bool smooth = best.kind == NSL_FRONTIER_SMOOTH && !rough;
    double y = nsl_split_most(s, best.x);
    sharpness sharp = {1.0, 0.0};
    if (smooth)
        sharp = sharpness_at(s, best.x);
    out->size_error = rough ? rough_error(s, best.x) : best.error;
    out->size_error += 4 * DBL_EPSILON * fmax(1.0, fabs(best.x));
    set_amounts(out, s, best.x);
    out->kind = best.kind;
    out->along = s->along;
    out->most = s->most;
    out->tie = best.tie;
    if (smooth)
        out->size_error += nsl_split_doubt(s) *
                           fmax(1.0, fabs(nsl_split_elasticity(s, s->along))) /
                           fabs(sharp.tilt);
    if (best.kind == NSL_FRONTIER_FLAT)
        return;
    if (growth) {
        nsl_split_set_growth(out, s, best);
        nsl_split_loss(s, best.x, y);
    }
    if (!rough)
        set_loss_exponent(out, s, best, y, sharp.drift);
}

/* --- all ---------------------------------------------------------------------------
 */

/* The least around x; NaN where it lies at an edge of what is looked at, and so perhaps
 * beyond. */
static nsl_status find_near(nsl_split_place *best, nsl_split *s, double x)
{
    double low = fmax(0.0, fmin(x, s->end) - NEARBY), high = fmin(s->end, x + NEARBY);
    nsl_status status = nsl_split_best(best, s, low, high);
    bool beyond = (best->kind == nsl_split_end_of(s->along) && low > 0.0) ||
                  (best->kind == nsl_split_end_of(s->most) && high < s->end);
    if (beyond)
        best->x = NAN;
    return status;
}

static nsl_status find_place(nsl_split_place *best, nsl_split *s, double budget)
{
    nsl_status status = nsl_split_set_up(s, budget);
    *best = (nsl_split_place){.x = NAN, .loss = INFINITY};
    if (status == NSL_OK && s->query->near > 0.0 && s->along == NSL_COST_FEATURES)
        status = find_near(best, s, log(s->query->near));
    if (status == NSL_OK && isnan(best->x))
        status = nsl_split_best(best, s, 0.0, s->end);
    return status;
}

/* The better of two splits, if `other` is one; equal losses are a tie. */
static bool is_better(nsl_split_place *best, const nsl_split *s, nsl_split_place other)
{
    double doubt = nsl_split_doubt(s);
    if (isnan(best->x) || other.loss < best->loss - doubt)
        return true;
    best->tie |= other.loss <= best->loss + doubt;
    return false;
}

static nsl_status find(nsl_frontier *out, const nsl_model *model,
                       const nsl_frontier_query *query, double budget, bool growth,
                       nsl_error *err)
{
    *out = (nsl_frontier){.features = NAN,
                          .samples = NAN,
                          .time = NAN,
                          .size_error = NAN,
                          .exponent_features = NAN,
                          .exponent_samples = NAN,
                          .exponent_time = NAN,
                          .exponent_error = NAN,
                          .exponent_loss = NAN,
                          .exponent_loss_error = NAN};
    nsl_status status = nsl_split_check(query, budget, err);
    nsl_split_place best = {.x = NAN}, place;
    nsl_split split = {.model = NULL};
    for (int third = NSL_COST_TIME; third >= 0 && status == NSL_OK; third--) {
        if (!nsl_split_leaves(query, (nsl_cost_variable)third))
            continue;
        nsl_split s =
            nsl_split_without((nsl_cost_variable)third, model, query, budget, err);
        status = find_place(&place, &s, budget);
        if (status == NSL_OK && is_better(&best, &s, place)) {
            best = place;
            split = s;
        }
    }
    if (status != NSL_OK)
        return status;
    if (isnan(best.x))
        return nsl_fail(err, NSL_EFAILED, "", "no loss on the frontier is finite");
    set_best(out, &split, best, growth);
    return split.status;
}

nsl_status nsl_frontier_find(nsl_frontier *out, const nsl_model *model,
                             const nsl_frontier_query *query, double budget,
                             nsl_error *err)
{
    return find(out, model, query, budget, !(query->near > 0.0), err);
}

nsl_status nsl_frontier_find_place(nsl_frontier *out, const nsl_model *model,
                                   const nsl_frontier_query *query, double budget,
                                   nsl_error *err)
{
    return find(out, model, query, budget, false, err);
}

/* --- whole numbers -----------------------------------------------------------------
 */

/* The most of a resource that `along` leaves money for, whole if it is samples. */
static double whole_most(const nsl_split *s, double along)
{
    double rounding = 4 * DBL_EPSILON * fmax(1.0, fabs(s->log_budget));
    double most = exp(nsl_split_most(s, log(along))), nearest = round(most);
    if (s->most == NSL_COST_TIME || isinf(most))
        return most;
    return nearest - most <= rounding * most ? nearest : nearest - 1.0;
}

/* The split that `f` is the best of. */
static nsl_split split_of(const nsl_frontier *f, const nsl_model *model,
                          const nsl_frontier_query *query, double budget,
                          nsl_error *err)
{
    const double amount[] = {[NSL_COST_FEATURES] = f->features,
                             [NSL_COST_SAMPLES] = f->samples,
                             [NSL_COST_TIME] = f->time};
    int third = NSL_COST_TIME;
    while (third > 0 && !(nsl_split_leaves(query, (nsl_cost_variable)third) &&
                          (nsl_split_count(query) == 2 || isinf(amount[third]))))
        third--;
    return nsl_split_without((nsl_cost_variable)third, model, query, budget, err);
}

nsl_status nsl_frontier_integer(nsl_frontier *inout, const nsl_model *model,
                                const nsl_frontier_query *query, double budget,
                                nsl_error *err)
{
    enum { AROUND = 2 };
    nsl_status status = nsl_split_check(query, budget, err);
    if (status != NSL_OK)
        return status;
    nsl_split s = split_of(inout, model, query, budget, err);
    double least = INFINITY;
    double middle =
        floor(s.along == NSL_COST_FEATURES ? inout->features : inout->samples);
    for (double n = middle - AROUND; n <= middle + AROUND + 1.0; n += 1.0) {
        double most = n >= 1.0 ? whole_most(&s, n) : 0.0;
        if (!(s.most == NSL_COST_TIME ? most > 0.0 : most >= 1.0))
            continue;
        double loss = nsl_split_loss(&s, log(n), log(most));
        if (s.status != NSL_OK)
            return s.status;
        if (loss < least) {
            least = loss;
            *(s.along == NSL_COST_FEATURES ? &inout->features : &inout->samples) = n;
            *(s.most == NSL_COST_TIME ? &inout->time : &inout->samples) = most;
            inout->best = s.last;
            inout->ridge = s.ridge;
        }
    }
    if (isinf(least) && least > 0.0)
        return nsl_fail(err, NSL_EFAILED, "", "no loss on the frontier is finite");
    inout->size_error = 0.0;
    return NSL_OK;
}
