/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Elasticities against Richardson-extrapolated differences of the loss itself. */
#include "testing.h"

#include <criterion/criterion.h>
#include <gsl/gsl_rng.h>
#include <math.h>

enum { MODELS = 400 };

/* A central difference of step H, extrapolated twice, is off by about H^6 and by the
 * rounding of the loss over H: both below this for losses that bend no faster than
 * (width − n)^-1. */
static const double DIFFERENCE_ERROR = 3e-8;
static const double H = 4e-3;

typedef enum { BY_FEATURES, BY_SAMPLES, BY_RIDGE } resource;

static double log_loss(const nsl_model *model, nsl_point at, resource by, double step)
{
    double factor = exp(step);
    at.features *= by == BY_FEATURES ? factor : 1.0;
    at.samples *= by == BY_SAMPLES ? factor : 1.0;
    at.ridge *= by == BY_RIDGE ? factor : 1.0;
    return log(
        testing_predict(model, at.features, at.samples, at.ridge, at.noise).test_loss);
}

static double difference(const nsl_model *model, nsl_point at, resource by, double h)
{
    return -(log_loss(model, at, by, h) - log_loss(model, at, by, -h)) / (2.0 * h);
}

static double richardson(const nsl_model *model, nsl_point at, resource by, double h)
{
    double d1 = difference(model, at, by, h), d2 = difference(model, at, by, h / 2);
    double d4 = difference(model, at, by, h / 4);
    double e1 = (4.0 * d2 - d1) / 3.0, e2 = (4.0 * d4 - d2) / 3.0;
    return (16.0 * e2 - e1) / 15.0;
}

static double uniform(gsl_rng *rng, double low, double high)
{
    return low + (high - low) * gsl_rng_uniform(rng);
}

static void check(const nsl_model *model, nsl_point at, const char *text)
{
    nsl_prediction p =
        testing_predict(model, at.features, at.samples, at.ridge, at.noise);
    const double got[] = {p.elasticity_features, p.elasticity_samples,
                          p.elasticity_ridge};
    for (resource by = BY_FEATURES; by <= BY_RIDGE; by++) {
        double expected = richardson(model, at, by, H);
        double bound = DIFFERENCE_ERROR * fmax(1.0, fabs(expected));
        cr_expect(
            fabs(got[by] - expected) <= bound,
            "%s N %g P %g ridge %g noise %g: elasticity %d is %.12g, differences %.12g",
            text, at.features, at.samples, at.ridge, at.noise, (int)by, got[by],
            expected);
    }
}

Test(elasticity, against_differences, .timeout = 60)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 11);
    for (int i = 0; i < MODELS; i++) {
        double hidden[2] = {uniform(rng, 50, 500), uniform(rng, 50, 500)};
        nsl_model_options o = nsl_model_defaults();
        o.hidden = hidden;
        o.hidden_count = gsl_rng_uniform_int(rng, 3);
        o.convention = gsl_rng_uniform(rng) < 0.5 ? NSL_RIDGE_MRS : NSL_RIDGE_KERNEL;
        if (gsl_rng_uniform(rng) < 0.4)
            o.source = uniform(rng, 0.2, 5.0);
        double alpha = uniform(rng, 0.1, 2.0);
        uint64_t latents = 10 + gsl_rng_uniform_int(rng, 3000);
        testing_model m = testing_powerlaw(alpha, latents, &o);
        nsl_point at = {uniform(rng, 20, 600), uniform(rng, 20, 600),
                        pow(10.0, uniform(rng, -2, 2)),
                        gsl_rng_uniform(rng) < 0.5 ? 0.0 : uniform(rng, 0.0, 1.0), 1};
        char text[128];
        snprintf(text, sizeof text, "alpha %g M %d beta %g layers %zu widths %g %g %s",
                 alpha, (int)latents, o.source, o.hidden_count + 1, hidden[0],
                 hidden[1], o.convention == NSL_RIDGE_MRS ? "mrs" : "kernel");
        check(m.model, at, text);
        testing_free(&m);
    }
    gsl_rng_free(rng);
}

/* The limits γ → 0, N → ∞ and P → ∞ have formulas of their own. */
Test(elasticity, at_the_limits)
{
    double infinite = (double)INFINITY, hidden[] = {300.0};
    nsl_model_options o = nsl_model_defaults();
    o.convention = NSL_RIDGE_KERNEL;
    testing_model m = testing_powerlaw(0.4, NSL_LATENTS_INFINITE, &o);
    o.hidden = hidden;
    o.hidden_count = 1;
    testing_model deep = testing_powerlaw(0.4, NSL_LATENTS_INFINITE, &o);
    const nsl_point points[] = {
        {100, 250, 0.0, 0.2, 1},      {250, 100, 0.0, 0.2, 1},
        {infinite, 100, 0.0, 0.1, 1}, {infinite, 100, 0.5, 0.1, 1},
        {100, infinite, 0.0, 0.1, 1}, {400, infinite, 0.0, 0.0, 1}};
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        check(m.model, points[i], "one layer");
        check(deep.model, points[i], "two layers");
    }
    testing_free(&m);
    testing_free(&deep);
}

/* Where γ → 0 and two widths tie, the limit shares the derivative between them. */
Test(elasticity, tied_widths_share)
{
    double hidden[] = {120.0};
    nsl_model_options o = nsl_model_defaults();
    o.hidden = hidden;
    o.hidden_count = 1;
    testing_model tied = testing_powerlaw(0.7, 5000, &o);
    testing_model one = testing_powerlaw(0.7, 5000, NULL);
    double infinite = (double)INFINITY;
    double shared =
        testing_predict(tied.model, 120, infinite, 0.0, 0.0).elasticity_features;
    double whole =
        testing_predict(one.model, 120, infinite, 0.0, 0.0).elasticity_features;
    cr_assert(testing_distance(2.0 * shared, whole) <= NSL_PROMISE, "%g of %g", shared,
              whole);
    testing_free(&tied);
    testing_free(&one);
}
