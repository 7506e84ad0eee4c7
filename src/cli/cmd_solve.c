/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nslaw solve: the size, ridge, noise or time that reaches a loss. */
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/limit.h"
#include "cli/output.h"
#include "cli/prediction_row.h"
#include "cli/solve.h"
#include "cli/training.h"
#include "cli/value.h"

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

static int check(solve_inquiry *q)
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
    if (solve_is_steps(q) && !options_given(o, OPT_LEARNING_RATE))
        return options_complain(o->command, EXIT_USAGE,
                                "--for steps needs --learning-rate ETA");
    if (options_given(o, OPT_INTEGER) && !size)
        return options_complain(o->command, EXIT_USAGE,
                                "--integer goes with --for N and --for P only");
    return EXIT_FINE;
}

/* In the units of the fit: the target is for A·ℓ, N for kN. At or below E nothing
 * reaches it. */
static nsl_status solve_fitted(solve_inquiry *q, nsl_error *err)
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

static nsl_status solve(solve_inquiry *q, nsl_error *err)
{
    const cli_options *o = q->options;
    enum { DIGITS_OF_DOUBLE = 18 };
    nsl_status status =
        o->fitted ? solve_fitted(q, err)
                  : nsl_solve(&q->solution, q->setup.model, &q->point, &q->query, err);
    bool digits = options_given(o, OPT_DIGITS);
    bool stopped = q->point.training.kind != NSL_TRAINED; /* double knows its digits */
    bool poor = !stopped && (q->solution.error > NSL_PROMISE ||
                             q->solution.high_error > NSL_PROMISE);
    if (status != NSL_OK || !(digits || poor) || q->solution.kind != NSL_SOLVED ||
        o->fitted || solve_is_steps(q))
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
static double whole(const solve_inquiry *q, double value)
{
    double error = q->digits ? DBL_EPSILON : q->solution.error;
    return ceil(value * (1.0 - 2.0 * error));
}

/* The solution as a point to predict at: `printed` holds its decimals. */
static void set_solution(solve_inquiry *q, char **printed)
{
    double value = q->digits ? mpfr_get_d(q->value, MPFR_RNDN) : q->solution.value;
    nsl_point_decimals *d = &q->texts.decimals;
    nsl_training *t = &q->point.training;
    const struct {
        double *number;
        const char **at;
    } places[] = {
        [NSL_UNKNOWN_FEATURES] = {&q->point.features, &d->features},
        [NSL_UNKNOWN_SAMPLES] = {&q->point.samples, &d->samples},
        [NSL_UNKNOWN_NOISE] = {&q->point.noise, &d->noise},
        [NSL_UNKNOWN_TIME] = {solve_is_steps(q) ? &t->steps : &t->time, &d->time}};
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

static int run(solve_inquiry *q)
{
    const cli_options *o = q->options;
    nsl_error err = {0};
    document d = {.command = o->command, .upright = true};
    char *printed = NULL;
    int code = check(q);
    if (code != EXIT_FINE)
        return code;
    q->query.target = o->value[OPT_TARGET_LOSS].number;
    q->query.units =
        (nsl_units){options_given(o, OPT_MSE), options_given(o, OPT_TEST_NOISE)};
    q->query.optimal = query_is_optimal(o);
    q->point = query_point(o, 0);
    if (q->query.unknown == NSL_UNKNOWN_TIME && !solve_is_steps(q))
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
    q->predicted = status == NSL_OK && q->solution.kind == NSL_SOLVED &&
                   q->query.unknown != NSL_UNKNOWN_RIDGE;
    if (q->predicted) {
        set_solution(q, &printed);
        status = query_predict(&q->answer, o, &q->setup, &q->point, &q->texts.decimals,
                               &err);
    }
    if (status == NSL_OK) {
        d.record = options_record(o);
        d.caption = row_caption(o, &q->setup, (query_columns){0}, NULL);
        query_describe(&d, o, &q->setup, (query_columns){0});
        solve_add_row(&d, q);
        code = output_write(o, &d);
        document_clear(&d);
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
    solve_inquiry q = {.options = &options};
    query_answer_init(&q.answer);
    mpfr_inits2(53, q.value, q.high, (mpfr_ptr)NULL);
    code = run(&q);
    mpfr_clears(q.value, q.high, (mpfr_ptr)NULL);
    query_answer_clear(&q.answer);
    intervals_clear(&q.around);
    fitted_clear(&options);
    mpfr_free_cache();
    query_setup_clear(&q.setup);
    return code;
}
