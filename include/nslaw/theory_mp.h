/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Predictions to any number of digits, by MPFR. Not in nslaw.h: it needs mpfr.h. */
#ifndef NSLAW_THEORY_MP_H
#define NSLAW_THEORY_MP_H

#include <nslaw/api.h>
#include <nslaw/error.h>
#include <nslaw/model.h>
#include <nslaw/optimum.h>
#include <nslaw/theory.h>

#include <mpfr.h>
#include <stdbool.h>

NSL_BEGIN

/** Least and most digits that can be asked for. */
#define NSL_DIGITS_MIN 16
#define NSL_DIGITS_MAX 10000

/** The model's numbers as decimals, to be taken exactly: "0.1" is 1/10. NULL stands for
 *  the exact value of the double in the model. A table read by nsl_spectrum_read_exact
 *  has its own decimals. */
typedef struct {
    const char *alpha, *lambda_max, *source, *label_variance, *sigma_w2, *sigma_u2;
    const char *const *hidden; /**< array of the model's hidden_count texts, or NULL */
} nsl_model_decimals;

/** The same for a point. */
typedef struct {
    const char *features, *samples, *ridge, *noise;
    const char *time, *rate; /**< of the training */
} nsl_point_decimals;

/** A model for nsl_predict_mp. Immutable; threads may share it. */
typedef struct nsl_model_mp nsl_model_mp;

/** Makes it from a model, which must outlive it; the decimals are copied.
 *  @param decimals  NULL: every number is its double
 *  @return NSL_OK, NSL_EINVAL (a text is no decimal number), NSL_ENOMEM */
nsl_status nsl_model_mp_new(nsl_model_mp **out, const nsl_model *model,
                            const nsl_model_decimals *decimals, nsl_error *err);
void nsl_model_mp_free(nsl_model_mp *model);

/** The values of nsl_prediction, known to a thousandth of a unit in the last of
 * `digits` digits, so that rounding them to so many is right to less than one unit; 0
 * is exact. NaN as in nsl_prediction, with `notes`. */
typedef struct {
    mpfr_t delta, dof, test_loss, signal_loss, noise_loss, train_loss;
    mpfr_t bias, variance_samples, variance_features;
    mpfr_t elasticity_features, elasticity_samples, elasticity_ridge, elasticity_time;
    unsigned notes;
} nsl_prediction_mp;

void nsl_prediction_mp_init(nsl_prediction_mp *p);
void nsl_prediction_mp_clear(nsl_prediction_mp *p);

/** Number of values in nsl_prediction_mp, and the i-th of them in the order above. */
#define NSL_PREDICTION_MP_VALUES 13
mpfr_ptr nsl_prediction_mp_value(nsl_prediction_mp *p, int i);

/** Solves [E1] and evaluates [E2], [E3] and the elasticities to `digits` digits. The
 * work is done at two precisions, with proven bounds on what the sums leave out, and
 * again higher until both agree.
 *  @param decimals  NULL: every number of `point` is its double
 *  @param digits    NSL_DIGITS_MIN … NSL_DIGITS_MAX
 *  @return NSL_OK, NSL_EINVAL, NSL_ENOMEM, NSL_EFAILED where no precision tried makes
 *          the digits agree (values are NaN then)
 *  Call mpfr_free_cache() once per thread when done. */
nsl_status nsl_predict_mp(nsl_prediction_mp *out, const nsl_model_mp *model,
                          const nsl_point *point, const nsl_point_decimals *decimals,
                          nsl_units units, unsigned digits, nsl_error *err);

/** The same at the optimal ridge (optimum.h), which is written to `ridge` with as many
 *  digits; `elasticity_ridge` is then exactly 0. The ridge of `point` and `decimals` is
 *  ignored, and whether the best ridge is 0, positive or infinite is decided in double.
 *  @param optimum  what double found, of which `kind` and `tie` hold for all digits;
 * may be NULL */
nsl_status nsl_predict_optimal_mp(nsl_prediction_mp *out, mpfr_t ridge,
                                  nsl_optimum *optimum, const nsl_model_mp *model,
                                  const nsl_point *point,
                                  const nsl_point_decimals *decimals, nsl_units units,
                                  unsigned digits, nsl_error *err);

NSL_END

#endif
