/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An oracle: the model solved by direct summation over every eigenvalue with 400-bit
 * numbers, straight from theory.md and with none of the library's tricks. */
#ifndef NSL_TESTING_DIRECT_H
#define NSL_TESTING_DIRECT_H

#include <nslaw/nslaw.h>

/* One model and point; g is computed from these by the caller's convention. */
typedef struct {
    size_t count;                  /* eigenvalues */
    const double *lambda, *target; /* λ_I, and v_I² */
    size_t layers;
    const double *widths; /* N_1 … N_layers, finite */
    double samples, noise, outputs;
    double g_factors[80]; /* g is their product; none: ridgeless */
    size_t g_count;
} direct_problem;

/* Spectral sums at a given Δ, rounded to double at the end. */
void direct_moments(nsl_moments *out, const direct_problem *problem, double delta);

/* Solves [E1] near `guess` and evaluates [E2], [E3]. Returns 0 when the root is not
 * within a factor 1 ± 10^-6 of the guess. Fills delta, dof and the losses. */
int direct_predict(nsl_prediction *out, const direct_problem *problem, double guess);

#endif
