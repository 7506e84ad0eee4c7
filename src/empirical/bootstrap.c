/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Refits to as many runs drawn from the runs with replacement: a run drawn twice has
 * twice the weight. Each refit has its own random numbers, from the seed and its index,
 * so that threads change nothing. */
#include "core/crew.h"
#include "core/error.h"
#include "empirical/fit.h"

#include <gsl/gsl_rng.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const nsl_fit_job *job;
    const nsl_minimum *best;
    size_t *fitted; /* indices of the runs to draw from */
    nsl_minimum *end;
} refits;

/* One seed for every refit: the steps of splitmix64 (Steele, Lea, Flood 2014). */
static unsigned long seed_of(uint64_t seed, size_t refit)
{
    uint64_t z = seed + ((uint64_t)refit + 1) * UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (unsigned long)(z ^ z >> 31) & 0xffffffffUL; /* what mt19937 takes */
}

static bool draw(double *weight, bool *used, const refits *r, size_t refit)
{
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
    if (!random)
        return false;
    gsl_rng_set(random, seed_of(r->job->options->seed, refit));
    for (size_t i = 0; i < r->job->fitted; i++) {
        size_t run = r->fitted[gsl_rng_uniform_int(random, r->job->fitted)];
        weight[run] += r->job->weight[run];
        used[run] = true;
    }
    gsl_rng_free(random);
    return true;
}

static nsl_status refit(void *data, size_t i, nsl_error *err)
{
    refits *r = data;
    size_t count = r->job->runs.count;
    nsl_minimiser minimiser = {.rho = NULL};
    nsl_minimum_problem problem = nsl_fit_problem(r->job);
    double *weight = calloc(count, sizeof *weight);
    bool *used = calloc(count, sizeof *used);
    nsl_status status = weight && used && draw(weight, used, r, i)
                            ? nsl_minimiser_init(&minimiser, count, err)
                            : nsl_fail_memory(err);
    if (status == NSL_OK) {
        problem.weight = weight;
        problem.used = used;
        r->end[i] = nsl_minimise(&minimiser, &problem, r->best->at);
        if (minimiser.no_memory)
            status = nsl_fail_memory(err);
        nsl_minimiser_clear(&minimiser);
    }
    free(weight);
    free(used);
    return status;
}

/* Keeps what converged, as parameters, in the order of the refits. */
static nsl_status keep(nsl_fit *fit, const refits *r, size_t count, nsl_error *err)
{
    fit->bootstrap = calloc(count * fit->parameters, sizeof *fit->bootstrap);
    if (!fit->bootstrap)
        return nsl_fail_memory(err);
    for (size_t i = 0; i < count; i++)
        if (r->end[i].converged)
            nsl_form_from_coordinates(
                &fit->bootstrap[fit->parameters * fit->bootstraps++], &fit->form,
                r->end[i].at);
    return NSL_OK;
}

static nsl_status set_intervals(nsl_fit *fit, nsl_error *err)
{
    const double tail = 0.5 * (1.0 - NSL_FIT_CONFIDENCE);
    double *sorted = calloc(fit->bootstraps + 1, sizeof *sorted);
    if (!sorted)
        return nsl_fail_memory(err);
    for (size_t j = 0; j < fit->parameters && fit->bootstraps > 0; j++) {
        for (size_t i = 0; i < fit->bootstraps; i++)
            sorted[i] = fit->bootstrap[i * fit->parameters + j];
        gsl_sort(sorted, 1, fit->bootstraps);
        fit->parameter[j].lo =
            gsl_stats_quantile_from_sorted_data(sorted, 1, fit->bootstraps, tail);
        fit->parameter[j].hi =
            gsl_stats_quantile_from_sorted_data(sorted, 1, fit->bootstraps, 1.0 - tail);
    }
    free(sorted);
    return NSL_OK;
}

nsl_status nsl_fit_bootstrap(nsl_fit *fit, const nsl_fit_job *job,
                             const nsl_minimum *best, nsl_error *err)
{
    size_t count = job->options->bootstrap, left = 0;
    refits r = {.job = job,
                .best = best,
                .fitted = calloc(job->fitted, sizeof *r.fitted),
                .end = calloc(count, sizeof *r.end)};
    nsl_status status = r.fitted && r.end ? NSL_OK : nsl_fail_memory(err);
    for (size_t i = 0; status == NSL_OK && i < job->runs.count; i++)
        if (job->used[i])
            r.fitted[left++] = i;
    if (status == NSL_OK)
        status = nsl_crew_run(refit, &r, count, &job->options->work, err);
    if (status == NSL_OK)
        status = keep(fit, &r, count, err);
    if (status == NSL_OK)
        status = set_intervals(fit, err);
    free(r.fitted);
    free(r.end);
    return status;
}
