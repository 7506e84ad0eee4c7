/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Spectral sums: every kind of spectrum against direct 400-bit summation, the power law
 * against the same eigenvalues as a table, and the rules for building them. */
#include "direct.h"
#include "testing.h"

#include <criterion/criterion.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LATENTS_MAX = 3000 };

/* Power law and table route agree to this: the promise of 1e-12 with room. */
static const double ROUTES_AGREE = 1e-13;

static void power_law(double *lambda, double alpha, size_t count)
{
    for (size_t i = 0; i < count; i++) /* i^p as the library rounds it: i·i^α */
        lambda[i] = 1.0 / ((double)(i + 1) * pow((double)(i + 1), alpha));
}

static void expect_sum(const char *text, const char *name, double got, double expected,
                       double bound)
{
    double distance = testing_distance(got, expected);
    cr_expect(distance <= bound, "%s: %s is %.17g, expected %.17g (off by %.2e > %.2e)",
              text, name, got, expected, distance, bound);
}

static void expect_moments(const char *text, const nsl_moments *got,
                           const nsl_moments *expected, double rounding)
{
    double error = got->error + rounding;
    expect_sum(text, "z", got->z, expected->z, got->z_error / got->z + rounding);
    expect_sum(text, "r", got->r, expected->r, error);
    expect_sum(text, "q", got->q, expected->q, error);
    expect_sum(text, "q1", got->q1, expected->q1, error);
    expect_sum(text, "t0", got->t0, expected->t0, error);
    expect_sum(text, "td", got->td, expected->td, error);
    expect_sum(text, "tc", got->tc, expected->tc, error);
}

/* Draws one model of a registered kind with its eigenvalues written out. */
typedef struct {
    const char *kind;
    size_t (*draw)(testing_model *out, double *lambda, double *target, gsl_rng *rng,
                   char *text);
} maker;

static double uniform(gsl_rng *rng, double low, double high)
{
    return low + (high - low) * gsl_rng_uniform(rng);
}

static size_t draw_powerlaw(testing_model *out, double *lambda, double *target,
                            gsl_rng *rng, char *text)
{
    nsl_model_options o = nsl_model_defaults();
    double alpha = pow(10.0, uniform(rng, -2, 1)), total = 0.0;
    size_t count = 1 + gsl_rng_uniform_int(rng, LATENTS_MAX);
    bool source = gsl_rng_uniform(rng) < 0.7;
    if (source)
        o.source = uniform(rng, 0.05, 8.0);
    *out = testing_powerlaw(alpha, count, &o);
    power_law(lambda, alpha, count);
    for (size_t i = count; i-- > 0;) {
        target[i] =
            source ? pow((double)(i + 1), -o.source) / (double)(i + 1) : lambda[i];
        total += target[i];
    }
    for (size_t i = 0; i < count; i++)
        target[i] /= source ? total : (double)count;
    sprintf(text, "powerlaw alpha %.17g M %zu beta %.17g", alpha, count, o.source);
    return count;
}

static size_t draw_table(testing_model *out, double *lambda, double *target,
                         gsl_rng *rng, char *text)
{
    size_t count = 1 + gsl_rng_uniform_int(rng, LATENTS_MAX), at = 0, rows = 0;
    static double eigenvalue[LATENTS_MAX], weight[LATENTS_MAX], copies[LATENTS_MAX];
    while (at < count) { /* groups of equal eigenvalues; a tenth are zero */
        size_t copy = 1 + gsl_rng_uniform_int(rng, 5);
        copy = copy < count - at ? copy : count - at;
        bool zero = rows > 0 && gsl_rng_uniform(rng) < 0.1;
        eigenvalue[rows] = zero ? 0.0 : pow(10.0, uniform(rng, -30, 3));
        weight[rows] = pow(10.0, uniform(rng, -10, 2));
        copies[rows] = (double)copy;
        for (size_t i = 0; i < copy; i++, at++) {
            lambda[at] = eigenvalue[rows];
            target[at] = weight[rows];
        }
        rows++;
    }
    nsl_spectrum *spectrum;
    cr_assert(nsl_spectrum_new_table(&spectrum, rows, eigenvalue, weight, copies,
                                     NULL) == NSL_OK);
    *out = testing_on(spectrum, NULL);
    sprintf(text, "table of %zu rows", rows);
    return count;
}

static const maker makers[] = {{"powerlaw", draw_powerlaw}, {"table", draw_table}};

static const maker *maker_of(const char *kind)
{
    for (size_t i = 0; i < sizeof makers / sizeof *makers; i++)
        if (strcmp(makers[i].kind, kind) == 0)
            return &makers[i];
    return NULL;
}

Test(spectrum, moments_of_every_kind, .timeout = 120)
{
    static double lambda[LATENTS_MAX], target[LATENTS_MAX];
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 3);
    for (size_t kind = 0; nsl_spectrum_kind_name(kind); kind++) {
        const maker *make = maker_of(nsl_spectrum_kind_name(kind));
        cr_assert(make, "no test model for spectrum %s", nsl_spectrum_kind_name(kind));
        for (int i = 0; i < 150; i++) {
            testing_model m;
            char name[256], text[300];
            size_t count = make->draw(&m, lambda, target, rng, name);
            direct_problem p = {.count = count, .lambda = lambda, .target = target};
            double delta = lambda[gsl_rng_uniform_int(rng, count)];
            delta = (delta > 0.0 ? delta : 1.0) * pow(10.0, uniform(rng, -3, 3));
            nsl_moments got, expected;
            cr_assert(nsl_moments_at(&got, m.model, delta, NULL) == NSL_OK);
            direct_moments(&expected, &p, delta);
            snprintf(text, sizeof text, "%s delta %.17g", name, delta);
            expect_moments(text, &got, &expected,
                           4e-15); /* the oracle's doubles λ, v² */
            testing_free(&m);
        }
    }
    gsl_rng_free(rng);
}

Test(spectrum, powerlaw_equals_table)
{
    static double lambda[100000];
    const double alphas[] = {0.02, 0.3, 1.0, 3.0};
    const size_t sizes[] = {1, 2, 17, 18, 31, 100, 5000, 100000};
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 8; j++) {
            nsl_spectrum *spectrum;
            double m = (double)sizes[j];
            power_law(lambda, alphas[i], sizes[j]);
            cr_assert(nsl_spectrum_new_table(&spectrum, sizes[j], lambda, NULL, NULL,
                                             NULL) == NSL_OK);
            testing_model table = testing_on(spectrum, NULL);
            testing_model law = testing_powerlaw(alphas[i], sizes[j], NULL);
            const double widths[][2] = {{0.3 * m, 0.5 * m}, {0.5 * m, 0.5 * m},
                                        {m, 2 * m},         {1.5 * m, 1.5 * m},
                                        {0.999 * m, 7 * m}, {1.0, 1.5}};
            for (int k = 0; k < 6; k++) {
                nsl_prediction a =
                    testing_predict(table.model, widths[k][0], widths[k][1], 1e-9, 0.1);
                nsl_prediction b =
                    testing_predict(law.model, widths[k][0], widths[k][1], 1e-9, 0.1);
                cr_expect(testing_distance(a.delta, b.delta) <= ROUTES_AGREE &&
                              testing_distance(a.test_loss, b.test_loss) <=
                                  ROUTES_AGREE,
                          "alpha %g M %g N %g P %g: %.17g and %.17g", alphas[i], m,
                          widths[k][0], widths[k][1], a.test_loss, b.test_loss);
            }
            testing_free(&table);
            testing_free(&law);
        }
}

/* A source exponent β = α on a power law is the MRS prior with label variance 1. */
Test(spectrum, source_target_contains_mrs)
{
    nsl_model_options o = nsl_model_defaults();
    o.label_variance = 1.0;
    testing_model prior = testing_powerlaw(0.7, 100000, &o);
    o.source = 0.7;
    testing_model source = testing_powerlaw(0.7, 100000, &o);
    nsl_prediction a = testing_predict(prior.model, 200, 300, 1e-3, 0.1);
    nsl_prediction b = testing_predict(source.model, 200, 300, 1e-3, 0.1);
    cr_expect(testing_distance(a.test_loss, b.test_loss) <= ROUTES_AGREE);
    testing_free(&prior);
    testing_free(&source);
}

/* Copies written out and copies counted are the same spectrum, source target included.
 */
Test(spectrum, multiplicity_is_repetition)
{
    double once[] = {2.0, 1.0, 0.5, 0.0}, copies[] = {1, 3, 2, 2};
    double out[] = {2.0, 1.0, 1.0, 1.0, 0.5, 0.5, 0.0, 0.0};
    nsl_spectrum *counted, *written;
    nsl_model_options o = nsl_model_defaults();
    o.source = 0.6;
    cr_assert(nsl_spectrum_new_table(&counted, 4, once, NULL, copies, NULL) == NSL_OK);
    cr_assert(nsl_spectrum_new_table(&written, 8, out, NULL, NULL, NULL) == NSL_OK);
    cr_expect(nsl_spectrum_latents(counted) == 8 && nsl_spectrum_rank(counted) == 6);
    testing_model a = testing_on(counted, &o), b = testing_on(written, &o);
    nsl_prediction x = testing_predict(a.model, 3, 5, 0.1, 0.1);
    nsl_prediction y = testing_predict(b.model, 3, 5, 0.1, 0.1);
    cr_expect(testing_distance(x.test_loss, y.test_loss) <= ROUTES_AGREE);
    testing_free(&a);
    testing_free(&b);
}

static void expect_refused(nsl_status status, nsl_spectrum *out, const nsl_error *err,
                           const char *what)
{
    cr_expect(status == NSL_EINVAL && !out, "%s is accepted", what);
    cr_expect(*err->message && err->status == status, "%s: no message", what);
}

Test(spectrum, bad_values_are_refused)
{
    nsl_spectrum *s = NULL;
    nsl_error err = {0};
    double inf = (double)INFINITY, nan = (double)NAN;
    const double alphas[] = {0.0, -1.0, nan, inf, 1001.0};
    for (int i = 0; i < 5; i++)
        expect_refused(nsl_spectrum_new_powerlaw(&s, alphas[i], 1.0, 10, &err), s, &err,
                       "alpha");
    expect_refused(nsl_spectrum_new_powerlaw(&s, 1.0, 0.0, 10, &err), s, &err,
                   "lambda");
    expect_refused(nsl_spectrum_new_powerlaw(&s, 1.0, 1.0, 0, &err), s, &err, "M = 0");
    expect_refused(nsl_spectrum_new_powerlaw(&s, 1.0, 1.0, NSL_LATENTS_MAX + 1, &err),
                   s, &err, "M > 1e18");
    double good[] = {1.0, 2.0}, bad[][2] = {{1.0, -1.0}, {nan, 1.0}, {inf, 1.0}};
    double half[] = {1.0, 0.5}, zeros[] = {0.0, 0.0};
    for (int i = 0; i < 3; i++) {
        expect_refused(nsl_spectrum_new_table(&s, 2, bad[i], NULL, NULL, &err), s, &err,
                       "eigenvalue");
        expect_refused(nsl_spectrum_new_table(&s, 2, good, bad[i], NULL, &err), s, &err,
                       "target");
        expect_refused(nsl_spectrum_new_table(&s, 2, good, NULL, bad[i], &err), s, &err,
                       "multiplicity");
    }
    expect_refused(nsl_spectrum_new_table(&s, 2, good, NULL, half, &err), s, &err,
                   "half a copy");
    expect_refused(nsl_spectrum_new_table(&s, 2, zeros, NULL, NULL, &err), s, &err,
                   "all zero");
    expect_refused(nsl_spectrum_new_table(&s, 0, good, NULL, NULL, &err), s, &err,
                   "no row");
}

Test(spectrum, bad_models_are_refused)
{
    nsl_spectrum *law, *infinite, *table;
    double lambda[] = {1.0, 0.5}, target[] = {1.0, 1.0}, widths[] = {10.0, -1.0};
    cr_assert(nsl_spectrum_new_powerlaw(&law, 1.0, 1.0, 10, NULL) == NSL_OK);
    cr_assert(nsl_spectrum_new_powerlaw(&infinite, 1.0, 1.0, NSL_LATENTS_INFINITE,
                                        NULL) == NSL_OK);
    cr_assert(nsl_spectrum_new_table(&table, 2, lambda, target, NULL, NULL) == NSL_OK);
    nsl_model_options base = nsl_model_defaults(), o[10];
    for (int i = 0; i < 10; i++)
        o[i] = base;
    const nsl_spectrum *on[10] = {law,      law, law, law,   law,
                                  infinite, law, law, table, table};
    o[0].source = 0.0;
    o[1].outputs = 1.5;
    o[2].sigma_u2 = -1.0;
    o[3].label_variance = (double)INFINITY;
    o[4].hidden = widths;
    o[4].hidden_count = 2;
    o[5].sigma_w2 = 1.0;
    o[6].sigma_w2 = o[6].label_variance = 1.0;
    o[7].sigma_w2 = o[7].source = 1.0;
    o[8].source = 1.0;
    o[9].label_variance = 1.0;
    for (int i = 0; i < 10; i++) {
        nsl_model *model;
        nsl_error err = {0};
        cr_expect(nsl_model_new(&model, on[i], &o[i], &err) == NSL_EINVAL && !model &&
                      *err.field && *err.message,
                  "options %d are accepted", i);
    }
    nsl_spectrum_free(law);
    nsl_spectrum_free(infinite);
    nsl_spectrum_free(table);
}

Test(spectrum, bad_points_are_refused)
{
    testing_model m = testing_powerlaw(1.0, NSL_LATENTS_INFINITE, NULL);
    double inf = (double)INFINITY, nan = (double)NAN;
    const nsl_point bad[] = {
        {0, 10, 0, 0, 1},    {-1, 10, 0, 0, 1},  {nan, 10, 0, 0, 1},
        {10, 0, 0, 0, 1},    {10, nan, 0, 0, 1}, {10, 10, -1, 0, 1},
        {10, 10, nan, 0, 1}, {10, 10, 0, -1, 1}, {10, 10, 0, inf, 1},
        {10, 10, 0.1, 0, 1} /* the MRS ridge at M = ∞ */};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        nsl_prediction out;
        nsl_error err = {0};
        cr_expect(nsl_predict(&out, m.model, &bad[i], &err) == NSL_EINVAL &&
                      isnan(out.test_loss) && *err.field && *err.message,
                  "point %zu is accepted", i);
    }
    testing_free(&m);
}

/* The loss diverges at N = P without ridge, and elasticities of no loss do not exist.
 */
Test(spectrum, missing_values_have_notes)
{
    testing_model m = testing_powerlaw(1.0, 1000, NULL);
    nsl_prediction peak = testing_predict(m.model, 100, 100, 0.0, 0.0);
    cr_expect(isnan(peak.test_loss) && (peak.notes & NSL_NOTE_DIVERGES));
    cr_expect(peak.train_loss == 0.0 && peak.delta > 0.0);
    nsl_prediction zero = testing_predict(m.model, 2000, 3000, 0.0, 0.0);
    cr_expect(zero.test_loss == 0.0 && (zero.notes & NSL_NOTE_ZERO_LOSS));
    nsl_prediction kink = testing_predict(m.model, 1000, 3000, 0.0, 0.1);
    cr_expect(isnan(kink.elasticity_features) && (kink.notes & NSL_NOTE_KINK));
    nsl_prediction rank = testing_predict(m.model, 3000, 1000, 0.0, 0.1);
    cr_expect(isnan(rank.test_loss) && (rank.notes & NSL_NOTE_DIVERGES));
    testing_free(&m);
    testing_model endless = testing_powerlaw(1.0, NSL_LATENTS_INFINITE, NULL);
    double inf = (double)INFINITY;
    nsl_prediction all = testing_predict(endless.model, inf, inf, 0.0, 0.0);
    cr_expect(all.test_loss == 0.0 && isnan(all.dof) &&
              (all.notes & NSL_NOTE_DOF_INFINITE));
    nsl_prediction tiny = testing_predict(endless.model, 1e200, 2e200, 0.0, 0.0);
    cr_expect(isnan(tiny.delta) && (tiny.notes & NSL_NOTE_UNDERFLOW));
    testing_free(&endless);
}
