/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the library takes without a program around it, the best of some rounds:
 *     library solve ALPHA M RIDGE   seconds a warm nsl_predictor_predict, then some N,
 * P, loss library spectrum FILE         seconds of nsl_spectrum_read library runs FILE
 * seconds of reading runs */
#include "empirical/runs.h"
#include <nslaw/nslaw.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { POINTS = 20000, SHOWN = 5, ROUNDS = 3 };

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void check(nsl_status status, const nsl_error *err)
{
    if (status == NSL_OK)
        return;
    fprintf(stderr, "library: %s\n", err->message);
    exit(1);
}

/* Sizes from 10 to 10^5, each far from the last: fractions of golden and silver mean.
 */
static nsl_point point_at(int i, double ridge)
{
    double n = fmod(i * 0.61803398874989485, 1.0);
    double p = fmod(i * 0.41421356237309505, 1.0);
    return (nsl_point){
        .features = 10.0 * pow(1e4, n), .samples = 10.0 * pow(1e4, p), .ridge = ridge};
}

static double solve_all(const nsl_predictor *predictor, double ridge,
                        nsl_prediction *first)
{
    double begin = seconds();
    for (int i = 0; i < POINTS; i++) {
        nsl_error err = {0};
        nsl_prediction p;
        nsl_point point = point_at(i, ridge);
        check(nsl_predictor_predict(&p, predictor, &point, &err), &err);
        if (i < SHOWN)
            first[i] = p;
    }
    return (seconds() - begin) / POINTS;
}

static void solve(double alpha, double latents, double ridge)
{
    nsl_error err = {0};
    nsl_spectrum *spectrum;
    nsl_model *model;
    nsl_predictor *predictor;
    nsl_prediction first[SHOWN];
    nsl_model_options options = nsl_model_defaults();
    check(nsl_spectrum_new_powerlaw(&spectrum, alpha, 1.0, (uint64_t)latents, &err),
          &err);
    check(nsl_model_new(&model, spectrum, &options, &err), &err);
    check(nsl_predictor_new(&predictor, model, &err), &err);
    double best = INFINITY;
    for (int round = 0; round < ROUNDS; round++)
        best = fmin(best, solve_all(predictor, ridge, first));
    printf("%.9g\n", best);
    for (int i = 0; i < SHOWN; i++) {
        nsl_point point = point_at(i, ridge);
        printf("%.17g %.17g %.17g\n", point.features, point.samples,
               first[i].test_loss);
    }
    nsl_predictor_free(predictor);
    nsl_model_free(model);
    nsl_spectrum_free(spectrum);
}

static double read_spectrum(const char *path)
{
    nsl_error err = {0};
    nsl_spectrum *spectrum;
    double begin = seconds();
    check(nsl_spectrum_read(&spectrum, path, &err), &err);
    double took = seconds() - begin;
    nsl_spectrum_free(spectrum);
    return took;
}

static double read_runs(const char *path)
{
    nsl_error err = {0};
    nsl_runs runs;
    nsl_runs_selection selection = {.purpose = NSL_RUNS_FITTED};
    double begin = seconds();
    check(nsl_runs_read(&runs, path, &selection, &err), &err);
    double took = seconds() - begin;
    nsl_runs_clear(&runs);
    return took;
}

int main(int argc, char **argv)
{
    double best = INFINITY;
    if (argc == 5 && strcmp(argv[1], "solve") == 0) {
        solve(atof(argv[2]), atof(argv[3]), atof(argv[4]));
        return 0;
    }
    if (argc != 3)
        return 2;
    for (int round = 0; round < ROUNDS; round++)
        best = fmin(best, strcmp(argv[1], "runs") == 0 ? read_runs(argv[2])
                                                       : read_spectrum(argv[2]));
    printf("%.9g\n", best);
    return 0;
}
