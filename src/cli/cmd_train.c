/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nslaw train: losses over the time of training, and what it comes to. */
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/plot.h"
#include "cli/prediction_row.h"
#include "cli/progress.h"
#include "cli/train.h"
#include "cli/value.h"

#include <math.h>
#include <stdlib.h>

static const command_text text = {
    .name = "train",
    .bit = FOR_TRAIN,
    .arguments = "",
    .summary = "Predicts losses over the time of training, and when to stop.",
    .description =
        "A row for each time of the sweep --time, or --steps, by default 60 over the "
        "times in which the loss moves; then the best time to stop, what it saves "
        "against training to the end and against the best ridge, and when the loss "
        "has risen half of the way back. With a sweep of --features or --samples too, "
        "a ladder: a course for each size.",
    .examples =
        "Examples:\n"
        "  nslaw train --features 500 --samples 400 --alpha 0.5 --noise 0.1\n"
        "  nslaw train --features 500 --samples 400 --alpha 0.5 --time 1:1e6:25\n"
        "  nslaw train --features 500 --samples 400 --alpha 0.5 \\\n"
        "    --steps 1:1e5:25 --learning-rate 0.5\n"
        "  nslaw train --features 10:1000:5 --samples inf --alpha 0.5 \\\n"
        "    --time 1:1e6:60 --plot ladder.svg\n\n"
        "Exit codes: 0 fine, 1 computation failed, 2 usage, 3 file.",
};

enum { DEFAULT_COUNT = 60 };

/* The most steps that --steps takes. */
static const double STEPS_MAX = 1e18;

/* Whole decades around what all courses move in. */
static void span_all(train_job *job)
{
    option_value *all = &job->lengths;
    double low = job->course[0].low, high = job->course[0].high;
    for (size_t j = 1; j < job->sizes; j++) {
        low = fmin(low, job->course[j].low);
        high = fmax(high, job->course[j].high);
    }
    low = pow(10.0, floor(log10(low)));
    high = pow(10.0, ceil(log10(high)));
    if (job->steps) {
        low = fmax(low, 1.0);
        high = fmin(high, STEPS_MAX);
    }
    *all = (option_value){.given = true,
                          .low = low,
                          .high = fmax(high, 10.0 * low),
                          .sweep_count = DEFAULT_COUNT};
}

double train_length(const train_job *job, size_t i)
{
    const option_value *all = &job->lengths;
    if (!all->sweep_count)
        return !job->steps                          ? all->number
               : all->whole == NSL_LATENTS_INFINITE ? (double)INFINITY
                                                    : (double)all->whole;
    double length = value_sweep_point(all, i);
    return job->steps ? round(length) : length;
}

static bool allocate(train_job *job)
{
    const cli_options *o = job->options;
    job->sizes = job->ladder == OPT_COUNT ? 1 : o->value[job->ladder].sweep_count;
    job->course = calloc(job->sizes, sizeof *job->course);
    return job->course != NULL;
}

/* After the courses, whose span the rows may need. */
static bool allocate_rows(train_job *job)
{
    const option_value *given = &job->options->value[job->steps ? OPT_STEPS : OPT_TIME];
    job->lengths = *given;
    if (!given->given)
        span_all(job);
    job->count = job->lengths.sweep_count ? job->lengths.sweep_count : 1;
    if (!plot_wanted(job->options))
        return true;
    job->test = calloc(job->sizes * job->count, sizeof *job->test);
    job->train = calloc(job->sizes * job->count, sizeof *job->train);
    return job->test && job->train;
}

static nsl_status find_all(train_job *job, nsl_error *err)
{
    progress p = progress_start(job->options, 2 * job->sizes);
    nsl_status status = NSL_OK;
    for (size_t j = 0; j < job->sizes && status == NSL_OK; j++) {
        progress_at(&p, j);
        status = train_course_find(&job->course[j], job, j, err);
    }
    if (status == NSL_OK && !allocate_rows(job)) {
        *err = (nsl_error){.status = NSL_ENOMEM, .message = "out of memory"};
        status = NSL_ENOMEM;
    }
    if (status == NSL_OK)
        train_add_columns(job);
    for (size_t j = 0; j < job->sizes && status == NSL_OK; j++) {
        progress_at(&p, job->sizes + j);
        status = train_add_rows(job, j, err);
    }
    progress_end(&p);
    return status;
}

static int run(train_job *job)
{
    const cli_options *o = job->options;
    nsl_error err = {0};
    job->steps = training_clock(o) == OPT_STEPS;
    job->ladder = o->value[OPT_FEATURES].sweep_count  ? OPT_FEATURES
                  : o->value[OPT_SAMPLES].sweep_count ? OPT_SAMPLES
                                                      : OPT_COUNT;
    if (query_setup_make(&job->setup, o, 0, false, &err) != NSL_OK)
        return options_complain_error(o->command, &err);
    if (!allocate(job))
        return options_complain(o->command, EXIT_COMPUTATION, "out of memory");
    if (find_all(job, &err) != NSL_OK)
        return options_complain_error(o->command, &err);
    job->d.command = o->command;
    job->d.record = options_record(o);
    job->d.caption = row_caption(o, &job->setup, (query_columns){0}, NULL);
    query_describe(&job->d, o, &job->setup, (query_columns){0});
    train_add_summary(job);
    if (train_figure_make(job, &err) != NSL_OK)
        return options_complain_error(o->command, &err);
    return plot_and_write(o, &job->picture, &job->d);
}

static void job_clear(train_job *job)
{
    for (size_t j = 0; job->course && j < job->sizes; j++)
        if (job->course[j].point.features > 0.0) /* it was begun */
            train_course_clear(&job->course[j]);
    free(job->course);
    free(job->test);
    free(job->train);
    figure_clear(&job->picture);
    document_clear(&job->d);
    query_setup_clear(&job->kernel);
    query_setup_clear(&job->setup);
}

int cmd_train(int argc, char **argv)
{
    cli_options options;
    int code;
    if (!command_begin(&options, &text, argc, argv, &code))
        return code;
    train_job job = {.options = &options};
    code = run(&job);
    job_clear(&job);
    mpfr_free_cache();
    return code;
}
