/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Spectral sums at complex Δ against direct summation in long double. */
#include "density/equation.h"
#include "spectrum/kind.h"
#include "testing.h"

#include <complex.h>
#include <criterion/criterion.h>
#include <float.h>
#include <gsl/gsl_rng.h>
#include <math.h>

enum { CASES = 2000 };

/* Relative to the sums of the terms' sizes, which rounding of s near an eigenvalue
 * makes no smaller: 1/(1−y) moves by |u(1−u)|·ε. */
static const double ROUNDING = 400 * DBL_EPSILON;

/* Two ways to one sum. */
static const double SAME = 64 * DBL_EPSILON;

typedef struct {
    long double complex z, r, rho;
    long double z_size, r_size, rho_size, angle;
} direct;

static void add(direct *sum, long double lambda, long double copies, double complex at)
{
    long double complex s = at, u = lambda / (lambda - s), w = -s / (lambda - s);
    long double complex r = u * w;
    sum->z += copies * u;
    sum->r += copies * r;
    sum->rho += copies * r * (u - w);
    long double size = copies * cabsl(r), turn = 1 + cabsl(u - w);
    sum->z_size += copies * cabsl(u) + size;
    sum->r_size += size * turn;
    sum->rho_size += size * turn * turn;
    sum->angle += copies * cargl(1 - lambda / s);
}

static void compare(const nsl_spectrum *spectrum, double complex s, const direct *sum,
                    const char *what)
{
    nsl_complex_sums got;
    spectrum->ops->complex_sums(&got, spectrum, s, true);
    long double complex z = (long double)got.count + got.count_low + got.rest;
    cr_expect(cabsl(z - sum->z) <= ROUNDING * sum->z_size,
              "%s s %g%+gi: z off by %Lg of %Lg", what, creal(s), cimag(s),
              cabsl(z - sum->z), sum->z_size);
    cr_expect(cabsl(got.r - sum->r) <= ROUNDING * sum->r_size,
              "%s s %g%+gi: r off by %Lg of %Lg", what, creal(s), cimag(s),
              cabsl(got.r - sum->r), sum->r_size);
    cr_expect(cabsl(got.rho - sum->rho) <= ROUNDING * sum->rho_size,
              "%s s %g%+gi: rho off by %Lg of %Lg", what, creal(s), cimag(s),
              cabsl(got.rho - sum->rho), sum->rho_size);
    if (cimag(s) > 0.0)
        cr_expect(fabsl(got.angle - sum->angle) <= ROUNDING * sum->z_size,
                  "%s s %g%+gi: angle %.17g, expected %.17Lg", what, creal(s), cimag(s),
                  got.angle, sum->angle);
}

/* s = size·e^{iθ} of every direction, often close to the real axis and on it. */
static double complex draw_s(gsl_rng *rng, double size)
{
    switch (gsl_rng_uniform_int(rng, 5)) {
    case 0:
        return CMPLX(-size, 0.0);
    case 1:
        return CMPLX(size, 0.0);
    case 2:
        return size * cexp(CMPLX(0.0, pow(10.0, -9.0 * gsl_rng_uniform(rng))));
    default:
        return size * cexp(CMPLX(0.0, M_PI * gsl_rng_uniform(rng)));
    }
}

Test(complex_sums, powerlaw, .timeout = 120)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 61);
    for (int i = 0; i < CASES; i++) {
        double alpha = pow(10.0, -2.0 + 3.0 * gsl_rng_uniform(rng));
        double most = i % 100 == 0 ? 6.0 : 4.0; /* 10^6 terms now and then */
        uint64_t latents = (uint64_t)pow(10.0, most * gsl_rng_uniform(rng));
        double place = exp(1.5 * log((double)latents + 2) * gsl_rng_uniform(rng));
        if (i % 5 == 0) /* close to the last eigenvalue */
            place = (double)latents * (1 + pow(10.0, -4.0 * gsl_rng_uniform(rng)) *
                                               (gsl_rng_uniform(rng) - 0.5));
        double size = 3.7 * pow(place, -1.0 - alpha);
        if (!(size > 1e-200) || fabs(place - round(place)) < 1e-3)
            continue;
        double complex s = draw_s(rng, size);
        nsl_spectrum *spectrum;
        cr_assert(nsl_spectrum_new_powerlaw(&spectrum, alpha, 3.7, latents, NULL) ==
                  NSL_OK);
        direct sum = {0};
        for (uint64_t k = latents; k > 0; k--)
            add(&sum, 3.7L * powl((long double)k, -1.0L - alpha), 1.0L, s);
        char what[64];
        snprintf(what, sizeof what, "alpha %.17g M %llu", alpha,
                 (unsigned long long)latents);
        compare(spectrum, s, &sum, what);
        nsl_spectrum_free(spectrum);
    }
    gsl_rng_free(rng);
}

/* M = ∞ and huge M are what comes of growing M. */
Test(complex_sums, endless)
{
    const double alphas[] = {0.2, 0.9, 3.0};
    for (int i = 0; i < 3; i++)
        for (double size = 0.9; size > 1e-9; size *= 0.07) {
            double complex s = size * cexp(CMPLX(0.0, 0.3));
            nsl_spectrum *big, *endless;
            nsl_complex_sums a, b;
            cr_assert(nsl_spectrum_new_powerlaw(&big, alphas[i], 1.0, NSL_LATENTS_MAX,
                                                NULL) == NSL_OK);
            cr_assert(nsl_spectrum_new_powerlaw(&endless, alphas[i], 1.0,
                                                NSL_LATENTS_INFINITE, NULL) == NSL_OK);
            big->ops->complex_sums(&a, big, s, true);
            endless->ops->complex_sums(&b, endless, s, true);
            /* Σ_{I>M} λ/(−s) ≈ −M^{−α}/(αs) is missing */
            double complex rest = -pow(1e18, -alphas[i]) / alphas[i] / s;
            double complex difference = (b.count - a.count) + (b.rest - a.rest);
            double bound = 1e-14 * cabs(b.rest + b.count) + 1e-6 * cabs(rest);
            cr_expect(cabs(difference - rest) <= bound, "alpha %g s %g: %g of %g",
                      alphas[i], size, cabs(difference - rest), cabs(rest));
            nsl_spectrum_free(big);
            nsl_spectrum_free(endless);
        }
}

Test(complex_sums, table)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 62);
    for (int i = 0; i < CASES; i++) {
        double lambda[100], copies[100];
        size_t rows = 1 + gsl_rng_uniform_int(rng, 100);
        double decades = 40.0 * gsl_rng_uniform(rng);
        for (size_t k = 0; k < rows; k++) {
            lambda[k] = pow(10.0, decades * (gsl_rng_uniform(rng) - 0.5));
            copies[k] = floor(pow(10.0, 3.0 * gsl_rng_uniform(rng)));
        }
        double complex s =
            draw_s(rng, pow(10.0, decades * (gsl_rng_uniform(rng) - 0.5)));
        nsl_spectrum *spectrum;
        cr_assert(nsl_spectrum_new_table(&spectrum, rows, lambda, NULL, copies, NULL) ==
                  NSL_OK);
        cr_assert(nsl_spectrum_prepare(spectrum, NULL, NULL) == NSL_OK);
        direct sum = {0};
        for (size_t k = 0; k < rows; k++)
            add(&sum, lambda[k], copies[k], s);
        compare(spectrum, s, &sum, "table");
        nsl_spectrum_free(spectrum);
    }
    gsl_rng_free(rng);
}

/* Rows enough for trees of intervals: a power law, a narrow cluster, eigenvalues that
 * come again, and one at each of many scales around a point; s also very close to them.
 */
Test(complex_sums, large_tables, .timeout = 240)
{
    enum { TABLES = 12, ROWS = 20000, POINTS = 25 };
    static double lambda[ROWS], copies[ROWS];
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 63);
    for (int i = 0; i < TABLES; i++) {
        for (size_t k = 0; k < ROWS; k++) {
            double place = gsl_rng_uniform(rng);
            lambda[k] = i % 4 == 0   ? pow((double)k + 1, -1.3)
                        : i % 4 == 1 ? 1.3 + 1e-3 * place
                        : i % 4 == 2 ? floor(1.0 + 9.0 * place)
                                     : 1.7 + pow(10.0, -14.0 * place);
            copies[k] = i % 3 ? floor(pow(10.0, 2.0 * gsl_rng_uniform(rng))) : 1.0;
        }
        nsl_spectrum *spectrum;
        cr_assert(nsl_spectrum_new_table(&spectrum, ROWS, lambda, NULL, copies, NULL) ==
                  NSL_OK);
        cr_assert(nsl_spectrum_prepare(spectrum, NULL, NULL) == NSL_OK);
        for (int point = 0; point < POINTS; point++) {
            double at = lambda[gsl_rng_uniform_int(rng, ROWS)];
            double complex s = draw_s(rng, at * pow(10.0, gsl_rng_uniform(rng) - 0.5));
            if (point % 2) /* near one of them */
                s = at * (1.0 + pow(10.0, -12.0 * gsl_rng_uniform(rng)) *
                                    cexp(CMPLX(0.0, M_PI * gsl_rng_uniform(rng))));
            direct sum = {0};
            for (size_t k = 0; k < ROWS; k++)
                add(&sum, lambda[k], copies[k], s);
            compare(spectrum, s, &sum, "large table");
        }
        nsl_spectrum_free(spectrum);
    }
    gsl_rng_free(rng);
}

/* Close to the negative axis the sums are series around it: they are those at s itself
 * on both sides of the angle where that begins. */
Test(complex_sums, near_the_negative_axis)
{
    nsl_model_options o = nsl_model_defaults();
    const double angles[] = {1e-9, 1e-8, 1e-7, 5e-7, 9.9e-7, 1.1e-6};
    for (int i = 0; i < 60; i++) {
        double alpha = 0.1 + 0.05 * i, size = pow(10.0, -0.2 * i);
        testing_model m =
            testing_powerlaw(alpha, i % 2 ? NSL_LATENTS_INFINITE : UINT64_C(700), &o);
        nsl_equation e;
        nsl_error err = {0};
        cr_assert(nsl_spectrum_prepare(m.spectrum, NULL, &err) == NSL_OK);
        nsl_equation_set_mean(&e, m.model, 100.0, 100.0);
        for (size_t k = 0; k < sizeof angles / sizeof *angles; k++) {
            double complex s = size * CMPLX(-1.0, angles[k]);
            nsl_complex_sums near, there;
            nsl_equation_sums(&near, &e, s, false);
            e.spectrum->ops->complex_sums(&there, e.spectrum, s, false);
            double z = there.count + there.count_low + creal(there.rest);
            double close = near.count + near.count_low + creal(near.rest);
            cr_expect(fabs(close - z) <= SAME * z,
                      "alpha %g s %g angle %g: z %.17g, not "
                      "%.17g",
                      alpha, size, angles[k], close, z);
            cr_expect(fabs(creal(near.r - there.r)) <= SAME * z,
                      "alpha %g s %g angle %g: "
                      "r %.17g, not %.17g",
                      alpha, size, angles[k], creal(near.r), creal(there.r));
        }
        testing_free(&m);
    }
}
