/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Colours that colour-blind people tell apart and that differ in grey. */
#ifndef NSL_PLOT_PALETTE_H
#define NSL_PLOT_PALETTE_H

#include <stdbool.h>
#include <stddef.h>

/* The i-th of `count` colours for curves, as 0xRRGGBB: a few contrasting ones, or as
 * many steps of viridis, whose order shows. */
unsigned palette_curve(size_t i, size_t count);

/* The same, dark to light, of one of two scales: blue to green, or purple to orange. */
unsigned palette_ordered(size_t i, size_t count, bool other);

/* Anchors of viridis, 0xRRGGBB, evenly spaced. */
enum { PALETTE_ANCHORS = 9 };
extern const unsigned palette_viridis[PALETTE_ANCHORS];

#endif
