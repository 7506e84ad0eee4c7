/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The model behind a form of the theory, at given parameters. */
#ifndef NSL_EMPIRICAL_THEORY_MODEL_H
#define NSL_EMPIRICAL_THEORY_MODEL_H

#include "empirical/theory_losses.h"
#include "theory/quick.h"

/* A law of the family as a model, and the power law itself where that does not do. */
typedef struct {
    nsl_spectrum *exact, *law;
    nsl_model *model;
    nsl_quick quick;
    double p;
    bool guess; /* the best ridge is where guess() says, but for small sizes */
} nsl_theory_model;

/* @param family  NULL: only the power law itself and its model
 * Clear it also where it fails. */
nsl_status nsl_theory_model_make(nsl_theory_model *m, const nsl_form *form,
                                 nsl_family *family, const double *number,
                                 nsl_error *err);
void nsl_theory_model_clear(nsl_theory_model *m);

/* ℓ at a point of the model with a family, as nsl_theory_losses finds it. */
nsl_status nsl_theory_model_loss(double *loss, const nsl_theory_model *m,
                                 const nsl_form *form, const nsl_point *point,
                                 nsl_theory_memory *memory, nsl_error *err);

/* The point of the model for N parameters and P samples. */
nsl_point nsl_theory_point(const nsl_form *form, const double *number,
                           double parameters, double samples);

#endif
