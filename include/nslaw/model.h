/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef NSLAW_MODEL_H
#define NSLAW_MODEL_H

#include <nslaw/api.h>
#include <nslaw/error.h>
#include <nslaw/spectrum.h>
#include <stddef.h>

NSL_BEGIN

/** How the ridge is stated (theory.md section 2). */
typedef enum {
    /** γ on the summed loss; g = γ·M·Π(hidden widths)/σ_u^{2·layers} (MRS). */
    NSL_RIDGE_MRS,
    /** δ for features scaled by 1/√width; g = δ·Π(all widths). The only positive
     *  ridge that is defined at N = ∞ or M = ∞. */
    NSL_RIDGE_KERNEL
} nsl_ridge_convention;

/** Most feature layers before the last. */
#define NSL_HIDDEN_MAX 62

/** The model beside its spectrum. Start from nsl_model_defaults() and set fields.
 *  A NaN means "not given". */
typedef struct {
    /** Source exponent β > 0: v_I² ∝ I^−(1+β), with total label_variance. NaN: the
     *  spectrum's own target if it has one, else the MRS prior v_I² = (σ_w²/M) λ_I. */
    double source;
    /** Label variance Σ v_I² > 0 that normalises the target. NaN: 1 where the target
     *  needs it (M = ∞, or a source exponent). Excludes sigma_w2. */
    double label_variance;
    /** σ_w² > 0 of the MRS prior at finite M. NaN: 1. */
    double sigma_w2;
    /** σ_u² > 0 of the random feature maps. NaN: 1. Enters only through g. */
    double sigma_u2;
    /** Number of outputs C, a whole number ≥ 1 (default 1). */
    double outputs;
    /** Widths of the feature layers before the last, from the input on, each > 0 or
     *  INFINITY (array of hidden_count ≤ NSL_HIDDEN_MAX, copied by nsl_model_new). */
    const double *hidden;
    size_t hidden_count;
    nsl_ridge_convention convention;
} nsl_model_options;

/** Options with their defaults: MRS prior, σ_w² = σ_u² = C = 1, one layer. */
nsl_model_options nsl_model_defaults(void);

/** A spectrum with a target and feature layers. Immutable; threads may share it. */
typedef struct nsl_model nsl_model;

/** Makes a model on `spectrum`, which must outlive it. Checks every rule between the
 *  options: a source exponent excludes the spectrum's own target; sigma_w2 needs a
 *  finite M and the MRS prior; …
 *  @return NSL_OK, or NSL_EINVAL/NSL_ENOMEM with *out = NULL */
nsl_status nsl_model_new(nsl_model **out, const nsl_spectrum *spectrum,
                         const nsl_model_options *options, nsl_error *err);

/** Frees a model, not its spectrum; NULL is allowed. */
void nsl_model_free(nsl_model *model);

/** The spectrum the model was made on. */
const nsl_spectrum *nsl_model_spectrum(const nsl_model *model);

NSL_END

#endif
