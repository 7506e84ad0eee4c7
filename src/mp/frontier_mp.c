/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The frontier's stationary point by the secant method on the exact slope of
 * frontier.c; its exponents by central differences between such points, h so small that
 * h² is below the last digit. */
#include "core/error.h"
#include "mp/level.h"
#include "mp/sizes_mp.h"
#include <nslaw/cost_mp.h>
#include <nslaw/queries_mp.h>

#include <math.h>
#include <stdlib.h>

/* Digits beyond those asked for, and secant steps. */
enum { SPARE_DIGITS = 10, STEPS_MAX = 60 };

/* First step of the secant method in ln N. */
static const double FIRST_STEP = 1e-8;

typedef struct {
    const nsl_model_mp *model;
    const nsl_frontier_query_mp *query;
    nsl_cost *cost;
    unsigned digits; /* of the work */
    mpfr_t log_budget, a, b, of_time;
    nsl_frontier_mp *out;
    nsl_error *err;
} search;

void nsl_frontier_mp_init(nsl_frontier_mp *f)
{
    mpfr_inits2(53, f->features, f->samples, f->ridge, f->exponent_features,
                f->exponent_samples, f->exponent_loss, (mpfr_ptr)NULL);
    nsl_prediction_mp_init(&f->best);
}

void nsl_frontier_mp_clear(nsl_frontier_mp *f)
{
    mpfr_clears(f->features, f->samples, f->ridge, f->exponent_features,
                f->exponent_samples, f->exponent_loss, (mpfr_ptr)NULL);
    nsl_prediction_mp_clear(&f->best);
}

/* Sizes and the prediction at ln N = x. */
static nsl_status predict_at(search *s, const mpfr_t x, const mpfr_t log_budget,
                             nsl_units units)
{
    nsl_frontier_mp *out = s->out;
    nsl_point point = s->query->point;
    nsl_point_decimals decimals = s->query->decimals;
    mpfr_srcptr logs[] = {x, out->samples, NULL};
    mpfr_ptr exponents[] = {s->a, s->b, s->of_time};
    nsl_cost_log_most_mp(out->samples, s->cost, NSL_COST_SAMPLES, log_budget, logs);
    nsl_cost_exponents_mp(exponents, s->cost, logs);
    mpfr_exp(out->samples, out->samples, MPFR_RNDN);
    mpfr_exp(out->features, x, MPFR_RNDN);
    char *features = nsl_decimal_of(out->features, s->digits + SPARE_DIGITS);
    char *samples = nsl_decimal_of(out->samples, s->digits + SPARE_DIGITS);
    nsl_status status = features && samples ? NSL_OK : nsl_fail_memory(s->err);
    point.features = mpfr_get_d(out->features, MPFR_RNDN);
    point.samples = mpfr_get_d(out->samples, MPFR_RNDN);
    decimals.features = features;
    decimals.samples = samples;
    if (status == NSL_OK)
        status = nsl_answer_mp(&out->best, s->query->optimal ? out->ridge : NULL,
                               s->model, &point, &decimals, units, s->digits, s->err);
    free(features);
    free(samples);
    return status;
}

/* Slopes are those of the loss on clean labels: noise on the test labels does not move
 * the minimum, and exponent_loss is of what can be learnt. */
static nsl_units clean(const search *s)
{
    return (nsl_units){.mse = s->query->units.mse};
}

/* (a/b) e_P − e_N */
static nsl_status slope_at(mpfr_t out, search *s, const mpfr_t x, const mpfr_t budget)
{
    nsl_status status = predict_at(s, x, budget, clean(s));
    mpfr_mul(out, s->out->best.elasticity_samples, s->a, MPFR_RNDN);
    mpfr_div(out, out, s->b, MPFR_RNDN);
    mpfr_sub(out, out, s->out->best.elasticity_features, MPFR_RNDN);
    return status;
}

/* The stationary ln N near x, to 10^−digits or better. */
static nsl_status stationary(mpfr_t x, search *s, const mpfr_t budget, unsigned digits)
{
    mpfr_prec_t bits = mpfr_get_prec(x);
    mpfr_t last, value, last_value, step;
    mpfr_inits2(bits, last, value, last_value, step, (mpfr_ptr)NULL);
    mpfr_add_d(last, x, FIRST_STEP, MPFR_RNDN);
    nsl_status status = slope_at(last_value, s, last, budget);
    bool close = false;
    for (int i = 0; i < STEPS_MAX && status == NSL_OK && !close; i++) {
        status = slope_at(value, s, x, budget);
        mpfr_sub(step, x, last, MPFR_RNDN);
        mpfr_sub(last_value, value, last_value, MPFR_RNDN);
        if (mpfr_zero_p(value) || mpfr_zero_p(last_value)) {
            close = true;
            break;
        }
        mpfr_div(step, step, last_value, MPFR_RNDN);
        mpfr_mul(step, step, value, MPFR_RNDN);
        if (!mpfr_number_p(step) || mpfr_cmpabs_ui(step, 1) > 0)
            break;
        mpfr_set(last, x, MPFR_RNDN);
        mpfr_set(last_value, value, MPFR_RNDN);
        mpfr_sub(x, x, step, MPFR_RNDN);
        close = mpfr_get_exp(step) < -(mpfr_exp_t)(digits * log2(10.0));
    }
    mpfr_clears(last, value, last_value, step, (mpfr_ptr)NULL);
    if (status == NSL_OK && !close)
        status = nsl_fail(s->err, NSL_EFAILED, "",
                          "the digits of the frontier do not settle");
    return status;
}

/* Exponents of N and P from the stationary points at ln B ± h. */
static nsl_status set_exponents(search *s, const mpfr_t x, unsigned digits)
{
    nsl_frontier_mp *out = s->out;
    mpfr_prec_t bits = mpfr_get_prec(x);
    mpfr_t h, budget, moved[2], samples[2];
    nsl_status status = NSL_OK;
    unsigned half = digits / 2 + SPARE_DIGITS / 2;
    mpfr_inits2(bits, h, budget, moved[0], moved[1], samples[0], samples[1],
                (mpfr_ptr)NULL);
    mpfr_ui_pow_ui(h, 10, half, MPFR_RNDN);
    mpfr_ui_div(h, 1, h, MPFR_RNDN);
    for (int i = 0; i < 2 && status == NSL_OK; i++) {
        if (i == 0)
            mpfr_add(budget, s->log_budget, h, MPFR_RNDN);
        else
            mpfr_sub(budget, s->log_budget, h, MPFR_RNDN);
        mpfr_set(moved[i], x, MPFR_RNDN);
        status = stationary(moved[i], s, budget, s->digits - SPARE_DIGITS);
        mpfr_srcptr logs[] = {moved[i], NULL, NULL};
        nsl_cost_log_most_mp(samples[i], s->cost, NSL_COST_SAMPLES, budget, logs);
    }
    mpfr_mul_2ui(h, h, 1, MPFR_RNDN);
    mpfr_sub(moved[0], moved[0], moved[1], MPFR_RNDN);
    mpfr_div(out->exponent_features, moved[0], h, MPFR_RNDN);
    mpfr_sub(samples[0], samples[0], samples[1], MPFR_RNDN);
    mpfr_div(out->exponent_samples, samples[0], h, MPFR_RNDN);
    mpfr_clears(h, budget, moved[0], moved[1], samples[0], samples[1], (mpfr_ptr)NULL);
    return status;
}

static nsl_status search_init(search *s, mpfr_prec_t bits)
{
    mpfr_ptr values[] = {s->out->features, s->out->samples, s->out->exponent_features,
                         s->out->exponent_samples, s->out->exponent_loss};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        mpfr_set_prec(values[i], bits);
    mpfr_inits2(bits, s->log_budget, s->a, s->b, s->of_time, (mpfr_ptr)NULL);
    nsl_exact_set(s->log_budget, s->query->budget, 0.0);
    if (s->query->point.ensemble > 1.0)
        mpfr_div_d(s->log_budget, s->log_budget, s->query->point.ensemble, MPFR_RNDN);
    mpfr_log(s->log_budget, s->log_budget, MPFR_RNDN);
    return nsl_cost_parse(&s->cost, s->query->cost, (long)bits, s->err);
}

nsl_status nsl_frontier_find_mp(nsl_frontier_mp *out, const nsl_frontier *rough,
                                const nsl_model_mp *model,
                                const nsl_frontier_query_mp *query, unsigned digits,
                                nsl_error *err)
{
    if (rough->kind != NSL_FRONTIER_SMOOTH)
        return nsl_fail(err, NSL_EFAILED, "",
                        "many digits are known only where the best split is neither at "
                        "an end of the frontier nor at a kink");
    /* a root of h/2 digits more, so that its difference over h keeps them */
    search s = {.model = model,
                .query = query,
                .digits = digits + digits / 2 + 4 * SPARE_DIGITS,
                .out = out,
                .err = err};
    mpfr_prec_t bits = nsl_bits_for(s.digits + SPARE_DIGITS);
    mpfr_t x;
    mpfr_init2(x, bits);
    mpfr_set_d(x, rough->features, MPFR_RNDN);
    mpfr_log(x, x, MPFR_RNDN);
    nsl_status status = search_init(&s, bits);
    if (status == NSL_OK)
        status = stationary(x, &s, s.log_budget, s.digits - SPARE_DIGITS);
    if (status == NSL_OK)
        status = set_exponents(&s, x, digits);
    if (status == NSL_OK)
        status = predict_at(&s, x, s.log_budget, clean(&s));
    if (status == NSL_OK)
        mpfr_div(out->exponent_loss, out->best.elasticity_samples, s.b, MPFR_RNDN);
    if (status == NSL_OK && query->units.test_noise)
        status = predict_at(&s, x, s.log_budget, query->units);
    nsl_cost_free(s.cost);
    mpfr_clears(s.log_budget, s.a, s.b, s.of_time, x, (mpfr_ptr)NULL);
    return status;
}
