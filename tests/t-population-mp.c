/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sums over a power law at complex s: against direct summation, and at M = ∞ against
 * Euler–Maclaurin on the negative axis. */
#include "mp/population_mp.h"
#include "testing.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

/* 100 digits are 333 bits; the oracle and the sums carry more. */
enum { SUM_BITS = 360, ORACLE_BITS = 420 };
static const double HUNDRED_DIGITS = 1e-100;

typedef struct {
    testing_model m;
    nsl_model_mp *exact;
    nsl_level level;
    nsl_population_mp p;
} subject;

static void subject_set(subject *s, double alpha, uint64_t latents)
{
    s->m = testing_powerlaw(alpha, latents, NULL);
    cr_assert(nsl_model_mp_new(&s->exact, s->m.model, NULL, NULL) == NSL_OK);
    cr_assert(nsl_level_init(&s->level, s->exact, ORACLE_BITS));
    cr_assert(nsl_population_mp_init(&s->p, &s->level, NULL) == NSL_OK);
}

static void subject_end(subject *s)
{
    nsl_population_mp_clear(&s->p);
    nsl_level_clear(&s->level);
    nsl_model_mp_free(s->exact);
    testing_free(&s->m);
    mpfr_free_cache();
}

/* z, r and ρ = Σu(1−u)(2u−1), u = 1/(1 − s I^p), each term by itself. */
static void direct_sums(mpc_t z, mpc_t r, mpc_t rho, const mpc_t s, double alpha,
                        unsigned long latents)
{
    mpc_t u, part;
    mpfr_t p, power;
    mpc_init2(u, ORACLE_BITS);
    mpc_init2(part, ORACLE_BITS);
    mpfr_inits2(ORACLE_BITS, p, power, (mpfr_ptr)NULL);
    mpfr_set_d(p, alpha, MPFR_RNDN);
    mpfr_add_ui(p, p, 1, MPFR_RNDN);
    mpc_ptr sums[] = {z, r, rho};
    for (int i = 0; i < 3; i++)
        mpc_set_ui(sums[i], 0, MPC_RNDNN);
    for (unsigned long i = 1; i <= latents; i++) {
        mpfr_ui_pow(power, i, p, MPFR_RNDN);
        mpc_mul_fr(part, s, power, MPC_RNDNN);
        mpc_ui_sub(u, 1, part, MPC_RNDNN);
        mpc_ui_div(u, 1, u, MPC_RNDNN);
        mpc_add(z, z, u, MPC_RNDNN);
        mpc_mul(part, part, u, MPC_RNDNN); /* 1 − u = −y u */
        mpc_neg(part, part, MPC_RNDNN);
        mpc_mul(part, part, u, MPC_RNDNN);
        mpc_add(r, r, part, MPC_RNDNN);
        mpc_mul_ui(u, u, 2, MPC_RNDNN);
        mpc_sub_ui(u, u, 1, MPC_RNDNN);
        mpc_mul(part, part, u, MPC_RNDNN);
        mpc_add(rho, rho, part, MPC_RNDNN);
    }
    mpc_clear(u);
    mpc_clear(part);
    mpfr_clears(p, power, (mpfr_ptr)NULL);
}

static double distance(const mpc_t a, const mpc_t b)
{
    mpc_t t;
    mpfr_t off;
    mpc_init2(t, ORACLE_BITS);
    mpfr_init2(off, 53);
    mpc_sub(t, a, b, MPC_RNDNN);
    mpc_div(t, t, b, MPC_RNDNN);
    mpc_abs(off, t, MPFR_RNDN);
    double value = mpfr_number_p(off) ? mpfr_get_d(off, MPFR_RNDN) : (double)INFINITY;
    mpc_clear(t);
    mpfr_clear(off);
    return value;
}

/* s of size X^−p at an angle in units of π; on the axis away from eigenvalues. */
static void set_place(mpc_t s, double x, double angle, double alpha)
{
    mpfr_t size;
    mpfr_init2(size, 53);
    mpfr_set_d(size, x, MPFR_RNDN);
    mpfr_log(size, size, MPFR_RNDN);
    mpfr_mul_d(size, size, -1.0 - alpha, MPFR_RNDN);
    mpfr_exp(size, size, MPFR_RNDN);
    mpfr_set_d(mpc_realref(s), cos(M_PI * angle), MPFR_RNDN);
    mpfr_set_d(mpc_imagref(s), angle == 0.0 || angle == 1.0 ? 0.0 : sin(M_PI * angle),
               MPFR_RNDN);
    mpc_mul_fr(s, s, size, MPC_RNDNN);
    mpfr_clear(size);
}

static void compare_sums(subject *t, const mpc_t s, double alpha, unsigned long latents)
{
    mpc_t z, r, sums[3];
    mpfr_t real[3];
    mpc_init2(z, SUM_BITS);
    mpc_init2(r, SUM_BITS);
    for (int i = 0; i < 3; i++) {
        mpc_init2(sums[i], ORACLE_BITS);
        mpfr_init2(real[i], SUM_BITS);
    }
    direct_sums(sums[0], sums[1], sums[2], s, alpha, latents);
    cr_assert(nsl_population_mp_complex(z, r, &t->p, s, NULL) == NSL_OK);
    double off = fmax(distance(z, sums[0]), distance(r, sums[1]));
    cr_expect(off < HUNDRED_DIGITS, "alpha %g: complex sums off by %g", alpha, off);
    if (mpfr_zero_p(mpc_imagref(s))) {
        cr_assert(nsl_population_mp_real(real[0], real[1], real[2], &t->p,
                                         mpc_realref(s), NULL) == NSL_OK);
        for (int i = 0; i < 3; i++) {
            mpc_set_fr(z, real[i], MPC_RNDNN);
            cr_expect(distance(z, sums[i]) < HUNDRED_DIGITS,
                      "alpha %g: real sum %d off by %g", alpha, i,
                      distance(z, sums[i]));
        }
    }
    for (int i = 0; i < 3; i++) {
        mpc_clear(sums[i]);
        mpfr_clear(real[i]);
    }
    mpc_clear(z);
    mpc_clear(r);
}

Test(density_mp, sums_against_direct_summation, .timeout = 120)
{
    const double alphas[] = {0.02, 0.3, 1, 3.5, 40};
    const double scales[] = {0.1, 3.4, 40.3, 700.2};
    const double angles[] = {0.0, 1e-9, 0.3, 0.5, 1.0};
    const uint64_t latents[] = {30, 2500};
    mpc_t s;
    mpc_init2(s, 53);
    for (int i = 0; i < 5; i++)
        for (int j = 0; j < 2; j++) {
            subject t;
            subject_set(&t, alphas[i], latents[j]);
            for (int k = 0; k < 4; k++)
                for (int l = 0; l < 5; l++) {
                    set_place(s, scales[k], angles[l], alphas[i]);
                    compare_sums(&t, s, alphas[i], latents[j]);
                }
            subject_end(&t);
        }
    mpc_clear(s);
}

/* The negative axis of an endless law, where level.c needs no long sums. */
Test(density_mp, endless_sums_on_the_negative_axis)
{
    const double alphas[] = {1e-3, 0.3, 1, 8};
    const double scales[] = {0.01, 1, 20, 1000};
    mpc_t s, z, r, expected;
    mpfr_t real[3];
    mpc_init2(s, 53);
    mpc_init2(z, SUM_BITS);
    mpc_init2(r, SUM_BITS);
    mpc_init2(expected, SUM_BITS);
    mpfr_inits2(SUM_BITS, real[0], real[1], real[2], (mpfr_ptr)NULL);
    for (int i = 0; i < 4; i++) {
        subject t;
        subject_set(&t, alphas[i], NSL_LATENTS_INFINITE);
        for (int k = 0; k < 4; k++) {
            set_place(s, scales[k], 1.0, alphas[i]);
            cr_assert(nsl_population_mp_complex(z, r, &t.p, s, NULL) == NSL_OK);
            cr_assert(nsl_population_mp_real(real[0], real[1], real[2], &t.p,
                                             mpc_realref(s), NULL) == NSL_OK);
            mpc_set_fr(expected, real[0], MPC_RNDNN);
            cr_expect(distance(z, expected) < HUNDRED_DIGITS, "alpha %g X %g: z",
                      alphas[i], scales[k]);
            mpc_set_fr(expected, real[1], MPC_RNDNN);
            cr_expect(distance(r, expected) < HUNDRED_DIGITS, "alpha %g X %g: r",
                      alphas[i], scales[k]);
        }
        subject_end(&t);
    }
    mpc_clear(s);
    mpc_clear(z);
    mpc_clear(r);
    mpc_clear(expected);
    mpfr_clears(real[0], real[1], real[2], (mpfr_ptr)NULL);
}
