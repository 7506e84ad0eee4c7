/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "empirical/runs_layout.h"
#include "core/error.h"
#include "input/number.h"

#include <string.h>

const char *const nsl_run_keys[NSL_RUN_COLUMNS] = {
    "N",     "P",    "C",     "loss",          "sem",    "ridge", "kernel-ridge",
    "noise", "time", "steps", "learning-rate", "weights"};

/* What a column is called in the file unless mapped; NULL: only what is named counts.
 */
static const char *const default_names[NSL_RUN_COLUMNS] = {
    "N",     "P",    "C",     "loss",          "sem", "ridge", "kernel_ridge",
    "noise", "time", "steps", "learning_rate", NULL};

static bool is_training(nsl_run_column column)
{
    return column == NSL_RUN_TIME || column == NSL_RUN_STEPS || column == NSL_RUN_RATE;
}

bool nsl_runs_map(nsl_runs_purpose purpose, nsl_run_column column)
{
    if (purpose == NSL_RUNS_FITTED)
        return column <= NSL_RUN_LOSS || is_training(column);
    return column != NSL_RUN_COMPUTE && column != NSL_RUN_WEIGHT;
}

bool nsl_runs_require(nsl_runs_purpose purpose, nsl_run_column column)
{
    return column == NSL_RUN_FEATURES || column == NSL_RUN_LOSS ||
           (column == NSL_RUN_SAMPLES && purpose == NSL_RUNS_COMPARED);
}

static nsl_status fail_column(const nsl_csv *csv, const char *name, const char *key,
                              nsl_error *err)
{
    char header[120], shown[48];
    nsl_csv_describe(csv, header, sizeof header);
    nsl_printable(shown, sizeof shown, name);
    bool other = !strchr(header, ',') && strpbrk(header, ";? ");
    return nsl_fail(
        err, NSL_EFILE, "", "%s:%zu: has no column '%s'%s%s%s; its columns: %s%s",
        csv->name, csv->line, shown, *key ? " (name it with --map " : "", key,
        *key ? "=...)" : "", header, other ? "; are they separated by commas?" : "");
}

/* The index of one column. */
static nsl_status find_value(nsl_runs_layout *l, const nsl_csv *csv, int c,
                             nsl_error *err)
{
    const nsl_runs_selection *selection = l->selection;
    const char *mapped = selection->column[c];
    /* a fit's file says more of its runs than how long the model's training is */
    bool named =
        selection->purpose == NSL_RUNS_FITTED && is_training((nsl_run_column)c);
    const char *name = mapped || named ? mapped : default_names[c];
    bool counts =
        nsl_runs_map(selection->purpose, (nsl_run_column)c) || c == NSL_RUN_WEIGHT;
    l->value[c] = NSL_CSV_NONE;
    if (!counts || !name || !*name)
        return NSL_OK;
    l->value[c] = nsl_csv_column(csv, name);
    if (l->value[c] == NSL_CSV_NONE &&
        (mapped || nsl_runs_require(selection->purpose, (nsl_run_column)c)))
        return fail_column(csv, name, mapped ? "" : nsl_run_keys[c], err);
    return NSL_OK;
}

/* Whether --map names the column, and does not ignore it. */
static bool is_named(const nsl_runs_layout *l, nsl_run_column c)
{
    return l->selection->column[c] && *l->selection->column[c];
}

/* Of two columns that say the same thing, one that --map names goes before one that it
 * does not. */
static nsl_status choose(nsl_runs_layout *l, const nsl_csv *csv, nsl_run_column one,
                         nsl_run_column other, nsl_error *err)
{
    bool mapped_one = is_named(l, one), mapped_other = is_named(l, other);
    if (mapped_other && !mapped_one)
        l->value[one] = NSL_CSV_NONE;
    if (mapped_one && !mapped_other)
        l->value[other] = NSL_CSV_NONE;
    if (l->value[one] == NSL_CSV_NONE || l->value[other] == NSL_CSV_NONE)
        return NSL_OK;
    return nsl_fail(err, NSL_EFILE, "",
                    "%s:%zu: has a column for %s and one for %s; ignore one with "
                    "--map %s= or --map %s=",
                    csv->name, csv->line, nsl_run_keys[one], nsl_run_keys[other],
                    nsl_run_keys[one], nsl_run_keys[other]);
}

/* A fit needs samples or compute, and what --log10 names. */
static nsl_status check_fitted(const nsl_runs_layout *l, const nsl_csv *csv,
                               nsl_error *err)
{
    char header[120];
    if (l->value[NSL_RUN_SAMPLES] == NSL_CSV_NONE &&
        l->value[NSL_RUN_COMPUTE] == NSL_CSV_NONE) {
        nsl_csv_describe(csv, header, sizeof header);
        return nsl_fail(err, NSL_EFILE, "",
                        "%s:%zu: has no column 'P' and no 'C' (name one with --map "
                        "P=... or C=...); its columns: %s",
                        csv->name, csv->line, header);
    }
    for (int c = 0; c < NSL_RUN_COLUMNS; c++)
        if (l->selection->log10[c] && l->value[c] == NSL_CSV_NONE)
            return nsl_fail(err, NSL_EFILE, "",
                            "%s:%zu: has no column for %s, which --log10 names",
                            csv->name, csv->line, nsl_run_keys[c]);
    return NSL_OK;
}

nsl_status nsl_runs_layout_find(nsl_runs_layout *l, const nsl_csv *csv,
                                const nsl_runs_selection *selection, nsl_error *err)
{
    l->selection = selection;
    for (int c = 0; c < NSL_RUN_COLUMNS; c++) {
        nsl_status status = find_value(l, csv, c, err);
        if (status != NSL_OK)
            return status;
    }
    for (size_t i = 0; i < selection->conditions; i++) {
        l->where[i] = nsl_csv_column(csv, selection->where[i].column);
        if (l->where[i] == NSL_CSV_NONE)
            return fail_column(csv, selection->where[i].column, "", err);
    }
    nsl_status status = choose(l, csv, NSL_RUN_TIME, NSL_RUN_STEPS, err);
    if (status != NSL_OK)
        return status;
    return selection->purpose == NSL_RUNS_FITTED
               ? check_fitted(l, csv, err)
               : choose(l, csv, NSL_RUN_RIDGE, NSL_RUN_KERNEL_RIDGE, err);
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

bool nsl_runs_layout_selects(const nsl_runs_layout *l, const nsl_csv *csv)
{
    for (size_t i = 0; i < l->selection->conditions; i++)
        if (!same_value(csv->field[l->where[i]], l->selection->where[i].value))
            return false;
    return true;
}
