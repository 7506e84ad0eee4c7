/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef NSLAW_THEORY_H
#define NSLAW_THEORY_H

#include <nslaw/api.h>
#include <nslaw/error.h>
#include <nslaw/model.h>
#include <stdbool.h>

NSL_BEGIN

/** Spectral sums at Δ (theory.md section 2), with u = λ/(λ+Δ) and per-output target
 *  weights v². All are sums of positive terms. */
typedef struct {
    /** z = Σ u, the effective dimension, kept as count + count_low − above + below so
     *  that z − n cancels nothing: `count` eigenvalues are mostly resolved and miss
     *  above = Σ(1−u) of their number; the others add below = Σ u. */
    double count, count_low, above, below;
    double z;       /**< Σ u */
    double z_error; /**< absolute bound on the error of z, and of z − n */
    double r;       /**< Σ u(1−u) = −dz/dlnΔ */
    double q;       /**< Σ u² = z − r */
    double q1;      /**< Σ u²(1−u) = (r+ρ)/2 = −½ dq/dlnΔ */
    double t0;      /**< Σ v²(1−u)² */
    double td;      /**< Σ v² u(1−u) = t₁ − t₀ */
    double tc;      /**< Σ v² u(1−u)² = ½ dt₀/dlnΔ */
    /** ρ = dr/dlnΔ = (count − z) − bend_above + bend_below, where count is a whole
     *  number: bend_above = Σ(1−u)²(1+2u) over the `count` eigenvalues, bend_below =
     *  Σ u²(3−2u) over the others. Between the steps of a steep spectrum, and close to
     *  the latent scale, 2 q1 − r would leave nothing of ρ. NaN where count is not
     *  whole: ρ is a good part of r there. */
    double bend_above, bend_below;
    double error; /**< relative bound on the error of r, q, q1, bends, t0, td and tc */
} nsl_moments;

/** Computes the spectral sums at Δ = delta > 0 (units of λ).
 *  @return NSL_OK or NSL_EINVAL (delta not finite, not > 0, or so small that
 *          delta/lambda_max of a power law is below the range of double) */
nsl_status nsl_moments_at(nsl_moments *out, const nsl_model *model, double delta,
                          nsl_error *err);

/** How a model is trained: theory.md section 12. */
typedef enum {
    NSL_TRAINED = 0, /**< to the end: the ridge predictor */
    NSL_FLOW,        /**< by gradient flow from zero, for a time */
    NSL_DESCENT      /**< by steps of gradient descent from zero */
} nsl_training_kind;

/** Training stopped early. Features are taken as scaled by 1/√width in every layer and
 *  the loss as a mean over samples, whatever the model's ridge convention: the unit of
 *  time that survives infinite sizes. With the paper's features, of variance σ_u²/M,
 * and a flow for a time τ on the summed loss, t = τ σ_u² N P/M. A ridge acts as weight
 *  decay. All zero: trained to the end. */
typedef struct {
    nsl_training_kind kind;
    double time;  /**< NSL_FLOW: t ≥ 0 or INFINITY */
    double steps; /**< NSL_DESCENT: k ≥ 0, whole, or INFINITY */
    double rate;  /**< NSL_DESCENT: η > 0, k steps take about the time kη; below
                       2/(largest eigenvalue of the Gram matrix + ridge) */
} nsl_training;

/** Where a prediction is asked for. */
typedef struct {
    double features; /**< N > 0 or INFINITY; the last layer's width */
    double samples;  /**< P > 0 or INFINITY */
    double ridge; /**< γ or δ ≥ 0 in the model's convention; 0: ridgeless, γ → 0;
                       INFINITY: nothing is learnt */
    double noise; /**< label-noise variance σ_ε² ≥ 0 per output */
    double ensemble; /**< models K ≥ 1 or INFINITY, trained on the same samples with
                          their own random features, whose predictions are averaged
                          [E5]; 0 stands for 1 */
    nsl_training training; /**< zero: to the end */
} nsl_point;

/** Why a value of nsl_prediction is NaN (bits of `notes`). */
enum {
    NSL_NOTE_DIVERGES = 1,         /**< the loss diverges: N = P at zero ridge */
    NSL_NOTE_ZERO_LOSS = 2,        /**< elasticities of a zero loss are undefined */
    NSL_NOTE_KINK = 4,             /**< one-sided derivatives differ: N or P = rank */
    NSL_NOTE_UNDERFLOW = 8,        /**< a value is below the range of double */
    NSL_NOTE_DOF_INFINITE = 16,    /**< N = P = M = ∞: z is infinite */
    NSL_NOTE_ELASTICITY = 32,      /**< double cannot give an elasticity to 1e-12 */
    NSL_NOTE_OVERFLOW = 64,        /**< a value is above the range of double */
    NSL_NOTE_RIDGE_INFINITE = 128, /**< Δ is infinite, as the ridge is */
    NSL_NOTE_DIGITS = 512,         /**< double has no digits of a loss, which is tiny
                                        against what it began with, or not 10 of the
                                        parts of one */
    NSL_NOTE_ORDER = 256 /**< N = P = M = ∞, no ridge, label noise: the loss is that of
                              P → ∞ at N = ∞, the noise floor (C/2) α σ_ε²; for P → ∞
                              first it would be 0 */
};

/** The theory's prediction at a point. Losses are L = C·E/2 (theory.md section 1). */
typedef struct {
    double delta;       /**< Δ, the root of [E1]; 0: every latent direction resolved;
                             NaN where training is stopped early: there is no one Δ */
    double dof;         /**< z(Δ), the effective dimension: the trace of the map from
                             labels to predictions */
    double test_loss;   /**< [E2], on clean labels */
    double signal_loss; /**< its part that label noise does not cause */
    double noise_loss;  /**< its part that label noise causes */
    double train_loss;  /**< [E3], a mean per sample, on the noisy labels */
    double bias;        /**< part of signal_loss: squared bias t₀ (section 3, [E5]) */
    double variance_samples;    /**< part of signal_loss: variance from the samples */
    double variance_features;   /**< part of signal_loss: variance from the features; of
                                     an ensemble, what its K models leave of it */
    double elasticity_features; /**< −∂ln(test_loss)/∂lnN at fixed P and ridge */
    double elasticity_samples;  /**< −∂ln(test_loss)/∂lnP at fixed N and ridge */
    double elasticity_ridge; /**< −∂ln(test_loss)/∂ln(ridge); 0 when ridgeless */
    double
        elasticity_time; /**< −∂ln(test_loss)/∂ln(time); of k steps of descent over the
                              next one, −ln(L(k+1)/L(k))/ln(1 + 1/k); 0 when trained */
    double elasticity_error; /**< bound on the errors of the elasticities: absolute, or
                                  relative where they are above 1 */
    double elasticity_time_error; /**< bound on the error of elasticity_time alone,
                                       absolute: where training is stopped, what decays
                                       keeps digits of its own */
    double parts_error; /**< bound on the errors of bias and variances, relative to
                             test_loss; where it is above 1e-10 they are NaN */
    double dof_error;   /**< relative bound on dof */
    double error; /**< relative bound on test_loss, and on Δ and the other losses; where
                       training is stopped, those of signal and noise are relative to
                       test_loss, and where that is NaN it is of train_loss alone */
    unsigned notes; /**< NSL_NOTE_* bits; for each NaN above, the reason */
} nsl_prediction;

/** How losses are reported: L = C·E/2, or with `mse` the mean squared error per output
 *  2L/C; with `test_noise` the test loss is on noisy labels, σ_ε² more in E. */
typedef struct {
    bool mse, test_noise;
} nsl_units;

/** Largest error of a relative printed value, the promise of this library. */
#define NSL_PROMISE 1e-12

/** Solves [E1] and evaluates [E2], [E3] and the elasticities at `point`.
 *  @return NSL_OK (values that do not exist are NaN and `notes` says why),
 *          NSL_EINVAL for a value outside its range or a positive MRS ridge at
 *          N = ∞ or M = ∞, NSL_EFAILED where the root finder did not converge */
nsl_status nsl_predict(nsl_prediction *out, const nsl_model *model,
                       const nsl_point *point, nsl_error *err);

NSL_END

#endif
