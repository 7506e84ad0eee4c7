/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Running gnuplot: a child process, no shell between. */
#ifndef NSL_PLOT_GNUPLOT_H
#define NSL_PLOT_GNUPLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Whether there is a gnuplot on the PATH. */
bool gnuplot_exists(void);

/* Runs the script, read from its beginning, in `folder` (NULL: here); what gnuplot
 * prints goes to `out`. Nothing of the user's settings has a say. False when it
 * failed; `problem` then says why, in one line. */
bool gnuplot_run(FILE *script, FILE *out, const char *folder, char *problem,
                 size_t size);

#endif
