/* SPDX-License-Identifier: GPL-3.0-or-later */
/* With y = s/λ: u = 1/(1−y), 1 − u = −y u. Where |y| > 1, u = −Σ_{k≥1} y^−k, so that
 * the tail of a power law gives z −Σ H_k s^−k and Σw(1−u) the sum of w and +Σ H_k s^−k
 * with weighted H_k; d/dlnΔ multiplies by −k. */
#include "mp/training_sums.h"

void nsl_training_sums_init(nsl_training_sums *t, mpfr_prec_t bits)
{
    mpc_ptr all[] = {t->z, t->r, t->rho, t->t1, t->td, t->te};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        mpc_init2(all[i], bits);
}

void nsl_training_sums_clear(nsl_training_sums *t)
{
    mpc_ptr all[] = {t->z, t->r, t->rho, t->t1, t->td, t->te};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        mpc_clear(all[i]);
}

void nsl_training_target_init(nsl_training_target *t, nsl_population_mp *p)
{
    *t = (nsl_training_target){.p = p};
    mpfr_init2(t->rest, p->level->bits);
}

void nsl_training_target_clear(nsl_training_target *t)
{
    nsl_power_tail_clear(&t->tail);
    mpfr_clear(t->rest);
}

/* --- a term ------------------------------------------------------------------------
 */

enum { U, ONE_LESS, SLOPE, BEND, PARTS };

/* u, 1 − u, u(1−u) and u(1−u)(2u−1); `spare` for products. */
typedef struct {
    mpfr_t re[PARTS], im[PARTS], spare[2];
} term;

static void term_init(term *t, mpfr_prec_t bits)
{
    for (int i = 0; i < PARTS; i++)
        mpfr_inits2(bits, t->re[i], t->im[i], (mpfr_ptr)NULL);
    mpfr_inits2(bits, t->spare[0], t->spare[1], (mpfr_ptr)NULL);
}

static void term_clear(term *t)
{
    for (int i = 0; i < PARTS; i++)
        mpfr_clears(t->re[i], t->im[i], (mpfr_ptr)NULL);
    mpfr_clears(t->spare[0], t->spare[1], (mpfr_ptr)NULL);
}

/* part[to] = part[a] part[b]; four roundings, cheaper than mpc_mul's two. */
static void term_multiply(term *t, int to, int a, int b)
{
    mpfr_mul(t->spare[0], t->re[a], t->re[b], MPFR_RNDN);
    mpfr_mul(t->spare[1], t->im[a], t->im[b], MPFR_RNDN);
    mpfr_sub(t->spare[0], t->spare[0], t->spare[1], MPFR_RNDN);
    mpfr_mul(t->spare[1], t->re[a], t->im[b], MPFR_RNDN);
    mpfr_mul(t->im[to], t->im[a], t->re[b], MPFR_RNDN);
    mpfr_add(t->im[to], t->im[to], t->spare[1], MPFR_RNDN);
    mpfr_swap(t->re[to], t->spare[0]);
}

/* All of it at y = s·inverse. */
static void set_term(term *t, const mpc_t s, mpfr_srcptr inverse)
{
    mpfr_ptr size = t->spare[0], part = t->spare[1];
    mpfr_mul(t->re[BEND], mpc_realref(s), inverse, MPFR_RNDN); /* y */
    mpfr_mul(t->im[BEND], mpc_imagref(s), inverse, MPFR_RNDN);
    mpfr_ui_sub(t->re[U], 1, t->re[BEND], MPFR_RNDN);
    mpfr_sqr(size, t->re[U], MPFR_RNDN);
    mpfr_sqr(part, t->im[BEND], MPFR_RNDN);
    mpfr_add(size, size, part, MPFR_RNDN);
    mpfr_div(t->re[U], t->re[U], size, MPFR_RNDN);
    mpfr_div(t->im[U], t->im[BEND], size, MPFR_RNDN);
    term_multiply(t, ONE_LESS, BEND, U);
    mpfr_neg(t->re[ONE_LESS], t->re[ONE_LESS], MPFR_RNDN);
    mpfr_neg(t->im[ONE_LESS], t->im[ONE_LESS], MPFR_RNDN);
    term_multiply(t, SLOPE, ONE_LESS, U);
    mpfr_sub(t->re[BEND], t->re[U], t->re[ONE_LESS], MPFR_RNDN); /* 2u − 1 */
    mpfr_sub(t->im[BEND], t->im[U], t->im[ONE_LESS], MPFR_RNDN);
    term_multiply(t, BEND, BEND, SLOPE);
}

/* sum += w part; `w` NULL: 1. */
static void add_part(mpc_t sum, term *t, int part, mpfr_srcptr w)
{
    mpfr_ptr to[] = {mpc_realref(sum), mpc_imagref(sum)};
    mpfr_ptr from[] = {t->re[part], t->im[part]};
    for (int i = 0; i < 2; i++) {
        mpfr_srcptr value = from[i];
        if (w) {
            mpfr_mul(t->spare[0], from[i], w, MPFR_RNDN);
            value = t->spare[0];
        }
        mpfr_add(to[i], to[i], value, MPFR_RNDN);
    }
}

static void add_to_dof(nsl_training_sums *out, term *t, mpfr_srcptr w)
{
    add_part(out->z, t, U, w);
    add_part(out->r, t, SLOPE, w);
    add_part(out->rho, t, BEND, w);
}

static void add_to_target(nsl_training_sums *out, term *t, mpfr_srcptr w)
{
    add_part(out->t1, t, ONE_LESS, w);
    add_part(out->td, t, SLOPE, w);
    add_part(out->te, t, BEND, w);
}

/* --- tables ------------------------------------------------------------------------
 */

static void table_sums(nsl_training_sums *out, const nsl_level *level, term *t,
                       const mpc_t s)
{
    nsl_table_view view = nsl_table_rows(level->model->model->spectrum);
    mpfr_t inverse, weight;
    mpfr_inits2(mpfr_get_prec(mpc_realref(s)), inverse, weight, (mpfr_ptr)NULL);
    for (size_t i = 0; i < view.positive_rows; i++) {
        mpfr_ui_div(inverse, 1, level->lambda[i], MPFR_RNDN);
        set_term(t, s, inverse);
        mpfr_set_d(weight, nsl_table_copies(&view, i), MPFR_RNDN);
        add_to_dof(out, t, weight);
        if (!level->target)
            continue;
        mpfr_mul(weight, weight, level->target[i], MPFR_RNDN);
        add_to_target(out, t, weight);
    }
    mpc_add_fr(out->t1, out->t1, level->unlearnable, MPC_RNDNN);
    mpfr_clears(inverse, weight, (mpfr_ptr)NULL);
}

/* --- power laws --------------------------------------------------------------------
 */

/* sum[0] += sign Σ H_k y^−k and its first two derivatives in lnΔ. */
static void add_tail(mpc_ptr sum[3], int sign, const nsl_power_tail *tail,
                     const mpc_t y)
{
    mpc_t power, part, step;
    mpfr_prec_t bits = mpfr_get_prec(mpc_realref(y));
    mpc_init2(power, bits);
    mpc_init2(part, bits);
    mpc_init2(step, bits);
    mpc_ui_div(step, 1, y, MPC_RNDNN);
    mpc_set_si(power, sign, MPC_RNDNN);
    for (size_t k = 1; k <= tail->count; k++) {
        mpc_mul(power, power, step, MPC_RNDNN);
        mpc_mul_fr(part, power, tail->sum[k - 1], MPC_RNDNN);
        for (int i = 0; i < 3; i++) {
            mpc_add(sum[i], sum[i], part, MPC_RNDNN);
            mpc_mul_si(part, part, -(long)k, MPC_RNDNN);
        }
    }
    mpc_clear(power);
    mpc_clear(part);
    mpc_clear(step);
}

static void powerlaw_dof(nsl_training_sums *out, const nsl_population_mp *p, term *t,
                         const mpc_t y)
{
    mpc_ptr sum[] = {out->z, out->r, out->rho};
    for (size_t i = 1; i < p->tail.first; i++) {
        set_term(t, y, p->level->tables.power[i]);
        add_to_dof(out, t, NULL);
    }
    mpc_neg(out->r, out->r, MPC_RNDNN); /* dz/dlnΔ */
    mpc_neg(out->rho, out->rho, MPC_RNDNN);
    add_tail(sum, -1, &p->tail, y);
    mpc_neg(out->r, out->r, MPC_RNDNN);
    mpc_neg(out->rho, out->rho, MPC_RNDNN);
}

static nsl_status source_target(nsl_training_sums *out, nsl_training_target *target,
                                term *t, const mpc_t y, const mpfr_t size,
                                nsl_error *err)
{
    em_tables *tables = &target->p->level->tables;
    nsl_power_tail *tail = &target->tail;
    uint64_t before = tail->first;
    mpfr_prec_t bits = mpfr_get_prec(mpc_realref(y)), tail_bits = tail->bits;
    nsl_status status = nsl_population_mp_tail(tail, target->p, bits, size, true, err);
    if (status != NSL_OK)
        return status;
    mpc_ptr sum[] = {out->t1, out->td, out->te};
    if (before != tail->first || tail_bits != tail->bits) {
        mpfr_set_zero(target->rest, 1);
        if (tail->first <= tables->latents &&
            !nsl_em_power_sum_mp(target->rest, tables, true, tail->first,
                                 tables->latents))
            return NSL_ENOMEM;
    }
    for (size_t i = 1; i < tail->first; i++) {
        set_term(t, y, tables->power[i]);
        add_to_target(out, t, tables->weight[i]);
    }
    mpc_add_fr(out->t1, out->t1, target->rest, MPC_RNDNN);
    add_tail(sum, 1, tail, y);
    for (int i = 0; i < 3; i++)
        mpc_mul_fr(sum[i], sum[i], target->p->level->scale, MPC_RNDNN);
    return NSL_OK;
}

/* v² = scale λ: t₁ = scale Δ z and its derivatives. */
static void mrs_target(nsl_training_sums *out, const nsl_level *level, const mpc_t s)
{
    mpc_sub(out->td, out->z, out->r, MPC_RNDNN);
    mpc_sub(out->te, out->td, out->r, MPC_RNDNN);
    mpc_sub(out->te, out->te, out->rho, MPC_RNDNN);
    mpc_set(out->t1, out->z, MPC_RNDNN);
    mpc_ptr sum[] = {out->t1, out->td, out->te};
    for (int i = 0; i < 3; i++) {
        mpc_mul(sum[i], sum[i], s, MPC_RNDNN);
        mpc_mul_fr(sum[i], sum[i], level->scale, MPC_RNDNN);
        mpc_neg(sum[i], sum[i], MPC_RNDNN);
    }
}

/* --- all ---------------------------------------------------------------------------
 */

static nsl_status powerlaw_sums(nsl_training_sums *out, nsl_training_target *target,
                                term *t, const mpc_t s, nsl_error *err)
{
    nsl_population_mp *p = target->p;
    mpfr_t size;
    mpc_t y;
    mpfr_prec_t bits = mpfr_get_prec(mpc_realref(s));
    mpfr_init2(size, 64);
    mpc_init2(y, bits);
    mpc_abs(size, s, MPFR_RNDN);
    mpc_div_fr(y, s, p->level->lambda_max, MPC_RNDNN);
    nsl_status status = nsl_population_mp_tail(&p->tail, p, bits, size, false, err);
    if (status == NSL_OK)
        powerlaw_dof(out, p, t, y);
    if (status == NSL_OK && p->level->model->model->target.kind != NSL_TARGET_MRS)
        status = source_target(out, target, t, y, size, err);
    mpc_clear(y);
    mpfr_clear(size);
    return status;
}

nsl_status nsl_training_sums_at(nsl_training_sums *out, nsl_training_target *target,
                                const mpc_t s, nsl_error *err)
{
    const nsl_level *level = target->p->level;
    mpc_ptr all[] = {out->z, out->r, out->rho, out->t1, out->td, out->te};
    nsl_status status = NSL_OK;
    term t;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        mpc_set_ui(all[i], 0, MPC_RNDNN);
    term_init(&t, mpfr_get_prec(mpc_realref(out->z)));
    if (target->p->table)
        table_sums(out, level, &t, s);
    else
        status = powerlaw_sums(out, target, &t, s, err);
    if (status == NSL_OK && level->model->model->target.kind == NSL_TARGET_MRS)
        mrs_target(out, level, s);
    term_clear(&t);
    return status;
}
