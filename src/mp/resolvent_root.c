/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every stage of gram_mp.h is a Marčenko–Pastur map with, for Im s_k > 0, one root in
 * the upper half plane: a root is the physical one if and only if s and every s_k have
 * the sign of Im ζ, wherever it came from. So it may be looked for boldly: from the
 * root at −|ζ|, where s < 0 is bracketed, ζ turns to its place in as few steps as
 * Newton's method stands. */
#include "mp/resolvent_root.h"
#include "core/error.h"
#include "mp/left_axis.h"

#include <math.h>

/* Bits that a doubling does not gain; Newton's steps; turns. */
enum { LOST_BITS = 24, STEPS_MAX = 14, POLISH_STEPS = 6, TURNS_MAX = 400 };

/* --- one place ---------------------------------------------------------------------
 */

/* ζ, h = dlnζ/dlns and whether every stage has the sign of the physical root. */
typedef struct {
    mpc_t s, z, r, value, h, part;
    bool physical;
} spot;

static void spot_init(spot *x, mpfr_prec_t bits)
{
    mpc_ptr all[] = {x->s, x->z, x->r, x->value, x->h, x->part};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        mpc_init2(all[i], bits);
}

static void spot_clear(spot *x)
{
    mpc_ptr all[] = {x->s, x->z, x->r, x->value, x->h, x->part};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        mpc_clear(all[i]);
}

/* All of it at x->s. The last stage is ζ itself, which may be real. */
static nsl_status evaluate(spot *x, const nsl_gram_mp *g, const nsl_root_task *task)
{
    nsl_status status = nsl_population_mp_complex(x->z, x->r, task->p, x->s, task->err);
    if (status != NSL_OK)
        return status;
    mpc_set(x->value, x->s, MPC_RNDNN);
    mpc_set_ui(x->h, 1, MPC_RNDNN);
    x->physical = true;
    for (size_t j = 0; j < g->count; j++) {
        x->physical = x->physical && mpfr_sgn(mpc_imagref(x->value)) > 0;
        mpc_fr_sub(x->part, g->width[j], x->z, MPC_RNDNN);
        mpc_mul(x->value, x->value, x->part, MPC_RNDNN);
        mpc_div_fr(x->value, x->value, g->width[j], MPC_RNDNN);
        mpc_div(x->part, x->r, x->part, MPC_RNDNN);
        mpc_add(x->h, x->h, x->part, MPC_RNDNN);
    }
    mpc_mul_fr(x->value, x->value, g->scale, MPC_RNDNN);
    return NSL_OK;
}

static mpfr_exp_t exponent_of(const mpc_t value)
{
    mpfr_t size;
    mpfr_init2(size, 53);
    mpc_abs(size, value, MPFR_RNDN);
    mpfr_exp_t exponent = mpfr_number_p(size) == 0 ? MPFR_EMAX_DEFAULT
                          : mpfr_zero_p(size)      ? MPFR_EMIN_DEFAULT
                                                   : mpfr_get_exp(size);
    mpfr_clear(size);
    return exponent;
}

/* Newton's step on ζ, dζ/ds = value·h/s: part = (ζ/value − 1)/h, over s, and its
 * exponent; and that of what it is to mend, which is far larger where a gap W_j − z is
 * small and h large. */
static mpfr_exp_t newton_step(spot *x, mpfr_exp_t *residual, const mpc_t zeta)
{
    mpc_sub(x->part, zeta, x->value, MPC_RNDNN);
    mpc_div(x->part, x->part, x->value, MPC_RNDNN);
    *residual = exponent_of(x->part);
    mpc_div(x->part, x->part, x->h, MPC_RNDNN);
    return exponent_of(x->part);
}

/* Newton until a step is below half of the bits that ζ has, and the place it leads to
 * evaluated; *found tells whether it did. Given up where a step is longer than 2s, or
 * after the first ones not shorter than the one before. */
static nsl_status converge(spot *x, bool *found, const nsl_gram_mp *g,
                           const nsl_root_task *task, const mpc_t zeta, int steps)
{
    enum { LONGEST = 1, FREE = 3 }; /* exponent of a step; steps that may grow */
    mpfr_exp_t before = MPFR_EMAX_DEFAULT;
    *found = false;
    nsl_status status = evaluate(x, g, task);
    for (int i = 0; i < steps && status == NSL_OK; i++) {
        mpfr_exp_t residual, size = newton_step(x, &residual, zeta);
        bool longest = size > LONGEST;
        size = residual > size ? residual : size;
        if (longest || (i >= FREE && size >= before))
            break;
        before = size;
        mpc_fma(x->s, x->s, x->part, x->s, MPC_RNDNN);
        status = evaluate(x, g, task);
        if (status == NSL_OK && size < -(mpfr_exp_t)(g->bits - task->lost) / 2) {
            *found = true;
            break;
        }
    }
    return status;
}

/* --- turning -----------------------------------------------------------------------
 */

/* Where to try Newton at the angle `to` from a root at the angle `from`: with dζ/ds =
 * ζh/s, s(1 + (e^{i(to−from)} − 1)/h). */
static void predict(mpc_t s, spot *at, const mpfr_t from, const mpfr_t to)
{
    mpfr_sub(mpc_imagref(at->part), to, from, MPFR_RNDN);
    mpfr_sin_cos(mpc_imagref(at->part), mpc_realref(at->part), mpc_imagref(at->part),
                 MPFR_RNDN);
    mpc_sub_ui(at->part, at->part, 1, MPC_RNDNN);
    mpc_div(at->part, at->part, at->h, MPC_RNDNN);
    mpc_fma(s, at->s, at->part, at->s, MPC_RNDNN);
}

/* |ζ| e^{i angle}, or ζ itself at the last one. */
static void turned(mpc_t out, const mpc_t zeta, const mpfr_t angle, bool last)
{
    mpfr_t size;
    if (last) {
        mpc_set(out, zeta, MPC_RNDNN);
        return;
    }
    mpfr_init2(size, mpfr_get_prec(angle));
    mpc_abs(size, zeta, MPFR_RNDN);
    mpfr_sin_cos(mpc_imagref(out), mpc_realref(out), angle, MPFR_RNDN);
    mpc_mul_fr(out, out, size, MPC_RNDNN);
    mpfr_clear(size);
}

/* How much of the angle to leave over, after it went well or not: none at first; near
 * an edge many halvings are needed, so that ratios are squared and roots are taken. */
static double next_ratio(double ratio, bool well)
{
    static const double FIRST = 0.5, LEAST = 1e-4;
    if (well)
        return ratio * ratio < LEAST ? 0.0 : ratio * ratio;
    return ratio > 0.0 ? sqrt(ratio) : FIRST;
}

/* From the angle π, where at->s is known, to that of ζ, `end`. */
static nsl_status turn(spot *at, const nsl_gram_mp *g, const nsl_root_task *task,
                       const mpc_t zeta)
{
    spot next;
    mpc_t goal;
    mpfr_t angle, end, to;
    mpfr_prec_t bits = g->bits;
    double ratio = 0.0;
    bool there = false;
    spot_init(&next, bits);
    mpc_init2(goal, bits);
    mpfr_inits2(bits, angle, end, to, (mpfr_ptr)NULL);
    mpfr_const_pi(angle, MPFR_RNDN);
    mpc_arg(end, zeta, MPFR_RNDN);
    nsl_status status = evaluate(at, g, task);
    for (int i = 0; i < TURNS_MAX && status == NSL_OK && !there; i++) {
        bool found;
        mpfr_sub(to, angle, end, MPFR_RNDN);
        mpfr_mul_d(to, to, ratio, MPFR_RNDN);
        mpfr_add(to, to, end, MPFR_RNDN);
        turned(goal, zeta, to, ratio == 0.0);
        predict(next.s, at, angle, to);
        status = converge(&next, &found, g, task, goal, STEPS_MAX);
        found = found && next.physical;
        if (status == NSL_OK && found) {
            mpc_set(at->s, next.s, MPC_RNDNN);
            mpc_set(at->h, next.h, MPC_RNDNN);
            mpfr_set(angle, to, MPFR_RNDN);
            there = ratio == 0.0;
        }
        ratio = next_ratio(ratio, found);
    }
    spot_clear(&next);
    mpc_clear(goal);
    mpfr_clears(angle, end, to, (mpfr_ptr)NULL);
    if (status != NSL_OK || there)
        return status;
    return nsl_fail(task->err, NSL_EFAILED, "",
                    "the root of the self-consistent equation was not found");
}

nsl_status nsl_root_find(mpc_t s, const nsl_root_task *task, const mpc_t zeta)
{
    nsl_gram_mp g;
    spot at;
    mpfr_t size, product;
    mpfr_prec_t bits = mpfr_get_prec(mpc_realref(s));
    nsl_gram_mp_init(&g, task->q, bits);
    spot_init(&at, bits);
    mpfr_inits2(bits, size, product, (mpfr_ptr)NULL);
    mpc_abs(size, zeta, MPFR_RNDN);
    nsl_status status = nsl_left_axis(mpc_realref(at.s), product, task->p->level,
                                      task->q, size, task->err);
    mpfr_set_zero(mpc_imagref(at.s), 1);
    if (status == NSL_OK)
        status = turn(&at, &g, task, zeta);
    mpc_set(s, at.s, MPC_RNDNN);
    spot_clear(&at);
    mpfr_clears(size, product, (mpfr_ptr)NULL);
    nsl_gram_mp_clear(&g);
    return status;
}

nsl_status nsl_root_follow(mpc_t s, bool *found, const nsl_root_task *task,
                           const mpc_t zeta)
{
    nsl_gram_mp g;
    spot x;
    mpfr_prec_t bits = mpfr_get_prec(mpc_realref(s));
    nsl_gram_mp_init(&g, task->q, bits);
    spot_init(&x, bits);
    mpc_set(x.s, s, MPC_RNDNN);
    nsl_status status = converge(&x, found, &g, task, zeta, STEPS_MAX);
    *found = *found && x.physical;
    mpc_set(s, x.s, MPC_RNDNN);
    spot_clear(&x);
    nsl_gram_mp_clear(&g);
    return status;
}

/* --- digits ------------------------------------------------------------------------
 */

/* R = −1/(c s Π_{j≠own} (1 − z/W_j)): from ζ(s) = ζ, without 1 − z/size and ζ. */
static void set_resolvent(mpc_t out, spot *x, const nsl_gram_mp *g)
{
    mpc_mul_fr(out, x->s, g->scale, MPC_RNDNN);
    for (size_t j = 0; j < g->count; j++) {
        if (j == g->own)
            continue;
        mpc_fr_sub(x->part, g->width[j], x->z, MPC_RNDNN);
        mpc_div_fr(x->part, x->part, g->width[j], MPC_RNDNN);
        mpc_mul(out, out, x->part, MPC_RNDNN);
    }
    mpc_ui_div(out, 1, out, MPC_RNDNN);
    mpc_neg(out, out, MPC_RNDNN);
}

/* Newton at one precision; R from the last one. */
static nsl_status polish_at(mpc_t resolvent, mpc_t s, mpfr_prec_t bits,
                            const nsl_root_task *task, const mpc_t zeta)
{
    nsl_gram_mp g;
    spot x;
    bool found;
    nsl_gram_mp_init(&g, task->q, bits);
    spot_init(&x, bits);
    mpc_set(x.s, s, MPC_RNDNN);
    nsl_status status = converge(&x, &found, &g, task, zeta, POLISH_STEPS);
    if (status == NSL_OK && !(found && x.physical))
        status = nsl_fail(task->err, NSL_EFAILED, "",
                          "the digits of the root do not settle");
    mpc_set_prec(s, bits);
    mpc_set(s, x.s, MPC_RNDNN);
    if (status == NSL_OK)
        set_resolvent(resolvent, &x, &g);
    spot_clear(&x);
    nsl_gram_mp_clear(&g);
    return status;
}

nsl_status nsl_root_polish(mpc_t resolvent, mpc_t s, const nsl_root_task *task,
                           const mpc_t zeta)
{
    mpfr_prec_t full = mpfr_get_prec(mpc_realref(resolvent));
    mpfr_prec_t bits = mpfr_get_prec(mpc_realref(s));
    nsl_status status;
    do {
        bits = 2 * bits - LOST_BITS < full ? 2 * bits - LOST_BITS : full;
        status = polish_at(resolvent, s, bits, task, zeta);
    } while (status == NSL_OK && bits < full);
    return status;
}
