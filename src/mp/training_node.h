/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one node of a contour gives to [E6]: functions of ω and their derivatives. */
#ifndef NSL_MP_TRAINING_NODE_H
#define NSL_MP_TRAINING_NODE_H

#include "mp/root_mp.h"
#include "mp/training_sums.h"

/* κ = Δ Π(1−z/N_k), t₁, Δ and ψ = Δ(1−z/P). */
typedef enum {
    NODE_KAPPA,
    NODE_TARGET,
    NODE_DELTA,
    NODE_PSI,
    NODE_FUNCTIONS
} node_function;

/* Themselves, and their derivatives in the logarithms of N, P and ridge. */
typedef enum {
    NODE_VALUE,
    NODE_FEATURES,
    NODE_SAMPLES,
    NODE_RIDGE,
    NODE_VARIATIONS
} node_variation;

typedef struct {
    mpc_t omega, z, b; /* b = 1 − z/P */
    /* [1]: the derivative in ω */
    mpc_t f[NODE_FUNCTIONS][NODE_VARIATIONS][2];
} nsl_training_node;

/* What is trained, at w = 0. */
typedef struct {
    nsl_training_node node;
    bool features; /* its loss depends on N */
    bool best;     /* and is the least that filters of its spectrum reach */
} nsl_training_end;

void nsl_training_node_init(nsl_training_node *n, mpfr_prec_t bits);
void nsl_training_node_clear(nsl_training_node *n);

/* All numbers, rounded to those of `to`. */
void nsl_training_node_copy(nsl_training_node *to, const nsl_training_node *from);

/* What a ridge is to the nodes: ω₀, and whether it falls as N grows, as γ's does. */
typedef struct {
    mpfr_t omega0;
    bool falls;
} nsl_training_ridge;

/* Which variations are not exactly 0. */
bool nsl_training_varies(const nsl_problem_mp *problem, node_variation v);

/* All of it from the root's sums at ω. */
void nsl_training_node_set(nsl_training_node *n, const nsl_training_sums *sums,
                           const nsl_problem_mp *problem,
                           const nsl_training_ridge *ridge, const mpc_t omega,
                           const mpc_t delta);

#endif
