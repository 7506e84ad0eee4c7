/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef NSLAW_COURSE_H
#define NSLAW_COURSE_H

#include <nslaw/api.h>
#include <nslaw/error.h>
#include <nslaw/theory.h>

NSL_BEGIN

/** The course of training of one model at one point: predictions at any time by [E7],
 *  whose resolvents are kept and shared between times (theory.md section 12). Not for
 *  two threads at once. */
typedef struct nsl_course nsl_course;

/** Makes a course. Of point->training only `kind` and `rate` are read; NSL_TRAINED is
 *  taken for NSL_FLOW. Spectrum and model must outlive it.
 *  @return NSL_OK; NSL_EINVAL for a value outside its range, and for a rate of
 * 2/(largest eigenvalue + ridge) or more (field "rate": the message has the limit);
 *          NSL_ENOMEM; NSL_EFAILED. Then *out = NULL */
nsl_status nsl_course_new(nsl_course **out, const nsl_model *model,
                          const nsl_point *point, nsl_error *err);
void nsl_course_free(nsl_course *course);

/** The prediction at a time t, or after so many steps of descent: what nsl_predict
 * gives there, bit for bit, whatever was asked before.
 *  @param time  t ≥ 0, or a whole number of steps; INFINITY: trained
 *  @return as nsl_predict */
nsl_status nsl_course_at(nsl_prediction *out, nsl_course *course, double time,
                         nsl_error *err);

/** The best time to stop. */
typedef struct {
    bool trained;        /**< the loss never rises: the best is not to stop, and `time`
                              is INFINITY */
    double time;         /**< t, or steps, of the least test loss */
    double time_error;   /**< relative bound on it; 0 of steps */
    nsl_prediction best; /**< there */
} nsl_stop;

/** Finds the global minimum of the test loss over time: by a scan over all decades in
 *  which the loss moves, then the root of the exact derivative. Of steps, the best
 * whole number.
 *  @return as nsl_predict */
nsl_status nsl_course_best(nsl_stop *out, nsl_course *course, nsl_error *err);

/** The times, or steps, between which the loss moves: before `low` it is within 0.1% of
 *  the untrained loss, after `high` of the trained one; or, where it never settles,
 * 10^60 times the shortest time scale. For axes.
 *  @return as nsl_predict */
nsl_status nsl_course_span(double *low, double *high, nsl_course *course,
                           nsl_error *err);

NSL_END

#endif
