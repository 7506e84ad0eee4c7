/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The high-precision route: against direct summation, against double, against itself at
 * twice the digits. */
#include "mp/powersum_mp.h"
#include "testing.h"
#include <nslaw/theory_mp.h>

#include <criterion/criterion.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* 100 digits are 333 bits; the oracle and the sums carry more. */
enum { SUM_BITS = 360, ORACLE_BITS = 420 };
static const double HUNDRED_DIGITS = 1e-100;

static double distance(mpfr_srcptr a, mpfr_srcptr b)
{
    mpfr_t t;
    if (mpfr_equal_p(a, b))
        return 0.0;
    mpfr_init2(t, ORACLE_BITS);
    mpfr_sub(t, a, b, MPFR_RNDN);
    mpfr_div(t, t, b, MPFR_RNDN);
    double off = mpfr_nan_p(t) ? (double)INFINITY : fabs(mpfr_get_d(t, MPFR_RNDN));
    mpfr_clear(t);
    return off;
}

/* The sums over I = 1 … M term by term, each I^p by itself. */
static void direct_sums(em_moments *m, mpfr_t z, const em_tables *t, const mpfr_t x)
{
    mpfr_t u, w, v, part, s;
    mpfr_inits2(ORACLE_BITS, u, w, v, part, s, (mpfr_ptr)NULL);
    mpfr_ptr all[] = {m->r, m->q, m->q1, m->t0, m->td, m->tc, z};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        mpfr_set_zero(all[i], 1);
    mpfr_add_ui(s, t->beta, 1, MPFR_RNDN);
    mpfr_neg(s, s, MPFR_RNDN);
    for (unsigned long i = 1; i <= t->latents; i++) {
        mpfr_ui_pow(part, i, t->p, MPFR_RNDN);
        mpfr_mul(part, part, x, MPFR_RNDN);
        mpfr_add_ui(w, part, 1, MPFR_RNDN);
        mpfr_ui_div(u, 1, w, MPFR_RNDN);
        mpfr_div(w, part, w, MPFR_RNDN);
        mpfr_ui_pow(v, i, s, MPFR_RNDN);
        mpfr_add(z, z, u, MPFR_RNDN);
        mpfr_mul(part, u, w, MPFR_RNDN);
        mpfr_add(m->r, m->r, part, MPFR_RNDN);
        mpfr_mul(part, part, v, MPFR_RNDN);
        mpfr_add(m->td, m->td, part, MPFR_RNDN);
        mpfr_mul(part, part, w, MPFR_RNDN);
        mpfr_add(m->tc, m->tc, part, MPFR_RNDN);
        mpfr_sqr(part, w, MPFR_RNDN);
        mpfr_mul(part, part, v, MPFR_RNDN);
        mpfr_add(m->t0, m->t0, part, MPFR_RNDN);
        mpfr_sqr(part, u, MPFR_RNDN);
        mpfr_add(m->q, m->q, part, MPFR_RNDN);
        mpfr_mul(part, part, w, MPFR_RNDN);
        mpfr_add(m->q1, m->q1, part, MPFR_RNDN);
    }
    mpfr_clears(u, w, v, part, s, (mpfr_ptr)NULL);
}

static void compare_sums(const char *alpha, const char *beta, uint64_t latents,
                         const char *x_text)
{
    em_tables t;
    em_moments got, expected;
    mpfr_t x, z, z_expected;
    mpfr_inits2(ORACLE_BITS, x, z, z_expected, (mpfr_ptr)NULL);
    nsl_em_tables_init_mp(&t, ORACLE_BITS, latents, true);
    mpfr_set_str(t.alpha, alpha, 10, MPFR_RNDN);
    mpfr_set_str(t.beta, beta, 10, MPFR_RNDN);
    mpfr_add_ui(t.p, t.alpha, 1, MPFR_RNDN);
    mpfr_set_str(x, x_text, 10, MPFR_RNDN);
    nsl_em_moments_init_mp(&got, SUM_BITS);
    nsl_em_moments_init_mp(&expected, ORACLE_BITS);
    cr_assert(nsl_em_moments_at_mp(&got, &t, x, true));
    direct_sums(&expected, z_expected, &t, x);
    mpfr_sub(z, got.count, got.above, MPFR_RNDN);
    mpfr_add(z, z, got.below, MPFR_RNDN);
    mpfr_srcptr a[] = {z, got.r, got.q, got.q1, got.t0, got.td, got.tc};
    mpfr_srcptr b[] = {z_expected,  expected.r,  expected.q, expected.q1,
                       expected.t0, expected.td, expected.tc};
    static const char *const names[] = {"z", "r", "q", "q1", "t0", "td", "tc"};
    for (int i = 0; i < 7; i++)
        cr_expect(distance(a[i], b[i]) < HUNDRED_DIGITS,
                  "alpha %s beta %s M %lu x %s: %s is off by %.2e", alpha, beta,
                  (unsigned long)latents, x_text, names[i], distance(a[i], b[i]));
    nsl_em_moments_clear_mp(&got);
    nsl_em_moments_clear_mp(&expected);
    nsl_em_tables_clear_mp(&t);
    mpfr_clears(x, z, z_expected, (mpfr_ptr)NULL);
}

Test(mp, sums_against_direct_summation, .timeout = 120)
{
    const char *laws[][2] = {{"0.02", "0.5"}, {"0.3", "1.3"}, {"1", "4"}, {"3", "8.5"}};
    const char *scales[] = {"1e-30", "1e-6", "1e-3", "0.5", "1e4"};
    const uint64_t sizes[] = {1, 97, 3000};
    for (int law = 0; law < 4; law++)
        for (int scale = 0; scale < 5; scale++)
            for (int size = 0; size < 3; size++)
                compare_sums(laws[law][0], laws[law][1], sizes[size], scales[scale]);
    compare_sums("0.3", "0.7", 10000, "1e-4");
    mpfr_free_cache();
}

/* One prediction at the doubles given, to so many digits; fails the test on an error.
 */
static void predict_decimals(nsl_prediction_mp *out, const nsl_model *model,
                             const nsl_point *point, const nsl_point_decimals *decimals,
                             unsigned digits)
{
    nsl_model_mp *exact;
    nsl_error err = {0};
    cr_assert(nsl_model_mp_new(&exact, model, NULL, &err) == NSL_OK);
    nsl_status status = nsl_predict_mp(out, exact, point, decimals,
                                       (nsl_units){false, false}, digits, &err);
    cr_assert(status == NSL_OK, "N %.17g P %.17g ridge %.17g noise %g: %s",
              point->features, point->samples, point->ridge, point->noise, err.message);
    nsl_model_mp_free(exact);
}

static void predict(nsl_prediction_mp *out, const nsl_model *model,
                    const nsl_point *point, unsigned digits)
{
    predict_decimals(out, model, point, NULL, digits);
}

static double between(gsl_rng *rng, double low, double high)
{
    return low + (high - low) * gsl_rng_uniform(rng);
}

enum { MODELS = 2000 };

/* Double within its own error bound, elasticities to the promise, wherever it prints.
 */
Test(mp, double_keeps_its_promise, .timeout = 240)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 314);
    nsl_prediction_mp exact;
    nsl_prediction_mp_init(&exact);
    for (int i = 0; i < MODELS; i++) {
        nsl_model_options o = nsl_model_defaults();
        double hidden[] = {between(rng, 5, 500)};
        bool infinite = gsl_rng_uniform(rng) < 0.3;
        if (gsl_rng_uniform(rng) < 0.4)
            o.source = between(rng, 0.1, 6.0);
        o.hidden = hidden;
        o.hidden_count = gsl_rng_uniform(rng) < 0.3;
        o.convention = NSL_RIDGE_KERNEL;
        uint64_t latents = (uint64_t)pow(10.0, between(rng, 0, 18));
        testing_model m =
            testing_powerlaw(pow(10.0, between(rng, -1.7, 0.5)),
                             infinite ? NSL_LATENTS_INFINITE : latents, &o);
        nsl_point at = {pow(10.0, between(rng, 0, 5)), pow(10.0, between(rng, 0, 5)),
                        gsl_rng_uniform(rng) < 0.3 ? 0.0
                                                   : pow(10.0, between(rng, -16, 3)),
                        gsl_rng_uniform(rng) < 0.5 ? 0.0 : between(rng, 0, 1), 1};
        if (gsl_rng_uniform(rng) < 0.2)
            at.samples = at.features;
        nsl_prediction p =
            testing_predict(m.model, at.features, at.samples, at.ridge, at.noise);
        if (!isnan(p.test_loss) && p.delta > 0.0) {
            predict(&exact, m.model, &at, 18);
            enum { LOSSES = 9 };
            const double values[LOSSES] = {p.delta,
                                           p.dof,
                                           p.test_loss,
                                           p.signal_loss,
                                           p.noise_loss,
                                           p.train_loss,
                                           p.bias,
                                           p.variance_samples,
                                           p.variance_features};
            for (int k = 0; k < LOSSES; k++) {
                double truth =
                    mpfr_get_d(nsl_prediction_mp_value(&exact, k), MPFR_RNDN);
                cr_expect(
                    testing_distance(values[k], truth) <= p.error || isnan(values[k]),
                    "model %d N %.17g P %.17g ridge %g: value %d is %.17g, not %.17g",
                    i, at.features, at.samples, at.ridge, k, values[k], truth);
            }
            const double slopes[] = {p.elasticity_features, p.elasticity_samples,
                                     p.elasticity_ridge};
            for (int k = 0; k < 3; k++) {
                double truth =
                    mpfr_get_d(nsl_prediction_mp_value(&exact, LOSSES + k), MPFR_RNDN);
                double bound = NSL_PROMISE * fmax(1.0, fabs(truth));
                cr_expect(isnan(slopes[k]) || fabs(slopes[k] - truth) <= bound,
                          "model %d: elasticity %d is %.17g, not %.17g", i, k,
                          slopes[k], truth);
            }
        }
        testing_free(&m);
    }
    nsl_prediction_mp_clear(&exact);
    mpfr_free_cache();
    gsl_rng_free(rng);
}

/* D digits and 2D digits are the same number to D digits. */
static void compare_at(const nsl_model *model, const nsl_point *at,
                       const nsl_point_decimals *decimals, unsigned digits,
                       unsigned more)
{
    nsl_prediction_mp once, twice;
    nsl_prediction_mp_init(&once);
    nsl_prediction_mp_init(&twice);
    predict_decimals(&once, model, at, decimals, digits);
    predict_decimals(&twice, model, at, decimals, more);
    cr_expect(once.notes == twice.notes, "%u digits: note %x, not %x", digits,
              once.notes, twice.notes);
    mpfr_t off;
    mpfr_init2(off, 64);
    for (int i = 0; i < NSL_PREDICTION_MP_VALUES; i++) {
        mpfr_srcptr a = nsl_prediction_mp_value(&once, i);
        mpfr_srcptr b = nsl_prediction_mp_value(&twice, i);
        mpfr_sub(off, a, b, MPFR_RNDN);
        if (!mpfr_zero_p(off))
            mpfr_div(off, off, b, MPFR_RNDN);
        /* a tenth of a unit in the last of D digits, 10^-D at least */
        bool near = mpfr_zero_p(off) ||
                    mpfr_get_exp(off) < -(mpfr_exp_t)ceil((digits + 1) * log2(10.0));
        cr_expect(near, "%u digits: value %d moves", digits, i);
    }
    mpfr_clear(off);
    nsl_prediction_mp_clear(&once);
    nsl_prediction_mp_clear(&twice);
    mpfr_free_cache();
}

static void compare_digits(unsigned digits)
{
    nsl_model_options o = nsl_model_defaults();
    o.convention = NSL_RIDGE_KERNEL;
    testing_model m = testing_powerlaw(0.3, UINT64_C(1000000000000), &o);
    nsl_point at = {300.0, 700.0, 1e-3, 0.1, 1};
    compare_at(m.model, &at, NULL, digits, 2 * digits);
    testing_free(&m);
}

/* N = P at a ridge so small that slopes are sums which cancel to the last bit at some
 * precisions, and to rounding at others. */
Test(mp, digits_stand_where_slopes_cancel)
{
    testing_model m = testing_powerlaw(0.7, 100000, NULL);
    nsl_point at = {1000.0, 1000.0, 1e-300, 0.0, 1};
    for (unsigned digits = 16; digits <= 120; digits += 8)
        compare_at(m.model, &at, NULL, digits, 260);
    testing_free(&m);
}

/* Sizes that differ by less than the digits asked for are not equal. */
Test(mp, sizes_differ_beyond_the_digits)
{
    static const char *const samples[] = {
        "500.00000000000000000000000000000000000000000000000000000000000001",
        "499.9999999999999999999999999999999999999999", "500.00000000000000000001"};
    testing_model m = testing_powerlaw(1.3, 1000000, NULL);
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        nsl_point_decimals decimals = {NULL, samples[i], NULL, NULL, NULL, NULL};
        for (int ridge = 0; ridge < 2; ridge++) {
            nsl_point at = {500.0, 500.0, ridge ? 1e-90 : 0.0, 0.1, 1};
            compare_at(m.model, &at, &decimals, 16, 150);
            compare_at(m.model, &at, &decimals, 40, 150);
        }
    }
    testing_free(&m);
}

Test(mp, digits_stand)
{
    const unsigned digits[] = {16, 17, 20, 33, 50, 100, 200, 333};
    for (size_t i = 0; i < sizeof digits / sizeof *digits; i++)
        compare_digits(digits[i]);
}

Test(slow, two_thousand_digits_stand, .timeout = 300)
{
    compare_digits(2000);
}

/* Exact zeros, divergences and kinks are those of the double route. */
Test(mp, same_notes_as_double)
{
    testing_model m = testing_powerlaw(1.0, 100, NULL);
    double inf = (double)INFINITY;
    const nsl_point points[] = {
        {50, 50, 0, 0, 1},     {200, 300, 0, 0, 1},  {200, 300, 0, 0.1, 1},
        {100, 300, 0, 0.1, 1}, {100, 100, 0, 0, 1},  {300, 100, 0, 0.1, 1},
        {300, 100, 0, 0, 1},   {inf, 50, 0, 0.1, 1}, {50, inf, 0, 0.1, 1},
        {inf, inf, 0, 0.1, 1}, {30, 50, 0, 0, 1},    {100, 100, 1e-9, 0, 1}};
    nsl_prediction_mp exact;
    nsl_prediction_mp_init(&exact);
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        const nsl_point *at = &points[i];
        nsl_prediction p =
            testing_predict(m.model, at->features, at->samples, at->ridge, at->noise);
        predict(&exact, m.model, at, 20);
        const double values[NSL_PREDICTION_MP_VALUES] = {p.delta,
                                                         p.dof,
                                                         p.test_loss,
                                                         p.signal_loss,
                                                         p.noise_loss,
                                                         p.train_loss,
                                                         p.bias,
                                                         p.variance_samples,
                                                         p.variance_features,
                                                         p.elasticity_features,
                                                         p.elasticity_samples,
                                                         p.elasticity_ridge,
                                                         p.elasticity_time};
        for (int k = 0; k < NSL_PREDICTION_MP_VALUES; k++) {
            mpfr_srcptr value = nsl_prediction_mp_value(&exact, k);
            cr_expect((isnan(values[k]) != 0) == (mpfr_nan_p(value) != 0) &&
                          (values[k] == 0.0) == (mpfr_zero_p(value) != 0),
                      "point %zu value %d: %g and %g", i, k, values[k],
                      mpfr_get_d(value, MPFR_RNDN));
        }
        cr_expect(p.notes == exact.notes, "point %zu: notes %u and %u", i, p.notes,
                  exact.notes);
    }
    nsl_prediction_mp_clear(&exact);
    mpfr_free_cache();
    testing_free(&m);
}

/* Decimals are exact: 0.1 is 1/10, and N = P to twenty digits is not N = P. */
Test(mp, decimals_are_exact)
{
    testing_model m = testing_powerlaw(0.1, NSL_LATENTS_INFINITE, NULL);
    nsl_model_decimals d = {.alpha = "0.1"};
    nsl_model_mp *exact, *as_double;
    nsl_prediction_mp a, b;
    nsl_error err = {0};
    nsl_units units = {false, false};
    nsl_prediction_mp_init(&a);
    nsl_prediction_mp_init(&b);
    cr_assert(nsl_model_mp_new(&exact, m.model, &d, &err) == NSL_OK);
    cr_assert(nsl_model_mp_new(&as_double, m.model, NULL, &err) == NSL_OK);
    nsl_point at = {100.0, 300.0, 0.0, 0.0, 1};
    cr_assert(nsl_predict_mp(&a, exact, &at, NULL, units, 30, &err) == NSL_OK);
    cr_assert(nsl_predict_mp(&b, as_double, &at, NULL, units, 30, &err) == NSL_OK);
    double off = distance(a.test_loss, b.test_loss);
    cr_expect(off > 1e-19 && off < 1e-14, "0.1 and its double differ by %g", off);
    nsl_point peak = {100.0, 100.0, 0.0, 0.0, 1};
    nsl_point_decimals near = {"100", "100.00000000000000000001", "0", "0"};
    cr_assert(nsl_predict_mp(&a, exact, &peak, &near, units, 30, &err) == NSL_OK);
    cr_expect(!mpfr_nan_p(a.test_loss) && mpfr_get_d(a.test_loss, MPFR_RNDN) > 1e20);
    cr_expect(nsl_predict_mp(&a, exact, &at, NULL, units, 15, &err) == NSL_EINVAL);
    cr_expect(nsl_predict_mp(&a, exact, &at, NULL, units, 10001, &err) == NSL_EINVAL);
    nsl_prediction_mp_clear(&a);
    nsl_prediction_mp_clear(&b);
    nsl_model_mp_free(exact);
    nsl_model_mp_free(as_double);
    mpfr_free_cache();
    testing_free(&m);
}

/* At β → 0 the two ends of ΣI^−(1+β) cancel: infinities at low precision are no answer.
 */
Test(mp, tiny_source_exponent)
{
    nsl_model_options o = nsl_model_defaults();
    o.source = 1e-300;
    testing_model m = testing_powerlaw(0.3, NSL_LATENTS_MAX, &o);
    nsl_point at = {10.0, 20.0, 0.0, 0.0, 1};
    nsl_prediction_mp exact;
    nsl_prediction_mp_init(&exact);
    predict(&exact, m.model, &at, 30);
    nsl_prediction p = testing_predict(m.model, 10.0, 20.0, 0.0, 0.0);
    cr_expect(testing_distance(p.test_loss, mpfr_get_d(exact.test_loss, MPFR_RNDN)) <=
              p.error);
    nsl_prediction_mp_clear(&exact);
    mpfr_free_cache();
    testing_free(&m);
}
