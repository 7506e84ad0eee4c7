/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What part of the plane a panel shows. */
#ifndef NSL_PLOT_RANGE_H
#define NSL_PLOT_RANGE_H

#include "plot/figure.h"
#include "plot/ticks.h"

/* The ranges that show all curves, points and levels, with a margin above and below;
 * laws and contours do not count. */
void range_find(const figure *f, span *x, span *y);

/* Whether a point can be drawn: finite, and positive on logarithmic axes. */
bool range_has(const figure *f, double x, double y);

#endif
