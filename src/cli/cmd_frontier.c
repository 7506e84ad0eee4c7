/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nslaw frontier: the features, samples and training time of least loss that a budget
 * buys. */
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/digits.h"
#include "cli/frontier_figure.h"
#include "cli/intervals.h"
#include "cli/plot.h"
#include "cli/prediction_row.h"
#include "cli/progress.h"
#include "cli/training.h"
#include "cli/value.h"
#include <nslaw/queries_mp.h>

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const command_text text = {
    .name = "frontier",
    .bit = FOR_FRONTIER,
    .arguments = "",
    .summary =
        "Finds the split of a budget between features, samples and training time of "
        "least loss.",
    .description =
        "The test loss is minimised over those of N, P and time that occur in the cost "
        "and are not given, at cost = budget, N and P being any numbers >= 1 and time "
        "that of gradient flow. The columns exponent_ are local: "
        "N* ~ B^exponent_features, P* ~ B^exponent_samples, t* ~ B^exponent_time, "
        "L* ~ B^-exponent_loss. With --ensemble K the budget "
        "pays for K models that share the samples, and single_test_loss is what one "
        "model reaches for the same money.",
    .examples = "Examples:\n"
                "  nslaw frontier --budget 1e4:1e10:7 --alpha 0.5 --ridge opt\n"
                "  nslaw frontier --budget 1e18:1e24:7 --cost '6*N*P' --alpha 0.3 \\\n"
                "    --noise 0.01 --ridge opt\n"
                "  nslaw frontier --budget 1e8 --alpha 1 --noise 0.1 --ridge opt \\\n"
                "    --ensemble 4 --integer\n"
                "  nslaw frontier --budget 1e4:1e10:7 --alpha 1 --cost 'N*time' \\\n"
                "    --samples inf\n\n"
                "Exit codes: 0 fine, 1 computation failed, 2 usage, 3 file.",
};

/* Of one model; with --model in FLOPs, of parameters and tokens. */
static const char default_cost[] = "N*P", default_flops[] = "6*N*P";

typedef struct {
    const cli_options *options;
    query_setup setup;
    nsl_cost *cost;
    nsl_frontier_query query;
    nsl_frontier single; /* of one model, with an ensemble */
    nsl_frontier_mp mp;
    unsigned digits;
    double *budgets, *parameters; /* of the rows, for their intervals; owned */
    figure picture;
    document d;
} inquiry;

static const char *cost_text(const cli_options *o)
{
    if (options_given(o, OPT_COST))
        return o->value[OPT_COST].text;
    return o->fitted ? default_flops : default_cost;
}

/* The i-th budget, and its decimal. */
static double budget_at(const cli_options *o, size_t i, char *text_out, size_t size)
{
    const option_value *value = &o->value[OPT_BUDGET];
    double budget = value->sweep_count ? value_sweep_point(value, i) : value->number;
    if (value->sweep_count)
        value_shortest(text_out, size, budget);
    else
        snprintf(text_out, size, "%s", value->text);
    return budget;
}

static const char *const exponent_keys[] = {[NSL_COST_FEATURES] = "exponent_features",
                                            [NSL_COST_SAMPLES] = "exponent_samples",
                                            [NSL_COST_TIME] = "exponent_time"};

static bool is_found(const inquiry *q, nsl_cost_variable v)
{
    return nsl_cost_has(q->cost, v) && !q->query.fixed[v];
}

static void add_columns(inquiry *q)
{
    document *d = &q->d;
    bool features = is_found(q, NSL_COST_FEATURES);
    bool samples = is_found(q, NSL_COST_SAMPLES), time = is_found(q, NSL_COST_TIME);
    bool kernel = query_is_kernel(q->options), several = q->query.point.ensemble > 1.0;
    document_add_column(d, "budget", "", true);
    document_add_column(d, "features", "", true);
    document_add_column(d, "samples", "", true);
    if (time)
        document_add_column(d, "time", "of gradient flow", true);
    document_add_column(d, "samples_per_feature", "", features && samples);
    document_add_column(d, kernel ? "kernel_ridge" : "ridge", "",
                        query_is_optimal(q->options) && !q->options->fitted);
    document_add_column(d, "test_loss", "", true);
    if (fitted_has_intervals(q->options)) {
        intervals_add_columns(d, "test_loss_lo", "test_loss_hi");
        intervals_add_columns(d, "features_lo", "features_hi");
        intervals_add_columns(d, "samples_lo", "samples_hi");
    }
    if (several)
        document_add_column(d, "single_test_loss", "", true);
    for (nsl_cost_variable v = 0; v < NSL_COST_VARIABLES; v++)
        if (is_found(q, v))
            document_add_column(d, exponent_keys[v], "", true);
    document_add_column(d, "exponent_loss", "", true);
    document_add_column(d, "note", "", true);
}

static cell exponent_cell(const nsl_frontier *f, nsl_cost_variable v)
{
    const double exponents[] = {[NSL_COST_FEATURES] = f->exponent_features,
                                [NSL_COST_SAMPLES] = f->exponent_samples,
                                [NSL_COST_TIME] = f->exponent_time};
    return cell_absolute(exponents[v], f->exponent_error);
}

/* Whether any exponent of what is found has a digit. */
static bool has_exponents(const inquiry *q, const nsl_frontier *f)
{
    bool any = false;
    for (nsl_cost_variable v = 0; v < NSL_COST_VARIABLES; v++)
        any |= is_found(q, v) && exponent_cell(f, v).kind != CELL_NULL;
    return any;
}

static void add_notes(const nsl_frontier *f, const inquiry *q, row_note *note)
{
    static const char *const kinds[] = {
        [NSL_FRONTIER_SMOOTH] = NULL,
        [NSL_FRONTIER_ONE_FEATURE] = "at the end N = 1 of the frontier",
        [NSL_FRONTIER_ONE_SAMPLE] = "at the end P = 1 of the frontier",
        [NSL_FRONTIER_FEATURES_KINK] = "features at a hidden width or the rank",
        [NSL_FRONTIER_SAMPLES_KINK] = "samples at a hidden width or the rank",
        [NSL_FRONTIER_FREE_SAMPLES] = "at the most features that leave samples free",
        [NSL_FRONTIER_UNTRAINED] = "at the least time that is looked at",
        [NSL_FRONTIER_FREE_TIME] = "at the most of the sizes that leaves time free",
        [NSL_FRONTIER_FLAT] = "the loss is 0, here and elsewhere: no exponents",
    };
    bool timed = is_found(q, NSL_COST_TIME), sampled = is_found(q, NSL_COST_SAMPLES);
    if (kinds[f->kind])
        row_note_add(note, kinds[f->kind], false);
    bool corner =
        f->kind == NSL_FRONTIER_FEATURES_KINK || f->kind == NSL_FRONTIER_SAMPLES_KINK;
    if (corner && isnan(f->exponent_loss))
        row_note_add(note, "one-sided slopes of the loss differ", false);
    bool looked = f->kind == NSL_FRONTIER_SMOOTH || !isnan(f->exponent_features) ||
                  !isnan(f->exponent_samples) || !isnan(f->exponent_time);
    if (looked && !q->digits && !has_exponents(q, f))
        row_note_add(note,
                     timed ? "exponents not known in double precision"
                           : "exponents not known in double precision; try --digits 20",
                     false);
    if (f->tie)
        row_note_add(note, "another split is as good to 1e-12", false);
    if (sampled && isinf(f->samples))
        row_note_add(note, "samples = inf, and no exponent of them", false);
    if (!sampled && isinf(f->samples))
        row_note_add(note, "samples = inf", true);
    if (isinf(f->features))
        row_note_add(note, "features = inf", true);
    if (timed && isinf(f->time))
        row_note_add(note, "time = inf: trained to the end, and no exponent of it",
                     false);
}

static cell ridge_cell(const inquiry *q, const nsl_frontier *f, row_note *note)
{
    query_answer shown = {.optimum = f->ridge, .digits = 0};
    if (!query_is_optimal(q->options))
        return cell_given(q->query.point.ridge);
    cell exact = row_best_ridge(&shown, false, note);
    if (f->ridge.kind != NSL_OPTIMUM_INTERIOR)
        return exact;
    cell_clear(&exact);
    return cell_known(f->ridge.ridge, f->ridge.error + f->size_error);
}

/* The loss at the minimum is as exact as the prediction: it is flat there. */
static cell loss_cell(const inquiry *q, const nsl_frontier *f)
{
    loss_units units = query_units(q->options, q->query.point.noise);
    bool flat = f->kind == NSL_FRONTIER_SMOOTH || f->size_error == 0.0;
    double bound = f->best.error + (flat ? 0.0 : f->size_error) + 4 * DBL_EPSILON;
    return cell_known(row_test_loss(&f->best, units), bound);
}

/* A resource at the best split: one that is found has its error. */
static cell amount_cell(const inquiry *q, const nsl_frontier *f, nsl_cost_variable v,
                        double amount)
{
    bool whole = options_given(q->options, OPT_INTEGER) && v != NSL_COST_TIME;
    return whole || isinf(amount) || !is_found(q, v)
               ? cell_given(amount)
               : cell_known(amount, f->size_error);
}

static void set_row(inquiry *q, const nsl_frontier *f, row_note *note)
{
    document *d = &q->d;
    const char *ridge = query_is_kernel(q->options) ? "kernel_ridge" : "ridge";
    document_set(d, "features", amount_cell(q, f, NSL_COST_FEATURES, f->features));
    document_set(d, "samples", amount_cell(q, f, NSL_COST_SAMPLES, f->samples));
    if (is_found(q, NSL_COST_TIME))
        document_set(d, "time", amount_cell(q, f, NSL_COST_TIME, f->time));
    document_set(d, "samples_per_feature",
                 isinf(f->samples) ? cell_given(f->samples)
                                   : cell_known(f->samples / f->features,
                                                2.0 * f->size_error + 4 * DBL_EPSILON));
    document_set(d, ridge, ridge_cell(q, f, note));
    document_set(d, "test_loss", loss_cell(q, f));
    for (nsl_cost_variable v = 0; v < NSL_COST_VARIABLES; v++)
        if (is_found(q, v))
            document_set(d, exponent_keys[v], exponent_cell(f, v));
    document_set(d, "exponent_loss",
                 cell_absolute(f->exponent_loss, f->exponent_loss_error));
}

static void set_digits(inquiry *q)
{
    document *d = &q->d;
    nsl_frontier_mp *f = &q->mp;
    mpfr_t ratio;
    mpfr_init2(ratio, mpfr_get_prec(f->samples));
    mpfr_div(ratio, f->samples, f->features, MPFR_RNDN);
    const struct {
        const char *key;
        mpfr_srcptr value;
    } cells[] = {{"samples_per_feature", ratio},
                 {"test_loss", f->best.test_loss},
                 {"exponent_loss", f->exponent_loss}};
    const struct {
        const char *key;
        mpfr_srcptr value, exponent;
    } found[] = {[NSL_COST_FEATURES] = {"features", f->features, f->exponent_features},
                 [NSL_COST_SAMPLES] = {"samples", f->samples, f->exponent_samples},
                 [NSL_COST_TIME] = {"time", f->time, f->exponent_time}};
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
        document_set(d, cells[i].key, digits_cell(cells[i].value, q->digits, false));
    for (nsl_cost_variable v = 0; v < NSL_COST_VARIABLES; v++) {
        if (!is_found(q, v) || !mpfr_number_p(found[v].exponent))
            continue; /* given or infinite */
        document_set(d, found[v].key, digits_cell(found[v].value, q->digits, false));
        document_set(d, exponent_keys[v],
                     digits_cell(found[v].exponent, q->digits, false));
    }
    if (q->query.optimal)
        document_set(d, query_is_kernel(q->options) ? "kernel_ridge" : "ridge",
                     digits_cell(f->ridge, q->digits, false));
    mpfr_clear(ratio);
}

static nsl_status find_digits(inquiry *q, const nsl_frontier *rough, const char *budget,
                              nsl_error *err)
{
    const cli_options *o = q->options;
    query_texts texts;
    query_texts_set(&texts, o, 0);
    nsl_frontier_query_mp query = {
        .cost = cost_text(o),
        .budget = budget,
        .point = q->query.point,
        .decimals = texts.decimals,
        .optimal = q->query.optimal,
        .units = {options_given(o, OPT_MSE), options_given(o, OPT_TEST_NOISE)}};
    return nsl_frontier_find_mp(&q->mp, rough, q->setup.exact, &query, q->digits, err);
}

static nsl_status add_row(inquiry *q, size_t i, nsl_error *err)
{
    const cli_options *o = q->options;
    char budget_text[64];
    double budget = budget_at(o, i, budget_text, sizeof budget_text);
    nsl_frontier f;
    row_note note = {{0}, {0}};
    nsl_status status = nsl_frontier_find(&f, q->setup.model, &q->query, budget, err);
    f.features = fitted_parameters(o, f.features);
    q->budgets[i] = budget;
    q->parameters[i] = f.features;
    if (status == NSL_OK && q->digits)
        status = find_digits(q, &f, budget_text, err);
    if (status == NSL_OK && options_given(o, OPT_INTEGER))
        status = nsl_frontier_integer(&f, q->setup.model, &q->query, budget, err);
    if (status == NSL_OK && q->query.point.ensemble > 1.0) {
        nsl_frontier_query one = q->query;
        one.point.ensemble = 1.0;
        status = nsl_frontier_find(&q->single, q->setup.model, &one, budget, err);
    }
    if (status != NSL_OK)
        return status;
    document_add_row(&q->d);
    document_set(&q->d, "budget",
                 q->digits ? digits_given(budget_text) : cell_given(budget));
    set_row(q, &f, &note);
    if (q->digits)
        set_digits(q);
    if (q->query.point.ensemble > 1.0)
        document_set(&q->d, "single_test_loss", loss_cell(q, &q->single));
    frontier_figure_set(&q->picture, o, &q->query, i, budget, &f, &q->single);
    add_notes(&f, q, &note);
    row_end(&q->d, &note);
    return NSL_OK;
}

static int check(const inquiry *q)
{
    const cli_options *o = q->options;
    if (!options_given(o, OPT_BUDGET))
        return options_complain(o->command, EXIT_USAGE,
                                "--budget is required; try --budget 1e4:1e10:7");
    if (plot_wanted(o) && o->value[OPT_BUDGET].sweep_count == 0)
        return options_complain(
            o->command, EXIT_USAGE,
            "--plot needs several budgets; try --budget 1e4:1e10:31");
    if (options_given(o, OPT_INTEGER) && options_given(o, OPT_DIGITS))
        return options_complain(o->command, EXIT_USAGE,
                                "--integer and --digits exclude each other: predict at "
                                "the whole numbers with nslaw loss --digits");
    return EXIT_FINE;
}

/* Sizes that the cost says nothing of, and what does not go with a time to be found. */
static int check_cost(const inquiry *q)
{
    const cli_options *o = q->options;
    static const struct {
        nsl_cost_variable v;
        option_id option;
        const char *symbol, *example;
    } sizes[] = {{NSL_COST_FEATURES, OPT_FEATURES, "N", "1000"},
                 {NSL_COST_SAMPLES, OPT_SAMPLES, "P", "inf"}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        if (!nsl_cost_has(q->cost, sizes[i].v) && !options_given(o, sizes[i].option))
            return options_complain(
                o->command, EXIT_USAGE,
                "--%s is required, as --cost has no %s; try --%s %s",
                option_table[sizes[i].option].name, sizes[i].symbol,
                option_table[sizes[i].option].name, sizes[i].example);
    bool given = options_given(o, OPT_FEATURES) || options_given(o, OPT_SAMPLES);
    if (o->fitted && (given || nsl_cost_has(q->cost, NSL_COST_TIME)))
        return options_complain(o->command, EXIT_USAGE,
                                "--model splits a budget between N and P only");
    return EXIT_FINE;
}

static nsl_status prepare(inquiry *q, nsl_error *err)
{
    const cli_options *o = q->options;
    enum { DOUBLE_BITS = 53 };
    q->digits = options_given(o, OPT_DIGITS) ? (unsigned)o->value[OPT_DIGITS].whole : 0;
    char inside[NSL_COST_TEXT_MAX + 1];
    nsl_status status = nsl_cost_parse(&q->cost, cost_text(o), DOUBLE_BITS, err);
    if (status == NSL_OK && o->fitted) {
        nsl_cost_free(q->cost);
        q->cost = NULL;
        status = fitted_cost(inside, sizeof inside, cost_text(o), o->fitted->k, err);
        if (status == NSL_OK)
            status = nsl_cost_parse(&q->cost, inside, DOUBLE_BITS, err);
    }
    q->query = (nsl_frontier_query){
        .cost = q->cost,
        .point = query_point(o, 0),
        .optimal = query_is_optimal(o),
        .fixed = {[NSL_COST_FEATURES] = options_given(o, OPT_FEATURES),
                  [NSL_COST_SAMPLES] = options_given(o, OPT_SAMPLES),
                  [NSL_COST_TIME] = training_clock(o) != OPT_COUNT}};
    if (status == NSL_OK)
        status = query_setup_make(&q->setup, o, 0, false, err);
    return status;
}

/* The rows' intervals, once all rows are there. */
static nsl_status set_intervals(inquiry *q, size_t count, nsl_error *err)
{
    static const char *const keys[INTERVALS_OF_SPLIT][2] = {
        {"features_lo", "features_hi"},
        {"samples_lo", "samples_hi"},
        {"test_loss_lo", "test_loss_hi"}};
    intervals around;
    nsl_status status = intervals_of_splits(&around, q->options, count, q->budgets,
                                            q->parameters, cost_text(q->options), err);
    for (size_t i = 0; i < count && status == NSL_OK && around.count; i++)
        for (size_t k = 0; k < INTERVALS_OF_SPLIT; k++)
            intervals_set_at(&q->d, i, keys[k][0], keys[k][1], &around,
                             i * INTERVALS_OF_SPLIT + k);
    intervals_clear(&around);
    return status;
}

/* "cost of a model: N*time, samples = inf" */
static void caption_cost(char *out, size_t size, const inquiry *q)
{
    const cli_options *o = q->options;
    const option_value *features = &o->value[OPT_FEATURES],
                       *samples = &o->value[OPT_SAMPLES];
    snprintf(out, size, "cost of %s: %s%s%s%s%s",
             q->query.point.ensemble > 1.0 ? "each model" : "a model", cost_text(o),
             features->given ? ", features = " : "",
             features->given ? features->text : "",
             samples->given ? ", samples = " : "", samples->given ? samples->text : "");
}

static int run(inquiry *q)
{
    const cli_options *o = q->options;
    nsl_error err = {0};
    size_t count = o->value[OPT_BUDGET].sweep_count;
    char cost[NSL_COST_TEXT_MAX + 256];
    int code = check(q);
    if (code != EXIT_FINE)
        return code;
    nsl_status status = prepare(q, &err);
    count = count ? count : 1;
    q->budgets = calloc(count, sizeof *q->budgets);
    q->parameters = calloc(count, sizeof *q->parameters);
    if (!q->budgets || !q->parameters)
        return options_complain(o->command, EXIT_COMPUTATION, "out of memory");
    if (status == NSL_OK)
        code = check_cost(q);
    if (code != EXIT_FINE)
        return code;
    if (status == NSL_OK && !frontier_figure_begin(&q->picture, o, &q->query))
        return options_complain(o->command, EXIT_COMPUTATION, "out of memory");
    if (status == NSL_OK) {
        add_columns(q);
        progress p = progress_start(o, count);
        for (size_t i = 0; i < count && status == NSL_OK; i++) {
            progress_at(&p, i);
            status = add_row(q, i, &err);
        }
        progress_end(&p);
    }
    if (status == NSL_OK)
        status = set_intervals(q, count, &err);
    if (status != NSL_OK)
        return options_complain_error(o->command, &err);
    caption_cost(cost, sizeof cost, q);
    q->d.command = o->command;
    q->d.record = options_record(o);
    q->d.caption = row_caption(o, &q->setup, (query_columns){0}, cost);
    query_describe(&q->d, o, &q->setup, (query_columns){0});
    document_add_model(&q->d, "cost", cell_text(cost_text(o)));
    if (!frontier_figure_end(&q->picture, o, q->d.caption, cost))
        return options_complain(o->command, EXIT_COMPUTATION, "out of memory");
    return plot_and_write(o, &q->picture, &q->d);
}

int cmd_frontier(int argc, char **argv)
{
    cli_options options;
    int code;
    if (!command_begin(&options, &text, argc, argv, &code))
        return code;
    inquiry q = {.options = &options};
    nsl_frontier_mp_init(&q.mp);
    code = run(&q);
    nsl_frontier_mp_clear(&q.mp);
    nsl_cost_free(q.cost);
    free(q.budgets);
    free(q.parameters);
    fitted_clear(&options);
    mpfr_free_cache();
    figure_clear(&q.picture);
    document_clear(&q.d);
    query_setup_clear(&q.setup);
    return code;
}
