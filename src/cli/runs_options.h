/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The options that say which runs to read, of compare and fit. */
#ifndef NSL_CLI_RUNS_OPTIONS_H
#define NSL_CLI_RUNS_OPTIONS_H

#include "cli/options.h"
#include "empirical/runs.h"

typedef struct {
    nsl_runs_selection selection;
    char *map[16]; /* copies that the selection points into */
} runs_options;

/* Takes --map, --where, --log10, --weights and --drop-highest. Prints a message and
 * returns the exit code. */
int runs_options_take(runs_options *out, const cli_options *options,
                      nsl_runs_purpose purpose);
void runs_options_clear(runs_options *options);

#endif
