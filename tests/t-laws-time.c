/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The laws in time against [E7]: in t, N and P infinite, by high precision; of the
 * budget N·t by the frontier. */
#include "subject.h"
#include <nslaw/frontier.h>

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

static const double INFINITE = (double)INFINITY;

/* What the sum over eigenvalues lacks of the integral over them falls faster than any
 * power of t. */
enum { DIGITS = 30, BITS = 120 };
static const double EXACT = 1e-27;

Test(laws, time_limited_to_thirty_digits)
{
    const shape shapes[] = {{"0.5", NULL}, {"1", NULL}, {"0.3", "1.3"},
                            {"0.5", "5"},  {"1", "8"},  {"2", "3"}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        subject s = subject_endless(shapes[i]);
        subject_find(&s, NSL_POLICY_ZERO, 0.0, 0.3);
        const nsl_law_mp *law =
            subject_law(&s, NSL_RESOURCE_TIME, NSL_REGIME_TIME_LIMITED);
        const char *long_enough = atof(shapes[i].alpha) > 1.0 ? "1e6" : "1e5";
        const nsl_point_decimals time = {.time = long_enough};
        const nsl_point point = {INFINITE, INFINITE, 0.0,
                                 0.3,      1.0,      {NSL_FLOW, atof(long_enough)}};
        const nsl_units units = {false, false};
        nsl_prediction_mp p;
        nsl_error err = {0};
        nsl_prediction_mp_init(&p);
        cr_assert(nsl_predict_mp(&p, s.exact, &point, &time, units, DIGITS, &err) ==
                      NSL_OK,
                  "%s", err.message);
        mpfr_t said, t;
        mpfr_inits2(BITS, said, t, (mpfr_ptr)NULL);
        mpfr_set_str(t, long_enough, 10, MPFR_RNDN);
        mpfr_pow(t, t, law->exponent, MPFR_RNDN);
        mpfr_div(said, law->amplitude, t, MPFR_RNDN);
        mpfr_sub(t, said, p.test_loss, MPFR_RNDN);
        mpfr_div(t, t, said, MPFR_RNDN);
        cr_expect(fabs(mpfr_get_d(t, MPFR_RNDN)) < EXACT, "alpha %s beta %s: off by %g",
                  shapes[i].alpha, shapes[i].beta, mpfr_get_d(t, MPFR_RNDN));
        mpfr_sub(t, law->exponent, p.elasticity_time, MPFR_RNDN);
        cr_expect(fabs(mpfr_get_d(t, MPFR_RNDN)) < EXACT,
                  "alpha %s: exponent off by %g", shapes[i].alpha,
                  mpfr_get_d(t, MPFR_RNDN));
        mpfr_clears(said, t, (mpfr_ptr)NULL);
        nsl_prediction_mp_clear(&p);
        subject_free(&s);
    }
    mpfr_free_cache();
}

/* What the next order leaves of the exponents and amplitudes at the budget. */
static const double NEXT_ORDER = 3e-3;

Test(laws, best_split_of_features_and_time)
{
    const struct {
        shape s;
        double budget;
    } cases[] = {{{"0.5", NULL}, 1e12}, {{"1", NULL}, 1e10},  {{"0.5", "5"}, 1e13},
                 {{"1", "5"}, 1e12},    {{"0.3", "3"}, 1e14}, {{"0.7", "1.2"}, 1e12}};
    nsl_cost *cost;
    nsl_error err = {0};
    cr_assert(nsl_cost_parse(&cost, "N*time", NSL_COST_BITS_MIN, &err) == NSL_OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        subject s = subject_endless(cases[i].s);
        subject_find(&s, NSL_POLICY_ZERO, 0.0, 0.0);
        const nsl_law_mp *law =
            subject_law(&s, NSL_RESOURCE_TIME_BUDGET, NSL_REGIME_COMPUTE_OPTIMAL);
        nsl_frontier_query query = {
            .cost = cost,
            .point = {(double)NAN, INFINITE, 0.0, 0.0, 1.0, {NSL_FLOW, (double)NAN}}};
        nsl_frontier best;
        cr_assert(nsl_frontier_find(&best, s.m.model, &query, cases[i].budget, &err) ==
                      NSL_OK,
                  "%s", err.message);
        subject_expect(best.exponent_loss, subject_number(law->exponent), NEXT_ORDER,
                       "exponent", cases[i].s);
        subject_expect(best.exponent_features, subject_number(law->split_exponent),
                       NEXT_ORDER, "split", cases[i].s);
        if (!mpfr_nan_p(law->amplitude)) {
            subject_expect(best.best.test_loss, subject_law_at(law, cases[i].budget),
                           NEXT_ORDER, "loss", cases[i].s);
            subject_expect(
                best.features,
                subject_number(law->split_amplitude) *
                    pow(cases[i].budget, subject_number(law->split_exponent)),
                NEXT_ORDER, "features", cases[i].s);
        } else {
            cr_expect(law->note != NULL);
        }
        subject_free(&s);
    }
    nsl_cost_free(cost);
    mpfr_free_cache();
}
