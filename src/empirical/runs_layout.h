/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the columns of runs are in one file, and what a row of it says. */
#ifndef NSL_EMPIRICAL_RUNS_LAYOUT_H
#define NSL_EMPIRICAL_RUNS_LAYOUT_H

#include "empirical/runs.h"
#include "input/csv.h"

/* Indices of columns, or NSL_CSV_NONE. */
typedef struct {
    const nsl_runs_selection *selection;
    int value[NSL_RUN_COLUMNS];
    int where[NSL_RUN_CONDITIONS_MAX];
} nsl_runs_layout;

/* Finds the columns by the header. */
nsl_status nsl_runs_layout_find(nsl_runs_layout *out, const nsl_csv *csv,
                                const nsl_runs_selection *selection, nsl_error *err);

/* Whether the current row fulfils the conditions. */
bool nsl_runs_layout_selects(const nsl_runs_layout *layout, const nsl_csv *csv);

/* The run of the current row, with what follows from its columns. */
nsl_status nsl_run_read(nsl_run *out, const nsl_runs_layout *layout, const nsl_csv *csv,
                        nsl_error *err);

#endif
