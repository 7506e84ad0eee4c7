/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nslaw spectrum: what a measured spectrum says. */
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/plot.h"
#include "cli/spectrum.h"
#include "input/number.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const command_text text = {
    .name = "spectrum",
    .bit = FOR_SPECTRUM,
    .arguments = "FILE",
    .summary = "Says what a measured spectrum says: its exponent and dimensions.",
    .description =
        "FILE (- for standard input) has eigenvalues, and optionally target weights "
        "and multiplicities, as --spectrum of the other commands reads it. The law "
        "lambda_max*I^-(1+alpha) is fitted to the logarithms over --range, by default "
        "the widest in which every eigenvalue is within 10% of the line. With "
        "--samples P, the number of samples that the eigenvalues are of, also the law "
        "of the population behind them, of which a sample shows a bent end. The "
        "summary ends with the options that give the other commands this law.",
    .examples = "Examples:\n"
                "  nslaw spectrum eigenvalues.csv\n"
                "  nslaw spectrum eigenvalues.csv --range 10:1000 --plot spectrum.svg\n"
                "  nslaw spectrum eigenvalues.npy --samples 5000 -f json\n\n"
                "Exit codes: 0 fine, 1 computation failed, 2 usage, 3 file.",
};

static const double WITHIN = 0.05; /* --within */

/* A rank: a whole number; false where it is none. */
static bool parse_rank(uint64_t *out, const char *from, size_t length)
{
    char item[32];
    double value;
    if (length == 0 || length >= sizeof item)
        return false;
    memcpy(item, from, length);
    item[length] = '\0';
    if (nsl_number_parse(item, &value) != NSL_NUMBER_OK ||
        !(value >= 1.0 && value <= (double)NSL_LATENTS_MAX && value == floor(value)))
        return false;
    *out = (uint64_t)value;
    return true;
}

static int take_range(nsl_ranks *out, const cli_options *o)
{
    const char *given = o->value[OPT_RANGE].text;
    size_t colon = strcspn(given, ":");
    if (given[colon] && parse_rank(&out->from, given, colon) &&
        parse_rank(&out->to, given + colon + 1, strlen(given + colon + 1)) &&
        out->from < out->to)
        return EXIT_FINE;
    char shown[64];
    nsl_printable(shown, sizeof shown, given);
    return options_complain(o->command, EXIT_USAGE,
                            "--range must be LO:HI, two whole numbers with "
                            "1 <= LO < HI, got '%s'",
                            shown);
}

static int check(const cli_options *o)
{
    const option_value *samples = &o->value[OPT_SAMPLES];
    if (!o->operand)
        return options_complain(o->command, EXIT_USAGE,
                                "needs a file of eigenvalues (or - for standard "
                                "input)");
    if (samples->given &&
        (samples->sweep_count || !(samples->number <= (double)NSL_LATENTS_MAX) ||
         samples->number != floor(samples->number))) {
        char shown[64];
        nsl_printable(shown, sizeof shown, samples->text);
        return options_complain(o->command, EXIT_USAGE,
                                "--samples must be a whole number from 1 to 1e18 here, "
                                "got '%s'",
                                shown);
    }
    if (options_given(o, OPT_WITHIN) && !samples->given)
        return options_complain(o->command, EXIT_USAGE,
                                "--within needs --samples: it is how near a sample's "
                                "eigenvalues are to the population's");
    return EXIT_FINE;
}

/* A failure to find a law is worth a note; others end the command. */
static nsl_status tell(spectrum_job *job, nsl_status status, const char *what,
                       nsl_error *err)
{
    char reason[320];
    if (status != NSL_EFAILED)
        return status;
    snprintf(reason, sizeof reason, "no %s: %s", what, err->message);
    row_note_add(&job->note, reason, false);
    return NSL_OK;
}

static nsl_status find_law(spectrum_job *job, const nsl_ranks *range, nsl_error *err)
{
    nsl_ranks straight;
    nsl_status status =
        range ? NSL_OK : nsl_measured_straight(&straight, job->spectrum, err);
    if (status != NSL_OK)
        return tell(job, status, "law", err);
    status = nsl_measured_fit(&job->law, job->spectrum, range ? *range : straight, err);
    job->has_law = status == NSL_OK;
    return status;
}

static nsl_status find_source(spectrum_job *job, nsl_error *err)
{
    if (!job->has_law || !nsl_spectrum_has_target(job->spectrum))
        return NSL_OK;
    nsl_status status =
        nsl_measured_source_fit(&job->source, job->spectrum, job->law.range, err);
    job->has_source = status == NSL_OK;
    return tell(job, status, "source", err);
}

static nsl_status find_population(spectrum_job *job, const nsl_ranks *range,
                                  nsl_error *err)
{
    const option_value *samples = &job->options->value[OPT_SAMPLES];
    if (!samples->given || !job->has_law)
        return NSL_OK;
    nsl_status status =
        nsl_population_new(&job->population, job->spectrum, (uint64_t)samples->number,
                           range, job->within, err);
    return tell(job, status, "population", err);
}

static nsl_status find_all(spectrum_job *job, const nsl_ranks *range, nsl_error *err)
{
    nsl_status status = nsl_spectrum_read(&job->spectrum, job->options->operand, err);
    if (status == NSL_OK)
        status = nsl_ranked_new(&job->ranked, job->spectrum, err);
    if (status == NSL_OK)
        status = nsl_measured_dimensions(&job->dimensions, job->spectrum, err);
    if (status == NSL_OK)
        status = find_law(job, range, err);
    if (status == NSL_OK)
        status = find_source(job, err);
    if (status == NSL_OK)
        status = find_population(job, range, err);
    return status;
}

static int complain(const spectrum_job *job, const nsl_error *err)
{
    const char *file = job->options->operand;
    char shown[128];
    if (err->status != NSL_EFILE || !job->spectrum)
        return options_complain_error(job->options->command, err);
    nsl_printable(shown, sizeof shown, file);
    return options_complain(job->options->command, EXIT_INPUT_OUTPUT, "%s: %s",
                            strcmp(file, "-") == 0 ? "standard input" : shown,
                            err->message);
}

static int run(spectrum_job *job, const nsl_ranks *range)
{
    const cli_options *o = job->options;
    nsl_error err = {0};
    if (find_all(job, range, &err) != NSL_OK)
        return complain(job, &err);
    figure picture = {0};
    document d = {0};
    spectrum_document_make(&d, job);
    int code = spectrum_figure_make(&picture, job)
                   ? plot_and_write(o, &picture, &d)
                   : options_complain(o->command, EXIT_COMPUTATION, "out of memory");
    figure_clear(&picture);
    document_clear(&d);
    return code;
}

int cmd_spectrum(int argc, char **argv)
{
    static cli_options options;
    nsl_ranks range;
    int code;
    if (!command_begin(&options, &text, argc, argv, &code))
        return code;
    code = check(&options);
    if (code == EXIT_FINE && options_given(&options, OPT_RANGE))
        code = take_range(&range, &options);
    if (code != EXIT_FINE)
        return code;
    spectrum_job job = {.options = &options,
                        .within = options_given(&options, OPT_WITHIN)
                                      ? options.value[OPT_WITHIN].number
                                      : WITHIN};
    code = run(&job, options_given(&options, OPT_RANGE) ? &range : NULL);
    nsl_population_free(job.population);
    nsl_ranked_clear(&job.ranked);
    nsl_spectrum_free(job.spectrum);
    return code;
}
