/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the descents of a fit begin. */
#include "core/crew.h"
#include "core/error.h"
#include "empirical/fit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Parts of the least loss that no resource removes, exponents, ratios k·N/P of the
 * typical run, and ratios to it of the switches' parameters. */
static const double LEFT[] = {0.2, 0.6, 0.9}, EXPONENTS[] = {0.15, 0.4, 1.0},
                    RATIOS[] = {1e-2, 1.0, 1e2}, KAPLAN_EXPONENTS[] = {0.05, 0.1, 0.3};
enum { CHOICES = 3 };

/* Minima whose objectives differ by less than this part are the same. */
static const double SAME = 1e-6, SAME_RESIDUAL = 1e-9;

/* The geometric means of the fitted runs, and their least loss and most samples. */
typedef struct {
    double parameters, samples, compute, loss, least_loss, most_samples;
} typical;

static typical typical_of(const nsl_fit_job *job)
{
    typical t = {.least_loss = (double)INFINITY};
    double count = 0.0;
    for (size_t i = 0; i < job->runs.count; i++) {
        if (!job->used[i])
            continue;
        count += 1.0;
        t.parameters += log(job->runs.parameters[i]);
        t.samples += log(job->runs.samples[i]);
        t.compute += log(job->runs.compute[i]);
        t.loss += log(job->runs.loss[i]);
        t.least_loss = fmin(t.least_loss, job->runs.loss[i]);
        t.most_samples = fmax(t.most_samples, job->runs.samples[i]);
    }
    t.parameters = exp(t.parameters / count);
    t.samples = exp(t.samples / count);
    t.compute = exp(t.compute / count);
    t.loss = exp(t.loss / count);
    return t;
}

/* The digits of `choice` to the base CHOICES choose one of each. */
static double choose(const double from[CHOICES], size_t *choice)
{
    double chosen = from[*choice % CHOICES];
    *choice /= CHOICES;
    return chosen;
}

static void chinchilla_start(double *at, const typical *t, size_t choice)
{
    at[0] = choose(LEFT, &choice) * t->least_loss;
    double alpha = choose(EXPONENTS, &choice), beta = choose(EXPONENTS, &choice);
    double half = log(0.5 * (t->loss - at[0]));
    at[1] = half + alpha * log(t->parameters);
    at[2] = half + beta * log(t->samples);
    at[3] = log(alpha);
    at[4] = log(beta);
}

static void kaplan_start(double *at, const typical *t, size_t choice)
{
    double alpha_n = choose(KAPLAN_EXPONENTS, &choice);
    double alpha_d = choose(KAPLAN_EXPONENTS, &choice);
    double u = log(t->loss) / alpha_d - log(2.0); /* both terms alike */
    at[0] = log(t->parameters) + u * alpha_d / alpha_n;
    at[1] = log(t->samples) + u;
    at[2] = log(alpha_n);
    at[3] = log(alpha_d);
}

static void power_start(double *at, const nsl_form *form, const typical *t,
                        size_t choice)
{
    double resource = form->resource == NSL_POWER_PARAMETERS ? t->parameters
                      : form->resource == NSL_POWER_SAMPLES  ? t->samples
                                                             : t->compute;
    at[0] = choose(LEFT, &choice) * t->least_loss;
    double alpha = choose(EXPONENTS, &choice);
    at[1] = log(t->loss - at[0]) + alpha * log(resource);
    at[2] = log(alpha);
}

/* ℓ of the typical run at these numbers, whatever its ridge. */
static double typical_loss(const typical *t, double alpha, double k)
{
    double loss,
        number[NSL_THEORY_NUMBERS] = {[NSL_THEORY_ALPHA] = alpha, [NSL_THEORY_K] = k};
    nsl_form plain = {.kind = NSL_FORM_THEORY};
    nsl_theory_loss(&loss, &plain, number, t->parameters, t->samples, NULL);
    return loss;
}

static void theory_start(double *at, const typical *t, size_t choice)
{
    at[0] = choose(LEFT, &choice) * t->least_loss;
    double alpha = choose(EXPONENTS, &choice);
    double k = choose(RATIOS, &choice) * t->samples / t->parameters;
    at[1] = log((t->loss - at[0]) / typical_loss(t, alpha, k));
    at[2] = log(alpha);
    at[3] = log(k);
}

/* From the theory without switches: each switched parameter near to having no effect,
 * or to having its whole. */
static void switched_start(double *at, const nsl_form *form, const typical *t,
                           const nsl_minimum *plain, size_t choice)
{
    static const double sources[] = {0.7, 1.0, 1.4}, latents[] = {2.0, 1e2, 1e4},
                        noises[] = {0.0, 0.1, 2.0}, ridges[] = {1e-2, 1.0, 1e1};
    double alpha = exp(plain->at[2]), k = exp(plain->at[3]);
    double loss = typical_loss(t, alpha, k);
    memcpy(at, plain->at, 4 * sizeof *at);
    for (size_t i = 4; i < nsl_form_parameters(form); i++)
        switch (nsl_form_theory_number(form, i)) {
        case NSL_THEORY_SOURCE:
            at[i] = log(alpha * choose(sources, &choice));
            break;
        case NSL_THEORY_LATENTS:
            at[i] = -log(t->most_samples * choose(latents, &choice));
            break;
        case NSL_THEORY_NOISE:
            at[i] = loss * choose(noises, &choice);
            break;
        default: /* δ ≃ Δ P: Δ is about z^−p, z about the samples */
            at[i] = log(choose(ridges, &choice)) - alpha * log(t->samples);
        }
}

static size_t count_of(const nsl_fit_job *job)
{
    size_t choices = 3, count = 1;
    if (job->form.kind == NSL_FORM_KAPLAN || job->form.kind == NSL_FORM_POWER)
        choices = 2;
    else if (job->form.kind == NSL_FORM_THEORY && nsl_form_parameters(&job->form) > 4)
        choices = nsl_form_parameters(&job->form) - 4;
    for (; choices > 0; choices--)
        count *= CHOICES;
    return count;
}

nsl_fit_start *nsl_fit_starts(size_t *count, const nsl_fit_job *job,
                              const nsl_minimum *plain)
{
    const nsl_form *form = &job->form;
    typical t = typical_of(job);
    *count = count_of(job);
    nsl_fit_start *start = calloc(*count, sizeof *start);
    for (size_t i = 0; start && i < *count; i++) {
        double *at = start[i].at;
        if (form->kind == NSL_FORM_CHINCHILLA)
            chinchilla_start(at, &t, i);
        else if (form->kind == NSL_FORM_KAPLAN)
            kaplan_start(at, &t, i);
        else if (form->kind == NSL_FORM_POWER)
            power_start(at, form, &t, i);
        else if (nsl_form_parameters(form) == 4)
            theory_start(at, &t, i);
        else
            switched_start(at, form, &t, plain, i);
    }
    return start;
}

/* The descents, shared out among threads. */
typedef struct {
    const nsl_fit_job *job;
    const nsl_fit_start *start;
    nsl_minimum *end;
} descents;

static nsl_status descend(void *data, size_t i, nsl_error *err)
{
    descents *d = data;
    nsl_minimiser minimiser;
    nsl_minimum_problem problem = nsl_fit_problem(d->job);
    nsl_status status = nsl_minimiser_init(&minimiser, d->job->runs.count, err);
    if (status != NSL_OK)
        return status;
    d->end[i] = nsl_minimise(&minimiser, &problem, d->start[i].at);
    nsl_minimiser_clear(&minimiser);
    return NSL_OK;
}

/* The least objective; of equal ones the first start's. */
static nsl_status choose_best(nsl_minimum *best, size_t *agreeing,
                              const nsl_minimum *end, size_t count,
                              const nsl_fit_job *job, nsl_error *err)
{
    double weight = 0.0;
    *best = (nsl_minimum){.objective = (double)INFINITY};
    for (size_t i = 0; i < count; i++)
        if (end[i].converged && end[i].objective < best->objective)
            *best = end[i];
    if (!best->converged)
        return nsl_fail(err, NSL_EFAILED, "form",
                        "no minimum found: none of %zu descents converged", count);
    for (size_t i = 0; i < job->runs.count; i++)
        weight += job->weight[i];
    double same = SAME * best->objective + weight * SAME_RESIDUAL * SAME_RESIDUAL;
    *agreeing = 0;
    for (size_t i = 0; i < count; i++)
        *agreeing += end[i].converged && end[i].objective <= best->objective + same;
    return NSL_OK;
}

nsl_status nsl_fit_search(nsl_minimum *best, size_t *starts, size_t *agreeing,
                          const nsl_fit_job *job, const nsl_minimum *plain,
                          nsl_error *err)
{
    nsl_fit_start *start = nsl_fit_starts(starts, job, plain);
    nsl_minimum *end = calloc(*starts, sizeof *end);
    nsl_status status = start && end ? NSL_OK : nsl_fail_memory(err);
    descents d = {job, start, end};
    if (status == NSL_OK)
        status = nsl_crew_run(descend, &d, *starts, &job->options->work, err);
    if (status == NSL_OK)
        status = choose_best(best, agreeing, end, *starts, job, err);
    free(start);
    free(end);
    return status;
}
