/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decimals by integers against strtod, bit by bit: millions of random ones, halves
 * between two doubles and their neighbours, what is refused. */
#include "input/decimal.h"
#include "input/number.h"

#include <criterion/criterion.h>
#include <float.h>
#include <gsl/gsl_rng.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DECIMALS = 3000000, DOUBLES = 500000, HALVES = 500000 };

static uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static void expect_strtod(const char *text)
{
    double ours = (double)NAN, theirs = strtod(text, NULL);
    bool taken = nsl_decimal_parse(text, &ours);
    cr_assert(taken && bits_of(ours) == bits_of(theirs), "%s: %s %a, strtod %a", text,
              taken ? "is" : "refused,", ours, theirs);
}

static uint64_t random_bits(gsl_rng *rng)
{
    uint64_t bits = 0;
    for (int i = 0; i < 4; i++)
        bits = bits << 16 | gsl_rng_uniform_int(rng, 1 << 16);
    return bits;
}

static int random_between(gsl_rng *rng, int low, int high)
{
    return low + (int)gsl_rng_uniform_int(rng, (unsigned long)(high - low) + 1);
}

/* digits·10^power with its point anywhere, or nowhere. */
static void write_decimal(char *out, size_t size, uint64_t digits, int power, int point)
{
    char text[24];
    int length = snprintf(text, sizeof text, "%" PRIu64, digits);
    point = point < length ? point : length;
    if (power == 0 && point == 0)
        snprintf(out, size, "%s", text);
    else
        snprintf(out, size, "%.*s.%se%d", length - point, text, text + length - point,
                 power + point);
}

/* Digits and places of every number that is in reach. */
Test(number, equals_strtod)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    char text[64];
    for (int i = 0; i < DECIMALS; i++) {
        uint64_t digits = random_bits(rng);
        for (int drop = random_between(rng, 0, 18); drop >= 0; drop--)
            digits /= 10;
        int power = random_between(rng, -54, 27);
        write_decimal(text, sizeof text, digits, power, random_between(rng, 0, 19));
        expect_strtod(text);
    }
    gsl_rng_free(rng);
}

/* As programs write them: 17 and 19 digits of a double. */
Test(number, returns_written_doubles)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    char text[64];
    for (int i = 0; i < DOUBLES; i++) {
        double value = ldexp(1.0 + ldexp((double)(random_bits(rng) >> 12), -52),
                             random_between(rng, -110, 80));
        double back = (double)NAN;
        snprintf(text, sizeof text, "%.17g", i % 2 ? value : -value);
        expect_strtod(text);
        cr_assert(nsl_decimal_parse(text, &back) && fabs(back) == value, "%s", text);
        snprintf(text, sizeof text, "%.18e", value);
        expect_strtod(text);
    }
    gsl_rng_free(rng);
}

/* (2m + 1)·2^shift for m of 53 bits lies halfway between two doubles; the decimal is
 * exact where it has at most 19 digits. One digit further on it does not. */
Test(number, halves_go_to_the_even_one)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    char text[64];
    for (int i = 0; i < HALVES; i++) { /* 125·2^54 and 2^63 have 19 digits */
        uint64_t half = random_bits(rng) >> 10 | UINT64_C(1) << 53 | 1;
        int shift = random_between(rng, -3, 9), power = 0;
        for (int k = 0; k > shift; k--, power--)
            half *= 5; /* half/2 = 5·half/10 */
        half <<= shift > 0 ? shift : 0;
        double near = (double)half * pow(10.0, power);
        for (int off = -1; off <= 1; off++) {
            write_decimal(text, sizeof text, half + (uint64_t)off, power,
                          random_between(rng, 0, 19));
            expect_strtod(text);
            double value = (double)NAN;
            cr_assert(nsl_decimal_parse(text, &value));
            cr_assert(fabs(value - near) <= 2 * DBL_EPSILON * near, "%s", text);
            cr_assert(off != 0 || bits_of(value) % 2 == 0, "%s is not even", text);
        }
    }
    gsl_rng_free(rng);
}

Test(number, zero_signs_and_ends_of_the_range)
{
    static const char *const taken[] = {"0",
                                        "-0",
                                        "+0.000",
                                        "0e27",
                                        "-0e-54",
                                        "1e27",
                                        "1e-54",
                                        ".5",
                                        "5.",
                                        "1E+5",
                                        "+1e-05",
                                        "9999999999999999999e27",
                                        "000000000000000000000000000001",
                                        "0.00000000000000000000000000000000001",
                                        "9007199254740993",
                                        "9007199254740993e-54",
                                        "1e0027"};
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
        expect_strtod(taken[i]);
}

Test(number, leaves_the_rest)
{
    static const char *const refused[] = {
        "",
        "+",
        ".",
        "e5",
        "1e",
        "1e+",
        "+-1",
        "1.5x",
        "1 ",
        " 1",
        "0x10",
        "inf",
        "nan",
        "1e28",
        "1e-55",
        "1.5.5",
        "1,5",
        "--1",
        "1e5.0",
        "1e00027",
        "1e99999999999",
        ".e5",
        "18446744073709551616",
        "10000000000000000000e-1",
        "0.00000000000000000000000000000000000000000000000000000001",
        "0000.00012345678901234567890"};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        double value = 42.0;
        cr_expect(!nsl_decimal_parse(refused[i], &value) && value == 42.0, "'%s'",
                  refused[i]);
    }
}

/* What integers leave, strtod does, or it is no number. */
Test(number, numbers_of_any_length)
{
    static const char *const numbers[] = {
        "18446744073709551616", "1e-300", "1.7976931348623157e308",
        "0.1000000000000000055511151231257827021181583404541015625", "1e00028"};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        double value;
        cr_expect(nsl_number_parse(numbers[i], &value) == NSL_NUMBER_OK &&
                      value == strtod(numbers[i], NULL),
                  "%s", numbers[i]);
    }
    double value;
    cr_expect(nsl_number_parse("1e309", &value) == NSL_NUMBER_TOO_BIG);
    cr_expect(nsl_number_parse("1e-309", &value) == NSL_NUMBER_TOO_SMALL);
    cr_expect(nsl_number_parse("1e", &value) == NSL_NUMBER_BAD && isnan(value));
}
