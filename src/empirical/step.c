/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The objective of linearised residuals is convex and piecewise quadratic. Newton's
 * method with a line search ends on the minimum's piece after a few steps; where few
 * residuals are on the quadratic part of h, its matrix is that of h's quadratic
 * majorant instead (weights h'/ρ: reweighted least squares), which always descends. */
#include "empirical/step.h"

#include <float.h>
#include <gsl/gsl_linalg.h>
#include <math.h>
#include <string.h>

enum { MAX = NSL_FORM_PARAMETERS_MAX, STEPS_MAX = 200, CUTS_MAX = 100 };

/* A descent is done when a step promises less than this part of the objective. */
static const double DONE = 4 * DBL_EPSILON;

/* Roundings of the objective. */
static const double COARSE = 1e-13;

double nsl_huber(double rho, double delta)
{
    double size = fabs(rho);
    return size <= delta ? 0.5 * rho * rho : delta * (size - 0.5 * delta);
}

double nsl_huber_slope(double rho, double delta)
{
    return fabs(rho) <= delta ? rho : copysign(delta, rho);
}

/* The objective with damping at d, its gradient, and a matrix for the next step. */
typedef struct {
    double plain, damped;
    double gradient[MAX];
    double matrix[MAX][MAX];
} place;

static double residual(const nsl_step_problem *p, size_t i, const double *d)
{
    double rho = p->rho[i];
    for (size_t j = 0; j < p->parameters; j++)
        rho += p->slope[i][j] * d[j];
    return rho;
}

static void value_at(place *at, const nsl_step_problem *p, const double *d,
                     double damping)
{
    at->plain = 0.0;
    for (size_t i = 0; i < p->count; i++)
        if (p->weight[i] > 0.0)
            at->plain += p->weight[i] * nsl_huber(residual(p, i, d), p->delta);
    at->damped = at->plain;
    for (size_t j = 0; j < p->parameters; j++)
        at->damped += 0.5 * damping * pow(p->scale[j] * d[j], 2);
}

static void add_run(place *at, const nsl_step_problem *p, size_t i, const double *d,
                    bool majorant)
{
    double rho = residual(p, i, d), w = p->weight[i];
    double slope = w * nsl_huber_slope(rho, p->delta);
    bool inside = fabs(rho) <= p->delta;
    double bend = inside ? w : majorant ? slope / rho : 0.0;
    for (size_t j = 0; j < p->parameters; j++) {
        at->gradient[j] += slope * p->slope[i][j];
        for (size_t k = 0; k <= j; k++)
            at->matrix[j][k] += bend * p->slope[i][j] * p->slope[i][k];
    }
}

static void derivatives_at(place *at, const nsl_step_problem *p, const double *d,
                           double damping, bool majorant)
{
    memset(at->gradient, 0, sizeof at->gradient);
    memset(at->matrix, 0, sizeof at->matrix);
    for (size_t i = 0; i < p->count; i++)
        if (p->weight[i] > 0.0)
            add_run(at, p, i, d, majorant);
    for (size_t j = 0; j < p->parameters; j++) {
        at->gradient[j] += damping * p->scale[j] * p->scale[j] * d[j];
        at->matrix[j][j] += damping * p->scale[j] * p->scale[j];
    }
}

/* Newton's step of the coordinates that are free; false where there is none. */
static bool newton(double *move, const place *at, const nsl_step_problem *p,
                   const bool *fixed)
{
    double entries[MAX * MAX], right[MAX];
    size_t index[MAX], n = 0;
    for (size_t j = 0; j < p->parameters; j++)
        if (!fixed[j])
            index[n++] = j;
    memset(move, 0, MAX * sizeof *move);
    if (n == 0)
        return true;
    for (size_t a = 0; a < n; a++) { /* in units that make the diagonal 1 */
        double of_a = sqrt(at->matrix[index[a]][index[a]]);
        if (!(of_a > 0.0))
            return false;
        right[a] = -at->gradient[index[a]] / of_a;
        for (size_t b = 0; b < n; b++) {
            size_t j = index[a > b ? a : b], k = index[a > b ? b : a];
            entries[a * n + b] =
                at->matrix[j][k] / of_a / sqrt(at->matrix[index[b]][index[b]]);
        }
    }
    /* factors of a matrix beside it where it is singular: any descent will do there */
    gsl_matrix_view m = gsl_matrix_view_array(entries, n, n);
    gsl_vector_view v = gsl_vector_view_array(right, n);
    size_t order[MAX];
    gsl_permutation permutation = {n, order};
    gsl_linalg_mcholesky_decomp(&m.matrix, &permutation, NULL);
    gsl_linalg_mcholesky_svx(&m.matrix, &permutation, &v.vector);
    for (size_t a = 0; a < n; a++) {
        move[index[a]] = right[a] / sqrt(at->matrix[index[a]][index[a]]);
        if (!isfinite(move[index[a]]))
            return false;
    }
    return true;
}

/* Newton's step inside the bounds: coordinates that would pass theirs stop there. */
static bool bounded(double *move, const place *at, const nsl_step_problem *p,
                    const double *d)
{
    bool fixed[MAX];
    memcpy(fixed, p->held, sizeof fixed);
    for (size_t j = 0; j < p->parameters; j++)
        fixed[j] |= d[j] <= p->least[j] && at->gradient[j] >= 0.0;
    for (size_t round = 0; round <= p->parameters; round++) {
        if (!newton(move, at, p, fixed))
            return false;
        size_t worst = p->parameters;
        for (size_t j = 0; j < p->parameters && worst == p->parameters; j++)
            if (!fixed[j] && d[j] + move[j] < p->least[j])
                worst = j;
        if (worst == p->parameters)
            return true;
        if (d[worst] > p->least[worst]) { /* go as far as the bound */
            double share = (p->least[worst] - d[worst]) / move[worst];
            for (size_t j = 0; j < p->parameters; j++)
                move[j] *= share;
            move[worst] = p->least[worst] - d[worst];
            return true;
        }
        fixed[worst] = true;
    }
    return false;
}

/* d(objective)/dt at d + t·move, which grows with t. */
static double slope_along(const nsl_step_problem *p, const double *d,
                          const double *move, double t, double damping)
{
    double sum = 0.0;
    for (size_t i = 0; i < p->count; i++) {
        double rho = p->rho[i], by = 0.0;
        if (!(p->weight[i] > 0.0))
            continue;
        for (size_t j = 0; j < p->parameters; j++) {
            rho += p->slope[i][j] * (d[j] + t * move[j]);
            by += p->slope[i][j] * move[j];
        }
        sum += p->weight[i] * nsl_huber_slope(rho, p->delta) * by;
    }
    for (size_t j = 0; j < p->parameters; j++)
        sum += damping * p->scale[j] * p->scale[j] * (d[j] + t * move[j]) * move[j];
    return sum;
}

/* Where along the move the objective is least, at most at the whole move: false
 * position, every other time halving. */
static double least_along(const nsl_step_problem *p, const double *d,
                          const double *move, double damping)
{
    double low = 0.0, high = 1.0, below = slope_along(p, d, move, 0.0, damping);
    double above = slope_along(p, d, move, 1.0, damping);
    if (above <= 0.0)
        return 1.0;
    for (int i = 0; i < CUTS_MAX && high - low > DBL_EPSILON * high; i++) {
        double t =
            i % 2 ? 0.5 * (low + high) : low + (high - low) * (below / (below - above));
        double slope = slope_along(p, d, move, t, damping);
        if (slope == 0.0)
            return t;
        if (slope < 0.0) {
            low = t;
            below = slope;
        } else {
            high = t;
            above = slope;
        }
    }
    return low;
}

/* d_j, or its bound where that is nearer than rounding. */
static double inside(const nsl_step_problem *p, size_t j, double d)
{
    double least = p->least[j];
    return isfinite(least) && d - least <= 4 * DBL_EPSILON * fabs(least) ? least : d;
}

/* Moves d along, as far as the objective falls; false when it does not. */
static bool descend(double *d, place *here, const nsl_step_problem *p,
                    const double *move, double damping)
{
    double promise = 0.0, trial[MAX];
    place there;
    for (size_t j = 0; j < p->parameters; j++)
        promise -= here->gradient[j] * move[j];
    if (!(promise > DONE * here->damped))
        return false;
    double t = isinf(p->delta) ? 1.0 : least_along(p, d, move, damping);
    for (size_t j = 0; j < p->parameters; j++)
        trial[j] = inside(p, j, d[j] + t * move[j]);
    value_at(&there, p, trial, damping);
    if (!(there.damped < here->damped))
        return false;
    memcpy(d, trial, p->parameters * sizeof *d);
    *here = there;
    return true;
}

/* One whole step of Newton's, which the objective is too coarse to judge: on the
 * minimum's piece it ends exactly there. */
static void settle(double *d, place *here, const nsl_step_problem *p, double damping)
{
    double move[MAX], trial[MAX];
    place there;
    derivatives_at(here, p, d, damping, false);
    if (!bounded(move, here, p, d))
        return;
    for (size_t j = 0; j < p->parameters; j++)
        trial[j] = inside(p, j, d[j] + move[j]);
    value_at(&there, p, trial, damping);
    if (there.damped <= here->damped * (1.0 + COARSE)) {
        memcpy(d, trial, p->parameters * sizeof *d);
        *here = there;
    }
}

bool nsl_step_solve(double step[MAX], double *objective, const nsl_step_problem *p,
                    double damping)
{
    place here;
    double move[MAX];
    memset(step, 0, MAX * sizeof *step);
    value_at(&here, p, step, damping);
    for (int i = 0; i < STEPS_MAX; i++) {
        derivatives_at(&here, p, step, damping, false);
        bool moved =
            bounded(move, &here, p, step) && descend(step, &here, p, move, damping);
        if (!moved && isfinite(p->delta)) {
            derivatives_at(&here, p, step, damping, true);
            moved =
                bounded(move, &here, p, step) && descend(step, &here, p, move, damping);
        }
        if (!moved)
            break;
    }
    settle(step, &here, p, damping);
    *objective = here.plain;
    return isfinite(here.plain);
}
