/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/progress.h"

#include <math.h>
#include <stdio.h>
#include <unistd.h>

/* Work shorter than this shows no line, … */
static const double PATIENCE_SECONDS = 0.5;

/* … and the line changes no faster than people read. */
static const double INTERVAL_SECONDS = 0.1;

progress progress_start(const cli_options *options, size_t total)
{
    progress p = {.command = options->command, .total = total};
    p.enabled = !options->value[OPT_QUIET].given && isatty(STDERR_FILENO);
    clock_gettime(CLOCK_MONOTONIC, &p.started);
    return p;
}

void progress_at(progress *p, size_t done)
{
    struct timespec now;
    p->done = done;
    if (!p->enabled)
        return;
    clock_gettime(CLOCK_MONOTONIC, &now);
    double seconds = (double)(now.tv_sec - p->started.tv_sec) +
                     1e-9 * (double)(now.tv_nsec - p->started.tv_nsec);
    if (seconds < PATIENCE_SECONDS || seconds < p->last + INTERVAL_SECONDS)
        return;
    p->last = seconds;
    fprintf(stderr, "\rnslaw %s: %s%s%zu of %zu", p->command, p->what ? p->what : "",
            p->what ? ": " : "", done, p->total);
    if (done > 0 && done <= p->total)
        fprintf(stderr, ", %.0f s left\033[K",
                ceil(seconds * (double)(p->total - done) / (double)done));
    fflush(stderr);
    p->shown = true;
}

void progress_at_stage(progress *p, size_t done, size_t total)
{
    if (total != p->total || done < p->done) {
        p->total = total;
        p->last = 0.0;
        clock_gettime(CLOCK_MONOTONIC, &p->started);
    }
    progress_at(p, done);
}

void progress_end(progress *p)
{
    if (p->shown)
        fputs("\r\033[K", stderr);
}
