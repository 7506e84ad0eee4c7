/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hermite coefficients of any function, by quadrature on panels between its breaks. */
#include <nslaw/activation.h>

#include "core/error.h"
#include "features/quadrature.h"

#include <math.h>

/* Panels are at most 1 wide and reach at least as far as the Gaussian, e^{−s²/2}
 * < 1e-36; a function that grows may need more. Beyond FARTHEST e^{−s²/4} is below the
 * range of double. */
static const double NEAREST = 13.0, FARTHEST = 50.0;

/* Where breaks may be. */
static const double BREAKS_WITHIN = 20.0;

/* A tail of Eσ² that is left out adds at most its root to a coefficient. */
static const double TAIL = 1e-32;

/* Of one panel, relative to Eσ² or its root. */
static const double PANEL_TOLERANCE = 1e-16;

typedef struct {
    nsl_function *function;
    void *data;
    const double *breaks;
    size_t breaks_count;
    size_t k;
    double low, high; /* the range */
} expansion;

/* σ(s) e^{−s²/4} (2π)^−1/4 */
static double scaled(const expansion *e, double s)
{
    static const double ROOT = 0.63161877774606470129; /* (2π)^−1/4 */
    return ROOT * e->function(s, e->data) * exp(-0.25 * s * s);
}

static double square(double s, void *data)
{
    double value = scaled(data, s);
    return value * value;
}

/* The same times He_k(s) e^{−s²/4} (2π)^−1/4/√k!, by its stable recurrence. */
static double product(double s, void *data)
{
    const expansion *e = data;
    double before = 0.0, now = 0.63161877774606470129 * exp(-0.25 * s * s);
    for (size_t k = 0; k < e->k; k++) {
        double next = (s * now - sqrt((double)k) * before) / sqrt((double)(k + 1));
        before = now;
        now = next;
    }
    return scaled(e, s) * now;
}

/* ∫_a^b, split at the breaks within. */
static bool panel(double *value, expansion *e, double (*integrand)(double, void *),
                  double a, double b, double tolerance)
{
    gsl_function f = {integrand, e};
    *value = 0.0;
    for (size_t i = 0; i <= e->breaks_count && a < b; i++) {
        double end = i < e->breaks_count ? fmin(e->breaks[i], b) : b, part;
        if (end <= a)
            continue;
        if (!nsl_quadrature(&part, &f, a, end, tolerance))
            return false;
        *value += part;
        a = end;
    }
    return true;
}

/* Adds to Eσ² on one side until nothing is left; the end of the range. */
static bool find_end(double *end, double *norm, expansion *e, double sign)
{
    double least = NEAREST, part = (double)INFINITY;
    if (e->breaks_count)
        least = fmax(least, ceil(sign * e->breaks[sign > 0 ? e->breaks_count - 1 : 0]));
    for (*end = 0.0; *end < least || part > TAIL * *norm; *end += 1.0) {
        double a = sign > 0.0 ? *end : -*end - 1.0;
        if (*end >= FARTHEST ||
            !panel(&part, e, square, a, a + 1.0, PANEL_TOLERANCE * *norm))
            return false;
        *norm += part;
    }
    *end *= sign;
    return true;
}

static nsl_status check_breaks(const double *breaks, size_t count, nsl_error *err)
{
    for (size_t i = 0; i < count; i++)
        if (!(fabs(breaks[i]) <= BREAKS_WITHIN) || (i && !(breaks[i - 1] < breaks[i])))
            return nsl_fail(err, NSL_EINVAL, "breaks",
                            "must increase and lie within %g of 0, got %g",
                            BREAKS_WITHIN, breaks[i]);
    return NSL_OK;
}

static bool expand(double *c, size_t count, expansion *e, double norm)
{
    for (e->k = 0; e->k < count; e->k++) {
        c[e->k] = 0.0;
        for (double a = e->low; a < e->high; a += 1.0) {
            double part;
            if (!panel(&part, e, product, a, a + 1.0, PANEL_TOLERANCE * sqrt(norm)))
                return false;
            c[e->k] += part;
        }
    }
    return true;
}

nsl_status nsl_hermite_expand(double *c, size_t count, double *norm,
                              nsl_function *function, void *data, const double *breaks,
                              size_t breaks_count, nsl_error *err)
{
    expansion e = {function, data, breaks, breaks_count, 0, 0.0, 0.0};
    double square_mean = 0.0;
    nsl_status status = check_breaks(breaks, breaks_count, err);
    bool fine = status == NSL_OK && find_end(&e.high, &square_mean, &e, 1.0) &&
                find_end(&e.low, &square_mean, &e, -1.0) &&
                expand(c, count, &e, square_mean);
    for (size_t k = 0; k < count && !fine; k++)
        c[k] = (double)NAN;
    if (norm)
        *norm = fine ? square_mean : (double)NAN;
    if (status == NSL_OK && !fine)
        status = nsl_fail(err, NSL_EINVAL, "activation",
                          "is not square-integrable under the Gaussian, or jumps "
                          "outside its breaks");
    return status;
}
