/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The option table. Order within a group is the order of the enumeration; --help sorts
 * by name. */
#include "cli/options.h"

#include <stdio.h>

#define SIZE "Sizes (N, P; an infinite one gives the limit):"
#define DATA "Data spectrum and target:"
#define RIDGE "Ridge and noise:"
#define RUNS "Measured runs:"
#define TASK "What is asked:"
#define OUT "Output:"

enum {
    ONE_POINT = FOR_LOSS | FOR_CURVE,
    WITH_SIZES = ONE_POINT | FOR_EXPONENTS | FOR_PLATEAU | FOR_SOLVE | FOR_PHASE,
    WITH_LABELS = FOR_ALL & ~FOR_EXPONENTS,
    WITH_PICTURE =
        FOR_CURVE | FOR_COMPARE | FOR_EXPONENTS | FOR_FRONTIER | FOR_PHASE | FOR_MERGE
};

const option_spec option_table[OPT_COUNT] = {
    [OPT_FEATURES] = {.name = "features",
                      .letter = 'N',
                      .argument = "N",
                      .kind = KIND_NUMBER,
                      .infinite = true,
                      .sweep = true,
                      .commands = WITH_SIZES,
                      .group = SIZE,
                      .help = "random features N, the trained parameters"},
    [OPT_SAMPLES] = {.name = "samples",
                     .letter = 'P',
                     .argument = "P",
                     .kind = KIND_NUMBER,
                     .infinite = true,
                     .sweep = true,
                     .commands = WITH_SIZES,
                     .group = SIZE,
                     .help = "training samples P (T in the paper)"},
    [OPT_SAMPLES_PER_FEATURE] = {.name = "samples-per-feature",
                                 .argument = "R",
                                 .kind = KIND_NUMBER,
                                 .commands = ONE_POINT,
                                 .group = SIZE,
                                 .help = "ties P = R*N"},
    [OPT_HIDDEN] = {.name = "hidden",
                    .argument = "W1,W2,...",
                    .kind = KIND_LIST,
                    .infinite = true,
                    .commands = FOR_ALL,
                    .group = SIZE,
                    .help = "widths of the feature layers before the last, from the "
                            "input on"},
    [OPT_ENSEMBLE] = {.name = "ensemble",
                      .argument = "K",
                      .kind = KIND_WHOLE,
                      .infinite = true,
                      .commands = ONE_POINT | FOR_FRONTIER | FOR_PHASE,
                      .group = SIZE,
                      .help = "average K models that share the samples, each with its "
                              "own features (default 1)"},
    [OPT_OUTPUTS] = {.name = "outputs",
                     .letter = 'C',
                     .argument = "C",
                     .kind = KIND_WHOLE,
                     .commands = FOR_ALL,
                     .group = SIZE,
                     .help = "number of outputs (default 1)"},
    [OPT_SPECTRUM] = {.name = "spectrum",
                      .argument = "FILE",
                      .kind = KIND_TEXT,
                      .commands = FOR_ALL,
                      .group = DATA,
                      .help = "eigenvalues, and optionally target weights and "
                              "multiplicities, from a CSV or .npy file (- for standard "
                              "input)"},
    [OPT_ALPHA] = {.name = "alpha",
                   .letter = 'a',
                   .argument = "ALPHA",
                   .kind = KIND_NUMBER,
                   .sweep = true,
                   .commands = FOR_ALL,
                   .group = DATA,
                   .help = "power law: eigenvalues lambda_max*I^-(1+alpha), "
                           "I = 1...M"},
    [OPT_LATENTS] = {.name = "latents",
                     .letter = 'M',
                     .argument = "M",
                     .kind = KIND_WHOLE,
                     .infinite = true,
                     .sweep = true,
                     .commands = FOR_ALL,
                     .group = DATA,
                     .help = "latent dimensions M of the power law (default inf)"},
    [OPT_LAMBDA_MAX] = {.name = "lambda-max",
                        .argument = "L",
                        .kind = KIND_NUMBER,
                        .commands = FOR_ALL,
                        .group = DATA,
                        .help = "largest eigenvalue (default 1)"},
    [OPT_SOURCE] = {.name = "source",
                    .argument = "BETA",
                    .kind = KIND_NUMBER,
                    .commands = FOR_ALL,
                    .group = DATA,
                    .help = "target weights I^-(1+beta) (default: those of the file, "
                            "or proportional to the eigenvalues)"},
    [OPT_LABEL_VARIANCE] = {.name = "label-variance",
                            .argument = "V",
                            .kind = KIND_NUMBER,
                            .commands = FOR_ALL,
                            .group = DATA,
                            .help = "label variance of the target (default 1 at "
                                    "M = inf and with --source)"},
    [OPT_SIGMA_W2] = {.name = "sigma-w2",
                      .argument = "S",
                      .kind = KIND_NUMBER,
                      .commands = FOR_ALL,
                      .group = DATA,
                      .help = "target weights of variance S/M a latent, at finite M "
                              "(default 1)"},
    [OPT_SIGMA_U2] = {.name = "sigma-u2",
                      .argument = "S",
                      .kind = KIND_NUMBER,
                      .commands = FOR_ALL,
                      .group = DATA,
                      .help = "feature maps of variance S/(input width) (default 1); "
                              "matters with --ridge only"},
    [OPT_RIDGE] = {.name = "ridge",
                   .letter = 'g',
                   .argument = "GAMMA",
                   .kind = KIND_NUMBER,
                   .zero = true,
                   .sweep = true,
                   .optimal = true,
                   .commands = FOR_ALL,
                   .group = RIDGE,
                   .help = "ridge on the summed loss (default 0: ridgeless), at finite "
                           "N, M; opt for the best one"},
    [OPT_KERNEL_RIDGE] = {.name = "kernel-ridge",
                          .argument = "D",
                          .kind = KIND_NUMBER,
                          .zero = true,
                          .sweep = true,
                          .optimal = true,
                          .commands = FOR_ALL,
                          .group = RIDGE,
                          .help = "ridge for features scaled by 1/sqrt(width), at any "
                                  "N, M; opt for the best one"},
    [OPT_NOISE] = {.name = "noise",
                   .letter = 'e',
                   .argument = "S",
                   .kind = KIND_NUMBER,
                   .zero = true,
                   .sweep = true,
                   .commands = FOR_ALL,
                   .group = RIDGE,
                   .help = "variance of the training labels' noise (default 0)"},
    [OPT_TEST_NOISE] = {.name = "test-noise",
                        .kind = KIND_FLAG,
                        .commands = WITH_LABELS,
                        .group = RIDGE,
                        .help = "test on noisy labels too"},
    [OPT_BUDGET] = {.name = "budget",
                    .letter = 'B',
                    .argument = "B",
                    .kind = KIND_NUMBER,
                    .sweep = true,
                    .commands = FOR_FRONTIER,
                    .group = TASK,
                    .help = "what all models together may cost, or a sweep of it"},
    [OPT_COST] = {.name = "cost",
                  .argument = "EXPR",
                  .kind = KIND_TEXT,
                  .commands = FOR_FRONTIER,
                  .group = TASK,
                  .help = "cost of one model (default N*P): products, powers and min() "
                          "of N, P and numbers, e.g. 6*N*P"},
    [OPT_FOR] = {.name = "for",
                 .argument = "WHAT",
                 .kind = KIND_TEXT,
                 .commands = FOR_SOLVE,
                 .group = TASK,
                 .help = "what to solve for: N, P, ridge or noise"},
    [OPT_TARGET_LOSS] = {.name = "target-loss",
                         .letter = 'L',
                         .argument = "LOSS",
                         .kind = KIND_NUMBER,
                         .commands = FOR_SOLVE,
                         .group = TASK,
                         .help = "the test loss to reach"},
    [OPT_WITHIN] = {.name = "within",
                    .argument = "SHARE",
                    .kind = KIND_SHARE,
                    .commands = FOR_PLATEAU,
                    .group = TASK,
                    .help = "how near to the plateau counts as reached, e.g. 5% "
                            "(the default) or 0.05"},
    [OPT_X] = {.name = "x",
               .letter = 'x',
               .argument = "WHAT",
               .kind = KIND_TEXT,
               .commands = FOR_PHASE,
               .group = TASK,
               .help = "which of the two sweeps goes across: N, P, ridge, noise, M or "
                       "alpha (default: the first of these)"},
    [OPT_Y] = {.name = "y",
               .letter = 'y',
               .argument = "WHAT",
               .kind = KIND_TEXT,
               .commands = FOR_PHASE,
               .group = TASK,
               .help = "which goes up (default: the other one)"},
    [OPT_SHARD] = {.name = "shard",
                   .argument = "K/N",
                   .kind = KIND_TEXT,
                   .output_only = true,
                   .commands = FOR_PHASE,
                   .group = TASK,
                   .help = "only rows K, K+N, ... of the map, for nslaw merge; with "
                           "-f npy"},
    [OPT_JOBS] = {.name = "jobs",
                  .letter = 'j',
                  .argument = "N",
                  .kind = KIND_WHOLE,
                  .output_only = true,
                  .commands = FOR_PHASE,
                  .group = TASK,
                  .help = "threads (default: one a processor); the result is the same"},
    [OPT_INTEGER] = {.name = "integer",
                     .kind = KIND_FLAG,
                     .commands = FOR_FRONTIER | FOR_SOLVE,
                     .group = TASK,
                     .help = "whole numbers of features and samples"},
    [OPT_MSE] = {.name = "mse",
                 .kind = KIND_FLAG,
                 .commands = FOR_ALL,
                 .group = OUT,
                 .help = "report the mean squared error per output, 2L/C, instead of "
                         "L"},
    [OPT_DECOMPOSE] = {.name = "decompose",
                       .kind = KIND_FLAG,
                       .commands = ONE_POINT,
                       .group = OUT,
                       .help =
                           "show the parts of the loss: squared bias, variance from "
                           "the samples and from the features, label noise"},
    [OPT_MAP] = {.name = "map",
                 .argument = "KEY=COLUMN,...",
                 .kind = KIND_MANY,
                 .commands = FOR_COMPARE,
                 .group = RUNS,
                 .help = "names of the columns N, P, loss, sem, ridge, kernel-ridge, "
                         "noise in RUNS"},
    [OPT_WHERE] = {.name = "where",
                   .argument = "COLUMN=VALUE",
                   .kind = KIND_MANY,
                   .commands = FOR_COMPARE,
                   .group = RUNS,
                   .help = "use only the runs with this value (several: all must "
                           "hold)"},
    [OPT_DIGITS] = {.name = "digits",
                    .argument = "D",
                    .kind = KIND_WHOLE,
                    .commands = FOR_ALL & ~FOR_COMPARE & ~FOR_PHASE,
                    .group = OUT,
                    .help = "print D digits, 16 to 10000, every one right; numbers on "
                            "the command line and in files are then taken exactly"},
    [OPT_FORMAT] = {.name = "format",
                    .letter = 'f',
                    .argument = "FORMAT",
                    .kind = KIND_TEXT,
                    .output_only = true,
                    .commands = FOR_OUTPUT,
                    .group = OUT,
                    .help = "table, csv or json (default: by the ending of -o, else "
                            "table); of maps also npy, arrays in the folder -o"},
    [OPT_OUTPUT] = {.name = "output",
                    .letter = 'o',
                    .argument = "FILE",
                    .kind = KIND_TEXT,
                    .output_only = true,
                    .commands = FOR_OUTPUT,
                    .group = OUT,
                    .help = "write to FILE, whole or not at all"},
    [OPT_PLOT] = {.name = "plot",
                  .argument = "FILE",
                  .kind = KIND_TEXT,
                  .output_only = true,
                  .commands = WITH_PICTURE,
                  .group = OUT,
                  .help = "draw a picture too: FILE.png, .svg, .pdf, .tex (LaTeX), "
                          ".html or .gp (gnuplot script); - draws in the terminal "
                          "instead of the table"},
    [OPT_QUIET] = {.name = "quiet",
                   .kind = KIND_FLAG,
                   .output_only = true,
                   .commands = FOR_OUTPUT,
                   .group = OUT,
                   .help = "no progress line"},
};

const char *option_commands(option_id id, char *out, size_t size)
{
    static const struct {
        unsigned bit;
        const char *name;
    } names[] = {
        {FOR_LOSS, "loss"},       {FOR_CURVE, "curve"},
        {FOR_COMPARE, "compare"}, {FOR_EXPONENTS, "exponents"},
        {FOR_PLATEAU, "plateau"}, {FOR_FRONTIER, "frontier"},
        {FOR_SOLVE, "solve"},     {FOR_PHASE, "phase"},
        {FOR_MERGE, "merge"},
    };
    enum { NAMES = sizeof names / sizeof *names };
    const char *with[NAMES] = {NULL};
    int count = 0;
    for (int i = 0; i < NAMES; i++)
        if (option_table[id].commands & names[i].bit)
            with[count++] = names[i].name;
    size_t used = 0;
    *out = '\0';
    for (int i = 0; i < count && used < size; i++)
        used += (size_t)snprintf(out + used, size - used, "%s%s",
                                 i == 0           ? ""
                                 : i + 1 == count ? " and "
                                                  : ", ",
                                 with[i]);
    return out;
}
