/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/error.h"
#include "density/bulk.h"

#include <complex.h>
#include <float.h>
#include <math.h>

enum { STEPS_MAX = 2000 };

/* R = −(1 − z/size)/ζ. Where the size is the least width, its gap comes out of ζ:
 * R = −1/(size C s Π of the other gaps), without cancellation and with its limit at 0.
 */
static double complex resolvent_of(const nsl_equation *e, const nsl_branch *b,
                                   double complex zeta)
{
    if (e->size_excess > 0.0)
        return -(b->gap + e->size_excess) / (e->size * zeta);
    double complex log_size = clog(b->s) + e->log_scale + log(e->size);
    for (size_t j = 1; j < e->widths; j++)
        log_size += clog(b->gap + e->excess[j]);
    return -cexp(-log_size);
}

/* ζ(s) against x on a gap of the real axis, where it rises. */
static int compare(nsl_branch *b, const nsl_equation *e, double s, double x)
{
    nsl_equation_at(b, e, s);
    double zeta = nsl_equation_zeta(e, b);
    return zeta < x ? -1 : zeta > x;
}

/* The real root at x between two edges: `low` < s < `high`, Newton in a bracket. */
static bool real_root(nsl_branch *b, const nsl_equation *e, double low, double high,
                      double x)
{
    double at = isinf(high) ? 2.0 * low : low + 0.5 * (high - low);
    for (int i = 0; i < STEPS_MAX; i++) {
        int side = compare(b, e, at, x);
        if (side < 0)
            low = at;
        else
            high = at;
        double zeta = nsl_equation_zeta(e, b), next = (double)NAN;
        if (zeta > 0.0 && isfinite(zeta)) /* dζ/ds = ζ D/s */
            next = at - at * ((zeta - x) / zeta) / creal(b->slope);
        if (side == 0 || fabs(next - at) <= DBL_EPSILON * fabs(at) ||
            high - low <= DBL_EPSILON * fabs(at))
            return true;
        if (!(next > low && next < high))
            next = isinf(high) ? 2.0 * at : low + 0.5 * (high - low);
        at = next;
    }
    return false;
}

/* x ≥ 0 outside the support, below bulk i (or above all of them). */
static bool outside(nsl_branch *b, const nsl_density *d, size_t i, double x)
{
    const nsl_equation *e = &d->equation;
    if (i == d->bulks)
        return real_root(b, e, d->interval[i - 1].upper.s, (double)INFINITY, x);
    double high = d->interval[i].lower.s;
    if (i > 0)
        return real_root(b, e, d->interval[i - 1].upper.s, high, x);
    double low = 0.0;
    if (high < 0.0) { /* down to where z < n: ζ < 0 there */
        for (low = 2.0 * high; compare(b, e, low, 0.0) > 0; low *= 2.0)
            if (!isfinite(low))
                return false;
    }
    return real_root(b, e, low, high, x);
}

static nsl_status at_positive(nsl_branch *b, const nsl_density *d, double x,
                              nsl_error *err)
{
    for (size_t i = 0; i <= d->bulks; i++) {
        if (i == d->bulks || x <= d->interval[i].lower.x)
            return outside(b, d, i, x) ? NSL_OK
                                       : nsl_fail(err, NSL_EFAILED, "",
                                                  "the resolvent did not converge at "
                                                  "x = %g",
                                                  x);
        if (x < d->interval[i].upper.x)
            return nsl_bulk_at(b, d, i, x, err);
    }
    return NSL_EFAILED;
}

static nsl_status find(nsl_branch *b, const nsl_density *d, double complex zeta,
                       nsl_error *err)
{
    const nsl_equation *e = &d->equation;
    if (cimag(zeta) == 0.0 && creal(zeta) >= 0.0)
        return at_positive(b, d, creal(zeta), err);
    double log_size = log(cabs(zeta));
    bool real = cimag(zeta) == 0.0;
    if (real ? nsl_branch_negative(b, e, log_size)
             : nsl_branch_rotate(b, e, log_size, carg(zeta)))
        return NSL_OK;
    return nsl_fail(err, NSL_EFAILED, "", "the resolvent did not converge at %g%+gi",
                    creal(zeta), cimag(zeta));
}

nsl_status nsl_density_resolvent(nsl_complex *value, const nsl_density *density,
                                 nsl_complex zeta, nsl_error *err)
{
    *value = (nsl_complex){NAN, NAN};
    if (!(isfinite(zeta.re) && isfinite(zeta.im)))
        return nsl_fail(err, NSL_EINVAL, "at",
                        "must be a finite complex number, got %g%+gi", zeta.re,
                        zeta.im);
    if (zeta.re == 0.0 && zeta.im == 0.0 &&
        (density->atom > 0.0 || density->interval[0].lower.x == 0.0))
        return nsl_fail(err, NSL_EINVAL, "at",
                        "must not be 0, where the resolvent is infinite");
    double complex upper = CMPLX(zeta.re, fabs(zeta.im)); /* R(ζ*) = R(ζ)* */
    nsl_branch b;
    nsl_status status = find(&b, density, upper, err);
    if (status != NSL_OK)
        return status;
    double complex r = resolvent_of(&density->equation, &b, upper);
    double im = cimag(b.s) == 0.0 ? 0.0 : cimag(r);
    *value = (nsl_complex){creal(r), zeta.im < 0.0 ? -im : im};
    return NSL_OK;
}
