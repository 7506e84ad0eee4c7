/* SPDX-License-Identifier: GPL-3.0-or-later */
/* [E2], [E3] and the elasticities at any precision, after loss.c. */
#ifndef NSL_MP_LOSS_MP_H
#define NSL_MP_LOSS_MP_H

#include "mp/root_mp.h"

/* Λ = 1/Σ 1/a_k, the last layer's share h of 1/Λ, and H = Σ h_k². */
void nsl_layers_mp(mpfr_t gap, mpfr_t share, mpfr_t square, const nsl_root_mp *root,
                   size_t layers);

/* Fills the values of `out` (each at the precision it has) from a root, in the units
 * asked for; what is exactly 0 is 0, what does not exist is NaN with a note.
 * @return NSL_OK or NSL_ENOMEM */
nsl_status nsl_loss_mp(nsl_prediction_mp *out, nsl_level *level,
                       const nsl_problem_mp *problem, nsl_root_mp *root,
                       nsl_units units, nsl_error *err);

#endif
