/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measured data: MNIST runs with random features in data/, and kernel regression runs
 * with another group's theory in ../shared/data, which is not part of the project. */
#include "empirical/comparison.h"
#include "empirical/runs.h"
#include "testing.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

/* Median relative distance of theory and measurement; README of data/mnist: 2 to 2.5 %.
 */
static const double MNIST_MEDIAN = 0.03;

/* The other group's P is a float32 and their root is solved to about this. */
static const double THEIR_PRECISION = 1e-6;

Test(data, mnist_runs_are_predicted)
{
    nsl_spectrum *spectrum;
    nsl_runs runs;
    nsl_runs_selection selection = {.column = {[NSL_RUN_LOSS] = "test_mse"}};
    nsl_error err = {0};
    cr_assert(nsl_spectrum_read(&spectrum, testing_path("data/mnist/relu_spectrum.csv"),
                                &err) == NSL_OK,
              "%s", err.message);
    cr_assert(nsl_runs_read(&runs, testing_path("data/mnist/relu_runs.csv"), &selection,
                            &err) == NSL_OK,
              "%s", err.message);
    nsl_model_options o = nsl_model_defaults();
    o.convention = NSL_RIDGE_KERNEL;
    testing_model m = testing_on(spectrum, &o);
    double *measured = calloc(runs.count, sizeof *measured);
    double *predicted = calloc(runs.count, sizeof *predicted);
    for (size_t i = 0; i < runs.count; i++) {
        const double *v = runs.run[i].value;
        measured[i] = v[NSL_RUN_LOSS];
        predicted[i] =
            2.0 * testing_predict(m.model, v[NSL_RUN_FEATURES], v[NSL_RUN_SAMPLES],
                                  v[NSL_RUN_KERNEL_RIDGE], 0.0)
                      .test_loss;
    }
    nsl_comparison c;
    cr_assert(nsl_compare(&c, runs.count, measured, predicted, &err) == NSL_OK);
    cr_assert(c.runs == 72 && c.median_relative_error < MNIST_MEDIAN,
              "%zu runs, median %g", c.runs, c.median_relative_error);
    free(measured);
    free(predicted);
    nsl_runs_clear(&runs);
    testing_free(&m);
}

/* N = ∞: Δ(P − z) = ridge; a plain squared error summed over ten labels, so that E is
 * theirs with the weights as given and ten times the noise of a label. */
Test(data, agrees_with_another_theory)
{
    const char *path = "../shared/data/krr/mnist_spectrum.csv";
    if (access(testing_path(path), R_OK) != 0)
        cr_skip_test("%s is missing", path);
    nsl_spectrum *spectrum;
    nsl_runs runs;
    nsl_error err = {0};
    nsl_runs_selection selection = {
        .column = {[NSL_RUN_FEATURES] = "P",
                   [NSL_RUN_LOSS] = "test_theory",
                   [NSL_RUN_KERNEL_RIDGE] = "ridge",
                   [NSL_RUN_NOISE] = "noise_var_per_label"}};
    cr_assert(nsl_spectrum_read(&spectrum, testing_path(path), &err) == NSL_OK, "%s",
              err.message);
    cr_assert(nsl_runs_read(&runs,
                            testing_path("../shared/data/krr/mnist_their_theory.csv"),
                            &selection, &err) == NSL_OK,
              "%s", err.message);
    nsl_model_options o = nsl_model_defaults();
    o.convention = NSL_RIDGE_KERNEL;
    testing_model m = testing_on(spectrum, &o);
    for (size_t i = 0; i < runs.count; i++) {
        const double *v = runs.run[i].value;
        if (v[NSL_RUN_SAMPLES] > 11000.0) /* their last points are degenerate */
            continue;
        nsl_prediction p =
            testing_predict(m.model, (double)INFINITY, v[NSL_RUN_SAMPLES],
                            v[NSL_RUN_KERNEL_RIDGE], 10.0 * v[NSL_RUN_NOISE]);
        cr_expect(testing_distance(2.0 * p.test_loss, v[NSL_RUN_LOSS]) <
                      THEIR_PRECISION,
                  "P %g ridge %g noise %g: %.9g, theirs %.9g", v[NSL_RUN_SAMPLES],
                  v[NSL_RUN_KERNEL_RIDGE], v[NSL_RUN_NOISE], 2.0 * p.test_loss,
                  v[NSL_RUN_LOSS]);
    }
    nsl_runs_clear(&runs);
    testing_free(&m);
}
