/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NumPy's .npy format, as far as nslaw takes it: little-endian float64 or uint8, one or
 * two dimensions. */
#ifndef NSL_INPUT_NPY_H
#define NSL_INPUT_NPY_H

#include <nslaw/error.h>
#include <stddef.h>
#include <stdio.h>

enum { NSL_NPY_FIRST_BYTE = 0x93 };

/* An array read whole, or mapped: then the file must not become shorter. */
typedef struct {
    size_t rows, columns;         /* columns = 1 for a 1-D array */
    size_t row_step, column_step; /* in `data` */
    const double *data;           /* in the file's order */
    double *owned;                /* what it was read to, or NULL */
    void *map;                    /* the mapping, or NULL, … */
    size_t map_size;              /* … of so many bytes */
} nsl_npy;

static inline double nsl_npy_at(const nsl_npy *array, size_t row, size_t column)
{
    return array->data[row * array->row_step + column * array->column_step];
}

/* Reads an array with one to `columns_max` columns; a regular file of float64 is
 * mapped. To be cleared. */
nsl_status nsl_npy_read(nsl_npy *out, FILE *stream, const char *name,
                        size_t columns_max, nsl_error *err);

void nsl_npy_clear(nsl_npy *array);

#endif
