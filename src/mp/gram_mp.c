/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp/gram_mp.h"
#include "core/error.h"
#include "input/number.h"
#include "mp/rational.h"

#include <math.h>

/* --- the question ------------------------------------------------------------------
 */

static nsl_status check_size(const char *field, double value, const char *text,
                             nsl_error *err)
{
    if (text) {
        nsl_number_status parsed = nsl_number_parse(text, &value);
        if (parsed != NSL_NUMBER_OK)
            return nsl_fail(err, NSL_EINVAL, field, "%s", nsl_number_problem(parsed));
    }
    if (value > 0.0)
        return NSL_OK;
    return nsl_fail(err, NSL_EINVAL, field, "must be a number > 0, or inf, got %g",
                    value);
}

nsl_status nsl_gram_question_check(const nsl_gram_question *q, nsl_error *err)
{
    const nsl_model *model = q->model->model;
    bool features = q->gram.side == NSL_SIDE_FEATURES;
    nsl_status status =
        check_size("features", q->gram.features, q->decimals.features, err);
    if (status == NSL_OK)
        status = check_size("samples", q->gram.samples, q->decimals.samples, err);
    if (status != NSL_OK)
        return status;
    if (isinf(features ? q->gram.features : q->gram.samples))
        return nsl_fail(err, NSL_EINVAL, features ? "features" : "samples",
                        "the matrix must be of finite size: take the other side");
    bool infinite =
        model->spectrum->latents == NSL_LATENTS_INFINITE || isinf(q->gram.features);
    for (size_t k = 0; k < model->hidden_count; k++)
        infinite = infinite || isinf(model->hidden[k]);
    if (infinite && !q->gram.kernel)
        return nsl_fail(err, NSL_EINVAL, "kernel",
                        "features must be scaled by 1/sqrt(width) where a width or "
                        "latents is inf");
    return NSL_OK;
}

/* --- exact comparisons -------------------------------------------------------------
 */

/* The least and the second of some fractions; 0 stands for none yet. */
static void take_least(mpq_t least, mpq_t second, const mpq_t value)
{
    if (mpq_sgn(least) == 0 || mpq_cmp(value, least) < 0) {
        mpq_set(second, least);
        mpq_set(least, value);
    } else if (mpq_sgn(second) == 0 || mpq_cmp(value, second) < 0) {
        mpq_set(second, value);
    }
}

static void take_size(mpq_t least, mpq_t second, const char *text, double value)
{
    mpq_t size;
    if (isinf(value))
        return;
    mpq_init(size);
    nsl_rational_set(size, text, value);
    take_least(least, second, size);
    mpq_clear(size);
}

static mpfr_exp_t exponent_of(const mpq_t value)
{
    mpfr_t t;
    mpfr_init2(t, 53);
    mpfr_set_q(t, value, MPFR_RNDN);
    mpfr_exp_t exponent = mpfr_zero_p(t) ? 0 : mpfr_get_exp(t);
    mpfr_clear(t);
    return exponent;
}

static mpfr_prec_t near_bits(const mpq_t least, const mpq_t second, const mpq_t rank)
{
    mpq_t apart;
    mpfr_exp_t n = exponent_of(least), bits = 0;
    mpq_srcptr others[] = {second, rank};
    mpq_init(apart);
    for (int i = 0; i < 2; i++) {
        mpq_sub(apart, others[i], least);
        if (mpq_sgn(others[i]) == 0 || mpq_sgn(apart) == 0)
            continue;
        mpfr_exp_t near = n - exponent_of(apart);
        bits += near > 0 ? near : 0;
    }
    mpq_clear(apart);
    return bits;
}

nsl_gram_facts nsl_gram_facts_of(const nsl_gram_question *q)
{
    const nsl_model *model = q->model->model;
    nsl_gram_facts facts = {.bottom = BOTTOM_LEFT};
    mpq_t least, second, rank;
    mpq_inits(least, second, rank, NULL);
    take_size(least, second, q->decimals.features, q->gram.features);
    take_size(least, second, q->decimals.samples, q->gram.samples);
    for (size_t k = 0; k < model->hidden_count; k++)
        take_size(least, second, q->model->hidden[k], model->hidden[k]);
    bool finite = model->spectrum->rank != NSL_LATENTS_INFINITE;
    if (finite)
        mpq_set_ui(rank, model->spectrum->rank, 1);
    facts.near = near_bits(least, second, rank);
    /* between eigenvalues as near as λ/√n terms of the sums are up to √n and n */
    mpfr_exp_t n = exponent_of(least);
    facts.lost = facts.near + (n > 0 ? 2 * n : 0);
    int to_rank = finite ? mpq_cmp(least, rank) : -1;
    if (to_rank > 0)
        facts.bottom = BOTTOM_BETWEEN;
    else if (to_rank == 0 || mpq_equal(least, second))
        facts.bottom = BOTTOM_ZERO;
    mpq_clears(least, second, rank, NULL);
    return facts;
}

/* --- the numbers -------------------------------------------------------------------
 */

/* Adds a width where it is finite, in its place. */
static void add_width(nsl_gram_mp *g, const char *text, double value, bool own)
{
    if (isinf(value))
        return;
    size_t i = g->count++;
    mpfr_init2(g->width[i], g->bits);
    nsl_exact_set(g->width[i], text, value);
    if (own)
        g->own = i;
    for (; i > 0 && mpfr_less_p(g->width[i], g->width[i - 1]); i--) {
        mpfr_swap(g->width[i], g->width[i - 1]);
        if (g->own == i || g->own == i - 1)
            g->own = 2 * i - 1 - g->own;
    }
}

/* c, see gram_mp.h. */
static void set_scale(nsl_gram_mp *g, const nsl_gram_question *q)
{
    const nsl_model_mp *mm = q->model;
    mpfr_t factor;
    mpfr_init2(factor, g->bits);
    mpfr_set_ui(g->scale, 1, MPFR_RNDN);
    if (!isinf(q->gram.samples))
        nsl_exact_set(g->scale, q->decimals.samples, q->gram.samples);
    if (!q->gram.kernel) {
        nsl_exact_set(factor, q->decimals.features, q->gram.features);
        mpfr_mul(g->scale, g->scale, factor, MPFR_RNDN);
        nsl_exact_set(factor, mm->text[DECIMAL_SIGMA_U2], mm->model->sigma_u2);
        for (size_t k = 0; k <= mm->model->hidden_count; k++)
            mpfr_mul(g->scale, g->scale, factor, MPFR_RNDN);
        mpfr_set_prec(factor, 64);
        mpfr_set_uj(factor, mm->model->spectrum->latents, MPFR_RNDN);
        mpfr_div(g->scale, g->scale, factor, MPFR_RNDN);
    }
    mpfr_clear(factor);
}

void nsl_gram_mp_init(nsl_gram_mp *g, const nsl_gram_question *q, mpfr_prec_t bits)
{
    const nsl_model *model = q->model->model;
    bool features = q->gram.side == NSL_SIDE_FEATURES;
    g->bits = bits;
    g->count = 0;
    g->own = SIZE_MAX;
    mpfr_init2(g->scale, bits);
    for (size_t k = 0; k < model->hidden_count; k++)
        add_width(g, q->model->hidden[k], model->hidden[k], false);
    add_width(g, q->decimals.features, q->gram.features, features);
    add_width(g, q->decimals.samples, q->gram.samples, !features);
    set_scale(g, q);
}

void nsl_gram_mp_clear(nsl_gram_mp *g)
{
    for (size_t j = 0; j < g->count; j++)
        mpfr_clear(g->width[j]);
    mpfr_clear(g->scale);
}

/* --- places ------------------------------------------------------------------------
 */

enum { PLACE_NUMBERS = 10 };

static mpfr_ptr number(nsl_place *p, int i)
{
    mpfr_ptr all[PLACE_NUMBERS] = {p->s, p->z,    p->r,     p->rho,   p->nearest,
                                   p->h, p->bend, p->value, p->slope, p->position};
    return all[i];
}

void nsl_place_init(nsl_place *p, mpfr_prec_t bits)
{
    p->failed = 0;
    for (int i = 0; i < PLACE_NUMBERS; i++)
        mpfr_init2(number(p, i), bits);
}

void nsl_place_clear(nsl_place *p)
{
    for (int i = 0; i < PLACE_NUMBERS; i++)
        mpfr_clear(number(p, i));
}

void nsl_place_swap(nsl_place *a, nsl_place *b)
{
    nsl_place t = *a;
    *a = *b;
    *b = t;
}

/* g_k and dg_k/dln s over s_{k−1} h_{k−1}, at the h and bend of stage k − 1. */
static void set_stage(nsl_place *p, mpfr_srcptr width)
{
    mpfr_t part;
    mpfr_init2(part, mpfr_get_prec(p->z));
    mpfr_div(p->value, p->r, p->h, MPFR_RNDN); /* (W − z + r/h)/W */
    mpfr_sub(part, width, p->z, MPFR_RNDN);
    mpfr_div(p->slope, p->bend, p->h, MPFR_RNDN);
    mpfr_mul(p->slope, p->slope, p->value, MPFR_RNDN);
    mpfr_add(p->value, p->value, part, MPFR_RNDN);
    mpfr_div(p->value, p->value, width, MPFR_RNDN);
    mpfr_div(part, p->rho, p->h, MPFR_RNDN); /* (r + ρ/h − r h'/h²)/W */
    mpfr_sub(p->slope, part, p->slope, MPFR_RNDN);
    mpfr_add(p->slope, p->slope, p->r, MPFR_RNDN);
    mpfr_div(p->slope, p->slope, width, MPFR_RNDN);
    mpfr_div(p->slope, p->slope, p->h, MPFR_RNDN);
    mpfr_div(p->slope, p->slope, p->position, MPFR_RNDN);
    mpfr_clear(part);
}

/* h += r/(W−z), bend += ρ/(W−z) − r²/(W−z)², and s_k from s_{k−1} unless one failed. */
static void pass_stage(nsl_place *p, mpfr_srcptr width)
{
    mpfr_t gap, part;
    mpfr_inits2(mpfr_get_prec(p->z), gap, part, (mpfr_ptr)NULL);
    mpfr_sub(gap, width, p->z, MPFR_RNDN);
    mpfr_div(part, p->rho, gap, MPFR_RNDN);
    mpfr_add(p->bend, p->bend, part, MPFR_RNDN);
    mpfr_div(part, p->r, gap, MPFR_RNDN);
    mpfr_add(p->h, p->h, part, MPFR_RNDN);
    mpfr_sqr(part, part, MPFR_RNDN);
    mpfr_sub(p->bend, p->bend, part, MPFR_RNDN);
    if (p->failed == 0) {
        mpfr_mul(p->position, p->position, gap, MPFR_RNDN);
        mpfr_div(p->position, p->position, width, MPFR_RNDN);
    }
    mpfr_clears(gap, part, (mpfr_ptr)NULL);
}

nsl_status nsl_place_at(nsl_place *place, nsl_population_mp *p, const nsl_gram_mp *g,
                        const mpfr_t s, nsl_error *err)
{
    mpfr_set(place->s, s, MPFR_RNDN);
    mpfr_set(place->position, s, MPFR_RNDN);
    nsl_status status =
        nsl_population_mp_real(place->z, place->r, place->rho, p, place->s, err);
    if (status != NSL_OK)
        return status;
    place->failed = 0;
    mpfr_set_inf(place->nearest, 1);
    mpfr_set_ui(place->h, 1, MPFR_RNDN);
    mpfr_set_zero(place->bend, 1);
    for (size_t k = 0; k < g->count; k++) {
        if (place->failed == 0) {
            set_stage(place, g->width[k]);
            if (mpfr_cmpabs(place->value, place->nearest) < 0)
                mpfr_abs(place->nearest, place->value, MPFR_RNDN);
            if (!(mpfr_sgn(place->value) > 0))
                place->failed = k + 1;
        }
        pass_stage(place, g->width[k]);
    }
    if (mpfr_sgn(s) > 0 && !mpfr_less_p(place->z, g->width[0])) {
        mpfr_set_nan(place->h);
        mpfr_set_nan(place->bend);
    }
    return NSL_OK;
}

void nsl_place_zeta(mpfr_t zeta, const nsl_place *place, const nsl_gram_mp *g)
{
    mpfr_t part;
    mpfr_init2(part, mpfr_get_prec(zeta));
    mpfr_mul(zeta, place->s, g->scale, MPFR_RNDN);
    for (size_t k = 0; k < g->count; k++) {
        mpfr_sub(part, g->width[k], place->z, MPFR_RNDN);
        mpfr_div(part, part, g->width[k], MPFR_RNDN);
        mpfr_mul(zeta, zeta, part, MPFR_RNDN);
    }
    mpfr_clear(part);
}
