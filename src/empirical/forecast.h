/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a bootstrap says of predictions: each asked of every refit's parameters. */
#ifndef NSL_EMPIRICAL_FORECAST_H
#define NSL_EMPIRICAL_FORECAST_H

#include "empirical/form.h"
#include "empirical/theory_model.h"
#include <nslaw/fit.h>

/* The parameters of refits of one form of the theory. */
typedef struct {
    nsl_form form;
    size_t count;
    const double *parameter; /* array of count × nsl_form_parameters(form) */
} nsl_refits;

/* Answers `values` questions for one refit; several threads call it at once. The
 * model's features are k times the parameters asked about. An answer may be INFINITY.
 */
typedef nsl_status nsl_forecast(void *data, const nsl_theory_model *model,
                                const double *parameter, double *out, nsl_error *err);

/* The ends of the 95 % intervals of the answers over the refits: arrays of `values`;
 * the percentiles of order statistics, linear between them. */
nsl_status nsl_forecast_intervals(double *low, double *high, size_t values,
                                  nsl_forecast *forecast, void *data,
                                  const nsl_refits *refits, const nsl_work *work,
                                  nsl_error *err);

/* The N, or P, that reaches a target loss at the other size: INFINITY where none does.
 * At the best ridge the loss falls with both (theory.md section 6): a root between
 * sizes; at a fixed ridge the least from which on it stays reached (solve.h). */
nsl_status nsl_theory_size_for(double *size, const nsl_theory_model *model,
                               const nsl_form *form, const double *parameter,
                               bool features, double parameters, double samples,
                               double target, nsl_error *err);

/* The same for the losses at `count` sizes; INFINITY is a limit. */
nsl_status nsl_loss_intervals(double *low, double *high, size_t count,
                              const double *parameters, const double *samples,
                              const nsl_refits *refits, const nsl_work *work,
                              nsl_error *err);

#endif
