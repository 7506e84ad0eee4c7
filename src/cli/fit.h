/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A fit from its options to its output. */
#ifndef NSL_CLI_FIT_H
#define NSL_CLI_FIT_H

#include "cli/document.h"
#include "cli/runs_options.h"
#include <nslaw/fit.h>

typedef struct {
    nsl_form form;
    bool any_power; /* "power": of a resource that the runs decide */
} fit_form;

enum { FIT_FAILURE = 320 };

/* All of them: 32 of the theory, chinchilla, kaplan, three powers, and any power. */
enum { FIT_FORMS_MAX = 38 };

typedef struct {
    const cli_options *options;
    nsl_fit_options how;
    runs_options wanted;
    size_t forms;
    fit_form form[FIT_FORMS_MAX + 1]; /* one more to find it there twice */
    nsl_runs runs;
    nsl_fit_run *run; /* the same as the library takes them; owned */
    bool stopped;     /* their training is, by an option or a column */
    size_t fits;
    nsl_fit fit[FIT_FORMS_MAX]; /* best first */
    size_t failures;            /* forms for which no minimum was found: */
    char failure[FIT_FORMS_MAX][FIT_FAILURE]; /* "form: why" */
} fit_job;

/* Takes the options (fit_options.c). What returns an int prints a message on failure
 * and returns the exit code. */
int fit_prepare(fit_job *job, const cli_options *options);
extern const char *const fit_objectives[]; /* names, by nsl_objective */

/* Gives "power" its resource: compute where N and P vary, else what varies. */
int fit_choose_power(fit_job *job);

/* Sets how long each run is trained, and checks that the forms can have it. */
int fit_take_training(fit_job *job);

/* Reads the runs, and says which rows are bad. */
int fit_read(fit_job *job);

/* Fits every form and ranks the fits. */
int fit_find(fit_job *job);

/* What they are ranked by, the least first: "aic", or "holdout_rms_log" where runs are
 * held out. */
const char *fit_ranked_by(const fit_job *job);

/* The name of the file of runs for messages. */
enum { FIT_FILE_NAME = 128 };
void fit_file_name(char out[FIT_FILE_NAME], const fit_job *job);

/* Writes what was found. */
int fit_write(const fit_job *job);
void fit_clear(fit_job *job);

/* Rows and summary for files (fit_document.c). */
void fit_describe(document *d, const fit_job *job);

/* Whether a parameter has a value and an interval to print; what is to be said of it:
 * "" or why it has not. */
enum { FIT_NOTE = 128 };
void fit_note(char out[FIT_NOTE], const nsl_fit_parameter *parameter);

/* The caption and the tables for people (fit_sections.c). */
char *fit_caption(const fit_job *job);
void fit_add_sections(document *d, const fit_job *job);

#endif
