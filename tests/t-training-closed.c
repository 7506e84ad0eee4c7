/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stopped training by high precision, late, where all that changes has decayed to less
 * than double has: against sums in closed form, and against double as far as that goes.
 *
 * One eigenvalue λ = v² = 1, N = ∞ and P samples: [E1] is quadratic, z = −√P e^{iθ} at
 * the Gram eigenvalue μ = 1 + 1/P + 2 cosθ/√P, and [E6] is
 *
 *     E₁₂ = [(1−z₁)(1−z₂) + σ² z₁z₂/P] / (1 − z₁z₂/P),
 *     T₁₂ = (1−z₁/P)(1−z₂/P) [(1−z₁)(1−z₂) + σ²] / (1 − z₁z₂/P),
 *
 * geometric series of products. With S_m the filter of z^m over P^{m/2} but for its
 * pole at ω = 0, where z = 1, an integral over the spectrum,
 *
 *     E = Σ_{m≥0} (S_m − √P S_{m+1})² + σ² Σ_{m≥1} (P^{−m/2} + S_m)²,
 *     T = Σ_{m≥0} (S_m − (√P + 1/√P) S_{m+1} + S_{m+2})²
 *         + σ² ((1 − 1/P) P^{−m/2} + S_m − S_{m+1}/√P)².
 *
 * With P = ∞ and N features, E(t) is the filter of 1 − z at 2t, N in place of P. */
#include "testing.h"
#include <nslaw/theory_mp.h>

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

enum { BITS = 400, NODES = 3000, TERMS = 900, DIGITS = 30 };

/* S_m and its rate of change by ln t. */
typedef struct {
    mpfr_t s[TERMS], change[TERMS];
} filtered;

static void filtered_clear(filtered *f)
{
    for (int m = 0; m < TERMS; m++)
        mpfr_clears(f->s[m], f->change[m], (mpfr_ptr)NULL);
}

/* S_m = (1/π) ∫ e^{−μt} Im z^m/P^{m/2} dμ/μ by the midpoint rule in θ. */
static void filtered_init(filtered *f, double size, double time)
{
    mpfr_t angle, mu, weight, part, sine, root;
    mpfr_inits2(BITS, angle, mu, weight, part, sine, root, (mpfr_ptr)NULL);
    for (int m = 0; m < TERMS; m++) {
        mpfr_inits2(BITS, f->s[m], f->change[m], (mpfr_ptr)NULL);
        mpfr_set_zero(f->s[m], 1);
        mpfr_set_zero(f->change[m], 1);
    }
    mpfr_set_d(root, size, MPFR_RNDN);
    mpfr_sqrt(root, root, MPFR_RNDN);
    for (int i = 0; i < NODES; i++) {
        mpfr_const_pi(angle, MPFR_RNDN);
        mpfr_mul_d(angle, angle, i + 0.5, MPFR_RNDN);
        mpfr_div_ui(angle, angle, NODES, MPFR_RNDN);
        mpfr_sin_cos(weight, mu, angle, MPFR_RNDN); /* μ = |1 + e^{iθ}/√P|² */
        mpfr_mul_2ui(mu, mu, 1, MPFR_RNDN);
        mpfr_div(mu, mu, root, MPFR_RNDN);
        mpfr_set_d(part, size, MPFR_RNDN);
        mpfr_ui_div(part, 1, part, MPFR_RNDN);
        mpfr_add(mu, mu, part, MPFR_RNDN);
        mpfr_add_ui(mu, mu, 1, MPFR_RNDN);
        mpfr_mul_2ui(weight, weight, 1, MPFR_RNDN); /* (2/√P) sinθ e^{−μt}/(μ n) */
        mpfr_div(weight, weight, root, MPFR_RNDN);
        mpfr_div(weight, weight, mu, MPFR_RNDN);
        mpfr_div_ui(weight, weight, NODES, MPFR_RNDN);
        mpfr_mul_d(mu, mu, -time, MPFR_RNDN);
        mpfr_exp(part, mu, MPFR_RNDN);
        mpfr_mul(weight, weight, part, MPFR_RNDN);
        mpfr_cos(part, angle, MPFR_RNDN); /* sin mθ by its recurrence */
        mpfr_mul_2ui(part, part, 1, MPFR_RNDN);
        mpfr_t before, next;
        mpfr_inits2(BITS, before, next, (mpfr_ptr)NULL);
        mpfr_set_zero(sine, 1);
        mpfr_sin(before, angle, MPFR_RNDN);
        mpfr_neg(before, before, MPFR_RNDN); /* sin −θ */
        for (int m = 0; m < TERMS; m++) {
            mpfr_mul(next, sine, weight, MPFR_RNDN);
            if (m % 2)
                mpfr_neg(next, next, MPFR_RNDN);
            mpfr_add(f->s[m], f->s[m], next, MPFR_RNDN);
            mpfr_fma(f->change[m], next, mu, f->change[m], MPFR_RNDN);
            mpfr_fms(next, part, sine, before, MPFR_RNDN);
            mpfr_swap(before, sine);
            mpfr_swap(sine, next);
        }
        mpfr_clears(before, next, (mpfr_ptr)NULL);
    }
    mpfr_clears(angle, mu, weight, part, sine, root, (mpfr_ptr)NULL);
}

/* sum += factor x², and change += 2 factor x dx. */
static void add_square(mpfr_t sum, mpfr_t change, double factor, const mpfr_t x,
                       const mpfr_t dx)
{
    mpfr_t t;
    mpfr_init2(t, BITS);
    mpfr_mul_d(t, x, factor, MPFR_RNDN);
    mpfr_fma(sum, t, x, sum, MPFR_RNDN);
    mpfr_mul_2ui(t, t, 1, MPFR_RNDN);
    mpfr_fma(change, t, dx, change, MPFR_RNDN);
    mpfr_clear(t);
}

/* out = a S_m + b S_{m+1} + c S_{m+2}, or of the changes. */
static void combine(mpfr_t out, const mpfr_t *s, const mpfr_t a, const mpfr_t b,
                    const mpfr_t c)
{
    mpfr_mul(out, a, s[0], MPFR_RNDN);
    mpfr_fma(out, b, s[1], out, MPFR_RNDN);
    mpfr_fma(out, c, s[2], out, MPFR_RNDN);
}

/* E, T and −dlnE/dlnt at N = ∞. */
static void closed_form(mpfr_t test, mpfr_t train, mpfr_t slope, double size,
                        double noise, double time)
{
    filtered *f = malloc(sizeof *f);
    mpfr_t root, one, zero, b, power, x, dx, step, ignored;
    cr_assert(f != NULL);
    filtered_init(f, size, time);
    mpfr_inits2(BITS, root, one, zero, b, power, x, dx, step, ignored, (mpfr_ptr)NULL);
    mpfr_set_d(root, size, MPFR_RNDN);
    mpfr_sqrt(root, root, MPFR_RNDN);
    mpfr_set_ui(one, 1, MPFR_RNDN);
    mpfr_set_ui(power, 1, MPFR_RNDN); /* P^{−m/2} */
    mpfr_ptr to_zero[] = {test, train, step, ignored, zero};
    for (int i = 0; i < 5; i++)
        mpfr_set_zero(to_zero[i], 1);
    for (int m = 0; m + 2 < TERMS; m++) {
        mpfr_neg(b, root, MPFR_RNDN);
        combine(x, &f->s[m], one, b, zero);
        combine(dx, &f->change[m], one, b, zero);
        add_square(test, step, 1.0, x, dx);
        if (m > 0) {
            mpfr_add(x, power, f->s[m], MPFR_RNDN);
            add_square(test, step, noise, x, f->change[m]);
        }
        mpfr_ui_div(x, 1, root, MPFR_RNDN);
        mpfr_sub(b, b, x, MPFR_RNDN);
        combine(x, &f->s[m], one, b, one);
        add_square(train, ignored, 1.0, x, zero);
        mpfr_ui_div(b, 1, root, MPFR_RNDN);
        mpfr_neg(b, b, MPFR_RNDN);
        combine(x, &f->s[m], one, b, zero);
        mpfr_mul(dx, b, b, MPFR_RNDN); /* (1 − 1/P) P^{−m/2} */
        mpfr_ui_sub(dx, 1, dx, MPFR_RNDN);
        mpfr_fma(x, dx, power, x, MPFR_RNDN);
        add_square(train, ignored, noise, x, zero);
        mpfr_div(power, power, root, MPFR_RNDN);
    }
    mpfr_div(slope, step, test, MPFR_RNDN);
    mpfr_neg(slope, slope, MPFR_RNDN);
    mpfr_div_2ui(test, test, 1, MPFR_RNDN); /* half the squared error */
    mpfr_div_2ui(train, train, 1, MPFR_RNDN);
    mpfr_clears(root, one, zero, b, power, x, dx, step, ignored, (mpfr_ptr)NULL);
    filtered_clear(f);
    free(f);
}

static testing_model one_eigenvalue(void)
{
    nsl_model_options o = nsl_model_defaults();
    o.convention = NSL_RIDGE_KERNEL;
    o.label_variance = 1.0;
    return testing_powerlaw(1.0, 1, &o);
}

static void predict(nsl_prediction_mp *out, const nsl_model *model,
                    const nsl_point *point)
{
    nsl_model_mp *exact;
    nsl_error err;
    const nsl_units units = {false, false};
    cr_assert(nsl_model_mp_new(&exact, model, NULL, &err) == NSL_OK);
    cr_assert(nsl_predict_mp(out, exact, point, NULL, units, DIGITS, &err) == NSL_OK,
              "N %g P %g t %g: %s", point->features, point->samples,
              point->training.time, err.message);
    nsl_model_mp_free(exact);
}

/* To half a unit of the last digit, and the rounding of the sums here. */
static void expect_digits(mpfr_srcptr got, mpfr_srcptr truth, const char *what,
                          const nsl_point *at)
{
    mpfr_t off;
    mpfr_init2(off, 64);
    mpfr_sub(off, got, truth, MPFR_RNDN);
    mpfr_div(off, off, truth, MPFR_RNDN);
    cr_expect(mpfr_zero_p(off) || mpfr_get_exp(off) < -(mpfr_exp_t)(DIGITS * 3.3219281),
              "N %g P %g noise %g t %g: %s is off by 2^%ld", at->features, at->samples,
              at->noise, at->training.time, what,
              mpfr_zero_p(off) ? 0L : (long)mpfr_get_exp(off));
    mpfr_clear(off);
}

Test(training_closed, one_eigenvalue_and_samples, .timeout = 300)
{
    static const struct {
        double samples, noise, time;
    } cases[] = {{4.0, 0.0, 3.0},   {4.0, 0.3, 60.0},   {9.0, 0.0, 1e3},
                 {100.0, 0.0, 4e3}, {100.0, 1e-3, 4e3}, {2.0, 0.5, 1e-3}};
    testing_model m = one_eigenvalue();
    nsl_prediction_mp p;
    mpfr_t test, train, slope;
    nsl_prediction_mp_init(&p);
    mpfr_inits2(BITS, test, train, slope, (mpfr_ptr)NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        nsl_point at = {(double)INFINITY, cases[i].samples, 0.0, cases[i].noise, 1.0};
        at.training = (nsl_training){NSL_FLOW, cases[i].time};
        predict(&p, m.model, &at);
        closed_form(test, train, slope, at.samples, at.noise, at.training.time);
        expect_digits(p.test_loss, test, "test loss", &at);
        expect_digits(p.train_loss, train, "training loss", &at);
        expect_digits(p.elasticity_time, slope, "elasticity", &at);
    }
    mpfr_clears(test, train, slope, (mpfr_ptr)NULL);
    nsl_prediction_mp_clear(&p);
    mpfr_free_cache();
    testing_free(&m);
}

Test(training_closed, one_eigenvalue_and_features)
{
    static const struct {
        double features, time;
    } cases[] = {{4.0, 1.0}, {30.0, 200.0}, {100.0, 2e3}};
    testing_model m = one_eigenvalue();
    nsl_prediction_mp p;
    mpfr_t test, slope;
    filtered *f = malloc(sizeof *f);
    cr_assert(f != NULL);
    nsl_prediction_mp_init(&p);
    mpfr_inits2(BITS, test, slope, (mpfr_ptr)NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        nsl_point at = {cases[i].features, (double)INFINITY, 0.0, 0.0, 1.0};
        at.training = (nsl_training){NSL_FLOW, cases[i].time};
        predict(&p, m.model, &at);
        filtered_init(f, at.features, 2.0 * at.training.time);
        mpfr_sqrt_ui(test, (unsigned long)at.features, MPFR_RNDN); /* −√N S_1 */
        mpfr_mul(test, test, f->s[1], MPFR_RNDN);
        mpfr_div_si(test, test, -2, MPFR_RNDN);
        mpfr_div(slope, f->change[1], f->s[1], MPFR_RNDN);
        mpfr_neg(slope, slope, MPFR_RNDN);
        expect_digits(p.test_loss, test, "test loss", &at);
        expect_digits(p.elasticity_time, slope, "elasticity", &at);
        filtered_clear(f);
    }
    free(f);
    mpfr_clears(test, slope, (mpfr_ptr)NULL);
    nsl_prediction_mp_clear(&p);
    mpfr_free_cache();
    testing_free(&m);
}

/* Nothing is finite but M: L = ½ Σ v² e^{−2λt}, or (1−ηλ)^{2k}. */
Test(training_closed, a_sum_over_eigenvalues)
{
    enum { ROWS = 3 };
    static const double lambda[ROWS] = {1.0, 0.75, 0.5}, target[ROWS] = {1.0, 0.5, 2.0};
    static const nsl_training courses[] = {{NSL_FLOW, 10.0},
                                           {NSL_FLOW, 1e5},
                                           {NSL_FLOW, 2e8},
                                           {NSL_DESCENT, 0.0, 1e4, 1.25},
                                           {NSL_DESCENT, 0.0, 1e7, 1.75}};
    nsl_spectrum *table;
    nsl_model_options o = nsl_model_defaults();
    nsl_error err;
    o.convention = NSL_RIDGE_KERNEL;
    cr_assert(nsl_spectrum_new_table(&table, ROWS, lambda, target, NULL, &err) ==
              NSL_OK);
    testing_model m = testing_on(table, &o);
    nsl_prediction_mp p;
    mpfr_t test, next, part, slope;
    nsl_prediction_mp_init(&p);
    mpfr_inits2(BITS, test, next, part, slope, (mpfr_ptr)NULL);
    for (size_t c = 0; c < sizeof courses / sizeof *courses; c++) {
        nsl_point at = {(double)INFINITY, (double)INFINITY, 0.0, 0.0, 1.0, courses[c]};
        bool steps = courses[c].kind == NSL_DESCENT;
        predict(&p, m.model, &at);
        mpfr_set_zero(test, 1);
        mpfr_set_zero(next, 1); /* one step on, or the change by ln t */
        for (int i = 0; i < ROWS; i++) {
            double factor = 1.0 - courses[c].rate * lambda[i];
            mpfr_set_d(part, steps ? factor * factor : -2.0 * lambda[i], MPFR_RNDN);
            if (steps)
                mpfr_pow_ui(part, part, (unsigned long)courses[c].steps, MPFR_RNDN);
            else
                mpfr_mul_d(part, part, courses[c].time, MPFR_RNDN),
                    mpfr_exp(part, part, MPFR_RNDN);
            mpfr_mul_d(part, part, 0.5 * target[i], MPFR_RNDN);
            mpfr_add(test, test, part, MPFR_RNDN);
            mpfr_mul_d(part, part, steps ? factor * factor : -2.0 * lambda[i],
                       MPFR_RNDN);
            mpfr_add(next, next, part, MPFR_RNDN);
        }
        mpfr_div(slope, next, test, MPFR_RNDN);
        if (steps) { /* −ln(E(k+1)/E(k))/ln(1+1/k) */
            mpfr_log(slope, slope, MPFR_RNDN);
            mpfr_set_d(part, courses[c].steps, MPFR_RNDN);
            mpfr_ui_div(part, 1, part, MPFR_RNDN);
            mpfr_log1p(part, part, MPFR_RNDN);
            mpfr_div(slope, slope, part, MPFR_RNDN);
        } else {
            mpfr_mul_d(slope, slope, courses[c].time, MPFR_RNDN);
        }
        mpfr_neg(slope, slope, MPFR_RNDN);
        expect_digits(p.test_loss, test, "test loss", &at);
        expect_digits(p.elasticity_time, slope, "elasticity", &at);
    }
    mpfr_clears(test, next, part, slope, (mpfr_ptr)NULL);
    nsl_prediction_mp_clear(&p);
    mpfr_free_cache();
    testing_free(&m);
}

/* Double leaves the trained part out as well: its elasticity keeps digits of its own as
 * long as it is in range. */
Test(training_closed, double_keeps_late_digits, .timeout = 300)
{
    static const double TOLERANCE = 1e-9; /* of a contour for a factor 10 of times */
    static const nsl_point cases[] = {
        {50.0, 200.0, 0.0, 0.1, 1.0, {NSL_FLOW, 3e6}},
        {50.0, 200.0, 0.0, 0.1, 1.0, {NSL_FLOW, 5e6}},
        {200.0, 50.0, 0.0, 0.0, 3.0, {NSL_FLOW, 3e6}},
        {60.0, 60.0, 1e-2, 0.1, 1.0, {NSL_FLOW, 1e6}},
        {9.0, 20.0, 0.0, 0.1, 1.0, {NSL_DESCENT, 0.0, 1e5, 0.9}}};
    nsl_model_options o = nsl_model_defaults();
    o.convention = NSL_RIDGE_KERNEL;
    o.source = 0.8;
    testing_model m = testing_powerlaw(1.0, NSL_LATENTS_INFINITE, &o);
    nsl_prediction_mp exact;
    nsl_prediction_mp_init(&exact);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        nsl_prediction p;
        nsl_error err;
        predict(&exact, m.model, &cases[i]);
        cr_assert(nsl_predict(&p, m.model, &cases[i], &err) == NSL_OK, "%s",
                  err.message);
        double truth = mpfr_get_d(exact.elasticity_time, MPFR_RNDN);
        cr_expect(fabs(truth) > 0.0 && fabs(truth) < 1e-10, "%g is not late", truth);
        cr_expect(testing_distance(p.elasticity_time, truth) < TOLERANCE,
                  "N %g P %g t %g: %.17g, not %.17g", cases[i].features,
                  cases[i].samples, cases[i].training.time, p.elasticity_time, truth);
    }
    nsl_prediction_mp_clear(&exact);
    mpfr_free_cache();
    testing_free(&m);
}
