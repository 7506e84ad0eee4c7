/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/command.h"
#include "cli/fitted.h"
#include "cli/output.h"
#include "cli/plot.h"
#include "cli/query.h"

bool command_begin(cli_options *out, const command_text *text, int argc, char **argv,
                   int *exit_code)
{
    *exit_code = EXIT_FINE;
    if (!options_parse(out, text, argc, argv, exit_code))
        return false;
    if (text->bit & FOR_ALL)
        *exit_code = fitted_take(out);
    if (*exit_code == EXIT_FINE && (text->bit & (FOR_ALL | FOR_DENSITY)))
        *exit_code = query_check(out);
    if (*exit_code == EXIT_FINE)
        *exit_code = output_check(out);
    if (*exit_code == EXIT_FINE)
        *exit_code = plot_check(out, text->draws_map);
    if (*exit_code != EXIT_FINE)
        fitted_clear(out);
    return *exit_code == EXIT_FINE;
}
