/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/run_training.h"

int run_training_check_both(const cli_options *o, const nsl_runs *runs,
                            option_id option, nsl_run_column column)
{
    if (!options_given(o, option) || !runs->has[column])
        return EXIT_FINE;
    return options_complain(o->command, EXIT_USAGE,
                            "--%s is given, and the runs have a column for %s; "
                            "ignore the column with --map %s=",
                            option_table[option].name, nsl_run_keys[column],
                            nsl_run_keys[column]);
}

/* A length or a rate that both the options and the file give. */
static int check_both(const cli_options *o, const nsl_runs *runs)
{
    static const struct {
        option_id option;
        nsl_run_column column;
    } pairs[] = {
        {OPT_TIME, NSL_RUN_TIME},          {OPT_TIME, NSL_RUN_STEPS},
        {OPT_TIME, NSL_RUN_RATE},          {OPT_STEPS, NSL_RUN_STEPS},
        {OPT_STEPS, NSL_RUN_TIME},         {OPT_LEARNING_RATE, NSL_RUN_RATE},
        {OPT_LEARNING_RATE, NSL_RUN_TIME},
    };
    int code = EXIT_FINE;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs && code == EXIT_FINE; i++)
        code = run_training_check_both(o, runs, pairs[i].option, pairs[i].column);
    return code;
}

int run_training_check(const cli_options *o, const nsl_runs *runs)
{
    bool steps = runs->has[NSL_RUN_STEPS] || options_given(o, OPT_STEPS);
    bool rate = runs->has[NSL_RUN_RATE] || options_given(o, OPT_LEARNING_RATE);
    int code = check_both(o, runs);
    if (code != EXIT_FINE)
        return code;
    if (steps && !rate)
        return options_complain(o->command, EXIT_USAGE,
                                "steps need --learning-rate ETA or a column for "
                                "learning-rate%s",
                                runs->has[NSL_RUN_STEPS]
                                    ? "; ignore the column of steps with --map steps="
                                    : "");
    if (rate && !steps)
        return options_complain(
            o->command, EXIT_USAGE,
            "a learning rate needs --steps K or a column for steps%s",
            runs->has[NSL_RUN_RATE] ? "; ignore its column with --map learning-rate="
                                    : "");
    return EXIT_FINE;
}

bool run_training_has_column(const nsl_runs *runs)
{
    return runs->has[NSL_RUN_TIME] || runs->has[NSL_RUN_STEPS];
}

nsl_training run_training_of(const nsl_runs *runs, const nsl_run *run,
                             nsl_training training)
{
    if (runs->has[NSL_RUN_TIME])
        training = (nsl_training){.kind = NSL_FLOW, .time = run->value[NSL_RUN_TIME]};
    if (runs->has[NSL_RUN_STEPS] || runs->has[NSL_RUN_RATE])
        training.kind = NSL_DESCENT;
    if (runs->has[NSL_RUN_STEPS])
        training.steps = run->value[NSL_RUN_STEPS];
    if (runs->has[NSL_RUN_RATE])
        training.rate = run->value[NSL_RUN_RATE];
    return training;
}
