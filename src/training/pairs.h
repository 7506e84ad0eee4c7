/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The double sums of [E7] over the nodes of a sheet at one time. */
#ifndef NSL_TRAINING_PAIRS_H
#define NSL_TRAINING_PAIRS_H

#include "training/sheet.h"

/* E by its parts, the noise's for σ_ε² = 1. */
typedef struct {
    double signal, noise;
    double train_signal, train_noise; /* of T = E_train */
    double step_signal, step_noise;   /* dE/dt, or E(k+1) − E(k) per rate */
    double slope[NSL_DIRECTIONS];     /* dE, noise included, by each direction */
    /* bounds on errors of E, T, the step, and of slopes by N, P and the ridge */
    double rounding, train_rounding, step_rounding, slope_rounding;
} nsl_pairs;

/* The weights c_j of the nodes at a time: base·filter. */
void nsl_pair_weights(double _Complex *c, const nsl_sheet *sheet, double time);

/* The trained part, where the sheet's contour leaves it out. */
typedef struct {
    nsl_node node;
    nsl_pairs single, many; /* E₀₀ of one model and E_× */
    double bias;            /* t₀ */
} nsl_trained;

/* What rounding leaves of one term, relative. */
double nsl_pairs_rounding(const nsl_sheet *sheet, const double _Complex *c,
                          double time);

/* @param noise  σ_ε², which weights slope and rounding
 * @param slopes whether slope is wanted; pair by pair for NSL_PAIR_CROSS
 * @param rate   η of descent, 0 of flow
 * @param rounding of one term
 * @param work   room for NSL_PAIR_VECTORS vectors over the nodes */
enum { NSL_PAIR_VECTORS = 6 };
void nsl_pairs_sum(nsl_pairs *out, nsl_sheet *sheet, nsl_pair_kind kind,
                   const double _Complex *c, const nsl_trained *trained, double noise,
                   double rate, bool slopes, double rounding, double _Complex *work);

/* The squared bias Σ c_j c_k t₀,jk and the size of its terms; `work` as above. */
double nsl_pairs_bias(double *size, nsl_sheet *sheet, const double _Complex *c,
                      const nsl_trained *trained, double _Complex *work);

/* The trace of the map from labels to predictions, and the size of its terms. */
double nsl_pairs_dof(double *size, const nsl_sheet *sheet, const double _Complex *c,
                     const nsl_trained *trained);

#endif
