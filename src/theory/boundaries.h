/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inside of nsl_boundaries, for those who find some. */
#ifndef NSL_THEORY_BOUNDARIES_H
#define NSL_THEORY_BOUNDARIES_H

#include <nslaw/phase.h>

/* Points are known to this in ln x and ln y, with room to NSL_BOUNDARY_PRECISION. */
static const double NSL_BOUNDARY_RESOLUTION = 1e-7;

/* Adds a copy of a piece; false when memory ran out. */
bool nsl_boundaries_add(nsl_boundaries *inout, nsl_boundary_kind kind, size_t count,
                        const double *x, const double *y);

#endif
