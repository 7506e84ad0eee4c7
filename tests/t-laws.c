/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The asymptotic laws against the exact theory, extrapolated at 40 digits or at sizes
 * where the next order is small. */
#include "subject.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

static const double INFINITE = (double)INFINITY, NOT_GIVEN = (double)NAN;

/* --- limits by extrapolation -------------------------------------------------------
 */

enum { EXACT_DIGITS = 40, EXACT_BITS = 200, SIZES = 11, STEP = 8 };

/* 10^6 · 8^10 = 1.07e15 */
static const double FIRST_SIZE = 1e6;

/* What ten terms of the expansion, taken off, leave of the rest, at worst. */
static const double EXTRAPOLATED = 1e-25;

/* Exponents of the expansion about the law, relative: i + j p + l·gap, l = 0, 1, of
 * which the least `count` are wanted, beyond 0. */
static void expansion_exponents(double *out, int count, double p, double gap)
{
    double last = 0.0;
    for (int n = 0; n < count; n++) {
        double next = INFINITE;
        for (int i = 0; i <= 40; i++)
            for (int j = 0; j <= 40; j++)
                for (int l = 0; l <= 1; l++) {
                    double g = i + j * p + l * gap;
                    if (g > last + 1e-9 && g < next)
                        next = g;
                }
        out[n] = last = next;
    }
}

/* Richardson: value[0] becomes the limit of values at sizes 8-fold each time. */
static void extrapolate(mpfr_t *value, int count, double p, double gap)
{
    double exponent[SIZES];
    mpfr_t weight, rest;
    mpfr_inits2(EXACT_BITS, weight, rest, (mpfr_ptr)NULL);
    expansion_exponents(exponent, count - 1, p, gap);
    for (int n = 0; n < count - 1; n++) {
        mpfr_set_d(weight, exponent[n], MPFR_RNDN);
        mpfr_ui_pow(weight, STEP, weight, MPFR_RNDN);
        mpfr_sub_ui(rest, weight, 1, MPFR_RNDN);
        for (int i = 0; i + 1 < count - n; i++) {
            mpfr_neg(value[i], value[i], MPFR_RNDN);
            mpfr_fma(value[i], value[i + 1], weight, value[i], MPFR_RNDN);
            mpfr_div(value[i], value[i], rest, MPFR_RNDN);
        }
    }
    mpfr_clears(weight, rest, (mpfr_ptr)NULL);
}

static void predict(nsl_prediction_mp *out, const subject *s, nsl_point point)
{
    nsl_error err = {0};
    cr_assert(nsl_predict_mp(out, s->exact, &point, NULL, (nsl_units){false, false},
                             EXACT_DIGITS, &err) == NSL_OK,
              "%s", err.message);
}

/* loss·R^exponent/amplitude at 40 digits. */
static void scaled_loss(mpfr_t out, const subject *s, const nsl_law_mp *law,
                        nsl_point point, double resource)
{
    nsl_prediction_mp p;
    nsl_prediction_mp_init(&p);
    predict(&p, s, point);
    mpfr_set_d(out, resource, MPFR_RNDN);
    mpfr_pow(out, out, law->exponent, MPFR_RNDN);
    mpfr_mul(out, out, p.test_loss, MPFR_RNDN);
    mpfr_div(out, out, law->amplitude, MPFR_RNDN);
    nsl_prediction_mp_clear(&p);
}

static nsl_point ridgeless(nsl_resource resource, double size)
{
    bool of_features = resource == NSL_RESOURCE_FEATURES;
    return (nsl_point){.features = of_features ? size : INFINITE,
                       .samples = of_features ? INFINITE : size};
}

/* The loss without ridge tends to the law, term by term of its expansion. */
static void expect_limit(subject *s, const nsl_law_mp *law, double p, double gap)
{
    mpfr_t value[SIZES];
    for (int i = 0; i < SIZES; i++) {
        double size = FIRST_SIZE * pow(STEP, i);
        mpfr_init2(value[i], EXACT_BITS);
        scaled_loss(value[i], s, law, ridgeless(law->resource, size), size);
    }
    extrapolate(value, SIZES, p, gap);
    mpfr_sub_ui(value[0], value[0], 1, MPFR_RNDN);
    double off = fabs(subject_number(value[0]));
    cr_expect(off < EXTRAPOLATED, "p %g gap %g resource %d: off by %.1e", p, gap,
              (int)law->resource, off);
    for (int i = 0; i < SIZES; i++)
        mpfr_clear(value[i]);
}

/* β < α, = α, between α and p, p and 2p, above 2p. */
static const shape shapes[] = {{"0.3", NULL},   {"1", NULL},    {"1.7", NULL},
                               {"0.5", "0.25"}, {"1.5", "0.6"}, {"0.5", "0.8"},
                               {"1.6", "2.1"},  {"0.4", "1.9"}, {"1.3", "3"},
                               {"0.4", "4.3"},  {"1.2", "6.5"}};
enum { SHAPES = sizeof shapes / sizeof *shapes };

static double beta_of(shape s)
{
    return strtod(s.beta ? s.beta : s.alpha, NULL);
}

Test(laws, model_limited_amplitude, .timeout = 120)
{
    for (int i = 0; i < SHAPES; i++) {
        subject s = subject_endless(shapes[i]);
        double p = 1.0 + strtod(shapes[i].alpha, NULL);
        subject_find(&s, NSL_POLICY_OPTIMAL, 0.0, 0.0);
        expect_limit(&s,
                     subject_law(&s, NSL_RESOURCE_FEATURES, NSL_REGIME_MODEL_LIMITED),
                     p, fabs(p - beta_of(shapes[i])));
        subject_free(&s);
    }
}

Test(laws, data_limited_amplitude, .timeout = 120)
{
    for (int i = 0; i < SHAPES; i++) {
        subject s = subject_endless(shapes[i]);
        double p = 1.0 + strtod(shapes[i].alpha, NULL);
        subject_find(&s, NSL_POLICY_ZERO, 0.0, 0.0);
        expect_limit(&s, subject_law(&s, NSL_RESOURCE_SAMPLES, NSL_REGIME_DATA_LIMITED),
                     p, fabs(2 * p - beta_of(shapes[i])));
        subject_free(&s);
    }
}

/* The elasticity's distance from the exponent falls like the next order, N^−g. */
static void expect_rate(subject *s, const nsl_law_mp *law, double gap)
{
    double off[2], rate = fmin(1.0, gap);
    for (int i = 0; i < 2; i++) {
        nsl_prediction_mp p;
        nsl_prediction_mp_init(&p);
        predict(&p, s, ridgeless(law->resource, i ? 8e12 : 1e12));
        mpfr_ptr slope = law->resource == NSL_RESOURCE_FEATURES ? p.elasticity_features
                                                                : p.elasticity_samples;
        mpfr_sub(slope, slope, law->exponent, MPFR_RNDN);
        off[i] = subject_number(slope);
        nsl_prediction_mp_clear(&p);
    }
    double measured = log(off[0] / off[1]) / log(8.0);
    /* worst where 0.9 and 1 are next to each other: they mix as 1e12^−0.1 */
    cr_expect(fabs(measured - rate) < 0.01, "resource %d: rate %g, expected %g",
              (int)law->resource, measured, rate);
}

Test(laws, slopes_converge)
{
    for (int i = 0; i < SHAPES; i++) {
        subject s = subject_endless(shapes[i]);
        double p = 1.0 + strtod(shapes[i].alpha, NULL), beta = beta_of(shapes[i]);
        subject_find(&s, NSL_POLICY_ZERO, 0.0, 0.0);
        expect_rate(&s,
                    subject_law(&s, NSL_RESOURCE_FEATURES, NSL_REGIME_MODEL_LIMITED),
                    fabs(p - beta));
        expect_rate(&s, subject_law(&s, NSL_RESOURCE_SAMPLES, NSL_REGIME_DATA_LIMITED),
                    fabs(2 * p - beta));
        subject_free(&s);
    }
}

/* --- logarithms --------------------------------------------------------------------
 */

/* At β = p and β = 2p the law holds with N + ½ for N up to the next power of the sum,
 * N^−p: z ≃ cX − ½. */
static void expect_logarithm(shape shape_at, nsl_resource resource, nsl_regime regime)
{
    subject s = subject_endless(shape_at);
    subject_find(&s, NSL_POLICY_ZERO, 0.0, 0.0);
    const nsl_law_mp *law = subject_law(&s, resource, regime);
    double size = 1e12, p = 1.0 + strtod(shape_at.alpha, NULL);
    mpfr_t ratio, factor;
    mpfr_inits2(EXACT_BITS, ratio, factor, (mpfr_ptr)NULL);
    cr_expect(law->logarithm);
    scaled_loss(ratio, &s, law, ridgeless(resource, size), size + 0.5);
    if (resource == NSL_RESOURCE_SAMPLES) { /* p P t₀/(P + ½) */
        mpfr_mul_d(ratio, ratio, size + 0.5, MPFR_RNDN);
        mpfr_div_d(ratio, ratio, size, MPFR_RNDN);
    }
    mpfr_set_d(factor, size + 0.5, MPFR_RNDN);
    mpfr_log(factor, factor, MPFR_RNDN);
    mpfr_add(factor, factor, law->log_shift, MPFR_RNDN);
    mpfr_div(ratio, ratio, factor, MPFR_RNDN);
    mpfr_sub_ui(ratio, ratio, 1, MPFR_RNDN);
    cr_expect(fabs(subject_number(ratio)) < 10.0 * pow(size, -p),
              "alpha %s beta %s: off by %g", shape_at.alpha, shape_at.beta,
              subject_number(ratio));
    mpfr_clears(ratio, factor, (mpfr_ptr)NULL);
    subject_free(&s);
}

Test(laws, logarithms)
{
    const shape at_p[] = {{"0.3", "1.3"}, {"1", "2"}, {"0.7", "1.70"}};
    const shape at_2p[] = {{"0.3", "2.6"}, {"1", "4"}, {"0.75", "35e-1"}};
    for (int i = 0; i < 3; i++) {
        expect_logarithm(at_p[i], NSL_RESOURCE_FEATURES, NSL_REGIME_MODEL_LIMITED);
        expect_logarithm(at_2p[i], NSL_RESOURCE_SAMPLES, NSL_REGIME_DATA_LIMITED);
    }
}

static const double ZETA_2_3 = 1.43241779931532;

/* Exponents are compared as decimals: nothing but equality makes a logarithm, and their
 * difference keeps its digits: κ₁ ≃ 1/(p−β). */
Test(laws, equality_is_exact)
{
    const char *sources[] = {"1.3", "1.29999999999999999999999999999999999999999",
                             "1.30000000000000000000000000000000000000001"};
    for (int i = 0; i < 3; i++) {
        subject s = subject_endless((shape){"0.3", sources[i]});
        subject_find(&s, NSL_POLICY_ZERO, 0.0, 0.0);
        nsl_law_mp *law =
            subject_law(&s, NSL_RESOURCE_FEATURES, NSL_REGIME_MODEL_LIMITED);
        nsl_law_mp *budget =
            subject_law(&s, NSL_RESOURCE_BUDGET, NSL_REGIME_COMPUTE_OPTIMAL);
        cr_expect(law->logarithm == (i == 0) && budget->logarithm == (i == 0));
        if (i > 0) { /* ½ A c^p/|p − β|, A = 1/ζ(2.3) */
            double c = subject_number(s.laws.c), lead = 0.5 * pow(c, 1.3) * 1e41;
            cr_expect(testing_distance(subject_number(law->amplitude),
                                       lead / ZETA_2_3) < 1e-12);
        }
        subject_free(&s);
    }
}

/* --- the ridge, and the end of the latents -----------------------------------------
 */

/* Two hidden layers, three outputs, M large enough not to be seen. */
static subject layered(nsl_ridge_convention convention)
{
    static const double hidden[] = {3e9, 2e9};
    nsl_model_options o = nsl_model_defaults();
    o.convention = convention;
    o.hidden = hidden;
    o.hidden_count = 2;
    o.sigma_u2 = 1.7;
    o.outputs = 3.0;
    subject s = {.m = testing_powerlaw(1.0, UINT64_C(1000000000000), &o)};
    cr_assert(nsl_model_mp_new(&s.exact, s.m.model, NULL, NULL) == NSL_OK);
    nsl_laws_mp_init(&s.laws);
    return s;
}

/* The law in the ridge at N and P. */
static nsl_law_mp *law_of_ridge(subject *s, double features, double samples)
{
    nsl_point point = {.features = features, .samples = samples, .ridge = NOT_GIVEN};
    cr_assert(nsl_laws_mp_find(&s->laws, s->exact, NSL_POLICY_ZERO, &point, NULL,
                               (nsl_units){false, false}, SUBJECT_DIGITS,
                               NULL) == NSL_OK);
    return subject_law(s, NSL_RESOURCE_RIDGE, NSL_REGIME_RIDGE_LIMITED);
}

/* Δ ≃ g/(N P) with either convention, layers and all; the hidden widths cancel. Next
 * are z/N and 1/z², with z some 10^4. */
Test(laws, ridge_limited)
{
    const nsl_ridge_convention conventions[] = {NSL_RIDGE_MRS, NSL_RIDGE_KERNEL};
    const double width = 1e9, ridges[] = {0.05, 1.0};
    const shape mrs = {"1", NULL};
    for (int i = 0; i < 2; i++) {
        subject s = layered(conventions[i]);
        nsl_law_mp *law = law_of_ridge(&s, width, width);
        nsl_prediction p = testing_predict(s.m.model, width, width, ridges[i], 0.0);
        subject_expect(p.test_loss, subject_law_at(law, ridges[i]), 1e-3, "loss", mrs);
        subject_expect(p.elasticity_ridge, subject_number(law->exponent), 1e-3, "slope",
                       mrs);
        law = law_of_ridge(&s, NOT_GIVEN, width);
        bool needs_features = conventions[i] == NSL_RIDGE_MRS;
        cr_expect((mpfr_nan_p(law->amplitude) != 0) == needs_features &&
                  (law->note != NULL) == needs_features);
        subject_free(&s);
    }
}

/* With the logarithm of β = 2p, which falls as the ridge rises. */
Test(laws, ridge_limited_logarithm)
{
    shape wanted = {"1", "4"};
    subject s = subject_endless(wanted);
    nsl_law_mp *law = law_of_ridge(&s, INFINITE, 1e12);
    double exact = testing_predict(s.m.model, INFINITE, 1e12, 10.0, 0.0).test_loss;
    subject_expect(exact, subject_law_at(law, 10.0), 1e-5, "loss", wanted);
    subject_find(&s, NSL_POLICY_FIXED, 10.0, 0.0);
    law = subject_law(&s, NSL_RESOURCE_SAMPLES, NSL_REGIME_RIDGE_LIMITED);
    subject_expect(exact, subject_law_at(law, 1e12), 1e-5, "loss", wanted);
    subject_free(&s);
}

/* P far above M, next is M/P: σ² M/P, and δ² Σv²/λ²/P² without noise, which falls below
 * the range of double. */
static void expect_beyond(shape wanted, uint64_t latents)
{
    const double samples = 1e22, ridge = 1e-200, noise = 0.25;
    subject s = subject_new(wanted, latents, NSL_RIDGE_KERNEL);
    subject_find(&s, NSL_POLICY_FIXED, ridge, noise);
    nsl_law_mp *law = subject_law(&s, NSL_RESOURCE_SAMPLES, NSL_REGIME_BEYOND_LATENTS);
    subject_expect(
        testing_predict(s.m.model, INFINITE, samples, ridge, noise).test_loss,
        subject_law_at(law, samples), 1e-12, "noise", wanted);
    subject_find(&s, NSL_POLICY_FIXED, ridge, 0.0);
    law = subject_law(&s, NSL_RESOURCE_SAMPLES, NSL_REGIME_BEYOND_LATENTS);
    mpfr_t ratio;
    mpfr_init2(ratio, EXACT_BITS);
    nsl_point point = {.features = INFINITE, .samples = samples, .ridge = ridge};
    scaled_loss(ratio, &s, law, point, samples);
    subject_expect(subject_number(ratio), 1.0, 1e-12, "clean", wanted);
    mpfr_clear(ratio);
    subject_free(&s);
}

Test(laws, beyond_latents)
{
    const shape wanted[] = {{"0.7", NULL}, {"0.3", "2"}, {"1.5", "9"}, {"20", "30"}};
    const uint64_t latents[] = {1, 1000, 10000000};
    for (int i = 0; i < 4; i++)
        for (int k = 0; k < 3; k++)
            expect_beyond(wanted[i], latents[k]);
}
