/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Maps with training time: cells against nsl_predict, boundaries against its
 * elasticities, regimes where they are known; jobs and parts change nothing. */
#include "testing.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

enum { COLUMNS = 9, ROWS = 7 };

/* Of a parallel pair of courses nothing may differ. */
static bool same_bits(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

static void geometric(double *out, size_t count, double low, double high)
{
    for (size_t i = 0; i < count; i++)
        out[i] = low * pow(high / low, (double)i / (double)(count - 1));
}

typedef struct {
    testing_model m;
    double x[COLUMNS], y[ROWS];
    nsl_map_query query;
} plane;

/* Features across and time up, or the other way round; steps in place of time. */
static void make(plane *p, bool turned, bool steps)
{
    nsl_model_options o = nsl_model_defaults();
    o.convention = NSL_RIDGE_KERNEL;
    o.label_variance = 1.0;
    p->m = testing_powerlaw(0.8, UINT64_C(1000000000), &o);
    geometric(p->x, COLUMNS, turned ? 1.0 : 10.0, turned ? 1e8 : 1e4);
    geometric(p->y, ROWS, turned ? 10.0 : 1.0, turned ? 1e4 : 1e8);
    double *times = turned ? p->x : p->y;
    for (size_t i = 0; i < (turned ? COLUMNS : ROWS) && steps; i++)
        times[i] = round(times[i]);
    p->query = (nsl_map_query){
        .model = p->m.model,
        .point = {(double)NAN, 2000.0, 0.01, 0.02, 1.0},
        .x = {turned ? NSL_AXIS_TIME : NSL_AXIS_FEATURES, COLUMNS, p->x},
        .y = {turned ? NSL_AXIS_FEATURES : NSL_AXIS_TIME, ROWS, p->y}};
    if (steps)
        p->query.point.training = (nsl_training){.kind = NSL_DESCENT, .rate = 0.1};
}

static void check_cells(const plane *p, const nsl_map *map)
{
    for (size_t at = 0; at < COLUMNS * ROWS; at++) {
        nsl_prediction one;
        nsl_error err;
        nsl_point point =
            nsl_map_point(&p->query, p->x[at % COLUMNS], p->y[at / COLUMNS]);
        cr_assert(nsl_predict(&one, p->m.model, &point, &err) == NSL_OK, "%s",
                  err.message);
        cr_expect(
            same_bits(map->test_loss[at], one.test_loss) &&
                same_bits(map->elasticity_features[at], one.elasticity_features) &&
                same_bits(map->elasticity_samples[at], one.elasticity_samples) &&
                same_bits(map->elasticity_ridge[at], one.elasticity_ridge) &&
                same_bits(map->elasticity_time[at], one.elasticity_time),
            "N %g t %g k %g: %.17g, not %.17g", point.features, point.training.time,
            point.training.steps, map->test_loss[at], one.test_loss);
        double most = fmax(one.elasticity_features, one.elasticity_samples);
        bool decides = most >= 0.0 && one.elasticity_features >= 0.0 &&
                       one.elasticity_samples >= 0.0 &&
                       one.noise_loss < one.signal_loss;
        if (decides)
            cr_expect((map->regime[at] == NSL_PHASE_TIME) ==
                          (one.elasticity_time > 2.0 * most),
                      "N %g t %g: %s", point.features, point.training.time,
                      nsl_phase_name((nsl_phase)map->regime[at]));
    }
}

Test(map_time, cells_are_predictions)
{
    for (int k = 0; k < 4; k++) {
        plane p;
        nsl_map map, parts;
        nsl_error err = {0};
        nsl_work one = {.jobs = 1}, two = {.jobs = 2};
        make(&p, k % 2, k / 2);
        cr_assert(nsl_map_init(&map, &p.query, &err) == NSL_OK);
        cr_assert(nsl_map_init(&parts, &p.query, &err) == NSL_OK);
        cr_assert(nsl_map_fill(&map, &p.query, 0, 1, &one, &err) == NSL_OK, "%s",
                  err.message);
        check_cells(&p, &map);
        for (size_t part = 3; part-- > 0;)
            cr_assert(nsl_map_fill(&parts, &p.query, part, 3, &two, &err) == NSL_OK);
        for (size_t at = 0; at < COLUMNS * ROWS; at++)
            cr_expect(
                same_bits(map.test_loss[at], parts.test_loss[at]) &&
                    same_bits(map.elasticity_time[at], parts.elasticity_time[at]) &&
                    same_bits(map.error[at], parts.error[at]) &&
                    map.regime[at] == parts.regime[at],
                "cell %zu", at);
        nsl_map_clear(&map);
        nsl_map_clear(&parts);
        testing_free(&p.m);
    }
}

/* Early on all is limited by time; in the end, by nothing less than before. */
Test(map_time, regimes_where_they_are_known)
{
    plane p;
    nsl_prediction out, trained;
    nsl_phase regime, end;
    nsl_error err;
    make(&p, false, false);
    for (size_t i = 0; i < COLUMNS; i++) {
        cr_assert(nsl_map_cell(&out, &regime, &p.query, p.x[i], 0.05, &err) == NSL_OK);
        cr_expect(regime == NSL_PHASE_TIME, "N %g: %s", p.x[i], nsl_phase_name(regime));
        nsl_map_query fixed = p.query;
        fixed.y = (nsl_axis){NSL_AXIS_NOISE, ROWS, p.y};
        cr_assert(nsl_map_cell(&trained, &end, &fixed, p.x[i], 0.02, &err) == NSL_OK);
        cr_assert(nsl_map_cell(&out, &regime, &p.query, p.x[i], (double)INFINITY,
                               &err) == NSL_OK);
        cr_expect(regime == end &&
                      testing_distance(out.test_loss, trained.test_loss) < NSL_PROMISE,
                  "N %g: %s at the end, trained %s", p.x[i], nsl_phase_name(regime),
                  nsl_phase_name(end));
    }
    testing_free(&p.m);
}

/* Points are known to 1e-6 in both axes: what their functions may be off is that times
 * a slope of a few. */
static const double NEAR = 1e-5;

static double function_of(nsl_boundary_kind kind, const nsl_prediction *p)
{
    switch (kind) {
    case NSL_BOUNDARY_TIME:
        return p->elasticity_time -
               2.0 * fmax(p->elasticity_features, p->elasticity_samples);
    case NSL_BOUNDARY_STOP:
        return p->elasticity_time;
    case NSL_BOUNDARY_TIME_FEATURES:
        return p->elasticity_features - p->elasticity_time;
    case NSL_BOUNDARY_TIME_SAMPLES:
        return p->elasticity_samples - p->elasticity_time;
    default:
        return 0.0;
    }
}

Test(map_time, boundaries_are_zero_lines)
{
    bool seen[NSL_BOUNDARY_COUNT] = {false};
    for (int k = 0; k < 3; k++) {
        plane p;
        nsl_boundaries found;
        nsl_error err = {0};
        nsl_work work = {.jobs = 1};
        make(&p, k == 1, false);
        if (k == 2) { /* samples and time */
            p.query.point = (nsl_point){300.0, (double)NAN, 0.0, 0.02, 1.0};
            p.query.x.kind = NSL_AXIS_SAMPLES;
        }
        cr_assert(nsl_boundaries_find(&found, &p.query, &work, &err) == NSL_OK, "%s",
                  err.message);
        for (size_t b = 0; b < found.count; b++) {
            seen[found.at[b].kind] = true;
            for (size_t i = 0; i < found.at[b].count; i += 5) {
                nsl_prediction out;
                nsl_point at =
                    nsl_map_point(&p.query, found.at[b].x[i], found.at[b].y[i]);
                cr_assert(nsl_predict(&out, p.m.model, &at, &err) == NSL_OK);
                cr_expect(fabs(function_of(found.at[b].kind, &out)) < NEAR,
                          "%s at %g %g: %g", nsl_boundary_name(found.at[b].kind),
                          found.at[b].x[i], found.at[b].y[i],
                          function_of(found.at[b].kind, &out));
            }
        }
        nsl_boundaries_clear(&found);
        testing_free(&p.m);
    }
    for (int kind = NSL_BOUNDARY_TIME; kind < NSL_BOUNDARY_COUNT; kind++)
        cr_expect(seen[kind], "no %s", nsl_boundary_name((nsl_boundary_kind)kind));
}

/* On an axis of steps a function changes its sign from one whole number to the next. */
Test(map_time, boundaries_of_steps)
{
    plane p;
    nsl_boundaries found;
    nsl_error err = {0};
    nsl_work work = {.jobs = 1};
    make(&p, false, true);
    p.y[0] = 10.0;
    for (int i = 1; i < ROWS; i++)
        p.y[i] = 10.0 * p.y[i - 1];
    cr_assert(nsl_boundaries_find(&found, &p.query, &work, &err) == NSL_OK, "%s",
              err.message);
    size_t seen = 0;
    for (size_t b = 0; b < found.count; b++) {
        if (found.at[b].kind != NSL_BOUNDARY_TIME &&
            found.at[b].kind != NSL_BOUNDARY_TIME_FEATURES)
            continue;
        for (size_t i = 0; i < found.at[b].count; i += 3) {
            double value[2];
            for (int k = 0; k < 2; k++) {
                nsl_prediction out;
                nsl_point at = nsl_map_point(&p.query, found.at[b].x[i],
                                             floor(found.at[b].y[i]) - 1.0 + 3.0 * k);
                cr_assert(nsl_predict(&out, p.m.model, &at, &err) == NSL_OK);
                value[k] = function_of(found.at[b].kind, &out);
            }
            seen++;
            cr_expect(value[0] * value[1] <= 0.0, "%s at %g %g: %g and %g",
                      nsl_boundary_name(found.at[b].kind), found.at[b].x[i],
                      found.at[b].y[i], value[0], value[1]);
        }
    }
    cr_expect(seen > 10, "%zu", seen);
    nsl_boundaries_clear(&found);
    testing_free(&p.m);
}

Test(map_time, no_best_ridge)
{
    plane p;
    nsl_map map;
    nsl_error err = {0};
    nsl_work work = {.jobs = 1};
    make(&p, false, false);
    p.query.optimal = true;
    cr_assert(nsl_map_init(&map, &p.query, &err) == NSL_OK);
    cr_expect(nsl_map_fill(&map, &p.query, 0, 1, &work, &err) == NSL_EINVAL);
    cr_expect_str_eq(err.field, "ridge");
    nsl_map_clear(&map);
    testing_free(&p.m);
}
