/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The laws with label noise, a ridge or a budget: against searches for the least loss
 * of the exact theory at large sizes. */
#include "subject.h"

#include <criterion/criterion.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdio.h>

static const double INFINITE = (double)INFINITY;

/* --- searches ----------------------------------------------------------------------
 */

typedef double (*loss_at)(const void *context, double x);

/* The least value of a function with one minimum between a and b. */
static double least(loss_at f, const void *context, double a, double b, int steps,
                    double *where)
{
    const double golden = 0.6180339887498949;
    double c = b - golden * (b - a), d = a + golden * (b - a);
    double fc = f(context, c), fd = f(context, d);
    for (int i = 0; i < steps; i++) {
        if (fc < fd) {
            b = d, d = c, fd = fc;
            c = b - golden * (b - a), fc = f(context, c);
        } else {
            a = c, c = d, fc = fd;
            d = a + golden * (b - a), fd = f(context, d);
        }
    }
    *where = fc < fd ? c : d;
    return fmin(fc, fd);
}

/* Intervals of logarithms, at most some hundred wide, down to 1e-7: the loss is flat
 * there to 1e-13. */
enum { STEPS = 45 };

typedef struct {
    const nsl_model *model;
    double features, samples, noise, budget;
    bool ridge;
} search;

static double loss_of_ridge(const void *context, double log_ridge)
{
    const search *s = context;
    return testing_predict(s->model, s->features, s->samples, exp(log_ridge), s->noise)
        .test_loss;
}

/* The least loss, over δ/P from e^−20 Δ(n) to λ₊ = 1 if there is to be a ridge. */
static double best_loss(const search *s)
{
    double noise = s->noise, where;
    nsl_prediction bare =
        testing_predict(s->model, s->features, s->samples, 0.0, noise);
    if (!s->ridge)
        return bare.test_loss;
    double top = log(s->samples), bottom = top + log(bare.delta) - 20.0;
    return least(loss_of_ridge, s, bottom, top, STEPS, &where);
}

static double loss_of_features(const void *context, double log_features)
{
    search s = *(const search *)context;
    s.features = exp(log_features);
    s.samples = s.budget / s.features;
    return best_loss(&s);
}

/* With the best ridge at N = ∞, noise-free: β < α wants a ridge. The next order is
 * P^−1 at the sizes and shapes below. */
Test(laws, data_limited_with_ridge)
{
    const shape wanted[] = {
        {"0.5", "0.25"}, {"1.5", "0.6"}, {"1", "0.5"}, {"1.5", "2"}};
    for (int i = 0; i < 4; i++) {
        subject s = subject_endless(wanted[i]);
        subject_find(&s, NSL_POLICY_OPTIMAL, 0.0, 0.0);
        search at_size = {s.m.model, INFINITE, 1e9, 0.0, 0.0, true};
        double law = subject_law_at(
            subject_law(&s, NSL_RESOURCE_SAMPLES, NSL_REGIME_DATA_LIMITED), 1e9);
        subject_expect(best_loss(&at_size), law, 1e-8, "best loss", wanted[i]);
        subject_free(&s);
    }
}

/* E ≃ a₀X^−e + σ²kX/P: next are −½ beside kX and 1/(1−q/P), both relative. */
static void expect_noise_limited(shape wanted)
{
    const double sizes[] = {1e14, 1e16}, noise = 0.25;
    subject s = subject_endless(wanted);
    subject_find(&s, NSL_POLICY_OPTIMAL, 0.0, noise);
    const nsl_law_mp *law =
        subject_law(&s, NSL_RESOURCE_SAMPLES, NSL_REGIME_NOISE_LIMITED);
    double off[2];
    for (int i = 0; i < 2; i++) {
        search at_size = {s.m.model, INFINITE, sizes[i], noise, 0.0, true};
        off[i] = testing_distance(best_loss(&at_size), subject_law_at(law, sizes[i]));
    }
    double exponent = subject_number(law->exponent),
           next = fmin(exponent, 1.0 - exponent);
    cr_expect(off[1] < 5.0 * pow(sizes[1], -next), "alpha %s: off by %g", wanted.alpha,
              off[1]);
    cr_expect(off[1] < 1.3 * off[0] * pow(100.0, -next), "alpha %s: %g and %g",
              wanted.alpha, off[0], off[1]);
    subject_free(&s);
}

Test(laws, noise_limited)
{
    const shape wanted[] = {{"0.5", NULL}, {"1", NULL},    {"1.7", NULL},
                            {"1", "0.4"},  {"0.5", "2.2"}, {"0.4", "5"}};
    for (int i = 0; i < 6; i++)
        expect_noise_limited(wanted[i]);
}

Test(laws, noise_floor)
{
    subject s = subject_endless((shape){"0.7", NULL});
    subject_find(&s, NSL_POLICY_ZERO, 0.0, 0.25);
    double loss = testing_predict(s.m.model, INFINITE, 1e14, 0.0, 0.25).noise_loss;
    subject_expect(
        loss,
        subject_law_at(subject_law(&s, NSL_RESOURCE_SAMPLES, NSL_REGIME_NOISE_FLOOR),
                       1e14),
        1e-12, "floor", (shape){"0.7", NULL});
    subject_free(&s);
}

/* A fixed δ: Δ = δ/P up to z/P = O(P^{−α/p}). */
Test(laws, fixed_kernel_ridge)
{
    const shape wanted[] = {{"1.7", NULL}, {"1.7", "3.2"}, {"2.5", "9"}, {"1.5", "5"}};
    for (int i = 0; i < 4; i++) {
        subject s = subject_endless(wanted[i]);
        const double samples = 1e20, ridge = 0.01, noise = 0.25;
        double alpha = strtod(wanted[i].alpha, NULL);
        double next = 30.0 * pow(samples, -fmin(alpha, 1.0) / (1.0 + alpha));
        subject_find(&s, NSL_POLICY_FIXED, ridge, noise);
        cr_expect(s.laws.count == 7);
        nsl_prediction p = testing_predict(s.m.model, INFINITE, samples, ridge, noise);
        double clean = subject_law_at(
            subject_law(&s, NSL_RESOURCE_SAMPLES, NSL_REGIME_RIDGE_LIMITED), samples);
        double noisy = subject_law_at(
            subject_law(&s, NSL_RESOURCE_SAMPLES, NSL_REGIME_NOISE_LIMITED), samples);
        subject_expect(p.signal_loss, clean, next, "signal", wanted[i]);
        subject_expect(p.noise_loss, noisy, next, "noise", wanted[i]);
        subject_free(&s);
    }
}

/* --- budgets -----------------------------------------------------------------------
 */

/* The best N between `low` and `high`, logarithms. */
static double best_between(const search *s, double low, double high, double *features)
{
    double where, loss = least(loss_of_features, s, low, high, STEPS, &where);
    *features = exp(where);
    return loss;
}

/* The least loss at a budget. Ridgeless, N = P is a peak between two minima. */
static double best_of_budget(const search *s, double *features)
{
    double range = log(s->budget), other;
    if (s->ridge)
        return best_between(s, 0.1 * range, 0.9 * range, features);
    double less = best_between(s, 0.1 * range, 0.5 * range, features);
    double more = best_between(s, 0.5 * range, 0.9 * range, &other);
    if (more < less)
        *features = other;
    return fmin(less, more);
}

typedef struct {
    shape s;
    nsl_ridge_policy policy;
    double noise;
    double rate; /* the next order is B^−rate, relative */
} budget_case;

/* Below this the search's own error shows. */
static const double SEARCHED = 1e-8;

static void expect_budget(const budget_case *c)
{
    const double budgets[] = {1e20, 1e24};
    double off[2], features = 0.0;
    subject s = subject_endless(c->s);
    subject_find(&s, c->policy, 0.0, c->noise);
    const nsl_law_mp *law =
        subject_law(&s, NSL_RESOURCE_BUDGET, NSL_REGIME_COMPUTE_OPTIMAL);
    for (int i = 0; i < 2; i++) {
        search at_size = {.model = s.m.model,
                          .noise = c->noise,
                          .budget = budgets[i],
                          .ridge = c->policy == NSL_POLICY_OPTIMAL};
        off[i] = testing_distance(best_of_budget(&at_size, &features),
                                  subject_law_at(law, budgets[i]));
    }
    double split = subject_number(law->split_amplitude) *
                   pow(budgets[1], subject_number(law->split_exponent));
    double rate = log(off[0] / off[1]) / log(budgets[1] / budgets[0]);
    cr_expect(
        off[1] < SEARCHED || rate > 0.9 * c->rate,
        "alpha %s beta %s policy %d noise %g: off by %.1e and %.1e, rate %g, not %g",
        c->s.alpha, c->s.beta, (int)c->policy, c->noise, off[0], off[1], rate, c->rate);
    cr_expect(off[1] < 0.01, "alpha %s beta %s policy %d noise %g: off by %g",
              c->s.alpha, c->s.beta, (int)c->policy, c->noise, off[1]);
    cr_expect(isnan(split) || testing_distance(features, split) < 0.02,
              "alpha %s beta %s policy %d noise %g: N %g, expected %g", c->s.alpha,
              c->s.beta, (int)c->policy, c->noise, features, split);
    subject_free(&s);
}

static void expect_budgets(const budget_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++)
        expect_budget(&cases[i]);
}

/* N, P and z grow alike: ½ min(1, |p−β|). At (0.2, 0.9) the best ridge is none. */
Test(laws, budgets_without_noise, .timeout = 120)
{
    const budget_case cases[] = {
        {{"0.3", NULL}, NSL_POLICY_OPTIMAL, 0.0, 0.5},
        {{"1.7", NULL}, NSL_POLICY_OPTIMAL, 0.0, 0.5},
        {{"1.5", "0.5"}, NSL_POLICY_OPTIMAL, 0.0, 0.5},
        {{"0.4", "0.9"}, NSL_POLICY_OPTIMAL, 0.0, 0.25},
        {{"0.2", "0.9"}, NSL_POLICY_OPTIMAL, 0.0, 0.15},
        {{"1.6", "5.5"}, NSL_POLICY_OPTIMAL, 0.0, 0.5},
        {{"1.5", "0.5"}, NSL_POLICY_ZERO, 0.0, 0.5},
        {{"0.4", "0.9"}, NSL_POLICY_ZERO, 0.0, 0.25},
        {{"0.2", "0.9"}, NSL_POLICY_ZERO, 0.0, 0.15},
        {{"1.6", "5.5"}, NSL_POLICY_ZERO, 0.0, 0.5},
    };
    expect_budgets(cases, sizeof cases / sizeof *cases);
}

/* The same with noise: min(1, |p−β|, b)/(2+b), b = min(β, p). */
Test(laws, budgets_with_noise, .timeout = 120)
{
    const budget_case cases[] = {
        {{"0.8", NULL}, NSL_POLICY_OPTIMAL, 0.1, 0.8 / 2.8},
        {{"1.7", NULL}, NSL_POLICY_OPTIMAL, 0.1, 1 / 3.7},
        {{"0.4", "0.9"}, NSL_POLICY_OPTIMAL, 0.1, 0.5 / 2.9},
        {{"1.6", "5.5"}, NSL_POLICY_OPTIMAL, 0.1, 1 / 4.6},
        {{"0.8", NULL}, NSL_POLICY_ZERO, 0.1, 0.8 / 2.8},
        {{"0.4", "0.9"}, NSL_POLICY_ZERO, 0.1, 0.5 / 2.9},
        {{"0.4", "2"}, NSL_POLICY_ZERO, 0.1, 0.6 / 3.4},
        {{"1", "3.5"}, NSL_POLICY_ZERO, 0.1, 1 / 4.0},
    };
    expect_budgets(cases, sizeof cases / sizeof *cases);
}

/* β > p, α < 1. With d = min(1, |2p−β|, β−p), b = min(β, 2p): the next order in P is
 * d/(1+b−α), and P/N is B^−(b−α−1)/(1+b−α). With noise d/(2b+1−α) and
 * z/N = B^−(b−p)/(2b+1−α). α = 1: t₀ beside the cross term, (b−2)/(b+2), with noise
 * half of it. */
Test(laws, budgets_of_the_cross_term, .timeout = 120)
{
    const budget_case cases[] = {
        {{"0.4", "1.9"}, NSL_POLICY_OPTIMAL, 0.0, 0.5 / 2.5},
        {{"0.3", "5"}, NSL_POLICY_OPTIMAL, 0.0, 1 / 3.3},
        {{"0.5", "2.2"}, NSL_POLICY_ZERO, 0.0, 0.7 / 2.7},
        {{"0.3", "2"}, NSL_POLICY_OPTIMAL, 0.1, 0.6 / 4.7},
        {{"0.3", "5"}, NSL_POLICY_OPTIMAL, 0.1, 1 / 5.9},
        {{"1", "3.5"}, NSL_POLICY_OPTIMAL, 0.0, 1.5 / 5.5},
        {{"1", "3.5"}, NSL_POLICY_ZERO, 0.0, 1.5 / 5.5},
        {{"1", "3.5"}, NSL_POLICY_OPTIMAL, 0.1, 0.75 / 5.5},
    };
    expect_budgets(cases, sizeof cases / sizeof *cases);
}

/* Without ridge and with β = α, N and P can be exchanged; with the best ridge N = P. */
Test(laws, budgets_of_the_mrs_target)
{
    shape mrs = {"0.7", NULL};
    subject s = subject_endless(mrs);
    double features;
    subject_find(&s, NSL_POLICY_ZERO, 0.0, 0.0);
    const nsl_law_mp *law =
        subject_law(&s, NSL_RESOURCE_BUDGET, NSL_REGIME_COMPUTE_OPTIMAL);
    search at_size = {.model = s.m.model, .budget = 1e22};
    subject_expect(best_of_budget(&at_size, &features), subject_law_at(law, 1e22),
                   SEARCHED, "ridgeless budget", mrs);
    /* y = α/(2+α) at x = 1 */
    subject_expect(subject_number(law->split_amplitude), sqrt(0.7 / 2.7), 1e-15,
                   "split", mrs);
    cr_expect(law->note != NULL);
    subject_find(&s, NSL_POLICY_OPTIMAL, 0.0, 0.0);
    law = subject_law(&s, NSL_RESOURCE_BUDGET, NSL_REGIME_COMPUTE_OPTIMAL);
    cr_expect(mpfr_cmp_ui(law->split_amplitude, 1) == 0);
    subject_free(&s);
}

static double between(gsl_rng *rng, double low, double high)
{
    return low + (high - low) * gsl_rng_uniform(rng);
}

/* E B^{b/2}/(a₁ c^b) at x = z/N, y = z/P, [E2] with the sums of a long power law:
 * P(a t₀ + r t₁)/(ab + r(a+b)) in units of P and N. */
static double scale_free(double alpha, double beta, double x, double y)
{
    double p = 1.0 + alpha, b = fmin(beta, p), t0 = fmax(0.0, 1.0 - beta / p);
    double gap_n = 1.0 - x, gap_p = 1.0 - y;
    double bottom = gap_n * gap_p + (x * gap_p + y * gap_n) / p;
    return pow(x * y, -0.5 * b) * (t0 * gap_n + x / p) / bottom;
}

enum { MODELS = 400, GRID = 60, CURVE = 100000 };

/* A grid this fine misses the least by less. */
static const double GRID_MISSES = 0.02;

/* The least of scale_free over a grid, or over its edges: no ridge. */
static double least_on_grid(double alpha, double beta, bool edges)
{
    double lowest = INFINITE;
    for (int i = 1; i <= GRID; i++)
        for (int k = 1; k <= GRID; k++) {
            bool edge = i == GRID || k == GRID, corner = i == GRID && k == GRID;
            double x = pow((double)i / GRID, 2.0), y = pow((double)k / GRID, 2.0);
            if (!corner && (edge || !edges))
                lowest = fmin(lowest, scale_free(alpha, beta, x, y));
        }
    return lowest;
}

/* The least at N²/B = y/x = `ratio`, or its end: no ridge. */
static double least_on_curve(double alpha, double beta, double ratio, bool end)
{
    double lowest = INFINITE, widest = fmin(1.0, 1.0 / ratio);
    for (int i = end ? CURVE : 1; i <= CURVE; i++) {
        double x = widest * i / CURVE;
        lowest = fmin(lowest, scale_free(alpha, beta, x, fmin(1.0, x * ratio)));
    }
    return lowest;
}

/* No x and y have less than the law, and the law's split has as much. */
static void expect_least(double alpha, double beta, bool ridge)
{
    char alpha_text[32], beta_text[32];
    snprintf(alpha_text, sizeof alpha_text, "%.17g", alpha);
    snprintf(beta_text, sizeof beta_text, "%.17g", beta);
    subject s = subject_endless((shape){alpha_text, beta_text});
    subject_find(&s, ridge ? NSL_POLICY_OPTIMAL : NSL_POLICY_ZERO, 0.0, 0.0);
    const nsl_law_mp *unit =
        subject_law(&s, NSL_RESOURCE_FEATURES, NSL_REGIME_MODEL_LIMITED);
    const nsl_law_mp *law =
        subject_law(&s, NSL_RESOURCE_BUDGET, NSL_REGIME_COMPUTE_OPTIMAL);
    double found = subject_number(law->amplitude) / subject_number(unit->amplitude);
    double split = subject_number(law->split_amplitude);
    double lowest = least_on_grid(alpha, beta, !ridge);
    double on_curve = least_on_curve(alpha, beta, split * split, !ridge);
    cr_expect(found <= lowest * (1.0 + 1e-12) && found >= lowest * (1.0 - GRID_MISSES),
              "alpha %s beta %s ridge %d: %g, grid %g", alpha_text, beta_text, ridge,
              found, lowest);
    cr_expect(testing_distance(found, on_curve) < 1e-6,
              "alpha %s beta %s ridge %d: %g, at the split %g", alpha_text, beta_text,
              ridge, found, on_curve);
    subject_free(&s);
}

/* β up to 3p where α is well above 1, below p elsewhere. */
Test(laws, optimum_is_the_least, .timeout = 120)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 2718);
    for (int i = 0; i < MODELS; i++) {
        double alpha = pow(10.0, between(rng, -1.3, 1.0)), p = 1.0 + alpha;
        double most = alpha > 1.2 && i % 4 < 2 ? 3.0 : 0.97;
        expect_least(alpha, between(rng, 0.05, most) * p, i % 2);
    }
    gsl_rng_free(rng);
}
