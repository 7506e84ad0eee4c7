/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows of a table by falling eigenvalue, for what asks for each of them. */
#ifndef NSL_SPECTRUM_ROW_ORDER_H
#define NSL_SPECTRUM_ROW_ORDER_H

#include "input/npy.h"
#include "spectrum/kind.h"
#include "spectrum/row_buckets.h"

/* Rows as they came, and what they lie in. */
typedef struct {
    nsl_columns columns;
    void *memory[3]; /* to be freed */
    nsl_npy file;
    char **lambda_text, **target_text; /* arrays of texts, in order too, or NULL */
} nsl_raw_rows;

void nsl_raw_rows_clear(nsl_raw_rows *raw);

/* Puts rows in order, equal eigenvalues as they came: in their place where `in_order`
 * says that they are, else in memory of as much again and 32 bytes a row for the time
 * being. On failure they are what they were. */
nsl_status nsl_raw_rows_sort(nsl_raw_rows *raw, bool in_order, nsl_error *err);

#endif
