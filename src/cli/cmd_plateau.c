/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nslaw plateau: where more features or samples stop helping. */
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/digits.h"
#include "cli/limit.h"
#include "cli/output.h"
#include "cli/prediction_row.h"
#include <nslaw/laws.h>
#include <nslaw/queries_mp.h>

#include <math.h>
#include <stdio.h>

static const command_text text = {
    .name = "plateau",
    .bit = FOR_PLATEAU,
    .arguments = "",
    .summary = "Shows the loss that more features, or more samples, cannot go below.",
    .description =
        "With --samples P: the limit of infinitely many features at that P; with "
        "--features N: that of infinitely many samples; with both, both. approach is "
        "the coefficient of 1/resource with which the loss comes to its plateau, "
        "reached_at the resource from which on it is within --within of it. With "
        "finite --latents M, power_law_ends is where the power law in that resource "
        "gives way to M, the other one being infinite.",
    .examples = "Examples:\n"
                "  nslaw plateau --samples 1e4 --alpha 0.3\n"
                "  nslaw plateau --features 1000 --samples 4000 --alpha 0.5 \\\n"
                "    --noise 0.01 --kernel-ridge opt --within 1%\n"
                "  nslaw plateau --features 1000 --alpha 1 --latents 1e6\n\n"
                "Exit codes: 0 fine, 1 computation failed, 2 usage, 3 file.",
};

static const double WITHIN_DEFAULT = 0.05;

typedef struct {
    const cli_options *options;
    query_setup setup;
    query_answer limit;
    mpfr_t approach;
    unsigned digits; /* of approach */
    nsl_laws_mp laws;
    document d;
} inquiry;

/* --- one resource ------------------------------------------------------------------
 */

/* Where the loss comes within the share of its plateau for good, from above or below.
 */
static nsl_status find_side(nsl_solution *solution, inquiry *q, nsl_resource resource,
                            bool rising, nsl_error *err)
{
    const cli_options *o = q->options;
    double within =
        options_given(o, OPT_WITHIN) ? o->value[OPT_WITHIN].number : WITHIN_DEFAULT;
    bool features = resource == NSL_RESOURCE_FEATURES;
    loss_units units = query_units(o, query_point(o, 0).noise);
    double share = rising ? 1.0 - within : 1.0 + within;
    nsl_query query = {
        .unknown = features ? NSL_UNKNOWN_FEATURES : NSL_UNKNOWN_SAMPLES,
        .target = share * row_test_loss(&q->limit.p, units),
        .units = {options_given(o, OPT_MSE), options_given(o, OPT_TEST_NOISE)},
        .optimal = query_is_optimal(o),
        .rising = rising};
    nsl_point point = query_point(o, 0);
    return nsl_solve(solution, q->setup.model, &point, &query, err);
}

static nsl_status set_reached(inquiry *q, nsl_resource resource, double plateau,
                              row_note *note, nsl_error *err)
{
    nsl_solution above, below;
    if (!(plateau > 0.0 && isfinite(plateau))) {
        if (plateau == 0.0)
            row_note_add(note, "no resource is within a share of 0", false);
        return NSL_OK;
    }
    nsl_status status = find_side(&above, q, resource, false, err);
    if (status == NSL_OK)
        status = find_side(&below, q, resource, true, err);
    if (status == NSL_EFAILED) { /* beyond the range of double, say */
        row_note_add(note, err->message, false);
        return NSL_OK;
    }
    if (status != NSL_OK)
        return status;
    const nsl_solution *last = below.value > above.value ? &below : &above;
    if (above.kind == NSL_NEVER || below.kind == NSL_NEVER)
        row_note_add(note, "so small a share is not told apart from 0", false);
    else if (above.kind == NSL_ALWAYS && below.kind == NSL_ALWAYS)
        row_note_add(note, "every value is within the share", false);
    else
        document_set(&q->d, "reached_at", cell_known(last->value, last->error));
    if (below.kind == NSL_SOLVED && last == &below)
        row_note_add(note, "approached from below", false);
    return NSL_OK;
}

/* Where the power law of the resource ends for finite M, the other resource infinite.
 */
static nsl_status set_end(inquiry *q, nsl_resource resource, row_note *note,
                          nsl_error *err)
{
    enum { SHOWN_DIGITS = 3 };
    nsl_regime wanted = resource == NSL_RESOURCE_FEATURES ? NSL_REGIME_MODEL_LIMITED
                                                          : NSL_REGIME_DATA_LIMITED;
    nsl_point point = query_point(q->options, 0);
    nsl_range range = {NAN, NAN};
    *(resource == NSL_RESOURCE_FEATURES ? &point.samples : &point.features) = INFINITY;
    point.noise = 0.0; /* the law is that of the part without label noise */
    for (size_t i = 0; i < q->laws.count; i++) {
        const nsl_law_mp *law = &q->laws.law[i];
        if (law->resource != resource || law->regime != wanted)
            continue;
        nsl_status status = nsl_range_find(
            &range, q->setup.model, resource, mpfr_get_d(law->exponent, MPFR_RNDN),
            (double)NAN, &point, query_is_optimal(q->options), NULL, err);
        if (status != NSL_OK)
            return status;
    }
    document_set(&q->d, "power_law_ends",
                 isinf(range.to) ? cell_null() : cell_digits(range.to, SHOWN_DIGITS));
    if (!isfinite(range.to))
        row_note_add(note, "no power law to end", false);
    return NSL_OK;
}

static nsl_status find_approach(inquiry *q, nsl_resource resource, nsl_error *err)
{
    enum { DIGITS_OF_DOUBLE = 18 };
    const cli_options *o = q->options;
    query_texts texts;
    query_setup kernel = {.model = NULL};
    bool other = query_is_optimal(o) && !query_is_kernel(o); /* defined at N = ∞ */
    nsl_point point = query_point(o, 0);
    query_texts_set(&texts, o, 0);
    q->digits = options_given(o, OPT_DIGITS) ? (unsigned)o->value[OPT_DIGITS].whole
                                             : DIGITS_OF_DOUBLE;
    nsl_status status = other ? query_setup_kernel(&kernel, &q->setup, o, err) : NSL_OK;
    if (status == NSL_OK)
        status = nsl_approach_mp(
            q->approach, other ? kernel.exact : q->setup.exact, resource, &point,
            &texts.decimals, query_is_optimal(o),
            (nsl_units){options_given(o, OPT_MSE), options_given(o, OPT_TEST_NOISE)},
            q->digits, err);
    query_setup_clear(&kernel);
    return status;
}

static const char *other_key(nsl_resource resource)
{
    return resource == NSL_RESOURCE_FEATURES ? "samples" : "features";
}

static nsl_status add_row(inquiry *q, nsl_resource resource, nsl_error *err)
{
    const cli_options *o = q->options;
    bool features = resource == NSL_RESOURCE_FEATURES,
         digits = options_given(o, OPT_DIGITS);
    row_note note = {{0}, {0}};
    nsl_status status =
        limit_predict(&q->limit, o, &q->setup, features, !features, err);
    if (status == NSL_OK)
        status = find_approach(q, resource, err);
    if (status != NSL_OK)
        return status;
    document *d = &q->d;
    option_id other = features ? OPT_SAMPLES : OPT_FEATURES;
    loss_units units = query_units(o, query_point(o, 0).noise);
    double plateau = row_test_loss(&q->limit.p, units);
    document_add_row(d);
    document_set(d, "resource", cell_text(features ? "features" : "samples"));
    document_set(d, other_key(resource),
                 digits ? digits_given(o->value[other].text)
                        : cell_given(o->value[other].number));
    document_set(d, features ? "features" : "samples", cell_given((double)INFINITY));
    row_note_add(&note, features ? "features = inf" : "samples = inf", true);
    document_set(d, "plateau",
                 digits ? digits_cell(q->limit.mp.test_loss, q->digits, false)
                        : cell_computed(plateau));
    document_set(d, "approach",
                 digits ? digits_cell(q->approach, q->digits, false)
                        : cell_computed(mpfr_get_d(q->approach, MPFR_RNDN)));
    if (q->limit.p.notes & NSL_NOTE_DIVERGES)
        row_note_add(&note, "the plateau diverges", false);
    else if (mpfr_nan_p(q->approach))
        row_note_add(&note,
                     plateau == 0.0
                         ? "the loss falls as a power law: see nslaw exponents"
                         : "no plateau that is approached as 1/resource",
                     false);
    status = set_reached(q, resource, plateau, &note, err);
    if (status == NSL_OK && q->laws.count > 0)
        status = set_end(q, resource, &note, err);
    row_end(d, &note);
    return status;
}

/* --- all ---------------------------------------------------------------------------
 */

static bool has_law(const cli_options *o)
{
    const option_value *latents = &o->value[OPT_LATENTS];
    return options_given(o, OPT_ALPHA) && latents->given &&
           latents->whole != NSL_LATENTS_INFINITE;
}

/* The laws that a finite M ends, and the one after it. */
static nsl_status find_laws(inquiry *q, nsl_error *err)
{
    const cli_options *o = q->options;
    query_texts texts;
    nsl_point point = query_point(o, 0);
    query_texts_set(&texts, o, 0);
    if (!has_law(o))
        return NSL_OK;
    return nsl_laws_mp_find(&q->laws, q->setup.exact,
                            query_is_optimal(o) ? NSL_POLICY_OPTIMAL
                            : point.ridge > 0.0 ? NSL_POLICY_FIXED
                                                : NSL_POLICY_ZERO,
                            &point, &texts.decimals,
                            (nsl_units){options_given(o, OPT_MSE), false},
                            NSL_DIGITS_MIN, err);
}

static void add_summary(inquiry *q)
{
    char law[128] = "0 without label noise, from N or P = latents on";
    if (!has_law(q->options))
        return;
    for (size_t i = 0; i < q->laws.count; i++)
        if (q->laws.law[i].regime == NSL_REGIME_BEYOND_LATENTS)
            mpfr_snprintf(law, sizeof law, "%.6Rg * samples^-%Rg",
                          q->laws.law[i].amplitude, q->laws.law[i].exponent);
    document_add_summary(&q->d, "latents", cell_whole(q->setup.latents));
    document_add_summary(&q->d, "law_beyond_latents", cell_text(law));
}

static void add_columns(inquiry *q)
{
    document *d = &q->d;
    document_add_column(d, "resource", "", true);
    document_add_column(d, "features", "", true);
    document_add_column(d, "samples", "", true);
    document_add_column(d, "plateau", "", true);
    document_add_column(d, "approach", "", true);
    document_add_column(d, "reached_at", "", true);
    if (has_law(q->options))
        document_add_column(d, "power_law_ends", "", true);
    document_add_column(d, "note", "", true);
}

static int run(inquiry *q)
{
    const cli_options *o = q->options;
    nsl_error err = {0};
    char more[128];
    if (!options_given(o, OPT_FEATURES) && !options_given(o, OPT_SAMPLES))
        return options_complain(
            o->command, EXIT_USAGE,
            "--samples P (for the plateau of features), --features N "
            "(for that of samples) or both are required");
    nsl_status status = query_setup_make(&q->setup, o, 0, false, &err);
    if (status == NSL_OK)
        status = find_laws(q, &err);
    add_columns(q);
    if (status == NSL_OK && options_given(o, OPT_SAMPLES))
        status = add_row(q, NSL_RESOURCE_FEATURES, &err);
    if (status == NSL_OK && options_given(o, OPT_FEATURES))
        status = add_row(q, NSL_RESOURCE_SAMPLES, &err);
    if (status != NSL_OK)
        return options_complain_error(o->command, &err);
    snprintf(more, sizeof more,
             "approach: test_loss = plateau + approach/resource; reached_at: within %s",
             options_given(o, OPT_WITHIN) ? o->value[OPT_WITHIN].text : "5%");
    q->d.command = o->command;
    q->d.record = options_record(o);
    q->d.caption = row_caption(o, &q->setup, (query_columns){0}, more);
    query_describe(&q->d, o, &q->setup, (query_columns){0});
    add_summary(q);
    return output_write(o, &q->d);
}

int cmd_plateau(int argc, char **argv)
{
    cli_options options;
    int code;
    if (!command_begin(&options, &text, argc, argv, &code))
        return code;
    inquiry q = {.options = &options};
    query_answer_init(&q.limit);
    mpfr_init2(q.approach, 53);
    nsl_laws_mp_init(&q.laws);
    code = run(&q);
    nsl_laws_mp_clear(&q.laws);
    mpfr_clear(q.approach);
    query_answer_clear(&q.limit);
    mpfr_free_cache();
    document_clear(&q.d);
    query_setup_clear(&q.setup);
    return code;
}
