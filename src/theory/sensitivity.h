/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the risk E of one layer changes with the spectrum's numbers and the noise. */
#ifndef NSL_THEORY_SENSITIVITY_H
#define NSL_THEORY_SENSITIVITY_H

#include "spectrum/family.h"
#include "theory/root.h"

/* What stays the same while a number changes. */
typedef enum {
    NSL_HOLD_OPTIMUM, /* the ridge is the best one: dE/dΔ = 0, the envelope theorem */
    NSL_HOLD_RIDGE    /* the ridge is fixed, perhaps at 0 */
} nsl_hold;

/* dE by a number of the law, whose sums change by `law` at fixed X and p by `dp`. */
double nsl_risk_slope(const nsl_root *root, const nsl_point *point, double p, double dp,
                      const nsl_law_slope *law, nsl_hold hold);

/* dE/dσ_ε², whatever is held. */
double nsl_risk_noise_slope(const nsl_root *root);

#endif
