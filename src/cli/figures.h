/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the commands' pictures have in common: names, captions, laws. The functions that
 * add something return false when memory ran out. */
#ifndef NSL_CLI_FIGURES_H
#define NSL_CLI_FIGURES_H

#include "cli/law_range.h"
#include "cli/options.h"
#include "plot/figure.h"

/* The axis of what an option sets, and that of the reported loss. */
figure_axis figures_axis(const cli_options *options, option_id id);
figure_axis figures_loss_axis(const cli_options *options);

/* The caption: the model and the ridge, from the table's caption, then `more`, or NULL;
 * malloc'ed, NULL when out of memory. */
char *figures_caption(const cli_options *options, const char *table_caption,
                      const char *more);

/* The sizes that are given and not swept, for `more`: "samples P = 10000". */
void figures_fixed_sizes(char *out, size_t size, const cli_options *options);

/* A law, drawn a decade beyond its range to either side, if that is within `low` to
 * `high`; `symbol` is its resource. Laws without an amplitude, and constants, are left
 * out. */
bool figures_add_law(figure *f, const nsl_law_mp *law, nsl_range range,
                     const char *symbol, double low, double high);

/* A power with a minus sign that is one: "N^−0.3". */
void figures_power(char *out, size_t size, const char *symbol, double exponent);

#endif
