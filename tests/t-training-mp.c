/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stopped training by high precision: against double, whose contours, roots and sums
 * are others; against more digits. Against sums in closed form: t-training-closed.c. */
#include "testing.h"
#include <nslaw/theory_mp.h>

#include <criterion/criterion.h>
#include <gsl/gsl_rng.h>
#include <math.h>

enum { CASES = 18, DIGITS = 18, VALUES = NSL_PREDICTION_MP_VALUES };

static double between(gsl_rng *rng, double low, double high)
{
    return low * pow(high / low, gsl_rng_uniform(rng));
}

static nsl_status predict(nsl_prediction_mp *out, const nsl_model *model,
                          const nsl_point *point, unsigned digits, nsl_error *err)
{
    nsl_model_mp *exact;
    const nsl_units units = {false, false};
    cr_assert(nsl_model_mp_new(&exact, model, NULL, err) == NSL_OK);
    nsl_status status = nsl_predict_mp(out, exact, point, NULL, units, digits, err);
    nsl_model_mp_free(exact);
    return status;
}

static testing_model draw_model(gsl_rng *rng, char name[160])
{
    static double hidden;
    nsl_model_options o = nsl_model_defaults();
    o.convention = NSL_RIDGE_KERNEL;
    o.label_variance = 1.0;
    hidden = ceil(between(rng, 20.0, 1e3));
    o.hidden = &hidden;
    o.hidden_count = gsl_rng_uniform_int(rng, 4) == 0;
    if (gsl_rng_uniform_int(rng, 2))
        o.source = between(rng, 0.2, 3.0);
    if (gsl_rng_uniform_int(rng, 4) == 0) { /* a table */
        double lambda[30];
        size_t rows = 5 + gsl_rng_uniform_int(rng, 25);
        for (size_t i = 0; i < rows; i++)
            lambda[i] = between(rng, 1e-3, 1.0);
        nsl_spectrum *table;
        nsl_error err;
        cr_assert(nsl_spectrum_new_table(&table, rows, lambda, NULL, NULL, &err) ==
                  NSL_OK);
        snprintf(name, 160, "table of %zu source %g hidden %zu", rows, o.source,
                 o.hidden_count);
        return testing_on(table, &o);
    }
    double alpha = between(rng, 0.2, 2.0);
    uint64_t latents = gsl_rng_uniform_int(rng, 2) ? UINT64_C(1000000000) : 500;
    snprintf(name, 160, "alpha %g M %g source %g hidden %zu", alpha, (double)latents,
             o.source, o.hidden_count);
    return testing_powerlaw(alpha, latents, &o);
}

/* Double's bounds, and half a unit of the last digit of what it is compared with. */
static double bound_of(const nsl_prediction *p, int i, double truth)
{
    bool slope = i >= VALUES - 4;
    return slope ? p->elasticity_error * fmax(1.0, fabs(truth)) + 1e-15
                 : p->error * fabs(truth);
}

Test(training_mp, double_is_right_to_its_bounds, .timeout = 600)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 51);
    nsl_prediction_mp exact;
    nsl_prediction_mp_init(&exact);
    int compared = 0;
    for (int i = 0; i < CASES; i++) {
        char name[160];
        testing_model m = draw_model(rng, name);
        nsl_point at = {ceil(between(rng, 5.0, 2e3)), ceil(between(rng, 5.0, 2e3)),
                        i % 3 ? 0.0 : between(rng, 1e-3, 1.0),
                        i % 2 ? 0.0 : between(rng, 1e-2, 1.0), 1.0 + (i % 5 == 0)};
        if (i % 7 == 0)
            at.samples = at.features;
        if (i % 11 == 0)
            at.samples = (double)INFINITY;
        at.training = i % 4 ? (nsl_training){NSL_FLOW, between(rng, 1e-2, 1e4)}
                            : (nsl_training){NSL_DESCENT, 0.0,
                                             floor(between(rng, 1.0, 1e3)), 0.05};
        nsl_prediction p;
        nsl_error err = {0};
        cr_assert(nsl_predict(&p, m.model, &at, &err) == NSL_OK, "%s: %s", name,
                  err.message);
        nsl_status status = predict(&exact, m.model, &at, DIGITS, &err);
        cr_expect(status == NSL_OK, "%s: %s", name, err.message);
        const double got[VALUES] = {p.delta,
                                    p.dof,
                                    p.test_loss,
                                    p.signal_loss,
                                    p.noise_loss,
                                    p.train_loss,
                                    (double)NAN, /* parts: below */
                                    (double)NAN,
                                    (double)NAN,
                                    p.elasticity_features,
                                    p.elasticity_samples,
                                    p.elasticity_ridge,
                                    p.elasticity_time};
        for (int k = 0; k < VALUES && status == NSL_OK; k++) {
            double truth = mpfr_get_d(nsl_prediction_mp_value(&exact, k), MPFR_RNDN);
            if (isnan(got[k]) || (got[k] == 0.0 && k < VALUES - 4))
                continue;
            compared++;
            cr_expect(
                fabs(got[k] - truth) <= bound_of(&p, k, truth),
                "%s N %g P %g ridge %g noise %g K %g t %g k %g: value %d is %.17g, "
                "not %.17g, within %g",
                name, at.features, at.samples, at.ridge, at.noise, at.ensemble,
                at.training.time, at.training.steps, k, got[k], truth,
                bound_of(&p, k, truth));
        }
        const double part[] = {p.bias, p.variance_samples, p.variance_features};
        for (int k = 0; k < 3 && status == NSL_OK; k++) { /* to the whole's digits */
            double truth =
                mpfr_get_d(nsl_prediction_mp_value(&exact, 6 + k), MPFR_RNDN);
            cr_expect(fabs(part[k] - truth) <= 4.0 * p.error * p.test_loss,
                      "%s N %g P %g t %g: part %d is %.17g, not %.17g", name,
                      at.features, at.samples, at.training.time, k, part[k], truth);
        }
        testing_free(&m);
    }
    cr_expect(compared > 5 * CASES, "%d", compared);
    nsl_prediction_mp_clear(&exact);
    mpfr_free_cache();
    gsl_rng_free(rng);
}

/* A hard place: widths alike, ridges of all sizes, times so short that little has moved
 * or so long that nearly all has. */
static testing_model draw_hard(gsl_rng *rng, nsl_point *at, char name[160])
{
    static double hidden[2];
    nsl_model_options o = nsl_model_defaults();
    double alpha = between(rng, 0.1, 2.5), width = ceil(between(rng, 3.0, 300.0));
    bool infinite = gsl_rng_uniform_int(rng, 3) == 0;
    double latents = floor(between(rng, 30.0, 1e4));
    hidden[0] = hidden[1] = width;
    o.convention = NSL_RIDGE_KERNEL;
    o.label_variance = 1.0;
    o.hidden = hidden;
    o.hidden_count = gsl_rng_uniform_int(rng, 3);
    if (gsl_rng_uniform_int(rng, 2))
        o.source = between(rng, 0.2, 3.0);
    bool tie = gsl_rng_uniform_int(rng, 2), ridge = gsl_rng_uniform_int(rng, 2);
    *at = (nsl_point){width, tie ? width : ceil(between(rng, 3.0, 300.0)),
                      ridge ? exp(-60.0 * gsl_rng_uniform(rng)) : 0.0, 0.0, 1.0};
    if (gsl_rng_uniform_int(rng, 4) == 0)
        at->samples = (double)INFINITY;
    if (gsl_rng_uniform_int(rng, 6) == 0)
        at->features = (double)INFINITY;
    if (gsl_rng_uniform_int(rng, 2))
        at->noise = between(rng, 1e-2, 1.0);
    if (gsl_rng_uniform_int(rng, 3) == 0)
        at->ensemble = 2.0;
    at->training = (nsl_training){NSL_FLOW, gsl_rng_uniform_int(rng, 5)
                                                ? between(rng, 1.0, 1e16)
                                                : between(rng, 1e-20, 1.0)};
    if (gsl_rng_uniform_int(rng, 4) == 0)
        at->training =
            (nsl_training){NSL_DESCENT, 0.0, ceil(between(rng, 1.0, 1e6)), 0.02};
    snprintf(name, 160, "alpha %g M %g N %g P %g hidden %zu x %g source %g ridge %g",
             alpha, infinite ? (double)INFINITY : latents, at->features, at->samples,
             o.hidden_count, width, o.source, at->ridge);
    return testing_powerlaw(alpha, infinite ? NSL_LATENTS_INFINITE : (uint64_t)latents,
                            &o);
}

/* Every bound that a prediction carries holds, there too. */
Test(training_mp, bounds_hold_in_hard_places, .timeout = 600)
{
    enum { HARD = 60, COMPARED = 9 * HARD };
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 77);
    nsl_prediction_mp exact;
    nsl_prediction_mp_init(&exact);
    int compared = 0;
    for (int i = 0; i < HARD; i++) {
        char name[160];
        nsl_point at;
        nsl_prediction p;
        nsl_error err = {0};
        testing_model m = draw_hard(rng, &at, name);
        cr_assert(nsl_predict(&p, m.model, &at, &err) == NSL_OK, "%s: %s", name,
                  err.message);
        cr_assert(predict(&exact, m.model, &at, DIGITS, &err) == NSL_OK, "%s: %s", name,
                  err.message);
        double loss = p.error * p.test_loss, parts = p.parts_error * p.test_loss;
        double slope = p.elasticity_error;
        const struct {
            double got, bound;
        } values[VALUES] = {
            [1] = {p.dof, p.dof_error * p.dof},
            [2] = {p.test_loss, loss},
            [3] = {p.signal_loss, loss},
            [4] = {p.noise_loss, loss},
            [5] = {p.train_loss, p.error * p.train_loss},
            [6] = {p.bias, parts},
            [7] = {p.variance_samples, parts},
            [8] = {p.variance_features, parts},
            [9] = {p.elasticity_features,
                   slope * fmax(1.0, fabs(p.elasticity_features))},
            [10] = {p.elasticity_samples,
                    slope * fmax(1.0, fabs(p.elasticity_samples))},
            [11] = {p.elasticity_ridge, slope * fmax(1.0, fabs(p.elasticity_ridge))},
            [12] = {p.elasticity_time, p.elasticity_time_error}};
        for (int k = 1; k < VALUES; k++) {
            double truth = mpfr_get_d(nsl_prediction_mp_value(&exact, k), MPFR_RNDN);
            double off = fabs(values[k].got - truth),
                   double_of_truth = 4e-16 * fabs(truth);
            compared += !isnan(off);
            cr_expect(
                !(off > values[k].bound + double_of_truth),
                "%s noise %g K %g t %g k %g: value %d is %.17g, not %.17g, within "
                "%g",
                name, at.noise, at.ensemble, at.training.time, at.training.steps, k,
                values[k].got, truth, values[k].bound);
        }
        testing_free(&m);
    }
    cr_expect(compared > COMPARED, "%d", compared);
    nsl_prediction_mp_clear(&exact);
    mpfr_free_cache();
    gsl_rng_free(rng);
}

/* D digits are those of 2D. */
Test(training_mp, digits_stand, .timeout = 300)
{
    const struct {
        nsl_point at;
        unsigned digits;
    } cases[] = {{{300.0, 700.0, 1e-3, 0.1, 1.0, {NSL_FLOW, 40.0}}, 16},
                 {{300.0, 700.0, 0.0, 0.1, 1.0, {NSL_FLOW, 1e4}}, 18},
                 {{100.0, 100.0, 0.0, 0.1, 3.0, {NSL_FLOW, 1e4}}, 16},
                 {{90.0, 60.0, 0.0, 0.1, 1.0, {NSL_DESCENT, 0.0, 3.0, 0.3}}, 16},
                 {{90.0, 60.0, 0.1, 0.1, 1.0, {NSL_DESCENT, 0.0, 500.0, 0.7}}, 16}};
    nsl_model_options o = nsl_model_defaults();
    o.convention = NSL_RIDGE_KERNEL;
    o.source = 1.1;
    testing_model m = testing_powerlaw(0.6, UINT64_C(1000000), &o);
    nsl_prediction_mp once, twice;
    nsl_prediction_mp_init(&once);
    nsl_prediction_mp_init(&twice);
    mpfr_t off;
    mpfr_init2(off, 64);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsigned digits = cases[i].digits;
        nsl_error err = {0};
        cr_assert(predict(&once, m.model, &cases[i].at, digits, &err) == NSL_OK, "%s",
                  err.message);
        cr_assert(predict(&twice, m.model, &cases[i].at, 2 * digits, &err) == NSL_OK,
                  "%s", err.message);
        for (int k = 1; k < VALUES; k++) { /* there is no Δ */
            mpfr_srcptr a = nsl_prediction_mp_value(&once, k);
            mpfr_srcptr b = nsl_prediction_mp_value(&twice, k);
            mpfr_sub(off, a, b, MPFR_RNDN);
            if (!mpfr_zero_p(off))
                mpfr_div(off, off, b, MPFR_RNDN);
            bool near =
                mpfr_zero_p(off) ||
                mpfr_get_exp(off) < -(mpfr_exp_t)ceil((digits + 1) * log2(10.0));
            cr_expect(near, "case %zu, %u digits: value %d moves", i, digits, k);
        }
    }
    mpfr_clear(off);
    nsl_prediction_mp_clear(&once);
    nsl_prediction_mp_clear(&twice);
    mpfr_free_cache();
    testing_free(&m);
}
