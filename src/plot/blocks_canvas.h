/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A map as characters of a terminal, the uppermost line first. A character is an upper
 * half block: its two colours are those of the cells at the middle of its halves. */
#ifndef NSL_PLOT_BLOCKS_CANVAS_H
#define NSL_PLOT_BLOCKS_CANVAS_H

#include "plot/figure.h"
#include "plot/lattice.h"
#include <stdio.h>

typedef struct {
    const figure_map *shown;
    lattice x, y;
    size_t columns, rows;
    uint8_t *regime;  /* of each character */
    char *mark;       /* a regime's letter or a curve's mark, or 0 */
    double low, high; /* decadic logarithms of the least and largest loss */
} canvas;

/* False when memory ran out; canvas_clear is right in any case. */
bool canvas_init(canvas *c, const figure *f, size_t columns, size_t rows);
void canvas_clear(canvas *c);
void canvas_write_line(const canvas *c, size_t row, FILE *out);

/* A block in the colour at a place in [0, 1] of the scale. */
void canvas_write_key(double place, FILE *out);

char canvas_letter(nsl_phase regime);
/* How a curve is drawn, or 0: it is not. */
char canvas_mark(nsl_boundary_kind kind);

#endif
