/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The integrals are incomplete beta functions, summed until the terms are below the
 * last bit, their ratio by then at most 3/4: what is left is at most three times the
 * last. */
#include "mp/em_sum.h"

#include <math.h>

/* at^−(1+β) */
static void weight_at(mpfr_t out, const mpfr_t at, const em_tables *t)
{
    mpfr_add_ui(out, t->beta, 1, MPFR_RNDN);
    mpfr_neg(out, out, MPFR_RNDN);
    mpfr_pow(out, at, out, MPFR_RNDN);
}

/* F/2 at an end (for k = 0 below X, (F−1)/2), plus sign·Σ_k b_k F^(2k−1). */
static bool add_end(mpfr_t sum, const em_range *range, em_end *e, em_term term,
                    int sign)
{
    if (!e->exists)
        return true;
    series phi;
    mpfr_t c, total, g, part, step;
    if (!nsl_series_init(&phi, e->v.length, e->v.bits))
        return false;
    mpfr_inits2(range->bits, c, total, g, part, step, (mpfr_ptr)NULL);
    bool fine = nsl_em_end_term_mp(&phi, c, e, range->t, term);
    mpfr_set_zero(total, 1);
    mpfr_mul_ui(step, e->at, e->theta, MPFR_RNDN);
    mpfr_div_ui(step, step, EM_THETA_UNIT, MPFR_RNDN); /* θ·at */
    mpfr_ui_div(g, 1, step, MPFR_RNDN);                /* (2k−1)!/(θ at)^{2k−1} */
    mpfr_sqr(step, step, MPFR_RNDN);
    for (size_t k = 1; k <= e->corrections && fine; k++) {
        nsl_series_get(part, &phi, 2 * k - 1);
        mpfr_mul(part, part, g, MPFR_RNDN);
        mpfr_mul(part, part, range->t->factor[k], MPFR_RNDN);
        mpfr_add(total, total, part, MPFR_RNDN);
        mpfr_mul_ui(g, g, (2 * k) * (2 * k + 1), MPFR_RNDN);
        mpfr_div(g, g, step, MPFR_RNDN);
    }
    mpfr_mul(total, total, c, MPFR_RNDN);
    mpfr_mul_si(total, total, sign, MPFR_RNDN);
    bool below = mpfr_cmp(e->at, range->scale_index) < 0;
    if (term.k == 0 && below) { /* u − 1 = −w, u² − 1 = −w(1+u) */
        mpfr_neg(part, e->w, MPFR_RNDN);
        if (term.j == 2) {
            mpfr_add_ui(c, e->u, 1, MPFR_RNDN);
            mpfr_mul(part, part, c, MPFR_RNDN);
        }
    } else {
        mpfr_set_ui(part, 1, MPFR_RNDN);
        for (int j = 0; j < term.j; j++)
            mpfr_mul(part, part, e->u, MPFR_RNDN);
        for (int k = 0; k < term.k; k++)
            mpfr_mul(part, part, e->w, MPFR_RNDN);
    }
    mpfr_div_2ui(part, part, 1, MPFR_RNDN);
    mpfr_add(total, total, part, MPFR_RNDN);
    if (term.weighted) {
        weight_at(c, e->at, range->t);
        mpfr_mul(total, total, c, MPFR_RNDN);
    }
    mpfr_add(sum, sum, total, MPFR_RNDN);
    mpfr_clears(c, total, g, part, step, (mpfr_ptr)NULL);
    nsl_series_clear(&phi);
    return fine;
}

/* Σ_n (c)_n/n! [g1 x1^{k+n} − g0 x0^{k+n}]/(k+e+n) as in powersum.c; x0 = 0: no lower
 * edge. Adds sign times it to `sum`. */
static void add_beta_difference(mpfr_t sum, const mpfr_t g1, const mpfr_t x1,
                                const mpfr_t g0, const mpfr_t x0, int k, const mpfr_t e,
                                const mpfr_t c, int sign)
{
    mpfr_prec_t bits = mpfr_get_prec(sum);
    bool lower_edge = !mpfr_zero_p(x0);
    mpfr_t upper, lower, coefficient, q, part, total, span;
    mpfr_inits2(bits, upper, lower, coefficient, q, part, total, span, (mpfr_ptr)NULL);
    mpfr_set_ui(coefficient, 1, MPFR_RNDN);
    mpfr_pow_ui(upper, x1, (unsigned long)k, MPFR_RNDN);
    mpfr_mul(upper, upper, g1, MPFR_RNDN);
    mpfr_set_zero(lower, 1);
    mpfr_set_zero(total, 1);
    if (lower_edge) {
        mpfr_pow_ui(lower, x0, (unsigned long)k, MPFR_RNDN);
        mpfr_mul(lower, lower, g0, MPFR_RNDN);
        mpfr_div(span, x1, x0, MPFR_RNDN);
        mpfr_log(span, span, MPFR_RNDN);
    }
    double growth = mpfr_get_d(c, MPFR_RNDN);
    for (unsigned long n = 0;; n++) {
        mpfr_add_ui(q, e, (unsigned long)k + n, MPFR_RNDN);
        bool logarithm = false;
        if (lower_edge && fabs(mpfr_get_d(q, MPFR_RNDN)) < 0.5) {
            mpfr_mul(part, q, span, MPFR_RNDN);
            logarithm = fabs(mpfr_get_d(part, MPFR_RNDN)) < 1.0;
        }
        if (logarithm && !mpfr_zero_p(q)) {
            mpfr_neg(part, part, MPFR_RNDN);
            mpfr_expm1(part, part, MPFR_RNDN);
            mpfr_neg(part, part, MPFR_RNDN);
            mpfr_mul(part, part, upper, MPFR_RNDN);
            mpfr_div(part, part, q, MPFR_RNDN);
        } else if (logarithm) {
            mpfr_mul(part, upper, span, MPFR_RNDN);
        } else {
            mpfr_sub(part, upper, lower, MPFR_RNDN);
            mpfr_div(part, part, q, MPFR_RNDN);
        }
        mpfr_mul(part, part, coefficient, MPFR_RNDN);
        mpfr_add(total, total, part, MPFR_RNDN);
        if (mpfr_zero_p(coefficient))
            break;
        /* from here on the ratio of terms is at most x1·(1 + |c|/n) ≤ 3/4 */
        if ((double)n > 2.0 * fabs(growth) + k + 2.0 &&
            (mpfr_zero_p(part) ||
             mpfr_get_exp(part) < mpfr_get_exp(total) - (mpfr_exp_t)bits - 4))
            break;
        mpfr_add_ui(q, c, n, MPFR_RNDN);
        mpfr_mul(coefficient, coefficient, q, MPFR_RNDN);
        mpfr_div_ui(coefficient, coefficient, n + 1, MPFR_RNDN);
        mpfr_mul(upper, upper, x1, MPFR_RNDN);
        if (lower_edge)
            mpfr_mul(lower, lower, x0, MPFR_RNDN);
    }
    if (sign > 0)
        mpfr_add(sum, sum, total, MPFR_RNDN);
    else
        mpfr_sub(sum, sum, total, MPFR_RNDN);
    mpfr_clears(upper, lower, coefficient, q, part, total, span, (mpfr_ptr)NULL);
}

/* I^{1−s} fraction^e/p, the factor of an edge. */
static void edge_factor(mpfr_t out, const mpfr_t at, const mpfr_t fraction,
                        const mpfr_t one_less_s, const mpfr_t e, const mpfr_t p)
{
    mpfr_t power;
    mpfr_init2(power, mpfr_get_prec(out));
    mpfr_pow(out, at, one_less_s, MPFR_RNDN);
    mpfr_pow(power, fraction, e, MPFR_RNDN);
    mpfr_mul(out, out, power, MPFR_RNDN);
    mpfr_div(out, out, p, MPFR_RNDN);
    mpfr_clear(power);
}

/* An edge of an integral: an end, or X, where both fractions are 1/2. */
typedef struct {
    mpfr_srcptr at, u, w;
} em_edge;

/* ∫ F from a to b on one side of X. Below: a series in w with e = (1−s)/p and factor
 * I^{1−s} u^e; above: in u with −e and w^−e. */
static void add_integral(mpfr_t sum, const em_range *range, em_term term, em_edge a,
                         em_edge b, bool above, int sign)
{
    mpfr_t e, c, ga, gb, one_less_s, zero;
    const em_tables *t = range->t;
    mpfr_inits2(range->bits, e, c, ga, gb, one_less_s, zero, (mpfr_ptr)NULL);
    mpfr_set_zero(zero, 1);
    mpfr_set_zero(gb, 1);
    if (term.weighted)
        mpfr_neg(one_less_s, t->beta, MPFR_RNDN);
    else
        mpfr_set_ui(one_less_s, 1, MPFR_RNDN);
    mpfr_div(e, one_less_s, t->p, MPFR_RNDN);
    if (above)
        mpfr_neg(e, e, MPFR_RNDN);
    edge_factor(ga, a.at, above ? a.w : a.u, one_less_s, e, t->p);
    if (b.at)
        edge_factor(gb, b.at, above ? b.w : b.u, one_less_s, e, t->p);
    /* exponent of the other fraction: 1 − j + e below, 1 − k + e above (e negated) */
    mpfr_add_si(c, e, 1 - (above ? term.k : term.j), MPFR_RNDN);
    if (above && !term.weighted && term.j == 1) {
        /* 1 − 1/p = α/p */
        mpfr_mul(ga, ga, a.u, MPFR_RNDN);
        if (b.at)
            mpfr_mul(gb, gb, b.u, MPFR_RNDN);
        mpfr_div(e, t->alpha, t->p, MPFR_RNDN);
        add_beta_difference(sum, ga, a.u, gb, b.at ? b.u : zero, 0, e, c, sign);
    } else if (above) {
        add_beta_difference(sum, ga, a.u, gb, b.at ? b.u : zero, term.j, e, c, sign);
    } else {
        add_beta_difference(sum, gb, b.w, ga, a.w, term.k, e, c, sign);
    }
    mpfr_clears(e, c, ga, gb, one_less_s, zero, (mpfr_ptr)NULL);
}

bool nsl_em_range_sum_mp(mpfr_t sum, em_range *range, em_term term)
{
    mpfr_t half;
    mpfr_init2(half, 2);
    mpfr_set_d(half, 0.5, MPFR_RNDN);
    em_edge middle = {range->scale_index, half, half};
    em_edge first = {range->first.at, range->first.u, range->first.w};
    em_edge last = {range->last.exists ? range->last.at : NULL, range->last.u,
                    range->last.w};
    bool below = mpfr_cmp(range->first.at, range->scale_index) < 0;
    bool beyond =
        !range->last.exists || mpfr_cmp(range->last.at, range->scale_index) > 0;
    mpfr_set_zero(sum, 1);
    if (below && term.k > 0)
        add_integral(sum, range, term, first, beyond ? middle : last, false, 1);
    for (int j = 0; below && term.k == 0 && j < term.j;
         j++) /* 1−u = w, 1−u² = w + uw */
        add_integral(sum, range, (em_term){j, 1, false}, first, beyond ? middle : last,
                     false, -1);
    if (beyond)
        add_integral(sum, range, term, below ? middle : first, last, true, 1);
    mpfr_clear(half);
    return add_end(sum, range, &range->first, term, -1) &&
           add_end(sum, range, &range->last, term, 1);
}
