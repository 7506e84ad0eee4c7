/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Newton in ln(unknown) on ln(loss/target), whose slope is the exact elasticity: from
 * the double solution on each step doubles the digits. */
#include "core/error.h"
#include "mp/level.h"
#include "mp/sizes_mp.h"
#include <nslaw/queries_mp.h>

#include <math.h>
#include <stdlib.h>

/* Digits beyond those asked for, and steps: 10,000 digits take ten doublings. */
enum { SPARE_DIGITS = 10, STEPS_MAX = 40 };

/* A root may not move further than this many times what the double's error was. */
static const double STRAY = 1e3;

typedef struct {
    const nsl_model_mp *model;
    nsl_point point;
    nsl_point_decimals decimals;
    const nsl_query *query;
    mpfr_t target, ridge, slope, step;
    nsl_prediction_mp p;
    nsl_error *err;
} search;

static void search_init(search *s, const char *target, mpfr_prec_t bits)
{
    mpfr_inits2(bits, s->target, s->slope, s->step, (mpfr_ptr)NULL);
    mpfr_init2(s->ridge, 53);
    nsl_prediction_mp_init(&s->p);
    nsl_exact_set(s->target, target, s->query->target);
}

static void search_clear(search *s)
{
    mpfr_clears(s->target, s->ridge, s->slope, s->step, (mpfr_ptr)NULL);
    nsl_prediction_mp_clear(&s->p);
}

/* The unknown's places in a point. */
static void set_unknown(search *s, double value, const char *text)
{
    switch (s->query->unknown) {
    case NSL_UNKNOWN_FEATURES:
        s->point.features = value;
        s->decimals.features = text;
        return;
    case NSL_UNKNOWN_SAMPLES:
        s->point.samples = value;
        s->decimals.samples = text;
        return;
    case NSL_UNKNOWN_RIDGE:
        s->point.ridge = value;
        s->decimals.ridge = text;
        return;
    case NSL_UNKNOWN_TIME:
        s->point.training.time = value;
        s->decimals.time = text;
        return;
    case NSL_UNKNOWN_NOISE:
        s->point.noise = value;
        s->decimals.noise = text;
    }
}

/* dln(loss)/dln(unknown), as slope_of_last in inverse.c. */
static void set_slope(search *s)
{
    switch (s->query->unknown) {
    case NSL_UNKNOWN_FEATURES:
        mpfr_neg(s->slope, s->p.elasticity_features, MPFR_RNDN);
        return;
    case NSL_UNKNOWN_SAMPLES:
        mpfr_neg(s->slope, s->p.elasticity_samples, MPFR_RNDN);
        return;
    case NSL_UNKNOWN_RIDGE:
        mpfr_neg(s->slope, s->p.elasticity_ridge, MPFR_RNDN);
        return;
    case NSL_UNKNOWN_TIME:
        mpfr_neg(s->slope, s->p.elasticity_time, MPFR_RNDN);
        return;
    case NSL_UNKNOWN_NOISE:
        mpfr_sub(s->slope, s->p.test_loss, s->p.signal_loss, MPFR_RNDN);
        mpfr_div(s->slope, s->slope, s->p.test_loss, MPFR_RNDN);
    }
}

/* One step: x is improved, and `step` left in the search. */
static nsl_status newton(mpfr_t x, search *s, unsigned digits)
{
    char *text = nsl_decimal_of(x, digits + SPARE_DIGITS);
    if (!text)
        return nsl_fail_memory(s->err);
    set_unknown(s, mpfr_get_d(x, MPFR_RNDN), text);
    nsl_status status =
        nsl_answer_mp(&s->p, s->query->optimal ? s->ridge : NULL, s->model, &s->point,
                      &s->decimals, s->query->units, digits, s->err);
    free(text);
    if (status != NSL_OK)
        return status;
    set_slope(s);
    mpfr_div(s->step, s->target, s->p.test_loss, MPFR_RNDN);
    mpfr_log(s->step, s->step, MPFR_RNDN);
    mpfr_div(s->step, s->step, s->slope, MPFR_RNDN);
    if (!mpfr_number_p(s->step))
        return nsl_fail(s->err, NSL_EFAILED, "", "the loss has no slope at the root");
    mpfr_exp(s->slope, s->step, MPFR_RNDN);
    mpfr_mul(x, x, s->slope, MPFR_RNDN);
    return NSL_OK;
}

/* Digits lost by a flat loss: ln(loss) must be known to the root's times the slope. */
static unsigned lost_digits(const search *s)
{
    double slope = fabs(mpfr_get_d(s->slope, MPFR_RNDN));
    return slope < 1.0 && slope > 0.0 ? (unsigned)ceil(-log10(slope)) : 0;
}

/* log10 |step| to a third of a digit, rounded up; steps are soon below all doubles. */
static double step_digits(const search *s)
{
    return mpfr_zero_p(s->step) ? (double)-INFINITY
                                : log10(2.0) * (double)mpfr_get_exp(s->step);
}

static nsl_status sharpen(mpfr_t x, search *s, double start, double error,
                          unsigned digits)
{
    double known = -log10(fmax(error, 1e-15)), moved = 0.0;
    mpfr_set_d(x, start, MPFR_RNDN);
    for (int i = 0; i < STEPS_MAX; i++) {
        unsigned wanted = digits + SPARE_DIGITS, now;
        nsl_status status;
        set_slope(s);
        wanted += i > 0 ? lost_digits(s) : 0;
        now = 2.0 * known + SPARE_DIGITS < wanted
                  ? (unsigned)(2.0 * known) + SPARE_DIGITS
                  : wanted;
        status = newton(x, s, now);
        if (status != NSL_OK)
            return status;
        double step = step_digits(s);
        moved += fabs(mpfr_get_d(s->step, MPFR_RNDN));
        if (moved > STRAY * error + 1e-6)
            break;
        if (now == wanted && i > 0 && step < -0.5 * digits - 2.0)
            return NSL_OK; /* the next step would be its square */
        known = fmax(known, isfinite(step) ? -step : 2.0 * known);
    }
    return nsl_fail(s->err, NSL_EFAILED, "",
                    "the digits of the solution do not settle: the loss has a kink or "
                    "hardly any slope there");
}

/* A value that needs sharpening, or one that stands. */
static nsl_status sharpen_end(mpfr_t x, search *s, double rough, double error,
                              unsigned digits)
{
    mpfr_set_prec(x, nsl_bits_for(digits + 2 * SPARE_DIGITS));
    mpfr_set_d(x, rough, MPFR_RNDN);
    if (!(rough > 0.0 && isfinite(rough)))
        return NSL_OK;
    return sharpen(x, s, rough, error, digits);
}

nsl_status nsl_solve_mp(mpfr_t value, mpfr_t high, const nsl_solution *rough,
                        const nsl_model_mp *model, const nsl_point *point,
                        const nsl_point_decimals *decimals, const nsl_query *query,
                        const char *target, unsigned digits, nsl_error *err)
{
    static const nsl_point_decimals none = {NULL, NULL, NULL, NULL};
    search s = {.model = model,
                .point = *point,
                .decimals = decimals ? *decimals : none,
                .query = query,
                .err = err};
    search_init(&s, target, nsl_bits_for(2 * digits + 4 * SPARE_DIGITS));
    nsl_status status = sharpen_end(value, &s, rough->value, rough->error, digits);
    if (status == NSL_OK)
        status = sharpen_end(high, &s, rough->high, rough->high_error, digits);
    search_clear(&s);
    if (status != NSL_OK) {
        mpfr_set_nan(value);
        mpfr_set_nan(high);
    }
    return status;
}
