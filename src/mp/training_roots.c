/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ζ = −cω has Im ζ > 0 at the contours' nodes. The first root is looked for, the others
 * follow their neighbours at the same low precision; then all rise together, so that
 * they share the ends of the sums. */
#include "mp/training_roots.h"
#include "mp/left_axis.h"

#include <stdlib.h>

/* Bits at which roots are looked for, beyond those lost; bits that a doubling loses. */
enum { SEARCH_BITS = 96, LOST_BITS = 24 };

static void set_zeta(mpc_t zeta, const nsl_contour_mp *c, size_t j, const mpfr_t omega0,
                     const nsl_gram_mp *g)
{
    mpc_add_fr(zeta, c->w[j], omega0, MPC_RNDNN);
    mpc_mul_fr(zeta, zeta, g->scale, MPC_RNDNN);
    mpc_neg(zeta, zeta, MPC_RNDNN);
}

nsl_status nsl_training_lost_bits(mpfr_prec_t *lost, nsl_population_mp *p,
                                  const nsl_gram_question *q, const mpfr_t omega,
                                  nsl_error *err)
{
    nsl_gram_mp g;
    mpfr_t size, s, product;
    nsl_status status = NSL_OK;
    *lost = 0;
    nsl_gram_mp_init(&g, q, SEARCH_BITS);
    mpfr_inits2(SEARCH_BITS, size, s, product, (mpfr_ptr)NULL);
    if (g.count > 0) {
        mpfr_mul(size, omega, g.scale, MPFR_RNDN);
        status = nsl_left_axis(s, product, p->level, q, size, err);
        mpfr_exp_t below = mpfr_get_exp(s) - mpfr_get_exp(omega);
        *lost = nsl_gram_facts_of(q).lost + (below > 0 ? below : 0) + LOST_BITS;
    }
    mpfr_clears(size, s, product, (mpfr_ptr)NULL);
    nsl_gram_mp_clear(&g);
    return status;
}

/* The roots at the precision of s[0]. */
static nsl_status search(mpc_t *s, const nsl_contour_mp *c, const mpfr_t omega0,
                         const nsl_root_task *task)
{
    nsl_gram_mp g;
    mpc_t zeta;
    nsl_status status = NSL_OK;
    mpfr_prec_t bits = mpfr_get_prec(mpc_realref(s[0]));
    nsl_gram_mp_init(&g, task->q, bits);
    mpc_init2(zeta, bits);
    for (size_t j = 0; j < c->count && status == NSL_OK; j++) {
        bool found = false;
        set_zeta(zeta, c, j, omega0, &g);
        if (j > 0) {
            mpc_set(s[j], s[j - 1], MPC_RNDNN);
            status = nsl_root_follow(s[j], &found, task, zeta);
        }
        if (status == NSL_OK && !found)
            status = nsl_root_find(s[j], task, zeta);
    }
    mpc_clear(zeta);
    nsl_gram_mp_clear(&g);
    return status;
}

/* All of them to a higher precision. */
static nsl_status rise(mpc_t *s, mpfr_prec_t bits, const nsl_contour_mp *c,
                       const mpfr_t omega0, const nsl_root_task *task)
{
    nsl_gram_mp g;
    mpc_t zeta, resolvent;
    nsl_status status = NSL_OK;
    nsl_gram_mp_init(&g, task->q, bits);
    mpc_init2(zeta, bits);
    mpc_init2(resolvent, bits);
    for (size_t j = 0; j < c->count && status == NSL_OK; j++) {
        set_zeta(zeta, c, j, omega0, &g);
        status = nsl_root_polish(resolvent, s[j], task, zeta);
    }
    mpc_clear(zeta);
    mpc_clear(resolvent);
    nsl_gram_mp_clear(&g);
    return status;
}

/* Without finite sizes Δ = ω. */
static void set_all(mpc_t *delta, const nsl_contour_mp *c, const mpfr_t omega0)
{
    for (size_t j = 0; j < c->count; j++)
        mpc_add_fr(delta[j], c->w[j], omega0, MPC_RNDNN);
}

static nsl_status find_all(mpc_t *s, const nsl_contour_mp *c, const mpfr_t omega0,
                           const nsl_root_task *task, mpfr_prec_t full)
{
    mpfr_prec_t bits = mpfr_get_prec(mpc_realref(s[0]));
    nsl_status status = search(s, c, omega0, task);
    while (status == NSL_OK && bits < full) {
        bits = 2 * bits - LOST_BITS < full ? 2 * bits - LOST_BITS : full;
        status = rise(s, bits, c, omega0, task);
    }
    return status;
}

nsl_status nsl_training_roots(mpc_t *delta, const nsl_contour_mp *c,
                              const mpfr_t omega0, const nsl_root_task *task)
{
    mpfr_prec_t full = mpfr_get_prec(mpc_realref(delta[0]));
    mpfr_prec_t least = SEARCH_BITS + task->lost;
    nsl_gram_mp g;
    nsl_gram_mp_init(&g, task->q, 53);
    bool free = g.count == 0;
    nsl_gram_mp_clear(&g);
    if (free) {
        set_all(delta, c, omega0);
        return NSL_OK;
    }
    for (size_t j = 0; j < c->count; j++)
        mpc_set_prec(delta[j], least < full ? least : full);
    nsl_status status = find_all(delta, c, omega0, task, full);
    for (size_t j = 0; j < c->count && status == NSL_OK; j++)
        mpc_neg(delta[j], delta[j], MPC_RNDNN);
    return status;
}
