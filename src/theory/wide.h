/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Products of sizes, ridges and gaps that leave the range of double on their way. */
#ifndef NSL_THEORY_WIDE_H
#define NSL_THEORY_WIDE_H

#include <math.h>
#include <stdint.h>
#include <string.h>

/* A number > 0 beyond the range of double: mantissa·2^exponent. */
typedef struct {
    double mantissa;
    long exponent;
} nsl_wide;

/* frexp, at once for the numbers that are met. */
static inline double nsl_wide_split(double value, int *exponent)
{
    enum { FRACTION_BITS = 52, BEFORE_ONE = 1022 };
    uint64_t bits;
    if (!isnormal(value))
        return frexp(value, exponent);
    memcpy(&bits, &value, sizeof bits);
    *exponent = (int)(bits >> FRACTION_BITS & 0x7ff) - BEFORE_ONE;
    bits &= ~(UINT64_C(0x7ff) << FRACTION_BITS);
    bits |= (uint64_t)BEFORE_ONE << FRACTION_BITS;
    memcpy(&value, &bits, sizeof bits);
    return value;
}

static inline nsl_wide nsl_wide_normal(double mantissa, long exponent)
{
    int carry;
    mantissa = nsl_wide_split(mantissa, &carry);
    return (nsl_wide){mantissa, exponent + carry};
}

static inline nsl_wide nsl_wide_times(nsl_wide a, double factor)
{
    int shift;
    double mantissa = nsl_wide_split(factor, &shift);
    return nsl_wide_normal(a.mantissa * mantissa, a.exponent + shift);
}

static inline nsl_wide nsl_wide_over(nsl_wide a, double divisor)
{
    int shift;
    double mantissa = nsl_wide_split(divisor, &shift);
    return nsl_wide_normal(a.mantissa / mantissa, a.exponent - shift);
}

static inline double nsl_wide_log(nsl_wide a)
{
    return log(a.mantissa) + (double)a.exponent * M_LN2;
}

#endif
