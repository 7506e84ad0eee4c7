/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compares nsl_predict with the model itself: random latents, random feature maps and
 * noisy labels are drawn at finite size, the ridge regression is solved, and its losses
 * are averaged over draws. Nothing here knows the theory's equations, so that an error
 * in them, or in a convention (factors M, σ_u², C, ½), shows.
 *
 * Latents are in units of their standard deviations, x_I = √λ_I s_I with s ~ N(0, 1).
 * The test loss of a trained predictor is then exactly half the squared Frobenius norm
 * of θ·map − w, and no test samples are drawn. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <gsl/gsl_blas.h>
#include <gsl/gsl_linalg.h>
#include <gsl/gsl_math.h>
#include <gsl/gsl_matrix.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_rstat.h>
#include <gsl/gsl_vector.h>
#include <math.h>
#include <nslaw/nslaw.h>
#include <stdbool.h>
#include <stddef.h>

/** The theory is the limit of large sizes; its relative error is a coefficient over
 *  min(P, widths). Long runs of the settings below (600 draws and more) measured
 *  coefficients up to 1.4, the largest for training losses near interpolation, and
 *  always a theory below the simulation. */
static const double FINITE_SIZE = 1.5;

/** By chance, one comparison in 16000 is further out than this. */
static const double STANDARD_ERRORS = 4.0;

/** A standard error above this would let wrong predictions pass. */
static const double LARGEST_ERROR = 0.01;

enum { MAX_LAYERS = 2 };

/** How the target w and the noise enter a draw. */
typedef enum {
    /** Exact mean over both. The losses are quadratic in (w, ε), so their mean is the
     *  sum over one "output" per latent direction and one per label, each carrying
     *  that direction's standard deviation. */
    TARGET_AVERAGED,
    TARGET_SAMPLED /**< C outputs drawn at random */
} target_kind;

/** One comparison. Plain data without pointers, as Criterion copies it to a child
 *  process. Zero means "not given" in `source`, `variance` and `sigma_w2`. */
typedef struct {
    char name[40];
    bool table;     /**< the table below instead of a power law */
    double alpha;   /**< power law's exponent */
    double lambda;  /**< power law's largest eigenvalue */
    size_t latents; /**< power law's M */
    double source;
    double variance;
    double sigma_w2;
    double sigma_u2;
    nsl_ridge_convention convention;
    size_t layers;
    double width[MAX_LAYERS]; /**< the last is N; GSL_POSINF is allowed */
    double samples;           /**< GSL_POSINF is allowed */
    double ridge;
    double noise;
    size_t outputs;
    target_kind target;
    int models; /**< K, averaged; zero for one */
    int draws;
} setting;

/** A degenerate spectrum with targets that do not follow its eigenvalues; the last row
 *  cannot be learned and acts as noise. */
enum { TABLE_ROWS = 7 };
static const double TABLE_EIGENVALUE[TABLE_ROWS] = {3.0,  1.0,  0.4, 0.1,
                                                    0.03, 0.01, 0.0};
static const double TABLE_TARGET[TABLE_ROWS] = {0.1,   0.2,   0.01, 0.02,
                                                0.001, 0.003, 0.002};
static const double TABLE_MULTIPLICITY[TABLE_ROWS] = {1, 2, 7, 20, 60, 100, 30};

/** Standard deviations along each latent direction. */
typedef struct {
    gsl_vector *latent; /**< √λ_I */
    gsl_vector *target; /**< √(v_I²), per output */
} deviations;

/** Labels y = w s + ε of every output: one row each. */
typedef struct {
    gsl_matrix *weights; /**< w, outputs × latents */
    gsl_matrix *noise;   /**< ε, outputs × samples */
} teacher;

typedef struct {
    double test, train;
} losses;

/* ---- matrices ---- */

static gsl_matrix *product(const gsl_matrix *a, const gsl_matrix *b)
{
    gsl_matrix *c = gsl_matrix_alloc(a->size1, b->size2);
    gsl_blas_dgemm(CblasNoTrans, CblasNoTrans, 1.0, a, b, 0.0, c);
    return c;
}

static gsl_matrix *transposed(const gsl_matrix *a)
{
    gsl_matrix *t = gsl_matrix_alloc(a->size2, a->size1);
    gsl_matrix_transpose_memcpy(t, a);
    return t;
}

static gsl_matrix *identity(size_t size)
{
    gsl_matrix *one = gsl_matrix_alloc(size, size);
    gsl_matrix_set_identity(one);
    return one;
}

static gsl_matrix *gaussian(gsl_rng *rng, size_t rows, size_t columns, double deviation)
{
    gsl_matrix *a = gsl_matrix_alloc(rows, columns);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++)
            gsl_matrix_set(a, i, j, gsl_ran_gaussian_ziggurat(rng, deviation));
    return a;
}

static double sum_of_squares(const gsl_matrix *a)
{
    double sum = 0.0;
    for (size_t i = 0; i < a->size1; i++)
        for (size_t j = 0; j < a->size2; j++)
            sum += gsl_pow_2(gsl_matrix_get(a, i, j));
    return sum;
}

/* ---- the setting's spectrum and target ---- */

static size_t table_latents(void)
{
    double latents = 0.0;
    for (size_t i = 0; i < TABLE_ROWS; i++)
        latents += TABLE_MULTIPLICITY[i];
    return (size_t)latents;
}

static size_t latents_of(const setting *s)
{
    return s->table ? table_latents() : s->latents;
}

static void fill_from_table(deviations *d)
{
    size_t next = 0;
    for (size_t row = 0; row < TABLE_ROWS; row++)
        for (size_t copy = 0; copy < (size_t)TABLE_MULTIPLICITY[row]; copy++, next++) {
            gsl_vector_set(d->latent, next, sqrt(TABLE_EIGENVALUE[row]));
            gsl_vector_set(d->target, next, sqrt(TABLE_TARGET[row]));
        }
}

/** v_I² ∝ I^−(1+β) */
static void fill_source_target(gsl_vector *target, double source)
{
    for (size_t i = 0; i < target->size; i++)
        gsl_vector_set(target, i, pow((double)i + 1.0, -0.5 * (1.0 + source)));
}

/** Each w_I has variance σ_w²/M, so that v_I² = (σ_w²/M) λ_I. */
static void fill_prior_target(deviations *d, double sigma_w2)
{
    gsl_vector_memcpy(d->target, d->latent);
    gsl_vector_scale(d->target, sqrt(sigma_w2 / (double)d->latent->size));
}

/** Scales the target to a label variance Σ v_I². */
static void normalise(gsl_vector *target, double variance)
{
    gsl_vector_scale(target, sqrt(variance) / gsl_blas_dnrm2(target));
}

static void fill_from_powerlaw(deviations *d, const setting *s)
{
    for (size_t i = 0; i < s->latents; i++)
        gsl_vector_set(d->latent, i,
                       sqrt(s->lambda * pow((double)i + 1.0, -(1.0 + s->alpha))));
    if (s->source > 0.0)
        fill_source_target(d->target, s->source);
    else
        fill_prior_target(d, s->sigma_w2 > 0.0 ? s->sigma_w2 : 1.0);
    if (s->variance > 0.0)
        normalise(d->target, s->variance);
}

static deviations deviations_of(const setting *s)
{
    const size_t latents = latents_of(s);
    deviations d = {gsl_vector_alloc(latents), gsl_vector_alloc(latents)};
    if (s->table)
        fill_from_table(&d);
    else
        fill_from_powerlaw(&d, s);
    return d;
}

static void free_deviations(deviations *d)
{
    gsl_vector_free(d->latent);
    gsl_vector_free(d->target);
}

/* ---- one draw ---- */

/** Latents of the training samples, one column each. Infinitely many samples have the
 *  latents' covariance exactly, and so have the columns of the unit matrix. */
static gsl_matrix *draw_latents(const setting *s, gsl_rng *rng)
{
    const size_t latents = latents_of(s);
    if (isinf(s->samples))
        return identity(latents);
    return gaussian(rng, latents, (size_t)s->samples, 1.0);
}

/** MRS scale a layer by its input width, the kernel convention by its own. */
static double layer_deviation(const setting *s, double inputs, double width)
{
    return s->convention == NSL_RIDGE_KERNEL ? 1.0 / sqrt(width)
                                             : sqrt(s->sigma_u2 / inputs);
}

/** The whole feature map u_ℓ … u_1 √λ. A layer of infinite width has uᵀu = 1 in the
 *  kernel convention: ridge regression cannot tell it from no layer. */
static gsl_matrix *draw_map(const setting *s, const gsl_vector *latent, gsl_rng *rng)
{
    gsl_matrix *map = identity(latent->size);
    for (size_t k = 0; k < s->layers; k++) {
        if (isinf(s->width[k]))
            continue;
        const double deviation = layer_deviation(s, (double)map->size1, s->width[k]);
        gsl_matrix *layer = gaussian(rng, (size_t)s->width[k], map->size1, deviation);
        gsl_matrix *deeper = product(layer, map);
        gsl_matrix_free(layer);
        gsl_matrix_free(map);
        map = deeper;
    }
    gsl_matrix_scale_columns(map, latent);
    return map;
}

static teacher averaged_teacher(const gsl_vector *target, size_t samples, double noise)
{
    const size_t latents = target->size;
    const size_t noisy = noise > 0.0 ? samples : 0;
    teacher t = {gsl_matrix_calloc(latents + noisy, latents),
                 gsl_matrix_calloc(latents + noisy, samples)};
    for (size_t i = 0; i < latents; i++)
        gsl_matrix_set(t.weights, i, i, gsl_vector_get(target, i));
    for (size_t i = 0; i < noisy; i++)
        gsl_matrix_set(t.noise, latents + i, i, sqrt(noise));
    return t;
}

static teacher sampled_teacher(const gsl_vector *target, size_t samples, double noise,
                               size_t outputs, gsl_rng *rng)
{
    teacher t = {.weights = gaussian(rng, outputs, target->size, 1.0)};
    t.noise = gaussian(rng, outputs, samples, sqrt(noise));
    gsl_matrix_scale_columns(t.weights, target);
    return t;
}

static teacher draw_teacher(const setting *s, const gsl_vector *target, size_t samples,
                            gsl_rng *rng)
{
    /* Infinitely many samples average their noise away. */
    const double noise = isinf(s->samples) ? 0.0 : s->noise;
    if (s->target == TARGET_SAMPLED)
        return sampled_teacher(target, samples, noise, s->outputs, rng);
    return averaged_teacher(target, samples, noise);
}

static void free_teacher(teacher *t)
{
    gsl_matrix_free(t->weights);
    gsl_matrix_free(t->noise);
}

static gsl_matrix *labels_of(const teacher *t, const gsl_matrix *latents)
{
    gsl_matrix *labels = product(t->weights, latents);
    gsl_matrix_add(labels, t->noise);
    return labels;
}

/** (F Fᵀ + γ)⁻¹ F */
static gsl_matrix *regularised_solve(const gsl_matrix *f, double ridge)
{
    gsl_matrix *gram = gsl_matrix_calloc(f->size1, f->size1);
    gsl_blas_dsyrk(CblasLower, CblasNoTrans, 1.0, f, 0.0, gram);
    gsl_vector_view diagonal = gsl_matrix_diagonal(gram);
    gsl_vector_add_constant(&diagonal.vector, ridge);
    gsl_linalg_cholesky_decomp1(gram);
    gsl_matrix *solution = gsl_matrix_alloc(f->size1, f->size2);
    gsl_matrix_memcpy(solution, f);
    gsl_blas_dtrsm(CblasLeft, CblasLower, CblasNoTrans, CblasNonUnit, 1.0, gram,
                   solution);
    gsl_blas_dtrsm(CblasLeft, CblasLower, CblasTrans, CblasNonUnit, 1.0, gram,
                   solution);
    gsl_matrix_free(gram);
    return solution;
}

/** The matrix that takes labels to trained parameters, Φᵀ(ΦΦᵀ + γ)⁻¹, through the
 *  smaller of the two Gram matrices: the other may be singular without a ridge. */
static gsl_matrix *training_matrix(const gsl_matrix *features, double ridge)
{
    const bool more_samples = features->size1 <= features->size2;
    gsl_matrix *flipped = transposed(features);
    gsl_matrix *solution = regularised_solve(more_samples ? features : flipped, ridge);
    gsl_matrix *result = more_samples ? transposed(solution) : solution;
    if (more_samples)
        gsl_matrix_free(solution);
    gsl_matrix_free(flipped);
    return result;
}

static gsl_matrix *train(const gsl_matrix *labels, const gsl_matrix *features,
                         double ridge)
{
    gsl_matrix *matrix = training_matrix(features, ridge);
    gsl_matrix *parameters = product(labels, matrix);
    gsl_matrix_free(matrix);
    return parameters;
}

/** Adds the share of one trained model to `predictor`, θ·map: what is applied to x. */
static void add_model(gsl_matrix *predictor, const setting *s, const gsl_matrix *map,
                      const gsl_matrix *latents, const gsl_matrix *labels, double share)
{
    gsl_matrix *features = product(map, latents);
    gsl_matrix *parameters = train(labels, features, s->ridge);
    gsl_matrix *whole = product(parameters, map);
    gsl_matrix_scale(whole, share);
    gsl_matrix_add(predictor, whole);
    gsl_matrix_free(features);
    gsl_matrix_free(parameters);
    gsl_matrix_free(whole);
}

static double squared_distance(const gsl_matrix *a, const gsl_matrix *b)
{
    gsl_matrix *residual = gsl_matrix_alloc(a->size1, a->size2);
    gsl_matrix_memcpy(residual, a);
    gsl_matrix_sub(residual, b);
    const double sum = sum_of_squares(residual);
    gsl_matrix_free(residual);
    return sum;
}

/** Both losses of the average of the models, each with a map of its own; ½ and summed
 *  over the rows of the teacher. */
static losses losses_of(const setting *s, const teacher *t, const deviations *d,
                        const gsl_matrix *latents, gsl_rng *rng)
{
    const int models = s->models > 1 ? s->models : 1;
    gsl_matrix *labels = labels_of(t, latents);
    gsl_matrix *predictor = gsl_matrix_calloc(t->weights->size1, t->weights->size2);
    for (int k = 0; k < models; k++) {
        gsl_matrix *map = draw_map(s, d->latent, rng);
        add_model(predictor, s, map, latents, labels, 1.0 / models);
        gsl_matrix_free(map);
    }
    gsl_matrix *predicted = product(predictor, latents);
    losses l = {.test = 0.5 * squared_distance(predictor, t->weights)};
    l.train = 0.5 * squared_distance(predicted, labels) / s->samples;
    gsl_matrix_free(labels);
    gsl_matrix_free(predictor);
    gsl_matrix_free(predicted);
    return l;
}

/** On infinitely many samples the training loss is the test loss on noisy labels. */
static void finish_losses(losses *l, const setting *s)
{
    const double outputs = (double)s->outputs;
    if (s->target == TARGET_AVERAGED) {
        l->test *= outputs;
        l->train *= outputs;
    }
    if (isinf(s->samples))
        l->train = l->test + 0.5 * outputs * s->noise;
}

static losses draw_losses(const setting *s, const deviations *d, gsl_rng *rng)
{
    gsl_matrix *latents = draw_latents(s, rng);
    teacher t = draw_teacher(s, d->target, latents->size2, rng);
    losses l = losses_of(s, &t, d, latents, rng);
    finish_losses(&l, s);
    free_teacher(&t);
    gsl_matrix_free(latents);
    return l;
}

/* ---- many draws ---- */

static void simulate(const setting *s, gsl_rstat_workspace *test,
                     gsl_rstat_workspace *train)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 20221016UL);
    deviations d = deviations_of(s);
    for (int i = 0; i < s->draws; i++) {
        const losses l = draw_losses(s, &d, rng);
        gsl_rstat_add(l.test, test);
        gsl_rstat_add(l.train, train);
    }
    free_deviations(&d);
    gsl_rng_free(rng);
}

/* ---- the library's side ---- */

static nsl_spectrum *spectrum_of(const setting *s)
{
    nsl_spectrum *spectrum = NULL;
    nsl_error err = {.status = NSL_OK};
    if (s->table)
        nsl_spectrum_new_table(&spectrum, TABLE_ROWS, TABLE_EIGENVALUE, TABLE_TARGET,
                               TABLE_MULTIPLICITY, &err);
    else
        nsl_spectrum_new_powerlaw(&spectrum, s->alpha, s->lambda, s->latents, &err);
    cr_assert_not_null(spectrum, "%s: no spectrum: %s", s->name, err.message);
    return spectrum;
}

static nsl_model_options options_of(const setting *s)
{
    nsl_model_options options = nsl_model_defaults();
    if (s->source > 0.0)
        options.source = s->source;
    if (s->variance > 0.0)
        options.label_variance = s->variance;
    if (s->sigma_w2 > 0.0)
        options.sigma_w2 = s->sigma_w2;
    options.sigma_u2 = s->sigma_u2;
    options.outputs = (double)s->outputs;
    options.hidden = s->width;
    options.hidden_count = s->layers - 1;
    options.convention = s->convention;
    return options;
}

static nsl_prediction prediction_of(const setting *s)
{
    nsl_error err = {.status = NSL_OK};
    nsl_spectrum *spectrum = spectrum_of(s);
    nsl_model *model = NULL;
    const nsl_model_options options = options_of(s);
    nsl_model_new(&model, spectrum, &options, &err);
    cr_assert_not_null(model, "%s: no model: %s", s->name, err.message);
    const nsl_point point = {.features = s->width[s->layers - 1],
                             .samples = s->samples,
                             .ridge = s->ridge,
                             .noise = s->noise,
                             .ensemble = s->models};
    nsl_prediction prediction;
    const nsl_status status = nsl_predict(&prediction, model, &point, &err);
    cr_assert_eq(status, NSL_OK, "%s: no prediction: %s", s->name, err.message);
    nsl_model_free(model);
    nsl_spectrum_free(spectrum);
    return prediction;
}

/* ---- comparison ---- */

static void print_setting(const setting *s)
{
    cr_log_error("%s: table=%d alpha=%g lambda=%g M=%zu beta=%g V=%g sigma_w2=%g "
                 "sigma_u2=%g convention=%d layers=%zu widths=%g,%g P=%g ridge=%g "
                 "noise=%g C=%zu sampled=%d draws=%d",
                 s->name, s->table, s->alpha, s->lambda, latents_of(s), s->source,
                 s->variance, s->sigma_w2, s->sigma_u2, (int)s->convention, s->layers,
                 s->width[0], s->width[1], s->samples, s->ridge, s->noise, s->outputs,
                 (int)s->target, s->draws);
}

/** The relative error that the theory is allowed for the sizes being finite. */
static double allowance_of(const setting *s)
{
    double smallest = s->samples;
    for (size_t k = 0; k < s->layers; k++)
        smallest = fmin(smallest, s->width[k]);
    return FINITE_SIZE / smallest;
}

static void compare(const setting *s, const char *loss, gsl_rstat_workspace *seen,
                    double theory)
{
    const double mean = gsl_rstat_mean(seen);
    const double error = gsl_rstat_sd_mean(seen);
    const double allowed = STANDARD_ERRORS * error + allowance_of(s) * mean;
    const bool sharp = error <= LARGEST_ERROR * mean;
    const bool agrees = fabs(theory - mean) <= allowed;
    if (!sharp || !agrees)
        print_setting(s);
    cr_expect(sharp, "%s: %s loss %.6g has too large a standard error, %.2g", s->name,
              loss, mean, error);
    cr_expect(agrees, "%s: %s loss is %.6g by theory, %.6g +- %.2g by simulation",
              s->name, loss, theory, mean, error);
}

static setting settings[] = {
    {.name = "fewer features than samples",
     .alpha = 0.5,
     .lambda = 1.0,
     .latents = 300,
     .sigma_w2 = 1.0,
     .sigma_u2 = 1.0,
     .layers = 1,
     .width = {80},
     .samples = 160,
     .ridge = 0.1,
     .outputs = 1,
     .draws = 30},
    {.name = "more features than samples",
     .alpha = 1.0,
     .lambda = 2.0,
     .latents = 300,
     .sigma_w2 = 3.0,
     .sigma_u2 = 0.5,
     .layers = 1,
     .width = {160},
     .samples = 80,
     .ridge = 0.02,
     .outputs = 1,
     .draws = 30},
    {.name = "interpolation point with noise",
     .alpha = 0.5,
     .lambda = 1.0,
     .latents = 300,
     .sigma_w2 = 1.0,
     .sigma_u2 = 2.0,
     .layers = 1,
     .width = {100},
     .samples = 100,
     .ridge = 0.1,
     .noise = 0.001,
     .outputs = 1,
     .draws = 30},
    {.name = "ridgeless with noise",
     .alpha = 0.7,
     .lambda = 1.0,
     .latents = 300,
     .sigma_w2 = 1.0,
     .sigma_u2 = 1.0,
     .layers = 1,
     .width = {70},
     .samples = 170,
     .ridge = 0.0,
     .noise = 0.002,
     .outputs = 1,
     .draws = 30},
    {.name = "tiny ridge, interpolating",
     .alpha = 0.2,
     .lambda = 1.0,
     .latents = 300,
     .sigma_w2 = 1.0,
     .sigma_u2 = 1.0,
     .layers = 1,
     .width = {300},
     .samples = 60,
     .ridge = 1e-5,
     .noise = 0.001,
     .outputs = 1,
     .draws = 30},
    {.name = "every latent direction resolved",
     .alpha = 0.5,
     .lambda = 1.0,
     .latents = 90,
     .sigma_w2 = 1.0,
     .sigma_u2 = 1.0,
     .layers = 1,
     .width = {150},
     .samples = 260,
     .ridge = 1e-6,
     .noise = 0.5,
     .outputs = 1,
     .draws = 30},
    {.name = "two layers, narrowing",
     .alpha = 0.5,
     .lambda = 1.0,
     .latents = 300,
     .sigma_w2 = 1.0,
     .sigma_u2 = 1.5,
     .layers = 2,
     .width = {300, 120},
     .samples = 100,
     .ridge = 0.02,
     .noise = 0.0005,
     .outputs = 1,
     .draws = 30},
    {.name = "two layers, both narrow",
     .alpha = 0.8,
     .lambda = 1.0,
     .latents = 250,
     .sigma_w2 = 1.0,
     .sigma_u2 = 0.7,
     .layers = 2,
     .width = {120, 90},
     .samples = 180,
     .ridge = 0.03,
     .outputs = 1,
     .draws = 30},
    {.name = "two layers, widening, kernel ridge",
     .alpha = 0.5,
     .lambda = 1.0,
     .latents = 250,
     .sigma_w2 = 1.0,
     .sigma_u2 = 3.0,
     .convention = NSL_RIDGE_KERNEL,
     .layers = 2,
     .width = {90, 200},
     .samples = 130,
     .ridge = 0.2,
     .noise = 0.001,
     .outputs = 1,
     .draws = 30},
    {.name = "steep source exponent",
     .alpha = 0.5,
     .lambda = 1.0,
     .latents = 300,
     .source = 2.0,
     .variance = 1.7,
     .sigma_u2 = 1.0,
     .layers = 1,
     .width = {100},
     .samples = 140,
     .ridge = 0.05,
     .noise = 0.01,
     .outputs = 1,
     .draws = 100},
    {.name = "shallow source exponent",
     .alpha = 1.0,
     .lambda = 5.0,
     .latents = 300,
     .source = 0.3,
     .variance = 0.4,
     .sigma_u2 = 1.0,
     .layers = 1,
     .width = {140},
     .samples = 90,
     .ridge = 0.01,
     .outputs = 1,
     .draws = 30},
    {.name = "table with its own target",
     .table = true,
     .sigma_u2 = 2.0,
     .layers = 1,
     .width = {80},
     .samples = 130,
     .ridge = 0.3,
     .noise = 0.02,
     .outputs = 1,
     .draws = 30},
    {.name = "several outputs, averaged",
     .alpha = 0.5,
     .lambda = 1.0,
     .latents = 250,
     .sigma_w2 = 1.0,
     .sigma_u2 = 1.0,
     .layers = 1,
     .width = {70},
     .samples = 110,
     .ridge = 0.03,
     .noise = 0.001,
     .outputs = 3,
     .draws = 30},
    {.name = "several outputs, sampled",
     .alpha = 0.5,
     .lambda = 1.0,
     .latents = 200,
     .sigma_w2 = 1.0,
     .sigma_u2 = 1.0,
     .layers = 1,
     .width = {60},
     .samples = 100,
     .ridge = 0.1,
     .noise = 0.001,
     .outputs = 3,
     .target = TARGET_SAMPLED,
     .draws = 300},
    {.name = "three models averaged",
     .alpha = 0.5,
     .lambda = 1.0,
     .latents = 250,
     .sigma_w2 = 1.0,
     .sigma_u2 = 1.0,
     .layers = 1,
     .width = {80},
     .samples = 110,
     .ridge = 0.03,
     .noise = 0.002,
     .outputs = 1,
     .models = 3,
     .draws = 30},
    {.name = "models averaged at the peak",
     .alpha = 0.6,
     .lambda = 1.0,
     .latents = 200,
     .source = 1.1,
     .variance = 1.0,
     .sigma_u2 = 1.0,
     .layers = 2,
     .width = {120, 80},
     .samples = 80,
     .ridge = 0.003,
     .noise = 0.05,
     .outputs = 1,
     .models = 8,
     .draws = 30},
    {.name = "infinitely many features",
     .alpha = 0.6,
     .lambda = 2.0,
     .latents = 300,
     .sigma_w2 = 1.0,
     .sigma_u2 = 1.0,
     .convention = NSL_RIDGE_KERNEL,
     .layers = 1,
     .width = {GSL_POSINF},
     .samples = 110,
     .ridge = 0.3,
     .noise = 0.002,
     .outputs = 1,
     .draws = 30},
    {.name = "infinite hidden layer",
     .alpha = 0.6,
     .lambda = 1.0,
     .latents = 250,
     .variance = 0.8,
     .sigma_u2 = 1.0,
     .convention = NSL_RIDGE_KERNEL,
     .layers = 2,
     .width = {GSL_POSINF, 90},
     .samples = 140,
     .ridge = 0.4,
     .outputs = 1,
     .draws = 30},
    {.name = "infinitely many samples",
     .alpha = 0.5,
     .lambda = 1.0,
     .latents = 300,
     .sigma_w2 = 1.0,
     .sigma_u2 = 1.0,
     .layers = 1,
     .width = {100},
     .samples = GSL_POSINF,
     .ridge = 0.0,
     .noise = 0.001,
     .outputs = 2,
     .draws = 30},
};

ParameterizedTestParameters(slow, montecarlo)
{
    return cr_make_param_array(setting, settings, sizeof settings / sizeof settings[0]);
}

ParameterizedTest(const setting *s, slow, montecarlo)
{
    gsl_rstat_workspace *test = gsl_rstat_alloc();
    gsl_rstat_workspace *train = gsl_rstat_alloc();
    simulate(s, test, train);
    const nsl_prediction theory = prediction_of(s);
    compare(s, "test", test, theory.test_loss);
    compare(s, "training", train, theory.train_loss);
    gsl_rstat_free(test);
    gsl_rstat_free(train);
}
