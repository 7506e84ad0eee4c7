/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nslaw curve: predictions along one swept option, with the plateau. */
#include "cli/answer.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/curve_figure.h"
#include "cli/digits.h"
#include "cli/intervals.h"
#include "cli/limit.h"
#include "cli/plot.h"
#include "cli/prediction_row.h"
#include "cli/progress.h"
#include "cli/training.h"
#include "cli/work.h"
#include "core/crew.h"

#include <math.h>
#include <stdlib.h>

static const command_text text = {
    .name = "curve",
    .bit = FOR_CURVE,
    .arguments = "",
    .summary = "Predicts losses along a sweep lo:hi:count of one option.",
    .description =
        "One of --features, --samples, --latents, --ridge, --kernel-ridge, --noise, "
        "--time and --steps is swept geometrically, ends included. The column plateau "
        "is the loss as the swept features or samples (both, with "
        "--samples-per-feature) go to infinity, or as training does.",
    .examples =
        "Examples:\n"
        "  nslaw curve --features 10:10000:13 --samples 1e4 --alpha 0.3\n"
        "  nslaw curve --features 100:1e6:9 --samples-per-feature 4 \\\n"
        "    --alpha 0.5 --format csv\n"
        "  nslaw curve --features 500 --samples 500 --alpha 1 \\\n"
        "    --latents 1e6 --ridge 1e-8:10:10\n"
        "  nslaw curve --features 500 --samples 800 --alpha 1 --time 1:1e6:25\n\n"
        "Exit codes: 0 fine, 1 computation failed, 2 usage, 3 file.",
};

/* The limit that every row shares. */
typedef struct {
    bool exists;           /* a swept N or P, or training */
    bool depends_on_ratio; /* on P/N, however large they are */
    query_answer answer;
    double value; /* as reported */
    double error; /* relative bound, where training is stopped early */
} limit;

/* The loss as the swept resource goes to infinity. */
static nsl_status plateau_of(limit *out, const cli_options *o, query_setup *setup,
                             nsl_error *err)
{
    option_id swept = query_swept(o);
    bool tied = o->value[OPT_SAMPLES_PER_FEATURE].given;
    bool training = swept == OPT_TIME || swept == OPT_STEPS;
    out->exists = swept == OPT_FEATURES || swept == OPT_SAMPLES || training;
    out->depends_on_ratio = false;
    out->value = (double)NAN;
    if (!out->exists)
        return NSL_OK;
    nsl_status status = query_setup_make(setup, o, 0, false, err);
    if (status == NSL_OK)
        status = training ? limit_predict_trained(&out->answer, o, setup, err)
                          : limit_predict(&out->answer, o, setup, swept == OPT_FEATURES,
                                          swept == OPT_SAMPLES || tied, err);
    if (status == NSL_OK && tied && (out->answer.p.notes & NSL_NOTE_ORDER)) {
        out->depends_on_ratio = true;
        return NSL_OK;
    }
    if (status == NSL_OK)
        out->value = out->answer.digits
                         ? out->answer.p.test_loss /* in the units asked for already */
                         : row_test_loss(&out->answer.p,
                                         query_units(o, query_point(o, 0).noise));
    nsl_training first = training_at(o, 0);
    out->error = !training && training_stops(&first) ? out->answer.error : 0.0;
    return status;
}

static void set_plateau(document *d, const limit *plateau, row_note *note)
{
    const query_answer *answer = &plateau->answer;
    if (!plateau->exists) {
        row_note_add(note, "plateau: only for sweeps of features, samples or training",
                     true);
        return;
    }
    if (plateau->depends_on_ratio) {
        row_note_add(note, "no plateau: label noise without ridge depends on P/N",
                     false);
        return;
    }
    document_set(d, "plateau",
                 answer->digits
                     ? digits_cell(answer->mp.test_loss, answer->digits, false)
                     : row_known(plateau->value, plateau->error));
    if (answer->digits ? mpfr_nan_p(answer->mp.test_loss) != 0
                       : !isfinite(plateau->value))
        row_note_add(note,
                     answer->p.notes & NSL_NOTE_DIVERGES
                         ? "the plateau diverges"
                         : "the plateau is beyond the range of double",
                     false);
}

/* Points that are solved before their rows are added. */
enum { BATCH = 256 };

/* Everything that a sweep holds on to. */
typedef struct {
    const cli_options *options;
    query_setup setup;
    nsl_course *course; /* of a sweep of training; NULL until there is one */
    row_style style;
    limit plateau;
    progress progress;
    size_t first, count; /* of the batch at hand */
    query_answer answer[BATCH];
    intervals around; /* of the points' losses, and of the plateau last */
    figure picture;
    document d;
} sweep;

/* One model at many times: what they share is found once. */
static bool is_course(const cli_options *o)
{
    return query_swept(o) == training_clock(o) && !options_given(o, OPT_DIGITS);
}

/* The answer to one point of the batch. */
static nsl_status predict(void *data, size_t task, nsl_error *err)
{
    sweep *w = data;
    const cli_options *o = w->options;
    nsl_point point = query_point(o, w->first + task);
    query_texts texts;
    query_texts_set(&texts, o, w->first + task);
    nsl_status status =
        w->course ? query_predict_course(&w->answer[task], o, &w->setup, w->course,
                                         &point, &texts.decimals, err)
                  : query_predict(&w->answer[task], o, &w->setup, &point,
                                  &texts.decimals, err);
    mpfr_free_cache2(MPFR_FREE_LOCAL_CACHE); /* a thread's own, which may end now */
    return status;
}

static bool proceed(void *data, size_t done, size_t total)
{
    sweep *w = data;
    (void)total;
    progress_at(&w->progress, w->first + done);
    return true;
}

/* Solves a batch; threads share a model, but not a course. */
static nsl_status predict_batch(sweep *w, nsl_error *err)
{
    const cli_options *o = w->options;
    nsl_point point = query_point(o, w->first);
    nsl_status status = query_setup_make(&w->setup, o, w->first, false, err);
    if (status == NSL_OK && is_course(o) && !w->course)
        status = nsl_course_new(&w->course, w->setup.model, &point, err);
    if (status != NSL_OK)
        return status;
    nsl_work work = work_of(o, NULL);
    work = (nsl_work){w->course ? 1 : work.jobs, proceed, w};
    return nsl_crew_run(predict, w, w->count, &work, err);
}

static void add_point(sweep *w, size_t i)
{
    const cli_options *o = w->options;
    query_answer *answer = &w->answer[i - w->first];
    nsl_point point = query_point(o, i);
    query_texts texts;
    row_note note = {{0}, {0}};
    query_texts_set(&texts, o, i);
    row_add(&w->d, w->style, &w->setup, &point, &texts.decimals, answer,
            query_units(o, point.noise), &note);
    set_plateau(&w->d, &w->plateau, &note);
    intervals_set(&w->d, "test_loss_lo", "test_loss_hi", &w->around, i);
    if (w->plateau.exists)
        intervals_set(&w->d, "plateau_lo", "plateau_hi", &w->around, query_count(o));
    row_end(&w->d, &note);
    curve_figure_set(&w->picture, o, i, &point, answer);
}

/* Of every point and of the plateau; without one, of the last point again. */
static nsl_status find_intervals(sweep *w, nsl_error *err)
{
    const cli_options *o = w->options;
    size_t count = query_count(o);
    option_id swept = query_swept(o);
    double *sizes = calloc(2 * (count + 1), sizeof *sizes);
    if (!sizes) {
        *err = (nsl_error){.status = NSL_ENOMEM, .message = "out of memory"};
        return NSL_ENOMEM;
    }
    double *features = sizes, *samples = sizes + count + 1;
    for (size_t i = 0; i <= count; i++) {
        nsl_point point = query_point(o, i < count ? i : count - 1);
        features[i] = point.features;
        samples[i] = point.samples;
    }
    if (swept == OPT_FEATURES)
        features[count] = (double)INFINITY;
    if (swept == OPT_SAMPLES || options_given(o, OPT_SAMPLES_PER_FEATURE))
        samples[count] = (double)INFINITY;
    nsl_status status =
        intervals_of_losses(&w->around, o, count + 1, features, samples, err);
    free(sizes);
    return status;
}

static nsl_status add_points(sweep *w, nsl_error *err)
{
    const cli_options *o = w->options;
    size_t count = query_count(o);
    size_t most = query_swept(o) == OPT_LATENTS ? 1 : BATCH; /* points of one model */
    nsl_status status = plateau_of(&w->plateau, o, &w->setup, err);
    if (status == NSL_OK)
        status = find_intervals(w, err);
    w->progress = progress_start(o, count);
    for (w->first = 0; w->first < count && status == NSL_OK; w->first += most) {
        w->count = count - w->first < most ? count - w->first : most;
        status = predict_batch(w, err);
        for (size_t i = 0; i < w->count && status == NSL_OK; i++)
            add_point(w, w->first + i);
    }
    progress_end(&w->progress);
    return status;
}

static void add_columns(sweep *w)
{
    const cli_options *o = w->options;
    option_id swept = query_swept(o);
    w->style = (row_style){
        .kernel = query_is_kernel(o),
        .latents = swept == OPT_LATENTS,
        .ridge = swept == OPT_RIDGE || swept == OPT_KERNEL_RIDGE ||
                 (query_is_optimal(o) && !o->fitted),
        .noise = swept == OPT_NOISE,
        .parts = o->value[OPT_NOISE].given && !o->fitted,
        .decompose = o->value[OPT_DECOMPOSE].given,
        .intervals = fitted_has_intervals(o),
        .training = training_clock(o) != OPT_COUNT,
        .steps = training_clock(o) == OPT_STEPS,
        .fitted = o->fitted != NULL,
    };
    row_add_columns(&w->d, w->style);
    document_add_column(&w->d, "plateau", "", true);
    if (w->style.intervals)
        intervals_add_columns(&w->d, "plateau_lo", "plateau_hi");
    row_add_last_columns(&w->d);
}

static int run(sweep *w)
{
    const cli_options *o = w->options;
    nsl_error err = {0};
    add_columns(w);
    if (!curve_figure_begin(&w->picture, o))
        return options_complain(o->command, EXIT_COMPUTATION, "out of memory");
    if (add_points(w, &err) != NSL_OK)
        return options_complain_error(o->command, &err);
    w->d.command = o->command;
    w->d.record = options_record(o);
    w->d.caption = row_caption(
        o, &w->setup, (query_columns){0},
        o->fitted
            ? "elasticities: -dln(test_loss)/dln(resource)"
            : "delta: units of lambda; elasticities: -dln(test_loss)/dln(resource)");
    query_describe(&w->d, o, &w->setup, (query_columns){0});
    if (curve_figure_end(&w->picture, o, &w->setup, w->plateau.value, w->d.caption,
                         &err) != NSL_OK)
        return options_complain_error(o->command, &err);
    return plot_and_write(o, &w->picture, &w->d);
}

int cmd_curve(int argc, char **argv)
{
    cli_options options;
    int code;
    if (!command_begin(&options, &text, argc, argv, &code))
        return code;
    sweep w = {.options = &options};
    query_answer_init(&w.plateau.answer);
    for (size_t i = 0; i < BATCH; i++)
        query_answer_init(&w.answer[i]);
    code = run(&w);
    for (size_t i = 0; i < BATCH; i++)
        query_answer_clear(&w.answer[i]);
    query_answer_clear(&w.plateau.answer);
    nsl_course_free(w.course);
    intervals_clear(&w.around);
    fitted_clear(&options);
    mpfr_free_cache();
    figure_clear(&w.picture);
    document_clear(&w.d);
    query_setup_clear(&w.setup);
    return code;
}
