/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The best ridge, the parts of the loss, exponents, plateau, frontier and solve from
 * outside: keys, notes, and that commands agree with each other. */
#include "json_rows.h"
#include "shell.h"
#include "testing.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static void check_keys(const char *command, const char *const *keys, size_t count)
{
    struct json_object *root = json_run(command);
    for (size_t i = 0; i < count; i++)
        json_member(json_row(root, 0), keys[i]);
    json_check_nulls(root, command);
    json_object_put(root);
}

#define CHECK_KEYS(command, keys) check_keys(command, keys, sizeof keys / sizeof *keys)

Test(cli_queries, promised_keys, .timeout = 60)
{
    static const char *const loss[] = {"ridge", "bias", "variance_samples",
                                       "variance_features", "noise_loss"};
    static const char *const law[] = {
        "resource", "regime", "exponent",       "amplitude",       "valid_from",
        "valid_to", "law",    "local_exponent", "fitted_exponent", "split_exponent"};
    static const char *const plateau[] = {"resource", "plateau", "approach",
                                          "reached_at", "power_law_ends"};
    static const char *const frontier[] = {
        "budget",    "features",          "samples",          "samples_per_feature",
        "test_loss", "exponent_features", "exponent_samples", "exponent_loss",
        "ridge"};
    static const char *const timed[] = {
        "budget",        "features",  "samples",           "samples_per_feature",
        "time",          "test_loss", "exponent_features", "exponent_time",
        "exponent_loss", "ridge"};
    static const char *const times[] = {"features",  "samples",    "ridge",
                                        "time",      "time_high",  "target_loss",
                                        "test_loss", "limit_loss", "noise"};
    static const char *const solve[] = {"features",    "samples",   "ridge",
                                        "target_loss", "test_loss", "limit_loss"};
    CHECK_KEYS("nslaw loss -N 100 -P 300 -M 1e4 --alpha 0.5 --ridge opt --decompose "
               "--noise 0.1 -f json",
               loss);
    CHECK_KEYS("nslaw exponents -N 100 -P 300 -M 1e4 --alpha 0.5 -f json", law);
    CHECK_KEYS("nslaw plateau -N 100 -P 300 -M 1e4 --alpha 0.5 -f json", plateau);
    CHECK_KEYS("nslaw frontier --budget 1e4 -M 1e6 --alpha 0.5 --ridge opt -f json",
               frontier);
    CHECK_KEYS("nslaw frontier --budget 1e4 --cost 'N*time' -P inf --alpha 0.5 -f json",
               timed);
    CHECK_KEYS("nslaw solve --for time --target-loss 0.1 -N 300 -P 200 --noise 0.1 "
               "--alpha 0.5 -f json",
               times);
    CHECK_KEYS("nslaw solve --for P --target-loss 1e-5 -N 300 -M 1e4 --alpha 0.5 "
               "-f json",
               solve);
}

Test(cli_queries, nulls_have_notes, .timeout = 60)
{
    static const char *const commands[] = {
        "nslaw exponents --alpha 0.5 -f json",
        "nslaw exponents --alpha 0.5 --source 1.5 --noise 0.1 -f json",
        "nslaw exponents --alpha 0.5 --source 3 --kernel-ridge 0.1 --noise 0.1 -f json",
        "nslaw exponents --alpha 1 -M 1000 --ridge 0.1 -N 30 -P 60 -f json",
        "nslaw plateau --alpha 0.5 -N inf -P inf -f json",
        "nslaw plateau --alpha 0.5 -N 200 -P 300 -M 100 -f json",
        "nslaw frontier --alpha 0.5 --budget 1e3:1e9:4 -M 100 --ridge opt -f json",
        "nslaw frontier --alpha 0.5 --budget 1e4 --cost 'N*min(N,P)' --ridge opt "
        "-f json",
        "nslaw frontier --alpha 0.5 --budget 1e4 --cost 'N*time' -P inf -f json",
        "nslaw frontier --alpha 0.5 --budget 1e4 --cost 'P*time' -N inf -f json",
        "nslaw frontier --alpha 0.5 --budget 1e2:1e6:2 --cost 'N*min(P,time)' -f json",
        "nslaw frontier --alpha 0.398 --source 7.95 --hidden 38.02 --kernel-ridge "
        "1.13e-8 --mse --budget 878900 -f json",
        "nslaw solve --for time --target-loss 0.404525521771 -N 500 -P 400 --alpha 0.5 "
        "--noise 0.1 -f json",
        "nslaw solve --for time --target-loss 0.1 -N 300 -P 300 --alpha 0.5 -f json",
        "nslaw solve --for time --target-loss 1e-9 -N 300 -P 300 --alpha 0.5 -f json",
        "nslaw solve --for P --target-loss 1e-9 -N 100 --alpha 0.5 -f json",
        "nslaw solve --for noise --target-loss 1e-9 -N 100 -P 100 --alpha 0.5 -f json",
        "nslaw solve --for ridge --target-loss 1e-9 -N 100 -P 100 --alpha 0.5 -f json",
        "nslaw loss -N inf -P inf --alpha 1 --ridge opt --decompose -f json",
        "nslaw loss -N 50 -P 50 --alpha 1 --ensemble inf --decompose -f json",
        "nslaw loss -N 50 -P 50 --alpha 1 --ensemble 3 --decompose -f json"};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        struct json_object *root = json_run(commands[i]);
        json_check_nulls(root, commands[i]);
        json_object_put(root);
    }
}

/* Bias, both variances and the noise add up to the test loss, of ensembles too. */
Test(cli_queries, parts_add_up)
{
    static const char *const extra[] = {"",      "--ensemble 5", "--ensemble inf",
                                        "--mse", "--hidden 80",  "--ridge opt"};
    for (size_t i = 0; i < sizeof extra / sizeof *extra; i++) {
        char command[256];
        snprintf(command, sizeof command,
                 "nslaw loss -N 100 -P 130 -M 1e4 --alpha 0.5 --noise 1e-4 "
                 "--decompose -f json %s",
                 extra[i]);
        struct json_object *root = json_run(command);
        double sum = json_value(root, 0, "bias") +
                     json_value(root, 0, "variance_samples") +
                     json_value(root, 0, "variance_features") +
                     json_value(root, 0, "noise_loss");
        cr_expect(testing_distance(sum, json_value(root, 0, "test_loss")) < 1e-13, "%s",
                  extra[i]);
        json_object_put(root);
    }
}

/* The ridge that --ridge opt prints gives the same row when it is given. */
Test(cli_queries, best_ridge_is_a_ridge)
{
    char command[256];
    struct json_object *best = json_run(
        "nslaw loss -N 100 -P 130 -M 1e4 --alpha 0.5 --noise 1e-4 --ridge opt -f json");
    snprintf(command, sizeof command,
             "nslaw loss -N 100 -P 130 -M 1e4 --alpha 0.5 --noise 1e-4 --ridge %.17g "
             "-f json",
             json_value(best, 0, "ridge"));
    struct json_object *given = json_run(command);
    static const char *const same[] = {"ridge",
                                       "delta",
                                       "test_loss",
                                       "train_loss",
                                       "elasticity_features",
                                       "elasticity_samples"};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        cr_expect(json_value(best, 0, same[i]) == json_value(given, 0, same[i]), "%s",
                  same[i]);
    cr_expect(json_value(best, 0, "elasticity_ridge") == 0.0);
    cr_expect(fabs(json_value(given, 0, "elasticity_ridge")) < 1e-14);
    json_object_put(best);
    json_object_put(given);
}

/* What solve finds, loss confirms; what plateau says is reached, too. */
Test(cli_queries, commands_agree)
{
    char command[256];
    struct json_object *found =
        json_run("nslaw solve --for P --target-loss 0.05 -N 300 "
                 "--alpha 0.5 --noise 0.01 --ridge opt -f json");
    snprintf(command, sizeof command,
             "nslaw loss -N 300 -P %.17g --alpha 0.5 --noise 0.01 --ridge opt -f json",
             json_value(found, 0, "samples"));
    struct json_object *loss = json_run(command);
    cr_expect(testing_distance(json_value(loss, 0, "test_loss"), 0.05) < 1e-12);
    cr_expect(testing_distance(json_value(loss, 0, "kernel_ridge"),
                               json_value(found, 0, "kernel_ridge")) < 1e-11);
    json_object_put(found);
    json_object_put(loss);
    struct json_object *plateau =
        json_run("nslaw plateau -N 300 --alpha 0.5 --within 2% -f json");
    snprintf(command, sizeof command, "nslaw loss -N 300 -P %.17g --alpha 0.5 -f json",
             json_value(plateau, 0, "reached_at"));
    loss = json_run(command);
    cr_expect(testing_distance(json_value(loss, 0, "test_loss"),
                               1.02 * json_value(plateau, 0, "plateau")) < 1e-11);
    json_object_put(plateau);
    json_object_put(loss);
}

/* Digits of the new commands agree with the doubles, and with twice as many digits. */
Test(cli_queries, digits_agree, .timeout = 120)
{
    static const struct {
        const char *command, *key;
    } cases[] = {
        {"nslaw loss -N 100 -P 130 --alpha 0.5 --noise 0.01 --ridge opt --decompose",
         "kernel_ridge"},
        {"nslaw loss -N 100 -P 130 --alpha 0.5 --ensemble 4 --decompose",
         "variance_features"},
        {"nslaw exponents --alpha 0.3 --source 0.7 --ridge opt", "amplitude"},
        {"nslaw plateau -P 100 --alpha 0.3 --noise 0.1 --ridge opt", "approach"},
        {"nslaw frontier --budget 1e4 --alpha 0.3 --noise 0.1 --ridge opt", "features"},
        {"nslaw solve --for noise --target-loss 0.1 -N 100 -P 200 --alpha 0.7",
         "noise"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char command[256];
        snprintf(command, sizeof command, "%s -f json", cases[i].command);
        struct json_object *plain = json_run(command);
        snprintf(command, sizeof command, "%s --digits 20 -f json", cases[i].command);
        struct json_object *some = json_run(command);
        snprintf(command, sizeof command, "%s --digits 40 -f json", cases[i].command);
        struct json_object *more = json_run(command);
        double value = json_value(plain, 0, cases[i].key);
        cr_expect(testing_distance(value, json_value(some, 0, cases[i].key)) < 1e-10,
                  "%s", cases[i].command);
        const char *a =
            json_object_get_string(json_member(json_row(some, 0), cases[i].key));
        const char *b =
            json_object_get_string(json_member(json_row(more, 0), cases[i].key));
        cr_expect(strncmp(a, b, 19) == 0, "%s: %s and %s", cases[i].command, a, b);
        json_object_put(plain);
        json_object_put(some);
        json_object_put(more);
    }
}

/* The record in the output runs again and gives the same bytes. */
Test(cli_queries, records_run_again, .timeout = 60)
{
    static const char *const commands[] = {
        "nslaw exponents --alpha 0.5 --source 2 --ridge opt -f csv",
        "nslaw plateau -N 100 --alpha 0.5 --within 1% -f csv",
        "nslaw frontier --budget 1e3:1e5:3 --cost '6*N*P' --alpha 0.5 --noise 0.1 "
        "--ensemble 2 -f csv",
        "nslaw solve --for N --target-loss 0.1 -P 500 --alpha 0.5 --integer -f csv"};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        shell_result first = shell_run(testing_source(), commands[i]);
        cr_assert(first.code == 0, "%s", first.err);
        char *record = strchr(first.out, '\n') + 1, again[512];
        snprintf(again, sizeof again, "%.*s -f csv", (int)strcspn(record, "\n") - 2,
                 record + 2);
        shell_result second = shell_run(testing_source(), again);
        cr_expect_str_eq(second.out, first.out, "%s", again);
        shell_clear(&first);
        shell_clear(&second);
    }
}

/* Splits that a scan once stepped over: two minima beside a kink of the cost, and
 * minima within the first step. */
Test(cli_queries, narrow_minima, .timeout = 60)
{
    static const struct {
        const char *frontier, *model, *better;
    } cases[] = {
        {"--budget 521158.18301907356 --cost 'min(N^2*P,100*N*P)'",
         "--alpha 1 --source 3 --hidden 426 --kernel-ridge opt",
         "-N 128.86236693125812 -P 40.443"},
        {"--budget 8234.588702450283",
         "--alpha 10 -M 1000 --noise 1 --kernel-ridge 1e-6",
         "-N 1.0261327609751634 -P 8024.88"},
        {"--budget 2.9674006800730863", "--alpha 1 --noise 1 --kernel-ridge opt",
         "-N 1.1793 -P 2.5162"},
        {"--budget 1e6", "--alpha 1 --hidden 50", "-N 50 -P 20000"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char command[320];
        snprintf(command, sizeof command, "nslaw frontier %s %s -f json",
                 cases[i].frontier, cases[i].model);
        struct json_object *best = json_run(command);
        snprintf(command, sizeof command, "nslaw loss %s %s -f json", cases[i].better,
                 cases[i].model);
        struct json_object *other = json_run(command);
        cr_expect(json_value(best, 0, "test_loss") <=
                      json_value(other, 0, "test_loss") * (1.0 + 1e-11),
                  "%s", cases[i].frontier);
        json_object_put(best);
        json_object_put(other);
    }
}

/* Losses that rise once more beyond all sizes, or come up to their plateau, or peak
 * within the last digit. */
Test(cli_queries, late_crossings)
{
    struct json_object *late =
        json_run("nslaw solve --for P --target-loss 1e-9 -N 13 -a 1 -M 30 --lambda-max "
                 "1e-8 --kernel-ridge 0.1 --noise 0.1 -f json");
    cr_expect(json_value(late, 0, "samples") > 1e8);
    json_object_put(late);
    struct json_object *rising = json_run("nslaw plateau -P 13 -a 1 -M 30 --lambda-max "
                                          "1e-8 --ridge 0.1 --noise 0.01 -f json");
    cr_expect(json_value(rising, 0, "reached_at") > 1e10);
    cr_expect(json_value(rising, 0, "approach") < 0.0);
    json_object_put(rising);
    struct json_object *peak =
        json_run("nslaw solve --for P --target-loss 1e10 -N 200 -a 3 -f json");
    cr_expect(testing_distance(json_value(peak, 0, "samples"), 200.0) < 1e-14);
    cr_expect(*json_note(peak, 0) != '\0');
    json_object_put(peak);
}

/* Sizes far apart, and widths that tie with the rank, have a best ridge. */
Test(cli_queries, best_ridges_at_the_edge, .timeout = 60)
{
    static const char *const commands[] = {
        "nslaw loss -N inf -M 5 -a 0.1 --hidden 2,8 --noise 1e-4 -P 475558280.8749852 "
        "--kernel-ridge opt -f json",
        "nslaw loss -N 10 -M 1000 -a 0.5 --hidden 20 --noise 0.1 -P 1e15 "
        "--kernel-ridge opt -f json",
        "nslaw loss -N 100 -P 1e200 -a 0.5 --noise 1 --kernel-ridge opt -f json"};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        struct json_object *root = json_run(commands[i]);
        cr_expect(json_value(root, 0, "kernel_ridge") > 0.0, "%s", commands[i]);
        json_object_put(root);
    }
    struct json_object *tie =
        json_run("nslaw loss -N 100 -P 200 -M 100 -a 0.5 --noise 1e-6 --ridge opt "
                 "-f json");
    struct json_object *little = json_run(
        "nslaw loss -N 100 -P 200 -M 100 -a 0.5 --noise 1e-6 --ridge 1e-12 -f json");
    cr_expect(json_value(tie, 0, "ridge") == 0.0);
    cr_expect(json_value(tie, 0, "test_loss") <= json_value(little, 0, "test_loss"));
    json_object_put(tie);
    json_object_put(little);
}

/* Standard input can be read only once. */
Test(cli_queries, spectrum_from_standard_input, .timeout = 60)
{
    static const struct {
        const char *command, *key;
    } cases[] = {
        {"curve -N 1:2:2 -P 5", "plateau"},
        {"curve -N 1:2:2 -P 5 --noise 0.1 --ridge opt", "plateau"},
        {"plateau -N 1 -P 5", "plateau"},
        {"plateau -N 1 -P 5 --noise 0.1 --ridge opt", "plateau"},
    };
    char folder[64];
    shell_new_folder(folder, sizeof folder);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char command[320];
        snprintf(command, sizeof command,
                 "printf 'eigenvalue\n1\n0.5\n' | nslaw %s --spectrum - -f json",
                 cases[i].command);
        struct json_object *piped = json_run(command);
        snprintf(command, sizeof command,
                 "printf 'eigenvalue\n1\n0.5\n' > %s/two.csv && nslaw %s --spectrum "
                 "%s/two.csv -f json",
                 folder, cases[i].command, folder);
        struct json_object *read = json_run(command);
        for (size_t row = 0; row < 2; row++)
            cr_expect(json_value(piped, row, cases[i].key) ==
                          json_value(read, row, cases[i].key),
                      "%s", cases[i].command);
        json_object_put(piped);
        json_object_put(read);
    }
    shell_remove_folder(folder);
}

/* Along P = R N noise without a ridge tends to what depends on R: no plateau. */
Test(cli_queries, tied_curve_with_noise)
{
    static const char *const command =
        "nslaw curve --alpha 1 -N 10:100:2 --samples-per-feature 2 --noise 0.1 -f json";
    struct json_object *tied = json_run(command);
    for (size_t row = 0; row < 2; row++) {
        cr_expect(isnan(json_value(tied, row, "plateau")));
        cr_expect(strstr(json_note(tied, row), "depends on P/N") != NULL);
    }
    json_check_nulls(tied, command);
    json_object_put(tied);
    struct json_object *clean =
        json_run("nslaw curve --alpha 1 -N 10:100:2 --samples-per-feature 2 -f json");
    cr_expect(json_value(clean, 0, "plateau") == 0.0);
    json_object_put(clean);
}

/* Infinitely many features, and what only one order of the limits leaves of noise. */
Test(cli_queries, infinite_sizes_with_noise, .timeout = 60)
{
    static const struct {
        const char *command, *key;
        double value;
    } cases[] = {
        {"loss -N inf -P inf", "test_loss", 0.05},
        {"loss -N inf -P inf --ridge opt", "test_loss", 0.0},
        {"plateau -N inf", "plateau", 0.05},
        {"plateau -P inf", "plateau", 0.0},
        {"curve -N 10:100:2 -P inf", "plateau", 0.0},
        {"curve -P 10:100:2 -N inf", "plateau", 0.05},
        {"solve --for P -N inf --target-loss 0.04", "limit_loss", 0.05},
        {"solve --for N -P inf --target-loss 0.04", "limit_loss", 0.0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char command[256];
        snprintf(command, sizeof command, "nslaw %s --alpha 1 --noise 0.1 -f json",
                 cases[i].command);
        struct json_object *root = json_run(command);
        cr_expect(fabs(json_value(root, 0, cases[i].key) - cases[i].value) < 1e-15,
                  "%s", command);
        json_object_put(root);
    }
    struct json_object *plateau =
        json_run("nslaw plateau -N inf --alpha 1 --noise 0.1 -f json");
    double reached = json_value(plateau, 0, "reached_at");
    cr_expect(testing_distance(json_value(plateau, 0, "approach"), 0.7) < 1e-15);
    char command[256];
    snprintf(command, sizeof command,
             "nslaw loss -N inf -P %.17g --alpha 1 --noise 0.1 -f json", reached);
    struct json_object *loss = json_run(command);
    cr_expect(testing_distance(json_value(loss, 0, "test_loss"), 0.0525) < 1e-12);
    json_object_put(plateau);
    json_object_put(loss);
}

/* A tie of two ridges is said whatever the digits. */
Test(cli_queries, tie_of_ridges)
{
    static const char *const digits[] = {"", "--digits 20"};
    for (size_t i = 0; i < sizeof digits / sizeof *digits; i++) {
        char command[320];
        snprintf(command, sizeof command,
                 "printf 'eigenvalue,target,multiplicity\\n1,1,1\\n0.01,0,8\\n"
                 "0.0001,0.5,1\\n' | nslaw loss --spectrum - -N inf -P 30 --noise "
                 "1.1356775702196809 --kernel-ridge opt -f json %s",
                 digits[i]);
        struct json_object *root = json_run(command);
        cr_expect(strstr(json_note(root, 0), "another ridge is as good") != NULL, "%s",
                  command);
        json_object_put(root);
    }
}

/* The most digits of every query: more are needed inside. */
Test(cli_queries, most_digits, .timeout = 300)
{
    static const struct {
        const char *command, *key, *begins;
    } cases[] = {
        {"plateau -N 1", "plateau", "0.1666666666"},
        {"solve --for P -N 1 --target-loss 0.25", "samples", "2.2338015648823884519"},
        {"frontier --budget 30", "features", "5.47722557505166"}, /* √30 */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char command[256];
        snprintf(command, sizeof command,
                 "printf 'eigenvalue\\n1\\n0.5\\n0.2\\n' | nslaw %s --spectrum - "
                 "--ridge 0.1 --digits 10000 -f json",
                 cases[i].command);
        struct json_object *root = json_run(command);
        const char *text =
            json_object_get_string(json_member(json_row(root, 0), cases[i].key));
        cr_expect(strlen(text) >= 10000, "%s", command);
        cr_expect(strncmp(text, cases[i].begins, strlen(cases[i].begins)) == 0, "%s",
                  text);
        json_object_put(root);
    }
}

/* At the end P = 1 samples do not grow: their exponent is 0, and known. */
Test(cli_queries, exponents_at_the_ends)
{
    struct json_object *one = json_run(
        "nslaw frontier --alpha 0.5 --budget 2 --cost 'N*P^3' --noise 1 -f json");
    cr_expect(json_value(one, 0, "samples") == 1.0);
    cr_expect(json_value(one, 0, "exponent_samples") == 0.0);
    cr_expect(json_value(one, 0, "exponent_features") == 1.0);
    struct json_object *loss =
        json_run("nslaw loss --alpha 0.5 -N 2 -P 1 --noise 1 -f json");
    cr_expect(testing_distance(json_value(one, 0, "exponent_loss"),
                               json_value(loss, 0, "elasticity_features")) < 1e-10);
    json_object_put(one);
    json_object_put(loss);
}

/* exponent_loss is that of the loss on clean labels, with many digits too. */
Test(cli_queries, exponent_of_the_clean_loss)
{
    static const char *const extra[] = {"", "--digits 20", "--test-noise",
                                        "--test-noise --digits 20",
                                        "--test-noise --mse --digits 20"};
    double value[5], loss[5];
    for (size_t i = 0; i < 5; i++) {
        char command[256];
        snprintf(command, sizeof command,
                 "nslaw frontier --alpha 0.5 --noise 0.1 --ridge opt --budget 1e4 "
                 "-f json %s",
                 extra[i]);
        struct json_object *root = json_run(command);
        value[i] = json_value(root, 0, "exponent_loss");
        loss[i] = json_value(root, 0, "test_loss");
        json_object_put(root);
        cr_expect(testing_distance(value[i], value[0]) < 1e-9, "%s", command);
    }
    cr_expect(testing_distance(loss[1], loss[0]) < 1e-12);
    cr_expect(testing_distance(loss[3], loss[2]) < 1e-12);
    cr_expect(testing_distance(loss[2], loss[0] + 0.05) < 1e-12);
    cr_expect(testing_distance(loss[4], 2.0 * loss[3]) < 1e-15);
}

/* Exponents that do not exist are null and say why, N and P being taken exactly. */
Test(cli_queries, no_local_exponents)
{
    static const struct {
        const char *command, *note;
    } cases[] = {
        {"-N 50 -P 50", "no local exponent: the loss diverges"},
        {"-N 1000 -P 1000", "no fitted exponent in its decade: the loss diverges"},
        {"-N 100 -P 200 -M 10", "no local exponent: the loss is 0"},
        {"-N 100 -P 200 -M 100 --noise 0.1", "no local exponent: one-sided slopes"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char command[256];
        snprintf(command, sizeof command, "nslaw exponents --alpha 1 %s -f json",
                 cases[i].command);
        struct json_object *root = json_run(command);
        json_check_nulls(root, command);
        cr_expect(isnan(json_value(root, 0, "local_exponent")), "%s", command);
        cr_expect(strstr(json_note(root, 0), cases[i].note) != NULL, "%s: %s", command,
                  json_note(root, 0));
        json_object_put(root);
    }
    struct json_object *little =
        json_run("nslaw exponents --alpha 1 -N 1 -P 2 -f json");
    cr_expect(isnan(json_value(little, 2, "fitted_exponent")));
    cr_expect(strstr(json_note(little, 2), "less than one feature") != NULL);
    json_object_put(little);
}

/* A target that is the plateau, one a power too small to reach in double, and whole
 * numbers that rounding must not make one more. */
Test(cli_queries, solutions_at_the_limit, .timeout = 120)
{
    static const struct {
        const char *command, *key, *note;
    } cases[] = {
        {"--for P -N inf --alpha 1 --noise 0.1 --target-loss 0.05", "samples", "limit"},
        {"--for P -N inf --alpha 1 --noise 0.1 --target-loss 0.04", "samples", "never"},
        {"--for ridge -N 50 -P 70 --alpha 1 --noise 0.1 --target-loss "
         "0.038178173304001850",
         "kernel_ridge", "reached only at the best ridge"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char command[256];
        snprintf(command, sizeof command, "nslaw solve %s -f json", cases[i].command);
        struct json_object *root = json_run(command);
        cr_expect(strstr(json_note(root, 0), cases[i].note) != NULL, "%s", command);
        if (*cases[i].key)
            cr_expect(isnan(json_value(root, 0, cases[i].key)), "%s", command);
        json_object_put(root);
    }
    struct json_object *slow =
        json_run("nslaw solve --for P -N inf --alpha 0.001 --target-loss 0.49 -f json");
    cr_expect(json_value(slow, 0, "samples") > 1e8);
    cr_expect(testing_distance(json_value(slow, 0, "test_loss"), 0.49) < 1e-12);
    json_object_put(slow);
    shell_result beyond = shell_run(
        testing_source(), "nslaw solve --for P -N inf --alpha 0.001 --target-loss 0.2");
    cr_expect(beyond.code == 1, "%s", beyond.out);
    shell_clear(&beyond);
    for (int samples = 600; samples < 1000; samples += 37) {
        char command[256];
        snprintf(command, sizeof command,
                 "nslaw loss -N 500 -P %d --alpha 0.5 --kernel-ridge 0.1 -f json",
                 samples);
        struct json_object *loss = json_run(command);
        snprintf(command, sizeof command,
                 "nslaw solve --for P -N 500 --alpha 0.5 --kernel-ridge 0.1 "
                 "--target-loss %.17g --integer -f json",
                 json_value(loss, 0, "test_loss"));
        struct json_object *found = json_run(command);
        cr_expect(json_value(found, 0, "samples") == samples, "%d", samples);
        json_object_put(loss);
        json_object_put(found);
    }
}

/* Whole numbers stay within the budget where a trillionth of it is many samples. */
Test(cli_queries, whole_numbers_within_the_budget)
{
    static const double budgets[] = {1e4, 999999999989.0, 99999999999995.0, 1e15};
    for (size_t i = 0; i < sizeof budgets / sizeof *budgets; i++) {
        char command[256];
        snprintf(command, sizeof command,
                 "nslaw frontier --alpha 2 -M 10 --noise 1e-9 --budget %.17g --integer "
                 "-f json",
                 budgets[i]);
        struct json_object *root = json_run(command);
        double features = json_value(root, 0, "features");
        double samples = json_value(root, 0, "samples");
        cr_expect(features * samples <= budgets[i], "%s: %.17g", command, samples);
        cr_expect(features * (samples + 1.0) > budgets[i], "%s: %.17g", command,
                  samples);
        json_object_put(root);
    }
}

/* Points of a curve are shared out among threads, some at a time. */
Test(cli_queries, jobs_do_not_change_a_curve, .timeout = 120)
{
    static const char *const curves[] = {
        "-N 10:1e5:300 -P 2000 --alpha 0.3 --ridge 1e-3 -M 1e12",
        "-N 10:1e5:20 -P 2000 --alpha 0.3 --noise 0.1 --kernel-ridge opt --digits 30",
        "-N 20 -P 30 --alpha 0.3 -M 10:1000:9 --digits 20",
        "-N 300 -P 200 --alpha 0.5 --time 1:1e6:20"};
    for (size_t i = 0; i < sizeof curves / sizeof *curves; i++) {
        char command[256];
        snprintf(command, sizeof command, "nslaw curve %s -f csv -j 1", curves[i]);
        shell_result one = shell_run(".", command);
        cr_assert(one.code == 0, "%s: %s", command, one.err);
        snprintf(command, sizeof command, "nslaw curve %s -f csv -j 3", curves[i]);
        shell_result three = shell_run(".", command);
        cr_expect_str_eq(three.out, one.out, "%s", command);
        shell_clear(&one);
        shell_clear(&three);
    }
}

/* Beyond what is solved at a time, rows are still those of their points. */
Test(cli_queries, a_long_curve_is_losses)
{
    static const size_t rows[] = {0, 255, 256, 599};
    struct json_object *curve =
        json_run("nslaw curve -N 10:1e5:600 -P 2000 --alpha 0.3 -f json");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char command[128];
        snprintf(command, sizeof command,
                 "nslaw loss -N %.17g -P 2000 --alpha 0.3 -f json",
                 json_value(curve, rows[i], "features"));
        struct json_object *loss = json_run(command);
        cr_expect(json_value(loss, 0, "test_loss") ==
                      json_value(curve, rows[i], "test_loss"),
                  "row %zu: %s", rows[i], command);
        json_object_put(loss);
    }
    cr_expect(json_value(curve, 599, "features") == 1e5);
    json_object_put(curve);
}
