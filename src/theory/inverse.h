/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The loss as a function of ln(unknown), and where it crosses a target: what all
 * inverse queries share. */
#ifndef NSL_THEORY_INVERSE_H
#define NSL_THEORY_INVERSE_H

#include <nslaw/course.h>
#include <nslaw/solve.h>

/* Range of ln(size), ln(ridge) and ln(noise) that is looked at. */
static const double NSL_INVERSE_FARTHEST = 690.0;

typedef struct {
    const nsl_model *model;
    nsl_point point;
    nsl_query query;
    nsl_course *course; /* of an unknown time; NULL: of the others */
    nsl_status status;
    nsl_error *err;
    nsl_prediction last;
} nsl_inverse;

/* The reported loss at a value of the unknown; NaN where it fails, and after that. */
double nsl_inverse_loss_at(nsl_inverse *s, double value);

/* The last prediction's loss as it is reported; INFINITY at a divergence. */
double nsl_inverse_reported(const nsl_inverse *s, double noise);

/* 1 where the loss must be at or below the target, −1 where at or above it. */
double nsl_inverse_side(const nsl_inverse *s);

/* ln(loss/target) at e^x, with that sign. */
double nsl_inverse_excess_at(nsl_inverse *s, double x);

/* The crossing in [low, high] with different signs at its ends. */
bool nsl_inverse_cross(double *value, double *error, nsl_inverse *s, double low,
                       double high);

/* What the loss at the most of the resource, which was the last, says. */
typedef enum {
    NSL_LIMIT_ABOVE_TARGET,
    NSL_LIMIT_AT_TARGET,
    NSL_LIMIT_BEYOND_TARGET
} nsl_inverse_limit;

nsl_inverse_limit nsl_inverse_set_limit(nsl_solution *out, const nsl_inverse *s,
                                        double limit);

bool nsl_inverse_is_size(const nsl_query *query);

/* The status, or that nothing was found. */
nsl_status nsl_inverse_failed(const nsl_inverse *s);

/* The solutions, by the unknown. */
nsl_status nsl_inverse_size(nsl_solution *out, nsl_inverse *s);
nsl_status nsl_inverse_ridge(nsl_solution *out, nsl_inverse *s);
nsl_status nsl_inverse_time(nsl_solution *out, nsl_inverse *s);

#endif
