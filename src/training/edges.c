/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Outside the support the root s of [E1] is real and ζ rises with s; an edge is where
 * D = dlnζ/dln s = 0 (theory.md section 8). Above all eigenvalues s > λ_1, and D rises
 * from −∞ there to 1. Below the first bulk s goes up from where z = n, or from 0 where
 * n exceeds the rank, until D changes its sign. */
#include "training/edges.h"
#include "core/error.h"
#include "theory/bracket.h"

#include <complex.h>
#include <float.h>
#include <math.h>

enum { STEPS_MAX = 4000 };

/* The lower edge is bracketed in steps of this part of the distance at which the least
 * width, alone or with the next, could end the gap. */
static const double PART = 1.0 / 16.0;

static const double NARROW = 4 * DBL_EPSILON;

/* lnΔ is not looked for beyond. */
static const double FARTHEST = 700.0;

static double slope_at(nsl_branch *b, const nsl_equation *e, double s)
{
    nsl_equation_at(b, e, s);
    return creal(b->slope);
}

/* |ζ(s)|, widths none included. */
static double size_at(const nsl_equation *e, const nsl_branch *b)
{
    return e->widths > 0 ? fabs(nsl_equation_zeta(e, b)) : fabs(creal(b->s));
}

/* What a search along the axis is about. */
typedef struct {
    const nsl_equation *e;
    double first; /* λ_1 */
} axis;

/* ln(1 − D) at λ_1(1 + e^u), which falls with u nearly in a straight line. */
static double log_fall(double u, void *params)
{
    const axis *a = params;
    nsl_branch b;
    return log1p(-slope_at(&b, a->e, a->first * (1.0 + exp(u))));
}

/* D < 0 at λ_1(1 + e^u) for small u, > 0 for large. */
static nsl_status find_largest(double *out, const nsl_equation *e, nsl_error *err)
{
    static const double ROUGHLY = 1e-9; /* ζ is stationary at the edge */
    double first = e->spectrum->largest;
    nsl_branch b;
    if (e->widths == 0) {
        *out = first;
        return NSL_OK;
    }
    axis a = {e, first};
    double low = log(DBL_EPSILON), high = 0.0, u = low;
    for (int i = 0; i < STEPS_MAX && log_fall(high, &a) > 0.0; i++)
        high += 1.0;
    if (log_fall(low, &a) > 0.0) /* else the edge is at λ_1 itself */
        nsl_root_between(&u, log_fall, &a, &low, &high, ROUGHLY);
    slope_at(&b, e, first * (1.0 + exp(high)));
    *out = size_at(e, &b);
    if (!(*out > 0.0 && isfinite(*out)))
        return nsl_fail(err, NSL_EFAILED, "",
                        "the largest eigenvalue of the Gram matrix is outside the "
                        "range of double");
    return NSL_OK;
}

/* n − z at lnΔ. */
static double gap_at(double log_delta, void *params)
{
    nsl_branch b;
    nsl_equation_at(&b, ((const axis *)params)->e, -exp(log_delta));
    return creal(b.gap);
}

/* lnΔ where z = n, n below the rank. */
static double log_level(const nsl_equation *e)
{
    axis a = {e, 0.0};
    double guess = log(e->spectrum->ops->guess(e->spectrum, e->least));
    double low = guess, high = guess, at;
    for (double step = 0.125; gap_at(high, &a) < 0.0 && high < FARTHEST; step *= 2.0)
        high += step;
    for (double step = 0.125; gap_at(low, &a) >= 0.0 && low > -FARTHEST; step *= 2.0)
        low -= step;
    nsl_root_between(&at, gap_at, &a, &low, &high, NARROW * fmax(1.0, fabs(low)));
    return high;
}

/* A gap below the first bulk, n below the rank: from Δ_n downwards. What is returned
 * is ζ a little before the edge. */
static double least_below_rank(const nsl_equation *e)
{
    nsl_branch b;
    double top = log_level(e), best = 0.0;
    slope_at(&b, e, -exp(top));
    double r = creal(b.m.r), next = e->widths > 1 ? e->excess[1] : (double)INFINITY;
    double step = PART * fmin(1.0, next / r);
    for (int i = 1; i < STEPS_MAX; i++) {
        double at = top - step * i;
        if (!(slope_at(&b, e, -exp(at)) < 0.0) || creal(b.gap) >= 0.0)
            break;
        best = fmax(best, size_at(e, &b));
    }
    return best;
}

/* The same where n exceeds the rank: s from 0 up to where z = n. */
static double least_above_rank(const nsl_equation *e)
{
    nsl_branch b;
    double best = 0.0, low = 0.0, high = e->spectrum->smallest;
    for (int i = 0; i < 60; i++) { /* D falls from 1 */
        double middle = 0.5 * (low + high);
        bool before = slope_at(&b, e, middle) > 0.0 && creal(b.gap) > 0.0;
        *(before ? &low : &high) = middle;
        if (before)
            best = size_at(e, &b);
    }
    return best;
}

static double find_least(const nsl_equation *e)
{
    if (e->widths == 0)
        return e->spectrum->smallest;
    bool tie = e->widths > 1 && e->excess[1] == 0.0 && e->least < e->rank;
    if (tie || e->rank == e->least)
        return 0.0;
    return e->least < e->rank ? least_below_rank(e) : least_above_rank(e);
}

nsl_status nsl_edges_find(nsl_edges *out, const nsl_equation *e, nsl_error *err)
{
    out->least = find_least(e);
    return find_largest(&out->largest, e, err);
}
