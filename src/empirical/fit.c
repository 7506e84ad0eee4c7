/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A fit, from the runs to what is known of the parameters. */
#include "empirical/fit.h"
#include "core/crew.h"
#include "core/error.h"
#include "empirical/step.h"
#include "empirical/theory_stopped.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Profiles that meet a lower objective start the fit again so often. */
enum { RESTARTS_MAX = 20 };

nsl_fit_options nsl_fit_defaults(void)
{
    return (nsl_fit_options){
        .objective = NSL_OBJECTIVE_HUBER, .huber = 1e-3, .work = {.jobs = 1}};
}

nsl_minimum_problem nsl_fit_problem(const nsl_fit_job *job)
{
    bool huber = job->options->objective == NSL_OBJECTIVE_HUBER;
    return (nsl_minimum_problem){.form = &job->form,
                                 .family = job->family,
                                 .runs = &job->runs,
                                 .weight = job->weight,
                                 .used = job->used,
                                 .delta =
                                     huber ? job->options->huber : (double)INFINITY};
}

static nsl_status check_options(const nsl_fit_options *o, nsl_error *err)
{
    if (o->objective == NSL_OBJECTIVE_HUBER &&
        !(o->huber >= NSL_HUBER_MIN && isfinite(o->huber)))
        return nsl_fail(err, NSL_EINVAL, "huber",
                        "must be a finite number >= 1e-15, got %g", o->huber);
    if (!(o->holdout >= 0.0 && o->holdout < 1.0))
        return nsl_fail(err, NSL_EINVAL, "holdout",
                        "must be a share from 0 to less than 1, got %g", o->holdout);
    return NSL_OK;
}

static nsl_status check_runs(size_t count, const nsl_fit_run *run, nsl_error *err)
{
    for (size_t i = 0; i < count; i++) {
        const nsl_fit_run *r = &run[i];
        const nsl_training *t = &r->training;
        const double values[] = {r->parameters, r->samples, r->compute, r->loss};
        for (int c = 0; c < 4; c++)
            if (!(values[c] > 0.0 && isfinite(values[c])))
                return nsl_fail(err, NSL_EINVAL, "run",
                                "%zu has a value that is not a finite number > 0: %g",
                                i, values[c]);
        if (!(r->weight >= 0.0 && isfinite(r->weight)))
            return nsl_fail(err, NSL_EINVAL, "weight",
                            "must be a finite number >= 0, got %g", r->weight);
        if (t->kind == NSL_FLOW && !(t->time >= 0.0))
            return nsl_fail(err, NSL_EINVAL, "time",
                            "must be a number >= 0 or inf, got %g", t->time);
        if (t->kind != NSL_DESCENT)
            continue;
        if (!(t->steps >= 0.0 && (isinf(t->steps) || t->steps == floor(t->steps))))
            return nsl_fail(err, NSL_EINVAL, "steps",
                            "must be a whole number >= 0 or inf, got %g", t->steps);
        if (!(t->rate > 0.0 && isfinite(t->rate)))
            return nsl_fail(err, NSL_EINVAL, "rate",
                            "must be a finite number > 0, got %g", t->rate);
    }
    return NSL_OK;
}

/* Whether a column has one value only over the fitted runs; says which. */
static bool is_constant(const nsl_fit_job *job, const double *column, double *value)
{
    bool any = false;
    for (size_t i = 0; i < job->runs.count; i++) {
        if (!job->used[i])
            continue;
        if (any && column[i] != *value)
            return false;
        *value = column[i];
        any = true;
    }
    return true;
}

static nsl_status fail_constant(nsl_error *err, const char *parameter, char symbol,
                                double value)
{
    return nsl_fail(err, NSL_EFILE, parameter,
                    "cannot be identified: all runs have %c = %g", symbol, value);
}

/* What the runs can never tell, whatever their losses. */
static nsl_status check_identified(const nsl_fit_job *job, nsl_error *err)
{
    static const char *const of_parameters[] = {"k", "alpha", "alpha_N"};
    static const char *const of_samples[] = {"k", "beta", "alpha_D"};
    const nsl_form *form = &job->form;
    const nsl_run_table *runs = &job->runs;
    double value = 0.0;
    size_t parameters = nsl_form_parameters(form);
    if (job->fitted == 0)
        return nsl_fail(err, NSL_EFILE, nsl_form_parameter(form, 0),
                        "cannot be identified: no run has a weight > 0");
    if (form->kind == NSL_FORM_POWER) {
        const double *column[] = {runs->parameters, runs->samples, runs->compute};
        if (is_constant(job, column[form->resource], &value))
            return fail_constant(err, "alpha", "NPC"[form->resource], value);
    } else {
        if (is_constant(job, runs->parameters, &value))
            return fail_constant(err, of_parameters[form->kind], 'N', value);
        if (is_constant(job, runs->samples, &value))
            return fail_constant(err, of_samples[form->kind], 'P', value);
    }
    if (job->fitted <= parameters) {
        char name[NSL_FORM_NAME_MAX];
        nsl_form_name(name, form);
        return nsl_fail(err, NSL_EFILE,
                        nsl_form_parameter(form, job->fitted < parameters
                                                     ? job->fitted
                                                     : parameters - 1),
                        "cannot be identified: %zu runs are too few for the %zu "
                        "parameters of %s, which need at least %zu",
                        job->fitted, parameters, name, parameters + 1);
    }
    return NSL_OK;
}

typedef struct {
    double compute;
    size_t i;
} costly;

static int by_compute(const void *one, const void *other)
{
    const costly *a = one, *b = other;
    if (a->compute != b->compute)
        return a->compute > b->compute ? 1 : -1;
    return (a->i > b->i) - (a->i < b->i);
}

/* Takes the runs of most compute out of the fit. */
static nsl_status hold_out(nsl_fit_job *job, bool *held, nsl_error *err)
{
    size_t count = job->runs.count;
    size_t out = (size_t)round(job->options->holdout * (double)count);
    costly *order = calloc(count, sizeof *order);
    if (!order)
        return nsl_fail_memory(err);
    for (size_t i = 0; i < count; i++)
        order[i] = (costly){job->runs.compute[i], i};
    qsort(order, count, sizeof *order, by_compute);
    for (size_t i = count - out; i < count; i++)
        held[order[i].i] = true;
    free(order);
    return NSL_OK;
}

static void job_clear(nsl_fit_job *job)
{
    nsl_run_table_clear(&job->runs);
    nsl_family_free(job->family);
    free(job->weight);
    free(job->used);
}

/* The runs, sorted; which are fitted; and the family of the theory. `held` is by the
 * sorted runs. */
static nsl_status job_make(nsl_fit_job *job, bool **held, const nsl_form *form,
                           const nsl_fit_options *options, size_t count,
                           const nsl_fit_run *run, nsl_error *err)
{
    *job = (nsl_fit_job){.form = *form, .options = options};
    nsl_status status = nsl_run_table_make(&job->runs, count, run, err);
    job->weight = calloc(count + 1, sizeof *job->weight);
    job->used = calloc(count + 1, sizeof *job->used);
    *held = calloc(count + 1, sizeof **held);
    if (status == NSL_OK && !(job->weight && job->used && *held))
        status = nsl_fail_memory(err);
    if (status == NSL_OK)
        status = hold_out(job, *held, err);
    for (size_t i = 0; i < count && status == NSL_OK; i++) {
        job->weight[i] = (*held)[i] ? 0.0 : job->runs.weight[i];
        job->used[i] = job->weight[i] > 0.0;
        job->fitted += job->used[i];
        if (form->kind != NSL_FORM_THEORY)
            continue;
        status = nsl_theory_check_stopped(form, &job->runs.training[i], err);
        job->stopped |= nsl_training_is_stopped(&job->runs.training[i]);
    }
    if (status == NSL_OK && form->kind == NSL_FORM_THEORY)
        status = nsl_family_new(&job->family, form->source, form->latents, err);
    return status;
}

/* The minimum of the theory without switches, from which those with some start. */
static nsl_status find_plain(nsl_minimum *plain, nsl_fit_job *job, nsl_error *err)
{
    nsl_form form = job->form;
    nsl_family *family = job->family;
    size_t starts, agreeing;
    if (!nsl_fit_has_plain(job))
        return NSL_OK;
    job->form = (nsl_form){.kind = NSL_FORM_THEORY};
    nsl_status status = nsl_family_new(&job->family, false, false, err);
    if (status == NSL_OK)
        status = nsl_fit_search(plain, &starts, &agreeing, job, NULL, err);
    nsl_family_free(job->family);
    job->form = form;
    job->family = family;
    return status;
}

static void set_parameters(nsl_fit *fit, const nsl_minimum *best, const double *error)
{
    for (size_t i = 0; i < fit->parameters; i++) {
        double value = nsl_form_parameter_at(&fit->form, i, best->at[i]);
        bool may_vanish = nsl_form_may_vanish(&fit->form, i);
        fit->parameter[i] = (nsl_fit_parameter){
            .name = nsl_form_parameter(&fit->form, i),
            .value = value,
            .known = (value == 0.0 ? 0.0 : error[i] / (may_vanish ? value : 1.0)) +
                     DBL_EPSILON,
            .bound = may_vanish && value == 0.0,
        };
    }
}

/* From the coordinates' covariance: d(parameter) = parameter·d(logarithm). */
static void set_covariance(nsl_fit *fit, const nsl_fit_confidence *confidence)
{
    double length[NSL_FORM_PARAMETERS_MAX];
    for (size_t i = 0; i < fit->parameters; i++)
        length[i] = nsl_form_may_vanish(&fit->form, i) ? 1.0 : fit->parameter[i].value;
    for (size_t i = 0; i < fit->parameters; i++)
        for (size_t j = 0; j < fit->parameters; j++)
            fit->covariance[i][j] =
                length[i] * length[j] * confidence->covariance[i][j];
    for (size_t i = 0; i < fit->parameters; i++)
        fit->parameter[i].error = sqrt(fit->covariance[i][i]);
}

/* Profiles in one valley do without the starts that all led into it; few starts see
 * little, and are tried anyway. */
static bool needs_tries(const nsl_fit *fit, const nsl_fit_job *job)
{
    enum { FEW = 9 };
    bool few = fit->starts <= FEW && !job->stopped; /* of more that were looked at */
    return few || fit->starts_agreeing < fit->starts;
}

/* Covariance and profiles; begins again where a profile finds a better minimum. */
static nsl_status set_intervals(nsl_fit *fit, nsl_minimum *best,
                                const nsl_minimum *plain, const nsl_fit_job *job,
                                nsl_error *err)
{
    size_t starts;
    nsl_fit_start *start;
    nsl_minimiser minimiser = {.rho = NULL};
    nsl_minimum_problem problem = nsl_fit_problem(job);
    nsl_status status = nsl_fit_starts(&start, &starts, job, plain, err);
    if (status == NSL_OK)
        status = nsl_minimiser_init(&minimiser, job->runs.count, err);
    bool again = status == NSL_OK;
    for (int restart = 0; again && restart <= RESTARTS_MAX; restart++) {
        nsl_fit_confidence confidence;
        double error[NSL_FORM_PARAMETERS_MAX];
        *best = nsl_minimise(&minimiser, &problem, best->at);
        nsl_minimum_refine(best, error, &minimiser, &problem);
        set_parameters(fit, best, error);
        nsl_fit_confidence_set(&confidence, job, best, &minimiser);
        set_covariance(fit, &confidence);
        again = false;
        for (size_t i = 0; i < fit->parameters && !again && status == NSL_OK; i++) {
            bool all_over = !confidence.exact && needs_tries(fit, job);
            nsl_fit_tries tries = {all_over ? starts : 0, start};
            nsl_profile_end end = nsl_fit_profile(&fit->parameter[i], i, best, job,
                                                  &confidence, &tries, &minimiser);
            again = end == NSL_PROFILE_LOWER;
            if (end == NSL_PROFILE_STOPPED)
                status = nsl_fail(err, NSL_ECANCELLED, "", "interrupted");
            fit->parameter[i].lo = fit->parameter[i].profile_lo;
            fit->parameter[i].hi = fit->parameter[i].profile_hi;
        }
        if (again)
            fit->starts_agreeing = 0; /* none of them had found it */
    }
    if (status == NSL_OK && minimiser.no_memory)
        status = nsl_fail_memory(err);
    if (status == NSL_OK && (again || !best->converged))
        status = nsl_fail(err, NSL_EFAILED, "form",
                          "no minimum found: every profile met a lower one; do the "
                          "losses fall with N and P?");
    nsl_minimiser_clear(&minimiser);
    free(start);
    return status;
}

/* The library's own prediction at each run. */
typedef struct {
    nsl_fit *fit;
    const nsl_fit_run *run;
} predictions;

static nsl_status predict(void *data, size_t i, nsl_error *err)
{
    predictions *p = data;
    double value[NSL_FORM_PARAMETERS_MAX];
    for (size_t j = 0; j < p->fit->parameters; j++)
        value[j] = p->fit->parameter[j].value;
    return nsl_form_loss(&p->fit->predicted[i], &p->fit->form, value, &p->run[i], err);
}

/* What the residuals say: the objective, σ, AIC, BIC, and the error held out. */
static void judge(nsl_fit *fit, const nsl_fit_run *run, const nsl_fit_job *job)
{
    double objective = 0.0, squares = 0.0, plain = 0.0, out = 0.0, log_weights = 0.0;
    nsl_minimum_problem problem = nsl_fit_problem(job);
    for (size_t k = 0; k < fit->count; k++) {
        size_t i = job->runs.place[k]; /* in an order that the file's does not change */
        double rho = log(fit->predicted[i]) - log(run[i].loss);
        if (fit->is_held_out[i]) {
            out += rho * rho;
        } else if (job->used[k]) {
            objective += run[i].weight * nsl_huber(rho, problem.delta);
            squares += run[i].weight * rho * rho;
            plain += rho * rho;
            log_weights += log(run[i].weight);
        }
    }
    double n = (double)fit->runs, parameters = (double)fit->parameters + 1.0;
    double variance = squares / n;
    double minus_log_likelihood =
        0.5 * n * (log(2.0 * M_PI * variance) + 1.0) - 0.5 * log_weights;
    bool gaussian = job->options->objective == NSL_OBJECTIVE_GAUSSIAN;
    fit->objective = gaussian ? minus_log_likelihood : objective;
    fit->sigma = sqrt(variance);
    fit->rms_log = sqrt(plain / n);
    fit->holdout_rms_log = sqrt(out / (double)fit->held_out);
    fit->aic = 2.0 * parameters + 2.0 * minus_log_likelihood;
    fit->bic = log(n) * parameters + 2.0 * minus_log_likelihood;
}

static nsl_status run_fit(nsl_fit *fit, nsl_fit_job *job, const nsl_fit_run *run,
                          nsl_error *err)
{
    nsl_minimum best, plain;
    predictions p = {fit, run};
    nsl_status status = find_plain(&plain, job, err);
    if (status == NSL_OK)
        status = nsl_fit_search(&best, &fit->starts, &fit->starts_agreeing, job, &plain,
                                err);
    if (status == NSL_OK && nsl_fit_is_endless(job, &best))
        return nsl_fit_endless(fit, job, &best, run, err);
    if (status == NSL_OK)
        status = set_intervals(fit, &best, &plain, job, err);
    if (status == NSL_OK && job->options->bootstrap > 0)
        status = nsl_fit_bootstrap(fit, job, &best, err);
    if (status == NSL_OK)
        status = nsl_crew_run(predict, &p, fit->count, &job->options->work, err);
    if (status == NSL_OK)
        judge(fit, run, job);
    return status;
}

/* What is to be fitted, if it can be; to be cleared in any case. */
static nsl_status prepare(nsl_fit_job *job, bool **held, const nsl_form *form,
                          const nsl_fit_options *options, size_t count,
                          const nsl_fit_run *run, nsl_error *err)
{
    *job = (nsl_fit_job){.fitted = 0};
    *held = NULL;
    nsl_status status = check_options(options, err);
    if (status == NSL_OK)
        status = check_runs(count, run, err);
    if (status == NSL_OK)
        status = job_make(job, held, form, options, count, run, err);
    return status == NSL_OK ? check_identified(job, err) : status;
}

nsl_status nsl_fit_check(const nsl_form *form, const nsl_fit_options *options,
                         size_t count, const nsl_fit_run *run, nsl_error *err)
{
    nsl_fit_job job;
    bool *held;
    nsl_status status = prepare(&job, &held, form, options, count, run, err);
    job_clear(&job);
    free(held);
    return status;
}

nsl_status nsl_fit_find(nsl_fit *out, const nsl_form *form,
                        const nsl_fit_options *options, size_t count,
                        const nsl_fit_run *run, nsl_error *err)
{
    nsl_fit_job job;
    bool *held;
    *out = (nsl_fit){.form = *form, .count = count};
    out->parameters = nsl_form_parameters(form);
    nsl_status status = prepare(&job, &held, form, options, count, run, err);
    out->predicted = calloc(count + 1, sizeof *out->predicted);
    out->is_held_out = calloc(count + 1, sizeof *out->is_held_out);
    if (status == NSL_OK && !(out->predicted && out->is_held_out))
        status = nsl_fail_memory(err);
    for (size_t k = 0; k < count && status == NSL_OK; k++) {
        out->is_held_out[job.runs.place[k]] = held[k];
        out->held_out += held[k];
    }
    out->runs = job.fitted;
    if (status == NSL_OK)
        status = run_fit(out, &job, run, err);
    job_clear(&job);
    free(held);
    if (status != NSL_OK)
        nsl_fit_clear(out);
    return status;
}

void nsl_fit_clear(nsl_fit *fit)
{
    free(fit->predicted);
    free(fit->is_held_out);
    free(fit->bootstrap);
    *fit = (nsl_fit){.predicted = NULL};
}
