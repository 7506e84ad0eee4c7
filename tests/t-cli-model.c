/* SPDX-License-Identifier: GPL-3.0-or-later */
/* --model from outside: every command against the prediction put together by hand, and
 * intervals against every refit of the file's bootstrap in turn. */
#include "json_rows.h"
#include "shell.h"
#include "testing.h"

#include <nslaw/fit.h>

#include <criterion/criterion.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MODEL "--model data/fit/model.json"

/* The program's promise, printed with 17 digits; ends of intervals have five. */
static const double EXACT = 4 * NSL_PROMISE, FIVE_DIGITS = 1e-4;

/* Places of minima and roots, by the digits that the program says it knows. */
static const double PLACE = 1e-9;

enum { PARAMETERS = 4, REFITS = 200 };

typedef struct {
    double value[PARAMETERS]; /* E, A, alpha, k */
    double refit[REFITS][PARAMETERS];
} file_model;

static file_model read_model(void)
{
    static const char *const names[] = {"E", "A", "alpha", "k"};
    file_model m;
    struct json_object *root =
        json_object_from_file(testing_path("data/fit/model.json"));
    cr_assert(root, "data/fit/model.json is no JSON");
    struct json_object *form = json_object_array_get_idx(
        json_member(json_member(root, "summary"), "forms"), 0);
    struct json_object *all = json_member(form, "parameters");
    struct json_object *samples =
        json_member(json_member(form, "bootstrap"), "samples");
    cr_assert(json_object_array_length(samples) == REFITS);
    for (int j = 0; j < PARAMETERS; j++) {
        m.value[j] =
            json_object_get_double(json_member(json_member(all, names[j]), "value"));
        for (int b = 0; b < REFITS; b++)
            m.refit[b][j] = json_object_get_double(json_object_array_get_idx(
                json_object_array_get_idx(samples, (size_t)b), (size_t)j));
    }
    json_object_put(root);
    return m;
}

static double loss_of(const double *parameter, double n, double p)
{
    double loss;
    nsl_form form = {.kind = NSL_FORM_THEORY};
    nsl_fit_run run = {.parameters = n, .samples = p};
    cr_assert(nsl_form_loss(&loss, &form, parameter, &run, NULL) == NSL_OK);
    return loss;
}

/* The percentiles of so many values, which are sorted. */
static void expect_interval_of(struct json_object *root, size_t row, const char *key,
                               double *values, size_t count)
{
    char low[64], high[64];
    snprintf(low, sizeof low, "%s_lo", key);
    snprintf(high, sizeof high, "%s_hi", key);
    gsl_sort(values, 1, count);
    double from = gsl_stats_quantile_from_sorted_data(values, 1, count, 0.025);
    double to = gsl_stats_quantile_from_sorted_data(values, 1, count, 0.975);
    cr_assert(testing_distance(json_value(root, row, low), from) < FIVE_DIGITS &&
                  testing_distance(json_value(root, row, high), to) < FIVE_DIGITS,
              "%s from %g to %g, not %g to %g", key, json_value(root, row, low),
              json_value(root, row, high), from, to);
}

static void expect_interval(struct json_object *root, size_t row, const char *key,
                            double *values)
{
    expect_interval_of(root, row, key, values, REFITS);
}

/* E + A·(the loss of the model, by the command without --model). */
Test(cli_model, losses_are_composed)
{
    static const struct {
        const char *n, *p;
    } sizes[] = {{"1e9", "2e10"}, {"1e8", "1e13"}, {"1e12", "1e9"}, {"1e9", "inf"}};
    file_model m = read_model();
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char command[512];
        snprintf(command, sizeof command, "nslaw loss " MODEL " -N %s -P %s -f json",
                 sizes[i].n, sizes[i].p);
        struct json_object *fitted = json_run(command);
        json_check_nulls(fitted, command);
        snprintf(command, sizeof command,
                 "nslaw loss --mse --label-variance 1 --alpha %.17g -N %.17g -P %s "
                 "--kernel-ridge opt -f json",
                 m.value[2], m.value[3] * atof(sizes[i].n), sizes[i].p);
        struct json_object *plain = json_run(command);
        double part = m.value[1] * json_value(plain, 0, "test_loss");
        double loss = m.value[0] + part;
        cr_assert(testing_distance(json_value(fitted, 0, "test_loss"), loss) < EXACT,
                  "%g, not %g", json_value(fitted, 0, "test_loss"), loss);
        double slope = json_value(plain, 0, "elasticity_features") * part / loss;
        cr_assert(testing_distance(json_value(fitted, 0, "elasticity_features"),
                                   slope) < 1e-10);
        cr_assert(json_value(fitted, 0, "features") == atof(sizes[i].n));
        json_object_put(fitted);
        json_object_put(plain);
    }
}

Test(cli_model, curves_are_losses)
{
    file_model m = read_model();
    struct json_object *root =
        json_run("nslaw curve " MODEL " -N 1e8:1e10:3 -P 2e10 -f json");
    double values[REFITS], limit = 0.0;
    for (size_t i = 0; i < 3; i++) {
        double n = json_value(root, i, "features");
        cr_assert(testing_distance(json_value(root, i, "test_loss"),
                                   loss_of(m.value, n, 2e10)) < EXACT);
        for (int b = 0; b < REFITS; b++)
            values[b] = loss_of(m.refit[b], n, 2e10);
        expect_interval(root, i, "test_loss", values);
        limit = json_value(root, i, "plateau");
    }
    cr_assert(testing_distance(limit, loss_of(m.value, 1e30, 2e10)) < 1e-9);
    for (int b = 0; b < REFITS; b++)
        values[b] = loss_of(m.refit[b], 1e30, 2e10);
    expect_interval(root, 0, "plateau", values);
    json_object_put(root);
}

/* The best split of 6NP is at kN = P (theory.md section 6: equiparameterization). */
Test(cli_model, frontier_is_at_equal_features)
{
    file_model m = read_model();
    struct json_object *root =
        json_run("nslaw frontier " MODEL " --budget 1e20:1e22:2 -f json");
    struct json_object *same =
        json_run("nslaw frontier " MODEL " --budget 1e20 --cost '2*N*3*P' -f json");
    for (size_t i = 0; i < 2; i++) {
        double budget = json_value(root, i, "budget"), features[REFITS],
               samples[REFITS], losses[REFITS];
        double n = sqrt(budget / (6.0 * m.value[3]));
        cr_assert(testing_distance(json_value(root, i, "features"), n) < PLACE);
        cr_assert(testing_distance(json_value(root, i, "samples"), n * m.value[3]) <
                  PLACE);
        cr_assert(testing_distance(json_value(root, i, "test_loss"),
                                   loss_of(m.value, n, n * m.value[3])) < EXACT);
        for (int b = 0; b < REFITS; b++) {
            features[b] = sqrt(budget / (6.0 * m.refit[b][3]));
            samples[b] = features[b] * m.refit[b][3];
            losses[b] = loss_of(m.refit[b], features[b], samples[b]);
        }
        expect_interval(root, i, "features", features);
        expect_interval(root, i, "samples", samples);
        expect_interval(root, i, "test_loss", losses);
    }
    cr_assert(testing_distance(json_value(same, 0, "features"),
                               json_value(root, 0, "features")) < PLACE);
    json_object_put(root);
    json_object_put(same);
}

/* The size at which a loss that falls with it is `target`, by bisection; INFINITY. */
static double size_where(double (*loss)(const double *parameter, double other,
                                        double size),
                         const double *parameter, double other, double target)
{
    double low = 1e2, high = 1e20;
    if (loss(parameter, other, high) > target)
        return (double)INFINITY;
    for (int i = 0; i < 45; i++) {
        double middle = sqrt(low * high);
        *(loss(parameter, other, middle) > target ? &low : &high) = middle;
    }
    return high;
}

Test(cli_model, solutions_reach_their_target, .timeout = 120)
{
    file_model m = read_model();
    double values[REFITS];
    struct json_object *root =
        json_run("nslaw solve " MODEL " --for P -N 1e10 --target-loss 2.2 -f json");
    double p = json_value(root, 0, "samples");
    cr_assert(testing_distance(loss_of(m.value, 1e10, p), 2.2) < PLACE, "P = %g", p);
    for (int b = 0; b < REFITS; b++)
        values[b] = size_where(loss_of, m.refit[b], 1e10, 2.2);
    expect_interval(root, 0, "samples", values);
    json_object_put(root);
    root = json_run("nslaw solve " MODEL " --for N -P 1e10 --target-loss 1.5 -f json");
    cr_assert(isnan(json_value(root, 0, "features")) && *json_note(root, 0));
    json_check_nulls(root, "a target below E");
    json_object_put(root);
}

/* --- a ridge that is the same for all runs -------------------------------------------
 */

enum { WITH_RIDGE = PARAMETERS + 1, FEW = 5 };

static double ridge_loss(const double *parameter, double n, double p)
{
    double loss;
    nsl_form form = {.kind = NSL_FORM_THEORY, .ridge = true};
    nsl_fit_run run = {.parameters = n, .samples = p};
    cr_assert(nsl_form_loss(&loss, &form, parameter, &run, NULL) == NSL_OK);
    return loss;
}

static double ridge_loss_of_features(const double *parameter, double p, double n)
{
    return ridge_loss(parameter, n, p);
}

/* A fit's file, of the first row and a bootstrap of them all. */
static void write_ridge_fit(const char *path, double row[FEW][WITH_RIDGE])
{
    static const char *const names[] = {"E", "A", "alpha", "k", "ridge"};
    FILE *out = fopen(path, "w");
    cr_assert(out);
    fputs("{\"summary\": {\"forms\": [{\"form\": \"theory+ridge\", \"parameters\": {",
          out);
    for (int j = 0; j < WITH_RIDGE; j++)
        fprintf(out, "%s\"%s\": {\"value\": %.17g}", j ? ", " : "", names[j],
                row[0][j]);
    fputs("}, \"bootstrap\": {\"parameters\": [", out);
    for (int j = 0; j < WITH_RIDGE; j++)
        fprintf(out, "%s\"%s\"", j ? ", " : "", names[j]);
    fputs("], \"samples\": [", out);
    for (int b = 0; b < FEW; b++)
        for (int j = 0; j < WITH_RIDGE; j++)
            fprintf(out, "%s%.17g%s",
                    j   ? ", "
                    : b ? ", ["
                        : "[",
                    row[b][j], j + 1 < WITH_RIDGE ? "" : "]");
    fputs("]}}]}}", out);
    cr_assert(fclose(out) == 0);
}

/* Sizes for a loss, and their intervals, where the ridge is not the best one. */
Test(cli_model, sizes_at_a_fixed_ridge, .timeout = 60)
{
    static const struct {
        char size;
        const char *key;
        double (*loss)(const double *, double, double);
        double other, target;
    } cases[] = {{'P', "samples", ridge_loss, 1e9, 2.6},
                 {'N', "features", ridge_loss_of_features, 2e10, 2.6}};
    double row[FEW][WITH_RIDGE];
    char folder[64], path[96], command[256];
    shell_new_folder(folder, sizeof folder);
    snprintf(path, sizeof path, "%s/fit.json", folder);
    for (int b = 0; b < FEW; b++) {
        const double near[] = {1.71 - 0.03 * b, 520 - 20 * b, 0.3 - 0.002 * b, 22 + b,
                               0.0135 + 0.001 * b};
        memcpy(row[b], near, sizeof near);
    }
    write_ridge_fit(path, row);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double values[FEW];
        snprintf(command, sizeof command,
                 "nslaw solve --model %s --for %c -%c %g --target-loss %g -f json",
                 path, cases[i].size, cases[i].size == 'P' ? 'N' : 'P', cases[i].other,
                 cases[i].target);
        struct json_object *root = json_run(command);
        for (int b = 0; b < FEW; b++)
            values[b] =
                size_where(cases[i].loss, row[b], cases[i].other, cases[i].target);
        double size = json_value(root, 0, cases[i].key);
        cr_expect(testing_distance(size, values[0]) < PLACE, "%g, not %g", size,
                  values[0]);
        expect_interval_of(root, 0, cases[i].key, values, FEW);
        json_object_put(root);
    }
    shell_remove_folder(folder);
}

Test(cli_model, maps_are_losses)
{
    file_model m = read_model();
    struct json_object *root =
        json_run("nslaw phase " MODEL " -N 1e8:1e10:3 -P 1e9:1e12:2 -j 2 -f json");
    json_check_nulls(root, "a map of a fit");
    for (size_t i = 0; i < 6; i++) {
        double n = json_value(root, i, "features"), p = json_value(root, i, "samples");
        double values[REFITS];
        cr_assert(testing_distance(json_value(root, i, "test_loss"),
                                   loss_of(m.value, n, p)) < EXACT);
        for (int b = 0; b < REFITS; b++)
            values[b] = loss_of(m.refit[b], n, p);
        expect_interval(root, i, "test_loss", values);
    }
    json_object_put(root);
}

/* A model from a pipe, and one without a bootstrap. */
Test(cli_model, pipes_and_fits_without_intervals)
{
    file_model m = read_model();
    struct json_object *root =
        json_run("nslaw fit data/fit/runs.csv --form theory -f json | "
                 "nslaw loss --model - -N 1e9 -P 2e10 -f json");
    cr_assert(testing_distance(json_value(root, 0, "test_loss"),
                               loss_of(m.value, 1e9, 2e10)) < 1e-9);
    struct json_object *row = json_row(root, 0), *none;
    cr_assert(!json_object_object_get_ex(row, "test_loss_lo", &none));
    json_object_put(root);
}
