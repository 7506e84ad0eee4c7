/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plane of a map: from values of its axes to models, points and predictions. */
#ifndef NSL_THEORY_PLANE_H
#define NSL_THEORY_PLANE_H

#include "theory/quick.h"
#include <nslaw/course.h>
#include <nslaw/phase.h>

/* The model at some M and α, with what it owns. */
typedef struct {
    const nsl_map_query *query;
    nsl_spectrum *spectrum; /* NULL: the query's */
    nsl_model *model;
    nsl_quick quick;
    bool is_quick;
} nsl_plane_model;

nsl_status nsl_plane_check(const nsl_map_query *query, nsl_error *err);

/* Whether an axis changes the model, rather than the point; whether one of both does,
 * or is training time. */
bool nsl_axis_is_of_model(nsl_axis_kind kind);
bool nsl_plane_is_of_model(const nsl_map_query *query);
bool nsl_plane_is_in_time(const nsl_map_query *query);

/* Makes the model at x, y; `many` points are to come, so that a quick one pays. */
nsl_status nsl_plane_model_make(nsl_plane_model *out, const nsl_map_query *query,
                                double x, double y, bool many, nsl_error *err);
/* Makes what so many points all over the plane will need, by several threads: one would
 * wait for the other later on. */
void nsl_plane_model_prepare(const nsl_plane_model *model, size_t points,
                             unsigned jobs);
void nsl_plane_model_clear(nsl_plane_model *model);

/* The model's own: for regimes. */
const nsl_model *nsl_plane_model_of(const nsl_plane_model *model);

/* The course of the last stopped point, which others at other times share; start with
 * {0}. No result depends on it. */
typedef struct {
    nsl_course *course;
    nsl_point point;
} nsl_kept_course;

void nsl_kept_course_clear(nsl_kept_course *kept);

/* The prediction there; *point gets the ridge that was found. */
nsl_status nsl_plane_predict(nsl_prediction *out, nsl_point *point,
                             const nsl_plane_model *model, nsl_trail *trail,
                             nsl_kept_course *kept, nsl_error *err);

#endif
