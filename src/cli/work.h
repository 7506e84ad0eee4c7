/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long work is done: threads, a progress line, and an end on SIGINT and SIGTERM. */
#ifndef NSL_CLI_WORK_H
#define NSL_CLI_WORK_H

#include "cli/progress.h"
#include <nslaw/phase.h>

/* --jobs threads, by default one a processor; `progress`, which is kept, shows how far
 * the work is. interrupt_watch must have been called. */
nsl_work work_of(const cli_options *options, progress *progress);

/* The threads alone. */
unsigned work_jobs(const cli_options *options);

/* Says that the work was interrupted and returns the exit code. */
int work_complain_interrupted(const cli_options *options);

#endif
