/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Interpolated moments (interpolant.h) against the direct ones, within the bounds that
 * both state. */
#include "testing.h"

#include "spectrum/interpolant.h"
#include "theory/model.h"

#include <criterion/criterion.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Δ from λ₊·1e-50 to λ₊·1e10. */
static const double DECADES[2] = {-50, 10};

/* What interpolation may cost: its pieces are not used beyond this. */
static const double GOOD = 1e-13;

static double between(gsl_rng *rng, double low, double high)
{
    return low + (high - low) * gsl_rng_uniform(rng);
}

typedef struct {
    testing_model m;
    nsl_spectrum *spectrum; /* interpolated */
    nsl_model *model;
} pair;

static void pair_make(pair *p, testing_model m)
{
    *p = (pair){.m = m};
    cr_assert(nsl_spectrum_new_interpolant(&p->spectrum, m.spectrum, &m.model->target,
                                           NULL) == NSL_OK);
    cr_assert(nsl_model_new_on(&p->model, m.model, p->spectrum, NULL) == NSL_OK);
}

static void pair_free(pair *p)
{
    nsl_model_free(p->model);
    nsl_spectrum_free(p->spectrum);
    testing_free(&p->m);
}

static testing_model draw_power_law(gsl_rng *rng)
{
    nsl_model_options o = nsl_model_defaults();
    double kind = gsl_rng_uniform(rng), M = pow(10.0, between(rng, 0.31, 18));
    if (gsl_rng_uniform(rng) < 0.5)
        o.source = pow(10.0, between(rng, -1.5, 1.3));
    double alpha = pow(10.0, between(rng, log10(0.05), log10(20)));
    return testing_powerlaw(alpha,
                            kind < 0.3   ? NSL_LATENTS_INFINITE
                            : kind < 0.4 ? NSL_LATENTS_MAX
                            : kind < 0.5 ? 2
                                         : (uint64_t)M,
                            &o);
}

/* Gaps, copies, eigenvalues and weights of zero. */
static testing_model draw_table(gsl_rng *rng)
{
    enum { ROWS = 80 };
    double lambda[ROWS], target[ROWS], copies[ROWS], at = 1.0;
    nsl_spectrum *out;
    nsl_model_options o = nsl_model_defaults();
    size_t rows = 1 + gsl_rng_uniform_int(rng, ROWS);
    bool own = gsl_rng_uniform(rng) < 0.7;
    for (size_t i = 0; i < rows; i++) {
        at *= gsl_rng_uniform(rng) < 0.1 ? pow(10.0, between(rng, -9, 0))
                                         : between(rng, 0.6, 1);
        lambda[i] = i && gsl_rng_uniform(rng) < 0.05 ? 0.0 : at;
        target[i] = gsl_rng_uniform(rng) < 0.3 ? 0.0 : pow(10.0, between(rng, -9, 0));
        copies[i] =
            gsl_rng_uniform(rng) < 0.3 ? floor(pow(10.0, between(rng, 0, 9))) : 1;
    }
    target[0] = fmax(target[0], 1e-9);
    cr_assert(nsl_spectrum_new_table(&out, rows, lambda, own ? target : NULL, copies,
                                     NULL) == NSL_OK);
    return testing_on(out, &o);
}

typedef struct {
    int looked, interpolated;
} tally;

static void check_at(const pair *p, double delta, int model, tally *count)
{
    nsl_moments got, exact;
    nsl_model_moments(&got, p->model, delta);
    nsl_model_moments(&exact, p->m.model, delta);
    const double a[] = {got.r, got.q, got.q1, got.t0, got.td, got.tc};
    const double b[] = {exact.r, exact.q, exact.q1, exact.t0, exact.td, exact.tc};
    /* whose error is whose */
    double bound = got.error + exact.error;
    for (int i = 0; i < 6; i++)
        cr_expect(testing_distance(a[i], b[i]) <= bound,
                  "model %d delta %g: sum %d is %.17g, not %.17g: off by %g, bound %g",
                  model, delta, i, a[i], b[i], testing_distance(a[i], b[i]), bound);
    double z_bound = got.z_error + exact.z_error;
    cr_expect(fabs(got.z - exact.z) <= z_bound,
              "model %d delta %g: z is %.17g, not %.17g, bound %g", model, delta, got.z,
              exact.z, z_bound);
    bool interpolated = got.count == 0.0 && isnan(got.bend_above) && got.above == 0.0;
    cr_expect(!interpolated || (got.error <= GOOD && got.z_error <= GOOD * got.z),
              "model %d delta %g: errors %g, %g", model, delta, got.error, got.z_error);
    count->looked++;
    count->interpolated += interpolated;
}

static void check_model(pair *p, gsl_rng *rng, int model, tally *count)
{
    enum { POINTS = 150 };
    for (int i = 0; i < POINTS; i++)
        check_at(p, pow(10.0, between(rng, DECADES[0], DECADES[1])), model, count);
    /* the ends of a piece */
    for (int k = -40; k < 20; k += 7) {
        check_at(p, ldexp(1.0, k), model, count);
        check_at(p, nextafter(ldexp(1.0, k), 0.0), model, count);
    }
}

Test(interpolant, power_laws, .timeout = 120)
{
    enum { MODELS = 60 };
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 81);
    tally count = {0, 0};
    for (int model = 0; model < MODELS; model++) {
        pair p;
        pair_make(&p, draw_power_law(rng));
        check_model(&p, rng, model, &count);
        pair_free(&p);
    }
    cr_expect(count.interpolated > count.looked / 3, "%d of %d interpolated",
              count.interpolated, count.looked);
    gsl_rng_free(rng);
}

Test(interpolant, tables, .timeout = 120)
{
    enum { MODELS = 100 };
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 82);
    tally count = {0, 0};
    for (int model = 0; model < MODELS; model++) {
        pair p;
        pair_make(&p, draw_table(rng));
        check_model(&p, rng, model, &count);
        pair_free(&p);
    }
    cr_expect(count.interpolated > count.looked / 3, "%d of %d interpolated",
              count.interpolated, count.looked);
    gsl_rng_free(rng);
}

/* Beyond the pieces, at the ends of double, the direct sums answer. */
Test(interpolant, ends_of_double)
{
    static const double deltas[] = {
        0x1p-1074, 0x1p-1022, 1e-305, 0x1p-1000,
        0x1p999,   0x1p1000,  1e305,  0x1.fffffffffffffp1023};
    pair p;
    pair_make(&p, testing_powerlaw(1, 1000, NULL));
    for (size_t i = 0; i < sizeof deltas / sizeof *deltas; i++) {
        nsl_moments got, exact;
        nsl_model_moments(&got, p.model, deltas[i]);
        nsl_model_moments(&exact, p.m.model, deltas[i]);
        cr_expect(testing_distance(got.z, exact.z) <= 2 * GOOD, "%g", deltas[i]);
        cr_expect(testing_distance(got.r, exact.r) <= 2 * GOOD, "%g", deltas[i]);
    }
    pair_free(&p);
}

/* --- threads -----------------------------------------------------------------------
 */

enum { ASKED = 400, THREADS = 4 };

typedef struct {
    const nsl_model *model;
    int first; /* where it begins to ask */
    nsl_moments got[ASKED];
} asker;

static void *ask(void *data)
{
    asker *a = data;
    for (int i = 0; i < ASKED; i++) {
        int k = (i + a->first) % ASKED;
        nsl_model_moments(&a->got[k], a->model, pow(10.0, -30.0 + 0.1 * k));
    }
    return NULL;
}

/* So they do where pieces were made beforehand: of all that is asked for, part of it,
 * or of more than double holds. */
Test(interpolant, prepared_pieces_are_the_same)
{
    static asker lazy, prepared;
    const double spans[][2] = {
        {1e-31, 1e10}, {1e-3, 1e-3}, {5e-324, 1.7e308}, {1.0, 1e-9}};
    for (size_t k = 0; k < sizeof spans / sizeof *spans; k++) {
        pair one, other;
        pair_make(&one, testing_powerlaw(1.3, 1000000, NULL));
        pair_make(&other, testing_powerlaw(1.3, 1000000, NULL));
        nsl_interpolant_prepare(one.spectrum, spans[k][0], spans[k][1], 1000000, 3);
        prepared = (asker){.model = one.model};
        lazy = (asker){.model = other.model};
        ask(&prepared);
        ask(&lazy);
        cr_expect(memcmp(lazy.got, prepared.got, sizeof lazy.got) == 0, "span %zu", k);
        cr_expect(!nsl_interpolant_lacked());
        pair_free(&one);
        pair_free(&other);
    }
}

/* Whoever makes a piece, all get the same bits. */
Test(interpolant, threads_get_the_same_bits, .timeout = 60)
{
    static asker one, many[THREADS];
    for (int round = 0; round < 5; round++) {
        pair p, alone;
        pair_make(&p, testing_powerlaw(0.4 + round, NSL_LATENTS_MAX, NULL));
        pair_make(&alone, testing_powerlaw(0.4 + round, NSL_LATENTS_MAX, NULL));
        pthread_t thread[THREADS];
        one = (asker){.model = alone.model};
        ask(&one);
        for (int k = 0; k < THREADS; k++) {
            many[k] = (asker){.model = p.model, .first = k * round * 37 % ASKED};
            cr_assert(pthread_create(&thread[k], NULL, ask, &many[k]) == 0);
        }
        for (int k = 0; k < THREADS; k++)
            pthread_join(thread[k], NULL);
        for (int k = 0; k < THREADS; k++)
            cr_expect(memcmp(many[k].got, one.got, sizeof one.got) == 0,
                      "thread %d round %d", k, round);
        pair_free(&p);
        pair_free(&alone);
    }
}
