/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nslaw density: the eigenvalues of the Gram matrix. */
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/density.h"
#include "cli/output.h"
#include "cli/plot.h"

#include <string.h>

static const command_text text = {
    .name = "density",
    .bit = FOR_DENSITY,
    .arguments = "",
    .summary = "Eigenvalue density of the Gram matrix of N features on P samples.",
    .description =
        "Solves the resolvent's equation at complex argument; no matrix is sampled. "
        "The "
        "table has the bulks of the spectrum, their exact edges and shares; --format "
        "csv "
        "and json have the density at points that resolve them, and --plot draws it. "
        "Without ridge: the matrix depends on none.",
    .examples =
        "Examples:\n"
        "  nslaw density --features 400 --samples 800 --alpha 0.5 --plot density.svg\n"
        "  nslaw density --features 400 --samples 800 --spectrum spectrum.csv \\\n"
        "    --kernel --compare eigenvalues.csv --plot density.svg\n"
        "  nslaw density --features inf --samples 800 --alpha 1 --quantiles 0.1,0.5\n"
        "  nslaw density --features 400 --samples 800 --alpha 0.5 --at -1e-3,0 \\\n"
        "    --digits 50\n\n"
        "Exit codes: 0 fine, 1 computation failed, 2 usage, 3 file.",
};

static int write(const density_job *job)
{
    const cli_options *o = job->options;
    figure f = {.title = NULL};
    document d = {.command = o->command, .record = options_record(o)};
    density_describe(&d, job);
    bool drawn = !plot_wanted(o) || density_draw(&f, job, d.caption ? d.caption : "");
    int code = plot_and_write(o, drawn ? &f : NULL, &d);
    figure_clear(&f);
    document_clear(&d);
    return code;
}

int cmd_density(int argc, char **argv)
{
    cli_options options;
    int code;
    if (!command_begin(&options, &text, argc, argv, &code))
        return code;
    density_job job = {.options = &options};
    nsl_bulks_mp_init(&job.bulks);
    mpfr_inits2(MPFR_PREC_MIN, job.at.exact_re, job.at.exact_im, (mpfr_ptr)0);
    code = density_take(&job);
    if (code == EXIT_FINE)
        code = density_find(&job);
    if (code == EXIT_FINE)
        code = write(&job);
    density_clear(&job);
    mpfr_free_cache();
    return code;
}
