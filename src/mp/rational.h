/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers as exact fractions: for questions that rounding must not decide, such as
 * whether two exponents are equal, and for differences that must not lose digits. */
#ifndef NSL_MP_RATIONAL_H
#define NSL_MP_RATIONAL_H

#include <stdint.h> /* before mpfr.h: mpfr_set_uj */

#include <mpfr.h>

#include <gmp.h>

/* out = the decimal, a text that nsl_number_parse takes and that is not infinite; or
 * the double, which is finite, where there is none. */
void nsl_rational_set(mpq_t out, const char *text, double value);

/* out = sin(πq), to the precision of `out` however near to a whole number q is. */
void nsl_rational_sin_pi(mpfr_t out, const mpq_t q);

#endif
