/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A model whose Gram matrix is asked about to many digits. */
#ifndef NSL_TESTS_DENSITY_SUBJECT_H
#define NSL_TESTS_DENSITY_SUBJECT_H

#include "testing.h"
#include <nslaw/density_mp.h>

#include <mpc.h>

typedef struct {
    testing_model m;
    nsl_model_mp *exact;
    nsl_gram gram;
    nsl_gram_decimals decimals;
} density_subject;

/* Eigenvalues λ with so many copies each (arrays of `rows`). `hidden` is a width, or 0
 * for none. */
density_subject density_table(size_t rows, const double *lambda, const double *copies,
                              double hidden, nsl_gram gram);
/* One eigenvalue. */
density_subject density_flat(double lambda, double copies, nsl_gram gram);
density_subject density_powerlaw(double alpha, uint64_t latents, double hidden,
                                 nsl_gram gram);
void density_free(density_subject *s);

/* R(ζ), which must succeed, at the precision that it comes with. */
void density_resolvent(mpc_t out, const density_subject *s, const char *re,
                       const char *im, unsigned digits);

/* The bulks, which must be found. */
void density_edges(nsl_bulks_mp *out, const density_subject *s, unsigned digits);

/* Fails the test unless a and b agree to a unit in the last of so many digits. */
void density_expect(mpfr_srcptr a, mpfr_srcptr b, unsigned digits, const char *what);

#endif
