/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nslaw spectrum as a user meets it: planted laws, its options for other commands, rows
 * and pictures. */
#include "json_rows.h"
#include "shell.h"
#include "testing.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Makes a file of a power law by awk: eigenvalues 2.5 I^-1.4, weights I^-1.7. */
#define PLANTED                                                                        \
    "awk 'BEGIN { print \"lambda,weight_sq\"; for (i = 1; i <= 800; i++) "             \
    "printf \"%.17g,%.17g\\n\", 2.5 * i^-1.4, i^-1.7 }'"

static double number(struct json_object *root, const char *key)
{
    return json_object_get_double(json_member(json_member(root, "summary"), key));
}

static const char *text(struct json_object *root, const char *key)
{
    return json_object_get_string(json_member(json_member(root, "summary"), key));
}

Test(cli_spectrum, planted_law)
{
    struct json_object *root = json_run(PLANTED " | nslaw spectrum - -f json");
    cr_expect_str_eq(text(root, "range"), "1:800");
    cr_expect(fabs(number(root, "alpha") - 0.4) < 1e-12);
    cr_expect(fabs(number(root, "lambda_max") - 2.5) < 1e-12);
    cr_expect(fabs(number(root, "source") - 0.7) < 1e-9);
    char model[256];
    double variance = 0.0;
    for (int i = 800; i > 0; i--)
        variance += pow(i, -1.7);
    snprintf(model, sizeof model,
             "--alpha 0.4 --latents 800 --lambda-max 2.5 --source 0.7 "
             "--label-variance %.8g",
             variance);
    cr_expect_str_eq(text(root, "model"), model, "%s", text(root, "model"));
    cr_expect(json_value(root, 1, "rank") == 2.0);
    cr_expect(testing_distance(json_value(root, 1, "eigenvalue"),
                               2.5 * pow(2.0, -1.4)) < 1e-15);
    for (size_t i = 0; i < 800; i++)
        cr_expect(testing_distance(json_value(root, i, "fitted"),
                                   json_value(root, i, "eigenvalue")) < 1e-11);
    json_object_put(root);
}

/* The model line stands for the file: the same loss to its eight digits. */
Test(cli_spectrum, model_line_runs)
{
    static const char run[] = PLANTED
        " >\"$f\"; "
        "model=$(nslaw spectrum \"$f\" -f json | sed -n 's/.*\"model\": "
        "\"\\([^\"]*\\)\".*/\\1/p'); "
        "file=$(nslaw spectrum \"$f\" -f json | sed -n 's/.*\"model_file\": "
        "\"\\([^\"]*\\)\".*/\\1/p'); "
        "for m in \"$model\" \"$file\"; do nslaw loss -N 100 -P 100 "
        "--kernel-ridge 0.1 $m -f csv | grep -v '#' | tail -1 | cut -d, -f9; done; ";
    char command[2048];
    snprintf(command, sizeof command, "f=$(mktemp); %s rm \"$f\"", run);
    shell_result r = shell_run("/", command);
    double one = 0.0, other = 1.0;
    cr_assert(sscanf(r.out, "%lf %lf", &one, &other) == 2, "%s%s", r.out, r.err);
    cr_expect(one > 0.0 && testing_distance(one, other) < 1e-6, "%s", r.out);
    shell_clear(&r);
}

/* What a shell would split or change is quoted. */
Test(cli_spectrum, model_file_is_quoted)
{
    char folder[256];
    shell_new_folder(folder, sizeof folder);
    shell_result r =
        shell_run(folder, PLANTED " >'my spectrum.csv'; nslaw spectrum "
                                  "'my spectrum.csv' | grep -e --spectrum");
    cr_expect(strstr(r.out, "--spectrum 'my spectrum.csv'\n"), "%s%s", r.out, r.err);
    shell_clear(&r);
    shell_remove_folder(folder);
}

/* Copies, zeros and the mean weight of equal eigenvalues. */
Test(cli_spectrum, rows_of_levels)
{
    shell_result r = shell_run(
        "/", "printf 'lambda,target,multiplicity\\n1,4,2\\n8,1,1\\n1,1,1\\n0,5,3\\n"
             "4,2,1\\n2,0,2\\n0.5,1,6\\n' | nslaw spectrum - --range 1:13 -f csv | "
             "grep -v '#' | cut -d, -f1-4");
    cr_expect_str_eq(r.out,
                     "rank,eigenvalue,multiplicity,target\n1,8,1,1\n2,4,1,2\n3,2,2,0\n"
                     "5,1,3,3\n8,0.5,6,1\n14,0,3,5\n",
                     "%s%s", r.out, r.err);
    shell_clear(&r);
}

/* No law is no failure: the rest is said, and why. */
Test(cli_spectrum, no_law_has_a_note)
{
    struct json_object *root =
        json_run("awk 'BEGIN { print \"lambda\"; for (i = 0; i < 40; i++) "
                 "printf \"%.17g\\n\", 2^-i }' | nslaw spectrum - -f json");
    cr_expect(strstr(text(root, "note"), "no law: no ranks LO to HI"), "%s",
              text(root, "note"));
    cr_expect(fabs(number(root, "participation_ratio") - 3.0) < 1e-9);
    cr_expect(isnan(json_value(root, 3, "fitted")));
    struct json_object *summary = json_member(root, "summary"), *none;
    cr_expect(!json_object_object_get_ex(summary, "alpha", &none));
    cr_expect(!json_object_object_get_ex(summary, "model", &none));
    json_object_put(root);
}

/* Weights beyond the law, and an exponent that no endless power law has. */
Test(cli_spectrum, notes)
{
    struct json_object *root =
        json_run("awk 'BEGIN { print \"lambda,target\"; for (i = 1; i <= 100; i++) "
                 "printf \"%.17g,%.17g\\n\", i^-0.5, i }' | nslaw spectrum - -f json");
    cr_expect(fabs(number(root, "alpha") + 0.5) < 1e-12);
    cr_expect_str_eq(text(root, "note"),
                     "no source: the target's weights do not fall as a power of the "
                     "rank, or too few of them are before the middle of the range; no "
                     "model: alpha must be > 0 and at most 1000",
                     "%s", text(root, "note"));
    json_object_put(root);
}

Test(cli_spectrum, samples, .timeout = 60)
{
    struct json_object *root =
        json_run("nslaw spectrum data/mnist/relu_spectrum.csv --samples 5000 -f json");
    double alpha = number(root, "population_alpha"), trusted = number(root, "trusted");
    cr_expect(alpha > 0.0 && number(root, "population_stderr") > 0.0);
    cr_expect(trusted >= 0.0 && trusted < 5000.0);
    cr_expect(!strstr(text(root, "model"), "--latents"));
    for (size_t i = 0; i < 5000; i += 100) {
        double rank = json_value(root, i, "rank");
        cr_expect(testing_distance(json_value(root, i, "population"),
                                   number(root, "population_lambda_max") *
                                       pow(rank, -1.0 - alpha)) < 1e-12);
        cr_expect(json_value(root, i, "predicted") > 0.0);
    }
    json_object_put(root);
}

/* The figure has the fitted ranks apart from the others, the law and its power. */
Test(cli_spectrum, picture, .timeout = 60)
{
    char folder[256];
    shell_new_folder(folder, sizeof folder);
    shell_result r = shell_run(
        folder, "nslaw spectrum \"$DATA/mnist/relu_spectrum.csv\" --range 20:2000 "
                "--samples 5000 --plot x.gp >table; cat x.gp table");
    static const char *const wanted[] = {
        "ranks 20 to 2000", "not fitted",          "of 5000 samples", "trusted to rank",
        "population",       "sums of the weights", "20:2000",         "λ"};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        cr_expect(strstr(r.out, wanted[i]), "%s is missing\n%s", wanted[i], r.err);
    shell_clear(&r);
    r = shell_run(folder, "nslaw spectrum \"$DATA/mnist/relu_spectrum.csv\" --plot "
                          "x.svg >table && grep -c '<svg' x.svg");
    cr_expect_str_eq(r.out, "1\n", "%s", r.err);
    shell_clear(&r);
    shell_remove_folder(folder);
}

/* The same array mapped, from a pipe, and as a standard input that can be mapped. */
Test(cli_spectrum, arrays_from_files_and_pipes)
{
    char folder[64];
    shell_new_folder(folder, sizeof folder);
    shell_result r = shell_run(
        folder,
        "nslaw phase -N 10:1e5:60 -P 10:1e5:2 --alpha 1 --latents 100 --ridge 1e-3 -f "
        "npy -o map; "
        "loss() { nslaw loss -N 7 -P 30 --ridge 1e-3 --spectrum \"$1\" -f csv | "
        "tail -1; }; loss map/x_features.npy; cat map/x_features.npy | loss -; "
        "loss - <map/x_features.npy");
    char *first = strtok(r.out, "\n"), *second = strtok(NULL, "\n"),
         *third = strtok(NULL, "\n");
    cr_assert(first && second && third, "%s", r.err);
    cr_expect(strchr(first, ',') && strcmp(first, second) == 0 &&
                  strcmp(first, third) == 0,
              "%s\n%s\n%s", first, second, third);
    shell_clear(&r);
    shell_remove_folder(folder);
}

/* A mapped file that becomes shorter: a hole of 1.6 GB, cut as soon as it is mapped. */
Test(cli_spectrum, file_cut_short, .timeout = 120)
{
    char folder[64];
    shell_new_folder(folder, sizeof folder);
    shell_result r = shell_run(
        folder,
        "{ printf '\\223NUMPY\\001\\000v\\000'; printf '%-117s\\n' "
        "\"{'descr': '<f8', 'fortran_order': False, 'shape': (200000000,), }\"; "
        "} >hole.npy; truncate -s 1600000128 hole.npy; nslaw spectrum hole.npy & "
        "until grep -qs hole.npy /proc/$!/maps || ! kill -0 $!; do :; done; "
        "truncate -s 4096 hole.npy; wait $!");
    cr_expect(r.code == 3, "code %d", r.code);
    cr_expect(strcmp(r.err, "nslaw: a file became shorter while it was read\n") == 0,
              "%s", r.err);
    cr_expect(r.out[0] == '\0');
    shell_clear(&r);
    shell_remove_folder(folder);
}
