/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fits to runs whose training is stopped. */
#include "shell.h"
#include "testing.h"

#include "empirical/fit.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Planted parameters without noise come back to this (asked for: 1e-6). */
static const double PLANTED = 1e-7;

enum { SIDE = 3, LENGTHS = 2, RUNS = SIDE * SIDE * LENGTHS };

/* --- the library -------------------------------------------------------------------
 */

/* Runs on a lattice of sizes, each trained for two lengths; rate 0: by a flow. */
static void plant(nsl_fit_run *run, const nsl_form *form, const double *parameter,
                  double length, double rate)
{
    for (int i = 0; i < RUNS; i++) {
        double here = i % LENGTHS ? 20.0 * length : length;
        int at = i / LENGTHS;
        run[i] = (nsl_fit_run){.parameters = 100.0 * pow(6.0, at % SIDE),
                               .samples = 150.0 * pow(6.0, at / SIDE),
                               .compute = 1.0 + i,
                               .weight = 1.0,
                               .training = {.kind = rate > 0.0 ? NSL_DESCENT : NSL_FLOW,
                                            .time = rate > 0.0 ? 0.0 : here,
                                            .steps = rate > 0.0 ? here : 0.0,
                                            .rate = rate}};
        nsl_error err = {0};
        cr_assert(nsl_form_loss(&run[i].loss, form, parameter, &run[i], &err) == NSL_OK,
                  "%s %s", err.field, err.message);
    }
}

static nsl_form form_of(const char *name)
{
    nsl_form form;
    cr_assert(nsl_form_parse(&form, name, NULL) == NSL_OK);
    return form;
}

Test(fit_time, planted_parameters_come_back)
{
    static const struct {
        const char *form;
        double length, rate;
        double parameter[NSL_FORM_PARAMETERS_MAX];
    } planted[] = {
        {"theory", 200.0, 0.0, {1.5, 3.0, 0.6, 0.4}},
        {"theory", 50.0, 0.3, {0.1, 3.0, 0.8, 1.5}},
        {"theory+time", 100.0, 0.0, {1.5, 3.0, 0.6, 0.4, 2.5}},
        {"theory+noise", 200.0, 0.0, {0.2, 2.0, 0.6, 0.4, 0.05}},
        {"theory+ridge", 1e4, 0.0, {0.2, 2.0, 0.6, 0.4, 0.3}},
        {"theory+source", 200.0, 0.0, {0.2, 2.0, 0.6, 0.4, 0.9}},
    };
    for (size_t i = 0; i < sizeof planted / sizeof *planted; i++) {
        nsl_fit_run run[RUNS];
        nsl_fit fit;
        nsl_error err = {0};
        nsl_form form = form_of(planted[i].form);
        nsl_fit_options o = nsl_fit_defaults();
        o.objective = NSL_OBJECTIVE_SQUARES;
        plant(run, &form, planted[i].parameter, planted[i].length, planted[i].rate);
        cr_assert(nsl_fit_find(&fit, &form, &o, RUNS, run, &err) == NSL_OK, "%s: %s",
                  planted[i].form, err.message);
        for (size_t j = 0; j < fit.parameters; j++)
            cr_expect(testing_distance(fit.parameter[j].value,
                                       planted[i].parameter[j]) <= PLANTED,
                      "%s: %s = %.12g, planted %.12g", planted[i].form,
                      fit.parameter[j].name, fit.parameter[j].value,
                      planted[i].parameter[j]);
        for (size_t k = 0; k < RUNS; k++)
            cr_expect(testing_distance(fit.predicted[k], run[k].loss) <= PLANTED);
        nsl_fit_clear(&fit);
    }
}

/* E + A ℓ with ℓ = 2L of nsl_predict, at the ends of time too: untrained ℓ = 1, and at
 * t = ∞ the ridgeless loss. */
Test(fit_time, the_form_is_the_prediction)
{
    nsl_form form = form_of("theory+time");
    nsl_model_options o = nsl_model_defaults();
    o.label_variance = 1.0;
    testing_model m = testing_powerlaw(0.6, NSL_LATENTS_INFINITE, &o);
    const double parameter[] = {1.5, 3.0, 0.6, 0.4, 2.5};
    static const double times[] = {0.0, 1.0, 1e3, 1e9, (double)INFINITY};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        double loss;
        nsl_prediction p;
        nsl_fit_run run = {.parameters = 250.0,
                           .samples = 400.0,
                           .compute = 1.0,
                           .weight = 1.0,
                           .training = {.kind = NSL_FLOW, .time = times[i]}};
        nsl_point point = {.features = 100.0,
                           .samples = 400.0,
                           .training = {.kind = NSL_FLOW, .time = 2.5 * times[i]}};
        cr_assert(nsl_form_loss(&loss, &form, parameter, &run, NULL) == NSL_OK);
        cr_assert(nsl_predict(&p, m.model, &point, NULL) == NSL_OK);
        cr_expect(testing_distance(loss, 1.5 + 6.0 * p.test_loss) <= NSL_PROMISE,
                  "time %g: %.17g", times[i], loss);
        if (times[i] == 0.0)
            cr_expect(testing_distance(loss, 4.5) <= NSL_PROMISE);
    }
    testing_free(&m);
}

Test(fit_time, what_cannot_be_is_refused)
{
    static const struct {
        const char *form;
        nsl_training training;
        const char *field;
    } cases[] = {
        {"theory+latents", {NSL_FLOW, .time = 3.0}, "form"},
        {"theory+time", {NSL_DESCENT, .steps = 3.0, .rate = 0.1}, "form"},
        {"theory+time", {NSL_TRAINED}, "form"},
        {"theory", {NSL_FLOW, .time = -1.0}, "time"},
        {"theory", {NSL_FLOW, .time = (double)NAN}, "time"},
        {"theory", {NSL_DESCENT, .steps = 1.5, .rate = 0.1}, "steps"},
        {"theory", {NSL_DESCENT, .steps = 3.0}, "rate"},
        {"theory", {NSL_DESCENT, .steps = 3.0, .rate = 5.0}, "rate"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        nsl_fit_run run[RUNS];
        nsl_fit fit;
        nsl_error err = {0};
        nsl_form form = form_of(cases[i].form);
        nsl_fit_options o = nsl_fit_defaults();
        for (int k = 0; k < RUNS; k++)
            run[k] = (nsl_fit_run){.parameters = 100.0 * (1 + k % 4),
                                   .samples = 100.0 * (1 + k % 5),
                                   .compute = 1.0,
                                   .loss = 1.0 + 1.0 / (1.0 + k),
                                   .weight = 1.0,
                                   .training = cases[i].training};
        cr_assert(nsl_fit_find(&fit, &form, &o, RUNS, run, &err) == NSL_EINVAL, "%zu",
                  i);
        cr_expect_str_eq(err.field, cases[i].field, "%zu: %s", i, err.message);
    }
}

/* --- the program -------------------------------------------------------------------
 */

/* Runs a shell script in a folder that has runs.csv, planted with 2.5 units of time an
 * epoch; it must succeed and say nothing. */
static void must_agree(const char *script)
{
    char folder[64], path[96];
    nsl_fit_run run[RUNS];
    nsl_form form = form_of("theory+time");
    const double parameter[] = {1.5, 3.0, 0.6, 0.4, 2.5};
    plant(run, &form, parameter, 100.0, 0.0);
    shell_new_folder(folder, sizeof folder);
    snprintf(path, sizeof path, "%s/runs.csv", folder);
    FILE *out = fopen(path, "w");
    cr_assert(out != NULL);
    fputs("N,P,epochs,loss\n", out);
    for (int i = 0; i < RUNS; i++)
        fprintf(out, "%.17g,%.17g,%.17g,%.17g\n", run[i].parameters, run[i].samples,
                run[i].training.time, run[i].loss);
    fclose(out);
    shell_result r = shell_run(folder, script);
    cr_expect(r.code == 0 && *r.out == '\0' && *r.err == '\0', "%d: %s%s", r.code,
              r.out, r.err);
    shell_clear(&r);
    shell_remove_folder(folder);
}

/* Of the JSON of one fit: the parameters to 6 digits. */
#define VALUES                                                                         \
    "values() { grep -o '\"[a-zA-Z_]*\": { \"value\": [^,]*' | "                       \
    "awk '{ printf \"%s %.6g\\n\", $1, $4 }'; }\n"

Test(fit_time, one_time_for_all_is_a_column_of_it)
{
    must_agree(
        VALUES
        "nslaw fit runs.csv --form theory --where epochs=100 --time 250 -f json | "
        "values >one\n"
        "awk -F, -v OFS=, 'NR > 1 { print $1, $2, 2.5 * $3, $4 } "
        "NR == 1 { print \"N,P,t,loss\" }' runs.csv | "
        "nslaw fit - --form theory --map time=t --where t=250 -f json | "
        "values >other\n"
        "cmp one other && grep -q '\"k\": 0.4$' one");
}

/* A time in another unit has another scale, and nothing else. */
Test(fit_time, unit_of_time)
{
    must_agree(VALUES
               "nslaw fit runs.csv --form theory+time --map time=epochs -f json | "
               "values >one\n"
               "awk -F, -v OFS=, 'NR > 1 { print $1, $2, 1000 * $3, $4 } "
               "NR == 1 { print \"N,P,tokens,loss\" }' runs.csv | "
               "nslaw fit - --form theory+time --map time=tokens -f json | "
               "values >other\n"
               "grep -q '\"time_scale\": 2.5$' one && "
               "sed 's/2.5$/0.0025/' one | cmp - other");
}

/* Trained to the end is what it is without a time; a column of times that --map does
 * not name changes nothing. */
Test(fit_time, infinite_time)
{
    must_agree("nslaw fit $DATA/fit/runs.csv --form theory --time inf -f csv | "
               "grep -v '^#' >one\n"
               "awk -F, -v OFS=, '{ print $0, NR == 1 ? \"time\" : NR }' "
               "$DATA/fit/runs.csv | nslaw fit - --form theory -f csv | "
               "grep -v '^#' >other\n"
               "cmp one other && test -s one");
}

/* Neither the order of the runs nor threads change a byte of what is found. */
Test(fit_time, order_and_threads)
{
    must_agree("fit='--form theory+time --map time=epochs --bootstrap 50 -f csv'\n"
               "nslaw fit runs.csv $fit -j 1 | grep '^# forms' >one\n"
               "(head -n 1 runs.csv; tail -n +2 runs.csv | tac) | "
               "nslaw fit - $fit -j 2 | grep '^# forms' >other\n"
               "cmp one other && test -s one");
}

/* So many small steps are a flow, nearly. */
Test(fit_time, steps_of_each_run)
{
    must_agree("awk -F, -v OFS=, 'NR > 1 { print $1, $2, 1000 * $3, 0.0025, $4 } "
               "NR == 1 { print \"N,P,n,eta,loss\" }' runs.csv | nslaw fit - "
               "--form theory --map steps=n,learning-rate=eta -f csv -o fit.csv && "

               "grep -q '^features,samples,compute,steps,learning_rate,weight' fit.csv "
               "&& grep -q '^100,150,90000,100000,0.0025,1,' fit.csv && "
               "grep -q '\"k\": *{ *\"value\": 0.[34]' fit.csv");
}

/* Stopped runs make no model of trained ones. */
Test(fit_time, no_model)
{
    must_agree("nslaw fit runs.csv --form theory --where epochs=100 --time 250 "
               "-o m.json || exit 1\n"
               "nslaw loss --model m.json -N 1000 -P 1000 2>said && exit 1\n"
               "grep -q 'm.json: it was fitted to runs of stopped training' said");
}
