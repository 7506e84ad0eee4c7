/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows of a table, put into buckets of eigenvalues in one pass.
 *
 * A bucket holds the eigenvalues of half a binade: λ = s(x + b), |x| ≤ 1, with s a
 * power of two and b = 5 (mantissas from 1 to 1.5) or 7 (1.5 to 2), so that x is exact.
 * Its Chebyshev moments M_j = Σ T_j(x), copies counted, give every sum that is analytic
 * in λ off the negative axis at the cost of some terms, however many the rows. */
#ifndef NSL_SPECTRUM_ROW_BUCKETS_H
#define NSL_SPECTRUM_ROW_BUCKETS_H

#include "spectrum/row_moments.h"
#include <nslaw/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Buckets of so many rows or fewer keep the rows instead. */
enum { NSL_FEW_ROWS = 16 };

/* Columns of rows in any order: row i has its eigenvalue at lambda[i·step], … */
typedef struct {
    size_t rows, step;
    const double *lambda, *target, *copies; /* target, copies: NULL for 0 and 1 */
} nsl_columns;

static inline double nsl_columns_copies(const nsl_columns *c, size_t i)
{
    return c->copies ? c->copies[i * c->step] : 1.0;
}

static inline double nsl_columns_target(const nsl_columns *c, size_t i)
{
    return c->target ? c->target[i * c->step] : 0.0;
}

/* The moments of a bucket: 0 of copies, 1 of target weights, copies counted. */
enum { NSL_OF_COPIES, NSL_OF_TARGET, NSL_WEIGHTINGS };

typedef struct {
    nsl_interval_scale scale;
    uint64_t copies;    /* of all rows */
    double least, most; /* eigenvalues */
    /* Up to NSL_FEW_ROWS rows, largest first; or none, and moments. */
    size_t rows;
    double lambda[NSL_FEW_ROWS], row_copies[NSL_FEW_ROWS], target[NSL_FEW_ROWS];
    double moment[NSL_WEIGHTINGS][NSL_TERMS];
} nsl_bucket;

typedef struct {
    size_t count;
    nsl_bucket *bucket; /* of positive eigenvalues, the largest first */
    size_t positive_rows;
    uint64_t latents, rank; /* copies of all rows, of positive ones */
    bool in_order;          /* the rows came largest eigenvalue first */
    double trace, square_trace;
    double unlearnable; /* Σ v² over zero eigenvalues */
    bool zero_target;   /* every v² is 0 */
} nsl_buckets;

/* Checks and sorts in all rows, by `jobs` threads: see nsl_table_check_row for `where`
 * and `failure`.
 * @return NSL_OK, `failure`, NSL_EINVAL for sums of copies that are none, NSL_ENOMEM */
nsl_status nsl_buckets_make(nsl_buckets *out, const nsl_columns *columns, unsigned jobs,
                            const char *where, nsl_status failure, nsl_error *err);

void nsl_buckets_clear(nsl_buckets *buckets);

#endif
