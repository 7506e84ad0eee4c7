/* SPDX-License-Identifier: GPL-3.0-or-later */
/* [E1] at any precision: the point's numbers, the root and its gaps, after root.c. */
#ifndef NSL_MP_ROOT_MP_H
#define NSL_MP_ROOT_MP_H

#include "mp/level.h"
#include "theory/root.h"

/* The point at one precision. widths[] are the layers', the last one N. */
typedef struct {
    size_t layers;
    mpfr_t width[NSL_LAYERS_MAX], samples, noise;
    double ensemble; /* K; 0 stands for 1 */
    bool ridgeless;
    mpfr_t g;     /* over the infinite widths; undefined when ridgeless */
    mpfr_t least; /* n, of the finite widths; infinite when there are none */
} nsl_problem_mp;

/* Sets the numbers at the precision given. */
void nsl_problem_mp_init(nsl_problem_mp *p, const nsl_model_mp *model,
                         const nsl_point *point, const nsl_point_decimals *decimals,
                         mpfr_prec_t bits);
void nsl_problem_mp_clear(nsl_problem_mp *p);

typedef struct {
    nsl_root_kind kind;
    mpfr_t delta;
    mpfr_t gap[NSL_LAYERS_MAX], gap_samples; /* may be infinite */
    nsl_moments_mp m;
} nsl_root_mp;

void nsl_root_mp_init(nsl_root_mp *root, size_t layers, mpfr_prec_t bits);
void nsl_root_mp_clear(nsl_root_mp *root, size_t layers);

/* Solves [E1] by Newton from `start` > 0, which is right to `known` bits (0: any will
 * do), the precision doubling up to that of `out`; then all sums at the root. The level
 * must have at least that precision.
 * @return NSL_OK, NSL_EFAILED (no convergence), NSL_ENOMEM */
nsl_status nsl_root_mp_solve(nsl_root_mp *out, nsl_level *level,
                             const nsl_problem_mp *problem, const mpfr_t start,
                             mpfr_prec_t known, nsl_error *err);

/* Sets the gaps that a least gap ε leaves. */
void nsl_root_mp_set_gaps(nsl_root_mp *root, const nsl_problem_mp *problem,
                          const mpfr_t gap);

#endif
