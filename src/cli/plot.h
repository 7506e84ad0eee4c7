/* SPDX-License-Identifier: GPL-3.0-or-later */
/* --plot: the picture of what a command found, beside its table. */
#ifndef NSL_CLI_PLOT_H
#define NSL_CLI_PLOT_H

#include "cli/document.h"
#include "cli/options.h"
#include "plot/figure.h"

/* Checks the file's ending, that it is not the file of -o, and that gnuplot is there
 * if needed, before any work; prints a message and returns an exit code. */
int plot_check(const cli_options *options, bool draws_map);

/* Whether a picture is asked for. */
bool plot_wanted(const cli_options *options);

/* Whether the picture stands on standard output in place of the table. */
bool plot_replaces_table(const cli_options *options);

/* The document's record, or NULL where memory ran out for it: no picture then appears
 * without its table. */
const char *plot_record(const document *d);

/* Draws the figure; `record` is the command line for people who open it. NULL for
 * either, or for the caption: memory ran out. Prints a message on failure and returns
 * the exit code. */
int plot_draw(const cli_options *options, const figure *f, const char *record);

/* Draws the figure as --plot says, if at all, and then writes the document, unless the
 * picture is on standard output in its place. A figure that is NULL ran out of memory.
 * Prints a message on failure and returns the exit code. */
int plot_and_write(const cli_options *options, const figure *f, const document *d);

#endif
