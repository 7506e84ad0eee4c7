/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bend of a finite sample undone: on theoretical eigenvalues exactly, on those of
 * sampled covariances within the interval. */
#include "testing.h"

#include <criterion/criterion.h>
#include <gsl/gsl_blas.h>
#include <gsl/gsl_eigen.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_sf_zeta.h>
#include <math.h>
#include <nslaw/density.h>
#include <stdlib.h>

static const double T95 = 2.262; /* Student's at nine degrees of freedom */

static nsl_spectrum *table_of(const double *lambda, size_t count)
{
    nsl_spectrum *spectrum;
    cr_assert(nsl_spectrum_new_table(&spectrum, count, lambda, NULL, NULL, NULL) ==
              NSL_OK);
    return spectrum;
}

static nsl_population *undo(const nsl_spectrum *spectrum, uint64_t samples,
                            const nsl_ranks *range)
{
    nsl_population *p;
    nsl_error err = {0};
    cr_assert(nsl_population_new(&p, spectrum, samples, range, 0.05, &err) == NSL_OK,
              "%s %s", err.field, err.message);
    return p;
}

/* Eigenvalues expected of P samples, divided by P. */
static void expected_eigenvalues(double *lambda, size_t samples, double alpha,
                                 double lambda_max)
{
    nsl_density *density;
    nsl_error err = {0};
    nsl_spectrum *law;
    cr_assert(nsl_spectrum_new_powerlaw(&law, alpha, lambda_max, NSL_LATENTS_INFINITE,
                                        &err) == NSL_OK);
    testing_model m = testing_on(law, NULL);
    nsl_gram gram = {(double)INFINITY, (double)samples, NSL_SIDE_SAMPLES, true};
    cr_assert(nsl_density_new(&density, m.model, &gram, &err) == NSL_OK, "%s",
              err.message);
    for (size_t j = 0; j < samples; j++) {
        double share = 1.0 - ((double)j + 0.5) / (double)samples;
        cr_assert(nsl_density_quantile(&lambda[j], density, share, &err) == NSL_OK,
                  "%s", err.message);
        lambda[j] /= (double)samples;
    }
    nsl_density_free(density);
    testing_free(&m);
}

Test(population, theory_gives_itself_back, .timeout = 60)
{
    enum { SAMPLES = 80 };
    static const double alphas[] = {0.2, 0.5, 1.0, 2.5};
    for (size_t i = 0; i < sizeof alphas / sizeof *alphas; i++) {
        double lambda[SAMPLES];
        expected_eigenvalues(lambda, SAMPLES, alphas[i], 2.7);
        nsl_spectrum *spectrum = table_of(lambda, SAMPLES);
        nsl_population *p = undo(spectrum, SAMPLES, &(nsl_ranks){1, SAMPLES});
        nsl_population_law law = nsl_population_get(p);
        cr_expect(fabs(law.alpha - alphas[i]) < 1e-8, "alpha %g: %.17g", alphas[i],
                  law.alpha);
        cr_expect(testing_distance(law.lambda_max, 2.7) < 1e-8, "lambda_max %.17g",
                  law.lambda_max);
        cr_expect(law.rms_log < 1e-8);
        for (int j = 0; j < SAMPLES; j++)
            cr_expect(testing_distance(nsl_population_sampled(p, j + 1.0), lambda[j]) <
                          1e-7,
                      "alpha %g, rank %d", alphas[i], j + 1);
        nsl_population_free(p);
        nsl_spectrum_free(spectrum);
    }
}

/* Between the ranks that it is computed at, too. */
Test(population, many_samples, .timeout = 60)
{
    enum { SAMPLES = 1000 };
    static double lambda[SAMPLES];
    expected_eigenvalues(lambda, SAMPLES, 0.7, 1.0);
    nsl_spectrum *spectrum = table_of(lambda, SAMPLES);
    nsl_population *p = undo(spectrum, SAMPLES, NULL);
    nsl_population_law law = nsl_population_get(p);
    cr_expect(fabs(law.alpha - 0.7) < 1e-5, "alpha %.17g", law.alpha);
    for (int j = 0; j < SAMPLES; j++)
        cr_expect(
            testing_distance(nsl_population_sampled(p, j + 1.0), lambda[j]) < 2e-4,
            "rank %d: %g, %g", j + 1, nsl_population_sampled(p, j + 1.0), lambda[j]);
    /* trusted: counted one by one */
    uint64_t trusted = 0;
    while (trusted < SAMPLES &&
           fabs(lambda[trusted] * pow((double)trusted + 1.0, 1.7) - 1.0) <= 0.05)
        trusted++;
    cr_expect(law.trusted == trusted, "%lu, %lu", (unsigned long)law.trusted,
              (unsigned long)trusted);
    cr_expect(trusted > 10 && trusted < SAMPLES / 2);
    nsl_population_free(p);
    nsl_spectrum_free(spectrum);
}

/* Eigenvalues of XΛXᵀ/P, largest first. Directions beyond M add the rest of the trace
 * to each, which they do to order 1/√M of it. */
static void sample_eigenvalues(double *lambda, size_t samples, double alpha,
                               gsl_rng *random)
{
    enum { LATENTS = 2000 };
    gsl_matrix *x = gsl_matrix_alloc(samples, LATENTS);
    gsl_matrix *gram = gsl_matrix_alloc(samples, samples);
    gsl_vector *values = gsl_vector_alloc(samples);
    gsl_eigen_symm_workspace *work = gsl_eigen_symm_alloc(samples);
    double rest = gsl_sf_hzeta(1.0 + alpha, LATENTS + 1.0);
    for (size_t i = 0; i < samples; i++)
        for (size_t k = 0; k < LATENTS; k++)
            gsl_matrix_set(
                x, i, k,
                gsl_ran_gaussian(random, pow((double)k + 1.0, -0.5 * (1.0 + alpha))));
    gsl_blas_dgemm(CblasNoTrans, CblasTrans, 1.0 / (double)samples, x, x, 0.0, gram);
    gsl_eigen_symm(gram, values, work);
    for (size_t i = 0; i < samples; i++)
        lambda[i] = gsl_vector_get(values, i) + rest / (double)samples;
    gsl_eigen_symm_free(work);
    gsl_vector_free(values);
    gsl_matrix_free(gram);
    gsl_matrix_free(x);
}

/* What draws of a sample say of its population. */
typedef struct {
    double mean, error; /* of the estimates, and the standard error of the mean */
    int covered;        /* intervals that hold α */
} verdict;

static verdict judge(const double *estimate, const double *error, int draws,
                     double alpha)
{
    verdict v = {0.0, 0.0, 0};
    for (int i = 0; i < draws; i++) {
        v.mean += estimate[i] / draws;
        v.covered += fabs(estimate[i] - alpha) < T95 * error[i];
    }
    for (int i = 0; i < draws; i++)
        v.error += pow(estimate[i] - v.mean, 2.0);
    v.error = sqrt(v.error / (draws * (draws - 1)));
    return v;
}

/* The population's exponent is in its intervals, and near the mean; a line through all
 * eigenvalues of the samples is off. */
Test(population, sampled_covariances, .timeout = 120)
{
    enum { SAMPLES = 250, DRAWS = 10 };
    static const double alphas[] = {0.5, 1.0};
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
    for (int a = 0; a < 2; a++) {
        double alpha = alphas[a], lambda[SAMPLES];
        double found[DRAWS], error[DRAWS], bent[DRAWS], bent_error[DRAWS];
        double largest[DRAWS];
        for (int i = 0; i < DRAWS; i++) {
            nsl_ranks all = {1, SAMPLES};
            nsl_measured_law line;
            sample_eigenvalues(lambda, SAMPLES, alpha, random);
            nsl_spectrum *spectrum = table_of(lambda, SAMPLES);
            nsl_population *p = undo(spectrum, SAMPLES, &all);
            cr_assert(nsl_measured_fit(&line, spectrum, all, NULL) == NSL_OK);
            found[i] = nsl_population_get(p).alpha;
            error[i] = nsl_population_get(p).alpha_stderr;
            largest[i] = nsl_population_get(p).lambda_max;
            bent[i] = line.alpha;
            bent_error[i] = line.alpha_stderr;
            cr_expect(error[i] < 0.05, "alpha %g: %g +- %g", alpha, found[i], error[i]);
            nsl_population_free(p);
            nsl_spectrum_free(spectrum);
        }
        verdict v = judge(found, error, DRAWS, alpha);
        verdict l = judge(largest, error, DRAWS, 1.0);
        verdict b = judge(bent, bent_error, DRAWS, alpha);
        cr_expect(v.covered >= DRAWS - 1, "alpha %g: %d of %d", alpha, v.covered,
                  DRAWS);
        cr_expect(fabs(v.mean - alpha) < 3.0 * v.error, "alpha %g: %g +- %g", alpha,
                  v.mean, v.error);
        cr_expect(fabs(l.mean - 1.0) < 3.0 * l.error, "lambda_max: %g +- %g", l.mean,
                  l.error);
        if (a == 0) { /* steeper populations bend less */
            cr_expect(b.covered <= DRAWS / 2, "bent: %d of %d", b.covered, DRAWS);
            cr_expect(fabs(b.mean - alpha) > 5.0 * b.error, "bent: %g +- %g", b.mean,
                      b.error);
        }
    }
    gsl_rng_free(random);
}

/* More samples of one population: more of it can be trusted; the unit is the unit of
 * the eigenvalues. */
Test(population, trust_and_unit, .timeout = 60)
{
    enum { FEW = 60, MANY = 240 };
    double few[FEW], many[MANY];
    expected_eigenvalues(few, FEW, 0.6, 1.0);
    expected_eigenvalues(many, MANY, 0.6, 1.0);
    nsl_spectrum *one = table_of(few, FEW), *other = table_of(many, MANY);
    nsl_population *p = undo(one, FEW, NULL), *q = undo(other, MANY, NULL);
    cr_expect(nsl_population_get(p).trusted < nsl_population_get(q).trusted);
    for (size_t i = 0; i < FEW; i++)
        few[i] *= 1e-80;
    nsl_spectrum *small = table_of(few, FEW);
    nsl_population *s = undo(small, FEW, NULL);
    cr_expect(testing_distance(nsl_population_get(s).alpha,
                               nsl_population_get(p).alpha) < 1e-9);
    cr_expect(testing_distance(nsl_population_get(s).lambda_max,
                               1e-80 * nsl_population_get(p).lambda_max) < 1e-9);
    cr_expect(nsl_population_get(s).trusted == nsl_population_get(p).trusted);
    nsl_population_free(p);
    nsl_population_free(q);
    nsl_population_free(s);
    nsl_spectrum_free(one);
    nsl_spectrum_free(other);
    nsl_spectrum_free(small);
}

Test(population, refuses)
{
    double lambda[20];
    nsl_population *p;
    nsl_error err;
    for (int i = 0; i < 20; i++)
        lambda[i] = pow(i + 1.0, -1.5);
    nsl_spectrum *spectrum = table_of(lambda, 20);
    cr_expect(nsl_population_new(&p, spectrum, 19, NULL, 0.05, &err) == NSL_EINVAL);
    cr_expect_str_eq(err.field, "samples");
    cr_expect(p == NULL);
    cr_expect(nsl_population_new(&p, spectrum, 20, NULL, 1.0, &err) == NSL_EINVAL);
    cr_expect_str_eq(err.field, "within");
    cr_expect(nsl_population_new(&p, spectrum, 20, &(nsl_ranks){1, 21}, 0.05, NULL) ==
              NSL_EINVAL);
    nsl_population_free(NULL);
    nsl_spectrum_free(spectrum);
    for (int i = 0; i < 20; i++) /* α = −0.7 */
        lambda[i] = pow(i + 1.0, -0.3);
    spectrum = table_of(lambda, 20);
    cr_expect(nsl_population_new(&p, spectrum, 1000, &(nsl_ranks){1, 20}, 0.05, &err) ==
              NSL_EFAILED);
    cr_expect(p == NULL);
    nsl_spectrum_free(spectrum);
}
