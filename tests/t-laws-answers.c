/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which laws a question is answered with, what is refused, digits and units. */
#include "mp/rational.h"

#include "subject.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static const double NOT_GIVEN = (double)NAN;

/* --- which laws, and refusals ------------------------------------------------------
 */

static void expect_regimes(nsl_ridge_convention convention, uint64_t latents,
                           nsl_ridge_policy policy, double ridge, double noise,
                           const char *expected)
{
    static const char letters[] = "MDRNFBC"; /* of nsl_regime */
    char got[NSL_LAWS_MAX + 1] = "";
    subject s = subject_new((shape){"0.5", NULL}, latents, convention);
    subject_find(&s, policy, ridge, noise);
    for (size_t i = 0; i < s.laws.count; i++)
        got[i] = letters[s.laws.law[i].regime];
    cr_expect(strcmp(got, expected) == 0,
              "policy %d ridge %g noise %g: %s, expected %s", (int)policy, ridge, noise,
              got, expected);
    subject_free(&s);
}

Test(laws, regimes)
{
    const uint64_t endless_latents = NSL_LATENTS_INFINITE;
    expect_regimes(NSL_RIDGE_MRS, endless_latents, NSL_POLICY_ZERO, 0, 0, "MDCR");
    expect_regimes(NSL_RIDGE_MRS, endless_latents, NSL_POLICY_FIXED, 0, 0, "MDCR");
    expect_regimes(NSL_RIDGE_MRS, endless_latents, NSL_POLICY_ZERO, 0, 1, "MDFCR");
    expect_regimes(NSL_RIDGE_MRS, endless_latents, NSL_POLICY_OPTIMAL, 0, 1, "MDNCR");
    expect_regimes(NSL_RIDGE_MRS, 100, NSL_POLICY_FIXED, 1, 0, "MDR");
    expect_regimes(NSL_RIDGE_MRS, 100, NSL_POLICY_FIXED, 1, 1, "MDFBR");
    expect_regimes(NSL_RIDGE_MRS, 100, NSL_POLICY_OPTIMAL, 0, 1, "MDNBCR");
    expect_regimes(NSL_RIDGE_KERNEL, 100, NSL_POLICY_FIXED, 1, 0, "MDRBR");
    expect_regimes(NSL_RIDGE_KERNEL, 100, NSL_POLICY_FIXED, 1, 1, "MDRNBR");
    expect_regimes(NSL_RIDGE_KERNEL, endless_latents, NSL_POLICY_FIXED, 1, 0, "MDRR");
}

static void expect_refusal(const nsl_model *model, nsl_ridge_policy policy,
                           nsl_point point, unsigned digits, const char *field)
{
    nsl_model_mp *exact;
    nsl_laws_mp laws;
    nsl_error err = {0};
    nsl_laws_mp_init(&laws);
    cr_assert(nsl_model_mp_new(&exact, model, NULL, &err) == NSL_OK);
    nsl_status status = nsl_laws_mp_find(&laws, exact, policy, &point, NULL,
                                         (nsl_units){false, false}, digits, &err);
    cr_expect(status == NSL_EINVAL && strcmp(err.field, field) == 0 &&
                  laws.count == 0 && mpfr_nan_p(laws.c),
              "field %s, expected %s: %s", err.field, field, err.message);
    nsl_model_mp_free(exact);
    nsl_laws_mp_clear(&laws);
}

Test(laws, refusals)
{
    const double rows[] = {1.0, 0.5, 0.25};
    nsl_spectrum *table;
    cr_assert(nsl_spectrum_new_table(&table, 3, rows, NULL, NULL, NULL) == NSL_OK);
    testing_model of_table = testing_on(table, NULL);
    testing_model law = testing_powerlaw(0.5, NSL_LATENTS_INFINITE, NULL);
    nsl_point good = {.features = NOT_GIVEN, .samples = NOT_GIVEN, .ridge = NOT_GIVEN};
    expect_refusal(of_table.model, NSL_POLICY_ZERO, good, SUBJECT_DIGITS, "spectrum");
    expect_refusal(law.model, NSL_POLICY_ZERO, good, NSL_DIGITS_MIN - 1, "digits");
    expect_refusal(law.model, NSL_POLICY_ZERO, good, NSL_DIGITS_MAX + 1, "digits");
    expect_refusal(law.model, NSL_POLICY_FIXED, good, SUBJECT_DIGITS, "ridge");
    nsl_point bad = good;
    bad.noise = -1.0;
    expect_refusal(law.model, NSL_POLICY_ZERO, bad, SUBJECT_DIGITS, "noise");
    bad = good;
    bad.features = 0.0;
    expect_refusal(law.model, NSL_POLICY_ZERO, bad, SUBJECT_DIGITS, "features");
    bad = good;
    bad.samples = -3.0;
    expect_refusal(law.model, NSL_POLICY_ZERO, bad, SUBJECT_DIGITS, "samples");
    bad = good;
    bad.ensemble = 2.0;
    expect_refusal(law.model, NSL_POLICY_ZERO, bad, SUBJECT_DIGITS, "ensemble");
    bad = good;
    bad.ridge = 1.0; /* γ at M = ∞ */
    expect_refusal(law.model, NSL_POLICY_FIXED, bad, SUBJECT_DIGITS, "ridge");
    testing_free(&of_table);
    testing_free(&law);
    mpfr_free_cache();
}

/* --- digits and units --------------------------------------------------------------
 */

static void find_digits(subject *s, nsl_units units, unsigned digits)
{
    nsl_point point = {
        .features = 1e3, .samples = 1e4, .ridge = NOT_GIVEN, .noise = 0.1};
    cr_assert(nsl_laws_mp_find(&s->laws, s->exact, NSL_POLICY_OPTIMAL, &point, NULL,
                               units, digits, NULL) == NSL_OK);
}

static void expect_digits(mpfr_ptr got, mpfr_ptr expected, const char *alpha)
{
    if (mpfr_nan_p(expected)) {
        cr_expect(mpfr_nan_p(got));
        return;
    }
    mpfr_sub(got, got, expected, MPFR_RNDN);
    mpfr_div(got, got, expected, MPFR_RNDN);
    /* a thousandth of a unit in the last of 50 digits, 10^−53 at least */
    cr_expect(fabs(subject_number(got)) < 1e-52, "alpha %s: a value moves by %g", alpha,
              subject_number(got));
}

/* D digits are those of 2D digits. */
Test(laws, digits_stand)
{
    const shape wanted[] = {{"0.3", NULL},           {"1e-9", "1"}, {"0.3", "1.9"},
                            {"2", "2.999999999999"}, {"1", "3"},    {"999", "1000.5"}};
    const nsl_units units = {false, false};
    for (int i = 0; i < 6; i++) {
        subject once = subject_endless(wanted[i]), twice = subject_endless(wanted[i]);
        find_digits(&once, units, 50);
        find_digits(&twice, units, 100);
        cr_assert(once.laws.count == twice.laws.count);
        for (size_t k = 0; k < once.laws.count; k++) {
            nsl_law_mp *a = &once.laws.law[k], *b = &twice.laws.law[k];
            expect_digits(a->exponent, b->exponent, wanted[i].alpha);
            expect_digits(a->amplitude, b->amplitude, wanted[i].alpha);
            expect_digits(a->log_shift, b->log_shift, wanted[i].alpha);
            expect_digits(a->split_exponent, b->split_exponent, wanted[i].alpha);
            expect_digits(a->split_amplitude, b->split_amplitude, wanted[i].alpha);
        }
        subject_free(&once);
        subject_free(&twice);
    }
}

/* L = C·E/2. */
Test(laws, units)
{
    nsl_model_options o = nsl_model_defaults();
    o.outputs = 6.0;
    testing_model m = testing_powerlaw(0.5, 1000, &o);
    subject losses = {.m = m}, errors = {.m = m};
    cr_assert(nsl_model_mp_new(&losses.exact, m.model, NULL, NULL) == NSL_OK);
    errors.exact = losses.exact;
    nsl_laws_mp_init(&losses.laws);
    nsl_laws_mp_init(&errors.laws);
    find_digits(&losses, (nsl_units){false, false}, SUBJECT_DIGITS);
    find_digits(&errors, (nsl_units){true, true}, SUBJECT_DIGITS);
    for (size_t i = 0; i < losses.laws.count; i++)
        cr_expect(testing_distance(subject_number(losses.laws.law[i].amplitude),
                                   3.0 * subject_number(errors.laws.law[i].amplitude)) <
                  1e-15);
    nsl_laws_mp_clear(&errors.laws);
    subject_free(&losses);
}

Test(laws, rationals)
{
    const struct {
        const char *text;
        double value;
        long top;
        unsigned long bottom;
    } cases[] = {{"0.3", 0, 3, 10},    {"-12.50", 0, -25, 2}, {"+.5e1", 0, 5, 1},
                 {"3.E-2", 0, 3, 100}, {"120e-1", 0, 12, 1},  {"0e99999999", 0, 0, 1},
                 {NULL, 0.375, 3, 8},  {NULL, -2.0, -2, 1}};
    mpq_t got, expected;
    mpq_inits(got, expected, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        nsl_rational_set(got, cases[i].text, cases[i].value);
        mpq_set_si(expected, cases[i].top, cases[i].bottom);
        mpq_canonicalize(expected);
        cr_expect(mpq_equal(got, expected), "case %zu", i);
    }
    /* sin(π(2 + 1e-60)) keeps its digits */
    mpfr_t sine;
    mpfr_init2(sine, 100);
    nsl_rational_set(
        got, "2.000000000000000000000000000000000000000000000000000000000001", 0);
    nsl_rational_sin_pi(sine, got);
    cr_expect(testing_distance(subject_number(sine), M_PI * 1e-60) < 1e-15);
    nsl_rational_set(got, "0.999999999999999999999999999999", 0);
    nsl_rational_sin_pi(sine, got);
    cr_expect(testing_distance(subject_number(sine), M_PI * 1e-30) < 1e-15);
    mpfr_clear(sine);
    mpq_clears(got, expected, NULL);
    mpfr_free_cache();
}
