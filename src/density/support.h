/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The support of the eigenvalue density: its edges, where dζ/ds = 0. */
#ifndef NSL_DENSITY_SUPPORT_H
#define NSL_DENSITY_SUPPORT_H

#include "density/branch.h"

/* An interval of the support; `lower.x` is 0, and its s means nothing, where the two
 * smallest of the widths and the rank tie. */
typedef struct {
    nsl_reference lower, upper;
    double above, below; /* eigenvalues beyond `upper`, and beyond `lower` */
} nsl_interval;

/* All intervals, the lowest first; to be freed. */
nsl_status nsl_support_find(nsl_interval **out, size_t *count, const nsl_equation *e,
                            nsl_error *err);

#endif
