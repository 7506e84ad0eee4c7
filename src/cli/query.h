/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From options to the library: the spectrum, the model and the points asked for. */
#ifndef NSL_CLI_QUERY_H
#define NSL_CLI_QUERY_H

#include "cli/document.h"
#include "cli/options.h"
#include <nslaw/theory_mp.h>

/* The rules between options that the library cannot know: what excludes what, what is
 * required. Prints a message and returns an exit code, EXIT_FINE when all is well. */
int query_check(const cli_options *options);

/* The option that is swept, or OPT_COUNT. */
option_id query_swept(const cli_options *options);

/* Whether the ridge is the best one, to be found at each point. */
bool query_is_optimal(const cli_options *options);

/* Whether the ridge is the kernel's: asked for, or the only one that is defined. */
bool query_is_kernel(const cli_options *options);

/* Whether N, M or a hidden width is infinite, so that only the kernel's ridge is
 * defined. */
bool query_is_endless(const cli_options *options);

/* The --ridge option in use. */
option_id query_ridge(const cli_options *options);

/* How many points: 1, or those of the sweep. */
size_t query_count(const cli_options *options);

typedef struct {
    nsl_spectrum *spectrum;
    bool borrowed; /* the spectrum is another setup's */
    nsl_model *model;
    uint64_t latents;
    const double *hidden; /* widths of the hidden layers, of the options */
    size_t hidden_count;
    nsl_model_mp *exact; /* the model with the options' decimals */
} query_setup;

/* Makes the spectrum and the model; for a sweep of M at its i-th point, made anew when
 * M changes. The convention is the kernel's where `kernel` or --kernel-ridge say so. */
nsl_status query_setup_make(query_setup *setup, const cli_options *options, size_t i,
                            bool kernel, nsl_error *err);
void query_setup_clear(query_setup *setup);

/* The same model with the kernel's ridge, on the same spectrum, which stays that of
 * `from`: a file, standard input perhaps, is read once. */
nsl_status query_setup_kernel(query_setup *setup, const query_setup *from,
                              const cli_options *options, nsl_error *err);

/* The i-th point asked for. */
nsl_point query_point(const cli_options *options, size_t i);

/* Its numbers as they were given, or as they are printed for sweeps and ties. */
typedef struct {
    char features[64], samples[64], ridge[64], noise[64], time[64]; /* printed ones */
    nsl_point_decimals decimals;
} query_texts;

void query_texts_set(query_texts *out, const cli_options *options, size_t i);

/* A time of nobody's sweep. */
void query_texts_set_time(query_texts *out, double time);

/* What the runs of a comparison give in columns instead of options. */
typedef struct {
    bool ridge, kernel_ridge, noise, time, steps, rate;
} query_columns;

/* The options as keys and values for the record of the model: those of the spectrum,
 * and all. */
void query_describe_spectrum(document *d, const cli_options *options,
                             const query_setup *setup);
void query_describe(document *d, const cli_options *options, const query_setup *setup,
                    query_columns columns);

/* Losses are reported as scale·L + shift: --mse, --test-noise and --model. */
typedef struct {
    double scale, test_shift;
} loss_units;

loss_units query_units(const cli_options *options, double noise);

#endif
