/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables of measured runs. */
#ifndef NSL_EMPIRICAL_RUNS_H
#define NSL_EMPIRICAL_RUNS_H

#include <nslaw/error.h>
#include <stdbool.h>
#include <stddef.h>

typedef enum {
    NSL_RUN_FEATURES,
    NSL_RUN_SAMPLES,
    NSL_RUN_LOSS,
    NSL_RUN_SEM, /* standard error of the loss */
    NSL_RUN_RIDGE,
    NSL_RUN_KERNEL_RIDGE,
    NSL_RUN_NOISE,
    NSL_RUN_COLUMNS
} nsl_run_column;

/* What a column is called in --map ("kernel-ridge"). */
extern const char *const nsl_run_keys[NSL_RUN_COLUMNS];

enum { NSL_RUN_CONDITIONS_MAX = 16 };

/* Which columns to read and which rows to take. */
typedef struct {
    const char
        *column[NSL_RUN_COLUMNS]; /* NULL: the default name, if there; "": none */
    struct {
        const char *column, *value;
    } where[NSL_RUN_CONDITIONS_MAX]; /* value as text, or as an equal number */
    size_t conditions;
} nsl_runs_selection;

typedef struct {
    size_t line;                   /* in the file */
    double value[NSL_RUN_COLUMNS]; /* sem: NaN for an empty cell */
} nsl_run;

typedef struct {
    bool has[NSL_RUN_COLUMNS];
    size_t count;
    nsl_run *run;
} nsl_runs;

/* Reads runs from a CSV file ("-": standard input). N, P and loss are required, > 0
 * (N and P may be inf, the loss may not); the others are >= 0. */
nsl_status nsl_runs_read(nsl_runs *out, const char *path,
                         const nsl_runs_selection *selection, nsl_error *err);
void nsl_runs_clear(nsl_runs *runs);

#endif
