/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sums of targets at complex Δ against direct summation in long double, and at real Δ
 * against the real sums at any M. */
#include "spectrum/kind.h"
#include "testing.h"
#include "theory/model.h"

#include <complex.h>
#include <criterion/criterion.h>
#include <float.h>
#include <gsl/gsl_rng.h>
#include <math.h>

enum { CASES = 400, ROWS = 60, MANY_ROWS = 5000 };

/* Relative to the sums of the terms' sizes, each off by a few roundings, and by
 * |u(1−u)|·ε as s rounds. */
static const double ROUNDING = 400 * DBL_EPSILON;

/* Both sums are good to that. */
static const double BOTH = 1e-12;

typedef struct {
    long double complex t1, td, te;
    long double t1_size, td_size, te_size;
} direct;

static void add(direct *sum, long double lambda, long double weight, double complex at)
{
    long double complex s = at, u = lambda / (lambda - s), w = -s / (lambda - s);
    long double complex r = u * w;
    sum->t1 += weight * w;
    sum->td += weight * r;
    sum->te += weight * r * (u - w);
    long double turn = 1 + cabsl(u - w);
    sum->t1_size += weight * (cabsl(w) + cabsl(r));
    sum->td_size += weight * cabsl(r) * turn;
    sum->te_size += weight * cabsl(r) * turn * turn;
}

static void compare(const testing_model *m, double complex s, const direct *sum,
                    long double scale, const char *what)
{
    nsl_complex_target got;
    m->spectrum->ops->complex_target(&got, m->spectrum, &m->model->target, s);
    const double complex value[] = {got.t1, got.td, got.te};
    const long double complex truth[] = {sum->t1, sum->td, sum->te};
    const long double size[] = {sum->t1_size, sum->td_size, sum->te_size};
    for (int k = 0; k < 3; k++)
        cr_expect(cabsl(value[k] - scale * truth[k]) <= ROUNDING * scale * size[k],
                  "%s s %g%+gi: sum %d off by %Lg of %Lg", what, creal(s), cimag(s), k,
                  cabsl(value[k] - scale * truth[k]), scale * size[k]);
}

/* Off the positive axis, where the sums are asked for. */
static double complex draw_s(gsl_rng *rng, double size)
{
    double angle = 0.5 + (M_PI - 0.5) * gsl_rng_uniform(rng);
    return size * CMPLX(cos(angle), sin(angle));
}

static double between(gsl_rng *rng, double low, double high)
{
    return low * pow(high / low, gsl_rng_uniform(rng));
}

Test(complex_target, power_laws_against_direct_sums)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 21);
    for (int i = 0; i < CASES; i++) {
        double alpha = between(rng, 0.05, 6.0), beta = between(rng, 0.05, 15.0);
        if (i % 10 == 0) /* a resonance: p k = β */
            beta = (1.0 + alpha) * (1 + (double)gsl_rng_uniform_int(rng, 3));
        uint64_t latents = (uint64_t)between(rng, 1.0, 2e4);
        nsl_model_options o = nsl_model_defaults();
        o.source = beta;
        testing_model m = testing_powerlaw(alpha, latents, &o);
        double least = pow((double)latents, -1.0 - alpha);
        double complex s = draw_s(rng, between(rng, 0.1 * least, 10.0));
        direct sum = {0};
        for (uint64_t k = latents; k >= 1; k--)
            add(&sum, powl((long double)k, -1.0L - alpha),
                powl((long double)k, -1.0L - beta), s);
        char what[80];
        snprintf(what, sizeof what, "alpha %g beta %g M %g", alpha, beta,
                 (double)latents);
        compare(&m, s, &sum, m.model->target.scale, what);
        testing_free(&m);
    }
    gsl_rng_free(rng);
}

Test(complex_target, tables_against_direct_sums)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 22);
    for (int i = 0; i < CASES / 4; i++) {
        static double lambda[MANY_ROWS], target[MANY_ROWS], copies[MANY_ROWS];
        size_t rows = i % 4 ? 1 + gsl_rng_uniform_int(rng, ROWS) : (size_t)MANY_ROWS;
        double complex s = draw_s(rng, between(rng, 1e-7, 10.0));
        direct sum = {0};
        for (size_t k = 0; k < rows; k++) {
            lambda[k] = k % 7 == 3 ? 0.0 : between(rng, 1e-6, 1.0);
            target[k] = between(rng, 1e-3, 1.0);
            copies[k] = (double)(1 + gsl_rng_uniform_int(rng, 3));
            if (lambda[k] > 0.0)
                add(&sum, lambda[k], copies[k] * target[k], s);
        }
        nsl_spectrum *spectrum;
        nsl_error err;
        cr_assert(nsl_spectrum_new_table(&spectrum, rows, lambda, target, copies,
                                         &err) == NSL_OK,
                  "%s", err.message);
        testing_model m = testing_on(spectrum, NULL);
        cr_assert(nsl_spectrum_prepare(spectrum, &m.model->target, NULL) == NSL_OK);
        compare(&m, s, &sum, 1.0L, "table");
        testing_free(&m);
    }
    gsl_rng_free(rng);
}

/* At real Δ: t₁ = t₀ + t_d, t_d, and t_e = t_d − 2 t_c, for any M. */
Test(complex_target, real_sums_at_any_number_of_latents)
{
    const uint64_t latents[] = {50, 100000, UINT64_C(1000000000000),
                                UINT64_C(1000000000000000000), NSL_LATENTS_INFINITE};
    const double betas[] = {0.1, 0.7, 1.3, 2.6, 4.0, 9.0};
    const double alphas[] = {0.1, 0.3, 1.0, 3.0, 12.0};
    for (size_t i = 0; i < 5 * 6 * 5; i++) {
        nsl_model_options o = nsl_model_defaults();
        o.source = betas[i / 5 % 6];
        double alpha = alphas[i / 30];
        testing_model m = testing_powerlaw(alpha, latents[i % 5], &o);
        for (double delta = 3.0; delta > 1e-12; delta *= 0.03) {
            nsl_moments at;
            nsl_complex_target got;
            nsl_model_moments(&at, m.model, delta);
            m.spectrum->ops->complex_target(&got, m.spectrum, &m.model->target, -delta);
            double size = at.t0 + at.td;
            cr_expect(cabs(got.t1 - size) <= BOTH * size &&
                          cabs(got.td - at.td) <= BOTH * at.td &&
                          cabs(got.te - (at.td - 2.0 * at.tc)) <=
                              BOTH * (at.td + 2.0 * at.tc),
                      "alpha %g beta %g M %zu delta %g: %g %g %g", alpha, o.source,
                      i % 5, delta, cabs(got.t1 - size) / size,
                      cabs(got.td - at.td) / at.td,
                      cabs(got.te - (at.td - 2.0 * at.tc)) / at.td);
        }
        testing_free(&m);
    }
}
