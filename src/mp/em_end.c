/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp/em_end.h"

void nsl_em_end_init_mp(em_end *e, mpfr_prec_t bits)
{
    *e = (em_end){.exists = false};
    mpfr_inits2(bits, e->at, e->u, e->w, (mpfr_ptr)NULL);
}

void nsl_em_end_clear_mp(em_end *e)
{
    mpfr_clears(e->at, e->u, e->w, (mpfr_ptr)NULL);
    nsl_series_clear(&e->v);
    nsl_series_clear(&e->square_u);
    nsl_series_clear(&e->square_w);
    nsl_series_clear(&e->weight);
}

/* β(η) = (1+θη)^exponent − 1. */
static void binomial_series(series *s, unsigned theta, const mpfr_t exponent)
{
    mpfr_t value, step;
    mpfr_prec_t bits = (mpfr_prec_t)s->bits + 32;
    mpfr_init2(value, bits);
    mpfr_init2(step, bits);
    mpfr_set_ui(value, 1, MPFR_RNDN);
    mpz_set_ui(s->a[0], 0);
    for (size_t n = 1; n < s->length; n++) {
        mpfr_sub_ui(step, exponent, n - 1, MPFR_RNDN);
        mpfr_mul_ui(step, step, theta, MPFR_RNDN);
        mpfr_div_ui(step, step, n * EM_THETA_UNIT, MPFR_RNDN);
        mpfr_mul(value, value, step, MPFR_RNDN);
        nsl_series_set(s, n, value);
    }
    mpfr_clear(value);
    mpfr_clear(step);
}

/* v = −β/(1 + w₀β): from 1 + y(1+h)^p = (1+y)(1 + w₀β). */
bool nsl_em_end_expand_mp(em_end *e, const em_tables *t)
{
    mpfr_prec_t bits = mpfr_get_prec(e->u);
    unsigned long fixed = (unsigned long)bits + 64;
    series beta, bottom;
    if (!nsl_series_init(&e->v, 2 * e->corrections + 1, fixed))
        return false;
    if (!nsl_series_init(&beta, e->v.length, fixed))
        return false;
    binomial_series(&beta, e->theta, t->p);
    bool fine = nsl_series_init(&bottom, e->v.length, fixed);
    if (fine) {
        for (size_t n = 0; n < beta.length; n++)
            mpz_set(bottom.a[n], beta.a[n]);
        nsl_series_scale(&bottom, e->w);
        mpz_setbit(bottom.a[0], fixed);
        fine = nsl_series_invert(&e->v, &bottom) &&
               nsl_series_multiply(&e->v, &e->v, &beta);
        for (size_t n = 0; n < e->v.length; n++)
            mpz_neg(e->v.a[n], e->v.a[n]);
        nsl_series_clear(&bottom);
    }
    nsl_series_clear(&beta);
    return fine;
}

void nsl_em_fractions_mp(mpfr_t u, mpfr_t w, const mpfr_t y)
{
    mpfr_add_ui(u, y, 1, MPFR_RNDN);
    mpfr_ui_div(u, 1, u, MPFR_RNDN);
    mpfr_mul(w, y, u, MPFR_RNDN);
}

/* v(2 + w₀v) of u² = u₀²(1 + w₀ …), or v(2 − u₀v) of w² = w₀²(1 − u₀ …). */
static bool want_square(em_end *e, bool of_w)
{
    series *to = of_w ? &e->square_w : &e->square_u;
    if (to->a)
        return true;
    if (!nsl_series_init(to, e->v.length, e->v.bits))
        return false;
    mpfr_t factor;
    mpz_t two;
    mpfr_init2(factor, mpfr_get_prec(e->u));
    mpfr_set(factor, of_w ? e->u : e->w, MPFR_RNDN);
    if (of_w)
        mpfr_neg(factor, factor, MPFR_RNDN);
    for (size_t n = 0; n < to->length; n++)
        mpz_set(to->a[n], e->v.a[n]);
    nsl_series_scale(to, factor);
    mpz_init_set_ui(two, 2);
    mpz_mul_2exp(two, two, to->bits);
    mpz_add(to->a[0], to->a[0], two);
    nsl_series_multiply(to, to, &e->v);
    mpz_clear(two);
    mpfr_clear(factor);
    return true;
}

/* Φ with F = c Φ around an end, and c; for k = 0 less its constant. */
static bool term_series(series *phi, mpfr_t c, em_end *e, const em_tables *t,
                        em_term term)
{
    bool square = term.j == 2 || term.k == 2;
    if (square && !want_square(e, term.k == 2))
        return false;
    const series *from = !square ? &e->v : term.k == 2 ? &e->square_w : &e->square_u;
    for (size_t n = 0; n < phi->length; n++)
        mpz_set(phi->a[n], from->a[n]);
    bool slope = term.j > 0 && term.k > 0;
    /* c: u₀w₀ times u₀ or w₀ for squares; w² itself starts at w₀² */
    mpfr_mul(c, e->u, e->w, MPFR_RNDN);
    if (term.j == 2)
        mpfr_mul(c, c, e->u, MPFR_RNDN);
    if (term.k == 2)
        mpfr_mul(c, c, e->w, MPFR_RNDN);
    if (slope) { /* −dΦ/dlnI/(degree·p); +for w², whose series comes with a minus */
        mpfr_div(c, c, t->p, MPFR_RNDN);
        mpfr_div_si(c, c, square ? -2 : -1, MPFR_RNDN);
        for (size_t n = 0; n + 1 < phi->length; n++) {
            mpz_t next;
            mpz_init(next);
            mpz_mul_ui(next, phi->a[n + 1], (n + 1) * EM_THETA_UNIT);
            mpz_fdiv_q_ui(next, next, e->theta);
            mpz_mul_ui(phi->a[n], phi->a[n], n);
            mpz_add(phi->a[n], phi->a[n], next);
            mpz_clear(next);
        }
        mpz_set_ui(phi->a[phi->length - 1], 0);
        return true;
    }
    if (term.j == 0) /* w = w₀ − u₀w₀v, w² = w₀² − u₀w₀² q */
        mpfr_neg(c, c, MPFR_RNDN);
    return true;
}

/* (1+θη)^−s, s = 1 + β. */
static bool want_weight(em_end *e, const em_tables *t)
{
    if (e->weight.a)
        return true;
    if (!nsl_series_init(&e->weight, e->v.length, e->v.bits))
        return false;
    mpfr_t s;
    mpfr_init2(s, mpfr_get_prec(e->u));
    mpfr_add_ui(s, t->beta, 1, MPFR_RNDN);
    mpfr_neg(s, s, MPFR_RNDN);
    binomial_series(&e->weight, e->theta, s);
    mpz_setbit(e->weight.a[0], e->weight.bits);
    mpfr_clear(s);
    return true;
}

/* Multiplies c·Φ (+ F₀ where Φ leaves the constant out) by (1+θη)^−s. */
static bool weigh(series *phi, em_end *e, const em_tables *t, em_term term)
{
    if (!want_weight(e, t))
        return false;
    if (term.j == 0) { /* w² = −u₀w₀²(q − 1/u₀) */
        mpfr_t inverse;
        mpz_t constant;
        mpfr_init2(inverse, mpfr_get_prec(e->u));
        mpz_init(constant);
        mpfr_ui_div(inverse, 1, e->u, MPFR_RNDN);
        mpfr_mul_2ui(inverse, inverse, phi->bits, MPFR_RNDN);
        mpfr_get_z(constant, inverse, MPFR_RNDN);
        mpz_sub(phi->a[0], phi->a[0], constant);
        mpz_clear(constant);
        mpfr_clear(inverse);
    }
    return nsl_series_multiply(phi, phi, &e->weight);
}

bool nsl_em_end_term_mp(series *phi, mpfr_t c, em_end *e, const em_tables *t,
                        em_term term)
{
    return term_series(phi, c, e, t, term) &&
           (!term.weighted || weigh(phi, e, t, term));
}
