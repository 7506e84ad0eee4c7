/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How many bits an answer of so many digits needs, and whether two answers agree. */
#ifndef NSL_MP_AGREE_H
#define NSL_MP_AGREE_H

#include <nslaw/error.h>

#include <mpfr.h>
#include <stdbool.h>

/* Bits beyond the digits at the first precision, and added for the second. */
enum { NSL_GUARD_BITS = 40, NSL_STEP_BITS = 40 };

/* Tries, each at half as much precision again. */
enum { NSL_TRIES_MAX = 12 };

/* NSL_EINVAL where so many digits cannot be asked for. */
nsl_status nsl_digits_check(unsigned digits, nsl_error *err);

/* Bits to which two answers must agree for `digits` digits. */
mpfr_prec_t nsl_digits_bits(unsigned digits);

/* The error of an answer whose digits agree at no precision. */
nsl_status nsl_digits_unsettled(unsigned digits, nsl_error *err);

/* Whether two values agree to `bits`, relative; NaN and zero only with themselves,
 * infinity with nothing. */
bool nsl_agree_mp(mpfr_srcptr a, mpfr_srcptr b, mpfr_prec_t bits);

#endif
