/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The picture of nslaw exponents: the exact loss along each resource, with its laws. */
#ifndef NSL_CLI_EXPONENTS_FIGURE_H
#define NSL_CLI_EXPONENTS_FIGURE_H

#include "cli/figures.h"

/* `ranges` are those of place->laws, NaN where there is none. False when out of
 * memory. */
bool exponents_figure_make(figure *f, const law_place *place, const nsl_range *ranges,
                           const char *table_caption);

#endif
