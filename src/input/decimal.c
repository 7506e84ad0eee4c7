/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "input/decimal.h"

#include <math.h>
#include <stddef.h>
#include <stdint.h>

/* 19 digits fit 64 bits; so does 5^27. */
enum { DIGITS_MAX = 19, FIVES_MAX = 27, LIMBS = 3 };

__extension__ typedef unsigned __int128 wide;

static const uint64_t power_of_5[FIVES_MAX + 1] = {
    1u,
    5u,
    25u,
    125u,
    625u,
    3125u,
    15625u,
    78125u,
    390625u,
    1953125u,
    9765625u,
    48828125u,
    244140625u,
    1220703125u,
    6103515625u,
    30517578125u,
    152587890625u,
    762939453125u,
    3814697265625u,
    19073486328125u,
    95367431640625u,
    476837158203125u,
    2384185791015625u,
    11920928955078125u,
    59604644775390625u,
    298023223876953125u,
    1490116119384765625u,
    7450580596923828125u,
};

/* Reads digits on into *number; *count are those from the first that is not 0. */
static const char *read_digits(const char *s, uint64_t *number, int *count)
{
    for (; *s >= '0' && *s <= '9' && *count <= DIGITS_MAX; s++) {
        *number = 10 * *number + (uint64_t)(*s - '0');
        *count += *count > 0 || *s != '0';
    }
    return s;
}

/* Reads e[sign]digits, if there; NULL where it is none, or far out of reach. */
static const char *read_exponent(const char *s, int *exponent)
{
    if (*s != 'e' && *s != 'E')
        return s;
    bool negative = s[1] == '-';
    s += negative || s[1] == '+' ? 2 : 1;
    int value = 0, count = 0;
    for (; *s >= '0' && *s <= '9' && count < 4; s++, count++)
        value = 10 * value + (*s - '0');
    *exponent = negative ? -value : value;
    return count > 0 ? s : NULL;
}

/* n /= d, n the highest limb first; returns the remainder. */
static uint64_t divide(uint64_t n[LIMBS], uint64_t d)
{
    uint64_t rest = 0;
    for (int i = 0; i < LIMBS; i++) {
        wide value = (wide)rest << 64 | n[i];
        n[i] = (uint64_t)(value / d);
        rest = (uint64_t)value - n[i] * d;
    }
    return rest;
}

/* The double nearest to n 2^exponent, or to a little `more`: its highest 64 bits, the
 * last of them set if anything follows, round as the whole does. One of the two highest
 * limbs is not 0. */
static double nearest(const uint64_t n[LIMBS], bool more, int exponent)
{
    int top = n[0] ? 0 : 1, free_bits = __builtin_clzll(n[top]);
    wide head = ((wide)n[top] << 64 | n[top + 1]) << free_bits;
    bool rest = (uint64_t)head != 0 || (top == 0 && n[2] != 0) || more;
    return ldexp((double)((uint64_t)(head >> 64) | rest),
                 exponent + 64 * (LIMBS - 1 - top) - free_bits);
}

/* number·10^power, as number·5^power·2^power. */
static double scale(uint64_t number, int power)
{
    if (power >= 0) {
        wide product = (wide)number * power_of_5[power];
        const uint64_t n[LIMBS] = {(uint64_t)(product >> 64), (uint64_t)product, 0};
        return nearest(n, false, power - 64);
    }
    /* 2^191 and more by less than 2^126: the quotient has more than 64 bits */
    int free_bits = __builtin_clzll(number);
    uint64_t n[LIMBS] = {number << free_bits, 0, 0};
    int second = -power > FIVES_MAX ? -power - FIVES_MAX : 0;
    bool more = divide(n, power_of_5[-power - second]) != 0;
    if (second > 0)
        more |= divide(n, power_of_5[second]) != 0;
    return nearest(n, more, power - 128 - free_bits);
}

bool nsl_decimal_parse(const char *text, double *out)
{
    bool negative = *text == '-';
    const char *first = text + (negative || *text == '+' ? 1 : 0);
    uint64_t number = 0;
    int count = 0, exponent = 0;
    const char *s = read_digits(first, &number, &count);
    long digits = s - first, fraction = 0;
    if (*s == '.') {
        const char *end = read_digits(s + 1, &number, &count);
        fraction = end - (s + 1);
        s = end;
    }
    if (digits + fraction == 0 || count > DIGITS_MAX)
        return false;
    s = read_exponent(s, &exponent);
    long power = exponent - fraction;
    if (!s || *s != '\0' || power < -2 * FIVES_MAX || power > FIVES_MAX)
        return false;
    double value = number == 0 ? 0.0 : scale(number, (int)power);
    *out = negative ? -value : value;
    return true;
}
