/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A fit for files: the runs as rows, the forms as data in the summary. */
#include "cli/fit.h"
#include "cli/training.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Whose training goes in steps. */
static bool goes_in_steps(const fit_job *job)
{
    return job->stopped && job->run[0].training.kind == NSL_DESCENT;
}

static void add_columns(document *d, const fit_job *job)
{
    const char *length = goes_in_steps(job) ? "steps" : "time";
    const char *const keys[] = {"features", "samples",   "compute",  "weight",
                                "measured", "predicted", "residual", "held_out",
                                "line",     "note"};
    enum { KEYS = sizeof keys / sizeof *keys, SIZES = 3 };
    for (int c = 0; c < KEYS; c++) {
        if (c == SIZES && job->stopped)
            document_add_column(d, length, "", false);
        if (c == SIZES && goes_in_steps(job))
            document_add_column(d, "learning_rate", "", false);
        document_add_column(d, keys[c], "", false);
    }
}

static cell note_of(const fit_job *job, const nsl_fit_run *run)
{
    static const char *const notes[][2] = {
        {"", "weight = 0: not fitted"},
        {"time = inf", "time = inf; weight = 0: not fitted"},
        {"steps = inf", "steps = inf; weight = 0: not fitted"}};
    bool endless = job->stopped && isinf(training_length(&run->training));
    return cell_word(notes[!endless             ? 0
                           : goes_in_steps(job) ? 2
                                                : 1][run->weight == 0.0]);
}

/* The cells in the order of add_columns. */
static void make_row(void *source, size_t i, cell *c)
{
    const fit_job *job = source;
    const nsl_fit_run *run = &job->run[i];
    const nsl_fit *best = &job->fit[0];
    double predicted = best->predicted[i];
    *c++ = cell_given(run->parameters);
    *c++ = cell_given(run->samples);
    *c++ = cell_given(run->compute);
    if (job->stopped)
        *c++ = cell_given(training_length(&run->training));
    if (goes_in_steps(job))
        *c++ = cell_given(run->training.rate);
    *c++ = cell_given(run->weight);
    *c++ = cell_given(run->loss);
    *c++ = cell_computed(predicted);
    *c++ = cell_computed(log(predicted) - log(run->loss));
    *c++ = cell_truth(best->is_held_out[i]);
    *c++ = cell_whole(job->runs.run[i].line);
    *c = note_of(job, run);
}

static void add_rows(document *d, const fit_job *job)
{
    add_columns(d, job);
    document_stream(d, job->runs.count, make_row, (void *)(uintptr_t)job);
}

/* --- forms -------------------------------------------------------------------------
 */

void fit_note(char out[FIT_NOTE], const nsl_fit_parameter *p)
{
    const char *note = "";
    if (!p->identified)
        note = "not identified: the profile is flat";
    else if (p->bound)
        note = isinf(p->value) ? "at its bound, infinity" : "at its bound 0";
    else if (p->profile_lo == 0.0)
        note = "no lower end: the profile stays below the level of 95 %";
    else if (isinf(p->profile_hi))
        note = "no upper end: the profile stays below the level of 95 %";
    else if (isnan(p->error))
        note = "no standard error: the parameters cannot be told apart";
    snprintf(out, FIT_NOTE, "%s", note);
}

/* `before`, then "key": value, or null for what is no finite number. */
static void put_number(FILE *out, const char *before, const char *key, double value)
{
    if (isfinite(value))
        fprintf(out, "%s\"%s\": %.17g", before, key, value);
    else
        fprintf(out, "%s\"%s\": null", before, key);
}

static void put_parameter(FILE *out, const nsl_fit_parameter *p)
{
    char note[FIT_NOTE];
    double none = (double)NAN;
    bool known = p->identified;
    fit_note(note, p);
    fprintf(out, "\"%s\": ", p->name);
    put_number(out, "{", "value", known ? p->value : none);
    put_number(out, ", ", "stderr", known ? p->error : none);
    put_number(out, ", ", "lo", known ? p->lo : none);
    put_number(out, ", ", "hi", known ? p->hi : none);
    put_number(out, ", ", "profile_lo", p->profile_lo);
    put_number(out, ", ", "profile_hi", p->profile_hi);
    if (!known)
        put_number(out, ", ", "best", p->value);
    fprintf(out, ", \"note\": \"%s\"}", note);
}

static void put_row(FILE *out, const double *value, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (isfinite(value[i]))
            fprintf(out, "%s%.17g", i ? ", " : "[", value[i]);
        else
            fprintf(out, "%snull", i ? ", " : "[");
    fputs("]", out);
}

static void put_bootstrap(FILE *out, const nsl_fit *fit)
{
    fputs(", \"bootstrap\": {\"parameters\": [", out);
    for (size_t i = 0; i < fit->parameters; i++)
        fprintf(out, "%s\"%s\"", i ? ", " : "", fit->parameter[i].name);
    fputs("], \"samples\": [", out);
    for (size_t i = 0; i < fit->bootstraps; i++) {
        fputs(i ? ", " : "", out);
        put_row(out, &fit->bootstrap[i * fit->parameters], fit->parameters);
    }
    fputs("]}", out);
}

static void put_covariance(FILE *out, const nsl_fit *fit)
{
    fputs(", \"covariance\": [", out);
    for (size_t i = 0; i < fit->parameters; i++) {
        fputs(i ? ", " : "", out);
        put_row(out, fit->covariance[i], fit->parameters);
    }
    fputs("]", out);
}

/* Why a number of the whole form is missing. */
static const char *form_note(const nsl_fit *fit)
{
    if (!isfinite(fit->aic))
        return "no aic and bic: the residuals are 0";
    return fit->held_out ? "" : "no holdout_rms_log: no run is held out";
}

static void put_form(FILE *out, const nsl_fit *fit)
{
    char name[NSL_FORM_NAME_MAX];
    nsl_form_name(name, &fit->form);
    fprintf(out, "{\"form\": \"%s\", \"parameters\": {", name);
    for (size_t i = 0; i < fit->parameters; i++) {
        fputs(i ? ", " : "", out);
        put_parameter(out, &fit->parameter[i]);
    }
    fputs("}", out);
    put_number(out, ", ", "objective", fit->objective);
    put_number(out, ", ", "sigma", fit->sigma);
    put_number(out, ", ", "aic", fit->aic);
    put_number(out, ", ", "bic", fit->bic);
    put_number(out, ", ", "rms_log", fit->rms_log);
    put_number(out, ", ", "holdout_rms_log", fit->holdout_rms_log);
    fprintf(out, ", \"starts\": %zu, \"starts_agreeing\": %zu, \"runs\": %zu",
            fit->starts, fit->starts_agreeing, fit->runs);
    put_covariance(out, fit);
    if (fit->bootstraps)
        put_bootstrap(out, fit);
    fprintf(out, ", \"note\": \"%s\"}", form_note(fit));
}

static void add_forms(document *d, const fit_job *job)
{
    memory_text text;
    FILE *out = memory_text_open(&text);
    for (size_t i = 0; i < job->fits && out; i++) {
        fputs(i ? ", " : "[", out);
        put_form(out, &job->fit[i]);
    }
    if (out)
        fputs("]", out);
    document_add_summary_for_files(d, "forms", cell_written(&text, out, ""));
}

/* --- the whole ---------------------------------------------------------------------
 */

static void add_model(document *d, const fit_job *job)
{
    char file[FIT_FILE_NAME];
    const bool *has = job->runs.has;
    fit_file_name(file, job);
    document_add_model(d, "runs", cell_text(file));
    document_add_model(d, "samples",
                       cell_text(has[NSL_RUN_SAMPLES] ? "column" : "C/(6N)"));
    document_add_model(d, "compute",
                       cell_text(has[NSL_RUN_COMPUTE] ? "column" : "6NP"));
    document_add_model(d, "weights",
                       cell_text(has[NSL_RUN_WEIGHT] ? "column" : "equal"));
    training_describe(d, job->options,
                      (query_columns){.time = has[NSL_RUN_TIME],
                                      .steps = has[NSL_RUN_STEPS],
                                      .rate = has[NSL_RUN_RATE]});
    document_add_model(d, "options", cell_text(d->record ? d->record : ""));
}

/* "theory: no minimum found: …; kaplan: …", or nothing. */
static void add_failures(document *d, const fit_job *job)
{
    memory_text text;
    FILE *out = memory_text_open(&text);
    for (size_t i = 0; i < job->failures && out; i++)
        fprintf(out, "%s%s", i ? "; " : "", job->failure[i]);
    char *failures = memory_text_close(&text, out);
    document_add_summary_for_files(
        d, "failed", failures ? cell_text(failures) : (cell){.kind = CELL_TEXT});
    free(failures);
}

void fit_describe(document *d, const fit_job *job)
{
    const nsl_fit *best = &job->fit[0];
    add_model(d, job);
    add_rows(d, job);
    document_add_summary_for_files(d, "runs", cell_whole(job->runs.count));
    document_add_summary_for_files(d, "held_out", cell_whole(best->held_out));
    document_add_summary_for_files(d, "bad_rows", cell_whole(job->runs.bad));
    document_add_summary_for_files(d, "dropped", cell_whole(job->runs.dropped));
    document_add_summary_for_files(d, "objective",
                                   cell_text(fit_objectives[job->how.objective]));
    if (job->how.objective == NSL_OBJECTIVE_HUBER)
        document_add_summary_for_files(d, "huber", cell_given(job->how.huber));
    if (job->how.bootstrap) {
        document_add_summary_for_files(d, "bootstrap", cell_whole(job->how.bootstrap));
        document_add_summary_for_files(d, "seed", cell_whole(job->how.seed));
    }
    document_add_summary_for_files(d, "ranked_by", cell_text(fit_ranked_by(job)));
    add_failures(d, job);
    add_forms(d, job);
}
