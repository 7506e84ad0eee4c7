/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/quick.h"
#include "core/error.h"
#include "spectrum/interpolant.h"
#include "theory/balance.h"
#include "theory/loss.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Losses of power laws had one minimum in the ridge whatever the sizes, widths, noise
 * and averaging, unless the target was a source target and α above 3: the steps of so
 * steep a spectrum then show in the target's part of the loss. Below this, with room,
 * they do not. */
static const double STEEP = 1.5;

/* A balance that is positive beyond all roundings. */
static const double RISES = 1e-9;

static bool has_one_minimum(const nsl_model *model)
{
    if (nsl_spectrum_origin(model->spectrum)->ops != &nsl_powerlaw_ops)
        return false;
    return model->target.kind == NSL_TARGET_MRS ||
           nsl_powerlaw_numbers(model->spectrum).alpha <= STEEP;
}

nsl_status nsl_quick_new_on(nsl_quick *out, const nsl_model *model,
                            const nsl_spectrum *spectrum, nsl_error *err)
{
    *out = (nsl_quick){.exact = model};
    nsl_status status =
        nsl_spectrum_new_interpolant(&out->spectrum, spectrum, &model->target, err);
    if (status == NSL_OK)
        status = nsl_model_new_on(&out->model, model, out->spectrum, err);
    out->unique = has_one_minimum(model);
    if (status != NSL_OK)
        nsl_quick_clear(out);
    return status;
}

nsl_status nsl_quick_new(nsl_quick *out, const nsl_model *model, nsl_error *err)
{
    return nsl_quick_new_on(out, model, model->spectrum, err);
}

void nsl_quick_clear(nsl_quick *quick)
{
    nsl_model_free(quick->model);
    nsl_spectrum_free(quick->spectrum);
    *quick = (nsl_quick){.exact = NULL};
}

nsl_status nsl_quick_status(nsl_status status, nsl_error *err)
{
    return nsl_interpolant_lacked() ? nsl_fail_memory(err) : status;
}

void nsl_quick_prepare(const nsl_quick *quick, const nsl_point *one,
                       const nsl_point *other, size_t points, unsigned jobs)
{
    nsl_root a, b;
    bool found = nsl_root_solve(&a, quick->exact, one, NULL) == NSL_OK &&
                 nsl_root_solve(&b, quick->exact, other, NULL) == NSL_OK &&
                 a.kind == NSL_ROOT_POSITIVE && b.kind == NSL_ROOT_POSITIVE;
    if (found)
        nsl_interpolant_prepare(quick->spectrum, fmin(a.delta, b.delta),
                                fmax(a.delta, b.delta), points, jobs);
}

/* Everything that can be known of the point is known as well as promised. */
static bool is_good(const nsl_prediction *p)
{
    unsigned lost = NSL_NOTE_UNDERFLOW | NSL_NOTE_OVERFLOW | NSL_NOTE_ELASTICITY;
    return !(p->notes & lost) && !(p->error > NSL_PROMISE);
}

static bool has_finite_width(const nsl_quick *quick, const nsl_point *point)
{
    return isfinite(nsl_root_least_width(quick->exact, point));
}

/* Where ln Δ would go next by the last three points, or fewer. */
static double next_of(const nsl_trail *t)
{
    double ratio = t->delta[1] > 0.0 ? t->delta[0] / t->delta[1] : 1.0;
    return t->delta[2] > 0.0 ? ratio * ratio * ratio * t->delta[2]
                             : ratio * t->delta[0];
}

/* nsl_root_solve by way of the trail. */
static bool solve_along(nsl_root *root, const nsl_quick *quick, const nsl_point *point,
                        nsl_trail *trail)
{
    if (nsl_root_solve_from(root, quick->model, point, next_of(trail), NULL) != NSL_OK)
        return false;
    if (root->kind == NSL_ROOT_POSITIVE) {
        trail->delta[2] = trail->delta[1];
        trail->delta[1] = trail->delta[0];
        trail->delta[0] = root->delta;
    } else {
        memset(trail->delta, 0, sizeof trail->delta);
    }
    return true;
}

nsl_status nsl_quick_predict_to(nsl_prediction *out, const nsl_quick *quick,
                                const nsl_point *point, double promise,
                                nsl_trail *trail, nsl_error *err)
{
    nsl_root root;
    double start = 0.0;
    if (has_finite_width(quick, point) && solve_along(&root, quick, point, trail)) {
        nsl_predict_at(out, quick->model, point, &root, promise);
        if (is_good(out))
            return nsl_quick_status(NSL_OK, err);
        start = root.kind == NSL_ROOT_POSITIVE ? root.delta : 0.0;
    }
    nsl_status status = nsl_root_solve_from(&root, quick->exact, point, start, err);
    *out = nsl_nothing_known();
    if (status == NSL_OK)
        nsl_predict_at(out, quick->exact, point, &root, promise);
    return nsl_quick_status(status, err);
}

nsl_status nsl_quick_predict(nsl_prediction *out, const nsl_quick *quick,
                             const nsl_point *point, nsl_trail *trail, nsl_error *err)
{
    return nsl_quick_predict_to(out, quick, point, NSL_MAP_PROMISE, trail, err);
}

/* From the minimum of the point before. */
static bool predict_beside(nsl_prediction *out, nsl_optimum *optimum,
                           const nsl_quick *quick, const nsl_point *point,
                           nsl_trail *trail)
{
    nsl_root root;
    nsl_point best = *point;
    if (!quick->unique || isinf(point->samples) ||
        !nsl_optimum_beside(optimum, &root, quick->model, point, &trail->best))
        return false;
    best.ridge = optimum->ridge;
    nsl_predict_at(out, quick->model, &best, &root, NSL_MAP_PROMISE);
    nsl_optimum_flatten(out, optimum, point);
    return is_good(out);
}

/* γ = 0, if the loss rises from there or cannot fall. */
static bool predict_ridgeless(nsl_prediction *out, nsl_optimum *optimum,
                              const nsl_quick *quick, const nsl_point *point,
                              nsl_trail *trail)
{
    nsl_root root;
    nsl_point zero = *point;
    zero.ridge = 0.0;
    if (!quick->unique || isinf(point->samples) || !has_finite_width(quick, point) ||
        !solve_along(&root, quick, &zero, trail))
        return false;
    nsl_predict_at(out, quick->model, &zero, &root, NSL_MAP_PROMISE);
    bool rises = root.kind == NSL_ROOT_POSITIVE &&
                 nsl_balance_value(nsl_balance_of(&root, quick->model, &zero)) > RISES;
    if (!(rises || out->test_loss == 0.0) || !is_good(out))
        return false;
    *optimum = (nsl_optimum){.kind = NSL_OPTIMUM_ZERO, .delta = NAN, .gap = NAN};
    return true;
}

/* By the search for all minima. NSL_EFAILED where that is not good enough. */
static nsl_status predict_searching(nsl_prediction *out, nsl_optimum *optimum,
                                    const nsl_quick *quick, const nsl_point *point)
{
    if (!has_finite_width(quick, point))
        return NSL_EFAILED;
    nsl_status status = nsl_predict_optimal(out, optimum, quick->model, point, NULL);
    bool good = is_good(out) && !(optimum->error > NSL_MAP_PROMISE);
    return status == NSL_OK && !good ? NSL_EFAILED : status;
}

nsl_status nsl_quick_predict_optimal(nsl_prediction *out, nsl_optimum *optimum,
                                     const nsl_quick *quick, const nsl_point *point,
                                     nsl_trail *trail, nsl_error *err)
{
    if (predict_beside(out, optimum, quick, point, trail) ||
        predict_ridgeless(out, optimum, quick, point, trail))
        return nsl_quick_status(NSL_OK, err);
    nsl_status status = predict_searching(out, optimum, quick, point);
    if (status == NSL_ENOMEM)
        return nsl_fail_memory(err);
    if (status != NSL_OK)
        status = nsl_predict_optimal(out, optimum, quick->exact, point, err);
    bool interior = status == NSL_OK && optimum->kind == NSL_OPTIMUM_INTERIOR;
    trail->best = (nsl_neighbour){.known = interior, .tilt = NAN};
    if (interior) {
        trail->best.log_delta = log(optimum->delta);
        trail->best.log_gap = log(optimum->gap);
    }
    return nsl_quick_status(status, err);
}
