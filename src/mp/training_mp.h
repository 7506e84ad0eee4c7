/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Predictions for training that is stopped early, by [E7] at any precision. */
#ifndef NSL_MP_TRAINING_MP_H
#define NSL_MP_TRAINING_MP_H

#include "mp/contour_mp.h"
#include "mp/root_mp.h"

/* What is asked. `point` is checked but for its training. */
typedef struct {
    const nsl_model_mp *model;
    const nsl_point *point;
    nsl_point_decimals decimals;
    nsl_units units;
} nsl_training_question;

/* Where training ends. */
typedef enum { NSL_STOP_NEVER, NSL_STOP_AT_ONCE, NSL_STOP_EARLY } nsl_stop_kind;

/* Checks time, steps and rate, and tells which of them it is.
 * @return NSL_OK, NSL_EINVAL, NSL_ENOMEM, NSL_EFAILED */
nsl_status nsl_training_check(nsl_stop_kind *kind, const nsl_training_question *q,
                              nsl_error *err);

/* ω₀ of the point's ridge, all numbers at one precision. */
void nsl_training_omega0(mpfr_t omega0, const nsl_problem_mp *problem);

/* The largest eigenvalue and, with the ridge, the limit of the rate, 2/(it + ω₀).
 * @return NSL_OK, NSL_ENOMEM, NSL_EFAILED */
nsl_status nsl_training_limit(mpfr_t limit, const nsl_training_question *q,
                              nsl_error *err);

/* The values of nsl_prediction_mp to `digits` digits at NSL_STOP_EARLY or _AT_ONCE;
 * none where all but what is trained to the end has `decayed` to less than MPFR has.
 * @return NSL_OK, NSL_ENOMEM, NSL_EFAILED */
nsl_status nsl_training_answer(nsl_prediction_mp *out, bool *decayed,
                               const nsl_training_question *q, nsl_stop_kind kind,
                               unsigned digits, nsl_error *err);

#endif
