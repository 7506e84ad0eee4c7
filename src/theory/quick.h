/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Predictions by the million: the same equations with interpolated moments, each point
 * starting from its neighbour; what that cannot give to 1e-12 is worked out in full. */
#ifndef NSL_THEORY_QUICK_H
#define NSL_THEORY_QUICK_H

#include "theory/neighbour.h"

/* Immutable to the eye; threads may share it. */
typedef struct {
    const nsl_model *exact; /* borrowed; its spectrum too */
    nsl_model *model;       /* the same with interpolated moments */
    nsl_spectrum *spectrum;
    bool unique; /* no loss has two minima in the ridge: see nsl_quick_new */
} nsl_quick;

nsl_status nsl_quick_new(nsl_quick *out, const nsl_model *model, nsl_error *err);
/* The same with the sums of `spectrum`, which answers for the model's own. */
nsl_status nsl_quick_new_on(nsl_quick *out, const nsl_model *model,
                            const nsl_spectrum *spectrum, nsl_error *err);
void nsl_quick_clear(nsl_quick *quick);

/* `status` of what this thread has asked `model` for, or NSL_ENOMEM where its sums
 * found no memory: exact ones took their place, and last digits would depend on that.
 */
nsl_status nsl_quick_status(nsl_status status, nsl_error *err);

/* Makes the sums for roots between those of two points, by several threads, where
 * `points` between them pay for that. */
void nsl_quick_prepare(const nsl_quick *quick, const nsl_point *one,
                       const nsl_point *other, size_t points, unsigned jobs);

/* What points nearby had, along a line that one thread walks; start with {0}. Results
 * depend on it by rounding, and by nothing else. */
typedef struct {
    double delta[3]; /* of the last roots, the last one first; 0: not known */
    nsl_neighbour best;
} nsl_trail;

/* nsl_predict, or nsl_predict_optimal with the best ridge in *ridge. */
nsl_status nsl_quick_predict(nsl_prediction *out, const nsl_quick *quick,
                             const nsl_point *point, nsl_trail *trail, nsl_error *err);
nsl_status nsl_quick_predict_optimal(nsl_prediction *out, nsl_optimum *optimum,
                                     const nsl_quick *quick, const nsl_point *point,
                                     nsl_trail *trail, nsl_error *err);

/* nsl_quick_predict with elasticities that are known to `promise`. */
nsl_status nsl_quick_predict_to(nsl_prediction *out, const nsl_quick *quick,
                                const nsl_point *point, double promise,
                                nsl_trail *trail, nsl_error *err);

#endif
