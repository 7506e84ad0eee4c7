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
    unsigned digits;                      /* of the work */
    nsl_cost_variable along, most, third; /* as in split.h */
    nsl_point point;                      /* with the third resource */
    nsl_point_decimals decimals;
    mpfr_t log_budget, log_third, a, b, of_third;
    nsl_frontier_mp *out;
    nsl_error *err;
} search;

void nsl_frontier_mp_init(nsl_frontier_mp *f)
{
    mpfr_inits2(53, f->features, f->samples, f->time, f->ridge, f->exponent_features,
                f->exponent_samples, f->exponent_time, f->exponent_loss,
                (mpfr_ptr)NULL);
    nsl_prediction_mp_init(&f->best);
}

void nsl_frontier_mp_clear(nsl_frontier_mp *f)
{
    mpfr_clears(f->features, f->samples, f->time, f->ridge, f->exponent_features,
                f->exponent_samples, f->exponent_time, f->exponent_loss,
                (mpfr_ptr)NULL);
    nsl_prediction_mp_clear(&f->best);
}

static mpfr_ptr amount_of(nsl_frontier_mp *f, nsl_cost_variable v)
{
    return v == NSL_COST_FEATURES  ? f->features
           : v == NSL_COST_SAMPLES ? f->samples
                                   : f->time;
}

static mpfr_ptr exponent_of(nsl_frontier_mp *f, nsl_cost_variable v)
{
    return v == NSL_COST_FEATURES  ? f->exponent_features
           : v == NSL_COST_SAMPLES ? f->exponent_samples
                                   : f->exponent_time;
}

static mpfr_srcptr elasticity_of(const nsl_prediction_mp *p, nsl_cost_variable v)
{
    return v == NSL_COST_FEATURES  ? p->elasticity_features
           : v == NSL_COST_SAMPLES ? p->elasticity_samples
                                   : p->elasticity_time;
}

/* Where a resource stands in a point, and its decimal. */
static double *place_of(nsl_point *point, nsl_cost_variable v)
{
    return v == NSL_COST_FEATURES  ? &point->features
           : v == NSL_COST_SAMPLES ? &point->samples
                                   : &point->training.time;
}

static const char **decimal_of(nsl_point_decimals *d, nsl_cost_variable v)
{
    return v == NSL_COST_FEATURES  ? &d->features
           : v == NSL_COST_SAMPLES ? &d->samples
                                   : &d->time;
}

/* ln of the most that ln(along) = x leaves money for; `exponents`: also the cost's. */
static void set_most(mpfr_t out, search *s, const mpfr_t x, const mpfr_t log_budget,
                     bool exponents)
{
    mpfr_srcptr logs[NSL_COST_VARIABLES];
    mpfr_ptr rates[NSL_COST_VARIABLES];
    logs[s->along] = x;
    logs[s->most] = out;
    logs[s->third] = s->log_third;
    rates[s->along] = s->a;
    rates[s->most] = s->b;
    rates[s->third] = s->of_third;
    nsl_cost_log_most_mp(out, s->cost, s->most, log_budget, logs);
    if (exponents)
        nsl_cost_exponents_mp(rates, s->cost, logs);
}

/* Amounts and the prediction at ln(along) = x. */
static nsl_status predict_at(search *s, const mpfr_t x, const mpfr_t log_budget,
                             nsl_units units)
{
    mpfr_ptr along = amount_of(s->out, s->along), most = amount_of(s->out, s->most);
    nsl_point point = s->point;
    nsl_point_decimals decimals = s->decimals;
    set_most(most, s, x, log_budget, true);
    mpfr_exp(most, most, MPFR_RNDN);
    mpfr_exp(along, x, MPFR_RNDN);
    char *one = nsl_decimal_of(along, s->digits + SPARE_DIGITS);
    char *other = nsl_decimal_of(most, s->digits + SPARE_DIGITS);
    nsl_status status = one && other ? NSL_OK : nsl_fail_memory(s->err);
    *place_of(&point, s->along) = mpfr_get_d(along, MPFR_RNDN);
    *place_of(&point, s->most) = mpfr_get_d(most, MPFR_RNDN);
    *decimal_of(&decimals, s->along) = one;
    *decimal_of(&decimals, s->most) = other;
    if (status == NSL_OK)
        status = nsl_answer_mp(&s->out->best, s->query->optimal ? s->out->ridge : NULL,
                               s->model, &point, &decimals, units, s->digits, s->err);
    free(one);
    free(other);
    return status;
}

/* Slopes are those of the loss on clean labels: noise on the test labels does not move
 * the minimum, and exponent_loss is of what can be learnt. */
static nsl_units clean(const search *s)
{
    return (nsl_units){.mse = s->query->units.mse};
}

/* (a/b) e_most − e_along */
static nsl_status slope_at(mpfr_t out, search *s, const mpfr_t x, const mpfr_t budget)
{
    nsl_status status = predict_at(s, x, budget, clean(s));
    mpfr_mul(out, elasticity_of(&s->out->best, s->most), s->a, MPFR_RNDN);
    mpfr_div(out, out, s->b, MPFR_RNDN);
    mpfr_sub(out, out, elasticity_of(&s->out->best, s->along), MPFR_RNDN);
    return status;
}

/* The stationary point near x, to 10^−digits or better. */
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

/* Exponents of the two from the stationary points at ln B ± h. */
static nsl_status set_exponents(search *s, const mpfr_t x, unsigned digits)
{
    mpfr_ptr along = exponent_of(s->out, s->along), most = exponent_of(s->out, s->most);
    mpfr_prec_t bits = mpfr_get_prec(x);
    mpfr_t h, budget, moved[2], left[2];
    nsl_status status = NSL_OK;
    unsigned half = digits / 2 + SPARE_DIGITS / 2;
    mpfr_inits2(bits, h, budget, moved[0], moved[1], left[0], left[1], (mpfr_ptr)NULL);
    mpfr_ui_pow_ui(h, 10, half, MPFR_RNDN);
    mpfr_ui_div(h, 1, h, MPFR_RNDN);
    for (int i = 0; i < 2 && status == NSL_OK; i++) {
        if (i == 0)
            mpfr_add(budget, s->log_budget, h, MPFR_RNDN);
        else
            mpfr_sub(budget, s->log_budget, h, MPFR_RNDN);
        mpfr_set(moved[i], x, MPFR_RNDN);
        status = stationary(moved[i], s, budget, s->digits - SPARE_DIGITS);
        set_most(left[i], s, moved[i], budget, false);
    }
    mpfr_mul_2ui(h, h, 1, MPFR_RNDN);
    mpfr_sub(moved[0], moved[0], moved[1], MPFR_RNDN);
    mpfr_div(along, moved[0], h, MPFR_RNDN);
    mpfr_sub(left[0], left[0], left[1], MPFR_RNDN);
    mpfr_div(most, left[0], h, MPFR_RNDN);
    mpfr_clears(h, budget, moved[0], moved[1], left[0], left[1], (mpfr_ptr)NULL);
    return status;
}

/* The two that are found, and what stays: given, or infinite. */
static void set_split(search *s, const nsl_frontier *rough)
{
    const double amounts[] = {[NSL_COST_FEATURES] = rough->features,
                              [NSL_COST_SAMPLES] = rough->samples,
                              [NSL_COST_TIME] = rough->time};
    nsl_frontier_mp *out = s->out;
    s->along = rough->along;
    s->most = rough->most;
    s->third =
        NSL_COST_FEATURES + NSL_COST_SAMPLES + NSL_COST_TIME - s->along - s->most;
    s->point = s->query->point;
    s->decimals = s->query->decimals;
    if (s->third != NSL_COST_TIME) {
        s->point.training = (nsl_training){.kind = NSL_FLOW};
        *place_of(&s->point, s->third) = amounts[s->third];
    } else if (isinf(rough->time)) {
        s->point.training = (nsl_training){.kind = NSL_TRAINED};
    }
    const char *text = isinf(amounts[s->third]) ? NULL
                       : s->point.training.kind == NSL_DESCENT
                           ? NULL /* steps are doubles */
                           : *decimal_of(&s->decimals, s->third);
    nsl_exact_set(amount_of(out, s->third), text, amounts[s->third]);
    mpfr_log(s->log_third, amount_of(out, s->third), MPFR_RNDN);
    mpfr_set_nan(exponent_of(out, s->third));
}

static nsl_status search_init(search *s, const nsl_frontier *rough, mpfr_prec_t bits)
{
    nsl_frontier_mp *f = s->out;
    mpfr_ptr values[] = {f->features,          f->samples,          f->time,
                         f->exponent_features, f->exponent_samples, f->exponent_time,
                         f->exponent_loss};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        mpfr_set_prec(values[i], bits);
    mpfr_inits2(bits, s->log_budget, s->log_third, s->a, s->b, s->of_third,
                (mpfr_ptr)NULL);
    set_split(s, rough);
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
    nsl_status status = search_init(&s, rough, bits);
    mpfr_set_d(x, s.along == NSL_COST_FEATURES ? rough->features : rough->samples,
               MPFR_RNDN);
    mpfr_log(x, x, MPFR_RNDN);
    if (status == NSL_OK)
        status = stationary(x, &s, s.log_budget, s.digits - SPARE_DIGITS);
    if (status == NSL_OK)
        status = set_exponents(&s, x, digits);
    if (status == NSL_OK)
        status = predict_at(&s, x, s.log_budget, clean(&s));
    if (status == NSL_OK)
        mpfr_div(out->exponent_loss, elasticity_of(&out->best, s.most), s.b, MPFR_RNDN);
    if (status == NSL_OK && query->units.test_noise)
        status = predict_at(&s, x, s.log_budget, query->units);
    nsl_cost_free(s.cost);
    mpfr_clears(s.log_budget, s.log_third, s.a, s.b, s.of_third, x, (mpfr_ptr)NULL);
    return status;
}
