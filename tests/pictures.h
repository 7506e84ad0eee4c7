/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures for the tests of what draws them. */
#ifndef NSL_TESTING_PICTURES_H
#define NSL_TESTING_PICTURES_H

#include "plot/figure.h"

/* A figure with all that it borrows. */
typedef struct {
    figure figure;
    figure_map shown;
    nsl_map map;
    nsl_boundaries boundaries;
    double *values; /* all arrays of the map in one */
} picture;

/* A map of these values along features (N) and samples (P) with empty cells. */
bool picture_new(picture *p, size_t columns, const double *features, size_t rows,
                 const double *samples);
/* Adds a boundary of `count` points, to be filled by the caller; NULL without memory.
 */
nsl_boundary *picture_boundary(picture *p, nsl_boundary_kind kind, size_t count);
/* 40 × 30 cells of the theory: α = 1, M = 10^4, ridgeless, some label noise. */
bool picture_map(picture *p);
/* Two curves of the theory, measurements, a law and a plateau. */
bool picture_curve(picture *p);
void picture_clear(picture *p);

#endif
