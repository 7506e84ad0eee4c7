/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/training.h"
#include "cli/value.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

option_id training_clock(const cli_options *o)
{
    return options_given(o, OPT_TIME) ? OPT_TIME
           : options_given(o, OPT_STEPS) || options_given(o, OPT_LEARNING_RATE)
               ? OPT_STEPS
               : OPT_COUNT;
}

bool training_is_sought(const cli_options *o)
{
    const char *unknown = options_given(o, OPT_FOR) ? o->value[OPT_FOR].text : "";
    return strcmp(unknown, "time") == 0 || strcmp(unknown, "steps") == 0;
}

/* The best ridge is that of training to the end, of which "inf" is one way to say. */
static int check_optimal(const cli_options *o)
{
    const option_value *time = &o->value[OPT_TIME];
    bool to_the_end = time->given && !time->sweep_count && isinf(time->number);
    option_id clock = training_clock(o);
    if (o->command_bit == FOR_TRAIN)
        return options_complain(o->command, EXIT_USAGE,
                                "--%s opt is the best ridge of training to the end; "
                                "leave it out: the summary has that ridge",
                                option_table[query_ridge(o)].name);
    if (clock == OPT_COUNT || to_the_end)
        return EXIT_FINE;
    return options_complain(o->command, EXIT_USAGE,
                            "--%s opt and --%s exclude each other: the best ridge is "
                            "that of training to the end",
                            option_table[query_ridge(o)].name,
                            option_table[clock].name);
}

int training_check(const cli_options *o)
{
    bool steps = options_given(o, OPT_STEPS),
         rate = options_given(o, OPT_LEARNING_RATE);
    /* the other one may be a column of the runs, or the span of a whole course */
    bool elsewhere =
        o->command_bit == FOR_COMPARE || o->command_bit == FOR_TRAIN ||
        (training_is_sought(o) && strcmp(o->value[OPT_FOR].text, "steps") == 0);
    if (steps && !rate && o->command_bit != FOR_COMPARE)
        return options_complain(o->command, EXIT_USAGE,
                                "--steps needs --learning-rate ETA");
    if (rate && !steps && !elsewhere)
        return options_complain(o->command, EXIT_USAGE,
                                "--learning-rate needs --steps K");
    return query_is_optimal(o) ? check_optimal(o) : EXIT_FINE;
}

int training_check_sweeps(const cli_options *o)
{
    option_id ladder = OPT_COUNT;
    for (option_id id = 0; id < OPT_COUNT; id++) {
        if (o->value[id].sweep_count == 0 || id == OPT_TIME || id == OPT_STEPS)
            continue;
        if (id != OPT_FEATURES && id != OPT_SAMPLES)
            return options_complain(o->command, EXIT_USAGE,
                                    "--%s %s is a sweep; only the time or the steps, "
                                    "and --features or --samples, can be swept here",
                                    option_table[id].name, o->value[id].text);
        if (ladder != OPT_COUNT)
            return options_complain(o->command, EXIT_USAGE,
                                    "sweeps one of --features and --samples, got both");
        ladder = id;
    }
    return EXIT_FINE;
}

static double length_of(const option_value *value, size_t i)
{
    if (!value->given)
        return (double)INFINITY;
    return value->sweep_count ? value_sweep_point(value, i) : value->number;
}

static double steps_of(const option_value *value, size_t i)
{
    if (!value->given || (!value->sweep_count && value->whole == NSL_LATENTS_INFINITE))
        return (double)INFINITY;
    return value->sweep_count ? round(value_sweep_point(value, i))
                              : (double)value->whole;
}

nsl_training training_at(const cli_options *o, size_t i)
{
    switch (training_clock(o)) {
    case OPT_TIME:
        return (nsl_training){.kind = NSL_FLOW,
                              .time = length_of(&o->value[OPT_TIME], i)};
    case OPT_STEPS:
        return (nsl_training){.kind = NSL_DESCENT,
                              .steps = steps_of(&o->value[OPT_STEPS], i),
                              .rate = o->value[OPT_LEARNING_RATE].number};
    default:
        return (nsl_training){.kind = NSL_TRAINED};
    }
}

void training_set_length(nsl_training *t, double length)
{
    *(t->kind == NSL_DESCENT ? &t->steps : &t->time) = length;
}

bool training_stops(const nsl_training *t)
{
    return isfinite(training_length(t));
}

/* A number, "inf", or the text of a sweep. */
static cell length_cell(const option_value *value, double length)
{
    return value->sweep_count ? cell_text(value->text)
           : isinf(length)    ? cell_text("inf")
                              : cell_given(length);
}

void training_describe(document *d, const cli_options *o, query_columns columns)
{
    option_id clock = training_clock(o);
    const option_value *rate = &o->value[OPT_LEARNING_RATE];
    double length;
    if (columns.time || columns.steps) {
        document_add_model(d, columns.time ? "time" : "steps", cell_text("runs"));
    } else if (training_is_sought(o)) {
        document_add_model(d, o->value[OPT_FOR].text, cell_text("sought"));
    } else if (clock != OPT_COUNT && options_given(o, clock)) {
        nsl_training training = training_at(o, 0);
        length = training_length(&training);
        document_add_model(d, option_table[clock].name,
                           length_cell(&o->value[clock], length));
    }
    if (columns.rate || rate->given)
        document_add_model(d, "learning_rate",
                           columns.rate ? cell_text("runs") : cell_given(rate->number));
}

void training_caption(char *out, size_t size, const cli_options *o,
                      query_columns columns)
{
    option_id clock = training_clock(o);
    const option_value *rate = &o->value[OPT_LEARNING_RATE];
    bool one = clock != OPT_COUNT && options_given(o, clock) &&
               o->value[clock].sweep_count == 0; /* else the rows say it */
    const char *length = one ? o->value[clock].text : NULL;
    *out = '\0';
    if (columns.time)
        snprintf(out, size, ", trained for the time of each run");
    else if (columns.steps || clock == OPT_STEPS)
        snprintf(out, size, ", trained by %s%ssteps at %s%s",
                 columns.steps ? "each run's"
                 : length      ? length
                               : "",
                 columns.steps || length ? " " : "",
                 columns.rate ? "each run's learning rate" : "learning rate ",
                 columns.rate ? "" : rate->text);
    else if (length)
        snprintf(out, size, ", trained for the time %s", length);
    else if (training_is_sought(o))
        snprintf(out, size, ", trained for a time to be found");
}
