/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Predictions at the ridge that a query asks for. */
#ifndef NSL_THEORY_OPTIMUM_H
#define NSL_THEORY_OPTIMUM_H

#include <nslaw/optimum.h>

/* nsl_predict_optimal, or nsl_predict at the ridge of the point, which leaves `optimum`
 * as it is. */
nsl_status nsl_predict_either(nsl_prediction *out, nsl_optimum *optimum, bool optimal,
                              const nsl_model *model, const nsl_point *point,
                              nsl_error *err);

/* Whether a prediction was refused because descent diverges at its rate there: its loss
 * is then infinite, where sizes are looked for. */
bool nsl_rate_diverges(const nsl_error *err);

#endif
