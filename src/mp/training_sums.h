/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All spectral sums of [E7] at a complex Δ = −s, with u = λ/(λ+Δ). */
#ifndef NSL_MP_TRAINING_SUMS_H
#define NSL_MP_TRAINING_SUMS_H

#include "mp/population_mp.h"

typedef struct {
    mpc_t z, r, rho;  /* Σu, r = −dz/dlnΔ, ρ = dr/dlnΔ */
    mpc_t t1, td, te; /* Σv²(1−u), t_d = dt₁/dlnΔ, dt_d/dlnΔ */
} nsl_training_sums;

void nsl_training_sums_init(nsl_training_sums *t, mpfr_prec_t bits);
void nsl_training_sums_clear(nsl_training_sums *t);

/* What makes them, and keeps the end of a source target's sum. */
typedef struct {
    nsl_population_mp *p;
    nsl_power_tail tail; /* weighted */
    mpfr_t rest;         /* Σ_{I≥I₀} I^−(1+β) of it */
} nsl_training_target;

void nsl_training_target_init(nsl_training_target *t, nsl_population_mp *p);
void nsl_training_target_clear(nsl_training_target *t);

/* The sums to the precision of `out`; cheapest when called with falling sizes of 1/s.
 * @return NSL_OK, NSL_ENOMEM, NSL_EFAILED (too long a sum) */
nsl_status nsl_training_sums_at(nsl_training_sums *out, nsl_training_target *t,
                                const mpc_t s, nsl_error *err);

#endif
