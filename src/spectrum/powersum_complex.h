/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The spectral sums of a power law at complex Δ = −s, at a cost that does not grow with
 * M: what powersum.c is for Δ > 0. */
#ifndef NSL_SPECTRUM_POWERSUM_COMPLEX_H
#define NSL_SPECTRUM_POWERSUM_COMPLEX_H

#include "spectrum/kind.h"
#include "spectrum/powersum.h"

/* A power law as the sums need it. */
typedef struct {
    const nsl_em_exponent *exponent;
    double lambda_max;
    uint64_t latents;    /* M */
    const double *power; /* I^p for I = 1 … powers */
    int powers;
} nsl_complex_law;

/* Sums at one s: y = (s/λ₊) I^p, u = 1/(1−y), w = 1−u, with a pole at I = X. */
typedef struct {
    const nsl_complex_law *law;
    double p, theta;       /* θ = arg s */
    double _Complex sigma; /* s/λ₊ */
    double _Complex x;     /* X = |X|e^{−iθ/p} */
    double sigma_size;     /* |s|/λ₊ */
    double size;           /* |X| */
    bool angle;
} nsl_complex_problem;

void nsl_complex_problem_set(nsl_complex_problem *q, const nsl_complex_law *law,
                             double _Complex s, bool angle);

/* The first term from which Euler–Maclaurin is good to rounding. */
double nsl_complex_start(const nsl_complex_problem *q);

/* u and w at I = at, from y or 1/y. */
typedef struct {
    double at;
    double _Complex u, w, small; /* small: y or 1/y, whichever is */
    bool inside;                 /* |y| ≤ 1 */
    double angle;                /* arg(1 − 1/y), where asked for */
} nsl_complex_term;

nsl_complex_term nsl_complex_term_at(const nsl_complex_problem *q, double at);

/* Taylor coefficients in h of u at I(1+h), to NSL_EM_ORDER. */
void nsl_complex_series(double _Complex *u, const nsl_complex_problem *q,
                        const nsl_complex_term *t);

/* Corrections kept: B_2 … B_16; what is two derivatives away has one less. */
enum { NSL_CORRECTIONS = NSL_EM_ORDER / 2 };

/* c·dF/dlnI of a series F; the highest coefficient is lost. */
void nsl_complex_slope(double _Complex *out, const double _Complex *a, double c);

/* Σ_k B_2k/(2k)! F^(2k−1)(at) from F's Taylor coefficients. */
double _Complex nsl_complex_corrections(const double _Complex *series, double at,
                                        int count);

/* Series in y or 1/y are used up to |ln|y|| = this; in between integrals are by
 * Gauss–Legendre, without the pole. */
#define NSL_SERIES_REACH 2.0

/* Gauss–Legendre with 24 nodes: the positive ones and their weights. The next poles
 * are π away from an interval of half-length ≤ 2, so that it is off by 2.5^−48. */
enum { NSL_GAUSS_NODES = 12 };
extern const double nsl_complex_gauss[NSL_GAUSS_NODES][2];

/* See nsl_spectrum_ops.complex_sums. */
void nsl_powerlaw_complex_sums(nsl_complex_sums *out, const nsl_complex_law *law,
                               double _Complex s, bool angle);

/* Σ I^−(1+β) of w, u w and u w (u − w): see nsl_spectrum_ops.complex_target. Needs s
 * off the positive axis, or |X| < 1. */
void nsl_powerlaw_complex_target(nsl_complex_target *out, const nsl_complex_law *law,
                                 double beta, double _Complex s);

#endif
