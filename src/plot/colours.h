/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The scale of a map's loss, from the least to the largest: nine equidistant colours of
 * viridis (matplotlib, CC0), between which backends interpolate linearly. */
#ifndef NSL_PLOT_COLOURS_H
#define NSL_PLOT_COLOURS_H

#include <stdint.h>

enum { COLOURS = 9 };

extern const uint32_t plot_colours[COLOURS]; /* 0xRRGGBB */

#endif
