/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp/em_tables.h"
#include "mp/em_factors.h"
#include "mp/em_powers.h"

#include <math.h>
#include <stdlib.h>

void nsl_em_tables_init_mp(em_tables *t, mpfr_prec_t bits, uint64_t latents,
                           bool weighted)
{
    *t = (em_tables){.bits = bits, .latents = latents, .weighted = weighted};
    mpfr_inits2(bits, t->alpha, t->p, t->beta, (mpfr_ptr)NULL);
    mpfr_set_zero(t->beta, 1);
}

static void free_values(mpfr_t *values, size_t first, size_t last)
{
    for (size_t i = first; values && i <= last; i++)
        mpfr_clear(values[i]);
    free(values);
}

void nsl_em_tables_clear_mp(em_tables *t)
{
    mpfr_clears(t->alpha, t->p, t->beta, (mpfr_ptr)NULL);
    free_values(t->power, 1, t->powers);
    free_values(t->weight, 1, t->powers);
    free_values(t->factor, 1, t->factors);
}

/* Room for values up to index `want`. */
static bool make_room(mpfr_t **values, size_t want)
{
    mpfr_t *grown = realloc(*values, (want + 1) * sizeof(mpfr_t));
    if (grown)
        *values = grown;
    return grown != NULL;
}

/* Values from index `have` + 1 to `want`, for which there is room. */
static void add_values(mpfr_t *values, size_t have, size_t want, mpfr_prec_t bits)
{
    for (size_t i = have + 1; i <= want; i++)
        mpfr_init2(values[i], bits);
}

bool nsl_em_want_powers_mp(em_tables *t, size_t want)
{
    if (want <= t->powers)
        return true;
    if (!make_room(&t->power, want) || (t->weighted && !make_room(&t->weight, want)))
        return false;
    add_values(t->power, t->powers, want, t->bits);
    nsl_em_powers_extend(t->power, t->powers, want, t->p);
    if (t->weighted) {
        mpfr_t minus;
        add_values(t->weight, t->powers, want, t->bits);
        mpfr_init2(minus, t->bits);
        mpfr_add_ui(minus, t->beta, 1, MPFR_RNDN);
        mpfr_neg(minus, minus, MPFR_RNDN);
        nsl_em_powers_extend(t->weight, t->powers, want, minus);
        mpfr_clear(minus);
    }
    t->powers = want;
    return true;
}

bool nsl_em_want_factors_mp(em_tables *t, size_t want)
{
    if (want <= t->factors)
        return true;
    if (!make_room(&t->factor, want))
        return false;
    add_values(t->factor, t->factors, want, t->bits);
    t->factors = want;
    if (nsl_em_factors_set(t->factor, want))
        return true;
    free_values(t->factor, 1, want);
    t->factor = NULL;
    t->factors = 0;
    return false;
}

/* --- sums of I^−(1+exponent) */

/* The corrections at one end, all signs positive, and half the end term and the
 * integral beyond it: Σ_{I≥at} I^−s. F^(2k−1) = −s(s+1)…(s+2k−2) at^{−s−2k+1}. */
static bool add_hurwitz(mpfr_t sum, em_tables *t, const mpfr_t exponent,
                        const mpfr_t at, int sign, size_t corrections)
{
    mpfr_t total, power, part, s;
    mpfr_prec_t bits = mpfr_get_prec(sum);
    mpfr_inits2(bits, total, power, part, s, (mpfr_ptr)NULL);
    mpfr_neg(part, exponent, MPFR_RNDN);
    mpfr_pow(power, at, part, MPFR_RNDN); /* at^{1−s} */
    mpfr_div(total, power, exponent, MPFR_RNDN);
    mpfr_div(power, power, at, MPFR_RNDN);
    mpfr_div_2ui(part, power, 1, MPFR_RNDN);
    if (sign > 0)
        mpfr_add(total, total, part, MPFR_RNDN);
    else /* Σ_{I≤M}: the end term belongs to the sum */
        mpfr_sub(total, total, part, MPFR_RNDN);
    mpfr_add_ui(s, exponent, 1, MPFR_RNDN);
    mpfr_div(power, power, at, MPFR_RNDN);
    mpfr_mul(power, power, s, MPFR_RNDN);
    bool small = false;
    for (size_t k = 1; k <= corrections && !small; k++) {
        mpfr_mul(part, power, t->factor[k], MPFR_RNDN);
        mpfr_add(total, total, part, MPFR_RNDN);
        small = mpfr_get_exp(part) < mpfr_get_exp(total) - (mpfr_exp_t)bits;
        for (size_t i = 2 * k - 1; i <= 2 * k; i++) {
            mpfr_add_ui(part, s, i, MPFR_RNDN);
            mpfr_mul(power, power, part, MPFR_RNDN);
            mpfr_div(power, power, at, MPFR_RNDN);
        }
    }
    if (sign > 0)
        mpfr_add(sum, sum, total, MPFR_RNDN);
    else
        mpfr_sub(sum, sum, total, MPFR_RNDN);
    mpfr_clears(total, power, part, s, (mpfr_ptr)NULL);
    return small;
}

/* One term: from the tables where they reach. */
static void power_term(mpfr_t out, const em_tables *t, uint64_t i, bool of_weight)
{
    if (i <= t->powers && of_weight) {
        mpfr_set(out, t->weight[i], MPFR_RNDN);
    } else if (i <= t->powers) {
        mpfr_ui_div(out, 1, t->power[i], MPFR_RNDN);
    } else {
        mpfr_t at, s;
        mpfr_inits2(mpfr_get_prec(out), at, s, (mpfr_ptr)NULL);
        mpfr_set_uj(at, i, MPFR_RNDN);
        mpfr_add_ui(s, of_weight ? t->beta : t->alpha, 1, MPFR_RNDN);
        mpfr_neg(s, s, MPFR_RNDN);
        mpfr_pow(out, at, s, MPFR_RNDN);
        mpfr_clears(at, s, (mpfr_ptr)NULL);
    }
}

/* A sum this steep is over, to any precision, long before its start. */
static const double STEEPEST = 1e5;

/* The last I that counts in a sum from 1: the rest is below J^{1−s} < 2^−bits. */
static uint64_t last_that_counts(double s, mpfr_prec_t bits, uint64_t last)
{
    double steps = ((double)bits + EM_SLACK_BITS) / (s - 1.0);
    double reach = steps < 62.0 ? ceil(exp2(steps)) + 1.0 : 0x1p62;
    return reach < (double)last ? (uint64_t)reach : last;
}

/* t^−s is completely monotone: what Euler–Maclaurin leaves out is smaller than the
 * first correction left out. From I₀ = 0.6 bits + 2s on, the k-th correction is at most
 * (s)_{2k}/(2πI₀)^{2k}, whose factors (s+2k)/(2πI₀) stay below 0.19 up to 2k = 2I₀/3:
 * it is below the last bit by then, which is checked. */
bool nsl_em_power_sum_mp(mpfr_t out, em_tables *t, bool of_weight, uint64_t first,
                         uint64_t last)
{
    mpfr_prec_t bits = mpfr_get_prec(out);
    double s = 1.0 + mpfr_get_d(of_weight ? t->beta : t->alpha, MPFR_RNDN);
    uint64_t least = (uint64_t)(0.6 * (double)bits + 2.0 * fmin(s, STEEPEST)) + 64;
    uint64_t start = first > least ? first : least;
    size_t corrections = (size_t)(least / 3);
    mpfr_t part, sum;
    mpfr_inits2(bits + EM_SLACK_BITS, part, sum, (mpfr_ptr)NULL);
    mpfr_set_zero(sum, 1);
    if (first == 1) {
        uint64_t reach = last_that_counts(s, bits, last);
        last = reach < start ? reach : last;
    }
    bool short_range = last != UINT64_MAX && last - first < 2 * least;
    uint64_t direct = short_range ? last : start - 1;
    bool fine = direct > t->powers && first == 1
                    ? nsl_em_want_powers_mp(t, (size_t)direct)
                    : true;
    for (uint64_t i = direct; i >= first && fine; i--) {
        power_term(part, t, i, of_weight);
        mpfr_add(sum, sum, part, MPFR_RNDN);
    }
    if (!short_range && fine) {
        mpfr_srcptr exponent = of_weight ? t->beta : t->alpha;
        fine = nsl_em_want_factors_mp(t, corrections);
        mpfr_set_uj(part, start, MPFR_RNDN);
        fine = fine && add_hurwitz(sum, t, exponent, part, 1, corrections);
        mpfr_set_uj(part, last, MPFR_RNDN);
        if (fine && last != UINT64_MAX)
            fine = add_hurwitz(sum, t, exponent, part, -1, corrections);
    }
    mpfr_set(out, sum, MPFR_RNDN);
    mpfr_clears(part, sum, (mpfr_ptr)NULL);
    return fine;
}
