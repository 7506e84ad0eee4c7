/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One gap of the support, and one edge. */
#ifndef NSL_MP_GAP_MP_H
#define NSL_MP_GAP_MP_H

#include "mp/gram_mp.h"

typedef struct {
    nsl_population_mp *p;
    const nsl_gram_mp *g;
    nsl_error *err;
} nsl_gap_search;

/* Two neighbouring eigenvalues, λ₁ > λ₂ > 0, and how many there are of them. */
typedef struct {
    mpfr_t upper, lower;
    uint64_t upper_copies, lower_copies;
} nsl_neighbours;

/* Whether there can be a gap between them: a necessary condition. */
bool nsl_gap_possible(const nsl_neighbours *n, const nsl_gram_mp *g);

/* An s between them and outside of what becomes the support, if there is one, and the
 * ends of where to look for such s.
 * @return NSL_OK, NSL_ENOMEM, NSL_EFAILED; `*undecided` as in nsl_support_mp_find */
nsl_status nsl_gap_find(mpfr_t s, mpfr_t low, mpfr_t high, bool *found, bool *undecided,
                        const nsl_gap_search *search, const nsl_neighbours *n);

/* The edge between an s outside of the support and another s, of the same sign or 0,
 * which is not. */
nsl_status nsl_edge_find(mpfr_t edge, const nsl_gap_search *search,
                         const mpfr_t outside, const mpfr_t other);

/* λ(1 ± 7/8·√(copies/n)): nearer to λ, Σλ²/(λ−s)² is above n. */
void nsl_gap_bound(mpfr_t out, const mpfr_t lambda, uint64_t copies,
                   const nsl_gram_mp *g, int sign);

/* Whether s is outside of the support, its place known. */
bool nsl_place_outside(const nsl_place *place, const nsl_gram_mp *g);

#endif
