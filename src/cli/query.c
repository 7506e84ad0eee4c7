/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/query.h"
#include "cli/fitted.h"
#include "cli/training.h"
#include "cli/value.h"
#include "cli/work.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
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

option_id query_swept(const cli_options *o)
{
    for (option_id id = 0; id < OPT_COUNT; id++)
        if (o->value[id].sweep_count > 0)
            return id;
    return OPT_COUNT;
}

size_t query_count(const cli_options *o)
{
    option_id swept = query_swept(o);
    return swept == OPT_COUNT ? 1 : o->value[swept].sweep_count;
}

bool query_is_optimal(const cli_options *o)
{
    return o->value[OPT_RIDGE].optimal || o->value[OPT_KERNEL_RIDGE].optimal;
}

static bool is_infinite(const cli_options *o, option_id id)
{
    return options_given(o, id) && !o->value[id].sweep_count &&
           isinf(o->value[id].number);
}

bool query_is_endless(const cli_options *o)
{
    const option_value *latents = &o->value[OPT_LATENTS],
                       *hidden = &o->value[OPT_HIDDEN];
    bool endless = is_infinite(o, OPT_FEATURES);
    if (!options_given(o, OPT_SPECTRUM) && !latents->sweep_count)
        endless |= !latents->given || latents->whole == NSL_LATENTS_INFINITE;
    for (size_t k = 0; k < hidden->count; k++)
        endless |= isinf(hidden->list[k]);
    return endless;
}

bool query_is_kernel(const cli_options *o)
{
    const char *unknown = options_given(o, OPT_FOR) ? o->value[OPT_FOR].text : "";
    bool found = o->value[OPT_RIDGE].optimal || strcmp(unknown, "ridge") == 0;
    return options_given(o, OPT_KERNEL_RIDGE) || strcmp(unknown, "kernel-ridge") == 0 ||
           (found && query_is_endless(o));
}

option_id query_ridge(const cli_options *o)
{
    return options_given(o, OPT_KERNEL_RIDGE) ? OPT_KERNEL_RIDGE : OPT_RIDGE;
}

static double number(const cli_options *o, option_id id, size_t i, double fallback)
{
    const option_value *value = &o->value[id];
    if (!value->given)
        return fallback;
    return value->sweep_count ? value_sweep_point(value, i) : value->number;
}

static uint64_t latents_at(const cli_options *o, size_t i)
{
    const option_value *value = &o->value[OPT_LATENTS];
    if (!value->given)
        return NSL_LATENTS_INFINITE;
    return value->sweep_count ? (uint64_t)round(value_sweep_point(value, i))
                              : value->whole;
}

static nsl_status make_spectrum(query_setup *setup, const cli_options *o, size_t i,
                                nsl_error *err)
{
    const char *file = o->value[OPT_SPECTRUM].text;
    if (options_given(o, OPT_SPECTRUM) && options_given(o, OPT_DIGITS))
        return nsl_spectrum_read_exact(&setup->spectrum, file, err);
    if (options_given(o, OPT_SPECTRUM))
        return nsl_spectrum_read_by(&setup->spectrum, file, work_jobs(o), err);
    return nsl_spectrum_new_powerlaw(&setup->spectrum, number(o, OPT_ALPHA, i, 1.0),
                                     number(o, OPT_LAMBDA_MAX, i, 1.0),
                                     latents_at(o, i), err);
}

static nsl_status make_model(query_setup *setup, const cli_options *o, bool kernel,
                             nsl_error *err)
{
    nsl_model_options m = nsl_model_defaults();
    double none = (double)NAN;
    m.source = number(o, OPT_SOURCE, 0, none);
    m.label_variance = number(o, OPT_LABEL_VARIANCE, 0, none);
    m.sigma_w2 = number(o, OPT_SIGMA_W2, 0, none);
    m.sigma_u2 = number(o, OPT_SIGMA_U2, 0, none);
    if (options_given(o, OPT_OUTPUTS))
        m.outputs = (double)o->value[OPT_OUTPUTS].whole;
    m.hidden = o->value[OPT_HIDDEN].list;
    m.hidden_count = o->value[OPT_HIDDEN].count;
    m.convention = kernel || query_is_kernel(o) ? NSL_RIDGE_KERNEL : NSL_RIDGE_MRS;
    return nsl_model_new(&setup->model, setup->spectrum, &m, err);
}

/* The model once more, with its numbers as they were given. */
static nsl_status make_exact(query_setup *setup, const cli_options *o, nsl_error *err)
{
    char *widths = NULL, *save = NULL;
    const char *hidden[NSL_HIDDEN_MAX];
    const option_value *alpha = &o->value[OPT_ALPHA]; /* a sweep is no decimal */
    nsl_model_decimals d = {.alpha = alpha->sweep_count ? NULL : alpha->text,
                            .lambda_max = o->value[OPT_LAMBDA_MAX].text,
                            .source = o->value[OPT_SOURCE].text,
                            .label_variance = o->value[OPT_LABEL_VARIANCE].text,
                            .sigma_w2 = o->value[OPT_SIGMA_W2].text,
                            .sigma_u2 = o->value[OPT_SIGMA_U2].text};
    if (options_given(o, OPT_HIDDEN)) {
        size_t count = 0;
        widths = strdup(o->value[OPT_HIDDEN].text);
        for (char *item = widths ? strtok_r(widths, ",", &save) : NULL; item;
             item = strtok_r(NULL, ",", &save))
            hidden[count++] = item;
        d.hidden = widths ? hidden : NULL;
    }
    nsl_status status = nsl_model_mp_new(&setup->exact, setup->model, &d, err);
    free(widths);
    return status;
}

/* Model and exact model on the spectrum that the setup has. */
static nsl_status finish_setup(query_setup *setup, const cli_options *o, bool kernel,
                               nsl_error *err)
{
    nsl_status status = make_model(setup, o, kernel, err);
    if (status == NSL_OK)
        status = make_exact(setup, o, err);
    if (status != NSL_OK) {
        query_setup_clear(setup);
        return status;
    }
    setup->latents = nsl_spectrum_latents(setup->spectrum);
    setup->hidden = o->value[OPT_HIDDEN].list;
    setup->hidden_count = o->value[OPT_HIDDEN].count;
    return NSL_OK;
}

nsl_status query_setup_make(query_setup *setup, const cli_options *o, size_t i,
                            bool kernel, nsl_error *err)
{
    if (setup->model &&
        (!o->value[OPT_LATENTS].sweep_count || setup->latents == latents_at(o, i)))
        return NSL_OK;
    query_setup_clear(setup);
    nsl_status status = make_spectrum(setup, o, i, err);
    return status == NSL_OK ? finish_setup(setup, o, kernel, err) : status;
}

nsl_status query_setup_kernel(query_setup *setup, const query_setup *from,
                              const cli_options *o, nsl_error *err)
{
    *setup = (query_setup){.spectrum = from->spectrum, .borrowed = true};
    return finish_setup(setup, o, true, err);
}

void query_setup_clear(query_setup *setup)
{
    nsl_model_mp_free(setup->exact);
    nsl_model_free(setup->model);
    if (!setup->borrowed)
        nsl_spectrum_free(setup->spectrum);
    *setup = (query_setup){.model = NULL};
}

nsl_point query_point(const cli_options *o, size_t i)
{
    double features = number(o, OPT_FEATURES, i, (double)NAN);
    uint64_t models = options_given(o, OPT_ENSEMBLE) ? o->value[OPT_ENSEMBLE].whole : 1;
    return (nsl_point){
        .features = features,
        .samples = options_given(o, OPT_SAMPLES_PER_FEATURE)
                       ? o->value[OPT_SAMPLES_PER_FEATURE].number * features
                       : number(o, OPT_SAMPLES, i, (double)NAN),
        .ridge = number(o, query_ridge(o), i, 0.0),
        .noise = number(o, OPT_NOISE, i, 0.0),
        .ensemble = models == NSL_LATENTS_INFINITE ? (double)INFINITY : (double)models,
        .training = training_at(o, i),
    };
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

/* The text of an option's number: as given, or as the i-th point of its sweep prints.
 */
static const char *decimal(char *printed, size_t size, const cli_options *o,
                           option_id id, size_t i, const char *fallback)
{
    const option_value *value = &o->value[id];
    if (!value->given)
        return fallback;
    if (!value->sweep_count)
        return value->text;
    value_shortest(printed, size, value_sweep_point(value, i));
    return printed;
}

void query_texts_set(query_texts *out, const cli_options *o, size_t i)
{
    size_t size = sizeof out->features;
    nsl_point_decimals *d = &out->decimals;
    d->features = decimal(out->features, size, o, OPT_FEATURES, i, NULL);
    d->samples = decimal(out->samples, size, o, OPT_SAMPLES, i, NULL);
    d->ridge = query_is_optimal(o)
                   ? "0" /* found at each point */
                   : decimal(out->ridge, size, o, query_ridge(o), i, "0");
    d->noise = decimal(out->noise, size, o, OPT_NOISE, i, "0");
    d->time = decimal(out->time, size, o, OPT_TIME, i, NULL);
    d->rate = o->value[OPT_LEARNING_RATE].text;
    if (options_given(o, OPT_SAMPLES_PER_FEATURE)) {
        double samples = query_point(o, i).samples;
        value_shortest(out->samples, size, samples);
        d->samples = out->samples;
    }
}

void query_texts_set_time(query_texts *out, double time)
{
    value_shortest(out->time, sizeof out->time, time);
    out->decimals.time = out->time;
}

/* Whether nslaw solve looks for the option's value. */
static bool is_sought(const cli_options *o, option_id id)
{
    const char *unknown = options_given(o, OPT_FOR) ? o->value[OPT_FOR].text : "";
    return id == OPT_NOISE ? strcmp(unknown, "noise") == 0
                           : (id == OPT_RIDGE || id == OPT_KERNEL_RIDGE) &&
                                 (strcmp(unknown, "ridge") == 0 ||
                                  strcmp(unknown, "kernel-ridge") == 0);
}

/* A given number, or the text "inf"; for a sweep, its text. */
static cell option_cell(const cli_options *o, option_id id, double fallback)
{
    const option_value *value = &o->value[id];
    if (value->sweep_count || value->optimal)
        return cell_text(value->text);
    if (is_sought(o, id))
        return cell_text("sought");
    double x = value->given ? value->number : fallback;
    return isinf(x) ? cell_text("inf") : isnan(x) ? cell_null() : cell_given(x);
}

static cell latents_cell(const cli_options *o, const query_setup *setup)
{
    if (o->value[OPT_LATENTS].sweep_count)
        return cell_text(o->value[OPT_LATENTS].text);
    if (setup->latents == NSL_LATENTS_INFINITE)
        return cell_text("inf");
    return cell_whole(setup->latents);
}

void query_describe_spectrum(document *d, const cli_options *o,
                             const query_setup *setup)
{
    bool table = options_given(o, OPT_SPECTRUM);
    document_add_model(d, "spectrum",
                       cell_text(table ? o->value[OPT_SPECTRUM].text : "powerlaw"));
    document_add_model(d, "latents", latents_cell(o, setup));
    if (!table) {
        document_add_model(d, "alpha", option_cell(o, OPT_ALPHA, 1.0));
        document_add_model(d, "lambda_max", option_cell(o, OPT_LAMBDA_MAX, 1.0));
    }
}

void query_describe(document *d, const cli_options *o, const query_setup *setup,
                    query_columns columns)
{
    bool kernel = query_is_kernel(o) || columns.kernel_ridge;
    bool own = nsl_spectrum_has_target(setup->spectrum);
    query_describe_spectrum(d, o, setup);
    document_add_model(d, "target",
                       cell_text(options_given(o, OPT_SOURCE) ? "source"
                                 : own                        ? "table"
                                                              : "mrs"));
    if (options_given(o, OPT_SOURCE))
        document_add_model(d, "source", option_cell(o, OPT_SOURCE, 0.0));
    bool infinite = setup->latents == NSL_LATENTS_INFINITE;
    if (options_given(o, OPT_LABEL_VARIANCE) || infinite ||
        options_given(o, OPT_SOURCE))
        document_add_model(d, "label_variance",
                           option_cell(o, OPT_LABEL_VARIANCE, 1.0));
    else if (!own)
        document_add_model(d, "sigma_w2", option_cell(o, OPT_SIGMA_W2, 1.0));
    if (!kernel && !infinite)
        document_add_model(d, "sigma_u2", option_cell(o, OPT_SIGMA_U2, 1.0));
    document_add_model(
        d, "outputs",
        cell_whole(options_given(o, OPT_OUTPUTS) ? o->value[OPT_OUTPUTS].whole : 1));
    if (options_given(o, OPT_HIDDEN))
        document_add_model(d, "hidden", cell_text(o->value[OPT_HIDDEN].text));
    if (options_given(o, OPT_ENSEMBLE))
        document_add_model(d, "ensemble",
                           o->value[OPT_ENSEMBLE].whole == NSL_LATENTS_INFINITE
                               ? cell_text("inf")
                               : cell_whole(o->value[OPT_ENSEMBLE].whole));
    document_add_model(d, kernel ? "kernel_ridge" : "ridge",
                       columns.ridge || columns.kernel_ridge
                           ? cell_text("runs")
                           : option_cell(o, query_ridge(o), 0.0));
    document_add_model(
        d, "noise", columns.noise ? cell_text("runs") : option_cell(o, OPT_NOISE, 0.0));
    training_describe(d, o, columns);
    document_add_model(d, "test_labels",
                       cell_text(options_given(o, OPT_TEST_NOISE) ? "noisy" : "clean"));
    document_add_model(d, "loss",
                       cell_text(o->fitted                   ? "fitted"
                                 : options_given(o, OPT_MSE) ? "mse"
                                                             : "mrs"));
    if (o->fitted)
        fitted_describe(d, o);
    document_add_model(d, "options", cell_text(d->record ? d->record : ""));
}

loss_units query_units(const cli_options *o, double noise)
{
    if (o->fitted) /* E + A·ℓ, ℓ = 2L at one output */
        return (loss_units){2.0 * o->fitted->scale, o->fitted->left};
    double outputs =
        options_given(o, OPT_OUTPUTS) ? (double)o->value[OPT_OUTPUTS].whole : 1.0;
    return (loss_units){
        .scale = options_given(o, OPT_MSE) ? 2.0 / outputs : 1.0,
        .test_shift = options_given(o, OPT_TEST_NOISE)
                          ? (options_given(o, OPT_MSE) ? noise : 0.5 * outputs * noise)
                          : 0.0,
    };
}
