/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The zero line of a function on a square lattice, as connected pieces. Knows numbers
 * only. */
#ifndef NSL_THEORY_CONTOUR_H
#define NSL_THEORY_CONTOUR_H

#include <stdbool.h>
#include <stddef.h>

/* Node (i, j), 0 ≤ i, j ≤ cells, is at [j·(cells+1) + i]. An edge joins (i, j) to
 * (i+1, j), or to (i, j+1) where `up`. */
typedef struct {
    size_t i, j;
    bool up;
} nsl_edge;

/* Values > 0 and ≤ 0 have different signs; NaN has none. */
typedef struct {
    size_t cells;
    const double *value;
} nsl_lattice_values;

/* Where the line crosses edges. Start with {0}; free `at`. */
typedef struct {
    nsl_edge edge;
    double x, y;
} nsl_crossing;

typedef struct {
    size_t count, room;
    nsl_crossing *at;
} nsl_crossings;

/* Finds where the function passes zero on an edge whose ends have different signs;
 * false where it jumps over zero, or where the line is not wanted. */
typedef bool nsl_cross(void *data, nsl_edge edge, double *x, double *y);

/* One piece of the line: its points in order along it. */
typedef bool nsl_piece(void *data, size_t count, const double *x, const double *y);

/* Adds the crossings of the edges that start at row j. False when memory ran out. */
bool nsl_contour_cross(nsl_crossings *inout, nsl_lattice_values values, size_t j,
                       nsl_cross *cross, void *data);

/* Joins the crossings of all rows, which came in any order. The order of the pieces is
 * decided by the values alone. False when memory ran out or a piece was not taken. */
bool nsl_contour_join(nsl_crossings *crossings, nsl_lattice_values values,
                      nsl_piece *piece, void *data);

/* Both at once. */
bool nsl_contour_follow(nsl_lattice_values values, nsl_cross *cross, nsl_piece *piece,
                        void *data);

#endif
