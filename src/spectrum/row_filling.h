/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A bucket of a table as it fills: a block of rows, and the sums over blocks before. */
#ifndef NSL_SPECTRUM_ROW_FILLING_H
#define NSL_SPECTRUM_ROW_FILLING_H

#include "spectrum/row_buckets.h"

/* A bucket's place is its eigenvalues' exponent and first bit after the point; those
 * below DBL_MIN are scaled up first. */
enum { NSL_PLACE_SHIFT = 51, NSL_SUBNORMAL = 54, NSL_EXPONENT_BIAS = 1023 };
enum { NSL_PLACES = 2 * (NSL_SUBNORMAL + 2 * (NSL_EXPONENT_BIAS + 1)) };

/* A bucket as it fills. */
typedef struct {
    nsl_interval_scale scale;
    uint64_t copies; /* counted here where rows have a column of them */
    size_t rows;     /* of blocks that are summed */
    size_t held;     /* of the block */
    double lambda[NSL_BLOCK], row_copies[NSL_BLOCK], target[NSL_BLOCK];
    bool summed; /* what follows is in use */
    lanes least, most;
    nsl_exact_sum moment[NSL_WEIGHTINGS][NSL_TERMS];
    nsl_exact_sum trace, square; /* Σλ/s, Σ(λ/s)² */
} nsl_filling;

/* An empty one, or NULL; free() it. */
nsl_filling *nsl_filling_new(unsigned place);

/* Empties the block into the sums. */
void nsl_filling_sum(nsl_filling *f, const nsl_columns *c);

/* Adds the rows of another to those of a bucket at the same place. */
void nsl_filling_join(nsl_filling *to, const nsl_filling *from, const nsl_columns *c);

#endif
