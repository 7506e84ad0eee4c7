/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nsl_edges_mp: the edges found once, and improved at two precisions, and higher ones,
 * until their digits agree. */
#include "core/error.h"
#include "mp/agree.h"
#include "mp/support_mp.h"

#include <stdlib.h>

/* Bits at which edges are looked for, beyond those that differences may lose. */
enum { SEARCH_BITS = 128 };

/* --- bulks -------------------------------------------------------------------------
 */

void nsl_bulks_mp_init(nsl_bulks_mp *bulks)
{
    *bulks = (nsl_bulks_mp){.count = 0};
    mpfr_init2(bulks->atom, 53);
}

/* Leaves none. */
static void free_bulks(nsl_bulks_mp *bulks)
{
    for (size_t i = 0; i < bulks->count; i++)
        mpfr_clears(bulks->bulk[i].lower, bulks->bulk[i].upper, bulks->bulk[i].mass,
                    (mpfr_ptr)NULL);
    free(bulks->bulk);
    bulks->bulk = NULL;
    bulks->count = 0;
    mpfr_set_nan(bulks->atom);
}

void nsl_bulks_mp_clear(nsl_bulks_mp *bulks)
{
    free_bulks(bulks);
    mpfr_clear(bulks->atom);
}

static bool make_bulks(nsl_bulks_mp *bulks, size_t count, mpfr_prec_t bits)
{
    free_bulks(bulks);
    bulks->bulk = malloc(count * sizeof *bulks->bulk);
    if (!bulks->bulk)
        return false;
    bulks->count = count;
    for (size_t i = 0; i < count; i++)
        mpfr_inits2(bits, bulks->bulk[i].lower, bulks->bulk[i].upper,
                    bulks->bulk[i].mass, (mpfr_ptr)NULL);
    mpfr_set_prec(bulks->atom, bits);
    return true;
}

/* Counts are exact: between two gaps lie as many eigenvalues as the population has
 * there, in the lowest bulk the rest of min(n, rank). */
static void set_masses(nsl_bulks_mp *bulks, const nsl_support *support,
                       const nsl_gram_mp *g, const nsl_population_mp *p)
{
    uint64_t rank = p->level->model->model->spectrum->rank;
    mpfr_srcptr size = g->width[g->own];
    mpfr_t above, all;
    mpfr_inits2(g->bits, above, all, (mpfr_ptr)NULL);
    mpfr_set(all, g->width[0], MPFR_RNDN);
    if (support->kind == BOTTOM_BETWEEN)
        mpfr_set_uj(all, rank, MPFR_RNDN);
    for (size_t i = 0; i <= support->count; i++) {
        mpfr_ptr mass = bulks->bulk[support->count - i].mass;
        if (i < support->count)
            mpfr_set_uj(mass, support->gap[i].above, MPFR_RNDN);
        else
            mpfr_set(mass, all, MPFR_RNDN);
        mpfr_set_uj(above, i > 0 ? support->gap[i - 1].above : 0, MPFR_RNDN);
        mpfr_sub(mass, mass, above, MPFR_RNDN);
        mpfr_div(mass, mass, size, MPFR_RNDN);
    }
    mpfr_sub(bulks->atom, size, all, MPFR_RNDN);
    mpfr_div(bulks->atom, bulks->atom, size, MPFR_RNDN);
    mpfr_clears(above, all, (mpfr_ptr)NULL);
}

/* --- one precision -----------------------------------------------------------------
 */

typedef struct {
    const nsl_gram_question *q;
    nsl_gram_facts facts;
    nsl_error *err;
} task;

/* ζ of an edge from an s that stays as it is. */
static nsl_status set_edge(mpfr_t zeta, const mpfr_t s, nsl_population_mp *p,
                           const task *t)
{
    mpfr_t better;
    mpfr_init2(better, mpfr_get_prec(s));
    mpfr_set(better, s, MPFR_RNDN);
    nsl_status status = nsl_edge_polish(zeta, better, p, t->q, t->err);
    mpfr_clear(better);
    return status;
}

static nsl_status set_bulks(nsl_bulks_mp *out, const nsl_support *support,
                            nsl_population_mp *p, const task *t, mpfr_prec_t bits)
{
    nsl_gram_mp g;
    size_t last = support->count;
    if (!make_bulks(out, last + 1, bits))
        return nsl_fail_memory(t->err);
    nsl_gram_mp_init(&g, t->q, bits);
    set_masses(out, support, &g, p);
    nsl_gram_mp_clear(&g);
    nsl_status status = set_edge(out->bulk[last].upper, support->top, p, t);
    for (size_t i = 0; i < last && status == NSL_OK; i++) {
        status = set_edge(out->bulk[last - i].lower, support->gap[i].high, p, t);
        if (status == NSL_OK)
            status = set_edge(out->bulk[last - i - 1].upper, support->gap[i].low, p, t);
    }
    mpfr_set_zero(out->bulk[0].lower, 1);
    if (status == NSL_OK && support->kind != BOTTOM_ZERO)
        status = set_edge(out->bulk[0].lower, support->bottom, p, t);
    return status;
}

/* Whether the edges come one after the other. */
static bool in_order(const nsl_bulks_mp *b)
{
    bool fine = mpfr_sgn(b->bulk[0].lower) >= 0;
    for (size_t i = 0; i < b->count; i++) {
        fine = fine && mpfr_less_p(b->bulk[i].lower, b->bulk[i].upper);
        if (i > 0)
            fine = fine && mpfr_less_p(b->bulk[i - 1].upper, b->bulk[i].lower);
    }
    return fine;
}

static bool bulks_agree(const nsl_bulks_mp *a, const nsl_bulks_mp *b, mpfr_prec_t bits)
{
    bool agree = a->count == b->count && nsl_agree_mp(a->atom, b->atom, bits);
    for (size_t i = 0; agree && i < a->count; i++)
        agree = nsl_agree_mp(a->bulk[i].lower, b->bulk[i].lower, bits) &&
                nsl_agree_mp(a->bulk[i].upper, b->bulk[i].upper, bits) &&
                nsl_agree_mp(a->bulk[i].mass, b->bulk[i].mass, bits);
    return agree && in_order(a) && in_order(b);
}

/* --- rising precision --------------------------------------------------------------
 */

/* Edges looked for at `search` bits, then at `low` and `high`. */
static nsl_status try_bits(nsl_bulks_mp *low_out, nsl_bulks_mp *out, bool *undecided,
                           const task *t, mpfr_prec_t search, mpfr_prec_t low,
                           mpfr_prec_t high)
{
    nsl_level level;
    nsl_population_mp p;
    nsl_gram_mp g;
    nsl_support support;
    nsl_status status = nsl_level_init(&level, t->q->model, high)
                            ? nsl_population_mp_init(&p, &level, t->err)
                            : nsl_fail_memory(t->err);
    if (status != NSL_OK) {
        nsl_level_clear(&level);
        return status;
    }
    nsl_gram_mp_init(&g, t->q, search);
    nsl_support_init(&support, search);
    status =
        nsl_support_mp_find(&support, undecided, &p, t->q, &g, t->facts.bottom, t->err);
    if (status == NSL_OK)
        status = set_bulks(low_out, &support, &p, t, low);
    if (status == NSL_OK)
        status = set_bulks(out, &support, &p, t, high);
    nsl_support_clear(&support);
    nsl_gram_mp_clear(&g);
    nsl_population_mp_clear(&p);
    nsl_level_clear(&level);
    return status;
}

static nsl_status settle(nsl_bulks_mp *out, const task *t, unsigned digits)
{
    mpfr_prec_t wanted = nsl_digits_bits(digits);
    mpfr_prec_t bits = wanted + NSL_GUARD_BITS + t->facts.lost;
    mpfr_prec_t search = SEARCH_BITS + t->facts.lost;
    nsl_bulks_mp lower;
    nsl_status status = NSL_OK;
    bool agreed = false, undecided = false;
    nsl_bulks_mp_init(&lower);
    for (int i = 0; i < NSL_TRIES_MAX && !agreed; i++) {
        status = try_bits(&lower, out, &undecided, t, search < bits ? search : bits,
                          bits, bits + NSL_STEP_BITS);
        if (status != NSL_OK && !undecided)
            break;
        agreed = status == NSL_OK && bulks_agree(&lower, out, wanted);
        search = bits;
        bits += bits / 2;
    }
    nsl_bulks_mp_clear(&lower);
    if (status == NSL_OK && !agreed)
        status = nsl_digits_unsettled(digits, t->err);
    return status;
}

nsl_status nsl_edges_mp(nsl_bulks_mp *bulks, const nsl_model_mp *model,
                        const nsl_gram *gram, const nsl_gram_decimals *decimals,
                        unsigned digits, nsl_error *err)
{
    static const nsl_gram_decimals none = {NULL, NULL};
    nsl_gram_question q = {model, *gram, decimals ? *decimals : none};
    free_bulks(bulks);
    nsl_status status = nsl_digits_check(digits, err);
    if (status == NSL_OK)
        status = nsl_gram_question_check(&q, err);
    if (status != NSL_OK)
        return status;
    task t = {&q, nsl_gram_facts_of(&q), err};
    status = settle(bulks, &t, digits);
    if (status != NSL_OK)
        free_bulks(bulks);
    return status;
}
