/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/fit.h"
#include "cli/fit_figure.h"
#include "cli/output.h"
#include "cli/plot.h"
#include "cli/work.h"
#include "input/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fit_file_name(char out[FIT_FILE_NAME], const fit_job *job)
{
    const char *path = job->options->operand;
    nsl_printable(out, FIT_FILE_NAME, strcmp(path, "-") == 0 ? "standard input" : path);
}

/* --- runs --------------------------------------------------------------------------
 */

static void report_bad_rows(const fit_job *job)
{
    const nsl_runs *runs = &job->runs;
    const char *command = job->options->command;
    size_t shown = runs->bad < NSL_RUNS_BAD_KEPT ? runs->bad : NSL_RUNS_BAD_KEPT;
    for (size_t i = 0; i < shown; i++)
        options_complain(command, EXIT_FINE, "%s; row skipped", runs->bad_row[i]);
    if (runs->bad > shown)
        options_complain(command, EXIT_FINE, "and %zu more bad rows",
                         runs->bad - shown);
}

static nsl_fit_run run_of(const nsl_run *run)
{
    return (nsl_fit_run){.parameters = run->value[NSL_RUN_FEATURES],
                         .samples = run->value[NSL_RUN_SAMPLES],
                         .compute = run->value[NSL_RUN_COMPUTE],
                         .loss = run->value[NSL_RUN_LOSS],
                         .weight = run->value[NSL_RUN_WEIGHT]};
}

/* At least one run is held out, and one is not. */
static int check_holdout(const fit_job *job)
{
    const cli_options *o = job->options;
    double count = (double)job->runs.count, out = round(job->how.holdout * count);
    if (!options_given(o, OPT_HOLDOUT) || (out > 0.0 && out < count))
        return EXIT_FINE;
    return options_complain(o->command, EXIT_USAGE, "--holdout %s of %zu runs is %s",
                            o->value[OPT_HOLDOUT].text, job->runs.count,
                            out > 0.0 ? "all of them" : "less than half a run");
}

int fit_read(fit_job *job)
{
    const cli_options *o = job->options;
    nsl_error err = {0};
    if (nsl_runs_read(&job->runs, o->operand, &job->wanted.selection, &err) != NSL_OK)
        return options_complain_error(o->command, &err);
    report_bad_rows(job);
    job->run = calloc(job->runs.count, sizeof *job->run);
    if (!job->run)
        return options_complain(o->command, EXIT_COMPUTATION, "out of memory");
    for (size_t i = 0; i < job->runs.count; i++)
        job->run[i] = run_of(&job->runs.run[i]);
    int code = check_holdout(job);
    if (code == EXIT_FINE)
        code = fit_choose_power(job);
    return code == EXIT_FINE ? fit_take_training(job) : code;
}

/* --- fits --------------------------------------------------------------------------
 */

static int complain(const fit_job *job, const char *form, const nsl_error *err)
{
    const cli_options *o = job->options;
    char file[FIT_FILE_NAME];
    fit_file_name(file, job);
    if (err->status == NSL_ECANCELLED)
        return work_complain_interrupted(o);
    if (err->status == NSL_EFILE) /* the runs do not tell a parameter */
        return options_complain(o->command, EXIT_INPUT_OUTPUT, "%s: %s of %s %s", file,
                                err->field, form, err->message);
    if (err->status == NSL_ENOMEM)
        return options_complain_error(o->command, err);
    bool field = err->status == NSL_EINVAL; /* a parameter that ran away: the options
                                               are checked before */
    return options_complain(o->command, EXIT_COMPUTATION, "%s: %s%s%s", form,
                            field ? err->field : "", field ? " " : "", err->message);
}

const char *fit_ranked_by(const fit_job *job)
{
    return job->how.holdout > 0.0 ? "holdout_rms_log" : "aic";
}

static double rank_of(const fit_job *job, const nsl_fit *fit)
{
    double rank = job->how.holdout > 0.0 ? fit->holdout_rms_log : fit->aic;
    return isnan(rank) ? (double)INFINITY : rank;
}

/* Puts a fit in its place; of equal ones the first named is first. */
static void insert(fit_job *job, const nsl_fit *fit)
{
    size_t at = job->fits++;
    for (; at > 0 && rank_of(job, &job->fit[at - 1]) > rank_of(job, fit); at--)
        job->fit[at] = job->fit[at - 1];
    job->fit[at] = *fit;
}

/* Every form, before hours are spent on one. */
static int check_forms(const fit_job *job)
{
    nsl_error err = {0};
    for (size_t i = 0; i < job->forms; i++) {
        char name[NSL_FORM_NAME_MAX];
        nsl_form_name(name, &job->form[i].form);
        if (nsl_fit_check(&job->form[i].form, &job->how, job->runs.count, job->run,
                          &err) != NSL_OK)
            return complain(job, name, &err);
    }
    return EXIT_FINE;
}

/* No form has a minimum. */
static int complain_of_all(const fit_job *job)
{
    char all[4 * FIT_FAILURE] = "";
    size_t used = 0;
    for (size_t i = 0; i < job->failures && used < sizeof all; i++)
        used += (size_t)snprintf(all + used, sizeof all - used, "%s%s", i ? "; " : "",
                                 job->failure[i]);
    return options_complain(job->options->command, EXIT_COMPUTATION, "%s", all);
}

int fit_find(fit_job *job)
{
    nsl_error err = {0};
    int code = check_forms(job);
    if (code != EXIT_FINE)
        return code;
    progress p = progress_start(job->options, 0);
    job->how.work = work_of(job->options, &p);
    for (size_t i = 0; i < job->forms; i++) {
        char name[NSL_FORM_NAME_MAX];
        nsl_fit fit;
        nsl_form_name(name, &job->form[i].form);
        p.what = name;
        nsl_status status = nsl_fit_find(&fit, &job->form[i].form, &job->how,
                                         job->runs.count, job->run, &err);
        if (status == NSL_OK) {
            insert(job, &fit);
        } else if (status == NSL_EFAILED) {
            snprintf(job->failure[job->failures++], FIT_FAILURE, "%s: %s", name,
                     err.message); /* the other forms may do */
        } else {
            progress_end(&p);
            return complain(job, name, &err);
        }
    }
    progress_end(&p);
    return job->fits > 0 ? EXIT_FINE : complain_of_all(job);
}

/* "theory: E = 1.68, …" above the table's line of the runs; malloc'ed. */
static char *figure_caption(const nsl_fit *fit, const char *table_caption)
{
    char name[NSL_FORM_NAME_MAX], values[256], *out = NULL;
    size_t used = 0;
    nsl_form_name(name, &fit->form);
    for (size_t i = 0; i < fit->parameters && used < sizeof values; i++)
        used += (size_t)snprintf(values + used, sizeof values - used, "%s%s = %.4g",
                                 i ? ", " : "", fit->parameter[i].name,
                                 fit->parameter[i].value);
    int length = asprintf(&out, "%s: %s\n%.*s", name, values,
                          (int)strcspn(table_caption, "\n"), table_caption);
    return length < 0 ? NULL : out;
}

/* The picture of the best form. */
static int draw(const fit_job *job, const document *d)
{
    const cli_options *o = job->options;
    figure f = {.title = NULL};
    nsl_error err = {0};
    if (!plot_wanted(o))
        return EXIT_FINE;
    char *caption = figure_caption(&job->fit[0], d->caption ? d->caption : "");
    if (!caption)
        return options_complain(o->command, EXIT_COMPUTATION, "out of memory");
    int code = fit_figure_make(&f, &job->fit[0], job->runs.count, job->run, caption,
                               &err) == NSL_OK
                   ? plot_draw(o, &f, plot_record(d))
                   : options_complain_error(o->command, &err);
    figure_clear(&f);
    free(caption);
    return code;
}

int fit_write(const fit_job *job)
{
    const cli_options *o = job->options;
    for (size_t i = 0; i < job->failures; i++)
        options_complain(o->command, EXIT_FINE, "%s; left out", job->failure[i]);
    document d = {.command = o->command, .record = options_record(o)};
    d.caption = fit_caption(job);
    fit_describe(&d, job);
    fit_add_sections(&d, job);
    int code = draw(job, &d);
    if (code == EXIT_FINE && !plot_replaces_table(o))
        code = output_write(o, &d);
    document_clear(&d);
    return code;
}

void fit_clear(fit_job *job)
{
    for (size_t i = 0; i < job->fits; i++)
        nsl_fit_clear(&job->fit[i]);
    free(job->run);
    nsl_runs_clear(&job->runs);
    runs_options_clear(&job->wanted);
}
