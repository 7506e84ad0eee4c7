/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the result goes: standard output, or a file that appears whole or not at all.
 */
#ifndef NSL_CLI_OUTPUT_H
#define NSL_CLI_OUTPUT_H

#include "cli/document.h"
#include "cli/options.h"

/* Checks --format before any work is done; prints a message and returns an exit code,
 * EXIT_FINE when all is well. */
int output_check(const cli_options *options);

/* Whether --format npy asks for arrays in a folder, instead of a document. */
bool output_is_folder(const cli_options *options);

/* Writes the document as --format and -o say; prints a message on failure and returns
 * the exit code. */
int output_write(const cli_options *options, const document *d);

#endif
