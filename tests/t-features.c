/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The spectrum of nonlinear features against every multi-index written out, sums in
 * closed form, and kernels of samples. */
#include "testing.h"

#include <criterion/criterion.h>
#include <float.h>
#include <gsl/gsl_eigen.h>
#include <gsl/gsl_fit.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Products of up to 12 shares, each rounded. */
static const double ENUMERATED = 1e-13;

static nsl_activation parse(const char *text)
{
    nsl_activation a;
    nsl_error err = {0};
    cr_assert(nsl_activation_parse(&a, text, &err) == NSL_OK, "%s: %s", text,
              err.message);
    return a;
}

static nsl_spectrum *table(size_t rows, const double *lambda, const double *target,
                           const double *copies)
{
    nsl_spectrum *s;
    nsl_error err = {0};
    cr_assert(nsl_spectrum_new_table(&s, rows, lambda, target, copies, &err) == NSL_OK,
              "%s", err.message);
    return s;
}

static nsl_spectrum *powerlaw(double alpha, uint64_t inputs)
{
    nsl_spectrum *s;
    cr_assert(nsl_spectrum_new_powerlaw(&s, alpha, 1.0, inputs, NULL) == NSL_OK);
    return s;
}

static nsl_features find(const char *activation, const nsl_spectrum *s, uint64_t count,
                         nsl_features_target target)
{
    nsl_activation a = parse(activation);
    nsl_features f;
    nsl_error err = {0};
    cr_assert(nsl_features_find(&f, &a, s, count, target, &err) == NSL_OK, "%s: %s %s",
              activation, err.field, err.message);
    return f;
}

/* --- every multi-index ---------------------------------------------------------------
 */

typedef struct {
    double value;
    int degree;
} entry;

typedef struct {
    entry *at;
    size_t count, room;
} entries;

static int descending(const void *left, const void *right)
{
    const entry *a = left, *b = right;
    return a->value > b->value ? -1 : a->value < b->value;
}

static void add_entry(entries *e, double value, int degree)
{
    if (e->count == e->room) {
        e->room = e->room ? 2 * e->room : 1024;
        e->at = realloc(e->at, e->room * sizeof *e->at);
        cr_assert(e->at);
    }
    e->at[e->count++] = (entry){value, degree};
}

/* Σ k_i = left over inputs i … n−1; `value` has what is placed, with its factorials. */
static void write_out(entries *e, const double *rho, size_t n, size_t i, int left,
                      double value, int degree)
{
    if (i == n) {
        if (left == 0 && value > 0.0)
            add_entry(e, value, degree);
        return;
    }
    double part = 1.0; /* ρ^k/k! */
    for (int k = 0; k <= left; k++) {
        write_out(e, rho, n, i + 1, left - k, value * part, degree);
        part *= rho[i] / (k + 1);
    }
}

/* All eigenvalues up to a degree, largest first. */
static entries brute_force(const nsl_activation *a, const double *lambda, size_t n,
                           int degree)
{
    entries e = {NULL, 0, 0};
    double rho[8], trace = 0.0;
    for (size_t i = 0; i < n; i++)
        trace += lambda[i];
    for (size_t i = 0; i < n; i++)
        rho[i] = lambda[i] / trace;
    for (int k = 0; k <= degree; k++) {
        double c = nsl_activation_hermite(a, (uint64_t)k);
        if (c != 0.0)
            write_out(&e, rho, n, 0, k, c * c * tgamma(k + 1.0), k);
    }
    qsort(e.at, e.count, sizeof *e.at, descending);
    return e;
}

/* Rows against the first entries, one by one; of each degree as many. */
static void compare(const nsl_features *f, const entries *e, const char *what)
{
    size_t at = 0;
    long balance[16] = {0};
    for (size_t i = 0; i < f->count; i++) {
        const nsl_feature_row *row = &f->row[i];
        cr_assert(i == 0 || row->eigenvalue <= f->row[i - 1].eigenvalue, "%s", what);
        for (uint64_t copy = 0; copy < row->multiplicity; copy++, at++) {
            cr_assert(at < e->count, "%s: more than there are", what);
            cr_assert(testing_distance(row->eigenvalue, e->at[at].value) < ENUMERATED,
                      "%s: eigenvalue %zu is %.17g, not %.17g", what, at,
                      row->eigenvalue, e->at[at].value);
            balance[row->degree]++;
            balance[e->at[at].degree]--;
        }
    }
    cr_assert(at == f->eigenvalues);
    for (int k = 0; k < 16; k++)
        cr_assert(balance[k] == 0, "%s: degree %d has %+ld", what, k, balance[k]);
}

/* Equal eigenvalues of one degree are one row. */
static void check_joined(const nsl_features *f)
{
    for (size_t i = 0; i < f->count; i++)
        for (size_t j = i + 1;
             j < f->count &&
             f->row[j].eigenvalue > f->row[i].eigenvalue * (1.0 - 2 * DBL_EPSILON);
             j++)
            cr_assert(f->row[i].degree != f->row[j].degree ||
                      f->row[i].target != f->row[j].target);
}

/* A K between 1 and `most` after which the eigenvalues make a clear step, so that
 * rounding does not choose among equal ones; all of them where there is none. */
static size_t clear_count(const entries *e, size_t most, gsl_rng *rng)
{
    most = most < e->count ? most : e->count;
    size_t count = 1 + gsl_rng_uniform_int(rng, most);
    while (count < e->count &&
           e->at[count].value > e->at[count - 1].value * (1.0 - 1e-9))
        count++;
    return count;
}

/* Inputs with ties, in any order, and zeros. */
static size_t draw_inputs(double *lambda, gsl_rng *rng)
{
    static const double tied[] = {1.0, 0.5, 0.25, 2.0, 0.125, 0.75};
    size_t n = 1 + gsl_rng_uniform_int(rng, 6);
    int kind = (int)gsl_rng_uniform_int(rng, 3);
    for (size_t i = 0; i < n; i++)
        lambda[i] = kind == 0   ? tied[gsl_rng_uniform_int(rng, 6)]
                    : kind == 1 ? exp(-3.0 * gsl_rng_uniform(rng))
                                : pow((double)(i + 1), -1.5);
    return n;
}

static void check_random(gsl_rng *rng, const char *activation, size_t most)
{
    double lambda[8], given[8];
    char what[128];
    size_t n = draw_inputs(lambda, rng), zeros = gsl_rng_uniform_int(rng, 3);
    nsl_activation a = parse(activation);
    entries e = brute_force(&a, lambda, n, 12);
    size_t count = clear_count(&e, most, rng);
    memcpy(given, lambda, n * sizeof *given);
    for (size_t i = 0; i < zeros; i++)
        given[n + i] = 0.0;
    nsl_spectrum *s = table(n + zeros, given, NULL, NULL);
    nsl_features f = find(activation, s, count, NSL_FEATURES_ISOTROPIC);
    snprintf(what, sizeof what, "%s of %zu inputs from %g, K = %zu", activation, n,
             lambda[0], count);
    cr_assert(f.eigenvalues == count, "%s", what);
    cr_assert(f.inputs == n, "%s", what);
    compare(&f, &e, what);
    check_joined(&f);
    nsl_features_clear(&f);
    nsl_spectrum_free(s);
    free(e.at);
}

Test(features, are_every_multi_index, .timeout = 120)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    for (int i = 0; i < 400; i++) {
        char text[512] = "poly:";
        int degree = (int)gsl_rng_uniform_int(rng, 13);
        for (int k = 0; k <= degree; k++) {
            char part[40];
            bool none = k < degree && gsl_rng_uniform(rng) < 0.3;
            snprintf(part, sizeof part, "%s%.6f", k ? "," : "",
                     none ? 0.0 : gsl_ran_gaussian(rng, 1.0));
            strcat(text, part);
        }
        check_random(rng, text, i % 2 ? 100 : 20000);
    }
    gsl_rng_free(rng);
}

/* Of activations of every degree the first few need no degree beyond 12: c_14² of
 * these is below what comes out last. */
Test(features, start_with_the_lowest_degrees, .timeout = 60)
{
    static const char *const names[] = {"erf", "gelu", "sin", "silu", "tanh"};
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    for (int i = 0; i < 200; i++) {
        nsl_activation a = parse(names[i % 5]);
        double lambda[8];
        size_t n = draw_inputs(lambda, rng);
        entries e = brute_force(&a, lambda, n, 12);
        double c = fmax(fabs(nsl_activation_hermite(&a, 13)),
                        fabs(nsl_activation_hermite(&a, 14)));
        size_t known = 0;
        while (known < e.count && e.at[known].value > c * c)
            known++;
        size_t count = clear_count(&e, known, rng);
        if (count <= known) {
            nsl_spectrum *s = table(n, lambda, NULL, NULL);
            nsl_features f = find(names[i % 5], s, count, NSL_FEATURES_ISOTROPIC);
            compare(&f, &e, names[i % 5]);
            nsl_features_clear(&f);
            nsl_spectrum_free(s);
        }
        free(e.at);
    }
    gsl_rng_free(rng);
}

/* --- sums and counts in closed form --------------------------------------------------
 */

/* Degree by degree all weights add up to c_k², their number to the multi-indices. */
Test(features, weights_of_a_degree)
{
    const char *text = "poly:0.5,1,0,-0.7,0.2,0.1,0,0,0.03";
    double lambda[] = {1.0, 0.7, 0.7, 0.3, 0.1}, copies[] = {1, 2, 1, 3, 1};
    nsl_activation a = parse(text);
    nsl_spectrum *s = table(5, lambda, NULL, copies);
    nsl_features f = find(text, s, NSL_LATENTS_MAX, NSL_FEATURES_ISOTROPIC);
    double sum[9] = {0}, count[9] = {0};
    for (size_t i = 0; i < f.count; i++) {
        sum[f.row[i].degree] += f.row[i].eigenvalue * (double)f.row[i].multiplicity;
        count[f.row[i].degree] += (double)f.row[i].multiplicity;
    }
    double indices = 1.0; /* 7 + k over k */
    for (uint64_t k = 0; k <= 8; k++) {
        double c = nsl_activation_hermite(&a, k);
        cr_expect(fabs(sum[k] - c * c) < ENUMERATED * c * c + 1e-300, "degree %d",
                  (int)k);
        cr_expect(count[k] == (c == 0.0 ? 0.0 : indices), "degree %d: %g of %g", (int)k,
                  count[k], indices);
        indices = round(indices * (8.0 + (double)k) / (double)(k + 1));
    }
    cr_expect(f.weight_left <= f.weight_error && f.weight_above <= f.weight_error);
    cr_expect(f.degree_max == 8);
    nsl_features_clear(&f);
    nsl_spectrum_free(s);
}

/* Equal inputs: one row a partition, its arrangements counted exactly. */
Test(features, equal_inputs_are_counted)
{
    double lambda[] = {3.0}, copies[] = {1000};
    nsl_spectrum *s = table(1, lambda, NULL, copies);
    nsl_features f = find("poly:0,0,0,1", s, NSL_LATENTS_MAX, NSL_FEATURES_ISOTROPIC);
    /* c_1 = 3, c_3 = √6 */
    static const struct {
        double eigenvalue;
        uint64_t multiplicity;
    } expected[] = {{9e-3, 1000},
                    {36e-9, 166167000}, /* 1, 1, 1 */
                    {18e-9, 999000},    /* 2, 1 */
                    {6e-9, 1000}};      /* 3 */
    cr_assert(f.count == 4);
    for (size_t i = 0; i < 4; i++)
        cr_expect(testing_distance(f.row[i].eigenvalue, expected[i].eigenvalue) <
                          1e-14 &&
                      f.row[i].multiplicity == expected[i].multiplicity,
                  "row %zu: %.17g, %llu", i, f.row[i].eigenvalue,
                  (unsigned long long)f.row[i].multiplicity);
    nsl_features_clear(&f);
    f = find("poly:0,0,0,1", s, 1000001, NSL_FEATURES_ISOTROPIC);
    cr_expect(f.count == 2 && f.row[1].multiplicity == 999001 &&
              f.eigenvalues == 1000001);
    nsl_features_clear(&f);
    nsl_spectrum_free(s);
    copies[0] = 1e18; /* 10^36/2 pairs of inputs */
    s = table(1, lambda, NULL, copies);
    f = find("relu", s, NSL_LATENTS_MAX, NSL_FEATURES_ISOTROPIC);
    cr_expect(f.count == 2 && f.row[1].multiplicity == NSL_LATENTS_MAX - 1);
    nsl_features_clear(&f);
    f = find("gelu", s, 5, NSL_FEATURES_LINEAR);
    cr_expect(f.count == 2 && f.row[1].multiplicity == 4 && f.row[1].target == 1e-18 &&
              f.target_left == 1.0 - 4e-18);
    nsl_features_clear(&f);
    nsl_spectrum_free(s);
}

/* Any eigenvalue of two equal sets: tables and formulas, copies in rows or counted. */
static void expect_same(const nsl_features *a, const nsl_features *b, double within)
{
    size_t i = 0, j = 0;
    uint64_t left_a = a->row[0].multiplicity, left_b = b->row[0].multiplicity;
    cr_assert(a->eigenvalues == b->eigenvalues);
    while (i < a->count && j < b->count) {
        uint64_t both = left_a < left_b ? left_a : left_b;
        cr_assert(testing_distance(a->row[i].eigenvalue, b->row[j].eigenvalue) < within,
                  "%.17g, not %.17g", a->row[i].eigenvalue, b->row[j].eigenvalue);
        left_a -= both;
        left_b -= both;
        if (left_a == 0 && ++i < a->count)
            left_a = a->row[i].multiplicity;
        if (left_b == 0 && ++j < b->count)
            left_b = b->row[j].multiplicity;
    }
    cr_assert(i == a->count && j == b->count);
}

Test(features, a_table_of_the_power_law_is_the_power_law)
{
    enum { INPUTS = 60 };
    double lambda[INPUTS];
    for (int i = 0; i < INPUTS; i++)
        lambda[i] = 7.0 * pow(i + 1.0, -1.7);
    nsl_spectrum *by_rows = table(INPUTS, lambda, NULL, NULL);
    nsl_spectrum *by_law = powerlaw(0.7, INPUTS);
    static const char *const names[] = {"relu", "tanh", "step", "erf"};
    for (size_t i = 0; i < 4; i++) {
        nsl_features a = find(names[i], by_rows, 30000, NSL_FEATURES_LINEAR);
        nsl_features b = find(names[i], by_law, 30000, NSL_FEATURES_LINEAR);
        expect_same(&a, &b, ENUMERATED);
        cr_expect(a.count == b.count, "%s: ties differ: %zu and %zu rows", names[i],
                  a.count, b.count);
        cr_expect(fabs(a.weight_left - b.weight_left) <= 2 * a.weight_error);
        cr_expect(a.target_left == b.target_left ||
                  fabs(a.target_left - b.target_left) < 1e-14);
        nsl_features_clear(&a);
        nsl_features_clear(&b);
    }
    nsl_spectrum_free(by_rows);
    nsl_spectrum_free(by_law);
}

/* Shares that fall by a thousandth, and He_20 alone: the first values are those of 20
 * different inputs, by the sum of their indices, one for each partition of what it is
 * above the least. So many are equal that no threshold has K above it and few more. */
Test(features, ties_at_the_end, .timeout = 60)
{
    enum { INPUTS = 80 };
    static const char he20[] = "poly:654729075,0,-6547290750,0,9820936125,0,-"
                               "5237832600,0,1309458150,0,-174594420,0,13226850,0,-"
                               "581400,0,14535,0,-190,0,1";
    double lambda[INPUTS];
    for (int i = 0; i < INPUTS; i++)
        lambda[i] = pow(1.0 - 0x1p-10, i);
    nsl_spectrum *s = table(INPUTS, lambda, NULL, NULL);
    nsl_features all = find(he20, s, 240000, NSL_FEATURES_ISOTROPIC);
    static const uint64_t partitions[] = {1, 1, 2, 3, 5, 7, 11, 15, 22, 30, 42};
    for (size_t i = 0; i <= 10; i++)
        cr_assert(all.row[i].multiplicity == partitions[i]);
    uint64_t before = 0, count = 0;
    for (size_t i = 0; i + 1 < all.count; before += all.row[i++].multiplicity)
        if ((double)all.row[i].multiplicity > 0.15 * (double)before + 5000.0)
            count = before + 10;
    cr_assert(count > 0);
    nsl_features some = find(he20, s, count, NSL_FEATURES_ISOTROPIC);
    cr_expect(some.eigenvalues == count);
    cr_expect(some.row[some.count - 1].multiplicity == 10);
    for (size_t i = 0; i + 1 < some.count; i++)
        cr_assert(some.row[i].multiplicity == all.row[i].multiplicity &&
                  testing_distance(some.row[i].eigenvalue, all.row[i].eigenvalue) <
                      ENUMERATED);
    nsl_features_clear(&all);
    nsl_features_clear(&some);
    nsl_spectrum_free(s);
}

/* Degree 1001 of two inputs, shares 2/3 and 1/3: the largest of its binomial terms, at
 * k_1 = 668, as a product. */
Test(features, high_degrees_keep_their_digits)
{
    static const double PROMISE = 2e-14 + 1001 * 1e-15;
    double lambda[] = {2.0, 1.0};
    nsl_activation a = parse("step");
    nsl_spectrum *s = table(2, lambda, NULL, NULL);
    nsl_features f = find("step", s, 100000, NSL_FEATURES_ISOTROPIC);
    size_t i = 0;
    while (i < f.count && f.row[i].degree != 1001)
        i++;
    cr_assert(i < f.count);
    long double term = 1.0L;
    for (int k = 1; k <= 333; k++) /* 668 + 333 over 333, and (2/9)^333 */
        term *= (668.0L + k) / k * 2.0L / 9.0L;
    for (int k = 0; k < 335; k++)
        term *= 2.0L / 3.0L;
    double c = nsl_activation_hermite(&a, 1001);
    cr_expect(testing_distance(f.row[i].eigenvalue, c * c * (double)term) < PROMISE,
              "%.17g, not %.17g", f.row[i].eigenvalue, c * c * (double)term);
    nsl_features_clear(&f);
    nsl_spectrum_free(s);
}

/* --- targets -------------------------------------------------------------------------
 */

Test(features, targets_are_on_the_linear_part)
{
    double lambda[] = {1.0, 1.0, 0.5, 0.5, 0.0}, v[] = {0.3, 0.2, 0.1, 0.1, 0.7};
    double copies[] = {2, 1, 3, 1, 2};
    nsl_spectrum *s = table(5, lambda, v, copies);
    nsl_features f = find("tanh", s, 7, NSL_FEATURES_OWN);
    static const struct {
        double target;
        uint64_t multiplicity;
    } expected[] = {{0.3, 2}, {0.2, 1}, {0.1, 4}};
    cr_assert(f.count == 3);
    for (size_t i = 0; i < 3; i++)
        cr_expect(f.row[i].target == expected[i].target && f.row[i].degree == 1 &&
                  f.row[i].multiplicity == expected[i].multiplicity);
    cr_expect(f.row[0].eigenvalue == f.row[1].eigenvalue);
    cr_expect(fabs(f.target_left - 1.4) < 1e-15);
    nsl_features_clear(&f);
    f = find("tanh", s, 4, NSL_FEATURES_OWN);
    cr_expect(fabs(f.target_left - 1.7) < 1e-15, "%.17g", f.target_left);
    nsl_features_clear(&f);
    nsl_spectrum_free(s);
    s = powerlaw(0.5, NSL_LATENTS_INFINITE);
    f = find("relu", s, 3000, NSL_FEATURES_LINEAR);
    long double sum = 0.0L;
    for (size_t i = 0; i < f.count; i++) {
        sum += (long double)f.row[i].target * (long double)f.row[i].multiplicity;
        cr_expect(f.row[i].degree == 1 || f.row[i].target == 0.0);
        if (f.row[i].degree == 1)
            cr_expect(testing_distance(f.row[i].eigenvalue, 0.25 * f.row[i].target) <
                      1e-15);
    }
    cr_expect(fabs((double)sum + f.target_left - 1.0) < 1e-14 && f.target_left > 1e-3);
    nsl_features_clear(&f);
    nsl_spectrum_free(s);
}

Test(features, what_cannot_be_is_refused)
{
    double lambda[] = {1.0, 0.5};
    nsl_spectrum *plain = table(2, lambda, NULL, NULL), *law = powerlaw(1.0, 10);
    static const struct {
        const char *activation, *field;
        uint64_t count;
        nsl_features_target target;
        nsl_status status;
        bool of_law;
    } cases[] = {
        {"poly:0", "activation", 3, NSL_FEATURES_ISOTROPIC, NSL_EINVAL, true},
        {"relu", "count", 0, NSL_FEATURES_ISOTROPIC, NSL_EINVAL, true},
        {"relu", "target", 3, NSL_FEATURES_OWN, NSL_EINVAL, true},
        {"relu", "target", 3, NSL_FEATURES_OWN, NSL_EINVAL, false},
        {"poly:1,0,1", "target", 3, NSL_FEATURES_LINEAR, NSL_EINVAL, true},
        {"relu", "count", NSL_LATENTS_MAX, NSL_FEATURES_ISOTROPIC, NSL_ENOMEM, true},
        {"relu", "count", NSL_LATENTS_MAX, NSL_FEATURES_ISOTROPIC, NSL_ENOMEM, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        nsl_features f;
        nsl_error err = {0};
        nsl_activation a = parse(cases[i].activation);
        cr_expect(nsl_features_find(&f, &a, cases[i].of_law ? law : plain,
                                    cases[i].count, cases[i].target,
                                    &err) == cases[i].status,
                  "case %zu", i);
        cr_expect(strcmp(err.field, cases[i].field) == 0 && *err.message && !f.row &&
                      f.count == 0,
                  "case %zu: %s %s", i, err.field, err.message);
        nsl_features_clear(&f);
    }
    nsl_spectrum_free(plain);
    nsl_spectrum_free(law);
}

/* Where no more are positive, or none above the range of double, there are fewer. */
Test(features, fewer_where_there_are_no_more)
{
    nsl_spectrum *one = powerlaw(1.0, 1), *ten = powerlaw(1.0, 10);
    nsl_features f = find("poly:3", ten, 1000, NSL_FEATURES_ISOTROPIC);
    cr_expect(f.count == 1 && f.row[0].eigenvalue == 9.0 && f.row[0].degree == 0 &&
              isnan(f.below.exponent));
    nsl_features_clear(&f);
    f = find("identity", ten, NSL_LATENTS_MAX, NSL_FEATURES_LINEAR);
    cr_expect(f.eigenvalues == 10 && f.target_left == 0.0 && f.degree_max == 1);
    nsl_features_clear(&f);
    f = find("sin", one, 1000, NSL_FEATURES_ISOTROPIC);
    cr_expect(f.eigenvalues > 80 && f.eigenvalues < 90 &&
              f.row[f.count - 1].eigenvalue >= DBL_MIN);
    nsl_features_clear(&f);
    nsl_spectrum_free(one);
    nsl_spectrum_free(ten);
}

/* --- exponents -----------------------------------------------------------------------
 */

/* The inputs' own exponent. */
Test(features, identity_keeps_the_exponent)
{
    nsl_spectrum *s = powerlaw(0.8, NSL_LATENTS_INFINITE);
    nsl_features f = find("identity", s, 100000, NSL_FEATURES_ISOTROPIC);
    cr_expect(fabs(f.below.exponent - 1.8) < 1e-10, "%.12g", f.below.exponent);
    cr_expect(isnan(f.above.exponent) && f.above.to < f.above.from);
    nsl_features_clear(&f);
    nsl_spectrum_free(s);
    enum { INPUTS = 5000 };
    double *lambda = calloc(INPUTS, sizeof *lambda);
    cr_assert(lambda);
    for (int i = 0; i < INPUTS; i++)
        lambda[i] = pow(i + 50.0, -1.4);
    s = table(INPUTS, lambda, NULL, NULL);
    f = find("identity", s, INPUTS, NSL_FEATURES_ISOTROPIC);
    double x[INPUTS], y[INPUTS], weight[INPUTS], intercept, slope, c00, c01, c11, sum;
    for (int i = 0; i < INPUTS; i++) {
        x[i] = log(i + 1.0);
        y[i] = log(f.row[i].eigenvalue);
        weight[i] = log((i + 1.5) / (i + 0.5));
    }
    gsl_fit_wlinear(x, 1, weight, 1, y, 1, INPUTS, &intercept, &slope, &c00, &c01, &c11,
                    &sum);
    cr_expect(testing_distance(f.below.exponent, -slope) < 1e-10, "%.12g, not %.12g",
              f.below.exponent, -slope);
    cr_expect(testing_distance(f.below.amplitude, exp(intercept)) < 1e-9);
    nsl_features_clear(&f);
    nsl_spectrum_free(s);
    free(lambda);
}

/* ReLU on 200 inputs, I^−1.6: two decades beyond them the slope is still theirs. */
Test(features, relu_carries_the_power_law_on)
{
    nsl_spectrum *s = powerlaw(0.6, 200);
    nsl_features f = find("relu", s, 20000, NSL_FEATURES_ISOTROPIC);
    cr_expect(f.above.from == 201 && f.above.to == 20000);
    cr_expect(testing_distance(f.above.exponent, 1.6) < 0.05, "%g", f.above.exponent);
    nsl_features_clear(&f);
    nsl_spectrum_free(s);
}

/* Seconds, with room for a slow machine and sanitizers. */
Test(features, a_million_in_seconds, .timeout = 60)
{
    static const double SECONDS = 10.0;
    struct timespec begin, end;
    nsl_spectrum *s = powerlaw(0.5, 200);
    clock_gettime(CLOCK_MONOTONIC, &begin);
    nsl_features f = find("relu", s, 1000000, NSL_FEATURES_ISOTROPIC);
    clock_gettime(CLOCK_MONOTONIC, &end);
    double took = (double)(end.tv_sec - begin.tv_sec) +
                  1e-9 * (double)(end.tv_nsec - begin.tv_nsec);
    cr_expect(f.eigenvalues == 1000000);
    cr_expect(took < SECONDS, "%g s", took);
    nsl_features_clear(&f);
    nsl_spectrum_free(s);
}

/* --- kernels of samples --------------------------------------------------------------
 */

/* E_u σ(u·x) σ(u·y) for Gaussian u, by the norms of x and y and the cosine between. */
static double relu_kernel(double xx, double yy, double xy)
{
    double size = sqrt(xx * yy), angle = acos(fmax(-1.0, fmin(1.0, xy / size)));
    return size * (sin(angle) + (M_PI - angle) * cos(angle)) / (2.0 * M_PI);
}

static double erf_kernel(double xx, double yy, double xy)
{
    return M_2_PI * asin(2.0 * xy / sqrt((1.0 + 2.0 * xx) * (1.0 + 2.0 * yy)));
}

/* Eigenvalues, largest first, of the kernel of P samples, over P. */
static void sample_kernel(double *out, size_t samples, const double *rho, size_t inputs,
                          double (*kernel)(double, double, double), gsl_rng *rng)
{
    gsl_matrix *x = gsl_matrix_alloc(samples, inputs);
    gsl_matrix *k = gsl_matrix_alloc(samples, samples);
    gsl_vector *values = gsl_vector_alloc(samples);
    gsl_eigen_symm_workspace *work = gsl_eigen_symm_alloc(samples);
    for (size_t i = 0; i < samples; i++)
        for (size_t j = 0; j < inputs; j++)
            gsl_matrix_set(x, i, j, gsl_ran_gaussian(rng, sqrt(rho[j])));
    double *product = calloc(samples * samples, sizeof *product);
    cr_assert(product);
    for (size_t i = 0; i < samples; i++)
        for (size_t j = 0; j <= i; j++)
            for (size_t a = 0; a < inputs; a++)
                product[i * samples + j] +=
                    gsl_matrix_get(x, i, a) * gsl_matrix_get(x, j, a);
    for (size_t i = 0; i < samples; i++)
        for (size_t j = 0; j <= i; j++) {
            double value = kernel(product[i * samples + i], product[j * samples + j],
                                  product[i * samples + j]) /
                           (double)samples;
            gsl_matrix_set(k, i, j, value);
            gsl_matrix_set(k, j, i, value);
        }
    gsl_eigen_symm(k, values, work);
    for (size_t i = 0; i < samples; i++)
        out[i] = gsl_vector_get(values, i);
    for (size_t i = 1; i < samples; i++) /* insertion: largest first */
        for (size_t j = i; j > 0 && out[j] > out[j - 1]; j--) {
            double swap = out[j];
            out[j] = out[j - 1];
            out[j - 1] = swap;
        }
    free(product);
    gsl_eigen_symm_free(work);
    gsl_vector_free(values);
    gsl_matrix_free(k);
    gsl_matrix_free(x);
}

/* 100 inputs of I^−1, some 16 effective dimensions: the theory is their leading
 * order. Section 10 names 5–40%; seen here: 13%, of the sum 6%. */
static void check_kernel(const char *activation,
                         double (*kernel)(double, double, double))
{
    enum { INPUTS = 100, SAMPLES = 900, SHOWN = 8 };
    static const double EACH = 0.2, TOGETHER = 0.1;
    double lambda[INPUTS], rho[INPUTS], trace = 0.0, *found, sum = 0.0, theory = 0.0;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    for (int i = 0; i < INPUTS; i++)
        trace += lambda[i] = pow(i + 1.0, -1.0);
    for (int i = 0; i < INPUTS; i++)
        rho[i] = lambda[i] / trace;
    nsl_spectrum *s = table(INPUTS, lambda, NULL, NULL);
    nsl_features f = find(activation, s, 60, NSL_FEATURES_ISOTROPIC);
    found = calloc(SAMPLES, sizeof *found);
    cr_assert(found);
    sample_kernel(found, SAMPLES, rho, INPUTS, kernel, rng);
    size_t at = 0;
    for (size_t i = 0; i < f.count && at < SHOWN; i++)
        for (uint64_t c = 0; c < f.row[i].multiplicity && at < SHOWN; c++, at++) {
            cr_expect(testing_distance(found[at], f.row[i].eigenvalue) < EACH,
                      "%s: eigenvalue %zu is %g, not %g", activation, at, found[at],
                      f.row[i].eigenvalue);
            sum += found[at];
            theory += f.row[i].eigenvalue;
        }
    cr_expect(testing_distance(sum, theory) < TOGETHER, "%s: %g, not %g", activation,
              sum, theory);
    free(found);
    nsl_features_clear(&f);
    nsl_spectrum_free(s);
    gsl_rng_free(rng);
}

Test(features, kernels_of_samples, .timeout = 120)
{
    check_kernel("relu", relu_kernel);
    check_kernel("erf", erf_kernel);
}
