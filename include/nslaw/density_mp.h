/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The resolvent of the Gram matrix and the edges of its spectrum to any number of
 *  digits (theory.md section 8). Not in nslaw.h: it needs mpfr.h. */
#ifndef NSLAW_DENSITY_MP_H
#define NSLAW_DENSITY_MP_H

#include <nslaw/api.h>
#include <nslaw/density.h>
#include <nslaw/theory_mp.h>

NSL_BEGIN

/** The sizes of a Gram matrix as decimals, to be taken exactly; NULL: the double. */
typedef struct {
    const char *features, *samples;
} nsl_gram_decimals;

/** R(ζ) = (1/size) Tr (G − ζ)^−1 to `digits` digits of its real and of its imaginary
 *  part. On the real axis inside the support, the limit from above: im/π is the density
 *  there, the atom at 0 left out. Outside of it im is exactly 0.
 *  @param decimals  NULL: both sizes are their doubles
 *  @param zeta_re, zeta_im  ζ ≠ 0 as decimals, finite; zeta_im NULL stands for 0
 *  @param digits    NSL_DIGITS_MIN … NSL_DIGITS_MAX
 *  @return NSL_OK; NSL_EINVAL; NSL_ENOMEM; NSL_EFAILED where no precision tried makes
 *          the digits agree, as on an edge or where one part vanishes, or where a power
 *          law needs too long a sum (values are NaN then)
 *  Call mpfr_free_cache() once per thread when done. */
nsl_status nsl_resolvent_mp(mpfr_t re, mpfr_t im, const nsl_model_mp *model,
                            const nsl_gram *gram, const nsl_gram_decimals *decimals,
                            const char *zeta_re, const char *zeta_im, unsigned digits,
                            nsl_error *err);

/** An interval of the support, as nsl_bulk. */
typedef struct {
    mpfr_t lower, upper; /**< its edges; `lower` is exactly 0 where the two least of N,
                              P, rank and hidden widths tie */
    mpfr_t mass;         /**< share of all eigenvalues in it */
} nsl_bulk_mp;

/** The support, and the share of the eigenvalues that are 0. */
typedef struct {
    size_t count;
    nsl_bulk_mp *bulk; /**< array of `count`, from the lowest */
    mpfr_t atom;
} nsl_bulks_mp;

void nsl_bulks_mp_init(nsl_bulks_mp *bulks);
void nsl_bulks_mp_clear(nsl_bulks_mp *bulks);

/** Finds every bulk and its edges to `digits` digits. Whether there is a gap is proven
 *  by convexity, not scanned for.
 *  @param decimals  NULL: both sizes are their doubles
 *  @param digits    NSL_DIGITS_MIN … NSL_DIGITS_MAX
 *  @return NSL_OK; NSL_EINVAL; NSL_ENOMEM; NSL_EFAILED where no precision tried makes
 *          the digits agree, as where two bulks touch, or where there are more than
 *          4096 (`bulks` is empty then)
 *  Call mpfr_free_cache() once per thread when done. */
nsl_status nsl_edges_mp(nsl_bulks_mp *bulks, const nsl_model_mp *model,
                        const nsl_gram *gram, const nsl_gram_decimals *decimals,
                        unsigned digits, nsl_error *err);

NSL_END

#endif
