/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Thousands of seeded random models against direct summation with 400 bits. */
#include "direct.h"
#include "testing.h"

#include <criterion/criterion.h>
#include <gsl/gsl_rng.h>
#include <math.h>

enum { EIGENVALUES_MAX = 60, MODELS = 3000, LAYERS_MAX = 4 };

/* A random model in both forms. */
typedef struct {
    double lambda[EIGENVALUES_MAX], target[EIGENVALUES_MAX], widths[LAYERS_MAX];
    direct_problem problem;
    testing_model model;
    nsl_point point;
    char text[256];
} sample;

static double between(gsl_rng *rng, double low, double high)
{
    return low + (high - low) * gsl_rng_uniform(rng);
}

/* 10^x for x uniform: sizes of every order. */
static double decades(gsl_rng *rng, double low, double high)
{
    return pow(10.0, between(rng, low, high));
}

/* Tables from gentle to spanning 200 decades. */
static size_t draw_spectrum(sample *s, gsl_rng *rng)
{
    size_t count = 1 + gsl_rng_uniform_int(rng, EIGENVALUES_MAX);
    double steep =
        gsl_rng_uniform(rng) < 0.3 ? 200.0 / (double)count : between(rng, 0, 1);
    for (size_t i = 0; i < count; i++) {
        s->lambda[i] = pow(10.0, -steep * (double)i * between(rng, 0.5, 1.0));
        s->target[i] = gsl_rng_uniform(rng) < 0.1 ? 0.0 : decades(rng, -6, 1);
    }
    s->target[0] = 1.0;
    return count;
}

/* Widths near and far from one another and from M, sometimes whole. */
static double draw_width(gsl_rng *rng, size_t count)
{
    double width = between(rng, 0.05, 1.8) * (double)count;
    double how = gsl_rng_uniform(rng);
    if (how < 0.5)
        return fmax(1.0, round(width));
    return how < 0.6 ? width * 1e4 : width;
}

static double draw_ridge(gsl_rng *rng)
{
    double how = gsl_rng_uniform(rng);
    if (how < 0.2)
        return 0.0;
    return how < 0.5 ? decades(rng, -30, -8) : decades(rng, -8, 8);
}

static void draw(sample *s, gsl_rng *rng)
{
    size_t count = draw_spectrum(s, rng);
    nsl_spectrum *spectrum;
    nsl_model_options o = nsl_model_defaults();
    cr_assert(nsl_spectrum_new_table(&spectrum, count, s->lambda, s->target, NULL,
                                     NULL) == NSL_OK);
    size_t layers = gsl_rng_uniform(rng) < 0.6 ? 1 : 2 + gsl_rng_uniform_int(rng, 3);
    for (size_t k = 0; k < layers; k++)
        s->widths[k] = draw_width(rng, count);
    o.hidden = s->widths;
    o.hidden_count = layers - 1;
    o.outputs = (double)(1 + gsl_rng_uniform_int(rng, 3));
    o.sigma_u2 = decades(rng, -1, 1);
    o.convention = gsl_rng_uniform(rng) < 0.5 ? NSL_RIDGE_MRS : NSL_RIDGE_KERNEL;
    s->model = testing_on(spectrum, &o);
    s->point =
        (nsl_point){.features = s->widths[layers - 1],
                    .samples = draw_width(rng, count),
                    .ridge = draw_ridge(rng),
                    .noise = gsl_rng_uniform(rng) < 0.5 ? 0.0 : decades(rng, -4, 1)};
    if (gsl_rng_uniform(rng) < 0.2)
        s->point.samples = s->point.features;
    direct_problem *p = &s->problem;
    *p = (direct_problem){.count = count,
                          .lambda = s->lambda,
                          .target = s->target,
                          .layers = layers,
                          .widths = s->widths,
                          .samples = s->point.samples,
                          .noise = s->point.noise,
                          .outputs = o.outputs};
    if (s->point.ridge > 0.0) {
        p->g_factors[p->g_count++] = s->point.ridge;
        if (o.convention == NSL_RIDGE_MRS)
            p->g_factors[p->g_count++] = (double)count;
        for (size_t k = 0; k < layers; k++) {
            if (o.convention == NSL_RIDGE_KERNEL || k + 1 < layers)
                p->g_factors[p->g_count++] = s->widths[k];
            if (o.convention == NSL_RIDGE_MRS)
                p->g_factors[p->g_count++] = 1.0 / o.sigma_u2;
        }
    }
    snprintf(
        s->text, sizeof s->text,
        "M %zu, %zu layers, first width %.17g, N %.17g, P %.17g, ridge %.17g, noise %g",
        count, layers, s->widths[0], s->point.features, s->point.samples,
        s->point.ridge, s->point.noise);
}

static void expect_close(const sample *s, const char *name, double got, double expected,
                         double bound)
{
    double distance = testing_distance(got, expected);
    cr_expect(distance <= bound, "%s: %s is %.17g, expected %.17g (off by %.2e > %.2e)",
              s->text, name, got, expected, distance, bound);
}

Test(random, against_direct_summation, .timeout = 120)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 20261123);
    int compared = 0;
    for (int i = 0; i < MODELS; i++) {
        sample s;
        nsl_prediction expected;
        draw(&s, rng);
        nsl_prediction p =
            testing_predict(s.model.model, s.point.features, s.point.samples,
                            s.point.ridge, s.point.noise);
        if (p.delta > 0.0 && !isnan(p.test_loss)) {
            cr_assert(direct_predict(&expected, &s.problem, p.delta), "%s: delta %.17g",
                      s.text, p.delta);
            compared++;
            expect_close(&s, "delta", p.delta, expected.delta, NSL_PROMISE);
            expect_close(&s, "dof", p.dof, expected.dof, NSL_PROMISE);
            expect_close(&s, "test_loss", p.test_loss, expected.test_loss, p.error);
            expect_close(&s, "signal_loss", p.signal_loss, expected.signal_loss,
                         p.error);
            expect_close(&s, "noise_loss", p.noise_loss, expected.noise_loss, p.error);
            /* an interpolating model's train loss is exactly 0, the oracle's its
             * rounding */
            if (p.train_loss != 0.0 || expected.train_loss > 1e-150)
                expect_close(&s, "train_loss", p.train_loss, expected.train_loss,
                             p.error);
            cr_expect(p.error < NSL_PROMISE, "%s: error %g", s.text, p.error);
        } else {
            cr_expect(p.delta == 0.0 || p.notes, "%s: no loss and no note", s.text);
        }
        testing_free(&s.model);
    }
    gsl_rng_free(rng);
    cr_assert(compared > MODELS / 2, "only %d models compared", compared);
}

/* Below this a change of Δ is the rounding of Δ. */
static const double DELTA_ROUNDING = 1e-14;

/* At a fixed ridge Δ falls as any width grows, and rises with the ridge. */
Test(random, root_is_monotone)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 7);
    int strictly = 0;
    for (int i = 0; i < MODELS; i++) {
        double alpha = decades(rng, -1.7, 0.5);
        testing_model m =
            testing_powerlaw(alpha, 1 + gsl_rng_uniform_int(rng, 100000), NULL);
        double n = decades(rng, 0, 5), p = decades(rng, 0, 5), g = decades(rng, -10, 2);
        double base = testing_predict(m.model, n, p, g, 0.0).delta;
        double step = 1.0 + decades(rng, -6, 0);
        cr_expect(testing_predict(m.model, n * step, p, g, 0.0).delta <
                      base * (1.0 + DELTA_ROUNDING),
                  "alpha %g N %g P %g ridge %g: delta does not fall with N", alpha, n,
                  p, g);
        cr_expect(testing_predict(m.model, n, p * step, g, 0.0).delta <
                      base * (1.0 + DELTA_ROUNDING),
                  "alpha %g N %g P %g ridge %g: delta does not fall with P", alpha, n,
                  p, g);
        cr_expect(testing_predict(m.model, n, p, g * step, 0.0).delta >
                      base * (1.0 - DELTA_ROUNDING),
                  "alpha %g N %g P %g ridge %g: delta does not rise with the ridge",
                  alpha, n, p, g);
        strictly += testing_predict(m.model, n * 2.0, p, g, 0.0).delta < base &&
                    testing_predict(m.model, n, p, 2.0 * g, 0.0).delta > base;
        testing_free(&m);
    }
    gsl_rng_free(rng);
    cr_assert(strictly > MODELS / 2, "delta changes in only %d models", strictly);
}

/* E_signal(N, P) = E_signal(P, N), the duality of MRS and Zhang. */
Test(random, signal_loss_is_dual)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 8);
    for (int i = 0; i < MODELS; i++) {
        nsl_model_options o = nsl_model_defaults();
        double alpha = decades(rng, -1.7, 0.5);
        bool infinite = gsl_rng_uniform(rng) < 0.3;
        o.convention = NSL_RIDGE_MRS;
        testing_model m = testing_powerlaw(
            alpha,
            infinite ? NSL_LATENTS_INFINITE : 1 + gsl_rng_uniform_int(rng, 1000000),
            &o);
        double n = decades(rng, 0, 5), p = decades(rng, 0, 5);
        double g = infinite || gsl_rng_uniform(rng) < 0.3 ? 0.0 : decades(rng, -14, 2);
        nsl_prediction one = testing_predict(m.model, n, p, g, 0.3);
        nsl_prediction two = testing_predict(m.model, p, n, g, 0.3);
        cr_expect(testing_distance(one.delta, two.delta) <= NSL_PROMISE);
        cr_expect(testing_distance(one.signal_loss, two.signal_loss) <= NSL_PROMISE,
                  "alpha %g N %g P %g ridge %g: %.17g and %.17g", alpha, n, p, g,
                  one.signal_loss, two.signal_loss);
        testing_free(&m);
    }
    gsl_rng_free(rng);
}
