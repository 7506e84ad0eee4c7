/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The spectrum of nonlinear random features: how an activation extends that of its
 *  inputs (theory.md section 10). */
#ifndef NSLAW_FEATURES_H
#define NSLAW_FEATURES_H

#include <nslaw/activation.h>
#include <nslaw/api.h>
#include <nslaw/error.h>
#include <nslaw/spectrum.h>
#include <stddef.h>
#include <stdint.h>

NSL_BEGIN

/** Where the target's weights come from. */
typedef enum {
    NSL_FEATURES_ISOTROPIC, /**< no weights: the MRS target is then proportional to the
                                 eigenvalues */
    NSL_FEATURES_LINEAR, /**< linear in the inputs, of label variance 1: λ_i/tr λ along
                              input direction i, carried by degree 1 */
    NSL_FEATURES_OWN     /**< those of the inputs' table, carried by degree 1 */
} nsl_features_target;

/** Equal eigenvalues of one degree. */
typedef struct {
    double eigenvalue; /**< > 0, of the features' kernel E_u[σ(u·x/√tr λ) σ(u·x'/√tr
                          λ)]; dimensionless */
    double target;   /**< v² of one copy; 0 for NSL_FEATURES_ISOTROPIC */
    uint64_t degree; /**< k: products of k input directions */
    uint64_t multiplicity;
} nsl_feature_row;

/** The straight line through ln(eigenvalue) against ln(rank), by least squares with the
 *  weights of measured.h. */
typedef struct {
    double exponent; /**< −slope = 1 + α; NaN where the range is no factor 2 of ranks or
                          has less than three eigenvalues */
    double amplitude;  /**< eigenvalue = amplitude · rank^−exponent; NaN with it */
    uint64_t from, to; /**< ranks, first and last; to < from: none */
} nsl_features_fit;

/** The K largest eigenvalues. */
typedef struct {
    size_t count; /**< rows */
    nsl_feature_row
        *row; /**< eigenvalues fall; multiplicities add up to `eigenvalues` */
    uint64_t eigenvalues; /**< K; less where no more are > 2.2e-308 */
    uint64_t degree_max;  /**< the highest in the rows */
    uint64_t inputs;      /**< N_in: input eigenvalues > 0; NSL_LATENTS_INFINITE */
    double linear;        /**< c_1² */
    double weight;        /**< Eσ², the sum of all eigenvalues */
    double weight_left;   /**< that of the eigenvalues that are not in the rows */
    double weight_above;  /**< Σ c_k² over degrees above degree_max */
    double weight_error;  /**< absolute bound on the errors of these three */
    double target_left; /**< Σ v² of input directions whose degree-1 eigenvalue is not
                             in the rows; 0 for NSL_FEATURES_ISOTROPIC */
    nsl_features_fit below, above; /**< fits to ranks up to N_in, and beyond */
} nsl_features;

/** Finds the `count` largest of
 *
 *      c_k² · k!/(Π_i k_i!) · Π_i ρ_i^{k_i},   Σ_i k_i = k = 0, 1, 2, …,   ρ_i = λ_i/tr
 * λ.
 *
 *  Each is exact for the numbers given but for a relative error of 1e-14 +
 * 4e-16·degree; eigenvalues of one degree that agree within 1e-15·(degree + 1) are one
 * row, unless their targets differ. Cost and memory grow with the rows, not with N_in.
 *  @param inputs  a power law, of which λ₊ does not matter, or a table
 *  @param count   K ≥ 1
 *  @return NSL_OK; NSL_EINVAL: σ = 0, or a target that does not exist or has no weight
 *          because c_1 = 0; NSL_ENOMEM where the rows would take more memory than the
 *          machine has, before it is taken, or that there is; *out is then empty */
nsl_status nsl_features_find(nsl_features *out, const nsl_activation *activation,
                             const nsl_spectrum *inputs, uint64_t count,
                             nsl_features_target target, nsl_error *err);

void nsl_features_clear(nsl_features *features);

NSL_END

#endif
