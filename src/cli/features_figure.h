/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The picture of nslaw features: the inputs' spectrum, where it ends, and how the map
 * goes on. */
#ifndef NSL_CLI_FEATURES_FIGURE_H
#define NSL_CLI_FEATURES_FIGURE_H

#include "cli/options.h"
#include "plot/figure.h"
#include <nslaw/features.h>

/* Nothing without --plot. False when out of memory. */
bool features_figure_make(figure *f, const cli_options *options,
                          const nsl_features *found, const nsl_spectrum *inputs,
                          const char *table_caption);

#endif
