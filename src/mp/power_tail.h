/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The end of the sum over a power law, where each term is a series in 1/I^p. */
#ifndef NSL_MP_POWER_TAIL_H
#define NSL_MP_POWER_TAIL_H

#include "mp/em_tables.h"

/* Where the terms one by one end, and H_k = Σ_{I=I₀}^{M} I^−pk for k = 1 … K; weighted
 * by a source target, Σ I^−(pk+1+β). */
typedef struct {
    mpfr_prec_t bits;
    double scale_index; /* X, the largest that it serves */
    uint64_t first;     /* I₀; M + 1 where all terms are added one by one */
    size_t count;       /* K; 0 where the tail is below the last bit */
    mpfr_t *sum;        /* H_k at k − 1 */
} nsl_power_tail;

/* I₀ for |s/λ₊| = X^−p: the least that leaves a series of proven sums. May be beyond
 * all bounds: the caller has a limit. */
double nsl_power_tail_first(const em_tables *t, mpfr_prec_t bits, double scale_index,
                            bool weighted);

/* The tail's sums; to be freed by nsl_power_tail_clear. `tail` is empty before, all
 * zeros. False when out of memory. */
bool nsl_power_tail_make(nsl_power_tail *tail, em_tables *t, mpfr_prec_t bits,
                         double scale_index, bool weighted);
void nsl_power_tail_clear(nsl_power_tail *tail);

#endif
