/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What nsl_predict asks of a course. */
#ifndef NSL_TRAINING_COURSE_H
#define NSL_TRAINING_COURSE_H

#include "training/node.h"
#include <nslaw/course.h>

/* Whether the point's training ends before it has done all it can. */
bool nsl_training_stops(const nsl_point *point);

/* nsl_predict where it does. */
nsl_status nsl_predict_stopped(nsl_prediction *out, const nsl_model *model,
                               const nsl_point *point, nsl_error *err);

/* Whether endless descent at its rate has an end: NSL_EINVAL where it diverges. */
nsl_status nsl_course_check_end(const nsl_model *model, const nsl_point *point,
                                nsl_error *err);

/* A course without bias and variances, faster. */
nsl_status nsl_course_new_plain(nsl_course **out, const nsl_model *model,
                                const nsl_point *point, nsl_error *err);

/* Such a course of one model whose shapes have slopes too. */
nsl_status nsl_course_new_shaped(nsl_course **out, const nsl_model *model,
                                 const nsl_shapes *shapes, const nsl_point *point,
                                 nsl_error *err);

/* How E = 2 test_loss of one output changes at the time that a shaped course was last
 * asked for: by σ_ε² and by each shape. */
typedef struct {
    double noise, shape[NSL_SHAPES];
} nsl_course_slopes;

nsl_course_slopes nsl_course_slopes_there(const nsl_course *course);

/* Whether its time is a number of steps. */
bool nsl_course_steps(const nsl_course *course);

/* How long training takes: 1/(ω₀ + the largest Gram eigenvalue) in units of time or
 * steps, and 1/(the decay rate of the slowest part), INFINITY where there is none. */
void nsl_course_scales(double *first, double *last, const nsl_course *course);

#endif
