/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The roots of [E1] at all nodes of a contour. */
#ifndef NSL_MP_TRAINING_ROOTS_H
#define NSL_MP_TRAINING_ROOTS_H

#include "mp/contour_mp.h"
#include "mp/resolvent_root.h"

/* Bits that [E1] and its gaps lose at the node nearest to w = 0, where they lose most;
 * ω₀ beside it.
 * @return NSL_OK, NSL_ENOMEM, NSL_EFAILED */
nsl_status nsl_training_lost_bits(mpfr_prec_t *lost, nsl_population_mp *p,
                                  const nsl_gram_question *q, const mpfr_t omega,
                                  nsl_error *err);

/* Δ at ω = ω₀ + w of every node, to the precision of delta[0]. */
nsl_status nsl_training_roots(mpc_t *delta, const nsl_contour_mp *c,
                              const mpfr_t omega0, const nsl_root_task *task);

#endif
