/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The size at which the loss is a given one. */
#include "core/error.h"
#include "theory/inverse.h"
#include "theory/root.h"
#include "theory/scan.h"

#include <math.h>

/* In ln(size): far enough below another size that no peak there is left. */
static const double BELOW_PEAKS = 4.0;

/* The other sizes of the point, at which a loss may peak. */
static size_t other_widths(double *out, const nsl_inverse *s)
{
    size_t count = 0;
    for (size_t k = 0; k < s->model->hidden_count; k++)
        out[count++] = s->model->hidden[k];
    out[count++] =
        s->query.unknown == NSL_UNKNOWN_FEATURES ? s->point.samples : s->point.features;
    return count;
}

/* Beyond all other sizes and the rank, with nearly all degrees of freedom of the limit
 * learnt, and so near the limit that the target is behind, by `margin` at least; NaN
 * when there is no such place. */
static double find_top(nsl_inverse *s, const double *widths, size_t count, double limit,
                       double dof, double margin)
{
    static const double NEARLY = 0.9, MANY = 16.0, FAR_STEP = 2.0;
    double learnt = isnan(dof) ? MANY : NEARLY * dof;
    const nsl_spectrum *spectrum = s->model->spectrum;
    double x = 0.0, middle = 0.5 * (limit + s->query.target);
    for (size_t i = 0; i < count; i++)
        if (isfinite(widths[i]))
            x = fmax(x, log(widths[i]));
    if (spectrum->rank != NSL_LATENTS_INFINITE)
        x = fmax(x, log((double)spectrum->rank));
    double loss = NAN;
    for (x += log(16.0); x < NSL_INVERSE_FARTHEST; x += FAR_STEP) {
        loss = nsl_inverse_loss_at(s, exp(x));
        if (nsl_inverse_side(s) * (loss - middle) <= -margin && s->last.dof >= learnt)
            return x;
    }
    /* a power so small that it does not get half the way */
    bool behind = nsl_inverse_side(s) * (loss - s->query.target) < -margin;
    return behind && s->last.dof >= learnt ? x - FAR_STEP : (double)NAN;
}

/* The last place at which the loss is above the target; SIZE_MAX when there is none. */
static size_t last_above(nsl_inverse *s, const nsl_places *places)
{
    for (size_t i = places->count; i-- > 0;)
        if (nsl_inverse_excess_at(s, places->x[i]) > 0.0)
            return i;
    return SIZE_MAX;
}

nsl_status nsl_inverse_size(nsl_solution *out, nsl_inverse *s)
{
    double widths[NSL_LAYERS_MAX + 1];
    size_t count = other_widths(widths, s);
    nsl_inverse_limit at_most =
        nsl_inverse_set_limit(out, s, nsl_inverse_loss_at(s, INFINITY));
    double dof = s->last.dof; /* NaN where it is infinite */
    if (s->status != NSL_OK || at_most == NSL_LIMIT_ABOVE_TARGET)
        return s->status;
    /* a limit at the target is reached by what comes up to it from below */
    double margin =
        at_most == NSL_LIMIT_AT_TARGET ? NSL_PROMISE * s->query.target : 0.0;
    double top = find_top(s, widths, count, out->limit, dof, margin), low = 0.0;
    if (isnan(top) && (s->status != NSL_OK || at_most == NSL_LIMIT_AT_TARGET))
        return s->status;
    if (isnan(top))
        return nsl_fail(s->err, NSL_EFAILED, "",
                        "the target loss is reached only beyond %.0e",
                        exp(NSL_INVERSE_FARTHEST));
    double least = -NSL_INVERSE_FARTHEST / 2.0; /* N → 0 learns nothing */
    bool always =
        nsl_inverse_side(s) * (nsl_inverse_loss_at(s, exp(least)) - s->query.target) <=
        0.0;
    for (size_t i = 0; i < count; i++) /* peaks may lie below 1 */
        low = fmin(low, log(widths[i]) - BELOW_PEAKS);
    while (!always && low > least && nsl_inverse_excess_at(s, low) <= 0.0)
        low -= 1.0;
    nsl_places places;
    nsl_status status = nsl_places_make(&places, s->model->spectrum, widths, count, low,
                                        top, s->query.optimal, s->err);
    if (status != NSL_OK)
        return status;
    size_t at = last_above(s, &places);
    bool found =
        at != SIZE_MAX && at + 1 < places.count &&
        nsl_inverse_cross(&out->value, &out->error, s, places.x[at], places.x[at + 1]);
    nsl_places_free(&places);
    if (at == SIZE_MAX && s->status == NSL_OK) {
        out->kind = NSL_ALWAYS;
        out->value = out->error = 0.0;
        return NSL_OK;
    }
    if (!found)
        return nsl_inverse_failed(s);
    out->kind = NSL_SOLVED;
    return NSL_OK;
}
