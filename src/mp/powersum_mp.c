/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All the sums at one Δ: the first terms one by one, the rest by em_sum.c. */
#include "mp/powersum_mp.h"
#include "mp/em_sum.h"

void nsl_em_moments_init_mp(em_moments *m, mpfr_prec_t bits)
{
    mpfr_inits2(bits, m->count, m->above, m->below, m->r, m->q, m->q1, m->t0, m->td,
                m->tc, (mpfr_ptr)NULL);
}

void nsl_em_moments_clear_mp(em_moments *m)
{
    mpfr_clears(m->count, m->above, m->below, m->r, m->q, m->q1, m->t0, m->td, m->tc,
                (mpfr_ptr)NULL);
}

static void set_zero(em_moments *m)
{
    mpfr_ptr all[] = {m->count, m->above, m->below, m->r, m->q,
                      m->q1,    m->t0,    m->td,    m->tc};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        mpfr_set_zero(all[i], 1);
}

/* Terms 1 … end−1 one by one. */
static void add_direct(em_moments *m, const em_tables *t, const mpfr_t x,
                       const mpfr_t scale_index, size_t end, bool all)
{
    mpfr_t u, w, uw, part;
    mpfr_inits2(mpfr_get_prec(m->r), u, w, uw, part, (mpfr_ptr)NULL);
    for (size_t i = 1; i < end; i++) {
        mpfr_mul(part, x, t->power[i], MPFR_RNDN);
        nsl_em_fractions_mp(u, w, part);
        mpfr_mul(uw, u, w, MPFR_RNDN);
        mpfr_add(m->r, m->r, uw, MPFR_RNDN);
        if (mpfr_cmp_ui(scale_index, i) >= 0) {
            mpfr_add_ui(m->count, m->count, 1, MPFR_RNDN);
            mpfr_add(m->above, m->above, w, MPFR_RNDN);
        } else {
            mpfr_add(m->below, m->below, u, MPFR_RNDN);
        }
        if (!all)
            continue;
        mpfr_sqr(part, u, MPFR_RNDN);
        mpfr_add(m->q, m->q, part, MPFR_RNDN);
        mpfr_mul(part, u, uw, MPFR_RNDN);
        mpfr_add(m->q1, m->q1, part, MPFR_RNDN);
        if (!t->weighted)
            continue;
        mpfr_sqr(part, w, MPFR_RNDN);
        mpfr_mul(part, part, t->weight[i], MPFR_RNDN);
        mpfr_add(m->t0, m->t0, part, MPFR_RNDN);
        mpfr_mul(part, uw, t->weight[i], MPFR_RNDN);
        mpfr_add(m->td, m->td, part, MPFR_RNDN);
        mpfr_mul(part, part, w, MPFR_RNDN);
        mpfr_add(m->tc, m->tc, part, MPFR_RNDN);
    }
    mpfr_clears(u, w, uw, part, (mpfr_ptr)NULL);
}

static bool add_term(mpfr_t moment, em_range *range, em_term term)
{
    mpfr_t sum;
    mpfr_init2(sum, range->bits);
    bool fine = nsl_em_range_sum_mp(sum, range, term);
    mpfr_add(moment, moment, sum, MPFR_RNDN);
    mpfr_clear(sum);
    return fine;
}

/* z over the range: counted to M, from X, or from nothing. */
static bool add_dof(em_moments *m, em_range *range, uint64_t latents)
{
    bool below = mpfr_cmp(range->first.at, range->scale_index) < 0;
    bool whole =
        range->last.exists && mpfr_cmp(range->last.at, range->scale_index) <= 0;
    if (whole) {
        mpfr_set_uj(m->count, latents, MPFR_RNDN);
        return add_term(m->above, range, (em_term){0, 1, false});
    }
    if (below) {
        mpfr_sub_d(m->count, range->scale_index, 0.5, MPFR_RNDN);
    }
    return add_term(m->below, range, (em_term){1, 0, false});
}

static bool add_square(em_moments *m, em_range *range)
{
    if (mpfr_cmp(range->first.at, range->scale_index) < 0) { /* X − I₀ + 1/2 */
        mpfr_add(m->q, m->q, range->scale_index, MPFR_RNDN);
        mpfr_sub(m->q, m->q, range->first.at, MPFR_RNDN);
        mpfr_add_d(m->q, m->q, 0.5, MPFR_RNDN);
    }
    return add_term(m->q, range, (em_term){2, 0, false});
}

static bool add_range(em_moments *m, em_range *range, uint64_t latents, bool all,
                      bool weighted)
{
    bool fine =
        add_dof(m, range, latents) && add_term(m->r, range, (em_term){1, 1, false});
    if (!all || !fine)
        return fine;
    bool whole =
        range->last.exists && mpfr_cmp(range->last.at, range->scale_index) <= 0;
    if (whole) { /* q = M − Σw − Σuw */
        mpfr_sub(m->q, m->count, m->above, MPFR_RNDN);
        mpfr_sub(m->q, m->q, m->r, MPFR_RNDN);
    } else {
        fine = add_square(m, range);
    }
    fine = fine && add_term(m->q1, range, (em_term){2, 1, false});
    if (weighted)
        fine = fine && add_term(m->t0, range, (em_term){0, 2, true}) &&
               add_term(m->td, range, (em_term){1, 1, true}) &&
               add_term(m->tc, range, (em_term){1, 2, true});
    return fine;
}

static bool range_set(em_range *range, const em_tables *t, em_plan plan, const mpfr_t x)
{
    mpfr_t y;
    mpfr_init2(y, range->bits);
    mpfr_set_ui(range->first.at, plan.first, MPFR_RNDN);
    mpfr_mul(y, x, t->power[plan.first], MPFR_RNDN);
    nsl_em_fractions_mp(range->first.u, range->first.w, y);
    range->first.exists = true;
    range->first.theta = range->last.theta = plan.theta;
    range->first.corrections = plan.corrections;
    bool fine = nsl_em_end_expand_mp(&range->first, t);
    if (fine && t->latents != UINT64_MAX) {
        range->last.exists = true;
        range->last.corrections = plan.corrections_last;
        mpfr_set_uj(range->last.at, t->latents, MPFR_RNDN);
        mpfr_pow(y, range->last.at, t->p, MPFR_RNDN);
        mpfr_mul(y, y, x, MPFR_RNDN);
        nsl_em_fractions_mp(range->last.u, range->last.w, y);
        fine = nsl_em_end_expand_mp(&range->last, t);
    }
    mpfr_clear(y);
    return fine;
}

bool nsl_em_moments_at_mp(em_moments *m, em_tables *t, const mpfr_t x, bool all)
{
    em_range range = {.t = t, .bits = mpfr_get_prec(m->r)};
    mpfr_inits2(range.bits, range.scale_index, (mpfr_ptr)NULL);
    nsl_em_end_init_mp(&range.first, range.bits);
    nsl_em_end_init_mp(&range.last, range.bits);
    mpfr_ui_div(range.scale_index, 1, t->p, MPFR_RNDN);
    mpfr_neg(range.scale_index, range.scale_index, MPFR_RNDN);
    mpfr_pow(range.scale_index, x, range.scale_index, MPFR_RNDN);
    em_plan plan =
        nsl_em_plan_make_mp(t, range.bits, mpfr_get_d(range.scale_index, MPFR_RNDN));
    bool direct = t->latents != UINT64_MAX && plan.first > t->latents;
    set_zero(m);
    bool fine = plan.first > 0 &&
                nsl_em_want_powers_mp(t, direct ? plan.first - 1 : plan.first) &&
                nsl_em_want_factors_mp(t, plan.corrections > plan.corrections_last
                                              ? plan.corrections
                                              : plan.corrections_last);
    if (fine)
        add_direct(m, t, x, range.scale_index, plan.first, all);
    if (fine && !direct)
        fine = range_set(&range, t, plan, x) &&
               add_range(m, &range, t->latents, all, t->weighted && !plan.weights_over);
    nsl_em_end_clear_mp(&range.first);
    nsl_em_end_clear_mp(&range.last);
    mpfr_clear(range.scale_index);
    return fine;
}
