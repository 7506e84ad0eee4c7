/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The optimal ridge of a point from that of a neighbouring one. */
#ifndef NSL_THEORY_NEIGHBOUR_H
#define NSL_THEORY_NEIGHBOUR_H

#include "theory/root.h"
#include <nslaw/optimum.h>
#include <nslaw/phase.h>

/* Where the last minimum was, and how the condition of the optimum varies there. */
typedef struct {
    double log_delta, log_gap;     /* ln Δ and ln ε, ε = n − z */
    double step_delta, step_gap;   /* from the minimum before; 0: not known */
    double ahead_delta, ahead_gap; /* to where the next is looked for */
    double tilt; /* d(ln A − ln B)/dlnΔ at fixed ε; NaN: not known */
    bool known;
} nsl_neighbour;

/* The local minimum of the loss near that neighbour, which moves on to it, and the root
 * there. False, with the neighbour forgotten, where there is none or it cannot be found
 * to 1e-10. It is the global one where minima are unique. */
bool nsl_optimum_beside(nsl_optimum *out, nsl_root *root, const nsl_model *model,
                        const nsl_point *point, nsl_neighbour *neighbour);

/* Elasticities that are exactly 0 at the best ridge (optimum.c). */
void nsl_optimum_flatten(nsl_prediction *out, const nsl_optimum *optimum,
                         const nsl_point *point);

#endif
