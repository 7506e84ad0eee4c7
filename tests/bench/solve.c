/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one solve of loss and elasticities costs within a program, by nsl_predict and,
 * warm, by nsl_predictor_predict: the best of some runs over a grid of N and P.
 *     meson test -C build --benchmark --verbose solve */
#include <nslaw/nslaw.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { SIDE = 40, RUNS = 5, EXACT_EVERY = 13 };

/* Of the processor: other programs do not count. */
static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static nsl_point point_of(int cell, double ridge)
{
    return (nsl_point){.features = 10.0 * exp(0.3 * (cell % SIDE)),
                       .samples = 10.0 * exp(0.3 * (cell / SIDE) + 0.1),
                       .ridge = ridge};
}

/* Microseconds of a solve: of every one, or of some by nsl_predict without a predictor.
 */
static double microseconds(const nsl_model *model, const nsl_predictor *predictor,
                           double ridge)
{
    double best = INFINITY;
    for (int run = 0; run < RUNS; run++) {
        double from = seconds();
        int solves = 0;
        for (int cell = 0; cell < SIDE * SIDE; cell += predictor ? 1 : EXACT_EVERY) {
            nsl_prediction p;
            nsl_point point = point_of(cell, ridge);
            nsl_status status = predictor
                                    ? nsl_predictor_predict(&p, predictor, &point, NULL)
                                    : nsl_predict(&p, model, &point, NULL);
            if (status != NSL_OK || !(p.error <= NSL_PROMISE))
                exit(1);
            solves++;
        }
        best = fmin(best, 1e6 * (seconds() - from) / solves);
    }
    return best;
}

static void measure(uint64_t latents, double ridge)
{
    nsl_error err = {0};
    nsl_spectrum *spectrum;
    nsl_model *model;
    nsl_predictor *predictor;
    nsl_model_options o = nsl_model_defaults();
    o.convention = NSL_RIDGE_KERNEL;
    if (nsl_spectrum_new_powerlaw(&spectrum, 0.7, 1.0, latents, &err) != NSL_OK ||
        nsl_model_new(&model, spectrum, &o, &err) != NSL_OK ||
        nsl_predictor_new(&predictor, model, &err) != NSL_OK) {
        fprintf(stderr, "%s\n", err.message);
        exit(1);
    }
    printf("M = %-7.3g ridge %-5g a solve %6.2f us, warm %5.2f us\n",
           latents == NSL_LATENTS_INFINITE ? (double)INFINITY : (double)latents, ridge,
           microseconds(model, NULL, ridge), microseconds(model, predictor, ridge));
    nsl_predictor_free(predictor);
    nsl_model_free(model);
    nsl_spectrum_free(spectrum);
}

int main(void)
{
    static const uint64_t latents[] = {UINT64_C(1000000), UINT64_C(1000000000000000000),
                                       NSL_LATENTS_INFINITE};
    for (size_t i = 0; i < sizeof latents / sizeof *latents; i++) {
        measure(latents[i], 0.0);
        measure(latents[i], 1e-6);
    }
    return 0;
}
