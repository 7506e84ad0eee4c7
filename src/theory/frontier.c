/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The compute frontier: the least loss along cost(N, P, t) = budget. Two resources that
 * are found share the budget (split.h). Of three, each term of the cost leaves one
 * free, so that the best is the better of the splits with one of them infinite. */
#include <nslaw/frontier.h>

#include "core/error.h"
#include "theory/split.h"

#include <nslaw/course.h>

#include <float.h>
#include <math.h>

/* ln of the factor that frontier.h calls near. */
static const double NEARBY = 2.0;

/* The least time that is looked at, beside that at which training has moved the loss by
 * 0.1%: as the loss moves in proportion to time, or its square, it is then where it
 * began to 1e-6, whatever the sizes. */
static const double BEGUN = 1e-3;

/* --- what is split -----------------------------------------------------------------
 */

/* What a user calls them. */
static const char *const symbols[] = {
    [NSL_COST_FEATURES] = "N", [NSL_COST_SAMPLES] = "P", [NSL_COST_TIME] = "time"};
static const char *const names[] = {[NSL_COST_FEATURES] = "features",
                                    [NSL_COST_SAMPLES] = "samples",
                                    [NSL_COST_TIME] = "time"};

static bool is_found(const nsl_frontier_query *query, nsl_cost_variable v)
{
    return nsl_cost_has(query->cost, v) && !query->fixed[v];
}

/* How many resources are found. */
static int count_found(const nsl_frontier_query *query)
{
    int count = 0;
    for (nsl_cost_variable v = 0; v < NSL_COST_VARIABLES; v++)
        count += is_found(query, v);
    return count;
}

/* Whether the others can be split with `third` as it is given or, of three that are
 * found, infinite: then a term of the cost is without it. */
static bool is_split_without(const nsl_frontier_query *query, nsl_cost_variable third)
{
    double logs[NSL_COST_VARIABLES] = {0.0};
    logs[third] = INFINITY;
    return count_found(query) == 2 ? !is_found(query, third)
                                   : isfinite(nsl_cost_log(query->cost, logs));
}

/* The amount of a resource in a point. */
static double amount_in(const nsl_point *point, nsl_cost_variable v)
{
    const nsl_training *t = &point->training;
    if (v == NSL_COST_FEATURES)
        return point->features;
    if (v == NSL_COST_SAMPLES)
        return point->samples;
    return t->kind == NSL_TRAINED   ? (double)INFINITY
           : t->kind == NSL_DESCENT ? t->steps
                                    : t->time;
}

/* What is not found has an amount. */
static nsl_status check_given(const nsl_frontier_query *query, nsl_error *err)
{
    for (nsl_cost_variable v = 0; v < NSL_COST_VARIABLES; v++) {
        double amount = amount_in(&query->point, v);
        bool steps = v == NSL_COST_TIME && query->point.training.kind == NSL_DESCENT;
        if (!is_found(query, v) && !(amount > 0.0))
            return nsl_fail(err, NSL_EINVAL, steps ? "steps" : names[v],
                            "must be > 0 where it is not to be found, got %g", amount);
    }
    return NSL_OK;
}

static nsl_status check(const nsl_frontier_query *query, double budget, nsl_error *err)
{
    bool timed = is_found(query, NSL_COST_TIME);
    if (!(budget > 0.0 && isfinite(budget)))
        return nsl_fail(err, NSL_EINVAL, "budget",
                        "must be a finite number > 0, got %g", budget);
    if (isinf(query->point.ensemble))
        return nsl_fail(err, NSL_EINVAL, "ensemble",
                        "must be finite: infinitely many models cost more than any "
                        "budget");
    if (count_found(query) < 2)
        return nsl_fail(err, NSL_EINVAL, "cost",
                        "must leave at least two of N, P and time to be found");
    if (count_found(query) == 3 && nsl_cost_most_variables(query->cost) == 3)
        return nsl_fail(err, NSL_EINVAL, "cost",
                        "must have at most two of N, P and time in each of its terms, "
                        "or one of them must be given");
    if (timed && query->point.training.kind == NSL_DESCENT)
        return nsl_fail(err, NSL_EINVAL, "learning-rate",
                        "is of descent: a time to be found is that of gradient flow");
    bool stopped = isfinite(amount_in(&query->point, NSL_COST_TIME));
    if (query->optimal && (timed || stopped))
        return nsl_fail(err, NSL_EINVAL, "ridge",
                        "must be a number where training may stop early, not the best");
    return check_given(query, err);
}

/* With the third resource as the point has it or, of three to be found, infinite. */
static nsl_split split_without(nsl_cost_variable third, const nsl_model *model,
                               const nsl_frontier_query *query, double budget,
                               nsl_error *err)
{
    nsl_split s = {.model = model, .query = query, .point = query->point, .err = err};
    s.along = third == NSL_COST_FEATURES ? NSL_COST_SAMPLES : NSL_COST_FEATURES;
    s.most = third == NSL_COST_TIME ? NSL_COST_SAMPLES : NSL_COST_TIME;
    if (s.most == NSL_COST_TIME)
        s.point.training = (nsl_training){.kind = NSL_FLOW};
    if (third == NSL_COST_TIME &&
        (is_found(query, third) || isinf(amount_in(&query->point, third))))
        s.point.training = (nsl_training){.kind = NSL_TRAINED};
    else if (is_found(query, third))
        *(third == NSL_COST_FEATURES ? &s.point.features : &s.point.samples) = INFINITY;
    s.logs[third] = log(amount_in(&s.point, third));
    s.log_budget = log(budget) - log(fmax(1.0, query->point.ensemble));
    return s;
}

/* ln of the least time that is looked at. */
static nsl_status set_least_time(nsl_split *s)
{
    nsl_course *course = NULL;
    nsl_point point = s->point;
    double low = 1.0, high;
    *(s->along == NSL_COST_FEATURES ? &point.features : &point.samples) = 1.0;
    nsl_status status = nsl_course_new(&course, s->model, &point, s->err);
    if (status == NSL_OK)
        status = nsl_course_span(&low, &high, course, s->err);
    nsl_course_free(course);
    s->least = log(low) + log(BEGUN);
    return status;
}

/* The end of the split, where a budget buys a bounded one. */
static nsl_status set_end(nsl_split *s, double budget)
{
    double logs[NSL_COST_VARIABLES] = {s->logs[0], s->logs[1], s->logs[2]};
    logs[s->along] = logs[s->most] = 0.0;
    double cost =
        fmax(1.0, s->point.ensemble) * exp(nsl_cost_log(s->query->cost, logs));
    if (s->most == NSL_COST_SAMPLES && nsl_split_most(s, 0.0) < 0.0)
        return nsl_fail(s->err, NSL_EINVAL, "budget",
                        "must buy at least one feature and one sample, which cost %g, "
                        "got %g",
                        cost, budget);
    if (isinf(nsl_split_most(s, 0.0)) && nsl_split_most(s, 0.0) < 0.0)
        return nsl_fail(s->err, NSL_EINVAL, "cost",
                        "must be finite, and is not at %s = inf",
                        symbols[NSL_COST_FEATURES + NSL_COST_SAMPLES + NSL_COST_TIME -
                                s->along - s->most]);
    s->end = nsl_split_end(s);
    bool bounded = nsl_split_most(s, INFINITY) < s->least;
    if (isnan(s->end) && bounded)
        return nsl_fail(s->err, NSL_EINVAL, "budget",
                        "must not buy more than 1e307 %s, got %g", names[s->along],
                        budget);
    if (isnan(s->end))
        return nsl_fail(
            s->err, NSL_EINVAL, "cost",
            "must grow with %s without bound at any %s, or the best %s is infinite",
            symbols[s->along], symbols[s->most], symbols[s->along]);
    return NSL_OK;
}

static nsl_status set_up(nsl_split *s, double budget)
{
    nsl_status status = s->most == NSL_COST_TIME ? set_least_time(s) : NSL_OK;
    return status == NSL_OK ? set_end(s, budget) : status;
}

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

/* Sizes, time and prediction at x; what stays is the point's. */
static void set_amounts(nsl_frontier *out, nsl_split *s, double x)
{
    double y = nsl_split_most(s, x);
    double *amount[] = {[NSL_COST_FEATURES] = &out->features,
                        [NSL_COST_SAMPLES] = &out->samples,
                        [NSL_COST_TIME] = &out->time};
    nsl_split_loss(s, x, y);
    for (nsl_cost_variable v = 0; v < NSL_COST_VARIABLES; v++)
        *amount[v] = amount_in(&s->point, v);
    *amount[s->along] = nsl_split_amount(s, s->along, x);
    *amount[s->most] = nsl_split_amount(s, s->most, y);
    out->best = s->last;
    out->ridge = s->ridge;
}

static void set_best(nsl_frontier *out, nsl_split *s, nsl_split_place best)
{
    /* known by its losses alone? */
    bool rough = best.error >= NSL_SPLIT_HALF_DIGITS;
    bool smooth = best.kind == NSL_FRONTIER_SMOOTH && !rough;
    double y = nsl_split_most(s, best.x);
    sharpness sharp = {1.0, 0.0};
    if (smooth)
        sharp = sharpness_at(s, best.x);
    set_amounts(out, s, best.x);
    out->kind = best.kind;
    out->along = s->along;
    out->most = s->most;
    out->tie = best.tie;
    out->size_error = best.error + 4 * DBL_EPSILON * fmax(1.0, fabs(best.x));
    if (smooth)
        out->size_error += nsl_split_doubt(s) *
                           fmax(1.0, fabs(nsl_split_elasticity(s, s->along))) /
                           fabs(sharp.tilt);
    if (best.kind == NSL_FRONTIER_FLAT)
        return;
    if (!(s->query->near > 0.0)) {
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
    nsl_status status = set_up(s, budget);
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

nsl_status nsl_frontier_find(nsl_frontier *out, const nsl_model *model,
                             const nsl_frontier_query *query, double budget,
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
    nsl_status status = check(query, budget, err);
    nsl_split_place best = {.x = NAN}, place;
    nsl_split split = {.model = NULL};
    for (int third = NSL_COST_TIME; third >= 0 && status == NSL_OK; third--) {
        if (!is_split_without(query, (nsl_cost_variable)third))
            continue;
        nsl_split s =
            split_without((nsl_cost_variable)third, model, query, budget, err);
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
    set_best(out, &split, best);
    return split.status;
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
    while (third > 0 && !(is_split_without(query, (nsl_cost_variable)third) &&
                          (count_found(query) == 2 || isinf(amount[third]))))
        third--;
    return split_without((nsl_cost_variable)third, model, query, budget, err);
}

nsl_status nsl_frontier_integer(nsl_frontier *inout, const nsl_model *model,
                                const nsl_frontier_query *query, double budget,
                                nsl_error *err)
{
    enum { AROUND = 2 };
    nsl_status status = check(query, budget, err);
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
