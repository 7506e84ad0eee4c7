/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nslaw features from outside: columns, the pipe into other commands, pictures. */
#include "json_rows.h"
#include "shell.h"
#include "testing.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static double summary(struct json_object *root, const char *key)
{
    struct json_object *value = json_member(json_member(root, "summary"), key);
    return value ? json_object_get_double(value) : (double)NAN;
}

/* The rows and the summary are the library's. */
Test(cli_features, options_reach_the_library)
{
    struct json_object *root =
        json_run("nslaw features --activation gelu --inputs 30 --alpha 0.7 --count "
                 "500 --target linear -f json");
    nsl_activation a;
    nsl_spectrum *s;
    nsl_features f;
    cr_assert(nsl_activation_parse(&a, "gelu", NULL) == NSL_OK);
    cr_assert(nsl_spectrum_new_powerlaw(&s, 0.7, 1.0, 30, NULL) == NSL_OK);
    cr_assert(nsl_features_find(&f, &a, s, 500, NSL_FEATURES_LINEAR, NULL) == NSL_OK);
    for (size_t i = 0; i < f.count; i++) {
        cr_expect(json_value(root, i, "eigenvalue") == f.row[i].eigenvalue);
        cr_expect(json_value(root, i, "degree") == (double)f.row[i].degree);
        cr_expect(json_value(root, i, "multiplicity") == (double)f.row[i].multiplicity);
        cr_expect(json_value(root, i, "target") == f.row[i].target);
    }
    cr_expect(json_object_array_length(json_member(root, "rows")) == f.count);
    cr_expect(summary(root, "inputs") == 30.0 && summary(root, "eigenvalues") == 500.0);
    cr_expect(summary(root, "degree_max") == (double)f.degree_max);
    double known = 10 * f.weight_error; /* to the digits that are known */
    cr_expect(fabs(summary(root, "weight_left") - f.weight_left) <= known);
    cr_expect(fabs(summary(root, "weight_above") - f.weight_above) <= known);
    cr_expect(summary(root, "weight_left") > 0.0 &&
              summary(root, "weight_above") > 0.0);
    cr_expect(summary(root, "target_left") == f.target_left);
    cr_expect(testing_distance(summary(root, "exponent_inputs"), f.below.exponent) <
              1e-11);
    cr_expect(testing_distance(summary(root, "alpha_beyond"), f.above.exponent - 1.0) <
              1e-11);
    nsl_features_clear(&f);
    nsl_spectrum_free(s);
    json_object_put(root);
}

/* What other commands read through a pipe is the spectrum found, its target too. */
Test(cli_features, other_commands_read_the_output)
{
    nsl_activation a;
    nsl_spectrum *s;
    nsl_features f;
    cr_assert(nsl_activation_parse(&a, "tanh", NULL) == NSL_OK);
    cr_assert(nsl_spectrum_new_powerlaw(&s, 0.5, 1.0, 100, NULL) == NSL_OK);
    cr_assert(nsl_features_find(&f, &a, s, 5000, NSL_FEATURES_LINEAR, NULL) == NSL_OK);
    double *column = calloc(3 * f.count, sizeof *column);
    cr_assert(column);
    double *lambda = column, *target = column + f.count, *copies = target + f.count;
    for (size_t i = 0; i < f.count; i++) {
        lambda[i] = f.row[i].eigenvalue;
        target[i] = f.row[i].target;
        copies[i] = (double)f.row[i].multiplicity;
    }
    nsl_spectrum *table;
    cr_assert(nsl_spectrum_new_table(&table, f.count, lambda, target, copies, NULL) ==
              NSL_OK);
    testing_model m = testing_on(table, NULL);
    struct json_object *root = json_run(
        "nslaw features --activation tanh --inputs 100 --alpha 0.5 --count 5000 "
        "--target linear | nslaw curve --spectrum - -N 10:1000:3 -P 300 -f json");
    for (size_t i = 0; i < 3; i++)
        cr_expect(json_value(root, i, "test_loss") ==
                  testing_predict(m.model, pow(10.0, (double)i + 1.0), 300, 0.0, 0.0)
                      .test_loss);
    json_object_put(root);
    root = json_run(
        "nslaw features --activation tanh --inputs 100 --alpha 0.5 --count 5000 | "
        "nslaw loss --spectrum - -N 100 -P 300 -f json");
    cr_expect(json_value(root, 0, "latents") == 5000.0 &&
              json_value(root, 0, "test_loss") > 0.0);
    json_object_put(root);
    free(column);
    testing_free(&m);
    nsl_features_clear(&f);
    nsl_spectrum_free(s);
}

/* CSV by default, also into a file of any name; the ending and --format decide else. */
Test(cli_features, is_csv_unless_told)
{
    char folder[64];
    shell_new_folder(folder, sizeof folder);
    shell_result r = shell_run(
        folder, "run='nslaw features --activation identity --inputs 2 --alpha 1 "
                "--count 3'; $run | sed '1d;/^# \\(exp\\|alp\\|wei\\|not\\)/d'; "
                "$run -o out; $run -o out.json; $run | cmp - out; head -c 1 out.json; "
                "$run -f table | head -n 1");
    cr_expect_str_eq(r.out,
                     "# nslaw features --alpha 1 --activation identity --inputs 2 "
                     "--count 3\neigenvalue,degree,multiplicity\n"
                     "0.80000000000000004,1,1\n0.20000000000000001,1,1\n# inputs = 2\n"
                     "# eigenvalues = 2\n# degree_max = 1\n"
                     "{identity features of 2 inputs, power law, alpha = 1\n",
                     "%s%s", r.out, r.err);
    shell_clear(&r);
    shell_remove_folder(folder);
}

/* Whatever is null or less than asked for has its reason. */
Test(cli_features, notes_say_why)
{
    struct json_object *root = json_run(
        "nslaw features --activation sin --inputs 1 --alpha 1 --count 1000 -f json");
    const char *note =
        json_object_get_string(json_member(json_member(root, "summary"), "note"));
    cr_expect(strstr(note, "only 85 eigenvalues") && strstr(note, "exponent_inputs"));
    cr_expect(isnan(summary(root, "exponent_inputs")));
    json_object_put(root);
    root = json_run("nslaw features --activation relu --inputs inf --alpha 1 --count "
                    "1000 -f json");
    note = json_object_get_string(json_member(json_member(root, "summary"), "note"));
    cr_expect(strstr(note, "no exponent_beyond") && !strstr(note, "only"), "%s", note);
    cr_expect_str_eq(
        json_object_get_string(json_member(json_member(root, "summary"), "inputs")),
        "inf");
    json_object_put(root);
}

/* The file's weights, and what of them is not carried. */
Test(cli_features, targets_of_a_file)
{
    shell_result r = shell_run(
        "/",
        "printf 'lambda,target\\n2,0.5\\n2,0.25\\n1,1\\n0,3\\n' | nslaw features "
        "--activation erf --spectrum - --count 2 --target file | "
        "grep -v '^#' | cut -d, -f2-; "
        "printf 'lambda,target\\n2,0.5\\n2,0.25\\n1,1\\n0,3\\n' | nslaw features "
        "--activation erf --spectrum - --count 2 --target file | grep target_left");
    cr_expect_str_eq(r.out,
                     "degree,multiplicity,target\n1,1,0.5\n1,1,0.25\n"
                     "# target_left = 4\n",
                     "%s%s", r.out, r.err);
    shell_clear(&r);
}

/* The picture has the inputs, each degree, the fit and the end of the inputs. */
Test(cli_features, picture)
{
    char folder[64];
    shell_new_folder(folder, sizeof folder);
    shell_result r = shell_run(
        folder, "nslaw features --activation relu --inputs 50 --alpha 0.5 --count 5000 "
                "--plot p.gp -o f.csv && cat p.gp");
    static const char *const parts[] = {"inputs, c", "degree 0", "degree 1",
                                        "degree 2",  "degree 4", "degree ≥ 6",
                                        "50 inputs", "rank",     "logscale x"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        cr_expect(strstr(r.out, parts[i]), "no '%s':\n%s", parts[i], r.out);
    /* the line of the inputs ends at the last, c_1² ρ_50 */
    nsl_spectrum *s;
    nsl_activation a;
    nsl_features f;
    char end[64];
    cr_assert(nsl_activation_parse(&a, "identity", NULL) == NSL_OK);
    cr_assert(nsl_spectrum_new_powerlaw(&s, 0.5, 1.0, 50, NULL) == NSL_OK);
    cr_assert(nsl_features_find(&f, &a, s, 50, NSL_FEATURES_ISOTROPIC, NULL) == NSL_OK);
    snprintf(end, sizeof end, "\n50 %.10g\nEOD", 0.25 * f.row[49].eigenvalue);
    cr_expect(strstr(r.out, end), "no '%s'", end);
    nsl_features_clear(&f);
    nsl_spectrum_free(s);
    shell_clear(&r);
    r = shell_run(folder,
                  "printf 'lambda,multiplicity\\n2,3\\n1,70\\n' | nslaw features "
                  "--activation sin --spectrum - --count 900 --plot p.svg "
                  ">f.csv && grep -c '</svg>' p.svg");
    cr_expect_str_eq(r.out, "1\n", "%s%s", r.out, r.err);
    shell_clear(&r);
    shell_remove_folder(folder);
}
