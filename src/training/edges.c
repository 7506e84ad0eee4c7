/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Outside the support the root s of [E1] is real and ζ rises with s; an edge is where
 * D = dlnζ/dln s = 0 (theory.md section 8). Above all eigenvalues s > λ_1, and D rises
 * from −∞ there to 1. Below the first bulk s goes up from where z = n, or from 0 where
 * n exceeds the rank, until D changes its sign. */
#include "training/edges.h"
#include "core/error.h"

#include <complex.h>
#include <float.h>
#include <math.h>

enum { STEPS_MAX = 4000 };

/* The lower edge is bracketed in steps of this part of the distance at which the least
 * width, alone or with the next, could end the gap. */
static const double PART = 1.0 / 16.0;

static const double NARROW = 4 * DBL_EPSILON;

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

/* D < 0 at λ_1(1+x) for small x, > 0 for large: bisection in ln x, then the secant. */
static nsl_status find_largest(double *out, const nsl_equation *e, nsl_error *err)
{
    double first = e->spectrum->largest;
    nsl_branch b;
    if (e->widths == 0) {
        *out = first;
        return NSL_OK;
    }
    double low = DBL_EPSILON, high = 1.0;
    for (int i = 0; i < STEPS_MAX && slope_at(&b, e, first * (1.0 + high)) < 0.0; i++)
        high *= 4.0;
    while (high - low > NARROW * (1.0 + high) && high / low > 1.0 + 1e-9) {
        double middle = sqrt(low * high);
        *(slope_at(&b, e, first * (1.0 + middle)) < 0.0 ? &low : &high) = middle;
    }
    /* ζ is stationary at the edge */
    slope_at(&b, e, first * (1.0 + high));
    *out = size_at(e, &b);
    if (!(*out > 0.0 && isfinite(*out)))
        return nsl_fail(err, NSL_EFAILED, "",
                        "the largest eigenvalue of the Gram matrix is outside the "
                        "range of double");
    return NSL_OK;
}

/* lnΔ where z = n, n below the rank. */
static double log_level(const nsl_equation *e)
{
    nsl_branch b;
    double low = -700.0, high = 700.0;
    while (high - low > NARROW * fmax(1.0, fabs(low))) {
        double middle = 0.5 * (low + high);
        nsl_equation_at(&b, e, -exp(middle));
        *(creal(b.gap) > 0.0 ? &high : &low) = middle;
    }
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
