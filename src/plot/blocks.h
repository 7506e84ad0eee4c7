/* SPDX-License-Identifier: GPL-3.0-or-later */
/* STUB: replaced by the file of the same name that draws. */
#ifndef NSL_PLOT_BLOCKS_H
#define NSL_PLOT_BLOCKS_H

#include "plot/figure.h"
#include <stdio.h>

bool blocks_write(const figure *f, FILE *out, size_t columns, size_t rows);

#endif
