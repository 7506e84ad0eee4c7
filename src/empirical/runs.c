/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "empirical/runs.h"
#include "core/error.h"
#include "input/csv.h"
#include "input/file.h"
#include "input/number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const nsl_run_keys[NSL_RUN_COLUMNS] = {
    "N", "P", "loss", "sem", "ridge", "kernel-ridge", "noise"};

/* What a column is called in the file unless mapped. */
static const char *const default_names[NSL_RUN_COLUMNS] = {
    "N", "P", "loss", "sem", "ridge", "kernel_ridge", "noise"};

/* Column indices of one file. */
typedef struct {
    int value[NSL_RUN_COLUMNS];
    int where[NSL_RUN_CONDITIONS_MAX];
} layout;

static nsl_status fail_column(const nsl_csv *csv, const char *name, const char *key,
                              nsl_error *err)
{
    char header[120], shown[48];
    nsl_csv_describe(csv, header, sizeof header);
    nsl_printable(shown, sizeof shown, name);
    return nsl_fail(err, NSL_EFILE, "",
                    "%s:%zu: has no column '%s'%s%s%s; its columns: %s", csv->name,
                    csv->line, shown, *key ? " (name it with --map " : "", key,
                    *key ? "=...)" : "", header);
}

static nsl_status find_columns(layout *l, const nsl_csv *csv,
                               const nsl_runs_selection *selection, nsl_error *err)
{
    for (int c = 0; c < NSL_RUN_COLUMNS; c++) {
        const char *mapped = selection->column[c];
        const char *name = mapped ? mapped : default_names[c];
        bool ignored = mapped && !*mapped, required = c <= NSL_RUN_LOSS || mapped;
        l->value[c] = ignored ? NSL_CSV_NONE : nsl_csv_column(csv, name);
        if (ignored)
            continue;
        if (l->value[c] == NSL_CSV_NONE && required)
            return fail_column(csv, name, mapped ? "" : nsl_run_keys[c], err);
    }
    for (size_t i = 0; i < selection->conditions; i++) {
        l->where[i] = nsl_csv_column(csv, selection->where[i].column);
        if (l->where[i] == NSL_CSV_NONE)
            return fail_column(csv, selection->where[i].column, "", err);
    }
    bool mapped_mrs = selection->column[NSL_RUN_RIDGE] != NULL;
    bool mapped_kernel = selection->column[NSL_RUN_KERNEL_RIDGE] != NULL;
    if (mapped_kernel && !mapped_mrs)
        l->value[NSL_RUN_RIDGE] = NSL_CSV_NONE;
    if (mapped_mrs && !mapped_kernel)
        l->value[NSL_RUN_KERNEL_RIDGE] = NSL_CSV_NONE;
    if (l->value[NSL_RUN_RIDGE] != NSL_CSV_NONE &&
        l->value[NSL_RUN_KERNEL_RIDGE] != NSL_CSV_NONE)
        return nsl_fail(
            err, NSL_EFILE, "",
            "%s:%zu: has a ridge and a kernel ridge column; ignore one with "
            "--map ridge= or --map kernel-ridge=",
            csv->name, csv->line);
    return NSL_OK;
}

/* Equal as text, or as numbers: 0.1 and 1e-1. */
static bool same_value(const char *cell, const char *wanted)
{
    double a, b;
    if (strcmp(cell, wanted) == 0)
        return true;
    return nsl_number_parse(cell, &a) == NSL_NUMBER_OK &&
           nsl_number_parse(wanted, &b) == NSL_NUMBER_OK && a == b;
}

static bool is_selected(const nsl_csv *csv, const layout *l,
                        const nsl_runs_selection *selection)
{
    for (size_t i = 0; i < selection->conditions; i++)
        if (!same_value(csv->field[l->where[i]], selection->where[i].value))
            return false;
    return true;
}

static nsl_status check_value(const nsl_csv *csv, int index, int c, double value,
                              nsl_error *err)
{
    bool positive = c <= NSL_RUN_LOSS, infinite = c <= NSL_RUN_SAMPLES;
    if ((positive ? value > 0.0 : value >= 0.0) && (infinite || isfinite(value)))
        return NSL_OK;
    char name[48], text[48];
    nsl_printable(name, sizeof name, csv->header[index]);
    nsl_printable(text, sizeof text, csv->field[index]);
    return nsl_fail(err, NSL_EFILE, "",
                    "%s:%zu: column %s must be a %snumber %s 0, got '%s'", csv->name,
                    csv->line, name, infinite ? "" : "finite ",
                    positive ? ">" : ">=", text);
}

static nsl_status read_run(nsl_run *run, const nsl_csv *csv, const layout *l,
                           nsl_error *err)
{
    *run = (nsl_run){.line = csv->line};
    for (int c = 0; c < NSL_RUN_COLUMNS; c++) {
        if (l->value[c] == NSL_CSV_NONE)
            continue;
        if (c == NSL_RUN_SEM && *csv->field[l->value[c]] == '\0') {
            run->value[c] = (double)NAN; /* measured once: no standard error */
            continue;
        }
        nsl_status status = nsl_csv_number(csv, l->value[c], &run->value[c], err);
        if (status == NSL_OK)
            status = check_value(csv, l->value[c], c, run->value[c], err);
        if (status != NSL_OK)
            return status;
    }
    return NSL_OK;
}

static nsl_status append(nsl_runs *runs, size_t *room, const nsl_run *run,
                         nsl_error *err)
{
    if (runs->count == *room) {
        size_t wanted = *room ? 2 * *room : 64;
        nsl_run *grown = realloc(runs->run, wanted * sizeof *grown);
        if (!grown)
            return nsl_fail_memory(err);
        runs->run = grown;
        *room = wanted;
    }
    runs->run[runs->count++] = *run;
    return NSL_OK;
}

static nsl_status read_rows(nsl_runs *out, nsl_csv *csv, const layout *l,
                            const nsl_runs_selection *selection, nsl_error *err)
{
    size_t room = 0;
    for (;;) {
        nsl_run run;
        nsl_status status = nsl_csv_next(csv, err);
        if (status != NSL_OK || csv->ended)
            return status;
        if (!is_selected(csv, l, selection))
            continue;
        status = read_run(&run, csv, l, err);
        if (status == NSL_OK)
            status = append(out, &room, &run, err);
        if (status != NSL_OK)
            return status;
    }
}

nsl_status nsl_runs_read(nsl_runs *out, const char *path,
                         const nsl_runs_selection *selection, nsl_error *err)
{
    nsl_input input;
    nsl_csv csv;
    layout l;
    *out = (nsl_runs){.run = NULL};
    nsl_status status = nsl_input_open(&input, path, err);
    if (status != NSL_OK)
        return status;
    status = nsl_csv_open(&csv, input.stream, input.name, err);
    if (status == NSL_OK) {
        status = find_columns(&l, &csv, selection, err);
        if (status == NSL_OK)
            status = read_rows(out, &csv, &l, selection, err);
        if (status == NSL_OK && out->count == 0)
            status = nsl_fail(err, NSL_EFILE, "", "%s: has no rows%s", input.name,
                              selection->conditions ? " that --where selects" : "");
        nsl_csv_close(&csv);
    }
    if (status == NSL_OK)
        for (int c = 0; c < NSL_RUN_COLUMNS; c++)
            out->has[c] = l.value[c] != NSL_CSV_NONE;
    else
        nsl_runs_clear(out);
    nsl_input_close(&input);
    return status;
}

void nsl_runs_clear(nsl_runs *runs)
{
    free(runs->run);
    *runs = (nsl_runs){.run = NULL};
}
