/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inside of nsl_model, for the theory files. */
#ifndef NSL_THEORY_MODEL_H
#define NSL_THEORY_MODEL_H

#include "spectrum/kind.h"
#include <nslaw/model.h>
#include <nslaw/theory.h>

struct nsl_model {
    const nsl_spectrum *spectrum;
    nsl_target target;
    nsl_ridge_convention convention;
    double sigma_u2, outputs;
    double sigma_w2, label_variance; /* of the target's scale: see set_target */
    size_t hidden_count;
    double hidden[]; /* widths before the last layer */
};

/* Which of N, M and the hidden widths is infinite, so that g = γM/σ_u² is not defined:
 * "features", "latents" or "hidden"; NULL where none is. */
const char *nsl_model_infinite(const nsl_model *model, double features);

/* Spectral sums at Δ > 0, z included. */
void nsl_model_moments(nsl_moments *out, const nsl_model *model, double delta);

/* The same model on another form of its spectrum; both must outlive it. */
nsl_status nsl_model_new_on(nsl_model **out, const nsl_model *model,
                            const nsl_spectrum *spectrum, nsl_error *err);

/* The same model on another power law. */
nsl_status nsl_model_new_like(nsl_model **out, const nsl_model *model,
                              const nsl_spectrum *spectrum, nsl_error *err);

/* The same model with the kernel's ridge, on the same spectrum, which with the model
 * must outlive it; to be freed by nsl_model_free. */
nsl_status nsl_model_new_kernel(nsl_model **out, const nsl_model *model,
                                nsl_error *err);

#endif
