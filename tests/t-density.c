/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The eigenvalue density against closed forms: Marchenko–Pastur, products of two and
 * three of them, two blocks of eigenvalues. */
#include "gram.h"

#include <complex.h>
#include <criterion/criterion.h>
#include <float.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_poly.h>
#include <math.h>
#include <string.h>

static const double INFINITE = (double)INFINITY;

/* A density relative to the same in closed form. */
static const double CLOSED_FORM = 1e-12;

/* x and the edge are rounded, so that √(x − edge) is only known to this. */
static double known(double x, double edge)
{
    return CLOSED_FORM + 2 * DBL_EPSILON * fabs(x / (x - edge));
}

static void expect_near(double got, double expected, double bound, const char *what,
                        double at)
{
    cr_expect(testing_distance(got, expected) <= bound,
              "%s at %.17g: %.17g, expected %.17g (off by %.2e)", what, at, got,
              expected, testing_distance(got, expected));
}

/* (λ/W) X Xᵀ with X a W×M matrix of unit Gaussians, times `unit`. */
typedef struct {
    double lambda, ratio, unit; /* ratio: M/W */
    double lower, upper;
} pastur;

static pastur pastur_of(double lambda, double ratio, double unit)
{
    double root = sqrt(ratio), less = root - 1.0;
    return (pastur){lambda, ratio, unit, unit * lambda * less * less,
                    unit * lambda * (1.0 + root) * (1.0 + root)};
}

static double pastur_density(const pastur *m, double x)
{
    return sqrt((m->upper - x) * (x - m->lower)) / (2 * M_PI * m->unit * m->lambda * x);
}

/* Where x = middle + half sin t: the density without its square roots. */
static double pastur_smooth(double t, void *params)
{
    const pastur *m = params;
    double x = m->lower + (m->upper - m->lower) * 0.5 * (1.0 + sin(t));
    return pastur_density(m, x) * 0.5 * (m->upper - m->lower) * cos(t);
}

/* The share in [lower, x]. */
static double pastur_share(pastur *m, double x)
{
    gsl_function f = {pastur_smooth, m};
    gsl_integration_workspace *w = gsl_integration_workspace_alloc(1000);
    double half = 0.5 * (m->upper - m->lower), share, error;
    gsl_error_handler_t *handler = gsl_set_error_handler_off();
    gsl_integration_qag(&f, -M_PI_2, asin((x - m->lower - half) / half), 0.0, 2e-14,
                        1000, GSL_INTEG_GAUSS61, w, &share, &error);
    gsl_set_error_handler(handler);
    gsl_integration_workspace_free(w);
    return share;
}

static void check_pastur(const nsl_density *density, pastur *m, const char *what)
{
    cr_assert(nsl_density_bulks(density) == 1, "%s: %zu bulks", what,
              nsl_density_bulks(density));
    nsl_bulk bulk = nsl_density_bulk(density, 0);
    double mass = fmin(1.0, m->ratio), atom = nsl_density_atom(density);
    /* (√c − 1)² of a ratio that is a rounded number */
    double edge_bound = CLOSED_FORM * fmax(1.0, 1.0 / fabs(sqrt(m->ratio) - 1.0));
    expect_near(bulk.lower, m->lower, edge_bound, "lower edge", m->ratio);
    expect_near(bulk.upper, m->upper, CLOSED_FORM, "upper edge", m->ratio);
    expect_near(bulk.mass, mass, CLOSED_FORM, "mass", m->ratio);
    cr_expect(fabs(atom - (1.0 - mass)) <= CLOSED_FORM, "%s: atom %g", what, atom);
    for (int k = 1; k < 40; k++) {
        double x = m->lower + (m->upper - m->lower) * (k / 40.0);
        double bound = fmax(known(x, m->lower), known(x, m->upper));
        expect_near(gram_at(density, x), pastur_density(m, x), bound, what, x);
    }
    cr_expect(gram_at(density, m->lower * 0.999) == 0.0 &&
              gram_at(density, m->upper * 1.001) == 0.0 &&
              gram_at(density, -1.0) == 0.0);
    for (int k = 1; k < 20; k++) {
        double q = atom + (1.0 - atom) * k / 20.0, x, share;
        cr_assert(nsl_density_quantile(&x, density, q, NULL) == NSL_OK);
        cr_expect(fabs(atom + pastur_share(m, x) - q) <= CLOSED_FORM,
                  "%s: below the quantile %g at %.17g are %.17g", what, q, x,
                  atom + pastur_share(m, x));
        cr_assert(nsl_density_integral(&share, density, 0.0, x, NULL) == NSL_OK);
        cr_expect(fabs(share - q) <= CLOSED_FORM, "%s: integral %.17g for %g", what,
                  share, q);
    }
}

Test(density, marchenko_pastur_features)
{
    const double ratios[] = {1e-6, 0.01, 0.3, 0.9, 1.1, 2.0, 50.0, 1e4};
    for (int i = 0; i < 8; i++)
        for (double lambda = 1e-3; lambda < 1e4; lambda *= 1e5) {
            double copies = 1e6 * ratios[i];
            testing_model m = gram_flat(lambda, copies, NULL, 0);
            nsl_density *d = gram_density(
                m.model, (nsl_gram){1e6, INFINITE, NSL_SIDE_FEATURES, true}, "MP");
            pastur closed = pastur_of(lambda, ratios[i], 1.0);
            check_pastur(d, &closed, "kernel, P = inf");
            nsl_density_free(d);
            /* u of variance σ_u²/M: a factor N/M */
            d = gram_density(m.model,
                             (nsl_gram){1e6, INFINITE, NSL_SIDE_FEATURES, false}, "MP");
            closed = pastur_of(lambda, ratios[i], 1.0 / ratios[i]);
            check_pastur(d, &closed, "P = inf");
            nsl_density_free(d);
            testing_free(&m);
        }
}

/* N = ∞: W Wᵀ between P samples, a factor P; a hidden width in place of N does the
 * same. */
Test(density, marchenko_pastur_samples)
{
    const double ratios[] = {0.25, 0.99, 3.0};
    double wide = INFINITE;
    for (int i = 0; i < 3; i++)
        for (size_t hidden = 0; hidden < 2; hidden++) {
            testing_model m = gram_flat(2.0, 1e8 * ratios[i], &wide, hidden);
            nsl_density *d = gram_density(
                m.model, (nsl_gram){INFINITE, 1e8, NSL_SIDE_SAMPLES, true}, "MP");
            pastur closed = pastur_of(2.0, ratios[i], 1e8);
            check_pastur(d, &closed, "N = inf");
            nsl_density_free(d);
            testing_free(&m);
        }
}

/* Multiplicities and widths of every order: narrow bulks lose what x itself does. */
Test(density, marchenko_pastur_huge)
{
    testing_model m = gram_flat(1.0, 1e18, NULL, 0);
    nsl_density *d = gram_density(
        m.model, (nsl_gram){1e9, INFINITE, NSL_SIDE_FEATURES, false}, "MP");
    pastur closed = pastur_of(1.0, 1e9, 1e-9);
    nsl_bulk bulk = nsl_density_bulk(d, 0);
    expect_near(bulk.lower, closed.lower, CLOSED_FORM, "lower edge", 0);
    expect_near(bulk.upper, closed.upper, CLOSED_FORM, "upper edge", 0);
    expect_near(gram_at(d, 1.0), pastur_density(&closed, 1.0), 1e-10, "middle", 1.0);
    nsl_density_free(d);
    testing_free(&m);
}

/* At N = M the density is √((4−x)/x)/2π: all the way down to 0. */
Test(density, marchenko_pastur_square)
{
    testing_model m = gram_flat(1.0, 500, NULL, 0);
    nsl_density *d =
        gram_density(m.model, (nsl_gram){500, INFINITE, NSL_SIDE_FEATURES, true}, "MP");
    nsl_bulk bulk = nsl_density_bulk(d, 0);
    cr_expect(bulk.lower == 0.0 && bulk.mass == 1.0 && nsl_density_atom(d) == 0.0);
    for (double x = 3.9; x > 1e-290; x *= 1e-3)
        expect_near(gram_at(d, x), sqrt((4.0 - x) / x) / (2 * M_PI), CLOSED_FORM,
                    "square", x);
    cr_expect(isinf(gram_at(d, 0.0)));
    double x;
    cr_assert(nsl_density_quantile(&x, d, 1e-15, NULL) == NSL_OK);
    expect_near(x, M_PI * M_PI * 1e-30 / 4, 0.2, "quantile near 0",
                x); /* 1 − q rounds */
    nsl_density_free(d);
    testing_free(&m);
}

/* Im z/(π size x) of the root of ζ Π(λ−s)… of a polynomial: the one nearest to `got`
 * among those with Im s > 0. */
static double product_density(double lambda, double copies, const double *width,
                              int widths, double scale, double size, double x,
                              double got)
{
    /* scale·s Π_j (W_j(λ−s) − Mλ) − x (λ−s)^widths */
    double a[6] = {0, scale}, b[6] = {x}, root[10];
    for (int j = 0; j < widths; j++) {
        double next_a[6] = {0}, next_b[6] = {0};
        for (int k = 0; k < 5; k++) {
            next_a[k] += a[k] * (width[j] - copies) * lambda;
            next_a[k + 1] -= a[k] * width[j];
            next_b[k] += b[k] * lambda;
            next_b[k + 1] -= b[k];
        }
        memcpy(a, next_a, sizeof a);
        memcpy(b, next_b, sizeof b);
    }
    for (int k = 0; k < 6; k++)
        a[k] -= b[k];
    gsl_poly_complex_workspace *w =
        gsl_poly_complex_workspace_alloc((size_t)widths + 2);
    cr_assert(gsl_poly_complex_solve(a, (size_t)widths + 2, w, root) == 0);
    gsl_poly_complex_workspace_free(w);
    double best = (double)NAN;
    for (int k = 0; k <= widths; k++) {
        double complex s = CMPLX(root[2 * k], root[2 * k + 1]);
        double density = cimag(copies * lambda / (lambda - s)) / (M_PI * size * x);
        if (cimag(s) > 0.0 && !(fabs(density - got) >= fabs(best - got)))
            best = density;
    }
    return best;
}

/* Polynomials' roots are good to this where they are well apart. */
static const double POLYNOMIAL = 1e-11;

Test(density, product_of_marchenko_pasturs)
{
    const double sizes[][4] = {/* M, N, P, hidden or 0 */
                               {300, 150, 400, 0},   {300, 400, 150, 0},
                               {100, 150, 400, 0},   {300, 200, 200, 0},
                               {200, 200, 200, 0},   {300, 150, 400, 250},
                               {300, 250, 400, 150}, {100, 250, 400, 250}};
    for (int i = 0; i < 8; i++) {
        const double *n = sizes[i];
        size_t hidden = n[3] > 0.0;
        testing_model m = gram_flat(0.7, n[0], &n[3], hidden);
        nsl_gram gram = {n[1], n[2], NSL_SIDE_FEATURES, false};
        nsl_density *d = gram_density(m.model, gram, "product");
        double scale = 1.0 / n[0] / (hidden ? n[3] : 1.0);
        cr_assert(nsl_density_bulks(d) == 1);
        nsl_bulk bulk = nsl_density_bulk(d, 0);
        for (int k = 1; k < 50; k++) {
            double x = bulk.lower + (bulk.upper - bulk.lower) * (k / 50.0);
            double got = gram_at(d, x);
            double expected =
                product_density(0.7, n[0], &n[1], 2 + (int)hidden, scale, n[1], x, got);
            expect_near(got, expected, POLYNOMIAL, "product", x);
        }
        nsl_density_free(d);
        testing_free(&m);
    }
}

/* Two flat blocks part where ((m₁λ₁²)^{1/3} + (m₂λ₂²)^{1/3})³ < N(λ₁−λ₂)², exactly,
 * without samples; the edges of the gap are where ζ(s) = s(1 − z/N) turns. */
Test(density, two_blocks)
{
    const double copies[][2] = {{30, 500}, {500, 30}, {1, 1e9}, {200, 200}};
    for (int i = 0; i < 4; i++)
        for (int ratio = 2; ratio < 200; ratio *= 3)
            for (int side = 0; side < 2; side++) {
                double lambda[] = {ratio, 1.0}, m1 = copies[i][0], m2 = copies[i][1];
                double limit = pow(cbrt(m1 * ratio * ratio) + cbrt(m2), 3) /
                               ((ratio - 1.0) * (ratio - 1.0));
                double n = limit * (side ? 1.0 + 1e-9 : 1.0 - 1e-9);
                if (n <= m1)
                    continue; /* no eigenvalues are left below the gap */
                nsl_spectrum *spectrum;
                cr_assert(nsl_spectrum_new_table(&spectrum, 2, lambda, NULL, copies[i],
                                                 NULL) == NSL_OK);
                testing_model m = testing_on(spectrum, NULL);
                nsl_density *d = gram_density(
                    m.model, (nsl_gram){n, INFINITE, NSL_SIDE_FEATURES, true}, "two");
                cr_expect(nsl_density_bulks(d) == 1u + (size_t)side,
                          "%g %g %d N %.17g: %zu bulks", m1, m2, ratio, n,
                          nsl_density_bulks(d));
                if (side && nsl_density_bulks(d) == 2)
                    expect_near(nsl_density_bulk(d, 1).mass, m1 / n, CLOSED_FORM,
                                "mass of the upper block", n);
                nsl_density_free(d);
                testing_free(&m);
            }
}

static nsl_status attempt(const nsl_model *model, nsl_gram gram, char *field)
{
    nsl_density *d = NULL;
    nsl_error err = {0};
    nsl_status status = nsl_density_new(&d, model, &gram, &err);
    cr_expect((status == NSL_OK) == (d != NULL));
    cr_expect(status == NSL_OK || err.message[0] != '\0');
    strcpy(field, err.field);
    nsl_density_free(d);
    return status;
}

Test(density, errors)
{
    const struct {
        nsl_gram gram;
        const char *field;
    } bad[] = {{{INFINITE, INFINITE, NSL_SIDE_FEATURES, true}, "features"},
               {{INFINITE, 10, NSL_SIDE_FEATURES, true}, "side"},
               {{10, INFINITE, NSL_SIDE_SAMPLES, true}, "side"},
               {{10, 20, NSL_SIDE_FEATURES, false}, "kernel"},
               {{0, 20, NSL_SIDE_FEATURES, true}, "features"},
               {{10, (double)NAN, NSL_SIDE_FEATURES, true}, "samples"}};
    testing_model m = testing_powerlaw(0.5, NSL_LATENTS_INFINITE, NULL);
    char field[32];
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cr_expect(attempt(m.model, bad[i].gram, field) == NSL_EINVAL, "case %zu", i);
        cr_expect(strcmp(field, bad[i].field) == 0, "case %zu blames %s", i, field);
    }
    /* half a million separate bulks */
    cr_expect(attempt(m.model, (nsl_gram){1e12, INFINITE, NSL_SIDE_FEATURES, true},
                      field) == NSL_EFAILED);
    nsl_density *d =
        gram_density(m.model, (nsl_gram){10, 20, NSL_SIDE_SAMPLES, true}, "errors");
    double value = 0.0;
    cr_expect(nsl_density_at(&value, d, (double)NAN, NULL) == NSL_EINVAL &&
              isnan(value));
    cr_expect(nsl_density_at(&value, d, INFINITE, NULL) == NSL_EINVAL);
    cr_expect(nsl_density_quantile(&value, d, 1.1, NULL) == NSL_EINVAL && isnan(value));
    cr_expect(nsl_density_integral(&value, d, 2.0, 1.0, NULL) == NSL_EINVAL);
    nsl_complex r;
    cr_expect(nsl_density_resolvent(&r, d, (nsl_complex){0.0, 0.0}, NULL) ==
              NSL_EINVAL);
    cr_expect(nsl_density_resolvent(&r, d, (nsl_complex){INFINITE, 0.0}, NULL) ==
                  NSL_EINVAL &&
              isnan(r.re));
    nsl_density_free(d);
    nsl_density_free(NULL);
    testing_free(&m);
}
