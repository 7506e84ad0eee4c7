/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The resolvent to many digits: against closed forms, its equation by direct summation,
 * the ridge's own route, and itself at twice the digits. */
#include "density_subject.h"

#include <criterion/criterion.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ORACLE_BITS = 1600 };

/* --- Marčenko–Pastur ---------------------------------------------------------------
 */

/* λ m times and one size n: with x = ζ/c, s² − (x + λ − λm/n) s + xλ = 0, R = −1/(c s).
 * The root above the real axis; on it `smaller` or the larger one. */
static void closed_form(mpc_t out, double lambda, double ratio, double c,
                        const char *re, const char *im, bool smaller)
{
    mpc_t x, b, root;
    mpc_init2(x, ORACLE_BITS);
    mpc_init2(b, ORACLE_BITS);
    mpc_init2(root, ORACLE_BITS);
    mpfr_set_str(mpc_realref(x), re, 10, MPFR_RNDN);
    mpfr_set_str(mpc_imagref(x), im, 10, MPFR_RNDN);
    mpfr_div_d(mpc_realref(x), mpc_realref(x), c, MPFR_RNDN);
    mpfr_div_d(mpc_imagref(x), mpc_imagref(x), c, MPFR_RNDN);
    mpc_set_d(b, lambda, MPC_RNDNN);
    mpfr_mul_d(mpc_realref(b), mpc_realref(b), 1.0 - ratio, MPFR_RNDN);
    mpc_add(b, b, x, MPC_RNDNN);
    mpc_sqr(root, b, MPC_RNDNN);
    mpfr_mul_d(mpc_realref(x), mpc_realref(x), 4.0 * lambda, MPFR_RNDN);
    mpfr_mul_d(mpc_imagref(x), mpc_imagref(x), 4.0 * lambda, MPFR_RNDN);
    mpc_sub(root, root, x, MPC_RNDNN);
    mpc_sqrt(root, root, MPC_RNDNN);
    mpc_add(out, b, root, MPC_RNDNN);
    bool real = mpfr_zero_p(mpc_imagref(out)) != 0;
    if (real ? smaller : mpfr_sgn(mpc_imagref(out)) < 0)
        mpc_sub(out, b, root, MPC_RNDNN);
    mpc_div_2ui(out, out, 1, MPC_RNDNN);
    mpfr_mul_d(mpc_realref(out), mpc_realref(out), -c, MPFR_RNDN);
    mpfr_mul_d(mpc_imagref(out), mpc_imagref(out), -c, MPFR_RNDN);
    mpc_ui_div(out, 1, out, MPC_RNDNN);
    mpc_clear(x);
    mpc_clear(b);
    mpc_clear(root);
}

/* One place, and which of two real roots is the physical one there. */
typedef struct {
    const char *re, *im;
    bool smaller;
} place;

static void compare_closed(const density_subject *s, double ratio, double c, place at)
{
    const unsigned digits[] = {50, 200};
    mpc_t got, expected;
    mpc_init2(got, 53);
    mpc_init2(expected, ORACLE_BITS);
    closed_form(expected, 0.75, ratio, c, at.re, at.im, at.smaller);
    for (int i = 0; i < 2; i++) {
        density_resolvent(got, s, at.re, at.im, digits[i]);
        density_expect(mpc_realref(got), mpc_realref(expected), digits[i], at.re);
        density_expect(mpc_imagref(got), mpc_imagref(expected), digits[i], at.im);
    }
    mpc_clear(got);
    mpc_clear(expected);
}

/* λ = 3/4, M = 16: P = 64 at N = ∞ has its bulk in 64·3/4·(1 ± 1/2)² = [12, 108], N = 4
 * at P = ∞ in 3/4·(1 ± 2)² = [3/4, 27/4]. */
Test(density_mp, resolvent_of_one_eigenvalue)
{
    const double inf = (double)INFINITY;
    density_subject wide =
        density_flat(0.75, 16, (nsl_gram){inf, 64, NSL_SIDE_SAMPLES, true});
    const place of_wide[] = {
        {"50", "0", false},        {"107.9999", "0", false},  {"120", "0", false},
        {"11", "0", true},         {"-3", "0", true},         {"50", "1e-30", false},
        {"2e30", "1", false},      {"1e-20", "1e-25", false}, {"-0.01", "1e3", false},
        {"12.000001", "0", false}, {"11.9999999", "0", true}};
    for (size_t i = 0; i < sizeof of_wide / sizeof *of_wide; i++)
        compare_closed(&wide, 0.25, 64.0, of_wide[i]);
    density_free(&wide);
    density_subject tall =
        density_flat(0.75, 16, (nsl_gram){4, inf, NSL_SIDE_FEATURES, false});
    /* c = N/M there */
    tall.gram.kernel = true;
    const place of_tall[] = {{"3", "0", false},      {"0.5", "0", true},
                             {"1e-9", "0", true},    {"9", "0", false},
                             {"-1e-9", "0", true},   {"-7", "0", true},
                             {"0.75", "0.1", false}, {"6.7499", "1e-7", false}};
    for (size_t i = 0; i < sizeof of_tall / sizeof *of_tall; i++)
        compare_closed(&tall, 4.0, 1.0, of_tall[i]);
    density_free(&tall);
}

/* --- its equation ------------------------------------------------------------------
 */

static double between(gsl_rng *rng, double low, double high)
{
    return low + (high - low) * gsl_rng_uniform(rng);
}

/* c Π_j (1 − z/W_j) for the side's convention, from the paper's numbers. */
static void factors(mpc_t out, const mpc_t z, const density_subject *s, double hidden,
                    double latents)
{
    const double widths[] = {s->gram.features, s->gram.samples, hidden};
    mpc_t part;
    mpc_init2(part, ORACLE_BITS);
    mpc_set_ui(out, 1, MPC_RNDNN);
    for (int j = 0; j < 3; j++) {
        if (widths[j] == 0.0 || isinf(widths[j]))
            continue;
        mpc_set_d(part, widths[j], MPC_RNDNN);
        mpc_sub(part, part, z, MPC_RNDNN);
        mpc_mul(out, out, part, MPC_RNDNN);
        if (s->gram.kernel && j != 1) {
            mpc_set_d(part, widths[j], MPC_RNDNN);
            mpc_div(out, out, part, MPC_RNDNN);
        }
    }
    if (!s->gram.kernel) { /* G0 = M·hidden */
        mpc_set_d(part, latents * (hidden > 0.0 ? hidden : 1.0), MPC_RNDNN);
        mpc_div(out, out, part, MPC_RNDNN);
    }
    mpc_clear(part);
}

enum { ROWS = 7, EQUATIONS = 60 };

/* R gives z = size(1 + ζR), ζ then gives s = ζ/(c Π(1 − z/W)), and s gives z again by
 * direct summation: all of theory.md section 8. The sign of Im R Im ζ and that of Im s
 * single the root out. */
static void check_equation(const density_subject *s, const double *lambda,
                           const double *copies, double hidden, double latents,
                           const char *re, const char *im)
{
    enum { DIGITS = 40, LOST = 8 }; /* z of size(1 + ζR) loses some */
    mpc_t r, zeta, z, at, sum, part;
    mpc_ptr all[] = {r, zeta, z, at, sum, part};
    for (int i = 0; i < 6; i++)
        mpc_init2(all[i], ORACLE_BITS);
    density_resolvent(r, s, re, im, DIGITS + LOST);
    cr_expect(mpfr_sgn(mpc_imagref(r)) > 0);
    mpfr_set_str(mpc_realref(zeta), re, 10, MPFR_RNDN);
    mpfr_set_str(mpc_imagref(zeta), im, 10, MPFR_RNDN);
    mpc_mul(z, r, zeta, MPC_RNDNN);
    mpc_add_ui(z, z, 1, MPC_RNDNN);
    double size =
        s->gram.side == NSL_SIDE_FEATURES ? s->gram.features : s->gram.samples;
    mpfr_mul_d(mpc_realref(z), mpc_realref(z), size, MPFR_RNDN);
    mpfr_mul_d(mpc_imagref(z), mpc_imagref(z), size, MPFR_RNDN);
    factors(at, z, s, hidden, latents);
    mpc_div(at, zeta, at, MPC_RNDNN);
    cr_expect(mpfr_sgn(mpc_imagref(at)) > 0, "zeta %s + %s i: not physical", re, im);
    mpc_set_ui(sum, 0, MPC_RNDNN);
    for (int i = 0; i < ROWS; i++) {
        mpc_set_d(part, lambda[i], MPC_RNDNN);
        mpc_sub(part, part, at, MPC_RNDNN);
        mpc_ui_div(part, 1, part, MPC_RNDNN);
        mpfr_mul_d(mpc_realref(part), mpc_realref(part), lambda[i], MPFR_RNDN);
        mpfr_mul_d(mpc_imagref(part), mpc_imagref(part), lambda[i], MPFR_RNDN);
        mpfr_mul_d(mpc_realref(part), mpc_realref(part), copies[i], MPFR_RNDN);
        mpfr_mul_d(mpc_imagref(part), mpc_imagref(part), copies[i], MPFR_RNDN);
        mpc_add(sum, sum, part, MPC_RNDNN);
    }
    mpc_sub(part, sum, z, MPC_RNDNN);
    mpc_div(part, part, sum, MPC_RNDNN);
    mpfr_t off;
    mpfr_init2(off, 53);
    mpc_abs(off, part, MPFR_RNDN);
    cr_expect(mpfr_cmp_d(off, 1e-32) < 0, "zeta %s + %s i: z is off by %g", re, im,
              mpfr_get_d(off, MPFR_RNDN));
    mpfr_clear(off);
    for (int i = 0; i < 6; i++)
        mpc_clear(all[i]);
}

Test(density_mp, resolvent_solves_its_equation)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 77);
    for (int i = 0; i < EQUATIONS; i++) {
        double lambda[ROWS], copies[ROWS], latents = 0.0;
        for (int j = 0; j < ROWS; j++) {
            lambda[j] = pow(10.0, between(rng, -2, 1));
            copies[j] = floor(between(rng, 1, 30));
            latents += copies[j];
        }
        nsl_gram gram = {floor(between(rng, 2, 200)), floor(between(rng, 2, 200)),
                         i % 2 ? NSL_SIDE_SAMPLES : NSL_SIDE_FEATURES, i % 3 != 0};
        double hidden = i % 4 == 0 ? floor(between(rng, 2, 300)) : 0.0;
        if (i % 5 == 1 && gram.kernel)
            *(i % 2 ? &gram.features : &gram.samples) = (double)INFINITY;
        density_subject s = density_table(ROWS, lambda, copies, hidden, gram);
        char re[40], im[40];
        snprintf(re, sizeof re, "%.17g", pow(10.0, between(rng, -4, 4)));
        snprintf(im, sizeof im, "%.17g", pow(10.0, between(rng, -6, 3)));
        check_equation(&s, lambda, copies, hidden, latents, re, im);
        density_free(&s);
    }
    gsl_rng_free(rng);
}

/* --- power laws --------------------------------------------------------------------
 */

/* The same eigenvalues from a table with 200 digits. */
static density_subject tabulated(const char *p_text, unsigned long latents,
                                 nsl_gram gram)
{
    enum { DIGITS = 200 };
    char path[] = "/tmp/nslaw-density-XXXXXX";
    int fd = mkstemp(path);
    cr_assert(fd >= 0);
    FILE *file = fdopen(fd, "w");
    mpfr_t lambda, p;
    mpfr_inits2(ORACLE_BITS, lambda, p, (mpfr_ptr)NULL);
    mpfr_set_str(p, p_text, 10, MPFR_RNDN);
    mpfr_neg(p, p, MPFR_RNDN);
    fputs("eigenvalue\n", file);
    for (unsigned long i = 1; i <= latents; i++) {
        mpfr_ui_pow(lambda, i, p, MPFR_RNDN);
        char *text;
        mpfr_asprintf(&text, "%.*Re\n", DIGITS, lambda);
        fputs(text, file);
        mpfr_free_str(text);
    }
    fclose(file);
    mpfr_clears(lambda, p, (mpfr_ptr)NULL);
    nsl_spectrum *spectrum;
    nsl_error err = {0};
    nsl_status status = nsl_spectrum_read_exact(&spectrum, path, &err);
    unlink(path);
    cr_assert(status == NSL_OK, "%s", err.message);
    nsl_model_options o = nsl_model_defaults();
    density_subject s = {.gram = gram, .m = testing_on(spectrum, &o)};
    cr_assert(nsl_model_mp_new(&s.exact, s.m.model, NULL, NULL) == NSL_OK);
    return s;
}

/* The series of the tail, M = 2000, against the eigenvalues one by one. */
Test(density_mp, power_law_as_a_table)
{
    nsl_gram gram = {40, 60, NSL_SIDE_FEATURES, true};
    density_subject law = density_powerlaw(0.5, 2000, 0.0, gram);
    density_subject table = tabulated("1.5", 2000, gram);
    const char *places[][2] = {{"1", "0.5"},    {"0.1", "1e-12"}, {"2", NULL},
                               {"-0.3", "0.1"}, {"1e-3", "1e-3"}, {"500", "1e-3"},
                               {"-2", NULL},    {"1e-5", NULL}};
    mpc_t a, b;
    mpc_init2(a, 53);
    mpc_init2(b, 53);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        density_resolvent(a, &law, places[i][0], places[i][1], 50);
        density_resolvent(b, &table, places[i][0], places[i][1], 50);
        density_expect(mpc_realref(a), mpc_realref(b), 50, "real part");
        density_expect(mpc_imagref(a), mpc_imagref(b), 50, "imaginary part");
    }
    nsl_bulks_mp e, f;
    nsl_bulks_mp_init(&e);
    nsl_bulks_mp_init(&f);
    density_edges(&e, &law, 50);
    density_edges(&f, &table, 50);
    cr_assert(e.count == f.count && e.count > 1);
    for (size_t i = 0; i < e.count; i++) {
        density_expect(e.bulk[i].lower, f.bulk[i].lower, 50, "lower edge");
        density_expect(e.bulk[i].upper, f.bulk[i].upper, 50, "upper edge");
        cr_expect(mpfr_equal_p(e.bulk[i].mass, f.bulk[i].mass));
    }
    nsl_bulks_mp_clear(&e);
    nsl_bulks_mp_clear(&f);
    mpc_clear(a);
    mpc_clear(b);
    density_free(&law);
    density_free(&table);
}

/* |R_M − R_∞| at some ζ. */
static double off_from_endless(const mpc_t endless, uint64_t latents)
{
    nsl_gram gram = {40, 60, NSL_SIDE_FEATURES, true};
    density_subject s = density_powerlaw(1.0, latents, 0.0, gram);
    mpc_t r;
    mpfr_t off;
    mpc_init2(r, 53);
    mpfr_init2(off, 53);
    density_resolvent(r, &s, "1", "0.1", 60);
    mpc_sub(r, r, endless, MPC_RNDNN);
    mpc_abs(off, r, MPFR_RNDN);
    double distance = mpfr_get_d(off, MPFR_RNDN);
    mpfr_clear(off);
    mpc_clear(r);
    density_free(&s);
    return distance;
}

/* What M eigenvalues I^−2 leave out is 1/M of the trace: R follows it to first order.
 */
Test(density_mp, latents_without_end)
{
    nsl_gram gram = {40, 60, NSL_SIDE_FEATURES, true};
    density_subject s = density_powerlaw(1.0, NSL_LATENTS_INFINITE, 0.0, gram);
    mpc_t endless;
    mpc_init2(endless, 53);
    density_resolvent(endless, &s, "1", "0.1", 60);
    double near = off_from_endless(endless, 100000000);
    double far = off_from_endless(endless, UINT64_C(1000000000000000000));
    cr_expect(near > 0.0 && fabs(far / near * 1e10 - 1.0) < 1e-6, "%g %g", near, far);
    mpc_clear(endless);
    density_free(&s);
}

/* --- the ridge's route -------------------------------------------------------------
 */

/* 1 + ζR = z/size at γ = −ζ, a little above the axis too, where the complex route goes.
 */
static void compare_ridge(double alpha, uint64_t latents, nsl_gram gram)
{
    enum { DIGITS = 50, MORE = 60 };
    nsl_model_options o = nsl_model_defaults();
    o.convention = gram.kernel ? NSL_RIDGE_KERNEL : NSL_RIDGE_MRS;
    density_subject s = {.gram = gram, .m = testing_powerlaw(alpha, latents, &o)};
    cr_assert(nsl_model_mp_new(&s.exact, s.m.model, NULL, NULL) == NSL_OK);
    nsl_prediction_mp p;
    nsl_prediction_mp_init(&p);
    /* at P = ∞ the ridge goes with P, and without bound */
    nsl_point point = {gram.features, gram.samples, 0.25, 0.0, 1};
    cr_assert(nsl_predict_mp(&p, s.exact, &point, NULL, (nsl_units){false, false},
                             DIGITS, NULL) == NSL_OK);
    mpc_t r;
    mpc_init2(r, 53);
    const char *const above[] = {NULL, "1e-100"};
    for (int i = 0; i < 2; i++) {
        density_resolvent(r, &s, "-0.25", above[i], MORE);
        mpfr_div_si(mpc_realref(r), mpc_realref(r), -4, MPFR_RNDN);
        mpfr_add_ui(mpc_realref(r), mpc_realref(r), 1, MPFR_RNDN);
        mpfr_mul_d(mpc_realref(r), mpc_realref(r),
                   gram.side == NSL_SIDE_FEATURES ? gram.features : gram.samples,
                   MPFR_RNDN);
        density_expect(mpc_realref(r), p.dof, DIGITS, "dof");
    }
    mpc_clear(r);
    nsl_prediction_mp_clear(&p);
    density_free(&s);
}

Test(density_mp, resolvent_at_a_ridge)
{
    const double inf = (double)INFINITY;
    compare_ridge(0.3, NSL_LATENTS_INFINITE,
                  (nsl_gram){100, 200, NSL_SIDE_FEATURES, true});
    compare_ridge(1.0, 10000, (nsl_gram){100, 20, NSL_SIDE_SAMPLES, false});
    compare_ridge(1.0, 50, (nsl_gram){100, 80, NSL_SIDE_FEATURES, false});
    compare_ridge(0.1, UINT64_C(1000000000000),
                  (nsl_gram){inf, 90, NSL_SIDE_SAMPLES, true});
}

/* --- symmetry, digits --------------------------------------------------------------
 */

Test(density_mp, conjugate_and_other_side)
{
    density_subject s = density_powerlaw(0.4, NSL_LATENTS_INFINITE, 150.0,
                                         (nsl_gram){80, 120, NSL_SIDE_FEATURES, true});
    mpc_t up, down;
    mpc_init2(up, 53);
    mpc_init2(down, 53);
    density_resolvent(up, &s, "3", "0.01", 40);
    density_resolvent(down, &s, "3", "-0.01", 40);
    mpc_conj(down, down, MPC_RNDNN);
    cr_expect(mpc_cmp(up, down) == 0);
    density_resolvent(up, &s, "3", "0", 40);
    density_resolvent(down, &s, "3", "-0", 40);
    cr_expect(mpc_cmp(up, down) == 0, "both limits from above");
    /* P (1 + ζ R_P) = N (1 + ζ R_N) */
    density_resolvent(up, &s, "3", "0.01", 40);
    s.gram.side = NSL_SIDE_SAMPLES;
    density_resolvent(down, &s, "3", "0.01", 40);
    mpc_t zeta;
    mpc_init2(zeta, 200);
    mpfr_set_ui(mpc_realref(zeta), 3, MPFR_RNDN);
    mpfr_set_str(mpc_imagref(zeta), "0.01", 10, MPFR_RNDN);
    mpc_ptr both[] = {up, down};
    for (int i = 0; i < 2; i++) {
        mpc_mul(both[i], both[i], zeta, MPC_RNDNN);
        mpc_add_ui(both[i], both[i], 1, MPC_RNDNN);
        mpc_mul_ui(both[i], both[i], i ? 120 : 80, MPC_RNDNN);
    }
    density_expect(mpc_realref(up), mpc_realref(down), 38, "real part");
    density_expect(mpc_imagref(up), mpc_imagref(down), 38, "imaginary part");
    mpc_clear(zeta);
    mpc_clear(up);
    mpc_clear(down);
    density_free(&s);
}

/* A hidden layer without end changes nothing, one of 10^30 next to nothing. */
Test(density_mp, infinite_hidden_layer)
{
    const double hidden[] = {0.0, (double)INFINITY, 1e30};
    mpc_t r[3];
    for (int i = 0; i < 3; i++) {
        density_subject s = density_powerlaw(
            0.4, 500, hidden[i], (nsl_gram){80, 120, NSL_SIDE_FEATURES, true});
        mpc_init2(r[i], 53);
        density_resolvent(r[i], &s, "3", "0.01", 40);
        density_free(&s);
    }
    cr_expect(mpc_cmp(r[0], r[1]) == 0);
    cr_expect(mpc_cmp(r[0], r[2]) != 0);
    density_expect(mpc_realref(r[2]), mpc_realref(r[0]), 27, "real part");
    for (int i = 0; i < 3; i++)
        mpc_clear(r[i]);
}

/* ζ(1 + ζR) → −tr G/size as ζ grows: P Σλ/N with features scaled by 1/√N. */
Test(density_mp, first_moment)
{
    const double lambda[] = {2, 0.5}, copies[] = {3, 10};
    density_subject s = density_table(2, lambda, copies, 0.0,
                                      (nsl_gram){5, 8, NSL_SIDE_FEATURES, true});
    mpc_t r;
    mpfr_t scale;
    mpc_init2(r, 53);
    mpfr_init2(scale, 400);
    mpfr_set_str(scale, "1e40", 10, MPFR_RNDN);
    density_resolvent(r, &s, "1e40", "1e39", 100);
    mpfr_mul(mpc_realref(r), mpc_realref(r), scale, MPFR_RNDN);
    mpfr_div_ui(scale, scale, 10, MPFR_RNDN);
    mpfr_mul(mpc_imagref(r), mpc_imagref(r), scale, MPFR_RNDN);
    mpfr_sub(mpc_realref(r), mpc_realref(r), mpc_imagref(r), MPFR_RNDN);
    mpfr_add_ui(mpc_realref(r), mpc_realref(r), 1, MPFR_RNDN); /* Re(1 + ζR) */
    /* = −m Re ζ/|ζ|² = −m/(1.01·1e40) */
    mpfr_mul_d(mpc_realref(r), mpc_realref(r), -1.01, MPFR_RNDN);
    mpfr_mul_ui(scale, scale, 10, MPFR_RNDN);
    mpfr_mul(mpc_realref(r), mpc_realref(r), scale, MPFR_RNDN);
    double moment = mpfr_get_d(mpc_realref(r), MPFR_RNDN);
    cr_expect(testing_distance(moment, 8.0 * 11.0 / 5.0) < 1e-15, "%.17g", moment);
    mpfr_clear(scale);
    mpc_clear(r);
    density_free(&s);
}

/* Where 0 is outside of the support R is continuous there, on the axis and around it:
 * s < 0 < P < N, and s = 0 at rank < N, whose pole is taken off. */
Test(density_mp, resolvent_near_zero)
{
    density_subject s = density_powerlaw(0.3, NSL_LATENTS_INFINITE, 0.0,
                                         (nsl_gram){40, 80, NSL_SIDE_FEATURES, true});
    density_subject pole =
        density_powerlaw(0.3, 30, 0.0, (nsl_gram){40, 80, NSL_SIDE_FEATURES, true});
    const char *places[][2] = {{"1e-200", NULL},
                               {"1e-200", "1e-200"},
                               {"-1e-201", "1e-180"},
                               {"1e-150", "1e-190"}};
    mpc_t left, other;
    mpc_init2(left, 53);
    mpc_init2(other, 53);
    density_resolvent(left, &s, "-1e-200", NULL, 40);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        density_resolvent(other, &s, places[i][0], places[i][1], 40);
        density_expect(mpc_realref(other), mpc_realref(left), 40, places[i][0]);
    }
    density_resolvent(left, &pole, "-1e-30", NULL, 80);
    density_resolvent(other, &pole, "1e-30", NULL, 80);
    mpc_add(left, left, other, MPC_RNDNN); /* poles cancel, not the rest */
    mpc_div_2ui(left, left, 1, MPC_RNDNN);
    density_resolvent(other, &pole, "-1e-10", NULL, 80);
    mpfr_t atom;
    mpfr_init2(atom, 400);
    mpfr_set_str(atom, "2.5e9", 10, MPFR_RNDN); /* (1 − 30/40)/1e-10 */
    mpfr_sub(mpc_realref(other), mpc_realref(other), atom, MPFR_RNDN);
    double distance = testing_distance(mpfr_get_d(mpc_realref(other), MPFR_RNDN),
                                       mpfr_get_d(mpc_realref(left), MPFR_RNDN));
    cr_expect(distance < 1e-8 && distance > 0.0, "%g", distance);
    mpfr_clear(atom);
    mpc_clear(left);
    mpc_clear(other);
    density_free(&s);
    density_free(&pole);
}

Test(density_mp, resolvent_digits_stand)
{
    density_subject s =
        density_powerlaw(0.3, UINT64_C(1000000000000), 0.0,
                         (nsl_gram){300, 300.5, NSL_SIDE_FEATURES, true});
    const char *places[][2] = {
        {"2", "0.5"}, {"2", NULL}, {"1e-4", "1e-9"}, {"150", NULL}, {"1e3", "1e-20"}};
    const unsigned digits[] = {16, 17, 50, 120};
    mpc_t once, twice;
    mpc_init2(once, 53);
    mpc_init2(twice, 53);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        for (int j = 0; j < 4; j++) {
            density_resolvent(once, &s, places[i][0], places[i][1], digits[j]);
            density_resolvent(twice, &s, places[i][0], places[i][1], 2 * digits[j]);
            density_expect(mpc_realref(once), mpc_realref(twice), digits[j] + 1,
                           "real part");
            density_expect(mpc_imagref(once), mpc_imagref(twice), digits[j] + 1,
                           "imaginary part");
        }
    mpc_clear(once);
    mpc_clear(twice);
    density_free(&s);
}

/* "0.1" is 1/10, and a size is what its decimals say. */
Test(density_mp, resolvent_takes_decimals)
{
    density_subject s = density_powerlaw(0.1, NSL_LATENTS_INFINITE, 0.0,
                                         (nsl_gram){40, 80, NSL_SIDE_FEATURES, true});
    const nsl_model_decimals d = {.alpha = "0.1"};
    mpc_t first, second;
    mpfr_t off;
    mpc_init2(first, 53);
    mpc_init2(second, 53);
    mpfr_init2(off, 53);
    for (int i = 0; i < 2; i++) {
        density_resolvent(first, &s, "1", "0.1", 40);
        if (i == 0) {
            nsl_model_mp_free(s.exact);
            cr_assert(nsl_model_mp_new(&s.exact, s.m.model, &d, NULL) == NSL_OK);
        } else {
            s.decimals.features = "40.00000000000000001";
        }
        density_resolvent(second, &s, "1", "0.1", 40);
        mpc_sub(second, second, first, MPC_RNDNN);
        mpc_abs(off, second, MPFR_RNDN);
        double distance = mpfr_get_d(off, MPFR_RNDN);
        cr_expect(distance > 1e-20 && distance < 1e-14, "%d: %g", i, distance);
    }
    mpfr_clear(off);
    mpc_clear(first);
    mpc_clear(second);
    density_free(&s);
}

/* --- errors ------------------------------------------------------------------------
 */

static void refused(const density_subject *s, const char *re, const char *im,
                    unsigned digits, nsl_status expected, const char *field)
{
    nsl_error err = {0};
    mpfr_t a, b;
    mpfr_inits2(53, a, b, (mpfr_ptr)NULL);
    nsl_status status =
        nsl_resolvent_mp(a, b, s->exact, &s->gram, &s->decimals, re, im, digits, &err);
    cr_expect(status == expected && strcmp(err.field, field) == 0,
              "zeta %s: status %d, field '%s', %s", re, (int)status, err.field,
              err.message);
    cr_expect(mpfr_nan_p(a) && mpfr_nan_p(b));
    mpfr_clears(a, b, (mpfr_ptr)NULL);
}

Test(density_mp, resolvent_refusals)
{
    const double inf = (double)INFINITY;
    density_subject s = density_powerlaw(0.3, NSL_LATENTS_INFINITE, 0.0,
                                         (nsl_gram){100, 200, NSL_SIDE_FEATURES, true});
    refused(&s, "0", "0", 20, NSL_EINVAL, "zeta");
    refused(&s, "1", "x", 20, NSL_EINVAL, "zeta");
    refused(&s, "inf", "0", 20, NSL_EINVAL, "zeta");
    refused(&s, "1", "0", 15, NSL_EINVAL, "digits");
    s.gram.features = 0.0;
    refused(&s, "1", "0", 20, NSL_EINVAL, "features");
    s.gram.features = inf;
    refused(&s, "1", "0", 20, NSL_EINVAL, "features");
    s.gram.features = 100;
    s.decimals.samples = "12a";
    refused(&s, "1", "0", 20, NSL_EINVAL, "samples");
    s.decimals.samples = NULL;
    s.gram.kernel = false;
    refused(&s, "1", "0", 20, NSL_EINVAL, "kernel");
    s.gram = (nsl_gram){1e12, 1e13, NSL_SIDE_FEATURES, true};
    refused(&s, "1e-3", "1e-3", 20, NSL_EFAILED, "digits");
    density_free(&s);
    density_subject edge =
        density_flat(1.0, 16, (nsl_gram){inf, 64, NSL_SIDE_SAMPLES, true});
    refused(&edge, "144", "0", 20, NSL_EFAILED, ""); /* 64·(1 + 1/2)² */
    density_free(&edge);
}
