/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a measured spectrum says: planted laws come back, intervals cover, bends at the
 * ends are seen. */
#include "testing.h"

#include <criterion/criterion.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_sf_zeta.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdlib.h>

/* Rows of a table; target and copies may be left out. */
typedef struct {
    size_t count;
    double *lambda, *target, *copies;
} rows;

static rows rows_new(size_t count)
{
    rows r = {count, calloc(count, sizeof(double)), calloc(count, sizeof(double)),
              calloc(count, sizeof(double))};
    cr_assert(r.lambda && r.target && r.copies);
    for (size_t i = 0; i < count; i++)
        r.copies[i] = 1.0;
    return r;
}

static void rows_clear(rows *r)
{
    free(r->lambda);
    free(r->target);
    free(r->copies);
}

/* λ₊ I^−p and weights I^−(1+β). */
static rows power_law(size_t count, double lambda_max, double p, double beta)
{
    rows r = rows_new(count);
    for (size_t i = 0; i < count; i++) {
        r.lambda[i] = lambda_max * pow((double)i + 1.0, -p);
        r.target[i] = pow((double)i + 1.0, -1.0 - beta);
    }
    return r;
}

static nsl_spectrum *table_of(const rows *r, bool target)
{
    nsl_spectrum *spectrum;
    nsl_error err = {0};
    nsl_status status = nsl_spectrum_new_table(
        &spectrum, r->count, r->lambda, target ? r->target : NULL, r->copies, &err);
    cr_assert(status == NSL_OK, "%s", err.message);
    return spectrum;
}

static nsl_ranks straight(const nsl_spectrum *spectrum)
{
    nsl_ranks range;
    nsl_error err = {0};
    cr_assert(nsl_measured_straight(&range, spectrum, &err) == NSL_OK, "%s",
              err.message);
    return range;
}

static nsl_measured_law fit(const nsl_spectrum *spectrum, nsl_ranks range)
{
    nsl_measured_law law;
    nsl_error err = {0};
    cr_assert(nsl_measured_fit(&law, spectrum, range, &err) == NSL_OK, "%s",
              err.message);
    return law;
}

static nsl_measured_source fit_source(const nsl_spectrum *spectrum, nsl_ranks range)
{
    nsl_measured_source source;
    nsl_error err = {0};
    cr_assert(nsl_measured_source_fit(&source, spectrum, range, &err) == NSL_OK, "%s",
              err.message);
    return source;
}

static void expect_near(double got, double expected, double bound, const char *what)
{
    cr_expect(testing_distance(got, expected) <= bound, "%s: %.17g, expected %.17g",
              what, got, expected);
}

/* --- the law -----------------------------------------------------------------------
 */

Test(measured, exact_law)
{
    static const double exponents[] = {0.3, 1.0, 1.3, 2.0, 9.0};
    for (size_t i = 0; i < sizeof exponents / sizeof *exponents; i++) {
        double p = exponents[i];
        rows r = power_law(3000, 2.3, p, 1.0);
        nsl_spectrum *spectrum = table_of(&r, false);
        nsl_ranks range = straight(spectrum);
        cr_expect(range.from == 1 && range.to == 3000, "p %g: %lu:%lu", p,
                  (unsigned long)range.from, (unsigned long)range.to);
        nsl_measured_law law = fit(spectrum, range);
        cr_expect(fabs(law.alpha - (p - 1.0)) < 1e-12 * p, "p %g: %.17g", p, law.alpha);
        cr_expect(law.alpha_stderr < 1e-12 * p);
        cr_expect(law.rms_log < 1e-12 * p);
        cr_expect(law.eigenvalues == 3000);
        expect_near(law.lambda_max, 2.3, 1e-12 * p, "lambda_max");
        nsl_spectrum_free(spectrum);
        rows_clear(&r);
    }
}

/* The normal equations, solved here in another form: the slope is a weighted mean of
 * the slopes between all pairs of points. */
Test(measured, slope_of_all_pairs)
{
    enum { COUNT = 60, FROM = 4, TO = 47 };
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
    rows r = power_law(COUNT, 1.0, 1.4, 1.0);
    for (size_t i = 0; i < COUNT; i++) /* too little to change the order */
        r.lambda[i] *= 1.0 + 0.01 * gsl_rng_uniform(random);
    nsl_spectrum *spectrum = table_of(&r, false);
    nsl_measured_law law = fit(spectrum, (nsl_ranks){FROM, TO});
    double above = 0.0, below = 0.0;
    for (int i = FROM; i <= TO; i++)
        for (int j = FROM; j < i; j++) {
            double dx = log((double)i / j), dy = log(r.lambda[i - 1] / r.lambda[j - 1]);
            double w = log((i + 0.5) / (i - 0.5)) * log((j + 0.5) / (j - 0.5));
            above += w * dx * dy;
            below += w * dx * dx;
        }
    expect_near(law.alpha, -above / below - 1.0, 1e-12, "alpha");
    nsl_spectrum_free(spectrum);
    rows_clear(&r);
    gsl_rng_free(random);
}

/* Spikes before, an exponential end behind: neither is fitted. */
Test(measured, range_avoids_bends)
{
    rows r = power_law(4000, 1.0, 1.5, 1.0);
    for (size_t i = 0; i < r.count; i++)
        r.lambda[i] *= (i < 12 ? 3.0 : 1.0) * exp(-pow((double)i / 2500.0, 4.0));
    nsl_spectrum *spectrum = table_of(&r, false);
    nsl_ranks range = straight(spectrum);
    cr_expect(range.from >= 13 && range.from <= 15, "from %lu",
              (unsigned long)range.from);
    cr_expect(range.to > 1000 && range.to < 2500, "to %lu", (unsigned long)range.to);
    nsl_measured_law law = fit(spectrum, range),
                     all = fit(spectrum, (nsl_ranks){1, 4000});
    cr_expect(fabs(law.alpha - 0.5) < 0.02, "alpha %g", law.alpha);
    cr_expect(fabs(all.alpha - 0.5) > 0.1, "all ranks: alpha %g", all.alpha);
    nsl_spectrum_free(spectrum);
    rows_clear(&r);
}

/* Every eigenvalue of the range is near the line, and no range beside it, wider by a
 * tenth, has that: looked at one by one. */
Test(measured, range_is_the_widest)
{
    rows r = power_law(500, 1.0, 1.2, 1.0);
    for (size_t i = 0; i < r.count; i++) /* a slowly growing exponent */
        r.lambda[i] *= exp(-0.08 * pow(log((double)i + 1.0), 2.0));
    nsl_spectrum *spectrum = table_of(&r, false);
    nsl_ranks range = straight(spectrum);
    double width = (double)range.to / (double)range.from;
    int wider = 0;
    for (uint64_t from = 1; from < 500; from++)
        for (uint64_t to = from + 5; to <= 500; to++) {
            double ratio = (double)to / (double)from;
            bool chosen = from == range.from && to == range.to;
            if (!chosen && ratio < 1.1 * width)
                continue;
            nsl_measured_law law = fit(spectrum, (nsl_ranks){from, to});
            double worst = 0.0;
            for (uint64_t i = from; i <= to; i++)
                worst = fmax(worst, fabs(log(r.lambda[i - 1] / law.lambda_max) +
                                         (1.0 + law.alpha) * log((double)i)));
            /* between two of the 1000 that are looked at */
            double step = (1.0 + law.alpha) * log(500.0) / 999.0;
            if (chosen)
                cr_expect(worst <= NSL_STRAIGHT + step, "worst %g", worst);
            else
                wider += worst <= NSL_STRAIGHT;
        }
    cr_expect(width < 400.0, "no bend to be avoided");
    cr_expect(wider == 0, "%d wider ranges", wider);
    nsl_spectrum_free(spectrum);
    rows_clear(&r);
}

Test(measured, exponential_spectrum_has_no_range)
{
    rows r = rows_new(200);
    nsl_ranks range;
    nsl_error err;
    for (size_t i = 0; i < r.count; i++)
        r.lambda[i] = exp(-0.5 * (double)i);
    nsl_spectrum *spectrum = table_of(&r, false);
    cr_expect(nsl_measured_straight(&range, spectrum, &err) == NSL_EFAILED);
    cr_expect(range.from == 0 && range.to == 0);
    nsl_spectrum_free(spectrum);
    rows_clear(&r);
}

/* Student's 95 % interval at nine degrees of freedom, over independent noise. Blocks
 * differ in scatter (few eigenvalues in the first), which costs some of it: 93 % were
 * seen in 1000. */
Test(measured, interval_covers)
{
    enum { TRIALS = 400, COUNT = 1000 };
    static const double T95 = 2.262, NOISE = 0.02, ALPHA = 0.5;
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
    int covered = 0;
    double squares = 0.0, claimed = 0.0;
    for (int trial = 0; trial < TRIALS; trial++) {
        rows r = power_law(COUNT, 1.0, 1.0 + ALPHA, 1.0);
        for (size_t i = 0; i < COUNT; i++)
            r.lambda[i] *= exp(gsl_ran_gaussian(random, NOISE));
        nsl_spectrum *spectrum = table_of(&r, false);
        nsl_measured_law law = fit(spectrum, (nsl_ranks){10, COUNT});
        covered += fabs(law.alpha - ALPHA) < T95 * law.alpha_stderr;
        squares += pow(law.alpha - ALPHA, 2.0);
        claimed += pow(law.alpha_stderr, 2.0);
        nsl_spectrum_free(spectrum);
        rows_clear(&r);
    }
    double share = (double)covered / TRIALS;
    cr_expect(share > 0.89 && share < 0.98, "covers %g", share);
    cr_expect(claimed / squares > 0.8 && claimed / squares < 1.6,
              "variance claimed over true: %g", claimed / squares);
    gsl_rng_free(random);
}

/* --- Hill --------------------------------------------------------------------------
 */

/* p Σ I ln(1+1/I)/(to−from) of the exact law. */
Test(measured, hill_of_exact_law)
{
    enum { FROM = 7, TO = 400 };
    rows r = power_law(1000, 5.0, 1.7, 1.0);
    nsl_spectrum *spectrum = table_of(&r, false);
    nsl_measured_law law = fit(spectrum, (nsl_ranks){FROM, TO});
    double sum = 0.0;
    for (int i = FROM; i < TO; i++)
        sum += i * log1p(1.0 / i);
    double p = 1.7 * sum / (TO - FROM);
    expect_near(law.hill_alpha, p - 1.0, 1e-11, "hill_alpha");
    expect_near(law.hill_stderr, p / sqrt(TO - FROM), 1e-12, "hill_stderr");
    nsl_spectrum_free(spectrum);
    rows_clear(&r);
}

/* Copies: the spacings of all ranks, one by one; of the levels cut by the range, too.
 */
Test(measured, hill_of_copies)
{
    enum { FROM = 3, TO = 29, COUNT = 36 };
    double each[COUNT + 1];
    int next = 1;
    rows r = rows_new(8);
    for (size_t i = 0; i < r.count; i++) {
        r.lambda[i] = exp(-0.7 * (double)i);
        r.copies[i] = (double)i + 1.0;
        for (size_t k = 0; k <= i; k++)
            each[next++] = r.lambda[i];
    }
    nsl_spectrum *spectrum = table_of(&r, false);
    double sum = 0.0;
    for (int i = FROM; i < TO; i++)
        sum += i * log(each[i] / each[i + 1]);
    nsl_measured_law law = fit(spectrum, (nsl_ranks){FROM, TO});
    expect_near(law.hill_alpha, sum / (TO - FROM) - 1.0, 1e-12, "hill_alpha");
    nsl_spectrum_free(spectrum);
    rows_clear(&r);
}

/* Hill (1975): the mean of ln(λ_i/λ_{k+1}) over the k largest. */
Test(measured, hill_of_random_draws)
{
    enum { COUNT = 5000, LARGEST = 1000 };
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
    rows r = rows_new(COUNT);
    for (size_t i = 0; i < COUNT; i++) /* P(λ > x) = x^−1/p, p = 1.25 */
        r.lambda[i] = pow(gsl_rng_uniform_pos(random), -1.25);
    nsl_spectrum *spectrum = table_of(&r, false);
    nsl_measured_law law = fit(spectrum, (nsl_ranks){1, LARGEST + 1});
    gsl_sort(r.lambda, 1, COUNT);
    double sum = 0.0;
    for (size_t i = 0; i < LARGEST; i++)
        sum += log(r.lambda[COUNT - 1 - i] / r.lambda[COUNT - 1 - LARGEST]);
    expect_near(law.hill_alpha, sum / LARGEST - 1.0, 1e-10, "hill_alpha");
    cr_expect(fabs(law.hill_alpha - 0.25) < 3.0 * law.hill_stderr, "%g +- %g",
              law.hill_alpha, law.hill_stderr);
    nsl_spectrum_free(spectrum);
    rows_clear(&r);
    gsl_rng_free(random);
}

/* --- dimensions --------------------------------------------------------------------
 */

Test(measured, dimensions_of_flat_and_power_law)
{
    nsl_dimensions d;
    rows r = rows_new(1);
    r.lambda[0] = 0.25;
    r.copies[0] = 700.0;
    nsl_spectrum *flat = table_of(&r, false);
    cr_assert(nsl_measured_dimensions(&d, flat, NULL) == NSL_OK);
    expect_near(d.trace, 175.0, 1e-15, "trace");
    expect_near(d.participation_ratio, 700.0, 1e-15, "flat participation ratio");
    expect_near(d.effective_dimension, 700.0, 1e-15, "flat stable rank");
    nsl_spectrum_free(flat);
    rows_clear(&r);
    r = power_law(300000, 3.0, 3.0, 1.0); /* ζ(3) to 6e-12 */
    nsl_spectrum *law = table_of(&r, false);
    cr_assert(nsl_measured_dimensions(&d, law, NULL) == NSL_OK);
    double zeta = gsl_sf_zeta(3.0);
    expect_near(d.participation_ratio, zeta * zeta / gsl_sf_zeta(6.0), 2e-11,
                "participation ratio");
    expect_near(d.effective_dimension, zeta, 1e-11, "stable rank");
    nsl_spectrum_free(law);
    rows_clear(&r);
}

/* --- source ------------------------------------------------------------------------
 */

Test(measured, planted_source)
{
    static const double betas[] = {0.1, 0.5, 1.0, 3.0};
    for (size_t i = 0; i < sizeof betas / sizeof *betas; i++) {
        rows r = power_law(2000, 1.0, 1.5, betas[i]);
        double total = 0.0;
        for (size_t k = r.count; k-- > 0;)
            total += r.target[k] *= 0.7;
        nsl_spectrum *spectrum = table_of(&r, true);
        nsl_measured_source s = fit_source(spectrum, (nsl_ranks){3, 900});
        expect_near(s.beta, betas[i], 1e-10, "beta");
        expect_near(s.weight, 0.7, 1e-9, "weight");
        expect_near(s.label_variance, total, 1e-13, "label variance");
        cr_expect(s.beta_stderr < 1e-9, "%g", s.beta_stderr);
        cr_expect(s.unlearnable == 0.0);
        nsl_spectrum_free(spectrum);
        rows_clear(&r);
    }
}

/* Weights v² ∝ I^−(1+β) χ²: the interval has β, and its width is right. */
Test(measured, source_interval_covers)
{
    enum { TRIALS = 200, COUNT = 1000 };
    static const double T95 = 2.262, BETA = 0.6;
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
    int covered = 0;
    for (int trial = 0; trial < TRIALS; trial++) {
        rows r = power_law(COUNT, 1.0, 1.5, BETA);
        for (size_t i = 0; i < COUNT; i++)
            r.target[i] *= pow(gsl_ran_gaussian(random, 1.0), 2.0);
        nsl_spectrum *spectrum = table_of(&r, true);
        nsl_measured_source s = fit_source(spectrum, (nsl_ranks){10, COUNT});
        covered += fabs(s.beta - BETA) < T95 * s.beta_stderr;
        nsl_spectrum_free(spectrum);
        rows_clear(&r);
    }
    double share = (double)covered / TRIALS;
    cr_expect(share > 0.89 && share < 0.995, "covers %g", share);
    gsl_rng_free(random);
}

Test(measured, source_that_is_none)
{
    nsl_measured_source s;
    nsl_error err;
    rows r = power_law(100, 1.0, 1.5, 1.0);
    for (size_t i = 0; i < r.count; i++)
        r.target[i] = (double)(i * i); /* rising */
    nsl_spectrum *spectrum = table_of(&r, true);
    cr_expect(nsl_measured_source_fit(&s, spectrum, (nsl_ranks){1, 100}, &err) ==
              NSL_EFAILED);
    cr_expect(isnan(s.beta) && isnan(s.beta_stderr));
    nsl_spectrum_free(spectrum);
    for (size_t i = 0; i < r.count; i++)
        r.target[i] = i < 20 ? 1.0 : 0.0; /* ending */
    spectrum = table_of(&r, true);
    cr_expect(nsl_measured_source_fit(&s, spectrum, (nsl_ranks){1, 100}, &err) ==
              NSL_EFAILED);
    nsl_spectrum_free(spectrum);
    spectrum = table_of(&r, false);
    cr_expect(nsl_measured_source_fit(&s, spectrum, (nsl_ranks){1, 100}, &err) ==
              NSL_EINVAL);
    nsl_spectrum_free(spectrum);
    rows_clear(&r);
}

/* Weights on eigenvalues that are 0 are counted apart. */
Test(measured, source_without_zero_eigenvalues)
{
    rows r = power_law(1000, 1.0, 1.5, 0.8);
    double beyond = 0.0;
    for (size_t i = 600; i < r.count; i++) {
        r.lambda[i] = 0.0;
        beyond += r.target[i];
    }
    nsl_spectrum *spectrum = table_of(&r, true);
    nsl_measured_source s = fit_source(spectrum, (nsl_ranks){2, 600});
    expect_near(s.beta, 0.8, 1e-10, "beta");
    expect_near(s.unlearnable, beyond, 1e-13, "unlearnable");
    nsl_spectrum_free(spectrum);
    rows_clear(&r);
}

/* --- invariance --------------------------------------------------------------------
 */

typedef struct {
    nsl_ranks range;
    nsl_measured_law law;
    nsl_measured_source source;
    nsl_dimensions dimensions;
} findings;

static findings find(const rows *r)
{
    findings f;
    nsl_spectrum *spectrum = table_of(r, true);
    f.range = straight(spectrum);
    f.law = fit(spectrum, f.range);
    f.source = fit_source(spectrum, f.range);
    cr_assert(nsl_measured_dimensions(&f.dimensions, spectrum, NULL) == NSL_OK);
    nsl_spectrum_free(spectrum);
    return f;
}

/* `a` and `b` are the same but for λ, `scale` times as large in b. */
static void expect_same(const findings *a, const findings *b, double scale,
                        const char *what)
{
    cr_expect(a->range.from == b->range.from && a->range.to == b->range.to,
              "%s: %lu:%lu, %lu:%lu", what, (unsigned long)a->range.from,
              (unsigned long)a->range.to, (unsigned long)b->range.from,
              (unsigned long)b->range.to);
    cr_expect(a->law.eigenvalues == b->law.eigenvalues, "%s", what);
    expect_near(b->law.alpha, a->law.alpha, 1e-12, what);
    expect_near(b->law.alpha_stderr, a->law.alpha_stderr, 1e-9, what);
    expect_near(b->law.lambda_max, scale * a->law.lambda_max, 1e-12, what);
    expect_near(b->law.hill_alpha, a->law.hill_alpha, 1e-12, what);
    expect_near(b->source.beta, a->source.beta, 1e-10, what);
    expect_near(b->source.beta_stderr, a->source.beta_stderr, 1e-7, what);
    expect_near(b->dimensions.trace, scale * a->dimensions.trace, 1e-13, what);
    expect_near(b->dimensions.participation_ratio, a->dimensions.participation_ratio,
                1e-13, what);
    expect_near(b->dimensions.effective_dimension, a->dimensions.effective_dimension,
                1e-13, what);
}

/* Copies in one row or in many, the order of rows, and the unit change nothing. */
Test(measured, invariance)
{
    enum { LEVELS = 60, COPIES = 4 };
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
    rows joined = rows_new(LEVELS), apart = rows_new(LEVELS * COPIES),
         mixed = rows_new(LEVELS * COPIES), scaled = rows_new(LEVELS * COPIES);
    for (size_t i = 0; i < LEVELS; i++) {
        double rank = COPIES * (double)i + 2.5;
        joined.lambda[i] = pow(rank, -1.3) * (1.0 + 0.005 * gsl_rng_uniform(random));
        joined.target[i] = pow(rank, -1.6) * (0.5 + gsl_rng_uniform(random));
        joined.copies[i] = COPIES;
        for (size_t k = COPIES * i; k < COPIES * (i + 1); k++) {
            size_t other = (k * 7) % (LEVELS * COPIES); /* 7 and 240 are coprime */
            apart.lambda[k] = mixed.lambda[other] = joined.lambda[i];
            apart.target[k] = mixed.target[other] = joined.target[i];
            scaled.lambda[k] = 3e-100 * joined.lambda[i];
            scaled.target[k] = joined.target[i];
        }
    }
    findings one = find(&joined), many = find(&apart), shuffled = find(&mixed),
             small = find(&scaled);
    expect_same(&one, &many, 1.0, "copies");
    expect_same(&many, &shuffled, 1.0, "order");
    expect_same(&many, &small, 3e-100, "unit");
    rows_clear(&joined);
    rows_clear(&apart);
    rows_clear(&mixed);
    rows_clear(&scaled);
    gsl_rng_free(random);
}

/* --- errors ------------------------------------------------------------------------
 */

static void expect_refused(const nsl_spectrum *spectrum, uint64_t from, uint64_t to)
{
    nsl_measured_law law;
    nsl_error err = {0};
    cr_expect(nsl_measured_fit(&law, spectrum, (nsl_ranks){from, to}, &err) ==
                  NSL_EINVAL,
              "%lu:%lu", (unsigned long)from, (unsigned long)to);
    cr_expect_str_eq(err.field, "range");
    cr_expect(isnan(law.alpha) && isnan(law.hill_alpha));
    cr_expect(nsl_measured_fit(&law, spectrum, (nsl_ranks){from, to}, NULL) ==
              NSL_EINVAL);
}

Test(measured, refuses)
{
    nsl_error err = {0};
    nsl_ranks range;
    nsl_dimensions d;
    rows r = power_law(20, 1.0, 1.5, 1.0);
    nsl_spectrum *spectrum = table_of(&r, false);
    expect_refused(spectrum, 10, 5);
    expect_refused(spectrum, 0, 5);
    expect_refused(spectrum, 5, 5);
    expect_refused(spectrum, 5, 21);
    expect_refused(spectrum, 5, 8);
    nsl_spectrum_free(spectrum);
    r.copies[2] = 1000.0; /* 1 to 1002 are three different ones */
    spectrum = table_of(&r, false);
    expect_refused(spectrum, 1, 1002);
    nsl_spectrum_free(spectrum);
    r.count = 4;
    spectrum = table_of(&r, false);
    cr_expect(nsl_measured_straight(&range, spectrum, &err) == NSL_EFILE);
    nsl_spectrum_free(spectrum);
    rows_clear(&r);
    cr_assert(nsl_spectrum_new_powerlaw(&spectrum, 1.0, 1.0, 100, NULL) == NSL_OK);
    cr_expect(nsl_measured_straight(&range, spectrum, &err) == NSL_EINVAL);
    cr_expect(nsl_measured_dimensions(&d, spectrum, &err) == NSL_EINVAL);
    cr_expect(isnan(d.trace));
    nsl_spectrum_free(spectrum);
}
