/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The laws in training time (theory.md section 12), N and P → ∞ first: with v² = A
 * I^−(1+β) and every eigenvalue's residual e^−λt
 *
 *     E(t) = Σ v² e^−2λt ≃ (A/p) Γ(β/p) (2λ₊t)^−β/p
 *
 * at any β. For N large and finite, P = ∞, [E6] to first order in 1/N adds, where β >
 * p,
 *
 *     (Σ v²/λ) N^−1 Σ λ e^−2λt ≃ a₁ N^−1 (1/p) Γ(α/p) (2λ₊t)^−α/p,   t₁ ≃ a₁ Δ/λ₊. */
#include "mp/law.h"

static const char NOTE_FLOW[] = "gradient flow, features and samples -> inf first";
static const char NOTE_SCALING[] =
    "features and the p-th root of time grow alike: no amplitude in closed form";
static const char NOTE_LOG[] =
    "a power of ln B goes with it: no amplitude, and the split up to such a power";

/* (factor/p) Γ(power/p) (2λ₊)^−power/p */
static void set_decay(mpfr_t out, const nsl_law_problem *w, mpfr_srcptr factor,
                      mpfr_srcptr power)
{
    mpfr_t ratio, scale;
    mpfr_inits2(w->bits, ratio, scale, (mpfr_ptr)NULL);
    mpfr_div(ratio, power, w->a.p, MPFR_RNDN);
    mpfr_gamma(out, ratio, MPFR_RNDN);
    mpfr_div(out, out, w->a.p, MPFR_RNDN);
    mpfr_mul(out, out, factor, MPFR_RNDN);
    mpfr_mul_2ui(scale, w->a.lambda_max, 1, MPFR_RNDN);
    nsl_over_power_mp(out, scale, ratio);
    mpfr_clears(ratio, scale, (mpfr_ptr)NULL);
}

void nsl_time_law_mp(nsl_law_mp *law, const nsl_law_problem *w)
{
    mpfr_div(law->exponent, w->a.beta, w->a.p, MPFR_RNDN);
    set_decay(law->amplitude, w, w->a.weight, w->a.beta);
    mpfr_mul(law->amplitude, law->amplitude, w->half, MPFR_RNDN);
    law->note = NOTE_FLOW;
}

/* β < p: N and t^{1/p} grow alike, N ~ B^{1/(1+p)}, L ~ B^{−β/(1+p)}. */
static void grow_alike(nsl_law_mp *law, const nsl_law_problem *w)
{
    mpfr_add_ui(law->split_exponent, w->a.p, 1, MPFR_RNDN);
    mpfr_div(law->exponent, w->a.beta, law->split_exponent, MPFR_RNDN);
    mpfr_ui_div(law->split_exponent, 1, law->split_exponent, MPFR_RNDN);
    law->logarithm = w->a.exact.beta_p == 0;
    law->note = law->logarithm ? NOTE_LOG : NOTE_SCALING;
}

/* β > p: F t^−β/p + D t^{1/p}/B with N = B/t, as 1 − α/p = 1/p. Least at t^{(1+β)/p} =
 * β F B/D, where it is (1+β) F t^−β/p. */
static void cross_term(nsl_law_mp *law, const nsl_law_problem *w)
{
    mpfr_t growth, decay, cross;
    mpfr_inits2(w->bits, growth, decay, cross, (mpfr_ptr)NULL);
    mpfr_add_ui(growth, w->a.beta, 1, MPFR_RNDN);
    set_decay(decay, w, w->a.weight, w->a.beta);
    set_decay(cross, w, w->a.t1.amplitude, w->a.alpha);
    mpfr_div(law->exponent, w->a.beta, growth, MPFR_RNDN);
    mpfr_div(law->split_exponent, w->a.p, growth, MPFR_RNDN);
    mpfr_mul(law->amplitude, decay, growth, MPFR_RNDN);
    mpfr_div(cross, cross, decay, MPFR_RNDN);
    mpfr_div(cross, cross, w->a.beta, MPFR_RNDN); /* t^−(1+β)/p at B = 1 */
    nsl_times_power_mp(law->amplitude, cross, law->exponent);
    mpfr_set_ui(law->split_amplitude, 1, MPFR_RNDN);
    nsl_times_power_mp(law->split_amplitude, cross, law->split_exponent);
    mpfr_ui_sub(law->split_exponent, 1, law->split_exponent, MPFR_RNDN);
    mpfr_mul(law->amplitude, law->amplitude, w->half, MPFR_RNDN);
    mpfr_clears(growth, decay, cross, (mpfr_ptr)NULL);
}

void nsl_time_budget_law_mp(nsl_law_mp *law, const nsl_law_problem *w)
{
    if (w->a.exact.beta_p > 0)
        cross_term(law, w);
    else
        grow_alike(law, w);
}
