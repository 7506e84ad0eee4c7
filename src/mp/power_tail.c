/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For |y| = (I/X)^p > 1, 1/(1−y) = −Σ_{k≥1} y^−k: beyond I₀ ≥ 2^{1/p} X a sum over the
 * power law is a series in H_k = Σ_{I≥I₀} I^−pk (theory.md section 9), whose terms fall
 * by 2^{−pL}, L = log2(I₀/X), or faster. So H_k is wanted to pL bits less at each k.
 *
 * Each H_k is a Hurwitz zeta less another, by Euler–Maclaurin. I^−s is completely
 * monotone: what is left out is smaller than the first correction left out. With
 * I₀ ≥ 0.6 bits + 2s the corrections fall below the last bit before the (I₀/3)-th, as
 * at nsl_em_power_sum_mp. With the weights I^−(1+β) of a target s is 1 + β more, and
 * the bits are relative to Σ_{I≥I₀} of them, which the sum of v²(1−u) contains. */
#include "mp/power_tail.h"

#include <math.h>
#include <stdlib.h>

/* Least bits that anything is worked out to. */
enum { LEAST_BITS = 32 };

/* Bits of the largest term that the tail is wanted to: k² < 2^32 in the derivatives is
 * paid for. */
static double wanted_bits(mpfr_prec_t bits)
{
    return (double)bits + 3.0 * EM_SLACK_BITS;
}

/* pL. The terms I < X of the sum are about 1; for X < 1 the largest is y(1)^−1. */
static double bits_a_term(const em_tables *t, double first, double scale_index)
{
    return mpfr_get_d(t->p, MPFR_RNDN) * log2(first / fmax(scale_index, 1.0));
}

/* Whether the tail, at most 2 y^−1 I₀^p H_1 with I₀^p H_1 ≤ 1 + I₀/α, is below the last
 * bit. */
static bool is_over(const em_tables *t, mpfr_prec_t bits, double first,
                    double scale_index)
{
    double alpha = mpfr_get_d(t->alpha, MPFR_RNDN);
    return bits_a_term(t, first, scale_index) - log2(1.0 + first / alpha) - 1.0 >
           wanted_bits(bits);
}

/* Least I₀ for which Euler–Maclaurin gives every H_k: from the condition above at k = 1
 * and at the last k, between which it is linear. */
static double least_for_sums(const em_tables *t, mpfr_prec_t bits, double first,
                             double scale_index, bool weighted)
{
    double p = mpfr_get_d(t->p, MPFR_RNDN), wanted = wanted_bits(bits);
    double each = bits_a_term(t, first, scale_index);
    double more = weighted ? 2.0 * (1.0 + mpfr_get_d(t->beta, MPFR_RNDN)) : 0.0;
    return fmax(0.6 * wanted + 2.0 * p, 2.0 * (wanted / each + 2.0) * p) + more +
           LEAST_BITS;
}

double nsl_power_tail_first(const em_tables *t, mpfr_prec_t bits, double scale_index,
                            bool weighted)
{
    static const double FACTOR = 1.1;
    double first = 16.0;
    for (; first < 0x1p62; first = ceil(first * FACTOR)) {
        if (bits_a_term(t, first, scale_index) < 1.0)
            continue;
        if (is_over(t, bits, first, scale_index) ||
            first >= least_for_sums(t, bits, first, scale_index, weighted))
            break;
    }
    if (t->latents != UINT64_MAX && (double)t->latents < 2.0 * first)
        return (double)t->latents + 1.0;
    return first;
}

/* The two ends of a sum of I^−s, and what goes into it. */
typedef struct {
    em_tables *t;
    mpfr_t s, less; /* s, and s − 1 without cancellation */
    mpfr_t power;   /* end^−s */
    size_t corrections;
    bool weighted;
} zeta_work;

/* Σ_{I≥at} I^−s, or for `beyond` Σ_{I>at} I^−s:
 * at^{1−s}/(s−1) ± at^−s/2 + Σ_k b_k s(s+1)…(s+2k−2) at^{−s−2k+1}. */
static void zeta_from(mpfr_t sum, const zeta_work *w, const mpfr_t at, bool beyond)
{
    mpfr_t power, part, square;
    mpfr_prec_t bits = mpfr_get_prec(sum);
    mpfr_inits2(bits, power, part, square, (mpfr_ptr)NULL);
    mpfr_mul(sum, w->power, at, MPFR_RNDN);
    mpfr_div(sum, sum, w->less, MPFR_RNDN);
    mpfr_div_2ui(part, w->power, 1, MPFR_RNDN);
    if (beyond)
        mpfr_sub(sum, sum, part, MPFR_RNDN);
    else
        mpfr_add(sum, sum, part, MPFR_RNDN);
    mpfr_sqr(square, at, MPFR_RNDN);
    mpfr_mul(power, w->power, w->s, MPFR_RNDN);
    mpfr_div(power, power, at, MPFR_RNDN);
    for (size_t k = 1; k <= w->corrections; k++) {
        mpfr_mul(part, power, w->t->factor[k], MPFR_RNDN);
        mpfr_add(sum, sum, part, MPFR_RNDN);
        if (mpfr_get_exp(part) < mpfr_get_exp(sum) - (mpfr_exp_t)bits)
            break;
        mpfr_add_ui(part, w->s, 2 * k - 1, MPFR_RNDN);
        mpfr_mul(power, power, part, MPFR_RNDN);
        mpfr_add_ui(part, w->s, 2 * k, MPFR_RNDN);
        mpfr_mul(power, power, part, MPFR_RNDN);
        mpfr_div(power, power, square, MPFR_RNDN);
    }
    mpfr_clears(power, part, square, (mpfr_ptr)NULL);
}

/* H_k from I₀^−s and M^−s. */
static void set_sum(mpfr_t out, zeta_work *w, size_t k, const mpfr_t first,
                    const mpfr_t first_power, const mpfr_t last,
                    const mpfr_t last_power)
{
    mpfr_mul_ui(w->s, w->t->p, k, MPFR_RNDN);
    if (w->weighted) {
        mpfr_add(w->less, w->s, w->t->beta, MPFR_RNDN);
        mpfr_add_ui(w->s, w->less, 1, MPFR_RNDN);
    } else if (k == 1) {
        mpfr_set(w->less, w->t->alpha, MPFR_RNDN);
    } else {
        mpfr_sub_ui(w->less, w->s, 1, MPFR_RNDN);
    }
    mpfr_set(w->power, first_power, MPFR_RNDN);
    zeta_from(out, w, first, false);
    if (w->t->latents == UINT64_MAX)
        return;
    mpfr_t rest;
    mpfr_init2(rest, mpfr_get_prec(out));
    mpfr_set(w->power, last_power, MPFR_RNDN);
    zeta_from(rest, w, last, true);
    mpfr_sub(out, out, rest, MPFR_RNDN);
    mpfr_clear(rest);
}

/* H_1, H_2, … at falling precision. */
static void set_sums(nsl_power_tail *tail, zeta_work *w, double each)
{
    mpfr_prec_t bits = (mpfr_prec_t)wanted_bits(tail->bits);
    mpfr_t first, last, first_power, last_power, first_step, last_step;
    mpfr_inits2(bits, first, last, first_power, last_power, first_step, last_step,
                (mpfr_ptr)NULL);
    mpfr_set_uj(first, tail->first, MPFR_RNDN);
    mpfr_set_uj(last, w->t->latents, MPFR_RNDN);
    mpfr_neg(w->s, w->t->p, MPFR_RNDN);
    mpfr_pow(first_step, first, w->s, MPFR_RNDN);
    mpfr_pow(last_step, last, w->s, MPFR_RNDN);
    mpfr_set_ui(first_power, 1, MPFR_RNDN);
    mpfr_set_ui(last_power, 1, MPFR_RNDN);
    if (w->weighted) { /* s = pk + 1 + β */
        mpfr_add_ui(w->s, w->t->beta, 1, MPFR_RNDN);
        mpfr_neg(w->s, w->s, MPFR_RNDN);
        mpfr_pow(first_power, first, w->s, MPFR_RNDN);
        mpfr_pow(last_power, last, w->s, MPFR_RNDN);
    }
    for (size_t k = 1; k <= tail->count; k++) {
        double wanted = fmax((double)bits - each * (double)(k - 1), LEAST_BITS);
        mpfr_mul(first_power, first_power, first_step, MPFR_RNDN);
        mpfr_mul(last_power, last_power, last_step, MPFR_RNDN);
        mpfr_init2(tail->sum[k - 1], (mpfr_prec_t)wanted);
        set_sum(tail->sum[k - 1], w, k, first, first_power, last, last_power);
    }
    mpfr_clears(first, last, first_power, last_power, first_step, last_step,
                (mpfr_ptr)NULL);
}

bool nsl_power_tail_make(nsl_power_tail *tail, em_tables *t, mpfr_prec_t bits,
                         double scale_index, bool weighted)
{
    double first = nsl_power_tail_first(t, bits, scale_index, weighted);
    double each = bits_a_term(t, first, scale_index);
    *tail = (nsl_power_tail){
        .bits = bits, .scale_index = scale_index, .first = (uint64_t)first};
    if ((t->latents != UINT64_MAX && first > (double)t->latents) ||
        is_over(t, bits, first, scale_index))
        return true;
    tail->count = (size_t)ceil(wanted_bits(bits) / each) + 1;
    tail->sum = malloc(tail->count * sizeof *tail->sum);
    size_t corrections =
        (size_t)ceil(least_for_sums(t, bits, first, scale_index, weighted) / 3.0);
    if (!tail->sum || !nsl_em_want_factors_mp(t, corrections)) {
        free(tail->sum);
        *tail = (nsl_power_tail){.count = 0};
        return false;
    }
    zeta_work w = {.t = t, .corrections = corrections, .weighted = weighted};
    mpfr_inits2((mpfr_prec_t)wanted_bits(bits), w.s, w.less, w.power, (mpfr_ptr)NULL);
    set_sums(tail, &w, each);
    mpfr_clears(w.s, w.less, w.power, (mpfr_ptr)NULL);
    return true;
}

void nsl_power_tail_clear(nsl_power_tail *tail)
{
    for (size_t k = 0; k < tail->count; k++)
        mpfr_clear(tail->sum[k]);
    free(tail->sum);
    *tail = (nsl_power_tail){.count = 0};
}
