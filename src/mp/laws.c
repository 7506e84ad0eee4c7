/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nsl_laws_mp_find: two precisions, and higher ones until their digits agree. */
#include "core/error.h"
#include "mp/agree.h"
#include "mp/law.h"

#include <math.h>

const char *nsl_regime_name(nsl_regime regime)
{
    static const char *const names[] = {
        [NSL_REGIME_MODEL_LIMITED] = "model-limited",
        [NSL_REGIME_DATA_LIMITED] = "data-limited",
        [NSL_REGIME_RIDGE_LIMITED] = "ridge-limited",
        [NSL_REGIME_NOISE_LIMITED] = "noise-limited",
        [NSL_REGIME_NOISE_FLOOR] = "noise-floor",
        [NSL_REGIME_BEYOND_LATENTS] = "beyond-latents",
        [NSL_REGIME_COMPUTE_OPTIMAL] = "compute-optimal",
        [NSL_REGIME_TIME_LIMITED] = "time-limited",
    };
    return names[regime];
}

/* --- holders -----------------------------------------------------------------------
 */

mpfr_ptr nsl_law_mp_value(nsl_law_mp *law, int i)
{
    mpfr_ptr all[NSL_LAW_VALUES] = {law->exponent, law->amplitude, law->log_shift,
                                    law->split_exponent, law->split_amplitude};
    return all[i];
}

void nsl_laws_mp_init(nsl_laws_mp *laws)
{
    laws->count = 0;
    mpfr_inits2(53, laws->p, laws->c, (mpfr_ptr)NULL);
    for (int i = 0; i < NSL_LAWS_MAX; i++)
        for (int k = 0; k < NSL_LAW_VALUES; k++)
            mpfr_init2(nsl_law_mp_value(&laws->law[i], k), 53);
}

void nsl_laws_mp_clear(nsl_laws_mp *laws)
{
    mpfr_clears(laws->p, laws->c, (mpfr_ptr)NULL);
    for (int i = 0; i < NSL_LAWS_MAX; i++)
        for (int k = 0; k < NSL_LAW_VALUES; k++)
            mpfr_clear(nsl_law_mp_value(&laws->law[i], k));
}

/* --- precision ---------------------------------------------------------------------
 */

/* What is asked. */
typedef struct {
    const nsl_model_mp *model;
    nsl_ridge_policy policy;
    const nsl_point *point;
    const nsl_point_decimals *decimals;
    nsl_units units;
} question;

/* A width, NaN unless it is given and finite. */
static void set_width(mpfr_t out, const char *text, double value)
{
    if (isfinite(value))
        nsl_exact_set(out, text, value);
}

/* False when out of memory; to be cleared in any case. */
static bool problem_init(nsl_law_problem *w, const question *q, mpfr_prec_t bits)
{
    static const nsl_point_decimals none = {NULL, NULL, NULL, NULL};
    const nsl_point_decimals *d = q->decimals ? q->decimals : &none;
    bool fine = nsl_level_init(&w->level, q->model, bits);
    fine = nsl_asymptotics_init(&w->a, &w->level) && fine;
    w->bits = bits;
    w->policy = q->policy;
    mpfr_inits2(bits, w->half, w->features, w->samples, w->ridge, w->noise,
                (mpfr_ptr)NULL);
    mpfr_set_d(w->half, q->units.mse ? 1.0 : 0.5 * q->model->model->outputs, MPFR_RNDN);
    set_width(w->features, d->features, q->point->features);
    set_width(w->samples, d->samples, q->point->samples);
    nsl_exact_set(w->ridge, d->ridge, q->point->ridge);
    nsl_exact_set(w->noise, d->noise, q->point->noise);
    return fine;
}

static void problem_clear(nsl_law_problem *w)
{
    mpfr_clears(w->half, w->features, w->samples, w->ridge, w->noise, (mpfr_ptr)NULL);
    nsl_asymptotics_clear(&w->a);
    nsl_level_clear(&w->level);
}

static nsl_status find_at(nsl_laws_mp *out, const question *q, mpfr_prec_t bits,
                          nsl_error *err)
{
    nsl_law_problem w;
    bool fine = problem_init(&w, q, bits) && nsl_laws_mp_fill(out, &w);
    problem_clear(&w);
    return fine ? NSL_OK : nsl_fail_memory(err);
}

static bool all_agree(nsl_laws_mp *a, nsl_laws_mp *b, mpfr_prec_t bits)
{
    bool agree = nsl_agree_mp(a->p, b->p, bits) && nsl_agree_mp(a->c, b->c, bits);
    for (size_t i = 0; i < b->count && agree; i++)
        for (int k = 0; k < NSL_LAW_VALUES && agree; k++)
            agree = nsl_agree_mp(nsl_law_mp_value(&a->law[i], k),
                                 nsl_law_mp_value(&b->law[i], k), bits);
    return agree;
}

/* Finds the laws at rising precisions until two agree to `wanted` bits. */
static nsl_status settle(nsl_laws_mp *out, const question *q, mpfr_prec_t wanted,
                         bool *agreed, nsl_error *err)
{
    mpfr_prec_t bits = wanted + NSL_GUARD_BITS;
    nsl_laws_mp lower;
    nsl_laws_mp_init(&lower);
    nsl_status status = find_at(&lower, q, bits, err);
    *agreed = false;
    for (int i = 0; i < NSL_TRIES_MAX && status == NSL_OK && !*agreed; i++) {
        bits += i == 0 ? NSL_STEP_BITS : bits / 2;
        status = find_at(out, q, bits, err);
        *agreed = status == NSL_OK && all_agree(&lower, out, wanted);
        if (!*agreed) {
            nsl_laws_mp better = *out;
            *out = lower;
            lower = better;
        }
    }
    nsl_laws_mp_clear(&lower);
    return status;
}

/* --- the question ------------------------------------------------------------------
 */

static nsl_status check_range(const char *field, double value, nsl_error *err)
{
    if (value >= 0.0 && isfinite(value))
        return NSL_OK;
    return nsl_fail(err, NSL_EINVAL, field, "must be a finite number >= 0, got %g",
                    value);
}

static nsl_status check_width(const char *field, double value, nsl_error *err)
{
    if (isnan(value) || value > 0.0)
        return NSL_OK;
    return nsl_fail(err, NSL_EINVAL, field, "must be > 0, got %g", value);
}

static nsl_status check(const question *q, unsigned digits, nsl_error *err)
{
    const nsl_model *model = q->model->model;
    if (model->spectrum->ops != &nsl_powerlaw_ops)
        return nsl_fail(err, NSL_EINVAL, "spectrum",
                        "has no asymptotic laws: they need a power law");
    nsl_status status = nsl_digits_check(digits, err);
    if (status == NSL_OK)
        status = check_range("noise", q->point->noise, err);
    if (status == NSL_OK)
        status = check_width("features", q->point->features, err);
    if (status == NSL_OK)
        status = check_width("samples", q->point->samples, err);
    if (status == NSL_OK && q->point->ensemble > 1.0)
        status = nsl_fail(err, NSL_EINVAL, "ensemble",
                          "must be 1: the laws are those of one model, got %g",
                          q->point->ensemble);
    if (status != NSL_OK || q->policy != NSL_POLICY_FIXED)
        return status;
    status = check_range("ridge", q->point->ridge, err);
    if (status == NSL_OK && q->point->ridge > 0.0 &&
        model->convention == NSL_RIDGE_MRS &&
        model->spectrum->latents == NSL_LATENTS_INFINITE)
        status = nsl_fail(err, NSL_EINVAL, "ridge",
                          "must be 0 at latents = inf, where it is not defined; give "
                          "kernel-ridge instead");
    return status;
}

nsl_status nsl_laws_mp_find(nsl_laws_mp *out, const nsl_model_mp *model,
                            nsl_ridge_policy policy, const nsl_point *point,
                            const nsl_point_decimals *decimals, nsl_units units,
                            unsigned digits, nsl_error *err)
{
    question q = {model, policy, point, decimals, units};
    bool agreed = false;
    nsl_status status = check(&q, digits, err);
    if (status == NSL_OK && policy == NSL_POLICY_FIXED && point->ridge == 0.0)
        q.policy = NSL_POLICY_ZERO;
    if (status == NSL_OK)
        status = settle(out, &q, nsl_digits_bits(digits), &agreed, err);
    if (status == NSL_OK && !agreed)
        status = nsl_digits_unsettled(digits, err);
    if (status != NSL_OK) {
        out->count = 0;
        mpfr_set_nan(out->p);
        mpfr_set_nan(out->c);
    }
    return status;
}
