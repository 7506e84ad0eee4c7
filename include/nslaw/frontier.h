/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef NSLAW_FRONTIER_H
#define NSLAW_FRONTIER_H

#include <nslaw/cost.h>
#include <nslaw/error.h>
#include <nslaw/optimum.h>

/** Where the best split of a budget lies. */
typedef enum {
    NSL_FRONTIER_SMOOTH,        /**< between the ends: the loss is stationary */
    NSL_FRONTIER_ONE_FEATURE,   /**< at N = 1, the least that is looked at */
    NSL_FRONTIER_ONE_SAMPLE,    /**< at P = 1 */
    NSL_FRONTIER_FEATURES_KINK, /**< ridgeless, at N = a hidden width or the rank,
                                   beyond which more features do not help */
    NSL_FRONTIER_SAMPLES_KINK,  /**< ridgeless, at P = one of these */
    NSL_FRONTIER_FREE_SAMPLES,  /**< at the most features that leave samples free */
    NSL_FRONTIER_FLAT           /**< the loss is 0 there, and not only there */
} nsl_frontier_kind;

/** The features and samples of least test loss that a budget buys, N, P ≥ 1. Whole
 *  numbers only with nsl_frontier_integer. */
typedef struct {
    nsl_frontier_kind kind;
    double features; /**< N* of each model */
    double samples;  /**< P*; INFINITY where samples are free */
    bool tie; /**< another split is as good to 1e-12; of equal ones N* is the least */
    double size_error;          /**< relative bound on N* and P* */
    nsl_prediction best;        /**< there: of the ensemble, if there is one */
    nsl_optimum ridge;          /**< the best ridge there, if it was asked for */
    double exponent_features;   /**< of N* ~ B^exponent; NaN where undefined */
    double exponent_samples;    /**< of P* ~ B^exponent */
    double exponent_error;      /**< absolute bound on these two */
    double exponent_loss;       /**< −dln L* / dlnB, of the loss on clean labels */
    double exponent_loss_error; /**< absolute bound on it */
} nsl_frontier;

/** What is optimised. Ridge, noise and ensemble are those of `point`, whose sizes are
 *  ignored; all models of an ensemble share the samples and the budget. */
typedef struct {
    const nsl_cost *cost; /**< of one model */
    nsl_point point;
    bool optimal; /**< at the best ridge for each N and P */
    /** Look only at N within a factor 7 of this, and leave the exponents of N* and P*
     *  out; 0: everywhere, and all. */
    double near;
} nsl_frontier_query;

/** Finds the global minimum of the test loss on cost(N, P)·K = budget by a scan in ln N
 *  and the root of the exact derivative.
 *  @param budget  > 0, finite
 *  @return NSL_OK; NSL_EINVAL (field "budget" where it does not buy one feature and one
 *          sample, "cost" where N is not bounded); NSL_EFAILED */
nsl_status nsl_frontier_find(nsl_frontier *out, const nsl_model *model,
                             const nsl_frontier_query *query, double budget,
                             nsl_error *err);

/** The best pair of whole numbers next to what nsl_frontier_find gave, within budget;
 *  exponents stay those of the continuous frontier. */
nsl_status nsl_frontier_integer(nsl_frontier *inout, const nsl_model *model,
                                const nsl_frontier_query *query, double budget,
                                nsl_error *err);

#endif
