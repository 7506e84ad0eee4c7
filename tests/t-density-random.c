/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What must hold of the density of any model: its mass, its moments, its edges, the
 * duality of features and samples, the resolvent off the axis. */
#include "gram.h"

#include <complex.h>
#include <criterion/criterion.h>
#include <gsl/gsl_rng.h>
#include <math.h>

enum { MODELS = 400, ROWS_MAX = 40 };

static const double INTEGRALS = 1e-10;

/* A random model; `table` says of what kind it is. */
typedef struct {
    testing_model m;
    nsl_gram gram;
    double hidden[2], lambda[ROWS_MAX], copies[ROWS_MAX];
    size_t hidden_count, rows;
    bool table;
    char text[160];
} sample;

static double decades(gsl_rng *rng, double low, double high)
{
    return pow(10.0, low + (high - low) * gsl_rng_uniform(rng));
}

static nsl_spectrum *draw_table(sample *s, gsl_rng *rng)
{
    nsl_spectrum *spectrum;
    s->rows = 1 + gsl_rng_uniform_int(rng, ROWS_MAX);
    double span = 3.0 * gsl_rng_uniform(rng);
    for (size_t i = 0; i < s->rows; i++) {
        s->lambda[i] = decades(rng, -span, 0);
        s->copies[i] = floor(decades(rng, 0, gsl_rng_uniform(rng) < 0.5 ? 0.1 : 2.5));
    }
    if (s->rows > 3 && gsl_rng_uniform(rng) < 0.2)
        s->lambda[1] = 0.0;
    cr_assert(nsl_spectrum_new_table(&spectrum, s->rows, s->lambda, NULL, s->copies,
                                     NULL) == NSL_OK);
    return spectrum;
}

static nsl_spectrum *draw_powerlaw(gsl_rng *rng, double *alpha, uint64_t *latents)
{
    nsl_spectrum *spectrum;
    *alpha = decades(rng, -0.7, 0.3);
    *latents = gsl_rng_uniform(rng) < 0.4 ? NSL_LATENTS_INFINITE
                                          : (uint64_t)decades(rng, 0.5, 5);
    cr_assert(nsl_spectrum_new_powerlaw(&spectrum, *alpha, decades(rng, -3, 3),
                                        *latents, NULL) == NSL_OK);
    return spectrum;
}

static void draw(sample *s, gsl_rng *rng)
{
    nsl_model_options o = nsl_model_defaults();
    double alpha = 0.0;
    uint64_t latents = 0;
    *s = (sample){.table = gsl_rng_uniform(rng) < 0.5};
    nsl_spectrum *spectrum =
        s->table ? draw_table(s, rng) : draw_powerlaw(rng, &alpha, &latents);
    s->hidden_count = gsl_rng_uniform_int(rng, 5) / 2; /* 0, 0, 1, 1, 2 */
    for (size_t k = 0; k < s->hidden_count; k++)
        s->hidden[k] = round(decades(rng, 0.5, 2.5));
    o.hidden = s->hidden;
    o.hidden_count = s->hidden_count;
    o.sigma_u2 = decades(rng, -1, 1);
    s->m = testing_on(spectrum, &o);
    s->gram =
        (nsl_gram){round(decades(rng, 0.3, 2.5)), round(decades(rng, 0.3, 2.5)),
                   gsl_rng_uniform(rng) < 0.5 ? NSL_SIDE_FEATURES : NSL_SIDE_SAMPLES,
                   gsl_rng_uniform(rng) < 0.5};
    double how = gsl_rng_uniform(rng);
    if (how < 0.15) {
        s->gram.samples = (double)INFINITY;
        s->gram.side = NSL_SIDE_FEATURES;
    } else if (how < 0.3) {
        s->gram.features = (double)INFINITY;
        s->gram.side = NSL_SIDE_SAMPLES;
        s->gram.kernel = true;
    } else if (how < 0.5) {
        s->gram.samples = s->gram.features; /* the lower edge is 0, or M's */
    }
    if (nsl_spectrum_latents(s->m.spectrum) == NSL_LATENTS_INFINITE)
        s->gram.kernel = true;
    snprintf(s->text, sizeof s->text,
             "rows %zu alpha %.17g M %llu hidden %g %g N %g P %g side %d kernel %d",
             s->rows, alpha, (unsigned long long)latents, s->hidden[0], s->hidden[1],
             s->gram.features, s->gram.samples, s->gram.side, s->gram.kernel);
}

/* Masses known from exact separation against integrals; both against the moments. */
Test(density_random, mass_and_moments, .timeout = 300)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 71);
    size_t gaps = 0;
    for (int i = 0; i < MODELS; i++) {
        sample s;
        draw(&s, rng);
        nsl_density *d = gram_density(s.m.model, s.gram, s.text);
        double total = nsl_density_atom(d), mean = 0.0, square = 0.0, m1, m2;
        for (size_t k = 0; k < nsl_density_bulks(d); k++) {
            double mass = nsl_density_bulk(d, k).mass;
            double found = gram_quadrature(d, k, 0, 0.0, 1.0);
            cr_expect(fabs(found - mass) <= INTEGRALS,
                      "%s: bulk %zu holds %.17g, not %.17g", s.text, k, found, mass);
            total += mass;
            mean += gram_quadrature(d, k, 1, 0.0, 1.0);
            square += gram_quadrature(d, k, 2, 0.0, 1.0);
            double a = gsl_rng_uniform(rng), b = gsl_rng_uniform(rng), share;
            double part = gram_quadrature(d, k, 0, fmin(a, b), fmax(a, b));
            cr_assert(nsl_density_integral(&share, d, gram_place(d, k, fmin(a, b)),
                                           gram_place(d, k, fmax(a, b)),
                                           NULL) == NSL_OK);
            cr_expect(fabs(part - share) <= INTEGRALS, "%s: %.17g in part, not %.17g",
                      s.text, part, share);
        }
        gaps += nsl_density_bulks(d) - 1;
        nsl_density_moments(&m1, &m2, d);
        cr_expect(fabs(total - 1.0) <= 1e-14, "%s: total %.17g", s.text, total);
        cr_expect(testing_distance(mean, m1) <= INTEGRALS, "%s: mean %.17g, not %.17g",
                  s.text, mean, m1);
        cr_expect(testing_distance(square, m2) <= INTEGRALS,
                  "%s: mean square %.17g, not %.17g", s.text, square, m2);
        nsl_density_free(d);
        testing_free(&s.m);
    }
    gsl_rng_free(rng);
    cr_assert(gaps > 100, "only %zu gaps", gaps);
}

/* A long power law with 131 bulks: where the lowest one is about to split, Newton's
 * method finds real roots that are none of the density's. */
Test(density_random, long_power_law, .timeout = 60)
{
    testing_model m = testing_powerlaw(0.5, 1000000, NULL);
    nsl_density *d = gram_density(
        m.model, (nsl_gram){1e5, 3e5, NSL_SIDE_SAMPLES, false}, "long power law");
    cr_expect(nsl_density_bulks(d) == 131, "%zu bulks", nsl_density_bulks(d));
    for (int k = 0; k < 200; k++) {
        double from = 0.9 + 0.1 * k / 200, to = from + 0.1 / 200, share;
        double part = gram_quadrature(d, 0, 0, from, to);
        cr_assert(nsl_density_integral(&share, d, gram_place(d, 0, from),
                                       gram_place(d, 0, to), NULL) == NSL_OK);
        cr_expect(fabs(part - share) <= 1e-12 && share > 0.0,
                  "from %.17g: %.17g, not %.17g", from, part, share);
    }
    nsl_density_free(d);
    testing_free(&m);
}

/* Outside the edges nothing, inside a square root; the quantile of a share and the
 * share below it. */
Test(density_random, edges_and_quantiles, .timeout = 120)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 72);
    for (int i = 0; i < MODELS; i++) {
        sample s;
        draw(&s, rng);
        nsl_density *d = gram_density(s.m.model, s.gram, s.text);
        for (size_t k = 0; k < nsl_density_bulks(d); k++) {
            nsl_bulk bulk = nsl_density_bulk(d, k);
            double gap = k + 1 < nsl_density_bulks(d) ? nsl_density_bulk(d, k + 1).lower
                                                      : 2.0 * bulk.upper;
            cr_expect(gram_at(d, 0.5 * (bulk.upper + gap)) == 0.0);
            double out = 1e-5 * fmin(bulk.upper - bulk.lower, gap - bulk.upper);
            if (out < 1e-11 * bulk.upper)
                continue; /* double cannot tell x from the edge well enough */
            double ratio =
                gram_at(d, bulk.upper - out) / gram_at(d, bulk.upper - 4 * out);
            cr_expect(fabs(ratio - 0.5) < 0.05, "%s: %g at the edge %.17g", s.text,
                      ratio, bulk.upper);
        }
        for (int k = 0; k < 10; k++) {
            double q = gsl_rng_uniform(rng), x, share;
            cr_assert(nsl_density_quantile(&x, d, q, NULL) == NSL_OK, "%s q %.17g",
                      s.text, q);
            cr_assert(nsl_density_integral(&share, d, 0.0, x, NULL) == NSL_OK);
            cr_expect(q <= nsl_density_atom(d) ? x == 0.0 : fabs(share - q) < 1e-12,
                      "%s: share %.17g below the quantile %.17g", s.text, share, q);
        }
        nsl_density_free(d);
        testing_free(&s.m);
    }
    gsl_rng_free(rng);
}

/* N ↔ P, and the two matrices of one model: the same positive eigenvalues. */
Test(density_random, duality, .timeout = 60)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 73);
    for (int i = 0; i < MODELS; i++) {
        sample s;
        draw(&s, rng);
        if (nsl_spectrum_latents(s.m.spectrum) == NSL_LATENTS_INFINITE ||
            isinf(s.gram.features) || isinf(s.gram.samples)) {
            testing_free(&s.m);
            continue;
        }
        double n = s.gram.features, p = s.gram.samples;
        nsl_density *one =
            gram_density(s.m.model, (nsl_gram){n, p, NSL_SIDE_FEATURES, false}, s.text);
        nsl_density *other =
            gram_density(s.m.model, (nsl_gram){n, p, NSL_SIDE_SAMPLES, false}, s.text);
        nsl_density *swapped =
            gram_density(s.m.model, (nsl_gram){p, n, NSL_SIDE_SAMPLES, false}, s.text);
        for (double share = 0.1; share < 1.0; share += 0.2) {
            double x = gram_place(one, 0, share), here = gram_at(one, x);
            cr_expect(testing_distance(p * gram_at(other, x), n * here) < 1e-12);
            cr_expect(testing_distance(gram_at(swapped, x), here) < 1e-12);
        }
        nsl_density_free(one);
        nsl_density_free(other);
        nsl_density_free(swapped);
        testing_free(&s.m);
    }
    gsl_rng_free(rng);
}

/* At a ridge γ = −ζ the resolvent is the dof of nsl_predict. */
Test(density_random, negative_axis, .timeout = 60)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 74);
    int compared = 0;
    for (int i = 0; i < MODELS; i++) {
        sample s;
        draw(&s, rng);
        nsl_gram g = s.gram;
        g.kernel = false;
        if (nsl_spectrum_latents(s.m.spectrum) != NSL_LATENTS_INFINITE &&
            isfinite(g.features) && isfinite(g.samples)) {
            nsl_density *d = gram_density(s.m.model, g, s.text);
            double size = g.side == NSL_SIDE_FEATURES ? g.features : g.samples, m1, m2;
            nsl_density_moments(&m1, &m2, d);
            for (int k = 0; k < 10; k++) {
                double ridge = m1 * decades(rng, -8, 3);
                double dof =
                    testing_predict(s.m.model, g.features, g.samples, ridge, 0.0).dof;
                nsl_complex r;
                cr_assert(nsl_density_resolvent(&r, d, (nsl_complex){-ridge, 0.0},
                                                NULL) == NSL_OK);
                double expected = (1.0 - dof / size) / ridge;
                cr_expect(fabs(r.re - expected) * ridge <= 1e-12 && r.im == 0.0,
                          "%s ridge %.17g: %.17g, expected %.17g", s.text, ridge, r.re,
                          expected);
                compared++;
            }
            nsl_density_free(d);
        }
        testing_free(&s.m);
    }
    gsl_rng_free(rng);
    cr_assert(compared > MODELS);
}

/* At a complex ζ, z from R and s from [E1] must be z = Σ λ/(λ−s); and on the axis the
 * resolvent joins the density. */
Test(density_random, complex_resolvent, .timeout = 60)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 75);
    for (int i = 0; i < MODELS; i++) {
        sample s;
        do {
            if (s.m.model && i > 0)
                testing_free(&s.m);
            draw(&s, rng);
        } while (!s.table || isinf(s.gram.samples) || isinf(s.gram.features));
        s.gram.kernel = true;
        nsl_density *d = gram_density(s.m.model, s.gram, s.text);
        double n = s.gram.features, p = s.gram.samples;
        double size = s.gram.side == NSL_SIDE_FEATURES ? n : p, m1, m2;
        nsl_density_moments(&m1, &m2, d);
        for (int k = 0; k < 10; k++) {
            double complex zeta = m1 * decades(rng, -3, 3) *
                                  cexp(CMPLX(0.0, M_PI * gsl_rng_uniform(rng)));
            nsl_complex r;
            cr_assert(nsl_density_resolvent(&r, d,
                                            (nsl_complex){creal(zeta), -cimag(zeta)},
                                            NULL) == NSL_OK);
            double complex z = size * (1.0 + zeta * CMPLX(r.re, -r.im));
            double complex s_root = zeta / (p - z) / (1.0 - z / n), sum = 0.0;
            for (size_t j = 0; j < s.hidden_count; j++)
                s_root /= 1.0 - z / s.hidden[j];
            for (size_t j = 0; j < s.rows; j++)
                sum += s.copies[j] * s.lambda[j] / (s.lambda[j] - s_root);
            cr_expect(cimag(s_root) > 0.0 && cabs(sum - z) <= 1e-9 * (cabs(z) + size),
                      "%s: z %g%+gi and %g%+gi", s.text, creal(z), cimag(z), creal(sum),
                      cimag(sum));
        }
        double x = gram_place(d, 0, 0.6);
        nsl_complex r;
        cr_assert(nsl_density_resolvent(&r, d, (nsl_complex){x, 0.0}, NULL) == NSL_OK);
        cr_expect(testing_distance(r.im / M_PI, gram_at(d, x)) < 1e-12);
        nsl_density_free(d);
        testing_free(&s.m);
    }
    gsl_rng_free(rng);
}
