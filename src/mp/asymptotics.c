/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp/asymptotics.h"

/* --- exponents ---------------------------------------------------------------------
 */

void nsl_exponents_init(nsl_exponents *e, const nsl_model_mp *model)
{
    const nsl_target *target = &model->model->target;
    mpq_t two_p;
    mpq_inits(e->alpha, e->beta, e->p, two_p, NULL);
    nsl_rational_set(e->alpha, model->text[DECIMAL_ALPHA],
                     nsl_powerlaw_numbers(model->model->spectrum).alpha);
    if (target->kind == NSL_TARGET_MRS)
        mpq_set(e->beta, e->alpha);
    else
        nsl_rational_set(e->beta, model->text[DECIMAL_SOURCE], target->source);
    mpq_set_ui(e->p, 1, 1);
    mpq_add(e->p, e->p, e->alpha);
    mpq_add(two_p, e->p, e->p);
    e->beta_alpha = mpq_cmp(e->beta, e->alpha);
    e->beta_p = mpq_cmp(e->beta, e->p);
    e->beta_2p = mpq_cmp(e->beta, two_p);
    e->alpha_1 = mpq_cmp_ui(e->alpha, 1, 1);
    mpq_clear(two_p);
}

void nsl_exponents_clear(nsl_exponents *e)
{
    mpq_clears(e->alpha, e->beta, e->p, NULL);
}

/* --- sums --------------------------------------------------------------------------
 */

void nsl_times_power_mp(mpfr_t x, mpfr_srcptr base, mpfr_srcptr exponent)
{
    mpfr_t power;
    mpfr_init2(power, mpfr_get_prec(x));
    mpfr_pow(power, base, exponent, MPFR_RNDN);
    mpfr_mul(x, x, power, MPFR_RNDN);
    mpfr_clear(power);
}

void nsl_over_power_mp(mpfr_t x, mpfr_srcptr base, mpfr_srcptr exponent)
{
    mpfr_t power;
    mpfr_init2(power, mpfr_get_prec(x));
    mpfr_pow(power, base, exponent, MPFR_RNDN);
    mpfr_div(x, x, power, MPFR_RNDN);
    mpfr_clear(power);
}

/* (π/p)/sin(πx) = ∫ t^{p(1−x)−1}/(1+t^p) dt for 0 < x < 1; c at x = 1/p. */
static void over_sine(mpfr_t out, const mpq_t x, const mpfr_t p)
{
    mpfr_t sine;
    mpfr_init2(sine, mpfr_get_prec(out));
    nsl_rational_sin_pi(sine, x);
    mpfr_const_pi(out, MPFR_RNDN);
    mpfr_div(out, out, p, MPFR_RNDN);
    mpfr_div(out, out, sine, MPFR_RNDN);
    mpfr_clear(sine);
}

/* out·ζ(1 + β − times·p), the whole argument above 1. */
static bool times_zeta(mpfr_t out, const nsl_exponents *e, unsigned long times)
{
    mpfr_prec_t bits = mpfr_get_prec(out);
    em_tables t;
    mpq_t excess;
    mpfr_t zeta;
    mpq_init(excess);
    mpfr_init2(zeta, bits);
    mpq_set_ui(excess, times, 1);
    mpq_mul(excess, excess, e->p);
    mpq_sub(excess, e->beta, excess);
    nsl_em_tables_init_mp(&t, bits, UINT64_MAX, false);
    mpfr_set_q(t.alpha, excess, MPFR_RNDN);
    mpfr_add_ui(t.p, t.alpha, 1, MPFR_RNDN);
    bool fine = nsl_em_power_sum_mp(zeta, &t, false, 1, UINT64_MAX);
    mpfr_mul(out, out, zeta, MPFR_RNDN);
    nsl_em_tables_clear_mp(&t);
    mpfr_clear(zeta);
    mpq_clear(excess);
    return fine;
}

/* t₁ = Σ v²(1−u), v_I² = A I^−(1+β), 1 − u = 1/(1 + (X/I)^p):
 *     β < p: A κ₁ X^−β, κ₁ = (π/p)/sin(πβ/p);   β > p: A ζ(1+β−p) X^−p;
 *     β = p: A X^−p (ln X + γ_E). */
static bool set_t1(nsl_asymptotics *a)
{
    nsl_decay_mp *t1 = &a->t1;
    const nsl_exponents *e = &a->exact;
    t1->logarithm = e->beta_p == 0;
    mpfr_set(t1->exponent, e->beta_p < 0 ? a->beta : a->p, MPFR_RNDN);
    if (e->beta_p > 0)
        return times_zeta(t1->amplitude, e, 1);
    if (e->beta_p == 0) {
        mpfr_const_euler(t1->shift, MPFR_RNDN);
        return true;
    }
    mpq_t ratio;
    mpfr_t kappa;
    mpq_init(ratio);
    mpfr_init2(kappa, a->bits);
    mpq_div(ratio, e->beta, e->p);
    over_sine(kappa, ratio, a->p);
    mpfr_mul(t1->amplitude, t1->amplitude, kappa, MPFR_RNDN);
    mpfr_clear(kappa);
    mpq_clear(ratio);
    return true;
}

/* κ₀ = (1−β/p)(π/p)/sin(πβ/p), 1/p at β = p. */
static void times_kappa0(mpfr_t out, const nsl_asymptotics *a)
{
    const nsl_exponents *e = &a->exact;
    if (e->beta_p == 0) {
        mpfr_div(out, out, a->p, MPFR_RNDN);
        return;
    }
    mpq_t ratio, rest;
    mpfr_t kappa;
    mpq_inits(ratio, rest, NULL);
    mpfr_init2(kappa, a->bits);
    mpq_div(ratio, e->beta, e->p);
    mpq_set_ui(rest, 1, 1);
    mpq_sub(rest, rest, ratio);
    over_sine(kappa, ratio, a->p);
    mpfr_mul_q(kappa, kappa, rest, MPFR_RNDN);
    mpfr_mul(out, out, kappa, MPFR_RNDN);
    mpfr_clear(kappa);
    mpq_clears(ratio, rest, NULL);
}

/* t₀ = Σ v²(1−u)²:
 *     β < 2p: A κ₀ X^−β;   β > 2p: A ζ(1+β−2p) X^−2p;
 *     β = 2p: A X^−2p (ln X + γ_E − 1/p). */
static bool set_t0(nsl_asymptotics *a)
{
    nsl_decay_mp *t0 = &a->t0;
    const nsl_exponents *e = &a->exact;
    t0->logarithm = e->beta_2p == 0;
    if (e->beta_2p < 0) {
        mpfr_set(t0->exponent, a->beta, MPFR_RNDN);
        times_kappa0(t0->amplitude, a);
        return true;
    }
    mpfr_mul_2ui(t0->exponent, a->p, 1, MPFR_RNDN);
    if (e->beta_2p > 0)
        return times_zeta(t0->amplitude, e, 2);
    mpfr_t inverse;
    mpfr_init2(inverse, a->bits);
    mpfr_ui_div(inverse, 1, a->p, MPFR_RNDN);
    mpfr_const_euler(t0->shift, MPFR_RNDN);
    mpfr_sub(t0->shift, t0->shift, inverse, MPFR_RNDN);
    mpfr_clear(inverse);
    return true;
}

/* c = (π/p)/sin(π/p), k = cα/p. */
static void set_scale(nsl_asymptotics *a)
{
    mpq_t inverse;
    mpq_init(inverse);
    mpq_inv(inverse, a->exact.p);
    over_sine(a->c, inverse, a->p);
    mpq_mul(inverse, inverse, a->exact.alpha);
    mpfr_mul_q(a->k, a->c, inverse, MPFR_RNDN);
    mpq_clear(inverse);
}

static void decay_init(nsl_decay_mp *d, const nsl_level *level)
{
    mpfr_inits2(level->bits, d->exponent, d->amplitude, d->shift, (mpfr_ptr)NULL);
    mpfr_set(d->amplitude, level->scale, MPFR_RNDN); /* A */
    if (level->model->model->target.kind == NSL_TARGET_MRS)
        mpfr_mul(d->amplitude, d->amplitude, level->lambda_max, MPFR_RNDN);
}

bool nsl_asymptotics_init(nsl_asymptotics *a, const nsl_level *level)
{
    nsl_exponents_init(&a->exact, level->model);
    a->bits = level->bits;
    mpfr_inits2(a->bits, a->alpha, a->beta, a->p, a->lambda_max, a->c, a->k, a->weight,
                (mpfr_ptr)NULL);
    mpfr_set_q(a->alpha, a->exact.alpha, MPFR_RNDN);
    mpfr_set_q(a->beta, a->exact.beta, MPFR_RNDN);
    mpfr_set_q(a->p, a->exact.p, MPFR_RNDN);
    mpfr_set(a->lambda_max, level->lambda_max, MPFR_RNDN);
    decay_init(&a->t1, level);
    decay_init(&a->t0, level);
    mpfr_set(a->weight, a->t1.amplitude, MPFR_RNDN);
    bool fine = set_t1(a) && set_t0(a);
    set_scale(a);
    return fine;
}

static void decay_clear(nsl_decay_mp *d)
{
    mpfr_clears(d->exponent, d->amplitude, d->shift, (mpfr_ptr)NULL);
}

void nsl_asymptotics_clear(nsl_asymptotics *a)
{
    decay_clear(&a->t1);
    decay_clear(&a->t0);
    mpfr_clears(a->alpha, a->beta, a->p, a->lambda_max, a->c, a->k, a->weight,
                (mpfr_ptr)NULL);
    nsl_exponents_clear(&a->exact);
}
