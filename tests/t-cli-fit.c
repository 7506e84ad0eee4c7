/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nslaw fit from outside: keys, options, order, records, bad rows, signals. */
#include "json_rows.h"
#include "shell.h"
#include "testing.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The runs that most tests are about: 36 of them. */
#define RUNS "nslaw fit data/fit/runs.csv"

enum { COUNT = 36 };

static struct json_object *summary_of(struct json_object *root, const char *key)
{
    return json_member(json_member(root, "summary"), key);
}

static struct json_object *form_of(struct json_object *root, size_t i)
{
    struct json_object *forms = summary_of(root, "forms");
    cr_assert(i < json_object_array_length(forms));
    return json_object_array_get_idx(forms, i);
}

/* null: NaN */
static double number_of(struct json_object *object, const char *key)
{
    struct json_object *value = json_member(object, key);
    return value ? json_object_get_double(value) : (double)NAN;
}

static const char *text_of(struct json_object *object, const char *key)
{
    return json_object_get_string(json_member(object, key));
}

static struct json_object *parameter_of(struct json_object *form, const char *name)
{
    return json_member(json_member(form, "parameters"), name);
}

static double value_of(struct json_object *root, size_t i, const char *name)
{
    return number_of(parameter_of(form_of(root, i), name), "value");
}

/* The forms as text: equal where every digit is. */
static char *forms_text(const char *command)
{
    struct json_object *root = json_run(command);
    char *text = strdup(json_object_get_string(summary_of(root, "forms")));
    json_object_put(root);
    return text;
}

static void expect_same_forms(const char *one, const char *other)
{
    char *a = forms_text(one), *b = forms_text(other);
    cr_expect_str_eq(a, b, "%s\n%s\n%s\n%s", one, a, other, b);
    free(a);
    free(b);
}

/* Runs a command that must succeed; the caller clears the result. */
static shell_result must(const char *folder, const char *command)
{
    shell_result r = shell_run(folder, command);
    cr_expect(r.code == 0, "%s: exit %d, %s", command, r.code, r.err);
    return r;
}

/* --- output ------------------------------------------------------------------------
 */

/* Every null beside a note that says why. */
static void check_nulls(struct json_object *object, const char *what)
{
    int nulls = 0;
    json_object_object_foreach(object, key, value) nulls += key && !value;
    cr_expect(nulls == 0 || *text_of(object, "note"), "%s: %d nulls without a note",
              what, nulls);
}

static void check_form(struct json_object *form)
{
    static const char *const numbers[] = {
        "objective", "sigma",           "aic", "bic", "rms_log", "holdout_rms_log",
        "starts",    "starts_agreeing", "runs"};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        number_of(form, numbers[i]);
    check_nulls(form, text_of(form, "form"));
    struct json_object *parameters = json_member(form, "parameters");
    int count = json_object_object_length(parameters);
    cr_expect((int)json_object_array_length(json_member(form, "covariance")) == count);
    json_object_object_foreach(parameters, name, p)
    {
        static const char *const keys[] = {"value", "stderr",     "lo",
                                           "hi",    "profile_lo", "profile_hi"};
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
            number_of(p, keys[i]);
        check_nulls(p, name);
        cr_expect(!(number_of(p, "lo") > number_of(p, "value")), "%s", name);
        cr_expect(!(number_of(p, "hi") < number_of(p, "value")), "%s", name);
    }
}

static void check_row(struct json_object *root, size_t i, size_t line)
{
    struct json_object *row = json_row(root, i), *held = json_member(row, "held_out");
    double n = number_of(row, "features"), p = number_of(row, "samples");
    double measured = number_of(row, "measured"),
           predicted = number_of(row, "predicted");
    cr_expect(testing_distance(number_of(row, "compute"), 6.0 * n * p) < 1e-15);
    cr_expect(fabs(number_of(row, "residual") - log(predicted / measured)) < 1e-15);
    cr_expect(number_of(row, "line") == (double)line && number_of(row, "weight") == 1);
    cr_expect(json_object_is_type(held, json_type_boolean));
}

Test(cli_fit, keys)
{
    static const char *const numbers[] = {"runs", "held_out", "bad_rows", "dropped",
                                          "huber"};
    static const double wanted[] = {COUNT, 7, 0, 0, 1e-3};
    struct json_object *root = json_run(
        RUNS " --form theory,chinchilla,kaplan,power,theory+noise --holdout 20% "
             "-f json");
    for (int i = 0; i < 5; i++)
        cr_expect(number_of(json_member(root, "summary"), numbers[i]) == wanted[i],
                  "%s", numbers[i]);
    cr_expect_str_eq(json_object_get_string(summary_of(root, "objective")), "huber");
    cr_expect_str_eq(json_object_get_string(summary_of(root, "ranked_by")),
                     "holdout_rms_log");
    cr_expect(json_object_array_length(summary_of(root, "forms")) == 5);
    for (size_t i = 0; i < 5; i++) {
        check_form(form_of(root, i));
        cr_expect(number_of(form_of(root, i), "runs") == COUNT - 7);
    }
    cr_expect(json_object_array_length(json_member(root, "rows")) == COUNT);
    for (size_t i = 0; i < COUNT; i++)
        check_row(root, i, i + 2); /* after the header */
    json_check_nulls(root, "fit");
    json_object_put(root);
}

/* Forms come in the order of what they are ranked by. */
static void check_order(const char *command, const char *key)
{
    struct json_object *root = json_run(command);
    cr_expect_str_eq(json_object_get_string(summary_of(root, "ranked_by")), key);
    for (size_t i = 1; i < json_object_array_length(summary_of(root, "forms")); i++)
        cr_expect(number_of(form_of(root, i - 1), key) <=
                      number_of(form_of(root, i), key),
                  "%s: %zu", command, i);
    json_object_put(root);
}

Test(cli_fit, best_form_first)
{
    check_order(RUNS " --form kaplan,power:N,theory,power:P,power:C,chinchilla -f json",
                "aic");
    check_order(RUNS " --form kaplan --form power:N,theory --form power:P,power:C "
                     "--form chinchilla --holdout 0.3 -f json",
                "holdout_rms_log");
}

/* Those held out are the runs of most compute, and their error is what it says. */
Test(cli_fit, holdout_is_by_compute)
{
    double least = (double)INFINITY, most = 0.0, squares = 0.0;
    struct json_object *root =
        json_run(RUNS " --form chinchilla --holdout 25% -f json");
    for (size_t i = 0; i < COUNT; i++) {
        double compute = json_value(root, i, "compute"),
               residual = json_value(root, i, "residual");
        bool held = json_object_get_boolean(json_member(json_row(root, i), "held_out"));
        if (held)
            least = fmin(least, compute);
        else
            most = fmax(most, compute);
        squares += held ? residual * residual : 0.0;
    }
    cr_expect(least > most);
    cr_expect(testing_distance(number_of(form_of(root, 0), "holdout_rms_log"),
                               sqrt(squares / 9.0)) < 1e-12);
    json_object_put(root);
}

/* CSV is itself a table of runs, and its last lines are the summary. */
Test(cli_fit, csv_reads_back)
{
    char folder[64];
    shell_new_folder(folder, sizeof folder);
    shell_result r = must(folder, "nslaw fit $DATA/fit/runs.csv --form chinchilla "
                                  "--drop-highest 3 -o runs.csv &&"
                                  "tail -n 1 runs.csv | cut -c1-35");
    cr_expect_str_eq(r.out, "# forms = [{\"form\": \"chinchilla\", \"\n", "%s", r.out);
    shell_clear(&r);
    r = must(folder, "map=N=features,P=samples,C=compute,loss=measured\n"
                     "nslaw fit runs.csv --map $map --form chinchilla -o back.csv && "
                     "tail -n 1 runs.csv >one && tail -n 1 back.csv | diff one -");
    cr_expect(*r.out == '\0' && *r.err == '\0', "%s%s", r.out, r.err);
    shell_clear(&r);
    shell_remove_folder(folder);
}

Test(cli_fit, tables_are_for_people)
{
    shell_result r =
        must(testing_source(), RUNS " --form theory,chinchilla --drop-highest 2");
    cr_expect(strstr(r.out, "data/fit/runs.csv: 34 runs, N 1e+07 to 3e+09") == r.out);
    cr_expect(strstr(r.out, "\nleft out: the 2 highest losses\n"), "%s", r.out);
    cr_expect(strstr(r.out, "\ntheory: loss = E + A*l(kN, P)\n"));
    cr_expect(strstr(r.out, "\nchinchilla: loss = E + A/N^alpha + B/P^beta\n"));
    cr_expect(!strstr(r.out, "features  samples"), "no rows");
    shell_clear(&r);
}

/* --- what must not matter ----------------------------------------------------------
 */

Test(cli_fit, order_of_rows_does_not_matter)
{
    const char *options = "--form chinchilla,theory --holdout 20% --drop-highest 2 "
                          "--bootstrap 50 -f json";
    char one[512], other[512];
    snprintf(one, sizeof one, RUNS " %s", options);
    snprintf(other, sizeof other,
             "(head -n 1 data/fit/runs.csv; tail -n +2 data/fit/runs.csv | tac) | "
             "nslaw fit - %s",
             options);
    expect_same_forms(one, other);
}

/* Threads do not change a byte; the seed does. */
Test(cli_fit, threads_and_seeds)
{
    char folder[64];
    shell_new_folder(folder, sizeof folder);
    shell_result r = must(
        folder,
        "fit=\"nslaw fit $DATA/fit/runs.csv --form chinchilla,theory --bootstrap 60\"\n"
        "$fit -j 1 -o 1.json && $fit -j 5 -o 5.json && cmp 1.json 5.json && "
        "$fit --seed 0 -o 0.json && $fit --seed 1 -o s.json && ! cmp -s 0.json s.json "
        "&& "
        "grep -v -e options -e forms 1.json >1 && grep -v -e options -e forms 0.json | "
        "cmp 1 -");
    cr_expect(*r.out == '\0' && *r.err == '\0', "%s%s", r.out, r.err);
    shell_clear(&r);
    shell_remove_folder(folder);
}

/* The record in the output runs again and gives the same bytes. */
Test(cli_fit, record_runs_again)
{
    char folder[64];
    shell_new_folder(folder, sizeof folder);
    shell_result r = must(
        folder,
        "{ echo \"my N,it's C,loss,w,kind\"; "
        "awk -F, 'NR > 1 { printf \"%.17g,%.17g,%s,%d,a b\\n\", log($1) / log(10), "
        "6 * $1 * $2, $3, NR % 3 }' $DATA/fit/runs.csv; echo 1,1,1,1,c; } >r.csv\n"
        "nslaw fit r.csv --form chinchilla --form power --objective squares "
        "--map \"N=my N,C=it's C\" --log10 N --weights w --where 'kind=a b' "
        "--drop-highest 1 --holdout 20% --bootstrap 50 --seed 7 -f csv -o 1.csv && "
        "sed -n '2s/^# //p' 1.csv >again && "
        "eval \"$(cat again) -f csv\" | cmp - 1.csv");
    cr_expect(*r.out == '\0' && *r.err == '\0', "%s%s", r.out, r.err);
    shell_clear(&r);
    shell_remove_folder(folder);
}

/* --- options of the runs -----------------------------------------------------------
 */

static void expect_near(const char *one, const char *other)
{
    struct json_object *a = json_run(one), *b = json_run(other);
    const char *names[] = {"E", "A", "B", "alpha", "beta"};
    for (int i = 0; i < 5; i++)
        cr_expect(testing_distance(value_of(a, 0, names[i]), value_of(b, 0, names[i])) <
                      1e-6,
                  "%s: %s is %.17g, not %.17g", one, names[i], value_of(a, 0, names[i]),
                  value_of(b, 0, names[i]));
    json_object_put(a);
    json_object_put(b);
}

#define FIT " | nslaw fit - --form chinchilla --objective squares -f json"
#define AWK "awk -F, -v OFS=, -v OFMT=%.17g 'NR > 1 "

/* The same runs in other columns are the same fit. */
Test(cli_fit, columns)
{
    const char *plain = "cat data/fit/runs.csv" FIT;
    expect_near(AWK "{ print $1, 6 * $1 * $2, $3 } NR == 1 { print \"N,C,loss\" }' "
                    "data/fit/runs.csv" FIT,
                plain);
    expect_near(AWK "{ print log($1) / log(10), log($2) / log(10), log($3) / log(10) } "
                    "NR == 1 { print \"n,P,L\" }' data/fit/runs.csv" FIT
                    " --map loss=L,N=n --log10 N,P --log10 loss",
                plain);
    expect_near("{ cat data/fit/runs.csv; echo; echo 1,2; }" FIT " 2>/dev/null", plain);
    expect_near(AWK "{ print $1, $2, $3, (NR > 9) } NR == 1 { print \"N,P,loss,w\" }' "
                    "data/fit/runs.csv" FIT " --weights w",
                "awk 'NR == 1 || NR > 9' data/fit/runs.csv" FIT);
    expect_near(AWK "{ print $1, $2, $3, (NR > 9) } NR == 1 { print \"N,P,loss,w\" }' "
                    "data/fit/runs.csv" FIT " --where w=1",
                "awk 'NR == 1 || NR > 9' data/fit/runs.csv" FIT);
    expect_near("sort -t, -k3,3g data/fit/runs.csv | head -n 31" FIT,
                "cat data/fit/runs.csv" FIT " --drop-highest 6");
}

/* Planted parameters come back. */
Test(cli_fit, planted_parameters)
{
    struct json_object *root =
        json_run(AWK "{ print $1, $2, 1.8 + 400 / $1 ^ 0.35 + 1100 / $2 ^ 0.3 } "
                     "NR == 1 { print \"N,P,loss\" }' data/fit/runs.csv | "
                     "nslaw fit - --form chinchilla --form kaplan -f json");
    const char *names[] = {"E", "A", "B", "alpha", "beta"};
    const double planted[] = {1.8, 400, 1100, 0.35, 0.3};
    cr_expect_str_eq(text_of(form_of(root, 0), "form"), "chinchilla");
    for (int i = 0; i < 5; i++)
        cr_expect(testing_distance(value_of(root, 0, names[i]), planted[i]) < 1e-6,
                  "%s = %.17g", names[i], value_of(root, 0, names[i]));
    json_object_put(root);
}

/* "power" is of what varies. */
Test(cli_fit, power_of_what_varies)
{
    static const struct {
        const char *where, *form;
    } cases[] = {{"--where N=1e8", "power:P"}, {"", "power:C"}};
    for (size_t i = 0; i < 2; i++) {
        char command[256];
        snprintf(command, sizeof command, RUNS " --form power %s -f json",
                 cases[i].where);
        struct json_object *root = json_run(command);
        cr_expect_str_eq(text_of(form_of(root, 0), "form"), cases[i].form);
        json_object_put(root);
    }
    struct json_object *root =
        json_run("awk -F, 'NR == 1 || !seen[$1]++ { print $1 \",\" (NR == 1 ? \"P\" : "
                 "1e9) \",\" "
                 "$3 }' data/fit/runs.csv | nslaw fit - --form power -f json");
    cr_expect_str_eq(text_of(form_of(root, 0), "form"), "power:N");
    json_object_put(root);
}

/* The objectives are different ones, and --huber is its δ. */
Test(cli_fit, objectives)
{
    static const char *const options[] = {"", "--huber 1e-3 --objective huber",
                                          "--huber 1", "--objective squares",
                                          "--objective gaussian"};
    double objective[5], alpha[5];
    for (int i = 0; i < 5; i++) {
        char command[256];
        snprintf(command, sizeof command, RUNS " --form chinchilla -f json %s",
                 options[i]);
        struct json_object *root = json_run(command);
        objective[i] = number_of(form_of(root, 0), "objective");
        alpha[i] = value_of(root, 0, "alpha");
        json_object_put(root);
    }
    cr_expect(objective[0] == objective[1] && alpha[0] == alpha[1]);
    cr_expect(fabs(alpha[0] - alpha[2]) > 1e-5);
    cr_expect(testing_distance(alpha[2], alpha[3]) < 1e-6); /* no residual above 1 */
    cr_expect(testing_distance(alpha[4], alpha[3]) < 1e-6);
    cr_expect(testing_distance(objective[2], objective[3]) < 1e-9 &&
              objective[4] < 0.0);
}

/* --- what is missing ---------------------------------------------------------------
 */

/* Losses that N does not change: alpha cannot be told. */
static const char flat[] =
    "printf '%s\\n' 'N,P,loss' "
    "1e+07,1e+08,3.195229 1e+07,3e+08,2.869725 1e+07,1e+09,2.591328 "
    "1e+07,3e+09,2.437758 1e+07,1e+10,2.298213 1e+08,1e+08,3.191816 "
    "1e+08,3e+08,2.875324 1e+08,1e+09,2.599807 1e+08,3e+09,2.430199 "
    "1e+08,1e+10,2.305039 1e+09,1e+08,3.205138 1e+09,3e+08,2.858719 "
    "1e+09,1e+09,2.603167 1e+09,3e+09,2.423422 1e+09,1e+10,2.297471 "
    "| nslaw fit - --form chinchilla --objective squares";

Test(cli_fit, unidentified_parameters_have_no_value)
{
    char command[512];
    int missing = 0;
    snprintf(command, sizeof command, "%s -f json", flat);
    struct json_object *root = json_run(command);
    check_form(form_of(root, 0));
    json_object_object_foreach(json_member(form_of(root, 0), "parameters"), name, p)
    {
        if (!strstr(text_of(p, "note"), "not identified"))
            continue;
        missing++;
        cr_expect(!json_member(p, "value") && !json_member(p, "stderr"), "%s", name);
        cr_expect(!json_member(p, "lo") && !json_member(p, "hi"), "%s", name);
        cr_expect(isfinite(number_of(p, "best")), "%s", name);
    }
    cr_expect(missing > 0);
    json_object_put(root);
    shell_result r = must("/", flat);
    cr_expect(strstr(r.out, "  not identified: the profile is flat\n"), "%s", r.out);
    shell_clear(&r);
}

/* Runs of weight 0 are predicted, not fitted, and say so. */
Test(cli_fit, weight_zero)
{
    struct json_object *root = json_run(
        AWK "{ print $1, $2, $3, (NR != 5) } NR == 1 { print \"N,P,loss,w\" }' "
            "data/fit/runs.csv" FIT " --weights w");
    cr_expect(number_of(form_of(root, 0), "runs") == COUNT - 1);
    cr_expect(*json_note(root, 3) && !*json_note(root, 2));
    cr_expect(isfinite(json_value(root, 3, "predicted")));
    json_object_put(root);
}

/* Bad rows: ten with line and reason, the others counted, on standard error only. */
Test(cli_fit, bad_rows_are_reported)
{
    char folder[64];
    shell_new_folder(folder, sizeof folder);
    shell_result r =
        must(folder, "{ cat $DATA/fit/runs.csv; for i in $(seq 13); do echo 1,$i; done;"
                     " echo 1,1,-1; } >r.csv; nslaw fit r.csv --form kaplan -f csv |"
                     "grep -e bad_rows -e '# runs'");
    cr_expect_str_eq(r.out, "# runs = 36\n# bad_rows = 14\n", "%s", r.out);
    const char *first =
        "nslaw fit: r.csv:38: has 2 fields, the header 3; row skipped\n";
    const char *last = "nslaw fit: r.csv:47: has 2 fields, the header 3; row skipped\n"
                       "nslaw fit: and 4 more bad rows\n";
    cr_expect(strstr(r.err, first) == r.err, "%s", r.err);
    cr_expect(strstr(r.err, last) && strlen(strstr(r.err, last)) == strlen(last), "%s",
              r.err);
    shell_clear(&r);
    shell_remove_folder(folder);
}

/* --- files and signals -------------------------------------------------------------
 */

Test(cli_fit, output_is_whole_or_not_at_all)
{
    char folder[64];
    shell_new_folder(folder, sizeof folder);
    shell_result r = shell_run(
        folder,
        "echo old >o.json; nslaw fit $DATA/fit/runs.csv --where N=1e8 -o o.json;"
        "echo $?; cat o.json; ls");
    cr_expect_str_eq(r.out, "3\nold\no.json\n", "%s", r.out);
    shell_clear(&r);
    r = shell_run(folder, "nslaw fit $DATA/fit/runs.csv --form kaplan -o o.json; "
                          "head -c 1 o.json; ls -A");
    cr_expect_str_eq(r.out, "{o.json\n", "%s", r.out);
    cr_expect(*r.err == '\0', "%s", r.err);
    shell_clear(&r);
    shell_remove_folder(folder);
}

/* Long work, told to stop, ends soon and leaves nothing. */
static void check_signal(const char *name, int code)
{
    char folder[64], script[1024];
    shell_new_folder(folder, sizeof folder);
    snprintf(script, sizeof script,
             "mkdir out && cd out || exit 9\n"
             "nslaw fit $DATA/fit/runs.csv --form chinchilla --bootstrap 1000000 "
             "-o m.json 2>../err &\n"
             "job=$!\n"
             "sleep 0.4\n"
             "kill -%s $job\n"
             "wait $job\n"
             "code=$?\n"
             "cd .. && test -z \"$(ls -A out)\" || exit 8\n"
             "test \"$(cat err)\" = 'nslaw fit: interrupted; nothing is written' || "
             "exit 7\n"
             "exit $code\n",
             name);
    shell_result r = shell_run(folder, script);
    cr_expect(r.code == code, "%s: exit %d, not %d", name, r.code, code);
    cr_expect(*r.out == '\0');
    shell_clear(&r);
    shell_remove_folder(folder);
}

Test(cli_fit, signals, .timeout = 60)
{
    check_signal("TERM", 143);
    check_signal("INT", 130);
}

/* A descent that takes minutes does not keep a signal waiting. */
Test(cli_fit, a_signal_in_a_long_descent, .timeout = 120)
{
    shell_result r = shell_run(testing_source(),
                               "timeout --preserve-status -k 40 -s TERM 3 nslaw fit "
                               "data/fit/runs.csv --form theory+source+latents");
    cr_expect(r.code == 143 && !*r.out, "exit %d", r.code);
    cr_expect(strstr(r.err, "interrupted; nothing is written\n"), "%s", r.err);
    shell_clear(&r);
}

/* --- forms that fail, numbers that are not known
 * -----------------------------------------
 */

/* Losses that rise with P: chinchilla has no minimum, a power of N has one. */
#define RISING                                                                         \
    "for n in 1e7 3e7 1e8 3e8; do for p in 1e9 3e9 1e10; do awk \"BEGIN { printf "     \
    "\\\"$n,$p,%.6f\\n\\\", 2 + 1e3 / $n^0.4 + 1e-3 * $p^0.1 }\"; done; done | "       \
    "(echo N,P,loss; cat) | "

Test(cli_fit, other_forms_survive_one_that_fails)
{
    shell_result r =
        must(testing_source(), RISING "nslaw fit - --form chinchilla,power:N -f json");
    struct json_object *root = json_tokener_parse(r.out);
    cr_assert(root);
    cr_expect_str_eq(text_of(form_of(root, 0), "form"), "power:N");
    cr_expect(strncmp(json_object_get_string(summary_of(root, "failed")),
                      "chinchilla: no minimum found", 28) == 0);
    cr_expect(strstr(r.err, "left out"), "%s", r.err);
    json_object_put(root);
    shell_clear(&r);
    r = shell_run(testing_source(), RISING "nslaw fit - --form chinchilla");
    cr_expect(r.code == 1 && !*r.out && strstr(r.err, "no minimum found"), "%d %s",
              r.code, r.err);
    shell_clear(&r);
    r = shell_run(testing_source(), RISING "nslaw fit - --form chinchilla,kaplan");
    cr_expect(r.code == 1 && !*r.out && strstr(r.err, "chinchilla: no minimum") &&
                  strstr(r.err, "kaplan: no minimum"),
              "%d %s", r.code, r.err);
    shell_clear(&r);
}

/* A model whose k nobody knows says so and promises no interval. */
Test(cli_fit, models_name_what_is_not_identified)
{
    shell_result r =
        must(testing_source(),
             "sed 's/\"k\": *{ *\"value\": *[0-9.e+-]*/"
             "\"k\": { \"value\": null, \"best\": 21.5/' data/fit/model.json | "
             "nslaw loss --model - -N 1e9 -P 2e10");
    cr_expect(strstr(r.out, "not identified by its runs: k") &&
                  !strstr(r.out, "test_loss_lo"),
              "%s", r.out);
    shell_clear(&r);
}
