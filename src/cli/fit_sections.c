/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A fit for people: what was fitted, a table of the forms, and one of the parameters of
 * each. */
#include "cli/fit.h"
#include "cli/training.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- caption -----------------------------------------------------------------------
 */

static void put_range(FILE *out, const char *before, const fit_job *job,
                      nsl_run_column column)
{
    double low = (double)INFINITY, high = 0.0;
    for (size_t i = 0; i < job->runs.count; i++) {
        low = fmin(low, job->runs.run[i].value[column]);
        high = fmax(high, job->runs.run[i].value[column]);
    }
    fprintf(out, low < high ? "%s %.4g to %.4g" : "%s %.4g", before, low, high);
}

/* How long the runs are trained: "training: time 10 to 1e+05". */
static void put_training(FILE *out, const fit_job *job)
{
    const nsl_training *first = &job->run[0].training;
    bool flow = first->kind == NSL_FLOW;
    double low = (double)INFINITY, high = 0.0;
    for (size_t i = 0; i < job->runs.count; i++) {
        double length = training_length(&job->run[i].training);
        low = fmin(low, length);
        high = fmax(high, length);
    }
    fprintf(out, "training: %s %.10g", flow ? "time" : "steps", low);
    if (low < high)
        fprintf(out, " to %.10g", high);
    if (!flow && !job->runs.has[NSL_RUN_RATE])
        fprintf(out, ", learning rate %g", first->rate);
    fputs("\n", out);
}

static void put_runs(FILE *out, const fit_job *job)
{
    char file[FIT_FILE_NAME];
    const nsl_runs *runs = &job->runs;
    fit_file_name(file, job);
    fprintf(out, "%s: %zu run%s", file, runs->count, runs->count == 1 ? "" : "s");
    put_range(out, ", N", job, NSL_RUN_FEATURES);
    put_range(out, ", P", job, NSL_RUN_SAMPLES);
    put_range(out, ", loss", job, NSL_RUN_LOSS);
    fputs("\n", out);
    if (job->stopped)
        put_training(out, job);
    if (!runs->has[NSL_RUN_SAMPLES])
        fputs("P = C/(6N)\n", out);
    if (runs->dropped)
        fprintf(out, "left out: the %zu highest losses\n", runs->dropped);
    if (runs->bad)
        fprintf(out, "skipped: %zu bad row%s\n", runs->bad, runs->bad == 1 ? "" : "s");
}

static void put_objective(FILE *out, const fit_job *job)
{
    static const char residuals[] = "r = ln(predicted/measured)";
    const char *weights = job->runs.has[NSL_RUN_WEIGHT] ? ", weighted" : "";
    switch (job->how.objective) {
    case NSL_OBJECTIVE_HUBER:
        fprintf(out, "objective: sum of Huber's function of %s, linear above %g%s\n",
                residuals, job->how.huber, weights);
        break;
    case NSL_OBJECTIVE_SQUARES:
        fprintf(out, "objective: half the sum of squares of %s%s\n", residuals,
                weights);
        break;
    case NSL_OBJECTIVE_GAUSSIAN:
        fprintf(out, "objective: -ln(likelihood) of Gaussian %s%s\n", residuals,
                weights);
    }
}

/* Who won by what, and what the intervals are. */
static void put_judgement(FILE *out, const fit_job *job)
{
    const nsl_fit *best = &job->fit[0];
    if (best->held_out)
        fprintf(
            out,
            "fitted to %zu runs; best first by the error at the %zu of most compute "
            "held out\n",
            best->runs, best->held_out);
    else
        fputs("best first by aic: lower is better\n", out);
    if (job->how.bootstrap)
        fprintf(out, "intervals: 95 %%, from %zu refits to runs drawn again\n",
                job->how.bootstrap);
    else
        fputs("intervals: 95 %, from the profile of the objective\n", out);
}

char *fit_caption(const fit_job *job)
{
    memory_text text;
    FILE *out = memory_text_open(&text);
    if (out) {
        put_runs(out, job);
        put_objective(out, job);
        put_judgement(out, job);
        fputs("rms_log: root mean square of r, 0.01 being 1 %\n\n", out);
    }
    return memory_text_close(&text, out);
}

/* --- forms -------------------------------------------------------------------------
 */

/* A number rounded to so many significant digits, without an exponent up to a million;
 * or "inf". */
static cell digits(double value, int count)
{
    static const double LONG = 1e6;
    char text[64];
    if (isnan(value))
        return cell_null();
    snprintf(text, sizeof text, "%.*e", count - 1, value);
    double rounded = strtod(text, NULL);
    if (rounded == floor(rounded) && rounded < LONG)
        snprintf(text, sizeof text, "%.0f", rounded);
    else
        snprintf(text, sizeof text, "%.*g", count, rounded);
    return cell_text(text);
}

/* Logarithms of likelihoods matter absolutely: to a tenth. */
static cell tenths(double value)
{
    char text[64];
    snprintf(text, sizeof text, "%.1f", value);
    return isnan(value) ? cell_null() : cell_text(text);
}

static double least_aic(const fit_job *job)
{
    double least = (double)INFINITY;
    for (size_t i = 0; i < job->fits; i++)
        least = fmin(least, job->fit[i].aic);
    return least;
}

static void add_form(document *s, const fit_job *job, const nsl_fit *fit)
{
    enum { OBJECTIVE = 6, ERRORS = 4 };
    char name[NSL_FORM_NAME_MAX], starts[64];
    double above = fit->aic - least_aic(job);
    nsl_form_name(name, &fit->form);
    snprintf(starts, sizeof starts, "%zu/%zu", fit->starts_agreeing, fit->starts);
    document_add_row(s);
    document_set(s, "form", cell_text(name));
    document_set(s, "parameters", cell_whole(fit->parameters));
    document_set(s, "objective", digits(fit->objective, OBJECTIVE));
    document_set(s, "aic", tenths(fit->aic));
    document_set(s, "delta_aic", tenths(above));
    document_set(s, "bic", tenths(fit->bic));
    document_set(s, "rms_log", digits(fit->rms_log, ERRORS));
    document_set(s, "holdout_rms_log", digits(fit->holdout_rms_log, ERRORS));
    document_set(s, "starts_agreeing", cell_text(starts));
}

static void add_forms(document *d, const fit_job *job)
{
    static const char *const keys[] = {"form",    "parameters",      "objective",
                                       "aic",     "delta_aic",       "bic",
                                       "rms_log", "holdout_rms_log", "starts_agreeing"};
    document *s = document_add_section(d, strdup(""));
    for (size_t c = 0; s && c < sizeof keys / sizeof *keys; c++)
        document_add_column(s, keys[c], "", true);
    for (size_t i = 0; s && i < job->fits; i++)
        add_form(s, job, &job->fit[i]);
}

/* --- parameters --------------------------------------------------------------------
 */

/* What the theory's l is, of runs that are stopped or not. */
static void put_theory(FILE *out, const nsl_form *form, const fit_job *job)
{
    bool flow = job->stopped && job->run[0].training.kind == NSL_FLOW;
    const char *length = form->time ? "time_scale*time" : flow ? "time" : "steps";
    fprintf(out,
            "E + A*l(kN, P%s%s)\n"
            "l: what the model of kN features and P samples leaves unexplained, of "
            "1; eigenvalues\nI^-(1+alpha)%s%s%s, %s\n",
            job->stopped ? ", " : "", job->stopped ? length : "",
            form->latents ? ", I up to latents" : "",
            form->source ? ", target weights I^-(1+beta)" : "",
            form->noise ? ", label noise" : "",
            form->ridge    ? "kernel ridge"
            : job->stopped ? "no ridge"
                           : "the best ridge");
}

/* The form's formula, after its name. */
static char *formula(const nsl_fit *fit, const fit_job *job)
{
    static const char *const powers[] = {"N", "P", "C"};
    char name[NSL_FORM_NAME_MAX];
    memory_text text;
    const nsl_form *form = &fit->form;
    FILE *out = memory_text_open(&text);
    if (!out)
        return NULL;
    nsl_form_name(name, form);
    fprintf(out, "%s: loss = ", name);
    switch (form->kind) {
    case NSL_FORM_CHINCHILLA:
        fputs("E + A/N^alpha + B/P^beta\n", out);
        break;
    case NSL_FORM_KAPLAN:
        fputs("((N_c/N)^(alpha_N/alpha_D) + D_c/P)^alpha_D\n", out);
        break;
    case NSL_FORM_POWER:
        fprintf(out, "E + A/%s^alpha\n", powers[form->resource]);
        break;
    case NSL_FORM_THEORY:
        put_theory(out, form, job);
    }
    return memory_text_close(&text, out);
}

/* Digits that show two of the standard error, within what people read. */
static int digits_of(const nsl_fit_parameter *p)
{
    enum { LEAST = 5, MOST = 8 };
    double wanted = 2.0 + ceil(log10(fabs(p->value) / p->error));
    return wanted >= MOST ? MOST : wanted > LEAST ? (int)wanted : LEAST;
}

static void add_parameter(document *s, const nsl_fit_parameter *p)
{
    enum { ERRORS = 2 };
    char note[FIT_NOTE];
    fit_note(note, p);
    document_add_row(s);
    document_set(s, "parameter", cell_text(p->name));
    document_set(s, "note", cell_text(note));
    if (!p->identified)
        return;
    document_set(s, "value", digits(p->value, digits_of(p)));
    document_set(s, "stderr", digits(p->error, ERRORS));
    document_set(s, "lo", digits(p->lo, digits_of(p)));
    document_set(s, "hi", digits(p->hi, digits_of(p)));
}

static void add_parameters(document *d, const nsl_fit *fit, const fit_job *job)
{
    static const char *const keys[] = {"parameter", "value", "stderr",
                                       "lo",        "hi",    "note"};
    document *s = document_add_section(d, formula(fit, job));
    for (size_t c = 0; s && c < sizeof keys / sizeof *keys; c++)
        document_add_column(s, keys[c], "", true);
    for (size_t i = 0; s && i < fit->parameters; i++)
        add_parameter(s, &fit->parameter[i]);
}

void fit_add_sections(document *d, const fit_job *job)
{
    add_forms(d, job);
    for (size_t i = 0; i < job->fits; i++)
        add_parameters(d, &job->fit[i], job);
}
