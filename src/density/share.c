/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shares of the eigenvalues in closed form. The potential
 *
 *     Φ = Σ ln(1 − λ/s) − Σ_j [z + W_j ln(W_j − z)],      dΦ/dlnζ = −z,
 *
 * has no cut but the support, so that Im Φ/π at x + i0 is the number of eigenvalues
 * above x: 0 beyond the upper edge, all logarithms principal. */
#include "core/error.h"
#include "density/bulk.h"

#include <complex.h>
#include <float.h>
#include <math.h>

enum { STEPS_MAX = 200 };

/* Below this |z/W| the term of a width is a series: its two parts nearly cancel. */
static const double SMALL = 0.1;

/* A number of eigenvalues this close to a whole one, relative to all, is it. */
static const double SHARE_ROUNDING = 4 * DBL_EPSILON;

/* Σ_{k≥2} q^k/k = −ln(1−q) − q. */
static double complex log_rest(double complex q)
{
    double complex sum = 0.0, power = q;
    for (int k = 2; k < 20; k++) {
        power *= q;
        sum += power / k;
    }
    return sum;
}

/* Eigenvalues above the x of a root. */
static double count_above(const nsl_equation *e, const nsl_branch *b)
{
    nsl_complex_sums m;
    nsl_equation_sums(&m, e, b->s, true);
    double sum = m.angle;
    double complex z = e->least - b->gap;
    if (cabs(z) < SMALL * e->least)
        z = (m.count + m.count_low) + m.rest;
    for (size_t j = 0; j < e->widths; j++) {
        double width = e->least + e->excess[j];
        if (cabs(z) < SMALL * width)
            sum += width * cimag(log_rest(z / width));
        else
            sum += cimag(b->gap) - width * carg(b->gap + e->excess[j]);
    }
    return sum / M_PI;
}

/* Eigenvalues > x. */
static nsl_status eigenvalues_above(double *count, const nsl_density *d, double x,
                                    nsl_error *err)
{
    *count = x < 0.0 ? d->equation.size : fmin(d->equation.least, d->equation.rank);
    for (size_t i = 0; i < d->bulks; i++) {
        const nsl_interval *bulk = &d->interval[i];
        if (x <= bulk->lower.x)
            return NSL_OK;
        if (x >= bulk->upper.x) {
            *count = bulk->above;
            continue;
        }
        nsl_branch b;
        nsl_status status = nsl_bulk_at(&b, d, i, x, err);
        if (status == NSL_OK)
            *count =
                fmin(fmax(count_above(&d->equation, &b), bulk->above), bulk->below);
        return status;
    }
    return NSL_OK;
}

nsl_status nsl_density_integral(double *share, const nsl_density *density, double a,
                                double b, nsl_error *err)
{
    *share = (double)NAN;
    if (!(a <= b))
        return nsl_fail(err, NSL_EINVAL, "interval",
                        "must be two numbers, the lower first, got %g and %g", a, b);
    double above_a, above_b;
    nsl_status status = eigenvalues_above(&above_a, density, a, err);
    if (status == NSL_OK)
        status = eigenvalues_above(&above_b, density, b, err);
    if (status != NSL_OK)
        return status;
    if (a == 0.0) /* the atom is not above 0 but in the interval */
        above_a = density->equation.size;
    *share = (above_a - above_b) / density->equation.size;
    return NSL_OK;
}

/* Below the floor of a bulk that reaches down to 0, by ln x. */
static nsl_status find_below_floor(double *x, const nsl_density *d, double target,
                                   nsl_error *err)
{
    double low = log(DBL_MIN), high = log(nsl_bulk_floor(&d->interval[0]));
    for (int i = 0; i < STEPS_MAX && high - low > DBL_EPSILON * fabs(low); i++) {
        double middle = 0.5 * (low + high), count;
        nsl_status status = eigenvalues_above(&count, d, exp(middle), err);
        if (status != NSL_OK)
            return status;
        if (count > target)
            low = middle;
        else
            high = middle;
    }
    *x = exp(high);
    return NSL_OK;
}

/* The x of bulk i with `target` eigenvalues above it: Newton in φ, in a bracket. */
static nsl_status find_in_bulk(double *x, const nsl_density *d, size_t i, double target,
                               nsl_error *err)
{
    const nsl_interval *bulk = &d->interval[i];
    double low = 0.0, high = M_PI, half = nsl_bulk_half(bulk), last = M_PI;
    double phi = M_PI * (bulk->below - target) / (bulk->below - bulk->above);
    if (!(phi > low && phi < high))
        phi = 0.5 * M_PI;
    for (int k = 0; k < STEPS_MAX; k++) {
        nsl_branch b;
        nsl_status status = nsl_bulk_at_phi(&b, d, i, phi, err);
        if (status != NSL_OK)
            return status;
        double off = count_above(&d->equation, &b) - target;
        if (off > 0.0)
            low = phi;
        else
            high = phi;
        /* −d(count)/dφ = (Im z/π) dln x/dφ */
        double slope = -cimag(b.gap) / M_PI * half * sin(phi), step = off / slope;
        if (fabs(step) <= 2 * DBL_EPSILON * phi || high - low <= DBL_EPSILON * phi ||
            (fabs(step) < 1e-11 && fabs(step) >= 0.5 * last)) {
            *x = nsl_bulk_x(bulk, phi);
            return NSL_OK;
        }
        if (!(phi + step > low && phi + step < high) || fabs(step) > 0.7 * last)
            step = 0.5 * (low + high) - phi;
        last = fabs(step);
        phi += step;
    }
    return nsl_fail(err, NSL_EFAILED, "", "the quantile did not converge near x = %g",
                    nsl_bulk_x(bulk, phi));
}

nsl_status nsl_density_quantile(double *x, const nsl_density *density, double q,
                                nsl_error *err)
{
    const nsl_equation *e = &density->equation;
    *x = (double)NAN;
    if (!(q >= 0.0 && q <= 1.0))
        return nsl_fail(err, NSL_EINVAL, "quantile",
                        "must be a number from 0 to 1, got %g", q);
    double target = e->size * (1.0 - q), rounding = SHARE_ROUNDING * e->size;
    if (density->atom > 0.0 && target >= fmin(e->least, e->rank) - rounding) {
        *x = 0.0;
        return NSL_OK;
    }
    size_t i = 0; /* the lowest bulk that reaches the share */
    while (i + 1 < density->bulks && target < density->interval[i].above - rounding)
        i++;
    const nsl_interval *bulk = &density->interval[i];
    if (target <= bulk->above + rounding) {
        *x = bulk->upper.x;
        return NSL_OK;
    }
    if (target >= bulk->below - rounding) {
        *x = bulk->lower.x;
        return NSL_OK;
    }
    if (bulk->lower.x == 0.0) {
        double count;
        nsl_status status =
            eigenvalues_above(&count, density, nsl_bulk_floor(bulk), err);
        if (status != NSL_OK)
            return status;
        if (target > count)
            return find_below_floor(x, density, target, err);
    }
    return find_in_bulk(x, density, i, target, err);
}
