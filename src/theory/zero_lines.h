/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Boundaries of regimes in the plane of a map, where functions of the prediction
 * (phase.h) pass zero. */
#ifndef NSL_THEORY_ZERO_LINES_H
#define NSL_THEORY_ZERO_LINES_H

#include "theory/plane.h"
#include <nslaw/phase.h>

/* The map, uniform in ln x and ln y: whatever its own cells are. */
typedef struct {
    size_t cells;
    double low[2], step[2]; /* in ln x and ln y */
} nsl_map_lattice;

nsl_map_lattice nsl_map_lattice_of(const nsl_map_query *query);

/* The last place along an axis. */
double nsl_map_lattice_high(const nsl_map_lattice *lattice, int axis);

/* Adds the zero lines of all kinds. `model` is that of the plane where no axis is of
 * the model.
 * @return as nsl_boundaries_find */
nsl_status nsl_zero_lines_find(nsl_boundaries *inout, const nsl_map_query *query,
                               const nsl_plane_model *model,
                               const nsl_map_lattice *lattice, const nsl_work *work,
                               nsl_error *err);

#endif
