/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Truncated power series with fixed-point coefficients a_n·2^-bits, multiplied as large
 * integers (Kronecker substitution), so that GMP's fast multiplication does the work.
 */
#ifndef NSL_MP_SERIES_H
#define NSL_MP_SERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h> /* before mpfr.h: mpfr_set_uj */

#include <mpfr.h>

#include <gmp.h>

typedef struct {
    size_t length; /* coefficients kept */
    unsigned long bits;
    mpz_t *a;
} series;

/* All zero. False when out of memory. */
bool nsl_series_init(series *s, size_t length, unsigned long bits);
void nsl_series_clear(series *s);

/* out = x·y, cut to out's length. out may be x or y. */
bool nsl_series_multiply(series *out, const series *x, const series *y);

/* out = 1/x for x_0 = 1. */
bool nsl_series_invert(series *out, const series *x);

/* A coefficient from and to a real number. */
void nsl_series_set(series *s, size_t n, const mpfr_t value);
void nsl_series_get(mpfr_t out, const series *s, size_t n);

/* All coefficients times a real number. */
void nsl_series_scale(series *s, const mpfr_t factor);

#endif
