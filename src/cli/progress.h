/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A progress line on standard error, only when that is a terminal and the work long. */
#ifndef NSL_CLI_PROGRESS_H
#define NSL_CLI_PROGRESS_H

#include "cli/options.h"
#include <stddef.h>
#include <time.h>

typedef struct {
    const char *command;
    const char *what; /* is being done, or NULL */
    size_t done, total;
    bool enabled, shown;
    double last; /* seconds from the start to the last change of the line */
    struct timespec started;
} progress;

progress progress_start(const cli_options *options, size_t total);
void progress_at(progress *p, size_t done);

/* The same for work in stages, each with its own total: time is counted anew. */
void progress_at_stage(progress *p, size_t done, size_t total);

/* Clears the line. */
void progress_end(progress *p);

#endif
