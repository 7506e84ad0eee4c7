/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between two eigenvalues the s outside of the support are those at which every stage
 * passes (gram_mp.h). Stage by stage they form one interval in another, since g_k is
 * concave in s_{k−1}, which rises with s where the stages before pass. So the slope of
 * the first stage that fails tells on which side to look, and two tangents how large
 * it can become: below 0, there is no gap. */
#include "mp/gap_mp.h"
#include "core/error.h"

#include <stdlib.h>

/* A bracket is closed when all but so many bits of its ends are equal. */
enum { SPARE_BITS = 16 };

/* Steps of a search: halvings of a range, some hundred at the most, and Newton's. */
enum { STEPS_MAX = 4000 };

/* --- bounds ------------------------------------------------------------------------
 */

void nsl_gap_bound(mpfr_t out, const mpfr_t lambda, uint64_t copies,
                   const nsl_gram_mp *g, int sign)
{
    mpfr_set_uj(out, copies, MPFR_RNDN);
    mpfr_div(out, out, g->width[0], MPFR_RNDN);
    mpfr_sqrt(out, out, MPFR_RNDN);
    mpfr_mul_ui(out, out, 7, MPFR_RNDN);
    mpfr_div_2ui(out, out, 3, MPFR_RNDN);
    mpfr_mul_si(out, out, sign, MPFR_RNDN);
    mpfr_add_ui(out, out, 1, MPFR_RNDN);
    mpfr_mul(out, out, lambda, MPFR_RNDN);
}

/* Whether a number of the order of 1 is so near to 0 that rounding may have made its
 * sign. */
static bool is_small(const mpfr_t value, mpfr_prec_t bits)
{
    return mpfr_zero_p(value) || mpfr_get_exp(value) < -(mpfr_exp_t)(bits / 2);
}

/* (m λ²)^{1/3} */
static void cube_root_weight(mpfr_t out, const mpfr_t lambda, uint64_t copies)
{
    mpfr_set_uj(out, copies, MPFR_RNDN);
    mpfr_mul(out, out, lambda, MPFR_RNDN);
    mpfr_mul(out, out, lambda, MPFR_RNDN);
    mpfr_cbrt(out, out, MPFR_RNDN);
}

/* The two nearest terms of Σλ²/(λ−s)² < n alone, A/(λ₁−s)² + B/(s−λ₂)², are least where
 * the distances are as A^{1/3} to B^{1/3}, at (A^{1/3}+B^{1/3})³/(λ₁−λ₂)². */
bool nsl_gap_possible(const nsl_neighbours *n, const nsl_gram_mp *g)
{
    mpfr_t a, b;
    mpfr_inits2(g->bits, a, b, (mpfr_ptr)NULL);
    cube_root_weight(a, n->upper, n->upper_copies);
    cube_root_weight(b, n->lower, n->lower_copies);
    mpfr_add(a, a, b, MPFR_RNDN);
    mpfr_pow_ui(a, a, 3, MPFR_RNDN);
    mpfr_sub(b, n->upper, n->lower, MPFR_RNDN);
    mpfr_sqr(b, b, MPFR_RNDN);
    mpfr_mul(b, b, g->width[0], MPFR_RNDN);
    mpfr_sub(a, b, a, MPFR_RNDN);
    mpfr_div(a, a, b, MPFR_RNDN);
    bool possible = mpfr_sgn(a) > 0 || is_small(a, g->bits);
    mpfr_clears(a, b, (mpfr_ptr)NULL);
    return possible;
}

/* That place. */
static void set_first(mpfr_t s, const nsl_neighbours *n)
{
    mpfr_t a, b;
    mpfr_prec_t bits = mpfr_get_prec(s);
    mpfr_inits2(bits, a, b, (mpfr_ptr)NULL);
    cube_root_weight(a, n->upper, n->upper_copies);
    cube_root_weight(b, n->lower, n->lower_copies);
    mpfr_add(a, a, b, MPFR_RNDN);
    mpfr_div(b, b, a, MPFR_RNDN);
    mpfr_sub(a, n->upper, n->lower, MPFR_RNDN);
    mpfr_fma(s, a, b, n->lower, MPFR_RNDN);
    mpfr_clears(a, b, (mpfr_ptr)NULL);
}

/* The middle of two numbers of one sign, by their ratio where that is large. */
static void set_middle(mpfr_t out, const mpfr_t a, const mpfr_t b)
{
    bool wide = !mpfr_zero_p(a) && !mpfr_zero_p(b) &&
                labs((long)(mpfr_get_exp(a) - mpfr_get_exp(b))) > 2;
    int sign = mpfr_sgn(a) + mpfr_sgn(b);
    if (wide) {
        mpfr_mul(out, a, b, MPFR_RNDN);
        mpfr_sqrt(out, out, MPFR_RNDN);
        mpfr_mul_si(out, out, sign < 0 ? -1 : 1, MPFR_RNDN);
    } else {
        mpfr_add(out, a, b, MPFR_RNDN);
        mpfr_div_2ui(out, out, 1, MPFR_RNDN);
    }
}

/* Whether a bracket has closed to so few bits. */
static bool closed(const mpfr_t a, const mpfr_t b, mpfr_prec_t bits)
{
    mpfr_t apart;
    mpfr_init2(apart, 64);
    mpfr_sub(apart, a, b, MPFR_RNDN);
    mpfr_exp_t size = mpfr_get_exp(mpfr_cmpabs(a, b) > 0 ? a : b);
    bool near = mpfr_zero_p(apart) ||
                mpfr_get_exp(apart) < size - (mpfr_exp_t)bits + SPARE_BITS;
    mpfr_clear(apart);
    return near;
}

/* --- a gap -------------------------------------------------------------------------
 */

/* What g_k is at most between two places that fail at it, by its tangents. */
static void set_bound(mpfr_t bound, const nsl_place *low, const nsl_place *high)
{
    mpfr_t part;
    mpfr_init2(part, mpfr_get_prec(bound));
    mpfr_mul(bound, low->slope, low->position, MPFR_RNDN);
    mpfr_mul(part, high->slope, high->position, MPFR_RNDN);
    mpfr_sub(bound, bound, part, MPFR_RNDN);
    mpfr_add(bound, bound, high->value, MPFR_RNDN);
    mpfr_sub(bound, bound, low->value, MPFR_RNDN);
    mpfr_sub(part, low->slope, high->slope, MPFR_RNDN);
    mpfr_div(bound, bound, part, MPFR_RNDN); /* where they meet */
    mpfr_sub(bound, bound, low->position, MPFR_RNDN);
    mpfr_fma(bound, bound, low->slope, low->value, MPFR_RNDN);
    mpfr_clear(part);
}

/* Whether the two ends of the bracket rule the gap out, or cannot tell. */
static bool ruled_out(const nsl_place *low, const nsl_place *high, bool *undecided)
{
    mpfr_t bound;
    mpfr_init2(bound, mpfr_get_prec(low->s));
    set_bound(bound, low, high);
    bool below = mpfr_sgn(bound) < 0;
    *undecided = below && is_small(bound, mpfr_get_prec(bound));
    mpfr_clear(bound);
    return below;
}

/* A search between two eigenvalues: the bracket is low.s to high.s. */
typedef struct {
    nsl_place here, low, high;
} gap_state;

/* Where g_k is below 0 and stages before it pass, it rises towards where it passes. */
static void narrow(gap_state *x)
{
    nsl_place_swap(mpfr_sgn(x->here.slope) > 0 ? &x->low : &x->high, &x->here);
}

static nsl_status look(gap_state *x, bool *found, bool *undecided,
                       const nsl_gap_search *search)
{
    for (int i = 0; i < STEPS_MAX && !*undecided; i++) {
        nsl_status status =
            nsl_place_at(&x->here, search->p, search->g, x->here.s, search->err);
        if (status != NSL_OK)
            return status;
        if (is_small(x->here.nearest, search->g->bits))
            break;
        *found = x->here.failed == 0;
        if (*found)
            return NSL_OK;
        narrow(x);
        bool same = x->low.failed > 0 && x->low.failed == x->high.failed;
        if (same && ruled_out(&x->low, &x->high, undecided) && !*undecided)
            return NSL_OK;
        if (closed(x->low.s, x->high.s, search->g->bits))
            break;
        set_middle(x->here.s, x->low.s, x->high.s);
    }
    *undecided = true;
    return nsl_fail(search->err, NSL_EFAILED, "",
                    "two bulks touch, or nearly so: no precision tried tells whether "
                    "there is a gap");
}

nsl_status nsl_gap_find(mpfr_t s, mpfr_t low, mpfr_t high, bool *found, bool *undecided,
                        const nsl_gap_search *search, const nsl_neighbours *n)
{
    gap_state x;
    nsl_status status = NSL_OK;
    mpfr_prec_t bits = search->g->bits;
    *found = false;
    nsl_gap_bound(low, n->lower, n->lower_copies, search->g, 1);
    nsl_gap_bound(high, n->upper, n->upper_copies, search->g, -1);
    if (!mpfr_less_p(low, high))
        return NSL_OK;
    nsl_place_init(&x.here, bits);
    nsl_place_init(&x.low, bits);
    nsl_place_init(&x.high, bits);
    mpfr_set(x.low.s, low, MPFR_RNDN);
    mpfr_set(x.high.s, high, MPFR_RNDN);
    set_first(x.here.s, n);
    status = look(&x, found, undecided, search);
    mpfr_set(s, x.here.s, MPFR_RNDN);
    nsl_place_clear(&x.here);
    nsl_place_clear(&x.low);
    nsl_place_clear(&x.high);
    return status;
}

/* --- an edge -----------------------------------------------------------------------
 */

/* For s < 0, where n < z from −∞ up: dlnζ/dlns = h < 0 below the edge, and z < W_2. */
bool nsl_place_outside(const nsl_place *place, const nsl_gram_mp *g)
{
    if (mpfr_sgn(place->s) > 0)
        return place->failed == 0;
    return (g->count < 2 || mpfr_less_p(place->z, g->width[1])) &&
           (mpfr_sgn(place->h) < 0 || !mpfr_greater_p(place->z, g->width[0]));
}

/* Newton's step in ln s on h, to `to`; false where it leaves the bracket. `size` tells
 * its exponent. */
static bool newton(mpfr_t to, mpfr_exp_t *size, const nsl_place *here,
                   const mpfr_t outside, const mpfr_t other)
{
    mpfr_div(to, here->h, here->bend, MPFR_RNDN);
    if (!mpfr_number_p(to))
        return false;
    *size = mpfr_zero_p(to) ? -(mpfr_exp_t)mpfr_get_prec(to) : mpfr_get_exp(to);
    mpfr_neg(to, to, MPFR_RNDN);
    mpfr_exp(to, to, MPFR_RNDN);
    mpfr_mul(to, to, here->s, MPFR_RNDN);
    return mpfr_cmp(to, outside) * mpfr_cmp(to, other) <= 0;
}

nsl_status nsl_edge_find(mpfr_t edge, const nsl_gap_search *search,
                         const mpfr_t outside, const mpfr_t other)
{
    nsl_place here;
    mpfr_t out, in;
    mpfr_prec_t bits = search->g->bits;
    nsl_status status = NSL_OK;
    bool done = false;
    nsl_place_init(&here, bits);
    mpfr_inits2(bits, out, in, (mpfr_ptr)NULL);
    mpfr_set(out, outside, MPFR_RNDN);
    mpfr_set(in, other, MPFR_RNDN);
    set_middle(edge, out, in);
    for (int i = 0; i < STEPS_MAX && status == NSL_OK && !done; i++) {
        mpfr_exp_t size = 0;
        status = nsl_place_at(&here, search->p, search->g, edge, search->err);
        if (status != NSL_OK)
            break;
        mpfr_set(nsl_place_outside(&here, search->g) ? out : in, edge, MPFR_RNDN);
        bool inside = newton(edge, &size, &here, out, in);
        done = inside && size < -(mpfr_exp_t)(bits / 2);
        if (!inside)
            set_middle(edge, out, in);
        done = done || closed(out, in, bits);
    }
    nsl_place_clear(&here);
    mpfr_clears(out, in, (mpfr_ptr)NULL);
    if (status != NSL_OK || done)
        return status;
    return nsl_fail(search->err, NSL_EFAILED, "", "an edge was not found");
}
