/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp/sizes_mp.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

char *nsl_decimal_of(const mpfr_t value, unsigned digits)
{
    enum { AROUND = 32 }; /* sign, point, exponent of 64 bits, end */
    size_t size = (size_t)digits + AROUND;
    char *text = malloc(size);
    if (text)
        mpfr_snprintf(text, size, "%.*Re", (int)digits - 1, value);
    return text;
}

mpfr_prec_t nsl_bits_for(unsigned digits)
{
    enum { SPARE = 24 };
    return (mpfr_prec_t)ceil(digits * log2(10.0)) + SPARE;
}
