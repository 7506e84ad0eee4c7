/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The picture of nslaw compare: measured runs with error bars, and the theory's curve
 * through each group of them; or, for many groups, measured against predicted. */
#ifndef NSL_CLI_COMPARE_FIGURE_H
#define NSL_CLI_COMPARE_FIGURE_H

#include "cli/figures.h"

/* The runs: at each point what was measured, with its standard error (NaN: unknown),
 * and what is predicted. */
typedef struct {
    size_t count;
    const nsl_point *point;
    const double *measured, *error, *predicted;
    bool kernel; /* ridges are the kernel's */
} compare_runs;

nsl_status compare_figure_make(figure *f, const cli_options *options,
                               const query_setup *setup, const compare_runs *runs,
                               const char *table_caption, nsl_error *err);

#endif
