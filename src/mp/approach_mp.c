/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The coefficient of 1/R in a loss, R(L(R) − L(∞)) at R = 10^K and again further out.
 */
#include "core/error.h"
#include "mp/agree.h"
#include "mp/level.h"
#include "mp/sizes_mp.h"
#include <nslaw/queries_mp.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Digits beyond those asked for; how much further out the second R is. */
enum { SPARE_DIGITS = 8, FURTHER = 7, TRIES_MAX = 3 };

typedef struct {
    const nsl_model_mp *model;
    nsl_resource resource;
    nsl_point point;
    nsl_point_decimals decimals;
    bool optimal;
    nsl_units units;
    mpfr_t ridge;
    nsl_error *err;
} search;

/* The loss at R, given as a decimal too. */
static nsl_status loss_at(mpfr_t out, search *s, double value, const char *text,
                          unsigned digits)
{
    nsl_prediction_mp p;
    nsl_point point = s->point;
    nsl_point_decimals decimals = s->decimals;
    bool features = s->resource == NSL_RESOURCE_FEATURES;
    bool mrs = s->model->model->convention == NSL_RIDGE_MRS;
    *(features ? &point.features : &point.samples) = value;
    *(features ? &decimals.features : &decimals.samples) = text;
    if (features && isinf(value) && mrs) { /* γ vanishes against g ~ N */
        point.ridge = 0.0;
        decimals.ridge = "0";
    }
    nsl_prediction_mp_init(&p);
    nsl_status status = nsl_answer_mp(&p, s->optimal ? s->ridge : NULL, s->model,
                                      &point, &decimals, s->units, digits, s->err);
    mpfr_set(out, p.test_loss, MPFR_RNDN);
    nsl_prediction_mp_clear(&p);
    return status;
}

/* log10 of the largest finite size beside R. */
static unsigned scale_digits(const search *s)
{
    const nsl_model *model = s->model->model;
    double largest = 1.0;
    double sizes[] = {
        s->resource == NSL_RESOURCE_FEATURES ? s->point.samples : s->point.features,
        model->spectrum->rank == NSL_LATENTS_INFINITE ? 1.0
                                                      : (double)model->spectrum->rank};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        if (isfinite(sizes[i]))
            largest = fmax(largest, sizes[i]);
    for (size_t k = 0; k < model->hidden_count; k++)
        if (isfinite(model->hidden[k]))
            largest = fmax(largest, model->hidden[k]);
    return (unsigned)ceil(log10(largest));
}

/* R (L(R) − L(∞)) at R = 10^K. */
static nsl_status coefficient_at(mpfr_t out, search *s, unsigned exponent,
                                 unsigned digits)
{
    char text[32];
    mpfr_t limit;
    mpfr_init2(limit, mpfr_get_prec(out));
    snprintf(text, sizeof text, "1e%u", exponent);
    nsl_status status = loss_at(limit, s, INFINITY, "inf", digits);
    if (status == NSL_OK)
        status = loss_at(out, s, pow(10.0, exponent), text, digits);
    mpfr_sub(out, out, limit, MPFR_RNDN);
    mpfr_ui_pow_ui(limit, 10, exponent, MPFR_RNDN);
    mpfr_mul(out, out, limit, MPFR_RNDN);
    mpfr_clear(limit);
    return status;
}

nsl_status nsl_approach_mp(mpfr_t coefficient, const nsl_model_mp *model,
                           nsl_resource resource, const nsl_point *point,
                           const nsl_point_decimals *decimals, bool optimal,
                           nsl_units units, unsigned digits, nsl_error *err)
{
    static const nsl_point_decimals none = {NULL, NULL, NULL, NULL};
    search s = {.model = model,
                .resource = resource,
                .point = *point,
                .decimals = decimals ? *decimals : none,
                .optimal = optimal,
                .units = units,
                .err = err};
    unsigned exponent = digits + SPARE_DIGITS + scale_digits(&s);
    mpfr_t further;
    mpfr_init2(further, 53);
    mpfr_init2(s.ridge, 53);
    nsl_status status = NSL_OK;
    bool agreed = false;
    for (int i = 0; i < TRIES_MAX && status == NSL_OK && !agreed; i++) {
        unsigned work = 2 * exponent + FURTHER + SPARE_DIGITS;
        mpfr_set_prec(coefficient, nsl_bits_for(work));
        mpfr_set_prec(further, nsl_bits_for(work));
        status = coefficient_at(coefficient, &s, exponent, work);
        if (status == NSL_OK)
            status = coefficient_at(further, &s, exponent + FURTHER, work);
        agreed = nsl_agree_mp(coefficient, further, nsl_digits_bits(digits));
        exponent += exponent / 2; /* a ridge may set a scale far beyond all sizes */
    }
    if (!agreed)
        mpfr_set_nan(coefficient);
    mpfr_clears(further, s.ridge, (mpfr_ptr)NULL);
    if (status != NSL_OK)
        mpfr_set_nan(coefficient);
    return status;
}
