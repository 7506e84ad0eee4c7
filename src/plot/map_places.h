/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the names in a map stand, so that none hides another. */
#ifndef NSL_PLOT_MAP_PLACES_H
#define NSL_PLOT_MAP_PLACES_H

#include "plot/map_grid.h"

enum { MAP_NAMES_MOST = 64, MAP_NAME_LENGTH = 40, MAP_POINTS_MOST = 4096 };

typedef struct {
    char text[MAP_NAME_LENGTH];
    double x, y;  /* in the picture */
    double width; /* share of the map's */
    bool small;   /* in small print */
} map_name;

typedef struct {
    size_t count;
    map_name name[MAP_NAMES_MOST];
    size_t points; /* of the boundaries, for losses to keep clear of */
    struct {
        double u, v; /* shares of the map */
    } point[MAP_POINTS_MOST];
} map_names;

/* The name of each regime where it is widest, if there is room for it. False when
 * memory ran out. */
bool map_names_add_regimes(map_names *names, const map_grid *grid);

/* Losses will keep clear of this boundary, if they can. */
void map_names_avoid(map_names *names, const map_grid *grid, const figure *f,
                     const nsl_boundary *boundary);

/* A name on a boundary, if there is room for it. */
void map_names_add_boundary(map_names *names, const map_grid *grid, const figure *f,
                            const nsl_boundary *boundary, const char *text);

/* A loss on its contour line, if there is room for it. */
void map_names_add_level(map_names *names, const map_grid *grid, double loss);

#endif
