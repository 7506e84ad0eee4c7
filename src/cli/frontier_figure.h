/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The picture of nslaw frontier: the best sizes and time against the budget, and below
 * them the least loss. */
#ifndef NSL_CLI_FRONTIER_FIGURE_H
#define NSL_CLI_FRONTIER_FIGURE_H

#include "cli/figures.h"
#include <nslaw/frontier.h>

/* Makes the empty curves, one of each resource that is found, and of an ensemble one
 * of a single model; nothing without --plot. False when out of memory. */
bool frontier_figure_begin(figure *f, const cli_options *options,
                           const nsl_frontier_query *query);

/* Sets the i-th budget; `single`, of one model, is read for an ensemble. */
void frontier_figure_set(figure *f, const cli_options *options,
                         const nsl_frontier_query *query, size_t i, double budget,
                         const nsl_frontier *best, const nsl_frontier *single);

/* Adds the local exponents at the largest budget, and the caption. False when out of
 * memory. */
bool frontier_figure_end(figure *f, const cli_options *options,
                         const char *table_caption, const char *cost);

#endif
