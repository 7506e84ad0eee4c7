/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The optimal ridge at any precision, after optimum.c. */
#ifndef NSL_MP_OPTIMUM_MP_H
#define NSL_MP_OPTIMUM_MP_H

#include "mp/root_mp.h"

/* Where the search begins: Δ and the least gap of the double optimum, or better. */
typedef struct {
    mpfr_t delta, gap;
} nsl_start_mp;

/* Fills the root with Δ, gaps and sums of the minimum near `start`, and `ridge` with
 * γ*; the problem is one with ridge 1.
 * @return NSL_OK, NSL_EFAILED (no convergence), NSL_ENOMEM */
nsl_status nsl_optimum_mp_solve(nsl_root_mp *out, mpfr_t ridge, nsl_level *level,
                                const nsl_problem_mp *problem,
                                const nsl_start_mp *start, mpfr_prec_t known,
                                nsl_error *err);

#endif
