/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Results as text against the numbers they are made of. */
#include "testing.h"

#include <criterion/criterion.h>
#include <math.h>
#include <nslaw/text_mp.h>
#include <string.h>

enum { DIGITS = 30, BITS = 120 };

static const nsl_units UNITS = {false, false};

/* The text read back is the value rounded to so many digits. */
static void expect_number(const char *text, mpfr_srcptr value)
{
    mpfr_t read, off;
    if (mpfr_nan_p(value)) {
        cr_assert_str_eq(text, "nan");
        return;
    }
    if (mpfr_zero_p(value)) {
        cr_assert_str_eq(text, "0");
        return;
    }
    mpfr_inits2(4 * BITS, read, off, (mpfr_ptr)NULL);
    cr_assert(mpfr_set_str(read, text, 10, MPFR_RNDN) == 0, "%s", text);
    cr_assert(strcspn(text + (*text == '-'), "e") == DIGITS + 1, "%s", text);
    mpfr_sub(off, read, value, MPFR_RNDN);
    mpfr_div(off, off, value, MPFR_RNDN);
    cr_assert(fabs(mpfr_get_d(off, MPFR_RNDN)) <= 0.5 * pow(10.0, 1 - DIGITS), "%s",
              text);
    mpfr_clears(read, off, (mpfr_ptr)NULL);
}

static nsl_model_mp *model_of(testing_model *m)
{
    nsl_model_options o = nsl_model_defaults();
    nsl_model_decimals decimals = {.alpha = "0.3"};
    nsl_model_mp *model;
    o.convention = NSL_RIDGE_KERNEL;
    *m = testing_powerlaw(0.3, NSL_LATENTS_INFINITE, &o);
    cr_assert(nsl_model_mp_new(&model, m->model, &decimals, NULL) == NSL_OK);
    return model;
}

Test(text_mp, predictions)
{
    testing_model m;
    nsl_model_mp *model = model_of(&m);
    nsl_point point = {.features = 100, .samples = 300, .ridge = 0.1, .noise = 0.1};
    for (int optimal = 0; optimal < 2; optimal++) {
        nsl_prediction_text text;
        nsl_prediction_mp p;
        mpfr_t ridge;
        nsl_prediction_mp_init(&p);
        mpfr_init2(ridge, BITS);
        cr_assert(nsl_predict_text(&text, model, &point, NULL, optimal, UNITS, DIGITS,
                                   NULL) == NSL_OK);
        if (optimal)
            nsl_predict_optimal_mp(&p, ridge, NULL, model, &point, NULL, UNITS, DIGITS,
                                   NULL);
        else
            nsl_predict_mp(&p, model, &point, NULL, UNITS, DIGITS, NULL);
        if (optimal)
            expect_number(text.ridge, ridge);
        else
            cr_assert_null(text.ridge);
        expect_number(text.delta, p.delta);
        expect_number(text.dof, p.dof);
        expect_number(text.test_loss, p.test_loss);
        expect_number(text.signal_loss, p.signal_loss);
        expect_number(text.noise_loss, p.noise_loss);
        expect_number(text.train_loss, p.train_loss);
        expect_number(text.bias, p.bias);
        expect_number(text.variance_samples, p.variance_samples);
        expect_number(text.variance_features, p.variance_features);
        expect_number(text.elasticity_features, p.elasticity_features);
        expect_number(text.elasticity_samples, p.elasticity_samples);
        expect_number(text.elasticity_ridge, p.elasticity_ridge);
        expect_number(text.elasticity_time, p.elasticity_time);
        cr_assert(text.notes == p.notes);
        nsl_prediction_text_clear(&text);
        cr_assert_null(text.delta);
        mpfr_clear(ridge);
        nsl_prediction_mp_clear(&p);
    }
    nsl_model_mp_free(model);
    testing_free(&m);
}

Test(text_mp, laws)
{
    testing_model m;
    nsl_model_mp *model = model_of(&m);
    nsl_point point = {.features = NAN, .samples = NAN, .noise = 0.1};
    nsl_laws_text text;
    nsl_laws_mp laws;
    nsl_laws_mp_init(&laws);
    cr_assert(nsl_laws_text_find(&text, model, NSL_POLICY_ZERO, &point, NULL, UNITS,
                                 DIGITS, NULL) == NSL_OK);
    cr_assert(nsl_laws_mp_find(&laws, model, NSL_POLICY_ZERO, &point, NULL, UNITS,
                               DIGITS, NULL) == NSL_OK);
    expect_number(text.p, laws.p);
    expect_number(text.c, laws.c);
    cr_assert(text.count == laws.count && text.count > 4);
    for (size_t i = 0; i < text.count; i++) {
        const nsl_law_text *one = &text.law[i];
        const nsl_law_mp *law = &laws.law[i];
        cr_assert(one->resource == law->resource && one->regime == law->regime &&
                  one->logarithm == law->logarithm && one->note == law->note);
        expect_number(one->exponent, law->exponent);
        expect_number(one->amplitude, law->amplitude);
        expect_number(one->log_shift, law->log_shift);
        expect_number(one->split_exponent, law->split_exponent);
        expect_number(one->split_amplitude, law->split_amplitude);
    }
    nsl_laws_text_clear(&text);
    nsl_laws_mp_clear(&laws);
    nsl_model_mp_free(model);
    testing_free(&m);
}

Test(text_mp, failures)
{
    testing_model m;
    nsl_model_mp *model = model_of(&m);
    nsl_point point = {.features = -1, .samples = 300};
    nsl_error err;
    nsl_prediction_text text;
    nsl_laws_text laws;
    cr_assert(nsl_predict_text(&text, model, &point, NULL, false, UNITS, DIGITS,
                               &err) == NSL_EINVAL);
    cr_assert_str_eq(err.field, "features");
    cr_assert_null(text.test_loss);
    cr_assert(nsl_laws_text_find(&laws, model, NSL_POLICY_ZERO, &point, NULL, UNITS, 3,
                                 &err) == NSL_EINVAL);
    cr_assert(laws.count == 0 && !laws.p);
    nsl_model_mp_free(model);
    testing_free(&m);
}
