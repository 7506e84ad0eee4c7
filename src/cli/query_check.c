/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rules between options that the library cannot know. */
#include "cli/query.h"
#include "cli/training.h"

#include <math.h>
#include <string.h>

static int complain(const cli_options *o, const char *text)
{
    return options_complain(o->command, EXIT_USAGE, "%s", text);
}

/* Pairs that cannot stand together. */
static int check_excluded(const cli_options *o)
{
    static const struct {
        option_id one, other;
        const char *why;
    } pairs[] = {
        {OPT_SPECTRUM, OPT_ALPHA, "the file has the eigenvalues"},
        {OPT_SPECTRUM, OPT_LATENTS, "the file's rows are the latents"},
        {OPT_SPECTRUM, OPT_LAMBDA_MAX, "the file has the eigenvalues"},
        {OPT_RIDGE, OPT_KERNEL_RIDGE, "they are two conventions for one ridge"},
        {OPT_SAMPLES, OPT_SAMPLES_PER_FEATURE, "both set the samples"},
        {OPT_TIME, OPT_STEPS, "training is a flow in time or goes in steps"},
        {OPT_TIME, OPT_LEARNING_RATE, "a flow in time has no steps"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (options_given(o, pairs[i].one) && options_given(o, pairs[i].other))
            return options_complain(o->command, EXIT_USAGE,
                                    "--%s and --%s exclude each other: %s",
                                    option_table[pairs[i].one].name,
                                    option_table[pairs[i].other].name, pairs[i].why);
    return EXIT_FINE;
}

/* What loss, curve and compare cannot do without; the others see to it themselves. */
static int check_required(const cli_options *o)
{
    if (o->command_bit == FOR_EXPONENTS && !options_given(o, OPT_SPECTRUM) &&
        !options_given(o, OPT_ALPHA))
        return complain(o, "--alpha is required; try --alpha 0.3");
    if (!options_given(o, OPT_SPECTRUM) && !options_given(o, OPT_ALPHA))
        return complain(o, "--alpha (power law) or --spectrum FILE is required; "
                           "try --alpha 0.3");
    if (o->command_bit == FOR_COMPARE)
        return o->operand ? EXIT_FINE
                          : complain(o, "needs a CSV file of runs (or - for standard "
                                        "input) with the columns N, P and loss");
    if (!(o->command_bit &
          (FOR_LOSS | FOR_CURVE | FOR_TRAIN | FOR_PHASE | FOR_DENSITY)))
        return EXIT_FINE;
    bool map = o->command_bit == FOR_PHASE;
    if (!options_given(o, OPT_FEATURES))
        return complain(o, map ? "--features is required; try --features 10:1e6:60"
                               : "--features is required; try --features 1000");
    if (map && !options_given(o, OPT_SAMPLES))
        return complain(o, "--samples is required; try --samples 10:1e6:60");
    if (o->command_bit == FOR_DENSITY && !options_given(o, OPT_SAMPLES))
        return complain(o, "--samples is required; try --samples 4000");
    if (!options_given(o, OPT_SAMPLES) && !options_given(o, OPT_SAMPLES_PER_FEATURE))
        return complain(o, "--samples (or --samples-per-feature) is required; "
                           "try --samples 4000");
    return EXIT_FINE;
}

/* Two sweeps make a map. */
static int check_map(const cli_options *o)
{
    int sweeps = 0;
    for (option_id id = 0; id < OPT_COUNT; id++)
        sweeps += o->value[id].sweep_count > 0;
    if (sweeps != 2)
        return options_complain(o->command, EXIT_USAGE,
                                "needs two sweeps lo:hi:count, got %d; try "
                                "--features 10:1e6:60 --samples 10:1e6:60",
                                sweeps);
    return EXIT_FINE;
}

static int check_sweeps(const cli_options *o)
{
    if (o->command_bit == FOR_PHASE)
        return check_map(o);
    if (o->command_bit == FOR_TRAIN)
        return training_check_sweeps(o);
    option_id first = OPT_COUNT;
    for (option_id id = 0; id < OPT_COUNT; id++) {
        if (o->value[id].sweep_count == 0)
            continue;
        if (first != OPT_COUNT)
            return options_complain(o->command, EXIT_USAGE,
                                    "sweeps one option at a time, got --%s and --%s",
                                    option_table[first].name, option_table[id].name);
        first = id;
    }
    if (first == OPT_ALPHA)
        return options_complain(o->command, EXIT_USAGE,
                                "--alpha %s is a sweep; only nslaw phase takes one of "
                                "alpha",
                                o->value[OPT_ALPHA].text);
    if (first != OPT_COUNT && o->command_bit != FOR_CURVE && first != OPT_BUDGET)
        return options_complain(o->command, EXIT_USAGE,
                                "--%s %s is a sweep; use nslaw curve for sweeps",
                                option_table[first].name, o->value[first].text);
    if (first == OPT_COUNT && o->command_bit == FOR_CURVE)
        return complain(o, "needs one sweep lo:hi:count, e.g. --features 10:1000:20; "
                           "use nslaw loss for one point");
    return EXIT_FINE;
}

/* P = R N within the range of double, at both ends of a sweep. */
static int check_tied(const cli_options *o)
{
    if (!options_given(o, OPT_SAMPLES_PER_FEATURE))
        return EXIT_FINE;
    size_t ends[] = {0, query_count(o) - 1};
    for (int i = 0; i < 2; i++) {
        nsl_point point = query_point(o, ends[i]);
        bool tied = isinf(point.features) || isnormal(point.samples);
        if (!tied)
            return options_complain(o->command, EXIT_USAGE,
                                    "--samples-per-feature times --features must be in "
                                    "the range of double, got %g * %g",
                                    o->value[OPT_SAMPLES_PER_FEATURE].number,
                                    point.features);
    }
    return EXIT_FINE;
}

int query_check(const cli_options *o)
{
    int code = check_excluded(o);
    if (code == EXIT_FINE)
        code = check_required(o);
    if (code == EXIT_FINE)
        code = check_sweeps(o);
    if (code == EXIT_FINE)
        code = check_tied(o);
    if (code == EXIT_FINE)
        code = training_check(o);
    uint64_t digits = o->value[OPT_DIGITS].whole;
    if (code == EXIT_FINE && options_given(o, OPT_DIGITS) &&
        (digits < NSL_DIGITS_MIN || digits > NSL_DIGITS_MAX))
        return options_complain(
            o->command, EXIT_USAGE,
            "--digits must be a whole number from %d to %d, got '%s'", NSL_DIGITS_MIN,
            NSL_DIGITS_MAX, o->value[OPT_DIGITS].text);
    if (code == EXIT_FINE && o->operand && strcmp(o->operand, "-") == 0 &&
        options_given(o, OPT_SPECTRUM) && strcmp(o->value[OPT_SPECTRUM].text, "-") == 0)
        return complain(o, "the runs and --spectrum cannot both be standard input");
    return code;
}
