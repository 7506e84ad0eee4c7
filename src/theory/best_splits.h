/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The best splits of many budgets N·P in the plane of a map. */
#ifndef NSL_THEORY_BEST_SPLITS_H
#define NSL_THEORY_BEST_SPLITS_H

#include "theory/quick.h"
#include <nslaw/phase.h>

/* NaN where the minimum is not a smooth one, no loss is in the range of double, or N*
 * is not known to NSL_BOUNDARY_PRECISION. */
typedef struct {
    double features, samples;
} nsl_best_split;

/* The promise of boundaries, in lnx and lny. */
#define NSL_BOUNDARY_PRECISION 1e-6

/* One for each budget N·P·(models of the ensemble). `quick` is of the query's model.
 * @return as nsl_boundaries_find */
nsl_status nsl_best_splits_find(nsl_best_split *out, const double *budget, size_t count,
                                const nsl_map_query *query, const nsl_quick *quick,
                                const nsl_work *work, nsl_error *err);

#endif
