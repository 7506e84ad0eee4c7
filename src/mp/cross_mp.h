/* SPDX-License-Identifier: GPL-3.0-or-later */
/* [E7]: the double sums of [E6] over the nodes of a contour. */
#ifndef NSL_MP_CROSS_MP_H
#define NSL_MP_CROSS_MP_H

#include "mp/contour_mp.h"
#include "mp/training_node.h"

/* Per output and without factors: signal and noise part of E and of E_×, T, the squared
 * bias, and what E_K changes by with the logarithms of time, N, P and ridge; or with
 * one more step. */
enum {
    CROSS_SIGNAL,
    CROSS_NOISE,
    CROSS_SHARED_SIGNAL,
    CROSS_SHARED_NOISE,
    CROSS_TRAIN,
    CROSS_BIAS,
    CROSS_CLOCK,
    CROSS_VARIED,
    CROSS_SUMS = CROSS_VARIED + NODE_VARIATIONS - 1
};

/* Adds it all up to sums[CROSS_SUMS].
 *  @param node     of the contour, and behind them as many with their conjugates
 *  @param trained  at w = 0 where the contour leaves that out, else NULL
 *  @param share    1/K */
void nsl_cross_sums(mpfr_t *sums, const nsl_training_node *node,
                    const nsl_contour_mp *c, const nsl_training_end *trained,
                    const nsl_problem_mp *problem, const mpfr_t share);

#endif
