/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random models of every kind: an answer in which every value is finite or explained by
 * a note and all that must hold holds, or an error that says why.
 * NSLAW_RANDOM_MODELS sets how many, NSLAW_RANDOM_SEED the seed. */
#include "random_model.h"

#include <criterion/criterion.h>
#include <gsl/gsl_rng.h>
#include <stdio.h>
#include <stdlib.h>

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
