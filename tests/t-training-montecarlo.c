/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Training stopped early against the model itself: random latents, feature maps and
 * noisy labels at finite size, the features' singular values, and on each of them what
 * gradient flow or k steps of descent make of it. Means over the target and the noise
 * are exact, as in t-montecarlo.c. Nothing here knows the theory's equations. */
#include "testing.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <gsl/gsl_blas.h>
#include <gsl/gsl_linalg.h>
#include <gsl/gsl_math.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rstat.h>
#include <math.h>

/* As in t-montecarlo.c: the theory is the limit of large sizes, and its relative error
 * a coefficient over the least of them. */
static const double FINITE_SIZE = 1.5;

/* By chance, one comparison in 16000 is further out than this. */
static const double STANDARD_ERRORS = 4.0;

/* A standard error above this would let wrong predictions pass. */
static const double LARGEST_ERROR = 0.03;

enum { LATENTS = 200, TIMES = 6, MODELS_MAX = 2 };

/* One comparison, without pointers, as Criterion copies it. */
typedef struct {
    char name[40];
    double alpha, source; /* source 0: the target of MRS */
    size_t hidden;        /* 0: one layer */
    size_t features, samples;
    double noise, ridge; /* the ridge in the convention */
    nsl_ridge_convention convention;
    double rate;      /* of descent; 0: flow */
    double at[TIMES]; /* times, or steps */
    int models, draws;
} setting;

/* What a draw is made of; latents in units of their standard deviations. */
typedef struct {
    gsl_matrix *map;      /* N×M: features of the latents */
    gsl_matrix *latents;  /* P×M */
    gsl_matrix *features; /* P×N, over √P; its left singular vectors later */
    gsl_matrix *right;    /* N×N */
    gsl_vector *value, *work;
} draw;

static void fill(gsl_matrix *m, gsl_rng *rng, double deviation)
{
    for (size_t i = 0; i < m->size1; i++)
        for (size_t j = 0; j < m->size2; j++)
            gsl_matrix_set(m, i, j, gsl_ran_gaussian(rng, deviation));
}

static double lambda_of(const setting *s, size_t i)
{
    return pow((double)i + 1.0, -1.0 - s->alpha);
}

/* v_i², of sum 1 */
static double target_of(const setting *s, size_t i)
{
    double exponent = s->source > 0.0 ? s->source : s->alpha, total = 0.0;
    for (size_t k = 0; k < LATENTS; k++)
        total += pow((double)k + 1.0, -1.0 - exponent);
    return pow((double)i + 1.0, -1.0 - exponent) / total;
}

/* Features of unit-variance weights over √width in the kernel's convention, of variance
 * 1/(input width) in the paper's. */
static void draw_map(gsl_matrix *map, const setting *s, gsl_rng *rng)
{
    bool kernel = s->convention == NSL_RIDGE_KERNEL;
    double last =
        kernel ? (double)s->features : (double)(s->hidden ? s->hidden : LATENTS);
    if (s->hidden == 0) {
        fill(map, rng, 1.0 / sqrt(last));
    } else {
        gsl_matrix *first = gsl_matrix_alloc(s->hidden, LATENTS);
        gsl_matrix *second = gsl_matrix_alloc(s->features, s->hidden);
        fill(first, rng, 1.0 / sqrt(kernel ? (double)s->hidden : (double)LATENTS));
        fill(second, rng, 1.0 / sqrt(last));
        gsl_blas_dgemm(CblasNoTrans, CblasNoTrans, 1.0, second, first, 0.0, map);
        gsl_matrix_free(first);
        gsl_matrix_free(second);
    }
    for (size_t i = 0; i < LATENTS; i++) {
        gsl_vector_view column = gsl_matrix_column(map, i);
        gsl_vector_scale(&column.vector, sqrt(lambda_of(s, i)));
    }
}

/* The features of all samples and their singular values; needs N ≤ P, else the samples
 * of all features. */
static void decompose(draw *d, const setting *s)
{
    gsl_blas_dgemm(CblasNoTrans, CblasTrans, 1.0 / sqrt((double)s->samples), d->latents,
                   d->map, 0.0, d->features);
    if (s->features <= s->samples) {
        gsl_linalg_SV_decomp(d->features, d->right, d->value, d->work);
        return;
    }
    gsl_matrix *turned = gsl_matrix_alloc(s->features, s->samples);
    gsl_matrix *left = gsl_matrix_alloc(s->samples, s->samples);
    gsl_matrix_transpose_memcpy(turned, d->features);
    gsl_linalg_SV_decomp(turned, left, d->value, d->work);
    for (size_t k = 0; k < s->samples; k++) {
        for (size_t i = 0; i < s->samples; i++)
            gsl_matrix_set(d->features, i, k, gsl_matrix_get(left, i, k));
        for (size_t i = 0; i < s->features; i++)
            gsl_matrix_set(d->right, i, k, gsl_matrix_get(turned, i, k));
    }
    gsl_matrix_free(turned);
    gsl_matrix_free(left);
}

/* The residual filter at an eigenvalue, both in the loss's own units: the mean over
 * samples in the kernel's convention, their sum in the paper's. */
static double filter(const setting *s, double eigenvalue, double at)
{
    bool kernel = s->convention == NSL_RIDGE_KERNEL;
    double ridge = kernel ? s->ridge / (double)s->samples : s->ridge;
    double whole = eigenvalue + ridge;
    double left = s->rate > 0.0 ? pow(1.0 - s->rate * whole, at) : exp(-whole * at);
    return (ridge + eigenvalue * left) / whole;
}

/* θ·map as P → latents: the predictor of labels, M×P, added to `sum` by a share; and
 * the trace of labels → predictions. */
static double add_predictor(gsl_matrix *sum, const draw *d, const setting *s, double at,
                            double share)
{
    size_t rank = GSL_MIN(s->features, s->samples);
    double P = (double)s->samples, trace = 0.0;
    bool kernel = s->convention == NSL_RIDGE_KERNEL;
    gsl_matrix *outward = gsl_matrix_alloc(LATENTS, rank);
    gsl_matrix_view right = gsl_matrix_submatrix(d->right, 0, 0, s->features, rank);
    gsl_matrix_view left = gsl_matrix_submatrix(d->features, 0, 0, s->samples, rank);
    gsl_blas_dgemm(CblasTrans, CblasNoTrans, 1.0, d->map, &right.matrix, 0.0, outward);
    for (size_t k = 0; k < rank; k++) {
        double value = gsl_vector_get(d->value, k), mean = value * value;
        double f = filter(s, kernel ? mean : mean * P, at);
        gsl_vector_view column = gsl_matrix_column(outward, k);
        gsl_vector_scale(&column.vector, share * (1.0 - f) / (value * sqrt(P)));
        trace += 1.0 - f;
    }
    gsl_blas_dgemm(CblasNoTrans, CblasTrans, 1.0, outward, &left.matrix, 1.0, sum);
    gsl_matrix_free(outward);
    return trace;
}

/* Σ_i v_i² |column i of A − 1|² for the target, columns of the signal map, … */
static double signal_loss(const setting *s, const gsl_matrix *a, bool identity)
{
    double sum = 0.0;
    for (size_t i = 0; i < LATENTS; i++) {
        gsl_vector_const_view column = gsl_matrix_const_column(a, i);
        double norm = gsl_blas_dnrm2(&column.vector), square = norm * norm;
        if (identity)
            square += 1.0 - 2.0 * gsl_matrix_get(a, i, i);
        sum += target_of(s, i) * square;
    }
    return sum;
}

/* … and Σ |entries|² for the noise. */
static double square_norm(const gsl_matrix *a)
{
    double sum = 0.0;
    for (size_t i = 0; i < a->size1; i++)
        for (size_t j = 0; j < a->size2; j++)
            sum += gsl_matrix_get(a, i, j) * gsl_matrix_get(a, i, j);
    return sum;
}

/* Losses of one draw at one time. */
typedef struct {
    double test, train, dof;
} losses;

static losses losses_at(const draw d[], const setting *s, double at)
{
    losses out = {0.0, 0.0, 0.0};
    gsl_matrix *predictor = gsl_matrix_calloc(LATENTS, s->samples);
    gsl_matrix *through = gsl_matrix_alloc(LATENTS, LATENTS);
    gsl_matrix *residual = gsl_matrix_alloc(s->samples, s->samples);
    gsl_matrix *of_target = gsl_matrix_alloc(s->samples, LATENTS);
    for (int k = 0; k < s->models; k++)
        out.dof += add_predictor(predictor, &d[k], s, at, 1.0 / s->models) / s->models;
    gsl_blas_dgemm(CblasNoTrans, CblasNoTrans, 1.0, predictor, d->latents, 0.0,
                   through);
    out.test =
        0.5 * (signal_loss(s, through, true) + s->noise * square_norm(predictor));
    gsl_matrix_set_identity(residual);
    gsl_blas_dgemm(CblasNoTrans, CblasNoTrans, -1.0, d->latents, predictor, 1.0,
                   residual);
    gsl_blas_dgemm(CblasNoTrans, CblasNoTrans, 1.0, residual, d->latents, 0.0,
                   of_target);
    out.train = 0.5 *
                (signal_loss(s, of_target, false) + s->noise * square_norm(residual)) /
                (double)s->samples;
    gsl_matrix_free(predictor);
    gsl_matrix_free(through);
    gsl_matrix_free(residual);
    gsl_matrix_free(of_target);
    return out;
}

/* The theory, its time that of the simulation: t = τ N P/M·… of the paper's units. */
static nsl_prediction predicted(const setting *s, double at)
{
    double hidden = (double)s->hidden;
    nsl_model_options o = nsl_model_defaults();
    o.convention = s->convention;
    o.label_variance = 1.0;
    o.source = s->source > 0.0 ? s->source : (double)NAN;
    o.hidden = &hidden;
    o.hidden_count = s->hidden > 0;
    testing_model m = testing_powerlaw(s->alpha, LATENTS, &o);
    nsl_point point = {(double)s->features, (double)s->samples, s->ridge, s->noise,
                       s->models};
    double unit = 1.0; /* τ·ΠN_k·P/Π(input widths) */
    if (s->convention == NSL_RIDGE_MRS)
        unit = (double)s->features * (double)s->samples / LATENTS;
    point.training.kind = s->rate > 0.0 ? NSL_DESCENT : NSL_FLOW;
    point.training.time = at * unit;
    point.training.steps = at;
    point.training.rate = s->rate * unit;
    nsl_prediction p;
    nsl_error err;
    cr_assert(nsl_predict(&p, m.model, &point, &err) == NSL_OK, "%s: %s", s->name,
              err.message);
    testing_free(&m);
    return p;
}

static void compare(const setting *s, double at, const char *what, double theory,
                    gsl_rstat_workspace *seen)
{
    double mean = gsl_rstat_mean(seen), error = gsl_rstat_sd_mean(seen);
    size_t least = GSL_MIN(s->features, s->samples);
    if (s->hidden > 0)
        least = GSL_MIN(least, s->hidden);
    double allowed =
        STANDARD_ERRORS * error + FINITE_SIZE / (double)least * fabs(theory);
    cr_expect(error <= LARGEST_ERROR * fabs(mean), "%s at %g: %s is %g +- %g", s->name,
              at, what, mean, error);
    cr_expect(fabs(mean - theory) <= allowed, "%s at %g: %s %g, simulated %g +- %g",
              s->name, at, what, theory, mean, error);
}

static draw draw_alloc(const setting *s)
{
    size_t N = s->features, rank = GSL_MIN(N, s->samples);
    return (draw){
        gsl_matrix_alloc(N, LATENTS),    gsl_matrix_alloc(s->samples, LATENTS),
        gsl_matrix_alloc(s->samples, N), gsl_matrix_calloc(N, N),
        gsl_vector_alloc(rank),          gsl_vector_alloc(rank)};
}

static void draw_free(draw *d)
{
    gsl_matrix_free(d->map);
    gsl_matrix_free(d->latents);
    gsl_matrix_free(d->features);
    gsl_matrix_free(d->right);
    gsl_vector_free(d->value);
    gsl_vector_free(d->work);
}

static setting settings[] = {
    {"fewer features than samples",
     0.5,
     0.0,
     0,
     60,
     110,
     0.1,
     0.0,
     NSL_RIDGE_KERNEL,
     0.0,
     {0.3, 3.0, 30.0, 300.0, 3e3, 1e5},
     1,
     60},
    {"as many",
     0.7,
     0.0,
     0,
     80,
     80,
     0.05,
     0.0,
     NSL_RIDGE_KERNEL,
     0.0,
     {0.3, 3.0, 30.0, 300.0, 3e3, 2e4},
     1,
     60},
    {"more features than samples",
     0.5,
     1.4,
     0,
     120,
     70,
     0.1,
     0.0,
     NSL_RIDGE_KERNEL,
     0.0,
     {0.3, 3.0, 30.0, 300.0, 1e3, 2e3},
     1,
     60},
    {"weight decay",
     0.5,
     0.0,
     0,
     70,
     110,
     0.1,
     0.8,
     NSL_RIDGE_KERNEL,
     0.0,
     {0.3, 3.0, 30.0, 100.0, 300.0, 1e4},
     1,
     60},
    {"two layers",
     0.5,
     0.0,
     90,
     70,
     110,
     0.1,
     0.3,
     NSL_RIDGE_KERNEL,
     0.0,
     {0.3, 3.0, 30.0, 300.0, 3e3, 1e5},
     1,
     60},
    {"two models",
     0.5,
     0.0,
     0,
     60,
     100,
     0.1,
     0.0,
     NSL_RIDGE_KERNEL,
     0.0,
     {0.3, 3.0, 30.0, 300.0, 3e3, 1e5},
     2,
     40},
    {"the paper's units",
     0.5,
     0.0,
     0,
     60,
     110,
     0.1,
     2e-2,
     NSL_RIDGE_MRS,
     0.0,
     {0.01, 0.1, 1.0, 10.0, 100.0, 1e4},
     1,
     60},
    {"descent",
     0.5,
     0.0,
     0,
     60,
     110,
     0.1,
     0.0,
     NSL_RIDGE_KERNEL,
     0.4,
     {1.0, 3.0, 10.0, 100.0, 1e3, 1e5},
     1,
     60},
    {"descent that overshoots",
     0.5,
     0.0,
     0,
     90,
     110,
     0.1,
     0.5,
     NSL_RIDGE_KERNEL,
     0.85,
     {1.0, 2.0, 3.0, 10.0, 300.0, 1e4},
     1,
     60},
};

ParameterizedTestParameters(slow, training_against_simulation)
{
    return cr_make_param_array(setting, settings, sizeof settings / sizeof *settings);
}

ParameterizedTest(setting *s, slow, training_against_simulation, .timeout = 600)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rstat_workspace *seen[TIMES][3];
    draw d[MODELS_MAX];
    gsl_rng_set(rng, 2026);
    for (int i = 0; i < TIMES; i++)
        for (int k = 0; k < 3; k++)
            seen[i][k] = gsl_rstat_alloc();
    for (int k = 0; k < s->models; k++)
        d[k] = draw_alloc(s);
    for (int run = 0; run < s->draws; run++) {
        for (int k = 0; k < s->models; k++) {
            draw_map(d[k].map, s, rng);
            if (k == 0)
                fill(d[k].latents, rng, 1.0);
            else
                gsl_matrix_memcpy(d[k].latents, d->latents);
            decompose(&d[k], s);
        }
        for (int i = 0; i < TIMES; i++) {
            losses l = losses_at(d, s, s->at[i]);
            gsl_rstat_add(l.test, seen[i][0]);
            gsl_rstat_add(l.train, seen[i][1]);
            gsl_rstat_add(l.dof, seen[i][2]);
        }
    }
    for (int i = 0; i < TIMES; i++) {
        nsl_prediction p = predicted(s, s->at[i]);
        compare(s, s->at[i], "test loss", p.test_loss, seen[i][0]);
        compare(s, s->at[i], "training loss", p.train_loss, seen[i][1]);
        compare(s, s->at[i], "effective dimension", p.dof, seen[i][2]);
        for (int k = 0; k < 3; k++)
            gsl_rstat_free(seen[i][k]);
    }
    for (int k = 0; k < s->models; k++)
        draw_free(&d[k]);
    gsl_rng_free(rng);
}
