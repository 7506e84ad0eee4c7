/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plateaus, inverse queries, the frontier and ranges of laws: against stored values of
 * another program, closed forms, brute force, and round trips. */
#include "reference.h"

#include <nslaw/queries_mp.h>

#include <criterion/criterion.h>
#include <float.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <string.h>

static const nsl_units PLAIN = {false, false};

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

/* --- plateaus ----------------------------------------------------------------------
 */

/* The coefficients were extrapolated by another program. */
Test(queries, stored_plateaus, .timeout = 120)
{
    reference r;
    int rows = 0;
    mpfr_t coefficient;
    mpfr_init2(coefficient, 53);
    reference_open(&r, "data/reference/plateau.csv");
    for (; reference_next(&r); rows++) {
        const char *policy = reference_text(&r, "policy");
        bool optimal = strcmp(policy, "optimal") == 0;
        bool features = strcmp(reference_text(&r, "resource"), "features") == 0;
        testing_model m = reference_model(&r);
        nsl_model_mp *exact = reference_exact(&r, m.model);
        nsl_model_mp *kernel = exact;
        testing_model best = m;
        const char *ridge =
            *reference_text(&r, "kernel_ridge") ? "kernel_ridge" : "ridge";
        if (optimal) {
            best = reference_kernel_model(&r);
            kernel = reference_exact(&r, best.model);
        }
        nsl_point point = {.features = reference_number_or(&r, "features", 1.0),
                           .samples = reference_number_or(&r, "samples", 1.0),
                           .ridge = reference_number_or(&r, ridge, 0.0),
                           .noise = reference_number(&r, "noise")};
        nsl_point_decimals at = {features ? NULL : reference_text(&r, "features"),
                                 features ? reference_text(&r, "samples") : NULL,
                                 *reference_text(&r, ridge) ? reference_text(&r, ridge)
                                                            : NULL,
                                 reference_text(&r, "noise")};
        nsl_error err = {0};
        nsl_status status =
            nsl_approach_mp(coefficient, kernel,
                            features ? NSL_RESOURCE_FEATURES : NSL_RESOURCE_SAMPLES,
                            &point, &at, optimal, PLAIN, 25, &err);
        cr_expect(status == NSL_OK, "%s: %s", reference_text(&r, "name"), err.message);
        reference_check_digits(&r, "coefficient", coefficient, 1e-25);
        nsl_model_mp_free(exact);
        if (optimal) {
            nsl_model_mp_free(kernel);
            testing_free(&best);
        }
        testing_free(&m);
    }
    reference_close(&r);
    mpfr_clear(coefficient);
    mpfr_free_cache();
    cr_assert(rows >= 20, "only %d rows", rows);
}

/* L ≃ L(∞) + (C/2) n (E(∞) + σ_ε²)/P, n = min(N_k, rank): E of [E2] at P → ∞ to first
 * order, where no ridge matters. */
Test(queries, approach_of_samples_in_closed_form, .timeout = 60)
{
    nsl_model_options o = nsl_model_defaults();
    const double hidden[] = {70.0};
    mpfr_t coefficient;
    mpfr_init2(coefficient, 53);
    for (int layers = 0; layers < 2; layers++)
        for (double features = 40.0; features < 200.0; features += 75.0) {
            o.hidden = hidden;
            o.hidden_count = (size_t)layers;
            o.convention = NSL_RIDGE_KERNEL;
            testing_model m = testing_powerlaw(0.7, 150, &o);
            nsl_model_mp *exact;
            nsl_error err = {0};
            cr_assert(nsl_model_mp_new(&exact, m.model, NULL, &err) == NSL_OK);
            nsl_point point = {.features = features, .ridge = 1e-3, .noise = 0.3};
            cr_assert(nsl_approach_mp(coefficient, exact, NSL_RESOURCE_SAMPLES, &point,
                                      NULL, false, PLAIN, 18, &err) == NSL_OK,
                      "%s", err.message);
            double plateau =
                testing_predict(m.model, features, INFINITY, 1e-3, 0.3).test_loss;
            double n = fmin(fmin(features, 150.0), layers ? hidden[0] : 150.0);
            double closed = n * (plateau + 0.5 * 0.3);
            double got = mpfr_get_d(coefficient, MPFR_RNDN);
            cr_expect(testing_distance(got, closed) < NSL_PROMISE, "N %g: %g, not %g",
                      features, got, closed);
            nsl_model_mp_free(exact);
            testing_free(&m);
        }
    mpfr_clear(coefficient);
    mpfr_free_cache();
}

/* At N → ∞, ridgeless, one layer: L ≃ L(∞) + (C/2)(P t_d + σ_ε² r + E r)/N. */
Test(queries, approach_of_features_in_closed_form, .timeout = 60)
{
    testing_model m = kernel_powerlaw(0.4, NSL_LATENTS_INFINITE, 1.1);
    nsl_model_mp *exact;
    nsl_error err = {0};
    nsl_moments at;
    mpfr_t coefficient;
    mpfr_init2(coefficient, 53);
    cr_assert(nsl_model_mp_new(&exact, m.model, NULL, &err) == NSL_OK);
    nsl_point point = {.samples = 200, .noise = 0.05};
    cr_assert(nsl_approach_mp(coefficient, exact, NSL_RESOURCE_FEATURES, &point, NULL,
                              false, PLAIN, 18, &err) == NSL_OK);
    nsl_prediction p = testing_predict(m.model, INFINITY, 200, 0.0, 0.05);
    nsl_moments_at(&at, m.model, p.delta, &err);
    double E = 2.0 * p.test_loss;
    double closed = 0.5 * (200.0 * at.td + 0.05 * at.r + E * at.r);
    double got = mpfr_get_d(coefficient, MPFR_RNDN);
    cr_expect(testing_distance(got, closed) < NSL_PROMISE, "%.17g, not %.17g", got,
              closed);
    mpfr_clear(coefficient);
    nsl_model_mp_free(exact);
    mpfr_free_cache();
    testing_free(&m);
}

/* A loss that falls to 0 as a power of P has no coefficient of 1/P. */
Test(queries, no_approach_to_zero)
{
    testing_model m = kernel_powerlaw(0.5, NSL_LATENTS_INFINITE, 0.0);
    nsl_model_mp *exact;
    nsl_error err = {0};
    mpfr_t coefficient;
    mpfr_init2(coefficient, 53);
    nsl_model_mp_new(&exact, m.model, NULL, &err);
    nsl_point point = {.features = INFINITY};
    cr_assert(nsl_approach_mp(coefficient, exact, NSL_RESOURCE_SAMPLES, &point, NULL,
                              false, PLAIN, 18, &err) == NSL_OK);
    cr_expect(mpfr_nan_p(coefficient));
    mpfr_clear(coefficient);
    nsl_model_mp_free(exact);
    mpfr_free_cache();
    testing_free(&m);
}

/* --- inverse queries ---------------------------------------------------------------
 */

static double loss_of(const nsl_model *model, nsl_point point, bool optimal)
{
    nsl_prediction p;
    nsl_optimum best;
    nsl_error err = {0};
    nsl_status status = optimal ? nsl_predict_optimal(&p, &best, model, &point, &err)
                                : nsl_predict(&p, model, &point, &err);
    cr_assert(status == NSL_OK, "%s (N = %g, P = %g)", err.message, point.features,
              point.samples);
    return isnan(p.test_loss) ? (double)INFINITY : p.test_loss;
}

/* The solution has the target loss; from there on the loss stays below it, and a little
 * before it does not. */
static void check_size(const nsl_model *model, nsl_point point, nsl_query query)
{
    nsl_solution s;
    nsl_error err = {0};
    cr_assert(nsl_solve(&s, model, &point, &query, &err) == NSL_OK, "%s", err.message);
    bool features = query.unknown == NSL_UNKNOWN_FEATURES;
    double *at = features ? &point.features : &point.samples;
    if (s.kind == NSL_NEVER) {
        *at = 1e12;
        cr_expect(loss_of(model, point, query.optimal) > query.target);
        return;
    }
    cr_assert(s.kind == NSL_SOLVED);
    *at = s.value;
    double loss = loss_of(model, point, query.optimal);
    /* the root is good to its error, the loss to that times the elasticity */
    cr_expect(testing_distance(loss, query.target) < 1e-11, "%.17g, not %.17g", loss,
              query.target);
    *at = s.value * (1.0 - 1e-6);
    cr_expect(loss_of(model, point, query.optimal) > query.target);
    for (double f = 1.0 + 1e-6; f < 1e4; f = 1.0 + (f - 1.0) * 1.1) {
        *at = s.value * f;
        cr_expect(loss_of(model, point, query.optimal) <=
                      query.target * (1.0 + NSL_PROMISE),
                  "size %g", *at);
    }
}

Test(queries, sizes_round_trip, .timeout = 240)
{
    enum { MODELS = 60 };
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 51);
    for (int i = 0; i < MODELS; i++) {
        bool steep = gsl_rng_uniform(rng) < 0.2;
        testing_model m =
            kernel_powerlaw(steep ? between(rng, 4, 30) : between(rng, 0.2, 2),
                            gsl_rng_uniform(rng) < 0.5 ? NSL_LATENTS_INFINITE : 3000,
                            gsl_rng_uniform(rng) < 0.4 ? between(rng, 0.2, 4) : 0.0);
        nsl_point point = {
            .features = floor(between(rng, 5, 500)),
            .samples = floor(between(rng, 5, 500)),
            .ridge = gsl_rng_uniform(rng) < 0.5 ? 0.0 : pow(10.0, between(rng, -8, -1)),
            .noise = gsl_rng_uniform(rng) < 0.5 ? 0.0 : pow(10.0, between(rng, -5, 0))};
        bool features = gsl_rng_uniform(rng) < 0.5;
        nsl_point end = point;
        *(features ? &end.features : &end.samples) = 1e9;
        nsl_query query = {.unknown =
                               features ? NSL_UNKNOWN_FEATURES : NSL_UNKNOWN_SAMPLES,
                           .optimal = gsl_rng_uniform(rng) < 0.3};
        double factor = gsl_rng_uniform(rng) < 0.1 ? 0.9 : between(rng, 1.05, 3);
        query.target = factor * loss_of(m.model, end, query.optimal);
        if (query.target > 0.0 && query.target < 0.4)
            check_size(m.model, point, query);
        testing_free(&m);
    }
    gsl_rng_free(rng);
}

/* Ridgeless, N = 1000: the loss reaches 0.01 before N = P, rises to a peak there, and
 * only then stays below. */
Test(queries, solution_lies_behind_the_peak)
{
    testing_model m = testing_powerlaw(1.0, NSL_LATENTS_INFINITE, NULL);
    nsl_point point = {.features = 1000};
    nsl_query query = {.unknown = NSL_UNKNOWN_SAMPLES, .target = 0.01};
    nsl_solution s;
    nsl_error err = {0};
    cr_assert(testing_predict(m.model, 1000, 300, 0.0, 0.0).test_loss < 0.01);
    cr_assert(nsl_solve(&s, m.model, &point, &query, &err) == NSL_OK);
    cr_expect(s.kind == NSL_SOLVED && s.value > 1000.0, "P = %g", s.value);
    query.target = 0.0007; /* the plateau is t₁/2 at z = 1000, 0.00075 */
    cr_assert(nsl_solve(&s, m.model, &point, &query, &err) == NSL_OK);
    cr_expect(s.kind == NSL_NEVER && isnan(s.value));
    cr_expect(testing_distance(
                  s.limit,
                  testing_predict(m.model, 1000, INFINITY, 0.0, 0.0).test_loss) == 0.0);
    query.target = 0.6; /* the labels' variance is 1 */
    cr_assert(nsl_solve(&s, m.model, &point, &query, &err) == NSL_OK);
    cr_expect(s.kind == NSL_SOLVED && s.value > 1000.0, "a peak is above any target");
    point.features = 0.1; /* also below 1 */
    query.target = 0.55;
    cr_assert(nsl_solve(&s, m.model, &point, &query, &err) == NSL_OK);
    cr_expect(s.kind == NSL_SOLVED && s.value > 0.1, "P = %g", s.value);
    testing_free(&m);
}

Test(queries, ridges_and_noise_round_trip, .timeout = 120)
{
    enum { MODELS = 60 };
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 52);
    for (int i = 0; i < MODELS; i++) {
        testing_model m =
            kernel_powerlaw(between(rng, 0.2, 2), NSL_LATENTS_INFINITE,
                            gsl_rng_uniform(rng) < 0.4 ? between(rng, 0.2, 4) : 0.0);
        nsl_point point = {.features = floor(between(rng, 5, 500)),
                           .samples = floor(between(rng, 5, 500)),
                           .noise = gsl_rng_uniform(rng) < 0.5 ? 0.0 : 0.1};
        nsl_query query = {.unknown = NSL_UNKNOWN_RIDGE};
        nsl_solution s;
        nsl_error err = {0};
        query.target = between(rng, 1.001, 1.5) * loss_of(m.model, point, true);
        cr_assert(nsl_solve(&s, m.model, &point, &query, &err) == NSL_OK, "%s",
                  err.message);
        if (s.kind == NSL_SOLVED) {
            double ends[] = {s.value, s.high}, outside[] = {1.0 - 1e-5, 1.0 + 1e-5};
            for (int k = 0; k < 2; k++) {
                point.ridge = ends[k];
                if (!(ends[k] > 0.0 && isfinite(ends[k])))
                    continue;
                double loss = loss_of(m.model, point, false);
                cr_expect(testing_distance(loss, query.target) < 1e-11, "end %d", k);
                point.ridge *= outside[k];
                cr_expect(loss_of(m.model, point, false) > query.target, "end %d", k);
            }
        }
        query.unknown = NSL_UNKNOWN_NOISE;
        query.optimal = gsl_rng_uniform(rng) < 0.5;
        point.ridge = 1e-3;
        point.noise = 0.0;
        query.target = between(rng, 1.1, 2.0) * loss_of(m.model, point, query.optimal);
        cr_assert(nsl_solve(&s, m.model, &point, &query, &err) == NSL_OK);
        if (s.kind == NSL_SOLVED) {
            point.noise = s.value;
            double loss = loss_of(m.model, point, query.optimal);
            cr_expect(testing_distance(loss, query.target) < 1e-11, "noise %g",
                      s.value);
        }
        testing_free(&m);
    }
    gsl_rng_free(rng);
}

enum { MANY_DIGITS = 40 };

/* The unknown's places in a point. */
static void put_unknown(nsl_point *point, nsl_point_decimals *at, nsl_unknown unknown,
                        const mpfr_t value, const char *text)
{
    double near = mpfr_get_d(value, MPFR_RNDN);
    *(unknown == NSL_UNKNOWN_FEATURES  ? &point->features
      : unknown == NSL_UNKNOWN_SAMPLES ? &point->samples
      : unknown == NSL_UNKNOWN_RIDGE   ? &point->ridge
      : unknown == NSL_UNKNOWN_NOISE   ? &point->noise
                                       : &point->training.time) = near;
    *(unknown == NSL_UNKNOWN_FEATURES  ? &at->features
      : unknown == NSL_UNKNOWN_SAMPLES ? &at->samples
      : unknown == NSL_UNKNOWN_RIDGE   ? &at->ridge
      : unknown == NSL_UNKNOWN_NOISE   ? &at->noise
                                       : &at->time) = text;
}

/* Predicting at the solution gives the target back. */
static void expect_target(const mpfr_t value, const nsl_model_mp *exact,
                          nsl_point point, const nsl_query *query)
{
    nsl_prediction_mp p;
    nsl_error err = {0};
    nsl_point_decimals at = {NULL, NULL, NULL, NULL};
    mpfr_t off, ridge;
    char text[80];
    mpfr_inits2(200, off, ridge, (mpfr_ptr)NULL);
    nsl_prediction_mp_init(&p);
    mpfr_snprintf(text, sizeof text, "%.*Re", MANY_DIGITS + 5, value);
    put_unknown(&point, &at, query->unknown, value, text);
    nsl_status status =
        query->optimal
            ? nsl_predict_optimal_mp(&p, ridge, NULL, exact, &point, &at, PLAIN,
                                     MANY_DIGITS + 5, &err)
            : nsl_predict_mp(&p, exact, &point, &at, PLAIN, MANY_DIGITS + 5, &err);
    cr_assert(status == NSL_OK, "%s", err.message);
    mpfr_sub_d(off, p.test_loss, query->target, MPFR_RNDN);
    cr_expect(fabs(mpfr_get_d(off, MPFR_RNDN)) < 1e-41 * query->target,
              "unknown %d at %s is off by %g", (int)query->unknown, text,
              mpfr_get_d(off, MPFR_RNDN));
    nsl_prediction_mp_clear(&p);
    mpfr_clears(off, ridge, (mpfr_ptr)NULL);
}

/* A size, a ridge, a noise or a time to 40 digits; targets of 20 bits are also
 * decimals.
 */
Test(queries, solutions_to_many_digits, .timeout = 60)
{
    static const struct {
        nsl_unknown unknown;
        bool optimal;
        double target;
        int ends; /* of the values that reach it */
    } cases[] = {
        {NSL_UNKNOWN_SAMPLES, false, 0.0625, 1},
        {NSL_UNKNOWN_SAMPLES, true, 0.0625, 1},
        {NSL_UNKNOWN_FEATURES, false, 0.0625, 1},
        {NSL_UNKNOWN_FEATURES, true, 0.0625, 1},
        {NSL_UNKNOWN_RIDGE, false, 0.0625, 2},
        {NSL_UNKNOWN_NOISE, false, 0.125, 1},
        {NSL_UNKNOWN_NOISE, true, 0.0625, 1},
        {NSL_UNKNOWN_TIME, false, 0.0625, 2},
    };
    testing_model m = kernel_powerlaw(0.6, NSL_LATENTS_INFINITE, 0.0);
    nsl_model_mp *exact;
    nsl_error err = {0};
    mpfr_t value[2];
    nsl_model_mp_new(&exact, m.model, NULL, &err);
    mpfr_inits2(200, value[0], value[1], (mpfr_ptr)NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        nsl_point point = {
            .features = 300, .samples = 400, .ridge = 1e-4, .noise = 0.01};
        nsl_query query = {.unknown = cases[i].unknown,
                           .target = cases[i].target,
                           .optimal = cases[i].optimal};
        nsl_solution rough;
        char target[64];
        if (query.unknown == NSL_UNKNOWN_TIME)
            point.training.kind = NSL_FLOW;
        cr_assert(nsl_solve(&rough, m.model, &point, &query, &err) == NSL_OK, "%s",
                  err.message);
        cr_assert(rough.kind == NSL_SOLVED, "case %zu: %d, limit %g", i, rough.kind,
                  rough.limit);
        snprintf(target, sizeof target, "%.25g", query.target);
        nsl_status status = nsl_solve_mp(value[0], value[1], &rough, exact, &point,
                                         NULL, &query, target, MANY_DIGITS, &err);
        cr_assert(status == NSL_OK, "case %zu: %s", i, err.message);
        for (int k = 0; k < cases[i].ends; k++)
            expect_target(value[k], exact, point, &query);
    }
    mpfr_clears(value[0], value[1], (mpfr_ptr)NULL);
    nsl_model_mp_free(exact);
    mpfr_free_cache();
    testing_free(&m);
}

/* --- the frontier ------------------------------------------------------------------
 */

/* No split on a fine grid is better; a free one is as good as it is flat. */
Test(queries, frontier_against_brute_force, .timeout = 240)
{
    enum { MODELS = 40, GRID = 800 };
    static const char *const costs[] = {"N*P", "6*N*P", "N^2*P", "N*P^1.5"};
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 53);
    for (int i = 0; i < MODELS; i++) {
        testing_model m =
            kernel_powerlaw(between(rng, 0.2, 2),
                            gsl_rng_uniform(rng) < 0.7 ? NSL_LATENTS_INFINITE : 800,
                            gsl_rng_uniform(rng) < 0.4 ? between(rng, 0.2, 5) : 0.0);
        nsl_cost *cost;
        nsl_error err = {0};
        cr_assert(nsl_cost_parse(&cost, costs[i % 4], 53, &err) == NSL_OK);
        nsl_frontier_query query = {
            .cost = cost,
            .point = {.ridge = gsl_rng_uniform(rng) < 0.5 ? 0.0 : 1e-3,
                      .noise = gsl_rng_uniform(rng) < 0.5 ? 0.0 : 0.05,
                      .ensemble = gsl_rng_uniform(rng) < 0.3 ? 3.0 : 1.0},
            .optimal = gsl_rng_uniform(rng) < 0.4};
        double budget = pow(10.0, between(rng, 3, 7));
        nsl_frontier f;
        nsl_status status = nsl_frontier_find(&f, m.model, &query, budget, &err);
        cr_assert(status == NSL_OK, "model %d: %s", i, err.message);
        nsl_point point = query.point;
        for (int k = 0; k <= GRID; k++) {
            double x = log(budget) * k / GRID;
            const double logs[NSL_COST_VARIABLES] = {x};
            double y = nsl_cost_log_most(cost, NSL_COST_SAMPLES,
                                         log(budget / query.point.ensemble), logs);
            if (y < 0.0)
                break;
            point.features = exp(x);
            point.samples = exp(y);
            cr_expect(loss_of(m.model, point, query.optimal) >=
                          f.best.test_loss * (1.0 - NSL_PROMISE),
                      "model %d: N %g better than %g", i, point.features, f.features);
        }
        nsl_cost_free(cost);
        testing_free(&m);
    }
    mpfr_free_cache();
    gsl_rng_free(rng);
}

/* Noise-free, MRS target, one layer, best ridge: N* = P* = √B at every budget. */
Test(queries, frontier_is_the_diagonal, .timeout = 60)
{
    nsl_cost *cost;
    nsl_error err = {0};
    nsl_cost_parse(&cost, "N*P", 53, &err);
    for (double alpha = 0.3; alpha < 2.0; alpha += 0.7)
        for (double budget = 100.0; budget < 1e9; budget *= 37.0) {
            testing_model m = kernel_powerlaw(alpha, NSL_LATENTS_INFINITE, 0.0);
            nsl_frontier_query query = {.cost = cost, .optimal = true};
            nsl_frontier f;
            cr_assert(nsl_frontier_find(&f, m.model, &query, budget, &err) == NSL_OK);
            double root = sqrt(budget);
            cr_expect(testing_distance(f.features, root) <= f.size_error,
                      "N %.17g, not %.17g", f.features, root);
            cr_expect(testing_distance(f.samples, root) <= f.size_error);
            cr_expect(fabs(f.exponent_features - 0.5) <= f.exponent_error,
                      "exponent off by %g, bound %g", f.exponent_features - 0.5,
                      f.exponent_error);
            testing_free(&m);
        }
    nsl_cost_free(cost);
    mpfr_free_cache();
}

/* Exponents of the frontier are those of differences between budgets, and of the loss.
 */
Test(queries, frontier_exponents, .timeout = 60)
{
    testing_model m = kernel_powerlaw(0.5, NSL_LATENTS_INFINITE, 2.2);
    nsl_cost *cost;
    nsl_error err = {0};
    nsl_frontier f, up, down;
    const double step = 1e-3;
    nsl_cost_parse(&cost, "N*P", 53, &err);
    nsl_frontier_query query = {
        .cost = cost, .point = {.noise = 0.01}, .optimal = true};
    nsl_frontier_find(&f, m.model, &query, 1e6, &err);
    nsl_frontier_find(&up, m.model, &query, 1e6 * exp(step), &err);
    nsl_frontier_find(&down, m.model, &query, 1e6 * exp(-step), &err);
    /* the differences are good to step², about 1e-6 */
    cr_expect(fabs(log(up.features / down.features) / (2 * step) -
                   f.exponent_features) < 1e-5);
    cr_expect(fabs(log(up.samples / down.samples) / (2 * step) - f.exponent_samples) <
              1e-5);
    cr_expect(fabs(-log(up.best.test_loss / down.best.test_loss) / (2 * step) -
                   f.exponent_loss) < 1e-5);
    cr_expect(fabs(f.exponent_features + f.exponent_samples - 1.0) <=
              2.0 * f.exponent_error);
    nsl_cost_free(cost);
    mpfr_free_cache();
    testing_free(&m);
}

/* Whole numbers within the budget, none of their neighbours better. */
Test(queries, whole_frontier, .timeout = 60)
{
    testing_model m = kernel_powerlaw(0.8, NSL_LATENTS_INFINITE, 0.0);
    nsl_cost *cost;
    nsl_error err = {0};
    nsl_cost_parse(&cost, "6*N*P", 53, &err);
    for (double budget = 50.0; budget < 1e6; budget *= 7.3) {
        nsl_frontier_query query = {
            .cost = cost, .point = {.noise = 0.01}, .optimal = true};
        nsl_frontier f;
        cr_assert(nsl_frontier_find(&f, m.model, &query, budget, &err) == NSL_OK);
        double best = f.best.test_loss;
        cr_assert(nsl_frontier_integer(&f, m.model, &query, budget, &err) == NSL_OK);
        cr_expect(f.features == floor(f.features) && f.samples == floor(f.samples));
        cr_expect(6.0 * f.features * f.samples <= budget, "%g features %g samples",
                  f.features, f.samples);
        cr_expect(f.best.test_loss >= best * (1.0 - NSL_PROMISE));
        for (double n = fmax(1.0, f.features - 1.0); n <= f.features + 1.0; n += 1.0) {
            nsl_point point = {
                .features = n, .samples = floor(budget / (6.0 * n)), .noise = 0.01};
            if (point.samples >= 1.0)
                cr_expect(loss_of(m.model, point, true) >=
                          f.best.test_loss * (1.0 - NSL_PROMISE));
        }
    }
    nsl_cost_free(cost);
    mpfr_free_cache();
    testing_free(&m);
}

Test(queries, frontier_to_many_digits, .timeout = 60)
{
    enum { DIGITS = 25 };
    testing_model m = kernel_powerlaw(0.5, NSL_LATENTS_INFINITE, 0.0);
    nsl_model_mp *exact;
    nsl_cost *cost;
    nsl_error err = {0};
    nsl_frontier f;
    nsl_frontier_mp digits;
    nsl_cost_parse(&cost, "N*P", 53, &err);
    nsl_model_mp_new(&exact, m.model, NULL, &err);
    nsl_frontier_mp_init(&digits);
    nsl_frontier_query query = {
        .cost = cost, .point = {.noise = 0.01}, .optimal = true};
    cr_assert(nsl_frontier_find(&f, m.model, &query, 1e5, &err) == NSL_OK);
    nsl_frontier_query_mp exactly = {.cost = "N*P",
                                     .budget = "1e5",
                                     .point = query.point,
                                     .optimal = true,
                                     .units = PLAIN};
    nsl_status status =
        nsl_frontier_find_mp(&digits, &f, exact, &exactly, DIGITS, &err);
    cr_assert(status == NSL_OK, "%s", err.message);
    cr_expect(testing_distance(mpfr_get_d(digits.features, MPFR_RNDN), f.features) <=
              f.size_error);
    cr_expect(testing_distance(mpfr_get_d(digits.ridge, MPFR_RNDN), f.ridge.ridge) <=
              f.size_error + f.ridge.error);
    cr_expect(fabs(mpfr_get_d(digits.exponent_features, MPFR_RNDN) -
                   f.exponent_features) <= f.exponent_error);
    mpfr_t sum; /* N* P* = B: the exponents add up to 1 */
    mpfr_init2(sum, 200);
    mpfr_add(sum, digits.exponent_features, digits.exponent_samples, MPFR_RNDN);
    mpfr_sub_ui(sum, sum, 1, MPFR_RNDN);
    cr_expect(fabs(mpfr_get_d(sum, MPFR_RNDN)) < 1e-25);
    mpfr_clear(sum);
    nsl_frontier_mp_clear(&digits);
    nsl_model_mp_free(exact);
    nsl_cost_free(cost);
    mpfr_free_cache();
    testing_free(&m);
}

Test(queries, budgets_that_buy_nothing)
{
    testing_model m = kernel_powerlaw(0.5, NSL_LATENTS_INFINITE, 0.0);
    nsl_cost *cost;
    nsl_error err = {0};
    nsl_frontier f;
    nsl_cost_parse(&cost, "6*N*P", 53, &err);
    nsl_frontier_query query = {.cost = cost, .optimal = true};
    cr_expect(nsl_frontier_find(&f, m.model, &query, 5.9, &err) == NSL_EINVAL);
    cr_expect_str_eq(err.field, "budget");
    cr_expect(nsl_frontier_find(&f, m.model, &query, INFINITY, &err) == NSL_EINVAL);
    query.point.ensemble = INFINITY;
    cr_expect(nsl_frontier_find(&f, m.model, &query, 1e6, &err) == NSL_EINVAL);
    cr_expect_str_eq(err.field, "ensemble");
    nsl_cost_free(cost);
    nsl_cost_parse(&cost, "min(N,P)", 53, &err);
    query.cost = cost;
    query.point.ensemble = 1.0;
    cr_expect(nsl_frontier_find(&f, m.model, &query, 1e6, &err) == NSL_EINVAL);
    cr_expect_str_eq(err.field, "cost");
    nsl_cost_free(cost);
    mpfr_free_cache();
    testing_free(&m);
}

/* --- ranges of laws ----------------------------------------------------------------
 */

/* MRS target, P = ∞, α = 1: Δ ∝ (N + ½)^−p to the next order, so that the local
 * exponent is p N/(N + ½) − 1 = 1 − 1/N and within 5% from N = 20 on, without end. */
Test(queries, range_of_the_power_law)
{
    testing_model m = kernel_powerlaw(1.0, NSL_LATENTS_INFINITE, 0.0);
    nsl_range range;
    nsl_error err = {0};
    nsl_point point = {.samples = INFINITY};
    cr_assert(nsl_range_find(&range, m.model, NSL_RESOURCE_FEATURES, 1.0, NAN, &point,
                             false, NULL, &err) == NSL_OK);
    cr_expect(fabs(range.from - 20.0) < 0.5, "from %g", range.from);
    cr_expect(isinf(range.to));
    nsl_exponent local, fitted;
    point.samples = 1e9;
    cr_assert(nsl_local_exponent(&local, m.model, NSL_RESOURCE_FEATURES, 1e4, &point,
                                 false, &err) == NSL_OK);
    cr_expect(local.value ==
                  testing_predict(m.model, 1e4, 1e9, 0, 0).elasticity_features ||
              fabs(local.value - 1.0) < 2e-4);
    cr_expect(local.error <= NSL_PROMISE);
    cr_assert(nsl_fitted_exponent(&fitted, m.model, NSL_RESOURCE_FEATURES, 1e4, &point,
                                  false, &err) == NSL_OK);
    cr_expect(fabs(fitted.value - local.value) < 1e-3, "%g and %g", fitted.value,
              local.value);
    cr_expect(fitted.error > 0.0 && fitted.error < 1e-11);
    testing_free(&m);
}

/* A finite P ends the law: 1/(1 − N/P) bends it by 5% at about N = P/20. */
Test(queries, range_ends_with_the_other_size)
{
    testing_model m = kernel_powerlaw(1.0, NSL_LATENTS_INFINITE, 0.0);
    nsl_range range;
    nsl_error err = {0};
    nsl_point point = {.samples = 1e6};
    cr_assert(nsl_range_find(&range, m.model, NSL_RESOURCE_FEATURES, 1.0, NAN, &point,
                             false, NULL, &err) == NSL_OK);
    cr_expect(fabs(range.to / (1e6 / 21.0) - 1.0) < 0.01, "to %g", range.to);
    testing_free(&m);
}

/* --- stored answers of another program ---------------------------------------------
 */

static bool is_text(const reference *r, const char *name, const char *text)
{
    return strcmp(reference_text(r, name), text) == 0;
}

static nsl_point stored_point(const reference *r)
{
    bool kernel = is_text(r, "convention", "kernel_ridge");
    return (nsl_point){
        .features = reference_number_or(r, "features", 1.0),
        .samples = reference_number_or(r, "samples", 1.0),
        .ridge = reference_number_or(r, kernel ? "kernel_ridge" : "ridge", 0.0),
        .noise = reference_number_or(r, "noise", 0.0)};
}

Test(queries, stored_frontiers, .timeout = 120)
{
    reference r;
    int rows = 0;
    reference_open(&r, "data/reference/frontier.csv");
    for (; reference_next(&r); rows++) {
        const char *name = reference_text(&r, "name");
        testing_model m = reference_model(&r);
        nsl_cost *cost;
        nsl_error err = {0};
        char text[128];
        snprintf(text, sizeof text, "%s*N^%s*P^%s", reference_text(&r, "cost_factor"),
                 reference_text(&r, "cost_features"),
                 reference_text(&r, "cost_samples"));
        cr_assert(nsl_cost_parse(&cost, text, 53, &err) == NSL_OK, "%s", err.message);
        nsl_frontier_query query = {.cost = cost,
                                    .point = stored_point(&r),
                                    .optimal = is_text(&r, "policy", "optimal")};
        nsl_frontier f;
        nsl_status status = nsl_frontier_find(&f, m.model, &query,
                                              reference_number(&r, "budget"), &err);
        cr_expect(status == NSL_OK, "%s: %s", name, err.message);
        bool kink = is_text(&r, "kind", "kink");
        cr_expect(kink == (f.kind == NSL_FRONTIER_FEATURES_KINK), "%s: kind %d", name,
                  f.kind);
        double features = reference_number(&r, "features");
        double samples = reference_number(&r, "samples");
        bool exchanged = query.point.noise == 0.0 && query.point.ridge == 0.0 &&
                         is_text(&r, "source", "") &&
                         testing_distance(f.features, samples) < 1e-9;
        cr_expect(exchanged || testing_distance(f.features, features) <=
                                   f.size_error + DBL_EPSILON,
                  "%s: N %.17g, not %.17g (%.1e)", name, f.features, features,
                  f.size_error);
        cr_expect(exchanged || testing_distance(f.samples, samples) <=
                                   f.size_error + 4 * DBL_EPSILON,
                  "%s: P %.17g, not %.17g", name, f.samples, samples);
        cr_expect(testing_distance(f.best.test_loss,
                                   reference_number(&r, "test_loss")) < NSL_PROMISE,
                  "%s", name);
        double exponent =
            reference_number(&r, exchanged ? "exponent_samples" : "exponent_features");
        cr_expect(fabs(f.exponent_features - exponent) <= f.exponent_error + 1e-15,
                  "%s: exponent %.17g, not %.17g (%.1e)", name, f.exponent_features,
                  exponent, f.exponent_error);
        cr_expect(fabs(f.exponent_loss - reference_number(&r, "exponent_loss")) <
                      NSL_PROMISE + f.size_error,
                  "%s: %.17g", name, f.exponent_loss);
        if (query.optimal && reference_number(&r, "optimal_ridge") > 0.0)
            cr_expect(testing_distance(f.ridge.ridge,
                                       reference_number(&r, "optimal_ridge")) <=
                          2.0 * f.size_error + f.ridge.error,
                      "%s: ridge %.17g", name, f.ridge.ridge);
        nsl_cost_free(cost);
        testing_free(&m);
    }
    reference_close(&r);
    mpfr_free_cache();
    cr_assert(rows >= 15, "only %d rows", rows);
}

static nsl_unknown stored_unknown(const reference *r)
{
    return is_text(r, "find", "features")  ? NSL_UNKNOWN_FEATURES
           : is_text(r, "find", "samples") ? NSL_UNKNOWN_SAMPLES
           : is_text(r, "find", "ridge")   ? NSL_UNKNOWN_RIDGE
                                           : NSL_UNKNOWN_NOISE;
}

static void check_stored_end(const reference *r, const char *column, double got,
                             double error)
{
    const char *cell = reference_text(r, column);
    double expected = reference_number(r, column);
    if (!*cell || strcmp(cell, "none") == 0)
        cr_expect(isnan(got), "%s: %s is %g", reference_text(r, "name"), column, got);
    else
        cr_expect(testing_distance(got, expected) <= error + 1e-15 || got == expected,
                  "%s: %s is %.17g, not %.17g (%.1e)", reference_text(r, "name"),
                  column, got, expected, error);
}

Test(queries, stored_solutions, .timeout = 60)
{
    reference r;
    int rows = 0;
    reference_open(&r, "data/reference/solve.csv");
    for (; reference_next(&r); rows++) {
        testing_model m = reference_model(&r);
        nsl_point point = stored_point(&r);
        nsl_query query = {.unknown = stored_unknown(&r),
                           .target = reference_number(&r, "target"),
                           .optimal = is_text(&r, "policy", "optimal")};
        nsl_solution s;
        nsl_error err = {0};
        nsl_status status = nsl_solve(&s, m.model, &point, &query, &err);
        cr_expect(status == NSL_OK, "%s: %s", reference_text(&r, "name"), err.message);
        cr_expect(s.kind == NSL_NEVER || s.error < 1e-10, "%s: error %g",
                  reference_text(&r, "name"), s.error);
        check_stored_end(&r, "result", s.value, s.error);
        check_stored_end(&r, "result_high", s.high, s.error);
        testing_free(&m);
    }
    reference_close(&r);
    cr_assert(rows >= 20, "only %d rows", rows);
}
