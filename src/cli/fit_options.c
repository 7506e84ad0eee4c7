/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The options of a fit: forms, objective, what is held out and drawn again. */
#include "cli/fit.h"
#include "cli/run_training.h"
#include "cli/training.h"
#include "input/number.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static int complain(const cli_options *o, option_id id, const char *problem,
                    const char *got)
{
    char shown[64];
    nsl_printable(shown, sizeof shown, got);
    return options_complain(o->command, EXIT_USAGE, "--%s %s, got '%s'",
                            option_table[id].name, problem, shown);
}

/* --- forms -------------------------------------------------------------------------
 */

/* The form as --form names it. */
static void name_of(char out[NSL_FORM_NAME_MAX], const fit_form *form)
{
    if (form->any_power)
        snprintf(out, NSL_FORM_NAME_MAX, "power");
    else
        nsl_form_name(out, &form->form);
}

/* Refuses the i-th form if it is one before it. */
static int check_twice(const fit_job *job, size_t i)
{
    char name[NSL_FORM_NAME_MAX], other[NSL_FORM_NAME_MAX];
    name_of(name, &job->form[i]);
    for (size_t j = 0; j < i; j++) {
        name_of(other, &job->form[j]);
        if (strcmp(name, other) == 0)
            return options_complain(job->options->command, EXIT_USAGE,
                                    "--form names %s twice", name);
    }
    return EXIT_FINE;
}

static bool parse_form(fit_form *out, const char *name)
{
    *out = (fit_form){.any_power = strcmp(name, "power") == 0};
    return out->any_power || nsl_form_parse(&out->form, name, NULL) == NSL_OK;
}

/* FORM,FORM,… No form twice: there are no more than FIT_FORMS_MAX. */
static int take_names(fit_job *job, const char *text)
{
    for (const char *item = text;;) {
        char name[NSL_FORM_NAME_MAX];
        size_t length = strcspn(item, ",");
        snprintf(name, sizeof name, "%.*s", (int)length, item);
        if (length >= sizeof name || !parse_form(&job->form[job->forms], name))
            return complain(
                job->options, OPT_FORM,
                "must be theory (with +source, +latents, +noise, +ridge, +time), "
                "chinchilla, kaplan, power, power:N, power:P or power:C",
                text);
        int code = check_twice(job, job->forms++);
        if (code != EXIT_FINE || !item[length])
            return code;
        item += length + 1;
    }
}

static int take_forms(fit_job *job)
{
    const option_value *form = &job->options->value[OPT_FORM];
    if (!form->given)
        return take_names(job, "theory,chinchilla");
    int code = EXIT_FINE;
    for (size_t i = 0; i < form->count && code == EXIT_FINE; i++)
        code = take_names(job, form->many[i]);
    return code;
}

static bool varies(const fit_job *job, nsl_run_column column)
{
    for (size_t i = 1; i < job->runs.count; i++)
        if (job->runs.run[i].value[column] != job->runs.run[0].value[column])
            return true;
    return false;
}

int fit_choose_power(fit_job *job)
{
    bool n = varies(job, NSL_RUN_FEATURES), p = varies(job, NSL_RUN_SAMPLES);
    for (size_t i = 0; i < job->forms; i++)
        if (job->form[i].any_power)
            job->form[i] =
                (fit_form){.form = {.kind = NSL_FORM_POWER,
                                    .resource = n && !p   ? NSL_POWER_PARAMETERS
                                                : p && !n ? NSL_POWER_SAMPLES
                                                          : NSL_POWER_COMPUTE}};
    int code = EXIT_FINE;
    for (size_t i = 0; i < job->forms && code == EXIT_FINE; i++)
        code = check_twice(job, i);
    return code;
}

/* --- how ---------------------------------------------------------------------------
 */

const char *const fit_objectives[] = {[NSL_OBJECTIVE_HUBER] = "huber",
                                      [NSL_OBJECTIVE_SQUARES] = "squares",
                                      [NSL_OBJECTIVE_GAUSSIAN] = "gaussian"};

static int take_objective(fit_job *job)
{
    const cli_options *o = job->options;
    const option_value *value = &o->value[OPT_OBJECTIVE];
    int which = NSL_OBJECTIVE_HUBER;
    while (value->given && which <= NSL_OBJECTIVE_GAUSSIAN &&
           strcmp(fit_objectives[which], value->text) != 0)
        which++;
    if (which > NSL_OBJECTIVE_GAUSSIAN)
        return complain(o, OPT_OBJECTIVE, "must be huber, squares or gaussian",
                        value->text);
    job->how.objective = (nsl_objective)which;
    if (!options_given(o, OPT_HUBER))
        return EXIT_FINE;
    job->how.huber = o->value[OPT_HUBER].number;
    if (job->how.huber < NSL_HUBER_MIN)
        return complain(o, OPT_HUBER, "must be a finite number >= 1e-15",
                        o->value[OPT_HUBER].text);
    return which == NSL_OBJECTIVE_HUBER
               ? EXIT_FINE
               : options_complain(o->command, EXIT_USAGE,
                                  "--huber needs --objective huber, got %s",
                                  value->text);
}

static int take_bootstrap(fit_job *job)
{
    enum { LEAST = 50, MOST = 1000000 }; /* intervals at 95 % need some */
    const cli_options *o = job->options;
    const option_value *count = &o->value[OPT_BOOTSTRAP];
    if (options_given(o, OPT_SEED) && !count->given)
        return options_complain(o->command, EXIT_USAGE,
                                "--seed needs --bootstrap, of whose draws it is");
    if (count->given && (count->whole < LEAST || count->whole > MOST))
        return options_complain(
            o->command, EXIT_USAGE,
            "--bootstrap must be a whole number from %d to %d, got '%s'", LEAST, MOST,
            count->text);
    job->how.bootstrap = count->whole;
    job->how.seed = o->value[OPT_SEED].whole;
    return EXIT_FINE;
}

int fit_prepare(fit_job *job, const cli_options *o)
{
    *job = (fit_job){.options = o, .how = nsl_fit_defaults()};
    if (!o->operand)
        return options_complain(o->command, EXIT_USAGE,
                                "needs a CSV file of runs (or - for standard input) "
                                "with the columns N, loss, and P or C");
    for (option_id id = OPT_TIME; id <= OPT_STEPS; id++)
        if (o->value[id].sweep_count)
            return options_complain(
                o->command, EXIT_USAGE,
                "--%s %s is a sweep; runs of several lengths have a "
                "column of them: --map %s=COLUMN",
                option_table[id].name, o->value[id].text, option_table[id].name);
    if (options_given(o, OPT_TIME) &&
        (options_given(o, OPT_STEPS) || options_given(o, OPT_LEARNING_RATE)))
        return options_complain(
            o->command, EXIT_USAGE,
            "--time and --%s exclude each other: training is a flow "
            "in time or goes in steps",
            options_given(o, OPT_STEPS) ? "steps" : "learning-rate");
    if (options_given(o, OPT_HOLDOUT))
        job->how.holdout = o->value[OPT_HOLDOUT].number;
    int code = take_forms(job);
    if (code == EXIT_FINE)
        code = take_objective(job);
    if (code == EXIT_FINE)
        code = take_bootstrap(job);
    if (code == EXIT_FINE)
        code = runs_options_take(&job->wanted, o, NSL_RUNS_FITTED);
    return code;
}

/* --- training ----------------------------------------------------------------------
 */

/* What a form of the theory needs, or cannot have. */
static int check_form(const fit_job *job, const nsl_form *form)
{
    const cli_options *o = job->options;
    char name[NSL_FORM_NAME_MAX];
    nsl_form_name(name, form);
    if (form->time && (!job->stopped || job->run[0].training.kind != NSL_FLOW))
        return options_complain(o->command, EXIT_USAGE,
                                "--form %s needs a time of each run, or of all: --map "
                                "time=COLUMN or --time T",
                                name);
    if (form->latents && job->stopped)
        return options_complain(o->command, EXIT_USAGE,
                                "--form %s is for runs that are trained to the end: a "
                                "time or steps go with M = inf only",
                                name);
    return EXIT_FINE;
}

int fit_take_training(fit_job *job)
{
    const cli_options *o = job->options;
    nsl_training training = training_at(o, 0);
    if (isinf(training_length(&training)) && !run_training_has_column(&job->runs))
        training = (nsl_training){.kind = NSL_TRAINED};
    int code = run_training_check(o, &job->runs);
    for (size_t i = 0; i < job->runs.count; i++) {
        job->run[i].training = run_training_of(&job->runs, &job->runs.run[i], training);
        job->stopped |= job->run[i].training.kind != NSL_TRAINED;
    }
    for (size_t i = 0; i < job->forms && code == EXIT_FINE; i++)
        code = check_form(job, &job->form[i].form);
    return code;
}
