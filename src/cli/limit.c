/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/limit.h"

#include <float.h>
#include <math.h>

/* N = P = M = ∞ with label noise and no ridge: for P → ∞ at N = ∞ the noise floor
 * (C/2) α σ_ε², for N → ∞ at P = ∞ nothing (theory.md section 4). */
static void set_ordered_limit(query_answer *out, const cli_options *o, bool samples)
{
    nsl_units units = {o->value[OPT_MSE].given, o->value[OPT_TEST_NOISE].given};
    double outputs =
        o->value[OPT_OUTPUTS].given ? (double)o->value[OPT_OUTPUTS].whole : 1.0;
    mpfr_ptr loss = out->mp.test_loss;
    mpfr_t noise;
    mpfr_set_prec(loss, 53 + 4 * (mpfr_prec_t)out->digits);
    mpfr_init2(noise, mpfr_get_prec(loss));
    mpfr_set_str(noise, o->value[OPT_NOISE].text, 10, MPFR_RNDN);
    mpfr_set_str(loss, samples ? o->value[OPT_ALPHA].text : "0", 10, MPFR_RNDN);
    mpfr_mul(loss, loss, noise, MPFR_RNDN);
    out->p.test_loss = 0.5 * outputs * mpfr_get_d(loss, MPFR_RNDN); /* as L */
    if (units.test_noise)
        mpfr_add(loss, loss, noise, MPFR_RNDN);
    mpfr_mul_d(loss, loss, units.mse ? 1.0 : 0.5 * outputs, MPFR_RNDN);
    out->p.error = out->error = DBL_EPSILON;
    out->p.notes &= ~(unsigned)NSL_NOTE_ORDER;
    mpfr_clear(noise);
}

nsl_status limit_predict(query_answer *out, const cli_options *o, bool features,
                         bool samples, nsl_error *err)
{
    nsl_point point = query_point(o, 0);
    query_texts texts;
    query_texts_set(&texts, o, 0);
    if (samples) {
        point.samples = (double)INFINITY;
        texts.decimals.samples = "inf";
    }
    if (features) {
        point.features = (double)INFINITY;
        texts.decimals.features = "inf";
        if (!o->value[OPT_KERNEL_RIDGE].given) {
            point.ridge = 0.0;
            texts.decimals.ridge = "0";
        }
    }
    /* the best ridge at N = ∞ is the kernel's; the loss is the same in both */
    query_setup own = {.model = NULL};
    nsl_status status = query_setup_make(&own, o, 0, query_is_optimal(o), err);
    if (status == NSL_OK)
        status = query_predict(out, o, &own, &point, &texts.decimals, err);
    if (status == NSL_OK && (out->p.notes & NSL_NOTE_ORDER))
        set_ordered_limit(out, o, samples);
    query_setup_clear(&own);
    return status;
}
