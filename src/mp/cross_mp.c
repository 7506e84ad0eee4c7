/* SPDX-License-Identifier: GPL-3.0-or-later */
/* With Q(F, G) = (F₂G₁ − F₁G₂)/(ω₂ − ω₁), at one place F'G − FG', where σ² is the label
 * noise and partial fractions have made one-point functions of [E6]:
 *
 *     E₁₂ + σ² = Q(κ, t₁+σ²),            T₁₂ = b₁ b₂ (E₁₂ + σ²),
 *     E_× + σ² = Q(Δ, t₁+σ²)/Q(ψ, 1),    bias = Q(Δ, t₁)/Q(Δ, 1).
 *
 * Q is linear in both functions, and ω₂ − ω₁ = w₂ − w₁ does not vary. The trained part,
 * the pole at w = 0, is a node of weight 1 that is its own conjugate. Where it is the
 * best of all filters, E₁₂ with that node, b ω = 0, is a constant: at P = ∞ κ = ω and
 * E₁₂ = t₁ there; at N = ∞, t₁ ∝ Δz and E₁₂ ∝ ΔP there. Of a constant no filter without
 * the pole leaves anything, and it must not: the loss moves by the square of what has
 * not decayed. */
#include "mp/cross_mp.h"

enum {
    RECIPROCAL, /* 1/(ω₂ − ω₁) */
    A_T,        /* Q(κ, t₁) */
    A_1,        /* Q(κ, 1) */
    C_T,        /* Q(Δ, t₁) */
    C_1,        /* Q(Δ, 1) */
    D,          /* Q(ψ, 1) */
    TOTAL,      /* E_K */
    CROSS,      /* E_× + σ² */
    FACTOR,     /* the weights' product */
    VALUE,
    T1,
    T2,
    T3,
    SCRATCH
};

/* A pair of nodes. */
typedef struct {
    const nsl_training_node *a, *b; /* the same: the limit */
    const nsl_problem_mp *problem;
    mpfr_srcptr share;
    bool finite; /* P */
    bool still;  /* E₁₂ is a constant, left out */
    bool fixed;  /* E₁₂ does not depend on N */
    bool one;    /* K = 1 */
    bool steps;  /* of descent */
    mpfr_t *sums;
    long times;
    mpc_t x[SCRATCH];
} pair;

/* out = Q(F, G) of two functions' variations. */
static void set_q(mpc_t out, pair *p, node_function f, node_variation vf,
                  node_function g, node_variation vg)
{
    const nsl_training_node *a = p->a, *b = p->b;
    if (a == b) {
        mpc_mul(out, a->f[f][vf][1], a->f[g][vg][0], MPC_RNDNN);
        mpc_mul(p->x[T3], a->f[f][vf][0], a->f[g][vg][1], MPC_RNDNN);
        mpc_sub(out, out, p->x[T3], MPC_RNDNN);
        return;
    }
    mpc_mul(out, b->f[f][vf][0], a->f[g][vg][0], MPC_RNDNN);
    mpc_mul(p->x[T3], a->f[f][vf][0], b->f[g][vg][0], MPC_RNDNN);
    mpc_sub(out, out, p->x[T3], MPC_RNDNN);
    mpc_mul(out, out, p->x[RECIPROCAL], MPC_RNDNN);
}

/* out = Q(F, 1). */
static void set_q1(mpc_t out, pair *p, node_function f, node_variation vf)
{
    if (p->a == p->b) {
        mpc_set(out, p->a->f[f][vf][1], MPC_RNDNN);
        return;
    }
    mpc_sub(out, p->b->f[f][vf][0], p->a->f[f][vf][0], MPC_RNDNN);
    mpc_mul(out, out, p->x[RECIPROCAL], MPC_RNDNN);
}

/* sums[i] += times Re(factor value) */
static void add_up(pair *p, int i, const mpc_t value)
{
    mpfr_ptr part = mpc_realref(p->x[T3]), other = mpc_imagref(p->x[T3]);
    mpfr_mul(part, mpc_realref(p->x[FACTOR]), mpc_realref(value), MPFR_RNDN);
    mpfr_mul(other, mpc_imagref(p->x[FACTOR]), mpc_imagref(value), MPFR_RNDN);
    mpfr_sub(part, part, other, MPFR_RNDN);
    mpfr_mul_si(part, part, p->times, MPFR_RNDN);
    mpfr_add(p->sums[i], p->sums[i], part, MPFR_RNDN);
}

/* σ² (value − 1), the part of the label noise; 0 at P = ∞. */
static void set_noise(mpc_t out, const pair *p, const mpc_t value)
{
    mpc_sub_ui(out, value, 1, MPC_RNDNN);
    mpc_mul_fr(out, out, p->problem->noise, MPC_RNDNN);
    if (!p->finite)
        mpc_set_ui(out, 0, MPC_RNDNN);
}

/* T₁₂ = b'₁b'₂ (E₁₂ + σ²), E of the averaged models. */
static void add_train(pair *p)
{
    mpc_set(p->x[T1], p->x[TOTAL], MPC_RNDNN);
    if (!p->still)
        mpc_add_fr(p->x[T1], p->x[T1], p->problem->noise, MPC_RNDNN);
    mpc_mul(p->x[T1], p->x[T1], p->a->b, MPC_RNDNN);
    mpc_mul(p->x[T1], p->x[T1], p->b->b, MPC_RNDNN);
    add_up(p, CROSS_TRAIN, p->x[T1]);
}

/* value = other + share (value − other): E_K of E and E_×. */
static void mix(mpc_t value, const mpc_t other, const pair *p)
{
    if (p->one)
        return;
    mpc_sub(value, value, other, MPC_RNDNN);
    mpc_mul_fr(value, value, p->share, MPC_RNDNN);
    mpc_add(value, value, other, MPC_RNDNN);
}

static void add_values(pair *p)
{
    mpc_ptr value = p->x[T1], noise = p->x[T2], shared = p->x[VALUE];
    mpc_set_ui(p->x[A_T], 0, MPC_RNDNN);
    if (!p->still)
        set_q(p->x[A_T], p, NODE_KAPPA, 0, NODE_TARGET, 0);
    set_q1(p->x[A_1], p, NODE_KAPPA, 0);
    set_q(p->x[C_T], p, NODE_DELTA, 0, NODE_TARGET, 0);
    set_q1(p->x[C_1], p, NODE_DELTA, 0);
    set_q1(p->x[D], p, NODE_PSI, 0);
    mpc_div(value, p->x[C_T], p->x[C_1], MPC_RNDNN);
    add_up(p, CROSS_BIAS, value);
    add_up(p, CROSS_SIGNAL, p->x[A_T]);
    set_noise(noise, p, p->x[A_1]);
    add_up(p, CROSS_NOISE, noise);
    mpc_add(p->x[TOTAL], p->x[A_T], noise, MPC_RNDNN);
    mpc_div(shared, p->x[C_T], p->x[D], MPC_RNDNN);
    add_up(p, CROSS_SHARED_SIGNAL, shared);
    mpc_div(value, p->x[C_1], p->x[D], MPC_RNDNN);
    set_noise(noise, p, value);
    add_up(p, CROSS_SHARED_NOISE, noise);
    mpc_add(shared, shared, noise, MPC_RNDNN);
    mpc_set(p->x[CROSS], shared, MPC_RNDNN);
    if (p->finite)
        mpc_add_fr(p->x[CROSS], shared, p->problem->noise, MPC_RNDNN);
    mix(p->x[TOTAL], shared, p);
    add_train(p);
}

/* out = Q(F, t₁+σ²) varied. */
static void vary_q(mpc_t out, pair *p, node_function f, node_variation v)
{
    set_q(out, p, f, v, NODE_TARGET, 0);
    set_q(p->x[T2], p, f, 0, NODE_TARGET, v);
    mpc_add(out, out, p->x[T2], MPC_RNDNN);
    set_q1(p->x[T2], p, f, v);
    mpc_mul_fr(p->x[T2], p->x[T2], p->problem->noise, MPC_RNDNN);
    if (p->finite)
        mpc_add(out, out, p->x[T2], MPC_RNDNN);
}

/* The change of E_K. */
static void add_variation(pair *p, node_variation v)
{
    mpc_set_ui(p->x[VALUE], 0, MPC_RNDNN);
    if (!p->still)
        vary_q(p->x[VALUE], p, NODE_KAPPA, v);
    if (!p->one) {
        vary_q(p->x[T1], p, NODE_DELTA, v);
        set_q1(p->x[T2], p, NODE_PSI, v);
        mpc_mul(p->x[T2], p->x[T2], p->x[CROSS], MPC_RNDNN);
        mpc_sub(p->x[T1], p->x[T1], p->x[T2], MPC_RNDNN);
        mpc_div(p->x[T1], p->x[T1], p->x[D], MPC_RNDNN);
        mix(p->x[VALUE], p->x[T1], p);
    }
    add_up(p, CROSS_VARIED + (int)v - 1, p->x[VALUE]);
}

/* Everything of one pair, whose weights and clocks are given. */
static void add_pair(pair *p, const mpc_t weight_a, const mpc_t weight_b,
                     const mpc_t clock_a, const mpc_t clock_b, bool conjugate)
{
    mpc_set(p->x[FACTOR], weight_b, MPC_RNDNN);
    mpc_set(p->x[T1], clock_b, MPC_RNDNN);
    if (conjugate) {
        mpc_conj(p->x[FACTOR], p->x[FACTOR], MPC_RNDNN);
        mpc_conj(p->x[T1], p->x[T1], MPC_RNDNN);
    }
    mpc_t clock;
    mpc_init2(clock, mpfr_get_prec(mpc_realref(p->x[T1])));
    mpc_add(clock, clock_a, p->x[T1], MPC_RNDNN);
    if (p->steps) { /* (1+a)(1+b) − 1 */
        mpc_mul(p->x[T1], p->x[T1], clock_a, MPC_RNDNN);
        mpc_add(clock, clock, p->x[T1], MPC_RNDNN);
    }
    mpc_mul(p->x[FACTOR], p->x[FACTOR], weight_a, MPC_RNDNN);
    if (p->a != p->b) {
        mpc_sub(p->x[RECIPROCAL], p->b->omega, p->a->omega, MPC_RNDNN);
        mpc_ui_div(p->x[RECIPROCAL], 1, p->x[RECIPROCAL], MPC_RNDNN);
    }
    add_values(p);
    for (node_variation v = NODE_FEATURES; v < NODE_VARIATIONS; v++)
        if (nsl_training_varies(p->problem, v) && !(p->fixed && v == NODE_FEATURES))
            add_variation(p, v);
    mpc_mul(p->x[T1], p->x[TOTAL], clock, MPC_RNDNN);
    add_up(p, CROSS_CLOCK, p->x[T1]);
    mpc_clear(clock);
}

/* The trained part alone and with every node. */
static void add_trained(pair *p, const nsl_training_end *trained,
                        const nsl_training_node *node, const nsl_contour_mp *c)
{
    mpc_t one, still;
    mpc_init2(one, 2);
    mpc_init2(still, 2);
    mpc_set_ui(one, 1, MPC_RNDNN);
    mpc_set_ui(still, 0, MPC_RNDNN);
    p->a = p->b = &trained->node;
    p->fixed = !trained->features;
    p->times = 1;
    add_pair(p, one, one, still, still, false);
    p->times = 4; /* both orders, and conjugates of both */
    p->still = trained->best;
    p->fixed = false;
    for (size_t j = 0; j < c->count; j++) {
        p->b = &node[j];
        add_pair(p, one, c->weight[j], still, c->clock[j], false);
    }
    mpc_clear(one);
    mpc_clear(still);
}

/* Without variance from the features all models are the same. */
static bool is_wide(const nsl_problem_mp *problem)
{
    for (size_t k = 0; k < problem->layers; k++)
        if (!mpfr_inf_p(problem->width[k]))
            return false;
    return true;
}

void nsl_cross_sums(mpfr_t *sums, const nsl_training_node *node,
                    const nsl_contour_mp *c, const nsl_training_end *trained,
                    const nsl_problem_mp *problem, const mpfr_t share)
{
    pair p = {.problem = problem,
              .share = share,
              .finite = mpfr_number_p(problem->samples) != 0,
              .one = mpfr_cmp_ui(share, 1) == 0 || is_wide(problem),
              .steps = c->steps,
              .sums = sums};
    for (int i = 0; i < SCRATCH; i++)
        mpc_init2(p.x[i], mpfr_get_prec(sums[0]));
    for (int i = 0; i < CROSS_SUMS; i++)
        mpfr_set_zero(sums[i], 1);
    for (size_t i = 0; i < c->count; i++) {
        p.a = &node[i];
        for (size_t j = i; j < c->count;
             j++) { /* both orders, and conjugates of both */
            p.times = i == j ? 2 : 4;
            p.b = &node[j];
            add_pair(&p, c->weight[i], c->weight[j], c->clock[i], c->clock[j], false);
            p.b = &node[c->count + j];
            add_pair(&p, c->weight[i], c->weight[j], c->clock[i], c->clock[j], true);
        }
    }
    if (trained)
        add_trained(&p, trained, node, c);
    for (int i = 0; i < SCRATCH; i++)
        mpc_clear(p.x[i]);
}
