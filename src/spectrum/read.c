/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading a table spectrum from CSV or .npy. */
#include "core/error.h"
#include "input/csv.h"
#include "input/file.h"
#include "input/npy.h"
#include "spectrum/table.h"
#include <nslaw/spectrum.h>

#include <stdlib.h>
#include <string.h>

enum { EIGENVALUE, TARGET, MULTIPLICITY, COLUMNS };

/* The names a column may have. */
static const char *const names[COLUMNS][2] = {
    {"eigenvalue", "lambda"}, {"target", "weight_sq"}, {"multiplicity", "degeneracy"}};

/* What a row has in a column that the file leaves out. */
static const double defaults[COLUMNS] = {0.0, 0.0, 1.0};

/* Rows as they come; a column that the file lacks stays NULL. */
typedef struct {
    size_t rows, room;
    double *column[COLUMNS];
    bool exact; /* keep the decimals of eigenvalue and target, too */
    char **text[COLUMNS];
} rows;

static void rows_clear(rows *r)
{
    for (int c = 0; c < COLUMNS; c++) {
        for (size_t i = 0; r->text[c] && i < r->rows; i++)
            free(r->text[c][i]);
        free(r->text[c]);
        free(r->column[c]);
    }
}

/* Whether the decimals of a column are kept. */
static bool keeps_text(const rows *r, const int *index, int c)
{
    return r->exact && c != MULTIPLICITY && index[c] != NSL_CSV_NONE;
}

static nsl_status rows_add(rows *r, const int *index, const double *value,
                           nsl_error *err)
{
    if (r->rows == r->room) {
        size_t room = r->room ? 2 * r->room : 1024;
        for (int c = 0; c < COLUMNS; c++) {
            if (index[c] == NSL_CSV_NONE)
                continue;
            double *grown = realloc(r->column[c], room * sizeof *grown);
            if (!grown)
                return nsl_fail_memory(err);
            r->column[c] = grown;
            if (!keeps_text(r, index, c))
                continue;
            char **texts = realloc(r->text[c], room * sizeof *texts);
            if (!texts)
                return nsl_fail_memory(err);
            r->text[c] = texts;
        }
        r->room = room;
    }
    for (int c = 0; c < COLUMNS; c++)
        if (r->column[c])
            r->column[c][r->rows] = value[c];
    r->rows++;
    return NSL_OK;
}

static nsl_status find_columns(const nsl_csv *csv, int *index, nsl_error *err)
{
    for (int c = 0; c < COLUMNS; c++) {
        int other = nsl_csv_column(csv, names[c][1]);
        index[c] = nsl_csv_column(csv, names[c][0]);
        if (index[c] != NSL_CSV_NONE && other != NSL_CSV_NONE)
            return nsl_fail(err, NSL_EFILE, "",
                            "%s:%zu: the columns '%s' and '%s' mean the same: drop one",
                            csv->name, csv->line, names[c][0], names[c][1]);
        if (index[c] == NSL_CSV_NONE)
            index[c] = other;
    }
    if (index[EIGENVALUE] != NSL_CSV_NONE)
        return NSL_OK;
    char header[96];
    nsl_csv_describe(csv, header, sizeof header);
    return nsl_fail(err, NSL_EFILE, "",
                    "%s:%zu: needs a column 'eigenvalue' (or 'lambda'), has: %s",
                    csv->name, csv->line, header);
}

/* The texts of the row just added. */
static nsl_status keep_texts(rows *r, const nsl_csv *csv, const int *index,
                             nsl_error *err)
{
    bool fine = true;
    for (int c = 0; c < COLUMNS; c++)
        if (keeps_text(r, index, c)) {
            r->text[c][r->rows - 1] = strdup(csv->field[index[c]]);
            fine &= r->text[c][r->rows - 1] != NULL;
        }
    return fine ? NSL_OK : nsl_fail_memory(err);
}

static nsl_status check(const double *value, const char *where, nsl_error *err)
{
    return nsl_table_check_row(where, NSL_EFILE, value[EIGENVALUE], value[TARGET],
                               value[MULTIPLICITY], err);
}

static nsl_status read_row(rows *r, const nsl_csv *csv, const int *index,
                           nsl_error *err)
{
    double value[COLUMNS];
    for (int c = 0; c < COLUMNS; c++) {
        value[c] = defaults[c];
        if (index[c] == NSL_CSV_NONE)
            continue;
        nsl_status status = nsl_csv_number(csv, index[c], &value[c], err);
        if (status != NSL_OK)
            return status;
    }
    if (check(value, "", NULL) == NSL_OK) {
        nsl_status status = rows_add(r, index, value, err);
        return status == NSL_OK ? keep_texts(r, csv, index, err) : status;
    }
    char where[160]; /* made for the message alone: rows are many */
    snprintf(where, sizeof where, "%s:%zu", csv->name, csv->line);
    return check(value, where, err);
}

static nsl_status read_csv(rows *r, FILE *stream, const char *name, nsl_error *err)
{
    nsl_csv csv;
    int index[COLUMNS];
    nsl_status status = nsl_csv_open(&csv, stream, name, err);
    if (status != NSL_OK)
        return status;
    status = find_columns(&csv, index, err);
    while (status == NSL_OK) {
        status = nsl_csv_next(&csv, err);
        if (status != NSL_OK || csv.ended)
            break;
        status = read_row(r, &csv, index, err);
    }
    if (status == NSL_OK && r->rows == 0)
        status = nsl_fail(err, NSL_EFILE, "", "%s: has a header but no rows", name);
    nsl_csv_close(&csv);
    return status;
}

/* Reads an array, which the rows then lie in. */
static nsl_status read_npy(nsl_raw_rows *out, FILE *stream, const char *name,
                           nsl_error *err)
{
    nsl_npy array;
    nsl_status status = nsl_npy_read(&array, stream, name, COLUMNS, err);
    if (status != NSL_OK)
        return status;
    const double *column[COLUMNS] = {NULL, NULL, NULL};
    for (size_t c = 0; c < array.columns; c++)
        column[c] = array.data + c * array.column_step;
    *out = (nsl_raw_rows){.columns = {array.rows, array.row_step, column[EIGENVALUE],
                                      column[TARGET], column[MULTIPLICITY]},
                          .file = array};
    return NSL_OK;
}

static nsl_status read_rows(nsl_raw_rows *out, FILE *stream, const char *name,
                            bool exact, nsl_error *err)
{
    int first = getc(stream);
    if (first != EOF)
        ungetc(first, stream);
    if (first == NSL_NPY_FIRST_BYTE)
        return read_npy(out, stream, name, err);
    rows r = {.exact = exact};
    nsl_status status = read_csv(&r, stream, name, err);
    if (status != NSL_OK) {
        rows_clear(&r);
        return status;
    }
    *out = (nsl_raw_rows){
        .columns = {r.rows, 1, r.column[EIGENVALUE], r.column[TARGET],
                    r.column[MULTIPLICITY]},
        .memory = {r.column[EIGENVALUE], r.column[TARGET], r.column[MULTIPLICITY]},
        .lambda_text = r.text[EIGENVALUE],
        .target_text = r.text[TARGET]};
    return NSL_OK;
}

static nsl_status read_table(nsl_spectrum **out, const char *path, bool exact,
                             unsigned jobs, nsl_error *err)
{
    *out = NULL;
    nsl_input input;
    nsl_status status = nsl_input_open(&input, path, err);
    if (status != NSL_OK)
        return status;
    nsl_raw_rows raw = {.columns = {.rows = 0}};
    nsl_error inner = {0};
    status = read_rows(&raw, input.stream, input.name, exact, err);
    if (status == NSL_OK) {
        status = nsl_table_new_from(out, &raw, jobs, input.name, NSL_EFILE, &inner);
        if (status == NSL_EINVAL)
            status = nsl_fail(err, NSL_EFILE, "", "%s: %s", input.name, inner.message);
        else if (status != NSL_OK)
            nsl_fail(err, status, "", "%s", inner.message);
    }
    nsl_input_close(&input);
    return status;
}

nsl_status nsl_spectrum_read(nsl_spectrum **out, const char *path, nsl_error *err)
{
    return read_table(out, path, false, 1, err);
}

nsl_status nsl_spectrum_read_by(nsl_spectrum **out, const char *path, unsigned jobs,
                                nsl_error *err)
{
    return read_table(out, path, false, jobs, err);
}

nsl_status nsl_spectrum_read_exact(nsl_spectrum **out, const char *path, nsl_error *err)
{
    return read_table(out, path, true, 1, err);
}
