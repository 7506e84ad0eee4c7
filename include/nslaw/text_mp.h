/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Results to any number of digits as text, for callers that do not have MPFR: other
 *  languages. Not in nslaw.h: it needs mpfr.h. Both free MPFR's cache of the thread.
 *
 *  A number is "d.ddd…e±x" with as many digits as were asked for and a decimal point in
 *  any locale, "0" where it is exactly 0, "inf", or "nan" where there is none. */
#ifndef NSLAW_TEXT_MP_H
#define NSLAW_TEXT_MP_H

#include <nslaw/api.h>
#include <nslaw/laws.h>
#include <nslaw/theory_mp.h>
#include <stdbool.h>
#include <stddef.h>

NSL_BEGIN

/** nsl_prediction_mp, and the ridge. */
typedef struct {
    char *ridge; /**< the best one, where it was asked for; else NULL */
    char *delta, *dof, *test_loss, *signal_loss, *noise_loss, *train_loss;
    char *bias, *variance_samples, *variance_features;
    char *elasticity_features, *elasticity_samples, *elasticity_ridge;
    char *elasticity_time;
    unsigned notes;
} nsl_prediction_text;

/** nsl_predict_mp, or nsl_predict_optimal_mp.
 *  @param out  to be cleared when NSL_OK; else all NULL
 *  @return as these */
nsl_status nsl_predict_text(nsl_prediction_text *out, const nsl_model_mp *model,
                            const nsl_point *point, const nsl_point_decimals *decimals,
                            bool optimal_ridge, nsl_units units, unsigned digits,
                            nsl_error *err);
void nsl_prediction_text_clear(nsl_prediction_text *text);

/** nsl_law_mp. */
typedef struct {
    nsl_resource resource;
    nsl_regime regime;
    char *exponent, *amplitude, *log_shift, *split_exponent, *split_amplitude;
    bool logarithm;
    const char *note; /**< NULL, or a constant, not to be freed */
} nsl_law_text;

/** nsl_laws_mp. */
typedef struct {
    char *p, *c;
    size_t count;
    nsl_law_text law[NSL_LAWS_MAX];
} nsl_laws_text;

/** nsl_laws_mp_find.
 *  @param out  to be cleared when NSL_OK; else without a law and all NULL
 *  @return as that */
nsl_status nsl_laws_text_find(nsl_laws_text *out, const nsl_model_mp *model,
                              nsl_ridge_policy policy, const nsl_point *point,
                              const nsl_point_decimals *decimals, nsl_units units,
                              unsigned digits, nsl_error *err);
void nsl_laws_text_clear(nsl_laws_text *text);

NSL_END

#endif
