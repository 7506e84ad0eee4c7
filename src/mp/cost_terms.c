/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The arithmetic of minima of terms. All is positive, so that
 * min(x, y) · z = min(x z, y z) and min(x, y)^p = min(x^p, y^p) for p > 0. */
#include "core/error.h"
#include "mp/cost.h"

#include <stdlib.h>

const char *const nsl_cost_variables[NSL_COST_VARIABLES] = {
    [NSL_COST_FEATURES] = "N",
    [NSL_COST_SAMPLES] = "P",
    [NSL_COST_TIME] = "time",
};

/* Exponents that agree but for this many bits are equal: a text of 1000 characters has
 * fewer than 2^9 operations that round. */
enum { EXPONENT_DOUBT_BITS = 9 };

/* ln of the range of double, rounded outwards. */
static const double LOG_CONSTANT_MIN = -708.4, LOG_CONSTANT_MAX = 709.8;

/* --- terms ------------------------------------------------------------------------
 */

/* A term of 1 behind the others, to be set and then kept. */
static cost_term_mp *begin_term(nsl_cost *cost)
{
    cost_term_mp *t = &cost->exact[cost->count];
    for (int i = 0; i < COST_NUMBERS; i++) {
        mpfr_init2(t->n[i], cost->bits);
        mpfr_set_zero(t->n[i], 1);
    }
    return t;
}

static void clear_term(cost_term_mp *t)
{
    for (int i = 0; i < COST_NUMBERS; i++)
        mpfr_clear(t->n[i]);
}

/* Within the limits nothing that follows overflows or loses a variable. */
static bool in_range(const cost_term_mp *t, nsl_error *err)
{
    for (int v = 0; v < NSL_COST_VARIABLES; v++) {
        double exponent = mpfr_get_d(t->n[v], MPFR_RNDN);
        if (exponent == 0.0 ||
            (exponent >= NSL_COST_EXPONENT_MIN && exponent <= NSL_COST_EXPONENT_MAX))
            continue;
        nsl_fail(err, NSL_EINVAL, "cost", "makes an exponent of %s outside %g to %g",
                 nsl_cost_variables[v], NSL_COST_EXPONENT_MIN, NSL_COST_EXPONENT_MAX);
        return false;
    }
    double log_constant = mpfr_get_d(t->n[COST_LOG_CONSTANT], MPFR_RNDN);
    if (log_constant >= LOG_CONSTANT_MIN && log_constant <= LOG_CONSTANT_MAX)
        return true;
    nsl_fail(err, NSL_EINVAL, "cost", "makes a constant outside 2.2e-308 to 1.8e308");
    return false;
}

static bool same_exponents(const cost_term_mp *a, const cost_term_mp *b)
{
    bool same = true;
    mpfr_t doubt, difference;
    mpfr_inits2(53, doubt, difference, (mpfr_ptr)NULL);
    for (int v = 0; v < NSL_COST_VARIABLES; v++) {
        mpfr_mul_2si(doubt, a->n[v], EXPONENT_DOUBT_BITS - mpfr_get_prec(a->n[v]),
                     MPFR_RNDN);
        mpfr_sub(difference, a->n[v], b->n[v], MPFR_RNDN);
        same = same && mpfr_cmpabs(difference, doubt) <= 0;
    }
    mpfr_clears(doubt, difference, (mpfr_ptr)NULL);
    return same;
}

/* Keeps the term begun; of it and one with the same exponents, the lesser. */
static bool keep_term(nsl_cost *cost, nsl_error *err)
{
    cost_term_mp *made = &cost->exact[cost->count], *same = cost->exact;
    while (same < made && !same_exponents(same, made))
        same++;
    bool fine = in_range(made, err);
    if (fine && same == made && cost->count == NSL_COST_TERMS_MAX) {
        nsl_fail(err, NSL_EINVAL, "cost", "makes more than %d terms",
                 NSL_COST_TERMS_MAX);
        fine = false;
    }
    if (fine && same == made) {
        cost->count++;
        return true;
    }
    mpfr_min(same->n[COST_LOG_CONSTANT], same->n[COST_LOG_CONSTANT],
             made->n[COST_LOG_CONSTANT], MPFR_RNDN);
    clear_term(made);
    return fine;
}

/* --- costs ------------------------------------------------------------------------
 */

static nsl_cost *without_terms(mpfr_prec_t bits, nsl_error *err)
{
    nsl_cost *cost = calloc(1, sizeof *cost);
    if (cost)
        cost->bits = bits;
    else
        nsl_fail_memory(err);
    return cost;
}

nsl_cost *nsl_cost_new(mpfr_prec_t bits, nsl_error *err)
{
    nsl_cost *cost = without_terms(bits, err);
    if (cost) {
        begin_term(cost);
        cost->count = 1;
    }
    return cost;
}

void nsl_cost_free(nsl_cost *cost)
{
    if (!cost)
        return;
    for (size_t k = 0; k < cost->count; k++)
        clear_term(&cost->exact[k]);
    free(cost);
}

bool nsl_cost_has(const nsl_cost *cost, nsl_cost_variable variable)
{
    for (size_t k = 0; k < cost->count; k++)
        if (!mpfr_zero_p(cost->exact[k].n[variable]))
            return true;
    return false;
}

size_t nsl_cost_most_variables(const nsl_cost *cost)
{
    size_t most = 0;
    for (size_t k = 0; k < cost->count; k++) {
        size_t here = 0;
        for (int v = 0; v < NSL_COST_VARIABLES; v++)
            here += !mpfr_zero_p(cost->exact[k].n[v]);
        most = here > most ? here : most;
    }
    return most;
}

static nsl_cost *keep_if(bool fine, nsl_cost *cost)
{
    if (fine)
        return cost;
    nsl_cost_free(cost);
    return NULL;
}

nsl_cost *nsl_cost_min(const nsl_cost *a, const nsl_cost *b, nsl_error *err)
{
    nsl_cost *all = without_terms(a->bits, err);
    bool fine = all;
    for (size_t k = 0; fine && k < a->count + b->count; k++) {
        const cost_term_mp *x = k < a->count ? &a->exact[k] : &b->exact[k - a->count];
        cost_term_mp *made = begin_term(all);
        for (int i = 0; i < COST_NUMBERS; i++)
            mpfr_set(made->n[i], x->n[i], MPFR_RNDN);
        fine = keep_term(all, err);
    }
    return keep_if(fine, all);
}

nsl_cost *nsl_cost_multiply(const nsl_cost *a, const nsl_cost *b, nsl_error *err)
{
    nsl_cost *product = without_terms(a->bits, err);
    bool fine = product;
    for (size_t k = 0; fine && k < a->count * b->count; k++) {
        const cost_term_mp *x = &a->exact[k / b->count], *y = &b->exact[k % b->count];
        cost_term_mp *made = begin_term(product);
        for (int i = 0; i < COST_NUMBERS; i++)
            mpfr_add(made->n[i], x->n[i], y->n[i], MPFR_RNDN);
        fine = keep_term(product, err);
    }
    return keep_if(fine, product);
}

nsl_cost *nsl_cost_raise(const nsl_cost *cost, const mpfr_t power, nsl_error *err)
{
    nsl_cost *raised = without_terms(cost->bits, err);
    bool fine = raised;
    for (size_t k = 0; fine && k < cost->count; k++) {
        cost_term_mp *made = begin_term(raised);
        for (int i = 0; i < COST_NUMBERS; i++)
            mpfr_mul(made->n[i], cost->exact[k].n[i], power, MPFR_RNDN);
        fine = keep_term(raised, err);
    }
    return keep_if(fine, raised);
}
