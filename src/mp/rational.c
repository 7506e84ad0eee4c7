/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp/rational.h"

#include <stdbool.h>
#include <stdlib.h>

/* The digits as a whole number, and how many of them stand after the point. */
static const char *read_digits(mpz_t whole, long *decimals, const char *text)
{
    bool after_point = false;
    mpz_set_ui(whole, 0);
    *decimals = 0;
    for (; *text && *text != 'e' && *text != 'E'; text++) {
        if (*text == '.') {
            after_point = true;
            continue;
        }
        mpz_mul_ui(whole, whole, 10);
        mpz_add_ui(whole, whole, (unsigned long)(*text - '0'));
        *decimals += after_point;
    }
    return text;
}

static void set_decimal(mpq_t out, const char *text)
{
    long decimals;
    bool negative = *text == '-';
    const char *rest =
        read_digits(mpq_numref(out), &decimals, text + (*text == '-' || *text == '+'));
    if (mpz_sgn(mpq_numref(out)) == 0) { /* whatever its exponent */
        mpq_set_ui(out, 0, 1);
        return;
    }
    long exponent = (*rest ? strtol(rest + 1, NULL, 10) : 0) - decimals;
    mpz_t ten;
    mpz_init(ten);
    mpz_ui_pow_ui(ten, 10, (unsigned long)labs(exponent));
    mpz_set_ui(mpq_denref(out), 1);
    if (exponent < 0)
        mpz_set(mpq_denref(out), ten);
    else
        mpz_mul(mpq_numref(out), mpq_numref(out), ten);
    if (negative)
        mpq_neg(out, out);
    mpq_canonicalize(out);
    mpz_clear(ten);
}

void nsl_rational_set(mpq_t out, const char *text, double value)
{
    if (text)
        set_decimal(out, text);
    else
        mpq_set_d(out, value);
}

/* With n the whole number next to q, sin(πq) = (−1)^n sin(π(q−n)). */
void nsl_rational_sin_pi(mpfr_t out, const mpq_t q)
{
    mpq_t rest;
    mpz_t nearest;
    mpfr_t pi;
    mpq_init(rest);
    mpz_init(nearest);
    mpfr_init2(pi, mpfr_get_prec(out));
    mpq_set_ui(rest, 1, 2);
    mpq_add(rest, rest, q);
    mpz_fdiv_q(nearest, mpq_numref(rest), mpq_denref(rest));
    mpq_set_z(rest, nearest);
    mpq_sub(rest, q, rest);
    mpfr_const_pi(pi, MPFR_RNDN);
    mpfr_mul_q(out, pi, rest, MPFR_RNDN);
    mpfr_sin(out, out, MPFR_RNDN);
    if (mpz_odd_p(nearest))
        mpfr_neg(out, out, MPFR_RNDN);
    mpfr_clear(pi);
    mpz_clear(nearest);
    mpq_clear(rest);
}
