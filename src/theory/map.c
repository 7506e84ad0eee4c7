/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Maps: predictions over a plane, a line at a time.
 *
 * A line is a row (j fixed) walked along x, each cell starting from the last; where x
 * changes the model a line is a column, so that its model serves all of it, and each
 * cell starts anew: rows may be left out, and no bit may depend on which. So it is
 * where y is training time, whose cells share a course. Threads take lines in order. */
#include "core/crew.h"
#include "core/error.h"
#include "theory/phase.h"
#include "theory/plane.h"

#include <math.h>
#include <stdlib.h>

enum { ARRAYS = 7 };

nsl_status nsl_map_init(nsl_map *map, const nsl_map_query *query, nsl_error *err)
{
    *map = (nsl_map){.x = query->x, .y = query->y};
    double **array[ARRAYS] = {&map->test_loss,
                              &map->elasticity_features,
                              &map->elasticity_samples,
                              &map->elasticity_ridge,
                              &map->elasticity_time,
                              &map->ridge,
                              &map->error};
    size_t cells;
    bool fine = !__builtin_mul_overflow(query->x.count, query->y.count, &cells);
    for (int i = 0; i < ARRAYS && fine; i++) {
        *array[i] = calloc(cells, sizeof(double));
        fine = *array[i] != NULL;
    }
    map->regime = fine ? calloc(cells, 1) : NULL;
    if (map->regime)
        return NSL_OK;
    nsl_map_clear(map);
    return nsl_fail_memory(err);
}

void nsl_map_clear(nsl_map *map)
{
    free(map->test_loss);
    free(map->elasticity_features);
    free(map->elasticity_samples);
    free(map->elasticity_ridge);
    free(map->elasticity_time);
    free(map->ridge);
    free(map->error);
    free(map->regime);
    *map = (nsl_map){.test_loss = NULL};
}

/* What all threads of one fill share. */
typedef struct {
    nsl_map *map;
    const nsl_map_query *query;
    nsl_plane_model shared; /* where no axis is of the model */
    bool x_of_model, y_of_model;
    bool by_columns;    /* lines are columns */
    size_t first, step; /* rows */
    size_t rows, lines; /* to do */
} fill;

static void store(nsl_map *map, size_t at, const nsl_prediction *p, double ridge,
                  nsl_phase regime)
{
    map->test_loss[at] = p->notes & NSL_NOTE_DIVERGES ? (double)INFINITY : p->test_loss;
    map->elasticity_features[at] = p->elasticity_features;
    map->elasticity_samples[at] = p->elasticity_samples;
    map->elasticity_ridge[at] = p->elasticity_ridge;
    map->elasticity_time[at] = p->elasticity_time;
    map->ridge[at] = ridge;
    map->error[at] = p->error;
    map->regime[at] = (uint8_t)regime;
}

static nsl_status fill_cell(fill *f, const nsl_plane_model *model, size_t i, size_t j,
                            nsl_trail *trail, nsl_kept_course *kept, nsl_error *err)
{
    nsl_prediction p;
    nsl_point point =
        nsl_map_point(f->query, f->query->x.value[i], f->query->y.value[j]);
    nsl_status status = nsl_plane_predict(&p, &point, model, trail, kept, err);
    if (status == NSL_OK)
        store(f->map, j * f->query->x.count + i, &p, point.ridge,
              nsl_phase_of(&p, nsl_plane_model_of(model), &point));
    return status;
}

static nsl_status fill_row(fill *f, size_t line, nsl_error *err)
{
    size_t j = f->first + line * f->step;
    const nsl_axis *x = &f->query->x;
    nsl_plane_model own, *model = &f->shared;
    nsl_trail trail = {0};
    nsl_kept_course kept = {0};
    nsl_status status = NSL_OK;
    if (f->y_of_model) {
        model = &own;
        status = nsl_plane_model_make(model, f->query, x->value[0],
                                      f->query->y.value[j], true, err);
    }
    for (size_t i = 0; i < x->count && status == NSL_OK; i++)
        status = fill_cell(f, model, i, j, &trail, &kept, err);
    nsl_kept_course_clear(&kept);
    if (f->y_of_model)
        nsl_plane_model_clear(&own);
    return status;
}

static nsl_status fill_column(fill *f, size_t i, nsl_error *err)
{
    const nsl_axis *y = &f->query->y;
    nsl_plane_model own = {.query = NULL}, *model = &own;
    nsl_kept_course kept = {0};
    nsl_status status = NSL_OK;
    if (!f->x_of_model && !f->y_of_model)
        model = &f->shared;
    for (size_t row = 0; row < f->rows && status == NSL_OK; row++) {
        size_t j = f->first + row * f->step;
        nsl_trail trail = {0};
        if (model == &own && (row == 0 || f->y_of_model)) {
            nsl_kept_course_clear(&kept); /* of the model before */
            nsl_plane_model_clear(&own);
            status = nsl_plane_model_make(&own, f->query, f->query->x.value[i],
                                          y->value[j], !f->y_of_model, err);
        }
        if (status == NSL_OK)
            status = fill_cell(f, model, i, j, &trail, &kept, err);
    }
    nsl_kept_course_clear(&kept);
    nsl_plane_model_clear(&own);
    return status;
}

static nsl_status fill_line(void *data, size_t line, nsl_error *err)
{
    fill *f = data;
    return f->by_columns ? fill_column(f, line, err) : fill_row(f, line, err);
}

nsl_status nsl_map_fill(nsl_map *map, const nsl_map_query *query, size_t first,
                        size_t step, const nsl_work *work, nsl_error *err)
{
    size_t rows = query->y.count;
    nsl_status status = nsl_plane_check(query, err);
    if (status == NSL_OK && (step == 0 || first >= rows))
        status = nsl_fail(err, NSL_EINVAL, "shard", "leaves no rows of %zu", rows);
    if (status != NSL_OK)
        return status;
    fill f = {
        .map = map,
        .query = query,
        .first = first,
        .step = step,
        .rows = (rows - first + step - 1) / step,
        .x_of_model = nsl_axis_is_of_model(query->x.kind),
        .y_of_model = nsl_axis_is_of_model(query->y.kind),
    };
    f.by_columns = f.x_of_model || query->y.kind == NSL_AXIS_TIME;
    f.lines = f.by_columns ? query->x.count : f.rows;
    if (!f.x_of_model && !f.y_of_model)
        status = nsl_plane_model_make(&f.shared, query, 0.0, 0.0, true, err);
    if (status != NSL_OK)
        return status;
    if (f.shared.query)
        nsl_plane_model_prepare(&f.shared, query->x.count * f.rows, work->jobs);
    status = nsl_crew_run(fill_line, &f, f.lines, work, err);
    nsl_plane_model_clear(&f.shared);
    return status;
}

nsl_status nsl_map_cell(nsl_prediction *out, nsl_phase *regime,
                        const nsl_map_query *query, double x, double y, nsl_error *err)
{
    nsl_plane_model model;
    nsl_trail trail = {0};
    nsl_kept_course kept = {0};
    nsl_point point = nsl_map_point(query, x, y);
    *regime = NSL_PHASE_UNDEFINED;
    nsl_status status = nsl_plane_check(query, err);
    if (status != NSL_OK)
        return status;
    status = nsl_plane_model_make(&model, query, x, y, false, err);
    if (status == NSL_OK)
        status = nsl_plane_predict(out, &point, &model, &trail, &kept, err);
    nsl_kept_course_clear(&kept);
    if (status == NSL_OK)
        *regime = nsl_phase_of(out, nsl_plane_model_of(&model), &point);
    nsl_plane_model_clear(&model);
    return status;
}
