/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Levenberg's and Marquardt's method with the objective kept as it is: each step
 * minimises the objective of the linearised residuals (step.h), damped, so that Huber's
 * function, nearly Σ|ρ| at small δ, is no obstacle to fast convergence as it is for
 * reweighted least squares. The damping follows the ratio of what a step gave to what
 * it promised (Nielsen 1999). */
#include "empirical/minimise.h"
#include "core/error.h"
#include "empirical/step.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX = NSL_FORM_PARAMETERS_MAX, STEPS_MAX = 300 };

/* Damping at the start, and where it stands for a step that cannot be found. */
static const double DAMPING = 1e-2, STUCK = 1e14;

/* A step that gives less than this part of what it promised is not taken. */
static const double ENOUGH = 1e-3;

/* The minimum is reached when a step promises less than this part of the objective, or
 * than residuals of that size would make of it. */
static const double SETTLED = 1e-14, ROUNDED = 2e-15;

/* A refused step that promised no more than this shows the roundings of the losses
 * only: those of the theory are of some 1e-13. */
static const double SETTLED_ROUGHLY = 1e-9, ROUNDED_ROUGHLY = 1e-12;

/* Refinement: a step must be shorter than this part of the one before. */
static const double SHRINKS = 0.5;
enum { REFINEMENTS_MAX = 30 };

/* What is left of a minimum after steps that shrink so, in lengths of the last. */
static const double REST = 4.0;

/* Where damping was the reason for so little, its decrease shows it. */
static const double UNDAMPED = 1e-6;

nsl_status nsl_minimiser_init(nsl_minimiser *out, size_t count, nsl_error *err)
{
    *out = (nsl_minimiser){.rho = calloc(count, sizeof *out->rho),
                           .rho_there = calloc(count, sizeof *out->rho_there)};
    nsl_status status = out->rho && out->rho_there ? NSL_OK : nsl_fail_memory(err);
    if (status == NSL_OK)
        status = nsl_form_values_init(&out->here, count, err);
    if (status == NSL_OK)
        status = nsl_form_values_init(&out->there, count, err);
    if (status != NSL_OK)
        nsl_minimiser_clear(out);
    return status;
}

void nsl_minimiser_clear(nsl_minimiser *m)
{
    nsl_form_values_clear(&m->here);
    nsl_form_values_clear(&m->there);
    free(m->rho);
    free(m->rho_there);
    *m = (nsl_minimiser){.rho = NULL};
}

/* The objective at `at`, INFINITY where it cannot be computed. */
static double objective_at(nsl_minimiser *m, nsl_form_values *values, double *rho,
                           const nsl_minimum_problem *p, const double *at)
{
    double sum = 0.0;
    nsl_status status =
        nsl_form_evaluate(values, p->form, p->family, at, p->runs, p->used, NULL);
    m->no_memory |= status == NSL_ENOMEM;
    if (status != NSL_OK)
        return (double)INFINITY;
    for (size_t i = 0; i < p->runs->count; i++) {
        if (!p->used[i])
            continue;
        rho[i] = values->log_loss[i] - log(p->runs->loss[i]);
        sum += p->weight[i] * nsl_huber(rho[i], p->delta);
    }
    return sum;
}

/* Lengths that make the columns of the weighted slopes comparable; they only grow, so
 * that a direction that has become flat is not run along. */
static void set_scale(nsl_step_problem *step, const nsl_minimum_problem *p)
{
    for (size_t j = 0; j < step->parameters; j++) {
        double sum = 0.0;
        for (size_t i = 0; i < step->count; i++) {
            if (!p->used[i])
                continue;
            double rho = step->rho[i],
                   bend = fabs(rho) > p->delta ? p->delta / fabs(rho) : 1.0;
            sum += p->weight[i] * bend * step->slope[i][j] * step->slope[i][j];
        }
        step->scale[j] = fmax(step->scale[j], sqrt(sum));
    }
}

static double bound_of(const nsl_minimum_problem *p, size_t j, double at)
{
    double low, high;
    nsl_form_range(&low, &high, p->form, j, at);
    return low;
}

static void set_bounds(nsl_step_problem *step, const nsl_minimum_problem *p,
                       const double *at)
{
    for (size_t j = 0; j < step->parameters; j++)
        step->least[j] = bound_of(p, j, at[j]) - at[j];
}

/* Whether a promise is beyond what can be had. */
static bool is_small(double promised, const nsl_minimum *best,
                     const nsl_minimum_problem *p, double part, double size)
{
    double sum = 0.0;
    for (size_t i = 0; i < p->runs->count; i++)
        sum += p->used[i] ? p->weight[i] : 0.0;
    return promised <= part * best->objective || promised <= sum * size * size;
}

static void swap(nsl_minimiser *m)
{
    nsl_form_values values = m->here;
    double *rho = m->rho;
    m->here = m->there;
    m->there = values;
    m->rho = m->rho_there;
    m->rho_there = rho;
}

static double moved(const nsl_step_problem *step, const nsl_minimum_problem *p,
                    const double *at, const double *move, size_t j)
{
    return move[j] == step->least[j] ? bound_of(p, j, at[j]) : at[j] + move[j];
}

/* What a step leads to. */
typedef enum { TAKEN, REFUSED, SETTLES } outcome;

static outcome try_step(nsl_minimum *best, nsl_minimiser *m,
                        const nsl_minimum_problem *p, const nsl_step_problem *step,
                        double damping, double *ratio)
{
    double move[MAX], linear, at[MAX];
    *ratio = 0.0;
    if (!nsl_step_solve(move, &linear, step, damping))
        return REFUSED;
    double promised = best->objective - linear;
    if (is_small(promised, best, p, SETTLED, ROUNDED))
        return SETTLES;
    for (size_t j = 0; j < step->parameters; j++) /* at a bound without rounding */
        at[j] = moved(step, p, best->at, move, j);
    double there = objective_at(m, &m->there, m->rho_there, p, at);
    *ratio = (best->objective - there) / promised;
    if (!(*ratio > ENOUGH))
        return is_small(promised, best, p, SETTLED_ROUGHLY, ROUNDED_ROUGHLY) ? SETTLES
                                                                             : REFUSED;
    memcpy(best->at, at, step->parameters * sizeof *at);
    best->objective = there;
    swap(m);
    return TAKEN;
}

static nsl_step_problem steps_of(const nsl_minimum_problem *p)
{
    nsl_step_problem step = {.count = p->runs->count,
                             .parameters = nsl_form_parameters(p->form),
                             .weight = p->weight,
                             .delta = p->delta};
    memcpy(step.held, p->held, sizeof step.held);
    return step;
}

/* The linearised problem where the minimiser is. */
static void linearise(nsl_step_problem *step, const nsl_minimiser *m,
                      const nsl_minimum_problem *p, const double *at)
{
    step->rho = m->rho;
    step->slope = m->here.slope;
    set_scale(step, p);
    set_bounds(step, p, at);
}

nsl_minimum nsl_minimise(nsl_minimiser *m, const nsl_minimum_problem *p,
                         const double *start)
{
    nsl_minimum best = {.objective = (double)INFINITY};
    nsl_step_problem step = steps_of(p);
    double damping = DAMPING, growth = 2.0, ratio;
    memcpy(best.at, start, step.parameters * sizeof *start);
    best.objective = objective_at(m, &m->here, m->rho, p, best.at);
    for (int i = 0; i < STEPS_MAX && isfinite(best.objective); i++) {
        linearise(&step, m, p, best.at);
        outcome o = try_step(&best, m, p, &step, damping, &ratio);
        if (o == SETTLES && damping <= UNDAMPED) {
            best.converged = true;
            break;
        }
        if (o == REFUSED) {
            damping *= growth;
            growth *= 2.0;
            if (damping > STUCK)
                break;
        } else {
            damping *= o == SETTLES ? 0.1 : fmax(0.1, 1.0 - pow(2.0 * ratio - 1.0, 3));
            growth = 2.0;
        }
    }
    return best;
}

static double length_of(const nsl_step_problem *step, const double *move)
{
    double sum = 0.0;
    for (size_t j = 0; j < step->parameters; j++)
        sum += step->scale[j] * step->scale[j] * move[j] * move[j];
    return sqrt(sum);
}

void nsl_minimum_refine(nsl_minimum *minimum, double *error, nsl_minimiser *m,
                        const nsl_minimum_problem *p)
{
    nsl_step_problem step = steps_of(p);
    double before = (double)INFINITY, linear;
    for (size_t j = 0; j < step.parameters; j++)
        error[j] = (double)INFINITY;
    for (int i = 0; i < REFINEMENTS_MAX; i++) {
        double move[MAX], at[MAX];
        linearise(&step, m, p, minimum->at);
        if (!nsl_step_solve(move, &linear, &step, 0.0))
            return;
        double length = length_of(&step, move);
        for (size_t j = 0; j < step.parameters; j++)
            error[j] = fmin(error[j], REST * fabs(move[j]));
        if (!(length < SHRINKS * before))
            return;
        for (size_t j = 0; j < step.parameters; j++)
            at[j] = moved(&step, p, minimum->at, move, j);
        double there = objective_at(m, &m->there, m->rho_there, p, at);
        if (!(there <= minimum->objective * (1.0 + SETTLED_ROUGHLY)))
            return;
        memcpy(minimum->at, at, step.parameters * sizeof *at);
        minimum->objective = there;
        swap(m);
        before = length;
    }
}
