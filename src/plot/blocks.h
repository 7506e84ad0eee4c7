/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A map in a terminal of 256 colours, two rows of cells a line as half blocks. */
#ifndef NSL_PLOT_BLOCKS_H
#define NSL_PLOT_BLOCKS_H

#include "plot/figure.h"
#include <stdio.h>

/* The least size that is drawn; smaller terminals get this. */
#define BLOCKS_COLUMNS_MIN 40
#define BLOCKS_ROWS_MIN 12

/* Draws f->map in `columns` characters and `rows` lines. False when memory ran out;
 * `out` keeps write errors. */
bool blocks_write(const figure *f, FILE *out, size_t columns, size_t rows);

#endif
