/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp/resolvent_axis.h"
#include "core/error.h"
#include "mp/left_axis.h"
#include "mp/support_mp.h"

void nsl_axis_place_init(nsl_axis_place *place, mpfr_prec_t bits)
{
    place->outside = false;
    mpfr_inits2(bits, place->low, place->high, place->start, (mpfr_ptr)NULL);
}

void nsl_axis_place_clear(nsl_axis_place *place)
{
    mpfr_clears(place->low, place->high, place->start, (mpfr_ptr)NULL);
}

/* --- inside or outside -------------------------------------------------------------
 */

/* Takes x to be above or below an edge; `undecided` where it is too near for the
 * precision of s. */
static nsl_status compare(int *above, bool *undecided, const nsl_root_task *task,
                          const mpfr_t s, const mpfr_t x)
{
    mpfr_t zeta, better;
    mpfr_prec_t bits = mpfr_get_prec(s);
    mpfr_inits2(bits, zeta, better, (mpfr_ptr)NULL);
    mpfr_set(better, s, MPFR_RNDN);
    nsl_status status = nsl_edge_polish(zeta, better, task->p, task->q, task->err);
    *above = mpfr_cmp(x, zeta) > 0;
    mpfr_sub(zeta, x, zeta, MPFR_RNDN);
    if (status == NSL_OK &&
        (mpfr_zero_p(zeta) || mpfr_get_exp(zeta) < mpfr_get_exp(x) - bits / 2)) {
        *undecided = true;
        status = nsl_fail(task->err, NSL_EFAILED, "",
                          "zeta is on an edge of the spectrum, or too near to it for "
                          "these digits");
    }
    mpfr_clears(zeta, better, (mpfr_ptr)NULL);
    return status;
}

static void set_outside(nsl_axis_place *place, const mpfr_t low, const mpfr_t high)
{
    place->outside = true;
    mpfr_set(place->low, low, MPFR_RNDN);
    mpfr_set(place->high, high, MPFR_RNDN);
    mpfr_add(place->start, low, high, MPFR_RNDN);
    mpfr_div_2ui(place->start, place->start, 1, MPFR_RNDN);
}

/* Below the lowest edge ζ is about linear in s at first: s(x) − s(0) is about what
 * s(0) − s(−x) is. */
static nsl_status set_below(nsl_axis_place *place, const nsl_root_task *task,
                            const nsl_support *support, const mpfr_t x)
{
    mpfr_t s, product;
    mpfr_inits2(mpfr_get_prec(x), s, product, (mpfr_ptr)NULL);
    set_outside(place, support->zero, support->bottom);
    nsl_status status =
        nsl_left_axis(s, product, task->p->level, task->q, x, task->err);
    mpfr_sub(s, support->zero, s, MPFR_RNDN);
    mpfr_add(s, s, support->zero, MPFR_RNDN);
    if (mpfr_less_p(s, support->bottom))
        mpfr_set(place->start, s, MPFR_RNDN);
    mpfr_clears(s, product, (mpfr_ptr)NULL);
    return status;
}

/* Compares x with the edges, from the highest down. Above all, ζ > c s. */
static nsl_status locate(nsl_axis_place *place, bool *undecided,
                         const nsl_root_task *task, const nsl_support *support,
                         const nsl_gram_mp *g, const mpfr_t x)
{
    int above;
    nsl_status status = compare(&above, undecided, task, support->top, x);
    place->outside = false;
    if (status != NSL_OK || above) {
        mpfr_t far;
        mpfr_init2(far, g->bits);
        mpfr_div(far, x, g->scale, MPFR_RNDN);
        set_outside(place, support->top, far);
        mpfr_clear(far);
        return status;
    }
    for (size_t i = 0; i < support->count; i++) {
        status = compare(&above, undecided, task, support->gap[i].high, x);
        if (status != NSL_OK || above)
            return status;
        status = compare(&above, undecided, task, support->gap[i].low, x);
        if (status != NSL_OK || above) {
            set_outside(place, support->gap[i].low, support->gap[i].high);
            return status;
        }
    }
    if (support->kind == BOTTOM_ZERO)
        return NSL_OK;
    status = compare(&above, undecided, task, support->bottom, x);
    return status != NSL_OK || above ? status : set_below(place, task, support, x);
}

nsl_status nsl_axis_locate(nsl_axis_place *place, bool *undecided,
                           const nsl_root_task *task, nsl_bottom kind, const mpfr_t x)
{
    nsl_support support;
    nsl_gram_mp g;
    mpfr_prec_t bits = mpfr_get_prec(x);
    nsl_gram_mp_init(&g, task->q, bits);
    nsl_support_init(&support, bits);
    nsl_status status =
        nsl_support_mp_find(&support, undecided, task->p, task->q, &g, kind, task->err);
    if (status == NSL_OK)
        status = locate(place, undecided, task, &support, &g, x);
    nsl_support_clear(&support);
    nsl_gram_mp_clear(&g);
    return status;
}

/* --- outside -----------------------------------------------------------------------
 */

/* Newton's step on ζ − x, dζ/ds = ζh/s: to the new s; the exponent of ζ/x − 1 or of
 * the step over s, whichever is larger. */
static mpfr_exp_t real_step(mpfr_t s, const nsl_place *at, const mpfr_t zeta,
                            const mpfr_t x)
{
    mpfr_sub(s, x, zeta, MPFR_RNDN);
    mpfr_div(s, s, zeta, MPFR_RNDN);
    mpfr_exp_t residual = mpfr_zero_p(s) ? MPFR_EMIN_DEFAULT : mpfr_get_exp(s);
    mpfr_div(s, s, at->h, MPFR_RNDN);
    mpfr_exp_t step = mpfr_zero_p(s) ? MPFR_EMIN_DEFAULT : mpfr_get_exp(s);
    mpfr_fma(s, s, at->s, at->s, MPFR_RNDN);
    return residual > step ? residual : step;
}

/* The place with ζ = x: Newton, halving the bracket where it leaves that. */
static nsl_status solve_outside(nsl_place *at, const nsl_gram_mp *g,
                                const nsl_root_task *task, const mpfr_t x,
                                const nsl_axis_place *place)
{
    mpfr_t s, zeta, low, high;
    nsl_status status = NSL_OK;
    mpfr_exp_t size = MPFR_EMAX_DEFAULT,
               enough = -(mpfr_exp_t)(g->bits - task->lost) / 2;
    mpfr_inits2(g->bits, s, zeta, low, high, (mpfr_ptr)NULL);
    mpfr_set(s, place->start, MPFR_RNDN);
    mpfr_set(low, place->low, MPFR_RNDN);
    mpfr_set(high, place->high, MPFR_RNDN);
    for (mpfr_prec_t i = 0; i < 2 * g->bits; i++) {
        status = nsl_place_at(at, task->p, g, s, task->err);
        if (status != NSL_OK || size < enough)
            break;
        nsl_place_zeta(zeta, at, g);
        mpfr_set(mpfr_less_p(zeta, x) ? low : high, s, MPFR_RNDN);
        size = real_step(s, at, zeta, x);
        if (!mpfr_number_p(s) || mpfr_cmp(s, low) * mpfr_cmp(s, high) > 0) {
            mpfr_add(s, low, high, MPFR_RNDN);
            mpfr_div_2ui(s, s, 1, MPFR_RNDN);
            size = MPFR_EMAX_DEFAULT;
        }
    }
    mpfr_clears(s, zeta, low, high, (mpfr_ptr)NULL);
    if (status != NSL_OK || size < enough)
        return status;
    return nsl_fail(task->err, NSL_EFAILED, "", "the digits of the root do not settle");
}

nsl_status nsl_axis_resolvent(mpfr_t resolvent, const nsl_root_task *task,
                              const nsl_axis_place *place, const mpfr_t x)
{
    nsl_gram_mp g;
    nsl_place at;
    mpfr_t part;
    mpfr_prec_t bits = mpfr_get_prec(resolvent);
    nsl_gram_mp_init(&g, task->q, bits);
    nsl_place_init(&at, bits);
    mpfr_init2(part, bits);
    nsl_status status = solve_outside(&at, &g, task, x, place);
    mpfr_mul(resolvent, at.s, g.scale, MPFR_RNDN);
    for (size_t j = 0; j < g.count; j++) {
        if (j == g.own)
            continue;
        mpfr_sub(part, g.width[j], at.z, MPFR_RNDN);
        mpfr_div(part, part, g.width[j], MPFR_RNDN);
        mpfr_mul(resolvent, resolvent, part, MPFR_RNDN);
    }
    mpfr_si_div(resolvent, -1, resolvent, MPFR_RNDN);
    mpfr_clear(part);
    nsl_place_clear(&at);
    nsl_gram_mp_clear(&g);
    return status;
}
