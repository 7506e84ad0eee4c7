/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef NSLAW_FRONTIER_H
#define NSLAW_FRONTIER_H

#include <nslaw/api.h>
#include <nslaw/cost.h>
#include <nslaw/error.h>
#include <nslaw/optimum.h>

NSL_BEGIN

/** Where the best split of a budget lies. */
typedef enum {
    NSL_FRONTIER_SMOOTH,        /**< between the ends: the loss is stationary */
    NSL_FRONTIER_ONE_FEATURE,   /**< at N = 1, the least that is looked at */
    NSL_FRONTIER_ONE_SAMPLE,    /**< at P = 1 */
    NSL_FRONTIER_FEATURES_KINK, /**< ridgeless, at N = a hidden width or the rank,
                                   beyond which more features do not help */
    NSL_FRONTIER_SAMPLES_KINK,  /**< ridgeless, at P = one of these */
    NSL_FRONTIER_FREE_SAMPLES,  /**< at the most features that leave samples free */
    NSL_FRONTIER_UNTRAINED,     /**< at the least time that is looked at, before which
                                   training has not begun to move the loss */
    NSL_FRONTIER_FREE_TIME,     /**< at the most features, or samples where features are
                                   given, that leave time free */
    NSL_FRONTIER_FLAT           /**< the loss is 0 there, and not only there */
} nsl_frontier_kind;

/** The features, samples and time of least test loss that a budget buys, N, P ≥ 1.
 *  What is not found is as it was given. Whole numbers only with nsl_frontier_integer.
 */
typedef struct {
    nsl_frontier_kind kind;
    nsl_cost_variable along, most; /**< the two that share the budget */
    double features;               /**< N* of each model */
    double samples;                /**< P*; INFINITY where samples are free */
    double time; /**< t*; INFINITY: trained to the end; steps of descent are as
                      given */
    bool tie; /**< another split is as good to 1e-12; of equal ones N* is the least */
    double size_error;          /**< relative bound on N*, P* and t* */
    nsl_prediction best;        /**< there: of the ensemble, if there is one */
    nsl_optimum ridge;          /**< the best ridge there, if it was asked for */
    double exponent_features;   /**< of N* ~ B^exponent; NaN where undefined */
    double exponent_samples;    /**< of P* ~ B^exponent */
    double exponent_time;       /**< of t* ~ B^exponent */
    double exponent_error;      /**< absolute bound on these */
    double exponent_loss;       /**< −dln L* / dlnB, of the loss on clean labels */
    double exponent_loss_error; /**< absolute bound on it */
} nsl_frontier;

/** What is optimised. Ridge, noise and ensemble are those of `point`, and so is what
 *  is not found of sizes and training; all models of an ensemble share the samples and
 *  the budget. A time is found for gradient flow, and at the point's ridge. */
typedef struct {
    const nsl_cost *cost; /**< of one model */
    nsl_point point;
    bool optimal; /**< at the best ridge for each N and P */
    /** Look only at N within a factor 7 of this, and leave the exponents of N* and P*
     *  out; 0: everywhere, and all. */
    double near;
    bool fixed[NSL_COST_VARIABLES]; /**< of those in the cost: is paid for, and stays as
                                       the point has it */
} nsl_frontier_query;

/** Finds the global minimum of the test loss on cost(N, P, t)·K = budget by a scan in
 *  ln N (ln P where N is given) and the root of the exact derivative. Two of N, P and t
 *  must occur in the cost and not be fixed. Where three do, each term of the minimum
 *  must be without one of them, which is then infinite: N*min(P,time) is the better of
 *  N*time with P = ∞ and of N*P trained to the end. A free time is not
 *  stopped at its best.
 *  @param budget  > 0, finite
 *  @return NSL_OK; NSL_EINVAL (field "budget" where it does not buy one feature and one
 *          sample, "cost" where N is not bounded or there are not two to be found,
 *          "ridge" where it is the best and training may stop early, "learning-rate"
 *          where time is to be found for descent); NSL_EFAILED */
nsl_status nsl_frontier_find(nsl_frontier *out, const nsl_model *model,
                             const nsl_frontier_query *query, double budget,
                             nsl_error *err);

/** The best pair of whole numbers next to what nsl_frontier_find gave, within budget;
 *  exponents stay those of the continuous frontier. */
nsl_status nsl_frontier_integer(nsl_frontier *inout, const nsl_model *model,
                                const nsl_frontier_query *query, double budget,
                                nsl_error *err);

NSL_END

#endif
