/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A product for I = ab, and for a prime q the two whole numbers beside it:
 *
 *     q^s = √((q−1)^s (q+1)^s) (1 + 1/(q²−1))^{s/2},
 *
 * a binomial series of 2 log2 q bits a term. Where s is a short fraction a/b, as
 * decimals are, a term is one product and one quotient by a machine word, and no
 * logarithm is taken but for q = 2 and 3: π(I) bits/(2 log2 I) terms of half the digits
 * on average, and as many products as there are I. Where it is not, each prime costs a
 * logarithm and an exponential.
 *
 * Rounding, in units of the last place: with e(ab) ≤ e(a) + e(b) + 1 and e(q) ≤
 * (e(q−1) + e(q+1))/2 + 3, of q ± 1 both being even and one a multiple of 4, e(I) ≤
 * 5 log2 I − 3 follows by induction. */
#include "mp/em_powers.h"

#include <limits.h>
#include <stdbool.h>

/* Most decimals of an exponent whose factors all are machine words. */
enum { DECIMALS_MAX = 9 };

/* Larger exponents, whose series would first grow and then cancel, and primes whose
 * square is no word, are left to MPFR: from q = 5 on |s|/2 (q²−1) is at most a half. */
enum { EXPONENT_MAX = 24 };
static const size_t PRIME_MAX = (size_t)1 << 31;

/* Bits beyond those asked for in the series: it has far fewer than 2^24 terms. */
enum { SERIES_BITS = 32 };

typedef struct {
    long a, b;
} fraction;

/* Whether s is a/10^j but for the rounding to its precision. */
static bool short_fraction(fraction *out, const mpfr_t s)
{
    mpfr_t scaled, whole, off;
    mpfr_prec_t bits = mpfr_get_prec(s);
    bool found = false;
    if (mpfr_cmpabs_ui(s, EXPONENT_MAX) > 0)
        return false;
    mpfr_inits2(bits, scaled, whole, off, (mpfr_ptr)NULL);
    out->b = 1;
    for (int j = 0; j <= DECIMALS_MAX && !found; j++, out->b *= found ? 1 : 10) {
        mpfr_mul_si(scaled, s, out->b, MPFR_RNDN);
        mpfr_rint(whole, scaled, MPFR_RNDN);
        mpfr_sub(off, scaled, whole, MPFR_RNDN);
        found =
            !mpfr_zero_p(whole) &&
            (mpfr_zero_p(off) || mpfr_get_exp(off) <= mpfr_get_exp(scaled) - bits + 1);
        out->a = mpfr_get_si(whole, MPFR_RNDN);
    }
    mpfr_clears(scaled, whole, off, (mpfr_ptr)NULL);
    return found;
}

/* (1 + 1/(q²−1))^{a/2b}: the n-th term over the one before it is
 * (a − 2(n−1)b)/(2nb (q²−1)). */
static void neighbour_series(mpfr_t out, size_t q, fraction s)
{
    mpz_t term, sum;
    mp_bitcnt_t bits = (mp_bitcnt_t)mpfr_get_prec(out) + SERIES_BITS;
    unsigned long square = (unsigned long)q * q - 1;
    mpz_inits(term, sum, NULL);
    mpz_setbit(term, bits);
    mpz_set(sum, term);
    for (long n = 1; mpz_sgn(term) != 0; n++) {
        unsigned long bottom = 2UL * (unsigned long)n * (unsigned long)s.b;
        mpz_mul_si(term, term, s.a - 2 * (n - 1) * s.b);
        if (square <= ULONG_MAX / bottom) {
            mpz_tdiv_q_ui(term, term, bottom * square);
        } else {
            mpz_tdiv_q_ui(term, term, bottom);
            mpz_tdiv_q_ui(term, term, square);
        }
        mpz_add(sum, sum, term);
    }
    mpfr_set_z(out, sum, MPFR_RNDN);
    mpfr_div_2ui(out, out, bits, MPFR_RNDN);
    mpz_clears(term, sum, NULL);
}

static void prime_power(mpfr_t *value, size_t q, fraction s)
{
    mpfr_t beside;
    mpfr_init2(beside, mpfr_get_prec(value[q]));
    neighbour_series(value[q], q, s);
    mpfr_mul(beside, value[q - 1], value[(q + 1) / 2], MPFR_RNDN);
    mpfr_mul(beside, beside, value[2], MPFR_RNDN);
    mpfr_sqrt(beside, beside, MPFR_RNDN);
    mpfr_mul(value[q], value[q], beside, MPFR_RNDN);
    mpfr_clear(beside);
}

static size_t least_divisor(size_t n)
{
    for (size_t d = 2; d * d <= n; d++)
        if (n % d == 0)
            return d;
    return n;
}

void nsl_em_powers_extend(mpfr_t *value, size_t have, size_t want,
                          const mpfr_t exponent)
{
    fraction s = {0, 1};
    bool is_short = short_fraction(&s, exponent);
    for (size_t i = have + 1; i <= want; i++) {
        size_t d = least_divisor(i);
        if (i == 1)
            mpfr_set_ui(value[i], 1, MPFR_RNDN);
        else if (d < i)
            mpfr_mul(value[i], value[d], value[i / d], MPFR_RNDN);
        else if (i > 3 && i < PRIME_MAX && is_short)
            prime_power(value, i, s);
        else
            mpfr_ui_pow(value[i], i, exponent, MPFR_RNDN);
    }
}
