/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What limits the loss at a point, and the functions whose zeros bound the regimes. */
#ifndef NSL_THEORY_PHASE_H
#define NSL_THEORY_PHASE_H

#include "theory/model.h"
#include <nslaw/phase.h>

/* The regime of a prediction at a point. */
nsl_phase nsl_phase_of(const nsl_prediction *p, const nsl_model *model,
                       const nsl_point *point);

/* A function that changes its sign at a boundary, NaN where the elasticities do not
 * exist; beyond the latent scale it means nothing. For the kinds from
 * NSL_BOUNDARY_NOISE on. */
double nsl_phase_distance(nsl_boundary_kind kind, const nsl_prediction *p);

/* Whether one regime comes before another in the order of phase.h. */
bool nsl_phase_precedes(nsl_phase one, nsl_phase other);

/* The regime that a boundary bounds: where one that comes before it applies, there is
 * no boundary. */
nsl_phase nsl_phase_bounded(nsl_boundary_kind kind);

#endif
