/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The spectral sums of power laws as functions of their exponents, for fits that ask
 * for them at ever new exponents, with derivatives. */
#ifndef NSL_SPECTRUM_FAMILY_H
#define NSL_SPECTRUM_FAMILY_H

#include "spectrum/kind.h"

/* Which numbers vary beside α; what does not is the MRS target's β = α and M = ∞. */
typedef struct nsl_family nsl_family;

nsl_status nsl_family_new(nsl_family **out, bool source, bool latents, nsl_error *err);
void nsl_family_free(nsl_family *family);

/* The numbers that vary, in the order of the partial derivatives. */
enum { NSL_LAW_ALPHA, NSL_LAW_SOURCE, NSL_LAW_LATENTS, NSL_LAW_NUMBERS };

/* α > 0, β > 0, M ≥ 1; the latter two are ignored where they do not vary. */
typedef struct {
    double number[NSL_LAW_NUMBERS];
} nsl_law_point;

/* The range of each, inside which a family knows its laws. */
extern const double nsl_law_least[NSL_LAW_NUMBERS], nsl_law_most[NSL_LAW_NUMBERS];

/* The law with these numbers, λ₊ = 1 and label variance 1: a spectrum that answers for
 * `exact`, the same law with whole M, which with the family must outlive it. Threads
 * may share a family and its laws.
 * @return NSL_OK; NSL_EINVAL outside the range above; NSL_ENOMEM */
nsl_status nsl_family_law(nsl_spectrum **out, nsl_family *family,
                          const nsl_spectrum *exact, const nsl_law_point *at,
                          nsl_error *err);

/* Partial derivatives by lnα, lnβ or lnM, at fixed X = Δ^{−1/(1+α)}: those by numbers
 * that do not vary are 0. */
typedef struct {
    double z, r, t0, td;
} nsl_law_slope;

void nsl_family_slopes(nsl_law_slope out[NSL_LAW_NUMBERS], const nsl_spectrum *law,
                       double delta);

#endif
