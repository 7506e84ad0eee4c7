/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The picture of nslaw curve: the loss, or its parts, the plateau and the laws. */
#ifndef NSL_CLI_CURVE_FIGURE_H
#define NSL_CLI_CURVE_FIGURE_H

#include "cli/answer.h"
#include "cli/figures.h"

/* Makes the empty curves for the points of the sweep; nothing without --plot. False
 * when out of memory. */
bool curve_figure_begin(figure *f, const cli_options *options);

/* Sets point i. */
void curve_figure_set(figure *f, const cli_options *options, size_t i,
                      const nsl_point *point, const query_answer *answer);

/* Adds the plateau (NaN: none), the laws and the caption. */
nsl_status curve_figure_end(figure *f, const cli_options *options,
                            const query_setup *setup, double plateau,
                            const char *table_caption, nsl_error *err);

#endif
