/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nslaw fit: which parameters of the theory, and of other forms, runs are consistent
 * with. */
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/fit.h"
#include "cli/interrupt.h"

static const command_text text = {
    .name = "fit",
    .bit = FOR_FIT,
    .arguments = "RUNS.csv",
    .summary = "Fits the theory and other scaling laws to measured runs, and judges "
               "them.",
    .description =
        "RUNS (- for standard input) is a CSV file with the columns N (parameters), "
        "loss, and P (samples, tokens) or C (operations; P = C/(6N)). Bad rows are "
        "reported and skipped. The forms are\n"
        "  theory      E + A*l(kN, P): l is the loss of the solvable model with\n"
        "              eigenvalues I^-(1+alpha) at its best ridge; +source, +latents,\n"
        "              +noise, +ridge, +time give it one parameter more each\n"
        "  chinchilla  E + A/N^alpha + B/P^beta\n"
        "  kaplan      ((N_c/N)^(alpha_N/alpha_D) + D_c/P)^alpha_D\n"
        "  power:X     E + A/X^alpha with X = N, P or C; power: what varies\n"
        "Best form first, by AIC or with --holdout by the error at the runs of most "
        "compute. A fit says where a form is consistent with the runs, not that the "
        "runs obey it.",
    .examples =
        "Examples:\n"
        "  nslaw fit runs.csv --holdout 20%\n"
        "  nslaw fit runs.csv --map 'N=Model Size,C=Training FLOP' --drop-highest 5\n"
        "  nslaw fit runs.csv --form theory,theory+noise --bootstrap 1000 -o fit.json\n"
        "\n"
        "Exit codes: 0 fine, 1 computation failed, 2 usage, 3 file.",
};

int cmd_fit(int argc, char **argv)
{
    static cli_options options;
    static fit_job job;
    int code;
    if (!command_begin(&options, &text, argc, argv, &code))
        return code;
    code = fit_prepare(&job, &options);
    if (code == EXIT_FINE)
        code = fit_read(&job);
    interrupt_watch();
    if (code == EXIT_FINE)
        code = fit_find(&job);
    if (code == EXIT_FINE)
        code = fit_write(&job);
    fit_clear(&job);
    return code;
}
