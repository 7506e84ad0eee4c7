/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The functions are seen at the nodes of a lattice; where one changes its sign between
 * neighbours, Brent's method finds the point on their edge; contour.c joins the points.
 * Threads take lines of nodes, then rows of edges with all functions at once, so that
 * no line that winds through the whole map is left to one of them. */
#include "theory/zero_lines.h"
#include "core/crew.h"
#include "core/error.h"
#include "theory/boundaries.h"
#include "theory/bracket.h"
#include "theory/contour.h"
#include "theory/phase.h"
#include "training/course.h"

#include <math.h>
#include <stdlib.h>

/* Cells of the lattice along each axis: fewer where each costs a model of its own. */
enum { CELLS = 160, CELLS_OF_COURSES = 48, CELLS_OF_MODELS = 48 };

enum { FIRST = NSL_BOUNDARY_NOISE, FUNCTIONS = NSL_BOUNDARY_COUNT - FIRST };

/* Over the last bracket a function that is continuous has fallen far below what it was
 * at the ends of the edge; one that jumps has not. */
static const double CONTINUOUS = 1e-2;

/* A loss that rises or falls with time by less has settled: no best time is there. */
static const double SETTLED = 1e-6;

typedef struct {
    nsl_crossings of[FUNCTIONS];
} row_crossings;

typedef struct {
    const nsl_map_query *query;
    const nsl_plane_model *model; /* where no axis is of the model */
    const nsl_map_lattice *lattice;
    bool of_model;            /* some axis is */
    bool in_steps;            /* an axis has whole steps of descent */
    nsl_trail *trail;         /* of each node */
    double *value[FUNCTIONS]; /* at each node */
    row_crossings *row;       /* of the edges that start there */
} tracing;

nsl_map_lattice nsl_map_lattice_of(const nsl_map_query *query)
{
    const nsl_axis *axis[2] = {&query->x, &query->y};
    bool courses = nsl_plane_is_in_time(query) || nsl_training_stops(&query->point);
    nsl_map_lattice l = {.cells = nsl_plane_is_of_model(query) ? CELLS_OF_MODELS
                                  : courses                    ? CELLS_OF_COURSES
                                                               : CELLS};
    for (int k = 0; k < 2; k++) {
        l.low[k] = log(axis[k]->value[0]);
        l.step[k] =
            (log(axis[k]->value[axis[k]->count - 1]) - l.low[k]) / (double)l.cells;
    }
    return l;
}

double nsl_map_lattice_high(const nsl_map_lattice *lattice, int axis)
{
    return lattice->low[axis] + lattice->step[axis] * (double)lattice->cells;
}

/* --- nodes -------------------------------------------------------------------------
 */

/* What one thread looks with: the course of the last stopped point is its own. */
typedef struct {
    const tracing *t;
    nsl_kept_course kept;
    int function; /* that is being followed */
    nsl_status status;
    nsl_error *err;
} watch;

/* A prediction anywhere in the plane. */
static nsl_status look(nsl_prediction *p, nsl_phase *phase, watch *w, double log_x,
                       double log_y, nsl_trail *trail)
{
    const tracing *t = w->t;
    nsl_plane_model own;
    const nsl_plane_model *model = t->model;
    double x = exp(log_x), y = exp(log_y);
    nsl_status status = NSL_OK;
    nsl_point point = nsl_map_point(t->query, x, y);
    if (t->in_steps)
        point.training.steps = round(point.training.steps);
    if (t->of_model) {
        model = &own;
        status = nsl_plane_model_make(&own, t->query, x, y, false, w->err);
    }
    if (status == NSL_OK)
        status = nsl_plane_predict(p, &point, model, trail, &w->kept, w->err);
    if (status == NSL_OK)
        *phase = nsl_phase_of(p, nsl_plane_model_of(model), &point);
    if (t->of_model) {
        nsl_kept_course_clear(&w->kept); /* of that model */
        nsl_plane_model_clear(&own);
    }
    return status;
}

/* The function of a boundary, where the map has it. */
static double distance_of(const tracing *t, nsl_boundary_kind kind,
                          const nsl_prediction *p)
{
    nsl_axis_kind x = t->query->x.kind, y = t->query->y.kind;
    nsl_axis_kind other = x == NSL_AXIS_TIME ? y : x;
    bool timed = nsl_plane_is_in_time(t->query);
    bool stopped = timed || nsl_training_stops(&t->query->point);
    bool none =
        (kind == NSL_BOUNDARY_TIME && !stopped) ||
        (kind == NSL_BOUNDARY_STOP && !stopped) ||
        (kind == NSL_BOUNDARY_TIME_FEATURES &&
         !(timed && other == NSL_AXIS_FEATURES)) ||
        (kind == NSL_BOUNDARY_TIME_SAMPLES && !(timed && other == NSL_AXIS_SAMPLES));
    return none ? (double)NAN : nsl_phase_distance(kind, p);
}

static nsl_status fill_node(watch *w, size_t i, size_t j, nsl_trail *trail)
{
    const tracing *t = w->t;
    const nsl_map_lattice *l = t->lattice;
    nsl_prediction p;
    nsl_phase phase;
    size_t at = j * (l->cells + 1) + i;
    nsl_status status = look(&p, &phase, w, l->low[0] + (double)i * l->step[0],
                             l->low[1] + (double)j * l->step[1], trail);
    bool known = status == NSL_OK && phase != NSL_PHASE_LATENT;
    t->trail[at] = *trail;
    for (int k = 0; k < FUNCTIONS; k++)
        t->value[k][at] =
            known ? distance_of(t, (nsl_boundary_kind)(FIRST + k), &p) : (double)NAN;
    if (known && fabs(p.elasticity_time) < SETTLED)
        t->value[NSL_BOUNDARY_STOP - FIRST][at] = (double)NAN;
    return status == NSL_EFAILED ? NSL_OK : status; /* no boundary passes there */
}

/* A row of the lattice, or a column along time, on one course. */
static nsl_status fill_line(void *data, size_t j, nsl_error *err)
{
    const tracing *t = data;
    watch w = {.t = t, .err = err};
    bool up = t->query->y.kind == NSL_AXIS_TIME;
    nsl_trail trail = {0};
    nsl_status status = NSL_OK;
    for (size_t i = 0; i <= t->lattice->cells && status == NSL_OK; i++)
        status = up ? fill_node(&w, j, i, &trail) : fill_node(&w, i, j, &trail);
    nsl_kept_course_clear(&w.kept);
    return status;
}

/* --- edges -------------------------------------------------------------------------
 */

/* The function along one edge, 0 ≤ s ≤ 1. */
typedef struct {
    watch *w;
    nsl_edge edge;
    nsl_trail trail;
    nsl_phase phase; /* at the last s */
} crossing;

static double log_at(const nsl_map_lattice *l, nsl_edge e, int axis, double s)
{
    double along = (axis == 1) == e.up ? s : 0.0;
    return l->low[axis] + l->step[axis] * ((double)(axis ? e.j : e.i) + along);
}

static double value_along(double s, void *params)
{
    crossing *c = params;
    watch *w = c->w;
    const nsl_map_lattice *l = w->t->lattice;
    nsl_prediction p;
    nsl_trail trail = c->trail; /* the same s gives the same bits */
    if (w->status != NSL_OK)
        return NAN;
    nsl_status status = look(&p, &c->phase, w, log_at(l, c->edge, 0, s),
                             log_at(l, c->edge, 1, s), &trail);
    if (status != NSL_EFAILED)
        w->status = status;
    if (status != NSL_OK || c->phase == NSL_PHASE_LATENT)
        return NAN;
    return distance_of(w->t, (nsl_boundary_kind)(FIRST + w->function), &p);
}

static bool find_crossing(void *data, nsl_edge edge, double *x, double *y)
{
    watch *w = data;
    const tracing *t = w->t;
    const nsl_map_lattice *l = t->lattice;
    size_t node = edge.j * (l->cells + 1) + edge.i;
    size_t next = node + (edge.up ? l->cells + 1 : 1);
    const double *value = t->value[w->function];
    crossing c = {.w = w, .edge = edge, .trail = t->trail[node]};
    double low = 0.0, high = 1.0, s;
    double size = fmax(fabs(value[node]), fabs(value[next]));
    if (w->status != NSL_OK ||
        !nsl_root_between(&s, value_along, &c, &low, &high,
                          NSL_BOUNDARY_RESOLUTION / l->step[edge.up]))
        return false;
    bool jumps = !t->in_steps && !(fabs(value_along(low, &c)) <= CONTINUOUS * size &&
                                   fabs(value_along(high, &c)) <= CONTINUOUS * size);
    value_along(s, &c);
    *x = exp(log_at(l, edge, 0, s));
    *y = exp(log_at(l, edge, 1, s));
    nsl_phase bounded = nsl_phase_bounded((nsl_boundary_kind)(FIRST + w->function));
    return !jumps && !nsl_phase_precedes(c.phase, bounded);
}

static nsl_lattice_values values_of(const tracing *t, int function)
{
    return (nsl_lattice_values){t->lattice->cells, t->value[function]};
}

/* Where all functions cross the edges that start at a row. */
static nsl_status cross_row(void *data, size_t j, nsl_error *err)
{
    const tracing *t = data;
    watch w = {.t = t, .err = err};
    bool fine = true;
    for (int k = 0; k < FUNCTIONS && fine && w.status == NSL_OK; k++) {
        w.function = k;
        fine =
            nsl_contour_cross(&t->row[j].of[k], values_of(t, k), j, find_crossing, &w);
    }
    nsl_kept_course_clear(&w.kept);
    return w.status != NSL_OK || fine ? w.status : nsl_fail_memory(err);
}

/* --- lines -------------------------------------------------------------------------
 */

typedef struct {
    nsl_boundaries *out;
    nsl_boundary_kind kind;
} adding;

static bool add_piece(void *data, size_t count, const double *x, const double *y)
{
    const adding *a = data;
    return nsl_boundaries_add(a->out, a->kind, count, x, y);
}

static bool add_line(nsl_boundaries *out, const tracing *t, int function)
{
    nsl_crossings all = {0};
    for (size_t j = 0; j <= t->lattice->cells; j++)
        all.room += t->row[j].of[function].count;
    if (all.room == 0)
        return true;
    all.at = malloc(all.room * sizeof *all.at);
    if (!all.at)
        return false;
    for (size_t j = 0; j <= t->lattice->cells; j++)
        for (size_t i = 0; i < t->row[j].of[function].count; i++)
            all.at[all.count++] = t->row[j].of[function].at[i];
    adding to = {out, (nsl_boundary_kind)(FIRST + function)};
    bool fine = nsl_contour_join(&all, values_of(t, function), add_piece, &to);
    free(all.at);
    return fine;
}

static bool allocate(tracing *t)
{
    size_t lines = t->lattice->cells + 1, nodes = lines * lines;
    t->row = calloc(lines, sizeof *t->row);
    t->trail = calloc(nodes, sizeof *t->trail);
    bool fine = t->row && t->trail;
    for (int k = 0; k < FUNCTIONS && fine; k++)
        fine = (t->value[k] = calloc(nodes, sizeof *t->value[k])) != NULL;
    return fine;
}

static void clear(tracing *t)
{
    for (size_t j = 0; t->row && j <= t->lattice->cells; j++)
        for (int k = 0; k < FUNCTIONS; k++)
            free(t->row[j].of[k].at);
    for (int k = 0; k < FUNCTIONS; k++)
        free(t->value[k]);
    free(t->trail);
    free(t->row);
}

nsl_status nsl_zero_lines_find(nsl_boundaries *inout, const nsl_map_query *query,
                               const nsl_plane_model *model,
                               const nsl_map_lattice *lattice, const nsl_work *work,
                               nsl_error *err)
{
    tracing t = {
        .query = query,
        .model = model,
        .lattice = lattice,
        .of_model = nsl_plane_is_of_model(query),
        .in_steps =
            nsl_plane_is_in_time(query) && query->point.training.kind == NSL_DESCENT,
    };
    nsl_status status = allocate(&t) ? NSL_OK : nsl_fail_memory(err);
    if (status == NSL_OK)
        status = nsl_crew_run(fill_line, &t, lattice->cells + 1, work, err);
    if (status == NSL_OK)
        status = nsl_crew_run(cross_row, &t, lattice->cells + 1, work, err);
    for (int k = 0; k < FUNCTIONS && status == NSL_OK; k++)
        if (!add_line(inout, &t, k))
            status = nsl_fail_memory(err);
    clear(&t);
    return status;
}
