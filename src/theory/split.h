/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two resources that share a budget: `along`, of which x is the logarithm, and `most`,
 * of which there is as much as x leaves money for, y(x). The third stays as it is. From
 * the cost ~ along^a most^b, dy/dx = −a/b, and
 *
 *     dln L/dx = −e_along + (a/b) e_most
 *
 * from the exact elasticities. y is convex in x (cost.h), so that no kink of the cost
 * is a minimum of the loss. */
#ifndef NSL_THEORY_SPLIT_H
#define NSL_THEORY_SPLIT_H

#include <nslaw/frontier.h>

/* No frontier is followed to x beyond this. */
static const double NSL_SPLIT_FARTHEST = 709.0;

/* Last step of a root in x. */
static const double NSL_SPLIT_CLOSE = 1e-13;

/* What a minimum tells of x by its losses alone: √(1e-15), and some to spare. */
static const double NSL_SPLIT_HALF_DIGITS = 1e-7;

enum { NSL_SPLIT_STEPS_MAX = 100 };

typedef struct {
    const nsl_model *model;
    const nsl_frontier_query *query;
    nsl_point point; /* the third resource's; the others are set where it is looked */
    nsl_cost_variable along, most;
    double logs[NSL_COST_VARIABLES]; /* the third's */
    double log_budget;               /* of one model */
    double least;                    /* the least y that is looked at */
    double end;                      /* the x that leaves it */
    nsl_prediction last;
    nsl_optimum ridge;
    nsl_status status;
    nsl_error *err;
} nsl_split;

/* Refuses what cannot be split, with a message. */
nsl_status nsl_split_check(const nsl_frontier_query *query, double budget,
                           nsl_error *err);

/* How many resources are found. */
int nsl_split_count(const nsl_frontier_query *query);

/* The amount of a resource in a point. */
double nsl_split_given(const nsl_point *point, nsl_cost_variable v);

/* Whether the others can be split with `third` as it is given or, of three that are
 * found, infinite: then a term of the cost is without it. */
bool nsl_split_leaves(const nsl_frontier_query *query, nsl_cost_variable third);

/* That split, and its ends: an error where the budget does not buy it or all of it. */
nsl_split nsl_split_without(nsl_cost_variable third, const nsl_model *model,
                            const nsl_frontier_query *query, double budget,
                            nsl_error *err);
nsl_status nsl_split_set_up(nsl_split *s, double budget);

/* y, which may be INFINITY. */
double nsl_split_most(const nsl_split *s, double x);

/* What x is, of `along`, or y, of `most`: a size that is a hidden width or the rank but
 * for rounding is that, as losses have kinks there. */
double nsl_split_amount(const nsl_split *s, nsl_cost_variable v, double log_amount);

/* Exponents of the cost of `along` and `most`, 1 and 0 where y is infinite. */
void nsl_split_rates(const nsl_split *s, double x, double y, double *a, double *b);

/* −∂ln L/∂ln(resource) of the last prediction. */
double nsl_split_elasticity(const nsl_split *s, nsl_cost_variable v);

/* Relative bound on the last loss that the exponents and comparisons may rely on. */
double nsl_split_doubt(const nsl_split *s);

/* ln of the loss; ±INFINITY where it diverges or is 0, NaN where it fails. */
double nsl_split_loss(nsl_split *s, double x, double y);

/* ln L and its slope on the frontier. */
typedef struct {
    double x, loss, slope;
} nsl_split_sight;

nsl_split_sight nsl_split_see(nsl_split *s, double x);
double nsl_split_slope(nsl_split *s, double x);

/* The most x that leaves the least y, or NaN where x has no bound. */
double nsl_split_end(const nsl_split *s);

/* x at which y = log_size + power·x, by bisection on [0, end]. */
double nsl_split_meeting(const nsl_split *s, double log_size, double power);

/* Where a cost of `v` ends, and has a kink or is free, in the words of frontier.h. */
nsl_frontier_kind nsl_split_end_of(nsl_cost_variable v);
nsl_frontier_kind nsl_split_kink_of(nsl_cost_variable v);
nsl_frontier_kind nsl_split_free_of(nsl_cost_variable v);

/* The best place, and how far off it may be in x. */
typedef struct {
    nsl_frontier_kind kind;
    double x, loss, error;
    bool tie; /* another place is as good */
} nsl_split_place;

/* The global minimum from x = low to high; x = NaN where no loss is finite. */
nsl_status nsl_split_best(nsl_split_place *best, nsl_split *s, double low, double high);

/* nsl_frontier_find without the exponents of sizes and time. */
nsl_status nsl_frontier_find_place(nsl_frontier *out, const nsl_model *model,
                                   const nsl_frontier_query *query, double budget,
                                   nsl_error *err);

/* How the best split, which is at `at`, moves with the budget: the exponents of
 * sizes and time of `out`, whose size_error is set. */
void nsl_split_set_growth(nsl_frontier *out, nsl_split *s, nsl_split_place at);

#endif
