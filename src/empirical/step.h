/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One step of a fit: the convex problem that its linearised residuals make. */
#ifndef NSL_EMPIRICAL_STEP_H
#define NSL_EMPIRICAL_STEP_H

#include <nslaw/fit.h>

/* Σ w h(ρ): h = ρ²/2 up to |ρ| = delta, then delta·|ρ| − delta²/2 (Huber 1964);
 * delta = INFINITY makes it least squares. */
double nsl_huber(double rho, double delta);
double nsl_huber_slope(double rho, double delta);

/* Residuals ρ_i + Σ_j slope_ij d_j, linear in the step d. Arrays of `count`. */
typedef struct {
    size_t count, parameters;
    const double *rho, *weight; /* those of weight 0 are left out */
    double (*slope)[NSL_FORM_PARAMETERS_MAX];
    double delta;
    bool held[NSL_FORM_PARAMETERS_MAX];    /* d_j = 0 */
    double least[NSL_FORM_PARAMETERS_MAX]; /* d_j ≥ least, ≤ 0; −INFINITY: free */
    double scale[NSL_FORM_PARAMETERS_MAX]; /* lengths for the damping */
} nsl_step_problem;

/* Minimises Σ w h(ρ + slope·d) + (damping/2) Σ (scale d)²: the step, and the first of
 * these sums there. False where the matrix is singular beyond repair. */
bool nsl_step_solve(double step[NSL_FORM_PARAMETERS_MAX], double *objective,
                    const nsl_step_problem *problem, double damping);

#endif
