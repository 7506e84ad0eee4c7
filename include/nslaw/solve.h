/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef NSLAW_SOLVE_H
#define NSLAW_SOLVE_H

#include <nslaw/api.h>
#include <nslaw/error.h>
#include <nslaw/optimum.h>

NSL_BEGIN

/** What an inverse query asks for. */
typedef enum {
    NSL_UNKNOWN_FEATURES, /**< N */
    NSL_UNKNOWN_SAMPLES,  /**< P */
    NSL_UNKNOWN_RIDGE,    /**< γ or δ, in the model's convention */
    NSL_UNKNOWN_NOISE,    /**< σ_ε² */
    NSL_UNKNOWN_TIME      /**< t, or the steps of a point whose training is descent */
} nsl_unknown;

/** How it ended. */
typedef enum {
    NSL_SOLVED, /**< `value` reaches the target */
    NSL_NEVER,  /**< no value does: `limit` lies above the target, or is the target to
                     1e-12, so that it is reached there only; of noise, 0 then is a
                     solution */
    NSL_ALWAYS  /**< every value does */
} nsl_solve_kind;

/** The values that reach a target loss. */
typedef struct {
    nsl_solve_kind kind;
    /** Features and samples: the least from which on the loss stays at or below the
     *  target. Noise: the largest; INFINITY when every one is. Ridge: the least, 0 when
     *  the limit γ → 0 is. Time: the least, 0 when the untrained model does; of steps
     *  the least whole number. NaN for NSL_NEVER. */
    double value;
    double high;  /**< ridge and time: the largest, INFINITY when every larger one is;
                       else NaN */
    double error; /**< relative bound on value */
    double limit; /**< loss at the most of the resource, or at best: N or P → ∞, noise
                       0, the best ridge, the best time to stop */
    double limit_error; /**< relative bound on it */
    bool hole; /**< ridge and time: some values between `value` and `high` miss the
                    target */
    double high_error; /**< relative bound on high; where the loss has hardly any slope
                            there it may be all of it, and above */
} nsl_solution;

/** The question: the unknown's own value in `point` is ignored; of an unknown time its
 *  training tells flow from descent. A ridge is for models trained to the end. */
typedef struct {
    nsl_unknown unknown;
    double target; /**< loss to reach, > 0 and finite, in `units` */
    nsl_units units;
    bool optimal; /**< at the best ridge everywhere; not for NSL_UNKNOWN_RIDGE and
                       NSL_UNKNOWN_TIME, nor where the point's training stops early */
    bool rising;  /**< for sizes: the least from which on the loss stays at or above the
                       target; NSL_NEVER where the limit lies below it */
} nsl_query;

/** Finds which values of the unknown reach the target loss: by a scan that is finer
 * than the loss can vary and looks at every width and gap of the spectrum where it may
 * peak, then root finding.
 *  @return NSL_OK; NSL_EINVAL for a value outside its range; NSL_EFAILED, also where
 * the target is reached only beyond e^690 */
nsl_status nsl_solve(nsl_solution *out, const nsl_model *model, const nsl_point *point,
                     const nsl_query *query, nsl_error *err);

NSL_END

#endif
