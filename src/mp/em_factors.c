/* SPDX-License-Identifier: GPL-3.0-or-later */
/* With the tangent numbers T_k, tan x = Σ T_k x^{2k−1}/(2k−1)!,
 *
 *     b_k = B_2k/(2k)! = (−1)^{k+1} T_k/((2k−1)! 2^{2k} (2^{2k}−1)),
 *
 * and T_1 … T_K come of K²/2 sums of two whole numbers times a word (Brent and Harvey,
 * Fast computation of Bernoulli, tangent and secant numbers, 2011). From k = bits/8 on,
 * where these have more digits than are wanted,
 *
 *     b_k = (−1)^{k+1} 2 ζ(2k)/(2π)^{2k},     ζ(2k) = Σ n^−2k,
 *
 * of which the terms n ≤ 16 count. */
#include "mp/em_factors.h"

#include <gmp.h>
#include <stdlib.h>

enum { ZETA_SHARE = 8, SPARE_BITS = 32 };

/* T_1 … T_count at t[1] … */
static void tangent_numbers(mpz_t *t, size_t count)
{
    mpz_set_ui(t[1], 1);
    for (size_t k = 2; k <= count; k++)
        mpz_mul_ui(t[k], t[k - 1], k - 1);
    for (size_t k = 2; k <= count; k++)
        for (size_t j = k; j <= count; j++) {
            mpz_mul_ui(t[j], t[j], j - k + 2);
            mpz_addmul_ui(t[j], t[j - 1], j - k);
        }
}

static bool set_exact(mpfr_t *factor, size_t count)
{
    mpz_t factorial, power;
    mpz_t *t = malloc((count + 1) * sizeof *t);
    if (!t)
        return false;
    for (size_t k = 1; k <= count; k++)
        mpz_init(t[k]);
    mpz_init(power);
    mpz_init_set_ui(factorial, 1); /* (2k−1)! */
    tangent_numbers(t, count);
    for (size_t k = 1; k <= count; k++) {
        mpz_set_ui(power, 0);
        mpz_setbit(power, 2 * k);
        mpz_sub_ui(power, power, 1);
        mpz_mul(power, power, factorial);
        mpfr_set_z(factor[k], t[k], MPFR_RNDN);
        mpfr_div_z(factor[k], factor[k], power, MPFR_RNDN);
        mpfr_div_2ui(factor[k], factor[k], 2 * k, MPFR_RNDN);
        if (k % 2 == 0)
            mpfr_neg(factor[k], factor[k], MPFR_RNDN);
        mpz_mul_ui(factorial, factorial, 2 * k);
        mpz_mul_ui(factorial, factorial, 2 * k + 1);
        mpz_clear(t[k]);
    }
    mpz_clears(factorial, power, NULL);
    free(t);
    return true;
}

/* ζ(2k) as a whole number of 2^−bits, from what has been computed of ζ(2k−2). */
typedef struct {
    mp_bitcnt_t bits;
    mpz_t power[(1 << (ZETA_SHARE / 2)) + 1]; /* n^−2k */
} zeta;

enum { ZETA_TERMS = 1 << (ZETA_SHARE / 2) };

static void zeta_init(zeta *z, mp_bitcnt_t bits, size_t k)
{
    z->bits = bits;
    for (unsigned long n = 2; n <= ZETA_TERMS; n++) {
        mpz_t one;
        mpz_init(z->power[n]);
        mpz_init(one);
        mpz_setbit(one, bits);
        mpz_ui_pow_ui(z->power[n], n, 2 * k);
        mpz_tdiv_q(z->power[n], one, z->power[n]);
        mpz_clear(one);
    }
}

/* ζ(2k), and on to the next k. */
static void zeta_next(mpz_t out, zeta *z)
{
    mpz_set_ui(out, 0);
    mpz_setbit(out, z->bits);
    for (unsigned long n = 2; n <= ZETA_TERMS; n++) {
        mpz_add(out, out, z->power[n]);
        mpz_tdiv_q_ui(z->power[n], z->power[n], n * n);
    }
}

static void zeta_clear(zeta *z)
{
    for (size_t n = 2; n <= ZETA_TERMS; n++)
        mpz_clear(z->power[n]);
}

static void set_by_zeta(mpfr_t *factor, size_t first, size_t count)
{
    mpfr_prec_t bits = mpfr_get_prec(factor[first]) + SPARE_BITS;
    mpfr_t circle, power;
    mpz_t sum;
    zeta z;
    mpfr_inits2(bits, circle, power, (mpfr_ptr)NULL);
    mpz_init(sum);
    mpfr_const_pi(circle, MPFR_RNDN);
    mpfr_mul_2ui(circle, circle, 1, MPFR_RNDN);
    mpfr_pow_ui(power, circle, 2 * first, MPFR_RNDN);
    mpfr_sqr(circle, circle, MPFR_RNDN);
    zeta_init(&z, (mp_bitcnt_t)bits, first);
    for (size_t k = first; k <= count; k++) {
        zeta_next(sum, &z);
        mpfr_set_z(factor[k], sum, MPFR_RNDN);
        mpfr_div_2ui(factor[k], factor[k], z.bits - 1, MPFR_RNDN);
        mpfr_div(factor[k], factor[k], power, MPFR_RNDN);
        if (k % 2 == 0)
            mpfr_neg(factor[k], factor[k], MPFR_RNDN);
        mpfr_mul(power, power, circle, MPFR_RNDN);
    }
    zeta_clear(&z);
    mpz_clear(sum);
    mpfr_clears(circle, power, (mpfr_ptr)NULL);
}

bool nsl_em_factors_set(mpfr_t *factor, size_t count)
{
    if (count == 0)
        return true;
    size_t exact = (size_t)mpfr_get_prec(factor[1]) / ZETA_SHARE + 8;
    exact = exact < count ? exact : count;
    if (!set_exact(factor, exact))
        return false;
    if (exact < count)
        set_by_zeta(factor, exact + 1, count);
    return true;
}
