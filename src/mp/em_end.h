/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ends of a range of Euler–Maclaurin: u, w and the Taylor series of the summands.
 */
#ifndef NSL_MP_EM_END_H
#define NSL_MP_EM_END_H

#include "mp/em_plan.h"

/* At an end: u, w and the series of u there. With h = θη the argument is at·(1+h), and
 * u(η) = u₀ + u₀w₀ v(η); the factors that may be small stay outside of v. */
typedef struct {
    bool exists; /* false at M = ∞ */
    mpfr_t at, u, w;
    unsigned theta;
    size_t corrections;
    series v;
    series square_u, square_w, weight; /* made when first wanted */
} em_end;

void nsl_em_end_init_mp(em_end *e, mpfr_prec_t bits);
void nsl_em_end_clear_mp(em_end *e);

/* Makes v from `u`, `w`, `theta` and `corrections`. False when out of memory. */
bool nsl_em_end_expand_mp(em_end *e, const em_tables *t);

/* u and w from y. */
void nsl_em_fractions_mp(mpfr_t u, mpfr_t w, const mpfr_t y);

/* A summand u^j w^k, or I^−(1+β) u^j w^k, of those in powersum.h. */
typedef struct {
    int j, k;
    bool weighted;
} em_term;

/* Φ and c with F = c Φ around an end, weight included; for k = 0 less its constant. */
bool nsl_em_end_term_mp(series *phi, mpfr_t c, em_end *e, const em_tables *t,
                        em_term term);

#endif
