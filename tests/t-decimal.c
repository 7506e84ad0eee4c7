/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decimals by one multiplication against those of the C library. */
#include "core/decimal.h"
#include "input/number.h"

#include <criterion/criterion.h>
#include <float.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static void check(double value)
{
    char got[NSL_DECIMAL_ROOM], expected[NSL_DECIMAL_ROOM];
    for (int digits = 1; digits <= NSL_DECIMAL_DIGITS_MAX; digits++) {
        const char *end = nsl_decimal_print(got, value, digits);
        snprintf(expected, sizeof expected, "%.*g", digits, value);
        cr_assert_str_eq(got, expected, "%a to %d digits: %s, not %s", value, digits,
                         got, expected);
        cr_assert(*end == '\0' && end == got + strlen(got));
    }
    for (int digits = 15; digits <= 17; digits++) {
        double back;
        snprintf(expected, sizeof expected, "%.*g", digits, value);
        if (nsl_number_parse(expected, &back) == NSL_NUMBER_OK && back == value)
            break;
    }
    nsl_decimal_shortest(got, value);
    cr_assert_str_eq(got, expected, "%a: shortest %s, not %s", value, got, expected);
}

/* The value and the doubles beside it, of both signs. */
static void check_around(double value)
{
    check(value);
    check(-value);
    check(nextafter(value, 0.0));
    check(nextafter(value, (double)INFINITY));
}

Test(decimal, special_values)
{
    static const double values[] = {
        0.0,        DBL_MIN, DBL_MAX,    DBL_TRUE_MIN, 0.1,
        0.3,        1.0 / 3, 9.5,        99.5,         0.5,
        1.5,        2.5,     0.125,      1e15 + 0.5,   1e16,
        1e17,       1e21,    1e22,       1e23,         9007199254740993.0,
        5e-5,       9.9995,  99999.5e-9, 123456789.0,  6.02214076e23,
        DBL_EPSILON};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        check_around(values[i]);
    check((double)INFINITY);
    check(-(double)INFINITY);
    check((double)NAN);
}

Test(decimal, powers)
{
    for (int k = -307; k <= 308; k++) {
        char text[16];
        double value;
        snprintf(text, sizeof text, "1e%d", k);
        cr_assert(nsl_number_parse(text, &value) == NSL_NUMBER_OK);
        check_around(value);
        check_around(9.0 * (value / 9.0));
    }
    for (int k = DBL_MIN_EXP - 1; k < DBL_MAX_EXP; k++)
        check_around(ldexp(1.0, k));
}

/* Every bit at random; short decimals; and short binary fractions, which lie half-way
 * between decimals. */
Test(decimal, random_values, .timeout = 120)
{
    enum { EACH = 200000 };
    gsl_rng *random = gsl_rng_alloc(gsl_rng_taus);
    for (int i = 0; i < EACH; i++) {
        uint64_t bits = (uint64_t)gsl_rng_get(random) << 32 | gsl_rng_get(random);
        double value;
        memcpy(&value, &bits, sizeof value);
        check(value);
        char text[32];
        snprintf(text, sizeof text, "%.*g", 1 + i % 17,
                 exp(40.0 * (gsl_rng_uniform(random) - 0.5)));
        cr_assert(nsl_number_parse(text, &value) == NSL_NUMBER_OK);
        check(value);
        check(ldexp((double)(bits >> 40), -(int)(bits % 40)));
    }
    gsl_rng_free(random);
}
