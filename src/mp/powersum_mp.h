/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sums over a power-law spectrum to any precision, at a cost independent of M:
 * Euler–Maclaurin with a proven remainder (powersum_mp.c), after powersum.c. */
#ifndef NSL_MP_POWERSUM_MP_H
#define NSL_MP_POWERSUM_MP_H

#include "mp/series.h"

#include <stdint.h>

/* What does not depend on Δ: exponents, and tables that grow as they are needed. Values
 * are kept at `bits`; sums may be asked for at fewer. */
typedef struct {
    mpfr_prec_t bits;
    uint64_t latents; /* M, or UINT64_MAX for M = ∞ */
    bool weighted;
    mpfr_t alpha, p, beta;  /* p = 1 + α; source exponent β */
    size_t powers, factors; /* I^p kept for I ≤ powers; b_k for k ≤ factors */
    mpfr_t *power, *weight; /* I^p and I^−(1+β) */
    mpfr_t *factor;         /* b_k = B_2k/(2k)! */
} em_tables;

/* Sets up empty tables; alpha, p and beta are then set by the caller. */
void em_tables_init(em_tables *t, mpfr_prec_t bits, uint64_t latents, bool weighted);
void em_tables_clear(em_tables *t);

/* Σ_{I=first}^{last} I^−(1+beta), or I^−(1+alpha), to the precision of `out`; last may
 * be UINT64_MAX for ∞. False when out of memory. */
bool em_power_sum(mpfr_t out, em_tables *t, bool of_weight, uint64_t first,
                  uint64_t last);

/* The sums of nsl_moments over the power law with λ₊ = 1 at Δ = x: z as
 * count − above + below, and weights I^−(1+β), unnormalised. */
typedef struct {
    mpfr_t count, above, below, r, q, q1, t0, td, tc;
} em_moments;

void em_moments_init(em_moments *m, mpfr_prec_t bits);
void em_moments_clear(em_moments *m);

/* Fills them at the precision of `m`; only count, above, below and r unless `all`.
 * False when out of memory. */
bool em_moments_at(em_moments *m, em_tables *t, const mpfr_t x, bool all);

#endif
