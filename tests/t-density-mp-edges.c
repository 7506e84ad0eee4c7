/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The edges of the spectrum to many digits. */
#include "density_subject.h"

#include <criterion/criterion.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <string.h>

enum { ORACLE_BITS = 1600 };

/* λ(√n ± √m)²·c/n */
static void closed_edge(mpfr_t out, double lambda, unsigned long copies,
                        unsigned long n, double c, int sign)
{
    mpfr_t root;
    mpfr_init2(root, ORACLE_BITS);
    mpfr_sqrt_ui(out, n, MPFR_RNDN);
    mpfr_sqrt_ui(root, copies, MPFR_RNDN);
    mpfr_mul_si(root, root, sign, MPFR_RNDN);
    mpfr_add(out, out, root, MPFR_RNDN);
    mpfr_sqr(out, out, MPFR_RNDN);
    mpfr_mul_d(out, out, lambda, MPFR_RNDN);
    mpfr_mul_d(out, out, c, MPFR_RNDN);
    mpfr_div_ui(out, out, n, MPFR_RNDN);
    mpfr_clear(root);
}

static void compare_closed(nsl_gram gram, unsigned long copies, double mass)
{
    const double lambda = 0.3;
    bool samples = gram.side == NSL_SIDE_SAMPLES;
    double n = samples ? gram.samples : gram.features;
    density_subject s = density_flat(lambda, (double)copies, gram);
    const unsigned digits[] = {16, 50, 200};
    nsl_bulks_mp b;
    mpfr_t expected;
    nsl_bulks_mp_init(&b);
    mpfr_init2(expected, ORACLE_BITS);
    for (int i = 0; i < 3; i++) {
        density_edges(&b, &s, digits[i]);
        cr_assert(b.count == 1);
        closed_edge(expected, lambda, copies, (unsigned long)n, samples ? n : 1.0, 1);
        density_expect(b.bulk[0].upper, expected, digits[i], "upper edge");
        closed_edge(expected, lambda, copies, (unsigned long)n, samples ? n : 1.0, -1);
        density_expect(b.bulk[0].lower, expected, digits[i], "lower edge");
        cr_expect(fabs(mpfr_get_d(b.bulk[0].mass, MPFR_RNDN) - mass) < 3e-16);
        cr_expect(fabs(mpfr_get_d(b.atom, MPFR_RNDN) - (1.0 - mass)) < 3e-16);
    }
    nsl_bulks_mp_clear(&b);
    mpfr_clear(expected);
    density_free(&s);
}

Test(density_mp, edges_of_one_eigenvalue)
{
    const double inf = (double)INFINITY;
    compare_closed((nsl_gram){inf, 50, NSL_SIDE_SAMPLES, true}, 20, 0.4);
    compare_closed((nsl_gram){inf, 50, NSL_SIDE_SAMPLES, true}, 1000, 1.0);
    compare_closed((nsl_gram){7, inf, NSL_SIDE_FEATURES, true}, 1, 1.0 / 7.0);
    compare_closed((nsl_gram){7, inf, NSL_SIDE_FEATURES, true}, 7, 1.0);
    compare_closed((nsl_gram){1e15, inf, NSL_SIDE_FEATURES, true}, 999999999999999,
                   0.999999999999999);
    compare_closed((nsl_gram){2, inf, NSL_SIDE_FEATURES, true}, 1000000000000000000, 1);
}

/* The discriminant of the cubic ζ(λ−s)² − c s (λ−s−λM/N)(λ−s−λM/P) in s, λ = 1: below 0
 * where two roots are complex, inside the support. */
static int discriminant_sign(const mpfr_t zeta, double c, double over_n, double over_p)
{
    mpfr_t a[4], t, sum;
    for (int i = 0; i < 4; i++)
        mpfr_init2(a[i], ORACLE_BITS);
    mpfr_inits2(ORACLE_BITS, t, sum, (mpfr_ptr)NULL);
    /* −c s³ + (ζ + c(f+g)) s² − (2ζ + c f g) s + ζ, f = 1 − M/N, g = 1 − M/P */
    double f = 1.0 - over_n, g = 1.0 - over_p;
    mpfr_set_d(a[3], -c, MPFR_RNDN);
    mpfr_add_d(a[2], zeta, c * (f + g), MPFR_RNDN);
    mpfr_mul_si(a[1], zeta, -2, MPFR_RNDN);
    mpfr_sub_d(a[1], a[1], c * f * g, MPFR_RNDN);
    mpfr_set(a[0], zeta, MPFR_RNDN);
    /* 18abcd − 4b³d + b²c² − 4ac³ − 27a²d² */
    static const struct {
        int factor, power[4]; /* of a[0] … a[3] */
    } terms[] = {{18, {1, 1, 1, 1}},
                 {-4, {1, 0, 3, 0}},
                 {1, {0, 2, 2, 0}},
                 {-4, {0, 3, 0, 1}},
                 {-27, {2, 0, 0, 2}}};
    mpfr_set_zero(sum, 1);
    for (int i = 0; i < 5; i++) {
        mpfr_set_si(t, terms[i].factor, MPFR_RNDN);
        for (int j = 0; j < 4; j++)
            for (int k = 0; k < terms[i].power[j]; k++)
                mpfr_mul(t, t, a[j], MPFR_RNDN);
        mpfr_add(sum, sum, t, MPFR_RNDN);
    }
    int sign = mpfr_sgn(sum);
    for (int i = 0; i < 4; i++)
        mpfr_clear(a[i]);
    mpfr_clears(t, sum, (mpfr_ptr)NULL);
    return sign;
}

/* An edge lies where the discriminant changes its sign, to one unit in the last digit.
 */
static void expect_edge(mpfr_srcptr edge, int direction, double c, double over_n,
                        double over_p, unsigned digits)
{
    mpfr_t inside, outside, unit;
    mpfr_inits2(ORACLE_BITS, inside, outside, unit, (mpfr_ptr)NULL);
    mpfr_set_ui(unit, 10, MPFR_RNDN);
    mpfr_pow_si(unit, unit, -(long)digits, MPFR_RNDN);
    mpfr_mul(unit, unit, edge, MPFR_RNDN);
    mpfr_mul_si(unit, unit, direction, MPFR_RNDN);
    mpfr_sub(inside, edge, unit, MPFR_RNDN);
    mpfr_add(outside, edge, unit, MPFR_RNDN);
    cr_expect(discriminant_sign(inside, c, over_n, over_p) < 0 &&
                  discriminant_sign(outside, c, over_n, over_p) > 0,
              "M/N %g M/P %g: edge %g", over_n, over_p, mpfr_get_d(edge, MPFR_RNDN));
    mpfr_clears(inside, outside, unit, (mpfr_ptr)NULL);
}

/* Sizes N, P and M in every order; c = P N/M of the plain normalisation. */
Test(density_mp, edges_of_a_product)
{
    static const double sizes[][3] = {{8, 16, 32},  {16, 8, 32}, {32, 16, 8},
                                      {16, 32, 8},  {8, 32, 16}, {32, 8, 16},
                                      {8, 1024, 16}};
    nsl_bulks_mp b;
    nsl_bulks_mp_init(&b);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        double n = sizes[i][0], p = sizes[i][1], m = sizes[i][2];
        density_subject s =
            density_flat(1.0, m, (nsl_gram){n, p, NSL_SIDE_FEATURES, false});
        const unsigned digits[] = {20, 50, 200};
        for (int j = 0; j < 3; j++) {
            density_edges(&b, &s, digits[j]);
            cr_assert(b.count == 1);
            expect_edge(b.bulk[0].upper, 1, p * n / m, m / n, m / p, digits[j]);
            expect_edge(b.bulk[0].lower, -1, p * n / m, m / n, m / p, digits[j]);
        }
        density_free(&s);
    }
    nsl_bulks_mp_clear(&b);
}

/* The lower edge is 0 where the two least of N, P, M tie, and only there. */
Test(density_mp, lower_edge_of_ties)
{
    static const struct {
        double n, p, m;
        bool zero;
    } cases[] = {{8, 8, 32, true},  {8, 32, 8, true},   {32, 8, 8, true},
                 {8, 8, 8, true},   {32, 32, 8, false}, {32, 8, 32, false},
                 {8, 8.5, 9, false}};
    nsl_bulks_mp b;
    nsl_bulks_mp_init(&b);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        density_subject s =
            density_flat(1.0, cases[i].m,
                         (nsl_gram){cases[i].n, cases[i].p, NSL_SIDE_FEATURES, true});
        density_edges(&b, &s, 20);
        cr_expect((mpfr_zero_p(b.bulk[0].lower) != 0) == cases[i].zero, "case %zu", i);
        density_free(&s);
    }
    density_subject near =
        density_flat(1.0, 32, (nsl_gram){8, 8, NSL_SIDE_FEATURES, true});
    near.decimals.samples = "8.0000000000000000000000000000000000000000000000001";
    density_edges(&b, &near, 20);
    cr_expect(mpfr_sgn(b.bulk[0].lower) > 0);
    density_free(&near);
    nsl_bulks_mp_clear(&b);
}

/* Two eigenvalues, 8 and 1, 49 times each: between them Σλ²/(λ−s)² is least at
 * (4 + 1)³·49/7² = 125, so that they make two bulks from n = 125 on. */
Test(density_mp, bulks_that_part)
{
    const double lambda[] = {8, 1}, copies[] = {49, 49}, inf = (double)INFINITY;
    static const struct {
        const char *samples;
        size_t bulks;
    } cases[] = {{"126", 2},
                 {"124", 1},
                 {"125.000000000000000000000000000000000000000001", 2},
                 {"124.999999999999999999999999999999999999999999", 1}};
    density_subject s = density_table(2, lambda, copies, 0.0,
                                      (nsl_gram){inf, 125, NSL_SIDE_SAMPLES, true});
    nsl_bulks_mp b;
    nsl_error err = {0};
    nsl_bulks_mp_init(&b);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        s.decimals.samples = cases[i].samples;
        density_edges(&b, &s, 30);
        cr_expect(b.count == cases[i].bulks, "P = %s: %zu bulks", cases[i].samples,
                  b.count);
    }
    s.decimals.samples = NULL;
    cr_expect(nsl_edges_mp(&b, s.exact, &s.gram, NULL, 30, &err) == NSL_EFAILED);
    cr_expect(strstr(err.message, "touch") && b.count == 0 && mpfr_nan_p(b.atom));
    nsl_bulks_mp_clear(&b);
    density_free(&s);
}

/* Rows of equal eigenvalues are one row of so many copies, in any order. */
Test(density_mp, copies_are_rows)
{
    const double lambda[] = {8, 1}, copies[] = {3, 2}, each[] = {1, 8, 8, 1, 8};
    const nsl_gram gram = {12, 30, NSL_SIDE_FEATURES, true};
    density_subject few = density_table(2, lambda, copies, 0.0, gram);
    density_subject many = density_table(5, each, NULL, 0.0, gram);
    nsl_bulks_mp a, b;
    nsl_bulks_mp_init(&a);
    nsl_bulks_mp_init(&b);
    density_edges(&a, &few, 30);
    density_edges(&b, &many, 30);
    cr_assert(a.count == 2 && b.count == 2);
    for (size_t i = 0; i < 2; i++) {
        density_expect(a.bulk[i].lower, b.bulk[i].lower, 30, "lower edge");
        density_expect(a.bulk[i].upper, b.bulk[i].upper, 30, "upper edge");
        cr_expect(mpfr_equal_p(a.bulk[i].mass, b.bulk[i].mass));
    }
    nsl_bulks_mp_clear(&a);
    nsl_bulks_mp_clear(&b);
    density_free(&few);
    density_free(&many);
}

enum { SCAN_ROWS = 5, SCAN_POINTS = 4000, SCAN_MODELS = 150 };

/* Whether dlnζ/dlns > 0 at z < all sizes anywhere between two eigenvalues, in double.
 */
static bool gap_by_scan(double upper, double lower, const double *lambda,
                        const double *copies, const double *widths)
{
    for (int i = 1; i < SCAN_POINTS; i++) {
        double s = lower + (upper - lower) * i / SCAN_POINTS, z = 0.0, r = 0.0, h = 1.0;
        for (int j = 0; j < SCAN_ROWS; j++) {
            double u = lambda[j] / (lambda[j] - s);
            z += copies[j] * u;
            r += copies[j] * u * (1.0 - u);
        }
        bool below = true;
        for (int j = 0; j < 3; j++) {
            below = below && z < widths[j];
            h += r / (widths[j] - z);
        }
        if (below && h > 0.0)
            return true;
    }
    return false;
}

/* Three stages, of sizes at which about half of the gaps are there. */
Test(density_mp, gaps_against_a_scan)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 4);
    nsl_bulks_mp b;
    nsl_bulks_mp_init(&b);
    size_t gaps = 0;
    for (int i = 0; i < SCAN_MODELS; i++) {
        double lambda[SCAN_ROWS], copies[SCAN_ROWS], widths[3], at = 1.0;
        for (int j = 0; j < SCAN_ROWS; j++) {
            lambda[j] = at;
            at *= 0.2 + 0.7 * gsl_rng_uniform(rng);
            copies[j] = 1.0 + (double)gsl_rng_uniform_int(rng, 9);
        }
        for (int j = 0; j < 3; j++)
            widths[j] = floor(20.0 + pow(10.0, 1.5 + 1.5 * gsl_rng_uniform(rng)));
        density_subject s =
            density_table(SCAN_ROWS, lambda, copies, widths[2],
                          (nsl_gram){widths[0], widths[1], NSL_SIDE_FEATURES, true});
        size_t expected = 1;
        for (int j = 0; j + 1 < SCAN_ROWS; j++)
            expected += gap_by_scan(lambda[j], lambda[j + 1], lambda, copies, widths);
        density_edges(&b, &s, 16);
        cr_expect(b.count == expected, "model %d: %zu bulks, not %zu", i, b.count,
                  expected);
        gaps += expected - 1;
        density_free(&s);
    }
    size_t all = SCAN_MODELS * (SCAN_ROWS - 1);
    cr_expect(4 * gaps > all && 4 * gaps < 3 * all, "%zu of %zu", gaps, all);
    nsl_bulks_mp_clear(&b);
    gsl_rng_free(rng);
}

/* Im R just above the axis, from the complex root alone: of the order of the height
 * outside of the bulks, and far larger inside. */
static void probe(const density_subject *s, mpfr_srcptr edge, double factor,
                  bool inside)
{
    mpfr_t x;
    mpc_t r;
    char *text;
    mpfr_init2(x, 200);
    mpc_init2(r, 53);
    mpfr_mul_d(x, edge, factor, MPFR_RNDN);
    mpfr_asprintf(&text, "%.50Re", x);
    density_resolvent(r, s, text, "1e-25", 20);
    mpfr_mul(x, x, mpc_imagref(r), MPFR_RNDN);
    double density = mpfr_get_d(x, MPFR_RNDN);
    cr_expect(inside ? density > 1e-11 : density < 1e-14,
              "zeta %s: x times density %g, expected %s", text, density,
              inside ? "a bulk" : "none");
    mpfr_free_str(text);
    mpfr_clear(x);
    mpc_clear(r);
}

/* Both sides of every edge, and places between two, for power laws of one and of two
 * layers and a table. */
Test(density_mp, edges_separate, .timeout = 120)
{
    const double lambda[] = {9, 8.5, 3, 1, 0.9, 0.01}, copies[] = {1, 2, 5, 20, 20, 9};
    const nsl_gram gram = {150, 400, NSL_SIDE_FEATURES, true};
    density_subject all[] = {
        density_powerlaw(0.5, NSL_LATENTS_INFINITE, 0.0, gram),
        density_powerlaw(1.5, 100000, 500.0, gram),
        density_powerlaw(1.5, NSL_LATENTS_INFINITE, 160.0, gram),
        density_table(6, lambda, copies, 0.0, (nsl_gram){1500, 4000, 0, true}),
        density_table(6, lambda, copies, 900.0, (nsl_gram){1500, 4000, 1, false})};
    const size_t bulks[] = {5, 8, 6, 4, 4};
    nsl_bulks_mp b;
    mpfr_t between;
    nsl_bulks_mp_init(&b);
    mpfr_init2(between, 53);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        density_edges(&b, &all[i], 20);
        cr_expect(b.count == bulks[i], "model %zu: %zu bulks", i, b.count);
        double mass = mpfr_get_d(b.atom, MPFR_RNDN);
        for (size_t j = 0; j < b.count; j++) {
            probe(&all[i], b.bulk[j].lower, 1.0 - 1e-9, false);
            probe(&all[i], b.bulk[j].lower, 1.0 + 1e-9, true);
            probe(&all[i], b.bulk[j].upper, 1.0 - 1e-9, true);
            probe(&all[i], b.bulk[j].upper, 1.0 + 1e-9, false);
            for (int k = 1; k < 10; k++) {
                mpfr_div(between, b.bulk[j].lower, b.bulk[j].upper, MPFR_RNDN);
                probe(&all[i], b.bulk[j].upper,
                      pow(mpfr_get_d(between, MPFR_RNDN), 0.1 * k), true);
            }
            mass += mpfr_get_d(b.bulk[j].mass, MPFR_RNDN);
        }
        cr_expect(fabs(mass - 1.0) < 1e-15);
        density_free(&all[i]);
    }
    mpfr_clear(between);
    nsl_bulks_mp_clear(&b);
}

/* N and P change places: the same positive eigenvalues. */
Test(density_mp, duality_of_edges)
{
    density_subject s = density_powerlaw(0.8, 1000000, 0.0,
                                         (nsl_gram){90, 200, NSL_SIDE_FEATURES, false});
    nsl_bulks_mp a, b;
    nsl_bulks_mp_init(&a);
    nsl_bulks_mp_init(&b);
    density_edges(&a, &s, 40);
    s.gram = (nsl_gram){200, 90, NSL_SIDE_FEATURES, false};
    density_edges(&b, &s, 40);
    cr_assert(a.count == b.count && a.count > 3);
    for (size_t i = 0; i < a.count; i++) {
        density_expect(a.bulk[i].lower, b.bulk[i].lower, 40, "lower edge");
        density_expect(a.bulk[i].upper, b.bulk[i].upper, 40, "upper edge");
        double ratio = mpfr_get_d(a.bulk[i].mass, MPFR_RNDN) /
                       mpfr_get_d(b.bulk[i].mass, MPFR_RNDN);
        cr_expect(fabs(ratio - 200.0 / 90.0) < 1e-15);
    }
    nsl_bulks_mp_clear(&a);
    nsl_bulks_mp_clear(&b);
    density_free(&s);
}

/* The plain matrix is that of scaled features times N σ_u^{2·layers}/M, eigenvalues 0
 * counted in M. */
Test(density_mp, edges_of_either_scale)
{
    const double lambda[] = {3, 1, 0}, copies[] = {2, 40, 58}, hidden = 60.0;
    nsl_model_options o = nsl_model_defaults();
    nsl_spectrum *spectrum;
    o.sigma_u2 = 3.0;
    o.hidden = &hidden;
    o.hidden_count = 1;
    cr_assert(nsl_spectrum_new_table(&spectrum, 3, lambda, NULL, copies, NULL) ==
              NSL_OK);
    density_subject s = {.gram = {30, 50, NSL_SIDE_FEATURES, true},
                         .m = testing_on(spectrum, &o)};
    cr_assert(nsl_model_mp_new(&s.exact, s.m.model, NULL, NULL) == NSL_OK);
    nsl_bulks_mp kernel, plain;
    nsl_bulks_mp_init(&kernel);
    nsl_bulks_mp_init(&plain);
    density_edges(&kernel, &s, 40);
    s.gram.kernel = false;
    density_edges(&plain, &s, 40);
    cr_assert(kernel.count == plain.count);
    for (size_t i = 0; i < plain.count; i++) {
        mpfr_ptr edges[] = {kernel.bulk[i].lower, kernel.bulk[i].upper};
        for (int j = 0; j < 2; j++) {
            mpfr_mul_ui(edges[j], edges[j], 30 * 9, MPFR_RNDN);
            mpfr_div_ui(edges[j], edges[j], 100, MPFR_RNDN);
        }
        density_expect(edges[0], plain.bulk[i].lower, 40, "lower edge");
        density_expect(edges[1], plain.bulk[i].upper, 40, "upper edge");
    }
    nsl_bulks_mp_clear(&kernel);
    nsl_bulks_mp_clear(&plain);
    density_free(&s);
}

Test(density_mp, edge_digits_stand)
{
    density_subject s = density_powerlaw(0.3, NSL_LATENTS_INFINITE, 0.0,
                                         (nsl_gram){400, 800, NSL_SIDE_FEATURES, true});
    const unsigned digits[] = {16, 17, 50, 120};
    nsl_bulks_mp once, twice;
    nsl_bulks_mp_init(&once);
    nsl_bulks_mp_init(&twice);
    for (int i = 0; i < 4; i++) {
        density_edges(&once, &s, digits[i]);
        density_edges(&twice, &s, 2 * digits[i]);
        cr_assert(once.count == twice.count);
        for (size_t j = 0; j < once.count; j++) {
            density_expect(once.bulk[j].lower, twice.bulk[j].lower, digits[i] + 1,
                           "lower edge");
            density_expect(once.bulk[j].upper, twice.bulk[j].upper, digits[i] + 1,
                           "upper edge");
        }
    }
    nsl_bulks_mp_clear(&once);
    nsl_bulks_mp_clear(&twice);
    density_free(&s);
}

Test(density_mp, edge_refusals)
{
    density_subject s = density_powerlaw(0.3, NSL_LATENTS_INFINITE, 0.0,
                                         (nsl_gram){100, 200, NSL_SIDE_FEATURES, true});
    nsl_bulks_mp b;
    nsl_error err = {0};
    nsl_bulks_mp_init(&b);
    cr_expect(nsl_edges_mp(&b, s.exact, &s.gram, NULL, 10, &err) == NSL_EINVAL);
    s.gram.samples = -1.0;
    cr_expect(nsl_edges_mp(&b, s.exact, &s.gram, NULL, 20, &err) == NSL_EINVAL);
    cr_expect(strcmp(err.field, "samples") == 0);
    s.gram = (nsl_gram){1e12, 1e13, NSL_SIDE_FEATURES, true};
    cr_expect(nsl_edges_mp(&b, s.exact, &s.gram, NULL, 20, &err) == NSL_EFAILED);
    cr_expect(strstr(err.message, "bulks") && b.count == 0);
    nsl_bulks_mp_clear(&b);
    density_free(&s);
}
