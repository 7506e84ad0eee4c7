/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/bracket.h"

#include <float.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_min.h>
#include <gsl/gsl_roots.h>
#include <math.h>
#include <stddef.h>

/* Brent's method halves at least every other step. */
enum { STEPS_MAX = 150 };

/* GSL's state, here rather than allocated: there is no failure to hide, and none that
 * its handler would end the caller's process for. */
typedef union {
    max_align_t aligned;
    char room[256];
} solver_state;

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
    solver_state state;
    gsl_root_fsolver s = {.type = gsl_root_fsolver_brent, .state = &state},
                     *solver = &s;
    if (s.type->size > sizeof state)
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
    solver_state state;
    gsl_min_fminimizer s = {.type = gsl_min_fminimizer_brent, .state = &state},
                       *solver = &s;
    if (s.type->size > sizeof state)
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
    return status == GSL_SUCCESS && high - low <= width && !g.failed;
}
