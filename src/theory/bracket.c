/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/bracket.h"

#include <float.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_min.h>
#include <gsl/gsl_roots.h>
#include <math.h>

/* Brent's method halves at least every other step. */
enum { STEPS_MAX = 150 };

/* A function whose values are all finite; that one was not is remembered. */
typedef struct {
    nsl_function *f;
    void *params;
    bool failed;
} guarded;

static double guarded_value(double x, void *params)
{
    guarded *g = params;
    double value = g->f(x, g->params);
    g->failed |= isnan(value);
    return isnan(value) ? 0.0 : fmax(-DBL_MAX, fmin(DBL_MAX, value));
}

bool nsl_root_between(double *x, nsl_function *f, void *params, double *low,
                      double *high, double width)
{
    guarded g = {f, params, false};
    gsl_function function = {guarded_value, &g};
    double at_low = guarded_value(*low, &g), at_high = guarded_value(*high, &g);
    bool brackets =
        (at_low <= 0.0 && at_high >= 0.0) || (at_low >= 0.0 && at_high <= 0.0);
    if (g.failed || !brackets || !(*low < *high))
        return false;
    gsl_root_fsolver *solver = gsl_root_fsolver_alloc(gsl_root_fsolver_brent);
    if (!solver)
        return false;
    int status = gsl_root_fsolver_set(solver, &function, *low, *high);
    for (int i = 0;
         i < STEPS_MAX && status == GSL_SUCCESS && *high - *low > width && !g.failed;
         i++) {
        status = gsl_root_fsolver_iterate(solver);
        *low = gsl_root_fsolver_x_lower(solver);
        *high = gsl_root_fsolver_x_upper(solver);
    }
    *x = gsl_root_fsolver_root(solver);
    gsl_root_fsolver_free(solver);
    return status == GSL_SUCCESS && *high - *low <= width && !g.failed;
}

bool nsl_minimum_between(double *x, nsl_function *f, void *params, double low,
                         double middle, double high, double width)
{
    guarded g = {f, params, false};
    gsl_function function = {guarded_value, &g};
    double here = guarded_value(middle, &g);
    bool encloses = here < guarded_value(low, &g) && here < guarded_value(high, &g);
    *x = middle;
    if (g.failed || !encloses || !(low < middle && middle < high))
        return false;
    gsl_min_fminimizer *solver = gsl_min_fminimizer_alloc(gsl_min_fminimizer_brent);
    if (!solver)
        return false;
    int status = gsl_min_fminimizer_set(solver, &function, middle, low, high);
    for (int i = 0;
         i < STEPS_MAX && status == GSL_SUCCESS && high - low > width && !g.failed;
         i++) {
        status = gsl_min_fminimizer_iterate(solver);
        low = gsl_min_fminimizer_x_lower(solver);
        high = gsl_min_fminimizer_x_upper(solver);
    }
    *x = gsl_min_fminimizer_x_minimum(solver);
    gsl_min_fminimizer_free(solver);
    return status == GSL_SUCCESS && high - low <= width && !g.failed;
}
