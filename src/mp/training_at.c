/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A number of bits B decides the nodes of the contour and with the growth of its
 * weights and what [E1] loses the precision of the work. */
#include "mp/training_at.h"
#include "core/error.h"
#include "mp/cross_mp.h"
#include "mp/training_roots.h"

#include <math.h>
#include <stdlib.h>

/* Bits beyond what is lost and grows, for the rounding of the sums. */
enum { SPARE_BITS = 40 };

/* --- the sums at one precision -----------------------------------------------------
 */

/* What is summed. */
typedef struct {
    mpfr_t dof, sums[CROSS_SUMS];
} totals;

static void totals_init(totals *t, mpfr_prec_t bits)
{
    mpfr_init2(t->dof, bits);
    for (int i = 0; i < CROSS_SUMS; i++)
        mpfr_init2(t->sums[i], bits);
}

static void totals_clear(totals *t)
{
    mpfr_clear(t->dof);
    for (int i = 0; i < CROSS_SUMS; i++)
        mpfr_clear(t->sums[i]);
}

/* One evaluation. */
typedef struct {
    const nsl_training_question *q;
    nsl_gram_question gram;
    nsl_schedule_mp schedule;
    nsl_problem_mp problem;
    nsl_training_ridge ridge;
    mpfr_t share;
    mpfr_t least;           /* where it is late: of the eigenvalues with the ridge */
    mpfr_prec_t bits, work; /* B, and what is worked at */
    mpfr_prec_t lost;
    nsl_error *err;
} evaluation;

/* decay·t */
static void set_gone(mpfr_t out, const nsl_schedule_mp *s, const mpfr_t decay)
{
    if (!s->descent) {
        mpfr_mul(out, decay, s->time, MPFR_RNDN);
        return;
    }
    mpfr_mul(out, decay, s->rate, MPFR_RNDN);
    mpfr_mul_d(out, out, s->steps, MPFR_RNDN);
}

/* How late it is. */
static void set_lateness(nsl_schedule_mp *s, const nsl_decay_mp *d, mpfr_prec_t bits)
{
    set_gone(s->gone_below, s, d->below);
    set_gone(s->gone_beyond, s, d->beyond);
    s->apart = nsl_contour_mp_apart(s, bits, mpfr_get_d(s->gone_below, MPFR_RNDN));
    s->below = !s->apart || mpfr_number_p(d->below);
    s->beyond = s->descent && (!s->apart || mpfr_number_p(d->beyond));
    if (!s->apart) {
        mpfr_set_zero(s->gone_below, 1);
        mpfr_set_zero(s->gone_beyond, 1);
    }
}

static void evaluation_init(evaluation *e, const nsl_training_question *q,
                            const nsl_decay_mp *decay, mpfr_prec_t bits,
                            mpfr_prec_t work)
{
    const nsl_training *t = &q->point->training;
    e->bits = bits;
    e->work = work;
    mpfr_inits2(work, e->schedule.time, e->schedule.rate, e->schedule.gone_below,
                e->schedule.gone_beyond, e->ridge.omega0, e->share, e->least,
                (mpfr_ptr)NULL);
    e->schedule.descent = t->kind == NSL_DESCENT;
    e->schedule.steps = t->steps;
    nsl_exact_set(e->schedule.time, q->decimals.time, t->time);
    nsl_exact_set(e->schedule.rate, q->decimals.rate, t->rate);
    set_lateness(&e->schedule, decay, bits);
    mpfr_set(e->least, decay->least, MPFR_RNDN);
    nsl_problem_mp_init(&e->problem, q->model, q->point, &q->decimals, work);
    nsl_training_omega0(e->ridge.omega0, &e->problem);
    e->ridge.falls = q->model->model->convention == NSL_RIDGE_MRS;
    mpfr_set_d(e->share, fmax(q->point->ensemble, 1.0), MPFR_RNDN);
    mpfr_ui_div(e->share, 1, e->share, MPFR_RNDN);
}

static void evaluation_clear(evaluation *e)
{
    mpfr_clears(e->schedule.time, e->schedule.rate, e->schedule.gone_below,
                e->schedule.gone_beyond, e->ridge.omega0, e->share, e->least,
                (mpfr_ptr)NULL);
    nsl_problem_mp_clear(&e->problem);
}

/* All at conjugate ω. */
static void conjugate(nsl_training_node *to, const nsl_training_node *from)
{
    mpc_conj(to->omega, from->omega, MPC_RNDNN);
    mpc_conj(to->b, from->b, MPC_RNDNN);
    for (int i = 0; i < NODE_FUNCTIONS * NODE_VARIATIONS * 2; i++) {
        int f = i / (2 * NODE_VARIATIONS), v = i / 2 % NODE_VARIATIONS;
        mpc_conj(to->f[f][v][i % 2], from->f[f][v][i % 2], MPC_RNDNN);
    }
}

/* dof += Σ 2 Re(weight z). */
static void add_dof(mpfr_t dof, const mpc_t weight, const mpc_t z)
{
    mpc_t part;
    mpc_init2(part, mpfr_get_prec(dof));
    mpc_mul(part, weight, z, MPC_RNDNN);
    mpfr_mul_2ui(mpc_realref(part), mpc_realref(part), 1, MPFR_RNDN);
    mpfr_add(dof, dof, mpc_realref(part), MPFR_RNDN);
    mpc_clear(part);
}

/* The nodes from their roots, and the sum of one-point functions. */
static nsl_status set_nodes(nsl_training_node *node, totals *out, mpc_t *delta,
                            const nsl_contour_mp *c, nsl_population_mp *p,
                            const evaluation *e)
{
    nsl_training_sums sums;
    nsl_training_target target;
    mpc_t omega, s;
    nsl_status status = NSL_OK;
    nsl_training_sums_init(&sums, e->work);
    nsl_training_target_init(&target, p);
    mpc_init2(omega, e->work);
    mpc_init2(s, e->work);
    mpfr_set_zero(out->dof, 1);
    for (size_t j = 0; j < c->count && status == NSL_OK; j++) {
        mpc_add_fr(omega, c->w[j], e->ridge.omega0, MPC_RNDNN);
        mpc_neg(s, delta[j], MPC_RNDNN);
        status = nsl_training_sums_at(&sums, &target, s, e->err);
        if (status != NSL_OK)
            break;
        nsl_training_node_set(&node[j], &sums, &e->problem, &e->ridge, omega, delta[j]);
        conjugate(&node[c->count + j], &node[j]);
        add_dof(out->dof, c->weight[j], sums.z);
    }
    mpc_clear(omega);
    mpc_clear(s);
    nsl_training_target_clear(&target);
    nsl_training_sums_clear(&sums);
    return status;
}

/* The sums over the nodes that have been set, and what is trained. */
static nsl_status add_nodes(totals *out, const nsl_training_node *node,
                            const nsl_contour_mp *c, const evaluation *e)
{
    nsl_training_end trained;
    nsl_status status = NSL_OK;
    nsl_training_node_init(&trained.node, e->work);
    if (e->schedule.apart) {
        status = nsl_training_end_set(&trained, e->q, e->least, e->err);
        mpfr_add(out->dof, out->dof, mpc_realref(trained.node.z), MPFR_RNDN);
    }
    if (status == NSL_OK)
        nsl_cross_sums(out->sums, node, c, e->schedule.apart ? &trained : NULL,
                       &e->problem, e->share);
    nsl_training_node_clear(&trained.node);
    return status;
}

/* The sums over a contour whose roots have room. */
static nsl_status sum_contour(totals *out, nsl_training_node *node, mpc_t *delta,
                              const nsl_contour_mp *c, nsl_population_mp *p,
                              const evaluation *e)
{
    nsl_root_task task = {p, &e->gram, e->lost, e->err};
    nsl_status status = nsl_training_roots(delta, c, e->ridge.omega0, &task);
    if (status == NSL_OK)
        status = set_nodes(node, out, delta, c, p, e);
    if (status == NSL_OK)
        status = add_nodes(out, node, c, e);
    return status;
}

static nsl_status with_nodes(totals *out, const nsl_contour_mp *c, nsl_population_mp *p,
                             const evaluation *e)
{
    nsl_training_node *node = malloc(2 * c->count * sizeof *node);
    mpc_t *delta = malloc(c->count * sizeof *delta);
    nsl_status status = NSL_ENOMEM;
    if (node && delta) {
        for (size_t j = 0; j < 2 * c->count; j++)
            nsl_training_node_init(&node[j], e->work);
        for (size_t j = 0; j < c->count; j++)
            mpc_init2(delta[j], e->work);
        status = sum_contour(out, node, delta, c, p, e);
        for (size_t j = 0; j < 2 * c->count; j++)
            nsl_training_node_clear(&node[j]);
        for (size_t j = 0; j < c->count; j++)
            mpc_clear(delta[j]);
    }
    free(node);
    free(delta);
    return status == NSL_ENOMEM ? nsl_fail_memory(e->err) : status;
}

/* --- what a contour needs ----------------------------------------------------------
 */

/* Bits that e^{wt} loses late, and as many for how near to the edge of the spectrum,
 * where K is a square root, the contour comes then. */
static mpfr_prec_t edge_bits(const nsl_schedule_mp *s)
{
    mpfr_srcptr gone[] = {s->gone_below, s->gone_beyond};
    mpfr_exp_t bits = 0;
    for (int i = 0; i < 2; i++)
        if (mpfr_regular_p(gone[i]) && mpfr_get_exp(gone[i]) > bits)
            bits = mpfr_get_exp(gone[i]);
    return 2 * bits;
}

/* Bits that [E1] loses where the contour comes nearest to 0. */
static nsl_status find_lost(mpfr_prec_t *lost, const nsl_training_question *q,
                            const nsl_gram_question *gram, const nsl_decay_mp *decay,
                            mpfr_prec_t bits, nsl_error *err)
{
    enum { ROUGH_BITS = 96 };
    evaluation e;
    nsl_contour_mp c;
    nsl_level level;
    nsl_population_mp p;
    mpfr_t omega;
    evaluation_init(&e, q, decay, bits, ROUGH_BITS);
    mpfr_init2(omega, ROUGH_BITS);
    nsl_status status = nsl_level_init(&level, q->model, ROUGH_BITS)
                            ? nsl_population_mp_init(&p, &level, err)
                            : nsl_fail_memory(err);
    if (status == NSL_OK) {
        if (nsl_contour_mp_make(&c, &e.schedule, bits, ROUGH_BITS)) {
            mpc_abs(omega, c.w[0], MPFR_RNDN);
            mpfr_add(omega, omega, e.ridge.omega0, MPFR_RNDN);
            status = nsl_training_lost_bits(lost, &p, gram, omega, err);
            *lost += edge_bits(&e.schedule);
        } else {
            status = nsl_fail_memory(err);
        }
        nsl_contour_mp_clear(&c);
        nsl_population_mp_clear(&p);
    }
    nsl_level_clear(&level);
    mpfr_clear(omega);
    evaluation_clear(&e);
    return status;
}

static nsl_status sum_all(totals *out, evaluation *e)
{
    nsl_level level;
    nsl_population_mp p;
    nsl_contour_mp c;
    nsl_status status = nsl_level_init(&level, e->q->model, e->work)
                            ? nsl_population_mp_init(&p, &level, e->err)
                            : nsl_fail_memory(e->err);
    if (status == NSL_OK) {
        status = nsl_contour_mp_make(&c, &e->schedule, e->bits, e->work)
                     ? with_nodes(out, &c, &p, e)
                     : nsl_fail_memory(e->err);
        nsl_contour_mp_clear(&c);
        nsl_population_mp_clear(&p);
    }
    nsl_level_clear(&level);
    return status;
}

/* --- values ------------------------------------------------------------------------
 */

/* −change/loss, 0 where nothing changes. */
static void set_elasticity(mpfr_t out, mpfr_srcptr change, mpfr_srcptr loss)
{
    if (mpfr_zero_p(change)) {
        mpfr_set_zero(out, 1);
        return;
    }
    mpfr_div(out, change, loss, MPFR_RNDN);
    mpfr_neg(out, out, MPFR_RNDN);
}

/* Over the next step: −ln(E(k+1)/E(k))/ln(1 + 1/k). */
static void set_step_elasticity(mpfr_t out, mpfr_srcptr change, mpfr_srcptr loss,
                                double steps)
{
    mpfr_t span;
    mpfr_init2(span, mpfr_get_prec(out));
    mpfr_div(out, change, loss, MPFR_RNDN);
    mpfr_log1p(out, out, MPFR_RNDN);
    mpfr_set_d(span, steps, MPFR_RNDN);
    mpfr_ui_div(span, 1, span, MPFR_RNDN);
    mpfr_log1p(span, span, MPFR_RNDN);
    mpfr_div(out, out, span, MPFR_RNDN);
    mpfr_neg(out, out, MPFR_RNDN);
    mpfr_clear(span);
}

/* What is exactly 0 where N or P is infinite, by what it is made of. */
static void clear_nothing(totals *t, const nsl_problem_mp *problem)
{
    bool wide = true;
    for (size_t k = 0; k < problem->layers; k++)
        wide = wide && mpfr_inf_p(problem->width[k]);
    if (wide) { /* no variance from the features */
        mpfr_set(t->sums[CROSS_SHARED_SIGNAL], t->sums[CROSS_SIGNAL], MPFR_RNDN);
        mpfr_set(t->sums[CROSS_SHARED_NOISE], t->sums[CROSS_NOISE], MPFR_RNDN);
    }
    if (mpfr_inf_p(problem->samples)) /* nor from the samples */
        mpfr_set(t->sums[CROSS_SHARED_SIGNAL], t->sums[CROSS_BIAS], MPFR_RNDN);
    if (wide && mpfr_inf_p(problem->samples))
        mpfr_set(t->sums[CROSS_SIGNAL], t->sums[CROSS_BIAS], MPFR_RNDN);
}

/* Losses and their parts, and the elasticities, in the units asked for. */
static void set_values(nsl_prediction_mp *out, totals *t, const evaluation *e)
{
    mpfr_t clean, noisy, half;
    mpfr_prec_t bits = mpfr_get_prec(out->test_loss);
    const nsl_units *units = &e->q->units;
    mpfr_inits2(bits, clean, noisy, half, (mpfr_ptr)NULL);
    clear_nothing(t, &e->problem);
    mpfr_set(out->dof, t->dof, MPFR_RNDN);
    mpfr_set(out->bias, t->sums[CROSS_BIAS], MPFR_RNDN);
    mpfr_sub(out->variance_samples, t->sums[CROSS_SHARED_SIGNAL], t->sums[CROSS_BIAS],
             MPFR_RNDN);
    mpfr_sub(out->variance_features, t->sums[CROSS_SIGNAL],
             t->sums[CROSS_SHARED_SIGNAL], MPFR_RNDN);
    mpfr_mul(out->variance_features, out->variance_features, e->share, MPFR_RNDN);
    mpfr_add(out->signal_loss, t->sums[CROSS_SHARED_SIGNAL], out->variance_features,
             MPFR_RNDN);
    mpfr_sub(out->noise_loss, t->sums[CROSS_NOISE], t->sums[CROSS_SHARED_NOISE],
             MPFR_RNDN);
    mpfr_mul(out->noise_loss, out->noise_loss, e->share, MPFR_RNDN);
    mpfr_add(out->noise_loss, out->noise_loss, t->sums[CROSS_SHARED_NOISE], MPFR_RNDN);
    mpfr_set(out->train_loss, t->sums[CROSS_TRAIN], MPFR_RNDN);
    mpfr_add(clean, out->signal_loss, out->noise_loss, MPFR_RNDN);
    mpfr_add(noisy, clean, e->problem.noise, MPFR_RNDN);
    mpfr_set(out->test_loss, units->test_noise ? noisy : clean, MPFR_RNDN);
    set_elasticity(out->elasticity_features, t->sums[CROSS_VARIED + NODE_FEATURES - 1],
                   out->test_loss);
    set_elasticity(out->elasticity_samples, t->sums[CROSS_VARIED + NODE_SAMPLES - 1],
                   out->test_loss);
    set_elasticity(out->elasticity_ridge, t->sums[CROSS_VARIED + NODE_RIDGE - 1],
                   out->test_loss);
    if (e->schedule.descent && e->schedule.steps == 1.0) { /* from weights of 0 */
        mpfr_set_zero(out->elasticity_ridge, 1);
        if (mpfr_zero_p(e->share)) /* the mean of one step over all features */
            mpfr_set_zero(out->elasticity_features, 1);
    }
    if (e->schedule.descent && !mpfr_zero_p(t->sums[CROSS_CLOCK]))
        set_step_elasticity(out->elasticity_time, t->sums[CROSS_CLOCK], out->test_loss,
                            e->schedule.steps);
    else
        set_elasticity(out->elasticity_time, t->sums[CROSS_CLOCK], out->test_loss);
    mpfr_set_d(half, units->mse ? 1.0 : 0.5 * e->q->model->model->outputs, MPFR_RNDN);
    mpfr_ptr loss[] = {out->test_loss,        out->signal_loss, out->noise_loss,
                       out->train_loss,       out->bias,        out->variance_samples,
                       out->variance_features};
    for (size_t i = 0; i < sizeof loss / sizeof *loss; i++)
        mpfr_mul(loss[i], loss[i], half, MPFR_RNDN);
    mpfr_clears(clean, noisy, half, (mpfr_ptr)NULL);
}

nsl_status nsl_training_at(nsl_prediction_mp *out, const nsl_training_question *q,
                           const nsl_decay_mp *decay, mpfr_prec_t bits, nsl_error *err)
{
    evaluation e = {
        .q = q,
        .gram = {q->model,
                 {q->point->features, q->point->samples, NSL_SIDE_SAMPLES, true},
                 {q->decimals.features, q->decimals.samples}},
        .err = err};
    mpfr_prec_t lost = 0;
    nsl_status status = find_lost(&lost, q, &e.gram, decay, bits, err);
    if (status != NSL_OK)
        return status;
    evaluation_init(&e, q, decay, bits, SPARE_BITS);
    mpfr_prec_t work =
        bits + 2 * nsl_contour_mp_growth(&e.schedule, bits) + lost + SPARE_BITS;
    evaluation_clear(&e);
    totals t;
    evaluation_init(&e, q, decay, bits, work);
    e.lost = lost;
    totals_init(&t, work);
    status = sum_all(&t, &e);
    for (int i = 0; i < NSL_PREDICTION_MP_VALUES; i++)
        mpfr_set_prec(nsl_prediction_mp_value(out, i), work);
    mpfr_set_nan(out->delta);
    out->notes = 0;
    if (status == NSL_OK)
        set_values(out, &t, &e);
    totals_clear(&t);
    evaluation_clear(&e);
    return status;
}

/* Where the slowest has decayed to e^−this, products of two are at MPFR's least
 * exponent, −2^30. */
static const double DECAYED = 3.5e8;

bool nsl_training_has_decayed(const nsl_training_question *q, const nsl_decay_mp *decay)
{
    evaluation e;
    evaluation_init(&e, q, decay, 64, 64);
    set_gone(e.schedule.gone_below, &e.schedule, decay->below);
    set_gone(e.schedule.gone_beyond, &e.schedule, decay->beyond);
    bool all = mpfr_cmp_d(e.schedule.gone_below, DECAYED) > 0 &&
               mpfr_cmp_d(e.schedule.gone_beyond, DECAYED) > 0;
    evaluation_clear(&e);
    return all;
}
