/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inverse queries: the size, ridge, time or noise at which the loss is a given one. */
#include <nslaw/solve.h>

#include "core/error.h"
#include "theory/inverse.h"
#include "theory/model.h"

#include <math.h>

/* --- noise -------------------------------------------------------------------------
 */

static nsl_status solve_noise(nsl_solution *out, nsl_inverse *s)
{
    nsl_inverse_limit without =
        nsl_inverse_set_limit(out, s, nsl_inverse_loss_at(s, 0.0));
    if (s->status != NSL_OK || without == NSL_LIMIT_ABOVE_TARGET)
        return s->status;
    if (without == NSL_LIMIT_AT_TARGET) {
        out->kind = NSL_SOLVED;
        out->value = out->error = 0.0;
        return NSL_OK;
    }
    double low = 0.0, high = 0.0;
    while (nsl_inverse_excess_at(s, low) > 0.0 && s->status == NSL_OK &&
           low > -NSL_INVERSE_FARTHEST)
        low -= 4.0;
    while (nsl_inverse_excess_at(s, high) <= 0.0 && s->status == NSL_OK &&
           high < NSL_INVERSE_FARTHEST)
        high += 4.0;
    if (s->status != NSL_OK)
        return s->status;
    if (high >= NSL_INVERSE_FARTHEST) {
        out->kind = NSL_ALWAYS;
        out->value = INFINITY;
        out->error = 0.0;
        return NSL_OK;
    }
    if (low <= -NSL_INVERSE_FARTHEST) {
        out->kind = NSL_SOLVED;
        out->value = out->error = 0.0;
        return NSL_OK;
    }
    if (!nsl_inverse_cross(&out->value, &out->error, s, fmin(low, high - 4.0), high))
        return nsl_inverse_failed(s);
    out->kind = NSL_SOLVED;
    return NSL_OK;
}

/* --- all ---------------------------------------------------------------------------
 */

static nsl_status check(const nsl_query *q, const nsl_point *point, nsl_error *err)
{
    if (!(q->target > 0.0 && isfinite(q->target)))
        return nsl_fail(err, NSL_EINVAL, "target-loss",
                        "must be a finite number > 0, got %g", q->target);
    if (q->rising && !nsl_inverse_is_size(q))
        return nsl_fail(err, NSL_EINVAL, "rising", "is for features and samples only");
    bool stopped = point->training.kind != NSL_TRAINED;
    if (q->unknown == NSL_UNKNOWN_RIDGE && stopped)
        return nsl_fail(err, NSL_EINVAL, "ridge",
                        "is solved for where models are trained to the end only");
    if (q->optimal && (stopped || q->unknown == NSL_UNKNOWN_TIME))
        return nsl_fail(err, NSL_EINVAL, "ridge",
                        "must be a number where training may stop early, not the best");
    if (q->optimal && q->unknown == NSL_UNKNOWN_RIDGE)
        return nsl_fail(err, NSL_EINVAL, "ridge",
                        "is what is solved for, and cannot be the best one as well");
    return NSL_OK;
}

nsl_status nsl_solve(nsl_solution *out, const nsl_model *model, const nsl_point *point,
                     const nsl_query *query, nsl_error *err)
{
    static const nsl_solution nothing = {NSL_NEVER, NAN, NAN,   NAN,
                                         NAN,       NAN, false, NAN};
    *out = nothing;
    nsl_status status = check(query, point, err);
    nsl_model *kernel = NULL;
    if (status == NSL_OK && query->optimal) /* defined at N = ∞, and the same loss */
        status = nsl_model_new_kernel(&kernel, model, err);
    if (status != NSL_OK)
        return status;
    nsl_inverse s = {
        .model = kernel ? kernel : model, .point = *point, .query = *query, .err = err};
    if (query->optimal)
        s.point.ridge = 0.0;
    if (query->unknown == NSL_UNKNOWN_RIDGE)
        status = nsl_inverse_ridge(out, &s);
    else if (query->unknown == NSL_UNKNOWN_TIME)
        status = nsl_inverse_time(out, &s);
    else if (query->unknown == NSL_UNKNOWN_NOISE)
        status = solve_noise(out, &s);
    else
        status = nsl_inverse_size(out, &s);
    nsl_course_free(s.course);
    nsl_model_free(kernel);
    if (status != NSL_OK)
        *out = nothing;
    return status;
}
