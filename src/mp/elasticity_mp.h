/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Elasticities of the loss at any precision, after elasticity.c, from what loss_mp.c
 * has worked out. */
#ifndef NSL_MP_ELASTICITY_MP_H
#define NSL_MP_ELASTICITY_MP_H

#include "mp/root_mp.h"

/* Numbers of one evaluation: RHO, D, TOTAL and the changes are those of elasticities.
 */
enum {
    GAP,     /* Λ */
    SHARE,   /* h of the last layer */
    SHARE2,  /* H = Σ h_k² */
    S,       /* s = Λ/(Λ+r) */
    REST,    /* 1 − s */
    RHO,     /* dr/dlnΔ */
    SIGNAL,  /* S = t₀ + (1−s) t_d */
    NOISE,   /* Z = q + (1−s) r */
    BOTTOM,  /* b + s r */
    D,       /* Λb + r(Λ+b) */
    TOTAL,   /* P S + σ_ε² Z */
    DX,      /* changes: lnΔ, … */
    DGAP,    /* Λ, … */
    DB,      /* b */
    SHARE_K, /* 1/K */
    MANY,    /* W = b + r */
    CROSS,   /* E_× */
    SINGLE,  /* E */
    T1,
    T2,
    T3,
    SCRATCH
};

/* A loss at a root, while it is worked out. */
typedef struct {
    const nsl_problem_mp *p;
    nsl_root_mp *root;
    mpfr_srcptr N, P, b, r;
    mpfr_t x[SCRATCH];
} nsl_loss_work;

/* Of a root Δ > 0, once the parts of the loss are worked out. */
void nsl_elasticities_mp(nsl_prediction_mp *out, nsl_loss_work *w,
                         const nsl_level *level);

/* Of Δ = 0, as in resolved_elasticities of loss.c. */
void nsl_elasticities_mp_resolved(nsl_prediction_mp *out, const nsl_loss_work *w);

/* All 0, or all NaN with a note. */
void nsl_elasticities_mp_flat(nsl_prediction_mp *out);
void nsl_elasticities_mp_undefined(nsl_prediction_mp *out, unsigned note);

#endif
