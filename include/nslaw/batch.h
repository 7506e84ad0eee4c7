/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef NSLAW_BATCH_H
#define NSLAW_BATCH_H

#include <nslaw/api.h>
#include <nslaw/error.h>
#include <nslaw/theory.h>
#include <nslaw/work.h>
#include <stdbool.h>
#include <stddef.h>

NSL_BEGIN

/** A value for each point: the i-th is at[i * stride]; with stride 0 all have the same.
 *  at = NULL: the default. */
typedef struct {
    const double *at;
    ptrdiff_t stride; /**< in doubles */
} nsl_column;

/** Many points, columns as the members of nsl_point and nsl_training. */
typedef struct {
    size_t count;
    nsl_column features, samples; /**< required */
    nsl_column ridge;             /**< default 0 */
    nsl_column noise;             /**< default 0 */
    nsl_column ensemble;          /**< default 1 */
    nsl_training_kind training;   /**< of all points; NSL_TRAINED: no time, no steps */
    nsl_column time;              /**< of NSL_FLOW */
    nsl_column steps, rate;       /**< of NSL_DESCENT */
    bool optimal_ridge; /**< at the best ridge of each point; `ridge` is not read */
} nsl_batch;

/** Where the results go: arrays of `count`, NULL for what is not wanted. Members as in
 *  nsl_prediction. */
typedef struct {
    double *ridge; /**< the ridge of the point, or the best */
    double *delta, *dof, *test_loss, *signal_loss, *noise_loss, *train_loss;
    double *bias, *variance_samples, *variance_features;
    double *elasticity_features, *elasticity_samples, *elasticity_ridge;
    double *elasticity_time, *elasticity_error, *elasticity_time_error, *parts_error;
    double *dof_error, *error;
    unsigned *notes;
} nsl_results;

/** nsl_predict, or nsl_predict_optimal, at many points, by work->jobs threads.
 *  @param work  NULL: one thread; its proceed is asked between blocks of points
 *  @return NSL_OK; as nsl_predict for the first point that fails, whose index begins
 *          the message ("point 17: ...") where there are several, and nothing is known
 *          of the arrays then; NSL_ECANCELLED; NSL_ENOMEM */
nsl_status nsl_predict_batch(const nsl_results *out, const nsl_model *model,
                             const nsl_batch *batch, const nsl_work *work,
                             nsl_error *err);

NSL_END

#endif
