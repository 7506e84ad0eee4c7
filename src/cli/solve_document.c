/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The row of nslaw solve. */
#include "cli/digits.h"
#include "cli/prediction_row.h"
#include "cli/solve.h"
#include "cli/training.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

bool solve_is_steps(const solve_inquiry *q)
{
    return q->query.unknown == NSL_UNKNOWN_TIME &&
           strcmp(q->options->value[OPT_FOR].text, "steps") == 0;
}

/* A found value: 0 and infinity are exact. */
static cell found(const solve_inquiry *q, double value, double error,
                  mpfr_srcptr digits)
{
    if (isnan(value))
        return cell_null();
    if (value == 0.0 || isinf(value) || solve_is_steps(q))
        return cell_given(value);
    if (options_given(q->options, OPT_INTEGER))
        return cell_given(q->query.unknown == NSL_UNKNOWN_FEATURES ? q->point.features
                                                                   : q->point.samples);
    if (q->digits && options_given(q->options, OPT_DIGITS))
        return digits_cell(digits, q->digits, true);
    return q->digits ? cell_computed(mpfr_get_d(digits, MPFR_RNDN))
                     : cell_known(value, error);
}

static const char *ridge_key(const solve_inquiry *q)
{
    return query_is_kernel(q->options) ? "kernel_ridge" : "ridge";
}

static const char *low_key(const solve_inquiry *q)
{
    return q->query.unknown == NSL_UNKNOWN_FEATURES ? "features_lo" : "samples_lo";
}

static const char *high_key(const solve_inquiry *q)
{
    return q->query.unknown == NSL_UNKNOWN_FEATURES ? "features_hi" : "samples_hi";
}

/* What training is measured in, if it is given or found. */
static const char *clock_key(const solve_inquiry *q)
{
    option_id clock = training_clock(q->options);
    if (clock == OPT_COUNT && q->query.unknown == NSL_UNKNOWN_TIME)
        clock = OPT_TIME;
    return clock == OPT_COUNT ? NULL : option_table[clock].name;
}

static void add_columns(document *d, const solve_inquiry *q)
{
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
        document_add_column(d, solve_is_steps(q) ? "steps_high" : "time_high",
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

static void add_notes(const solve_inquiry *q, row_note *note)
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

static const char *found_key(const solve_inquiry *q)
{
    static const char *const keys[] = {"features", "samples", "ridge", "noise"};
    return q->query.unknown == NSL_UNKNOWN_RIDGE  ? ridge_key(q)
           : q->query.unknown == NSL_UNKNOWN_TIME ? clock_key(q)
                                                  : keys[q->query.unknown];
}

static void set_inputs(document *d, const solve_inquiry *q)
{
    const cli_options *o = q->options;
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

/* A solution, or why there is no digit of it. */
static void set_end(document *d, const solve_inquiry *q, const char *key, double value,
                    double error, mpfr_srcptr digits, row_note *note)
{
    cell c = found(q, value, error, digits);
    char flat[96];
    snprintf(flat, sizeof flat,
             "%s: no digit is known, as the loss is nearly flat there", key);
    if (c.kind == CELL_NULL && isfinite(value))
        row_note_add(note, flat, false);
    snprintf(flat, sizeof flat, "%s = inf", key);
    if (isinf(value))
        row_note_add(note, flat, true);
    document_set(d, key, c);
}

void solve_add_row(document *d, const solve_inquiry *q)
{
    row_note note = {{0}, {0}};
    add_columns(d, q);
    document_add_row(d);
    set_inputs(d, q);
    if (query_is_optimal(q->options))
        document_set(d, ridge_key(q),
                     q->predicted ? row_best_ridge(&q->answer, true, &note)
                                  : cell_null());
    set_end(d, q, found_key(q), q->solution.value, q->solution.error, q->value, &note);
    intervals_set(d, low_key(q), high_key(q), &q->around, 0);
    if (q->query.unknown == NSL_UNKNOWN_RIDGE)
        set_end(d, q, query_is_kernel(q->options) ? "kernel_ridge_high" : "ridge_high",
                q->solution.high, q->solution.high_error, q->high, &note);
    if (q->query.unknown == NSL_UNKNOWN_TIME)
        set_end(d, q, solve_is_steps(q) ? "steps_high" : "time_high", q->solution.high,
                q->solution.high_error, q->high, &note);
    loss_units units = query_units(q->options, q->point.noise);
    if (q->predicted && q->answer.digits)
        document_set(d, "test_loss",
                     digits_cell(q->answer.mp.test_loss, q->answer.digits, true));
    else if (q->predicted)
        document_set(d, "test_loss", cell_computed(row_test_loss(&q->answer.p, units)));
    document_set(d, "limit_loss",
                 cell_known(q->solution.limit, q->solution.limit_error));
    add_notes(q, &note);
    row_end(d, &note);
}
