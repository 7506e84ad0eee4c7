/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A theory with latents whose power law never ends: the best M is infinite. */
#include "core/error.h"
#include "empirical/fit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool nsl_fit_is_endless(const nsl_fit_job *job, const nsl_minimum *best)
{
    for (size_t i = 0; i < nsl_form_parameters(&job->form); i++) {
        double low, high;
        nsl_form_range(&low, &high, &job->form, i, best->at[i]);
        if (nsl_form_is_reciprocal(&job->form, i) && best->at[i] == low)
            return true;
    }
    return false;
}

/* The objective Σ w h(ρ), also where −ln of the likelihood was asked for. */
static double sum_of(const nsl_fit *fit, const nsl_fit_job *job)
{
    bool huber = job->options->objective == NSL_OBJECTIVE_HUBER;
    return huber ? fit->objective : 0.5 * (double)fit->runs * fit->sigma * fit->sigma;
}

/* How few latents the runs allow. */
static nsl_status profile_latents(nsl_fit_parameter *latents, size_t i,
                                  nsl_minimum best, double objective,
                                  const nsl_fit_job *job, nsl_error *err)
{
    nsl_minimiser minimiser;
    nsl_fit_confidence confidence;
    nsl_minimum_problem problem = nsl_fit_problem(job);
    nsl_status status = nsl_minimiser_init(&minimiser, job->runs.count, err);
    if (status != NSL_OK)
        return status;
    best = nsl_minimise(&minimiser, &problem, best.at);
    nsl_fit_confidence_set(&confidence, job, &best, &minimiser);
    best.objective = objective;
    nsl_fit_tries none = {.count = 0};
    nsl_fit_profile(latents, i, &best, job, &confidence, &none, &minimiser);
    bool lacks = minimiser.no_memory;
    nsl_minimiser_clear(&minimiser);
    if (lacks)
        return nsl_fail_memory(err);
    latents->value = latents->profile_hi = latents->hi = (double)INFINITY;
    latents->lo = latents->profile_lo;
    latents->error = (double)NAN;
    latents->bound = true;
    return NSL_OK;
}

/* Makes room for the i-th parameter. */
static nsl_status insert(nsl_fit *fit, size_t i, nsl_fit_parameter latents,
                         nsl_error *err)
{
    size_t before = fit->parameters, after = before + 1;
    double *wider = calloc(fit->bootstraps * after + 1, sizeof *wider);
    if (!wider)
        return nsl_fail_memory(err);
    memmove(&fit->parameter[i + 1], &fit->parameter[i],
            (before - i) * sizeof fit->parameter[0]);
    fit->parameter[i] = latents;
    for (size_t j = before; j-- > 0;)
        for (size_t k = before; k-- > 0;)
            fit->covariance[j + (j >= i)][k + (k >= i)] = fit->covariance[j][k];
    for (size_t j = 0; j < after; j++)
        fit->covariance[i][j] = fit->covariance[j][i] = (double)NAN;
    for (size_t b = 0; b < fit->bootstraps; b++)
        for (size_t j = 0; j < after; j++)
            wider[b * after + j] =
                j == i ? (double)INFINITY : fit->bootstrap[b * before + j - (j > i)];
    free(fit->bootstrap);
    fit->bootstrap = wider;
    fit->parameters = after;
    return NSL_OK;
}

nsl_status nsl_fit_endless(nsl_fit *fit, const nsl_fit_job *job,
                           const nsl_minimum *best, const nsl_fit_run *run,
                           nsl_error *err)
{
    nsl_fit endless;
    nsl_form form = job->form;
    nsl_fit_parameter latents = {.name = "latents"};
    size_t i = 0;
    while (!nsl_form_is_reciprocal(&job->form, i))
        i++;
    form.latents = false;
    nsl_status status =
        nsl_fit_find(&endless, &form, job->options, fit->count, run, err);
    if (status != NSL_OK)
        return status;
    status = profile_latents(&latents, i, *best, sum_of(&endless, job), job, err);
    if (status == NSL_OK)
        status = insert(&endless, i, latents, err);
    if (status != NSL_OK) {
        nsl_fit_clear(&endless);
        return status;
    }
    endless.form = job->form;
    endless.starts = fit->starts;
    endless.starts_agreeing = fit->starts_agreeing;
    endless.aic += 2.0;
    endless.bic += log((double)endless.runs);
    nsl_fit_clear(fit);
    *fit = endless;
    return NSL_OK;
}
