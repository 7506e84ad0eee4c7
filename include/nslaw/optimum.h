/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef NSLAW_OPTIMUM_H
#define NSLAW_OPTIMUM_H

#include <nslaw/api.h>
#include <nslaw/error.h>
#include <nslaw/model.h>
#include <nslaw/theory.h>

NSL_BEGIN

/** Where the test loss is least as a function of the ridge. */
typedef enum {
    NSL_OPTIMUM_INTERIOR, /**< at a positive ridge */
    NSL_OPTIMUM_ZERO,     /**< in the limit γ → 0 */
    NSL_OPTIMUM_INFINITE, /**< for γ → ∞: none of the target can be learnt */
    NSL_OPTIMUM_ANY       /**< every finite ridge does the same (P = ∞, zero loss) */
} nsl_optimum_kind;

/** The ridge that minimises the test loss on clean labels. */
typedef struct {
    nsl_optimum_kind kind;
    double ridge; /**< γ* or δ* in the model's convention; 0 or INFINITY by kind */
    double error; /**< relative bound on it */
    double delta; /**< Δ there; NaN unless interior */
    double gap;   /**< n − z(Δ) there, n = min(N_k, P); NaN unless interior */
    bool tie;     /**< another local minimum has the same loss to 1e-12 */
} nsl_optimum;

/** Finds the best ridge at `point`, whose own ridge is ignored: the global minimum of
 *  the loss of point->ensemble models, by the roots of the exact derivative (theory.md
 *  section 6; the condition without cancellation stands in balance.c).
 *  @return NSL_OK; NSL_EINVAL for a value outside its range, or the MRS convention at
 *          N = ∞ or M = ∞ where γ is not defined; NSL_EFAILED where the root finder did
 *          not converge or the ridge is outside the range of double */
nsl_status nsl_optimal_ridge(nsl_optimum *out, const nsl_model *model,
                             const nsl_point *point, nsl_error *err);

/** nsl_optimal_ridge and nsl_predict at that ridge, with `elasticity_ridge` exactly 0.
 *  `error` of the prediction is that of nsl_predict at the ridge given out. */
nsl_status nsl_predict_optimal(nsl_prediction *out, nsl_optimum *optimum,
                               const nsl_model *model, const nsl_point *point,
                               nsl_error *err);

NSL_END

#endif
