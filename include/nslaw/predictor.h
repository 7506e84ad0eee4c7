/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef NSLAW_PREDICTOR_H
#define NSLAW_PREDICTOR_H

#include <nslaw/api.h>
#include <nslaw/theory.h>

NSL_BEGIN

/** Predictions of one model by the million. The spectral sums are kept as piecewise
 *  polynomials of lnΔ, a piece for each octave of Δ, made when it is first needed
 * (about 0.1 ms with a power law; a pass over the rows with a table); from then on a
 * point costs about a microsecond, whatever M. Threads may share a predictor. */
typedef struct nsl_predictor nsl_predictor;

/** @param model  must outlive the predictor, and so must its spectrum
 *  @return NSL_OK or NSL_ENOMEM; on failure *out is NULL. Free with nsl_predictor_free.
 */
nsl_status nsl_predictor_new(nsl_predictor **out, const nsl_model *model,
                             nsl_error *err);
void nsl_predictor_free(nsl_predictor *predictor);

/** nsl_predict, with the same promise: what polynomials cannot give to NSL_PROMISE, and
 *  what is trained with an early stop, is worked out as nsl_predict does. No result
 *  depends on what was asked before.
 *  @return as nsl_predict, NSL_ENOMEM */
nsl_status nsl_predictor_predict(nsl_prediction *out, const nsl_predictor *predictor,
                                 const nsl_point *point, nsl_error *err);

NSL_END

#endif
