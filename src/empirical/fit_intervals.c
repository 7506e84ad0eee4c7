/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Covariance, and the profile of the objective (theory of M-estimators, Huber 1981).
 *
 * With n runs, p parameters, residuals ρ of weights w, ψ = h' and m the part of the
 * weight expected at |ρ| ≤ δ, the covariance is s² (Σ w ∇∇ᵀ)⁻¹, s² = [Σ w ψ²/(n−p)]/m²,
 * and the objective's profile rises by m s² t²/2 to the ends of the interval that t of
 * Student's distribution gives. Least squares: m = 1 and s² = Σ w ρ²/(n−p). */
#include "empirical/fit.h"
#include "empirical/step.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_linalg.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX = NSL_FORM_PARAMETERS_MAX };

/* Ends of intervals: how near the profile's root is to its level; in an exact fit both
 * are roundings. */
static const double REACHED = 1e-7, REACHED_EXACT = 1e-2;
enum { STEPS_MAX = 60 };

/* A constrained minimum starts the next one if its root is less than this above. */
static const double NEARBY = 1.0;

/* The first look for an end: so many standard errors away, or that part of the range.
 */
static const double ERRORS_AWAY = 2.0, RANGE_AWAY = 0.02;

/* Residuals are not known better than this, by roundings: an exact fit, too, has a
 * level for its profiles to reach, or not to. */
static const double ROUNDED = 1e-12;

/* An objective found along a profile that is lower by this part is another minimum. */
static const double LOWER = 1e-7;

/* A descent from elsewhere that ends below the level by this, in roots, has found
 * another valley: the profile goes on there. */
static const double BELOW = 0.01;

/* By Cholesky's factors; false where the matrix is singular to rounding. */
static bool invert_in_place(double *entries, size_t n)
{
    double copy[MAX * MAX], added[MAX], inverse[MAX * MAX];
    size_t order[MAX];
    gsl_permutation permutation = {n, order};
    gsl_matrix_view m = gsl_matrix_view_array(copy, n, n);
    gsl_matrix_view i = gsl_matrix_view_array(inverse, n, n);
    gsl_vector_view more = gsl_vector_view_array(added, n);
    memcpy(copy, entries, n * n * sizeof *copy);
    gsl_linalg_mcholesky_decomp(&m.matrix, &permutation, &more.vector);
    if (gsl_vector_max(&more.vector) > 0.0)
        return false;
    gsl_linalg_mcholesky_invert(&m.matrix, &permutation, &i.matrix);
    memcpy(entries, inverse, n * n * sizeof *entries);
    return true;
}

/* (Σ w ∇∇ᵀ)⁻¹ by Cholesky's factors, the diagonal made 1 before; NaN where singular,
 * and for coordinates that are `held`. */
static void invert(nsl_fit_confidence *out, double m[MAX][MAX], const bool *held,
                   size_t count)
{
    double entries[MAX * MAX];
    size_t index[MAX], n = 0;
    for (size_t j = 0; j < count; j++)
        if (!held[j] && m[j][j] > 0.0)
            index[n++] = j;
    for (size_t j = 0; j < MAX; j++)
        for (size_t k = 0; k < MAX; k++)
            out->covariance[j][k] = (double)NAN;
    for (size_t a = 0; a < n; a++)
        for (size_t b = 0; b < n; b++)
            entries[a * n + b] = m[index[a]][index[b]] / sqrt(m[index[a]][index[a]]) /
                                 sqrt(m[index[b]][index[b]]);
    if (n == 0 || !invert_in_place(entries, n))
        return;
    for (size_t a = 0; a < n; a++)
        for (size_t b = 0; b < n; b++)
            out->covariance[index[a]][index[b]] = out->spread * entries[a * n + b] /
                                                  sqrt(m[index[a]][index[a]]) /
                                                  sqrt(m[index[b]][index[b]]);
}

typedef struct {
    double size, weight;
} sized;

static int by_size(const void *one, const void *other)
{
    const sized *a = one, *b = other;
    return (a->size > b->size) - (a->size < b->size);
}

/* The part of the weight with |ρ| ≤ δ that the density of the residuals near 0 implies.
 * As many residuals as there are parameters are next to 0 because the fit goes through
 * them: where δ is small the density is that within the median of |ρ|. */
static double part_inside(const nsl_fit_job *job, nsl_minimiser *minimiser,
                          double delta)
{
    const double *rho = minimiser->rho;
    sized *sorted = calloc(job->fitted, sizeof *sorted);
    size_t count = 0;
    double whole = 0.0, inside = 0.0, half = 0.0, median = 0.0;
    for (size_t i = 0; sorted && i < job->runs.count; i++) {
        if (!job->used[i])
            continue;
        sorted[count++] = (sized){fabs(rho[i]), job->weight[i]};
        whole += job->weight[i];
        inside += fabs(rho[i]) <= delta ? job->weight[i] : 0.0;
    }
    if (!sorted) {
        minimiser->no_memory = true;
        return (double)NAN;
    }
    qsort(sorted, count, sizeof *sorted, by_size);
    for (size_t i = 0; i < count && half < 0.5 * whole; i++) {
        half += sorted[i].weight;
        median = sorted[i].size;
    }
    free(sorted);
    return median > delta ? delta / median * (half / whole) : inside / whole;
}

void nsl_fit_confidence_set(nsl_fit_confidence *out, const nsl_fit_job *job,
                            const nsl_minimum *best, nsl_minimiser *minimiser)
{
    bool held[MAX];
    double matrix[MAX][MAX] = {{0.0}}, squares = 0.0;
    size_t parameters = nsl_form_parameters(&job->form);
    nsl_minimum_problem problem = nsl_fit_problem(job);
    double free_runs = (double)job->fitted - (double)parameters;
    for (size_t i = 0; i < job->runs.count; i++) {
        if (!job->used[i])
            continue;
        double w = job->weight[i], rho = minimiser->rho[i];
        double slope = nsl_huber_slope(rho, problem.delta);
        squares += w * slope * slope;
        for (size_t j = 0; j < parameters; j++)
            for (size_t k = 0; k < parameters; k++)
                matrix[j][k] +=
                    w * minimiser->here.slope[i][j] * minimiser->here.slope[i][k];
    }
    double part = part_inside(job, minimiser, problem.delta),
           t = gsl_cdf_tdist_Pinv(0.5 + 0.5 * NSL_FIT_CONFIDENCE, free_runs);
    out->spread = squares / free_runs / (part * part);
    out->exact = out->spread <= ROUNDED * ROUNDED;
    out->spread = fmax(out->spread, ROUNDED * ROUNDED);
    out->rise = 0.5 * part * out->spread * t * t;
    for (size_t j = 0; j < parameters; j++) {
        double low, high;
        nsl_form_range(&low, &high, &job->form, j, best->at[j]);
        held[j] = best->at[j] == low;
        out->length[j] = sqrt(out->spread / matrix[j][j]);
    }
    invert(out, matrix, held, parameters);
}

/* The search for one end. */
typedef struct {
    const nsl_fit_job *job;
    nsl_minimiser *minimiser;
    nsl_minimum_problem problem;
    const nsl_fit_tries *tries;
    nsl_minimum *best, last; /* `last` is where the next constrained descent starts */
    size_t i;
    double rise;
    double reached;
    double margin; /* the part of the rise by which another minimum must be lower */
    nsl_profile_end end;
} profile;

/* √(rise of the profile/level) − 1 at the coordinate v by a descent from `from`;
 * INFINITY where it cannot be computed. */
static double descend_at(profile *p, double v, const double *from)
{
    double start[MAX];
    const nsl_work *work = &p->job->options->work;
    if (work->proceed &&
        !work->proceed(work->data, p->i, nsl_form_parameters(&p->job->form)))
        p->end = NSL_PROFILE_STOPPED;
    if (p->end == NSL_PROFILE_STOPPED)
        return (double)INFINITY;
    memcpy(start, from, sizeof start);
    start[p->i] = v;
    nsl_minimum end = nsl_minimise(p->minimiser, &p->problem, start);
    if (!isfinite(end.objective))
        return (double)INFINITY;
    if (end.objective < p->best->objective * (1.0 - LOWER) - p->margin * p->rise) {
        *p->best = end;
        p->end = NSL_PROFILE_LOWER;
    }
    double excess = sqrt(fmax(0.0, end.objective - p->best->objective) / p->rise) - 1.0;
    if (excess < NEARBY)
        p->last = end;
    return excess;
}

static double excess_at(profile *p, double v)
{
    return descend_at(p, v, p->last.at);
}

/* Whether descents from all over find a lower profile at an end: then it is none, and
 * the next descents start in the valley that was found. The excess there. */
static double excess_from_elsewhere(profile *p, double v)
{
    double least = 0.0;
    nsl_minimum here = p->last, valley = here;
    for (size_t k = 0; k < p->tries->count && p->end == NSL_PROFILE_DONE; k++) {
        p->last = here;
        double excess = descend_at(p, v, p->tries->start[k].at);
        if (excess < least) {
            least = excess;
            valley = p->last;
        }
    }
    p->last = valley;
    return least;
}

/* Narrows [inside, outside] with excesses of opposite signs: the root of the profile is
 * nearly linear there. By the Illinois method: an end that stays twice counts half. */
static double narrow(profile *p, double inside, double low, double outside, double high)
{
    int stays = 0; /* for how long the outer end has, < 0: the inner one */
    for (int i = 0; i < STEPS_MAX && p->end == NSL_PROFILE_DONE; i++) {
        double a = stays < -1 ? 0.5 * low : low, b = stays > 1 ? 0.5 * high : high;
        double share = isinf(high) ? 0.5 : -a / (b - a);
        double v = inside + fmin(fmax(share, 0.02), 0.98) * (outside - inside);
        double excess = excess_at(p, v);
        if (fabs(excess) < p->reached)
            return v;
        if (excess < 0.0) {
            inside = v;
            low = excess;
            stays = stays > 0 ? stays + 1 : 1;
        } else {
            outside = v;
            high = excess;
            stays = stays < 0 ? stays - 1 : -1;
        }
    }
    return inside + (outside - inside) * (isinf(high) ? 0.0 : -low / (high - low));
}

/* The end in the direction `sign`; `limit` where the profile never reaches the level.
 */
static double find_end(profile *p, double sign, double first, double limit)
{
    double at = p->best->at[p->i], inside = at, low = -1.0, step = first;
    p->last = *p->best;
    for (int i = 0; i < STEPS_MAX && p->end == NSL_PROFILE_DONE; i++, step *= 2.0) {
        double v = inside + sign * step;
        bool ends = sign * (v - limit) >= 0.0;
        v = ends ? limit : v;
        double excess = excess_at(p, v);
        if (excess > 0.0) {
            v = narrow(p, inside, low, v, excess);
            excess = excess_from_elsewhere(p, v);
            if (excess > -BELOW)
                return v;
        } else if (ends) {
            return limit;
        }
        inside = v;
        low = excess;
    }
    return limit;
}

nsl_profile_end nsl_fit_profile(nsl_fit_parameter *parameter, size_t i,
                                nsl_minimum *best, const nsl_fit_job *job,
                                const nsl_fit_confidence *confidence,
                                const nsl_fit_tries *tries, nsl_minimiser *minimiser)
{
    profile p = {.job = job,
                 .tries = tries,
                 .minimiser = minimiser,
                 .problem = nsl_fit_problem(job),
                 .best = best,
                 .i = i,
                 .rise = confidence->rise,
                 .reached = confidence->exact ? REACHED_EXACT : REACHED,
                 .margin = confidence->exact ? BELOW : LOWER};
    double at = best->at[i], spread = sqrt(confidence->covariance[i][i]), low, high;
    nsl_form_range(&low, &high, &job->form, i, at);
    p.problem.held[i] = true;
    parameter->identified = isfinite(spread) || at == low;
    parameter->profile_lo = parameter->profile_hi = parameter->value;
    double first = RANGE_AWAY * (high - at);
    spread = isfinite(spread) ? spread : confidence->length[i];
    if (isfinite(spread))
        first = fmin(ERRORS_AWAY * spread, 10.0 * first);
    double hi = find_end(&p, 1.0, first, high);
    double lo =
        at > low && p.end == NSL_PROFILE_DONE ? find_end(&p, -1.0, first, low) : low;
    bool turned = nsl_form_is_reciprocal(&job->form, i);
    double below = lo == low ? 0.0 : nsl_form_parameter_at(&job->form, i, lo);
    double above =
        hi == high ? (double)INFINITY : nsl_form_parameter_at(&job->form, i, hi);
    parameter->profile_lo = turned ? (hi == high ? 0.0 : above) : below;
    parameter->profile_hi = turned ? (lo == low ? (double)INFINITY : below) : above;
    /* an end at E = 0, no noise, no ridge or M = ∞ is one */
    bool may_end_low = nsl_form_may_vanish(&job->form, i) || turned ||
                       nsl_form_is_ridge(&job->form, i);
    parameter->identified = (lo != low || may_end_low) && hi != high;
    return p.end;
}
