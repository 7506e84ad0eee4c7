/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The boundaries in the plane of a map.
 *
 * Where two sizes are equal the boundary is a straight line. The frontier comes from
 * best_splits.c. The others are zero lines of functions of the
 * prediction (phase.c): seen on a lattice that is uniform in the logarithms of both
 * axes, followed by contour.c, each point found by Brent's method on its edge. */
#include "core/crew.h"
#include "core/error.h"
#include "theory/best_splits.h"
#include "theory/bracket.h"
#include "theory/contour.h"
#include "theory/phase.h"
#include "theory/plane.h"
#include "training/course.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Cells of the lattice along each axis: fewer where each costs a model of its own. */
enum { CELLS = 160, CELLS_OF_COURSES = 48, CELLS_OF_MODELS = 48, BUDGETS = 96 };

enum { FIRST_FUNCTION = NSL_BOUNDARY_NOISE, FUNCTIONS = NSL_BOUNDARY_COUNT };

/* Points are known to this in the logarithms, with room to NSL_BOUNDARY_PRECISION. */
static const double PRECISION = 1e-7;

/* Over the last bracket a function that is continuous has fallen far below what it was
 * at the ends of the edge; one that jumps has not. */
static const double CONTINUOUS = 1e-2;

typedef struct {
    const nsl_map_query *query;
    const nsl_work *work;
    nsl_boundaries *out;
    nsl_error *err;
    nsl_status status;
    size_t cells;
    double low[2], step[2];   /* of the lattice, in ln x and ln y */
    nsl_plane_model model;    /* where no axis is of the model */
    bool of_model;            /* some axis is */
    bool in_steps;            /* an axis has whole steps of descent */
    nsl_trail *trail;         /* of each node */
    nsl_kept_course kept;     /* of the last stopped point */
    double *value[FUNCTIONS]; /* at each node */
    nsl_boundary_kind kind;   /* that is being followed */
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

/* Adds a copy of a piece. */
static bool add_piece(void *data, size_t count, const double *x, const double *y)
{
    tracing *t = data;
    nsl_boundaries *b = t->out;
    nsl_boundary *grown = realloc(b->at, (b->count + 1) * sizeof *grown);
    if (!grown)
        return false;
    b->at = grown;
    nsl_boundary *to = &b->at[b->count++];
    *to = (nsl_boundary){t->kind, count, malloc(count * sizeof *x),
                         malloc(count * sizeof *y)};
    if (!to->x || !to->y)
        return false;
    memcpy(to->x, x, count * sizeof *x);
    memcpy(to->y, y, count * sizeof *y);
    return true;
}

/* --- straight lines ----------------------------------------------------------------
 */

static double high_of(const tracing *t, int axis)
{
    return t->low[axis] + t->step[axis] * (double)t->cells;
}

/* The line on which two sizes are equal: a diagonal where both are axes, else where the
 * axis has the other's value. */
static bool add_equal(tracing *t, nsl_boundary_kind kind, nsl_axis_kind one,
                      double one_value, nsl_axis_kind other, double other_value)
{
    const nsl_map_query *q = t->query;
    bool x_one = q->x.kind == one, x_other = q->x.kind == other;
    bool y_one = q->y.kind == one, y_other = q->y.kind == other;
    double x[2] = {t->low[0], high_of(t, 0)}, y[2] = {t->low[1], high_of(t, 1)};
    t->kind = kind;
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
    return add_piece(t, 2, x, y);
}

static bool add_equals(tracing *t)
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
    return log(x) >= t->low[0] - PRECISION && log(x) <= high_of(t, 0) + PRECISION &&
           log(y) >= t->low[1] - PRECISION && log(y) <= high_of(t, 1) + PRECISION;
}

/* A piece of the frontier that is being gathered. */
typedef struct {
    size_t count;
    double x[BUDGETS], y[BUDGETS];
} strand;

static bool flush(tracing *t, strand *s)
{
    bool fine = s->count < 2 || add_piece(t, s->count, s->x, s->y);
    s->count = 0;
    return fine;
}

/* Adds a best split. What is outside the map or not known ends the piece; so does a
 * jump of more than `far` to another minimum. */
static bool add_split(tracing *t, strand *s, nsl_best_split split, double far)
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

static bool add_frontier(tracing *t)
{
    static const double FAR = 3.0; /* steps; N* never runs as fast as B for long */
    nsl_axis_kind x = t->query->x.kind, y = t->query->y.kind;
    bool plane = (x == NSL_AXIS_FEATURES && y == NSL_AXIS_SAMPLES) ||
                 (x == NSL_AXIS_SAMPLES && y == NSL_AXIS_FEATURES);
    double models = fmax(t->query->point.ensemble, 1.0); /* 0 stands for 1 */
    if (!plane || isinf(models) || nsl_training_stops(&t->query->point))
        return true;
    double low = t->low[0] + t->low[1], budget[BUDGETS];
    double step = (high_of(t, 0) + high_of(t, 1) - low) / (BUDGETS - 1);
    size_t count = 0;
    for (int k = 0; k < BUDGETS; k++) {
        budget[count] = models * exp(low + step * k); /* each costs N·P */
        count += budget[count] >= models && isfinite(budget[count]);
    }
    nsl_best_split split[BUDGETS];
    strand s = {.count = 0};
    t->kind = NSL_BOUNDARY_FRONTIER;
    t->status = nsl_best_splits_find(split, budget, count, t->query, &t->model.quick,
                                     t->work, t->err);
    bool fine = t->status == NSL_OK;
    for (size_t k = 0; k < count && fine; k++)
        fine = add_split(t, &s, split[k], FAR * step);
    return fine && flush(t, &s);
}

/* --- zero lines --------------------------------------------------------------------
 */

/* A prediction anywhere in the plane. */
static nsl_status look(nsl_prediction *p, nsl_point *point, nsl_phase *phase,
                       tracing *t, double log_x, double log_y, nsl_trail *trail)
{
    nsl_plane_model own, *model = &t->model;
    double x = exp(log_x), y = exp(log_y);
    nsl_status status = NSL_OK;
    *point = nsl_map_point(t->query, x, y);
    if (t->in_steps)
        point->training.steps = round(point->training.steps);
    if (t->of_model) {
        model = &own;
        status = nsl_plane_model_make(model, t->query, x, y, false, t->err);
    }
    if (status == NSL_OK)
        status = nsl_plane_predict(p, point, model, trail, &t->kept, t->err);
    if (status == NSL_OK)
        *phase = nsl_phase_of(p, nsl_plane_model_of(model), point);
    if (t->of_model) {
        nsl_kept_course_clear(&t->kept); /* of that model */
        nsl_plane_model_clear(&own);
    }
    return status;
}

/* A loss that rises or falls with time by less has settled: no best time is there. */
static const double SETTLED = 1e-6;

/* The function of a boundary, where the map has it. */
static double distance_of(const tracing *t, nsl_boundary_kind kind,
                          const nsl_prediction *p)
{
    nsl_axis_kind x = t->query->x.kind, y = t->query->y.kind;
    nsl_axis_kind other = x == NSL_AXIS_TIME ? y : x;
    bool in_time = x == NSL_AXIS_TIME || y == NSL_AXIS_TIME;
    bool stopped = in_time || nsl_training_stops(&t->query->point);
    bool none =
        (kind == NSL_BOUNDARY_TIME && !stopped) ||
        (kind == NSL_BOUNDARY_STOP && !stopped) ||
        (kind == NSL_BOUNDARY_TIME_FEATURES &&
         !(in_time && other == NSL_AXIS_FEATURES)) ||
        (kind == NSL_BOUNDARY_TIME_SAMPLES && !(in_time && other == NSL_AXIS_SAMPLES));
    return none ? (double)NAN : nsl_phase_distance(kind, p);
}

static nsl_status fill_node(tracing *t, size_t i, size_t j, nsl_trail *trail)
{
    nsl_prediction p;
    nsl_point point;
    nsl_phase phase;
    size_t at = j * (t->cells + 1) + i;
    nsl_status status = look(&p, &point, &phase, t, t->low[0] + (double)i * t->step[0],
                             t->low[1] + (double)j * t->step[1], trail);
    bool known = status == NSL_OK && phase != NSL_PHASE_LATENT;
    t->trail[at] = *trail;
    for (int k = FIRST_FUNCTION; k < FUNCTIONS; k++)
        t->value[k][at] =
            known ? distance_of(t, (nsl_boundary_kind)k, &p) : (double)NAN;
    if (known && fabs(p.elasticity_time) < SETTLED)
        t->value[NSL_BOUNDARY_STOP][at] = (double)NAN;
    return status == NSL_EFAILED ? NSL_OK : status; /* no boundary passes there */
}

/* What one thread works on: the same lattice, with its own course and error. */
static tracing share_of(const tracing *t, nsl_error *err)
{
    tracing own = *t;
    own.kept = (nsl_kept_course){.course = NULL};
    own.err = err;
    return own;
}

/* A row of the lattice, or a column along time, on one course. */
static nsl_status fill_line(void *data, size_t j, nsl_error *err)
{
    tracing t = share_of(data, err);
    bool up = t.query->y.kind == NSL_AXIS_TIME;
    nsl_trail trail = {0};
    nsl_status status = NSL_OK;
    for (size_t i = 0; i <= t.cells && status == NSL_OK; i++)
        status = up ? fill_node(&t, j, i, &trail) : fill_node(&t, i, j, &trail);
    nsl_kept_course_clear(&t.kept);
    return status;
}

static nsl_status fill_lattice(tracing *t)
{
    return nsl_crew_run(fill_line, t, t->cells + 1, t->work, t->err);
}

/* The function along one edge, 0 ≤ s ≤ 1. */
typedef struct {
    tracing *t;
    nsl_edge edge;
    nsl_trail trail;
    nsl_phase phase; /* at the last s */
} crossing;

static double log_at(const tracing *t, nsl_edge e, int axis, double s)
{
    double along = (axis == 1) == e.up ? s : 0.0;
    return t->low[axis] + t->step[axis] * ((double)(axis ? e.j : e.i) + along);
}

static double value_along(double s, void *params)
{
    crossing *c = params;
    tracing *t = c->t;
    nsl_prediction p;
    nsl_point point;
    nsl_trail trail = c->trail; /* the same s gives the same bits */
    nsl_status status = look(&p, &point, &c->phase, t, log_at(t, c->edge, 0, s),
                             log_at(t, c->edge, 1, s), &trail);
    if (status == NSL_EFAILED)
        return NAN;
    if (status != NSL_OK) {
        t->status = status;
        return NAN;
    }
    return c->phase == NSL_PHASE_LATENT ? (double)NAN : distance_of(t, t->kind, &p);
}

static bool find_crossing(void *data, nsl_edge edge, double *x, double *y)
{
    tracing *t = data;
    size_t node = edge.j * (t->cells + 1) + edge.i;
    size_t next = node + (edge.up ? t->cells + 1 : 1);
    const double *value = t->value[t->kind];
    crossing c = {.t = t, .edge = edge, .trail = t->trail[node]};
    double low = 0.0, high = 1.0, s;
    double size = fmax(fabs(value[node]), fabs(value[next]));
    if (!nsl_root_between(&s, value_along, &c, &low, &high,
                          PRECISION / t->step[edge.up]))
        return false;
    bool jumps = !t->in_steps && !(fabs(value_along(low, &c)) <= CONTINUOUS * size &&
                                   fabs(value_along(high, &c)) <= CONTINUOUS * size);
    value_along(s, &c);
    *x = exp(log_at(t, edge, 0, s));
    *y = exp(log_at(t, edge, 1, s));
    return !jumps && !nsl_phase_precedes(c.phase, nsl_phase_bounded(t->kind));
}

/* The lines of each function, found by one thread or another. */
typedef struct {
    const tracing *t;
    nsl_boundaries found[FUNCTIONS];
} zero_lines;

static nsl_status find_zero_lines(void *data, size_t task, nsl_error *err)
{
    zero_lines *lines = data;
    tracing t = share_of(lines->t, err);
    t.kind = (nsl_boundary_kind)(FIRST_FUNCTION + task);
    t.out = &lines->found[t.kind];
    bool fine =
        nsl_contour_follow(t.cells, t.value[t.kind], find_crossing, add_piece, &t);
    nsl_kept_course_clear(&t.kept);
    return t.status != NSL_OK || fine ? t.status : nsl_fail_memory(err);
}

/* Moves all pieces to the end of `to`. */
static bool move_pieces(nsl_boundaries *to, nsl_boundaries *from)
{
    if (from->count == 0)
        return true;
    nsl_boundary *grown = realloc(to->at, (to->count + from->count) * sizeof *grown);
    if (!grown)
        return false;
    memcpy(grown + to->count, from->at, from->count * sizeof *grown);
    to->at = grown;
    to->count += from->count;
    from->count = 0;
    return true;
}

static bool add_zero_lines(tracing *t)
{
    zero_lines lines = {.t = t};
    t->status = nsl_crew_run(find_zero_lines, &lines, FUNCTIONS - FIRST_FUNCTION,
                             t->work, t->err);
    bool fine = true;
    for (int k = FIRST_FUNCTION; k < FUNCTIONS; k++) {
        fine = fine && (t->status != NSL_OK || move_pieces(t->out, &lines.found[k]));
        nsl_boundaries_clear(&lines.found[k]);
    }
    return fine;
}

static bool allocate(tracing *t)
{
    size_t nodes = (t->cells + 1) * (t->cells + 1);
    bool fine = (t->trail = calloc(nodes, sizeof *t->trail)) != NULL;
    for (int k = FIRST_FUNCTION; k < FUNCTIONS && fine; k++)
        fine = (t->value[k] = calloc(nodes, sizeof *t->value[k])) != NULL;
    return fine;
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

static void set_lattice(tracing *t)
{
    const nsl_axis *axis[2] = {&t->query->x, &t->query->y};
    t->of_model =
        nsl_axis_is_of_model(axis[0]->kind) || nsl_axis_is_of_model(axis[1]->kind);
    bool in_time = axis[0]->kind == NSL_AXIS_TIME || axis[1]->kind == NSL_AXIS_TIME;
    t->in_steps = in_time && t->query->point.training.kind == NSL_DESCENT;
    bool courses = in_time || nsl_training_stops(&t->query->point);
    t->cells = t->of_model ? CELLS_OF_MODELS : courses ? CELLS_OF_COURSES : CELLS;
    for (int k = 0; k < 2; k++) {
        t->low[k] = log(axis[k]->value[0]);
        t->step[k] =
            (log(axis[k]->value[axis[k]->count - 1]) - t->low[k]) / (double)t->cells;
    }
}

nsl_status nsl_boundaries_find(nsl_boundaries *out, const nsl_map_query *query,
                               const nsl_work *work, nsl_error *err)
{
    tracing t = {.query = query, .work = work, .out = out, .err = err};
    *out = (nsl_boundaries){0};
    nsl_status status = nsl_plane_check(query, err);
    if (status == NSL_OK)
        status = check_ends(query, err);
    if (status != NSL_OK)
        return status;
    set_lattice(&t);
    if (!t.of_model)
        status = nsl_plane_model_make(&t.model, query, 0.0, 0.0, true, err);
    bool room = status == NSL_OK && allocate(&t);
    if (room)
        status = fill_lattice(&t);
    bool fine = room && status == NSL_OK && add_equals(&t) && add_frontier(&t) &&
                add_zero_lines(&t);
    if (status == NSL_OK)
        status = t.status;
    if (status == NSL_OK && !fine)
        status = nsl_fail_memory(err);
    for (int k = FIRST_FUNCTION; k < FUNCTIONS; k++)
        free(t.value[k]);
    free(t.trail);
    nsl_kept_course_clear(&t.kept);
    nsl_plane_model_clear(&t.model);
    if (status != NSL_OK)
        nsl_boundaries_clear(out);
    return status;
}
