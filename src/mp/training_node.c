/* SPDX-License-Identifier: GPL-3.0-or-later */
/* With L = lnΔ, [E1] ω = Δ (1−z/P) Π(1−z/N_k), and W over all finite sizes:
 *
 *     K = ∂lnω/∂L = 1 + r Σ 1/(W−z),          dK/dL = ρ Σ 1/(W−z) − r² Σ 1/(W−z)²,
 *     ∂L/∂ω = 1/(ωK),     ∂L/∂ν = (dω₀/ω − e)/K,
 *
 * where ν is the logarithm of N, P or the ridge, ω = ω₀ + w moves with ω₀ at fixed w,
 * and e = z/(W−z) for ν = lnW, else 0; de/dL = −rW/(W−z)². Every function follows. */
#include "mp/training_node.h"

static mpc_ptr number(nsl_training_node *n, int i)
{
    enum { ALL = 3 + NODE_FUNCTIONS * NODE_VARIATIONS * 2 };
    mpc_ptr first[] = {n->omega, n->z, n->b};
    if (i < 3)
        return first[i];
    i -= 3;
    return i + 3 < ALL ? n->f[i / (2 * NODE_VARIATIONS)][i / 2 % NODE_VARIATIONS][i % 2]
                       : NULL;
}

void nsl_training_node_copy(nsl_training_node *to, const nsl_training_node *from)
{
    mpc_set(to->omega, from->omega, MPC_RNDNN);
    mpc_set(to->z, from->z, MPC_RNDNN);
    mpc_set(to->b, from->b, MPC_RNDNN);
    for (int f = 0; f < NODE_FUNCTIONS; f++)
        for (int v = 0; v < NODE_VARIATIONS; v++)
            for (int k = 0; k < 2; k++)
                mpc_set(to->f[f][v][k], from->f[f][v][k], MPC_RNDNN);
}

void nsl_training_node_init(nsl_training_node *n, mpfr_prec_t bits)
{
    for (int i = 0; number(n, i); i++)
        mpc_init2(number(n, i), bits);
}

void nsl_training_node_clear(nsl_training_node *n)
{
    for (int i = 0; number(n, i); i++)
        mpc_clear(number(n, i));
}

bool nsl_training_varies(const nsl_problem_mp *problem, node_variation v)
{
    switch (v) {
    case NODE_FEATURES:
        return mpfr_number_p(problem->width[problem->layers - 1]) != 0;
    case NODE_SAMPLES:
        return mpfr_number_p(problem->samples) != 0;
    case NODE_RIDGE:
        return !problem->ridgeless;
    default:
        return true;
    }
}

/* Scratch of one node. */
enum {
    K,
    K_L,     /* dK/dL */
    L_OMEGA, /* ∂L/∂ω */
    L_NU,    /* ∂L/∂ν */
    L_BOTH,  /* ∂²L/∂ω∂ν */
    SHIFT,   /* dω₀/ω */
    E,       /* e */
    E_L,     /* de/dL */
    B_L,     /* db/dL = r/P */
    B_LL,    /* ρ/P */
    B_OMEGA, /* ∂b/∂ω */
    B_NU,    /* ∂b/∂ν */
    B_BOTH,  /* ∂²b/∂ω∂ν */
    T1,
    T2,
    SCRATCH
};

typedef struct {
    nsl_training_node *n;
    const nsl_training_sums *sums;
    const nsl_problem_mp *problem;
    const nsl_training_ridge *ridge;
    mpc_t x[SCRATCH];
} work;

/* out += sign a b */
static void add_product(mpc_t out, int sign, const mpc_t a, const mpc_t b, work *w)
{
    mpc_mul(w->x[T2], a, b, MPC_RNDNN);
    if (sign > 0)
        mpc_add(out, out, w->x[T2], MPC_RNDNN);
    else
        mpc_sub(out, out, w->x[T2], MPC_RNDNN);
}

/* b, its derivatives in L, K and K_L. */
static void set_slopes(work *w)
{
    const nsl_training_sums *s = w->sums;
    mpc_ptr gap = w->x[T1];
    mpc_set_ui(w->x[K], 1, MPC_RNDNN);
    mpc_set_ui(w->x[K_L], 0, MPC_RNDNN);
    for (size_t j = 0; j <= w->problem->layers; j++) {
        mpfr_srcptr width =
            j < w->problem->layers ? w->problem->width[j] : w->problem->samples;
        if (!mpfr_number_p(width))
            continue;
        mpc_fr_sub(gap, width, s->z, MPC_RNDNN);
        mpc_ui_div(gap, 1, gap, MPC_RNDNN);
        add_product(w->x[K], 1, s->r, gap, w);
        add_product(w->x[K_L], 1, s->rho, gap, w);
        mpc_mul(gap, gap, s->r, MPC_RNDNN);
        add_product(w->x[K_L], -1, gap, gap, w);
    }
    mpc_mul(w->x[L_OMEGA], w->n->omega, w->x[K], MPC_RNDNN);
    mpc_ui_div(w->x[L_OMEGA], 1, w->x[L_OMEGA], MPC_RNDNN);
    mpc_div_fr(w->n->b, s->z, w->problem->samples, MPC_RNDNN);
    mpc_ui_sub(w->n->b, 1, w->n->b, MPC_RNDNN);
    mpc_div_fr(w->x[B_L], s->r, w->problem->samples, MPC_RNDNN);
    mpc_div_fr(w->x[B_LL], s->rho, w->problem->samples, MPC_RNDNN);
    mpc_mul(w->x[B_OMEGA], w->x[B_L], w->x[L_OMEGA], MPC_RNDNN);
}

/* κ = ω/b, t₁, Δ and ψ = Δb with their derivatives in ω. */
static void set_values(work *w, const mpc_t delta)
{
    nsl_training_node *n = w->n;
    mpc_ptr kappa = n->f[NODE_KAPPA][0][0], kappa1 = n->f[NODE_KAPPA][0][1];
    mpc_div(kappa, n->omega, n->b, MPC_RNDNN);
    mpc_mul(kappa1, kappa, w->x[B_OMEGA], MPC_RNDNN); /* (1 − κ b_ω)/b */
    mpc_ui_sub(kappa1, 1, kappa1, MPC_RNDNN);
    mpc_div(kappa1, kappa1, n->b, MPC_RNDNN);
    mpc_set(n->f[NODE_TARGET][0][0], w->sums->t1, MPC_RNDNN);
    mpc_mul(n->f[NODE_TARGET][0][1], w->sums->td, w->x[L_OMEGA], MPC_RNDNN);
    mpc_set(n->f[NODE_DELTA][0][0], delta, MPC_RNDNN);
    mpc_mul(n->f[NODE_DELTA][0][1], delta, w->x[L_OMEGA], MPC_RNDNN);
    mpc_mul(n->f[NODE_PSI][0][0], delta, n->b, MPC_RNDNN);
    mpc_mul(n->f[NODE_PSI][0][1], n->f[NODE_DELTA][0][1], n->b, MPC_RNDNN);
    add_product(n->f[NODE_PSI][0][1], 1, delta, w->x[B_OMEGA], w);
}

/* dω₀/ω, e and de/dL. */
static void set_causes(work *w, node_variation v)
{
    const nsl_problem_mp *p = w->problem;
    bool moves = v == NODE_RIDGE || v == NODE_SAMPLES || w->ridge->falls;
    mpc_set_ui(w->x[SHIFT], 0, MPC_RNDNN);
    mpc_set_ui(w->x[E], 0, MPC_RNDNN);
    mpc_set_ui(w->x[E_L], 0, MPC_RNDNN);
    if (moves) {
        mpc_fr_div(w->x[SHIFT], w->ridge->omega0, w->n->omega, MPC_RNDNN);
        if (v != NODE_RIDGE)
            mpc_neg(w->x[SHIFT], w->x[SHIFT], MPC_RNDNN);
    }
    if (v == NODE_RIDGE)
        return;
    mpfr_srcptr width = v == NODE_SAMPLES ? p->samples : p->width[p->layers - 1];
    mpc_fr_sub(w->x[T1], width, w->sums->z, MPC_RNDNN);
    mpc_div(w->x[E], w->sums->z, w->x[T1], MPC_RNDNN);
    mpc_sqr(w->x[T1], w->x[T1], MPC_RNDNN);
    mpc_div(w->x[E_L], w->sums->r, w->x[T1], MPC_RNDNN);
    mpc_mul_fr(w->x[E_L], w->x[E_L], width, MPC_RNDNN);
    mpc_neg(w->x[E_L], w->x[E_L], MPC_RNDNN);
}

/* ∂L/∂ν and ∂²L/∂ω∂ν = (−dω₀/ω² − e_L L_ω − L_ν K_L L_ω)/K. */
static void vary_root(work *w)
{
    mpc_ptr both = w->x[L_BOTH];
    mpc_sub(w->x[L_NU], w->x[SHIFT], w->x[E], MPC_RNDNN);
    mpc_div(w->x[L_NU], w->x[L_NU], w->x[K], MPC_RNDNN);
    mpc_set(both, w->x[E_L], MPC_RNDNN);
    add_product(both, 1, w->x[L_NU], w->x[K_L], w);
    mpc_mul(both, both, w->x[L_OMEGA], MPC_RNDNN);
    mpc_div(w->x[T1], w->x[SHIFT], w->n->omega, MPC_RNDNN);
    mpc_add(both, both, w->x[T1], MPC_RNDNN);
    mpc_div(both, both, w->x[K], MPC_RNDNN);
    mpc_neg(both, both, MPC_RNDNN);
}

/* b_ν and b_ων; b itself grows with P by z/P. */
static void vary_gap(work *w, bool samples)
{
    mpc_mul(w->x[B_NU], w->x[B_L], w->x[L_NU], MPC_RNDNN);
    mpc_mul(w->x[B_BOTH], w->x[B_LL], w->x[L_NU], MPC_RNDNN);
    if (samples) {
        mpc_ui_sub(w->x[T1], 1, w->n->b, MPC_RNDNN);
        mpc_add(w->x[B_NU], w->x[B_NU], w->x[T1], MPC_RNDNN);
        mpc_sub(w->x[B_BOTH], w->x[B_BOTH], w->x[B_L], MPC_RNDNN);
    }
    mpc_mul(w->x[B_BOTH], w->x[B_BOTH], w->x[L_OMEGA], MPC_RNDNN);
    add_product(w->x[B_BOTH], 1, w->x[B_L], w->x[L_BOTH], w);
}

/* κ = ω/b: κ_ν = κ(dω₀/ω − b_ν/b), and its derivative in ω: from κb = ω,
 * κ_ων b = −κ_ω b_ν − κ_ν b_ω − κ b_ων. */
static void vary_kappa(work *w, node_variation v)
{
    nsl_training_node *n = w->n;
    mpc_ptr first = n->f[NODE_KAPPA][v][0], both = n->f[NODE_KAPPA][v][1];
    mpc_div(first, w->x[B_NU], n->b, MPC_RNDNN);
    mpc_sub(first, w->x[SHIFT], first, MPC_RNDNN);
    mpc_mul(first, first, n->f[NODE_KAPPA][0][0], MPC_RNDNN);
    mpc_mul(both, n->f[NODE_KAPPA][0][1], w->x[B_NU], MPC_RNDNN);
    add_product(both, 1, first, w->x[B_OMEGA], w);
    add_product(both, 1, n->f[NODE_KAPPA][0][0], w->x[B_BOTH], w);
    mpc_div(both, both, n->b, MPC_RNDNN);
    mpc_neg(both, both, MPC_RNDNN);
}

/* t₁, Δ and ψ = Δb. */
static void vary_others(work *w, node_variation v)
{
    nsl_training_node *n = w->n;
    mpc_ptr target = n->f[NODE_TARGET][v][0], target1 = n->f[NODE_TARGET][v][1];
    mpc_ptr delta = n->f[NODE_DELTA][v][0], delta1 = n->f[NODE_DELTA][v][1];
    mpc_ptr psi = n->f[NODE_PSI][v][0], psi1 = n->f[NODE_PSI][v][1];
    mpc_mul(target, w->sums->td, w->x[L_NU], MPC_RNDNN);
    mpc_mul(target1, w->sums->te, w->x[L_NU], MPC_RNDNN);
    mpc_mul(target1, target1, w->x[L_OMEGA], MPC_RNDNN);
    add_product(target1, 1, w->sums->td, w->x[L_BOTH], w);
    mpc_mul(delta, n->f[NODE_DELTA][0][0], w->x[L_NU], MPC_RNDNN);
    mpc_mul(delta1, delta, w->x[L_OMEGA], MPC_RNDNN);
    add_product(delta1, 1, n->f[NODE_DELTA][0][0], w->x[L_BOTH], w);
    mpc_mul(psi, delta, n->b, MPC_RNDNN);
    add_product(psi, 1, n->f[NODE_DELTA][0][0], w->x[B_NU], w);
    mpc_mul(psi1, delta1, n->b, MPC_RNDNN);
    add_product(psi1, 1, delta, w->x[B_OMEGA], w);
    add_product(psi1, 1, n->f[NODE_DELTA][0][1], w->x[B_NU], w);
    add_product(psi1, 1, n->f[NODE_DELTA][0][0], w->x[B_BOTH], w);
}

void nsl_training_node_set(nsl_training_node *n, const nsl_training_sums *sums,
                           const nsl_problem_mp *problem,
                           const nsl_training_ridge *ridge, const mpc_t omega,
                           const mpc_t delta)
{
    work w = {.n = n, .sums = sums, .problem = problem, .ridge = ridge};
    for (int i = 0; i < SCRATCH; i++)
        mpc_init2(w.x[i], mpfr_get_prec(mpc_realref(n->z)));
    mpc_set(n->omega, omega, MPC_RNDNN);
    mpc_set(n->z, sums->z, MPC_RNDNN);
    set_slopes(&w);
    set_values(&w, delta);
    for (node_variation v = NODE_FEATURES; v < NODE_VARIATIONS; v++) {
        if (!nsl_training_varies(problem, v))
            continue;
        set_causes(&w, v);
        vary_root(&w);
        vary_gap(&w, v == NODE_SAMPLES);
        vary_kappa(&w, v);
        vary_others(&w, v);
    }
    for (int i = 0; i < SCRATCH; i++)
        mpc_clear(w.x[i]);
}
