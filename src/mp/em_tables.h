/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the sums over a power law need and Δ does not change: powers of the whole
 * numbers and the Euler–Maclaurin factors, kept in tables that grow as they are wanted.
 */
#ifndef NSL_MP_EM_TABLES_H
#define NSL_MP_EM_TABLES_H

#include "mp/series.h"

#include <stdint.h>

/* Bits beyond the precision asked for, at which every bound is met. */
enum { EM_SLACK_BITS = 16 };

/* Values are kept at `bits`; sums may be asked for at fewer. */
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
void nsl_em_tables_init_mp(em_tables *t, mpfr_prec_t bits, uint64_t latents,
                           bool weighted);
void nsl_em_tables_clear_mp(em_tables *t);

/* Make the tables reach so far. False when out of memory. */
bool nsl_em_want_powers_mp(em_tables *t, size_t want);
bool nsl_em_want_factors_mp(em_tables *t, size_t want);

/* Σ_{I=first}^{last} I^−(1+beta), or I^−(1+alpha), to the precision of `out`; last may
 * be UINT64_MAX for ∞. False when out of memory. */
bool nsl_em_power_sum_mp(mpfr_t out, em_tables *t, bool of_weight, uint64_t first,
                         uint64_t last);

#endif
