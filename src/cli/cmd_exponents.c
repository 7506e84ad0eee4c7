/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nslaw exponents: the asymptotic laws, and where they hold. */
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/digits.h"
#include "cli/exponents_figure.h"
#include "cli/law_range.h"
#include "cli/plot.h"
#include "cli/prediction_row.h"
#include "cli/progress.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const command_text text = {
    .name = "exponents",
    .bit = FOR_EXPONENTS,
    .arguments = "",
    .summary = "Shows the power law in each resource, with its amplitude and range.",
    .description =
        "test_loss = amplitude * resource^-exponent in features, samples, the budget "
        "N*P at its best split, the ridge, training time, and the budget N*time at its "
        "best split. valid_from and valid_to are where the "
        "exact local exponent is within 5% of it: with --samples (--features) the law "
        "in features (samples) ends where the other one takes over. With both, "
        "local_exponent is the exact one there, and fitted_exponent what a straight "
        "line through the decade around it would say.",
    .examples = "Examples:\n"
                "  nslaw exponents --alpha 0.3\n"
                "  nslaw exponents --alpha 0.5 --source 2.2 --noise 0.01 \\\n"
                "    --kernel-ridge opt\n"
                "  nslaw exponents --alpha 1 --latents 1e6 --features 1000 \\\n"
                "    --samples 1e4\n\n"
                "Exit codes: 0 fine, 1 computation failed, 2 usage, 3 file.",
};

/* Digits of ranges: they are found to so many. */
enum { RANGE_DIGITS = 3, DIGITS_OF_DOUBLE = 18 };

typedef struct {
    const cli_options *options;
    query_setup setup;
    nsl_laws_mp laws;
    nsl_range range[NSL_LAWS_MAX]; /* of the laws; NaN where there is none */
    nsl_point point;
    unsigned digits;
    figure picture;
    document d;
} inquiry;

static const char *const places[] = {
    [NSL_REGIME_MODEL_LIMITED] = "features far below samples and latents",
    [NSL_REGIME_DATA_LIMITED] = "samples far below features and latents",
    [NSL_REGIME_RIDGE_LIMITED] = "the ridge leaves far fewer degrees of freedom than "
                                 "features and samples",
    [NSL_REGIME_NOISE_LIMITED] = "label noise held down by the ridge",
    [NSL_REGIME_NOISE_FLOOR] = "label noise fitted by every model without ridge",
    [NSL_REGIME_BEYOND_LATENTS] = "samples far above latents",
    [NSL_REGIME_COMPUTE_OPTIMAL] = "the best split of features * samples = budget",
    [NSL_REGIME_TIME_LIMITED] = "training stopped early, features and samples without "
                                "end",
};

static const char *place_where(const nsl_law_mp *law)
{
    return law->resource == NSL_RESOURCE_TIME_BUDGET
               ? "the best split of features * time = time_budget, samples without end"
               : places[law->regime];
}

static const char NO_LOCAL_IN_TIME[] =
    "no local exponent: elasticity_time of nslaw loss or curve has it";

static law_place place_of(const inquiry *q)
{
    return (law_place){q->options, &q->setup, &q->laws, q->point};
}

static nsl_status set_range(inquiry *q, const nsl_law_mp *law, row_note *note,
                            nsl_error *err)
{
    nsl_range range, *kept = &q->range[law - q->laws.law];
    law_place place = place_of(q);
    *kept = (nsl_range){(double)NAN, (double)NAN};
    if (!law_has_range(&place, law)) {
        row_note_add(note,
                     law->resource == NSL_RESOURCE_RIDGE
                         ? "no range of the ridge without the point"
                         : "no range of this budget is looked for",
                     true);
        return NSL_OK;
    }
    nsl_status status = law_range_find(&range, &place, law, err);
    if (status != NSL_OK)
        return status;
    *kept = range;
    document_set(&q->d, "valid_from", cell_digits(range.from, RANGE_DIGITS));
    document_set(&q->d, "valid_to",
                 isinf(range.to) ? cell_given(range.to)
                                 : cell_digits(range.to, RANGE_DIGITS));
    if (isinf(range.to))
        row_note_add(note, "valid_to = inf", true);
    if (isnan(range.from))
        row_note_add(note, "nowhere within 5% of the exact exponent", false);
    return NSL_OK;
}

/* The value of a resource at the point given; NaN where it has none. */
static double value_of(const inquiry *q, nsl_resource resource)
{
    switch (resource) {
    case NSL_RESOURCE_FEATURES:
        return q->point.features;
    case NSL_RESOURCE_SAMPLES:
        return q->point.samples;
    case NSL_RESOURCE_BUDGET:
        return q->point.features * q->point.samples;
    case NSL_RESOURCE_TIME:
    case NSL_RESOURCE_TIME_BUDGET:
        return NAN;
    case NSL_RESOURCE_RIDGE:
        break;
    }
    return q->point.ridge > 0.0 ? q->point.ridge : (double)NAN;
}

/* An exponent, or why there is none. */
static void set_exponent(inquiry *q, const char *key, const nsl_exponent *exponent,
                         const char *name, row_note *note)
{
    static const struct {
        unsigned notes;
        const char *reason;
    } reasons[] = {
        {NSL_NOTE_DIVERGES, "the loss diverges"},
        {NSL_NOTE_ZERO_LOSS, "the loss is 0"},
        {NSL_NOTE_KINK, "one-sided slopes differ"},
        {NSL_NOTE_UNDERFLOW | NSL_NOTE_OVERFLOW, "out of the range of double"},
        {NSL_NOTE_ELASTICITY, "not known to 1e-12 in double precision"},
        {0, "N*P buys less than one feature and one sample"},
    };
    char line[128];
    size_t i = 0;
    document_set(&q->d, key, cell_absolute(exponent->value, exponent->error));
    if (!isnan(exponent->value))
        return;
    while (reasons[i].notes && !(exponent->notes & reasons[i].notes))
        i++;
    snprintf(line, sizeof line, "no %s: %s", name, reasons[i].reason);
    row_note_add(note, line, false);
}

static nsl_status set_local(inquiry *q, const nsl_law_mp *law, row_note *note,
                            nsl_error *err)
{
    double value = value_of(q, law->resource);
    nsl_exponent local, fitted;
    bool optimal = query_is_optimal(q->options);
    if (!(isfinite(value) && isfinite(q->point.features) &&
          isfinite(q->point.samples))) {
        row_note_add(note,
                     law->resource >= NSL_RESOURCE_TIME ? NO_LOCAL_IN_TIME
                     : isfinite(q->point.features) && isfinite(q->point.samples)
                         ? "no local exponent without a ridge"
                         : "no local exponent without the point",
                     true);
        return NSL_OK;
    }
    nsl_status status = nsl_local_exponent(&local, q->setup.model, law->resource, value,
                                           &q->point, optimal, err);
    if (status == NSL_OK)
        status = nsl_fitted_exponent(&fitted, q->setup.model, law->resource, value,
                                     &q->point, optimal, err);
    if (status != NSL_OK)
        return status;
    set_exponent(q, "local_exponent", &local, "local exponent", note);
    set_exponent(q, "fitted_exponent", &fitted, "fitted exponent in its decade", note);
    return NSL_OK;
}

/* A number of the law, with the digits asked for. */
static cell law_cell(const inquiry *q, mpfr_srcptr value)
{
    return options_given(q->options, OPT_DIGITS)
               ? digits_cell(value, q->digits, false)
               : cell_computed(mpfr_get_d(value, MPFR_RNDN));
}

/* "test_loss = 0.53 * features^-0.3 (features far below …)" */
static void set_law(inquiry *q, const nsl_law_mp *law, row_note *note)
{
    char line[320], shift[64] = "", amplitude[64] = "amplitude";
    double exponent = mpfr_get_d(law->exponent, MPFR_RNDN);
    if (law->logarithm && !mpfr_nan_p(law->log_shift))
        snprintf(shift, sizeof shift, " times (ln %s %+.4g)",
                 nsl_resource_name(law->resource),
                 mpfr_get_d(law->log_shift, MPFR_RNDN));
    else if (law->logarithm)
        snprintf(shift, sizeof shift, " times a power of ln %s",
                 nsl_resource_name(law->resource));
    if (!mpfr_nan_p(law->amplitude))
        snprintf(amplitude, sizeof amplitude, "%.4g",
                 mpfr_get_d(law->amplitude, MPFR_RNDN));
    if (exponent == 0.0)
        snprintf(line, sizeof line, "test_loss = %s: %s", amplitude, place_where(law));
    else
        snprintf(line, sizeof line, "test_loss = %s * %s^%.4g%s: %s", amplitude,
                 nsl_resource_name(law->resource), -exponent, shift, place_where(law));
    document_set(&q->d, "law", cell_text(line));
    if (*shift && !mpfr_nan_p(law->log_shift))
        row_note_add(note, shift + 1, false); /* a logarithm is not to be overlooked */
}

static nsl_status add_row(inquiry *q, const nsl_law_mp *law, nsl_error *err)
{
    document *d = &q->d;
    row_note note = {{0}, {0}};
    document_add_row(d);
    document_set(d, "resource", cell_text(nsl_resource_name(law->resource)));
    document_set(d, "regime", cell_text(nsl_regime_name(law->regime)));
    document_set(d, "exponent", law_cell(q, law->exponent));
    document_set(d, "amplitude", law_cell(q, law->amplitude));
    document_set(d, "split_exponent", law_cell(q, law->split_exponent));
    document_set(d, "split_amplitude", law_cell(q, law->split_amplitude));
    set_law(q, law, &note);
    if (law->note)
        row_note_add(&note, law->note, false);
    nsl_status status = set_range(q, law, &note, err);
    if (status == NSL_OK)
        status = set_local(q, law, &note, err);
    if (law->resource != NSL_RESOURCE_BUDGET &&
        law->resource != NSL_RESOURCE_TIME_BUDGET)
        row_note_add(&note, "a split is that of a budget", true);
    row_end(d, &note);
    return status;
}

static void add_columns(inquiry *q)
{
    document *d = &q->d;
    bool point = isfinite(q->point.features) && isfinite(q->point.samples);
    document_add_column(d, "resource", "", true);
    document_add_column(d, "regime", "", true);
    document_add_column(d, "exponent", "", true);
    document_add_column(d, "amplitude", "", true);
    document_add_column(d, "valid_from", "", true);
    document_add_column(d, "valid_to", "", true);
    document_add_column(d, "local_exponent", "", point);
    document_add_column(d, "fitted_exponent", "", point);
    document_add_column(d, "split_exponent", "", true);
    document_add_column(d, "split_amplitude", "", true);
    document_add_column(d, "law", "", false);
    document_add_column(d, "note", "", true);
}

static nsl_status find_all(inquiry *q, nsl_error *err)
{
    const cli_options *o = q->options;
    query_texts texts;
    query_texts_set(&texts, o, 0);
    q->point = query_point(o, 0);
    q->digits = options_given(o, OPT_DIGITS) ? (unsigned)o->value[OPT_DIGITS].whole
                                             : DIGITS_OF_DOUBLE;
    nsl_status status = query_setup_make(&q->setup, o, 0, false, err);
    if (status == NSL_OK)
        status = nsl_laws_mp_find(&q->laws, q->setup.exact, law_policy(o, &q->point),
                                  &q->point, &texts.decimals,
                                  (nsl_units){options_given(o, OPT_MSE), false},
                                  q->digits, err);
    if (status != NSL_OK)
        return status;
    add_columns(q);
    progress p = progress_start(o, q->laws.count);
    for (size_t i = 0; i < q->laws.count && status == NSL_OK; i++) {
        progress_at(&p, i);
        status = add_row(q, &q->laws.law[i], err);
    }
    progress_end(&p);
    return status;
}

static int run(inquiry *q)
{
    const cli_options *o = q->options;
    nsl_error err = {0};
    if (find_all(q, &err) != NSL_OK)
        return options_complain_error(o->command, &err);
    q->d.command = o->command;
    q->d.record = options_record(o);
    q->d.caption = row_caption(o, &q->setup, (query_columns){0},
                               "law: test_loss = amplitude * resource^-exponent; best "
                               "split: N = split_amplitude * budget^split_exponent");
    query_describe(&q->d, o, &q->setup, (query_columns){0});
    document_add_summary(&q->d, "p", law_cell(q, q->laws.p));
    document_add_summary(&q->d, "c", law_cell(q, q->laws.c));
    law_place place = place_of(q);
    if (!exponents_figure_make(&q->picture, &place, q->range, q->d.caption))
        return options_complain(o->command, EXIT_COMPUTATION, "out of memory");
    return plot_and_write(o, &q->picture, &q->d);
}

int cmd_exponents(int argc, char **argv)
{
    cli_options options;
    int code;
    if (!command_begin(&options, &text, argc, argv, &code))
        return code;
    inquiry q = {.options = &options};
    nsl_laws_mp_init(&q.laws);
    code = run(&q);
    nsl_laws_mp_clear(&q.laws);
    mpfr_free_cache();
    figure_clear(&q.picture);
    document_clear(&q.d);
    query_setup_clear(&q.setup);
    return code;
}
