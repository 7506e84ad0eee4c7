/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The functions of a node are analytic in ω up to the spectrum, −least. So where there
 * is no ridge they are taken at an ω that is nothing beside `least`, with as many bits
 * more as that costs, and what is exactly 0 there is set to it: on what decays to
 * nothing, it would be all. */
#include "mp/training_late.h"
#include "core/error.h"
#include "mp/left_axis.h"
#include "mp/support_mp.h"
#include "mp/training_roots.h"

#include <math.h>

/* Bits of edges: of the times them, up to 2^64, the whole numbers must be right. */
enum { DECAY_BITS = 192, SEARCH_BITS = 128, SPARE_BITS = 64, DIVISIONS = 3 };

void nsl_decay_mp_init(nsl_decay_mp *d)
{
    mpfr_inits2(DECAY_BITS, d->least, d->below, d->beyond, (mpfr_ptr)NULL);
}

void nsl_decay_mp_clear(nsl_decay_mp *d)
{
    mpfr_clears(d->least, d->below, d->beyond, (mpfr_ptr)NULL);
}

static nsl_gram_question gram_of(const nsl_training_question *q)
{
    return (nsl_gram_question){
        q->model,
        {q->point->features, q->point->samples, NSL_SIDE_SAMPLES, true},
        {q->decimals.features, q->decimals.samples}};
}

/* --- edges -------------------------------------------------------------------------
 */

/* The least eigenvalue of a population; 0 at M = ∞. */
static void least_of_population(mpfr_t least, const nsl_population_mp *p)
{
    uint64_t copies, last = p->table ? p->rows : p->level->tables.latents;
    mpfr_set_zero(least, 1);
    if (last != UINT64_MAX)
        nsl_population_mp_eigenvalue(least, &copies, p, last - 1);
}

static nsl_status least_of_gram(mpfr_t least, nsl_population_mp *p,
                                const nsl_gram_question *q, nsl_error *err)
{
    nsl_gram_mp g;
    mpfr_t s;
    nsl_gram_facts facts = nsl_gram_facts_of(q);
    nsl_status status = NSL_OK;
    nsl_gram_mp_init(&g, q, SEARCH_BITS + facts.lost);
    mpfr_init2(s, SEARCH_BITS + facts.lost);
    mpfr_set_zero(least, 1);
    if (g.count == 0) {
        least_of_population(least, p);
    } else if (facts.bottom != BOTTOM_ZERO) {
        status = nsl_support_mp_bottom(s, p, q, &g, facts.bottom, err);
        if (status == NSL_OK)
            status = nsl_edge_polish(least, s, p, q, err);
        mpfr_div(least, least, g.scale, MPFR_RNDN);
    }
    mpfr_clear(s);
    nsl_gram_mp_clear(&g);
    return status;
}

static nsl_status find_least(mpfr_t least, const nsl_training_question *q,
                             nsl_error *err)
{
    nsl_level level;
    nsl_population_mp p;
    nsl_gram_question gram = gram_of(q);
    nsl_status status =
        nsl_level_init(&level, q->model, DECAY_BITS + nsl_gram_facts_of(&gram).lost)
            ? nsl_population_mp_init(&p, &level, err)
            : nsl_fail_memory(err);
    if (status == NSL_OK) {
        status = least_of_gram(least, &p, &gram, err);
        nsl_population_mp_clear(&p);
    }
    nsl_level_clear(&level);
    return status;
}

/* −ln |1 − ηx|/η of a filter |1 − ηx|^k, t = kη, x ≠ 1/η. */
static void set_decay(mpfr_t out, const mpfr_t x, const mpfr_t rate)
{
    mpfr_mul(out, x, rate, MPFR_RNDN);
    mpfr_neg(out, out, MPFR_RNDN);
    if (mpfr_cmp_si(out, -1) > 0) {
        mpfr_log1p(out, out, MPFR_RNDN);
    } else {
        mpfr_add_ui(out, out, 1, MPFR_RNDN);
        mpfr_neg(out, out, MPFR_RNDN);
        mpfr_log(out, out, MPFR_RNDN);
    }
    mpfr_div(out, out, rate, MPFR_RNDN);
    mpfr_neg(out, out, MPFR_RNDN);
}

/* Of steps, from the ends of the spectrum. */
static nsl_status set_step_decays(nsl_decay_mp *d, const nsl_training_question *q,
                                  nsl_error *err)
{
    mpfr_t rate, x;
    mpfr_inits2(DECAY_BITS, rate, x, (mpfr_ptr)NULL);
    nsl_exact_set(rate, q->decimals.rate, q->point->training.rate);
    nsl_status status = nsl_training_limit(x, q, err);
    mpfr_ui_div(x, 2, x, MPFR_RNDN);
    mpfr_mul(d->below, d->least, rate, MPFR_RNDN);
    if (mpfr_cmp_ui(d->below, 1) < 0)
        set_decay(d->below, d->least, rate);
    else
        mpfr_set_inf(d->below, 1);
    mpfr_mul(d->beyond, x, rate, MPFR_RNDN);
    if (mpfr_cmp_ui(d->beyond, 1) > 0)
        set_decay(d->beyond, x, rate);
    else
        mpfr_set_inf(d->beyond, 1);
    mpfr_clears(rate, x, (mpfr_ptr)NULL);
    return status;
}

/* A little less, so that what is to the left of it is that for sure. */
static void reduce(mpfr_t x)
{
    mpfr_t less;
    mpfr_init2(less, DECAY_BITS);
    mpfr_mul_2si(less, x, -(DECAY_BITS / 2), MPFR_RNDN);
    if (mpfr_number_p(x))
        mpfr_sub(x, x, less, MPFR_RNDN);
    mpfr_clear(less);
}

nsl_status nsl_decay_mp_find(nsl_decay_mp *d, const nsl_training_question *q,
                             nsl_error *err)
{
    nsl_problem_mp problem;
    nsl_error unreached;
    mpfr_t omega0;
    mpfr_init2(omega0, DECAY_BITS);
    nsl_problem_mp_init(&problem, q->model, q->point, &q->decimals, DECAY_BITS);
    nsl_training_omega0(omega0, &problem);
    nsl_status status = find_least(d->least, q, &unreached);
    if (status == NSL_EFAILED) { /* more terms than are summed, or too near a tie */
        mpfr_set_zero(d->least, 1);
        status = NSL_OK;
    }
    mpfr_add(d->least, d->least, omega0, MPFR_RNDN);
    mpfr_set(d->below, d->least, MPFR_RNDN);
    mpfr_set_inf(d->beyond, 1);
    if (status == NSL_OK && q->point->training.kind == NSL_DESCENT)
        status = set_step_decays(d, q, err);
    reduce(d->least);
    reduce(d->below);
    reduce(d->beyond);
    nsl_problem_mp_clear(&problem);
    mpfr_clear(omega0);
    return status == NSL_ENOMEM ? nsl_fail_memory(err) : status;
}

/* --- what is trained ---------------------------------------------------------------
 */

/* As those at a complex Δ, from those at a real one. */
static void set_sums(nsl_training_sums *out, const nsl_moments_mp *m)
{
    mpc_set_fr(out->z, m->z, MPC_RNDNN);
    mpc_set_fr(out->r, m->r, MPC_RNDNN);
    mpc_set_fr(out->rho, m->q1, MPC_RNDNN); /* 2 Σu²(1−u) − r */
    mpc_mul_2ui(out->rho, out->rho, 1, MPC_RNDNN);
    mpc_sub(out->rho, out->rho, out->r, MPC_RNDNN);
    mpc_set_fr(out->t1, m->t0, MPC_RNDNN);
    mpc_add_fr(out->t1, out->t1, m->td, MPC_RNDNN);
    mpc_set_fr(out->td, m->td, MPC_RNDNN);
    mpc_set_fr(out->te, m->tc, MPC_RNDNN); /* t_d − 2 t_c */
    mpc_mul_2ui(out->te, out->te, 1, MPC_RNDNN);
    mpc_sub(out->te, out->td, out->te, MPC_RNDNN);
}

static void clear_function(nsl_training_node *n, node_function f)
{
    for (node_variation v = NODE_VALUE; v < NODE_VARIATIONS; v++)
        mpc_set_ui(n->f[f][v][0], 0, MPC_RNDNN);
}

/* What is 0 without a ridge, whatever else varies: b where P is the least of the sizes
 * and the rank, the factor 1 − z/N_k of κ where a width is, Δ where the rank is. */
static void clear_nothing(nsl_training_node *n, const nsl_problem_mp *problem,
                          const nsl_level *level, nsl_bottom bottom)
{
    if (bottom == BOTTOM_LEFT && mpfr_number_p(problem->least)) {
        if (mpfr_equal_p(problem->samples, problem->least)) {
            mpc_set_ui(n->b, 0, MPC_RNDNN);
            clear_function(n, NODE_PSI);
        } else {
            clear_function(n, NODE_KAPPA);
        }
        return;
    }
    clear_function(n, NODE_KAPPA);
    clear_function(n, NODE_DELTA);
    clear_function(n, NODE_PSI);
    clear_function(n, NODE_TARGET);
    mpc_set_fr(n->f[NODE_TARGET][NODE_VALUE][0], level->unlearnable, MPC_RNDNN);
}

/* Δ = −s at ω. */
static nsl_status set_delta(mpfr_t delta, nsl_level *level, const nsl_gram_question *q,
                            const mpfr_t omega, nsl_error *err)
{
    nsl_gram_mp g;
    mpfr_t size, product;
    mpfr_prec_t bits = mpfr_get_prec(delta);
    nsl_status status = NSL_OK;
    nsl_gram_mp_init(&g, q, bits);
    mpfr_inits2(bits, size, product, (mpfr_ptr)NULL);
    mpfr_set(delta, omega, MPFR_RNDN);
    if (g.count > 0) {
        mpfr_mul(size, omega, g.scale, MPFR_RNDN);
        status = nsl_left_axis(delta, product, level, q, size, err);
        mpfr_neg(delta, delta, MPFR_RNDN);
    }
    mpfr_clears(size, product, (mpfr_ptr)NULL);
    nsl_gram_mp_clear(&g);
    return status;
}

/* The node at a real ω > 0, all at the bits of the level. */
static nsl_status set_node(nsl_training_node *node, nsl_level *level,
                           const nsl_training_question *q, const mpfr_t omega,
                           nsl_error *err)
{
    nsl_gram_question gram = gram_of(q);
    nsl_training_ridge ridge = {.falls = q->model->model->convention == NSL_RIDGE_MRS};
    nsl_training_sums sums;
    nsl_training_node fine;
    nsl_problem_mp problem;
    nsl_moments_mp m;
    mpfr_t delta;
    mpc_t place, at;
    mpfr_prec_t bits = level->bits;
    nsl_problem_mp_init(&problem, q->model, q->point, &q->decimals, bits);
    nsl_training_sums_init(&sums, bits);
    nsl_training_node_init(&fine, bits);
    nsl_moments_mp_init(&m, bits);
    mpfr_inits2(bits, delta, ridge.omega0, (mpfr_ptr)NULL);
    mpc_init2(place, bits);
    mpc_init2(at, bits);
    nsl_training_omega0(ridge.omega0, &problem);
    nsl_status status = set_delta(delta, level, &gram, omega, err);
    if (status == NSL_OK && !nsl_level_moments(&m, level, delta, true))
        status = nsl_fail_memory(err);
    if (status == NSL_OK) {
        set_sums(&sums, &m);
        mpc_set_fr(place, omega, MPC_RNDNN);
        mpc_set_fr(at, delta, MPC_RNDNN);
        nsl_training_node_set(&fine, &sums, &problem, &ridge, place, at);
        if (problem.ridgeless)
            clear_nothing(&fine, &problem, level, nsl_gram_facts_of(&gram).bottom);
        nsl_training_node_copy(node, &fine);
    }
    mpc_clear(place);
    mpc_clear(at);
    mpfr_clears(delta, ridge.omega0, (mpfr_ptr)NULL);
    nsl_moments_mp_clear(&m);
    nsl_training_node_clear(&fine);
    nsl_training_sums_clear(&sums);
    nsl_problem_mp_clear(&problem);
    return status;
}

/* Without a ridge N counts where it, or P, is less than other widths and the rank: one
 * that is less decides Δ and leaves κ = 0. */
static bool decides(const nsl_problem_mp *problem, const nsl_training_question *q)
{
    nsl_gram_question gram = gram_of(q);
    return nsl_gram_facts_of(&gram).bottom == BOTTOM_LEFT &&
           (mpfr_equal_p(problem->samples, problem->least) ||
            mpfr_equal_p(problem->width[problem->layers - 1], problem->least));
}

/* At P = ∞ the test loss is what is descended on. At N = ∞, without noise and a ridge,
 * the posterior mean is reached of a target whose prior is the kernel, v² ∝ λ. */
static bool is_best(const nsl_problem_mp *problem, const nsl_training_question *q)
{
    const nsl_model *model = q->model->model;
    bool wide = true;
    for (size_t k = 0; k < problem->layers; k++)
        wide = wide && mpfr_inf_p(problem->width[k]);
    return mpfr_inf_p(problem->samples) ||
           (wide && problem->ridgeless && mpfr_zero_p(problem->noise) &&
            model->target.kind == NSL_TARGET_MRS);
}

/* Bits that are lost at ω. */
static nsl_status find_lost(mpfr_prec_t *lost, const nsl_training_question *q,
                            const mpfr_t omega, nsl_error *err)
{
    nsl_level level;
    nsl_population_mp p;
    nsl_gram_question gram = gram_of(q);
    nsl_status status = nsl_level_init(&level, q->model, SEARCH_BITS)
                            ? nsl_population_mp_init(&p, &level, err)
                            : nsl_fail_memory(err);
    if (status == NSL_OK) {
        status = nsl_training_lost_bits(lost, &p, &gram, omega, err);
        nsl_population_mp_clear(&p);
    }
    nsl_level_clear(&level);
    return status;
}

nsl_status nsl_training_end_set(nsl_training_end *end, const nsl_training_question *q,
                                const mpfr_t least, nsl_error *err)
{
    nsl_problem_mp problem;
    nsl_level level;
    mpfr_t omega;
    mpfr_prec_t bits = mpfr_get_prec(mpc_realref(end->node.z)) + SPARE_BITS, lost = 0;
    nsl_problem_mp_init(&problem, q->model, q->point, &q->decimals, bits);
    mpfr_init2(omega, bits);
    nsl_training_omega0(omega, &problem);
    if (problem.ridgeless)
        mpfr_mul_2si(omega, least, -bits, MPFR_RNDN);
    nsl_status status = find_lost(&lost, q, omega, err);
    if (status == NSL_OK) {
        lost *= DIVISIONS; /* b, b_ω and b_ων are divided by b */
        bits += lost;
        mpfr_set_prec(omega, bits);
        nsl_problem_mp_clear(&problem);
        nsl_problem_mp_init(&problem, q->model, q->point, &q->decimals, bits);
        nsl_training_omega0(omega, &problem);
        if (problem.ridgeless)
            mpfr_mul_2si(omega, least, lost - bits, MPFR_RNDN);
        status = nsl_level_init(&level, q->model, bits) ? NSL_OK : nsl_fail_memory(err);
        if (status == NSL_OK)
            status = set_node(&end->node, &level, q, omega, err);
        nsl_level_clear(&level);
    }
    end->features = !problem.ridgeless || decides(&problem, q);
    end->best = is_best(&problem, q);
    nsl_problem_mp_clear(&problem);
    mpfr_clear(omega);
    return status;
}
