/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Predictions by the million (quick.h) against the exact ones, along the rows of maps;
 * the uniqueness of the best ridge on which they build; and [E4] where it holds. */
#include "testing.h"

#include "theory/quick.h"
#include <nslaw/theory_mp.h>

#include <criterion/criterion.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

static double between(gsl_rng *rng, double low, double high)
{
    return low + (high - low) * gsl_rng_uniform(rng);
}

static bool chance(gsl_rng *rng, double p)
{
    return gsl_rng_uniform(rng) < p;
}

/* Both losses keep NSL_PROMISE, so that they are within its double. */
static const double LOSS = 2 * NSL_PROMISE;

/* --- random rows -------------------------------------------------------------------
 */

typedef struct {
    testing_model m;
    nsl_point from; /* where the row begins */
    double step;    /* ln of the factor between points */
    int along;      /* 0: N grows, 1: P, 2: both, 3: the ridge, 4: the noise */
    double hidden[3];
    bool power_law;
} row;

static void set_options(nsl_model_options *o, row *r, gsl_rng *rng)
{
    *o = nsl_model_defaults();
    for (int k = 0; k < 3; k++)
        r->hidden[k] = pow(10.0, between(rng, 0.5, 5));
    o->hidden = r->hidden;
    o->hidden_count = chance(rng, 0.35) ? 1 + gsl_rng_uniform_int(rng, 3) : 0;
    o->convention = NSL_RIDGE_KERNEL;
}

static nsl_spectrum *draw_table(gsl_rng *rng, bool own)
{
    enum { ROWS = 60 };
    double lambda[ROWS], target[ROWS], copies[ROWS], at = 1.0;
    nsl_spectrum *out;
    for (int i = 0; i < ROWS; i++) {
        at *= chance(rng, 0.1) ? pow(10.0, between(rng, -3, 0)) : between(rng, 0.7, 1);
        lambda[i] = chance(rng, 0.03) && i ? 0.0 : at;
        target[i] = chance(rng, 0.3) ? 0.0 : pow(10.0, between(rng, -6, 0));
        copies[i] = chance(rng, 0.3) ? floor(pow(10.0, between(rng, 0, 4))) : 1.0;
    }
    target[0] = 1.0;
    cr_assert(nsl_spectrum_new_table(&out, ROWS, lambda, own ? target : NULL, copies,
                                     NULL) == NSL_OK);
    return out;
}

static void draw(row *r, gsl_rng *rng, bool power_law)
{
    nsl_model_options o;
    *r = (row){.power_law = power_law};
    set_options(&o, r, rng);
    bool finite = chance(rng, 0.5);
    uint64_t M = (uint64_t)pow(10.0, between(rng, 1, 17));
    bool mrs = finite && o.hidden_count == 0 && chance(rng, 0.3);
    if (power_law) {
        if (chance(rng, 0.4))
            o.source = pow(10.0, between(rng, -1.5, 1));
        if (mrs)
            o.convention = NSL_RIDGE_MRS;
        r->m = testing_powerlaw(pow(10.0, between(rng, -1.2, 1.3)),
                                finite ? M : NSL_LATENTS_INFINITE, &o);
    } else {
        r->m = testing_on(draw_table(rng, chance(rng, 0.7)), &o);
    }
    r->from =
        (nsl_point){.features = pow(10.0, between(rng, 0, 4)),
                    .samples = pow(10.0, between(rng, 0, 4)),
                    .ridge = pow(10.0, between(rng, -8, 1)),
                    .noise = chance(rng, 0.5) ? 0.0 : pow(10.0, between(rng, -6, 1))};
    if (chance(rng, 0.25))
        r->from.ensemble = chance(rng, 0.5) ? 2.0 : (double)INFINITY;
    if (chance(rng, 0.1))
        r->from.ridge = 0.0;
    if (chance(rng, 0.1) && o.convention == NSL_RIDGE_KERNEL)
        *(chance(rng, 0.5) ? &r->from.features : &r->from.samples) = INFINITY;
    r->along = (int)gsl_rng_uniform_int(rng, 5);
    r->step = pow(10.0, between(rng, -3, 0));
}

static nsl_point point_of(const row *r, int i)
{
    nsl_point p = r->from;
    double factor = exp(r->step * i);
    p.features *= r->along == 0 || r->along == 2 ? factor : 1.0;
    p.samples *= r->along == 1 || r->along == 2 ? factor : 1.0;
    p.ridge *= r->along == 3 ? factor : 1.0;
    p.noise *= r->along == 4 ? factor : 1.0;
    return p;
}

/* Relative above 1, else absolute. */
static double apart(double a, double b)
{
    return fabs(a - b) / fmax(1.0, fabs(b));
}

/* An elasticity that exists to 1e-12 exists in a map, and is the same to its promise.
 */
static void check_elasticity(double got, double exact, const char *name, int model,
                             int i)
{
    if (isnan(exact))
        return;
    cr_expect(apart(got, exact) <= NSL_MAP_PROMISE,
              "model %d point %d: %s %.17g, not %.17g", model, i, name, got, exact);
}

static void check_same(const nsl_prediction *got, const nsl_prediction *exact,
                       int model, int i)
{
    double off = testing_distance(got->test_loss, exact->test_loss);
    cr_expect(off <= fmax(LOSS, got->error + exact->error),
              "model %d point %d: loss %.17g, not %.17g", model, i, got->test_loss,
              exact->test_loss);
    cr_expect(got->error <= NSL_PROMISE || exact->error > NSL_PROMISE ||
                  isnan(got->test_loss),
              "model %d point %d: error %g", model, i, got->error);
    check_elasticity(got->elasticity_features, exact->elasticity_features, "e_N", model,
                     i);
    check_elasticity(got->elasticity_samples, exact->elasticity_samples, "e_P", model,
                     i);
    check_elasticity(got->elasticity_ridge, exact->elasticity_ridge, "e_ridge", model,
                     i);
    unsigned reasons =
        NSL_NOTE_DIVERGES | NSL_NOTE_ZERO_LOSS | NSL_NOTE_KINK | NSL_NOTE_DOF_INFINITE;
    cr_expect((got->notes & reasons) == (exact->notes & reasons),
              "model %d point %d: notes %u, not %u", model, i, got->notes,
              exact->notes);
}

enum { MODELS = 300, POINTS = 12 };

Test(quick, fixed_ridge, .timeout = 120)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 71);
    for (int model = 0; model < MODELS; model++) {
        row r;
        nsl_quick quick;
        nsl_trail trail = {0};
        draw(&r, rng, chance(rng, 0.7));
        cr_assert(nsl_quick_new(&quick, r.m.model, NULL) == NSL_OK);
        for (int i = 0; i < POINTS; i++) {
            nsl_prediction got, exact;
            nsl_point point = point_of(&r, i);
            nsl_error err = {0};
            nsl_status status = nsl_predict(&exact, r.m.model, &point, &err);
            cr_expect(nsl_quick_predict(&got, &quick, &point, &trail, NULL) == status,
                      "model %d: %s", model, err.message);
            if (status == NSL_OK)
                check_same(&got, &exact, model, i);
        }
        nsl_quick_clear(&quick);
        testing_free(&r.m);
    }
    gsl_rng_free(rng);
}

/* Without a trail, with the promise of nsl_predict. */
/* All of a prediction but what pads the struct. */
static const size_t VALUES = offsetof(nsl_prediction, notes) + sizeof(unsigned);

Test(quick, predictor, .timeout = 120)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 73);
    for (int model = 0; model < MODELS; model++) {
        row r;
        nsl_predictor *predictor;
        draw(&r, rng, chance(rng, 0.7));
        cr_assert(nsl_predictor_new(&predictor, r.m.model, NULL) == NSL_OK);
        for (int i = 0; i < POINTS; i++) {
            nsl_prediction got, again, exact;
            nsl_point point = point_of(&r, i);
            nsl_error err = {0};
            nsl_status status = nsl_predict(&exact, r.m.model, &point, &err);
            cr_expect(nsl_predictor_predict(&got, predictor, &point, NULL) == status,
                      "model %d: %s", model, err.message);
            if (status != NSL_OK)
                continue;
            check_same(&got, &exact, model, i);
            cr_expect(isnan(got.test_loss) || got.elasticity_error <= NSL_PROMISE);
            nsl_predictor_predict(&again, predictor, &point, NULL);
            cr_expect(memcmp(&got, &again, VALUES) == 0);
        }
        nsl_predictor_free(predictor);
        testing_free(&r.m);
    }
    gsl_rng_free(rng);
}

/* A tie of two minima, or a loss without a minimum, leaves the ridge open. */
static bool is_open(const nsl_optimum *exact)
{
    return exact->tie || exact->kind == NSL_OPTIMUM_ANY;
}

Test(quick, best_ridge, .timeout = 120)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 72);
    int interior = 0, zero = 0;
    for (int model = 0; model < MODELS; model++) {
        row r;
        nsl_quick quick;
        nsl_trail trail = {0};
        draw(&r, rng, chance(rng, 0.7));
        cr_assert(nsl_quick_new(&quick, r.m.model, NULL) == NSL_OK);
        for (int i = 0; i < POINTS; i++) {
            nsl_prediction got, exact;
            nsl_optimum best, wanted;
            nsl_point point = point_of(&r, i);
            nsl_error err = {0};
            nsl_status status =
                nsl_predict_optimal(&exact, &wanted, r.m.model, &point, &err);
            cr_expect(nsl_quick_predict_optimal(&got, &best, &quick, &point, &trail,
                                                NULL) == status,
                      "model %d: %s", model, err.message);
            if (status != NSL_OK)
                continue;
            check_same(&got, &exact, model, i);
            if (is_open(&wanted))
                continue;
            cr_expect(best.kind == wanted.kind, "model %d point %d: kind %d, not %d",
                      model, i, best.kind, wanted.kind);
            cr_expect(testing_distance(best.ridge, wanted.ridge) <=
                          NSL_MAP_PROMISE + wanted.error,
                      "model %d point %d: ridge %.17g, not %.17g", model, i, best.ridge,
                      wanted.ridge);
            interior += best.kind == NSL_OPTIMUM_INTERIOR;
            zero += best.kind == NSL_OPTIMUM_ZERO;
        }
        nsl_quick_clear(&quick);
        testing_free(&r.m);
    }
    cr_expect(interior > MODELS && zero > MODELS / 4, "%d interior, %d zero", interior,
              zero);
    gsl_rng_free(rng);
}

/* Rows that build on one minimum of the loss, each point's beside the last one's, stay
 * at the least of all; those of steep source targets, which may have several, do not
 * build on it. */
Test(quick, power_laws_have_one_minimum, .timeout = 120)
{
    enum { ROWS = 100, ALONG = 25 };
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 73);
    int unique = 0;
    for (int model = 0; model < ROWS; model++) {
        row r;
        nsl_quick quick;
        nsl_trail trail = {0};
        draw(&r, rng, true);
        r.step = between(rng, 0.05, 1.0);
        cr_assert(nsl_quick_new(&quick, r.m.model, NULL) == NSL_OK);
        unique += quick.unique;
        for (int i = 0; i < ALONG; i++) {
            nsl_prediction got, exact;
            nsl_optimum best, global;
            nsl_point point = point_of(&r, i);
            if (nsl_predict_optimal(&exact, &global, r.m.model, &point, NULL) !=
                    NSL_OK ||
                nsl_quick_predict_optimal(&got, &best, &quick, &point, &trail, NULL) !=
                    NSL_OK)
                continue;
            double above = got.test_loss / exact.test_loss - 1.0;
            cr_expect(!(above > LOSS), "model %d: N %g P %g: %.17g above %.17g", model,
                      point.features, point.samples, got.test_loss, exact.test_loss);
        }
        nsl_quick_clear(&quick);
        testing_free(&r.m);
    }
    cr_expect(unique > ROWS / 2 && unique < ROWS, "%d rows of one minimum", unique);
    gsl_rng_free(rng);
}

/* α = 8, a source target and some noise: two minima, of which the row's first points
 * have the left one as the best, the last ones the right one. */
Test(quick, two_minima_of_a_steep_power_law)
{
    enum { ALONG = 60 };
    nsl_model_options o = nsl_model_defaults();
    o.convention = NSL_RIDGE_KERNEL;
    o.source = 0.06685;
    testing_model m = testing_powerlaw(8.186, 21, &o);
    nsl_quick quick;
    nsl_trail trail = {0};
    cr_assert(nsl_quick_new(&quick, m.model, NULL) == NSL_OK);
    double last = NAN, jump = 0.0;
    for (int i = 0; i < ALONG; i++) {
        nsl_prediction got, exact;
        nsl_optimum best, global;
        nsl_point point = {14.06, 11.65, .noise = 1e-3 * pow(1.2, i)};
        cr_assert(nsl_predict_optimal(&exact, &global, m.model, &point, NULL) ==
                  NSL_OK);
        cr_assert(nsl_quick_predict_optimal(&got, &best, &quick, &point, &trail,
                                            NULL) == NSL_OK);
        cr_expect(testing_distance(got.test_loss, exact.test_loss) < LOSS,
                  "noise %g: %.17g, not %.17g", point.noise, got.test_loss,
                  exact.test_loss);
        if (last > 0.0 && best.ridge > 0.0)
            jump = fmax(jump, fabs(log(best.ridge / last)));
        last = best.ridge;
    }
    cr_expect(jump > 1.0, "no jump between minima: %g", jump);
    nsl_quick_clear(&quick);
    testing_free(&m);
}

/* --- [E4] at N far above P ---------------------------------------------------------
 */

/* (N − z)(P − z) = r³/q₁ at N → ∞ is g = Δ r³/q₁ at z(Δ) = P, so that N times the
 * kernel's ridge tends to a constant, as 1/N. */
Test(quick, best_ridge_at_many_features, .timeout = 60)
{
    static const double alphas[] = {0.3, 1, 3};
    static const double sizes[] = {1e6, 1e9, 1e20, 1e60, 1e120, 1e200};
    static const double P = 100;
    nsl_model_options o = nsl_model_defaults();
    o.convention = NSL_RIDGE_KERNEL;
    for (int a = 0; a < 3; a++) {
        testing_model m = testing_powerlaw(alphas[a], NSL_LATENTS_INFINITE, &o);
        nsl_moments sums;
        double delta = testing_predict(m.model, INFINITY, P, 0.0, 0.0).delta;
        cr_assert(nsl_moments_at(&sums, m.model, delta, NULL) == NSL_OK);
        double constant = delta * pow(sums.r, 3) / sums.q1;
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
            for (int turned = 0; turned < 2; turned++) {
                nsl_point point = {.features = turned ? P : sizes[i],
                                   .samples = turned ? sizes[i] : P};
                nsl_optimum best;
                nsl_error err = {0};
                cr_assert(nsl_optimal_ridge(&best, m.model, &point, &err) == NSL_OK,
                          "%s", err.message);
                /* g is symmetric under N ↔ P, and the kernel's ridge is g/N */
                double product = best.ridge * point.features;
                double bound = 1e3 * P / sizes[i] + NSL_PROMISE;
                cr_expect(best.kind == NSL_OPTIMUM_INTERIOR);
                cr_expect(testing_distance(product, constant) < bound,
                          "alpha %g N %g P %g: ridge N %.17g, not %.17g", alphas[a],
                          point.features, point.samples, product, constant);
            }
        testing_free(&m);
    }
}

Test(quick, digits_at_many_features, .timeout = 60)
{
    enum { DIGITS = 20 };
    static const double sizes[] = {1e9, 1e30, 1e200};
    nsl_model_options o = nsl_model_defaults();
    o.convention = NSL_RIDGE_KERNEL;
    testing_model m = testing_powerlaw(1, NSL_LATENTS_INFINITE, &o);
    nsl_model_mp *exact;
    nsl_prediction_mp p;
    mpfr_t ridge;
    nsl_prediction_mp_init(&p);
    mpfr_init2(ridge, 53);
    cr_assert(nsl_model_mp_new(&exact, m.model, NULL, NULL) == NSL_OK);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (int turned = 0; turned < 2; turned++) {
            nsl_point point = {.features = turned ? 100 : sizes[i],
                               .samples = turned ? sizes[i] : 100};
            nsl_optimum best;
            nsl_error err = {0};
            nsl_status status =
                nsl_predict_optimal_mp(&p, ridge, NULL, exact, &point, NULL,
                                       (nsl_units){false, false}, DIGITS, &err);
            cr_assert(status == NSL_OK, "%s", err.message);
            cr_assert(nsl_optimal_ridge(&best, m.model, &point, NULL) == NSL_OK);
            double off = testing_distance(best.ridge, mpfr_get_d(ridge, MPFR_RNDN));
            cr_expect(off < NSL_PROMISE, "N %g: off by %g", point.features, off);
        }
    nsl_model_mp_free(exact);
    nsl_prediction_mp_clear(&p);
    mpfr_clear(ridge);
    testing_free(&m);
    mpfr_free_cache();
}
