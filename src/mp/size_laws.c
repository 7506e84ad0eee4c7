/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The laws in N, P and the ridge, from [E2] with the sums of asymptotics.h. */
#include "mp/law.h"

#include <math.h>

static const char NOTE_SIGNAL[] = "the part of the loss without label noise";
static const char NOTE_BELOW_NOISE[] =
    "where label noise is too small to matter; noise-limited beyond";
static const char NOTE_BELOW_RIDGE[] =
    "while ridge/P is below delta at z = P; ridge-limited beyond";
static const char NOTE_LOG_POWER[] =
    "a power (ln P)^(1/(1+2p)) goes with it: no amplitude";
static const char NOTE_TOO_STEEP[] = "too steep a spectrum for a sum over its end";
static const char NOTE_KERNEL[] = "ridge in the kernel convention";
static const char NOTE_NEEDS_BOTH[] = "the amplitude needs features and samples";
static const char NOTE_NEEDS_SAMPLES[] = "the amplitude needs samples";

/* The next law, nothing of it known; new precisions make values NaN. */
static nsl_law_mp *add_law(nsl_laws_mp *out, const nsl_law_problem *w,
                           nsl_resource resource, nsl_regime regime)
{
    nsl_law_mp *law = &out->law[out->count++];
    law->resource = resource;
    law->regime = regime;
    law->logarithm = false;
    law->note = NULL;
    for (int k = 0; k < NSL_LAW_VALUES; k++)
        mpfr_set_prec(nsl_law_mp_value(law, k), w->bits);
    return law;
}

static bool of_kernel(const nsl_law_problem *w)
{
    return w->level.model->model->convention == NSL_RIDGE_KERNEL;
}

/* Whether δ > 0 is fixed. A fixed γ vanishes against what grows like N. */
static bool kernel_fixed(const nsl_law_problem *w)
{
    return w->policy == NSL_POLICY_FIXED && of_kernel(w);
}

/* --- laws of one sum ---------------------------------------------------------------
 */

/* factor·sum at X = h R^κ:  factor·a h^−e R^−κe, or that times
 * (ln X + s) = κ (ln R + (s + ln h)/κ). */
static void set_to_sum(nsl_law_mp *law, const nsl_decay_mp *sum, mpfr_srcptr factor,
                       mpfr_srcptr h, mpfr_srcptr kappa)
{
    mpfr_mul(law->exponent, sum->exponent, kappa, MPFR_RNDN);
    mpfr_mul(law->amplitude, sum->amplitude, factor, MPFR_RNDN);
    nsl_over_power_mp(law->amplitude, h, sum->exponent);
    law->logarithm = sum->logarithm;
    if (!sum->logarithm)
        return;
    mpfr_mul(law->amplitude, law->amplitude, kappa, MPFR_RNDN);
    mpfr_log(law->log_shift, h, MPFR_RNDN);
    mpfr_add(law->log_shift, law->log_shift, sum->shift, MPFR_RNDN);
    mpfr_div(law->log_shift, law->log_shift, kappa, MPFR_RNDN);
}

/* E = t₁ at X = N/c: s = 0 in [E2]. */
static void model_limited(nsl_law_mp *law, const nsl_law_problem *w)
{
    mpfr_t h, one;
    mpfr_inits2(w->bits, h, one, (mpfr_ptr)NULL);
    mpfr_set_ui(one, 1, MPFR_RNDN);
    mpfr_ui_div(h, 1, w->a.c, MPFR_RNDN);
    set_to_sum(law, &w->a.t1, w->half, h, one);
    mpfr_clears(h, one, (mpfr_ptr)NULL);
}

/* E = P t₀/(P − q) at X = θP/c, q = θPα/p: θ = 1 without ridge; of all θ ≤ 1 the best
 * is βp/(α(1+β)) where β < α, and 1 elsewhere. The factor is 1 + β there, p here. */
static void data_limited(nsl_law_mp *law, const nsl_law_problem *w)
{
    bool ridge = w->policy == NSL_POLICY_OPTIMAL && w->a.exact.beta_alpha < 0;
    mpfr_t factor, h, one;
    mpfr_inits2(w->bits, factor, h, one, (mpfr_ptr)NULL);
    mpfr_set_ui(one, 1, MPFR_RNDN);
    mpfr_ui_div(h, 1, w->a.c, MPFR_RNDN);
    mpfr_set(factor, w->a.p, MPFR_RNDN);
    if (ridge) {
        mpfr_add_ui(factor, w->a.beta, 1, MPFR_RNDN);
        mpfr_mul(h, h, w->a.beta, MPFR_RNDN);
        mpfr_mul(h, h, w->a.p, MPFR_RNDN);
        mpfr_div(h, h, w->a.alpha, MPFR_RNDN);
        mpfr_div(h, h, factor, MPFR_RNDN);
    }
    mpfr_mul(factor, factor, w->half, MPFR_RNDN);
    set_to_sum(law, &w->a.t0, factor, h, one);
    if (kernel_fixed(w))
        law->note = NOTE_BELOW_RIDGE;
    else if (!mpfr_zero_p(w->noise))
        law->note = w->policy == NSL_POLICY_OPTIMAL ? NOTE_BELOW_NOISE : NOTE_SIGNAL;
    mpfr_clears(factor, h, one, (mpfr_ptr)NULL);
}

/* (λ₊/x)^{1/p} */
static void scale_index(mpfr_t out, const mpfr_t x, const nsl_law_problem *w)
{
    mpfr_t inverse;
    mpfr_init2(inverse, w->bits);
    mpfr_ui_div(inverse, 1, w->a.p, MPFR_RNDN);
    mpfr_div(out, w->a.lambda_max, x, MPFR_RNDN);
    mpfr_pow(out, out, inverse, MPFR_RNDN);
    mpfr_clear(inverse);
}

/* E = t₀ at Δ = δ/P: q ≪ P. */
static void ridge_limited(nsl_law_mp *law, const nsl_law_problem *w)
{
    mpfr_t h, kappa;
    mpfr_inits2(w->bits, h, kappa, (mpfr_ptr)NULL);
    scale_index(h, w->ridge, w);
    mpfr_ui_div(kappa, 1, w->a.p, MPFR_RNDN);
    set_to_sum(law, &w->a.t0, w->half, h, kappa);
    mpfr_clears(h, kappa, (mpfr_ptr)NULL);
}

/* --- label noise -------------------------------------------------------------------
 */

/* E_noise = σ² q/r → α σ² at z = P. */
static void noise_floor(nsl_law_mp *law, const nsl_law_problem *w)
{
    mpfr_set_zero(law->exponent, 1);
    mpfr_mul(law->amplitude, w->half, w->noise, MPFR_RNDN);
    mpfr_mul(law->amplitude, law->amplitude, w->a.alpha, MPFR_RNDN);
}

/* E ≃ a₀ X^−e + σ² kX/P, least at X^{1+e} = e a₀ P/(σ² k):
 *     E = (1+e) a₀ (e a₀ P/(σ² k))^{−e/(1+e)}. */
static void noise_limited_best(nsl_law_mp *law, const nsl_law_problem *w)
{
    const nsl_decay_mp *t0 = &w->a.t0;
    mpfr_t ratio, growth;
    mpfr_inits2(w->bits, ratio, growth, (mpfr_ptr)NULL);
    mpfr_add_ui(growth, t0->exponent, 1, MPFR_RNDN);
    mpfr_div(law->exponent, t0->exponent, growth, MPFR_RNDN);
    law->logarithm = t0->logarithm;
    if (t0->logarithm) {
        law->note = NOTE_LOG_POWER;
    } else {
        mpfr_mul(ratio, t0->exponent, t0->amplitude, MPFR_RNDN);
        mpfr_div(ratio, ratio, w->noise, MPFR_RNDN);
        mpfr_div(ratio, ratio, w->a.k, MPFR_RNDN);
        mpfr_mul(law->amplitude, growth, t0->amplitude, MPFR_RNDN);
        mpfr_mul(law->amplitude, law->amplitude, w->half, MPFR_RNDN);
        nsl_over_power_mp(law->amplitude, ratio, law->exponent);
    }
    mpfr_clears(ratio, growth, (mpfr_ptr)NULL);
}

/* E_noise = σ² q/P at Δ = δ/P: σ² k (λ₊/δ)^{1/p} P^−α/p. */
static void noise_limited_fixed(nsl_law_mp *law, const nsl_law_problem *w)
{
    mpfr_div(law->exponent, w->a.alpha, w->a.p, MPFR_RNDN);
    scale_index(law->amplitude, w->ridge, w);
    mpfr_mul(law->amplitude, law->amplitude, w->a.k, MPFR_RNDN);
    mpfr_mul(law->amplitude, law->amplitude, w->noise, MPFR_RNDN);
    mpfr_mul(law->amplitude, law->amplitude, w->half, MPFR_RNDN);
}

/* --- beyond the latents ------------------------------------------------------------
 */

/* E_noise = σ² q/P, q → M. */
static void noise_beyond(nsl_law_mp *law, const nsl_law_problem *w, uint64_t latents)
{
    mpfr_set_ui(law->exponent, 1, MPFR_RNDN);
    mpfr_set_uj(law->amplitude, latents, MPFR_RNDN);
    mpfr_mul(law->amplitude, law->amplitude, w->noise, MPFR_RNDN);
    mpfr_mul(law->amplitude, law->amplitude, w->half, MPFR_RNDN);
}

/* The sums near Δ = 0 go term by term where p is above 100 (em_plan.c): so many terms
 * are not too many. */
static const double STEEPEST = 99.0, TERMS_MAX = 1e5;

/* E = t₀ = Δ² Σ v²/λ² at Δ = δ/P → 0. The sum is t₀/Δ² at a Δ whose distance from 0 is
 * below the last bit: Δ/λ ≤ 2^−bits at the least λ. */
static bool ridge_beyond(nsl_law_mp *law, nsl_law_problem *w, uint64_t latents)
{
    mpfr_set_ui(law->exponent, 2, MPFR_RNDN);
    if (mpfr_cmp_d(w->a.alpha, STEEPEST) > 0 && (double)latents > TERMS_MAX) {
        law->note = NOTE_TOO_STEEP;
        return true;
    }
    nsl_moments_mp m;
    mpfr_t delta;
    nsl_moments_mp_init(&m, w->bits);
    mpfr_init2(delta, w->bits);
    mpfr_set_uj(delta, latents, MPFR_RNDN);
    mpfr_pow(delta, delta, w->a.p, MPFR_RNDN);
    mpfr_div(delta, w->a.lambda_max, delta, MPFR_RNDN);
    mpfr_div_2ui(delta, delta, (unsigned long)w->bits + 2, MPFR_RNDN);
    bool fine = nsl_level_moments(&m, &w->level, delta, true);
    mpfr_div(law->amplitude, w->ridge, delta, MPFR_RNDN);
    mpfr_sqr(law->amplitude, law->amplitude, MPFR_RNDN);
    mpfr_mul(law->amplitude, law->amplitude, m.t0, MPFR_RNDN);
    mpfr_mul(law->amplitude, law->amplitude, w->half, MPFR_RNDN);
    nsl_moments_mp_clear(&m);
    mpfr_clear(delta);
    return fine;
}

/* --- the ridge ---------------------------------------------------------------------
 */

/* Δ/ridge: Δ = g/(P ΠN_k) is γM/(σ_u^{2·layers} N P), or δ/P. NaN where a width that it
 * takes is not given. */
static void delta_per_ridge(mpfr_t out, const nsl_law_problem *w, bool kernel)
{
    const nsl_model_mp *mm = w->level.model;
    mpfr_ui_div(out, 1, w->samples, MPFR_RNDN);
    if (kernel)
        return;
    mpfr_t part;
    mpfr_init2(part, w->bits);
    mpfr_div(out, out, w->features, MPFR_RNDN);
    nsl_exact_set(part, mm->text[DECIMAL_SIGMA_U2], mm->model->sigma_u2);
    for (size_t k = 0; k <= mm->model->hidden_count; k++)
        mpfr_div(out, out, part, MPFR_RNDN);
    mpfr_set_prec(part, 64);
    mpfr_set_uj(part, mm->model->spectrum->latents, MPFR_RNDN);
    mpfr_mul(out, out, part, MPFR_RNDN);
    mpfr_clear(part);
}

/* E = t₀ at X = (λ₊/Δ)^{1/p}, Δ proportional to the ridge. Without its amplitude where
 * N or P is not given. */
static void law_of_ridge(nsl_law_mp *law, const nsl_law_problem *w)
{
    const nsl_model *model = w->level.model->model;
    bool infinite = model->spectrum->latents == NSL_LATENTS_INFINITE;
    for (size_t k = 0; k < model->hidden_count; k++)
        infinite = infinite || isinf(model->hidden[k]);
    bool kernel = of_kernel(w) || infinite;
    mpfr_t h, kappa;
    mpfr_inits2(w->bits, h, kappa, (mpfr_ptr)NULL);
    mpfr_ui_div(kappa, 1, w->a.p, MPFR_RNDN);
    mpfr_neg(kappa, kappa, MPFR_RNDN);
    delta_per_ridge(h, w, kernel);
    scale_index(h, h, w);
    set_to_sum(law, &w->a.t0, w->half, h, kappa);
    if (mpfr_nan_p(h))
        law->note = kernel ? NOTE_NEEDS_SAMPLES : NOTE_NEEDS_BOTH;
    else if (kernel && !of_kernel(w))
        law->note = NOTE_KERNEL;
    mpfr_clears(h, kappa, (mpfr_ptr)NULL);
}

/* --- all laws ----------------------------------------------------------------------
 */

static void add_noise_laws(nsl_laws_mp *out, const nsl_law_problem *w)
{
    bool best = w->policy == NSL_POLICY_OPTIMAL;
    if (!best && !kernel_fixed(w)) {
        noise_floor(add_law(out, w, NSL_RESOURCE_SAMPLES, NSL_REGIME_NOISE_FLOOR), w);
        return;
    }
    nsl_law_mp *law = add_law(out, w, NSL_RESOURCE_SAMPLES, NSL_REGIME_NOISE_LIMITED);
    if (best)
        noise_limited_best(law, w);
    else
        noise_limited_fixed(law, w);
}

static bool add_laws_beyond(nsl_laws_mp *out, nsl_law_problem *w)
{
    uint64_t latents = w->level.model->model->spectrum->latents;
    bool noise = !mpfr_zero_p(w->noise);
    if (latents == NSL_LATENTS_INFINITE || !(noise || kernel_fixed(w)))
        return true;
    nsl_law_mp *law = add_law(out, w, NSL_RESOURCE_SAMPLES, NSL_REGIME_BEYOND_LATENTS);
    if (!noise)
        return ridge_beyond(law, w, latents);
    noise_beyond(law, w, latents);
    return true;
}

bool nsl_laws_mp_fill(nsl_laws_mp *out, nsl_law_problem *w)
{
    out->count = 0;
    mpfr_set_prec(out->p, w->bits);
    mpfr_set_prec(out->c, w->bits);
    mpfr_set(out->p, w->a.p, MPFR_RNDN);
    mpfr_set(out->c, w->a.c, MPFR_RNDN);
    model_limited(add_law(out, w, NSL_RESOURCE_FEATURES, NSL_REGIME_MODEL_LIMITED), w);
    data_limited(add_law(out, w, NSL_RESOURCE_SAMPLES, NSL_REGIME_DATA_LIMITED), w);
    if (kernel_fixed(w))
        ridge_limited(add_law(out, w, NSL_RESOURCE_SAMPLES, NSL_REGIME_RIDGE_LIMITED),
                      w);
    if (!mpfr_zero_p(w->noise))
        add_noise_laws(out, w);
    bool fine = add_laws_beyond(out, w);
    if (w->policy != NSL_POLICY_FIXED)
        nsl_budget_law_mp(
            add_law(out, w, NSL_RESOURCE_BUDGET, NSL_REGIME_COMPUTE_OPTIMAL), w);
    law_of_ridge(add_law(out, w, NSL_RESOURCE_RIDGE, NSL_REGIME_RIDGE_LIMITED), w);
    nsl_time_law_mp(add_law(out, w, NSL_RESOURCE_TIME, NSL_REGIME_TIME_LIMITED), w);
    nsl_time_budget_law_mp(
        add_law(out, w, NSL_RESOURCE_TIME_BUDGET, NSL_REGIME_COMPUTE_OPTIMAL), w);
    return fine;
}
