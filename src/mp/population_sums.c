/* SPDX-License-Identifier: GPL-3.0-or-later */
/* With u = λ/(λ−s) = 1/(1−y), y = s/λ: z = Σu, r = −s Σu²/λ, ρ = −s Σ(2u−1)u²/λ. Rows
 * of a table and the first terms of a power law are added one by one, the rest by
 * power_tail.c. At s < 0 the sums of level.c are as good at any length. */
#include "core/error.h"
#include "mp/population_mp.h"

#include <math.h>

/* Longest sum, and most bytes for its powers. */
static const double TERMS_MAX = 0x1p22, BYTES_MAX = 0x1p29;

/* --- what a sum runs over ----------------------------------------------------------
 */

/* The terms one by one, and the series of those after them. */
typedef struct {
    size_t begin, end;
    mpfr_t *inverse;        /* 1/λ; I^p of a power law with λ₊ = 1 */
    const uint64_t *copies; /* NULL: 1 each */
    const nsl_power_tail *tail;
} range;

/* X = |s/λ₊|^{−1/p} */
static double scale_index(const nsl_population_mp *p, const mpfr_t size)
{
    mpfr_t x;
    mpfr_init2(x, 64);
    mpfr_div(x, size, p->level->lambda_max, MPFR_RNDN);
    mpfr_log2(x, x, MPFR_RNDN);
    mpfr_div(x, x, p->level->tables.p, MPFR_RNDN);
    double index = exp2(-mpfr_get_d(x, MPFR_RNDN));
    mpfr_clear(x);
    return index;
}

static nsl_status refuse(double terms, nsl_error *err)
{
    return nsl_fail(err, NSL_EFAILED, "digits",
                    "this point needs a sum of %.2g terms, too many at these digits: "
                    "take fewer features or samples or a zeta of larger size",
                    terms);
}

/* A tail made for some X serves smaller ones, if not far smaller. */
nsl_status nsl_population_mp_tail(nsl_power_tail *tail, nsl_population_mp *p,
                                  mpfr_prec_t bits, const mpfr_t size, bool weighted,
                                  nsl_error *err)
{
    static const double ROOM = 1.25, NARROWEST = 0.2;
    em_tables *t = &p->level->tables;
    double served = tail->scale_index, x = fmax(scale_index(p, size), 1.0);
    if (tail->first && tail->bits == bits && x <= served && x >= NARROWEST * served)
        return NSL_OK;
    double first = nsl_power_tail_first(t, bits, ROOM * x, weighted);
    double bytes = (double)t->bits / 8.0 + sizeof(mpfr_t) + 32.0;
    if (first > fmin(TERMS_MAX, BYTES_MAX / bytes))
        return refuse(first, err);
    nsl_power_tail_clear(tail);
    if (!nsl_power_tail_make(tail, t, bits, ROOM * x, weighted) ||
        !nsl_em_want_powers_mp(t, (size_t)tail->first - 1))
        return nsl_fail_memory(err);
    return NSL_OK;
}

static nsl_status set_range(range *out, nsl_population_mp *p, mpfr_prec_t bits,
                            const mpfr_t size, nsl_error *err)
{
    if (p->table) {
        *out = (range){0, p->rows, p->inverse, p->copies, &p->tail};
        return NSL_OK;
    }
    nsl_status status = nsl_population_mp_tail(&p->tail, p, bits, size, false, err);
    *out = (range){1, (size_t)p->tail.first, p->level->tables.power, NULL, &p->tail};
    return status;
}

/* --- real s ------------------------------------------------------------------------
 */

/* Adds u, u²/λ and u³/λ. */
static void add_terms(mpfr_t z, mpfr_t t, mpfr_t c, const range *terms, const mpfr_t s)
{
    mpfr_t u, part;
    mpfr_inits2(mpfr_get_prec(z), u, part, (mpfr_ptr)NULL);
    for (size_t i = terms->begin; i < terms->end; i++) {
        mpfr_mul(u, s, terms->inverse[i], MPFR_RNDN);
        mpfr_ui_sub(u, 1, u, MPFR_RNDN);
        mpfr_ui_div(u, 1, u, MPFR_RNDN);
        unsigned long copies = terms->copies ? terms->copies[i] : 1;
        if (copies == 1)
            mpfr_set(part, u, MPFR_RNDN);
        else
            mpfr_mul_ui(part, u, copies, MPFR_RNDN);
        mpfr_add(z, z, part, MPFR_RNDN);
        mpfr_mul(part, part, u, MPFR_RNDN);
        mpfr_mul(part, part, terms->inverse[i], MPFR_RNDN);
        mpfr_add(t, t, part, MPFR_RNDN);
        mpfr_mul(part, part, u, MPFR_RNDN);
        mpfr_add(c, c, part, MPFR_RNDN);
    }
    mpfr_clears(u, part, (mpfr_ptr)NULL);
}

/* z −= Σ H_k s^−k, and the same of r = −dz/dlns and ρ = dr/dlns. */
static void add_tail(mpfr_t z, mpfr_t r, mpfr_t rho, const nsl_power_tail *tail,
                     const mpfr_t s)
{
    mpfr_t power, part;
    mpfr_inits2(mpfr_get_prec(z), power, part, (mpfr_ptr)NULL);
    mpfr_set_ui(power, 1, MPFR_RNDN);
    for (size_t k = 1; k <= tail->count; k++) {
        mpfr_div(power, power, s, MPFR_RNDN);
        mpfr_mul(part, power, tail->sum[k - 1], MPFR_RNDN);
        mpfr_sub(z, z, part, MPFR_RNDN);
        mpfr_mul_ui(part, part, k, MPFR_RNDN);
        mpfr_sub(r, r, part, MPFR_RNDN);
        mpfr_mul_ui(part, part, k, MPFR_RNDN);
        mpfr_add(rho, rho, part, MPFR_RNDN);
    }
    mpfr_clears(power, part, (mpfr_ptr)NULL);
}

/* r and ρ from Σu²/λ and Σu³/λ. */
static void finish_terms(mpfr_t r, mpfr_t rho, const mpfr_t s)
{
    mpfr_mul_2ui(rho, rho, 1, MPFR_RNDN);
    mpfr_sub(rho, r, rho, MPFR_RNDN);
    mpfr_mul(rho, rho, s, MPFR_RNDN);
    mpfr_mul(r, r, s, MPFR_RNDN);
    mpfr_neg(r, r, MPFR_RNDN);
}

/* s over the unit of `inverse`. */
static void scaled(mpfr_t out, const nsl_population_mp *p, mpfr_srcptr s)
{
    if (p->table)
        mpfr_set(out, s, MPFR_RNDN);
    else
        mpfr_div(out, s, p->level->lambda_max, MPFR_RNDN);
}

/* At s < 0, ρ = 2Σu²(1−u) − r. */
static nsl_status left_of_zero(mpfr_t z, mpfr_t r, mpfr_t rho, nsl_population_mp *p,
                               const mpfr_t s, nsl_error *err)
{
    nsl_moments_mp m;
    mpfr_t delta;
    mpfr_init2(delta, mpfr_get_prec(s));
    mpfr_neg(delta, s, MPFR_RNDN);
    nsl_moments_mp_init(&m, mpfr_get_prec(z));
    bool fine = nsl_level_moments(&m, p->level, delta, true);
    mpfr_set(z, m.z, MPFR_RNDN);
    mpfr_set(r, m.r, MPFR_RNDN);
    mpfr_mul_2ui(rho, m.q1, 1, MPFR_RNDN);
    mpfr_sub(rho, rho, r, MPFR_RNDN);
    nsl_moments_mp_clear(&m);
    mpfr_clear(delta);
    return fine ? NSL_OK : nsl_fail_memory(err);
}

nsl_status nsl_population_mp_real(mpfr_t z, mpfr_t r, mpfr_t rho, nsl_population_mp *p,
                                  const mpfr_t s, nsl_error *err)
{
    range terms;
    if (mpfr_sgn(s) < 0)
        return left_of_zero(z, r, rho, p, s, err);
    nsl_status status = set_range(&terms, p, mpfr_get_prec(z), s, err);
    if (status != NSL_OK)
        return status;
    mpfr_t y;
    mpfr_init2(y, mpfr_get_prec(z));
    scaled(y, p, s);
    mpfr_set_zero(z, 1);
    mpfr_set_zero(r, 1);
    mpfr_set_zero(rho, 1);
    add_terms(z, r, rho, &terms, y);
    finish_terms(r, rho, y);
    add_tail(z, r, rho, terms.tail, y);
    mpfr_clear(y);
    return NSL_OK;
}

/* --- complex s ---------------------------------------------------------------------
 */

/* Adds u and u²/λ. */
static void add_complex_terms(mpc_t z, mpc_t t, const range *terms, const mpc_t s)
{
    mpfr_t a, b, size, part;
    mpfr_inits2(mpfr_get_prec(mpc_realref(z)), a, b, size, part, (mpfr_ptr)NULL);
    for (size_t i = terms->begin; i < terms->end; i++) {
        unsigned long copies = terms->copies ? terms->copies[i] : 1;
        mpfr_mul(a, mpc_realref(s), terms->inverse[i], MPFR_RNDN);
        mpfr_ui_sub(a, 1, a, MPFR_RNDN);
        mpfr_mul(b, mpc_imagref(s), terms->inverse[i], MPFR_RNDN);
        mpfr_sqr(size, a, MPFR_RNDN);
        mpfr_sqr(part, b, MPFR_RNDN);
        mpfr_add(size, size, part, MPFR_RNDN);
        mpfr_ui_div(size, 1, size, MPFR_RNDN);
        mpfr_mul(a, a, size, MPFR_RNDN); /* u = 1/(1−y) */
        mpfr_mul(b, b, size, MPFR_RNDN);
        mpfr_sub(part, a, b, MPFR_RNDN);
        mpfr_add(size, a, b, MPFR_RNDN);
        mpfr_mul(part, part, size, MPFR_RNDN); /* Re u² */
        mpfr_mul(size, a, b, MPFR_RNDN);       /* Im u²/2 */
        mpfr_mul_2ui(size, size, 1, MPFR_RNDN);
        mpfr_mul(part, part, terms->inverse[i], MPFR_RNDN);
        mpfr_mul(size, size, terms->inverse[i], MPFR_RNDN);
        mpfr_ptr to[] = {mpc_realref(z), mpc_imagref(z), mpc_realref(t),
                         mpc_imagref(t)};
        mpfr_ptr from[] = {a, b, part, size};
        for (int j = 0; j < 4; j++) {
            if (copies > 1)
                mpfr_mul_ui(from[j], from[j], copies, MPFR_RNDN);
            mpfr_add(to[j], to[j], from[j], MPFR_RNDN);
        }
    }
    mpfr_clears(a, b, size, part, (mpfr_ptr)NULL);
}

/* As add_tail. */
static void add_complex_tail(mpc_t z, mpc_t r, const nsl_power_tail *tail,
                             const mpc_t s)
{
    mpc_t power, part, step;
    mpfr_prec_t bits = mpfr_get_prec(mpc_realref(z));
    mpc_init2(power, bits);
    mpc_init2(part, bits);
    mpc_init2(step, bits);
    mpc_ui_div(step, 1, s, MPC_RNDNN);
    mpc_set_ui(power, 1, MPC_RNDNN);
    for (size_t k = 1; k <= tail->count; k++) {
        mpc_mul(power, power, step, MPC_RNDNN);
        mpc_mul_fr(part, power, tail->sum[k - 1], MPC_RNDNN);
        mpc_sub(z, z, part, MPC_RNDNN);
        mpc_mul_ui(part, part, k, MPC_RNDNN);
        mpc_sub(r, r, part, MPC_RNDNN);
    }
    mpc_clear(power);
    mpc_clear(part);
    mpc_clear(step);
}

nsl_status nsl_population_mp_complex(mpc_t z, mpc_t r, nsl_population_mp *p,
                                     const mpc_t s, nsl_error *err)
{
    range terms;
    mpfr_t size;
    mpc_t y;
    mpfr_prec_t bits = mpfr_get_prec(mpc_realref(z));
    mpfr_init2(size, 64);
    mpc_abs(size, s, MPFR_RNDN);
    nsl_status status = set_range(&terms, p, bits, size, err);
    mpfr_clear(size);
    if (status != NSL_OK)
        return status;
    mpc_init2(y, bits);
    scaled(mpc_realref(y), p, mpc_realref(s));
    scaled(mpc_imagref(y), p, mpc_imagref(s));
    mpc_set_ui(z, 0, MPC_RNDNN);
    mpc_set_ui(r, 0, MPC_RNDNN);
    add_complex_terms(z, r, &terms, y);
    mpc_mul(r, r, y, MPC_RNDNN);
    mpc_neg(r, r, MPC_RNDNN);
    add_complex_tail(z, r, terms.tail, y);
    mpc_clear(y);
    return NSL_OK;
}
