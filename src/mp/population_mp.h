/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The eigenvalues of the latent covariance, and sums over them off the ridge's axis:
 * s = −Δ is complex, or real and anywhere. */
#ifndef NSL_MP_POPULATION_MP_H
#define NSL_MP_POPULATION_MP_H

#include "mp/level.h"
#include "mp/power_tail.h"

#include <mpc.h>

/* Makes sums up to the precision of its level. */
typedef struct {
    nsl_level *level;
    bool table;
    size_t rows;      /* of a table: different positive eigenvalues */
    mpfr_t *inverse;  /* 1/λ of a row, rising */
    uint64_t *copies; /* of a row */
    nsl_power_tail tail;
} nsl_population_mp;

/* @return NSL_OK, NSL_ENOMEM */
nsl_status nsl_population_mp_init(nsl_population_mp *p, nsl_level *level,
                                  nsl_error *err);
void nsl_population_mp_clear(nsl_population_mp *p);

/* The i-th different eigenvalue from the largest, i = 0, 1, …, and how many there are
 * of it; false past the last. */
bool nsl_population_mp_eigenvalue(mpfr_t lambda, uint64_t *copies,
                                  const nsl_population_mp *p, uint64_t i);

/* z = Σλ/(λ−s), r = −dz/dlns = −Σλs/(λ−s)² and ρ = dr/dlns at a real s ≠ 0 that is no
 * eigenvalue, to the precision of z.
 * @return NSL_OK, NSL_ENOMEM, NSL_EFAILED (too long a sum) */
nsl_status nsl_population_mp_real(mpfr_t z, mpfr_t r, mpfr_t rho, nsl_population_mp *p,
                                  const mpfr_t s, nsl_error *err);

/* z and r at a complex s. */
nsl_status nsl_population_mp_complex(mpc_t z, mpc_t r, nsl_population_mp *p,
                                     const mpc_t s, nsl_error *err);

/* Makes `tail` serve |s| = size at a power law, unless it does, and the tables reach to
 * where it begins; `tail` is all zeros at first.
 * @return as nsl_population_mp_real */
nsl_status nsl_population_mp_tail(nsl_power_tail *tail, nsl_population_mp *p,
                                  mpfr_prec_t bits, const mpfr_t size, bool weighted,
                                  nsl_error *err);

#endif
