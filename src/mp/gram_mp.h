/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Gram matrix's sizes and ζ as a function of s = −Δ (theory.md section 8):
 *
 *     ζ = c s Π_j (1 − z/W_j),      R(ζ) = −(1 − z/size)/ζ,
 *
 * over the finite ones of the layers' widths and P. For features scaled by 1/√width
 * c = P, for those of variance σ_u²/M … c = P N σ_u^{2·layers}/M; P = 1 there where it
 * is infinite. */
#ifndef NSL_MP_GRAM_MP_H
#define NSL_MP_GRAM_MP_H

#include "mp/population_mp.h"
#include "theory/root.h"
#include <nslaw/density_mp.h>

#include <gmp.h>

typedef struct {
    const nsl_model_mp *model;
    nsl_gram gram;
    nsl_gram_decimals decimals;
} nsl_gram_question;

/* NSL_EINVAL where there is no such matrix, or a text is no decimal number. */
nsl_status nsl_gram_question_check(const nsl_gram_question *q, nsl_error *err);

/* What holds at the bottom of the spectrum, n being the least of the sizes W_j. */
typedef enum {
    BOTTOM_ZERO,    /* the two least of W_j and the rank tie: the support begins at 0 */
    BOTTOM_LEFT,    /* n < rank: its lower edge is at an s < 0 */
    BOTTOM_BETWEEN, /* n > rank: at 0 < s < all eigenvalues */
} nsl_bottom;

/* What exact fractions tell. */
typedef struct {
    nsl_bottom bottom;
    mpfr_prec_t near; /* bits that differences of the sizes and the rank lose */
    mpfr_prec_t lost; /* and may lose of sizes and eigenvalues */
} nsl_gram_facts;

nsl_gram_facts nsl_gram_facts_of(const nsl_gram_question *q);

/* The numbers at one precision. */
typedef struct {
    mpfr_prec_t bits;
    size_t count;
    mpfr_t width[NSL_LAYERS_MAX + 1]; /* rising */
    size_t own;                       /* which of them is the matrix's size */
    mpfr_t scale;                     /* c */
} nsl_gram_mp;

void nsl_gram_mp_init(nsl_gram_mp *g, const nsl_gram_question *q, mpfr_prec_t bits);
void nsl_gram_mp_clear(nsl_gram_mp *g);

/* A place on the real axis of s, all at one precision. Stage k turns s_{k−1} into
 *
 *     s_k = s_{k−1}(1 − z/W_k),       s_0 = s,  ζ = c s_last,
 *
 * h_k = dln s_k/dlns = 1 + r Σ_{j≤k} 1/(W_j−z). A population of eigenvalues f seen by
 * W_k samples leaves W_k (1 − ds_k/ds_{k−1}) = Σf²/(f−s_{k−1})², convex between two
 * eigenvalues. For s > 0, s lies outside of what becomes the support when every
 *
 *     g_k = ds_k/ds_{k−1} = 1 − z/W_k + r/(W_k h_{k−1})
 *
 * is positive (then z < W_k and s_k > 0 as well). */
typedef struct {
    mpfr_t s, z, r, rho;
    mpfr_t nearest;      /* the least |g_k| of those up to the first that fails */
    mpfr_t h, bend;      /* h of the last stage, and dh/dlns; NaN unless z < W_1 */
    size_t failed;       /* first stage with g_k ≤ 0; 0: none */
    mpfr_t value, slope; /* of the failed stage: g_k, dg_k/ds_{k−1} … */
    mpfr_t position;     /* … at s_{k−1} */
} nsl_place;

void nsl_place_init(nsl_place *p, mpfr_prec_t bits);
void nsl_place_clear(nsl_place *p);
void nsl_place_swap(nsl_place *a, nsl_place *b);

/* All of it at s. h and bend are for s < 0 too, between n and the next size. */
nsl_status nsl_place_at(nsl_place *place, nsl_population_mp *p, const nsl_gram_mp *g,
                        const mpfr_t s, nsl_error *err);

/* ζ there. */
void nsl_place_zeta(mpfr_t zeta, const nsl_place *place, const nsl_gram_mp *g);

#endif
