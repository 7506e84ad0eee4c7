/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ends of the Gram matrix' positive spectrum. */
#ifndef NSL_TRAINING_EDGES_H
#define NSL_TRAINING_EDGES_H

#include "density/equation.h"

/* Units of [E1] scaled as by nsl_equation_set_mean. */
typedef struct {
    double least;   /* at most the least positive eigenvalue, close to it; 0: none */
    double largest; /* the largest, to rounding */
} nsl_edges;

nsl_status nsl_edges_find(nsl_edges *out, const nsl_equation *e, nsl_error *err);

#endif
