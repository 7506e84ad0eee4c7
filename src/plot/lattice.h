/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the cells of a map lie along an axis. Each value has a cell that ends halfway
 * to its neighbours, on a logarithmic axis halfway in logarithms; 0 and infinity stand
 * there one step beside the others. (page-scale.js does the same.) */
#ifndef NSL_PLOT_LATTICE_H
#define NSL_PLOT_LATTICE_H

#include <nslaw/phase.h>
#include <stdbool.h>

typedef struct {
    bool log;
    size_t count;
    double first, last, step; /* of the raw values: logarithms on a logarithmic axis */
    double *edge;             /* count + 1 raw places; owned */
} lattice;

/* False when memory ran out. */
bool lattice_init(lattice *l, const nsl_axis *axis, bool log);
void lattice_clear(lattice *l);

/* The place of a value: 0 at the first cell's beginning, 1 at the last cell's end. */
double lattice_place(const lattice *l, double value);
/* The cell at a place in [0, 1]. */
size_t lattice_cell(const lattice *l, double place);

#endif
