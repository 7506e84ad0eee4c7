/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From what a walk found to the result. */
#ifndef NSL_FEATURES_ARRANGE_H
#define NSL_FEATURES_ARRANGE_H

#include "features/walk.h"

/* Sorts the rows, joins equal ones of one degree and keeps `count` eigenvalues. */
nsl_status nsl_features_arrange(nsl_features *features, uint64_t count, nsl_error *err);

/* Everything in the result but the rows. */
void nsl_features_sum_up(nsl_features *features, nsl_ground *ground,
                         const nsl_spectrum *inputs);

#endif
