/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The boundaries of phase.h: against closed forms, against the functions whose zeros
 * they are, and against the regimes of a map. */
#include "testing.h"
#include <nslaw/phase.h>

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

/* Points are known to this. */
static const double KNOWN = 1e-6;

/* Ends of an axis. */
typedef struct {
    double low, high;
} ends;

typedef struct {
    testing_model m;
    nsl_map_query q;
    double x[2], y[2];
    nsl_boundaries found;
} plane;

static plane *plane_of(plane *p, testing_model m, nsl_point point, bool optimal,
                       nsl_axis_kind x_kind, ends x, nsl_axis_kind y_kind, ends y)
{
    *p = (plane){.m = m, .x = {x.low, x.high}, .y = {y.low, y.high}};
    p->q =
        (nsl_map_query){m.model, point, optimal, {x_kind, 2, p->x}, {y_kind, 2, p->y}};
    nsl_work work = {.jobs = 1};
    nsl_error err = {0};
    cr_assert(nsl_boundaries_find(&p->found, &p->q, &work, &err) == NSL_OK, "%s: %s",
              err.field, err.message);
    return p;
}

static void plane_free(plane *p)
{
    nsl_boundaries_clear(&p->found);
    testing_free(&p->m);
}

static testing_model kernel_powerlaw(double alpha, uint64_t latents)
{
    nsl_model_options o = nsl_model_defaults();
    o.convention = NSL_RIDGE_KERNEL;
    return testing_powerlaw(alpha, latents, &o);
}

static size_t pieces_of(const plane *p, nsl_boundary_kind kind)
{
    size_t count = 0;
    for (size_t k = 0; k < p->found.count; k++)
        count += p->found.at[k].kind == kind;
    return count;
}

/* Calls a check with every point of a boundary, of which there must be some. */
typedef void point_check(const plane *p, double x, double y, const void *data);

static size_t each_point(const plane *p, nsl_boundary_kind kind, point_check *check,
                         const void *data)
{
    size_t points = 0;
    for (size_t k = 0; k < p->found.count; k++)
        for (size_t i = 0; p->found.at[k].kind == kind && i < p->found.at[k].count; i++)
            check(p, p->found.at[k].x[i], p->found.at[k].y[i], data), points++;
    cr_expect(points > 20, "%zu points of %s", points, nsl_boundary_name(kind));
    return points;
}

/* --- closed forms ------------------------------------------------------------------
 */

typedef struct {
    double ratio, error; /* of y/x */
} straight;

static void check_ratio(const plane *p, double x, double y, const void *data)
{
    const straight *line = data;
    (void)p;
    cr_expect(testing_distance(y / x, line->ratio) < line->error,
              "y/x = %.12g, not %.12g, at x = %g", y / x, line->ratio, x);
}

/* What [E4] leaves of [E2'] on a pure power law, with A = N/z − 1 and B = P/z − 1:
 *
 *     A B = 2/(α p),      e_N : e_P = αB + 1 : αA + 1
 *
 * since L ∼ z^−α νπ/(p A B + ν + π − 2) at ν = N/z, π = P/z, and ∂L/∂z = 0. So e_N =
 * 2 e_P at 2αA² + A = 2/p, which for α = 1 is P = 2N. */
static double split_at_factor_two(double alpha)
{
    double p = 1.0 + alpha, A = (sqrt(1.0 + 16.0 * alpha / p) - 1.0) / (4.0 * alpha);
    double B = 2.0 / (alpha * p * A);
    return (1.0 + B) / (1.0 + A);
}

Test(boundaries, best_ridge_on_a_power_law, .timeout = 60)
{
    static const double alphas[] = {0.3, 1, 2.5};
    /* −½ is the first correction to z of a pure power law, and N/z is of order 1 */
    static const double least = 1e7, asymptotic = 4 / 1e7;
    cr_assert(testing_distance(split_at_factor_two(1.0), 2.0) < 1e-15);
    for (int i = 0; i < 3; i++) {
        plane p;
        ends range = {least, 1e9};
        plane_of(&p, kernel_powerlaw(alphas[i], NSL_LATENTS_INFINITE), (nsl_point){0},
                 true, NSL_AXIS_FEATURES, range, NSL_AXIS_SAMPLES, range);
        double ratio = split_at_factor_two(alphas[i]);
        /* equiparameterization: exact for any spectrum */
        straight diagonal = {1.0, KNOWN}, model = {ratio, KNOWN + asymptotic},
                 mirrored = {1.0 / ratio, KNOWN + asymptotic};
        each_point(&p, NSL_BOUNDARY_FRONTIER, check_ratio, &diagonal);
        each_point(&p, NSL_BOUNDARY_MODEL, check_ratio, &model);
        each_point(&p, NSL_BOUNDARY_DATA, check_ratio, &mirrored);
        cr_expect(pieces_of(&p, NSL_BOUNDARY_MODEL) == 1);
        cr_expect(pieces_of(&p, NSL_BOUNDARY_DATA) == 1);
        cr_expect(pieces_of(&p, NSL_BOUNDARY_PEAK_FEATURES) == 0);
        cr_expect(pieces_of(&p, NSL_BOUNDARY_NOISE) == 0);
        cr_expect(pieces_of(&p, NSL_BOUNDARY_RIDGE) == 0);
        plane_free(&p);
    }
}

/* The signal of one layer with the MRS target is symmetric under N ↔ P, also close to
 * the latent scale, where nothing is a power law. */
Test(boundaries, duality, .timeout = 60)
{
    plane p;
    ends range = {5, 900};
    plane_of(&p, kernel_powerlaw(0.7, 1000), (nsl_point){0}, true, NSL_AXIS_FEATURES,
             range, NSL_AXIS_SAMPLES, range);
    const nsl_boundary *model = NULL, *data = NULL;
    straight diagonal = {1.0, KNOWN};
    each_point(&p, NSL_BOUNDARY_FRONTIER, check_ratio, &diagonal);
    for (size_t k = 0; k < p.found.count; k++) {
        const nsl_boundary *b = &p.found.at[k];
        model = b->kind == NSL_BOUNDARY_MODEL ? b : model;
        data = b->kind == NSL_BOUNDARY_DATA ? b : data;
    }
    cr_assert(model && data);
    cr_assert(model->count == data->count && model->count > 100);
    bool turned = model->x[0] > model->x[model->count - 1];
    bool other = data->x[0] > data->x[data->count - 1];
    for (size_t i = 0; i < model->count; i++) {
        size_t k = turned == other ? i : model->count - 1 - i;
        cr_expect(testing_distance(model->x[i], data->y[k]) < 2 * KNOWN);
        cr_expect(testing_distance(model->y[i], data->x[k]) < 2 * KNOWN);
    }
    plane_free(&p);
}

/* Ridgeless, n = min, m = max: E = (σ_w²/M) Δ n/(1 − n/m), z(Δ) = n, dlnΔ/dln n = −n/r,
 * so that dE/dn = 0 at 1 − n/m = r/n; on a long power law at n/m = α/(1+α). */
static void check_peak(const plane *p, double x, double y, const void *data)
{
    nsl_moments m;
    double n = fmin(x, y), most = fmax(x, y), asymptotic = *(const double *)data;
    nsl_prediction at = testing_predict(p->m.model, x, y, 0.0, 0.0);
    cr_assert(nsl_moments_at(&m, p->m.model, at.delta, NULL) == NSL_OK);
    cr_expect(testing_distance(most, n / (1.0 - m.r / n)) < KNOWN, "N %g P %g", x, y);
    if (asymptotic > 0.0)
        cr_expect(testing_distance(n / most, asymptotic) < KNOWN + 2.0 / n, "N %g P %g",
                  x, y);
}

Test(boundaries, flanks_of_the_peak, .timeout = 60)
{
    static const struct {
        double alpha;
        uint64_t latents;
        ends range;
    } cases[] = {{0.4, NSL_LATENTS_INFINITE, {1e5, 1e7}},
                 {3, NSL_LATENTS_INFINITE, {1e5, 1e7}},
                 {1, 3000, {10, 2900}}};
    for (int i = 0; i < 3; i++) {
        plane p;
        double alpha = cases[i].alpha, at = alpha / (1.0 + alpha);
        double asymptotic = cases[i].latents == NSL_LATENTS_INFINITE ? at : 0.0;
        plane_of(&p, kernel_powerlaw(alpha, cases[i].latents), (nsl_point){0}, false,
                 NSL_AXIS_FEATURES, cases[i].range, NSL_AXIS_SAMPLES, cases[i].range);
        each_point(&p, NSL_BOUNDARY_PEAK_FEATURES, check_peak, &asymptotic);
        each_point(&p, NSL_BOUNDARY_PEAK_SAMPLES, check_peak, &asymptotic);
        plane_free(&p);
    }
}

/* M equal eigenvalues, N = ∞, ridgeless: u = P/M, E_signal = V (1−u) and E_noise =
 * σ_ε² u/(1−u). */
static const double EQUALS = 1000;

static testing_model equal_eigenvalues(void)
{
    const double one = 2.0;
    nsl_spectrum *spectrum;
    nsl_model_options o = nsl_model_defaults();
    o.convention = NSL_RIDGE_KERNEL;
    o.label_variance = 1.0;
    cr_assert(nsl_spectrum_new_table(&spectrum, 1, &one, NULL, &EQUALS, NULL) ==
              NSL_OK);
    return testing_on(spectrum, &o);
}

static void check_flat(const plane *p, double x, double y, const void *data)
{
    double u = x / EQUALS;
    (void)p;
    (void)data;
    /* found along either axis: the slope says how far one may be off for the other */
    double slope = 1.0 + 2.0 * u / (1.0 - u);
    cr_expect(testing_distance(y, (1.0 - u) * (1.0 - u) / u) < KNOWN * (1.0 + slope),
              "P %g noise %g", x, y);
}

Test(boundaries, noise_of_a_flat_spectrum)
{
    plane p;
    plane_of(&p, equal_eigenvalues(), (nsl_point){.features = INFINITY}, false,
             NSL_AXIS_SAMPLES, (ends){20, 5000}, NSL_AXIS_NOISE, (ends){1e-3, 100});
    each_point(&p, NSL_BOUNDARY_NOISE, check_flat, NULL);
    cr_expect(pieces_of(&p, NSL_BOUNDARY_SAMPLES_LATENTS) == 1);
    cr_expect(pieces_of(&p, NSL_BOUNDARY_FEATURES_LATENTS) == 0);
    plane_free(&p);
}

/* With a ridge, too: [E1] is a cubic for u, [E2'] is explicit in it. */
static void check_flat_ridge(const plane *p, double x, double y, const void *data)
{
    double N = p->q.point.features, P = p->q.point.samples, low = 0.0, high = 0.3;
    (void)data;
    for (int i = 0; i < 200; i++) { /* u: Δ = λ(1−u)/u, g = Δ(N−z)(P−z) falls with u */
        double u = 0.5 * (low + high), z = EQUALS * u;
        bool more = 2.0 * (1.0 - u) / u * (N - z) * (P - z) > x * N;
        *(more ? &low : &high) = u;
    }
    double u = low, z = EQUALS * u, r = z * (1.0 - u), q = z * u;
    double signal = (1.0 - u) / u * N * P * r / EQUALS;
    double noise = q * (N - z) + z * r;
    cr_expect(testing_distance(y, signal / noise) < 3 * KNOWN, "ridge %g noise %g", x,
              y);
}

Test(boundaries, noise_of_a_flat_spectrum_with_ridge)
{
    plane p;
    plane_of(&p, equal_eigenvalues(), (nsl_point){.features = 500, .samples = 300},
             false, NSL_AXIS_RIDGE, (ends){1e-3, 1e3}, NSL_AXIS_NOISE,
             (ends){1e-3, 1e6});
    each_point(&p, NSL_BOUNDARY_NOISE, check_flat_ridge, NULL);
    plane_free(&p);
}

/* --- straight lines ----------------------------------------------------------------
 */

static void check_straight(const plane *p, nsl_boundary_kind kind, double x0, double y0,
                           double x1, double y1)
{
    for (size_t k = 0; k < p->found.count; k++) {
        const nsl_boundary *b = &p->found.at[k];
        if (b->kind != kind)
            continue;
        cr_expect(b->count == 2);
        bool there = testing_distance(b->x[0], x0) < KNOWN &&
                     testing_distance(b->y[0], y0) < KNOWN &&
                     testing_distance(b->x[1], x1) < KNOWN &&
                     testing_distance(b->y[1], y1) < KNOWN;
        cr_expect(there, "%s from (%g, %g) to (%g, %g)", nsl_boundary_name(kind),
                  b->x[0], b->y[0], b->x[1], b->y[1]);
        cr_expect(pieces_of(p, kind) == 1);
        return;
    }
    cr_expect_fail("no %s", nsl_boundary_name(kind));
}

static void check_none(const plane *p, nsl_boundary_kind kind)
{
    cr_expect(pieces_of(p, kind) == 0, "%s", nsl_boundary_name(kind));
}

Test(boundaries, equal_sizes, .timeout = 120)
{
    static const nsl_boundary_kind NP = NSL_BOUNDARY_FEATURES_SAMPLES,
                                   NM = NSL_BOUNDARY_FEATURES_LATENTS,
                                   PM = NSL_BOUNDARY_SAMPLES_LATENTS;
    static const nsl_point sizes = {
        .features = 60, .samples = 200, .ridge = 1e-3, .noise = 0.01};
    plane p;
    plane_of(&p, kernel_powerlaw(1, 500), sizes, false, NSL_AXIS_FEATURES,
             (ends){10, 1e3}, NSL_AXIS_SAMPLES, (ends){30, 1e4});
    check_straight(&p, NP, 30, 30, 1e3, 1e3);
    check_straight(&p, NM, 500, 30, 500, 1e4);
    check_straight(&p, PM, 10, 500, 1e3, 500);
    plane_free(&p);
    plane_of(&p, kernel_powerlaw(1, 500), sizes, false, NSL_AXIS_SAMPLES,
             (ends){10, 100}, NSL_AXIS_FEATURES, (ends){200, 1e4});
    check_none(&p, NP);
    check_straight(&p, NM, 10, 500, 100, 500);
    check_none(&p, PM);
    plane_free(&p);
    plane_of(&p, kernel_powerlaw(1, 500), sizes, false, NSL_AXIS_FEATURES,
             (ends){10, 1e3}, NSL_AXIS_LATENTS, (ends){100, 1e5});
    check_straight(&p, NP, 200, 100, 200, 1e5);
    check_straight(&p, NM, 100, 100, 1e3, 1e3);
    check_straight(&p, PM, 10, 200, 1e3, 200);
    plane_free(&p);
    plane_of(&p, kernel_powerlaw(1, 500), sizes, false, NSL_AXIS_LATENTS,
             (ends){100, 1e5}, NSL_AXIS_SAMPLES, (ends){10, 1e3});
    check_straight(&p, NP, 100, 60, 1e5, 60);
    check_none(&p, NM);
    check_straight(&p, PM, 100, 100, 1e3, 1e3);
    plane_free(&p);
    plane_of(&p, kernel_powerlaw(1, 500), sizes, false, NSL_AXIS_SAMPLES,
             (ends){10, 1e3}, NSL_AXIS_RIDGE, (ends){1e-6, 1});
    check_straight(&p, NP, 60, 1e-6, 60, 1);
    check_none(&p, NM);
    check_straight(&p, PM, 500, 1e-6, 500, 1);
    plane_free(&p);
    plane_of(&p, kernel_powerlaw(1, 500), sizes, false, NSL_AXIS_ALPHA, (ends){0.1, 2},
             NSL_AXIS_FEATURES, (ends){10, 1e3});
    check_straight(&p, NP, 0.1, 200, 2, 200);
    check_straight(&p, NM, 0.1, 500, 2, 500);
    check_none(&p, PM);
    plane_free(&p);
    plane_of(&p, kernel_powerlaw(1, 500), sizes, false, NSL_AXIS_NOISE, (ends){1e-3, 1},
             NSL_AXIS_RIDGE, (ends){1e-6, 1});
    check_none(&p, NP);
    check_none(&p, NM);
    check_none(&p, PM);
    plane_free(&p);
}

/* --- zeros and regimes -------------------------------------------------------------
 */

/* The function whose zero a boundary is, of an exact prediction. */
static double function_of(nsl_boundary_kind kind, const nsl_prediction *p)
{
    double n = p->elasticity_features, s = p->elasticity_samples;
    switch (kind) {
    case NSL_BOUNDARY_FRONTIER:
        return n - s;
    case NSL_BOUNDARY_NOISE:
        return p->noise_loss - p->signal_loss;
    case NSL_BOUNDARY_RIDGE:
        return -p->elasticity_ridge - 0.5 * (n > s ? n : s);
    case NSL_BOUNDARY_MODEL:
        return n - 2.0 * s;
    case NSL_BOUNDARY_DATA:
        return s - 2.0 * n;
    case NSL_BOUNDARY_PEAK_FEATURES:
        return n + NSL_MAP_PROMISE;
    case NSL_BOUNDARY_PEAK_SAMPLES:
        return s + NSL_MAP_PROMISE;
    default:
        return NAN;
    }
}

static nsl_phase at(const plane *p, double x, double y, nsl_prediction *out)
{
    nsl_phase regime;
    nsl_error err = {0};
    cr_assert(nsl_map_cell(out, &regime, &p->q, x, y, &err) == NSL_OK, "%s",
              err.message);
    return regime;
}

/* Twice the error on; on an axis of M, a whole number. */
static double moved(nsl_axis_kind kind, double v, int way)
{
    double by = v * 2 * KNOWN * way;
    return v + (kind == NSL_AXIS_LATENTS ? fmax(fabs(by), 1.0) * way : by);
}

/* Across a point the function changes its sign. */
static void check_crossing(const plane *p, nsl_boundary_kind kind, double x, double y)
{
    nsl_prediction low, high;
    nsl_axis_kind kx = p->q.x.kind, ky = p->q.y.kind;
    at(p, moved(kx, x, -1), y, &low);
    at(p, moved(kx, x, 1), y, &high);
    bool across = function_of(kind, &low) * function_of(kind, &high) <= 0.0;
    at(p, x, moved(ky, y, -1), &low);
    at(p, x, moved(ky, y, 1), &high);
    bool up = function_of(kind, &low) * function_of(kind, &high) <= 0.0;
    cr_expect(across || up, "%s at %.10g, %.10g: %g … %g", nsl_boundary_name(kind), x,
              y, function_of(kind, &low), function_of(kind, &high));
}

static void check_frontier_point(const plane *p, double x, double y)
{
    nsl_cost *cost;
    nsl_frontier exact;
    nsl_error err = {0};
    bool turned = p->q.x.kind == NSL_AXIS_SAMPLES;
    cr_assert(nsl_cost_parse(&cost, "N*P", 64, &err) == NSL_OK);
    nsl_frontier_query f = {.cost = cost, .point = p->q.point, .optimal = p->q.optimal};
    cr_assert(nsl_frontier_find(&exact, p->m.model, &f, x * y, &err) == NSL_OK);
    cr_expect(testing_distance(turned ? y : x, exact.features) < KNOWN,
              "N = %.10g, not %.10g", turned ? y : x, exact.features);
    nsl_cost_free(cost);
}

static void check_zeros(const plane *p, bool expected[])
{
    enum { EVERY = 9 };
    for (size_t k = 0; k < p->found.count; k++) {
        const nsl_boundary *b = &p->found.at[k];
        if (b->kind < NSL_BOUNDARY_FRONTIER)
            continue;
        expected[b->kind] = true;
        cr_expect(b->count >= 2);
        for (size_t i = 0; i < b->count + EVERY - 1; i += EVERY) {
            size_t point = i < b->count ? i : b->count - 1; /* the last, too */
            check_crossing(p, b->kind, b->x[point], b->y[point]);
            if (b->kind == NSL_BOUNDARY_FRONTIER)
                check_frontier_point(p, b->x[point], b->y[point]);
        }
    }
}

/* Distance of a point to the nearest piece, in the logarithms over the sides. */
static double distance_to(const plane *p, double x, double y)
{
    double least = INFINITY, width = log(p->x[1] / p->x[0]),
           height = log(p->y[1] / p->y[0]);
    for (size_t k = 0; k < p->found.count; k++) {
        const nsl_boundary *b = &p->found.at[k];
        for (size_t i = 0; i + 1 < b->count; i++) {
            double ux = log(b->x[i] / x) / width, uy = log(b->y[i] / y) / height;
            double vx = log(b->x[i + 1] / x) / width,
                   vy = log(b->y[i + 1] / y) / height;
            double dx = vx - ux, dy = vy - uy;
            double t = -(ux * dx + uy * dy) / (dx * dx + dy * dy);
            t = isnan(t) ? 0.0 : fmin(fmax(t, 0.0), 1.0);
            least = fmin(least, hypot(ux + t * dx, uy + t * dy));
        }
    }
    return least;
}

/* Where the regimes of neighbouring cells differ, a boundary passes nearby. */
static void check_complete(const plane *p)
{
    enum { ACROSS = 40 };
    static const double NEAR = 1.6 / ACROSS; /* diagonal of a cell, and some */
    double x[ACROSS], y[ACROSS];
    for (int i = 0; i < ACROSS; i++) {
        x[i] = p->x[0] * pow(p->x[1] / p->x[0], (i + 0.5) / ACROSS);
        y[i] = p->y[0] * pow(p->y[1] / p->y[0], (i + 0.5) / ACROSS);
    }
    nsl_map_query q = p->q;
    q.x = (nsl_axis){q.x.kind, ACROSS, x};
    q.y = (nsl_axis){q.y.kind, ACROSS, y};
    nsl_map map;
    nsl_work work = {.jobs = 1};
    cr_assert(nsl_map_init(&map, &q, NULL) == NSL_OK);
    cr_assert(nsl_map_fill(&map, &q, 0, 1, &work, NULL) == NSL_OK);
    for (int j = 0; j < ACROSS; j++)
        for (int i = 0; i < ACROSS - 1; i++) {
            nsl_phase one = (nsl_phase)map.regime[j * ACROSS + i],
                      other = (nsl_phase)map.regime[j * ACROSS + i + 1];
            bool known = one != NSL_PHASE_UNDEFINED && other != NSL_PHASE_UNDEFINED;
            if (known && one != other)
                cr_expect(distance_to(p, sqrt(x[i] * x[i + 1]), y[j]) < NEAR,
                          "between %s and %s at %g, %g no boundary",
                          nsl_phase_name(one), nsl_phase_name(other), x[i], y[j]);
        }
    nsl_map_clear(&map);
}

Test(boundaries, zeros, .timeout = 120)
{
    static const double hidden[] = {300};
    bool seen[NSL_BOUNDARY_COUNT] = {false};
    static const struct {
        double alpha, source;
        uint64_t latents;
        size_t layers;
        nsl_point point;
        bool optimal;
        nsl_axis_kind kx, ky;
        ends x, y;
    } cases[] = {
        {.alpha = 0.5,
         .latents = NSL_LATENTS_INFINITE,
         .point = {.noise = 0.1, .ridge = 1e-2},
         .kx = NSL_AXIS_FEATURES,
         .ky = NSL_AXIS_SAMPLES,
         .x = {10, 1e4},
         .y = {10, 1e4}},
        {.alpha = 1,
         .source = 2.3,
         .latents = 2000,
         .point = {.noise = 1e-3},
         .optimal = true,
         .kx = NSL_AXIS_SAMPLES,
         .ky = NSL_AXIS_FEATURES,
         .x = {10, 1e4},
         .y = {10, 1e4}},
        {.alpha = 1,
         .latents = NSL_LATENTS_INFINITE,
         .layers = 1,
         .point = {.noise = 1e-3, .ridge = 1e-4},
         .kx = NSL_AXIS_FEATURES,
         .ky = NSL_AXIS_SAMPLES,
         .x = {20, 2e3},
         .y = {20, 5e3}},
        {.alpha = 0.8,
         .latents = 1000,
         .point = {.features = 200},
         .kx = NSL_AXIS_SAMPLES,
         .ky = NSL_AXIS_RIDGE,
         .x = {10, 1e5},
         .y = {1e-6, 100}},
        {.alpha = 0.8,
         .latents = 1000,
         .point = {.features = 200, .ridge = 0.01},
         .kx = NSL_AXIS_NOISE,
         .ky = NSL_AXIS_SAMPLES,
         .x = {1e-4, 10},
         .y = {10, 1e5}},
        {.alpha = 0.8,
         .latents = 1000,
         .point = {.features = 200, .ridge = 1e-3, .noise = 0.01},
         .kx = NSL_AXIS_ALPHA,
         .ky = NSL_AXIS_SAMPLES,
         .x = {0.2, 3},
         .y = {10, 1e4}},
        {.alpha = 0.8,
         .latents = 1000,
         .point = {.features = 200, .ridge = 1e-3, .noise = 0.01},
         .kx = NSL_AXIS_SAMPLES,
         .ky = NSL_AXIS_LATENTS,
         .x = {10, 1e4},
         .y = {100, 1e6}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        plane p;
        nsl_model_options o = nsl_model_defaults();
        o.convention = NSL_RIDGE_KERNEL;
        o.hidden = hidden;
        o.hidden_count = cases[i].layers;
        if (cases[i].source > 0.0)
            o.source = cases[i].source;
        plane_of(&p, testing_powerlaw(cases[i].alpha, cases[i].latents, &o),
                 cases[i].point, cases[i].optimal, cases[i].kx, cases[i].x, cases[i].ky,
                 cases[i].y);
        check_zeros(&p, seen);
        check_complete(&p);
        plane_free(&p);
    }
    for (int k = NSL_BOUNDARY_FRONTIER; k < NSL_BOUNDARY_TIME; k++)
        cr_expect(seen[k], "no %s", nsl_boundary_name((nsl_boundary_kind)k));
}

/* The frontier of K models crosses the plane from end to end, as that of one does; of
 * infinitely many there is none, and the other boundaries stay. */
Test(boundaries, frontier_of_ensembles, .timeout = 60)
{
    static const double counts[] = {1, 50, INFINITY};
    ends range = {10, 1e4};
    for (int i = 0; i < 3; i++) {
        plane p;
        nsl_point point = {.ridge = 1e-3, .noise = 1e-3, .ensemble = counts[i]};
        plane_of(&p, kernel_powerlaw(1, NSL_LATENTS_INFINITE), point, false,
                 NSL_AXIS_FEATURES, range, NSL_AXIS_SAMPLES, range);
        double least = INFINITY, most = 0.0;
        for (size_t k = 0; k < p.found.count; k++)
            for (size_t j = 0;
                 p.found.at[k].kind == NSL_BOUNDARY_FRONTIER && j < p.found.at[k].count;
                 j++) {
                const nsl_boundary *b = &p.found.at[k];
                least = fmin(least, fmin(b->x[j], b->y[j]));
                most = fmax(most, fmax(b->x[j], b->y[j]));
                check_crossing(&p, b->kind, b->x[j], b->y[j]);
            }
        /* budgets have a step of 0.15 in the logarithm */
        cr_expect(isinf(counts[i]) ? most == 0.0 : least < 12.0 && most > 8500.0,
                  "K %g: from %g to %g", counts[i], least, most);
        cr_expect(p.found.count > 2);
        plane_free(&p);
    }
}

/* Where the ridge alone decides, the loss depends on N·P and next to nothing tells one
 * split from another: the points that are drawn are those of the dual N = P. */
Test(boundaries, frontier_where_splits_hardly_differ, .timeout = 60)
{
    static const double ridges[] = {1e-3, 1e-6};
    nsl_model_options o = nsl_model_defaults();
    ends range = {1, 1e6};
    straight diagonal = {1.0, KNOWN};
    for (int i = 0; i < 2; i++) {
        plane p;
        plane_of(&p, testing_powerlaw(1, UINT64_C(1000000000000), &o),
                 (nsl_point){.ridge = ridges[i]}, false, NSL_AXIS_FEATURES, range,
                 NSL_AXIS_SAMPLES, range);
        each_point(&p, NSL_BOUNDARY_FRONTIER, check_ratio, &diagonal);
        plane_free(&p);
    }
}

/* Where some losses and budgets are outside the range of double, boundaries are found
 * elsewhere. */
Test(boundaries, outside_the_range_of_double, .timeout = 60)
{
    plane p;
    ends range = {1e-300, 1e300};
    plane_of(&p, kernel_powerlaw(1, NSL_LATENTS_INFINITE), (nsl_point){0}, false,
             NSL_AXIS_FEATURES, range, NSL_AXIS_SAMPLES, range);
    cr_expect(pieces_of(&p, NSL_BOUNDARY_FEATURES_SAMPLES) == 1);
    cr_expect(pieces_of(&p, NSL_BOUNDARY_PEAK_FEATURES) >= 1);
    plane_free(&p);
}
