/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/prediction_row.h"
#include "cli/digits.h"
#include "cli/intervals.h"
#include "cli/training.h"
#include "input/number.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void row_add_columns(document *d, row_style style)
{
    const char *ridge = style.kernel ? "kernel_ridge" : "ridge";
    document_add_column(d, "features", style.fitted ? "parameters N" : "N", true);
    document_add_column(d, "samples", "P", true);
    document_add_column(d, "latents", "M", style.latents);
    document_add_column(
        d, ridge, style.kernel ? "for features / sqrt(width)" : "on the summed loss",
        style.ridge);
    document_add_column(d, "noise", "label-noise variance", style.noise);
    if (style.training)
        document_add_column(d, style.steps ? "steps" : "time",
                            style.steps ? "of gradient descent" : "of gradient flow",
                            true);
    if (style.rate)
        document_add_column(d, "learning_rate", "", true);
    document_add_column(d, "delta",
                        "root of the self-consistent equation, units of lambda",
                        !style.fitted);
    document_add_column(d, "dof", "effective dimension z", !style.fitted);
    document_add_column(d, "test_loss", "", true);
    if (style.intervals)
        intervals_add_columns(d, "test_loss_lo", "test_loss_hi");
    document_add_column(d, "signal_loss", "part without label noise", style.parts);
    if (style.decompose) {
        document_add_column(d, "bias", "part of signal_loss: squared bias", true);
        document_add_column(d, "variance_samples",
                            "part of signal_loss: variance from the samples", true);
        document_add_column(d, "variance_features",
                            "part of signal_loss: variance from the features", true);
    }
    document_add_column(d, "noise_loss", "part from label noise",
                        style.parts || style.decompose);
    document_add_column(d, "train_loss", "mean per sample, on noisy labels",
                        !style.fitted);
    document_add_column(d, "elasticity_features", "-dln(test_loss)/dlnN", true);
    document_add_column(d, "elasticity_samples", "-dln(test_loss)/dlnP", true);
    document_add_column(d, "elasticity_ridge", "-dln(test_loss)/dln(ridge)",
                        style.ridge);
    if (style.training)
        document_add_column(d, "elasticity_time",
                            style.steps ? "-dln(test_loss)/dln(steps)"
                                        : "-dln(test_loss)/dln(time)",
                            true);
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
        {NSL_NOTE_ORDER, "the noise floor of samples -> inf at features = inf; for "
                         "samples = inf first it is 0"},
        {NSL_NOTE_DIGITS, "a loss or a part of it is lost in double's rounding: "
                          "see --digits"},
        {NSL_NOTE_RIDGE_INFINITE, "delta = inf: nothing can be learnt"},
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

double row_step_elasticity(double elasticity, double part, double steps)
{
    if (!(steps > 0.0 && isfinite(steps)))
        return part * elasticity;
    double span = log1p(1.0 / steps);
    return -log1p(part * expm1(-elasticity * span)) / span;
}

/* The same by the time of training. */
static double of_reported_in_time(const nsl_prediction *p, loss_units units,
                                  const nsl_training *training)
{
    double part = of_reported(1.0, p, units);
    return training->kind == NSL_DESCENT && part != 0.0 && part != 1.0
               ? row_step_elasticity(p->elasticity_time, part, training->steps)
               : of_reported(p->elasticity_time, p, units);
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
    if (training_stops(&point->training))
        row_note_add(note, "no delta: training is stopped early", true);
    else if (point->training.kind != NSL_TRAINED)
        row_note_add(note, "trained to the end", true);
}

/* The names of a prediction's values, in the order of nsl_prediction_mp. */
static const char *const value_keys[NSL_PREDICTION_MP_VALUES] = {"delta",
                                                                 "dof",
                                                                 "test_loss",
                                                                 "signal_loss",
                                                                 "noise_loss",
                                                                 "train_loss",
                                                                 "bias",
                                                                 "variance_samples",
                                                                 "variance_features",
                                                                 "elasticity_features",
                                                                 "elasticity_samples",
                                                                 "elasticity_ridge",
                                                                 "elasticity_time"};

/* Whether the i-th value has a column. */
static bool has_column(row_style style, int i)
{
    enum { FIRST_PART = 6, LAST_PART = 8, TIME = 12 };
    return i == TIME ? style.training
                     : style.decompose || i < FIRST_PART || i > LAST_PART;
}

cell row_known(double value, double error)
{
    return error <= NSL_PROMISE ? cell_computed(value) : cell_known(value, error);
}

/* What comes out of sums that are larger: by an absolute bound. */
static cell known_within(double value, double bound, double scale)
{
    return bound <= NSL_PROMISE * fabs(value) ? cell_computed(value)
                                              : cell_within(value, bound, scale);
}

/* The values as doubles, in the units asked for. Where training is stopped, `error`
 * bounds the losses; else all keep the promise. */
static void set_doubles(document *d, row_style style, const nsl_prediction *p,
                        loss_units units, const nsl_training *training, double error)
{
    bool stopped = training_stops(training);
    double whole = units.scale * p->test_loss;
    double inputs = isnan(p->error) ? 0.0 : error - p->error;
    double loss = stopped ? error : 0.0;
    double part = stopped ? error * whole : 0.0;
    double dof = stopped ? p->dof_error + inputs : 0.0;
    double parts = stopped ? (p->parts_error + inputs) * whole : 0.0;
    double slope = stopped ? p->elasticity_error + inputs : 0.0;
    double features = of_reported(p->elasticity_features, p, units);
    double samples = of_reported(p->elasticity_samples, p, units);
    double ridge = of_reported(p->elasticity_ridge, p, units);
    double in_time = stopped ? p->elasticity_time_error + inputs : 0.0;
    const struct {
        double value, bound, scale; /* of an absolute bound; 0: it is relative */
    } values[NSL_PREDICTION_MP_VALUES] = {
        {p->delta, loss, 0.0},
        {p->dof, dof, 0.0},
        {row_test_loss(p, units), loss, 0.0},
        {units.scale * p->signal_loss, part, whole},
        {units.scale * p->noise_loss, part, whole},
        {style.fitted ? (double)NAN : units.scale * p->train_loss, loss, 0.0},
        {units.scale * p->bias, parts, whole},
        {units.scale * p->variance_samples, parts, whole},
        {units.scale * p->variance_features, parts, whole},
        {features, slope * fmax(1.0, fabs(features)), 1.0},
        {samples, slope * fmax(1.0, fabs(samples)), 1.0},
        {ridge, slope * fmax(1.0, fabs(ridge)), 1.0},
        {of_reported_in_time(p, units, training), in_time, 1.0}};
    for (int i = 0; i < NSL_PREDICTION_MP_VALUES; i++)
        if (has_column(style, i))
            document_set(
                d, value_keys[i],
                values[i].scale > 0.0
                    ? known_within(values[i].value, values[i].bound, values[i].scale)
                    : row_known(values[i].value, values[i].bound));
}

static void set_digits(document *d, row_style style, query_answer *answer)
{
    for (int i = 0; i < NSL_PREDICTION_MP_VALUES; i++)
        if (has_column(style, i))
            document_set(d, value_keys[i],
                         digits_cell(nsl_prediction_mp_value(&answer->mp, i),
                                     answer->digits, d->upright));
    bool none = mpfr_nan_p(answer->mp.test_loss) != 0;
    document_set(d, "error", none ? cell_null() : digits_bound(answer->digits));
}

static void set_inputs(document *d, row_style style, const nsl_point *point,
                       const nsl_point_decimals *decimals)
{
    const struct {
        const char *key, *text;
        double value;
    } inputs[] = {
        {"features", decimals ? decimals->features : NULL, point->features},
        {"samples", decimals ? decimals->samples : NULL, point->samples},
        {style.kernel ? "kernel_ridge" : "ridge", decimals ? decimals->ridge : NULL,
         point->ridge},
        {"noise", decimals ? decimals->noise : NULL, point->noise},
    };
    for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++)
        document_set(d, inputs[i].key,
                     inputs[i].text ? digits_given(inputs[i].text)
                                    : cell_given(inputs[i].value));
    if (style.training)
        document_set(d, style.steps ? "steps" : "time",
                     decimals && decimals->time
                         ? digits_given(decimals->time)
                         : cell_given(training_length(&point->training)));
    if (style.rate)
        document_set(d, "learning_rate", cell_given(point->training.rate));
}

/* What the bounds of the double route leave unsaid. */
static void add_accuracy_notes(row_note *note, const query_answer *answer, bool stopped)
{
    bool known = answer->error < ROW_NOTHING_KNOWN || isnan(answer->error);
    if (answer->error > NSL_PROMISE && stopped)
        row_note_add(note,
                     known ? "digits by error"
                           : "not known in double precision: ask for --digits",
                     known);
    else if (answer->error > NSL_PROMISE)
        row_note_add(note,
                     "loss and elasticities not known to 1e-12 in double precision",
                     false);
    if (answer->optimal && answer->optimum.error > NSL_PROMISE)
        row_note_add(note, "best ridge not known to 1e-12 in double precision", false);
}

cell row_best_ridge(const query_answer *answer, bool wide, row_note *note)
{
    static const char *const kinds[] = {
        [NSL_OPTIMUM_INTERIOR] = NULL,
        [NSL_OPTIMUM_ZERO] = "the best ridge is 0",
        [NSL_OPTIMUM_INFINITE] = "the best ridge is infinite",
        [NSL_OPTIMUM_ANY] = "every finite ridge gives this loss",
    };
    if (kinds[answer->optimum.kind])
        row_note_add(note, kinds[answer->optimum.kind], false);
    if (answer->optimum.tie)
        row_note_add(note, "another ridge is as good to 1e-12", false);
    if (answer->digits)
        return digits_cell(answer->ridge, answer->digits, wide);
    return answer->optimum.kind == NSL_OPTIMUM_INTERIOR
               ? cell_computed(answer->optimum.ridge)
               : cell_given(answer->optimum.ridge);
}

void row_add(document *d, row_style style, const query_setup *setup,
             const nsl_point *point, const nsl_point_decimals *decimals,
             query_answer *answer, loss_units units, row_note *note)
{
    const nsl_prediction *p = &answer->p;
    unsigned notes = p->notes;
    document_add_row(d);
    set_inputs(d, style, point, answer->digits ? decimals : NULL);
    if (answer->optimal)
        document_set(d, style.kernel ? "kernel_ridge" : "ridge",
                     row_best_ridge(answer, d->upright, note));
    document_set(d, "latents", whole_or_infinite(setup->latents));
    if (answer->digits) {
        set_digits(d, style, answer);
    } else {
        bool stopped = training_stops(&point->training);
        set_doubles(d, style, p, units, &point->training, answer->error);
        document_set(d, "error", cell_bound(answer->error));
        if (style.fitted)
            row_note_add(note, "train_loss: a fit of test losses says nothing of it",
                         true);
        if (isinf(row_test_loss(p, units)) || isinf(units.scale * p->train_loss))
            row_note_add(note, ABOVE_RANGE, false);
        add_accuracy_notes(note, answer, stopped);
        if (units.test_shift != 0.0) /* a zero loss has slopes on noisy labels */
            notes &= ~(unsigned)NSL_NOTE_ZERO_LOSS;
    }
    add_input_notes(note, point, setup);
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

void row_caption_spectrum(char *out, size_t size, const cli_options *o,
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
    const char *sought = given_text(o, OPT_FOR, "");
    if (columns.ridge || columns.kernel_ridge)
        snprintf(out, size, "%s of each run", columns.ridge ? "ridge" : "kernel ridge");
    else if (strcmp(sought, "ridge") == 0 || strcmp(sought, "kernel-ridge") == 0)
        snprintf(out, size, "ridge to be found");
    else if (query_is_optimal(o))
        snprintf(out, size, "optimal ridge");
    else if (o->value[OPT_RIDGE].given)
        snprintf(out, size, "ridge = %s", o->value[OPT_RIDGE].text);
    else if (o->value[OPT_KERNEL_RIDGE].given)
        snprintf(out, size, "kernel ridge = %s", o->value[OPT_KERNEL_RIDGE].text);
    else
        snprintf(out, size, "ridgeless");
}

char *row_caption(const cli_options *o, const query_setup *setup, query_columns columns,
                  const char *more)
{
    char spectrum[512], target[128], ridge[128], training[160], *caption = NULL;
    if (o->fitted)
        return fitted_caption(o, more);
    row_caption_spectrum(spectrum, sizeof spectrum, o, setup);
    caption_target(target, sizeof target, o, setup);
    caption_ridge(ridge, sizeof ridge, o, columns);
    training_caption(training, sizeof training, o, columns);
    int length = asprintf(
        &caption,
        "%s%s\n%s, label noise %s%s%s%s%s%s\nlosses: %s, on %s test labels\n%s%s\n",
        spectrum, target, ridge,
        columns.noise ? "of each run"
        : strcmp(given_text(o, OPT_FOR, ""), "noise") == 0
            ? "to be found"
            : given_text(o, OPT_NOISE, "0"),
        o->value[OPT_HIDDEN].given ? ", hidden widths " : "",
        o->value[OPT_HIDDEN].given ? o->value[OPT_HIDDEN].text : "",
        o->value[OPT_ENSEMBLE].given ? ", models averaged " : "",
        o->value[OPT_ENSEMBLE].given ? o->value[OPT_ENSEMBLE].text : "", training,
        o->value[OPT_MSE].given ? "mean squared error per output"
                                : "half the squared error, summed over outputs",
        o->value[OPT_TEST_NOISE].given ? "noisy" : "clean", more ? more : "",
        more ? "\n" : "");
    return length < 0 ? NULL : caption;
}
