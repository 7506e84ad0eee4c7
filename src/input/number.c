/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "input/number.h"

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

/* [+-] digits [. digits] [e [+-] digits], with a digit before or after the point. */
static bool is_decimal(const char *s)
{
    if (*s == '+' || *s == '-')
        s++;
    const char *whole = skip_digits(s), *rest = whole;
    size_t digits = (size_t)(whole - s);
    if (*rest == '.') {
        const char *fraction = rest + 1;
        rest = skip_digits(fraction);
        digits += (size_t)(rest - fraction);
    }
    if (digits == 0)
        return false;
    if (*rest == 'e' || *rest == 'E') {
        rest++;
        if (*rest == '+' || *rest == '-')
            rest++;
        const char *end = skip_digits(rest);
        if (end == rest)
            return false;
        rest = end;
    }
    return *rest == '\0';
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

void nsl_printable(char *out, size_t size, const char *text)
{
    static const char ellipsis[] = "…";
    size_t length = strlen(text), room = size - 1;
    bool cut = length > room;
    if (cut)
        length = room > sizeof ellipsis ? room - (sizeof ellipsis - 1) : 0;
    for (size_t i = 0; i < length; i++)
        out[i] = (unsigned char)text[i] < 0x20 || (unsigned char)text[i] == 0x7f
                     ? '?'
                     : text[i];
    out[length] = '\0';
    if (cut && room > sizeof ellipsis)
        strcat(out, ellipsis);
}
