/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The self-consistent equation [E1] and the gaps it leaves. Used by the loss. */
#ifndef NSL_THEORY_ROOT_H
#define NSL_THEORY_ROOT_H

#include "theory/model.h"

enum { NSL_LAYERS_MAX = NSL_HIDDEN_MAX + 1 };

/* How a root ended. */
typedef enum {
    NSL_ROOT_POSITIVE,  /* Δ > 0; the moments are those at Δ */
    NSL_ROOT_ZERO,      /* ridgeless with min(N_k, P) ≥ rank: Δ = 0 */
    NSL_ROOT_UNDERFLOW, /* Δ > 0 lies below the range of double */
    NSL_ROOT_OVERFLOW,  /* Δ lies above it */
    NSL_ROOT_INFINITE   /* ridge = ∞: nothing is learnt */
} nsl_root_kind;

typedef struct {
    nsl_root_kind kind;
    double delta;
    double delta_error; /* relative bound */
    size_t layers;
    double gap[NSL_LAYERS_MAX]; /* a_k = N_k − z, hidden first; may be INFINITY */
    double gap_samples;         /* b = P − z; may be INFINITY */
    nsl_moments m;              /* at Δ; for Δ = 0 see nsl_root_solve */
    double count_less_dof; /* m.count − z, from its own sums or from the gap, … */
    double count_less_dof_size; /* … whichever adds up smaller terms, of this size */
} nsl_root;

/* Solves [E1] at a checked point. At Δ = 0 the gaps are those to the rank, r, td and
 * tc are 0, z = q = rank, t0 = Σv² over zero eigenvalues. */
nsl_status nsl_root_solve(nsl_root *out, const nsl_model *model, const nsl_point *point,
                          nsl_error *err);

/* The same, looking for Δ from `start` > 0 on. */
nsl_status nsl_root_solve_from(nsl_root *out, const nsl_model *model,
                               const nsl_point *point, double start, nsl_error *err);

/* n, the least of the finite widths and P; INFINITY when there is none. */
double nsl_root_least_width(const nsl_model *model, const nsl_point *point);

/* z − n from the counts of the moments: exact but for the rounding of short sums. */
double nsl_root_excess(const nsl_moments *m, double least);

/* Sets the gaps that a least gap ε leaves. */
void nsl_root_set_gaps(nsl_root *root, const nsl_model *model, const nsl_point *point,
                       double gap);

/* The ridge, in the model's convention, for which Δ and the gaps solve [E1]; 0 or
 * INFINITY where it is outside the range of double. */
double nsl_root_ridge(const nsl_root *root, const nsl_model *model,
                      const nsl_point *point);

/* Moments and gaps of the limit γ → 0 at N_k = P = rank, where ratios of the gaps
 * decide: taken at a Δ so small that the ratios differ from the limit by less than
 * rounding. False where such a Δ is below the range of double. */
bool nsl_root_resolved_limit(nsl_root *root, const nsl_model *model);

#endif
