/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp/agree.h"
#include "core/error.h"
#include <nslaw/theory_mp.h>

#include <math.h>

/* Values must agree to this many bits beyond the digits: then rounding the better one
 * is off by hardly more than half a unit in the last digit. */
enum { AGREE_BITS = 12 };

nsl_status nsl_digits_check(unsigned digits, nsl_error *err)
{
    if (digits >= NSL_DIGITS_MIN && digits <= NSL_DIGITS_MAX)
        return NSL_OK;
    return nsl_fail(err, NSL_EINVAL, "digits",
                    "must be a whole number from %d to %d, got %u", NSL_DIGITS_MIN,
                    NSL_DIGITS_MAX, digits);
}

mpfr_prec_t nsl_digits_bits(unsigned digits)
{
    return (mpfr_prec_t)ceil(digits * log2(10.0)) + AGREE_BITS;
}

nsl_status nsl_digits_unsettled(unsigned digits, nsl_error *err)
{
    return nsl_fail(err, NSL_EFAILED, "",
                    "%u digits do not settle at any precision tried", digits);
}

bool nsl_agree_mp(mpfr_srcptr a, mpfr_srcptr b, mpfr_prec_t bits)
{
    if (mpfr_nan_p(a) || mpfr_nan_p(b))
        return mpfr_nan_p(a) && mpfr_nan_p(b);
    if (mpfr_inf_p(a) || mpfr_inf_p(b)) /* what cancelled to 0 was divided by */
        return false;
    if (mpfr_equal_p(a, b))
        return true;
    if (mpfr_zero_p(a) || mpfr_zero_p(b))
        return false;
    mpfr_t difference;
    mpfr_init2(difference, 64);
    mpfr_sub(difference, a, b, MPFR_RNDN);
    bool near = mpfr_get_exp(difference) <= mpfr_get_exp(b) - bits;
    mpfr_clear(difference);
    return near;
}
