/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The size that reaches a loss, by a root of ln ℓ in ln of the size. */
#include "core/error.h"
#include "empirical/forecast.h"
#include <nslaw/solve.h>

#include <gsl/gsl_roots.h>
#include <math.h>

/* Sizes looked at, in logarithms, and how near the root is to be. */
static const double STEP = 2.0, FARTHEST = 300.0, NEAR = 1e-9;
enum { STEPS_MAX = 200 };

typedef struct {
    const nsl_theory_model *model;
    const nsl_form *form;
    const double *number;
    bool features;
    double parameters, samples, log_target;
    nsl_theory_memory memory;
    nsl_status status;
    nsl_error *err;
} question;

/* ln ℓ less that of the target; falls with the size. */
static double excess(double log_size, void *data)
{
    question *q = data;
    double loss, size = exp(log_size);
    nsl_point point =
        nsl_theory_point(q->form, q->number, q->features ? size : q->parameters,
                         q->features ? q->samples : size);
    nsl_status status =
        nsl_theory_model_loss(&loss, q->model, q->form, &point, &q->memory, q->err);
    if (status != NSL_OK)
        q->status = status;
    return loss == 0.0 ? -FARTHEST : log(loss) - q->log_target;
}

static nsl_status root_between(double *out, question *q, double low, double high)
{
    gsl_function f = {excess, q};
    gsl_root_fsolver *solver = gsl_root_fsolver_alloc(gsl_root_fsolver_brent);
    if (!solver)
        return nsl_fail_memory(q->err);
    gsl_root_fsolver_set(solver, &f, low, high);
    bool near = false;
    for (int i = 0; i < STEPS_MAX && q->status == NSL_OK && !near; i++) {
        gsl_root_fsolver_iterate(solver);
        near =
            gsl_root_fsolver_x_upper(solver) - gsl_root_fsolver_x_lower(solver) < NEAR;
    }
    *out = gsl_root_fsolver_root(solver);
    gsl_root_fsolver_free(solver);
    if (q->status == NSL_OK && !near)
        return nsl_fail(q->err, NSL_EFAILED, "", "the size does not settle");
    return q->status;
}

/* From the other size on, outwards until the loss crosses the target. */
static nsl_status search(double *size, question *q)
{
    double at = log(q->features ? q->samples : q->parameters), here = excess(at, q);
    double way = here > 0.0 ? STEP : -STEP, root = at;
    while (q->status == NSL_OK && fabs(at) < FARTHEST) {
        double next = at + way, there = excess(next, q);
        if (q->status == NSL_OK && (here > 0.0) != (there > 0.0)) {
            nsl_status status = root_between(&root, q, fmin(at, next), fmax(at, next));
            *size = exp(root);
            return status;
        }
        at = next;
        here = there;
    }
    *size = way > 0.0 ? (double)INFINITY : 0.0;
    return q->status;
}

static nsl_status at_fixed_ridge(double *size, const question *q)
{
    nsl_solution found;
    nsl_point point = nsl_theory_point(q->form, q->number, q->parameters, q->samples);
    nsl_query query = {.unknown =
                           q->features ? NSL_UNKNOWN_FEATURES : NSL_UNKNOWN_SAMPLES,
                       .target = 0.5 * exp(q->log_target)};
    nsl_status status = nsl_solve(&found, q->model->model, &point, &query, q->err);
    *size = found.kind == NSL_NEVER ? (double)INFINITY : found.value;
    if (q->features)
        *size /= q->number[NSL_THEORY_K];
    return status;
}

nsl_status nsl_theory_size_for(double *size, const nsl_theory_model *model,
                               const nsl_form *form, const double *parameter,
                               bool features, double parameters, double samples,
                               double target, nsl_error *err)
{
    double number[NSL_THEORY_NUMBERS], part = (target - parameter[0]) / parameter[1];
    nsl_theory_numbers(number, form, parameter);
    question q = {.model = model,
                  .form = form,
                  .number = number,
                  .features = features,
                  .parameters = parameters,
                  .samples = samples,
                  .log_target = log(part),
                  .err = err};
    *size = (double)INFINITY;
    if (!(part > 0.0))
        return NSL_OK;
    if (form->ridge)
        return at_fixed_ridge(size, &q);
    double limit = excess((double)INFINITY, &q);
    q.memory.known = false;
    if (q.status != NSL_OK || limit > 0.0)
        return q.status;
    return search(size, &q);
}
