/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the resolvent equation gives at one complex ridge ω. */
#ifndef NSL_TRAINING_NODE_H
#define NSL_TRAINING_NODE_H

#include "density/branch.h"

/* What the derivatives are taken by: ln N, ln P and ln of the ridge, and numbers of the
 * spectrum and target, its shapes. */
enum {
    NSL_BY_FEATURES,
    NSL_BY_SAMPLES,
    NSL_BY_RIDGE,
    NSL_BY_SHAPE,
    NSL_SHAPES = 2,
    NSL_DIRECTIONS = NSL_BY_SHAPE + NSL_SHAPES
};

/* The models to both sides of a model, one number of its shape `step` more and less:
 * the spectral sums' derivatives are differences between them. NULL: not asked for. */
typedef struct {
    const nsl_model *above[NSL_SHAPES], *below[NSL_SHAPES];
    double step[NSL_SHAPES];
} nsl_shapes;

/* Whose residuals a two-point function multiplies. */
typedef enum {
    NSL_PAIR_FEATURES, /* one model's with itself: E and T */
    NSL_PAIR_CROSS,    /* those of models with features of their own: E_×, [E5]; its
                          derivatives are without shapes */
    NSL_PAIR_KINDS
} nsl_pair_kind;

/* A side of a two-point function. With b' = 1 − z/P, κ = ω/b' and T = t₁, [E6] is
 *
 *     E₁₂ = [κ₂ T₁ − κ₁ T₂ + σ_ε² (η₂ − η₁)] / (ω₂ − ω₁),   η = κ z/P = κ − ω,
 *
 * since 1 − q₁₂/P = (ω₂ − ω₁)/(κ₂ − κ₁); models with features of their own have Δ in
 * place of κ. So (a, b, x) is (κ, κz/P, κb' = ω) or (Δ, Δz/P, Δb'). */
typedef struct {
    double _Complex a, b, x;
    double _Complex d_a[NSL_DIRECTIONS], d_b[NSL_DIRECTIONS], d_x[NSL_DIRECTIONS];
    /* E₁₂ where both sides are the same, without noise and by σ_ε² = 1 */
    double _Complex signal, noise, d_signal[NSL_DIRECTIONS], d_noise[NSL_DIRECTIONS];
} nsl_arm;

typedef struct {
    nsl_arm arm[NSL_PAIR_KINDS];
    double _Complex residual;                         /* b' */
    double _Complex target, d_target[NSL_DIRECTIONS]; /* T */
    double _Complex delta, dof, bias;                 /* Δ, z, t₀ */
    double rounding; /* of a, b, T and what multiplies them, relative */
} nsl_node;

/* The model and point that nodes belong to. */
typedef struct {
    const nsl_model *model;
    nsl_point point;
    nsl_equation equation; /* of the mean over samples */
    double ridge;          /* ω₀ ≥ 0, the point's ridge in units of ω */
    double d_ridge[NSL_DIRECTIONS];
    nsl_shapes shapes; /* of single models; the caller sets them */
} nsl_setting;

/* Checks nothing but that ω₀ is in the range of double. */
nsl_status nsl_setting_set(nsl_setting *out, const nsl_model *model,
                           const nsl_point *point, nsl_error *err);

/* Follows the root along `count` nodes ω₀ + w[i] with Im w < 0, from the real axis on;
 * each node near the one before. */
nsl_status nsl_nodes_find(nsl_node *out, const nsl_setting *s, const double _Complex *w,
                          size_t count, nsl_error *err);

/* The node of the trained model, at ω₀ itself. */
nsl_status nsl_node_trained(nsl_node *out, const nsl_setting *s, nsl_error *err);

#endif
