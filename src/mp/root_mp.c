/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp/root_mp.h"
#include "core/error.h"

#include <math.h>

/* The first level's precision, and bits that a doubling does not gain. */
enum { FIRST_BITS = 128, LOST_BITS = 24 };

/* Steps at one precision: from the double root one to three, from a poor start more. */
enum { STEPS_MAX = 500 };

/* Longest step in lnΔ. */
static const double STEP_MAX = 4.0;

/* g over the infinite widths: γ·M·Π(hidden)/σ_u^{2·layers}, or δ·Π(finite widths). */
static void set_ridge(nsl_problem_mp *p, const nsl_model_mp *model)
{
    const nsl_model *m = model->model;
    bool mrs = m->convention == NSL_RIDGE_MRS;
    mpfr_t sigma;
    mpfr_init2(sigma, mpfr_get_prec(p->g));
    nsl_exact_set(sigma, model->text[DECIMAL_SIGMA_U2], m->sigma_u2);
    for (size_t k = 0; k < p->layers; k++) {
        bool last = k + 1 == p->layers;
        if (mrs)
            mpfr_div(p->g, p->g, sigma, MPFR_RNDN);
        if (mpfr_number_p(p->width[k]) && !(mrs && last))
            mpfr_mul(p->g, p->g, p->width[k], MPFR_RNDN);
    }
    if (mrs) {
        mpfr_set_prec(sigma, 64);
        mpfr_set_uj(sigma, m->spectrum->latents, MPFR_RNDN);
        mpfr_mul(p->g, p->g, sigma, MPFR_RNDN);
    }
    mpfr_clear(sigma);
}

void nsl_problem_mp_init(nsl_problem_mp *p, const nsl_model_mp *model,
                         const nsl_point *point, const nsl_point_decimals *decimals,
                         mpfr_prec_t bits)
{
    static const nsl_point_decimals none = {NULL, NULL, NULL, NULL};
    const nsl_model *m = model->model;
    const nsl_point_decimals *d = decimals ? decimals : &none;
    p->layers = m->hidden_count + 1;
    p->ensemble = point->ensemble;
    for (size_t k = 0; k < p->layers; k++)
        mpfr_init2(p->width[k], bits);
    mpfr_inits2(bits, p->samples, p->noise, p->g, p->least, (mpfr_ptr)NULL);
    for (size_t k = 0; k < m->hidden_count; k++)
        nsl_exact_set(p->width[k], model->hidden[k], m->hidden[k]);
    nsl_exact_set(p->width[m->hidden_count], d->features, point->features);
    nsl_exact_set(p->samples, d->samples, point->samples);
    nsl_exact_set(p->noise, d->noise, point->noise);
    nsl_exact_set(p->g, d->ridge, point->ridge);
    p->ridgeless = mpfr_zero_p(p->g) || mpfr_inf_p(p->samples);
    if (!p->ridgeless)
        set_ridge(p, model);
    mpfr_set(p->least, p->samples, MPFR_RNDN);
    for (size_t k = 0; k < p->layers; k++)
        mpfr_min(p->least, p->least, p->width[k], MPFR_RNDN);
}

void nsl_problem_mp_clear(nsl_problem_mp *p)
{
    for (size_t k = 0; k < p->layers; k++)
        mpfr_clear(p->width[k]);
    mpfr_clears(p->samples, p->noise, p->g, p->least, (mpfr_ptr)NULL);
}

void nsl_root_mp_init(nsl_root_mp *root, size_t layers, mpfr_prec_t bits)
{
    for (size_t k = 0; k < layers; k++)
        mpfr_init2(root->gap[k], bits);
    mpfr_inits2(bits, root->gap_samples, root->delta, (mpfr_ptr)NULL);
    nsl_moments_mp_init(&root->m, bits);
}

void nsl_root_mp_clear(nsl_root_mp *root, size_t layers)
{
    for (size_t k = 0; k < layers; k++)
        mpfr_clear(root->gap[k]);
    mpfr_clears(root->gap_samples, root->delta, (mpfr_ptr)NULL);
    nsl_moments_mp_clear(&root->m);
}

/* The j-th width, P last. */
static mpfr_srcptr width_at(const nsl_problem_mp *p, size_t j)
{
    return j < p->layers ? p->width[j] : p->samples;
}

/* Π_j (ε + D_j)/(g/Δ) over the finite widths, and Σ_j ε/(ε + D_j). */
static void gap_product(mpfr_t product, mpfr_t slope, const nsl_problem_mp *p,
                        const mpfr_t gap, const mpfr_t delta)
{
    mpfr_t t;
    mpfr_init2(t, mpfr_get_prec(product));
    mpfr_div(product, delta, p->g, MPFR_RNDN);
    mpfr_set_zero(slope, 1);
    for (size_t j = 0; j <= p->layers; j++) {
        if (!mpfr_number_p(width_at(p, j)))
            continue;
        mpfr_sub(t, width_at(p, j), p->least, MPFR_RNDN);
        mpfr_add(t, t, gap, MPFR_RNDN);
        mpfr_mul(product, product, t, MPFR_RNDN);
        mpfr_div(t, gap, t, MPFR_RNDN);
        mpfr_add(slope, slope, t, MPFR_RNDN);
    }
    mpfr_clear(t);
}

/* ε(Δ) and Σ_j ε/(ε+D_j): Newton in lnε from (g/Δ)^{1/J}, as in root.c. */
static void gap_at(mpfr_t gap, mpfr_t slope, const nsl_problem_mp *p,
                   const mpfr_t delta)
{
    mpfr_t product;
    mpfr_prec_t bits = mpfr_get_prec(gap);
    unsigned long count = 0;
    mpfr_init2(product, bits);
    for (size_t j = 0; j <= p->layers; j++)
        count += mpfr_number_p(width_at(p, j)) != 0;
    mpfr_div(gap, p->g, delta, MPFR_RNDN);
    mpfr_rootn_ui(gap, gap, count, MPFR_RNDN);
    for (int i = 0; i < STEPS_MAX; i++) {
        gap_product(product, slope, p, gap, delta);
        mpfr_log(product, product, MPFR_RNDN);
        mpfr_div(product, product, slope, MPFR_RNDN);
        bool small = mpfr_zero_p(product) || mpfr_get_exp(product) < -(bits / 2) - 4;
        mpfr_neg(product, product, MPFR_RNDN);
        mpfr_exp(product, product, MPFR_RNDN);
        mpfr_mul(gap, gap, product, MPFR_RNDN);
        if (small)
            break;
    }
    mpfr_clear(product);
}

/* One Newton step in lnΔ on z − n + ε, whose exponent tells how far it was; the step is
 * added to Δ. */
static bool newton(mpfr_t delta, mpfr_exp_t *size, nsl_level *level,
                   const nsl_problem_mp *p)
{
    mpfr_prec_t bits = mpfr_get_prec(delta);
    mpfr_t gap, slope, h;
    nsl_moments_mp m;
    mpfr_inits2(bits, gap, slope, h, (mpfr_ptr)NULL);
    nsl_moments_mp_init(&m, bits);
    bool fine = nsl_level_moments(&m, level, delta, false);
    mpfr_set_zero(gap, 1);
    if (!p->ridgeless) {
        gap_at(gap, slope, p, delta);
        mpfr_div(slope, gap, slope, MPFR_RNDN);
        mpfr_add(m.r, m.r, slope, MPFR_RNDN);
    }
    mpfr_sub(h, m.count, p->least, MPFR_RNDN);
    mpfr_sub(h, h, m.above, MPFR_RNDN);
    mpfr_add(m.below, m.below, gap, MPFR_RNDN);
    mpfr_add(h, h, m.below, MPFR_RNDN);
    mpfr_div(h, h, m.r, MPFR_RNDN);
    if (mpfr_cmp_d(h, STEP_MAX) > 0)
        mpfr_set_d(h, STEP_MAX, MPFR_RNDN);
    if (mpfr_cmp_d(h, -STEP_MAX) < 0)
        mpfr_set_d(h, -STEP_MAX, MPFR_RNDN);
    *size = mpfr_zero_p(h) ? -(mpfr_exp_t)bits : mpfr_get_exp(h);
    mpfr_exp(h, h, MPFR_RNDN);
    mpfr_mul(delta, delta, h, MPFR_RNDN);
    nsl_moments_mp_clear(&m);
    mpfr_clears(gap, slope, h, (mpfr_ptr)NULL);
    return fine;
}

static void set_gaps(nsl_root_mp *root, const nsl_problem_mp *p, const mpfr_t from,
                     const mpfr_t gap)
{
    for (size_t j = 0; j <= p->layers; j++) {
        mpfr_ptr to = j < p->layers ? root->gap[j] : root->gap_samples;
        mpfr_sub(to, width_at(p, j), from, MPFR_RNDN);
        mpfr_add(to, to, gap, MPFR_RNDN);
    }
}

static nsl_status find_positive(nsl_root_mp *out, nsl_level *level,
                                const nsl_problem_mp *p, const mpfr_t start,
                                mpfr_prec_t known, nsl_error *err)
{
    /* precisions from the last down, halving, to what `start` doubles to */
    mpfr_prec_t ladder[64], full = mpfr_get_prec(out->delta);
    int rungs = 0;
    for (mpfr_prec_t bits = full; rungs < 63; bits = bits / 2 + LOST_BITS) {
        ladder[rungs++] = bits;
        if (bits <= FIRST_BITS || bits <= 2 * (known - LOST_BITS))
            break;
    }
    mpfr_t delta, gap, slope;
    mpfr_inits2(full, gap, slope, (mpfr_ptr)NULL);
    mpfr_init2(delta, mpfr_get_prec(start));
    mpfr_set(delta, start, MPFR_RNDN);
    bool fine = true, close = true;
    for (int i = rungs - 1; i >= 0 && fine && close; i--) {
        mpfr_exp_t size = 0;
        mpfr_prec_round(delta, ladder[i], MPFR_RNDN);
        close = false;
        for (int k = 0; k < STEPS_MAX && fine && !close; k++) {
            fine = newton(delta, &size, level, p);
            close = size < -(mpfr_exp_t)(ladder[i] / 2);
        }
    }
    mpfr_set(out->delta, delta, MPFR_RNDN);
    mpfr_set_zero(gap, 1);
    if (fine && close) {
        if (!p->ridgeless)
            gap_at(gap, slope, p, out->delta);
        set_gaps(out, p, p->least, gap);
        fine = nsl_level_moments(&out->m, level, out->delta, true);
        mpfr_div_2ui(slope, p->least, 1, MPFR_RNDN);
        if (mpfr_cmp(gap, slope) < 0) /* z = n − ε, without the rounding of the sums */
            mpfr_sub(out->m.z, p->least, gap, MPFR_RNDN);
    }
    out->kind = NSL_ROOT_POSITIVE;
    mpfr_clears(delta, gap, slope, (mpfr_ptr)NULL);
    if (!fine)
        return nsl_fail_memory(err);
    return close ? NSL_OK
                 : nsl_fail(err, NSL_EFAILED, "",
                            "the self-consistent equation did not converge");
}

/* Δ = 0: the sums of nsl_root_solve there. */
static void set_resolved(nsl_root_mp *out, const nsl_level *level,
                         const nsl_problem_mp *p)
{
    uint64_t rank = level->model->model->spectrum->rank;
    mpfr_t zero;
    mpfr_init2(zero, 2);
    mpfr_set_zero(zero, 1);
    out->kind = NSL_ROOT_ZERO;
    mpfr_set_zero(out->delta, 1);
    mpfr_ptr none[] = {out->m.above, out->m.below, out->m.r,
                       out->m.q1,    out->m.td,    out->m.tc};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        mpfr_set_zero(none[i], 1);
    if (rank == NSL_LATENTS_INFINITE)
        mpfr_set_inf(out->m.z, 1);
    else
        mpfr_set_uj(out->m.z, rank, MPFR_RNDN);
    mpfr_set(out->m.q, out->m.z, MPFR_RNDN);
    mpfr_set(out->m.count, out->m.z, MPFR_RNDN);
    mpfr_set(out->m.t0, level->unlearnable, MPFR_RNDN);
    set_gaps(out, p, out->m.z, zero);
    mpfr_clear(zero);
}

/* Ridge = ∞: Δ = ∞, z = 0, the whole target is bias. It is summed at a Δ so large that
 * 1 − u is 1 to the last bit. */
static bool set_unlearnt(nsl_root_mp *out, nsl_level *level, const nsl_problem_mp *p)
{
    mpfr_t delta, zero;
    mpfr_prec_t bits = mpfr_get_prec(out->delta);
    const nsl_spectrum *spectrum = level->model->model->spectrum;
    mpfr_init2(delta, 53);
    mpfr_init2(zero, 2);
    mpfr_set_zero(zero, 1);
    mpfr_set_d(delta, spectrum->ops->guess(spectrum, 0.5), MPFR_RNDN);
    mpfr_mul_2ui(delta, delta, 4 * (unsigned long)bits, MPFR_RNDN);
    bool fine = nsl_level_moments(&out->m, level, delta, true);
    mpfr_add(out->m.t0, out->m.t0, out->m.td, MPFR_RNDN);
    mpfr_ptr none[] = {out->m.count, out->m.above, out->m.below, out->m.z, out->m.r,
                       out->m.q,     out->m.q1,    out->m.td,    out->m.tc};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        mpfr_set_zero(none[i], 1);
    out->kind = NSL_ROOT_INFINITE;
    mpfr_set_inf(out->delta, 1);
    set_gaps(out, p, zero, zero);
    mpfr_clears(delta, zero, (mpfr_ptr)NULL);
    return fine;
}

void nsl_root_mp_set_gaps(nsl_root_mp *root, const nsl_problem_mp *p, const mpfr_t gap)
{
    set_gaps(root, p, p->least, gap);
}

nsl_status nsl_root_mp_solve(nsl_root_mp *out, nsl_level *level,
                             const nsl_problem_mp *problem, const mpfr_t start,
                             mpfr_prec_t known, nsl_error *err)
{
    uint64_t rank = level->model->model->spectrum->rank;
    mpfr_t limit;
    mpfr_init2(limit, 64);
    if (rank == NSL_LATENTS_INFINITE)
        mpfr_set_inf(limit, 1);
    else
        mpfr_set_uj(limit, rank, MPFR_RNDN);
    bool resolved = problem->ridgeless && mpfr_cmp(problem->least, limit) >= 0;
    mpfr_clear(limit);
    if (!problem->ridgeless && mpfr_inf_p(problem->g))
        return set_unlearnt(out, level, problem) ? NSL_OK : nsl_fail_memory(err);
    if (!resolved)
        return find_positive(out, level, problem, start, known, err);
    set_resolved(out, level, problem);
    return NSL_OK;
}
