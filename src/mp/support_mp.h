/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where on the real axis of s the support of the spectrum has its edges. */
#ifndef NSL_MP_SUPPORT_MP_H
#define NSL_MP_SUPPORT_MP_H

#include "mp/gram_mp.h"

/* Most gaps between bulks that are looked for. */
enum { NSL_GAPS_MAX = 4095 };

/* A gap in the support: s from the upper edge of a bulk to the lower one of the next.
 */
typedef struct {
    mpfr_t low, high;
    uint64_t above; /* eigenvalues above it, of the population and of the matrix */
} nsl_gap_mp;

/* ζ rises with s outside of the support: below the lowest edge (from `zero` to
 * `bottom`), in each gap, and above the highest (from `top`). */
typedef struct {
    nsl_bottom kind;
    mpfr_t zero;   /* where ζ = 0: s < 0 at BOTTOM_LEFT, else 0 */
    mpfr_t bottom; /* of the lowest edge; 0 at BOTTOM_ZERO */
    mpfr_t top;
    size_t count;
    nsl_gap_mp *gap; /* from the highest down */
} nsl_support;

void nsl_support_init(nsl_support *s, mpfr_prec_t bits);
void nsl_support_clear(nsl_support *s);

/* Finds every edge to about half of the bits of `g`, more where none are near.
 * @return NSL_OK, NSL_ENOMEM, NSL_EFAILED; `*undecided` where it failed since a gap is
 *         too narrow for that precision, or a bridge between two bulks is */
nsl_status nsl_support_mp_find(nsl_support *out, bool *undecided, nsl_population_mp *p,
                               const nsl_gram_question *q, const nsl_gram_mp *g,
                               nsl_bottom kind, nsl_error *err);

/* The s of the highest edge alone. */
nsl_status nsl_support_mp_top(mpfr_t top, nsl_population_mp *p, const nsl_gram_mp *g,
                              nsl_error *err);

/* The s of the lowest edge alone, which is not BOTTOM_ZERO. */
nsl_status nsl_support_mp_bottom(mpfr_t bottom, nsl_population_mp *p,
                                 const nsl_gram_question *q, const nsl_gram_mp *g,
                                 nsl_bottom kind, nsl_error *err);

/* Improves the s of an edge, known to a third of its bits or more, until ζ there is
 * good to its own precision: dζ/ds = 0, so that s is needed to half of it.
 * @return NSL_OK, NSL_ENOMEM, NSL_EFAILED (no convergence) */
nsl_status nsl_edge_polish(mpfr_t zeta, mpfr_t s, nsl_population_mp *p,
                           const nsl_gram_question *q, nsl_error *err);

#endif
