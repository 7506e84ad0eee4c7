/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Maps of phase.h: every pair of axes against single cells, the same bits from any
 * number of threads and shards, cancellation, errors. */
#include "testing.h"
#include <nslaw/phase.h>

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { KINDS = NSL_AXIS_ALPHA + 1, ACROSS = 9, UP = 7 };

/* The ends of each kind of axis. */
static const double ends[KINDS][2] = {
    [NSL_AXIS_FEATURES] = {5, 3000}, [NSL_AXIS_SAMPLES] = {4, 2000},
    [NSL_AXIS_RIDGE] = {1e-6, 10},   [NSL_AXIS_NOISE] = {1e-5, 10},
    [NSL_AXIS_LATENTS] = {20, 1e6},  [NSL_AXIS_ALPHA] = {0.2, 4}};

typedef struct {
    testing_model m;
    nsl_map_query q;
    double x[ACROSS], y[UP];
} plane;

static void set_axis(nsl_axis *axis, double *value, size_t count, nsl_axis_kind kind)
{
    double low = ends[kind][0], high = ends[kind][1];
    for (size_t i = 0; i < count; i++) {
        double v = low * pow(high / low, (double)i / (double)(count - 1));
        value[i] = kind == NSL_AXIS_LATENTS ? round(v) : v;
    }
    *axis = (nsl_axis){kind, count, value};
}

static void make(plane *p, nsl_axis_kind x, nsl_axis_kind y, bool optimal)
{
    nsl_model_options o = nsl_model_defaults();
    o.convention = NSL_RIDGE_KERNEL;
    *p = (plane){.m = testing_powerlaw(0.8, 1500, &o)};
    p->q = (nsl_map_query){
        .model = p->m.model,
        .point = {.features = 300, .samples = 200, .ridge = 1e-3, .noise = 0.02},
        .optimal = optimal};
    set_axis(&p->q.x, p->x, ACROSS, x);
    set_axis(&p->q.y, p->y, UP, y);
}

static nsl_map fill(const nsl_map_query *q, unsigned jobs, size_t shards)
{
    nsl_map map;
    nsl_error err = {0};
    nsl_work work = {.jobs = jobs};
    cr_assert(nsl_map_init(&map, q, &err) == NSL_OK, "%s", err.message);
    for (size_t k = 0; k < shards; k++)
        cr_assert(nsl_map_fill(&map, q, shards - 1 - k, shards, &work, &err) == NSL_OK,
                  "%s: %s", err.field, err.message);
    return map;
}

/* --- cells -------------------------------------------------------------------------
 */

/* Losses and single cells keep NSL_PROMISE each. */
static const double LOSS = 2 * NSL_PROMISE;

static void check_slope(double got, double exact, const char *name, double x, double y)
{
    cr_expect(fabs(got - exact) <= NSL_MAP_PROMISE * fmax(1.0, fabs(exact)) ||
                  isnan(exact),
              "%s at %g, %g: %.17g, not %.17g", name, x, y, got, exact);
}

static void check_cells(const plane *p)
{
    nsl_map map = fill(&p->q, 1, 1);
    for (size_t k = 0; k < ACROSS * UP; k++) {
        nsl_prediction one;
        nsl_phase regime;
        nsl_error err = {0};
        double x = p->x[k % ACROSS], y = p->y[k / ACROSS];
        cr_assert(nsl_map_cell(&one, &regime, &p->q, x, y, &err) == NSL_OK, "%s",
                  err.message);
        cr_expect(testing_distance(map.test_loss[k], one.test_loss) <= LOSS,
                  "at %g, %g: %.17g, not %.17g", x, y, map.test_loss[k], one.test_loss);
        check_slope(map.elasticity_features[k], one.elasticity_features, "e_N", x, y);
        check_slope(map.elasticity_samples[k], one.elasticity_samples, "e_P", x, y);
        check_slope(map.elasticity_ridge[k], one.elasticity_ridge, "e_ridge", x, y);
        cr_expect(map.error[k] <= NSL_PROMISE);
        cr_expect(map.regime[k] == regime, "at %g, %g", x, y);
        if (!p->q.optimal && p->q.x.kind != NSL_AXIS_RIDGE &&
            p->q.y.kind != NSL_AXIS_RIDGE)
            cr_expect(map.ridge[k] == p->q.point.ridge);
        if (p->q.x.kind == NSL_AXIS_RIDGE)
            cr_expect(map.ridge[k] == x);
    }
    nsl_map_clear(&map);
}

/* Another route to a cell: a model of its own, and nsl_predict there. */
static void check_meaning(const plane *p)
{
    nsl_map map = fill(&p->q, 1, 1);
    const size_t k = ACROSS * (UP / 2) + ACROSS / 2;
    double at[KINDS] = {300, 200, 1e-3, 0.02, 1500, 0.8};
    at[p->q.x.kind] = p->x[ACROSS / 2];
    at[p->q.y.kind] = p->y[UP / 2];
    nsl_model_options o = nsl_model_defaults();
    o.convention = NSL_RIDGE_KERNEL;
    testing_model m =
        testing_powerlaw(at[NSL_AXIS_ALPHA], (uint64_t)at[NSL_AXIS_LATENTS], &o);
    nsl_point point = {.features = at[NSL_AXIS_FEATURES],
                       .samples = at[NSL_AXIS_SAMPLES],
                       .ridge = at[NSL_AXIS_RIDGE],
                       .noise = at[NSL_AXIS_NOISE]};
    nsl_prediction exact;
    nsl_optimum best = {.ridge = point.ridge};
    nsl_error err = {0};
    nsl_status status = p->q.optimal
                            ? nsl_predict_optimal(&exact, &best, m.model, &point, &err)
                            : nsl_predict(&exact, m.model, &point, &err);
    cr_assert(status == NSL_OK, "%s", err.message);
    cr_expect(testing_distance(map.test_loss[k], exact.test_loss) <= LOSS,
              "axes %d, %d: %.17g, not %.17g", p->q.x.kind, p->q.y.kind,
              map.test_loss[k], exact.test_loss);
    cr_expect(testing_distance(map.ridge[k], best.ridge) <= NSL_MAP_PROMISE);
    testing_free(&m);
    nsl_map_clear(&map);
}

Test(map, every_pair_of_axes, .timeout = 120)
{
    for (int x = 0; x < KINDS; x++)
        for (int y = 0; y < KINDS; y++)
            for (int optimal = 0; optimal < 2; optimal++) {
                bool ridge = x == NSL_AXIS_RIDGE || y == NSL_AXIS_RIDGE;
                if (x == y || (ridge && optimal))
                    continue;
                plane p;
                make(&p, (nsl_axis_kind)x, (nsl_axis_kind)y, optimal);
                check_cells(&p);
                check_meaning(&p);
                testing_free(&p.m);
            }
}

/* --- bits --------------------------------------------------------------------------
 */

static void check_bits(const nsl_map *a, const nsl_map *b, const char *what)
{
    const double *one[] = {a->test_loss,
                           a->elasticity_features,
                           a->elasticity_samples,
                           a->elasticity_ridge,
                           a->ridge,
                           a->error};
    const double *other[] = {b->test_loss,
                             b->elasticity_features,
                             b->elasticity_samples,
                             b->elasticity_ridge,
                             b->ridge,
                             b->error};
    for (int i = 0; i < 6; i++)
        cr_expect(memcmp(one[i], other[i], ACROSS * UP * sizeof(double)) == 0,
                  "array %d differs with %s", i, what);
    cr_expect(memcmp(a->regime, b->regime, ACROSS * UP) == 0, "%s", what);
}

Test(map, threads_and_shards_change_no_bit, .timeout = 60)
{
    static const nsl_axis_kind axes[][2] = {
        {NSL_AXIS_FEATURES, NSL_AXIS_SAMPLES}, {NSL_AXIS_SAMPLES, NSL_AXIS_NOISE},
        {NSL_AXIS_ALPHA, NSL_AXIS_SAMPLES},    {NSL_AXIS_FEATURES, NSL_AXIS_LATENTS},
        {NSL_AXIS_ALPHA, NSL_AXIS_LATENTS},    {NSL_AXIS_RIDGE, NSL_AXIS_FEATURES}};
    for (size_t i = 0; i < sizeof axes / sizeof *axes; i++) {
        plane p;
        make(&p, axes[i][0], axes[i][1], i < 5);
        nsl_map one = fill(&p.q, 1, 1);
        for (unsigned jobs = 2; jobs <= 5; jobs += 3) {
            nsl_map many = fill(&p.q, jobs, 1);
            check_bits(&one, &many, "threads");
            nsl_map_clear(&many);
        }
        for (size_t shards = 2; shards <= UP; shards += 2) {
            nsl_map parts = fill(&p.q, 2, shards);
            check_bits(&one, &parts, "shards");
            nsl_map_clear(&parts);
        }
        nsl_map_clear(&one);
        testing_free(&p.m);
    }
}

/* A shard leaves the other rows alone. */
Test(map, shard_fills_its_rows_only)
{
    plane p;
    nsl_map map;
    nsl_work work = {.jobs = 3};
    make(&p, NSL_AXIS_FEATURES, NSL_AXIS_SAMPLES, false);
    cr_assert(nsl_map_init(&map, &p.q, NULL) == NSL_OK);
    cr_assert(nsl_map_fill(&map, &p.q, 1, 3, &work, NULL) == NSL_OK);
    for (size_t k = 0; k < ACROSS * UP; k++)
        cr_expect((map.test_loss[k] > 0.0) == (k / ACROSS % 3 == 1), "cell %zu", k);
    nsl_map_clear(&map);
    testing_free(&p.m);
}

/* --- cancellation ------------------------------------------------------------------
 */

typedef struct {
    size_t calls, until, last;
} patience;

static bool proceed(void *data, size_t done, size_t total)
{
    patience *p = data;
    cr_expect(done <= total);
    cr_expect(done >= p->last);
    p->last = done;
    return ++p->calls < p->until;
}

Test(map, cancellation)
{
    for (unsigned jobs = 1; jobs <= 3; jobs += 2) {
        plane p;
        nsl_map map;
        nsl_error err = {0};
        patience waits = {.until = 2};
        nsl_work work = {jobs, proceed, &waits};
        make(&p, NSL_AXIS_FEATURES, NSL_AXIS_SAMPLES, true);
        cr_assert(nsl_map_init(&map, &p.q, NULL) == NSL_OK);
        nsl_status status = nsl_map_fill(&map, &p.q, 0, 1, &work, &err);
        /* with three threads the caller may have seen one line only */
        bool stopped = waits.calls == 2;
        cr_expect(status == (stopped ? NSL_ECANCELLED : NSL_OK), "%d", status);
        cr_expect(jobs > 1 || (stopped && *err.message));
        cr_expect(jobs > 1 || map.test_loss[ACROSS * 2] == 0.0, "it went on");
        nsl_boundaries found;
        waits = (patience){.until = 3};
        cr_expect(nsl_boundaries_find(&found, &p.q, &work, &err) == NSL_ECANCELLED);
        cr_expect(waits.calls == 3);
        cr_expect(found.count == 0 && !found.at);
        nsl_map_clear(&map);
        testing_free(&p.m);
    }
}

/* --- errors ------------------------------------------------------------------------
 */

static void check_refused(const nsl_map_query *q, const char *field)
{
    nsl_map map;
    nsl_boundaries found;
    nsl_prediction one;
    nsl_phase regime;
    nsl_error err = {0};
    nsl_work work = {.jobs = 2};
    cr_assert(nsl_map_init(&map, q, NULL) == NSL_OK);
    cr_expect(nsl_map_fill(&map, q, 0, 1, &work, &err) == NSL_EINVAL, "%s", field);
    cr_expect_str_eq(err.field, field);
    cr_expect(*err.message != '\0');
    cr_expect(nsl_map_fill(&map, q, 0, 1, &work, NULL) == NSL_EINVAL);
    cr_expect(nsl_boundaries_find(&found, q, &work, NULL) == NSL_EINVAL);
    cr_expect(found.count == 0 && !found.at);
    double x = q->x.count ? q->x.value[q->x.count - 1] : 1.0;
    double y = q->y.count ? q->y.value[q->y.count - 1] : 1.0;
    cr_expect(nsl_map_cell(&one, &regime, q, x, y, NULL) == NSL_EINVAL);
    nsl_map_clear(&map);
}

Test(map, errors)
{
    plane p;
    make(&p, NSL_AXIS_FEATURES, NSL_AXIS_SAMPLES, false);
    nsl_map_query q = p.q;
    q.y.kind = NSL_AXIS_FEATURES;
    check_refused(&q, "y");
    q = p.q;
    q.optimal = true;
    q.y.kind = NSL_AXIS_RIDGE;
    check_refused(&q, "ridge");
    const double falling[] = {3, 2}, equal[] = {2, 2}, unknown[] = {2, NAN};
    const double *const wrong[] = {falling, equal, unknown};
    for (int i = 0; i < 3; i++) {
        q = p.q;
        q.x = (nsl_axis){NSL_AXIS_FEATURES, 2, wrong[i]};
        check_refused(&q, "x");
        q = p.q;
        q.y = (nsl_axis){NSL_AXIS_SAMPLES, 2, wrong[i]};
        check_refused(&q, "y");
    }
    q = p.q;
    q.x.count = 0;
    check_refused(&q, "x");
    const double negative[] = {-2, -1}, latents[] = {0.1, 0.4}, steep[] = {1000, 1001};
    q = p.q;
    q.x = (nsl_axis){NSL_AXIS_FEATURES, 2, negative};
    check_refused(&q, "features");
    q.x = (nsl_axis){NSL_AXIS_NOISE, 2, negative};
    check_refused(&q, "noise");
    q.x = (nsl_axis){NSL_AXIS_LATENTS, 2, latents};
    check_refused(&q, "latents");
    q.x = (nsl_axis){NSL_AXIS_ALPHA, 2, steep};
    check_refused(&q, "alpha");
    nsl_map map;
    nsl_work work = {.jobs = 1};
    cr_assert(nsl_map_init(&map, &p.q, NULL) == NSL_OK);
    cr_expect(nsl_map_fill(&map, &p.q, UP, UP + 1, &work, NULL) == NSL_EINVAL);
    cr_expect(nsl_map_fill(&map, &p.q, 0, 0, &work, NULL) == NSL_EINVAL);
    nsl_map_clear(&map);
    testing_free(&p.m);
}

Test(map, tables_have_no_alpha)
{
    const double eigenvalue[] = {1.0, 0.5, 0.1}, value[] = {1, 2};
    nsl_spectrum *table;
    nsl_model_options o = nsl_model_defaults();
    cr_assert(nsl_spectrum_new_table(&table, 3, eigenvalue, NULL, NULL, NULL) ==
              NSL_OK);
    testing_model m = testing_on(table, &o);
    nsl_map_query q = {.model = m.model,
                       .point = {.features = 2, .samples = 5},
                       .x = {NSL_AXIS_ALPHA, 2, value},
                       .y = {NSL_AXIS_NOISE, 2, value}};
    check_refused(&q, "x");
    q.x.kind = NSL_AXIS_LATENTS;
    check_refused(&q, "x");
    q.x.kind = NSL_AXIS_SAMPLES;
    nsl_map map = fill(&q, 1, 1);
    cr_expect(map.test_loss[3] > 0.0);
    nsl_map_clear(&map);
    testing_free(&m);
}

/* Ends at 0 or infinity are fine for cells, not for boundaries, which go by logarithms.
 */
Test(map, boundaries_need_positive_ends)
{
    plane p;
    const double from_zero[] = {0, 1}, to_infinity[] = {10, INFINITY}, one[] = {10};
    const struct {
        nsl_axis axis;
    } cases[] = {{{NSL_AXIS_NOISE, 2, from_zero}},
                 {{NSL_AXIS_RIDGE, 2, from_zero}},
                 {{NSL_AXIS_FEATURES, 2, to_infinity}},
                 {{NSL_AXIS_FEATURES, 1, one}}};
    make(&p, NSL_AXIS_FEATURES, NSL_AXIS_SAMPLES, false);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        nsl_boundaries found;
        nsl_work work = {.jobs = 1};
        nsl_error err = {0};
        p.q.x = cases[i].axis;
        nsl_map map = fill(&p.q, 1, 1);
        for (size_t k = 0; k < p.q.x.count * UP; k++)
            cr_expect(map.test_loss[k] > 0.0, "case %zu cell %zu", i, k);
        nsl_map_clear(&map);
        cr_expect(nsl_boundaries_find(&found, &p.q, &work, &err) == NSL_EINVAL);
        cr_expect_str_eq(err.field, "x");
    }
    testing_free(&p.m);
}

/* The values between the ends of the axes move no boundary. */
Test(map, boundaries_depend_on_the_ends_only)
{
    plane p;
    nsl_boundaries many, few;
    nsl_work work = {.jobs = 1};
    make(&p, NSL_AXIS_FEATURES, NSL_AXIS_SAMPLES, false);
    cr_assert(nsl_boundaries_find(&many, &p.q, &work, NULL) == NSL_OK);
    const double x[] = {p.x[0], p.x[ACROSS - 1]}, y[] = {p.y[0], p.y[UP - 1]};
    p.q.x = (nsl_axis){NSL_AXIS_FEATURES, 2, x};
    p.q.y = (nsl_axis){NSL_AXIS_SAMPLES, 2, y};
    cr_assert(nsl_boundaries_find(&few, &p.q, &work, NULL) == NSL_OK);
    cr_assert(many.count == few.count && many.count > 3);
    for (size_t k = 0; k < few.count; k++) {
        cr_expect(many.at[k].kind == few.at[k].kind);
        cr_assert(many.at[k].count == few.at[k].count);
        size_t size = few.at[k].count * sizeof(double);
        cr_expect(memcmp(many.at[k].x, few.at[k].x, size) == 0);
        cr_expect(memcmp(many.at[k].y, few.at[k].y, size) == 0);
    }
    nsl_boundaries_clear(&many);
    nsl_boundaries_clear(&few);
    testing_free(&p.m);
}
