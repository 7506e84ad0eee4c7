/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A map as rows, and its boundaries as data. */
#include "cli/phase.h"
#include "cli/prediction_row.h"

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
    COLUMNS
};

static bool is_axis(const phase_job *job, nsl_axis_kind kind)
{
    return job->query.x.kind == kind || job->query.y.kind == kind;
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

static double value_of(double fixed, const phase_job *job, nsl_axis_kind kind, size_t i,
                       size_t j)
{
    const nsl_map *m = &job->map;
    return m->x.kind == kind   ? m->x.value[i]
           : m->y.kind == kind ? m->y.value[j]
                               : fixed;
}

static cell value_cell(double fixed, const phase_job *job, nsl_axis_kind kind, size_t i,
                       size_t j)
{
    return cell_given(value_of(fixed, job, kind, i, j));
}

static cell ridge_cell(const phase_job *job, size_t at, size_t i, size_t j)
{
    double ridge = job->map.ridge[at];
    if (job->query.optimal && ridge > 0.0)
        return cell_known(ridge, NSL_MAP_PROMISE);
    return value_cell(ridge, job, NSL_AXIS_RIDGE, i, j);
}

/* latents and alpha of a table have no value. */
static double fixed_latents(const phase_job *job)
{
    uint64_t latents = nsl_spectrum_latents(job->setup.spectrum);
    return latents == NSL_LATENTS_INFINITE ? (double)INFINITY : (double)latents;
}

/* Reasons for every null of a row. */
static cell note_cell(const phase_job *job, size_t at, size_t i, size_t j)
{
    row_note note = {"", ""};
    const nsl_point *p = &job->query.point;
    if (isinf(value_of(p->features, job, NSL_AXIS_FEATURES, i, j)))
        row_note_add(&note, "features = inf", true);
    if (isinf(value_of(p->samples, job, NSL_AXIS_SAMPLES, i, j)))
        row_note_add(&note, "samples = inf", true);
    if (isinf(value_of(fixed_latents(job), job, NSL_AXIS_LATENTS, i, j)))
        row_note_add(&note, "latents = inf", true);
    if (!job->options->value[OPT_ALPHA].given)
        row_note_add(&note, "no alpha: a table of eigenvalues", true);
    if (isinf(job->map.ridge[at]))
        row_note_add(&note,
                     job->query.optimal ? "the best ridge is infinite" : "ridge = inf",
                     false);
    if (*note_of(&job->map, at))
        row_note_add(&note, note_of(&job->map, at), false);
    return cell_note(note.text, note.for_people);
}

static bool make_row(void *source, size_t row, cell *c)
{
    const phase_job *job = source;
    const nsl_map *m = &job->map;
    const nsl_point *p = &job->query.point;
    const option_value *alpha = &job->options->value[OPT_ALPHA];
    size_t i = row % m->x.count;
    size_t j = job->shard + row / m->x.count * job->shards;
    size_t at = j * m->x.count + i;
    c[FEATURES] = value_cell(p->features, job, NSL_AXIS_FEATURES, i, j);
    c[SAMPLES] = value_cell(p->samples, job, NSL_AXIS_SAMPLES, i, j);
    c[LATENTS] = value_cell(fixed_latents(job), job, NSL_AXIS_LATENTS, i, j);
    if (alpha->given)
        c[ALPHA] = value_cell(alpha->number, job, NSL_AXIS_ALPHA, i, j);
    c[RIDGE] = ridge_cell(job, at, i, j);
    c[NOISE] = value_cell(p->noise, job, NSL_AXIS_NOISE, i, j);
    c[TEST_LOSS] = cell_computed(m->test_loss[at]);
    c[ELASTICITY_FEATURES] = cell_absolute(m->elasticity_features[at], NSL_MAP_PROMISE);
    c[ELASTICITY_SAMPLES] = cell_absolute(m->elasticity_samples[at], NSL_MAP_PROMISE);
    c[ELASTICITY_RIDGE] = cell_absolute(m->elasticity_ridge[at], NSL_MAP_PROMISE);
    c[REGIME] = cell_text(nsl_phase_name((nsl_phase)m->regime[at]));
    c[ERROR] = cell_bound(m->error[at]);
    c[NOTE] = note_cell(job, at, i, j);
    return true;
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

/* Closes a memory stream into a summary; out of memory shows in the cell. */
static void add_json(document *d, const char *key, FILE *stream, char **text,
                     const char *brief)
{
    bool fine = stream && fclose(stream) == 0;
    document_add_summary(d, key, cell_json(fine ? *text : NULL, brief));
    free(*text);
    *text = NULL;
}

static void add_regimes(document *d, const phase_job *job)
{
    size_t count[NSL_PHASE_COUNT] = {0}, size;
    char *text = NULL, *brief = NULL;
    for (size_t row = 0; row < phase_rows(job); row++)
        for (size_t i = 0; i < job->map.x.count; i++)
            count[job->map.regime[(job->shard + row * job->shards) * job->map.x.count +
                                  i]]++;
    FILE *out = open_memstream(&text, &size), *people = open_memstream(&brief, &size);
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
    bool fine = people && fclose(people) == 0;
    add_json(d, "regimes", out, &text, fine ? brief : "");
    free(brief);
}

static void add_boundaries(document *d, const phase_job *job)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    for (size_t k = 0; k < job->boundaries.count && out; k++) {
        const nsl_boundary *b = &job->boundaries.at[k];
        fprintf(out, "%s{\"name\": \"%s\"", k ? ", " : "[", nsl_boundary_name(b->kind));
        put_numbers(out, phase_axis_key(job, 0), b->x, b->count);
        put_numbers(out, phase_axis_key(job, 1), b->y, b->count);
        fputs("}", out);
    }
    if (out)
        fputs(job->boundaries.count ? "]" : "[]", out);
    char brief[64];
    snprintf(brief, sizeof brief, "%zu curve%s, in --format json or csv",
             job->boundaries.count, job->boundaries.count == 1 ? "" : "s");
    add_json(d, "boundaries", out, &text, brief);
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
    }
    add_regimes(d, job);
    add_boundaries(d, job);
}
