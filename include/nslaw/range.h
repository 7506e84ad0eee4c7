/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef NSLAW_RANGE_H
#define NSLAW_RANGE_H

#include <nslaw/api.h>
#include <nslaw/error.h>
#include <nslaw/model.h>
#include <nslaw/theory.h>

NSL_BEGIN

/** What a law is a power of. */
typedef enum {
    NSL_RESOURCE_FEATURES, /**< N */
    NSL_RESOURCE_SAMPLES,  /**< P, at N = ∞ */
    NSL_RESOURCE_BUDGET,   /**< B = N·P, spent on the best N and P */
    /** γ or δ, as the model states it (δ where `note` says so), at fixed N and P */
    NSL_RESOURCE_RIDGE,
    NSL_RESOURCE_TIME,       /**< t of gradient flow */
    NSL_RESOURCE_TIME_BUDGET /**< B = N·t at P = ∞, spent on the best N and t */
} nsl_resource;

/** The fixed identifier of a resource, e.g. "features". */
const char *nsl_resource_name(nsl_resource resource);

/** Where the local exponent −dln L/dln R is near to that of a law. */
typedef struct {
    double from; /**< least R of the longest such range; NaN where there is none */
    double to;   /**< largest R; INFINITY where it does not end */
} nsl_range;

/** Part of a law's exponent by which the local one may differ; for the exponent 0, that
 *  itself. */
#define NSL_RANGE_WITHIN 0.05

/** And the factor that the loss may be off the law: where it is further off the
 * exponent only happens to be the same, on the way from one law to another. */
#define NSL_RANGE_FACTOR 3.0

/** Looks for the range of a law within `bounds`, by a scan of the exact local
 *  exponent and bisection to a thousandth.
 *  @param exponent   the law's
 *  @param amplitude  the law's, of L = C·E/2; NaN to leave NSL_RANGE_FACTOR out
 *  @param point     what the resource does not set: N, P (INFINITY for a limit), ridge
 *                   and noise; of NSL_RESOURCE_BUDGET ridge and noise only
 *  @param optimal   at the best ridge everywhere
 *  @param bounds    where to look; NULL: everywhere, R ≥ 1 but for a ridge
 *                   and time
 *  @param resource  not NSL_RESOURCE_TIME_BUDGET
 *  @return NSL_OK, NSL_EINVAL, NSL_ENOMEM */
nsl_status nsl_range_find(nsl_range *out, const nsl_model *model, nsl_resource resource,
                          double exponent, double amplitude, const nsl_point *point,
                          bool optimal, const nsl_range *bounds, nsl_error *err);

/** A local exponent −dln L/dln R. */
typedef struct {
    double value; /**< NaN where it does not exist */
    double error; /**< absolute bound on it; NaN with it */
    /** NSL_NOTE_* bits that say why it is NaN; 0 then: the budget buys less than one
     *  feature and one sample somewhere. */
    unsigned notes;
} nsl_exponent;

/** −dln L/dln R at R = value, exactly. */
nsl_status nsl_local_exponent(nsl_exponent *out, const nsl_model *model,
                              nsl_resource resource, double value,
                              const nsl_point *point, bool optimal, nsl_error *err);

/** What a straight line through ln L over the decade around R = value would say: the
 *  least-squares slope −dln L/dln R at 21 points, geometric, both ends included; NaN
 *  where the loss at one of them is no positive number. */
nsl_status nsl_fitted_exponent(nsl_exponent *out, const nsl_model *model,
                               nsl_resource resource, double value,
                               const nsl_point *point, bool optimal, nsl_error *err);

NSL_END

#endif
