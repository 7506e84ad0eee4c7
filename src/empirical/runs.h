/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables of measured runs. */
#ifndef NSL_EMPIRICAL_RUNS_H
#define NSL_EMPIRICAL_RUNS_H

#include <nslaw/error.h>
#include <stdbool.h>
#include <stddef.h>

typedef enum {
    NSL_RUN_FEATURES, /* N */
    NSL_RUN_SAMPLES,  /* P */
    NSL_RUN_COMPUTE,  /* C, floating-point operations */
    NSL_RUN_LOSS,
    NSL_RUN_SEM, /* standard error of the loss */
    NSL_RUN_RIDGE,
    NSL_RUN_KERNEL_RIDGE,
    NSL_RUN_NOISE,
    NSL_RUN_TIME,   /* of training by gradient flow */
    NSL_RUN_STEPS,  /* of gradient descent */
    NSL_RUN_RATE,   /* their learning rate */
    NSL_RUN_WEIGHT, /* of the run in a fit; 1 without a column */
    NSL_RUN_COLUMNS
} nsl_run_column;

/* What a column is called in --map ("kernel-ridge"). */
extern const char *const nsl_run_keys[NSL_RUN_COLUMNS];

/* What the runs are for: it decides which columns count, which values are good, and
 * what becomes of a bad row. */
typedef enum {
    /* N, P and loss are required and > 0 (N and P may be inf); sem, ridge,
     * kernel-ridge, noise, time and steps are >= 0 (time and steps may be inf, steps
     * are whole), the learning rate is > 0. A bad row is an error. */
    NSL_RUNS_COMPARED,
    /* N, loss, and P or C are required, finite and > 0; what of P and C is missing
     * follows from C = 6NP. Weights are finite and >= 0. Bad rows are skipped. */
    NSL_RUNS_FITTED
} nsl_runs_purpose;

/* Whether --map names such a column, and whether there must be one. */
bool nsl_runs_map(nsl_runs_purpose purpose, nsl_run_column column);
bool nsl_runs_require(nsl_runs_purpose purpose, nsl_run_column column);

enum { NSL_RUN_CONDITIONS_MAX = 16 };

/* Which columns to read and which rows to take. */
typedef struct {
    nsl_runs_purpose purpose;
    const char
        *column[NSL_RUN_COLUMNS]; /* NULL: the default name, if there; "": none */
    bool log10[NSL_RUN_COLUMNS];  /* the column has the logarithm to base 10 */
    struct {
        const char *column, *value;
    } where[NSL_RUN_CONDITIONS_MAX]; /* value as text, or as an equal number */
    size_t conditions;
    size_t drop_highest; /* so many runs of the highest losses are left out */
} nsl_runs_selection;

typedef struct {
    size_t line;                   /* in the file */
    double value[NSL_RUN_COLUMNS]; /* sem: NaN for an empty cell */
} nsl_run;

enum { NSL_RUNS_BAD_KEPT = 10, NSL_RUNS_BAD_TEXT = 256 };

typedef struct {
    bool has[NSL_RUN_COLUMNS]; /* whether the file has the column */
    size_t count;
    nsl_run *run;   /* in the order of the file */
    size_t dropped; /* of the highest losses */
    size_t bad;     /* rows that were skipped, … */
    char bad_row[NSL_RUNS_BAD_KEPT][NSL_RUNS_BAD_TEXT]; /* … why the first of them */
} nsl_runs;

/* Reads runs from a CSV file ("-": standard input); at least one is left.
 * @return NSL_OK, NSL_EFILE or NSL_ENOMEM */
nsl_status nsl_runs_read(nsl_runs *out, const char *path,
                         const nsl_runs_selection *selection, nsl_error *err);
void nsl_runs_clear(nsl_runs *runs);

#endif
