/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The regimes of phase.h, from their definitions, worked out here anew of what
 * nsl_predict says: pinned points, the order of precedence, and random planes. */
#include "testing.h"
#include <nslaw/phase.h>

#include <criterion/criterion.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <string.h>

/* Where two sides of a definition are nearer than the numbers of a map are known,
 * either regime may stand. */
static const double CLOSE = 4 * NSL_MAP_PROMISE;

static double between(gsl_rng *rng, double low, double high)
{
    return low + (high - low) * gsl_rng_uniform(rng);
}

/* What each regime asks of a prediction, whatever comes before it; > 0: it applies. */
static double excess(nsl_phase regime, const nsl_prediction *p, double least, double M)
{
    double n = p->elasticity_features, s = p->elasticity_samples;
    bool diverges = p->notes & NSL_NOTE_DIVERGES;
    switch (regime) {
    case NSL_PHASE_LATENT:
        return isinf(M) ? -1.0 : least / M - 1.0;
    case NSL_PHASE_PEAK:
        return diverges ? 1.0 : -n > -s || isnan(n) ? -n : -s;
    case NSL_PHASE_NOISE:
        return (p->noise_loss - p->signal_loss) / p->test_loss;
    case NSL_PHASE_RIDGE:
        return -p->elasticity_ridge - 0.5 * (n > s ? n : s);
    case NSL_PHASE_MODEL:
        return n - 2.0 * s;
    case NSL_PHASE_DATA:
        return s - 2.0 * n;
    default:
        return NAN;
    }
}

/* The first that applies; *margin: how far from another choice. */
static nsl_phase regime_of(const nsl_prediction *p, double least, double M,
                           double *margin)
{
    *margin = INFINITY;
    for (int k = NSL_PHASE_LATENT; k < NSL_PHASE_BALANCED; k++) {
        nsl_phase regime = (nsl_phase)k;
        double by = excess(regime, p, least, M);
        if (isnan(by))
            return NSL_PHASE_UNDEFINED;
        /* sizes compare exactly */
        if (regime != NSL_PHASE_LATENT)
            *margin = fmin(*margin, fabs(by));
        if (by > (regime == NSL_PHASE_PEAK ? NSL_MAP_PROMISE : 0.0))
            return regime;
    }
    return NSL_PHASE_BALANCED;
}

/* --- pinned points -----------------------------------------------------------------
 */

typedef struct {
    double alpha, source; /* 0: the MRS target */
    uint64_t M;
    double N, P, ridge, noise; /* kernel's ridge, NAN: the best one */
    const char *regime;
    const char *also; /* one that comes later and would apply too, or NULL */
} pinned;

/* α = 1: the best split is N = P; without a ridge the loss rises from n/m = ½ on; at
 * the best ridge e_N = 2 e_P near P = 2N, and so mirrored. */
static const pinned points[] = {
    {1, 0, 1000, 1001, 5000, 0, 0.1, "beyond-latents", "noise-limited"},
    {1, 0, 1000, 2000, 1500, 0, 0, "beyond-latents", NULL},
    {1, 0, NSL_LATENTS_INFINITE, 100, 100, 0, 0, "interpolation-peak", NULL},
    {1, 0, NSL_LATENTS_INFINITE, 100, 130, 0, 0, "interpolation-peak", "data-limited"},
    {1, 0, NSL_LATENTS_INFINITE, 130, 100, 0, 0, "interpolation-peak", "model-limited"},
    {1, 0, NSL_LATENTS_INFINITE, 100, 130, 0, 1, "interpolation-peak", "noise-limited"},
    {1, 0, NSL_LATENTS_INFINITE, 1e5, 100, 1e-3, 5, "noise-limited", "data-limited"},
    {1, 3, NSL_LATENTS_INFINITE, 1e5, 1000, NAN, 1, "noise-limited", "data-limited"},
    {1, 4, NSL_LATENTS_INFINITE, 1e7, 1e4, 162, 1, "noise-limited", "ridge-limited"},
    {1, 0, NSL_LATENTS_INFINITE, 1000, 100, 10, 0, "ridge-limited", NULL},
    {1, 0, NSL_LATENTS_INFINITE, 100, 3000, 10, 0, "ridge-limited", NULL},
    {1, 0, NSL_LATENTS_INFINITE, 1e5, 100, 1, 0, "ridge-limited", "data-limited"},
    {1, 0, NSL_LATENTS_INFINITE, 100, 400, NAN, 0, "model-limited", NULL},
    {1, 0, NSL_LATENTS_INFINITE, 100, 1e4, 0, 0, "model-limited", NULL},
    {1, 0, NSL_LATENTS_INFINITE, 100, INFINITY, 0, 0, "model-limited", NULL},
    {1, 0, NSL_LATENTS_INFINITE, 400, 100, NAN, 0, "data-limited", NULL},
    {1, 0, NSL_LATENTS_INFINITE, INFINITY, 100, NAN, 0, "data-limited", NULL},
    {1, 0, NSL_LATENTS_INFINITE, 100, 110, NAN, 0, "balanced", NULL},
    {1, 0, NSL_LATENTS_INFINITE, 1000, 1000, NAN, 0, "balanced", NULL},
    /* the one-sided slopes at N = M differ */
    {1, 0, 1000, 1000, 5000, 0, 0.1, "undefined", NULL},
    {1, 0, NSL_LATENTS_INFINITE, INFINITY, INFINITY, 0, 0, "undefined", NULL},
};

static nsl_phase regime_named(const char *name)
{
    for (int k = 0; k < NSL_PHASE_COUNT; k++)
        if (strcmp(nsl_phase_name((nsl_phase)k), name) == 0)
            return (nsl_phase)k;
    cr_assert_fail("no regime %s", name);
    return NSL_PHASE_COUNT;
}

static void check_pinned(const pinned *at, bool seen[], bool before[])
{
    nsl_model_options o = nsl_model_defaults();
    o.convention = NSL_RIDGE_KERNEL;
    if (at->source > 0.0)
        o.source = at->source;
    testing_model m = testing_powerlaw(at->alpha, at->M, &o);
    double x[] = {at->N}, y[] = {at->P}, margin;
    nsl_map_query q = {.model = m.model,
                       .point = {.ridge = at->ridge, .noise = at->noise},
                       .optimal = isnan(at->ridge),
                       .x = {NSL_AXIS_FEATURES, 1, x},
                       .y = {NSL_AXIS_SAMPLES, 1, y}};
    nsl_prediction p;
    nsl_phase regime, expected = regime_named(at->regime);
    nsl_error err = {0};
    cr_assert(nsl_map_cell(&p, &regime, &q, at->N, at->P, &err) == NSL_OK, "%s",
              err.message);
    cr_expect(regime == expected, "N %g P %g: %s, not %s", at->N, at->P,
              nsl_phase_name(regime), at->regime);
    double M = at->M == NSL_LATENTS_INFINITE ? (double)INFINITY : (double)at->M;
    double least = fmin(at->N, at->P);
    cr_expect(regime_of(&p, least, M, &margin) == expected, "N %g P %g: defined %s",
              at->N, at->P, nsl_phase_name(regime_of(&p, least, M, &margin)));
    seen[expected] = true;
    if (at->also) {
        nsl_phase later = regime_named(at->also);
        double by = excess(later, &p, least, M);
        cr_expect(later > expected && by > CLOSE, "%s at N %g P %g by %g only",
                  at->also, at->N, at->P, by);
        before[expected] = true;
    }
    testing_free(&m);
}

Test(phase, pinned_points)
{
    bool seen[NSL_PHASE_COUNT] = {false}, before[NSL_PHASE_COUNT] = {false};
    for (size_t i = 0; i < sizeof points / sizeof *points; i++)
        check_pinned(&points[i], seen, before);
    for (int k = 0; k < NSL_PHASE_TIME; k++) /* stopped training: t-map-time.c */
        cr_expect(seen[k], "no point in %s", nsl_phase_name((nsl_phase)k));
    for (int k = NSL_PHASE_LATENT; k < NSL_PHASE_MODEL; k++)
        cr_expect(before[k], "no point of %s before another",
                  nsl_phase_name((nsl_phase)k));
}

/* So large a ridge that nothing is learnt: elasticities are roundings around 0, which
 * name no regime and draw no boundary. */
Test(phase, nothing_helps)
{
    enum { COUNT = 40 };
    nsl_model_options o = nsl_model_defaults();
    o.convention = NSL_RIDGE_KERNEL;
    testing_model m = testing_powerlaw(1.0, NSL_LATENTS_INFINITE, &o);
    double ridge[COUNT], noise[COUNT];
    for (int i = 0; i < COUNT; i++) {
        ridge[i] = pow(10.0, 20.0 + 5.0 * i);
        noise[i] = pow(10.0, -4.0 + 3.0 * i / COUNT);
    }
    nsl_map_query q = {.model = m.model,
                       .point = {.features = 100.0, .samples = 1000.0},
                       .x = {NSL_AXIS_RIDGE, COUNT, ridge},
                       .y = {NSL_AXIS_NOISE, COUNT, noise}};
    nsl_work work = {.jobs = 2};
    nsl_map map;
    nsl_boundaries found;
    cr_assert(nsl_map_init(&map, &q, NULL) == NSL_OK);
    cr_assert(nsl_map_fill(&map, &q, 0, 1, &work, NULL) == NSL_OK);
    bool signs[3] = {false}; /* not all elasticities are 0 already */
    for (size_t i = 0; i < COUNT * COUNT; i++) {
        cr_expect(map.regime[i] == NSL_PHASE_BALANCED, "%s at ridge %g",
                  nsl_phase_name((nsl_phase)map.regime[i]), ridge[i % COUNT]);
        double e = map.elasticity_samples[i];
        signs[e > 0.0 ? 2 : e < 0.0 ? 0 : 1] = true;
    }
    cr_expect(signs[0] || signs[2]);
    cr_assert(nsl_boundaries_find(&found, &q, &work, NULL) == NSL_OK);
    cr_expect(found.count == 0, "%zu boundaries", found.count);
    nsl_boundaries_clear(&found);
    nsl_map_clear(&map);
    testing_free(&m);
}

Test(phase, names)
{
    static const char *const regimes[] = {
        "undefined",     "beyond-latents", "interpolation-peak",
        "noise-limited", "ridge-limited",  "model-limited",
        "data-limited",  "balanced",       "time-limited"};
    static const char *const boundaries[] = {
        "features=samples",       "features=latents",
        "samples=latents",        "frontier",
        "signal=noise",           "ridge-limited",
        "model-limited",          "data-limited",
        "peak-features",          "peak-samples",
        "time-limited",           "best-stopping",
        "frontier-features-time", "frontier-samples-time"};
    for (int k = 0; k < NSL_PHASE_COUNT; k++)
        cr_expect_str_eq(nsl_phase_name((nsl_phase)k), regimes[k]);
    for (int k = 0; k < NSL_BOUNDARY_COUNT; k++)
        cr_expect_str_eq(nsl_boundary_name((nsl_boundary_kind)k), boundaries[k]);
    cr_expect_null(nsl_phase_name(NSL_PHASE_COUNT));
    cr_expect_null(nsl_phase_name((nsl_phase)-1));
    cr_expect_null(nsl_boundary_name(NSL_BOUNDARY_COUNT));
    cr_expect_null(nsl_boundary_name((nsl_boundary_kind)-1));
}

/* Ridgeless and N, P > M: E = σ_ε² M/(P − M), whatever N (theory.md section 4). */
Test(phase, beyond_the_latent_scale)
{
    enum { SIZE = 12 };
    static const double M = 700, noise = 0.3;
    testing_model m = testing_powerlaw(0.6, (uint64_t)M, NULL);
    double x[SIZE], y[SIZE];
    for (int i = 0; i < SIZE; i++) {
        x[i] = M + 1.0 + 40.0 * i * i;
        y[i] = M + 3.0 + 70.0 * i * i;
    }
    nsl_map_query q = {.model = m.model,
                       .point = {.noise = noise},
                       .x = {NSL_AXIS_FEATURES, SIZE, x},
                       .y = {NSL_AXIS_SAMPLES, SIZE, y}};
    nsl_map map;
    nsl_work work = {.jobs = 1};
    cr_assert(nsl_map_init(&map, &q, NULL) == NSL_OK);
    cr_assert(nsl_map_fill(&map, &q, 0, 1, &work, NULL) == NSL_OK);
    for (int k = 0; k < SIZE * SIZE; k++) {
        double loss = 0.5 * noise * M / (y[k / SIZE] - M);
        cr_expect(testing_distance(map.test_loss[k], loss) < NSL_PROMISE);
        cr_expect(map.regime[k] == NSL_PHASE_LATENT);
    }
    nsl_map_clear(&map);
    testing_free(&m);
}

/* --- random planes -----------------------------------------------------------------
 */

enum { PLANES = 60, ACROSS = 24 };

typedef struct {
    testing_model m;
    nsl_map_query q;
    size_t layers; /* hidden ones */
    double hidden[2], M, x[ACROSS], y[ACROSS];
} plane;

static void draw(plane *p, gsl_rng *rng)
{
    nsl_model_options o = nsl_model_defaults();
    bool endless = gsl_rng_uniform(rng) < 0.5;
    uint64_t M = endless ? NSL_LATENTS_INFINITE : 30 + gsl_rng_uniform_int(rng, 5000);
    *p = (plane){.M = endless ? (double)INFINITY : (double)M};
    for (int k = 0; k < 2; k++)
        p->hidden[k] = floor(pow(10.0, between(rng, 1, 4)));
    o.convention = NSL_RIDGE_KERNEL;
    o.hidden = p->hidden;
    p->layers = gsl_rng_uniform(rng) < 0.3 ? 1 + gsl_rng_uniform_int(rng, 2) : 0;
    o.hidden_count = p->layers;
    if (gsl_rng_uniform(rng) < 0.4)
        o.source = between(rng, 0.1, 4);
    p->m = testing_powerlaw(pow(10.0, between(rng, -1, 0.5)), M, &o);
    for (int k = 0; k < ACROSS; k++) {
        p->x[k] = pow(10.0, 0.5 + 4.0 * k / ACROSS);
        p->y[k] = pow(10.0, 0.6 + 4.0 * k / ACROSS);
    }
    p->q = (nsl_map_query){.model = p->m.model,
                           .optimal = gsl_rng_uniform(rng) < 0.4,
                           .x = {NSL_AXIS_FEATURES, ACROSS, p->x},
                           .y = {NSL_AXIS_SAMPLES, ACROSS, p->y}};
    if (gsl_rng_uniform(rng) < 0.5)
        p->q.point.noise = pow(10.0, between(rng, -6, 0));
    if (gsl_rng_uniform(rng) < 0.5)
        p->q.point.ridge = pow(10.0, between(rng, -6, 0));
    p->q.point.ensemble = gsl_rng_uniform(rng) < 0.2 ? 3.0 : 0.0;
}

static double least_of(const plane *p, double x, double y)
{
    double least = fmin(x, y);
    for (size_t k = 0; k < p->layers; k++)
        least = fmin(least, p->hidden[k]);
    return least;
}

/* Of every cell the definition, with the numbers of nsl_predict. */
static void check_cell(const plane *p, double x, double y, int count[], int *unsure)
{
    nsl_prediction exact;
    nsl_optimum best;
    nsl_phase regime;
    nsl_error err = {0};
    double margin;
    nsl_point point = p->q.point;
    point.features = x;
    point.samples = y;
    nsl_status status =
        p->q.optimal ? nsl_predict_optimal(&exact, &best, p->m.model, &point, &err)
                     : nsl_predict(&exact, p->m.model, &point, &err);
    cr_assert(status == NSL_OK, "%s", err.message);
    nsl_prediction cell;
    cr_assert(nsl_map_cell(&cell, &regime, &p->q, x, y, &err) == NSL_OK);
    /* what double does not give to 1e-12 it may give to a map's promise */
    if (exact.notes & NSL_NOTE_ELASTICITY)
        exact = cell;
    nsl_phase defined = regime_of(&exact, least_of(p, x, y), p->M, &margin);
    cr_expect(regime == defined || margin < CLOSE, "N %g P %g: %s, not %s", x, y,
              nsl_phase_name(regime), nsl_phase_name(defined));
    count[regime]++;
    *unsure += regime != defined;
}

Test(phase, definition_in_random_planes, .timeout = 60)
{
    enum { EVERY = 7, SEEN = 20 };
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 61);
    int count[NSL_PHASE_COUNT] = {0}, unsure = 0;
    for (int i = 0; i < PLANES; i++) {
        plane p;
        draw(&p, rng);
        for (int k = 0; k < ACROSS * ACROSS; k += EVERY)
            check_cell(&p, p.x[k % ACROSS], p.y[k / ACROSS], count, &unsure);
        testing_free(&p.m);
    }
    for (int k = NSL_PHASE_LATENT; k < NSL_PHASE_TIME; k++)
        cr_expect(count[k] > SEEN, "%d cells in %s", count[k],
                  nsl_phase_name((nsl_phase)k));
    cr_expect(unsure < SEEN, "%d cells that a tie excuses", unsure);
    gsl_rng_free(rng);
}
