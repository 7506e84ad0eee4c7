/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "features/quadrature.h"

#include <float.h>
#include <gsl/gsl_integration.h>
#include <math.h>

/* The rule never claims less than 50 ulps of the integral of |f|. */
static const double ROUNDING = 51 * DBL_EPSILON;

/* Halvings: a singularity |s|^−1/2 has lost all weight after so many, and one that is
 * not integrable never ends. */
enum { DEPTH_MAX = 110 };

/* Of the first estimate of the integral of |f|; parts need not be better. */
static const double NEGLIGIBLE = 1e-16;

static bool integrate(double *value, const gsl_function *f, double a, double b,
                      double tolerance, int depth)
{
    double whole, error, size, spread;
    gsl_integration_qk61(f, a, b, &whole, &error, &size, &spread);
    if (!isfinite(whole) || !isfinite(error))
        return false;
    tolerance = depth == 0 ? fmax(tolerance, NEGLIGIBLE * size) : tolerance;
    if (error <= fmax(tolerance, ROUNDING * size)) {
        *value += whole;
        return true;
    }
    double middle = 0.5 * (a + b);
    return depth < DEPTH_MAX && a < middle && middle < b &&
           integrate(value, f, a, middle, tolerance, depth + 1) &&
           integrate(value, f, middle, b, tolerance, depth + 1);
}

bool nsl_quadrature(double *value, const gsl_function *f, double a, double b,
                    double tolerance)
{
    *value = 0.0;
    return integrate(value, f, a, b, tolerance, 0);
}
