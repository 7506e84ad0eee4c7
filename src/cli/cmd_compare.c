/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nslaw compare: the prediction at each measured run, beside its measurement. */
#include "cli/answer.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/compare_figure.h"
#include "cli/plot.h"
#include "cli/prediction_row.h"
#include "cli/progress.h"
#include "cli/run_training.h"
#include "cli/runs_options.h"
#include "cli/training.h"
#include "empirical/comparison.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const command_text text = {
    .name = "compare",
    .bit = FOR_COMPARE,
    .arguments = "RUNS.csv",
    .summary = "Predicts each measured run and shows prediction beside measurement.",
    .description =
        "RUNS (- for standard input) is a CSV file with the columns N, P and loss, and "
        "where present sem (standard error of the loss), ridge or kernel_ridge, noise, "
        "and time, or steps and learning_rate, of training. Nothing is fitted. ratio "
        "is predicted/measured, z_score is "
        "(measured - predicted)/sem.",
    .examples = "Examples:\n"
                "  nslaw compare runs.csv --alpha 0.3 --kernel-ridge 0.1\n"
                "  nslaw compare relu_runs.csv --spectrum relu_spectrum.csv --mse \\\n"
                "    --map loss=test_mse,sem=test_mse_sem --where kernel_ridge=1\n\n"
                "Exit codes: 0 fine, 1 computation failed, 2 usage, 3 file.",
};

/* Everything that a comparison holds on to. */
typedef struct {
    const cli_options *options;
    runs_options wanted;
    nsl_runs runs;
    query_setup setup;
    query_answer answer;
    nsl_point *point;
    double *measured, *predicted, *sem;
    figure picture;
    document d;
} comparison;

static void comparison_clear(comparison *c)
{
    runs_options_clear(&c->wanted);
    nsl_runs_clear(&c->runs);
    query_setup_clear(&c->setup);
    query_answer_clear(&c->answer);
    free(c->point);
    free(c->measured);
    free(c->predicted);
    free(c->sem);
    figure_clear(&c->picture);
    document_clear(&c->d);
}

/* A value that both the options and the file give. */
static int check_both(const comparison *c)
{
    static const struct {
        option_id option;
        nsl_run_column column;
    } pairs[] = {
        {OPT_RIDGE, NSL_RUN_RIDGE},        {OPT_RIDGE, NSL_RUN_KERNEL_RIDGE},
        {OPT_KERNEL_RIDGE, NSL_RUN_RIDGE}, {OPT_KERNEL_RIDGE, NSL_RUN_KERNEL_RIDGE},
        {OPT_NOISE, NSL_RUN_NOISE},
    };
    int code = EXIT_FINE;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs && code == EXIT_FINE; i++)
        code = run_training_check_both(c->options, &c->runs, pairs[i].option,
                                       pairs[i].column);
    return code;
}

/* Best ridges are those of training to the end. */
static int check_optimal(const comparison *c)
{
    const cli_options *o = c->options;
    if (!run_training_has_column(&c->runs) || !query_is_optimal(o))
        return EXIT_FINE;
    return options_complain(o->command, EXIT_USAGE,
                            "--%s opt is the best ridge of training to the end, and "
                            "the runs have a column for %s",
                            option_table[query_ridge(o)].name,
                            c->runs.has[NSL_RUN_TIME] ? "time" : "steps");
}

static nsl_point point_of(const comparison *c, const nsl_run *run)
{
    nsl_point point = query_point(c->options, 0);
    point.features = run->value[NSL_RUN_FEATURES];
    point.samples = run->value[NSL_RUN_SAMPLES];
    if (c->runs.has[NSL_RUN_RIDGE])
        point.ridge = run->value[NSL_RUN_RIDGE];
    if (c->runs.has[NSL_RUN_KERNEL_RIDGE])
        point.ridge = run->value[NSL_RUN_KERNEL_RIDGE];
    if (c->runs.has[NSL_RUN_NOISE])
        point.noise = run->value[NSL_RUN_NOISE];
    point.training = run_training_of(&c->runs, run, point.training);
    return point;
}

static void set_measurement(comparison *c, size_t i, double predicted, row_note *note)
{
    const nsl_run *run = &c->runs.run[i];
    double measured = run->value[NSL_RUN_LOSS], sem = run->value[NSL_RUN_SEM];
    c->measured[i] = measured;
    c->predicted[i] = predicted;
    double error = training_stops(&c->point[i].training) ? c->answer.error : 0.0;
    c->sem[i] = c->runs.has[NSL_RUN_SEM] ? sem : (double)NAN;
    document_set(&c->d, "measured", cell_given(measured));
    document_set(&c->d, "predicted", row_known(predicted, error));
    document_set(&c->d, "ratio", row_known(predicted / measured, error));
    double z_score = sem > 0.0 ? (measured - predicted) / sem : (double)NAN;
    document_set(&c->d, "z_score",
                 row_known(z_score, error * (predicted / sem) / fabs(z_score)));
    if (!c->runs.has[NSL_RUN_SEM] || isnan(sem))
        row_note_add(note, "no sem", true);
    else if (sem == 0.0)
        row_note_add(note, "sem = 0", true);
    if (isinf(z_score) || isinf(predicted / measured))
        row_note_add(note, "ratio or z_score above the range of double", false);
}

/* A prediction that failed: the fault of an option, or of the run's line. */
static int complain_run(const comparison *c, const nsl_run *run, const nsl_error *err)
{
    bool option = (strcmp(err->field, "ridge") == 0 && !c->runs.has[NSL_RUN_RIDGE]) ||
                  (strcmp(err->field, "rate") == 0 &&
                   options_given(c->options, OPT_LEARNING_RATE));
    if (option || err->status != NSL_EINVAL)
        return options_complain_error(c->options->command, err);
    return options_complain(c->options->command, EXIT_INPUT_OUTPUT, "%s:%zu: %s %s",
                            c->options->operand, run->line, err->field, err->message);
}

static int add_runs(comparison *c, row_style style)
{
    nsl_error err = {0};
    progress p = progress_start(c->options, c->runs.count);
    for (size_t i = 0; i < c->runs.count; i++) {
        nsl_point point = point_of(c, &c->runs.run[i]);
        query_answer *answer = &c->answer;
        row_note note = {{0}, {0}};
        c->point[i] = point;
        loss_units units = query_units(c->options, point.noise);
        progress_at(&p, i);
        if (query_predict_double(answer, c->options, &c->setup, &point, &err) !=
            NSL_OK) {
            progress_end(&p);
            return complain_run(c, &c->runs.run[i], &err);
        }
        row_add(&c->d, style, &c->setup, &point, NULL, answer, units, &note);
        set_measurement(c, i, row_test_loss(&answer->p, units), &note);
        row_end(&c->d, &note);
    }
    progress_end(&p);
    return EXIT_FINE;
}

static void add_columns(document *d, row_style style, bool has_sem)
{
    row_add_columns(d, style);
    document_add_column(d, "measured", "", true);
    document_add_column(d, "predicted", "", true);
    document_add_column(d, "ratio", "", true);
    document_add_column(d, "z_score", "", has_sem);
    row_add_last_columns(d);
    static const char *const for_files[] = {"delta",
                                            "dof",
                                            "test_loss",
                                            "signal_loss",
                                            "noise_loss",
                                            "train_loss",
                                            "elasticity_features",
                                            "elasticity_samples",
                                            "elasticity_ridge",
                                            "elasticity_time"};
    for (size_t c = 0; c < d->columns; c++)
        for (size_t i = 0; i < sizeof for_files / sizeof *for_files; i++)
            if (strcmp(d->column[c].key, for_files[i]) == 0)
                d->column[c].for_people = false;
}

static int add_summary(comparison *c)
{
    nsl_error err = {0};
    nsl_comparison result;
    if (nsl_compare(&result, c->runs.count, c->measured, c->predicted, &err) != NSL_OK)
        return options_complain_error(c->options->command, &err);
    document *d = &c->d;
    document_add_summary(d, "runs", cell_whole(c->runs.count));
    document_add_summary(d, "median_relative_error",
                         cell_computed(result.median_relative_error));
    document_add_summary(d, "rms_log_error", cell_computed(result.rms_log_error));
    document_add_summary(d, "worst", cell_computed(result.worst_relative_error));
    if (result.runs > 0) {
        const nsl_run *worst = &c->runs.run[result.worst];
        document_add_summary(d, "worst_features",
                             cell_given(worst->value[NSL_RUN_FEATURES]));
        document_add_summary(d, "worst_samples",
                             cell_given(worst->value[NSL_RUN_SAMPLES]));
        document_add_summary(d, "worst_line", cell_whole(worst->line));
    }
    if (result.runs < c->runs.count)
        document_add_summary(d, "without_prediction",
                             cell_whole(c->runs.count - result.runs));
    return EXIT_FINE;
}

static bool allocate(comparison *c)
{
    size_t count = c->runs.count;
    c->point = calloc(count, sizeof *c->point);
    c->measured = calloc(count, sizeof *c->measured);
    c->predicted = calloc(count, sizeof *c->predicted);
    c->sem = calloc(count, sizeof *c->sem);
    return c->point && c->measured && c->predicted && c->sem;
}

/* Draws, and writes the table. */
static int finish(comparison *c, bool kernel)
{
    const cli_options *o = c->options;
    nsl_error err = {0};
    compare_runs runs = {c->runs.count, c->point,
                         c->measured,   c->runs.has[NSL_RUN_SEM] ? c->sem : NULL,
                         c->predicted,  kernel};
    if (compare_figure_make(&c->picture, o, &c->setup, &runs, c->d.caption, &err) !=
        NSL_OK)
        return options_complain_error(o->command, &err);
    return plot_and_write(o, &c->picture, &c->d);
}

static int run(comparison *c)
{
    const cli_options *o = c->options;
    nsl_error err = {0};
    int code = runs_options_take(&c->wanted, o, NSL_RUNS_COMPARED);
    if (code != EXIT_FINE)
        return code;
    if (nsl_runs_read(&c->runs, o->operand, &c->wanted.selection, &err) != NSL_OK)
        return options_complain_error(o->command, &err);
    code = check_both(c);
    if (code == EXIT_FINE)
        code = run_training_check(o, &c->runs);
    if (code == EXIT_FINE)
        code = check_optimal(c);
    if (code != EXIT_FINE)
        return code;
    bool kernel = c->runs.has[NSL_RUN_KERNEL_RIDGE] || query_is_kernel(o);
    if (query_setup_make(&c->setup, o, 0, kernel, &err) != NSL_OK)
        return options_complain_error(o->command, &err);
    if (!allocate(c))
        return options_complain(o->command, EXIT_COMPUTATION, "out of memory");
    bool ridge_column = c->runs.has[NSL_RUN_RIDGE] || c->runs.has[NSL_RUN_KERNEL_RIDGE];
    row_style style = {.kernel = kernel,
                       .ridge = ridge_column || query_is_optimal(o),
                       .noise = c->runs.has[NSL_RUN_NOISE]};
    query_columns columns = {.ridge = c->runs.has[NSL_RUN_RIDGE],
                             .kernel_ridge = c->runs.has[NSL_RUN_KERNEL_RIDGE],
                             .noise = c->runs.has[NSL_RUN_NOISE],
                             .time = c->runs.has[NSL_RUN_TIME],
                             .steps = c->runs.has[NSL_RUN_STEPS],
                             .rate = c->runs.has[NSL_RUN_RATE]};
    style.steps = columns.steps || training_clock(o) == OPT_STEPS;
    style.training = columns.time || style.steps || training_clock(o) != OPT_COUNT;
    style.rate = columns.rate;
    add_columns(&c->d, style, c->runs.has[NSL_RUN_SEM]);
    code = add_runs(c, style);
    if (code == EXIT_FINE)
        code = add_summary(c);
    if (code != EXIT_FINE)
        return code;
    c->d.command = o->command;
    c->d.record = options_record(o);
    c->d.caption = row_caption(o, &c->setup, columns, NULL);
    query_describe(&c->d, o, &c->setup, columns);
    return finish(c, kernel);
}

int cmd_compare(int argc, char **argv)
{
    cli_options options;
    int code;
    if (!command_begin(&options, &text, argc, argv, &code))
        return code;
    comparison c = {.options = &options};
    query_answer_init(&c.answer);
    code = run(&c);
    comparison_clear(&c);
    return code;
}
