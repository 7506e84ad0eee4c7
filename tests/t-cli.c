/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program from outside: error cases, formats, files. */
#include "json_rows.h"
#include "shell.h"
#include "testing.h"

#include <criterion/criterion.h>
#include <math.h>
#include <mpfr.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Reads the next line that says something, without its end; 0 at the end. */
static int next_line(FILE *file, char *line, size_t size, int skip)
{
    while (fgets(line, (int)size, file)) {
        line[strcspn(line, "\n")] = '\0';
        if (!skip || (*line && *line != '#'))
            return 1;
    }
    return 0;
}

static void check_case(const char *command, int code, const char *message)
{
    char folder[64], expected[1100];
    shell_new_folder(folder, sizeof folder);
    shell_result r = shell_run(folder, command);
    snprintf(expected, sizeof expected, "%s\n", message);
    cr_expect(r.code == code, "%s: exit code %d, expected %d (%s)", command, r.code,
              code, r.err);
    cr_expect_str_eq(r.err, expected, "%s:\ngot      %sexpected %s", command, r.err,
                     expected);
    cr_expect_str_eq(r.out, "", "%s: has output", command);
    shell_clear(&r);
    r = shell_run(folder, "ls -A | grep -v -e '^[sr][.]csv$' -e '^s[.]npy$'");
    cr_expect_str_eq(r.out, "", "%s: leaves files: %s", command, r.out);
    shell_clear(&r);
    shell_remove_folder(folder);
}

Test(cli, error_cases, .timeout = 120)
{
    char command[1024], code[64], message[1024];
    FILE *file = fopen(testing_path("tests/cases.txt"), "r");
    int cases = 0;
    cr_assert(file);
    while (next_line(file, command, sizeof command, 1)) {
        cr_assert(next_line(file, code, sizeof code, 0) &&
                  next_line(file, message, sizeof message, 0));
        check_case(command, atoi(code), message);
        cases++;
    }
    fclose(file);
    cr_assert(cases > 50);
}

Test(cli, json_has_the_promised_keys)
{
    static const char *const keys[] = {"features",
                                       "samples",
                                       "latents",
                                       "ridge",
                                       "delta",
                                       "dof",
                                       "test_loss",
                                       "signal_loss",
                                       "noise_loss",
                                       "train_loss",
                                       "error",
                                       "elasticity_features",
                                       "elasticity_samples",
                                       "note"};
    struct json_object *root =
        json_run("nslaw loss -N 100 -P 300 -M 1000 --alpha 0.5 --noise 0.1 -f json");
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        json_member(json_row(root, 0), keys[i]);
    cr_assert_str_eq(json_object_get_string(json_member(root, "nslaw")),
                     nslaw_version());
    cr_assert_str_eq(json_object_get_string(json_member(root, "command")), "loss");
    json_member(root, "model");
    json_member(root, "summary");
    testing_model m = testing_powerlaw(0.5, 1000, NULL);
    nsl_prediction p = testing_predict(m.model, 100, 300, 0.0, 0.1);
    cr_expect(json_value(root, 0, "test_loss") == p.test_loss,
              "17 digits read back the same");
    cr_expect(json_value(root, 0, "delta") == p.delta);
    testing_free(&m);
    json_object_put(root);
}

/* Every null has its reason, and a row with one still exits 0. */
Test(cli, nulls_have_notes)
{
    const char *commands[] = {
        "nslaw loss -N 100 -P 100 --alpha 0.5 -f json",
        "nslaw loss -N inf -P 100 --alpha 0.5 -f json",
        "nslaw loss -N 100 -P inf --alpha 0.5 -f json",
        "nslaw loss -N inf -P inf --alpha 0.5 -f json",
        "nslaw loss -N 200 -P 300 -M 100 --alpha 0.5 -f json",
        "nslaw curve -N 200 -P 300 --noise 0.1:1:3 -M 1000 --alpha 0.5 -f json",
        "nslaw compare data/mnist/relu_runs.csv --map loss=train_mse --spectrum "
        "data/mnist/relu_spectrum.csv -f json"};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        struct json_object *root = json_run(commands[i]);
        json_check_nulls(root, commands[i]);
        json_object_put(root);
    }
}

Test(cli, units_of_the_losses)
{
    struct json_object *mrs = json_run("nslaw loss -N 100 -P 300 -M 500 -C 4 --alpha "
                                       "0.5 --noise 0.1 --ridge 0.01 -f json");
    struct json_object *mse =
        json_run("nslaw loss -N 100 -P 300 -M 500 -C 4 --alpha 0.5 "
                 "--noise 0.1 --ridge 0.01 --mse -f json");
    struct json_object *noisy =
        json_run("nslaw loss -N 100 -P 300 -M 500 -C 4 --alpha 0.5 --noise 0.1 "
                 "--ridge 0.01 --test-noise -f json");
    const char *losses[] = {"test_loss", "signal_loss", "noise_loss", "train_loss"};
    for (int i = 0; i < 4; i++)
        cr_expect(testing_distance(json_value(mse, 0, losses[i]),
                                   json_value(mrs, 0, losses[i]) * 2.0 / 4.0) < 1e-15);
    double shift = json_value(noisy, 0, "test_loss") - json_value(mrs, 0, "test_loss");
    cr_expect(fabs(shift - 0.5 * 4 * 0.1) < 1e-15);
    cr_expect(json_value(noisy, 0, "noise_loss") == json_value(mrs, 0, "noise_loss"));
    double share = json_value(mrs, 0, "test_loss") / json_value(noisy, 0, "test_loss");
    cr_expect(testing_distance(json_value(noisy, 0, "elasticity_samples"),
                               share * json_value(mrs, 0, "elasticity_samples")) <
              1e-14);
    json_object_put(mrs);
    json_object_put(mse);
    json_object_put(noisy);
}

Test(cli, curve_has_plateaus_and_clean_grid)
{
    struct json_object *c = json_run("nslaw curve -N 10:10000:4 -P 500 --alpha 0.5 "
                                     "--kernel-ridge 0.1 -f json");
    struct json_object *limit =
        json_run("nslaw loss -N inf -P 500 --alpha 0.5 --kernel-ridge 0.1 -f json");
    const double grid[] = {10, 100, 1000, 10000};
    for (size_t i = 0; i < 4; i++) {
        cr_expect(json_value(c, i, "features") == grid[i], "%.17g",
                  json_value(c, i, "features"));
        cr_expect(json_value(c, i, "plateau") == json_value(limit, 0, "test_loss"));
    }
    cr_expect(json_value(c, 3, "test_loss") > json_value(c, 3, "plateau"));
    json_object_put(c);
    json_object_put(limit);
    c = json_run(
        "nslaw curve -N 10:1000:3 --samples-per-feature 3 --alpha 0.5 --noise 0.1 "
        "-M 100 -f json");
    cr_expect(json_value(c, 1, "samples") == 300.0 &&
              json_value(c, 1, "plateau") == 0.0);
    json_object_put(c);
    c = json_run("nslaw curve -M 10:1000:3 -N 20 -P 50 --alpha 0.5 -f json");
    cr_expect(json_value(c, 1, "latents") == 100.0 &&
              isnan(json_value(c, 1, "plateau")));
    json_object_put(c);
}

/* Every option that changes the model does what the library's parameter does. */
Test(cli, options_reach_the_library)
{
    double hidden[] = {50.0, 80.0};
    nsl_model_options o = nsl_model_defaults();
    o.sigma_u2 = 1.7;
    o.sigma_w2 = 2.3;
    o.outputs = 3.0;
    o.hidden = hidden;
    o.hidden_count = 2;
    nsl_spectrum *spectrum;
    cr_assert(nsl_spectrum_new_powerlaw(&spectrum, 0.7, 1.9, 400, NULL) == NSL_OK);
    testing_model m = testing_on(spectrum, &o);
    nsl_prediction p = testing_predict(m.model, 60.0, 90.0, 0.03, 0.2);
    struct json_object *root = json_run("nslaw loss --features 60 --samples 90 "
                                        "--latents 400 --alpha 0.7 --lambda-max 1.9 "
                                        "--sigma-u2 1.7 --sigma-w2 2.3 --outputs 3 "
                                        "--hidden 50,80 --ridge 0.03 --noise 0.2 "
                                        "--format json");
    cr_expect(json_value(root, 0, "test_loss") == p.test_loss);
    cr_expect(json_value(root, 0, "elasticity_features") == p.elasticity_features);
    json_object_put(root);
    testing_free(&m);
    o = nsl_model_defaults();
    o.source = 1.4;
    o.label_variance = 2.5;
    o.convention = NSL_RIDGE_KERNEL;
    m = testing_powerlaw(0.7, NSL_LATENTS_INFINITE, &o);
    p = testing_predict(m.model, 60.0, 180.0, 0.04, 0.2);
    root = json_run(
        "nslaw loss --features 60 --samples-per-feature 3 --alpha 0.7 --source "
        "1.4 --label-variance 2.5 --kernel-ridge 0.04 --noise 0.2 --mse "
        "--test-noise --format json");
    cr_expect(testing_distance(json_value(root, 0, "test_loss"),
                               2.0 * p.test_loss + 0.2) < 1e-15);
    json_object_put(root);
    testing_free(&m);
}

/* Sweeps move the swept option, and plateaus are the limits they are said to be. */
Test(cli, sweeps_and_plateaus)
{
    testing_model m = testing_powerlaw(0.5, 1000, NULL);
    double inf = (double)INFINITY;
    struct json_object *root =
        json_run("nslaw curve --features 50 --samples 70 --latents "
                 "1000 --alpha 0.5 --ridge 0.01:1:3 -f json");
    for (size_t i = 0; i < 3; i++)
        cr_expect(json_value(root, i, "test_loss") ==
                  testing_predict(m.model, 50, 70, json_value(root, i, "ridge"), 0.0)
                      .test_loss);
    cr_expect(json_value(root, 1, "ridge") == 0.1);
    json_object_put(root);
    root = json_run(
        "nslaw curve --features 50 --samples 20:200:2 --latents 1000 --alpha 0.5 "
        "--ridge 0.01 -f json");
    cr_expect(json_value(root, 0, "plateau") ==
              testing_predict(m.model, 50, inf, 0.01, 0.0).test_loss);
    json_object_put(root);
    root = json_run(
        "nslaw curve --samples 50 --features 20:200:2 --latents 1000 --alpha 0.5 "
        "--ridge 0.01 -f json");
    cr_expect(json_value(root, 0, "plateau") ==
              testing_predict(m.model, inf, 50, 0.0, 0.0).test_loss);
    json_object_put(root);
    testing_free(&m);
}

/* Columns of the runs reach the theory; z_score = (measured − predicted)/sem. */
Test(cli, compare_uses_the_columns)
{
    testing_model m = testing_powerlaw(0.5, 1000, NULL);
    struct json_object *root =
        json_run("printf 'N,P,loss,sem,ridge,noise\\n50,70,0.01,0.002,0.3,0.4\\n"
                 "60,80,0.02,,0.1,0\\n' | nslaw compare - --alpha 0.5 --latents 1000 "
                 "-f json");
    double first = testing_predict(m.model, 50, 70, 0.3, 0.4).test_loss;
    double second = testing_predict(m.model, 60, 80, 0.1, 0.0).test_loss;
    cr_expect(json_value(root, 0, "predicted") == first &&
              json_value(root, 1, "predicted") == second);
    cr_expect(testing_distance(json_value(root, 0, "z_score"), (0.01 - first) / 0.002) <
              1e-14);
    cr_expect(testing_distance(json_value(root, 0, "ratio"), first / 0.01) < 1e-14);
    cr_expect(isnan(json_value(root, 1, "z_score")) &&
              strstr(json_note(root, 1), "no sem"));
    json_object_put(root);
    testing_free(&m);
}

/* What double cannot hold is null with a note, in strict JSON. */
Test(cli, out_of_range_is_null)
{
    const char *commands[] = {
        "nslaw loss -N 10 -P 11 --alpha 0.3 --noise 1e308 --outputs 100 -f json",
        "nslaw loss -N 1 -P 0.01 --alpha 1 --kernel-ridge 1e308 -f json",
        "nslaw loss -N 200 -P 100 -M 1000 --alpha 0.5 --ridge 1e-200 -f json",
        "nslaw loss -N 1e200 -P 2e200 --alpha 1 -f json",
        "printf 'N,P,loss,sem\\n10,20,1e3,1e-307\\n' | nslaw compare - --alpha 1 -f "
        "json"};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        struct json_object *root = json_run(commands[i]);
        cr_expect(strstr(json_note(root, 0), "the range of double"), "%s: '%s'",
                  commands[i], json_note(root, 0));
        json_object_put(root);
    }
}

/* Where double cannot keep the promise, digits of the decimals as given come from the
 * high-precision route, and compare, which has doubles only, says so. */
Test(cli, promise_is_kept_or_marked)
{
    struct json_object *one = json_run(
        "nslaw loss -N 1000.001 -P 1000 --alpha 1 --kernel-ridge 1e-14 -f json");
    struct json_object *many = json_run("nslaw loss -N 1000.001 -P 1000 --alpha 1 "
                                        "--kernel-ridge 1e-14 --digits 40 -f json");
    const char *keys[] = {"delta", "test_loss", "train_loss", "elasticity_features"};
    for (int i = 0; i < 4; i++)
        cr_expect(testing_distance(json_value(one, 0, keys[i]),
                                   json_value(many, 0, keys[i])) < 1e-15,
                  "%s", keys[i]);
    cr_expect(json_value(one, 0, "error") < 1e-15);
    json_object_put(one);
    json_object_put(many);
    struct json_object *runs =
        json_run("printf 'N,P,loss\\n1000.001,1000,1\\n' | nslaw compare - --alpha 1 "
                 "--kernel-ridge 1e-14 -f json");
    cr_expect(json_value(runs, 0, "error") > 1e-12 &&
                  strstr(json_note(runs, 0), "not known to 1e-12"),
              "error %g", json_value(runs, 0, "error"));
    json_object_put(runs);
}

/* Without --digits the decimals as given count too: each value within the promise of
 * the one of many digits. */
Test(cli, near_ties_are_not_ties)
{
    const char *points[] = {
        "--alpha 1 -M 1000 -N 999.9999999 -P 2000 --noise 1",
        "--alpha 0.1 -N 12345 -P 12345.00000000001 --kernel-ridge 5.35e-19",
        "--alpha 1 -N 1000.00000000000000001 -P 1000 --noise 1",
        "--alpha 1.5 -M 17 -N 16.999999999999999999999999999999 "
        "-P 16.999999999999999999899999999999 --hidden 2979",
        "--alpha 20 -M 1e18 -N 999999999999999999.5 -P 2e18"};
    const char *keys[] = {"delta",      "test_loss",           "signal_loss",
                          "train_loss", "elasticity_features", "elasticity_samples"};
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        char one[256], many[256];
        snprintf(one, sizeof one, "nslaw loss %s -f json", points[i]);
        snprintf(many, sizeof many, "nslaw loss %s -f json --digits 25", points[i]);
        struct json_object *a = json_run(one), *b = json_run(many);
        for (int k = 0; k < 6; k++) {
            double got = json_value(a, 0, keys[k]),
                   expected = json_value(b, 0, keys[k]);
            bool beyond = isnan(got) && strstr(json_note(a, 0), "range of double");
            cr_expect(beyond || testing_distance(got, expected) <= NSL_PROMISE,
                      "%s: %s is %.17g, not %.17g", points[i], keys[k], got, expected);
        }
        json_object_put(a);
        json_object_put(b);
    }
}

/* Steep sums and far indices: digits where there once were none, in no time. */
Test(cli, steep_sums_have_digits, .timeout = 20)
{
    const char *commands[] = {
        "nslaw loss -N 10 -P 20 --alpha 1 --source 200 --digits 20 -f json",
        "nslaw loss -N 10 -P 20 --alpha 1 --source 1e7 --digits 20 -f json",
        "nslaw loss -N 10.5 -P 20 --alpha 200 --digits 20 -f json",
        "printf 'eigenvalue,multiplicity\\n3,3000000000\\n2,3000000000\\n1,5\\n' | "
        "nslaw "
        "loss -N 2 -P 3 --spectrum - --source 1.5 --digits 20 -f json"};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        struct json_object *root = json_run(commands[i]);
        cr_expect(json_value(root, 0, "test_loss") > 0.0, "%s", commands[i]);
        json_object_put(root);
    }
    /* a value that all but cancels is no zero: duality gives e_P = e_N here */
    struct json_object *far = json_run(
        "nslaw loss -N 10 -P 20 -M 1e6 --alpha 1 --ridge 1e45 --digits 20 -f json");
    cr_expect(testing_distance(json_value(far, 0, "elasticity_samples"),
                               json_value(far, 0, "elasticity_features")) < 1e-15);
    json_object_put(far);
}

/* All digits arrive in CSV and JSON, zeros and given numbers as they are. */
Test(cli, digits_in_files)
{
    shell_result r = shell_run(
        "/", "nslaw loss -N 1000 -P 4000 --alpha .3 --digits 25 -f csv | tail -n 1");
    cr_expect_str_eq(
        r.out,
        "1000,4000,,0,0,0.0006757938642678770632159642,1000.000000000000000000000,"
        "0.1145816536724569760037864,0.1145816536724569760037864,0,"
        "0.06445218019075704900212983,-0.03398292073977300516021306,"
        "0.3333333333333333333333333,0,1e-24,latents = inf\n",
        "%s", r.out);
    shell_clear(&r);
    r = shell_run("/",
                  "nslaw loss -N 30 -P 70 --alpha 1 --noise .50 --kernel-ridge 1E-3 "
                  "--digits 40 -f json | grep -e '\"noise\"' -e kernel_ridge -e dof");
    cr_expect(strstr(r.out, "\"noise\": 0.50,") && strstr(r.out, "1E-3"), "%s", r.out);
    shell_clear(&r);
}

/* Each number of digits prints the long value rounded: off by half a unit of the last
 * digit, and a little for the rounding of the long one. */
Test(cli, digits_are_rounded_well)
{
    static const char *const keys[] = {"delta", "test_loss", "elasticity_features"};
    const char *command = "nslaw loss -N 37 -P 91 --alpha 0.7 --kernel-ridge 0.01 "
                          "--noise 0.3 -f json --digits";
    char line[256];
    mpfr_t full, part, unit;
    mpfr_inits2(400, full, part, unit, (mpfr_ptr)NULL);
    snprintf(line, sizeof line, "%s 60", command);
    struct json_object *most = json_run(line);
    for (int digits = 16; digits <= 40; digits++) {
        snprintf(line, sizeof line, "%s %d", command, digits);
        struct json_object *root = json_run(line);
        for (int i = 0; i < 3; i++) {
            const char *text =
                json_object_get_string(json_member(json_row(root, 0), keys[i]));
            mpfr_set_str(
                full, json_object_get_string(json_member(json_row(most, 0), keys[i])),
                10, MPFR_RNDN);
            mpfr_set_str(part, text, 10, MPFR_RNDN);
            mpfr_abs(unit, full, MPFR_RNDN); /* 10^(exponent + 1 − digits) */
            mpfr_log10(unit, unit, MPFR_RNDN);
            long exponent = (long)floor(mpfr_get_d(unit, MPFR_RNDN));
            mpfr_set_si(unit, exponent + 1 - digits, MPFR_RNDN);
            mpfr_exp10(unit, unit, MPFR_RNDN);
            mpfr_sub(part, part, full, MPFR_RNDN);
            mpfr_div(part, part, unit, MPFR_RNDN);
            cr_expect(fabs(mpfr_get_d(part, MPFR_RNDN)) <= 0.5001,
                      "%d digits of %s: %s", digits, keys[i], text);
        }
        json_object_put(root);
    }
    json_object_put(most);
    mpfr_clears(full, part, unit, (mpfr_ptr)NULL);
    mpfr_free_cache();
}

/* The same command prints the same bytes, and so does the record of its options. */
Test(cli, same_command_same_bytes)
{
    const char *command =
        "nslaw curve -N 10:5000:9 -P 500 --alpha 0.3 --noise 0.1 -f csv";
    shell_result a = shell_run("/", command), b = shell_run("/", command);
    cr_expect(a.code == 0);
    cr_expect_str_eq(a.out, b.out);
    /* and the record of the options runs the same again */
    char *record = strstr(a.out, "# nslaw curve"), again[1024];
    cr_assert(record);
    snprintf(again, sizeof again, "%.*s -f csv", (int)strcspn(record + 2, "\n"),
             record + 2);
    shell_result c = shell_run("/", again);
    cr_expect_str_eq(c.out, a.out);
    shell_clear(&a);
    shell_clear(&b);
    shell_clear(&c);
}

Test(cli, output_files_appear_whole)
{
    char folder[64];
    shell_new_folder(folder, sizeof folder);
    shell_result r = shell_run(
        folder, "echo old >o.csv; chmod 640 o.csv; ln -s o.csv l.csv;"
                "nslaw loss -N 10 -P 20 --alpha 1 -o l.csv && head -n 1 o.csv &&"
                "stat -c %a o.csv && test -L l.csv && nslaw loss -N 10 -P 20 --alpha 1 "
                "-o o.json && head -n 1 o.json && ls");
    char expected[256];
    snprintf(expected, sizeof expected, "# nslaw %s\n640\n{\nl.csv\no.csv\no.json\n",
             nslaw_version());
    cr_expect_str_eq(r.out, expected, "%s%s", r.out, r.err);
    shell_clear(&r);
    /* a failed run keeps the old file and leaves nothing beside it */
    r = shell_run(folder, "echo old >o.csv; nslaw loss -N 10 -P -1 --alpha 1 -o o.csv;"
                          "cat o.csv; ls");
    cr_expect_str_eq(r.out, "old\nl.csv\no.csv\no.json\n");
    shell_clear(&r);
    r = shell_run(folder, "ulimit -f 1; trap '' XFSZ; nslaw curve -N 10:1e5:900 -P 20 "
                          "--alpha 1 -o big.csv; ls");
    cr_expect_str_eq(r.out, "l.csv\no.csv\no.json\n", "%s", r.out);
    cr_expect(strstr(r.err, "cannot write big.csv"), "%s", r.err);
    shell_clear(&r);
    shell_remove_folder(folder);
}

Test(cli, help_and_version)
{
    shell_result r = shell_run("/", "nslaw --help; nslaw loss -h; nslaw curve --help;"
                                    "nslaw compare --usage; nslaw --version");
    cr_expect(r.code == 0 && strstr(r.out, "--samples-per-feature=R") &&
              strstr(r.out, "Exit codes"));
    cr_expect_str_eq(r.err, "");
    shell_clear(&r);
}

/* A table spectrum and the runs through standard input. */
Test(cli, reads_standard_input)
{
    shell_result r = shell_run(
        "/",
        "printf '\\357\\273\\277# note\\r\\n\\r\\nextra,lambda,weight_sq\\r\\n"
        "\"a, b\",1,2\\r\\n ,0.5,1\\r\\n' | "
        "nslaw loss -N 1 -P 1.5 --spectrum - -f csv | grep -v '#' | cut -d, -f1-3");
    cr_expect_str_eq(r.out, "features,samples,latents\n1,1.5,2\n", "%s%s", r.out,
                     r.err);
    shell_clear(&r);
    r = shell_run("/",
                  "printf 'N,P,loss\\n10,20,0.5\\n' | nslaw compare - --alpha 1 -f csv "
                  "| grep '# runs'");
    cr_expect_str_eq(r.out, "# runs = 1\n", "%s%s", r.out, r.err);
    shell_clear(&r);
}

/* The man pages name every option. */
Test(cli, man_pages_name_every_option)
{
    const char *const commands[] = {
        "loss",  "curve", "compare", "exponents", "plateau",  "frontier", "solve",
        "phase", "merge", "fit",     "density",   "features", "spectrum", "train"};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        char command[512];
        snprintf(command, sizeof command,
                 "nslaw %s --help | grep -o -e '--[a-z][-a-z0-9]*' | sort -u | "
                 "while read -r o; do sed 's/\\\\-/-/g' man/nslaw-%s.1 | "
                 "grep -q -e \"Fl [-]*${o#--}\\b\" || echo missing $o; done",
                 commands[i], commands[i]);
        shell_result r = shell_run(testing_source(), command);
        cr_expect_str_eq(r.out, "", "nslaw-%s.1: %s", commands[i], r.out);
        shell_clear(&r);
    }
}
