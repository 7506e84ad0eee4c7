/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The asymptotic laws of a power-law spectrum: exponents and amplitudes in closed form
 *  (theory.md section 7), to any number of digits. Not part of nslaw.h, like
 *  theory_mp.h. */
#ifndef NSLAW_LAWS_H
#define NSLAW_LAWS_H

#include <nslaw/api.h>
#include <nslaw/range.h>
#include <nslaw/theory_mp.h>

#include <mpfr.h>
#include <stdbool.h>
#include <stddef.h>

NSL_BEGIN

/** What limits the loss. z is the effective dimension, n = min(N, P). With label noise
 *  the first three are laws of the part of the loss that it does not cause. */
typedef enum {
    /** P → ∞ at any ridge: z = N. */
    NSL_REGIME_MODEL_LIMITED,
    /** N → ∞, no ridge or the best one. */
    NSL_REGIME_DATA_LIMITED,
    /** The ridge keeps z far below N and P: t₀ at Δ ≃ g/(N P). For β > p it also takes
     *  z^{1+min(β,2p)−p} far below N. */
    NSL_REGIME_RIDGE_LIMITED,
    /** N → ∞, label noise held down by the ridge. */
    NSL_REGIME_NOISE_LIMITED,
    /** N → ∞, label noise and no ridge: a floor that more data do not remove. */
    NSL_REGIME_NOISE_FLOOR,
    /** N → ∞, P far above a finite M: every latent direction is resolved. */
    NSL_REGIME_BEYOND_LATENTS,
    /** The least loss at N·P = B over N and, if the policy allows, the ridge; or at
     *  N·t = B over N, without ridge. */
    NSL_REGIME_COMPUTE_OPTIMAL,
    /** N and P → ∞: gradient flow is stopped while it still learns. */
    NSL_REGIME_TIME_LIMITED
} nsl_regime;

/** The fixed identifier of a regime, e.g. "model-limited". */
const char *nsl_regime_name(nsl_regime regime);

/** How the ridge is chosen as N and P grow. */
typedef enum {
    NSL_POLICY_ZERO,   /**< ridgeless, γ → 0 */
    NSL_POLICY_FIXED,  /**< the point's ridge, in the model's convention; 0: as ZERO */
    NSL_POLICY_OPTIMAL /**< the best at each N and P */
} nsl_ridge_policy;

/** One law: L ≃ amplitude·R^−exponent of the resource R, times (ln R + log_shift) where
 *  `logarithm`. Losses are L = C·E/2 or, in those units, E (theory.md section 1), on
 *  clean test labels. Values are known to a thousandth of a unit in the last
 *  digit asked for; NaN where they do not exist. */
typedef struct {
    nsl_resource resource;
    nsl_regime regime;
    mpfr_t exponent;  /**< dimensionless; negative where the loss rises with R */
    mpfr_t amplitude; /**< units of the loss times R^exponent; NaN: see `note` */
    bool logarithm;   /**< without an amplitude: to the power that `note` tells */
    mpfr_t log_shift; /**< NaN unless `logarithm` with an amplitude */
    /** Of a budget: N ≃ split_amplitude·B^split_exponent, P = B/N or t = B/N. Else NaN.
     */
    mpfr_t split_exponent, split_amplitude;
    /** Where the law holds, or why a value is NaN, one line; NULL: nothing to add. A
     *  constant, not to be freed. */
    const char *note;
} nsl_law_mp;

/** Most laws of one model. */
#define NSL_LAWS_MAX 9

/** The laws of a model, in the order of nsl_resource, then of nsl_regime. */
typedef struct {
    mpfr_t p; /**< 1 + α: λ_I = λ₊ I^−p */
    mpfr_t c; /**< z ≃ c (Δ/λ₊)^{−1/p} − ½, c = (π/p)/sin(π/p) */
    size_t count;
    nsl_law_mp law[NSL_LAWS_MAX];
} nsl_laws_mp;

void nsl_laws_mp_init(nsl_laws_mp *laws);
void nsl_laws_mp_clear(nsl_laws_mp *laws);

/** Finds the laws of a model with a power-law spectrum, for 1 ≪ N, P and, but for
 *  NSL_REGIME_BEYOND_LATENTS, z ≪ M. Hidden layers are taken to be too wide to limit.
 *  Equal exponents (β = p, β = 2p, α = 1) are told by the decimals: give "0.3" and
 *  "1.3" rather than their doubles, which are not exactly 1 apart. Close to equality a
 *  law sets in late: what it leaves out falls as the resource to the power of the
 *  difference.
 *  @param policy    NSL_POLICY_FIXED has no law of the budget, unless the ridge is 0
 *  @param point     noise ≥ 0; ridge ≥ 0, read for NSL_POLICY_FIXED only; features and
 *                   samples > 0 or NaN (not given), read for NSL_RESOURCE_RIDGE only;
 *                   ensemble 1 or 0: the laws are those of one model
 *  @param decimals  NULL: every number of `point` is its double
 *  @param units     `mse` as in nsl_predict_mp; `test_noise` is ignored
 *  @param digits    NSL_DIGITS_MIN … NSL_DIGITS_MAX
 *  @return NSL_OK, NSL_ENOMEM, NSL_EFAILED where no precision tried makes the digits
 *          agree, or NSL_EINVAL: no power law (field "spectrum"), a value outside its
 *          range, a positive fixed MRS ridge at M = ∞. No law then.
 *  Call mpfr_free_cache() once per thread when done. */
nsl_status nsl_laws_mp_find(nsl_laws_mp *out, const nsl_model_mp *model,
                            nsl_ridge_policy policy, const nsl_point *point,
                            const nsl_point_decimals *decimals, nsl_units units,
                            unsigned digits, nsl_error *err);

NSL_END

#endif
