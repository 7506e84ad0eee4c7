/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Training time as a resource of the frontier and of inverse queries: against brute
 * force on grids, exponents at large budgets, what holds at a minimum, and round trips.
 */
#include "testing.h"

#include <nslaw/course.h>

#include <criterion/criterion.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <mpfr.h>

/* A loss that is less by this part is less: the sum of both predictions' errors. */
static const double SAME = 1e-10;

static double between(gsl_rng *rng, double low, double high)
{
    return low + (high - low) * gsl_rng_uniform(rng);
}

static testing_model kernel_powerlaw(double alpha, uint64_t latents, double source)
{
    nsl_model_options o = nsl_model_defaults();
    if (source > 0.0)
        o.source = source;
    o.convention = NSL_RIDGE_KERNEL;
    return testing_powerlaw(alpha, latents, &o);
}

static nsl_cost *parse(const char *text)
{
    nsl_cost *cost;
    nsl_error err = {0};
    cr_assert(nsl_cost_parse(&cost, text, 53, &err) == NSL_OK, "%s: %s", text,
              err.message);
    return cost;
}

static nsl_prediction predict(const nsl_model *model, nsl_point point)
{
    nsl_prediction p;
    nsl_error err = {0};
    cr_assert(nsl_predict(&p, model, &point, &err) == NSL_OK, "%s", err.message);
    return p;
}

static nsl_frontier find(const nsl_model *model, const nsl_frontier_query *query,
                         double budget)
{
    nsl_frontier f;
    nsl_error err = {0};
    cr_assert(nsl_frontier_find(&f, model, query, budget, &err) == NSL_OK, "%g: %s",
              budget, err.message);
    return f;
}

/* The point of three amounts; an infinite time is training to the end. */
static nsl_point point_at(nsl_point point, double features, double samples, double time)
{
    point.features = features;
    point.samples = samples;
    point.training = (nsl_training){.kind = isinf(time) ? NSL_TRAINED : NSL_FLOW,
                                    .time = isinf(time) ? 0.0 : time};
    return point;
}

/* --- the frontier ------------------------------------------------------------------
 */

/* A random query with one resource given and two in the cost. */
typedef struct {
    testing_model m;
    nsl_cost *cost;
    nsl_frontier_query query;
    nsl_cost_variable along, most, third;
    double budget;
} trial;

static trial random_trial(gsl_rng *rng)
{
    static const char *const costs[][2] = {
        {"N*time", "P*time"},
        {"2*N^2*time", "P^0.5*time"},
        {"N*time^1.5", "min(P*time,3*P^2*time)"},
    };
    trial t;
    unsigned long which = gsl_rng_uniform_int(rng, 3);
    bool samples = gsl_rng_uniform(rng) < 0.5; /* are what time is split with */
    t.m = kernel_powerlaw(between(rng, 0.2, 2),
                          gsl_rng_uniform(rng) < 0.7 ? NSL_LATENTS_INFINITE : 300,
                          gsl_rng_uniform(rng) < 0.4 ? between(rng, 0.2, 5) : 0.0);
    t.cost = parse(costs[which][samples]);
    t.along = samples ? NSL_COST_SAMPLES : NSL_COST_FEATURES;
    t.third = samples ? NSL_COST_FEATURES : NSL_COST_SAMPLES;
    t.most = NSL_COST_TIME;
    double given =
        gsl_rng_uniform(rng) < 0.3 ? (double)INFINITY : pow(10, between(rng, 0.5, 4));
    nsl_point point = {.ridge = gsl_rng_uniform(rng) < 0.5 ? 0.0 : 1e-3,
                       .noise = gsl_rng_uniform(rng) < 0.5 ? 0.0 : 0.05,
                       .ensemble = gsl_rng_uniform(rng) < 0.3 ? 3.0 : 1.0};
    t.query = (nsl_frontier_query){.cost = t.cost,
                                   .point = point_at(point, given, given, INFINITY)};
    t.budget = pow(10.0, between(rng, 2, 7));
    return t;
}

static void free_trial(trial *t)
{
    nsl_cost_free(t->cost);
    testing_free(&t->m);
}

/* No split on a grid is better. */
Test(frontier_time, against_brute_force, .timeout = 240)
{
    enum { TRIALS = 30, GRID = 200 };
    static const double shortest = 1e-3; /* before, nothing is learnt */
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 71);
    for (int i = 0; i < TRIALS; i++) {
        trial t = random_trial(rng);
        nsl_frontier f = find(t.m.model, &t.query, t.budget);
        double log_budget = log(t.budget / t.query.point.ensemble);
        for (int k = 0; k <= GRID; k++) {
            double logs[NSL_COST_VARIABLES] = {0.0};
            logs[t.along] = 25.0 * k / GRID;
            double time =
                exp(nsl_cost_log_most(t.cost, NSL_COST_TIME, log_budget, logs));
            double size = exp(logs[t.along]), given = t.query.point.samples;
            if (time < shortest)
                break;
            bool features = t.along == NSL_COST_FEATURES;
            nsl_point point = point_at(t.query.point, features ? size : given,
                                       features ? given : size, time);
            cr_expect(predict(t.m.model, point).test_loss >=
                          f.best.test_loss * (1.0 - SAME),
                      "trial %d: %g and time %g better than %g, %g, %g", i, size, time,
                      f.features, f.samples, f.time);
        }
        free_trial(&t);
    }
    mpfr_free_cache();
    gsl_rng_free(rng);
}

/* What is found costs the budget, has the loss that is predicted there, and where it is
 * smooth a unit of money buys as much of both: e_N/a = e_t/d. */
Test(frontier_time, both_are_worth_the_same, .timeout = 120)
{
    enum { TRIALS = 40 };
    int smooth = 0;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 72);
    for (int i = 0; i < TRIALS; i++) {
        trial t = random_trial(rng);
        nsl_frontier f = find(t.m.model, &t.query, t.budget);
        const double logs[] = {log(f.features), log(f.samples), log(f.time)};
        double cost = t.query.point.ensemble * exp(nsl_cost_log(t.cost, logs));
        cr_expect(testing_distance(cost, t.budget) < 1e-11, "trial %d: costs %g of %g",
                  i, cost, t.budget);
        nsl_point point = point_at(t.query.point, f.features, f.samples, f.time);
        nsl_prediction p = predict(t.m.model, point);
        cr_expect(testing_distance(p.test_loss, f.best.test_loss) <= SAME, "trial %d",
                  i);
        if (f.kind == NSL_FRONTIER_SMOOTH) {
            double e[NSL_COST_VARIABLES];
            double size = t.along == NSL_COST_FEATURES ? p.elasticity_features
                                                       : p.elasticity_samples;
            nsl_cost_exponents(t.cost, logs, e);
            double ratio = e[t.along] / e[NSL_COST_TIME];
            /* a relative error of N moves the slope by its tilt, of order one */
            double bound = (10.0 * f.size_error + SAME) * (1.0 + ratio);
            cr_expect(fabs(size - ratio * p.elasticity_time) <= bound,
                      "trial %d: %.17g and %.17g, bound %g", i, size,
                      ratio * p.elasticity_time, bound);
            cr_expect(fabs(f.exponent_loss - p.elasticity_time / e[NSL_COST_TIME]) <=
                          f.exponent_loss_error + SAME,
                      "trial %d", i);
            smooth++;
        }
        free_trial(&t);
    }
    cr_expect(smooth > TRIALS / 2, "%d", smooth);
    mpfr_free_cache();
    gsl_rng_free(rng);
}

/* theory.md section 12: N* ~ B^{1/(1+p)}, L* ~ B^{−β/(1+p)} for β ≤ p. Beyond, the
 * cross term t^{−α/p} N^{−1} decides: N* ~ B^{1−p/(1+β)}, L* ~ B^{−β/(1+β)}, also for β
 * > 2p, as a flow on endless samples follows t^{−β/p} without end: the ridge's bound of
 * 2p is not its. */
Test(frontier_time, asymptotic_exponents, .timeout = 120)
{
    static const double budget = 1e14, close = 2e-3; /* B^−0.2 and less is left */
    nsl_cost *cost = parse("N*time");
    static const struct {
        double alpha, source, features, loss;
    } laws[] = {
        {1.0, 0.0, 1.0 / 3.0, 1.0 / 3.0},     {0.5, 0.0, 1.0 / 2.5, 0.5 / 2.5},
        {2.0, 0.0, 1.0 / 4.0, 2.0 / 4.0},     {1.0, 1.5, 1.0 / 3.0, 1.5 / 3.0},
        {0.5, 3.0, 1.0 - 1.5 / 4.0, 3. / 4.}, {0.5, 5.0, 1.0 - 1.5 / 6.0, 5. / 6.},
        {1.0, 3.0, 1.0 - 2.0 / 4.0, 3. / 4.},
    };
    for (size_t i = 0; i < sizeof laws / sizeof *laws; i++) {
        testing_model m =
            kernel_powerlaw(laws[i].alpha, NSL_LATENTS_INFINITE, laws[i].source);
        nsl_frontier_query query = {.cost = cost, .point = {.samples = INFINITY}};
        nsl_frontier f = find(m.model, &query, budget);
        cr_expect(fabs(f.exponent_features - laws[i].features) < close &&
                      fabs(f.exponent_time - (1.0 - laws[i].features)) < close &&
                      fabs(f.exponent_loss - laws[i].loss) < close,
                  "alpha %g, source %g: N %g, t %g, L %g", laws[i].alpha,
                  laws[i].source, f.exponent_features, f.exponent_time,
                  f.exponent_loss);
        cr_expect(isnan(f.exponent_samples) && isinf(f.samples));
        testing_free(&m);
    }
    nsl_cost_free(cost);
    mpfr_free_cache();
}

/* Local exponents are those of differences between budgets. */
Test(frontier_time, exponents_are_differences, .timeout = 60)
{
    static const double step = 1e-2, close = 1e-4; /* step² */
    testing_model m = kernel_powerlaw(0.7, NSL_LATENTS_INFINITE, 1.0);
    nsl_cost *cost = parse("N^1.5*time");
    nsl_frontier_query query = {.cost = cost, .point = {.samples = 1e4, .noise = 0.01}};
    nsl_frontier f = find(m.model, &query, 1e5);
    nsl_frontier up = find(m.model, &query, 1e5 * exp(step));
    nsl_frontier down = find(m.model, &query, 1e5 * exp(-step));
    cr_expect(fabs(log(up.features / down.features) / (2 * step) -
                   f.exponent_features) < close);
    cr_expect(fabs(log(up.time / down.time) / (2 * step) - f.exponent_time) < close);
    cr_expect(fabs(-log(up.best.test_loss / down.best.test_loss) / (2 * step) -
                   f.exponent_loss) < close);
    nsl_cost_free(cost);
    mpfr_free_cache();
    testing_free(&m);
}

/* N min(P, t) is the better of N t with endless samples and N P without end. */
Test(frontier_time, the_better_branch, .timeout = 120)
{
    nsl_cost *both = parse("N*min(P,time)"), *flow = parse("N*time");
    nsl_cost *samples = parse("N*P");
    int timed = 0, trained = 0;
    for (double noise = 0.0; noise < 0.5; noise += 0.2)
        for (double budget = 10.0; budget < 1e8; budget *= 50.0) {
            testing_model m = kernel_powerlaw(0.6, 500, 0.0);
            nsl_point point = {.samples = INFINITY, .noise = noise, .ridge = 1e-4};
            nsl_frontier_query query = {.cost = both, .point = point};
            nsl_frontier f = find(m.model, &query, budget);
            query.cost = flow;
            nsl_frontier a = find(m.model, &query, budget);
            query.cost = samples;
            nsl_frontier b = find(m.model, &query, budget);
            bool first = a.best.test_loss < b.best.test_loss;
            const nsl_frontier *better = first ? &a : &b;
            cr_expect(f.best.test_loss == better->best.test_loss &&
                          f.features == better->features &&
                          f.samples == better->samples && f.time == better->time,
                      "budget %g: %g, %g, %g", budget, f.features, f.samples, f.time);
            cr_expect(isinf(f.time) || isinf(f.samples));
            *(first ? &timed : &trained) += 1;
            testing_free(&m);
        }
    cr_expect(timed > 0 && trained > 0, "%d with a time, %d without", timed, trained);
    nsl_cost_free(both);
    nsl_cost_free(flow);
    nsl_cost_free(samples);
    mpfr_free_cache();
}

/* N P at a given time, or steps: no split on a grid is better. */
Test(frontier_time, sizes_at_a_given_time, .timeout = 120)
{
    enum { GRID = 200 };
    static const nsl_training trainings[] = {
        {.kind = NSL_FLOW, .time = 30.0},
        {.kind = NSL_FLOW, .time = 1e5},
        {.kind = NSL_DESCENT, .steps = 50.0, .rate = 0.5},
    };
    testing_model m = kernel_powerlaw(0.8, NSL_LATENTS_INFINITE, 0.0);
    nsl_cost *cost = parse("N*P");
    for (size_t i = 0; i < sizeof trainings / sizeof *trainings; i++) {
        nsl_frontier_query query = {.cost = cost,
                                    .point = {.noise = 0.05, .training = trainings[i]}};
        nsl_frontier f = find(m.model, &query, 1e5);
        for (int k = 1; k < GRID; k++) {
            nsl_point point = query.point;
            point.features = exp(log(1e5) * k / GRID);
            point.samples = 1e5 / point.features;
            nsl_prediction p;
            nsl_error err = {0};
            if (nsl_predict(&p, m.model, &point, &err) == NSL_EINVAL) {
                cr_expect_str_eq(err.field, "rate"); /* descent diverges there */
                continue;
            }
            cr_expect(p.test_loss >= f.best.test_loss * (1.0 - SAME),
                      "training %zu: N %g better than %g", i, point.features,
                      f.features);
        }
        cr_expect(isnan(f.exponent_time) && isfinite(f.exponent_samples));
        if (i == 1)
            continue; /* nearly trained: the peak at N = P is there */
        /* without noise both sizes are worth the same: N* = P*, to all digits */
        query.point.noise = 0.0;
        f = find(m.model, &query, 1e5);
        cr_expect(testing_distance(f.features, sqrt(1e5)) <= f.size_error &&
                      f.size_error < 1e-10 && fabs(f.exponent_features - 0.5) < 1e-8 &&
                      fabs(f.exponent_loss - f.best.elasticity_samples) < 1e-10,
                  "training %zu: N %.17g, error %g", i, f.features, f.size_error);
    }
    nsl_cost_free(cost);
    mpfr_free_cache();
    testing_free(&m);
}

/* A resource that is given is paid for. */
Test(frontier_time, given_and_paid_for, .timeout = 60)
{
    testing_model m = kernel_powerlaw(0.8, NSL_LATENTS_INFINITE, 0.0);
    nsl_cost *all = parse("2*N*P*time"), *two = parse("N*time");
    nsl_frontier_query query = {.cost = two, .point = {.samples = 300.0}};
    nsl_frontier f = find(m.model, &query, 1e4);
    query.cost = all;
    query.fixed[NSL_COST_SAMPLES] = true;
    nsl_frontier g = find(m.model, &query, 2.0 * 300.0 * 1e4);
    cr_expect(testing_distance(f.features, g.features) <= f.size_error + g.size_error &&
                  testing_distance(f.time, g.time) <= f.size_error + g.size_error,
              "%g %g and %g %g", f.features, f.time, g.features, g.time);
    nsl_cost_free(all);
    nsl_cost_free(two);
    mpfr_free_cache();
    testing_free(&m);
}

/* Whole features, the time that is left, and no neighbour that is better. */
Test(frontier_time, whole_features, .timeout = 60)
{
    testing_model m = kernel_powerlaw(0.8, NSL_LATENTS_INFINITE, 0.0);
    nsl_cost *cost = parse("N*time");
    nsl_frontier_query query = {.cost = cost, .point = {.samples = 500.0}};
    for (double budget = 3.0; budget < 1e5; budget *= 20.0) {
        nsl_error err = {0};
        nsl_frontier f = find(m.model, &query, budget);
        cr_assert(nsl_frontier_integer(&f, m.model, &query, budget, &err) == NSL_OK);
        cr_expect(f.features == floor(f.features) &&
                      testing_distance(f.features * f.time, budget) < 1e-13,
                  "%g for %g", f.features, f.time);
        for (double n = fmax(1.0, f.features - 1.0); n <= f.features + 1.0; n += 1.0)
            cr_expect(predict(m.model, point_at(query.point, n, 500.0, budget / n))
                              .test_loss >= f.best.test_loss * (1.0 - SAME),
                      "%g is better than %g", n, f.features);
    }
    nsl_cost_free(cost);
    mpfr_free_cache();
    testing_free(&m);
}

static void expect_refused(const char *text, nsl_frontier_query query,
                           const char *field)
{
    testing_model m = kernel_powerlaw(0.8, NSL_LATENTS_INFINITE, 0.0);
    nsl_cost *cost = parse(text);
    nsl_error err = {0};
    nsl_frontier f;
    query.cost = cost;
    nsl_status status = nsl_frontier_find(&f, m.model, &query, 1e4, &err);
    cr_expect(status == NSL_EINVAL, "%s", text);
    cr_expect_str_eq(err.field, field, "%s: '%s' %s", text, err.field, err.message);
    nsl_cost_free(cost);
    mpfr_free_cache();
    testing_free(&m);
}

Test(frontier_time, refusals)
{
    nsl_point fine = {.features = 10.0, .samples = 10.0};
    nsl_frontier_query query = {.point = fine};
    expect_refused("N*P*time", query, "cost");
    expect_refused("min(N*P*time,N*P)", query, "cost");
    query.fixed[NSL_COST_TIME] = true;
    query.point.training = (nsl_training){.kind = NSL_FLOW, .time = 5.0};
    expect_refused("N*time", query, "cost"); /* one is left */
    query = (nsl_frontier_query){.point = fine, .optimal = true};
    expect_refused("N*time", query, "ridge");
    query.point.training = (nsl_training){.kind = NSL_FLOW, .time = 5.0};
    expect_refused("N*P", query, "ridge");
    query = (nsl_frontier_query){.point = fine};
    query.point.samples = NAN;
    expect_refused("N*time", query, "samples");
    query.point.samples = 10.0;
    query.point.training =
        (nsl_training){.kind = NSL_DESCENT, .steps = 5.0, .rate = 0.1};
    expect_refused("N*time", query, "learning-rate");
}

/* --- inverse queries ---------------------------------------------------------------
 */

static nsl_solution solve(const nsl_model *model, const nsl_point *point,
                          const nsl_query *query)
{
    nsl_solution s;
    nsl_error err = {0};
    cr_assert(nsl_solve(&s, model, point, query, &err) == NSL_OK, "%s", err.message);
    return s;
}

static double loss_at_time(const nsl_model *model, nsl_point point, double time)
{
    return predict(model, point_at(point, point.features, point.samples, time))
        .test_loss;
}

/* The least and the largest time give the target, and on a grid the loss is below it
 * nowhere but between. */
Test(solve_time, against_a_grid, .timeout = 240)
{
    enum { TRIALS = 25 };
    int left = 0, kept = 0;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 73);
    for (int i = 0; i < TRIALS; i++) {
        testing_model m = kernel_powerlaw(between(rng, 0.3, 2), NSL_LATENTS_INFINITE,
                                          gsl_rng_uniform(rng) < 0.4 ? 2.0 : 0.0);
        nsl_point point = {.features = pow(10, between(rng, 1, 4)),
                           .samples = pow(10, between(rng, 1, 4)),
                           .noise = i % 3 ? 0.2 : 0.0};
        nsl_point best_point = point;
        best_point.training.kind = NSL_FLOW;
        nsl_course *course;
        nsl_stop stop;
        cr_assert(nsl_course_new(&course, m.model, &best_point, NULL) == NSL_OK);
        cr_assert(nsl_course_best(&stop, course, NULL) == NSL_OK);
        nsl_course_free(course);
        double best = stop.best.test_loss, start = loss_at_time(m.model, point, 0.0);
        nsl_query query = {.unknown = NSL_UNKNOWN_TIME,
                           .target = best * pow(start / best, between(rng, 0.05, 0.9))};
        nsl_solution s = solve(m.model, &point, &query);
        cr_expect(s.kind == NSL_SOLVED && !s.hole && s.value <= stop.time &&
                      stop.time <= s.high,
                  "trial %d: %g to %g, best %g", i, s.value, s.high, stop.time);
        double bound = 10.0 * s.error + SAME; /* elasticities are below ten */
        cr_expect(testing_distance(loss_at_time(m.model, point, s.value),
                                   query.target) < bound,
                  "trial %d", i);
        cr_expect(isinf(s.high) ||
                      testing_distance(loss_at_time(m.model, point, s.high),
                                       query.target) < bound,
                  "trial %d", i);
        *(isinf(s.high) ? &kept : &left) += 1;
        for (double t = 1e-4; t < 1e12; t *= 1.7) {
            bool within = t >= s.value && t <= s.high;
            cr_expect((loss_at_time(m.model, point, t) <= query.target) == within,
                      "trial %d: time %g, not %g to %g", i, t, s.value, s.high);
        }
        query.target = best * 0.99;
        s = solve(m.model, &point, &query);
        cr_expect(s.kind == NSL_NEVER && isnan(s.value) &&
                      testing_distance(s.limit, best) < SAME,
                  "trial %d", i);
        testing_free(&m);
    }
    cr_expect(left > 3 && kept > 3, "%d, %d", left, kept);
    gsl_rng_free(rng);
}

/* Whole steps: the first and the last that reach the target, and not their neighbours.
 */
Test(solve_time, steps, .timeout = 120)
{
    testing_model m = kernel_powerlaw(1.0, NSL_LATENTS_INFINITE, 0.0);
    for (double rate = 0.1; rate < 1.0; rate *= 2.1)
        for (double target = 0.3; target > 0.03; target *= 0.55) {
            nsl_point point = {
                .features = 200.0,
                .samples = 150.0,
                .noise = 0.2,
                .training = {.kind = NSL_DESCENT, .steps = INFINITY, .rate = rate}};
            nsl_query query = {.unknown = NSL_UNKNOWN_TIME, .target = target};
            nsl_solution s = solve(m.model, &point, &query);
            cr_assert(s.kind == NSL_SOLVED && s.value == floor(s.value), "%g", s.value);
            const double at[] = {s.value - 1.0, s.value, s.high, s.high + 1.0};
            for (int i = 0; i < 4; i++) {
                point.training.steps = at[i];
                bool reached = predict(m.model, point).test_loss <= target;
                cr_expect(isinf(at[i]) || reached == (i == 1 || i == 2),
                          "rate %g, target %g: %g steps", rate, target, at[i]);
            }
        }
    testing_free(&m);
}

/* What any loss above the untrained one asks, and a time that is 0. */
Test(solve_time, untrained_is_enough)
{
    testing_model m = kernel_powerlaw(1.0, NSL_LATENTS_INFINITE, 0.0);
    nsl_point point = {.features = 50.0, .samples = 50.5, .noise = 1.0};
    double start = loss_at_time(m.model, point, 0.0);
    nsl_query query = {.unknown = NSL_UNKNOWN_TIME, .target = 2.0 * start};
    nsl_solution s = solve(m.model, &point, &query);
    cr_expect(s.kind == NSL_SOLVED && s.value == 0.0 && isfinite(s.high), "%g to %g",
              s.value, s.high); /* the peak at N = P is above */
    point.noise = 0.0;
    point.samples = 100.0;
    s = solve(m.model, &point, &query);
    cr_expect(s.kind == NSL_ALWAYS && s.value == 0.0 && isinf(s.high));
    testing_free(&m);
}

/* Sizes equal to the rank, where the loss falls like a power of the time until double
 * has no digits of it; and a target so near the plateau that the later time has none.
 */
Test(frontier_time, times_at_the_edges, .timeout = 60)
{
    static const struct {
        uint64_t latents;
        double features, samples, target;
    } ties[] = {
        {2, 2, 100, 0.2}, {2, 2, 100, 1e-11}, {10, 10, 11, 0.05}, {10, 10, 10, 0.05}};
    nsl_query query = {.unknown = NSL_UNKNOWN_TIME};
    nsl_solution s;
    for (size_t i = 0; i < sizeof ties / sizeof *ties; i++) {
        testing_model m = kernel_powerlaw(1, ties[i].latents, 0.0);
        nsl_point point = {.features = ties[i].features, .samples = ties[i].samples};
        query.target = ties[i].target;
        s = solve(m.model, &point, &query);
        cr_expect(s.kind == NSL_SOLVED && isinf(s.high) && !s.hole, "tie %zu", i);
        cr_expect(testing_distance(loss_at_time(m.model, point, s.value),
                                   query.target) < 10.0 * s.error + SAME,
                  "tie %zu: %g", i, s.value);
        testing_free(&m);
    }
    testing_model m = kernel_powerlaw(0.5, NSL_LATENTS_INFINITE, 0.0);
    nsl_point point = {.features = 500, .samples = 400, .noise = 0.1};
    double plateau = loss_at_time(m.model, point, INFINITY);
    query.target = plateau * (1.0 - 2e-12);
    s = solve(m.model, &point, &query);
    cr_expect(s.kind == NSL_SOLVED && s.error < 1e-9 && s.high_error > 1e-3, "%g, %g",
              s.error, s.high_error);
    cr_expect(testing_distance(loss_at_time(m.model, point, s.value), query.target) <
              SAME);
    testing_free(&m);
}

/* Sizes and noise at a given time. */
Test(solve_time, others_at_a_given_time, .timeout = 120)
{
    testing_model m = kernel_powerlaw(0.8, NSL_LATENTS_INFINITE, 0.0);
    static const nsl_training trainings[] = {
        {.kind = NSL_FLOW, .time = 100.0},
        {.kind = NSL_DESCENT, .steps = 40.0, .rate = 0.5},
    };
    for (size_t i = 0; i < sizeof trainings / sizeof *trainings; i++)
        for (int u = 0; u < 3; u++) {
            static const nsl_unknown unknowns[] = {
                NSL_UNKNOWN_FEATURES, NSL_UNKNOWN_SAMPLES, NSL_UNKNOWN_NOISE};
            nsl_point point = {.features = 60.0,
                               .samples = 90.0,
                               .noise = 0.1,
                               .training = trainings[i]};
            double *at[] = {&point.features, &point.samples, &point.noise};
            nsl_query query = {.unknown = unknowns[u],
                               .target = predict(m.model, point).test_loss};
            double expected = *at[u];
            nsl_solution s = solve(m.model, &point, &query);
            cr_assert(s.kind == NSL_SOLVED);
            *at[u] = s.value;
            cr_expect(testing_distance(predict(m.model, point).test_loss,
                                       query.target) < SAME);
            cr_expect(u == 2 ? testing_distance(s.value, expected) <= 10.0 * s.error
                             : s.value >= expected * (1.0 - 10.0 * s.error),
                      "%g, not %g", s.value, expected);
        }
    nsl_error err = {0};
    nsl_solution s;
    nsl_point point = {.features = 60.0, .samples = 90.0, .training = trainings[0]};
    nsl_query query = {.unknown = NSL_UNKNOWN_RIDGE, .target = 0.1};
    cr_expect(nsl_solve(&s, m.model, &point, &query, &err) == NSL_EINVAL);
    cr_expect_str_eq(err.field, "ridge");
    query =
        (nsl_query){.unknown = NSL_UNKNOWN_FEATURES, .target = 0.1, .optimal = true};
    cr_expect(nsl_solve(&s, m.model, &point, &query, &err) == NSL_EINVAL);
    cr_expect_str_eq(err.field, "ridge");
    testing_free(&m);
}
