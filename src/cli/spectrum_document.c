/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The answer of nslaw spectrum: rows for files, sections for people. */
#include "cli/spectrum.h"
#include "input/number.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- rows --------------------------------------------------------------------------
 */

enum { RANK, EIGENVALUE, MULTIPLICITY, TARGET };

static void make_row(void *source, size_t row, cell *cells)
{
    const spectrum_job *job = source;
    bool own = nsl_spectrum_has_target(job->spectrum);
    const ranked_level *level =
        row < job->ranked.count ? &job->ranked.level[row] : &job->ranked.zero;
    size_t next = own ? TARGET + 1 : TARGET;
    cells[RANK] = cell_whole(level->first);
    cells[EIGENVALUE] = cell_given(level->lambda);
    cells[MULTIPLICITY] = cell_whole(level->last - level->first + 1);
    if (own)
        cells[TARGET] = cell_given(level->target);
    if (job->has_law)
        cells[next] = cell_computed(job->law.lambda_max *
                                    exp(-(1.0 + job->law.alpha) * level->x));
    if (job->population) {
        nsl_population_law law = nsl_population_get(job->population);
        cells[next + 1] =
            cell_computed(nsl_population_sampled(job->population, exp(level->x)));
        cells[next + 2] =
            cell_computed(law.lambda_max * exp(-(1.0 + law.alpha) * level->x));
    }
}

static void add_rows(document *d, spectrum_job *job)
{
    document_add_column(d, "rank", "", false);
    document_add_column(d, "eigenvalue", "", false);
    document_add_column(d, "multiplicity", "", false);
    if (nsl_spectrum_has_target(job->spectrum))
        document_add_column(d, "target", "", false);
    document_add_column(d, "fitted", "", false);
    if (options_given(job->options, OPT_SAMPLES)) {
        document_add_column(d, "predicted", "", false);
        document_add_column(d, "population", "", false);
    }
    document_stream(d, job->ranked.count + (job->ranked.zero.copies > 0.0), make_row,
                    job);
}

/* --- what it says ------------------------------------------------------------------
 */

/* Numbers go to the summary for files, and in short to a section for people. */
enum { ITEMS_MAX = 16, KNOWN_DIGITS = 7 };

typedef struct {
    document *d;
    size_t count;
    const char *key[ITEMS_MAX], *meaning[ITEMS_MAX];
    cell brief[ITEMS_MAX];
} saying;

static void say(saying *s, const char *key, cell full, cell brief, const char *meaning)
{
    document_add_summary_for_files(s->d, key, full);
    s->key[s->count] = key;
    s->meaning[s->count] = meaning;
    s->brief[s->count++] = brief;
}

static void say_number(saying *s, const char *key, double value, int digits,
                       const char *meaning)
{
    say(s, key, cell_computed(value), cell_digits(value, digits), meaning);
}

static void say_text(saying *s, const char *key, const char *value, const char *meaning)
{
    say(s, key, cell_text(value), cell_text(value), meaning);
}

/* An estimate to two digits of its standard error, which follows. */
static void say_estimate(saying *s, const char *key, const char *error_key,
                         double value, double error, const char *meaning)
{
    enum { OF_ERROR = 2, LEAST = 3 };
    double digits = OF_ERROR + floor(log10(fabs(value))) - floor(log10(error));
    say_number(s, key, value,
               digits >= LEAST ? (int)fmin(digits, KNOWN_DIGITS)
               : isnan(digits) ? KNOWN_DIGITS
                               : LEAST,
               meaning);
    say_number(s, error_key, error, OF_ERROR, "its standard error");
}

/* The section: a line an item. */
static void end_saying(saying *s)
{
    document *section = document_add_section(s->d, strdup(""));
    if (section)
        section->upright = true;
    for (size_t i = 0; section && i < s->count; i++)
        document_add_column(section, s->key[i], s->meaning[i], true);
    if (section)
        document_add_row(section);
    for (size_t i = 0; i < s->count; i++) {
        if (section && !section->failed)
            document_set(section, s->key[i], s->brief[i]);
        else
            cell_clear(&s->brief[i]);
    }
    *s = (saying){.d = s->d};
}

static void put_range(char *out, size_t size, nsl_ranks range)
{
    snprintf(out, size, "%" PRIu64 ":%" PRIu64, range.from, range.to);
}

static void say_dimensions(saying *s, const spectrum_job *job)
{
    const nsl_dimensions *d = &job->dimensions;
    say_number(s, "trace", d->trace, KNOWN_DIGITS, "sum of the eigenvalues");
    say_number(s, "participation_ratio", d->participation_ratio, KNOWN_DIGITS,
               "trace^2 / sum of their squares");
    say_number(s, "effective_dimension", d->effective_dimension, KNOWN_DIGITS,
               "trace / largest eigenvalue, the effective or stable rank");
    end_saying(s);
}

static void say_law(saying *s, const spectrum_job *job)
{
    const nsl_measured_law *law = &job->law;
    char range[64];
    put_range(range, sizeof range, law->range);
    say_text(s, "range", range,
             options_given(job->options, OPT_RANGE)
                 ? "ranks fitted"
                 : "ranks fitted: the widest with all within 10% of the line");
    say_estimate(s, "alpha", "alpha_stderr", law->alpha, law->alpha_stderr,
                 "eigenvalue I is lambda_max*I^-(1+alpha)");
    say_number(s, "lambda_max", law->lambda_max, KNOWN_DIGITS, "the line at rank 1");
    say_number(s, "rms_log", law->rms_log, 2,
               "root mean square residual, 0.01 being 1%");
    say_estimate(s, "hill_alpha", "hill_stderr", law->hill_alpha, law->hill_stderr,
                 "Hill's estimate of alpha: every rank counts alike");
    end_saying(s);
}

static void say_population(saying *s, spectrum_job *job)
{
    nsl_population_law law = nsl_population_get(job->population);
    char range[64];
    put_range(range, sizeof range, law.range);
    snprintf(job->trusted, sizeof job->trusted,
             "leading eigenvalues of %.0f within %g%% of the population's",
             job->options->value[OPT_SAMPLES].number, 100.0 * job->within);
    say_text(s, "population_range", range, "ranks fitted, the sample's bend undone");
    say_estimate(s, "population_alpha", "population_stderr", law.alpha,
                 law.alpha_stderr, "alpha of the population");
    say_number(s, "population_lambda_max", law.lambda_max, KNOWN_DIGITS,
               "its line at rank 1");
    say_number(s, "population_rms_log", law.rms_log, 2, "root mean square residual");
    say(s, "trusted", cell_whole(law.trusted), cell_whole(law.trusted), job->trusted);
    end_saying(s);
}

static void say_source(saying *s, const spectrum_job *job)
{
    const nsl_measured_source *source = &job->source;
    if (job->has_source) {
        say_estimate(s, "source", "source_stderr", source->beta, source->beta_stderr,
                     "beta: target weights fall as I^-(1+beta)");
        say_number(s, "source_rms_log", source->rms_log, 2,
                   "root mean square residual of their sums");
    }
    say_number(s, "label_variance", source->label_variance, KNOWN_DIGITS,
               "sum of the weights on positive eigenvalues");
    if (source->unlearnable > 0.0)
        say_number(s, "unlearnable", source->unlearnable, KNOWN_DIGITS,
                   "sum of the weights on eigenvalues that are 0");
    end_saying(s);
}

/* --- the options for other commands ------------------------------------------------
 */

/* The law as options; without --latents that of the population. NULL where it is none
 * or, as the document then has, memory ran out. */
static char *model_line(document *d, spectrum_job *job)
{
    char latents[64] = "";
    memory_text text;
    double alpha = job->law.alpha, lambda_max = job->law.lambda_max;
    if (job->population) {
        nsl_population_law law = nsl_population_get(job->population);
        alpha = law.alpha;
        lambda_max = law.lambda_max;
    } else {
        snprintf(latents, sizeof latents, " --latents %" PRIu64,
                 nsl_spectrum_rank(job->spectrum));
    }
    if (!(alpha > 0.0 && alpha <= NSL_ALPHA_MAX)) {
        row_note_add(&job->note, "no model: alpha must be > 0 and at most 1000", false);
        return NULL;
    }
    FILE *out = memory_text_open(&text);
    if (out)
        fprintf(out, "--alpha %.8g%s --lambda-max %.8g", alpha, latents, lambda_max);
    if (out && job->has_source)
        fprintf(out, " --source %.8g --label-variance %.8g", job->source.beta,
                job->source.label_variance);
    char *line = memory_text_close(&text, out);
    d->failed |= !line;
    return line;
}

static void say_model(saying *s, spectrum_job *job)
{
    char *model = job->has_law ? model_line(s->d, job) : NULL;
    bool in_file = strcmp(job->options->operand, "-") != 0;
    char *file = options_quoted(job->options->operand), *whole = NULL;
    if (model)
        say_text(s, "model", model, "");
    if (!file || (in_file && asprintf(&whole, "--spectrum%s", file) < 0)) {
        whole = NULL;
        s->d->failed = true;
    }
    if (whole)
        say_text(s, "model_file", whole, "");
    free(whole);
    free(model);
    free(file);
    if (*job->note.text)
        say_text(s, "note", job->note.text, "");
    end_saying(s);
}

/* --- all of it ---------------------------------------------------------------------
 */

static char *make_caption(const spectrum_job *job)
{
    char *out = NULL, shown[128], zeros[64] = "", different[64] = "";
    uint64_t all = nsl_spectrum_latents(job->spectrum);
    uint64_t positive = nsl_spectrum_rank(job->spectrum);
    nsl_printable(shown, sizeof shown, job->options->operand);
    if (positive < all)
        snprintf(zeros, sizeof zeros, ", %" PRIu64 " of them 0", all - positive);
    if (job->ranked.count < positive)
        snprintf(different, sizeof different, ", %zu different ones > 0",
                 job->ranked.count);
    int length = asprintf(
        &out,
        "%s: %" PRIu64 " eigenvalues%s%s%s\n"
        "fits: ln(eigenvalue) over ln(rank), every factor in rank counting "
        "alike\n\n",
        strcmp(shown, "-") == 0 ? "standard input" : shown, all, zeros, different,
        nsl_spectrum_has_target(job->spectrum) ? ", with target weights" : "");
    return length < 0 ? NULL : out;
}

static void describe(document *d, const spectrum_job *job)
{
    const cli_options *o = job->options;
    document_add_model(d, "spectrum", cell_text(o->operand));
    document_add_model(d, "eigenvalues",
                       cell_whole(nsl_spectrum_latents(job->spectrum)));
    document_add_model(d, "positive", cell_whole(nsl_spectrum_rank(job->spectrum)));
    document_add_model(d, "different", cell_whole(job->ranked.count));
    if (options_given(o, OPT_SAMPLES)) {
        document_add_model(d, "samples", cell_given(o->value[OPT_SAMPLES].number));
        document_add_model(d, "within", cell_given(job->within));
    }
    document_add_model(d, "options", cell_text(d->record ? d->record : ""));
}

void spectrum_document_make(document *d, spectrum_job *job)
{
    saying s = {.d = d};
    d->command = job->options->command;
    d->record = options_record(job->options);
    d->caption = make_caption(job);
    describe(d, job);
    add_rows(d, job);
    say_dimensions(&s, job);
    if (job->has_law)
        say_law(&s, job);
    if (job->population)
        say_population(&s, job);
    if (job->has_law && nsl_spectrum_has_target(job->spectrum))
        say_source(&s, job);
    say_model(&s, job);
}
