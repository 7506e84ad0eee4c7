/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The spectral sums of a long power law, M = ∞, far below its largest eigenvalue
 * (theory.md section 7): with X = (λ₊/Δ)^{1/p}, p = 1 + α,
 *
 *     z ≃ cX − ½,   r ≃ cX/p,   q ≃ kX,   t₁ ≃ a₁ X^−e₁,   t₀ ≃ a₀ X^−e₀. */
#ifndef NSL_MP_ASYMPTOTICS_H
#define NSL_MP_ASYMPTOTICS_H

#include "mp/rational.h" /* before mpfr.h */

#include "mp/level.h"

/* The exponents exactly, and where they stand. β = α for the MRS target. */
typedef struct {
    mpq_t alpha, beta, p;
    int beta_alpha, beta_p, beta_2p, alpha_1; /* signs of β−α, β−p, β−2p, α−1 */
} nsl_exponents;

void nsl_exponents_init(nsl_exponents *e, const nsl_model_mp *model);
void nsl_exponents_clear(nsl_exponents *e);

/* A sum a X^−e, or a X^−e (ln X + shift). */
typedef struct {
    bool logarithm;
    mpfr_t exponent, amplitude, shift;
} nsl_decay_mp;

typedef struct {
    nsl_exponents exact;
    mpfr_prec_t bits;
    mpfr_t alpha, beta, p, lambda_max;
    mpfr_t c, k;
    mpfr_t weight; /* A of v² = A I^−(1+β) */
    nsl_decay_mp t1, t0;
} nsl_asymptotics;

/* At the precision of the level, which is one of a power law. False when out of
 * memory. */
bool nsl_asymptotics_init(nsl_asymptotics *a, const nsl_level *level);
void nsl_asymptotics_clear(nsl_asymptotics *a);

/* x·base^exponent and x/base^exponent, in place. */
void nsl_times_power_mp(mpfr_t x, mpfr_srcptr base, mpfr_srcptr exponent);
void nsl_over_power_mp(mpfr_t x, mpfr_srcptr base, mpfr_srcptr exponent);

#endif
