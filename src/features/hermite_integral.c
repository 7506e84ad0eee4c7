/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hermite coefficients of tanh and silu as integrals of positive functions.
 *
 * tanh x = ∫_0^∞ sin(xt)/sinh(πt/2) dt, and E sin((a+s)t) = e^{−t²/2} sin(at), so that
 * for odd k
 *
 *     |c_k| √k! = ∫_0^∞ t^k e^{−t²/2} / sinh(πt/2) dt.
 *
 * silu x = x/2 + (x/2) tanh(x/2) = x/2 + ∫_0^∞ x sin(xt)/sinh(πt) dt. By parts, with
 * x sin(xt) = d/dt (1 − cos(xt)): silu x = x/2 + ∫ (1 − cos(xt)) π cosh/sinh²(πt) dt,
 * and
 *
 *     |c_k| √k! = ∫_0^∞ t^k e^{−t²/2} π cosh(πt)/sinh²(πt) dt    for even k ≥ 2,
 *     c_0       = ∫_0^∞ (1 − e^{−t²/2}) π cosh(πt)/sinh²(πt) dt.
 *
 * Around its peak, t = √k + u, the factor t^k e^{−t²/2}/√k! is
 * e^{k (ln(1+x) − x − x²/2)} / (Γ*(k) √2πk)^{1/2}, x = u/√k, of order 1 at any k; so is
 * the rest once e^{−c√k} is taken out. */
#include "features/hermite.h"
#include "features/quadrature.h"

#include <gsl/gsl_sf_gamma.h>
#include <gsl/gsl_sf_log.h>
#include <math.h>
#include <stddef.h>

/* The integrand is below 1e-30 of its peak, which is at −c/2 in u, outside. */
static const double BELOW = -10.5, ABOVE = 8.5;

typedef struct {
    double k, root; /* √k */
} degree;

/* The exponent of the Gaussian's part, and what e^{−c u} adds. */
static double bell(const degree *d, double u, double c)
{
    double x = u / d->root;
    return exp(d->k * (gsl_sf_log_1plusx_mx(x) - 0.5 * x * x) - c * u);
}

/* 1/sinh y = 2 e^−y/(1 − e^−2y) */
static double tanh_integrand(double u, void *data)
{
    const degree *d = data;
    return bell(d, u, M_PI_2) * 2.0 / -expm1(-M_PI * (d->root + u));
}

/* cosh y/sinh² y = 2 e^−y (1 + e^−2y)/(1 − e^−2y)² */
static double silu_integrand(double u, void *data)
{
    const degree *d = data;
    double y = M_PI * (d->root + u), below = -expm1(-2.0 * y);
    return bell(d, u, M_PI) * 2.0 * M_PI * (1.0 + exp(-2.0 * y)) / (below * below);
}

static double integral(double (*integrand)(double, void *), double k, long double rate)
{
    degree d = {k, sqrt(k)};
    gsl_function f = {integrand, &d};
    double value;
    if (!nsl_quadrature(&value, &f, fmax(-d.root, BELOW), ABOVE, 0.0))
        return (double)NAN;
    /* in long double: an exponent of hundreds would lose as many ulps */
    return value * (double)expl(-rate * sqrtl((long double)k)) /
           sqrt(gsl_sf_gammastar(k) * sqrt(2.0 * M_PI * k));
}

static const long double PI = 3.14159265358979323846264338327950288L;

double nsl_hermite_tanh(double k)
{
    return integral(tanh_integrand, k, PI / 2.0L);
}

static double silu_mean(double t, void *unused)
{
    (void)unused;
    double y = M_PI * t, below = -expm1(-2.0 * y);
    return -expm1(-0.5 * t * t) * 2.0 * M_PI * exp(-y) * (1.0 + exp(-2.0 * y)) /
           (below * below);
}

double nsl_hermite_silu(double k)
{
    static const double END = 25.0; /* e^−25π is nothing beside the integral */
    if (k > 0.0)
        return integral(silu_integrand, k, PI);
    gsl_function f = {silu_mean, NULL};
    double value;
    return nsl_quadrature(&value, &f, 0.0, END, 0.0) ? value : (double)NAN;
}
