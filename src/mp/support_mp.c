/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp/support_mp.h"
#include "core/error.h"
#include "mp/gap_mp.h"
#include "mp/left_axis.h"

#include <stdlib.h>

void nsl_support_init(nsl_support *s, mpfr_prec_t bits)
{
    *s = (nsl_support){.count = 0};
    mpfr_inits2(bits, s->zero, s->bottom, s->top, (mpfr_ptr)NULL);
    mpfr_set_zero(s->zero, 1);
    mpfr_set_zero(s->bottom, 1);
}

void nsl_support_clear(nsl_support *s)
{
    mpfr_clears(s->zero, s->bottom, s->top, (mpfr_ptr)NULL);
    for (size_t i = 0; i < s->count; i++)
        mpfr_clears(s->gap[i].low, s->gap[i].high, (mpfr_ptr)NULL);
    free(s->gap);
    s->gap = NULL;
    s->count = 0;
}

/* --- the two ends ------------------------------------------------------------------
 */

/* Above all eigenvalues: from where the largest alone forbids it, up. */
static nsl_status find_top(mpfr_t top, const nsl_gap_search *search)
{
    mpfr_t lambda, other, far;
    uint64_t copies;
    nsl_place place;
    mpfr_prec_t bits = search->g->bits;
    nsl_status status = NSL_OK;
    mpfr_inits2(bits, lambda, other, far, (mpfr_ptr)NULL);
    nsl_place_init(&place, bits);
    nsl_population_mp_eigenvalue(lambda, &copies, search->p, 0);
    nsl_gap_bound(other, lambda, copies, search->g, 1);
    mpfr_set(far, other, MPFR_RNDN);
    do {
        mpfr_sub(far, far, lambda, MPFR_RNDN);
        mpfr_mul_2ui(far, far, 1, MPFR_RNDN);
        mpfr_add(far, far, lambda, MPFR_RNDN);
        status = nsl_place_at(&place, search->p, search->g, far, search->err);
    } while (status == NSL_OK && !nsl_place_outside(&place, search->g));
    if (status == NSL_OK)
        status = nsl_edge_find(top, search, far, other);
    nsl_place_clear(&place);
    mpfr_clears(lambda, other, far, (mpfr_ptr)NULL);
    return status;
}

/* rank < n: between 0 and the least eigenvalue. */
static nsl_status find_bottom_between(nsl_support *out, const nsl_gap_search *search)
{
    const nsl_population_mp *p = search->p;
    mpfr_t lambda, other;
    uint64_t copies = 1, last = p->table ? p->rows : p->level->tables.latents;
    mpfr_inits2(search->g->bits, lambda, other, (mpfr_ptr)NULL);
    nsl_population_mp_eigenvalue(lambda, &copies, p, last - 1);
    nsl_gap_bound(other, lambda, copies, search->g, -1);
    nsl_status status = nsl_edge_find(out->bottom, search, out->zero, other);
    mpfr_clears(lambda, other, (mpfr_ptr)NULL);
    return status;
}

/* n < rank: from z = n towards s = 0. */
static nsl_status find_bottom_left(nsl_support *out, const nsl_gap_search *search,
                                   const nsl_gram_question *q)
{
    nsl_place place;
    mpfr_t other, none;
    mpfr_prec_t bits = search->g->bits;
    mpfr_init2(other, bits);
    mpfr_init2(none, 2);
    mpfr_set_zero(none, 1);
    nsl_place_init(&place, bits);
    nsl_status status =
        nsl_left_axis(out->zero, other, search->p->level, q, none, search->err);
    mpfr_set(other, out->zero, MPFR_RNDN);
    do {
        if (status != NSL_OK)
            break;
        mpfr_div_2ui(other, other, 1, MPFR_RNDN);
        status = nsl_place_at(&place, search->p, search->g, other, search->err);
    } while (status == NSL_OK && nsl_place_outside(&place, search->g));
    if (status == NSL_OK)
        status = nsl_edge_find(out->bottom, search, out->zero, other);
    nsl_place_clear(&place);
    mpfr_clears(other, none, (mpfr_ptr)NULL);
    return status;
}

/* --- gaps --------------------------------------------------------------------------
 */

static nsl_gap_mp *add_gap(nsl_support *out, mpfr_prec_t bits, nsl_error *err)
{
    if (out->count == NSL_GAPS_MAX) {
        nsl_fail(err, NSL_EFAILED, "", "the spectrum falls into more than %d bulks",
                 NSL_GAPS_MAX + 1);
        return NULL;
    }
    nsl_gap_mp *grown = realloc(out->gap, (out->count + 1) * sizeof *grown);
    if (!grown) {
        nsl_fail_memory(err);
        return NULL;
    }
    out->gap = grown;
    nsl_gap_mp *gap = &out->gap[out->count++];
    mpfr_inits2(bits, gap->low, gap->high, (mpfr_ptr)NULL);
    return gap;
}

/* Looks between two neighbours, `above` eigenvalues from the top. */
static nsl_status try_gap(nsl_support *out, bool *undecided,
                          const nsl_gap_search *search, const nsl_neighbours *n,
                          uint64_t above, nsl_error *err)
{
    mpfr_t s, low, high;
    bool found = false;
    mpfr_prec_t bits = search->g->bits;
    mpfr_inits2(bits, s, low, high, (mpfr_ptr)NULL);
    nsl_status status = nsl_gap_find(s, low, high, &found, undecided, search, n);
    if (status == NSL_OK && found) {
        nsl_gap_mp *gap = add_gap(out, bits, err);
        if (!gap) {
            status = out->count == NSL_GAPS_MAX ? NSL_EFAILED : NSL_ENOMEM;
        } else {
            gap->above = above;
            status = nsl_edge_find(gap->low, search, s, low);
            if (status == NSL_OK)
                status = nsl_edge_find(gap->high, search, s, high);
        }
    }
    mpfr_clears(s, low, high, (mpfr_ptr)NULL);
    return status;
}

/* Whether a power law may have gaps so far down that twice as many as are allowed would
 * have to be looked for. */
static bool too_many(const nsl_gap_search *search)
{
    nsl_neighbours n;
    uint64_t below = 2 * (uint64_t)NSL_GAPS_MAX;
    mpfr_inits2(search->g->bits, n.upper, n.lower, (mpfr_ptr)NULL);
    bool many =
        !search->p->table && mpfr_cmp_ui(search->g->width[0], below) > 0 &&
        nsl_population_mp_eigenvalue(n.upper, &n.upper_copies, search->p, below - 1) &&
        nsl_population_mp_eigenvalue(n.lower, &n.lower_copies, search->p, below) &&
        nsl_gap_possible(&n, search->g);
    mpfr_clears(n.upper, n.lower, (mpfr_ptr)NULL);
    return many;
}

/* From the largest eigenvalue down, while fewer than n are above. Gaps of a power law
 * get narrower, relative, and once one is impossible so are those below. */
static nsl_status find_gaps(nsl_support *out, bool *undecided,
                            const nsl_gap_search *search)
{
    nsl_neighbours n;
    nsl_status status = NSL_OK;
    uint64_t above = 0;
    if (too_many(search))
        return nsl_fail(search->err, NSL_EFAILED, "",
                        "the spectrum may fall into far more than %d bulks: too many "
                        "to look for",
                        NSL_GAPS_MAX + 1);
    mpfr_inits2(search->g->bits, n.upper, n.lower, (mpfr_ptr)NULL);
    nsl_population_mp_eigenvalue(n.upper, &n.upper_copies, search->p, 0);
    for (uint64_t i = 1; status == NSL_OK; i++) {
        above += n.upper_copies;
        if (mpfr_cmp_ui(search->g->width[0], above) <= 0 ||
            !nsl_population_mp_eigenvalue(n.lower, &n.lower_copies, search->p, i))
            break;
        bool possible = nsl_gap_possible(&n, search->g);
        if (!possible && !search->p->table)
            break;
        if (possible)
            status = try_gap(out, undecided, search, &n, above, search->err);
        mpfr_swap(n.upper, n.lower);
        n.upper_copies = n.lower_copies;
    }
    mpfr_clears(n.upper, n.lower, (mpfr_ptr)NULL);
    return status;
}

nsl_status nsl_support_mp_find(nsl_support *out, bool *undecided, nsl_population_mp *p,
                               const nsl_gram_question *q, const nsl_gram_mp *g,
                               nsl_bottom kind, nsl_error *err)
{
    nsl_gap_search search = {p, g, err};
    *undecided = false;
    out->kind = kind;
    nsl_status status = find_top(out->top, &search);
    if (status == NSL_OK)
        status = find_gaps(out, undecided, &search);
    if (status == NSL_OK && kind == BOTTOM_BETWEEN)
        status = find_bottom_between(out, &search);
    if (status == NSL_OK && kind == BOTTOM_LEFT)
        status = find_bottom_left(out, &search, q);
    return status;
}

nsl_status nsl_support_mp_top(mpfr_t top, nsl_population_mp *p, const nsl_gram_mp *g,
                              nsl_error *err)
{
    nsl_gap_search search = {p, g, err};
    return find_top(top, &search);
}

nsl_status nsl_support_mp_bottom(mpfr_t bottom, nsl_population_mp *p,
                                 const nsl_gram_question *q, const nsl_gram_mp *g,
                                 nsl_bottom kind, nsl_error *err)
{
    nsl_gap_search search = {p, g, err};
    nsl_support ends;
    nsl_support_init(&ends, g->bits);
    nsl_status status = kind == BOTTOM_BETWEEN ? find_bottom_between(&ends, &search)
                                               : find_bottom_left(&ends, &search, q);
    mpfr_set(bottom, ends.bottom, MPFR_RNDN);
    nsl_support_clear(&ends);
    return status;
}

/* --- digits ------------------------------------------------------------------------
 */

/* The place of an edge at one precision, and Newton's step from it. */
static nsl_status step_from(mpfr_t zeta, mpfr_t s, mpfr_t step, nsl_population_mp *p,
                            const nsl_gram_question *q, nsl_error *err)
{
    nsl_gram_mp g;
    nsl_place place;
    mpfr_prec_t bits = mpfr_get_prec(s);
    nsl_gram_mp_init(&g, q, bits);
    nsl_place_init(&place, bits);
    nsl_status status = nsl_place_at(&place, p, &g, s, err);
    if (status == NSL_OK) {
        nsl_place_zeta(zeta, &place, &g);
        mpfr_div(step, place.h, place.bend, MPFR_RNDN);
        mpfr_neg(step, step, MPFR_RNDN);
    }
    nsl_place_clear(&place);
    nsl_gram_mp_clear(&g);
    return status;
}

/* Bits that a doubling does not gain. */
enum { LOST_BITS = 24 };

nsl_status nsl_edge_polish(mpfr_t zeta, mpfr_t s, nsl_population_mp *p,
                           const nsl_gram_question *q, nsl_error *err)
{
    mpfr_prec_t full = mpfr_get_prec(zeta), bits = mpfr_get_prec(s);
    mpfr_t step;
    nsl_status status = NSL_OK;
    bool close = false;
    mpfr_init2(step, full);
    for (int i = 0; i < 64 && status == NSL_OK && !close; i++) {
        bits = bits < full / 2 ? 2 * bits - LOST_BITS : full;
        mpfr_prec_round(s, bits, MPFR_RNDN);
        status = step_from(zeta, s, step, p, q, err);
        close = bits == full &&
                (mpfr_zero_p(step) || mpfr_get_exp(step) < -(mpfr_exp_t)(full / 2));
        mpfr_expm1(step, step, MPFR_RNDN);
        mpfr_fma(s, s, step, s, MPFR_RNDN);
    }
    mpfr_clear(step);
    if (status != NSL_OK || close)
        return status;
    return nsl_fail(err, NSL_EFAILED, "", "the digits of an edge do not settle");
}
