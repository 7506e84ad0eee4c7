/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How every command begins. */
#ifndef NSL_CLI_COMMAND_H
#define NSL_CLI_COMMAND_H

#include "cli/options.h"

/* Parses the options and checks what can be checked before any work. On failure the
 * message is printed and *exit_code set. */
bool command_begin(cli_options *out, const command_text *text, int argc, char **argv,
                   int *exit_code);

#endif
