/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/phase.h"
#include "cli/figures.h"
#include "cli/output.h"
#include "cli/plot.h"
#include "cli/prediction_row.h"
#include "cli/value.h"
#include "cli/work.h"
#include "core/hash.h"
#include "input/number.h"

#include "spectrum/kind.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The axes in the order in which they are taken for x. */
static const struct {
    option_id id;
    nsl_axis_kind kind;
    const char *key, *names; /* of the output; what -x and -y take, in commas */
} axes[] = {
    {OPT_FEATURES, NSL_AXIS_FEATURES, "features", ",N,features,"},
    {OPT_SAMPLES, NSL_AXIS_SAMPLES, "samples", ",P,samples,"},
    {OPT_RIDGE, NSL_AXIS_RIDGE, "ridge", ",ridge,gamma,"},
    {OPT_KERNEL_RIDGE, NSL_AXIS_RIDGE, "kernel_ridge", ",kernel-ridge,ridge,"},
    {OPT_NOISE, NSL_AXIS_NOISE, "noise", ",noise,"},
    {OPT_LATENTS, NSL_AXIS_LATENTS, "latents", ",M,latents,"},
    {OPT_ALPHA, NSL_AXIS_ALPHA, "alpha", ",alpha,"},
    {OPT_TIME, NSL_AXIS_TIME, "time", ",t,time,"},
    {OPT_STEPS, NSL_AXIS_TIME, "steps", ",steps,"},
};

enum { AXES = sizeof axes / sizeof *axes, NO_AXIS = -1 };

/* The axis that -x or -y names, if it is swept. */
static int named_axis(const cli_options *o, option_id which)
{
    char wanted[32];
    snprintf(wanted, sizeof wanted, ",%s,", o->value[which].text);
    for (int k = 0; k < AXES; k++)
        if (strstr(axes[k].names, wanted) && o->value[axes[k].id].sweep_count > 0)
            return k;
    return NO_AXIS;
}

static int first_axis_but(const cli_options *o, int taken)
{
    for (int k = 0; k < AXES; k++)
        if (k != taken && o->value[axes[k].id].sweep_count > 0)
            return k;
    return NO_AXIS;
}

/* Which sweep goes across and which up. */
static int choose_axes(const cli_options *o, int chosen[2])
{
    static const option_id given[] = {OPT_X, OPT_Y};
    chosen[0] = chosen[1] = NO_AXIS;
    for (int k = 0; k < 2; k++) {
        const option_value *value = &o->value[given[k]];
        if (!value->given)
            continue;
        chosen[k] = named_axis(o, given[k]);
        char shown[64];
        nsl_printable(shown, sizeof shown, value->text);
        if (chosen[k] == NO_AXIS)
            return options_complain(
                o->command, EXIT_USAGE,
                "--%s must be one of the two sweeps, by the name N, P, ridge, "
                "kernel-ridge, noise, M, alpha, time or steps, got '%s'",
                option_table[given[k]].name, shown);
    }
    if (chosen[0] == NO_AXIS)
        chosen[0] = first_axis_but(o, chosen[1]);
    if (chosen[1] == NO_AXIS)
        chosen[1] = first_axis_but(o, chosen[0]);
    if (chosen[0] == NO_AXIS || chosen[1] == NO_AXIS || chosen[0] == chosen[1])
        return options_complain(o->command, EXIT_USAGE,
                                "the two sweeps must be two of N, P, ridge, noise, M, "
                                "alpha, time and steps, and -x and -y differ");
    return EXIT_FINE;
}

static int set_axis(phase_job *job, int which, int axis)
{
    const option_value *sweep = &job->options->value[axes[axis].id];
    double *value = malloc(sweep->sweep_count * sizeof *value);
    if (!value)
        return options_complain(job->options->command, EXIT_COMPUTATION,
                                "out of memory");
    for (size_t i = 0; i < sweep->sweep_count; i++) {
        double x = value_sweep_point(sweep, i);
        bool whole = axes[axis].kind == NSL_AXIS_LATENTS || axes[axis].id == OPT_STEPS;
        value[i] = whole ? round(x) : x;
    }
    job->values[which] = value;
    job->axes[which] = axes[axis].id;
    for (size_t i = 1; i < sweep->sweep_count; i++)
        if (value[i] == value[i - 1])
            return options_complain(job->options->command, EXIT_USAGE,
                                    "--%s %s gives %.17g twice; take fewer points or a "
                                    "wider sweep",
                                    option_table[axes[axis].id].name, sweep->text,
                                    value[i]);
    *(which ? &job->query.y : &job->query.x) =
        (nsl_axis){axes[axis].kind, sweep->sweep_count, value};
    return EXIT_FINE;
}

/* --shard K/N */
static int take_shard(phase_job *job)
{
    const option_value *shard = &job->options->value[OPT_SHARD];
    job->shards = 1;
    if (!shard->given)
        return EXIT_FINE;
    char one[32], other[32], rest[2];
    uint64_t k = 0, n = 0;
    bool two = sscanf(shard->text, "%31[0-9]/%31[0-9]%1s", one, other, rest) == 2;
    if (two) {
        k = strtoull(one, NULL, 10);
        n = strtoull(other, NULL, 10);
    }
    size_t rows = job->query.y.count;
    if (!two || k < 1 || k > n || n > rows) {
        char shown[64];
        nsl_printable(shown, sizeof shown, shard->text);
        return options_complain(job->options->command, EXIT_USAGE,
                                "--shard must be K/N with 1 <= K <= N <= %zu, the rows "
                                "of the map, got '%s'",
                                rows, shown);
    }
    job->shard = (size_t)k - 1;
    job->shards = (size_t)n;
    return EXIT_FINE;
}

static int complain(const phase_job *job, const nsl_error *err)
{
    return options_complain_error(job->options->command, err);
}

int phase_prepare(phase_job *job, const cli_options *o)
{
    *job = (phase_job){.options = o};
    int chosen[2];
    nsl_error err = {0};
    int code = choose_axes(o, chosen);
    for (int k = 0; k < 2 && code == EXIT_FINE; k++)
        code = set_axis(job, k, chosen[k]);
    if (code == EXIT_FINE)
        code = take_shard(job);
    if (code != EXIT_FINE)
        return code;
    if (query_setup_make(&job->setup, o, 0, false, &err) != NSL_OK)
        return complain(job, &err);
    job->query.model = job->setup.model;
    job->query.point = query_point(o, 0);
    job->query.optimal = query_is_optimal(o);
    if (nsl_map_init(&job->map, &job->query, &err) != NSL_OK)
        return complain(job, &err);
    return EXIT_FINE;
}

void phase_clear(phase_job *job)
{
    nsl_boundaries_clear(&job->boundaries);
    nsl_map_clear(&job->map);
    query_setup_clear(&job->setup);
    intervals_clear(&job->around);
    free(job->values[0]);
    free(job->values[1]);
}

size_t phase_rows(const phase_job *job)
{
    return (job->query.y.count - job->shard + job->shards - 1) / job->shards;
}

const char *phase_axis_key(const phase_job *job, int axis)
{
    nsl_axis_kind kind = axis ? job->query.y.kind : job->query.x.kind;
    if (kind == NSL_AXIS_RIDGE && query_is_kernel(job->options))
        return "kernel_ridge";
    if (kind == NSL_AXIS_TIME && options_given(job->options, OPT_STEPS))
        return "steps";
    for (int k = 0; k < AXES; k++)
        if (axes[k].kind == kind)
            return axes[k].key;
    return NULL;
}

/* Losses and elasticities of what is reported: noise on the test labels adds a
 * constant, --mse a factor. */
static void report_units(phase_job *job)
{
    nsl_map *m = &job->map;
    loss_units plain = query_units(job->options, 1.0);
    if (plain.scale == 1.0 && plain.test_shift == 0.0)
        return;
    for (size_t j = 0; j < m->y.count; j++)
        for (size_t i = 0; i < m->x.count; i++) {
            size_t at = j * m->x.count + i;
            nsl_point point = nsl_map_point(&job->query, m->x.value[i], m->y.value[j]);
            loss_units units = query_units(job->options, point.noise);
            double loss = units.scale * m->test_loss[at],
                   reported = loss + units.test_shift;
            m->test_loss[at] = reported;
            if (units.test_shift == 0.0 || isinf(loss))
                continue;
            double part = loss / reported;
            m->elasticity_features[at] *= part;
            m->elasticity_samples[at] *= part;
            m->elasticity_ridge[at] *= part;
            m->elasticity_time[at] =
                point.training.kind == NSL_DESCENT
                    ? row_step_elasticity(m->elasticity_time[at], part,
                                          point.training.steps)
                    : part * m->elasticity_time[at];
            if (loss == 0.0) /* a constant */
                m->elasticity_features[at] = m->elasticity_samples[at] =
                    m->elasticity_ridge[at] = m->elasticity_time[at] = 0.0;
        }
}

/* The query as the model takes it: its features are those that --model makes of N. */
typedef struct {
    nsl_map_query query;
    double *features; /* along the axis of N, if there is one; owned */
} model_query;

static nsl_status model_query_make(model_query *out, const phase_job *job,
                                   nsl_error *err)
{
    const cli_options *o = job->options;
    *out = (model_query){.query = job->query};
    out->query.point.features = fitted_features(o, job->query.point.features);
    nsl_axis *axis = job->query.x.kind == NSL_AXIS_FEATURES   ? &out->query.x
                     : job->query.y.kind == NSL_AXIS_FEATURES ? &out->query.y
                                                              : NULL;
    if (!axis || !o->fitted)
        return NSL_OK;
    out->features = calloc(axis->count, sizeof *out->features);
    if (!out->features) {
        *err = (nsl_error){.status = NSL_ENOMEM, .message = "out of memory"};
        return NSL_ENOMEM;
    }
    for (size_t i = 0; i < axis->count; i++)
        out->features[i] = fitted_features(o, axis->value[i]);
    axis->value = out->features;
    return NSL_OK;
}

static void model_query_clear(model_query *query)
{
    free(query->features);
}

/* With --model: boundaries back to the options' N. Where the model's features are as
 * many as samples or latents, N is not: those go. */
static void report_boundaries(phase_job *job)
{
    nsl_boundaries *all = &job->boundaries;
    size_t kept = 0;
    if (!job->options->fitted)
        return;
    for (size_t b = 0; b < all->count; b++) {
        nsl_boundary_kind kind = all->at[b].kind;
        if (kind != NSL_BOUNDARY_FEATURES_SAMPLES &&
            kind != NSL_BOUNDARY_FEATURES_LATENTS) {
            all->at[kept++] = all->at[b];
            continue;
        }
        free(all->at[b].x);
        free(all->at[b].y);
    }
    all->count = kept;
    bool x = job->query.x.kind == NSL_AXIS_FEATURES,
         y = job->query.y.kind == NSL_AXIS_FEATURES;
    for (size_t b = 0; b < job->boundaries.count; b++)
        for (size_t i = 0; i < job->boundaries.at[b].count; i++) {
            nsl_boundary *at = &job->boundaries.at[b];
            if (x)
                at->x[i] = fitted_parameters(job->options, at->x[i]);
            if (y)
                at->y[i] = fitted_parameters(job->options, at->y[i]);
        }
}

/* Of every cell. */
static nsl_status find_intervals(phase_job *job, nsl_error *err)
{
    const nsl_map *m = &job->map;
    size_t cells = m->x.count * m->y.count;
    if (!fitted_has_intervals(job->options))
        return NSL_OK;
    double *features = calloc(cells, sizeof *features),
           *samples = calloc(cells, sizeof *samples);
    nsl_status status = NSL_OK;
    if (!features || !samples) {
        *err = (nsl_error){.status = NSL_ENOMEM, .message = "out of memory"};
        status = NSL_ENOMEM;
    }
    for (size_t at = 0; at < cells && status == NSL_OK; at++) {
        nsl_point point = nsl_map_point(&job->query, m->x.value[at % m->x.count],
                                        m->y.value[at / m->x.count]);
        features[at] = point.features;
        samples[at] = point.samples;
    }
    if (status == NSL_OK)
        status = intervals_of_losses(&job->around, job->options, cells, features,
                                     samples, err);
    free(features);
    free(samples);
    return status;
}

int phase_fill(phase_job *job)
{
    nsl_error err = {0};
    progress p = progress_start(job->options, phase_rows(job));
    nsl_work work = work_of(job->options, &p);
    model_query inside;
    nsl_status status = model_query_make(&inside, job, &err);
    if (status == NSL_OK)
        status = nsl_map_fill(&job->map, &inside.query, job->shard, job->shards, &work,
                              &err);
    progress_end(&p);
    model_query_clear(&inside);
    if (status == NSL_OK)
        status = find_intervals(job, &err);
    if (status == NSL_ECANCELLED)
        return work_complain_interrupted(job->options);
    if (status != NSL_OK)
        return complain(job, &err);
    report_units(job);
    return EXIT_FINE;
}

int phase_find_boundaries(phase_job *job)
{
    nsl_error err = {0};
    progress p = progress_start(job->options, 0);
    nsl_work work = work_of(job->options, &p);
    model_query inside;
    nsl_status status = model_query_make(&inside, job, &err);
    if (status == NSL_OK)
        status = nsl_boundaries_find(&job->boundaries, &inside.query, &work, &err);
    progress_end(&p);
    model_query_clear(&inside);
    if (status == NSL_OK)
        report_boundaries(job);
    if (status == NSL_ECANCELLED)
        return work_complain_interrupted(job->options);
    return status == NSL_OK ? EXIT_FINE : complain(job, &err);
}

void phase_fingerprint(char out[PHASE_FINGERPRINT], const phase_job *job)
{
    uint64_t hash = NSL_HASH_START;
    if (job->setup.spectrum && options_given(job->options, OPT_SPECTRUM)) {
        const nsl_spectrum *table = job->setup.spectrum;
        uint64_t sums = nsl_table_hash(table);
        hash = nsl_hash(hash, &sums, sizeof sums);
        hash = nsl_hash(hash, &table->latents, sizeof table->latents);
        hash = nsl_hash(hash, &table->has_target, sizeof table->has_target);
    }
    snprintf(out, PHASE_FINGERPRINT, "%016" PRIx64, hash);
}

void phase_checksum(char out[PHASE_FINGERPRINT], const phase_job *job)
{
    const nsl_map *m = &job->map;
    const double *arrays[] = {m->test_loss,
                              m->elasticity_features,
                              m->elasticity_samples,
                              m->elasticity_ridge,
                              m->elasticity_time,
                              m->ridge,
                              m->error};
    uint64_t hash = NSL_HASH_START;
    size_t across = m->x.count;
    for (size_t row = 0; row < phase_rows(job); row++) {
        size_t at = (job->shard + row * job->shards) * across;
        for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++)
            hash = nsl_hash(hash, arrays[k] + at, across * sizeof *arrays[k]);
        hash = nsl_hash(hash, m->regime + at, across);
    }
    snprintf(out, PHASE_FINGERPRINT, "%016" PRIx64, hash);
}

/* The map's picture; borrows the job. */
static void make_figure(figure *f, figure_map *map, char loss[64], const phase_job *job,
                        const document *d)
{
    const cli_options *o = job->options;
    figure_axis losses = figures_loss_axis(o);
    char sizes[128];
    figures_fixed_sizes(sizes, sizeof sizes, o);
    snprintf(loss, 64, "%s%s%s", losses.words, *losses.symbol ? " " : "",
             losses.symbol);
    *map = (figure_map){&job->map, &job->boundaries, loss,
                        query_is_kernel(o) ? "kernel ridge δ" : "ridge γ"};
    *f = (figure){.map = map, .caption = figures_caption(o, d->caption, sizes)};
    f->x = figures_axis(o, job->axes[0]);
    f->y = figures_axis(o, job->axes[1]);
    f->x.log = f->y.log = true; /* sweeps are geometric */
}

static int draw(const phase_job *job, const cli_options *out, const document *d)
{
    figure f;
    figure_map map;
    char loss[64];
    if (!plot_wanted(out))
        return EXIT_FINE;
    make_figure(&f, &map, loss, job, d);
    int code = plot_draw(out, &f, plot_record(d));
    figure_clear(&f);
    return code;
}

int phase_write(phase_job *job, const cli_options *out)
{
    const cli_options *o = job->options;
    document d = {.command = o->command, .record = options_record(o)};
    d.jobs = work_jobs(out);
    d.caption = row_caption(o, &job->setup, (query_columns){0},
                            "elasticities: -dln(test_loss)/dln(resource)");
    query_describe(&d, o, &job->setup, (query_columns){0});
    phase_describe(&d, job);
    phase_add_rows(&d, job);
    d.failed |= !d.caption;
    int code = draw(job, out, &d);
    if (code == EXIT_FINE && output_is_folder(out))
        code = phase_write_folder(job, out, &d);
    else if (code == EXIT_FINE && !plot_replaces_table(out))
        code = output_write(out, &d);
    document_clear(&d);
    return code;
}
