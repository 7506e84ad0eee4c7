/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A picture as one HTML file that reads nothing else: no network, no other file. */
#ifndef NSL_PLOT_HTML_H
#define NSL_PLOT_HTML_H

#include "plot/figure.h"
#include <stdio.h>

/* Maps of more cells than this are written in single precision where its range allows,
 * which keeps a map of 10^6 cells below 25 MB. */
#define HTML_EXACT_CELLS 300000

/* Writes the page. False when memory ran out; `out` keeps write errors. */
bool html_write(const figure *f, FILE *out);

#endif
