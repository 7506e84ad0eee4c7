/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nslaw phase and nslaw merge from outside: keys, arrays, shards, refusals, signals. */
#include "json_rows.h"
#include "shell.h"
#include "testing.h"
#include <nslaw/phase.h>

#include <criterion/criterion.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The map that most tests are about: 7 columns, 5 rows. */
#define MAP "nslaw phase -N 10:1e4:7 -P 10:1e3:5 -M 2000 --alpha 1 --noise 1e-3"

enum { COLUMNS = 7, ROWS = 5 };

/* Rows have the digits of elasticities and ridges that NSL_MAP_PROMISE leaves: nine. */
static const double PRINTED = 1e-9;

static shell_result run(const char *folder, const char *format, const char *a,
                        const char *b)
{
    char command[1024];
    snprintf(command, sizeof command, format, a, b);
    return shell_run(folder, command);
}

/* Runs what must succeed in silence. */
static void must(const char *folder, const char *command)
{
    shell_result r = shell_run(folder, command);
    cr_expect(r.code == 0 && *r.err == '\0', "%s: exit %d, %s", command, r.code, r.err);
    shell_clear(&r);
}

/* Expects an exit code and one line of message. */
static void refused(const char *folder, const char *command, int code)
{
    shell_result r = shell_run(folder, command);
    size_t length = strlen(r.err);
    bool one_line = length > 0 && strchr(r.err, '\n') == r.err + length - 1;
    cr_expect(r.code == code, "%s: exit %d, not %d: %s", command, r.code, code, r.err);
    cr_expect(one_line, "%s: '%s'", command, r.err);
    cr_expect(*r.out == '\0', "%s writes '%s'", command, r.out);
    shell_clear(&r);
}

/* --- rows --------------------------------------------------------------------------
 */

static void check_keys(const char *command, const char *ridge, size_t rows)
{
    static const char *const keys[] = {"features",  "samples",
                                       "test_loss", "elasticity_features",
                                       "regime",    "elasticity_samples"};
    struct json_object *root = json_run(command);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        json_member(json_row(root, 0), keys[i]);
    json_member(json_row(root, 0), ridge);
    cr_expect(json_object_array_length(json_member(root, "rows")) == rows, "%s",
              command);
    struct json_object *boundaries =
        json_member(json_member(root, "summary"), "boundaries");
    cr_expect(json_object_array_length(boundaries) > 0, "%s", command);
    json_check_nulls(root, command);
    json_object_put(root);
}

Test(cli_phase, promised_keys, .timeout = 60)
{
    check_keys(MAP " -f json", "ridge", COLUMNS * ROWS);
    check_keys(MAP " --kernel-ridge 0.1 -f json", "kernel_ridge", COLUMNS * ROWS);
    check_keys("nslaw phase -P 10:1e3:5 --kernel-ridge 1e-3:1:4 -N inf -a 1 -f json",
               "kernel_ridge", 20);
    check_keys("nslaw phase -P 10:1e3:3 --alpha 0.3:2:4 -N 100 -f json", "ridge", 12);
    check_keys("nslaw phase -N 10:1e3:3 -P 10:1e3:4 --spectrum "
               "data/mnist/relu_spectrum.csv --ridge opt -f json",
               "ridge", 12);
}

/* Rows follow y, and within them x; each cell is that of nslaw loss. */
static void check_cells(const char *units)
{
    char command[512];
    snprintf(command, sizeof command, MAP " --kernel-ridge 1e-3 %s -f json", units);
    struct json_object *map = json_run(command);
    for (size_t k = 0; k < COLUMNS * ROWS; k += 16) {
        double N = json_value(map, k, "features"), P = json_value(map, k, "samples");
        double x = 10.0 * pow(1e3, (double)(k % COLUMNS) / (COLUMNS - 1));
        double y = 10.0 * pow(1e2, (double)(k / COLUMNS) / (ROWS - 1));
        cr_expect(testing_distance(N, x) < 1e-14 && testing_distance(P, y) < 1e-14,
                  "cell %zu: N %.17g P %.17g", k, N, P);
        snprintf(command, sizeof command,
                 "nslaw loss -N %.17g -P %.17g -M 2000 --alpha 1 --noise 1e-3 "
                 "--kernel-ridge 1e-3 %s -f json",
                 N, P, units);
        struct json_object *one = json_run(command);
        cr_expect(testing_distance(json_value(map, k, "test_loss"),
                                   json_value(one, 0, "test_loss")) < 2 * NSL_PROMISE,
                  "%s", command);
        static const char *const slopes[] = {"elasticity_features",
                                             "elasticity_samples"};
        for (int i = 0; i < 2; i++) {
            double got = json_value(map, k, slopes[i]);
            double exact = json_value(one, 0, slopes[i]);
            cr_expect(fabs(got - exact) <= PRINTED * fmax(1.0, fabs(exact)),
                      "%s: %s %.17g, not %.17g", command, slopes[i], got, exact);
        }
        json_object_put(one);
    }
    json_object_put(map);
}

Test(cli_phase, cells_are_those_of_loss, .timeout = 60)
{
    check_cells("");
    check_cells("--mse");
    check_cells("--test-noise");
    check_cells("--test-noise --ensemble 3");
}

/* Elasticities are known to 1e-10 of themselves where they are large: ten digits. */
Test(cli_phase, digits_are_known_ones, .timeout = 60)
{
    enum { KNOWN = 10 };
    shell_result r = shell_run(".", "nslaw phase -N 1000:1e4:2 -P 1000.01:1e4:2 "
                                    "--alpha 1 -f csv | sed -n 4p | cut -d, -f 8,9");
    cr_assert(r.code == 0, "%s", r.err);
    cr_assert(fabs(atof(r.out)) > 1e4, "near the peak, not %s", r.out);
    for (const char *at = r.out; at; at = strchr(at + 1, ',')) {
        const char *number = at + strspn(at, ",-");
        size_t digits = strspn(number, "0123456789.");
        cr_expect(digits <= KNOWN + 1, "%s", r.out); /* and the point */
    }
    shell_clear(&r);
}

/* The best ridge of a cell, given, gives the cell. */
Test(cli_phase, best_ridges_are_those_of_loss, .timeout = 60)
{
    struct json_object *map = json_run(MAP " --ridge opt -f json");
    for (size_t k = 0; k < COLUMNS * ROWS; k += 5) {
        char command[512];
        snprintf(command, sizeof command,
                 "nslaw loss -N %.17g -P %.17g -M 2000 --alpha 1 --noise 1e-3 "
                 "--ridge opt -f json",
                 json_value(map, k, "features"), json_value(map, k, "samples"));
        struct json_object *one = json_run(command);
        cr_expect(testing_distance(json_value(map, k, "ridge"),
                                   json_value(one, 0, "ridge")) < PRINTED,
                  "%s", command);
        json_object_put(one);
    }
    json_object_put(map);
}

Test(cli_phase, axes_by_name, .timeout = 60)
{
    static const struct {
        const char *given, *x, *y;
    } cases[] = {{"", "features", "samples"},
                 {"-x P", "samples", "features"},
                 {"-y N", "samples", "features"},
                 {"-x samples -y N", "samples", "features"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char command[256];
        snprintf(command, sizeof command, MAP " %s -f json", cases[i].given);
        struct json_object *root = json_run(command);
        struct json_object *summary = json_member(root, "summary");
        cr_expect_str_eq(json_object_get_string(json_member(summary, "x")), cases[i].x);
        cr_expect_str_eq(json_object_get_string(json_member(summary, "y")), cases[i].y);
        cr_expect(json_value(root, 0, cases[i].x) < json_value(root, 1, cases[i].x));
        cr_expect(json_value(root, 0, cases[i].y) == json_value(root, 1, cases[i].y));
        json_object_put(root);
    }
}

/* The record runs again and gives the same bytes; threads do not change them. */
Test(cli_phase, records_run_again, .timeout = 60)
{
    shell_result first = shell_run(testing_source(), MAP " --ridge opt -j 1 -f csv");
    cr_assert(first.code == 0, "%s", first.err);
    char *record = strchr(first.out, '\n') + 1, again[512];
    snprintf(again, sizeof again, "%.*s -j 3 -f csv", (int)strcspn(record, "\n") - 2,
             record + 2);
    shell_result second = shell_run(testing_source(), again);
    cr_expect_str_eq(second.out, first.out, "%s", again);
    shell_clear(&first);
    shell_clear(&second);
}

/* --- arrays ------------------------------------------------------------------------
 */

typedef struct {
    char type[4]; /* "<f8" or "|u1" */
    size_t rows, columns;
    unsigned char *data;
    size_t size; /* of the data, in bytes */
} array;

/* Version 1.0, C order, data from a multiple of 64 on: nothing else is written. */
static array read_npy(const char *folder, const char *name)
{
    array a = {.columns = 1};
    char path[512];
    unsigned char start[10];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    cr_assert(file, "%s", path);
    cr_assert(fread(start, 1, 10, file) == 10 && memcmp(start, "\x93NUMPY\1\0", 8) == 0,
              "%s", path);
    size_t length = start[8] + 256u * start[9];
    char header[1024] = "";
    cr_assert(length < sizeof header && fread(header, 1, length, file) == length);
    cr_expect((10 + length) % 64 == 0 && header[length - 1] == '\n', "%s", path);
    cr_expect(strstr(header, "'fortran_order': False"), "%s", header);
    cr_assert(sscanf(strstr(header, "'descr'"), "'descr': '%3[^']'", a.type) == 1);
    int sizes =
        sscanf(strstr(header, "'shape'"), "'shape': (%zu, %zu", &a.rows, &a.columns);
    cr_assert(sizes >= 1, "%s", header);
    size_t room = a.rows * a.columns * sizeof(double) + 1;
    a.data = malloc(room);
    a.size = fread(a.data, 1, room, file);
    size_t each = strcmp(a.type, "<f8") == 0 ? 8 : 1;
    cr_expect(a.size == a.rows * a.columns * each, "%s: %zu bytes", path, a.size);
    fclose(file);
    return a;
}

static double number_at(const array *a, size_t k)
{
    uint64_t bits = 0;
    double value;
    for (int i = 7; i >= 0; i--) /* little-endian */
        bits = bits << 8 | a->data[8 * k + (size_t)i];
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void check_array(const char *folder, const char *name, struct json_object *rows,
                        const char *key, double error)
{
    array a = read_npy(folder, name);
    cr_expect_str_eq(a.type, "<f8");
    cr_expect(a.rows == ROWS && a.columns == COLUMNS, "%s: %zu, %zu", name, a.rows,
              a.columns);
    for (size_t k = 0; k < COLUMNS * ROWS; k++) {
        double value = json_value(rows, k, key);
        cr_expect(fabs(number_at(&a, k) - value) <= error * fmax(1.0, fabs(value)) ||
                      (isnan(value) && !isfinite(number_at(&a, k))),
                  "%s[%zu] is %.17g, not %.17g", name, k, number_at(&a, k), value);
    }
    free(a.data);
}

Test(cli_phase, arrays, .timeout = 60)
{
    char folder[64], path[96];
    shell_new_folder(folder, sizeof folder);
    must(folder, MAP " --ridge opt -f npy -o map");
    snprintf(path, sizeof path, "%s/map", folder);
    struct json_object *rows = json_run(MAP " --ridge opt -f json");
    check_array(path, "test_loss.npy", rows, "test_loss", 0.0);
    check_array(path, "elasticity_features.npy", rows, "elasticity_features", PRINTED);
    check_array(path, "elasticity_samples.npy", rows, "elasticity_samples", PRINTED);
    check_array(path, "ridge.npy", rows, "ridge", PRINTED);
    array regime = read_npy(path, "regime.npy");
    cr_expect_str_eq(regime.type, "|u1");
    cr_expect(regime.rows == ROWS && regime.columns == COLUMNS);
    for (size_t k = 0; k < COLUMNS * ROWS; k++)
        cr_expect_str_eq(
            nsl_phase_name((nsl_phase)regime.data[k]),
            json_object_get_string(json_member(json_row(rows, k), "regime")));
    array x = read_npy(path, "x_features.npy"), y = read_npy(path, "y_samples.npy");
    cr_expect(x.rows == COLUMNS && x.columns == 1 && y.rows == ROWS && y.columns == 1);
    for (size_t k = 0; k < COLUMNS * ROWS; k++) {
        cr_expect(number_at(&x, k % COLUMNS) == json_value(rows, k, "features"));
        cr_expect(number_at(&y, k / COLUMNS) == json_value(rows, k, "samples"));
    }
    free(regime.data);
    free(x.data);
    free(y.data);
    json_object_put(rows);
    shell_remove_folder(folder);
}

/* --- shards ------------------------------------------------------------------------
 */

static void make_shards(const char *folder, const char *map, int shards)
{
    for (int k = 1; k <= shards; k++) {
        char command[512];
        snprintf(command, sizeof command, "%s -f npy -o part%d --shard %d/%d", map, k,
                 k, shards);
        must(folder, command);
    }
}

/* Whatever the format and the order of the parts, merge gives what one run gives. */
static void check_merge(const char *map, int shards, int format_count)
{
    char folder[64], command[512];
    shell_new_folder(folder, sizeof folder);
    make_shards(folder, map, shards);
    static const char *const formats[] = {"csv", "json", "table"};
    for (int i = 0; i < format_count; i++) {
        snprintf(
            command, sizeof command,
            "%s -f %s -o one && nslaw merge part* -f %s -o merged && cmp one merged",
            map, formats[i], formats[i]);
        must(folder, command);
    }
    snprintf(
        command, sizeof command,
        "%s -f npy -o whole && nslaw merge $(ls -d part* | sort -r) -f npy -o again "
        "&& diff -r whole again && test $(ls whole | wc -l) = 11",
        map);
    must(folder, command);
    shell_remove_folder(folder);
}

Test(cli_phase, shards_make_one_map, .timeout = 120)
{
    check_merge(MAP " --ridge opt", 3, 2);
    check_merge(MAP " --mse --test-noise", 2, 1);
    check_merge("nslaw phase -P 10:100:2 --noise 1e-3:1:3 -N inf -a 1 -y noise", 2, 1);
    check_merge("nslaw phase --spectrum $DATA/mnist/relu_spectrum.csv -N 10:300:4 -P "
                "10:300:3 --kernel-ridge 1e-3",
                1, 1);
}

Test(cli_phase, wrong_parts, .timeout = 120)
{
    char folder[64];
    shell_new_folder(folder, sizeof folder);
    make_shards(folder, MAP, 3);
    must(folder, MAP " -f npy -o whole");
    must(folder, MAP " --mse -f npy -o foreign --shard 2/3");
    must(folder, MAP " -f npy -o finer --shard 2/4");
    refused(folder, "nslaw merge part1 part3", 3);
    refused(folder, "nslaw merge part1 part2 part2 part3", 3);
    refused(folder, "nslaw merge part1 foreign part3", 3);
    refused(folder, "nslaw merge foreign part1 part3", 3);
    refused(folder, "nslaw merge part1 finer part3", 3);
    refused(folder, "nslaw merge whole", 3);
    refused(folder, "nslaw merge part1 whole part3", 3);
    refused(folder, "nslaw merge part1 nowhere part3", 3);
    refused(folder, "nslaw merge part1 part2/test_loss.npy part3", 3);
    refused(folder, "nslaw merge", 2);
    refused(folder, "nslaw merge part1 part2 part3 -f yaml", 2);
    refused(folder, "nslaw merge part1 part2 part3 -f npy", 2);
    refused(folder, "nslaw merge part1 part2 part3 -o /dev/full", 3);
    must(folder, "nslaw merge part1 part2 part3 -o fine.csv");
    shell_remove_folder(folder);
}

/* A part that something happened to. */
Test(cli_phase, broken_parts, .timeout = 120)
{
    static const char *const harm[] = {
        "rm %s/test_loss.npy",
        ": > %s/test_loss.npy",
        "head -c 100 whole/ridge.npy > %s/ridge.npy",
        "head -c -8 %s/error.npy > cut && cp cut %s/error.npy",
        "cp whole/test_loss.npy %s/test_loss.npy",
        "cp %s/test_loss.npy %s/regime.npy",
        "printf '\\377' | dd of=%s/regime.npy bs=1 seek=130 conv=notrunc 2>/dev/null",
        "printf 'X' | dd of=%s/test_loss.npy bs=1 seek=3 conv=notrunc 2>/dev/null",
        "sed -i s/\\<f8/\\>f8/ %s/error.npy",
        "printf '\\0' >> %s/error.npy",
        "echo '{' > %s/summary.json",
        "echo '[1, 2]' > %s/summary.json",
        "echo '{}' >> %s/summary.json",
        ": > %s/summary.json",
        "rm %s/summary.json",
        "sed -i 's|2/3|7/3|' %s/summary.json",
        "sed -i 's|2/3|2/99999999999999|' %s/summary.json",
        "sed -i 's|2/3|2/x|' %s/summary.json",
        "sed -i 's/nslaw phase/nslaw loss/' %s/summary.json",
        "sed -i 's/nslaw phase/rm -rf/' %s/summary.json",
        "sed -i 's/\"nslaw\": \"/\"nslaw\": \"9/' %s/summary.json",
        "sed -i 's/fingerprint\": \"./fingerprint\": \"g/' %s/summary.json",
        "sed -i 's/checksum\": \"./checksum\": \"g/' %s/summary.json",
        "printf '\\001' | dd of=%s/test_loss.npy bs=1 seek=140 conv=notrunc "
        "2>/dev/null",
    };
    char folder[64];
    shell_new_folder(folder, sizeof folder);
    make_shards(folder, MAP, 3);
    must(folder, MAP " -f npy -o whole");
    for (size_t i = 0; i < sizeof harm / sizeof *harm; i++) {
        must(folder, "rm -rf bad && cp -r part2 bad");
        shell_result r = run(folder, harm[i], "bad", "bad");
        cr_assert(r.code == 0, "%s: %s", harm[i], r.err);
        shell_clear(&r);
        shell_result merged =
            shell_run(folder, "nslaw merge part1 bad part3 -o out.csv");
        cr_expect(merged.code == 3, "%s: exit %d", harm[i], merged.code);
        const char *end = strchr(merged.err, '\n');
        cr_expect(end && end[1] == '\0', "%s: '%s'", harm[i], merged.err);
        shell_clear(&merged);
        /* the part that the command line is taken from, too */
        merged = shell_run(folder, "nslaw merge bad part1 part3 -o out.csv");
        cr_expect(merged.code == 3, "%s, first: exit %d, %s", harm[i], merged.code,
                  merged.err);
        shell_clear(&merged);
        must(folder, "test ! -e out.csv");
    }
    shell_remove_folder(folder);
}

/* Parts say what spectrum they were made of. */
Test(cli_phase, spectrum_that_changed, .timeout = 60)
{
    static const char map[] =
        "nslaw phase --spectrum s.csv -N 2:20:3 -P 2:20:4 --kernel-ridge 0.1";
    char folder[64];
    shell_new_folder(folder, sizeof folder);
    must(folder, "printf 'eigenvalue\\n1\\n0.5\\n0.1\\n' > s.csv");
    make_shards(folder, map, 2);
    must(folder, "nslaw merge part1 part2 -o merged.csv");
    must(folder, "printf 'eigenvalue\\n1\\n0.5\\n0.2\\n' > s.csv");
    refused(folder, "nslaw merge part1 part2", 3);
    must(folder, "rm s.csv");
    refused(folder, "nslaw merge part1 part2", 3);
    shell_remove_folder(folder);
}

/* --- refusals ----------------------------------------------------------------------
 */

Test(cli_phase, wrong_uses, .timeout = 60)
{
    static const struct {
        const char *arguments;
        int code;
    } cases[] = {
        {"-N 10:1e3:7 -P 10 -a 1", 2},
        {"-N 10 -P 10 -a 1", 2},
        {"-N 10:1e3:7 -P 10:100:3 -a 1 --noise 1e-3:1:3", 2},
        {"-N 10:1e3:7 -P 10:100:3", 2},
        {"-N 10:1e3:7 -P 10:100:3 -a 1 -f npy", 2},
        {"-N 10:1e3:7 -P 10:100:3 -a 1 -f npy -o -", 2},
        {"-N 10:1e3:7 -P 10:100:3 -a 1 -f yaml", 2},
        {"-N 10:1e3:7 -P 10:100:3 -a 1 -x M", 2},
        {"-N 10:1e3:7 -P 10:100:3 -a 1 -x ''", 2},
        {"-N 10:1e3:7 -P 10:100:3 -a 1 -x ,", 2},
        {"-N 10:1e3:7 -P 10:100:3 -a 1 -x N -y N", 2},
        {"-N 10:1e3:7 -P 10:100:3 -a 1 -j 0", 2},
        {"-N 10:1e3:7 -P 10:100:3 -a 1 --digits 20", 2},
        {"-N 10:1e3:7 -P 10:100:3 -a 1 --ridge 1", 2},
        {"-N 10:1e3:7 -P 10:100:3 -a 0.5:2000:3", 2},
        {"-N 10:1e3:7 -P 10 -a 0.5:2000:3", 2},
        {"-N 10:1e3:7 -P 10 -a 1 -M 0:10:3", 2},
        {"-N 10:1e3:7 -P 10 -a 1 -M 2:5:9", 2},
        {"-N 10:1e3:1 -P 10:100:3 -a 1", 2},
        {"-N 1e3:10:7 -P 10:100:3 -a 1", 2},
        {"-N 10:inf:7 -P 10:100:3 -a 1", 2},
        {"-N 10:1e3:7 -M 10:100:3 --spectrum $DATA/mnist/relu_spectrum.csv -P 10", 2},
        {"-N 10:1e3:7 -P 10:100:3 --spectrum nowhere.csv", 3},
        {"-N 10:1e3:7 -P 10:100:3 -a 1 --shard 1/3", 2},
        {"-N 10:1e3:7 -P 10:100:3 -a 1 --shard 1/3 -f csv -o x", 2},
        {"-N 10:1e3:7 -P 10:100:3 -a 1 -f npy -o x --shard 0/3", 2},
        {"-N 10:1e3:7 -P 10:100:3 -a 1 -f npy -o x --shard 4/3", 2},
        {"-N 10:1e3:7 -P 10:100:3 -a 1 -f npy -o x --shard 1/4", 2},
        {"-N 10:1e3:7 -P 10:100:3 -a 1 -f npy -o x --shard 1", 2},
        {"-N 10:1e3:7 -P 10:100:3 -a 1 -f npy -o x --shard 1/3/3", 2},
        {"-N 10:1e3:7 -P 10:100:3 -a 1 -f npy -o x --shard -1/3", 2},
        {"-N 10:1e3:7 -P 10:100:3 -a 1 -f npy -o x --shard ' 1/3'", 2},
        {"-N 10:1e3:7 -P 10:100:3 -a 1 -f npy -o x --shard ''", 2},
        {"-N 10:1e3:7 -P 10:100:3 -a 1 -f npy -o x --shard "
         "18446744073709551617/18446744073709551618",
         2},
        {"-N 10:1e3:7 -P 10:100:3 -a 1 -o /dev/full", 3},
        {"-N 10:1e3:7 -P 10:100:3 -a 1 -f npy -o /dev/full", 3},
        {"-N 10:1e3:7 -P 10:100:3 -a 1 -f npy -o file", 3},
        {"-N 10:1e3:7 -P 10:100:3 -a 1 -f npy -o no/where", 3},
        {"-N 10:1e3:7 -P 10:100:3 -a 1 -f npy -o /proc/nslaw", 3},
        {"-N 10:1e3:7 -P 10:100:3 -a 1 -f npy -o taken", 3},
        {"-N 10:1e3:7 -P 10:100:3 -a 1 -o no/where.csv", 3},
        {"-N 10:100:200000 -P 10:100:200000 -a 1", 1},
    };
    char folder[64];
    shell_new_folder(folder, sizeof folder);
    must(folder, ": > file && mkdir -p taken/ridge.npy && ls -R > before");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char command[512];
        snprintf(command, sizeof command, "nslaw phase %s", cases[i].arguments);
        refused(folder, command, cases[i].code);
        /* no array, not even some of them, and no temporary */
        must(folder, "ls -R > after && grep -v after after | diff before - >&2");
    }
    shell_remove_folder(folder);
}

/* --- signals -----------------------------------------------------------------------
 */

/* A long map, told to stop after a tenth of a second, ends at once and leaves nothing.
 */
static void check_signal(const char *name, int code)
{
    static const char script[] =
        "mkdir out && cd out || exit 9\n"
        "nslaw phase -N 10:1e6:3000 -P 10:1e6:3000 -a 1 --ridge opt %s 2>../err &\n"
        "job=$!\n"
        "sleep 0.15\n"
        "kill -%s $job\n"
        "wait $job\n"
        "code=$?\n"
        "cd .. && test -z \"$(ls -A out)\" || exit 8\n"
        "test $(wc -l <err) = 1 || exit 7\n"
        "rmdir out\n"
        "exit $code\n";
    static const char *const outputs[] = {"-o map.csv", "-f npy -o map",
                                          "-j 2 -o m.json"};
    for (int i = 0; i < 3; i++) {
        char folder[64];
        shell_new_folder(folder, sizeof folder);
        shell_result r = run(folder, script, outputs[i], name);
        cr_expect(r.code == code, "%s %s: exit %d, not %d", name, outputs[i], r.code,
                  code);
        cr_expect(*r.out == '\0');
        shell_clear(&r);
        shell_remove_folder(folder);
    }
}

Test(cli_phase, signals, .timeout = 60)
{
    check_signal("TERM", 143);
    /* a shell lets background jobs ignore SIGINT, which the program takes back */
    check_signal("INT", 130);
}

/* --- the picture -------------------------------------------------------------------
 */

/* What the picture draws is the table: log10 of sizes and losses, five digits of them;
 * the line N = P goes from corner to corner. */
Test(cli_phase, picture_of_the_map, .timeout = 60)
{
    static const double DRAWN = 1e-4;
    char folder[64], command[512], path[96], line[256];
    double x, y, z, diagonal = 0.0;
    int block = -1;
    size_t cells = 0, points = 0;
    shell_new_folder(folder, sizeof folder);
    snprintf(path, sizeof path, "%s/x.gp", folder);
    snprintf(command, sizeof command, MAP " --ridge opt -f json --plot %s", path);
    struct json_object *root = json_run(command);
    FILE *file = fopen(path, "r");
    cr_assert(file != NULL);
    while (fgets(line, sizeof line, file)) {
        if (strncmp(line, "$map << EOD", 11) == 0)
            block = 0;
        (void)sscanf(line, "$b%d << EOD", &block);
        int numbers = sscanf(line, "%lf %lf %lf", &x, &y, &z);
        if (numbers == 3) {
            const double told[] = {json_value(root, cells, "features"),
                                   json_value(root, cells, "samples"),
                                   json_value(root, cells, "test_loss")};
            cr_expect(fabs(x - log10(told[0])) < DRAWN &&
                          fabs(y - log10(told[1])) < DRAWN &&
                          fabs(z - log10(told[2])) < DRAWN,
                      "cell %zu: %s", cells, line);
            cells++;
        }
        if (numbers == 2 && block == 0) {
            diagonal = fmax(diagonal, fabs(x - y));
            points++;
        }
    }
    fclose(file);
    cr_expect(cells == COLUMNS * ROWS, "%zu cells", cells);
    cr_expect(points >= 2 && diagonal < DRAWN, "%zu points, %g off", points, diagonal);
    json_object_put(root);
    shell_remove_folder(folder);
}
