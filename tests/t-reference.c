/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The library against data/reference: values to 60 digits by another route. */
#include "input/number.h"
#include "reference.h"

#include <nslaw/theory_mp.h>

#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The references take decimals exactly, the library takes the nearest doubles: a
 * relative change of half an ulp in N or P moves the loss by its elasticity times
 * that, and an elasticity by its own slope, of which nothing is known but its size. */
static const double INPUT_ROUNDING = DBL_EPSILON / 2;

/* Half an ulp for what is not a whole number of moderate size. */
static double rounding_of(double value)
{
    return isinf(value) || value == floor(value) ? 0.0 : INPUT_ROUNDING;
}

static void check_value(const reference *r, const char *name, double got, double bound)
{
    double expected = reference_number(r, name);
    if (isinf(expected)) { /* a divergence: no number */
        cr_expect(isnan(got), "%s: %s is %g at a divergence", reference_text(r, "name"),
                  name, got);
        return;
    }
    if (expected == 0.0 &&
        strpbrk(reference_text(r, name), "123456789")) /* below double's range */
        return;
    double distance = testing_distance(got, expected);
    cr_expect(distance <= bound,
              "%s: %s is %.17g, expected %.17g (off by %.2e, bound %.2e)",
              reference_text(r, "name"), name, got, expected, distance, bound);
}

static void check_elasticity(const reference *r, const char *name, double got,
                             const nsl_prediction *p, double inputs)
{
    double expected = reference_number(r, name);
    if (isnan(expected))
        return;
    double scale = fmax(1.0, fabs(expected)), bound = NSL_PROMISE + scale * inputs;
    if (isnan(got)) {
        cr_expect(p->notes & (NSL_NOTE_ELASTICITY | NSL_NOTE_KINK | NSL_NOTE_UNDERFLOW |
                              NSL_NOTE_ZERO_LOSS),
                  "%s: %s is missing without a note", reference_text(r, "name"), name);
        return;
    }
    double distance = fabs(got - expected) / scale;
    cr_expect(distance <= bound, "%s: %s is %.17g, expected %.17g (off by %.2e)",
              reference_text(r, "name"), name, got, expected, distance);
}

/* The MRS ridge is not defined at N = ∞: the library refuses what the oracle takes as
 * its limit. */
static bool is_refused(const reference *r)
{
    return isinf(reference_number(r, "features")) &&
           reference_number_or(r, "ridge", 0.0) > 0.0;
}

Test(reference, losses)
{
    reference r;
    int rows = 0;
    reference_open(&r, "data/reference/loss.csv");
    for (; reference_next(&r); rows++) {
        if (is_refused(&r))
            continue;
        testing_model m = reference_model(&r);
        double features = reference_number(&r, "features"),
               samples = reference_number(&r, "samples");
        const char *convention =
            *reference_text(&r, "ridge") ? "ridge" : "kernel_ridge";
        nsl_prediction p = testing_predict(m.model, features, samples,
                                           reference_number(&r, convention),
                                           reference_number(&r, "noise"));
        double inputs = fabs(reference_number_or(&r, "elasticity_features", 0.0)) *
                            rounding_of(features) +
                        fabs(reference_number_or(&r, "elasticity_samples", 0.0)) *
                            rounding_of(samples);
        check_value(&r, "delta", p.delta, NSL_PROMISE);
        check_value(&r, "dof", p.dof, NSL_PROMISE);
        check_value(&r, "test_loss", p.test_loss, p.error + inputs);
        check_value(&r, "test_loss", p.test_loss, NSL_PROMISE + inputs);
        check_value(&r, "signal_loss", p.signal_loss, NSL_PROMISE + inputs);
        check_value(&r, "noise_loss", p.noise_loss, NSL_PROMISE + inputs);
        /* (b/P)² moves with b more than the loss does: at the peak twice as much */
        check_value(&r, "train_loss", p.train_loss, NSL_PROMISE + 2.0 * inputs);
        check_elasticity(&r, "elasticity_features", p.elasticity_features, &p, inputs);
        check_elasticity(&r, "elasticity_samples", p.elasticity_samples, &p, inputs);
        testing_free(&m);
    }
    reference_close(&r);
    cr_assert(rows >= 60, "only %d reference rows", rows);
}

/* Digits asked of the high-precision route; the references have 60. */
enum { DIGITS = 50 };
static const double ALL_DIGITS = 1e-50;

static void check_row_digits(const reference *r)
{
    testing_model m = reference_model(r);
    nsl_model_mp *exact = reference_exact(r, m.model);
    nsl_prediction_mp p;
    nsl_error err = {0};
    const char *ridge = *reference_text(r, "ridge") ? "ridge" : "kernel_ridge";
    nsl_point point = {reference_number(r, "features"), reference_number(r, "samples"),
                       reference_number(r, ridge), reference_number(r, "noise"), 1};
    nsl_point_decimals at = {reference_text(r, "features"),
                             reference_text(r, "samples"), reference_text(r, ridge),
                             reference_text(r, "noise")};
    nsl_prediction_mp_init(&p);
    nsl_status status =
        nsl_predict_mp(&p, exact, &point, &at, (nsl_units){false, false}, DIGITS, &err);
    cr_expect(status == NSL_OK, "%s: %s %s", reference_text(r, "name"), err.field,
              err.message);
    static const char *const names[] = {
        "delta",      "dof",        "test_loss",           "signal_loss",
        "noise_loss", "train_loss", "elasticity_features", "elasticity_samples"};
    mpfr_srcptr got[] = {
        p.delta,      p.dof,        p.test_loss,           p.signal_loss,
        p.noise_loss, p.train_loss, p.elasticity_features, p.elasticity_samples};
    for (int i = 0; i < 8 && status == NSL_OK; i++)
        reference_check_digits(r, names[i], got[i], ALL_DIGITS);
    nsl_prediction_mp_clear(&p);
    nsl_model_mp_free(exact);
    testing_free(&m);
}

Test(reference, fifty_digits, .timeout = 120)
{
    reference r;
    int rows = 0;
    reference_open(&r, "data/reference/loss.csv");
    for (; reference_next(&r); rows++)
        if (!is_refused(&r))
            check_row_digits(&r);
    reference_close(&r);
    mpfr_free_cache();
    cr_assert(rows >= 60, "only %d reference rows", rows);
}

Test(reference, moments)
{
    reference r;
    int rows = 0;
    reference_open(&r, "data/reference/moments.csv");
    for (; reference_next(&r); rows++) {
        nsl_spectrum *spectrum = NULL;
        nsl_error err = {0};
        const char *latents = reference_text(&r, "latents");
        uint64_t m = strcmp(latents, "inf") == 0 ? NSL_LATENTS_INFINITE
                                                 : strtoull(latents, NULL, 10);
        cr_assert(nsl_spectrum_new_powerlaw(&spectrum, reference_number(&r, "alpha"),
                                            reference_number(&r, "lambda_max"), m,
                                            &err) == NSL_OK);
        nsl_model_options o = nsl_model_defaults();
        o.source = reference_number(&r, "source");
        o.label_variance = 1.0;
        testing_model model = testing_on(spectrum, &o);
        nsl_moments got;
        cr_assert(nsl_moments_at(&got, model.model, reference_number(&r, "delta"),
                                 &err) == NSL_OK);
        const struct {
            const char *name;
            double value;
        } sums[] = {{"z", got.z},   {"r", got.r},   {"q", got.q},  {"q1", got.q1},
                    {"t0", got.t0}, {"td", got.td}, {"tc", got.tc}};
        for (size_t i = 0; i < sizeof sums / sizeof *sums; i++) {
            double expected = reference_number(&r, sums[i].name);
            if (!(fabs(expected) >= DBL_MIN)) /* below double's range */
                continue;
            double distance = testing_distance(sums[i].value, expected);
            double bound = i == 0 ? got.z_error / got.z + DBL_EPSILON : got.error;
            cr_expect(distance <= bound,
                      "alpha %s M %s source '%s' delta %s: %s is %.17g, expected %.17g "
                      "(off by %.2e, bound %.2e)",
                      reference_text(&r, "alpha"), latents,
                      reference_text(&r, "source"), reference_text(&r, "delta"),
                      sums[i].name, sums[i].value, expected, distance, bound);
        }
        testing_free(&model);
    }
    reference_close(&r);
    cr_assert(rows >= 30, "only %d reference rows", rows);
}
