/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Training time from outside: rows against the library, what nslaw train says of a
 * course against brute force, and that commands agree with each other. */
#include "json_rows.h"
#include "shell.h"
#include "testing.h"
#include <nslaw/nslaw.h>

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Latents and exponent of every model here. */
#define MODEL "-M 1000 --alpha 0.7"

static nsl_model *make_model(nsl_spectrum **spectrum)
{
    nsl_model *model;
    nsl_model_options options = nsl_model_defaults();
    options.convention = NSL_RIDGE_KERNEL;
    cr_assert(nsl_spectrum_new_powerlaw(spectrum, 0.7, 1.0, 1000, NULL) == NSL_OK);
    cr_assert(nsl_model_new(&model, *spectrum, &options, NULL) == NSL_OK);
    return model;
}

static nsl_prediction predict(const nsl_model *model, nsl_point point)
{
    nsl_prediction p;
    nsl_error err = {0};
    cr_assert(nsl_predict(&p, model, &point, &err) == NSL_OK, "%s", err.message);
    return p;
}

static nsl_point at_time(double features, double samples, double noise, double time)
{
    return (nsl_point){.features = features,
                       .samples = samples,
                       .noise = noise,
                       .training = {.kind = NSL_FLOW, .time = time}};
}

static struct json_object *summary_of(struct json_object *root, const char *key)
{
    return json_member(json_member(root, "summary"), key);
}

static double said(struct json_object *root, const char *key)
{
    struct json_object *value = summary_of(root, key);
    return value ? json_object_get_double(value) : (double)NAN;
}

/* Printed digits are right: within half a unit of the last, of which the column error
 * leaves as many as it bounds, and its own error. */
static void check_printed(double printed, double exact, double error, const char *what)
{
    double allowed = 10.0 * fmax(error, 1e-16) * fmax(fabs(exact), 1e-300);
    cr_expect(fabs(printed - exact) <= allowed, "%s: %.17g, not %.17g", what, printed,
              exact);
}

Test(cli_train, rows_are_the_librarys, .timeout = 60)
{
    static const double times[] = {1.0, 100.0, 1e4};
    nsl_spectrum *spectrum;
    nsl_model *model = make_model(&spectrum);
    struct json_object *root =
        json_run("nslaw train " MODEL " -N 60 -P 40 --noise 0.05 "
                 "--kernel-ridge 1e-3 --time 1:1e4:3 -f json");
    for (size_t i = 0; i < 3; i++) {
        nsl_point point = at_time(60, 40, 0.05, times[i]);
        point.ridge = 1e-3;
        nsl_prediction p = predict(model, point);
        double error = json_value(root, i, "error");
        double gap = p.test_loss - p.train_loss;
        cr_expect(json_value(root, i, "time") == times[i]);
        check_printed(json_value(root, i, "test_loss"), p.test_loss, error, "test");
        check_printed(json_value(root, i, "train_loss"), p.train_loss, error, "train");
        check_printed(json_value(root, i, "dof"), p.dof, error, "dof");
        check_printed(json_value(root, i, "gap"), gap,
                      error * (p.test_loss + p.train_loss) / fabs(gap), "gap");
        /* a bound leaves digits down to a unit of at most a hundred times itself */
        cr_expect(fabs(json_value(root, i, "elasticity_time") - p.elasticity_time) <=
                  50.0 * fmax(p.elasticity_time_error, 1e-15));
    }
    json_check_nulls(root, "train");
    json_object_put(root);
    nsl_model_free(model);
    nsl_spectrum_free(spectrum);
}

/* The significant digits of a JSON number. */
static int digits_of(const char *text)
{
    int count = 0;
    for (const char *c = text; *c && *c != 'e'; c++)
        count += (*c >= '0' && *c <= '9') && (count > 0 || *c != '0');
    return count;
}

/* A unit of the last digit that double prints, and half a one of its rounding; its
 * promise where it prints more than that leaves. A 0 says that an elasticity or a part
 * of the loss is below what double knows. */
static const double UNITS = 1.5, PROMISE = 1e-12;

/* The bound on an elasticity of these places is up to 1e-5 and more; what is 0 there is
 * nearer than that. */
static const double NOT_KNOWN = 1e-6;

static void check_digits(struct json_object *row, struct json_object *exact,
                         const char *key, const char *what)
{
    struct json_object *got = NULL, *truth = NULL;
    if (!json_object_object_get_ex(row, key, &got) || !got)
        return;
    cr_assert(json_object_object_get_ex(exact, key, &truth) && truth);
    double x = json_object_get_double(got), y = json_object_get_double(truth);
    double size = fabs(x);
    int digits = digits_of(json_object_to_json_string(got));
    double allowed = x == 0.0 ? NOT_KNOWN
                     : digits > 12
                         ? PROMISE * size
                         : UNITS * pow(10.0, floor(log10(size)) + 1.0 - digits);
    cr_expect(fabs(x - y) <= allowed, "%s: %s is %s, not %.17g", what, key,
              json_object_to_json_string(got), y);
}

/* The losses of a model in doubles and to 20 digits. */
static void run_both(struct json_object **doubles, struct json_object **digits,
                     const char *model)
{
    char command[512];
    snprintf(command, sizeof command, "nslaw loss %s -f json", model);
    *doubles = json_run(command);
    snprintf(command, sizeof command, "nslaw loss %s -f json --digits 20", model);
    *digits = json_run(command);
}

/* What double prints is right to its last digit where digits are scarce: equal widths,
 * times so short that nothing has moved or so long that all has. */
Test(cli_train, printed_digits_are_right, .timeout = 240)
{
    static const char *const places[] = {
        "-a 1 -N 500 -P 1000 --time 1e-30",
        "-a 1 -N 500 -P 1000 --time 1e-12",
        "-a 1.06 -M 242 -N 9 -P inf --time 1e4",
        "-a 0.36 -M 83 -N 57 -P 57 --noise 0.07 --time 2e10 --decompose",
        "-a 0.8 -M 300 -N 8 -P 40 --hidden 8 --time 1e12 --decompose",
        "-a 0.2 -N 79 -P 7 --hidden 7,7 --time 1e15 --decompose",
        "-a 0.5 -M 2000 -N 4 -P 4 --kernel-ridge 4e-21 --noise 1 --ensemble 2 "
        "--time 3e14 --decompose",
        "-a 0.7 -M 90 -N 60 -P 50 --noise 0.1 --steps 100000 --learning-rate 0.5",
        "-a 49.8 -M 536 --hidden 816 -N 46 -P inf --noise 3e-6 --time 60.7"};
    static const char *const keys[] = {"dof",
                                       "test_loss",
                                       "signal_loss",
                                       "noise_loss",
                                       "bias",
                                       "variance_samples",
                                       "variance_features",
                                       "train_loss",
                                       "elasticity_features",
                                       "elasticity_samples",
                                       "elasticity_time"};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct json_object *got, *exact;
        run_both(&got, &exact, places[i]);
        for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
            check_digits(json_row(got, 0), json_row(exact, 0), keys[k], places[i]);
        json_check_nulls(got, places[i]);
        json_object_put(got);
        json_object_put(exact);
    }
}

/* A grid of times, a factor apart, and the losses there. */
enum { GRID = 4001 };
static const double GRID_LOW = 1e-3, GRID_HIGH = 1e9;

static double grid_time(int i)
{
    return GRID_LOW * pow(GRID_HIGH / GRID_LOW, i / (GRID - 1.0));
}

/* The best time and the rise after it are those of the grid, to its width. */
Test(cli_train, moments_are_those_of_brute_force, .timeout = 120)
{
    nsl_spectrum *spectrum;
    nsl_model *model = make_model(&spectrum);
    struct json_object *root =
        json_run("nslaw train " MODEL " -N 60 -P 50 --noise 1e-4 "
                 "--kernel-ridge 0 --time 1:10:2 -f json");
    static double loss[GRID];
    double step = grid_time(1) / grid_time(0), plateau = said(root, "plateau");
    int best = 0, peak = 0;
    for (int i = 0; i < GRID; i++) {
        loss[i] = predict(model, at_time(60, 50, 1e-4, grid_time(i))).test_loss;
        best = loss[i] < loss[best] ? i : best;
    }
    double least = said(root, "best_loss"), half = 0.5 * (least + plateau);
    for (peak = best; peak < GRID && loss[peak] < half; peak++)
        ;
    cr_assert(best > 0 && peak < GRID - 1 && peak > best);
    cr_expect(fabs(log(said(root, "best_time") / grid_time(best))) < log(step));
    cr_expect(least <= loss[best] * (1.0 + 1e-9));
    cr_expect(least >= loss[best] * (1.0 - 1e-4), "the grid is that fine");
    cr_expect(said(root, "peak_time") > grid_time(peak - 1) * (1.0 - 1e-6) &&
              said(root, "peak_time") < grid_time(peak) * (1.0 + 1e-6));
    double there =
        predict(model, at_time(60, 50, 1e-4, said(root, "peak_time"))).test_loss;
    cr_expect(testing_distance(there, half) < 1e-6);
    cr_expect(testing_distance(said(root, "best_gain"), 1.0 - least / plateau) < 1e-8);
    double initial = predict(model, at_time(60, 50, 1e-4, 0.0)).test_loss;
    cr_expect(testing_distance(said(root, "initial_loss"), initial) < 1e-9);
    json_object_put(root);
    nsl_model_free(model);
    nsl_spectrum_free(spectrum);
}

/* Where the plateau diverges, the peak is where the best loss has doubled. */
Test(cli_train, diverging_plateau, .timeout = 60)
{
    nsl_spectrum *spectrum;
    nsl_model *model = make_model(&spectrum);
    struct json_object *root =
        json_run("nslaw train " MODEL " -N 50 -P 50 --noise 1e-4 --kernel-ridge 0 "
                 "--time 1:10:2 -f json");
    cr_expect(summary_of(root, "plateau") == NULL);
    cr_expect(said(root, "best_gain") == 1.0);
    cr_expect(strstr(json_object_get_string(summary_of(root, "note")), "diverges"));
    double peak = said(root, "peak_time");
    cr_expect(peak > said(root, "best_time"));
    cr_expect(testing_distance(predict(model, at_time(50, 50, 1e-4, peak)).test_loss,
                               2.0 * said(root, "best_loss")) < 1e-6);
    json_object_put(root);
    nsl_model_free(model);
    nsl_spectrum_free(spectrum);
}

/* Of steps, the best whole number, and the first one that is half risen. */
Test(cli_train, steps_are_whole, .timeout = 120)
{
    enum { STEPS = 3000 };
    static double loss[STEPS];
    nsl_spectrum *spectrum;
    nsl_model *model = make_model(&spectrum);
    struct json_object *root =
        json_run("nslaw train " MODEL " -N 60 -P 30 --noise 0.05 --kernel-ridge 0.1 "
                 "--steps 1:100:3 --learning-rate 0.5 -f json");
    int best = 0;
    for (int k = 0; k < STEPS; k++) {
        nsl_point point = at_time(60, 30, 0.05, 0.0);
        point.ridge = 0.1;
        point.training = (nsl_training){.kind = NSL_DESCENT, .steps = k, .rate = 0.5};
        loss[k] = predict(model, point).test_loss;
        best = loss[k] < loss[best] ? k : best;
    }
    cr_expect(json_value(root, 1, "steps") == 10.0);
    check_printed(json_value(root, 1, "test_loss"), loss[10],
                  json_value(root, 1, "error"), "10 steps");
    cr_assert(best < STEPS - 1);
    cr_expect(said(root, "best_steps") == best, "%g, not %d", said(root, "best_steps"),
              best);
    double half = 0.5 * (loss[best] + said(root, "plateau"));
    double peak = said(root, "peak_steps");
    cr_assert(peak > 0.0 && peak < STEPS);
    cr_expect(peak == floor(peak) && loss[(int)peak] >= half &&
              loss[(int)peak - 1] < half);
    json_object_put(root);
    nsl_model_free(model);
    nsl_spectrum_free(spectrum);
}

/* At the frontier's time no size near by does better for the same cost N·time. */
Test(cli_train, frontier_is_the_best_split, .timeout = 60)
{
    nsl_spectrum *spectrum;
    nsl_model *model = make_model(&spectrum);
    struct json_object *root = json_run("nslaw train " MODEL " -N 10:90:3 -P inf "
                                        "--time 1:1e6:4 -f json");
    struct json_object *sizes = summary_of(root, "sizes");
    cr_assert(json_object_array_length(sizes) == 3);
    for (size_t j = 0; j < 3; j++) {
        struct json_object *size = json_object_array_get_idx(sizes, j);
        double features = json_object_get_double(json_member(size, "features"));
        double time = json_object_get_double(json_member(size, "frontier_time"));
        double loss = json_object_get_double(json_member(size, "frontier_loss"));
        cr_expect(time > 0.0);
        for (int k = -20; k <= 20; k++) {
            double share = exp(0.02 * k);
            double other = predict(model, at_time(features * share, (double)INFINITY,
                                                  0.0, time / share))
                               .test_loss;
            cr_expect(other >= loss * (1.0 - 1e-8), "N = %g: %.15g below %.15g",
                      features * share, other, loss);
        }
    }
    json_object_put(root);
    nsl_model_free(model);
    nsl_spectrum_free(spectrum);
}

/* Rows of one document are, key by key, those of another that has them all. */
static void check_same(struct json_object *few, size_t i, struct json_object *many,
                       size_t j, const char *what)
{
    json_object_object_foreach(json_row(few, i), key, value)
    {
        if (strcmp(key, "note") == 0)
            continue;
        struct json_object *other = json_member(json_row(many, j), key);
        cr_expect_str_eq(value ? json_object_get_string(value) : "null",
                         other ? json_object_get_string(other) : "null", "%s: %s", what,
                         key);
    }
}

/* Training to the end by any name gives the same bytes. */
Test(cli_train, inf_is_trained, .timeout = 60)
{
    static const char *const lengths[] = {"--time inf",
                                          "--steps inf --learning-rate 0.1"};
    static const char *const models[] = {
        "-N 60 -P 40 -M 1000 --alpha 0.7 --kernel-ridge 1e-3 --noise 0.1",
        "-N 40 -P 40 -M 1000 --alpha 0.7", "-N inf -P 40 --alpha 0.7 --decompose"};
    for (size_t m = 0; m < sizeof models / sizeof *models; m++)
        for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
            char command[256];
            snprintf(command, sizeof command, "nslaw loss %s -f json", models[m]);
            struct json_object *plain = json_run(command);
            snprintf(command, sizeof command, "nslaw loss %s %s -f json", models[m],
                     lengths[i]);
            struct json_object *named = json_run(command);
            check_same(plain, 0, named, 0, command);
            json_check_nulls(named, command);
            json_object_put(plain);
            json_object_put(named);
        }
}

/* A sweep is its points one by one, and train's rows are curve's. */
Test(cli_train, sweeps_are_single_points, .timeout = 60)
{
    static const struct {
        const char *sweep, *point;
    } clocks[] = {
        {"--time 1:100:3", "--time 10"},
        {"--steps 1:100:3 --learning-rate 0.3", "--steps 10 --learning-rate 0.3"}};
    static const char model[] = "-N 60 -P 40 " MODEL " --noise 0.1 --kernel-ridge 0.01";
    for (size_t i = 0; i < 2; i++) {
        char command[256];
        snprintf(command, sizeof command, "nslaw loss %s %s -f json", model,
                 clocks[i].point);
        struct json_object *point = json_run(command);
        snprintf(command, sizeof command, "nslaw curve %s %s -f json", model,
                 clocks[i].sweep);
        struct json_object *curve = json_run(command);
        snprintf(command, sizeof command, "nslaw train %s %s -f json", model,
                 clocks[i].sweep);
        struct json_object *train = json_run(command);
        check_same(point, 0, curve, 1, command);
        check_same(point, 0, train, 1, command);
        cr_expect(json_value(curve, 0, "plateau") == said(train, "plateau"));
        json_object_put(point);
        json_object_put(curve);
        json_object_put(train);
    }
}

/* Each run is predicted at its own time. */
Test(cli_train, runs_have_times, .timeout = 60)
{
    static const char runs[] =
        "printf 'N,P,loss,%s\\n60,40,1,%s\\n60,40,1,inf\\n' | nslaw compare - " MODEL
        " --kernel-ridge 0.01 %s -f json";
    static const struct {
        const char *head, *cell, *options, *point;
    } cases[] = {
        {"time", "10", "", "--time 10"},
        {"steps", "10", "--learning-rate 0.3", "--steps 10 --learning-rate 0.3"},
        {"learning_rate", "0.3", "--steps 10 --where learning_rate=0.3",
         "--steps 10 --learning-rate 0.3"},
        {"t", "10", "--map time=t", "--time 10"},
        {"time", "10", "--map time= --time 10", "--time 10"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char command[512];
        snprintf(command, sizeof command, runs, cases[i].head, cases[i].cell,
                 cases[i].options);
        struct json_object *compared = json_run(command);
        snprintf(command, sizeof command,
                 "nslaw loss -N 60 -P 40 " MODEL " --kernel-ridge 0.01 %s -f json",
                 cases[i].point);
        struct json_object *loss = json_run(command);
        check_same(loss, 0, compared, 0, command);
        cr_expect(json_value(compared, 0, "predicted") ==
                  json_value(loss, 0, "test_loss"));
        json_object_put(compared);
        json_object_put(loss);
    }
}

/* What nslaw train compares, and its word for the best of it. */
Test(cli_train, best_of, .timeout = 60)
{
    static const char *const commands[] = {
        "nslaw train " MODEL " -N 60 -P 50 --noise 0.1 --time 1:2:2 -f json",
        "nslaw train " MODEL " -N 60 -P 50 --ridge 10 --time 1:2:2 -f json",
        "nslaw train " MODEL " -N 60 -P inf --time 1:2:2 -f json"};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        struct json_object *root = json_run(commands[i]);
        const char *best = json_object_get_string(summary_of(root, "best_of"));
        double stopping = said(root, "best_loss"), plateau = said(root, "plateau");
        double ridge = said(root, "optimal_ridge_loss");
        double least = fmin(fmin(stopping, plateau), ridge);
        double one = strcmp(best, "stopping") == 0 ? stopping
                     : strcmp(best, "ridge") == 0  ? ridge
                     : strcmp(best, "tie") == 0    ? fmax(ridge, stopping)
                                                   : plateau;
        cr_expect(one <= least * (1.0 + 1e-8), "%s: %s", commands[i], best);
        json_object_put(root);
    }
    struct json_object *root = json_run(commands[2]);
    cr_expect_str_eq(json_object_get_string(summary_of(root, "best_of")), "training");
    cr_expect(summary_of(root, "best_time") == NULL);
    cr_expect(said(root, "best_gain") == 0.0);
    json_object_put(root);
}

/* Without a sweep the rows cover the times in which the loss moves by 0.1%, or up to
 * the next time that the library has looked at. */
static const double MOVED = 2e-3;

Test(cli_train, default_times, .timeout = 60)
{
    struct json_object *root =
        json_run("nslaw train " MODEL " -N 60 -P 50 --noise 0.1 -f json");
    size_t rows = json_object_array_length(json_member(root, "rows"));
    cr_assert(rows == 60);
    cr_expect(testing_distance(json_value(root, 0, "test_loss"),
                               said(root, "initial_loss")) < MOVED);
    cr_expect(testing_distance(json_value(root, rows - 1, "test_loss"),
                               said(root, "plateau")) < MOVED);
    json_object_put(root);
}

/* Noise on test labels is a constant in what each step changes: in doubles as in
 * digits. One step of endless ensembles knows nothing of N. */
Test(cli_train, steps_of_what_is_reported, .timeout = 60)
{
    static const char *const models[] = {
        "-a 0.0384 -M 2 --hidden 2115 -N inf -P 1 --noise 0.000377 --test-noise "
        "--steps 1000 --learning-rate 6.72e-5",
        "-a 1 -N 60 -P 50 --noise 0.3 --test-noise --steps 3 --learning-rate 0.4",
        "-a 1 -N 100 -P 50 --steps 1 --learning-rate 1e-3 --ensemble inf",
    };
    static const double SAME = 1e-9; /* of what is printed to the digits known */
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        struct json_object *doubles, *digits;
        run_both(&doubles, &digits, models[i]);
        double got = json_value(doubles, 0, "elasticity_time"),
               exact = json_value(digits, 0, "elasticity_time");
        cr_expect(fabs(got - exact) < SAME, "%s: %.17g, not %.17g", models[i], got,
                  exact);
        bool endless = strstr(models[i], "ensemble inf") != NULL;
        cr_expect(!endless || json_value(digits, 0, "elasticity_features") == 0.0);
        json_object_put(doubles);
        json_object_put(digits);
    }
}

/* Endless samples have no noise floor at any time, nor at the end. */
Test(cli_train, everything_infinite)
{
    struct json_object *root =
        json_run("nslaw train -a 1 -N inf -P inf --noise 0.1 -f json");
    cr_expect(said(root, "plateau") == 0.0 && said(root, "best_loss") == 0.0);
    json_object_put(root);
}

/* The picture of a ladder: its curves over the cost N·time lie on or above the
 * frontier, between whose points the picture has straight lines. */
Test(cli_train, frontier_is_the_envelope, .timeout = 60)
{
    enum { SIZES = 5, POINTS = 400 };
    /* how far a chord of the frontier is above it */
    static const double CHORD = 2e-3;
    static double x[POINTS], y[POINTS];
    char folder[64], line[256];
    shell_new_folder(folder, sizeof folder);
    shell_result r = shell_run(folder, "nslaw train -N 10:1000:5 -P 3000 " MODEL
                                       " --noise 0.01 --time 0.1:1e5:60 --plot x.gp");
    cr_assert(r.code == 0, "%s", r.err);
    shell_clear(&r);
    char path[128];
    snprintf(path, sizeof path, "%s/x.gp", folder);
    size_t count = 0, above = 0, near = 0;
    for (int pass = 0; pass < 2; pass++) {
        FILE *file = fopen(path, "r");
        int block = 0;
        cr_assert(file != NULL);
        while (fgets(line, sizeof line, file)) {
            double cost, loss;
            (void)sscanf(line, "$a%d << EOD", &block);
            if (sscanf(line, "%lf %lf", &cost, &loss) != 2)
                continue;
            if (pass == 0 && block == SIZES + 1 && count < POINTS) {
                x[count] = log(cost);
                y[count++] = log(loss);
            }
            for (size_t i = 0; pass == 1 && block <= SIZES && i + 1 < count; i++) {
                double part = (log(cost) - x[i]) / (x[i + 1] - x[i]);
                if (!(part >= 0.0 && part < 1.0))
                    continue;
                double excess = log(loss) - (y[i] + part * (y[i + 1] - y[i]));
                cr_expect(excess > -CHORD, "%g below at %g", excess, cost);
                above += excess > CHORD;
                near += excess <= CHORD;
            }
        }
        fclose(file);
    }
    cr_expect(count >= 20 && above > 50 && near >= SIZES, "%zu %zu %zu", count, above,
              near);
    shell_remove_folder(folder);
}
