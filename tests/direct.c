/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "direct.h"

#include <math.h>
#include <mpfr.h>
#include <stdbool.h>

enum { BITS = 400, STEPS = 400 };

/* The root is known when the bracket is this narrow in lnΔ. */
static const double NARROW = 1e-100;

enum { Z, R, Q, Q1, T0, TD, TC, SUMS };

typedef struct {
    mpfr_t value[SUMS];
} sums;

static void sums_init(sums *s)
{
    for (int i = 0; i < SUMS; i++)
        mpfr_init2(s->value[i], BITS);
}

static void sums_clear(sums *s)
{
    for (int i = 0; i < SUMS; i++)
        mpfr_clear(s->value[i]);
}

static void sums_at(sums *s, const direct_problem *problem, const mpfr_t delta)
{
    mpfr_t u, w, t;
    mpfr_inits2(BITS, u, w, t, (mpfr_ptr)NULL);
    for (int i = 0; i < SUMS; i++)
        mpfr_set_zero(s->value[i], 1);
    for (size_t i = 0; i < problem->count; i++) {
        double v = problem->target[i];
        mpfr_add_d(t, delta, problem->lambda[i], MPFR_RNDN);
        mpfr_d_div(u, problem->lambda[i], t, MPFR_RNDN);
        mpfr_div(w, delta, t, MPFR_RNDN);
        mpfr_add(s->value[Z], s->value[Z], u, MPFR_RNDN);
        mpfr_sqr(t, u, MPFR_RNDN);
        mpfr_add(s->value[Q], s->value[Q], t, MPFR_RNDN);
        mpfr_mul(t, t, w, MPFR_RNDN);
        mpfr_add(s->value[Q1], s->value[Q1], t, MPFR_RNDN);
        mpfr_mul(t, u, w, MPFR_RNDN);
        mpfr_add(s->value[R], s->value[R], t, MPFR_RNDN);
        mpfr_mul_d(t, t, v, MPFR_RNDN);
        mpfr_add(s->value[TD], s->value[TD], t, MPFR_RNDN);
        mpfr_mul(t, t, w, MPFR_RNDN);
        mpfr_add(s->value[TC], s->value[TC], t, MPFR_RNDN);
        mpfr_sqr(t, w, MPFR_RNDN);
        mpfr_mul_d(t, t, v, MPFR_RNDN);
        mpfr_add(s->value[T0], s->value[T0], t, MPFR_RNDN);
    }
    mpfr_clears(u, w, t, (mpfr_ptr)NULL);
}

void direct_moments(nsl_moments *out, const direct_problem *problem, double delta)
{
    sums s;
    mpfr_t at;
    mpfr_init2(at, BITS);
    mpfr_set_d(at, delta, MPFR_RNDN);
    sums_init(&s);
    sums_at(&s, problem, at);
    double value[SUMS];
    for (int i = 0; i < SUMS; i++)
        value[i] = mpfr_get_d(s.value[i], MPFR_RNDN);
    *out = (nsl_moments){.z = value[Z],
                         .r = value[R],
                         .q = value[Q],
                         .q1 = value[Q1],
                         .t0 = value[T0],
                         .td = value[TD],
                         .tc = value[TC]};
    sums_clear(&s);
    mpfr_clear(at);
}

/* ln of [E1]'s right side less its left; ridgeless: n − z. Both rise with Δ. Beyond
 * the branch z < n it is −∞. */
static void residual(mpfr_t out, sums *s, const direct_problem *p, const mpfr_t delta)
{
    mpfr_t t;
    mpfr_init2(t, BITS);
    sums_at(s, p, delta);
    if (p->g_count == 0) {
        double n = p->samples;
        for (size_t k = 0; k < p->layers; k++)
            n = fmin(n, p->widths[k]);
        mpfr_d_sub(out, n, s->value[Z], MPFR_RNDN);
    } else {
        mpfr_log(out, delta, MPFR_RNDN);
        bool beyond = false;
        for (size_t k = 0; k <= p->layers; k++) {
            mpfr_d_sub(t, k < p->layers ? p->widths[k] : p->samples, s->value[Z],
                       MPFR_RNDN);
            beyond |= mpfr_sgn(t) <= 0;
            mpfr_log(t, t, MPFR_RNDN);
            mpfr_add(out, out, t, MPFR_RNDN);
        }
        for (size_t i = 0; i < p->g_count; i++) {
            mpfr_set_d(t, p->g_factors[i], MPFR_RNDN);
            mpfr_log(t, t, MPFR_RNDN);
            mpfr_sub(out, out, t, MPFR_RNDN);
        }
        if (beyond)
            mpfr_set_inf(out, -1);
    }
    mpfr_clear(t);
}

/* Illinois regula falsi on [low, high], falling back to the middle at an infinite end.
 */
static void refine(mpfr_t low, mpfr_t high, mpfr_t f_low, mpfr_t f_high, sums *s,
                   const direct_problem *p)
{
    mpfr_t at, f, t;
    int last = 0;
    mpfr_inits2(BITS, at, f, t, (mpfr_ptr)NULL);
    for (int i = 0; i < STEPS; i++) {
        mpfr_sub(t, high, low, MPFR_RNDN);
        mpfr_div(f, t, high, MPFR_RNDN);
        if (mpfr_cmp_d(f, NARROW) < 0)
            break;
        if (mpfr_inf_p(f_low)) {
            mpfr_add(at, low, high, MPFR_RNDN);
            mpfr_div_2ui(at, at, 1, MPFR_RNDN);
        } else {
            mpfr_sub(f, f_high, f_low, MPFR_RNDN);
            mpfr_mul(t, t, f_low, MPFR_RNDN);
            mpfr_div(t, t, f, MPFR_RNDN);
            mpfr_sub(at, low, t, MPFR_RNDN);
        }
        residual(f, s, p, at);
        bool is_low = mpfr_sgn(f) < 0;
        mpfr_set(is_low ? low : high, at, MPFR_RNDN);
        mpfr_set(is_low ? f_low : f_high, f, MPFR_RNDN);
        if (is_low && last < 0)
            mpfr_div_2ui(f_high, f_high, 1, MPFR_RNDN);
        if (!is_low && last > 0 && !mpfr_inf_p(f_low))
            mpfr_div_2ui(f_low, f_low, 1, MPFR_RNDN);
        last = is_low ? -1 : 1;
    }
    mpfr_clears(at, f, t, (mpfr_ptr)NULL);
}

/* [E2] and [E3] as theory.md prints them. */
static void losses(nsl_prediction *out, const sums *s, const direct_problem *p)
{
    mpfr_t a, b, c, d, e;
    mpfr_inits2(BITS, a, b, c, d, e, (mpfr_ptr)NULL);
    mpfr_set_zero(a, 1); /* Σ 1/a_k */
    for (size_t k = 0; k < p->layers; k++) {
        mpfr_d_sub(c, p->widths[k], s->value[Z], MPFR_RNDN);
        mpfr_ui_div(c, 1, c, MPFR_RNDN);
        mpfr_add(a, a, c, MPFR_RNDN);
    }
    mpfr_mul(a, a, s->value[R], MPFR_RNDN);
    mpfr_add_ui(a, a, 1, MPFR_RNDN);
    mpfr_ui_div(a, 1, a, MPFR_RNDN); /* s */
    mpfr_d_sub(b, p->samples, s->value[Z], MPFR_RNDN);
    mpfr_mul(c, a, s->value[R], MPFR_RNDN);
    mpfr_sub(d, s->value[Z], c, MPFR_RNDN); /* z − s r */
    mpfr_add(c, c, b, MPFR_RNDN);           /* b + s r */
    mpfr_mul_d(d, d, p->noise, MPFR_RNDN);
    mpfr_div(d, d, c, MPFR_RNDN); /* E_noise */
    mpfr_mul(a, a, s->value[TD], MPFR_RNDN);
    mpfr_sub(e, s->value[TD], a, MPFR_RNDN);
    mpfr_add(e, e, s->value[T0], MPFR_RNDN); /* t₁ − s(t₁−t₀) */
    mpfr_mul_d(e, e, p->samples, MPFR_RNDN);
    mpfr_div(e, e, c, MPFR_RNDN); /* E_signal */
    double half = 0.5 * p->outputs;
    out->signal_loss = half * mpfr_get_d(e, MPFR_RNDN);
    out->noise_loss = half * mpfr_get_d(d, MPFR_RNDN);
    mpfr_add(e, e, d, MPFR_RNDN);
    out->test_loss = half * mpfr_get_d(e, MPFR_RNDN);
    mpfr_add_d(e, e, p->noise, MPFR_RNDN);
    mpfr_div_d(b, b, p->samples, MPFR_RNDN);
    mpfr_sqr(b, b, MPFR_RNDN);
    mpfr_mul(e, e, b, MPFR_RNDN);
    out->train_loss = half * mpfr_get_d(e, MPFR_RNDN);
    mpfr_clears(a, b, c, d, e, (mpfr_ptr)NULL);
}

int direct_predict(nsl_prediction *out, const direct_problem *problem, double guess)
{
    mpfr_t low, high, f_low, f_high;
    sums s;
    mpfr_inits2(BITS, low, high, f_low, f_high, (mpfr_ptr)NULL);
    sums_init(&s);
    mpfr_set_d(low, guess, MPFR_RNDN);
    mpfr_mul_d(high, low, 1.0 + 1e-6, MPFR_RNDN);
    mpfr_mul_d(low, low, 1.0 - 1e-6, MPFR_RNDN);
    residual(f_low, &s, problem, low);
    residual(f_high, &s, problem, high);
    int found = mpfr_sgn(f_low) < 0 && mpfr_sgn(f_high) > 0;
    if (found) {
        refine(low, high, f_low, f_high, &s, problem);
        sums_at(&s, problem, high);
        out->delta = mpfr_get_d(high, MPFR_RNDN);
        out->dof = mpfr_get_d(s.value[Z], MPFR_RNDN);
        losses(out, &s, problem);
    }
    sums_clear(&s);
    mpfr_clears(low, high, f_low, f_high, (mpfr_ptr)NULL);
    mpfr_free_cache();
    return found;
}
