/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nslaw phase: maps of the loss over two of N, P, ridge, noise, M and alpha. */
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/output.h"
#include "cli/phase.h"
#include "cli/plot.h"

#include <string.h>

static const command_text text = {
    .name = "phase",
    .bit = FOR_PHASE,
    .arguments = "",
    .summary = "Maps losses, elasticities and regimes over two swept options.",
    .description =
        "Two of --features, --samples, --ridge (or --kernel-ridge), --noise, "
        "--latents, "
        "--alpha and --time (or --steps) are swept, lo:hi:count, geometrically. Each "
        "cell has its regime: "
        "model-limited, data-limited, time-limited, balanced, interpolation-peak, "
        "ridge-limited, noise-limited or beyond-latents (man nslaw-phase defines "
        "them). The "
        "boundaries between them, N = P, N = M, P = M and the frontier of N*P are "
        "found to 1e-6 and stand in the summary.",
    .examples = "Examples:\n"
                "  nslaw phase -N 10:1e6:60 -P 10:1e6:60 --alpha 1 --ridge opt \\\n"
                "    -o map.csv\n"
                "  nslaw phase -N 10:1e6:1000 -P 10:1e6:1000 --alpha 1 -M 1e12 \\\n"
                "    --ridge opt -f npy -o map\n"
                "  nslaw phase -P 10:1e6:50 --noise 1e-4:1:50 -N 500 --alpha 0.5 \\\n"
                "    -f json\n\n"
                "Exit codes: 0 fine, 1 computation failed, 2 usage, 3 file.",
};

const command_text *cmd_phase_text(void)
{
    return &text;
}

/* A shard is for nslaw merge: what needs the whole map, or cannot be had twice, is left
 * to it. */
static int check_shard(const cli_options *o)
{
    const option_value *spectrum = &o->value[OPT_SPECTRUM];
    if (!options_given(o, OPT_SHARD))
        return EXIT_FINE;
    if (o->fitted)
        return options_complain(o->command, EXIT_USAGE,
                                "--model and --shard exclude each other");
    if (!output_is_folder(o))
        return options_complain(o->command, EXIT_USAGE,
                                "--shard needs --format npy and a folder --output, "
                                "which nslaw merge then takes");
    if (options_given(o, OPT_PLOT))
        return options_complain(o->command, EXIT_USAGE,
                                "--plot draws whole maps: give it to nslaw merge "
                                "instead of --shard");
    if (spectrum->given && strcmp(spectrum->text, "-") == 0)
        return options_complain(o->command, EXIT_USAGE,
                                "--shard needs --spectrum in a file, which nslaw merge "
                                "reads again");
    return EXIT_FINE;
}

int cmd_phase(int argc, char **argv)
{
    static cli_options options;
    phase_job job = {0};
    int code;
    if (!command_begin(&options, &text, argc, argv, &code))
        return code;
    code = check_shard(&options);
    if (code == EXIT_FINE)
        code = plot_check(&options, true);
    if (code != EXIT_FINE)
        return code;
    interrupt_watch();
    code = phase_prepare(&job, &options);
    if (code == EXIT_FINE)
        code = phase_fill(&job);
    if (code == EXIT_FINE && !options_given(&options, OPT_SHARD))
        code = phase_find_boundaries(&job);
    if (code == EXIT_FINE)
        code = phase_write(&job, &options);
    phase_clear(&job);
    fitted_clear(&options);
    return code;
}
