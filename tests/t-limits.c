/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The limits and plateaus of theory.md section 4, and the exponents of section 7. */
#include "testing.h"

#include <criterion/criterion.h>
#include <math.h>

static const double INFINITE = (double)INFINITY;

/* A finite width this large is off its limit by about 1e-7 of the loss, relative. */
static const double HUGE_WIDTH = 1e10, NEAR_LIMIT = 1e-6;

static void expect_near(double got, double expected, double bound, const char *what)
{
    cr_expect(testing_distance(got, expected) <= bound, "%s: %.15g, expected %.15g",
              what, got, expected);
}

/* E_signal = (σ_w²/M) Δ n/(1 − n/m) without ridge. */
Test(limits, ridgeless_closed_form)
{
    testing_model m = testing_powerlaw(0.8, 100000, NULL);
    nsl_prediction p = testing_predict(m.model, 300, 700, 0.0, 0.0);
    double closed = 0.5 * 1e-5 * p.delta * 300 / (1.0 - 300.0 / 700.0);
    expect_near(p.test_loss, closed, NSL_PROMISE, "ridgeless loss");
    expect_near(p.dof, 300.0, 0.0, "dof");
    testing_free(&m);
}

Test(limits, plateau_in_samples)
{
    testing_model m = testing_powerlaw(0.6, NSL_LATENTS_INFINITE, NULL);
    nsl_prediction limit = testing_predict(m.model, 200, INFINITE, 0.0, 0.1);
    nsl_prediction far = testing_predict(m.model, 200, HUGE_WIDTH, 0.0, 0.1);
    nsl_moments s;
    cr_assert(nsl_moments_at(&s, m.model, limit.delta, NULL) == NSL_OK);
    expect_near(limit.test_loss, 0.5 * (s.t0 + s.td), NSL_PROMISE, "t1 at z = N");
    expect_near(far.test_loss, limit.test_loss, NEAR_LIMIT, "P to infinity");
    /* approached as 1/P */
    nsl_prediction a = testing_predict(m.model, 200, 1e6, 0.0, 0.1);
    nsl_prediction b = testing_predict(m.model, 200, 2e6, 0.0, 0.1);
    expect_near((a.test_loss - limit.test_loss) / (b.test_loss - limit.test_loss), 2.0,
                1e-3, "approach in P");
    testing_free(&m);
}

Test(limits, plateau_in_features)
{
    nsl_model_options o = nsl_model_defaults();
    o.convention = NSL_RIDGE_KERNEL;
    testing_model m = testing_powerlaw(0.6, NSL_LATENTS_INFINITE, &o);
    nsl_prediction limit = testing_predict(m.model, INFINITE, 200, 0.0, 0.0);
    nsl_moments s;
    cr_assert(nsl_moments_at(&s, m.model, limit.delta, NULL) == NSL_OK);
    expect_near(limit.test_loss, 0.5 * 200 * s.t0 / s.r, NSL_PROMISE,
                "P t0/r at z = P");
    for (double ridge = 0.0; ridge < 2.0; ridge += 1.0) {
        limit = testing_predict(m.model, INFINITE, 200, ridge, 0.3);
        nsl_prediction far = testing_predict(m.model, HUGE_WIDTH, 200, ridge, 0.3);
        expect_near(far.test_loss, limit.test_loss, NEAR_LIMIT, "N to infinity");
        expect_near(far.train_loss, limit.train_loss, NEAR_LIMIT,
                    "train, N to infinity");
    }
    testing_free(&m);
}

/* Ridgeless noise at N = ∞ tends to α σ² for a long power law. */
Test(limits, noise_floor)
{
    testing_model m = testing_powerlaw(0.5, NSL_LATENTS_INFINITE, NULL);
    double noise = testing_predict(m.model, INFINITE, 1e7, 0.0, 0.2).noise_loss;
    expect_near(noise, 0.5 * 0.5 * 0.2, 1e-6, "alpha sigma^2");
    testing_free(&m);
}

/* Every latent direction resolved. */
Test(limits, latent_scale)
{
    testing_model m = testing_powerlaw(1.0, 100, NULL);
    nsl_prediction p = testing_predict(m.model, 150, 400, 0.0, 0.3);
    cr_expect(p.delta == 0.0 && p.signal_loss == 0.0);
    expect_near(p.noise_loss, 0.5 * 0.3 * 100 / 300.0, NSL_PROMISE, "sigma^2 M/(P-M)");
    nsl_prediction small = testing_predict(m.model, 150, 400, 1e-13, 0.3);
    expect_near(small.noise_loss, p.noise_loss, 1e-8, "tiny ridge");
    cr_expect(small.delta > 0.0 && small.signal_loss > 0.0);
    nsl_prediction below = testing_predict(m.model, 99.999999, 400, 0.0, 0.3);
    expect_near(below.noise_loss, p.noise_loss, 1e-7, "from below");
    /* N = P = M, noise-free: Δ³R² = g leaves σ_w² M/(3 Σ1/λ) as γ → 0 */
    double inverse = 0.0;
    for (int i = 1; i <= 100; i++)
        inverse += (double)i * i;
    nsl_prediction all = testing_predict(m.model, 100, 100, 0.0, 0.0);
    expect_near(all.test_loss, 0.5 * 100 / (3.0 * inverse), NSL_PROMISE, "N = P = M");
    nsl_prediction near = testing_predict(m.model, 100, 100, 1e-30, 0.0);
    expect_near(near.test_loss, all.test_loss, 1e-6, "N = P = M, tiny ridge");
    testing_free(&m);
}

/* One layer is what layers become as the others grow without bound. */
Test(limits, wide_layers_vanish)
{
    const double ridges[] = {0.0, 1e-6, 1.0};
    for (int i = 0; i < 3; i++) {
        double wide[] = {INFINITE, HUGE_WIDTH};
        nsl_model_options o = nsl_model_defaults();
        o.convention = NSL_RIDGE_KERNEL;
        testing_model one = testing_powerlaw(0.5, 10000, &o);
        o.hidden = wide;
        o.hidden_count = 1;
        testing_model infinite = testing_powerlaw(0.5, 10000, &o);
        o.hidden = wide + 1;
        testing_model finite = testing_powerlaw(0.5, 10000, &o);
        double expected =
            testing_predict(one.model, 150, 400, ridges[i], 0.1).test_loss;
        expect_near(testing_predict(infinite.model, 150, 400, ridges[i], 0.1).test_loss,
                    expected, 0.0, "infinite hidden width");
        expect_near(testing_predict(finite.model, 150, 400, ridges[i], 0.1).test_loss,
                    expected, NEAR_LIMIT, "huge hidden width");
        testing_free(&one);
        testing_free(&infinite);
        testing_free(&finite);
    }
}

/* Two widths leave a closed form for the least gap, three an iteration, which a third
 * so wide that nothing feels it must not change. */
Test(limits, gap_of_two_widths_and_of_three)
{
    static const double sizes[] = {1, 7.5, 150, 1e5, 1e9};
    double unfelt[] = {1e100};
    nsl_model_options o = nsl_model_defaults();
    o.convention = NSL_RIDGE_KERNEL;
    testing_model two = testing_powerlaw(0.8, 1000000, &o);
    o.hidden = unfelt;
    o.hidden_count = 1;
    testing_model three = testing_powerlaw(0.8, 1000000, &o);
    for (int i = 0; i < 5; i++)
        for (int j = 0; j < 5; j++)
            for (double ridge = 1e-12; ridge < 1e12; ridge *= 1e4) {
                nsl_prediction a =
                    testing_predict(two.model, sizes[i], sizes[j], ridge, 0.01);
                nsl_prediction b =
                    testing_predict(three.model, sizes[i], sizes[j], ridge, 0.01);
                expect_near(a.delta, b.delta, a.error + b.error, "delta");
                expect_near(a.test_loss, b.test_loss, a.error + b.error, "test loss");
                expect_near(a.train_loss, b.train_loss, a.error + b.error,
                            "training loss");
            }
    testing_free(&two);
    testing_free(&three);
}

/* Layers commute: the theory depends on the widths' set and on g. */
Test(limits, layers_commute)
{
    double first[] = {300.0, 120.0}, second[] = {120.0, 300.0};
    nsl_model_options o = nsl_model_defaults();
    o.hidden_count = 2;
    o.hidden = first;
    testing_model a = testing_powerlaw(0.5, 10000, &o);
    o.hidden = second;
    testing_model b = testing_powerlaw(0.5, 10000, &o);
    expect_near(testing_predict(a.model, 150, 400, 0.1, 0.1).test_loss,
                testing_predict(b.model, 150, 400, 0.1, 0.1).test_loss, NSL_PROMISE,
                "commuted layers");
    testing_free(&a);
    testing_free(&b);
}

/* Local exponents of section 7 at M = ∞, ridgeless: min(β, p) in N and min(β, 2p) in P,
 * to the next order in 1/n. */
Test(limits, asymptotic_exponents)
{
    const double alpha = 0.5, p = 1.5, sources[] = {0.5, 1.0, 2.2, 5.0};
    for (int i = 0; i < 4; i++) {
        nsl_model_options o = nsl_model_defaults();
        o.source = sources[i];
        testing_model m = testing_powerlaw(alpha, NSL_LATENTS_INFINITE, &o);
        double n =
            testing_predict(m.model, 1e8, INFINITE, 0.0, 0.0).elasticity_features;
        double samples =
            testing_predict(m.model, INFINITE, 1e8, 0.0, 0.0).elasticity_samples;
        /* corrections fall like n^-(gap between the exponents), slowest for β = 2.2 */
        expect_near(n, fmin(sources[i], p), 1e-4, "exponent in N");
        expect_near(samples, fmin(sources[i], 2 * p), 1e-4, "exponent in P");
        testing_free(&m);
    }
}

/* The MRS and the kernel convention are one ridge: γ M/σ_u² = δ N. */
Test(limits, ridge_conventions_agree)
{
    nsl_model_options o = nsl_model_defaults();
    o.sigma_u2 = 2.5;
    testing_model mrs = testing_powerlaw(0.9, 3000, &o);
    o.convention = NSL_RIDGE_KERNEL;
    testing_model kernel = testing_powerlaw(0.9, 3000, &o);
    double delta = 0.01 * 3000 / 2.5 / 150;
    nsl_prediction a = testing_predict(mrs.model, 150, 200, 0.01, 0.1);
    nsl_prediction b = testing_predict(kernel.model, 150, 200, delta, 0.1);
    expect_near(a.test_loss, b.test_loss, NSL_PROMISE, "conventions");
    /* g grows with N in the kernel convention */
    expect_near(b.elasticity_features, a.elasticity_features + a.elasticity_ridge,
                1e-11, "elasticity in N");
    testing_free(&mrs);
    testing_free(&kernel);
}
