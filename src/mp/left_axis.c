/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp/left_axis.h"
#include "mp/root_mp.h"

#include <math.h>

/* [E1] at ζ: g over the infinite widths is |ζ|/c times the finite widths and P. */
static void set_problem(nsl_problem_mp *problem, const nsl_gram_question *q,
                        const nsl_gram_mp *g, const mpfr_t size)
{
    nsl_point point = {q->gram.features, q->gram.samples, 1.0, 0.0, 1.0};
    nsl_point_decimals decimals = {q->decimals.features, q->decimals.samples, NULL,
                                   NULL};
    nsl_problem_mp_init(problem, q->model, &point, &decimals, g->bits);
    problem->ridgeless = mpfr_zero_p(size);
    mpfr_div(problem->g, size, g->scale, MPFR_RNDN);
    for (size_t j = 0; j < g->count; j++)
        mpfr_mul(problem->g, problem->g, g->width[j], MPFR_RNDN);
}

/* Some Δ where z is about half of n or of the rank. */
static void set_start(mpfr_t start, const nsl_level *level, const nsl_gram_mp *g)
{
    const nsl_spectrum *spectrum = level->model->model->spectrum;
    double rank = spectrum->rank == NSL_LATENTS_INFINITE ? (double)INFINITY
                                                         : (double)spectrum->rank;
    double half = 0.5 * fmin(mpfr_get_d(g->width[0], MPFR_RNDN), rank);
    if (level->rows > 0) {
        mpfr_set_d(start, spectrum->ops->guess(spectrum, half), MPFR_RNDN);
        return;
    }
    mpfr_set_d(start, half, MPFR_RNDN);
    mpfr_pow(start, start, level->tables.p, MPFR_RNDN);
    mpfr_div(start, level->lambda_max, start, MPFR_RNDN);
}

/* Π (W_j − z)/W_j but for j = own, from the gaps of the root. */
static void set_product(mpfr_t product, const nsl_root_mp *root,
                        const nsl_problem_mp *problem, const nsl_gram_question *q)
{
    size_t last = problem->layers - 1;
    bool features = q->gram.side == NSL_SIDE_FEATURES;
    mpfr_set_ui(product, 1, MPFR_RNDN);
    for (size_t j = 0; j <= problem->layers; j++) {
        bool samples = j == problem->layers;
        mpfr_srcptr width = samples ? problem->samples : problem->width[j];
        if (mpfr_inf_p(width) || (features ? j == last : samples))
            continue;
        mpfr_mul(product, product, samples ? root->gap_samples : root->gap[j],
                 MPFR_RNDN);
        mpfr_div(product, product, width, MPFR_RNDN);
    }
}

nsl_status nsl_left_axis(mpfr_t s, mpfr_t product, nsl_level *level,
                         const nsl_gram_question *q, const mpfr_t size, nsl_error *err)
{
    nsl_gram_mp g;
    nsl_problem_mp problem;
    nsl_root_mp root;
    mpfr_t start;
    mpfr_prec_t bits = mpfr_get_prec(s);
    nsl_gram_mp_init(&g, q, bits);
    set_problem(&problem, q, &g, size);
    nsl_root_mp_init(&root, problem.layers, bits);
    mpfr_init2(start, 64);
    set_start(start, level, &g);
    nsl_status status = nsl_root_mp_solve(&root, level, &problem, start, 0, err);
    mpfr_neg(s, root.delta, MPFR_RNDN);
    if (!problem.ridgeless)
        set_product(product, &root, &problem, q);
    mpfr_clear(start);
    nsl_root_mp_clear(&root, problem.layers);
    nsl_problem_mp_clear(&problem);
    nsl_gram_mp_clear(&g);
    return status;
}
