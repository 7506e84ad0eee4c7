/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random models of every kind: an answer in which every value is finite or explained by
 * a note and all that must hold holds, or an error that says why.
 * NSLAW_RANDOM_MODELS sets how many, NSLAW_RANDOM_SEED the seed. */
#include "random_model.h"
#include "testing.h"

#include <criterion/criterion.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MODELS = 4000, COURSE_EVERY = 16, WRONG_SHOWN = 20 };

static unsigned long from_environment(const char *name, unsigned long otherwise)
{
    const char *text = getenv(name);
    return text && *text ? strtoul(text, NULL, 10) : otherwise;
}

static double uniform(void *rng)
{
    return gsl_rng_uniform(rng);
}

Test(random_model, answers_or_explains, .timeout = 86400)
{
    unsigned long models = from_environment("NSLAW_RANDOM_MODELS", MODELS);
    unsigned long count[RANDOM_OUTCOMES] = {0};
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    dice d = {uniform, rng};
    gsl_rng_set(rng, from_environment("NSLAW_RANDOM_SEED", 20270101));
    for (unsigned long i = 0; i < models; i++) {
        random_model m;
        nsl_error err = {0};
        char why[512] = "";
        random_outcome outcome = RANDOM_REFUSED;
        if (random_model_draw(&m, &d, &err) == NSL_OK)
            outcome = random_model_check(&m, &d, COURSE_EVERY, why, sizeof why);
        else
            cr_expect(*err.message, "%s: refused without a reason", m.text);
        count[outcome]++;
        if (outcome >= RANDOM_FAILED && count[outcome] <= WRONG_SHOWN)
            fprintf(stderr, "%s: %s\n", m.text, why);
        random_model_clear(&m);
    }
    gsl_rng_free(rng);
    if (models != MODELS)
        fprintf(stderr,
                "%lu models: %lu fine, %lu noted, %lu refused, %lu failed, %lu wrong\n",
                models, count[RANDOM_FINE], count[RANDOM_NOTED], count[RANDOM_REFUSED],
                count[RANDOM_FAILED], count[RANDOM_WRONG]);
    cr_expect(count[RANDOM_WRONG] == 0, "%lu models are wrong", count[RANDOM_WRONG]);
    cr_expect(count[RANDOM_FAILED] <= models / 1000, "%lu computations failed",
              count[RANDOM_FAILED]);
    cr_expect(count[RANDOM_FINE] > models / 2, "only %lu models are fine",
              count[RANDOM_FINE]);
}

/* What such models have found. */

/* λ₊ of 10^20: Δ/λ₊ falls below the range of double before Δ does. */
Test(random_model, delta_too_small_beside_the_largest_eigenvalue)
{
    nsl_spectrum *spectrum;
    nsl_moments moments;
    nsl_prediction p;
    nsl_error err = {0};
    cr_assert(nsl_spectrum_new_powerlaw(&spectrum, 144.5, 1e20, NSL_LATENTS_INFINITE,
                                        &err) == NSL_OK);
    testing_model m = testing_on(spectrum, NULL);
    nsl_point point = {.features = 15188, .samples = 521};
    cr_assert(nsl_predict(&p, m.model, &point, &err) == NSL_OK, "%s", err.message);
    cr_expect(isnan(p.test_loss) && p.notes == NSL_NOTE_UNDERFLOW, "notes 0x%x",
              p.notes);
    cr_expect(nsl_moments_at(&moments, m.model, 1e-305, &err) == NSL_EINVAL);
    cr_expect(nsl_moments_at(&moments, m.model, 1e-280, &err) == NSL_OK);
    testing_free(&m);
}

/* Where N or P is the rank the loss falls at first, but only over Δ far below the
 * smallest eigenvalue: no ridge near the best one is better. */
static void expect_least(const nsl_spectrum *spectrum, nsl_point point)
{
    nsl_model *model;
    nsl_optimum optimum;
    nsl_prediction best, other;
    nsl_error err = {0};
    nsl_model_options o = nsl_model_defaults();
    o.convention = NSL_RIDGE_KERNEL;
    cr_assert(nsl_model_new(&model, spectrum, &o, &err) == NSL_OK);
    cr_assert(nsl_predict_optimal(&best, &optimum, model, &point, &err) == NSL_OK, "%s",
              err.message);
    cr_expect(optimum.kind == NSL_OPTIMUM_INTERIOR);
    for (int k = -40; k <= 40; k++) {
        point.ridge = optimum.ridge * pow(2.0, k);
        cr_assert(nsl_predict(&other, model, &point, &err) == NSL_OK);
        cr_expect(k == 0 || other.test_loss > best.test_loss, "2^%d: %.17g and %.17g",
                  k, other.test_loss, best.test_loss);
    }
    nsl_model_free(model);
}

Test(random_model, best_ridge_at_ties_with_the_rank)
{
    const double lambda[] = {1.0, 0.5, 0.2, 0.0}, target[] = {1.0, 1.0, 8.0, 1e-6};
    nsl_spectrum *spectrum;
    cr_assert(nsl_spectrum_new_table(&spectrum, 4, lambda, target, NULL, NULL) ==
              NSL_OK);
    expect_least(spectrum, (nsl_point){.features = 3,
                                       .samples = 1e6,
                                       .noise = 0.1,
                                       .ensemble = (double)INFINITY});
    expect_least(spectrum, (nsl_point){.features = 4, .samples = 3});
    nsl_spectrum_free(spectrum);
}

/* Eigenvalues below the range of double: what the scan of ridges does not see is not
 * taken for worse. */
Test(random_model, best_ridge_below_the_range_of_double)
{
    nsl_optimum optimum;
    nsl_prediction best;
    nsl_error err = {0};
    nsl_model_options o = nsl_model_defaults();
    o.source = 1.5;
    testing_model m = testing_powerlaw(730, 80, &o);
    nsl_point point = {.features = 503, .samples = 254663};
    cr_assert(nsl_predict_optimal(&best, &optimum, m.model, &point, &err) == NSL_OK,
              "%s", err.message);
    cr_expect(optimum.kind == NSL_OPTIMUM_ZERO && best.test_loss == 0.0);
    point.noise = 1e-3;
    cr_expect(nsl_predict_optimal(&best, &optimum, m.model, &point, &err) ==
              NSL_EFAILED);
    cr_expect(strstr(err.message, "below the range of double"), "%s", err.message);
    point.noise = 1e9;
    cr_expect(nsl_predict_optimal(&best, &optimum, m.model, &point, &err) == NSL_OK,
              "%s", err.message);
    testing_free(&m);
}
