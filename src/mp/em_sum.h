/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One Euler–Maclaurin sum over a range of a power law. */
#ifndef NSL_MP_EM_SUM_H
#define NSL_MP_EM_SUM_H

#include "mp/em_end.h"

/* Everything about one Δ. */
typedef struct {
    const em_tables *t;
    mpfr_prec_t bits;
    mpfr_t scale_index; /* X */
    em_end first, last;
} em_range;

/* Σ_{I₀}^{M} F; for k = 0 and I₀ < X < M less X − I₀ + 1/2, as in powersum.c. */
bool nsl_em_range_sum_mp(mpfr_t sum, em_range *range, em_term term);

#endif
