/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The optimal ridge, the parts of the loss and ensembles: against stored values of
 * another program, the closed form [E4], brute force, and what theory.md section 6
 * proves of the best ridge. */
#include "reference.h"

#include <criterion/criterion.h>
#include <float.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <string.h>

/* The stored optima have 40 digits; the double inputs of a few move γ* by an ulp. */
enum { DIGITS = 30 };
static const double STORED = 1e-30;

/* Random models; each costs a few scans. */
enum { MODELS = 300 };

static double between(gsl_rng *rng, double low, double high)
{
    return low + (high - low) * gsl_rng_uniform(rng);
}

static nsl_point point_of(const reference *r)
{
    return (nsl_point){.features = reference_number(r, "features"),
                       .samples = reference_number(r, "samples"),
                       .noise = reference_number(r, "noise"),
                       .ensemble = reference_number(r, "ensemble")};
}

static nsl_optimum_kind kind_of(const reference *r)
{
    const char *kind = reference_text(r, "kind");
    return strcmp(kind, "interior") == 0 ? NSL_OPTIMUM_INTERIOR
           : strcmp(kind, "zero") == 0   ? NSL_OPTIMUM_ZERO
                                         : NSL_OPTIMUM_INFINITE;
}

/* No target at all cannot be asked for: σ_w² must be positive. */
static bool is_refused(const reference *r)
{
    return reference_number_or(r, "sigma_w2", 1.0) == 0.0;
}

Test(optimum, stored_values, .timeout = 120)
{
    reference r;
    int rows = 0, poor = 0;
    reference_open(&r, "data/reference/optimal.csv");
    for (; reference_next(&r); rows++) {
        if (is_refused(&r))
            continue;
        const char *name = reference_text(&r, "name");
        testing_model m = reference_model(&r);
        nsl_point point = point_of(&r);
        nsl_optimum best;
        nsl_prediction p;
        nsl_error err = {0};
        nsl_status status = nsl_predict_optimal(&p, &best, m.model, &point, &err);
        cr_expect(status == NSL_OK, "%s: %s %s", name, err.field, err.message);
        cr_expect(best.kind == kind_of(&r), "%s: kind %d", name, best.kind);
        double ridge = reference_number(&r, "optimal_ridge");
        double off = testing_distance(best.ridge, ridge);
        cr_expect(off <= fmax(NSL_PROMISE, best.error),
                  "%s: ridge %.17g is off by %.2e", name, best.ridge, off);
        poor += best.error > NSL_PROMISE;
        cr_expect(off <= best.error + DBL_EPSILON, "%s: ridge off by %.2e, bound %.2e",
                  name, off, best.error);
        off = testing_distance(p.test_loss, reference_number(&r, "test_loss"));
        cr_expect(off <= NSL_PROMISE || (p.test_loss == 0.0 && off == 0.0),
                  "%s: loss off by %.2e", name, off);
        if (p.test_loss > 0.0 && !(p.notes & NSL_NOTE_KINK)) {
            cr_expect(fabs(p.elasticity_features -
                           reference_number(&r, "elasticity_features")) <= NSL_PROMISE,
                      "%s: %.17g", name, p.elasticity_features);
            cr_expect(fabs(p.elasticity_samples -
                           reference_number(&r, "elasticity_samples")) <= NSL_PROMISE,
                      "%s: %.17g", name, p.elasticity_samples);
            cr_expect(p.elasticity_ridge == 0.0, "%s", name);
        }
        testing_free(&m);
    }
    reference_close(&r);
    cr_assert(rows >= 50, "only %d rows", rows);
    cr_expect(poor <= rows / 20, "%d ridges not known to 1e-12", poor);
}

Test(optimum, stored_digits, .timeout = 240)
{
    reference r;
    nsl_prediction_mp p;
    mpfr_t ridge;
    nsl_prediction_mp_init(&p);
    mpfr_init2(ridge, 53);
    reference_open(&r, "data/reference/optimal.csv");
    while (reference_next(&r)) {
        if (is_refused(&r) || kind_of(&r) == NSL_OPTIMUM_INFINITE)
            continue;
        testing_model m = reference_model(&r);
        nsl_model_mp *exact = reference_exact(&r, m.model);
        nsl_point point = point_of(&r);
        nsl_point_decimals at = {reference_text(&r, "features"),
                                 reference_text(&r, "samples"), NULL,
                                 reference_text(&r, "noise")};
        nsl_error err = {0};
        nsl_status status =
            nsl_predict_optimal_mp(&p, ridge, NULL, exact, &point, &at,
                                   (nsl_units){false, false}, DIGITS, &err);
        cr_expect(status == NSL_OK, "%s: %s", reference_text(&r, "name"), err.message);
        reference_check_digits(&r, "optimal_ridge", ridge, STORED);
        reference_check_digits(&r, "test_loss", p.test_loss, STORED);
        nsl_model_mp_free(exact);
        testing_free(&m);
    }
    reference_close(&r);
    nsl_prediction_mp_clear(&p);
    mpfr_clear(ridge);
    mpfr_free_cache();
}

Test(optimum, stored_parts, .timeout = 60)
{
    static const char *const names[] = {"test_loss",         "bias",
                                        "variance_samples",  "variance_features",
                                        "noise_loss",        "elasticity_features",
                                        "elasticity_samples"};
    reference r;
    nsl_prediction_mp digits;
    int rows = 0;
    nsl_prediction_mp_init(&digits);
    reference_open(&r, "data/reference/parts.csv");
    for (; reference_next(&r); rows++) {
        testing_model m = reference_model(&r);
        nsl_model_mp *exact = reference_exact(&r, m.model);
        nsl_point point = point_of(&r);
        const char *ridge = *reference_text(&r, "ridge") ? "ridge" : "kernel_ridge";
        point.ridge = reference_number(&r, ridge);
        nsl_prediction p;
        nsl_error err = {0};
        cr_assert(nsl_predict(&p, m.model, &point, &err) == NSL_OK, "%s", err.message);
        nsl_point_decimals at = {
            reference_text(&r, "features"), reference_text(&r, "samples"),
            reference_text(&r, ridge), reference_text(&r, "noise")};
        nsl_status status = nsl_predict_mp(&digits, exact, &point, &at,
                                           (nsl_units){false, false}, DIGITS, &err);
        cr_expect(status == NSL_OK, "%s: %s", reference_text(&r, "name"), err.message);
        const double got[] = {p.test_loss,         p.bias,       p.variance_samples,
                              p.variance_features, p.noise_loss, p.elasticity_features,
                              p.elasticity_samples};
        mpfr_srcptr exactly[] = {digits.test_loss,         digits.bias,
                                 digits.variance_samples,  digits.variance_features,
                                 digits.noise_loss,        digits.elasticity_features,
                                 digits.elasticity_samples};
        for (int i = 0; i < 7; i++) {
            double expected = reference_number(&r, names[i]);
            if (i >= 5 && isnan(expected)) /* tied widths: sides differ */
                continue;
            bool none = isnan(expected) || isinf(expected);
            bool near = none ? isnan(got[i]) != 0
                             : fabs(got[i] - expected) <=
                                   NSL_PROMISE * (i < 5 ? expected : 1.0);
            cr_expect(near, "%s: %s is %.17g, not %.17g", reference_text(&r, "name"),
                      names[i], got[i], expected);
            reference_check_digits(&r, names[i], exactly[i], STORED);
        }
        nsl_model_mp_free(exact);
        testing_free(&m);
    }
    reference_close(&r);
    nsl_prediction_mp_clear(&digits);
    mpfr_free_cache();
    cr_assert(rows >= 25, "only %d rows", rows);
}

/* --- random models -----------------------------------------------------------------
 */

typedef struct {
    testing_model model;
    nsl_point point;
    bool plain; /* noise-free MRS target, one layer, one model */
    double hidden[2];
} subject;

static void draw(subject *s, gsl_rng *rng, bool plain)
{
    nsl_model_options o = nsl_model_defaults();
    double alpha = pow(10.0, between(rng, -1, 0.5));
    *s = (subject){.plain = plain || gsl_rng_uniform(rng) < 0.2};
    s->hidden[0] = between(rng, 10, 900);
    s->hidden[1] = between(rng, 10, 900);
    o.convention = NSL_RIDGE_KERNEL;
    o.hidden = s->hidden;
    if (!s->plain) {
        o.hidden_count = (size_t)gsl_rng_uniform_int(rng, 3);
        if (gsl_rng_uniform(rng) < 0.5)
            o.source = between(rng, 0.1, 5.0);
    }
    uint64_t latents = gsl_rng_uniform(rng) < 0.5 ? NSL_LATENTS_INFINITE
                                                  : 20 + gsl_rng_uniform_int(rng, 5000);
    s->model = testing_powerlaw(alpha, latents, &o);
    s->point = (nsl_point){.features = pow(10.0, between(rng, 0.3, 3)),
                           .samples = pow(10.0, between(rng, 0.3, 3))};
    if (!s->plain && gsl_rng_uniform(rng) < 0.7)
        s->point.noise = pow(10.0, between(rng, -6, 1));
    if (!s->plain && gsl_rng_uniform(rng) < 0.3)
        s->point.ensemble = 1.0 + (double)gsl_rng_uniform_int(rng, 6);
    if (gsl_rng_uniform(rng) < 0.2)
        s->point.samples = s->point.features;
}

static double loss_at(const subject *s, double ridge)
{
    nsl_point point = s->point;
    nsl_prediction p;
    nsl_error err = {0};
    point.ridge = ridge;
    cr_assert(nsl_predict(&p, s->model.model, &point, &err) == NSL_OK, "%s",
              err.message);
    return isnan(p.test_loss) ? (double)INFINITY : p.test_loss;
}

/* The loss is nowhere less, on a grid of a fiftieth of a decade. */
Test(optimum, least_of_all, .timeout = 300)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 41);
    int zeros = 0;
    for (int i = 0; i < MODELS; i++) {
        subject s;
        nsl_optimum best;
        nsl_prediction p;
        nsl_error err = {0};
        draw(&s, rng, false);
        nsl_status status =
            nsl_predict_optimal(&p, &best, s.model.model, &s.point, &err);
        cr_assert(status == NSL_OK, "model %d: %s", i, err.message);
        zeros += best.kind == NSL_OPTIMUM_ZERO;
        double middle = best.kind == NSL_OPTIMUM_INTERIOR ? log10(best.ridge) : 0.0;
        for (double t = middle - 12.0; t < middle + 8.0; t += 0.02) {
            double loss = loss_at(&s, pow(10.0, t));
            cr_expect(loss >= p.test_loss * (1.0 - NSL_PROMISE),
                      "model %d: loss %.17g at ridge %g, %.17g at the best ridge %.17g",
                      i, loss, pow(10.0, t), p.test_loss, best.ridge);
        }
        testing_free(&s.model);
    }
    cr_expect(zeros > MODELS / 100, "only %d optima at 0", zeros);
    gsl_rng_free(rng);
}

/* [E4]   (N − z)(P − z) = 2 r³/(r + ρ), with the sums taken at the Δ found, and the
 * ridge from the definition of g. */
Test(optimum, closed_condition, .timeout = 60)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 42);
    for (int i = 0; i < MODELS; i++) {
        subject s;
        nsl_optimum best;
        nsl_moments m;
        nsl_error err = {0};
        draw(&s, rng, true);
        cr_assert(nsl_optimal_ridge(&best, s.model.model, &s.point, &err) == NSL_OK,
                  "%s", err.message);
        if (best.kind == NSL_OPTIMUM_INTERIOR) {
            nsl_moments_at(&m, s.model.model, best.delta, &err);
            double N = s.point.features, P = s.point.samples;
            double gaps = best.gap * (best.gap + fabs(N - P));
            double closed = pow(m.r, 3) / m.q1; /* r + ρ = 2 q₁ */
            /* r and q₁ are good to m.error, Δ to 1e-14 or so */
            cr_expect(testing_distance(gaps, closed) < 1e-12, "model %d: %g and %g", i,
                      gaps, closed);
            cr_expect(testing_distance(best.ridge, best.delta * gaps / N) < 1e-12);
        } else {
            cr_expect(fmin(s.point.features, s.point.samples) >=
                      (double)nsl_spectrum_rank(s.model.spectrum));
        }
        testing_free(&s.model);
    }
    gsl_rng_free(rng);
}

static double best_loss(const subject *s, double features, double samples)
{
    nsl_point point = s->point;
    nsl_prediction p;
    nsl_optimum best;
    nsl_error err = {0};
    point.features = features;
    point.samples = samples;
    cr_assert(nsl_predict_optimal(&p, &best, s->model.model, &point, &err) == NSL_OK,
              "%s", err.message);
    return p.test_loss;
}

/* With the best ridge the loss falls with N and with P, through N = P as well; a sum of
 * roundings may hide a fall on a plateau. */
Test(optimum, falls_with_each_size, .timeout = 120)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 43);
    for (int i = 0; i < MODELS / 5; i++) {
        subject s;
        draw(&s, rng, false);
        double before_n = INFINITY, before_p = INFINITY, n = s.point.features,
               p = s.point.samples;
        for (double f = 0.5; f < 2.0; f *= 1.05) {
            double with_n = best_loss(&s, p * f, p), with_p = best_loss(&s, n, n * f);
            cr_expect(with_n <= before_n * (1.0 + NSL_PROMISE),
                      "model %d: N = %g P = %g, %.17g after %.17g", i, p * f, p, with_n,
                      before_n);
            cr_expect(with_p <= before_p * (1.0 + NSL_PROMISE),
                      "model %d: P = %g N = %g, %.17g after %.17g", i, n * f, n, with_p,
                      before_p);
            before_n = with_n;
            before_p = with_p;
        }
        testing_free(&s.model);
    }
    gsl_rng_free(rng);
}

/* Noise-free, MRS target, one layer: at fixed N·P the loss is least on N = P, and the
 * same for N and P exchanged. */
Test(optimum, equiparameterization, .timeout = 60)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 44);
    for (int i = 0; i < MODELS / 5; i++) {
        subject s;
        draw(&s, rng, true);
        double side = sqrt(s.point.features * s.point.samples);
        double square = best_loss(&s, side, side);
        for (double f = 1.01; f < 4.0; f *= 1.3) {
            double more = best_loss(&s, side * f, side / f);
            double less = best_loss(&s, side / f, side * f);
            cr_expect(more >= square * (1.0 - NSL_PROMISE), "model %d at %g", i, f);
            cr_expect(fabs(more - less) <= 4.0 * NSL_PROMISE * less, "model %d at %g",
                      i, f);
        }
        testing_free(&s.model);
    }
    gsl_rng_free(rng);
}

/* The MPFR route from the double's start, at twice the digits too. */
Test(optimum, digits_agree_with_double, .timeout = 240)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 45);
    nsl_prediction_mp p;
    mpfr_t ridge, again;
    nsl_prediction_mp_init(&p);
    mpfr_inits2(53, ridge, again, (mpfr_ptr)NULL);
    nsl_units units = {false, false};
    for (int i = 0; i < MODELS / 5; i++) {
        subject s;
        nsl_optimum best;
        nsl_error err = {0};
        draw(&s, rng, false);
        nsl_model_mp *exact;
        nsl_model_mp_new(&exact, s.model.model, NULL, &err);
        nsl_optimal_ridge(&best, s.model.model, &s.point, &err);
        nsl_status status = nsl_predict_optimal_mp(&p, ridge, NULL, exact, &s.point,
                                                   NULL, units, 20, &err);
        cr_assert(status == NSL_OK,
                  "model %d: %s N %.17g P %.17g noise %g K %g g* %.17g gap %g", i,
                  err.message, s.point.features, s.point.samples, s.point.noise,
                  s.point.ensemble, best.ridge, best.gap);
        status = nsl_predict_optimal_mp(&p, again, NULL, exact, &s.point, NULL, units,
                                        40, &err);
        cr_assert(status == NSL_OK, "model %d: %s", i, err.message);
        double value = mpfr_get_d(again, MPFR_RNDN);
        cr_expect(testing_distance(best.ridge, value) <= best.error + DBL_EPSILON,
                  "model %d: %.17g, not %.17g", i, best.ridge, value);
        mpfr_sub(ridge, ridge, again, MPFR_RNDN);
        cr_expect(mpfr_zero_p(ridge) ||
                      fabs(mpfr_get_d(ridge, MPFR_RNDN)) <= 1e-20 * value,
                  "model %d: 20 digits move", i);
        nsl_model_mp_free(exact);
        testing_free(&s.model);
    }
    mpfr_clears(ridge, again, (mpfr_ptr)NULL);
    nsl_prediction_mp_clear(&p);
    mpfr_free_cache();
    gsl_rng_free(rng);
}

Test(optimum, refuses_what_is_not_defined)
{
    testing_model m = testing_powerlaw(1.0, NSL_LATENTS_INFINITE, NULL);
    nsl_optimum best;
    nsl_error err = {0};
    nsl_point point = {.features = 100, .samples = 200};
    cr_expect(nsl_optimal_ridge(&best, m.model, &point, &err) == NSL_EINVAL);
    cr_expect_str_eq(err.field, "ridge");
    cr_expect(isnan(best.ridge));
    point.ensemble = 1.5;
    cr_expect(nsl_optimal_ridge(&best, m.model, &point, &err) == NSL_EINVAL);
    cr_expect_str_eq(err.field, "ensemble");
    testing_free(&m);
}
