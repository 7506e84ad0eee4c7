/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sums over a power-law spectrum whose cost does not grow with the number of terms:
 * Euler–Maclaurin with the integrals as incomplete beta functions (theory.md
 * section 9). Knows numbers only; powerlaw.c gives them their meaning. */
#ifndef NSL_SPECTRUM_POWERSUM_H
#define NSL_SPECTRUM_POWERSUM_H

#include <stdbool.h>
#include <stdint.h>

/* A computed sum and a bound on its absolute error. */
typedef struct {
    double value, error;
} nsl_bounded;

/* Σ_{I=first}^{last} I^−(1+beta), beta > 0, 1 ≤ first ≤ last; last may be
 * NSL_LATENTS_INFINITE. */
double nsl_power_sum(double beta, uint64_t first, uint64_t last);

/* Taylor coefficients kept in I around an end of the sum: B_2 … B_16 need the odd
 * ones up to 15, and a derivative identity one more. */
#define NSL_EM_ORDER 16

/* The exponent p = 1 + α and what depends on it alone. */
typedef struct {
    double alpha, p;
    double cosine, sine;               /* of π/p, the direction of the poles */
    double binomial[NSL_EM_ORDER + 1]; /* of (1+h)^p */
} nsl_em_exponent;

void nsl_em_exponent_set(nsl_em_exponent *exponent, double alpha);

/* One end I of a sum: u = 1/(1+(I/X)^p), w = 1 − u, and u's Taylor coefficients in
 * h where I(1+h) is the argument. */
typedef struct {
    double at, u, w;
    double series[NSL_EM_ORDER + 1];
} nsl_em_end;

/* A sum from `first.at` to `last.at` (last.at may be INFINITY) at given X. */
typedef struct {
    const nsl_em_exponent *exponent;
    double x; /* X, where u = 1/2 */
    nsl_em_end first, last;
} nsl_em_range;

/* y_first, y_last: (I/X)^p at the two ends. */
void nsl_em_range_set(nsl_em_range *range, const nsl_em_exponent *exponent, double x,
                      double first, double y_first, double last, double y_last);

/* The first term from which Euler–Maclaurin is good to rounding at this X. */
double nsl_em_start(const nsl_em_exponent *exponent, double x);

/* Which summand: u^j w^k, or I^−(1+beta) u^j w^k, with j, k in 0 … 2, and (j, k) one of
 * (1,0), (0,1), (1,1), (2,0), (2,1), (0,2), (1,2). */
typedef struct {
    int j, k;
    bool weighted;
    double beta;
} nsl_em_term;

/* Σ_{I=first}^{last} of the summand. A summand that does not vanish below X (k = 0)
 * is counted from X: what is returned is the sum minus (X − first + 1/2) when
 * first < X < last, and the caller adds that. */
nsl_bounded nsl_em_sum(const nsl_em_range *range, nsl_em_term term);

#endif
