/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ℓ of runs whose training is stopped. */
#ifndef NSL_EMPIRICAL_THEORY_STOPPED_H
#define NSL_EMPIRICAL_THEORY_STOPPED_H

#include "empirical/theory_losses.h"

/* Refuses what stopped training does not have: latents, whose number is whole there, so
 * that the loss has steps; and a time scale where there is no time. */
nsl_status nsl_theory_check_stopped(const nsl_form *form, const nsl_training *training,
                                    nsl_error *err);

/* The training in the model's units. */
nsl_training nsl_theory_training(const nsl_form *form, const double *number,
                                 const nsl_training *training);

/* nsl_theory_losses of the stopped runs among `runs`; neighbours of the same sizes
 * share a course. */
nsl_status nsl_theory_stopped_losses(double *loss, double (*slope)[NSL_THEORY_NUMBERS],
                                     const nsl_form *form,
                                     const double number[NSL_THEORY_NUMBERS],
                                     const nsl_theory_runs *runs, nsl_error *err);

#endif
