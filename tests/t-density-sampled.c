/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The density against eigenvalues of sampled Gram matrices. */
#include "gram.h"

#include <criterion/criterion.h>
#include <gsl/gsl_blas.h>
#include <gsl/gsl_eigen.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_sort_vector.h>
#include <math.h>

enum { M = 600, N = 150, P = 300, DRAWS = 12, BINS = 8 };

/* Eigenvalues of Σ φφᵀ, φ = ux, ascending. */
static void draw(gsl_vector *eigenvalue, gsl_rng *rng, double alpha)
{
    gsl_matrix *u = gsl_matrix_alloc(N, M), *x = gsl_matrix_alloc(M, P);
    gsl_matrix *phi = gsl_matrix_alloc(N, P), *gram = gsl_matrix_alloc(N, N);
    for (size_t i = 0; i < M; i++) {
        double scale = pow((double)i + 1.0, -0.5 * (1.0 + alpha));
        for (size_t k = 0; k < N; k++)
            gsl_matrix_set(u, k, i, gsl_ran_gaussian(rng, sqrt(1.0 / M)));
        for (size_t k = 0; k < P; k++)
            gsl_matrix_set(x, i, k, gsl_ran_gaussian(rng, scale));
    }
    gsl_blas_dgemm(CblasNoTrans, CblasNoTrans, 1.0, u, x, 0.0, phi);
    gsl_blas_dgemm(CblasNoTrans, CblasTrans, 1.0, phi, phi, 0.0, gram);
    gsl_eigen_symm_workspace *w = gsl_eigen_symm_alloc(N);
    gsl_eigen_symm(gram, eigenvalue, w);
    gsl_sort_vector(eigenvalue);
    gsl_eigen_symm_free(w);
    gsl_matrix_free(u);
    gsl_matrix_free(x);
    gsl_matrix_free(phi);
    gsl_matrix_free(gram);
}

/* Bins of equal share: the mean number of eigenvalues in each within four standard
 * errors, and half an eigenvalue for what finite sizes shift. */
Test(density_sampled, histogram, .timeout = 120)
{
    const double alpha = 0.5;
    testing_model m = testing_powerlaw(alpha, M, NULL);
    nsl_density *d =
        gram_density(m.model, (nsl_gram){N, P, NSL_SIDE_FEATURES, false}, "sampled");
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 20261129);
    gsl_vector *e = gsl_vector_alloc(N);
    double edge[BINS + 1], sum[BINS] = {0}, squares[BINS] = {0}, log_sum[BINS] = {0};
    for (int k = 0; k <= BINS; k++)
        cr_assert(nsl_density_quantile(&edge[k], d, (double)k / BINS, NULL) == NSL_OK);
    edge[0] = 0.0;
    edge[BINS] = (double)INFINITY;
    for (int i = 0; i < DRAWS; i++) {
        draw(e, rng, alpha);
        for (int k = 0; k < BINS; k++) {
            double count = 0.0;
            for (size_t j = 0; j < N; j++)
                count += gsl_vector_get(e, j) > edge[k] &&
                         gsl_vector_get(e, j) <= edge[k + 1];
            sum[k] += count;
            squares[k] += count * count;
            log_sum[k] += log(gsl_vector_get(e, (size_t)((k + 0.5) * N / BINS)));
        }
    }
    for (int k = 0; k < BINS; k++) {
        double mean = sum[k] / DRAWS, expected = (double)N / BINS;
        double spread = sqrt(fmax(squares[k] / DRAWS - mean * mean, 0.1) / DRAWS);
        cr_expect(fabs(mean - expected) < 0.5 + 4.0 * spread,
                  "bin %d holds %g ± %g eigenvalues, not %g", k, mean, spread,
                  expected);
        /* the middle eigenvalue of the bin against the quantile */
        double x, q = (floor((k + 0.5) * N / BINS) + 0.5) / N;
        cr_assert(nsl_density_quantile(&x, d, q, NULL) == NSL_OK);
        cr_expect(fabs(log_sum[k] / DRAWS - log(x)) < 0.05,
                  "quantile %g is %g, eigenvalues at %g", q, x,
                  exp(log_sum[k] / DRAWS));
    }
    gsl_vector_free(e);
    gsl_rng_free(rng);
    nsl_density_free(d);
    testing_free(&m);
}
