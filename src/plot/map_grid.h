/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A map made small enough for a picture, in the coordinates of the picture: gnuplot
 * loses contour lines on logarithmic axes, so those of the picture are logarithms. */
#ifndef NSL_PLOT_MAP_GRID_H
#define NSL_PLOT_MAP_GRID_H

#include "plot/figure.h"
#include "plot/ticks.h"

typedef struct {
    size_t columns, rows;
    double *x, *y; /* owned */
    double *value; /* log10 of the loss at [row·columns + column], NaN: blank; owned */
    uint8_t *regime; /* likewise; owned */
    bool even;       /* columns and rows are evenly spaced */
    span values;     /* what the colours span: without the few highest */
} map_grid;

/* Takes at most `most` columns and rows, those at the ends among them. False when
 * memory ran out or nothing is there to be seen. */
bool map_grid_make(map_grid *out, const figure *f, size_t most);
void map_grid_clear(map_grid *grid);

/* A coordinate of the picture: the logarithm on logarithmic axes. */
double map_place(const figure_axis *axis, double value);

/* Where in the unit square a point of the picture is. */
double map_share_x(const map_grid *grid, double x);
double map_share_y(const map_grid *grid, double y);

enum { MAP_LEVELS_MOST = 24 };

/* Round losses for contour lines, increasing; returns how many. */
size_t map_levels(const map_grid *grid, double *losses);

#endif
