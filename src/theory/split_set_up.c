/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which resources a budget is split between, and from where to where. */
#include "core/error.h"
#include "theory/split.h"

#include <nslaw/course.h>

#include <math.h>

/* The least time that is looked at, beside that at which training has moved the loss by
 * 0.1%: as the loss moves in proportion to time, or its square, it is then where it
 * began to 1e-6, whatever the sizes. */
static const double BEGUN = 1e-3;

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
int nsl_split_count(const nsl_frontier_query *query)
{
    int count = 0;
    for (nsl_cost_variable v = 0; v < NSL_COST_VARIABLES; v++)
        count += is_found(query, v);
    return count;
}

/* Whether the others can be split with `third` as it is given or, of three that are
 * found, infinite: then a term of the cost is without it. */
bool nsl_split_leaves(const nsl_frontier_query *query, nsl_cost_variable third)
{
    double logs[NSL_COST_VARIABLES] = {0.0};
    logs[third] = INFINITY;
    return nsl_split_count(query) == 2 ? !is_found(query, third)
                                       : isfinite(nsl_cost_log(query->cost, logs));
}

/* The amount of a resource in a point. */
double nsl_split_given(const nsl_point *point, nsl_cost_variable v)
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
        double amount = nsl_split_given(&query->point, v);
        bool steps = v == NSL_COST_TIME && query->point.training.kind == NSL_DESCENT;
        if (!is_found(query, v) && !(amount > 0.0))
            return nsl_fail(err, NSL_EINVAL, steps ? "steps" : names[v],
                            "must be > 0 where it is not to be found, got %g", amount);
    }
    return NSL_OK;
}

nsl_status nsl_split_check(const nsl_frontier_query *query, double budget,
                           nsl_error *err)
{
    bool timed = is_found(query, NSL_COST_TIME);
    if (!(budget > 0.0 && isfinite(budget)))
        return nsl_fail(err, NSL_EINVAL, "budget",
                        "must be a finite number > 0, got %g", budget);
    if (isinf(query->point.ensemble))
        return nsl_fail(err, NSL_EINVAL, "ensemble",
                        "must be finite: infinitely many models cost more than any "
                        "budget");
    if (nsl_split_count(query) < 2)
        return nsl_fail(err, NSL_EINVAL, "cost",
                        "must leave at least two of N, P and time to be found");
    if (nsl_split_count(query) == 3 && nsl_cost_most_variables(query->cost) == 3)
        return nsl_fail(err, NSL_EINVAL, "cost",
                        "must have at most two of N, P and time in each of its terms, "
                        "or one of them must be given");
    if (timed && query->point.training.kind == NSL_DESCENT)
        return nsl_fail(err, NSL_EINVAL, "learning-rate",
                        "is of descent: a time to be found is that of gradient flow");
    bool stopped = isfinite(nsl_split_given(&query->point, NSL_COST_TIME));
    if (query->optimal && (timed || stopped))
        return nsl_fail(err, NSL_EINVAL, "ridge",
                        "must be a number where training may stop early, not the best");
    return check_given(query, err);
}

/* With the third resource as the point has it or, of three to be found, infinite. */
nsl_split nsl_split_without(nsl_cost_variable third, const nsl_model *model,
                            const nsl_frontier_query *query, double budget,
                            nsl_error *err)
{
    nsl_split s = {.model = model, .query = query, .point = query->point, .err = err};
    s.along = third == NSL_COST_FEATURES ? NSL_COST_SAMPLES : NSL_COST_FEATURES;
    s.most = third == NSL_COST_TIME ? NSL_COST_SAMPLES : NSL_COST_TIME;
    if (s.most == NSL_COST_TIME)
        s.point.training = (nsl_training){.kind = NSL_FLOW};
    if (third == NSL_COST_TIME &&
        (is_found(query, third) || isinf(nsl_split_given(&query->point, third))))
        s.point.training = (nsl_training){.kind = NSL_TRAINED};
    else if (is_found(query, third))
        *(third == NSL_COST_FEATURES ? &s.point.features : &s.point.samples) = INFINITY;
    s.logs[third] = log(nsl_split_given(&s.point, third));
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

nsl_status nsl_split_set_up(nsl_split *s, double budget)
{
    nsl_status status = s->most == NSL_COST_TIME ? set_least_time(s) : NSL_OK;
    return status == NSL_OK ? set_end(s, budget) : status;
}
