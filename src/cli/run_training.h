/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long runs are trained: by the options, or by columns of their file. */
#ifndef NSL_CLI_RUN_TRAINING_H
#define NSL_CLI_RUN_TRAINING_H

#include "cli/options.h"
#include "empirical/runs.h"
#include <nslaw/theory.h>

/* Refuses what both give, and steps without a rate or the other way round. Prints a
 * message and returns the exit code. */
int run_training_check(const cli_options *options, const nsl_runs *runs);

/* The same for any option and column. */
int run_training_check_both(const cli_options *options, const nsl_runs *runs,
                            option_id option, nsl_run_column column);

/* Whether the runs have a column of their own lengths. */
bool run_training_has_column(const nsl_runs *runs);

/* The run's own training, where its file has one; else `training`. */
nsl_training run_training_of(const nsl_runs *runs, const nsl_run *run,
                             nsl_training training);

#endif
