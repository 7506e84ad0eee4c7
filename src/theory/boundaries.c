/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The boundaries in the plane of a map.
 *
 * Where two sizes are equal the boundary is a straight line. The frontier comes from
 * best_splits.c, the boundaries of regimes from zero_lines.c. */
#include "theory/boundaries.h"
#include "core/error.h"
#include "theory/best_splits.h"
#include "theory/zero_lines.h"
#include "training/course.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Points of the frontier that are looked for. */
enum { BUDGETS = 96 };

typedef struct {
    const nsl_map_query *query;
    nsl_map_lattice lattice;
    nsl_boundaries *out;
} tracing;

void nsl_boundaries_clear(nsl_boundaries *boundaries)
{
    for (size_t k = 0; k < boundaries->count; k++) {
        free(boundaries->at[k].x);
        free(boundaries->at[k].y);
    }
    free(boundaries->at);
    *boundaries = (nsl_boundaries){0};
}

bool nsl_boundaries_add(nsl_boundaries *inout, nsl_boundary_kind kind, size_t count,
                        const double *x, const double *y)
{
    nsl_boundary *grown = realloc(inout->at, (inout->count + 1) * sizeof *grown);
    if (!grown)
        return false;
    inout->at = grown;
    nsl_boundary *to = &grown[inout->count++];
    *to = (nsl_boundary){kind, count, malloc(count * sizeof *x),
                         malloc(count * sizeof *y)};
    if (!to->x || !to->y)
        return false;
    memcpy(to->x, x, count * sizeof *x);
    memcpy(to->y, y, count * sizeof *y);
    return true;
}

/* --- straight lines ----------------------------------------------------------------
 */

static double low_of(const tracing *t, int axis)
{
    return t->lattice.low[axis];
}

static double high_of(const tracing *t, int axis)
{
    return nsl_map_lattice_high(&t->lattice, axis);
}

/* The line on which two sizes are equal: a diagonal where both are axes, else where the
 * axis has the other's value. */
static bool add_equal(const tracing *t, nsl_boundary_kind kind, nsl_axis_kind one,
                      double one_value, nsl_axis_kind other, double other_value)
{
    const nsl_map_query *q = t->query;
    bool x_one = q->x.kind == one, x_other = q->x.kind == other;
    bool y_one = q->y.kind == one, y_other = q->y.kind == other;
    double x[2] = {low_of(t, 0), high_of(t, 0)}, y[2] = {low_of(t, 1), high_of(t, 1)};
    if ((x_one && y_other) || (x_other && y_one)) {
        x[0] = y[0] = fmax(x[0], y[0]);
        x[1] = y[1] = fmin(x[1], y[1]);
    } else if (x_one || x_other) {
        double at = log(x_one ? other_value : one_value);
        if (!(at >= x[0] && at <= x[1]))
            return true;
        x[0] = x[1] = at;
    } else if (y_one || y_other) {
        double at = log(y_one ? other_value : one_value);
        if (!(at >= y[0] && at <= y[1]))
            return true;
        y[0] = y[1] = at;
    } else {
        return true;
    }
    if (!(x[0] <= x[1] && y[0] <= y[1]) || (x[0] == x[1] && y[0] == y[1]))
        return true;
    for (int k = 0; k < 2; k++) {
        x[k] = exp(x[k]);
        y[k] = exp(y[k]);
    }
    return nsl_boundaries_add(t->out, kind, 2, x, y);
}

static bool add_equals(const tracing *t)
{
    const nsl_point *p = &t->query->point;
    double latents = nsl_whole_from(t->query->model->spectrum->latents).high;
    return add_equal(t, NSL_BOUNDARY_FEATURES_SAMPLES, NSL_AXIS_FEATURES, p->features,
                     NSL_AXIS_SAMPLES, p->samples) &&
           add_equal(t, NSL_BOUNDARY_FEATURES_LATENTS, NSL_AXIS_FEATURES, p->features,
                     NSL_AXIS_LATENTS, latents) &&
           add_equal(t, NSL_BOUNDARY_SAMPLES_LATENTS, NSL_AXIS_SAMPLES, p->samples,
                     NSL_AXIS_LATENTS, latents);
}

/* --- the frontier ------------------------------------------------------------------
 */

/* Within the map, its edges included whatever rounding. */
static bool is_inside(const tracing *t, double x, double y)
{
    return log(x) >= low_of(t, 0) - NSL_BOUNDARY_RESOLUTION &&
           log(x) <= high_of(t, 0) + NSL_BOUNDARY_RESOLUTION &&
           log(y) >= low_of(t, 1) - NSL_BOUNDARY_RESOLUTION &&
           log(y) <= high_of(t, 1) + NSL_BOUNDARY_RESOLUTION;
}

/* A piece of the frontier that is being gathered. */
typedef struct {
    size_t count;
    double x[BUDGETS], y[BUDGETS];
} strand;

static bool flush(const tracing *t, strand *s)
{
    bool fine = s->count < 2 ||
                nsl_boundaries_add(t->out, NSL_BOUNDARY_FRONTIER, s->count, s->x, s->y);
    s->count = 0;
    return fine;
}

/* Adds a best split. What is outside the map or not known ends the piece; so does a
 * jump of more than `far` to another minimum. */
static bool add_split(const tracing *t, strand *s, nsl_best_split split, double far)
{
    bool x_features = t->query->x.kind == NSL_AXIS_FEATURES;
    double x = x_features ? split.features : split.samples;
    double y = x_features ? split.samples : split.features;
    bool found = is_inside(t, x, y);
    bool jumps = found && s->count > 0 && fabs(log(x / s->x[s->count - 1])) > far;
    if ((!found || jumps) && !flush(t, s))
        return false;
    if (found) {
        s->x[s->count] = x;
        s->y[s->count++] = y;
    }
    return true;
}

static nsl_status add_frontier(const tracing *t, const nsl_quick *quick,
                               const nsl_work *work, nsl_error *err)
{
    static const double FAR = 3.0; /* steps; N* never runs as fast as B for long */
    nsl_axis_kind x = t->query->x.kind, y = t->query->y.kind;
    bool plane = (x == NSL_AXIS_FEATURES && y == NSL_AXIS_SAMPLES) ||
                 (x == NSL_AXIS_SAMPLES && y == NSL_AXIS_FEATURES);
    double models = fmax(t->query->point.ensemble, 1.0); /* 0 stands for 1 */
    if (!plane || isinf(models) || nsl_training_stops(&t->query->point))
        return NSL_OK;
    double low = low_of(t, 0) + low_of(t, 1), budget[BUDGETS];
    double step = (high_of(t, 0) + high_of(t, 1) - low) / (BUDGETS - 1);
    size_t count = 0;
    for (int k = 0; k < BUDGETS; k++) {
        budget[count] = models * exp(low + step * k); /* each costs N·P */
        count += budget[count] >= models && isfinite(budget[count]);
    }
    nsl_best_split split[BUDGETS];
    strand s = {.count = 0};
    nsl_status status =
        nsl_best_splits_find(split, budget, count, t->query, quick, work, err);
    bool fine = true;
    if (status != NSL_OK)
        return status;
    for (size_t k = 0; k < count && fine; k++)
        fine = add_split(t, &s, split[k], FAR * step);
    return fine && flush(t, &s) ? NSL_OK : nsl_fail_memory(err);
}

static nsl_status check_ends(const nsl_map_query *q, nsl_error *err)
{
    for (int axis = 0; axis < 2; axis++) {
        const nsl_axis *a = axis ? &q->y : &q->x;
        if (a->count < 2 || !(a->value[0] > 0.0 && isfinite(a->value[a->count - 1])))
            return nsl_fail(err, NSL_EINVAL, axis ? "y" : "x",
                            "boundaries need an axis with two finite values > 0");
    }
    return NSL_OK;
}

nsl_status nsl_boundaries_find(nsl_boundaries *out, const nsl_map_query *query,
                               const nsl_work *work, nsl_error *err)
{
    tracing t = {.query = query, .out = out};
    nsl_plane_model model = {.query = NULL};
    *out = (nsl_boundaries){0};
    nsl_status status = nsl_plane_check(query, err);
    if (status == NSL_OK)
        status = check_ends(query, err);
    if (status != NSL_OK)
        return status;
    t.lattice = nsl_map_lattice_of(query);
    if (!nsl_plane_is_of_model(query))
        status = nsl_plane_model_make(&model, query, 0.0, 0.0, true, err);
    if (status == NSL_OK && model.query)
        nsl_plane_model_prepare(&model, t.lattice.cells * t.lattice.cells, work->jobs);
    if (status == NSL_OK && !add_equals(&t))
        status = nsl_fail_memory(err);
    if (status == NSL_OK)
        status = add_frontier(&t, &model.quick, work, err);
    if (status == NSL_OK)
        status = nsl_zero_lines_find(out, query, &model, &t.lattice, work, err);
    nsl_plane_model_clear(&model);
    if (status != NSL_OK)
        nsl_boundaries_clear(out);
    return status;
}
