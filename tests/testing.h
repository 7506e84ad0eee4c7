/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What all test files share: where the data are, seeded random models, comparisons. */
#ifndef NSL_TESTING_H
#define NSL_TESTING_H

#include <nslaw/nslaw.h>
#include <stdbool.h>

/* The project's top folder: $NSLAW_SOURCE, set by the test runner. */
const char *testing_source(void);

/* A path below it, in a static buffer; of the last four calls. */
const char *testing_path(const char *relative);

/* Relative distance |a−b|/|b|; 0 when both are equal (or both NaN). */
double testing_distance(double a, double b);

/* A model with its spectrum, for tests to build and free as one. */
typedef struct {
    nsl_spectrum *spectrum;
    nsl_model *model;
} testing_model;

/* Power law; fails the test on an error. */
testing_model testing_powerlaw(double alpha, uint64_t latents,
                               const nsl_model_options *options);
/* Any spectrum, which the model then owns. */
testing_model testing_on(nsl_spectrum *spectrum, const nsl_model_options *options);
void testing_free(testing_model *m);

/* nsl_predict that must succeed. */
nsl_prediction testing_predict(const nsl_model *model, double features, double samples,
                               double ridge, double noise);

#endif
