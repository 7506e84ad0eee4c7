/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CSV files longer than what is read at a time, and the bounds of a line. */
#include "input/csv.h"

#include <criterion/criterion.h>
#include <gsl/gsl_rng.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 2000, FIELD_MAX = 2000, LINE_MAX_BYTES = 1 << 20 };

static FILE *temporary(void)
{
    FILE *file = tmpfile();
    cr_assert(file);
    return file;
}

/* The letters of a row's fields say which row and column it is. */
static char letter(size_t row, size_t column)
{
    return (char)('a' + (7 * row + 11 * column) % 26);
}

static void write_field(FILE *file, gsl_rng *rng, size_t row, size_t column,
                        size_t *length)
{
    bool quoted = gsl_rng_uniform(rng) < 0.2;
    *length = gsl_rng_uniform_int(rng, FIELD_MAX);
    fputs(gsl_rng_uniform(rng) < 0.2 ? " \t" : "", file);
    fputs(quoted ? "\"" : "", file);
    for (size_t i = 0; i < *length; i++)
        putc(letter(row, column), file);
    fputs(quoted ? "\" " : "", file);
}

/* Rows of every length, so that blocks end within fields, at line ends, between \r and
 * \n; comments and blank lines among them. */
Test(csv, rows_across_blocks)
{
    static size_t length[ROWS][2], line[ROWS];
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    FILE *file = temporary();
    size_t at = 1;
    fputs("\xEF\xBB\xBF"
          "one,two\n",
          file);
    for (size_t r = 0; r < ROWS; r++) {
        for (; gsl_rng_uniform(rng) < 0.2; at++)
            fputs(gsl_rng_uniform(rng) < 0.5 ? " # no, row\r\n" : "\t\n", file);
        line[r] = ++at;
        write_field(file, rng, r, 0, &length[r][0]);
        putc(',', file);
        write_field(file, rng, r, 1, &length[r][1]);
        fputs(r + 1 == ROWS ? "" : gsl_rng_uniform(rng) < 0.5 ? "\n" : "\r\n", file);
    }
    rewind(file);
    nsl_csv csv;
    nsl_error err = {0};
    cr_assert(nsl_csv_open(&csv, file, "rows", &err) == NSL_OK, "%s", err.message);
    cr_assert(nsl_csv_column(&csv, "one") == 0 && nsl_csv_column(&csv, "two") == 1);
    for (size_t r = 0; r < ROWS; r++) {
        cr_assert(nsl_csv_next(&csv, &err) == NSL_OK && !csv.ended, "%zu: %s", r,
                  err.message);
        cr_assert(csv.line == line[r], "row %zu in line %zu: %zu", r, line[r],
                  csv.line);
        for (size_t c = 0; c < 2; c++) {
            const char only[] = {letter(r, c), '\0'};
            cr_assert(strlen(csv.field[c]) == length[r][c] &&
                          strspn(csv.field[c], only) == length[r][c],
                      "row %zu, column %zu", r, c);
        }
    }
    cr_assert(nsl_csv_next(&csv, &err) == NSL_OK && csv.ended);
    nsl_csv_close(&csv);
    fclose(file);
    gsl_rng_free(rng);
}

/* A header, a line of `bytes` with `odd` at a place, and a last row. */
static nsl_status read_long(size_t bytes, size_t place, char odd, nsl_error *err)
{
    FILE *file = temporary();
    fputs("one\n", file);
    for (size_t i = 0; i < bytes; i++)
        putc(i == place ? odd : 'x', file);
    fputs("\nlast\n", file);
    rewind(file);
    nsl_csv csv;
    cr_assert(nsl_csv_open(&csv, file, "long", err) == NSL_OK);
    nsl_status status = nsl_csv_next(&csv, err);
    cr_assert(csv.line == 2);
    if (status == NSL_OK) {
        cr_assert(strlen(csv.field[0]) == bytes);
        cr_assert(nsl_csv_next(&csv, err) == NSL_OK);
        cr_assert(strcmp(csv.field[0], "last") == 0 && csv.line == 3);
    }
    nsl_csv_close(&csv);
    fclose(file);
    return status;
}

Test(csv, a_line_has_at_most_a_mebibyte)
{
    static const struct {
        size_t bytes, place;
        char odd;
        const char *message;
    } cases[] = {
        {LINE_MAX_BYTES, 0, 'y', NULL},
        {LINE_MAX_BYTES + 1, 0, 'y', "long:2: the line is longer than 1 MiB"},
        {9 * LINE_MAX_BYTES, 0, 'y', "long:2: the line is longer than 1 MiB"},
        {LINE_MAX_BYTES, LINE_MAX_BYTES - 1, '\0', "long:2: has a NUL byte"},
        {LINE_MAX_BYTES + 1, LINE_MAX_BYTES, '\0', "long:2: has a NUL byte"},
        {LINE_MAX_BYTES + 2, LINE_MAX_BYTES + 1, '\0', "longer than 1 MiB"},
        {3, 2, '\0', "long:2: has a NUL byte"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        nsl_error err = {0};
        nsl_status status =
            read_long(cases[i].bytes, cases[i].place, cases[i].odd, &err);
        if (!cases[i].message)
            cr_expect(status == NSL_OK, "case %zu: %s", i, err.message);
        else
            cr_expect(status == NSL_EFILE && strstr(err.message, cases[i].message),
                      "case %zu: '%s'", i, err.message);
    }
}
