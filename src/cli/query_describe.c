/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The options as keys and values, for the record of the model. */
#include "cli/fitted.h"
#include "cli/query.h"
#include "cli/training.h"

#include <math.h>
#include <string.h>

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
