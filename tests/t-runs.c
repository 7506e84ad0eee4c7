/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables of runs for fits: derived columns, logarithms, weights, ties, bad rows. */
#include "empirical/runs.h"
#include "testing.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Reads a text, `length` long, as a file. */
static nsl_status read_bytes(nsl_runs *runs, const char *text, size_t length,
                             const nsl_runs_selection *selection, nsl_error *err)
{
    char path[] = "/tmp/nslaw-runs-XXXXXX";
    FILE *file = fdopen(mkstemp(path), "wb");
    cr_assert(file);
    fwrite(text, 1, length, file);
    fclose(file);
    nsl_status status = nsl_runs_read(runs, path, selection, err);
    unlink(path);
    return status;
}

static nsl_status read_text(nsl_runs *runs, const char *text,
                            nsl_runs_selection selection, nsl_error *err)
{
    selection.purpose = NSL_RUNS_FITTED;
    return read_bytes(runs, text, strlen(text), &selection, err);
}

/* Reads what must be good. */
static nsl_runs read_good(const char *text, nsl_runs_selection selection)
{
    nsl_runs runs;
    nsl_error err = {0};
    cr_assert(read_text(&runs, text, selection, &err) == NSL_OK, "%s: %s", text,
              err.message);
    return runs;
}

static void expect_run(const nsl_runs *runs, size_t i, double n, double p, double c,
                       double loss)
{
    cr_assert(i < runs->count, "%zu runs", runs->count);
    const double *v = runs->run[i].value, wanted[] = {n, p, c, loss};
    for (int k = 0; k < 4; k++)
        cr_expect(testing_distance(v[k], wanted[k]) < 1e-15, "run %zu: %s is %.17g", i,
                  nsl_run_keys[k], v[k]);
}

Test(runs, samples_and_compute_follow_from_each_other)
{
    nsl_runs runs = read_good("N,P,loss\n2,5,3\n", (nsl_runs_selection){.purpose = 0});
    expect_run(&runs, 0, 2, 5, 60, 3);
    cr_expect(runs.has[NSL_RUN_SAMPLES] && !runs.has[NSL_RUN_COMPUTE]);
    nsl_runs_clear(&runs);
    runs = read_good("N,C,loss\n2,60,3\n", (nsl_runs_selection){.purpose = 0});
    expect_run(&runs, 0, 2, 5, 60, 3);
    cr_expect(!runs.has[NSL_RUN_SAMPLES] && runs.has[NSL_RUN_COMPUTE]);
    nsl_runs_clear(&runs);
    /* both are taken as they are */
    runs = read_good("N,P,C,loss\n2,5,70,3\n", (nsl_runs_selection){.purpose = 0});
    expect_run(&runs, 0, 2, 5, 70, 3);
    nsl_runs_clear(&runs);
    runs = read_good("N,P,C,loss\n2,x,60,3\n",
                     (nsl_runs_selection){.column = {[NSL_RUN_SAMPLES] = ""}});
    expect_run(&runs, 0, 2, 5, 60, 3);
    nsl_runs_clear(&runs);
}

Test(runs, logarithms)
{
    nsl_runs_selection selection = {.column = {[NSL_RUN_FEATURES] = "n"}};
    selection.log10[NSL_RUN_FEATURES] = selection.log10[NSL_RUN_LOSS] = true;
    nsl_runs runs = read_good("n,C,loss\n3,6e5,-1\n0,12,0\n400,1,1\n-inf,1,1\n"
                              "-310,1,1\n1,1,nan\n",
                              selection);
    cr_assert(runs.count == 2 && runs.bad == 4);
    expect_run(&runs, 0, 1000, 100, 6e5, 0.1);
    expect_run(&runs, 1, 1, 2, 12, 1);
    cr_expect(strstr(runs.bad_row[0], ":4: column n must be the log10 of a number in "
                                      "the range of double, got '400'"),
              "%s", runs.bad_row[0]);
    nsl_runs_clear(&runs);
}

Test(runs, weights)
{
    nsl_runs_selection selection = {.column = {[NSL_RUN_WEIGHT] = "w"}};
    nsl_runs runs = read_good(
        "N,P,loss,w\n1,1,1,0.5\n1,1,1,0\n1,1,1,-1\n1,1,1,inf\n1,1,1,\n", selection);
    cr_assert(runs.count == 2 && runs.bad == 3);
    cr_expect(runs.run[0].value[NSL_RUN_WEIGHT] == 0.5);
    cr_expect(runs.run[1].value[NSL_RUN_WEIGHT] == 0.0);
    nsl_runs_clear(&runs);
    runs = read_good("N,P,loss,weights\n1,1,1,9\n", (nsl_runs_selection){.purpose = 0});
    cr_expect(runs.run[0].value[NSL_RUN_WEIGHT] == 1.0, "only where named");
    nsl_runs_clear(&runs);
}

/* Which runs are left does not depend on their order, also where losses are equal. */
Test(runs, highest_losses_are_dropped)
{
    static const char *const rows[] = {"1,9,5\n", "2,3,5\n", "2,4,5\n",
                                       "7,7,1\n", "8,1,6\n", "2,4,5\n"};
    enum { ROWS = 6 };
    for (int shift = 0; shift < ROWS; shift++) {
        char text[128] = "N,P,loss\n";
        for (int i = 0; i < ROWS; i++)
            strcat(text, rows[(i * 5 + shift) % ROWS]); /* 5 and 6 are coprime */
        nsl_runs runs = read_good(text, (nsl_runs_selection){.drop_highest = 3});
        cr_assert(runs.count == 3 && runs.dropped == 3);
        double n = 0.0, p = 0.0;
        for (int i = 0; i < 3; i++) {
            n += runs.run[i].value[NSL_RUN_FEATURES];
            p += runs.run[i].value[NSL_RUN_SAMPLES];
            cr_expect(i == 0 || runs.run[i].line > runs.run[i - 1].line);
        }
        cr_expect(n == 1 + 2 + 7 && p == 9 + 3 + 7, "shift %d: %g, %g", shift, n, p);
        nsl_runs_clear(&runs);
    }
    nsl_runs runs;
    nsl_error err = {0};
    nsl_runs_selection all = {.drop_highest = 2};
    cr_expect(read_text(&runs, "N,P,loss\n1,1,1\n2,2,2\n", all, &err) == NSL_EFILE);
    cr_expect(strstr(err.message, "--drop-highest 2 leaves none of its 2 runs"), "%s",
              err.message);
    cr_expect(!runs.run && runs.count == 0);
}

/* Every kind of bad row is skipped with its line and reason, and the good ones stay. */
Test(runs, bad_rows_are_skipped)
{
    static const struct {
        const char *row, *reason;
    } cases[] = {
        {"1,2", ":3: has 2 fields, the header 3"},
        {"1,2,3,4", ":3: has 4 fields, the header 3"},
        {"1,2,x", ":3: column loss: 'x' is not a number"},
        {"1,2,", ":3: column loss: '' is not a number"},
        {"1,2,0", ":3: column loss must be a finite number > 0, got '0'"},
        {"1,2,-3", ":3: column loss must be a finite number > 0, got '-3'"},
        {"1,2,inf", ":3: column loss must be a finite number > 0, got 'inf'"},
        {"1,2,nan", ":3: column loss: 'nan' is not a number"},
        {"1,inf,3", ":3: column P must be a finite number > 0, got 'inf'"},
        {"0,2,3", ":3: column N must be a finite number > 0, got '0'"},
        {"1e999,2,3", ":3: column N: '1e999' is above the range of double"},
        {"1e-999,2,3", ":3: column N: '1e-999' is below the range of double"},
        {"1e200,1e200,3", ":3: C = 6NP is outside the range of double"},
        {"1e-200,1e-200,3", ":3: C = 6NP is outside the range of double"},
        {"1,2,\"3", ":3: a quoted field does not end"},
        {"1,2,\033[31m", ":3: column loss: '?[31m' is not a number"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[128];
        snprintf(text, sizeof text, "N,P,loss\n4,5,6\n%s\n7,8,9\n", cases[i].row);
        nsl_runs runs = read_good(text, (nsl_runs_selection){.purpose = 0});
        cr_expect(runs.bad == 1 && strstr(runs.bad_row[0], cases[i].reason), "%s: %s",
                  cases[i].row, runs.bad_row[0]);
        cr_assert(runs.count == 2);
        cr_expect(runs.run[0].line == 2 && runs.run[1].line == 4);
        nsl_runs_clear(&runs);
    }
}

/* Rows that --where does not select are neither good nor bad. */
Test(runs, conditions_come_first)
{
    nsl_runs_selection selection = {.where = {{"kind", "a"}, {"size", "10"}},
                                    .conditions = 2};
    nsl_runs runs = read_good("kind,size,N,P,loss\na,1e1,1,2,3\nb,10,x,y,z\n"
                              "a,11,1,2,0\na,10.0,1,2,0\n a ,10,4,5,6\n",
                              selection);
    cr_expect(runs.count == 2 && runs.bad == 1 && strstr(runs.bad_row[0], ":5:"));
    nsl_runs_clear(&runs);
}

Test(runs, many_bad_rows_are_counted)
{
    char text[4096] = "N,P,loss\n1,2,3\n";
    for (int i = 0; i < 400; i++)
        strcat(text, "1,2\n");
    nsl_runs runs = read_good(text, (nsl_runs_selection){.purpose = 0});
    cr_expect(runs.count == 1 && runs.bad == 400);
    cr_expect(strstr(runs.bad_row[NSL_RUNS_BAD_KEPT - 1], ":12: "), "%s",
              runs.bad_row[NSL_RUNS_BAD_KEPT - 1]);
    nsl_runs_clear(&runs);
}

Test(runs, line_ends_marks_quotes)
{
    nsl_runs runs = read_good(
        "\xEF\xBB\xBF# a note\r\n\r\n\"Model Size\", loss ,\"C, "
        "all\"\r\n\"2\",3, 60\r\n2,x,60\r\n4,3,48",
        (nsl_runs_selection){
            .column = {
                [NSL_RUN_FEATURES] = "Model Size", [NSL_RUN_COMPUTE] = "C, all"}});
    cr_assert(runs.count == 2 && runs.bad == 1);
    expect_run(&runs, 0, 2, 5, 60, 3);
    expect_run(&runs, 1, 4, 2, 48, 3);
    cr_expect(runs.run[0].line == 4 && strstr(runs.bad_row[0], ":5:"));
    nsl_runs_clear(&runs);
}

/* What is wrong with the file as a whole. */
Test(runs, bad_files_are_refused)
{
    static const struct {
        const char *text;
        size_t length; /* 0: to the end of the text */
        const char *message;
    } cases[] = {
        {"", 0, "is empty"},
        {"# nothing\n", 0, "is empty"},
        {"N,P,loss\n", 0, "has no rows"},
        {"N,P,loss\n1,2\n\n1,x,3\n", 0,
         ":2: has 2 fields, the header 3; no row is "
         "good (2 bad)"},
        {"N,loss\n1,2\n", 0,
         ":1: has no column 'P' and no 'C' (name one with --map "
         "P=... or C=...); its columns: N, loss"},
        {"P,loss\n1,2\n", 0, ":1: has no column 'N'"},
        {"N,P\n1,2\n", 0, ":1: has no column 'loss'"},
        {"N,N,P,loss\n1,2,3,4\n", 0, "twice"},
        {"N,P,loss\n1,2,3\n1,\0,3\n", 20, ":3: has a NUL byte"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        nsl_runs runs;
        nsl_error err = {0};
        nsl_runs_selection selection = {.purpose = NSL_RUNS_FITTED};
        size_t length = cases[i].length ? cases[i].length : strlen(cases[i].text);
        nsl_status status = read_bytes(&runs, cases[i].text, length, &selection, &err);
        cr_expect(status == NSL_EFILE && strstr(err.message, cases[i].message),
                  "case %zu: %d '%s'", i, status, err.message);
        cr_expect(!runs.run && runs.count == 0);
    }
}

/* A comparison still takes no bad row, nor what only fits need. */
Test(runs, comparisons_are_strict)
{
    nsl_runs runs;
    nsl_error err = {0};
    nsl_runs_selection selection = {.purpose = NSL_RUNS_COMPARED};
    const char *bad = "N,P,loss\n1,2,3\n1,2\n";
    cr_expect(read_bytes(&runs, bad, strlen(bad), &selection, &err) == NSL_EFILE &&
              strstr(err.message, ":3: has 2 fields"));
    const char *compute = "N,C,loss\n1,2,3\n";
    cr_expect(read_bytes(&runs, compute, strlen(compute), &selection, &err) ==
                  NSL_EFILE &&
              strstr(err.message, "has no column 'P'"));
    const char *good = "N,P,C,loss\ninf,2,x,3\n";
    cr_expect(read_bytes(&runs, good, strlen(good), &selection, &err) == NSL_OK &&
              isinf(runs.run[0].value[NSL_RUN_FEATURES]));
    nsl_runs_clear(&runs);
}
