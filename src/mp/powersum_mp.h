/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sums over a power-law spectrum to any precision, at a cost independent of M:
 * Euler–Maclaurin with a proven remainder (em_plan.c), after powersum.c. */
#ifndef NSL_MP_POWERSUM_MP_H
#define NSL_MP_POWERSUM_MP_H

#include "mp/em_tables.h"

/* The sums of nsl_moments over the power law with λ₊ = 1 at Δ = x: z as
 * count − above + below, and weights I^−(1+β), unnormalised. */
typedef struct {
    mpfr_t count, above, below, r, q, q1, t0, td, tc;
} em_moments;

void nsl_em_moments_init_mp(em_moments *m, mpfr_prec_t bits);
void nsl_em_moments_clear_mp(em_moments *m);

/* Fills them at the precision of `m`; only count, above, below and r unless `all`.
 * False when out of memory. */
bool nsl_em_moments_at_mp(em_moments *m, em_tables *t, const mpfr_t x, bool all);

#endif
