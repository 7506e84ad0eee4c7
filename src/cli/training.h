/* SPDX-License-Identifier: GPL-3.0-or-later */
/* --time, --steps and --learning-rate: how long a model is trained. */
#ifndef NSL_CLI_TRAINING_H
#define NSL_CLI_TRAINING_H

#include "cli/query.h"

#include <math.h>

/* What these options cannot be without, or with. Prints a message and returns an exit
 * code, EXIT_FINE when all is well. */
int training_check(const cli_options *options);

/* The sweeps of nslaw train: one of --time or --steps, and one of --features or
 * --samples, a ladder. Prints a message and returns an exit code. */
int training_check_sweeps(const cli_options *options);

/* What training is measured in: OPT_TIME, OPT_STEPS, or OPT_COUNT where no option says
 * how long it is. A rate alone, of nslaw train or of runs with steps, means steps. */
option_id training_clock(const cli_options *options);

/* Whether nslaw solve looks for the time or the steps. */
bool training_is_sought(const cli_options *options);

/* The training of the i-th point. */
nsl_training training_at(const cli_options *options, size_t i);

/* The time or the steps of a training, and their change; INFINITY: to the end. */
static inline double training_length(const nsl_training *training)
{
    return training->kind == NSL_FLOW      ? training->time
           : training->kind == NSL_DESCENT ? training->steps
                                           : (double)INFINITY;
}
void training_set_length(nsl_training *training, double length);

/* Whether it ends before the model is trained. */
bool training_stops(const nsl_training *training);

/* The keys for the record of the model. */
void training_describe(document *d, const cli_options *options, query_columns columns);

/* ", trained for the time 5", or nothing. */
void training_caption(char *out, size_t size, const cli_options *options,
                      query_columns columns);

#endif
