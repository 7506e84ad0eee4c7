/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nodes and weights of the contour integrals of [E7]. */
#ifndef NSL_MP_CONTOUR_MP_H
#define NSL_MP_CONTOUR_MP_H

#include <mpc.h>
#include <stdbool.h>
#include <stddef.h>

/* A filter f(μ) = (1/2πi) ∫ e^{wt}/w F(w) dw, or (1+ηw)^k for e^{wt}, is
 * Σ_j 2 Re(weight_j F(w_j)), and F(0) where that is left out: nodes with Im w < 0,
 * those of the upper half plane being their conjugates. */
typedef struct {
    size_t count;
    mpc_t *w, *weight;
    bool steps;   /* of descent */
    mpc_t *clock; /* wt: the weight times this is its derivative in ln t; or ηw: it is
                     what the weight changes by in one more step */
} nsl_contour_mp;

/* How long is trained. */
typedef struct {
    bool descent;
    mpfr_t time;        /* t > 0 */
    double steps;       /* k ≥ 1, whole */
    mpfr_t rate;        /* η > 0 */
    bool below, beyond; /* some eigenvalue, with the ridge, is below 1/η; above it */
    bool apart;         /* it is late: w = 0 is left out, and of the rest … */
    mpfr_t gone_below, gone_beyond; /* … the slowest has decayed to e^−this */
} nsl_schedule_mp;

/* Whether it is late enough to leave w = 0 out, where the slowest of the rest has
 * decayed to e^−gone of what it was. */
bool nsl_contour_mp_apart(const nsl_schedule_mp *s, mpfr_prec_t bits, double gone);

/* Bits that the sum of the weights' sizes has beyond 1, for an error below 2^−bits of
 * every filter; where it is late, of what has not decayed more than the slowest. */
mpfr_prec_t nsl_contour_mp_growth(const nsl_schedule_mp *s, mpfr_prec_t bits);

/* Makes the contour for that error, from its node nearest to w = 0 on, its numbers at
 * the precision `work`. False when out of memory. */
bool nsl_contour_mp_make(nsl_contour_mp *c, const nsl_schedule_mp *s, mpfr_prec_t bits,
                         mpfr_prec_t work);
void nsl_contour_mp_clear(nsl_contour_mp *c);

#endif
