/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "input/number.h"
#include "input/decimal.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *skip_digits(const char *s)
{
    while (*s >= '0' && *s <= '9')
        s++;
    return s;
}

size_t nsl_number_length(const char *text)
{
    const char *whole = skip_digits(text), *rest = whole;
    size_t digits = (size_t)(whole - text);
    if (*rest == '.') {
        const char *fraction = rest + 1;
        rest = skip_digits(fraction);
        digits += (size_t)(rest - fraction);
    }
    if (digits == 0)
        return 0;
    if (*rest == 'e' || *rest == 'E') {
        const char *exponent = rest + 1;
        if (*exponent == '+' || *exponent == '-')
            exponent++;
        const char *end = skip_digits(exponent);
        if (end > exponent)
            rest = end;
    }
    return (size_t)(rest - text);
}

static bool is_decimal(const char *s)
{
    if (*s == '+' || *s == '-')
        s++;
    size_t length = nsl_number_length(s);
    return length > 0 && s[length] == '\0';
}

static bool is_infinite(const char *s)
{
    if (*s == '+' || *s == '-')
        s++;
    return strcasecmp(s, "inf") == 0 || strcasecmp(s, "infinity") == 0;
}

/* Whether a decimal's digits before the exponent are all 0. */
static bool is_zero(const char *s)
{
    for (; *s && *s != 'e' && *s != 'E'; s++)
        if (*s >= '1' && *s <= '9')
            return false;
    return true;
}

nsl_number_status nsl_number_parse(const char *text, double *out)
{
    if (nsl_decimal_parse(text, out))
        return NSL_NUMBER_OK;
    *out = NAN;
    if (is_infinite(text)) {
        *out = *text == '-' ? -(double)INFINITY : (double)INFINITY;
        return NSL_NUMBER_OK;
    }
    if (!is_decimal(text))
        return NSL_NUMBER_BAD;
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!c)
        return NSL_NUMBER_BAD;
    double value = strtod_l(text, NULL, c);
    freelocale(c);
    if (isinf(value))
        return NSL_NUMBER_TOO_BIG;
    if (fabs(value) < DBL_MIN && !is_zero(text))
        return NSL_NUMBER_TOO_SMALL;
    *out = value;
    return NSL_NUMBER_OK;
}

const char *nsl_number_problem(nsl_number_status status)
{
    switch (status) {
    case NSL_NUMBER_TOO_BIG:
        return "is above the range of double (1.8e308)";
    case NSL_NUMBER_TOO_SMALL:
        return "is below the range of double (2.2e-308)";
    case NSL_NUMBER_BAD:
    case NSL_NUMBER_OK:
        break;
    }
    return "is not a number";
}

size_t nsl_utf8_length(const char *text)
{
    unsigned char first = (unsigned char)*text;
    size_t length = first < 0x80                    ? 1
                    : first >= 0xC2 && first < 0xE0 ? 2
                    : first >= 0xE0 && first < 0xF0 ? 3
                    : first >= 0xF0 && first < 0xF5 ? 4
                                                    : 0;
    for (size_t i = 1; i < length; i++)
        if (((unsigned char)text[i] & 0xC0) != 0x80)
            return 0;
    return length;
}

void nsl_printable(char *out, size_t size, const char *text)
{
    static const char ellipsis[] = "…";
    size_t used = 0;
    while (*text) {
        size_t length = nsl_utf8_length(text), take = length ? length : 1;
        bool last = text[take] == '\0';
        if (used + take + (last ? 0 : sizeof ellipsis - 1) >= size) {
            memcpy(out + used, ellipsis, sizeof ellipsis - 1);
            used += sizeof ellipsis - 1;
            break;
        }
        bool control = (unsigned char)*text < 0x20 || *text == 0x7f ||
                       (length == 2 && (unsigned char)text[0] == 0xc2 &&
                        (unsigned char)text[1] < 0xa0); /* U+0080 to U+009F */
        if (length && !control)
            memcpy(out + used, text, take);
        else
            out[used] = '?';
        used += length && !control ? take : 1;
        text += take;
    }
    out[used] = '\0';
}
