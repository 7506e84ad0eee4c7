/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decimals by one multiplication.
 *
 * A double is m·2^e with a whole m of 64 bits, and 10^k = c·2^q with one of 128, where
 * k puts as many digits before the point as are wanted. The upper 128 bits of m·c are
 * then value·10^k, at most 10^17 < 2^57, with a fraction of more than 64 bits. Each c
 * falls short of 10^k by less than 700·2^−127 of it, so that the fraction falls short
 * by less than 2^−59: only where that could tell on which side of ½ it lies, as for a
 * fraction of ½ itself, is the number left to the C library. */
#include "core/decimal.h"
#include "input/number.h"

#include <float.h>
#include <math.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static char *print_slowly(char out[NSL_DECIMAL_ROOM], double value, int digits)
{
    return out + snprintf(out, NSL_DECIMAL_ROOM, "%.*g", digits, value);
}

static bool reads_back(const char *text, double value)
{
    double back;
    return nsl_number_parse(text, &back) == NSL_NUMBER_OK && back == value;
}

/* Digits of a number: whole·10^{exponent − digits + 1}, with `digits` digits. */
typedef struct {
    uint64_t whole;
    int exponent;
    double off;  /* |whole − exact|, in units of the last digit */
    double half; /* of the distance to the next double, in these units */
    bool power;  /* of two */
} decimal;

#ifdef __SIZEOF_INT128__

__extension__ typedef unsigned __int128 u128;

/* Powers of ten that a normal double may be multiplied by. */
enum { POWER_MIN = -310, POWER_MAX = 330 };

typedef struct {
    u128 mantissa; /* c, its highest bit set; rounded down */
    int exponent;  /* q */
} power;

static power powers[POWER_MAX - POWER_MIN + 1];
static pthread_once_t powers_made = PTHREAD_ONCE_INIT;

static const u128 HIGHEST = (u128)1 << 127;

static power times_ten(power p)
{
    u128 sum = (p.mantissa >> 1) + (p.mantissa >> 3); /* of 10/16 */
    return sum & HIGHEST ? (power){sum, p.exponent + 4}
                         : (power){sum << 1, p.exponent + 3};
}

/* 10^−1 = (4/5)·2^−3 = (8/5)·2^−4 */
static power over_ten(power p)
{
    u128 fifth = p.mantissa / 5, rest = p.mantissa % 5;
    u128 four = (fifth << 2) + (rest << 2) / 5;
    return four & HIGHEST ? (power){four, p.exponent - 3}
                          : (power){(fifth << 3) + (rest << 3) / 5, p.exponent - 4};
}

static void make_powers(void)
{
    powers[-POWER_MIN] = (power){HIGHEST, -127};
    for (int k = 1; k <= POWER_MAX; k++)
        powers[k - POWER_MIN] = times_ten(powers[k - 1 - POWER_MIN]);
    for (int k = -1; k >= POWER_MIN; k--)
        powers[k - POWER_MIN] = over_ten(powers[k + 1 - POWER_MIN]);
}

static const uint64_t HALF = UINT64_C(1) << 63;

/* More than what fractions fall short by, in units of 2^−64. */
static const uint64_t UNSURE = 1024;

static const uint64_t tens[] = {1,
                                10,
                                100,
                                1000,
                                10000,
                                100000,
                                1000000,
                                10000000,
                                100000000,
                                1000000000,
                                10000000000,
                                100000000000,
                                1000000000000,
                                10000000000000,
                                100000000000000,
                                1000000000000000,
                                10000000000000000,
                                100000000000000000};

/* The digits of a normal value > 0; false where rounding is not sure. */
static bool digits_of(decimal *out, double value, int digits)
{
    enum { FRACTION_BITS = 52, BIAS = 1023, LEFT = 63 - FRACTION_BITS };
    uint64_t bits, whole, fraction;
    memcpy(&bits, &value, sizeof bits);
    int binary = (int)(bits >> FRACTION_BITS) - BIAS;
    uint64_t m = (bits << LEFT) | HALF;
    /* ⌊binary·log₁₀2⌋: right, or one too low */
    out->exponent = (binary * 78913 - (binary < 0) * ((1 << 18) - 1)) / (1 << 18);
    for (;; out->exponent++) {
        const power *p = &powers[digits - 1 - out->exponent - POWER_MIN];
        u128 low = (u128)m * (uint64_t)p->mantissa;
        u128 product = (u128)m * (uint64_t)(p->mantissa >> 64) + (low >> 64);
        int shift = 63 - binary - 64 - p->exponent;
        whole = (uint64_t)(product >> shift);
        fraction = (uint64_t)(product >> (shift - 64));
        if (whole < tens[digits])
            break;
    }
    if (fraction - (HALF - UNSURE) < 2 * UNSURE)
        return false;
    bool up = fraction > HALF;
    out->off = (double)(up ? -fraction : fraction) * 0x1p-64;
    out->power = m == HALF;
    out->half = (double)whole / (double)(m >> (LEFT - 1));
    out->whole = whole + up;
    if (out->whole == tens[digits]) {
        out->whole = tens[digits - 1];
        out->off /= 10.0;
        out->half /= 10.0;
        out->exponent++;
    }
    return true;
}

static bool is_normal(double value)
{
    return value >= DBL_MIN && value <= DBL_MAX;
}

static bool find_digits(decimal *out, double value, int digits)
{
    pthread_once(&powers_made, make_powers);
    return is_normal(value) && digits_of(out, value, digits);
}

#else

static bool find_digits(decimal *out, double value, int digits)
{
    (void)out, (void)value, (void)digits;
    return false;
}

#endif

static char *put(char *out, const char *text, int count)
{
    memcpy(out, text, (size_t)count);
    return out + count;
}

static char *put_zeros(char *out, int count)
{
    for (int i = 0; i < count; i++)
        *out++ = '0';
    return out;
}

/* e±xx */
static char *put_exponent(char *out, int exponent)
{
    *out++ = 'e';
    *out++ = exponent < 0 ? '-' : '+';
    int size = exponent < 0 ? -exponent : exponent;
    if (size >= 100)
        *out++ = (char)('0' + size / 100);
    *out++ = (char)('0' + size / 10 % 10);
    *out++ = (char)('0' + size % 10);
    return out;
}

/* The digits of a number that has so many, in pairs from the last on. */
static void put_digits(char *out, uint64_t whole, int digits)
{
    static const char pairs[] = "0001020304050607080910111213141516171819"
                                "2021222324252627282930313233343536373839"
                                "4041424344454647484950515253545556575859"
                                "6061626364656667686970717273747576777879"
                                "8081828384858687888990919293949596979899";
    int at = digits;
    for (; at >= 2; at -= 2, whole /= 100)
        memcpy(out + at - 2, pairs + 2 * (whole % 100), 2);
    if (at > 0)
        *out = (char)('0' + whole);
}

/* As %g does. */
static char *write_decimal(char *out, decimal d, int digits)
{
    char text[NSL_DECIMAL_DIGITS_MAX];
    put_digits(text, d.whole, digits);
    int count = digits;
    while (count > 1 && text[count - 1] == '0')
        count--;
    bool plain = d.exponent >= -4 && d.exponent < digits;
    int before = plain ? d.exponent + 1 : 1; /* digits before the point */
    if (before <= 0) {
        out = put(out, "0.", 2);
        out = put_zeros(out, -before);
        out = put(out, text, count);
    } else if (before >= count) {
        out = put(out, text, count);
        out = put_zeros(out, before - count);
    } else {
        out = put(out, text, before);
        *out++ = '.';
        out = put(out, text + before, count - before);
    }
    if (!plain)
        out = put_exponent(out, d.exponent);
    *out = '\0';
    return out;
}

char *nsl_decimal_print(char out[NSL_DECIMAL_ROOM], double value, int digits)
{
    decimal d;
    if (value == 0.0)
        return put(out, signbit(value) ? "-0" : "0", signbit(value) ? 3 : 2) - 1;
    char *to = out;
    if (value < 0.0)
        *to++ = '-';
    if (!find_digits(&d, fabs(value), digits))
        return print_slowly(out, value, digits);
    return write_decimal(to, d, digits);
}

/* Whether the digits are nearer to their double than to those beside it, of which the
 * one below a power of two is only half as far: 1 and 0 where that is sure, −1 where
 * not. */
static int is_nearest(const decimal *d)
{
    static const double MARGIN = 1e-9; /* beside the rounding of both */
    if (d->off < 0.5 * (1.0 - MARGIN) * d->half)
        return 1;
    if (d->power || fabs(d->off - d->half) <= MARGIN * d->half)
        return -1;
    return d->off < d->half;
}

char *nsl_decimal_shortest(char out[NSL_DECIMAL_ROOM], double value)
{
    enum { FEWEST = 15 };
    for (int digits = FEWEST;; digits++) {
        decimal d;
        int nearest = -1;
        if (value != 0.0 && find_digits(&d, fabs(value), digits))
            nearest = is_nearest(&d);
        if (nearest == 0 && digits < NSL_DECIMAL_DIGITS_MAX)
            continue;
        char *end = nsl_decimal_print(out, value, digits);
        if (nearest == 1 || digits == NSL_DECIMAL_DIGITS_MAX || reads_back(out, value))
            return end;
    }
}
