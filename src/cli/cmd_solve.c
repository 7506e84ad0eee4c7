/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nslaw solve: the size, ridge, noise or time that reaches a loss. */
#include "cli/answer.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/digits.h"
#include "cli/intervals.h"
#include "cli/limit.h"
#include "cli/output.h"
#include "cli/prediction_row.h"
#include "cli/training.h"
#include "cli/value.h"
#include <nslaw/queries_mp.h>

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const command_text text = {
    .name = "solve",
    .bit = FOR_SOLVE,
    .arguments = "",
    .summary =
        "Finds the features, samples, ridge, noise or training time that reach a test "
        "loss.",
    .description =
        "N and P: the least from which on the loss stays at or below the target, past "
        "every peak. ridge and time: the least and the largest that reach it, time "
        "being "
        "that of gradient flow, or steps of descent. noise: the largest that still "
        "does. An answer that does not exist is empty, and the note "
        "says why.",
    .examples =
        "Examples:\n"
        "  nslaw solve --for P --target-loss 0.01 --features 1000 --alpha 1\n"
        "  nslaw solve --for N --target-loss 0.06 --samples 1e5 --alpha 0.3 \\\n"
        "    --kernel-ridge opt --integer\n"
        "  nslaw solve --for ridge --target-loss 0.004 --features 500 \\\n"
        "    --samples 500 --alpha 1\n"
        "  nslaw solve --for time --target-loss 0.05 --features 500 \\\n"
        "    --samples 800 --alpha 1 --noise 0.1\n\n"
        "Exit codes: 0 fine, 1 computation failed, 2 usage, 3 file.",
};

/* What is asked, and the answer. */
typedef struct {
    const cli_options *options;
    query_setup setup;
    query_answer answer; /* the prediction at the solution */
    nsl_query query;
    nsl_solution solution;
    mpfr_t value, high;
    unsigned digits;   /* known in value and high; 0: doubles */
    char shortest[64]; /* the decimal of a double solution */
    nsl_point point;
    query_texts texts;
    intervals around; /* of the solution */
    document d;
} inquiry;

/* --for by its names. */
static bool unknown_named(nsl_unknown *out, const char *name)
{
    static const struct {
        const char *name;
        nsl_unknown unknown;
    } names[] = {
        {"N", NSL_UNKNOWN_FEATURES},  {"features", NSL_UNKNOWN_FEATURES},
        {"P", NSL_UNKNOWN_SAMPLES},   {"samples", NSL_UNKNOWN_SAMPLES},
        {"ridge", NSL_UNKNOWN_RIDGE}, {"kernel-ridge", NSL_UNKNOWN_RIDGE},
        {"noise", NSL_UNKNOWN_NOISE}, {"time", NSL_UNKNOWN_TIME},
        {"steps", NSL_UNKNOWN_TIME},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i].name) == 0) {
            *out = names[i].unknown;
            return true;
        }
    return false;
}

/* Whether the time is a number of steps. */
static bool is_steps(const inquiry *q)
{
    return q->query.unknown == NSL_UNKNOWN_TIME &&
           strcmp(q->options->value[OPT_FOR].text, "steps") == 0;
}

static int check(inquiry *q)
{
    const cli_options *o = q->options;
    static const struct {
        option_id option, other;
        nsl_unknown unknown;
    } unknowns[] = {{OPT_FEATURES, OPT_FEATURES, NSL_UNKNOWN_FEATURES},
                    {OPT_SAMPLES, OPT_SAMPLES, NSL_UNKNOWN_SAMPLES},
                    {OPT_RIDGE, OPT_KERNEL_RIDGE, NSL_UNKNOWN_RIDGE},
                    {OPT_NOISE, OPT_NOISE, NSL_UNKNOWN_NOISE},
                    {OPT_TIME, OPT_STEPS, NSL_UNKNOWN_TIME}};
    if (!options_given(o, OPT_FOR) ||
        !unknown_named(&q->query.unknown, o->value[OPT_FOR].text))
        return options_complain(
            o->command, EXIT_USAGE,
            "--for must be N, P, ridge, kernel-ridge, noise, time or steps%s%s%s",
            options_given(o, OPT_FOR) ? ", got '" : "",
            options_given(o, OPT_FOR) ? o->value[OPT_FOR].text : "",
            options_given(o, OPT_FOR) ? "'" : "");
    if (!options_given(o, OPT_TARGET_LOSS))
        return options_complain(o->command, EXIT_USAGE,
                                "--target-loss is required; try --target-loss 0.01");
    for (size_t i = 0; i < sizeof unknowns / sizeof *unknowns; i++) {
        bool asked = unknowns[i].unknown == q->query.unknown;
        option_id id = options_given(o, unknowns[i].option) ? unknowns[i].option
                                                            : unknowns[i].other;
        if (asked && options_given(o, id))
            return options_complain(o->command, EXIT_USAGE,
                                    "--%s is what --for %s asks for: drop one",
                                    option_table[id].name, o->value[OPT_FOR].text);
        if (!asked && i < 2 && !options_given(o, id))
            return options_complain(o->command, EXIT_USAGE, "--%s is required",
                                    option_table[id].name);
    }
    bool size = q->query.unknown == NSL_UNKNOWN_FEATURES ||
                q->query.unknown == NSL_UNKNOWN_SAMPLES;
    if (is_steps(q) && !options_given(o, OPT_LEARNING_RATE))
        return options_complain(o->command, EXIT_USAGE,
                                "--for steps needs --learning-rate ETA");
    if (options_given(o, OPT_INTEGER) && !size)
        return options_complain(o->command, EXIT_USAGE,
                                "--integer goes with --for N and --for P only");
    return EXIT_FINE;
}

/* --- solving -----------------------------------------------------------------------
 */

/* In the units of the fit: the target is for A·ℓ, N for kN. At or below E nothing
 * reaches it. */
static nsl_status solve_fitted(inquiry *q, nsl_error *err)
{
    const cli_options *o = q->options;
    loss_units units = query_units(o, 0.0);
    nsl_query query = q->query;
    nsl_point point = q->point;
    nsl_solution *s = &q->solution;
    bool features = q->query.unknown == NSL_UNKNOWN_FEATURES;
    query.target = (q->query.target - units.test_shift) / units.scale;
    if (query.target <= 0.0) {
        nsl_status status =
            limit_predict(&q->answer, o, &q->setup, features, !features, err);
        *s = (nsl_solution){.kind = NSL_NEVER,
                            .value = (double)NAN,
                            .high = (double)NAN,
                            .limit = row_test_loss(&q->answer.p, units)};
        return status;
    }
    point.features = fitted_features(o, point.features);
    nsl_status status = nsl_solve(s, q->setup.model, &point, &query, err);
    if (q->query.unknown == NSL_UNKNOWN_FEATURES)
        s->value = fitted_parameters(o, s->value);
    s->limit = units.scale * s->limit + units.test_shift;
    if (status == NSL_OK)
        status = intervals_of_solution(&q->around, o, q->query.unknown, q->query.target,
                                       &q->point, err);
    return status;
}

static nsl_status solve(inquiry *q, nsl_error *err)
{
    const cli_options *o = q->options;
    enum { DIGITS_OF_DOUBLE = 18 };
    nsl_status status =
        o->fitted ? solve_fitted(q, err)
                  : nsl_solve(&q->solution, q->setup.model, &q->point, &q->query, err);
    bool digits = options_given(o, OPT_DIGITS);
    bool stopped = q->point.training.kind != NSL_TRAINED; /* double knows its digits */
    bool poor = q->solution.error > NSL_PROMISE && !stopped;
    if (status != NSL_OK || !(digits || poor) || q->solution.kind != NSL_SOLVED ||
        o->fitted || is_steps(q))
        return status;
    q->digits = digits ? (unsigned)o->value[OPT_DIGITS].whole : DIGITS_OF_DOUBLE;
    status = nsl_solve_mp(q->value, q->high, &q->solution, q->setup.exact, &q->point,
                          &q->texts.decimals, &q->query, o->value[OPT_TARGET_LOSS].text,
                          q->digits, digits ? err : NULL);
    if (status == NSL_OK || digits)
        return status;
    q->digits = 0; /* double's best, with the digits that it knows */
    return NSL_OK;
}

/* The least whole number that reaches the target. What rounding has put just above a
 * whole number is that. */
static double whole(const inquiry *q, double value)
{
    double error = q->digits ? DBL_EPSILON : q->solution.error;
    return ceil(value * (1.0 - 2.0 * error));
}

/* The solution as a point to predict at: `printed` holds its decimals. */
static void set_solution(inquiry *q, char **printed)
{
    double value = q->digits ? mpfr_get_d(q->value, MPFR_RNDN) : q->solution.value;
    nsl_point_decimals *d = &q->texts.decimals;
    nsl_training *t = &q->point.training;
    const struct {
        double *number;
        const char **at;
    } places[] = {[NSL_UNKNOWN_FEATURES] = {&q->point.features, &d->features},
                  [NSL_UNKNOWN_SAMPLES] = {&q->point.samples, &d->samples},
                  [NSL_UNKNOWN_NOISE] = {&q->point.noise, &d->noise},
                  [NSL_UNKNOWN_TIME] = {is_steps(q) ? &t->steps : &t->time, &d->time}};
    double *number = places[q->query.unknown].number;
    const char **at = places[q->query.unknown].at;
    if (options_given(q->options, OPT_INTEGER)) {
        value = whole(q, value);
        q->digits = 0;
    }
    *number = value;
    *at = NULL;
    if (q->digits) {
        mpfr_asprintf(printed, "%.*Re", (int)q->digits + 9, q->value);
        *at = *printed;
    } else if (isfinite(value)) {
        value_shortest(q->shortest, sizeof q->shortest, value);
        *at = q->shortest;
    }
}

/* --- printing ----------------------------------------------------------------------
 */

/* A found value: 0 and infinity are exact. */
static cell found(const inquiry *q, double value, mpfr_srcptr digits)
{
    if (isnan(value))
        return cell_null();
    if (value == 0.0 || isinf(value) || is_steps(q))
        return cell_given(value);
    if (options_given(q->options, OPT_INTEGER))
        return cell_given(q->query.unknown == NSL_UNKNOWN_FEATURES ? q->point.features
                                                                   : q->point.samples);
    if (q->digits && options_given(q->options, OPT_DIGITS))
        return digits_cell(digits, q->digits, true);
    return q->digits ? cell_computed(mpfr_get_d(digits, MPFR_RNDN))
                     : cell_known(value, q->solution.error);
}

static const char *ridge_key(const inquiry *q)
{
    return query_is_kernel(q->options) ? "kernel_ridge" : "ridge";
}

static const char *low_key(const inquiry *q)
{
    return q->query.unknown == NSL_UNKNOWN_FEATURES ? "features_lo" : "samples_lo";
}

static const char *high_key(const inquiry *q)
{
    return q->query.unknown == NSL_UNKNOWN_FEATURES ? "features_hi" : "samples_hi";
}

/* What training is measured in, if it is given or found. */
static const char *clock_key(const inquiry *q)
{
    option_id clock = training_clock(q->options);
    if (clock == OPT_COUNT && q->query.unknown == NSL_UNKNOWN_TIME)
        clock = OPT_TIME;
    return clock == OPT_COUNT ? NULL : option_table[clock].name;
}

static void add_columns(inquiry *q)
{
    document *d = &q->d;
    bool kernel = query_is_kernel(q->options);
    document_add_column(d, "features", "N", true);
    document_add_column(d, "samples", "P", true);
    document_add_column(d, ridge_key(q),
                        kernel ? "for features / sqrt(width)" : "on the summed loss",
                        !q->options->fitted);
    if (fitted_has_intervals(q->options))
        intervals_add_columns(d, low_key(q), high_key(q));
    if (q->query.unknown == NSL_UNKNOWN_RIDGE)
        document_add_column(d, kernel ? "kernel_ridge_high" : "ridge_high",
                            "the largest that reaches the target", true);
    document_add_column(d, "noise", "label-noise variance", !q->options->fitted);
    if (clock_key(q))
        document_add_column(d, clock_key(q),
                            training_clock(q->options) == OPT_STEPS
                                ? "of gradient descent"
                                : "of gradient flow",
                            true);
    if (q->query.unknown == NSL_UNKNOWN_TIME)
        document_add_column(d, is_steps(q) ? "steps_high" : "time_high",
                            "the largest that reaches the target", true);
    document_add_column(d, "target_loss", "", true);
    document_add_column(d, "test_loss", "at the solution", true);
    document_add_column(d, "limit_loss",
                        q->query.unknown == NSL_UNKNOWN_RIDGE   ? "at the best ridge"
                        : q->query.unknown == NSL_UNKNOWN_NOISE ? "without noise"
                        : q->query.unknown == NSL_UNKNOWN_TIME
                            ? "at the best time to stop"
                            : "the plateau",
                        true);
    document_add_column(d, "note", "", true);
}

static void add_notes(const inquiry *q, row_note *note)
{
    static const double JUMP = 1e-6; /* far more than rounding */
    static const char *const never[] = {
        [NSL_UNKNOWN_FEATURES] = "never reached: the plateau lies above the target",
        [NSL_UNKNOWN_SAMPLES] = "never reached: the plateau lies above the target",
        [NSL_UNKNOWN_RIDGE] =
            "never reached: the loss at the best ridge lies above the "
            "target",
        [NSL_UNKNOWN_NOISE] = "never reached: the loss without noise lies above the "
                              "target",
        [NSL_UNKNOWN_TIME] =
            "never reached: the loss at the best time to stop lies above "
            "the target",
    };
    static const char *const only[] = {
        [NSL_UNKNOWN_FEATURES] = "reached only in the limit",
        [NSL_UNKNOWN_SAMPLES] = "reached only in the limit",
        [NSL_UNKNOWN_RIDGE] = "reached only at the best ridge",
        [NSL_UNKNOWN_NOISE] = NULL, /* that is an answer, 0 */
        [NSL_UNKNOWN_TIME] = "reached only at the best time to stop",
    };
    bool at_limit =
        fabs(q->solution.limit - q->query.target) <= NSL_PROMISE * q->query.target;
    if (q->solution.kind == NSL_NEVER)
        row_note_add(note, (at_limit ? only : never)[q->query.unknown], false);
    if (q->around.count > 0 && isinf(q->around.high[0]))
        row_note_add(note,
                     "some refits of the bootstrap never reach it: no end of the "
                     "interval",
                     false);
    if (q->solution.kind == NSL_ALWAYS)
        row_note_add(note, "every value reaches the target", false);
    double loss = row_test_loss(&q->answer.p, query_units(q->options, q->point.noise));
    bool found = q->solution.kind == NSL_SOLVED &&
                 q->query.unknown != NSL_UNKNOWN_RIDGE &&
                 q->query.unknown != NSL_UNKNOWN_TIME;
    if (found && !options_given(q->options, OPT_INTEGER) &&
        !(fabs(loss - q->query.target) <= JUMP * q->query.target))
        row_note_add(note, "the loss jumps within the digits of the answer: a peak",
                     false);
    if (q->query.unknown == NSL_UNKNOWN_RIDGE && q->solution.kind == NSL_SOLVED)
        row_note_add(note, "test_loss is the target at both", true);
    if (q->solution.hole)
        row_note_add(note,
                     q->query.unknown == NSL_UNKNOWN_TIME
                         ? "some times between the two miss the target"
                         : "some ridges between the two miss the target",
                     false);
}

static const char *found_key(const inquiry *q)
{
    static const char *const keys[] = {"features", "samples", "ridge", "noise"};
    return q->query.unknown == NSL_UNKNOWN_RIDGE  ? ridge_key(q)
           : q->query.unknown == NSL_UNKNOWN_TIME ? clock_key(q)
                                                  : keys[q->query.unknown];
}

static void set_inputs(inquiry *q)
{
    const cli_options *o = q->options;
    document *d = &q->d;
    const struct {
        const char *key;
        option_id option;
        double value;
    } inputs[] = {{"features", OPT_FEATURES, q->point.features},
                  {"samples", OPT_SAMPLES, q->point.samples},
                  {ridge_key(q), query_ridge(o), q->point.ridge},
                  {"noise", OPT_NOISE, q->point.noise}};
    for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++)
        document_set(d, inputs[i].key,
                     options_given(o, inputs[i].option) &&
                             options_given(o, OPT_DIGITS) &&
                             !o->value[inputs[i].option].optimal
                         ? digits_given(o->value[inputs[i].option].text)
                         : cell_given(inputs[i].value));
    if (clock_key(q) && q->query.unknown != NSL_UNKNOWN_TIME)
        document_set(d, clock_key(q), cell_given(training_length(&q->point.training)));
    document_set(d, "target_loss",
                 options_given(o, OPT_DIGITS)
                     ? digits_given(o->value[OPT_TARGET_LOSS].text)
                     : cell_given(o->value[OPT_TARGET_LOSS].number));
}

static void fill(inquiry *q, bool predicted, row_note *note)
{
    document *d = &q->d;
    document_add_row(d);
    set_inputs(q);
    if (query_is_optimal(q->options))
        document_set(d, ridge_key(q),
                     predicted ? row_best_ridge(&q->answer, true, note) : cell_null());
    document_set(d, found_key(q), found(q, q->solution.value, q->value));
    intervals_set(d, low_key(q), high_key(q), &q->around, 0);
    if (q->query.unknown == NSL_UNKNOWN_RIDGE)
        document_set(d,
                     query_is_kernel(q->options) ? "kernel_ridge_high" : "ridge_high",
                     found(q, q->solution.high, q->high));
    if (q->query.unknown == NSL_UNKNOWN_TIME)
        document_set(d, is_steps(q) ? "steps_high" : "time_high",
                     found(q, q->solution.high, q->high));
    loss_units units = query_units(q->options, q->point.noise);
    if (predicted && q->answer.digits)
        document_set(d, "test_loss",
                     digits_cell(q->answer.mp.test_loss, q->answer.digits, true));
    else if (predicted)
        document_set(d, "test_loss", cell_computed(row_test_loss(&q->answer.p, units)));
    document_set(d, "limit_loss",
                 cell_known(q->solution.limit, q->solution.limit_error));
    add_notes(q, note);
    row_end(d, note);
}

static int run(inquiry *q)
{
    const cli_options *o = q->options;
    nsl_error err = {0};
    row_note note = {{0}, {0}};
    char *printed = NULL;
    int code = check(q);
    if (code != EXIT_FINE)
        return code;
    q->query.target = o->value[OPT_TARGET_LOSS].number;
    q->query.units =
        (nsl_units){options_given(o, OPT_MSE), options_given(o, OPT_TEST_NOISE)};
    q->query.optimal = query_is_optimal(o);
    q->point = query_point(o, 0);
    if (q->query.unknown == NSL_UNKNOWN_TIME && !is_steps(q))
        q->point.training = (nsl_training){.kind = NSL_FLOW};
    if (!training_stops(&q->point.training) && q->query.unknown != NSL_UNKNOWN_TIME)
        q->point.training = (nsl_training){.kind = NSL_TRAINED}; /* "inf" */
    if (isnan(q->point.features))
        q->point.features = 1.0; /* to be found */
    if (isnan(q->point.samples))
        q->point.samples = 1.0;
    query_texts_set(&q->texts, o, 0);
    nsl_status status = query_setup_make(&q->setup, o, 0, false, &err);
    if (status == NSL_OK)
        status = solve(q, &err);
    bool predicted = status == NSL_OK && q->solution.kind == NSL_SOLVED &&
                     q->query.unknown != NSL_UNKNOWN_RIDGE;
    if (predicted) {
        set_solution(q, &printed);
        status = query_predict(&q->answer, o, &q->setup, &q->point, &q->texts.decimals,
                               &err);
    }
    if (status == NSL_OK) {
        q->d.command = o->command;
        q->d.upright = true;
        q->d.record = options_record(o);
        q->d.caption = row_caption(o, &q->setup, (query_columns){0}, NULL);
        query_describe(&q->d, o, &q->setup, (query_columns){0});
        add_columns(q);
        fill(q, predicted, &note);
        code = output_write(o, &q->d);
    } else {
        code = options_complain_error(o->command, &err);
    }
    if (printed)
        mpfr_free_str(printed);
    return code;
}

int cmd_solve(int argc, char **argv)
{
    cli_options options;
    int code;
    if (!command_begin(&options, &text, argc, argv, &code))
        return code;
    inquiry q = {.options = &options};
    query_answer_init(&q.answer);
    mpfr_inits2(53, q.value, q.high, (mpfr_ptr)NULL);
    code = run(&q);
    mpfr_clears(q.value, q.high, (mpfr_ptr)NULL);
    query_answer_clear(&q.answer);
    intervals_clear(&q.around);
    fitted_clear(&options);
    mpfr_free_cache();
    document_clear(&q.d);
    query_setup_clear(&q.setup);
    return code;
}
