/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/prediction_row.h"
#include "input/number.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

void row_add_columns(document *d, row_style style)
{
    const char *ridge = style.kernel ? "kernel_ridge" : "ridge";
    document_add_column(d, "features", "N", true);
    document_add_column(d, "samples", "P", true);
    document_add_column(d, "latents", "M", style.latents);
    document_add_column(
        d, ridge, style.kernel ? "for features / sqrt(width)" : "on the summed loss",
        style.ridge);
    document_add_column(d, "noise", "label-noise variance", style.noise);
    document_add_column(d, "delta",
                        "root of the self-consistent equation, units of lambda", true);
    document_add_column(d, "dof", "effective dimension z", true);
    document_add_column(d, "test_loss", "", true);
    document_add_column(d, "signal_loss", "part without label noise", style.parts);
    document_add_column(d, "noise_loss", "part from label noise", style.parts);
    document_add_column(d, "train_loss", "mean per sample, on noisy labels", true);
    document_add_column(d, "elasticity_features", "-dln(test_loss)/dlnN", true);
    document_add_column(d, "elasticity_samples", "-dln(test_loss)/dlnP", true);
    document_add_column(d, "elasticity_ridge", "-dln(test_loss)/dln(ridge)",
                        style.ridge);
}

void row_add_last_columns(document *d)
{
    document_add_column(d, "error", "relative bound on the test loss", d->upright);
    document_add_column(d, "note", "", true);
}

static void join(char *text, size_t size, const char *reason)
{
    size_t used = strlen(text);
    snprintf(text + used, size - used, "%s%s", used ? "; " : "", reason);
}

void row_note_add(row_note *note, const char *reason, bool obvious)
{
    if (strstr(note->text, reason))
        return;
    join(note->text, sizeof note->text, reason);
    if (!obvious)
        join(note->for_people, sizeof note->for_people, reason);
}

#define ABOVE_RANGE "above the range of double (1.8e308)"

static void add_prediction_notes(row_note *note, unsigned notes)
{
    static const struct {
        unsigned bit;
        const char *reason;
    } reasons[] = {
        {NSL_NOTE_DIVERGES, "test loss diverges: zero ridge at samples = features, a "
                            "hidden width or the rank"},
        {NSL_NOTE_ZERO_LOSS, "no elasticities: the test loss is 0"},
        {NSL_NOTE_KINK, "no elasticity: one-sided slopes differ at the rank"},
        {NSL_NOTE_UNDERFLOW, "below the range of double (2.2e-308)"},
        {NSL_NOTE_OVERFLOW, ABOVE_RANGE},
        {NSL_NOTE_DOF_INFINITE, "dof = inf"},
        {NSL_NOTE_ELASTICITY, "elasticity not known to 1e-12 in double precision"},
    };
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (notes & reasons[i].bit)
            row_note_add(note, reasons[i].reason, false);
}

double row_test_loss(const nsl_prediction *p, loss_units units)
{
    return units.scale * p->test_loss + units.test_shift;
}

static cell whole_or_infinite(uint64_t value)
{
    return value == NSL_LATENTS_INFINITE ? cell_given((double)INFINITY)
                                         : cell_whole(value);
}

/* The elasticities of what is printed as test_loss: noise on the test labels adds a
 * constant, which does not change with N or P. */
static double of_reported(double elasticity, const nsl_prediction *p, loss_units units)
{
    if (units.test_shift == 0.0)
        return elasticity;
    if (p->test_loss == 0.0) /* a constant, but for one side of a kink */
        return p->notes & NSL_NOTE_KINK ? (double)NAN : 0.0;
    return elasticity * (units.scale * p->test_loss / row_test_loss(p, units));
}

/* Decimals that are not whole numbers are rounded to doubles, up to half an ulp each:
 * what that does to the loss is its elasticity times the rounding. */
static double input_rounding(double value, double elasticity)
{
    bool exact = value == floor(value);
    return exact || isnan(elasticity) ? 0.0 : fabs(elasticity) * (DBL_EPSILON / 2);
}

/* Relative bound on the reported test loss; NaN where there is none. The elasticity to
 * a hidden width W is at most some W/(W − z). */
static double reported_error(const nsl_prediction *p, const nsl_point *point,
                             const query_setup *setup)
{
    if (isnan(p->test_loss))
        return (double)NAN;
    double error = p->error + input_rounding(point->features, p->elasticity_features) +
                   input_rounding(point->samples, p->elasticity_samples) +
                   input_rounding(point->ridge, p->elasticity_ridge);
    for (size_t k = 0; k < setup->hidden_count; k++)
        if (isfinite(setup->hidden[k]))
            error += input_rounding(setup->hidden[k], 2.0 * setup->hidden[k] /
                                                          (setup->hidden[k] - p->dof));
    return error;
}

static void add_input_notes(row_note *note, const nsl_point *point,
                            const query_setup *setup)
{
    if (isinf(point->features))
        row_note_add(note, "features = inf", true);
    if (isinf(point->samples))
        row_note_add(note, "samples = inf", true);
    if (setup->latents == NSL_LATENTS_INFINITE)
        row_note_add(note, "latents = inf", true);
}

void row_add(document *d, row_style style, const query_setup *setup,
             const nsl_point *point, const nsl_prediction *p, loss_units units,
             row_note *note)
{
    document_add_row(d);
    document_set(d, "features", cell_given(point->features));
    document_set(d, "samples", cell_given(point->samples));
    document_set(d, "latents", whole_or_infinite(setup->latents));
    document_set(d, style.kernel ? "kernel_ridge" : "ridge", cell_given(point->ridge));
    document_set(d, "noise", cell_given(point->noise));
    document_set(d, "delta", cell_computed(p->delta));
    document_set(d, "dof", cell_computed(p->dof));
    document_set(d, "test_loss", cell_computed(row_test_loss(p, units)));
    document_set(d, "signal_loss", cell_computed(units.scale * p->signal_loss));
    document_set(d, "noise_loss", cell_computed(units.scale * p->noise_loss));
    document_set(d, "train_loss", cell_computed(units.scale * p->train_loss));
    document_set(d, "elasticity_features",
                 cell_computed(of_reported(p->elasticity_features, p, units)));
    document_set(d, "elasticity_samples",
                 cell_computed(of_reported(p->elasticity_samples, p, units)));
    document_set(d, "elasticity_ridge",
                 cell_computed(of_reported(p->elasticity_ridge, p, units)));
    if (isinf(row_test_loss(p, units)) || isinf(units.scale * p->train_loss))
        row_note_add(note, ABOVE_RANGE, false);
    double error = reported_error(p, point, setup);
    document_set(d, "error", cell_bound(error));
    if (error > NSL_PROMISE)
        row_note_add(note,
                     "loss and elasticities not known to 1e-12 in double precision",
                     false);
    add_input_notes(note, point, setup);
    unsigned notes = p->notes;
    if (units.test_shift !=
        0.0) /* a zero loss on clean labels has slopes on noisy ones */
        notes &= ~(unsigned)NSL_NOTE_ZERO_LOSS;
    add_prediction_notes(note, notes);
}

void row_end(document *d, const row_note *note)
{
    document_set(d, "note", cell_note(note->text, note->for_people));
}

static const char *given_text(const cli_options *o, option_id id, const char *fallback)
{
    return o->value[id].given ? o->value[id].text : fallback;
}

static void caption_spectrum(char *out, size_t size, const cli_options *o,
                             const query_setup *setup)
{
    char name[256];
    if (!o->value[OPT_SPECTRUM].given) {
        snprintf(out, size, "power law, alpha = %s, latents = %s",
                 o->value[OPT_ALPHA].text, given_text(o, OPT_LATENTS, "inf"));
        return;
    }
    nsl_printable(name, sizeof name, o->value[OPT_SPECTRUM].text);
    snprintf(out, size, "spectrum %s, %llu eigenvalues", name,
             (unsigned long long)setup->latents);
}

static void caption_target(char *out, size_t size, const cli_options *o,
                           const query_setup *setup)
{
    *out = '\0';
    if (o->value[OPT_SOURCE].given)
        snprintf(out, size, ", target exponent beta = %s", o->value[OPT_SOURCE].text);
    else if (nsl_spectrum_has_target(setup->spectrum))
        snprintf(out, size, ", its own target weights");
}

static void caption_ridge(char *out, size_t size, const cli_options *o,
                          query_columns columns)
{
    if (columns.ridge || columns.kernel_ridge)
        snprintf(out, size, "%s of each run", columns.ridge ? "ridge" : "kernel ridge");
    else if (o->value[OPT_RIDGE].given)
        snprintf(out, size, "ridge = %s", o->value[OPT_RIDGE].text);
    else if (o->value[OPT_KERNEL_RIDGE].given)
        snprintf(out, size, "kernel ridge = %s", o->value[OPT_KERNEL_RIDGE].text);
    else
        snprintf(out, size, "ridgeless");
}

char *row_caption(const cli_options *o, const query_setup *setup, query_columns columns)
{
    char spectrum[512], target[128], ridge[128], *caption = NULL;
    caption_spectrum(spectrum, sizeof spectrum, o, setup);
    caption_target(target, sizeof target, o, setup);
    caption_ridge(ridge, sizeof ridge, o, columns);
    int length = asprintf(
        &caption, "%s%s\n%s, label noise %s%s%s\nlosses: %s, on %s test labels\n\n",
        spectrum, target, ridge,
        columns.noise ? "of each run" : given_text(o, OPT_NOISE, "0"),
        o->value[OPT_HIDDEN].given ? ", hidden widths " : "",
        o->value[OPT_HIDDEN].given ? o->value[OPT_HIDDEN].text : "",
        o->value[OPT_MSE].given ? "mean squared error per output"
                                : "half the squared error, summed over outputs",
        o->value[OPT_TEST_NOISE].given ? "noisy" : "clean");
    return length < 0 ? NULL : caption;
}
