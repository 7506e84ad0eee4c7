/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Inverse queries and the frontier to any number of digits. Not in nslaw.h: it needs
 *  mpfr.h. */
#ifndef NSLAW_QUERIES_MP_H
#define NSLAW_QUERIES_MP_H

#include <nslaw/api.h>
#include <nslaw/frontier.h>
#include <nslaw/range.h>
#include <nslaw/solve.h>
#include <nslaw/theory_mp.h>

NSL_BEGIN

/** Sharpens what nsl_solve found to `digits` digits.
 *  @param value, high  as in nsl_solution; NaN where that has NaN
 *  @param rough        of nsl_solve for the same query
 *  @param target       the target loss as a decimal, or NULL for the double's value
 *  @return NSL_OK, NSL_EINVAL, NSL_ENOMEM, NSL_EFAILED */
nsl_status nsl_solve_mp(mpfr_t value, mpfr_t high, const nsl_solution *rough,
                        const nsl_model_mp *model, const nsl_point *point,
                        const nsl_point_decimals *decimals, const nsl_query *query,
                        const char *target, unsigned digits, nsl_error *err);

/** How a loss comes to its plateau: L(R) ≃ L(∞) + coefficient/R for R → ∞ features or
 *  samples, from losses at an R so large that the rest is below the last digit.
 *  @param coefficient  NaN where the approach is not of that form, as where L falls to
 * 0 by a power law
 *  @param resource     NSL_RESOURCE_FEATURES or NSL_RESOURCE_SAMPLES; its value in
 *                      `point` is ignored
 *  @param optimal      at the best ridge for each R; the model then has the kernel's
 *                      convention
 *  @return NSL_OK, NSL_EINVAL, NSL_ENOMEM, NSL_EFAILED */
nsl_status nsl_approach_mp(mpfr_t coefficient, const nsl_model_mp *model,
                           nsl_resource resource, const nsl_point *point,
                           const nsl_point_decimals *decimals, bool optimal,
                           nsl_units units, unsigned digits, nsl_error *err);

/** nsl_frontier to many digits. */
typedef struct {
    mpfr_t features, samples, time; /**< infinite of time: trained to the end */
    nsl_prediction_mp best;
    mpfr_t ridge; /**< the best one; NaN where it was not asked for */
    mpfr_t exponent_features, exponent_samples, exponent_time; /**< NaN of what is not
                                                                  found */
    mpfr_t exponent_loss; /**< of the loss on clean labels, in any units */
} nsl_frontier_mp;

void nsl_frontier_mp_init(nsl_frontier_mp *f);
void nsl_frontier_mp_clear(nsl_frontier_mp *f);

/** The question in decimals; `point` and `optimal` as in nsl_frontier_query. */
typedef struct {
    const char *cost, *budget;
    nsl_point point;
    nsl_point_decimals decimals; /**< of ridge, noise and what is not found */
    bool optimal;
    nsl_units units;
} nsl_frontier_query_mp;

/** Sharpens what nsl_frontier_find found to `digits` digits.
 *  @return NSL_OK, NSL_EINVAL, NSL_ENOMEM, NSL_EFAILED (also where `rough` does not lie
 *          between the ends) */
nsl_status nsl_frontier_find_mp(nsl_frontier_mp *out, const nsl_frontier *rough,
                                const nsl_model_mp *model,
                                const nsl_frontier_query_mp *query, unsigned digits,
                                nsl_error *err);

NSL_END

#endif
