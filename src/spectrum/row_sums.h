/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The spectral sums of a table at Δ > 0 from its buckets: their cost does not depend on
 * the number of rows. */
#ifndef NSL_SPECTRUM_ROW_SUMS_H
#define NSL_SPECTRUM_ROW_SUMS_H

#include "spectrum/kind.h"
#include "spectrum/row_buckets.h"

typedef struct nsl_row_sums nsl_row_sums;

/* NULL when memory ran out; needs the buckets no more. */
nsl_row_sums *nsl_row_sums_new(const nsl_buckets *buckets);

void nsl_row_sums_free(nsl_row_sums *sums);

/* Fills every field but z; t0, td and tc with the sums over the buckets' target, or 0.
 */
void nsl_row_sums_at(nsl_moments *out, const nsl_row_sums *sums, double delta);

/* See nsl_table_rungs. */
const nsl_rung *nsl_row_sums_rungs(const nsl_row_sums *sums, size_t *count);

/* See nsl_table_hash. */
uint64_t nsl_row_sums_hash(const nsl_row_sums *sums);

#endif
