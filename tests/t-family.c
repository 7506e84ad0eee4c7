/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Power laws as functions of their exponents (family.h) against the laws themselves,
 * and the losses of fits with their slopes against predictions and their differences.
 */
#include "testing.h"

#include "empirical/theory_losses.h"
#include "theory/model.h"

#include <criterion/criterion.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What family.c says of its sums: α alone, and several numbers for target exponents
 * that runs show, β < 2 and β < 2p. */
static const double ALONE = 2e-13, TOGETHER = 1e-7;

static double between(gsl_rng *rng, double low, double high)
{
    return low + (high - low) * gsl_rng_uniform(rng);
}

static double log_between(gsl_rng *rng, double low, double high)
{
    return exp(between(rng, log(low), log(high)));
}

static void draw_law(nsl_law_point *at, gsl_rng *rng)
{
    at->number[NSL_LAW_ALPHA] = log_between(rng, 0.05, 4.0);
    at->number[NSL_LAW_SOURCE] =
        fmin(log_between(rng, 0.05, 2.0), 1.5 * (1.0 + at->number[NSL_LAW_ALPHA]));
    at->number[NSL_LAW_LATENTS] = round(log_between(rng, 1e3, 1e15));
}

static testing_model exact_law(const nsl_law_point *at, bool source, bool latents)
{
    nsl_model_options o = nsl_model_defaults();
    o.label_variance = 1.0;
    if (source)
        o.source = at->number[NSL_LAW_SOURCE];
    return testing_powerlaw(
        at->number[NSL_LAW_ALPHA],
        latents ? (uint64_t)at->number[NSL_LAW_LATENTS] : NSL_LATENTS_INFINITE, &o);
}

static void check_sums(const nsl_moments *a, const nsl_moments *b, double bound,
                       const nsl_law_point *at, double delta)
{
    const double one[] = {a->below, a->r, a->q, a->q1, a->t0, a->td, a->tc};
    const double other[] = {b->z, b->r, b->q, b->q1, b->t0, b->td, b->tc};
    for (size_t s = 0; s < sizeof one / sizeof *one; s++)
        cr_assert(testing_distance(one[s], other[s]) <= bound,
                  "sum %zu at alpha %g beta %g M %g Delta %g: %g", s, at->number[0],
                  at->number[1], at->number[2], delta,
                  testing_distance(one[s], other[s]));
}

static void check_family(bool source, bool latents, int draws, double bound)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    nsl_family *family;
    cr_assert(nsl_family_new(&family, source, latents, NULL) == NSL_OK);
    for (int i = 0; i < draws; i++) {
        nsl_law_point at;
        nsl_moments of_family, exact;
        nsl_spectrum *law;
        draw_law(&at, rng);
        double most = latents ? 0.5 * at.number[NSL_LAW_LATENTS] : 1e11;
        double delta =
            pow(log_between(rng, 1.0, most), -1.0 - at.number[NSL_LAW_ALPHA]);
        testing_model m = exact_law(&at, source, latents);
        cr_assert(nsl_family_law(&law, family, m.spectrum, &at, NULL) == NSL_OK);
        law->ops->moments(&of_family, law, NULL, delta);
        cr_assert(nsl_moments_at(&exact, m.model, delta, NULL) == NSL_OK);
        check_sums(&of_family, &exact, bound, &at, delta);
        nsl_spectrum_free(law);
        testing_free(&m);
    }
    nsl_family_free(family);
    gsl_rng_free(rng);
}

Test(family, is_the_power_law)
{
    check_family(false, false, 300, ALONE);
    check_family(true, false, 30, TOGETHER);
    check_family(false, true, 30, TOGETHER);
}

/* More windows than are kept: one in use stays, one that was dropped comes back with
 * the same bits. */
Test(family, forgotten_windows, .timeout = 120)
{
    enum { WINDOWS = 130 };
    static const double WIDER = 0.06; /* than a window, in ln(alpha) */
    nsl_family *family;
    nsl_spectrum *used, *again, *other;
    nsl_law_point first = {{0.1, 1.5, 1e6}};
    nsl_moments before, kept, back;
    testing_model m = exact_law(&first, true, false);
    cr_assert(nsl_family_new(&family, true, false, NULL) == NSL_OK);
    cr_assert(nsl_family_law(&used, family, m.spectrum, &first, NULL) == NSL_OK);
    used->ops->moments(&before, used, NULL, 1e-4);
    for (int round = 0; round < 2; round++) {
        for (int i = 1; i <= WINDOWS; i++) {
            double at = i % 2 ? exp(WIDER * (i / 2 % 60)) : exp(-WIDER * (i / 2 % 30));
            nsl_law_point next = {{0.15 * at, 1.5 * exp(WIDER * (i / 60)), 1e6}};
            testing_model n = exact_law(&next, true, false);
            cr_assert(nsl_family_law(&other, family, n.spectrum, &next, NULL) ==
                      NSL_OK);
            nsl_spectrum_free(other);
            testing_free(&n);
        }
        if (round == 0) {
            used->ops->moments(&kept, used, NULL, 1e-4);
            nsl_spectrum_free(used);
        }
    }
    cr_assert(nsl_family_law(&again, family, m.spectrum, &first, NULL) == NSL_OK);
    again->ops->moments(&back, again, NULL, 1e-4);
    cr_expect(kept.below == before.below && kept.t0 == before.t0 && kept.r == before.r);
    cr_expect(back.below == before.below && back.t0 == before.t0 && back.r == before.r);
    nsl_spectrum_free(again);
    nsl_family_free(family);
    testing_free(&m);
}

Test(family, ranges_are_checked)
{
    nsl_family *family;
    nsl_spectrum *law;
    nsl_error err = {0};
    nsl_law_point at = {{60.0, 1.0, 1e6}};
    testing_model m = testing_powerlaw(60.0, NSL_LATENTS_INFINITE, NULL);
    cr_assert(nsl_family_new(&family, false, false, NULL) == NSL_OK);
    cr_assert(nsl_family_law(&law, family, m.spectrum, &at, &err) == NSL_EINVAL);
    cr_assert(strcmp(err.field, "alpha") == 0 && !law, "%s", err.message);
    nsl_family_free(family);
    testing_free(&m);
}

/* --- losses and slopes ---------------------------------------------------------------
 */

enum { RUNS = 12 };

/* Differences, of fourth order, of predictions with errors of 1e-12: what is left of
 * both, also where a small ridge makes a narrow peak at N = P. */
static const double SLOPE = 1e-7, STEP = 2e-4;

typedef struct {
    nsl_form form;
    double number[NSL_THEORY_NUMBERS];
    double low, high; /* of the sizes */
    double loss_bound;
    nsl_training training;
} slope_case;

static double exact_loss(const slope_case *c, const double *number, double n, double p)
{
    double loss;
    nsl_error err = {0};
    cr_assert(nsl_theory_loss(&loss, &c->form, number, n, p, &c->training, &err) ==
                  NSL_OK,
              "%s", err.message);
    return loss;
}

/* dℓ by the logarithm of a number, or by the noise itself. */
static double difference(const slope_case *c, int j, double n, double p)
{
    static const double away[] = {1.0, -1.0, 2.0, -2.0};
    static const double share[] = {8.0, -8.0, -1.0, 1.0};
    double sum = 0.0;
    for (int k = 0; k < 4; k++) {
        double moved[NSL_THEORY_NUMBERS];
        memcpy(moved, c->number, sizeof moved);
        moved[j] *= j == NSL_THEORY_NOISE ? 1.0 + away[k] * STEP : exp(away[k] * STEP);
        sum += share[k] * exact_loss(c, moved, n, p);
    }
    return sum / (12.0 * STEP) / (j == NSL_THEORY_NOISE ? c->number[j] : 1.0);
}

static bool is_on(const nsl_form *form, int j)
{
    return j == NSL_THEORY_ALPHA || j == NSL_THEORY_K ||
           (j == NSL_THEORY_SOURCE && form->source) ||
           (j == NSL_THEORY_LATENTS && form->latents) ||
           (j == NSL_THEORY_NOISE && form->noise) ||
           (j == NSL_THEORY_RIDGE && form->ridge) ||
           (j == NSL_THEORY_TIME && form->time);
}

static void check_slopes(const slope_case *c)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    nsl_family *family;
    double n[RUNS], p[RUNS], loss[RUNS], slope[RUNS][NSL_THEORY_NUMBERS];
    bool used[RUNS];
    nsl_theory_memory memory[RUNS] = {{0}};
    nsl_training training[RUNS];
    const nsl_theory_runs runs = {RUNS, n, p, training, used};
    for (int i = 0; i < RUNS; i++) {
        n[i] = log_between(rng, c->low, c->high);
        p[i] = log_between(rng, c->low, c->high);
        used[i] = true;
        training[i] = c->training;
    }
    cr_assert(nsl_family_new(&family, c->form.source, c->form.latents, NULL) == NSL_OK);
    cr_assert(nsl_theory_losses(loss, slope, &c->form, family, c->number, &runs, memory,
                                NULL) == NSL_OK);
    for (int i = 0; i < RUNS; i++) {
        double exact = exact_loss(c, c->number, n[i], p[i]);
        cr_assert(testing_distance(loss[i], exact) <= c->loss_bound, "%g of %g",
                  loss[i], exact);
        for (int j = 0; j < NSL_THEORY_NUMBERS; j++) {
            if (!is_on(&c->form, j))
                continue;
            double by = difference(c, j, n[i], p[i]);
            double size = j == NSL_THEORY_NOISE ? exact / c->number[j] : exact;
            cr_assert(fabs(slope[i][j] - by) <= SLOPE * (fabs(by) + size),
                      "number %d at N %g P %g: %.12g, not %.12g", j, n[i], p[i],
                      slope[i][j], by);
        }
    }
    nsl_family_free(family);
    gsl_rng_free(rng);
}

Test(family, losses_and_slopes)
{
    const slope_case cases[] = {
        {{0}, {0.4, 0.3}, 1e7, 1e12, NSL_PROMISE},
        {{0}, {0.4, 0.3}, 10, 1e4, NSL_PROMISE},
        {{0}, {2.5, 3.0}, 10, 1e4, NSL_PROMISE},
        {{.noise = true}, {0.4, 0.3, 0, 0, 1e-4}, 1e7, 1e12, NSL_PROMISE},
        {{.noise = true}, {0.4, 0.3, 0, 0, 1e-1}, 10, 1e4, NSL_PROMISE},
        {{.ridge = true}, {0.4, 0.3, 0, 0, 0, 1e-8}, 1e7, 1e12, NSL_PROMISE},
        {{.source = true}, {0.4, 0.3, 0.7}, 1e7, 1e10, TOGETHER},
        {{.source = true}, {0.4, 0.3, 0.3}, 10, 1e4, TOGETHER},
        {{.latents = true}, {0.4, 0.3, 0, 1e11}, 1e7, 1e10, TOGETHER},
        {{.source = true, .noise = true, .ridge = true},
         {0.4, 0.3, 0.5, 0, 1e-4, 1e-8},
         1e7,
         1e10,
         TOGETHER},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_slopes(&cases[i]);
}

/* Times at which the largest sizes are far from trained, the least long trained. */
Test(family, losses_and_slopes_of_stopped_training)
{
    enum { SOURCE = 1, NOISE = 2, RIDGE = 4, TIME = 8 };
    static const struct {
        int with;
        double number[NSL_THEORY_NUMBERS], low, high;
        nsl_training training;
    } cases[] = {
        {0, {0.4, 0.3}, 10, 1e4, {NSL_FLOW, .time = 1e3}},
        {0, {2.5, 3.0}, 10, 1e4, {NSL_FLOW, .time = 1e8}},
        {NOISE, {0.4, 0.3, 0, 0, 1e-1}, 10, 1e4, {NSL_FLOW, .time = 1e4}},
        {SOURCE, {0.4, 0.3, 0.7}, 10, 1e4, {NSL_FLOW, .time = 1e3}},
        {TIME, {0.4, 0.3, 0, 0, 0, 0, 30.0}, 1e3, 1e7, {NSL_FLOW, .time = 1e4}},
        {NOISE | SOURCE | RIDGE | TIME,
         {0.4, 0.3, 0.5, 0, 1e-2, 1e-3, 7.0},
         10,
         1e4,
         {NSL_FLOW, .time = 1e3}},
        {NOISE,
         {0.4, 0.3, 0, 0, 1e-1},
         10,
         1e3,
         {NSL_DESCENT, .steps = 5, .rate = 0.3}},
        {RIDGE,
         {0.4, 0.3, 0, 0, 0, 1.0},
         10,
         1e3,
         {NSL_DESCENT, .steps = 3000, .rate = 0.4}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int with = cases[i].with;
        slope_case c = {.form = {.source = with & SOURCE,
                                 .noise = with & NOISE,
                                 .ridge = with & RIDGE,
                                 .time = with & TIME},
                        .low = cases[i].low,
                        .high = cases[i].high,
                        .loss_bound = NSL_PROMISE,
                        .training = cases[i].training};
        memcpy(c.number, cases[i].number, sizeof c.number);
        check_slopes(&c);
    }
}
