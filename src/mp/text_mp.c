/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Many-digit results as text. */
#include "core/error.h"

#include <nslaw/text_mp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The number rounded to so many digits, malloc'ed; NULL when out of memory. */
static char *number_text(mpfr_srcptr value, unsigned digits)
{
    enum { BESIDE_DIGITS = 32 }; /* sign, point, exponent */
    if (mpfr_nan_p(value))
        return strdup("nan");
    if (mpfr_inf_p(value))
        return strdup(mpfr_signbit(value) ? "-inf" : "inf");
    if (mpfr_zero_p(value))
        return strdup("0");
    mpfr_exp_t exponent;
    char *all = mpfr_get_str(NULL, &exponent, 10, digits, value, MPFR_RNDN);
    if (!all)
        return NULL;
    const char *first = all + (*all == '-');
    size_t size = strlen(all) + BESIDE_DIGITS;
    char *text = malloc(size);
    if (text)
        snprintf(text, size, "%s%c.%se%+ld", *all == '-' ? "-" : "", *first, first + 1,
                 (long)exponent - 1);
    mpfr_free_str(all);
    return text;
}

/* --- predictions -------------------------------------------------------------------
 */

/* The i-th text, in the order of nsl_prediction_mp_value. */
static char **value_at(nsl_prediction_text *t, int i)
{
    char **const all[NSL_PREDICTION_MP_VALUES] = {&t->delta,
                                                  &t->dof,
                                                  &t->test_loss,
                                                  &t->signal_loss,
                                                  &t->noise_loss,
                                                  &t->train_loss,
                                                  &t->bias,
                                                  &t->variance_samples,
                                                  &t->variance_features,
                                                  &t->elasticity_features,
                                                  &t->elasticity_samples,
                                                  &t->elasticity_ridge,
                                                  &t->elasticity_time};
    return all[i];
}

void nsl_prediction_text_clear(nsl_prediction_text *text)
{
    free(text->ridge);
    for (int i = 0; i < NSL_PREDICTION_MP_VALUES; i++)
        free(*value_at(text, i));
    *text = (nsl_prediction_text){.ridge = NULL};
}

static nsl_status write_prediction(nsl_prediction_text *out, nsl_prediction_mp *p,
                                   mpfr_srcptr ridge, unsigned digits, nsl_error *err)
{
    bool fine = true;
    if (ridge)
        fine = (out->ridge = number_text(ridge, digits)) != NULL;
    for (int i = 0; i < NSL_PREDICTION_MP_VALUES && fine; i++) {
        char **text = value_at(out, i);
        fine = (*text = number_text(nsl_prediction_mp_value(p, i), digits)) != NULL;
    }
    out->notes = p->notes;
    if (fine)
        return NSL_OK;
    nsl_prediction_text_clear(out);
    return nsl_fail_memory(err);
}

nsl_status nsl_predict_text(nsl_prediction_text *out, const nsl_model_mp *model,
                            const nsl_point *point, const nsl_point_decimals *decimals,
                            bool optimal_ridge, nsl_units units, unsigned digits,
                            nsl_error *err)
{
    nsl_prediction_mp p;
    mpfr_t ridge;
    *out = (nsl_prediction_text){.ridge = NULL};
    nsl_prediction_mp_init(&p);
    mpfr_init2(ridge, MPFR_PREC_MIN);
    nsl_status status =
        optimal_ridge ? nsl_predict_optimal_mp(&p, ridge, NULL, model, point, decimals,
                                               units, digits, err)
                      : nsl_predict_mp(&p, model, point, decimals, units, digits, err);
    if (status == NSL_OK)
        status = write_prediction(out, &p, optimal_ridge ? ridge : NULL, digits, err);
    mpfr_clear(ridge);
    nsl_prediction_mp_clear(&p);
    mpfr_free_cache2(MPFR_FREE_LOCAL_CACHE);
    return status;
}

/* --- laws --------------------------------------------------------------------------
 */

static void clear_law(nsl_law_text *law)
{
    free(law->exponent);
    free(law->amplitude);
    free(law->log_shift);
    free(law->split_exponent);
    free(law->split_amplitude);
}

void nsl_laws_text_clear(nsl_laws_text *text)
{
    free(text->p);
    free(text->c);
    for (size_t i = 0; i < text->count; i++)
        clear_law(&text->law[i]);
    *text = (nsl_laws_text){.p = NULL};
}

static nsl_law_text law_text(const nsl_law_mp *law, unsigned digits)
{
    return (nsl_law_text){.resource = law->resource,
                          .regime = law->regime,
                          .exponent = number_text(law->exponent, digits),
                          .amplitude = number_text(law->amplitude, digits),
                          .log_shift = number_text(law->log_shift, digits),
                          .split_exponent = number_text(law->split_exponent, digits),
                          .split_amplitude = number_text(law->split_amplitude, digits),
                          .logarithm = law->logarithm,
                          .note = law->note};
}

static nsl_status write_laws(nsl_laws_text *out, const nsl_laws_mp *laws,
                             unsigned digits, nsl_error *err)
{
    out->p = number_text(laws->p, digits);
    out->c = number_text(laws->c, digits);
    bool fine = out->p && out->c;
    for (size_t i = 0; i < laws->count; i++) {
        nsl_law_text law = law_text(&laws->law[i], digits);
        fine = fine && law.exponent && law.amplitude && law.log_shift &&
               law.split_exponent && law.split_amplitude;
        out->law[out->count++] = law;
    }
    if (fine)
        return NSL_OK;
    nsl_laws_text_clear(out);
    return nsl_fail_memory(err);
}

nsl_status nsl_laws_text_find(nsl_laws_text *out, const nsl_model_mp *model,
                              nsl_ridge_policy policy, const nsl_point *point,
                              const nsl_point_decimals *decimals, nsl_units units,
                              unsigned digits, nsl_error *err)
{
    nsl_laws_mp laws;
    *out = (nsl_laws_text){.p = NULL};
    nsl_laws_mp_init(&laws);
    nsl_status status =
        nsl_laws_mp_find(&laws, model, policy, point, decimals, units, digits, err);
    if (status == NSL_OK)
        status = write_laws(out, &laws, digits, err);
    nsl_laws_mp_clear(&laws);
    mpfr_free_cache2(MPFR_FREE_LOCAL_CACHE);
    return status;
}
