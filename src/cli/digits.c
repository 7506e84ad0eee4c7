/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/digits.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Exponents for which a number is written without one. */
enum { PLAIN_MIN = -5 };

/* d.ddd…e±x, or without exponent where that is shorter; out has room. */
static void write_number(char *out, const char *digits, long exponent)
{
    size_t count = strlen(digits);
    if (exponent >= PLAIN_MIN && exponent < 0) {
        out += sprintf(out, "0.");
        for (long i = -1; i > exponent; i--)
            *out++ = '0';
        sprintf(out, "%s", digits);
    } else if (exponent >= 0 && exponent < (long)count) {
        size_t whole = (size_t)exponent + 1;
        sprintf(out, whole == count ? "%.*s%s" : "%.*s.%s", (int)whole, digits,
                digits + whole);
    } else {
        sprintf(out, "%c%s%se%+03ld", *digits, count > 1 ? "." : "", digits + 1,
                exponent);
    }
}

/* The number rounded to so many digits; NULL when out of memory. */
static char *number_text(mpfr_srcptr value, size_t count)
{
    mpfr_exp_t exponent;
    char *digits = mpfr_get_str(NULL, &exponent, 10, count, value, MPFR_RNDN);
    char *text = digits ? malloc(count + 48) : NULL;
    if (text) {
        bool negative = *digits == '-';
        *text = '-';
        write_number(text + negative, digits + negative, exponent - 1);
    }
    mpfr_free_str(digits);
    return text;
}

cell digits_cell(mpfr_srcptr value, unsigned digits, bool wide)
{
    enum { BRIEF_DIGITS = 7 };
    if (!mpfr_number_p(value))
        return cell_null();
    if (mpfr_zero_p(value))
        return cell_given(0.0);
    char *full = number_text(value, digits);
    char *brief = number_text(value, wide ? digits : BRIEF_DIGITS);
    return cell_made(CELL_NUMBER, full, brief);
}

bool digits_is_double(const char *text, double value)
{
    if (isinf(value))
        return true;
    mpfr_t exact; /* so many bits that no decimal of this length rounds onto a double */
    mpfr_init2(exact, 64 + 4 * (mpfr_prec_t)strlen(text) + 64);
    bool same =
        mpfr_set_str(exact, text, 10, MPFR_RNDN) == 0 && mpfr_cmp_d(exact, value) == 0;
    mpfr_clear(exact);
    return same;
}

cell digits_given(const char *text)
{
    const char *digits = text + (*text == '+');
    if (digits_is_double(text, 0.0))
        return cell_given(0.0);
    if (strpbrk(digits, "nN"))
        return cell_given((double)INFINITY);
    while (*digits == '0' && digits[1] >= '0' && digits[1] <= '9')
        digits++;
    char *full = malloc(strlen(digits) + 3), *to = full;
    if (full) {
        if (*digits == '.')
            *to++ = '0';
        for (; *digits; digits++) {
            *to++ = *digits;
            if (*digits == '.' && !(digits[1] >= '0' && digits[1] <= '9'))
                *to++ = '0';
        }
        *to = '\0';
    }
    return cell_made(CELL_NUMBER, full, full ? strdup(full) : NULL);
}

cell digits_bound(unsigned digits)
{
    char text[32];
    snprintf(text, sizeof text, "1e-%02u", digits - 1);
    return cell_made(CELL_NUMBER, strdup(text), strdup(text));
}

void digits_to_double(nsl_prediction *out, nsl_prediction_mp *values)
{
    double *to[NSL_PREDICTION_MP_VALUES] = {&out->delta,
                                            &out->dof,
                                            &out->test_loss,
                                            &out->signal_loss,
                                            &out->noise_loss,
                                            &out->train_loss,
                                            &out->bias,
                                            &out->variance_samples,
                                            &out->variance_features,
                                            &out->elasticity_features,
                                            &out->elasticity_samples,
                                            &out->elasticity_ridge,
                                            &out->elasticity_time};
    out->notes = values->notes;
    for (int i = 0; i < NSL_PREDICTION_MP_VALUES; i++) {
        mpfr_srcptr from = nsl_prediction_mp_value(values, i);
        double value = mpfr_get_d(from, MPFR_RNDN);
        bool small = !mpfr_zero_p(from) && fabs(value) < DBL_MIN;
        bool elasticity = i >= NSL_PREDICTION_MP_VALUES - 4; /* absolute: 0 will do */
        if (small && !elasticity)
            out->notes |= NSL_NOTE_UNDERFLOW;
        if (isinf(value))
            out->notes |= NSL_NOTE_OVERFLOW;
        *to[i] = (small && !elasticity) || isinf(value) ? (double)NAN : value;
    }
    out->elasticity_error = out->elasticity_time_error = DBL_EPSILON;
    out->dof_error = DBL_EPSILON;
    out->error = out->parts_error = isnan(out->test_loss)   ? (double)NAN
                                    : out->test_loss == 0.0 ? 0.0
                                                            : DBL_EPSILON;
}
