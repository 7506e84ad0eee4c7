/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The widest range in which a spectrum is a straight line. */
#ifndef NSL_EMPIRICAL_STRAIGHT_H
#define NSL_EMPIRICAL_STRAIGHT_H

#include "empirical/ranked.h"

/* nsl_measured_straight for levels that may have been corrected. */
nsl_status nsl_straight_range(nsl_ranks *out, const nsl_ranked *ranked, nsl_error *err);

#endif
