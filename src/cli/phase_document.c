/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A map as rows, and its boundaries as data. */
#include "cli/phase.h"
#include "cli/prediction_row.h"
#include "cli/training.h"
#include "core/crew.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* The columns, in the order of their declaration. */
enum {
    FEATURES,
    SAMPLES,
    LATENTS,
    ALPHA,
    RIDGE,
    NOISE,
    TEST_LOSS,
    ELASTICITY_FEATURES,
    ELASTICITY_SAMPLES,
    ELASTICITY_RIDGE,
    REGIME,
    ERROR,
    NOTE,
    TIME, /* or steps, where training is stopped; never with a fit */
    ELASTICITY_TIME,
    TEST_LOSS_LO = TIME, /* of a fit with a bootstrap */
    TEST_LOSS_HI
};

static bool is_axis(const phase_job *job, nsl_axis_kind kind)
{
    return job->query.x.kind == kind || job->query.y.kind == kind;
}

/* Whether cells have a time. */
static bool has_time(const phase_job *job)
{
    return training_clock(job->options) != OPT_COUNT;
}

static void add_columns(document *d, const phase_job *job)
{
    bool kernel = query_is_kernel(job->options);
    bool ridge = is_axis(job, NSL_AXIS_RIDGE) || job->query.optimal;
    document_add_column(d, "features", "", true);
    document_add_column(d, "samples", "", true);
    document_add_column(d, "latents", "", is_axis(job, NSL_AXIS_LATENTS));
    document_add_column(d, "alpha", "", is_axis(job, NSL_AXIS_ALPHA));
    document_add_column(d, kernel ? "kernel_ridge" : "ridge", "", ridge);
    document_add_column(d, "noise", "", is_axis(job, NSL_AXIS_NOISE));
    document_add_column(d, "test_loss", "", true);
    document_add_column(d, "elasticity_features", "", true);
    document_add_column(d, "elasticity_samples", "", true);
    document_add_column(d, "elasticity_ridge", "", is_axis(job, NSL_AXIS_RIDGE));
    document_add_column(d, "regime", "", true);
    document_add_column(d, "error", "", false);
    document_add_column(d, "note", "", true);
    if (has_time(job)) {
        bool steps = training_clock(job->options) == OPT_STEPS;
        document_add_column(d, steps ? "steps" : "time", "", true);
        document_add_column(d, "elasticity_time", "", true);
    }
    if (fitted_has_intervals(job->options))
        intervals_add_columns(d, "test_loss_lo", "test_loss_hi");
}

/* Why something is missing in a cell. */
static const char *note_of(const nsl_map *m, size_t at)
{
    if (isinf(m->test_loss[at]))
        return "test loss diverges: zero ridge at samples = features, a hidden width "
               "or the rank";
    if (isnan(m->test_loss[at]))
        return "the test loss is outside the range of double";
    if (m->test_loss[at] == 0.0)
        return "no elasticities: the test loss is 0";
    if (isnan(m->elasticity_features[at]) || isnan(m->elasticity_samples[at]) ||
        isnan(m->elasticity_ridge[at]))
        return "no elasticity: one-sided slopes differ, or it is not known to 1e-10";
    return "";
}

/* The promise of maps is relative for elasticities above 1. */
static cell elasticity_cell(double value)
{
    return cell_absolute(value, NSL_MAP_PROMISE * fmax(1.0, fabs(value)));
}

/* The value of an axis that is the model's, or that of the whole map. */
static double of_model(double fixed, const phase_job *job, nsl_axis_kind kind, size_t i,
                       size_t j)
{
    const nsl_map *m = &job->map;
    return m->x.kind == kind   ? m->x.value[i]
           : m->y.kind == kind ? m->y.value[j]
                               : fixed;
}

static double latents_at(const phase_job *job, size_t i, size_t j)
{
    uint64_t latents = nsl_spectrum_latents(job->setup.spectrum);
    double fixed = latents == NSL_LATENTS_INFINITE ? (double)INFINITY : (double)latents;
    return of_model(fixed, job, NSL_AXIS_LATENTS, i, j);
}

/* Reasons for every null of a row, until the thread makes its next one: rows that are
 * already out must not end for want of memory. */
static cell note_cell(const phase_job *job, const nsl_point *p, double latents,
                      size_t at)
{
    bool table = !options_given(job->options, OPT_ALPHA);
    bool infinite = isinf(p->features) || isinf(p->samples) || isinf(latents) ||
                    isinf(job->map.ridge[at]);
    if (!(infinite || table || *note_of(&job->map, at)))
        return cell_word("");
    static _Thread_local row_note note;
    note = (row_note){"", ""};
    if (isinf(p->features))
        row_note_add(&note, "features = inf", true);
    if (isinf(p->samples))
        row_note_add(&note, "samples = inf", true);
    if (isinf(latents))
        row_note_add(&note, "latents = inf", true);
    if (table)
        row_note_add(&note, "no alpha: a table of eigenvalues", true);
    if (isinf(job->map.ridge[at]))
        row_note_add(&note,
                     job->query.optimal ? "the best ridge is infinite" : "ridge = inf",
                     false);
    if (*note_of(&job->map, at))
        row_note_add(&note, note_of(&job->map, at), false);
    return cell_words(note.text, note.for_people);
}

static void make_row(void *source, size_t row, cell *c)
{
    const phase_job *job = source;
    const nsl_map *m = &job->map;
    size_t i = row % m->x.count;
    size_t j = job->shard + row / m->x.count * job->shards;
    size_t at = j * m->x.count + i;
    nsl_point p = nsl_map_point(&job->query, m->x.value[i], m->y.value[j]);
    double latents = latents_at(job, i, j), ridge = m->ridge[at];
    bool best = job->query.optimal && ridge > 0.0;
    c[FEATURES] = cell_given(p.features);
    c[SAMPLES] = cell_given(p.samples);
    c[LATENTS] = cell_given(latents);
    if (options_given(job->options, OPT_ALPHA))
        c[ALPHA] = cell_given(
            of_model(job->options->value[OPT_ALPHA].number, job, NSL_AXIS_ALPHA, i, j));
    c[RIDGE] = best ? cell_known(ridge, NSL_MAP_PROMISE) : cell_given(ridge);
    c[NOISE] = cell_given(p.noise);
    c[TEST_LOSS] = cell_computed(m->test_loss[at]);
    if (job->around.count) {
        c[TEST_LOSS_LO] = intervals_cell(job->around.low[at]);
        c[TEST_LOSS_HI] = intervals_cell(job->around.high[at]);
    }
    c[ELASTICITY_FEATURES] = elasticity_cell(m->elasticity_features[at]);
    c[ELASTICITY_SAMPLES] = elasticity_cell(m->elasticity_samples[at]);
    c[ELASTICITY_RIDGE] = elasticity_cell(m->elasticity_ridge[at]);
    c[REGIME] = cell_word(nsl_phase_name((nsl_phase)m->regime[at]));
    c[ERROR] = cell_bound(m->error[at]);
    c[NOTE] = note_cell(job, &p, latents, at);
    if (has_time(job)) {
        c[TIME] = cell_given(training_length(&p.training));
        c[ELASTICITY_TIME] = elasticity_cell(m->elasticity_time[at]);
    }
}

void phase_add_rows(document *d, const phase_job *job)
{
    add_columns(d, job);
    document_stream(d, phase_rows(job) * job->map.x.count, make_row,
                    (void *)(uintptr_t)job);
}

static void put_numbers(FILE *out, const char *key, const double *value, size_t count)
{
    enum { DIGITS = 9 }; /* 1e-6 with room */
    fprintf(out, ", \"%s\": [", key);
    for (size_t i = 0; i < count; i++)
        fprintf(out, "%s%.*g", i ? ", " : "", DIGITS, value[i]);
    fputs("]", out);
}

static void add_regimes(document *d, const phase_job *job)
{
    size_t count[NSL_PHASE_COUNT] = {0};
    memory_text text, brief;
    for (size_t row = 0; row < phase_rows(job); row++)
        for (size_t i = 0; i < job->map.x.count; i++)
            count[job->map.regime[(job->shard + row * job->shards) * job->map.x.count +
                                  i]]++;
    FILE *out = memory_text_open(&text), *people = memory_text_open(&brief);
    bool first = true;
    for (int k = 0; k < NSL_PHASE_COUNT && out && people; k++) {
        const char *name = nsl_phase_name((nsl_phase)k);
        fprintf(out, "%s\"%s\": %zu", k ? ", " : "{", name, count[k]);
        if (count[k])
            fprintf(people, "%s%s %zu", first ? "" : ", ", name, count[k]);
        first = first && !count[k];
    }
    if (out)
        fputs("}", out);
    char *shown = memory_text_close(&brief, people);
    document_add_summary(d, "regimes", cell_written(&text, out, shown));
    free(shown);
}

/* The coordinates of all boundaries as text, x and y of each: hundreds a line, so that
 * several threads write them. NULL where memory ran out. */
typedef struct {
    const phase_job *job;
    char **text;
} coordinates;

static nsl_status write_coordinates(void *data, size_t k, nsl_error *err)
{
    const coordinates *c = data;
    const nsl_boundary *b = &c->job->boundaries.at[k / 2];
    bool y = k % 2;
    memory_text text;
    FILE *out = memory_text_open(&text);
    (void)err;
    if (out)
        put_numbers(out, phase_axis_key(c->job, y), y ? b->y : b->x, b->count);
    c->text[k] = memory_text_close(&text, out);
    return NSL_OK;
}

static void add_boundaries(document *d, const phase_job *job)
{
    size_t count = job->boundaries.count;
    coordinates all = {job, calloc(2 * count + 1, sizeof *all.text)};
    nsl_work work = {.jobs = d->jobs};
    memory_text text;
    FILE *out = memory_text_open(&text);
    bool fine = all.text && out;
    if (fine)
        nsl_crew_run(write_coordinates, &all, 2 * count, &work, NULL);
    for (size_t k = 0; k < count && fine; k++) {
        const char *x = all.text[2 * k], *y = all.text[2 * k + 1];
        fine = x && y &&
               fprintf(out, "%s{\"name\": \"%s\"%s%s}", k ? ", " : "[",
                       nsl_boundary_name(job->boundaries.at[k].kind), x, y) > 0;
    }
    if (fine)
        fputs(count ? "]" : "[]", out);
    char brief[64];
    snprintf(brief, sizeof brief, "%zu curve%s, in --format json or csv", count,
             count == 1 ? "" : "s");
    document_add_summary(d, "boundaries",
                         cell_written(&text, out, fine ? brief : NULL));
    for (size_t k = 0; k < 2 * count && all.text; k++)
        free(all.text[k]);
    free(all.text);
}

void phase_describe(document *d, const phase_job *job)
{
    document_add_summary(d, "x", cell_text(phase_axis_key(job, 0)));
    document_add_summary(d, "y", cell_text(phase_axis_key(job, 1)));
    if (job->options->value[OPT_SHARD].given) {
        char fingerprint[PHASE_FINGERPRINT], shard[64];
        phase_fingerprint(fingerprint, job);
        snprintf(shard, sizeof shard, "%zu/%zu", job->shard + 1, job->shards);
        document_add_summary(d, "shard", cell_text(shard));
        document_add_summary(d, "fingerprint", cell_text(fingerprint));
        phase_checksum(fingerprint, job);
        document_add_summary(d, "checksum", cell_text(fingerprint));
    }
    add_regimes(d, job);
    if (!options_given(job->options, OPT_SHARD)) /* merge finds them */
        add_boundaries(d, job);
}
