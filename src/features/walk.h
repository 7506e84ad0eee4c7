/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every eigenvalue of the feature kernel that is not below a threshold. */
#ifndef NSL_FEATURES_WALK_H
#define NSL_FEATURES_WALK_H

#include "features/mode.h"
#include "spectrum/kind.h"
#include <nslaw/features.h>

/* What one walk needs beside the threshold; used by one thread. */
typedef struct {
    const nsl_activation *activation;
    nsl_inputs inputs;
    nsl_modes modes;
    /* Targets of degree 1: v² of one copy of the table's rows, ρ, or 0. */
    nsl_features_target target;
    nsl_table_view table; /* of NSL_FEATURES_OWN, borrowed */
    double *square;       /* c_k² of the degrees looked at so far */
    size_t known, room;
} nsl_ground;

nsl_status nsl_ground_new(nsl_ground *out, const nsl_activation *activation,
                          const nsl_spectrum *inputs, nsl_features_target target,
                          nsl_error *err);
void nsl_ground_clear(nsl_ground *ground);

/* c_k²; NaN when memory ran out. */
double nsl_ground_square(nsl_ground *ground, uint64_t k);

/* v² of one copy of an input in the i-th row of a group, and those copies. */
typedef struct {
    double target;
    uint64_t copies;
} nsl_ground_part;

/* Rows of a group that differ in their targets: those of one target are one. Returns
 * where the next part begins; the first begins at the group's first row. */
size_t nsl_ground_part_at(nsl_ground_part *out, const nsl_ground *ground,
                          uint64_t group, size_t row);

/* One walk. */
typedef struct {
    nsl_ground *ground;
    long double log_least;      /* ln of the threshold */
    long double log_limit;      /* only what is below; +∞: all */
    uint64_t rows_most;         /* stops beyond so many rows, … */
    uint64_t enough;            /* … and at so many eigenvalues, if there are … */
    uint64_t rows_few;          /* … more rows than these */
    nsl_feature_row *row;       /* room for rows_most, or NULL: only count */
    uint64_t rows, eigenvalues; /* found; the latter stays at UINT64_MAX */
    bool stopped;
    uint64_t degree; /* where it is */
} nsl_walk;

/* Walks; false when memory ran out. Stopped, it has found more than it kept or counted.
 */
bool nsl_walk_run(nsl_walk *walk);

#endif
