/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The least loss at a budget B = N·P (theory.md section 7), from [E2] for one layer,
 *
 *     E = [P (t₀ + (1−s)(t₁−t₀)) + σ² (q + (1−s) r)] / (b + s r),   s = a/(a+r),
 *
 * with the sums of asymptotics.h. Two kinds of optimum: N, P and z all grow alike, or z
 * falls behind N and a cross term N^−1 P^−α decides. */
#include "mp/law.h"
#include "mp/stationary.h"

static const char NOTE_LOG_POWER[] =
    "a power of ln B goes with it: no amplitude, and the split up to such a power";
static const char NOTE_TIE[] = "as good with features and samples exchanged";
static const char NOTE_OPEN_SPLIT[] = "the split is decided beyond the leading order";

static bool noisy(const nsl_law_problem *w)
{
    return !mpfr_zero_p(w->noise);
}

/* --- N, P and z grow alike ---------------------------------------------------------
 *
 * For β ≤ p, and for β > p where α > 1, with b = min(β, p), t₁ = a₁ X^−b and
 * p t₀ = e t₁: e = p − β where β < p, 0 above. With x = z/N and y = z/P
 *
 *     E = a₁ c^b B^{−b/2} f,   f = (xy)^{−b/2} S / (D − y D'),   N² = B y/x,
 *     S = e + (1−e) x,   D = p − αx,   D' = α − (α−1) x.
 *
 * With the best ridge y = min(1, bD/((2+b)D')), which leaves a product of powers
 * of linear functions of x. Its slope dln/dlnx rises from −b/2 (1 − b/2 for e = 0) to
 * b at x = 1: each term rises but −(b/2)(α−1)x/D' for α > 1 and (1−e)x/S for e > 1,
 * which rise with the share of (1+b/2)αx/D that is theirs, since
 * (α−1)D² ≤ (α+1)D'² and (p−β)/(α−β) ≥ p/α. So there is one minimum. */
typedef struct {
    const nsl_law_problem *w;
    mpfr_srcptr b;
    mpfr_t e, x, y;
} share;

static void share_init(share *s, const nsl_law_problem *w)
{
    s->w = w;
    s->b = w->a.t1.exponent;
    mpfr_inits2(w->bits, s->e, s->x, s->y, (mpfr_ptr)NULL);
    mpfr_set_zero(s->e, 1);
    if (w->a.exact.beta_p < 0) {
        mpq_t lag;
        mpq_init(lag);
        mpq_sub(lag, w->a.exact.p, w->a.exact.beta);
        mpfr_set_q(s->e, lag, MPFR_RNDN);
        mpq_clear(lag);
    }
}

static void share_clear(share *s)
{
    mpfr_clears(s->e, s->x, s->y, (mpfr_ptr)NULL);
}

/* S, D and D' at x. */
static void set_linear(mpfr_t learned, mpfr_t gap, mpfr_t slope, const share *s)
{
    const nsl_asymptotics *a = &s->w->a;
    mpfr_ui_sub(learned, 1, s->e, MPFR_RNDN);
    mpfr_fma(learned, learned, s->x, s->e, MPFR_RNDN);
    mpfr_mul(gap, a->alpha, s->x, MPFR_RNDN);
    mpfr_sub(slope, a->alpha, gap, MPFR_RNDN);
    mpfr_add(slope, slope, s->x, MPFR_RNDN);
    mpfr_sub(gap, a->p, gap, MPFR_RNDN);
}

/* x^{−b/2} S, of both products below. */
static void set_common_factors(nsl_factor_mp *f, const share *s)
{
    mpfr_div_2ui(f[0].power, s->b, 1, MPFR_RNDN);
    mpfr_neg(f[0].power, f[0].power, MPFR_RNDN);
    mpfr_set_zero(f[0].offset, 1);
    mpfr_set_ui(f[0].slope, 1, MPFR_RNDN);
    mpfr_set_ui(f[1].power, 1, MPFR_RNDN);
    mpfr_set(f[1].offset, s->e, MPFR_RNDN);
    mpfr_ui_sub(f[1].slope, 1, s->e, MPFR_RNDN);
}

/* The least x^{−b/2} S D'^{b/2} D^{−1−b/2}: y = bD/((2+b)D'). The label noise's optimum
 * is at the same x: F₁² F₂^b below is the square of this. */
static void find_inside(share *s)
{
    const nsl_asymptotics *a = &s->w->a;
    nsl_factor_mp f[4];
    nsl_factors_mp_init(f, 4, s->w->bits);
    set_common_factors(f, s);
    mpfr_neg(f[2].power, f[0].power, MPFR_RNDN);
    mpfr_set(f[2].offset, a->alpha, MPFR_RNDN);
    mpfr_ui_sub(f[2].slope, 1, a->alpha, MPFR_RNDN);
    mpfr_sub_ui(f[3].power, f[0].power, 1, MPFR_RNDN);
    mpfr_set(f[3].offset, a->p, MPFR_RNDN);
    mpfr_neg(f[3].slope, a->alpha, MPFR_RNDN);
    nsl_stationary_mp(s->x, f, 4);
    nsl_factors_mp_clear(f, 4);
}

/* The least x^{−b/2} S/(1−x): ridgeless with P < N, y = 1. */
static void find_at_edge(share *s)
{
    nsl_factor_mp f[3];
    nsl_factors_mp_init(f, 3, s->w->bits);
    set_common_factors(f, s);
    mpfr_set_si(f[2].power, -1, MPFR_RNDN);
    mpfr_set_ui(f[2].offset, 1, MPFR_RNDN);
    mpfr_set_si(f[2].slope, -1, MPFR_RNDN);
    nsl_stationary_mp(s->x, f, 3);
    mpfr_set_ui(s->y, 1, MPFR_RNDN);
    nsl_factors_mp_clear(f, 3);
}

/* With the best ridge. For β = α, N = P by symmetry. */
static void share_with_ridge(share *s)
{
    mpfr_t learned, gap, slope;
    mpfr_inits2(s->w->bits, learned, gap, slope, (mpfr_ptr)NULL);
    find_inside(s);
    set_linear(learned, gap, slope, s);
    mpfr_add_ui(s->y, s->b, 2, MPFR_RNDN);
    mpfr_mul(s->y, s->y, slope, MPFR_RNDN);
    mpfr_div(s->y, s->b, s->y, MPFR_RNDN);
    mpfr_mul(s->y, s->y, gap, MPFR_RNDN);
    if (s->w->a.exact.beta_alpha == 0)
        mpfr_set(s->y, s->x, MPFR_RNDN);
    else if (mpfr_cmp_ui(s->y, 1) > 0)
        find_at_edge(s);
    mpfr_clears(learned, gap, slope, (mpfr_ptr)NULL);
}

/* Without ridge: x = 1, f = y^{−b/2}/(1−y); or y = 1, where f differs by the factor S,
 * below 1 for β > α and above for β < α. */
static void share_ridgeless(share *s)
{
    if (s->w->a.exact.beta_alpha > 0) {
        find_at_edge(s);
        return;
    }
    mpfr_set_ui(s->x, 1, MPFR_RNDN);
    mpfr_add_ui(s->y, s->b, 2, MPFR_RNDN);
    mpfr_div(s->y, s->b, s->y, MPFR_RNDN);
}

/* E's amplitude a₁ c^b f, and N = √(y/x) B^½. */
static void set_noise_free(nsl_law_mp *law, const share *s)
{
    mpfr_t learned, gap, slope;
    mpfr_inits2(s->w->bits, learned, gap, slope, (mpfr_ptr)NULL);
    set_linear(learned, gap, slope, s);
    mpfr_mul(slope, slope, s->y, MPFR_RNDN);
    mpfr_sub(gap, gap, slope, MPFR_RNDN);
    mpfr_mul(law->amplitude, s->w->a.t1.amplitude, learned, MPFR_RNDN);
    mpfr_div(law->amplitude, law->amplitude, gap, MPFR_RNDN);
    nsl_times_power_mp(law->amplitude, s->w->a.c, s->b);
    mpfr_mul(gap, s->x, s->y, MPFR_RNDN);
    mpfr_sqrt(gap, gap, MPFR_RNDN);
    nsl_over_power_mp(law->amplitude, gap, s->b);
    mpfr_div(slope, s->y, s->x, MPFR_RNDN);
    mpfr_sqrt(law->split_amplitude, slope, MPFR_RNDN);
    mpfr_clears(learned, gap, slope, (mpfr_ptr)NULL);
}

/* z ≪ P:  E ≃ F₁ N^−b + F₂ σ² N²/B, F₁ = a₁ c^b x^−b S/D, F₂ = x D'/D; least at
 * N^{2+b} = b F₁ B/(2σ² F₂), where E = (1 + b/2) F₁ N^−b. */
static void set_noisy(nsl_law_mp *law, const share *s)
{
    mpfr_t first, gap, second;
    mpfr_inits2(s->w->bits, first, gap, second, (mpfr_ptr)NULL);
    set_linear(first, gap, second, s);
    mpfr_mul(first, first, s->w->a.t1.amplitude, MPFR_RNDN);
    mpfr_div(first, first, gap, MPFR_RNDN);
    nsl_times_power_mp(first, s->w->a.c, s->b);
    nsl_over_power_mp(first, s->x, s->b);
    mpfr_mul(second, second, s->x, MPFR_RNDN);
    mpfr_div(second, second, gap, MPFR_RNDN);
    mpfr_mul(second, second, s->w->noise, MPFR_RNDN);
    mpfr_mul_2ui(second, second, 1, MPFR_RNDN);
    mpfr_mul(gap, s->b, first, MPFR_RNDN);
    mpfr_div(gap, gap, second, MPFR_RNDN);
    mpfr_pow(law->split_amplitude, gap, law->split_exponent, MPFR_RNDN);
    mpfr_div_2ui(second, s->b, 1, MPFR_RNDN);
    mpfr_add_ui(second, second, 1, MPFR_RNDN);
    mpfr_mul(law->amplitude, first, second, MPFR_RNDN);
    nsl_over_power_mp(law->amplitude, law->split_amplitude, s->b);
    mpfr_clears(first, gap, second, (mpfr_ptr)NULL);
}

/* L ∼ B^{−b/2}, N ∼ B^{1/2}; with label noise B^{−b/(2+b)} and B^{1/(2+b)}. */
static void set_alike_exponents(nsl_law_mp *law, const nsl_law_problem *w)
{
    mpfr_srcptr b = w->a.t1.exponent;
    if (noisy(w))
        mpfr_add_ui(law->split_exponent, b, 2, MPFR_RNDN);
    else
        mpfr_set_ui(law->split_exponent, 2, MPFR_RNDN);
    mpfr_div(law->exponent, b, law->split_exponent, MPFR_RNDN);
    mpfr_ui_div(law->split_exponent, 1, law->split_exponent, MPFR_RNDN);
}

static void grow_alike(nsl_law_mp *law, const nsl_law_problem *w)
{
    set_alike_exponents(law, w);
    law->logarithm = w->a.t1.logarithm;
    if (law->logarithm)
        return;
    bool best = w->policy == NSL_POLICY_OPTIMAL;
    share s;
    share_init(&s, w);
    if (noisy(w)) {
        if (best)
            find_inside(&s);
        else
            mpfr_set_ui(s.x, 1, MPFR_RNDN);
        set_noisy(law, &s);
    } else {
        if (best)
            share_with_ridge(&s);
        else
            share_ridgeless(&s);
        if (!best && w->a.exact.beta_alpha == 0)
            law->note = NOTE_TIE;
        set_noise_free(law, &s);
    }
    share_clear(&s);
}

/* --- a cross term decides ----------------------------------------------------------
 *
 * For β > p and α < 1, with b = min(β, 2p), t₀ = a₀ X^−b, t₁ = a₁ X^−p: z ≪ N. */

/* Ridgeless, z = P: E ≃ p t₀ + (P/N) t₁ = p (D₀ P^−b + D₁ P^{1−α}/B), with
 * D₀ = a₀ c^b and D₁ = a₁ c^p/p; least at P^{1−α+b} = b D₀ B/((1−α) D₁), where
 * E = p D₀ P^−b (1 + b/(1−α)). No ridge does better. */
static void cross_noise_free(nsl_law_mp *law, const nsl_law_problem *w,
                             const mpfr_t rest)
{
    const nsl_asymptotics *a = &w->a;
    mpfr_srcptr b = a->t0.exponent;
    mpfr_t plateau, ratio, part;
    mpfr_inits2(w->bits, plateau, ratio, part, (mpfr_ptr)NULL);
    mpfr_add(part, b, rest, MPFR_RNDN);
    mpfr_div(law->exponent, b, part, MPFR_RNDN);
    mpfr_ui_div(part, 1, part, MPFR_RNDN); /* P ∼ B^part */
    mpfr_ui_sub(law->split_exponent, 1, part, MPFR_RNDN);
    mpfr_mul(plateau, a->t0.amplitude, a->p, MPFR_RNDN);
    nsl_times_power_mp(plateau, a->c, b);
    mpfr_div(ratio, b, rest, MPFR_RNDN);
    mpfr_add_ui(law->amplitude, ratio, 1, MPFR_RNDN);
    mpfr_mul(law->amplitude, law->amplitude, plateau, MPFR_RNDN);
    mpfr_mul(ratio, ratio, plateau, MPFR_RNDN);
    mpfr_div(ratio, ratio, a->t1.amplitude, MPFR_RNDN);
    nsl_over_power_mp(ratio, a->c, a->p);
    nsl_over_power_mp(law->amplitude, ratio, law->exponent);
    mpfr_pow(law->split_amplitude, ratio, part, MPFR_RNDN);
    mpfr_ui_div(law->split_amplitude, 1, law->split_amplitude, MPFR_RNDN);
    mpfr_clears(plateau, ratio, part, (mpfr_ptr)NULL);
}

/* 2(c/p) √(a₁ α σ²): what (z/N) t₁/p + σ² kX N/B is at its least, over
 * X^{(1−α)/2} B^{−1/2}; and N = √(a₁/(ασ²)) X^{−p/2} B^½ there. */
static void set_cross_term(mpfr_t cross, mpfr_t features, const nsl_law_problem *w)
{
    mpfr_mul(features, w->a.alpha, w->noise, MPFR_RNDN);
    mpfr_mul(cross, w->a.t1.amplitude, features, MPFR_RNDN);
    mpfr_div(features, w->a.t1.amplitude, features, MPFR_RNDN);
    mpfr_sqrt(features, features, MPFR_RNDN);
    mpfr_sqrt(cross, cross, MPFR_RNDN);
    mpfr_mul(cross, cross, w->a.c, MPFR_RNDN);
    mpfr_div(cross, cross, w->a.p, MPFR_RNDN);
    mpfr_mul_2ui(cross, cross, 1, MPFR_RNDN);
}

/* With label noise and the best ridge, z ≪ P too:
 *     E ≃ a₀ X^−b + K X^{(1−α)/2} B^{−1/2}, K of set_cross_term; least at
 *     X^{b+(1−α)/2} = 2b a₀ B^½/((1−α) K), where E = a₀ X^−b (1 + 2b/(1−α)). */
static void cross_noisy(nsl_law_mp *law, const nsl_law_problem *w, const mpfr_t rest)
{
    const nsl_asymptotics *a = &w->a;
    mpfr_srcptr b = a->t0.exponent;
    mpfr_t cross, ratio, part;
    mpfr_inits2(w->bits, cross, ratio, part, (mpfr_ptr)NULL);
    set_cross_term(cross, law->split_amplitude, w);
    mpfr_mul_2ui(part, b, 1, MPFR_RNDN);
    mpfr_div(ratio, part, rest, MPFR_RNDN); /* 2b/(1−α) */
    mpfr_add(part, part, rest, MPFR_RNDN);
    mpfr_div(law->exponent, b, part, MPFR_RNDN);
    mpfr_ui_div(part, 1, part, MPFR_RNDN); /* X ∼ B^part */
    mpfr_mul(law->split_exponent, part, a->p, MPFR_RNDN);
    mpfr_ui_sub(law->split_exponent, 1, law->split_exponent, MPFR_RNDN);
    mpfr_div_2ui(law->split_exponent, law->split_exponent, 1, MPFR_RNDN);
    mpfr_add_ui(law->amplitude, ratio, 1, MPFR_RNDN);
    mpfr_mul(law->amplitude, law->amplitude, a->t0.amplitude, MPFR_RNDN);
    mpfr_mul(ratio, ratio, a->t0.amplitude, MPFR_RNDN);
    mpfr_div(ratio, ratio, cross, MPFR_RNDN); /* X = (ratio² B)^part */
    mpfr_sqr(ratio, ratio, MPFR_RNDN);
    mpfr_pow(ratio, ratio, part, MPFR_RNDN);
    nsl_over_power_mp(law->amplitude, ratio, b);
    mpfr_div_2ui(part, a->p, 1, MPFR_RNDN);
    nsl_over_power_mp(law->split_amplitude, ratio, part);
    mpfr_clears(cross, ratio, part, (mpfr_ptr)NULL);
}

static void cross_term(nsl_law_mp *law, const nsl_law_problem *w)
{
    mpq_t exact;
    mpfr_t rest; /* 1 − α */
    mpq_init(exact);
    mpfr_init2(rest, w->bits);
    mpq_set_ui(exact, 1, 1);
    mpq_sub(exact, exact, w->a.exact.alpha);
    mpfr_set_q(rest, exact, MPFR_RNDN);
    if (noisy(w))
        cross_noisy(law, w, rest);
    else
        cross_noise_free(law, w, rest);
    law->logarithm = w->a.t0.logarithm;
    if (law->logarithm) {
        mpfr_set_nan(law->amplitude);
        mpfr_set_nan(law->split_amplitude);
    }
    mpfr_clear(rest);
    mpq_clear(exact);
}

/* α = 1, β > p: the cross term alone, a₁ c^p/B or K B^{−1/2}, at any N ≫ z with t₀
 * below it. */
static void cross_term_alone(nsl_law_mp *law, const nsl_law_problem *w)
{
    law->note = NOTE_OPEN_SPLIT;
    if (noisy(w)) {
        set_cross_term(law->amplitude, law->split_amplitude, w);
        mpfr_set_nan(law->split_amplitude);
        mpfr_set_d(law->exponent, 0.5, MPFR_RNDN);
        return;
    }
    mpfr_set(law->amplitude, w->a.t1.amplitude, MPFR_RNDN);
    nsl_times_power_mp(law->amplitude, w->a.c, w->a.p);
    mpfr_set_ui(law->exponent, 1, MPFR_RNDN);
}

void nsl_budget_law_mp(nsl_law_mp *law, const nsl_law_problem *w)
{
    const nsl_exponents *e = &w->a.exact;
    bool alike =
        e->beta_p <= 0 || e->alpha_1 > 0 || (noisy(w) && w->policy == NSL_POLICY_ZERO);
    if (alike)
        grow_alike(law, w);
    else if (e->alpha_1 < 0)
        cross_term(law, w);
    else
        cross_term_alone(law, w);
    if (law->logarithm)
        law->note = NOTE_LOG_POWER;
    mpfr_mul(law->amplitude, law->amplitude, w->half, MPFR_RNDN);
}
