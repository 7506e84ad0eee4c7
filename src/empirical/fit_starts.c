/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the descents of a fit begin. */
#include "core/crew.h"
#include "core/error.h"
#include "empirical/fit.h"
#include "empirical/step.h"

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
    nsl_training training; /* the first run's, but for the time or the steps */
    bool no_memory;        /* ran out for a loss of it */
} typical;

/* The time or the steps of a training, and whether it has any that typical runs do. */
static bool has_length(const nsl_training *t, double *length)
{
    *length = t->kind == NSL_FLOW ? t->time : t->steps;
    return nsl_training_is_stopped(t) && *length > 0.0 && isfinite(*length);
}

static void set_typical_training(typical *t, const nsl_fit_job *job)
{
    double sum = 0.0, count = 0.0, length;
    for (size_t i = 0; i < job->runs.count; i++) {
        const nsl_training *training = &job->runs.training[i];
        if (!job->used[i] || !has_length(training, &length))
            continue;
        if (count == 0.0)
            t->training = *training;
        sum += log(length);
        count += 1.0;
    }
    if (t->training.kind == NSL_FLOW)
        t->training.time = exp(sum / count);
    if (t->training.kind == NSL_DESCENT)
        t->training.steps = round(exp(sum / count));
}

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
    set_typical_training(&t, job);
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

/* The switched parameters at these of the theory: each near to having no effect, or to
 * having its whole. A time scale is chosen such that the typical run has learnt some of
 * what its samples can teach: the I-th eigenvalue is learnt at a time of about
 * I^(1+alpha). */
static void set_switched(double *at, const nsl_form *form, const typical *t,
                         double alpha, double loss, size_t *choice)
{
    static const double sources[] = {0.7, 1.0, 1.4}, latents[] = {2.0, 1e2, 1e4},
                        noises[] = {0.0, 0.1, 2.0}, ridges[] = {1e-2, 1.0, 1e1},
                        times[] = {1e-4, 1e-2, 1.0};
    for (size_t i = 4; i < nsl_form_parameters(form); i++)
        switch (nsl_form_theory_number(form, i)) {
        case NSL_THEORY_SOURCE:
            at[i] = log(alpha * choose(sources, choice));
            break;
        case NSL_THEORY_LATENTS:
            at[i] = -log(t->most_samples * choose(latents, choice));
            break;
        case NSL_THEORY_NOISE:
            at[i] = loss * choose(noises, choice);
            break;
        case NSL_THEORY_RIDGE: /* δ ≃ Δ P: Δ is about z^−p, z about the samples */
            at[i] = log(choose(ridges, choice)) - alpha * log(t->samples);
            break;
        default:
            at[i] = log(choose(times, choice)) + (1.0 + alpha) * log(t->samples) -
                    log(t->training.time);
        }
}

/* ℓ of the typical run at these numbers, at the best ridge or stopped without one; NaN
 * where it has none. */
static double typical_loss(typical *t, double alpha, double k, double time_scale)
{
    double loss, number[NSL_THEORY_NUMBERS] = {[NSL_THEORY_ALPHA] = alpha,
                                               [NSL_THEORY_K] = k,
                                               [NSL_THEORY_TIME] = time_scale};
    nsl_form plain = {.kind = NSL_FORM_THEORY, .time = time_scale > 0.0};
    nsl_status status = nsl_theory_loss(&loss, &plain, number, t->parameters,
                                        t->samples, &t->training, NULL);
    t->no_memory |= status == NSL_ENOMEM;
    return loss;
}

static void theory_start(double *at, typical *t, size_t choice)
{
    at[0] = choose(LEFT, &choice) * t->least_loss;
    double alpha = choose(EXPONENTS, &choice);
    double k = choose(RATIOS, &choice) * t->samples / t->parameters;
    at[1] = log((t->loss - at[0]) / typical_loss(t, alpha, k, 0.0));
    at[2] = log(alpha);
    at[3] = log(k);
}

/* Of stopped training; E and A are left to those who look. */
static void stopped_start(double *at, const nsl_form *form, typical *t, size_t choice)
{
    double alpha = choose(EXPONENTS, &choice);
    double k = choose(RATIOS, &choice) * t->samples / t->parameters;
    at[0] = at[1] = 0.0;
    at[2] = log(alpha);
    at[3] = log(k);
    set_switched(at, form, t, alpha, 1.0, &choice);
    double scale = form->time ? exp(at[nsl_form_parameters(form) - 1]) : 0.0;
    for (size_t i = 4; i < nsl_form_parameters(form); i++)
        if (nsl_form_may_vanish(form, i)) /* the noise is in units of the loss */
            at[i] *= typical_loss(t, alpha, k, scale);
}

/* From the theory without switches. */
static void switched_start(double *at, const nsl_form *form, typical *t,
                           const nsl_minimum *plain, size_t choice)
{
    double alpha = exp(plain->at[2]), k = exp(plain->at[3]);
    memcpy(at, plain->at, 4 * sizeof *at);
    set_switched(at, form, t, alpha, typical_loss(t, alpha, k, 0.0), &choice);
}

static size_t count_of(const nsl_fit_job *job)
{
    size_t choices = 3, count = 1;
    if (job->form.kind == NSL_FORM_KAPLAN || job->form.kind == NSL_FORM_POWER)
        choices = 2;
    else if (nsl_fit_has_plain(job))
        choices = nsl_form_parameters(&job->form) - 4;
    else if (job->stopped) /* all but E and A, which are found */
        choices = nsl_form_parameters(&job->form) - 2;
    for (; choices > 0; choices--)
        count *= CHOICES;
    return count;
}

bool nsl_fit_has_plain(const nsl_fit_job *job)
{
    return job->form.kind == NSL_FORM_THEORY && !job->stopped &&
           nsl_form_parameters(&job->form) > 4;
}

/* False when memory ran out. */
static bool set_starts(nsl_fit_start *start, size_t count, const nsl_fit_job *job,
                       const nsl_minimum *plain)
{
    const nsl_form *form = &job->form;
    typical t = typical_of(job);
    for (size_t i = 0; i < count; i++) {
        double *at = start[i].at;
        if (form->kind == NSL_FORM_CHINCHILLA)
            chinchilla_start(at, &t, i);
        else if (form->kind == NSL_FORM_KAPLAN)
            kaplan_start(at, &t, i);
        else if (form->kind == NSL_FORM_POWER)
            power_start(at, form, &t, i);
        else if (nsl_fit_has_plain(job))
            switched_start(at, form, &t, plain, i);
        else if (job->stopped)
            stopped_start(at, form, &t, i);
        else
            theory_start(at, &t, i);
    }
    return !t.no_memory;
}

/* --- looking first ----------------------------------------------------------------
 */

/* Where losses are dear, descents begin at so many of the best starts. */
enum { LOOKED_AT = 4 };

typedef struct {
    const nsl_fit_job *job;
    nsl_fit_start *start;
    double *objective;
} looks;

/* E and A of least Σ w ((E + A ℓ)/L − 1)², E at least 0. */
static void set_linear(double *e, double *a, const nsl_fit_job *job, const double *loss)
{
    double ee = 0.0, ea = 0.0, aa = 0.0, e1 = 0.0, a1 = 0.0;
    for (size_t i = 0; i < job->runs.count; i++) {
        if (!job->used[i])
            continue;
        double w = job->weight[i], of_e = 1.0 / job->runs.loss[i],
               of_a = loss[i] * of_e;
        ee += w * of_e * of_e;
        ea += w * of_e * of_a;
        aa += w * of_a * of_a;
        e1 += w * of_e;
        a1 += w * of_a;
    }
    *e = fmax(0.0, (e1 * aa - a1 * ea) / (ee * aa - ea * ea));
    *a = (a1 - *e * ea) / aa;
}

/* Sets E and A of a start, and its objective, INFINITY where it has none. */
static nsl_status look(void *data, size_t i, nsl_error *err)
{
    looks *l = data;
    const nsl_fit_job *job = l->job;
    nsl_minimum_problem problem = nsl_fit_problem(job);
    nsl_form_values values;
    double *at = l->start[i].at, e, a, sum = 0.0;
    nsl_status status = nsl_form_values_init(&values, job->runs.count, err);
    if (status != NSL_OK)
        return status;
    l->objective[i] = (double)INFINITY;
    status = nsl_form_evaluate(&values, &job->form, job->family, at, &job->runs,
                               job->used, NULL);
    if (status == NSL_OK) {
        set_linear(&e, &a, job, values.theory_loss);
        for (size_t k = 0; k < job->runs.count; k++)
            if (job->used[k])
                sum +=
                    job->weight[k] *
                    nsl_huber(log((e + a * values.theory_loss[k]) / job->runs.loss[k]),
                              problem.delta);
        if (isfinite(sum) && a > 0.0) {
            at[0] = e;
            at[1] = log(a);
            l->objective[i] = sum;
        }
    }
    nsl_form_values_clear(&values);
    return status == NSL_ENOMEM ? nsl_fail_memory(err) : NSL_OK;
}

/* Moves the best starts to the front, in the order of their objectives. */
static void keep_best(nsl_fit_start *start, double *objective, size_t count)
{
    for (size_t i = 0; i < LOOKED_AT; i++) {
        size_t best = i;
        for (size_t j = i + 1; j < count; j++)
            if (objective[j] < objective[best])
                best = j;
        nsl_fit_start moved = start[best];
        double value = objective[best];
        for (size_t j = best; j > i; j--) {
            start[j] = start[j - 1];
            objective[j] = objective[j - 1];
        }
        start[i] = moved;
        objective[i] = value;
    }
}

nsl_status nsl_fit_starts(nsl_fit_start **out, size_t *count, const nsl_fit_job *job,
                          const nsl_minimum *plain, nsl_error *err)
{
    *count = count_of(job);
    nsl_fit_start *start = calloc(*count, sizeof *start);
    double *objective = calloc(*count, sizeof *objective);
    bool fine = start && objective && set_starts(start, *count, job, plain);
    nsl_status status = fine ? NSL_OK : nsl_fail_memory(err);
    if (status == NSL_OK && job->stopped && *count > LOOKED_AT) {
        looks l = {job, start, objective};
        status = nsl_crew_run(look, &l, *count, &job->options->work, err);
        if (status == NSL_OK)
            keep_best(start, objective, *count);
        *count = LOOKED_AT;
    }
    free(objective);
    if (status != NSL_OK) {
        free(start);
        start = NULL;
    }
    *out = start;
    return status;
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
    if (minimiser.no_memory)
        status = nsl_fail_memory(err);
    nsl_minimiser_clear(&minimiser);
    return status;
}

/* Why there is no objective at a start; NSL_OK where there is. */
static nsl_status try_start(const nsl_fit_job *job, const double *at, nsl_error *err)
{
    nsl_form_values values;
    nsl_status status = nsl_form_values_init(&values, job->runs.count, err);
    if (status == NSL_OK) {
        status = nsl_form_evaluate(&values, &job->form, job->family, at, &job->runs,
                                   job->used, err);
        nsl_form_values_clear(&values);
    }
    return status;
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
    nsl_fit_start *start;
    nsl_status status = nsl_fit_starts(&start, starts, job, plain, err);
    if (status != NSL_OK)
        return status;
    nsl_minimum *end = calloc(*starts, sizeof *end);
    status = end ? NSL_OK : nsl_fail_memory(err);
    descents d = {job, start, end};
    if (status == NSL_OK)
        status = nsl_crew_run(descend, &d, *starts, &job->options->work, err);
    if (status == NSL_OK && job->stopped && !isfinite(end[0].objective))
        status = try_start(job, start[0].at, err);
    if (status == NSL_OK)
        status = choose_best(best, agreeing, end, *starts, job, err);
    free(start);
    free(end);
    return status;
}
