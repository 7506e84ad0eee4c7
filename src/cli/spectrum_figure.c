/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/figures.h"
#include "cli/plot.h"
#include "cli/spectrum.h"
#include "input/number.h"
#include "spectrum/powersum.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Points and lines, equally spaced in ln rank. */
enum { POINTS_MOST = 120, LINE_POINTS = 200 };

enum { SPECTRUM_COLOUR, SAMPLE_COLOUR, TARGET_COLOUR, SOURCE_COLOUR };

/* The next level worth a point: of many in a small factor of rank one does. */
static size_t next_level(const nsl_ranked *ranked, size_t k)
{
    double step = ranked->level[ranked->count - 1].x / POINTS_MOST;
    size_t next = k + 1;
    while (next + 1 < ranked->count &&
           ranked->level[next].x < ranked->level[k].x + step)
        next++;
    return next;
}

/* The ranks of the law that is drawn; none without one. */
static nsl_ranks drawn_range(const spectrum_job *job)
{
    if (job->population)
        return nsl_population_get(job->population).range;
    return job->has_law ? job->law.range : (nsl_ranks){0, 0};
}

static bool is_in(nsl_ranks range, const ranked_level *level)
{
    return level->last >= range.from && level->first <= range.to;
}

/* Points of the levels in a range, or of the others; `y` of each level. */
static bool add_points(figure *f, const spectrum_job *job, const double *y,
                       nsl_ranks range, bool inside, size_t colour, const char *label)
{
    size_t count = 0;
    for (size_t k = 0; k < job->ranked.count; k = next_level(&job->ranked, k))
        count += is_in(range, &job->ranked.level[k]) == inside;
    if (count == 0)
        return true;
    figure_series *s = figure_add(f, SERIES_POINTS, label, count, false);
    if (!s)
        return false;
    s->colour = colour;
    s->apart = !inside;
    count = 0;
    for (size_t k = 0; k < job->ranked.count; k = next_level(&job->ranked, k)) {
        if (is_in(range, &job->ranked.level[k]) != inside)
            continue;
        s->x[count] = exp(job->ranked.level[k].x);
        s->y[count++] = y[k];
    }
    return true;
}

/* λ₊ I^−p over a range, with its power beside it. */
static bool add_law(figure *f, const char *what, double lambda_max, double p,
                    double from, double to)
{
    char power[64], label[128];
    figures_power(power, sizeof power, "I", -p);
    snprintf(label, sizeof label, "%s%s%s", what, *what ? " " : "∝ ", power);
    figure_series *s = figure_add(f, SERIES_LAW, label, 2, false);
    if (!s)
        return false;
    s->x[0] = from;
    s->x[1] = to;
    for (int i = 0; i < 2; i++)
        s->y[i] = lambda_max * pow(s->x[i], -p);
    return true;
}

/* What a sample of the population would show, and to where that is the population. */
static bool add_sample(figure *f, const spectrum_job *job)
{
    char label[96];
    nsl_population_law law = nsl_population_get(job->population);
    double samples = job->options->value[OPT_SAMPLES].number;
    snprintf(label, sizeof label, "of %.6g samples", samples);
    figure_series *s = figure_add(f, SERIES_LINE, label, LINE_POINTS, false);
    if (!s || !add_law(f, "population", law.lambda_max, 1.0 + law.alpha, 1.0, samples))
        return false;
    s = &f->series[f->count - 2]; /* adding may move them */
    s->colour = SAMPLE_COLOUR;
    for (size_t i = 0; i < s->count; i++) {
        /* closer to the end, where the bend is */
        double along = (double)i / (double)(s->count - 1);
        s->x[i] = pow(samples, 1.0 - (1.0 - along) * (1.0 - along));
        s->y[i] = nsl_population_sampled(job->population, s->x[i]);
    }
    if (law.trusted == 0)
        return true;
    snprintf(label, sizeof label, "trusted to rank %" PRIu64, law.trusted);
    s = figure_add(f, SERIES_POINTS, label, 1, false);
    if (!s)
        return false;
    s->colour = SAMPLE_COLOUR;
    s->x[0] = (double)law.trusted;
    s->y[0] = nsl_population_sampled(job->population, s->x[0]);
    return true;
}

static bool add_spectrum(figure *f, const spectrum_job *job, double *y)
{
    char label[96] = "eigenvalues";
    const nsl_measured_law *law = &job->law;
    nsl_ranks range = drawn_range(job);
    for (size_t k = 0; k < job->ranked.count; k++)
        y[k] = job->ranked.level[k].lambda;
    if (job->has_law)
        snprintf(label, sizeof label, "fitted: ranks %" PRIu64 " to %" PRIu64,
                 range.from, range.to);
    f->x = (figure_axis){"rank", "I", true};
    f->y = (figure_axis){"eigenvalue", "λ_I", true};
    return add_points(f, job, y, range, true, SPECTRUM_COLOUR, label) &&
           add_points(f, job, y, range, false, SPECTRUM_COLOUR,
                      job->has_law ? "not fitted" : label) &&
           (!job->has_law || job->population ||
            add_law(f, "", law->lambda_max, 1.0 + law->alpha, 1.0,
                    (double)nsl_spectrum_rank(job->spectrum))) &&
           (!job->population || add_sample(f, job));
}

/* The law of the weights, summed from each rank on; `rest`: the measured sum behind the
 * range. */
static bool add_source(figure *f, const spectrum_job *job, double rest)
{
    char power[64], label[96];
    const nsl_measured_source *source = &job->source;
    nsl_ranks range = job->law.range;
    double from = (double)range.from, to = (double)(range.to / 2);
    figures_power(power, sizeof power, "I", -(1.0 + source->beta));
    snprintf(label, sizeof label, "of weights ∝ %s", power);
    figure_series *s = figure_add(f, SERIES_LINE, label, LINE_POINTS, false);
    if (!s)
        return false;
    s->colour = SOURCE_COLOUR;
    for (size_t i = 0; i < s->count; i++) {
        double along = (double)i / (double)(s->count - 1);
        uint64_t rank = (uint64_t)round(from * pow(to / from, along));
        s->x[i] = (double)rank;
        s->y[i] = rest + source->weight * nsl_power_sum(source->beta, rank, range.to);
    }
    return true;
}

/* The sums of the weights to the end of the file, as far as the fitted range goes. */
static bool add_target(figure *first, const spectrum_job *job, double *sums)
{
    double sum = 0.0, rest = 0.0;
    nsl_ranks range = job->has_law ? job->law.range : (nsl_ranks){0, 0};
    figure *f = figure_add_panel(first);
    if (!f)
        return false;
    for (size_t k = job->ranked.count; k-- > 0;) {
        const ranked_level *level = &job->ranked.level[k];
        bool behind = job->has_law && level->first > range.to;
        sum += level->copies * level->target;
        sums[k] = behind ? (double)NAN : sum;
        rest = behind ? sum : rest;
    }
    first->columns = 2; /* beside it: its ranks end with the range */
    f->x = first->x;
    f->y = (figure_axis){"target from I on", "", true};
    return add_points(f, job, sums, range, true, TARGET_COLOUR,
                      "sums of the weights") &&
           add_points(f, job, sums, range, false, TARGET_COLOUR,
                      job->has_law ? NULL : "sums of the weights") &&
           (!job->has_source || add_source(f, job, rest));
}

/* The file, and what it says. */
static char *make_caption(const spectrum_job *job)
{
    char shown[128], law[96] = "", population[96] = "", *out = NULL;
    nsl_printable(shown, sizeof shown, job->options->operand);
    if (job->has_law)
        snprintf(law, sizeof law, "; alpha = %.3g over ranks %" PRIu64 " to %" PRIu64,
                 job->law.alpha, job->law.range.from, job->law.range.to);
    if (job->population)
        snprintf(population, sizeof population, "; of the population %.3g",
                 nsl_population_get(job->population).alpha);
    return asprintf(&out, "%s%s%s", shown, law, population) < 0 ? NULL : out;
}

bool spectrum_figure_make(figure *f, const spectrum_job *job)
{
    if (!plot_wanted(job->options))
        return true;
    double *y = malloc(job->ranked.count * sizeof *y);
    bool fine = y && add_spectrum(f, job, y) &&
                (!nsl_spectrum_has_target(job->spectrum) || add_target(f, job, y));
    free(y);
    f->caption = make_caption(job);
    return fine && f->caption;
}
