/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The formulas of loss.c with digits to spare: what cancels is left to cancel, and the
 * precision is raised until the digits agree. */
#include "mp/loss_mp.h"
#include "core/error.h"
#include "mp/elasticity_mp.h"

static void work_init(nsl_loss_work *w, const nsl_problem_mp *p, nsl_root_mp *root,
                      mpfr_prec_t bits)
{
    *w = (nsl_loss_work){.p = p, .root = root};
    w->N = p->width[p->layers - 1];
    w->P = p->samples;
    w->b = root->gap_samples;
    w->r = root->m.r;
    for (int i = 0; i < SCRATCH; i++)
        mpfr_init2(w->x[i], bits);
    mpfr_set_d(w->x[SHARE_K], p->ensemble > 1.0 ? p->ensemble : 1.0, MPFR_RNDN);
    mpfr_ui_div(w->x[SHARE_K], 1, w->x[SHARE_K], MPFR_RNDN);
}

static void work_clear(nsl_loss_work *w)
{
    for (int i = 0; i < SCRATCH; i++)
        mpfr_clear(w->x[i]);
}

void nsl_layers_mp(mpfr_t gap, mpfr_t share, mpfr_t square, const nsl_root_mp *root,
                   size_t layers)
{
    mpfr_t least, sum, part;
    mpfr_inits2(mpfr_get_prec(gap), least, sum, part, (mpfr_ptr)NULL);
    mpfr_set_inf(least, 1);
    for (size_t k = 0; k < layers; k++)
        mpfr_min(least, least, root->gap[k], MPFR_RNDN);
    mpfr_set_zero(sum, 1);    /* Σ least/a_k */
    mpfr_set_zero(square, 1); /* Σ (least/a_k)² */
    mpfr_set_zero(share, 1);
    for (size_t k = 0; k < layers && !mpfr_inf_p(least); k++) {
        if (mpfr_equal_p(root->gap[k], least)) /* also at zero gap */
            mpfr_set_ui(share, 1, MPFR_RNDN);
        else
            mpfr_div(share, least, root->gap[k], MPFR_RNDN);
        mpfr_add(sum, sum, share, MPFR_RNDN);
        mpfr_sqr(part, share, MPFR_RNDN);
        mpfr_add(square, square, part, MPFR_RNDN);
    }
    mpfr_set(gap, least, MPFR_RNDN);
    if (!mpfr_inf_p(least)) {
        mpfr_div(gap, gap, sum, MPFR_RNDN);
        mpfr_div(share, share, sum, MPFR_RNDN);
        mpfr_sqr(sum, sum, MPFR_RNDN);
        mpfr_div(square, square, sum, MPFR_RNDN);
    }
    mpfr_clears(least, sum, part, (mpfr_ptr)NULL);
}

/* s, 1−s, S, Z, b + s r and what is made of them. */
static void set_risk(nsl_loss_work *w)
{
    const nsl_moments_mp *m = &w->root->m;
    nsl_layers_mp(w->x[GAP], w->x[SHARE], w->x[SHARE2], w->root, w->p->layers);
    if (mpfr_inf_p(w->x[GAP]) || mpfr_zero_p(w->r)) {
        mpfr_set_ui(w->x[S], 1, MPFR_RNDN);
        mpfr_set_zero(w->x[REST], 1);
    } else {
        mpfr_add(w->x[T1], w->x[GAP], w->r, MPFR_RNDN);
        mpfr_div(w->x[S], w->x[GAP], w->x[T1], MPFR_RNDN);
        mpfr_div(w->x[REST], w->r, w->x[T1], MPFR_RNDN);
    }
    mpfr_mul(w->x[SIGNAL], w->x[REST], m->td, MPFR_RNDN);
    mpfr_add(w->x[SIGNAL], w->x[SIGNAL], m->t0, MPFR_RNDN);
    mpfr_mul(w->x[NOISE], w->x[REST], w->r, MPFR_RNDN);
    mpfr_add(w->x[NOISE], w->x[NOISE], m->q, MPFR_RNDN);
    mpfr_mul(w->x[BOTTOM], w->x[S], w->r, MPFR_RNDN);
    mpfr_add(w->x[BOTTOM], w->x[BOTTOM], w->b, MPFR_RNDN);
}

/* out = a·b/c, 0 where a or b is. */
static void set_quotient(mpfr_t out, mpfr_srcptr a, mpfr_srcptr b, mpfr_srcptr c)
{
    mpfr_mul(out, a, b, MPFR_RNDN);
    if (!mpfr_zero_p(out))
        mpfr_div(out, out, c, MPFR_RNDN);
}

/* The parts of nsl_risk_at in loss.c, with those of the features for K models, and
 * signal and noise part of E_K; infinite at a divergence. */
static void set_parts(nsl_prediction_mp *out, nsl_loss_work *w)
{
    const nsl_moments_mp *m = &w->root->m;
    mpfr_ptr gain = w->x[T1], noise = w->x[T2], part = w->x[T3];
    bool one = mpfr_cmp_ui(w->x[SHARE_K], 1) == 0;
    mpfr_set(out->bias, m->t0, MPFR_RNDN);
    if (mpfr_inf_p(w->P)) {
        mpfr_mul(out->variance_features, w->x[REST], m->td, MPFR_RNDN);
        mpfr_add(w->x[SINGLE], out->bias, out->variance_features, MPFR_RNDN);
        mpfr_mul(out->variance_features, out->variance_features, w->x[SHARE_K],
                 MPFR_RNDN);
        mpfr_set(w->x[CROSS], out->bias, MPFR_RNDN);
        mpfr_set_zero(out->variance_samples, 1);
        mpfr_set_zero(out->noise_loss, 1);
        mpfr_add(out->signal_loss, out->bias, out->variance_features, MPFR_RNDN);
        return;
    }
    mpfr_add(w->x[MANY], w->b, w->r, MPFR_RNDN);
    set_quotient(out->variance_samples, m->t0, m->q, w->x[MANY]);
    set_quotient(noise, w->p->noise, m->q, w->x[MANY]); /* of E_× */
    mpfr_add(w->x[CROSS], out->bias, out->variance_samples, MPFR_RNDN);
    mpfr_add(w->x[CROSS], w->x[CROSS], noise, MPFR_RNDN);
    set_quotient(out->signal_loss, w->x[SIGNAL], w->P, w->x[BOTTOM]);
    set_quotient(out->noise_loss, w->x[NOISE], w->p->noise, w->x[BOTTOM]);
    mpfr_add(w->x[SINGLE], out->signal_loss, out->noise_loss, MPFR_RNDN);
    /* (1−s) P/(b + s r): times t_d + t₀ r/W, and σ_ε² r/W */
    set_quotient(gain, w->x[REST], w->P, w->x[BOTTOM]);
    set_quotient(part, m->t0, w->r, w->x[MANY]);
    mpfr_add(part, part, m->td, MPFR_RNDN);
    if (mpfr_zero_p(w->x[SHARE_K]))
        mpfr_set_zero(gain, 1);
    else
        mpfr_mul(gain, gain, w->x[SHARE_K], MPFR_RNDN);
    if (mpfr_zero_p(gain) || mpfr_zero_p(part))
        mpfr_set_zero(out->variance_features, 1);
    else
        mpfr_mul(out->variance_features, part, gain, MPFR_RNDN);
    if (one)
        return;
    mpfr_add(out->signal_loss, out->bias, out->variance_samples, MPFR_RNDN);
    mpfr_add(out->signal_loss, out->signal_loss, out->variance_features, MPFR_RNDN);
    set_quotient(part, w->p->noise, w->r, w->x[MANY]);
    if (!mpfr_zero_p(part) && !mpfr_zero_p(gain))
        mpfr_mul(part, part, gain, MPFR_RNDN);
    else
        mpfr_set_zero(part, 1);
    mpfr_add(out->noise_loss, noise, part, MPFR_RNDN);
}

static bool some_layer_tied(const nsl_loss_work *w)
{
    for (size_t k = 0; k < w->p->layers; k++)
        if (mpfr_zero_p(w->root->gap[k]))
            return true;
    return false;
}

/* E's parts at the root; NaN at a divergence. At Δ = 0 with N_k = P = rank and nothing
 * to diverge, the limit γ → 0 is taken at a Δ whose distance from it is below the last
 * bit. */
static nsl_status set_risk_at_root(nsl_prediction_mp *out, nsl_loss_work *w,
                                   nsl_level *level, nsl_error *err)
{
    bool zero = w->root->kind == NSL_ROOT_ZERO, tied = mpfr_zero_p(w->b) != 0;
    bool quiet = mpfr_zero_p(w->p->noise) && mpfr_zero_p(w->root->m.t0);
    if (zero && tied && quiet && some_layer_tied(w)) {
        nsl_moments_mp *m = &w->root->m;
        mpfr_ptr delta = w->x[T1];
        mpfr_set_d(delta, level->model->model->spectrum->smallest, MPFR_RNDN);
        mpfr_div_2ui(delta, delta, (unsigned long)level->bits + 64, MPFR_RNDN);
        if (!nsl_level_moments(m, level, delta, true))
            return nsl_fail_memory(err);
        for (size_t k = 0; k < w->p->layers; k++)
            mpfr_add(w->root->gap[k], w->root->gap[k], m->above, MPFR_RNDN);
        mpfr_add(w->root->gap_samples, w->root->gap_samples, m->above, MPFR_RNDN);
        set_risk(w);
        set_parts(out, w);
        out->notes |= NSL_NOTE_KINK;
        mpfr_set_zero(w->root->gap_samples, 1); /* as it is at Δ = 0 */
        mpfr_set_zero(w->root->gap[w->p->layers - 1], 1);
        return NSL_OK;
    }
    set_risk(w);
    bool peak = tied && (zero || (some_layer_tied(w) && !mpfr_zero_p(w->x[SHARE_K])));
    if (zero && tied && quiet) {
        mpfr_ptr none[] = {out->signal_loss, out->noise_loss, out->bias,
                           out->variance_samples, out->variance_features};
        for (size_t i = 0; i < sizeof none / sizeof *none; i++)
            mpfr_set_zero(none[i], 1);
        return NSL_OK;
    }
    set_parts(out, w);
    mpfr_ptr parts[] = {out->signal_loss, out->noise_loss, out->variance_features,
                        out->variance_samples};
    bool whole = mpfr_zero_p(out->signal_loss) && mpfr_zero_p(out->noise_loss);
    if (peak && !whole)
        out->notes |= NSL_NOTE_DIVERGES;
    for (int i = 0; i < (zero ? 4 : 3) && peak; i++)
        if (!mpfr_zero_p(parts[i]))
            mpfr_set_nan(parts[i]);
    return NSL_OK;
}

/* Test and train loss of E, in the units asked for; the elasticities follow a shift of
 * the test loss. */
static void set_losses(nsl_prediction_mp *out, nsl_loss_work *w, const nsl_level *level,
                       nsl_units units)
{
    mpfr_ptr clean = w->x[T1], noisy = w->x[T2], half = w->x[T3];
    mpfr_add(clean, out->signal_loss, out->noise_loss, MPFR_RNDN);
    mpfr_add(noisy, clean, w->p->noise, MPFR_RNDN);
    mpfr_set_d(half, units.mse ? 1.0 : 0.5 * level->model->model->outputs, MPFR_RNDN);
    /* [E3]   E_train = (b/P)² (E + σ_ε²) */
    if (mpfr_zero_p(w->b)) {
        mpfr_set_zero(out->train_loss, 1);
    } else {
        mpfr_mul(out->train_loss, noisy, half, MPFR_RNDN);
        if (mpfr_number_p(w->P)) {
            mpfr_div(w->x[TOTAL], w->b, w->P, MPFR_RNDN);
            mpfr_sqr(w->x[TOTAL], w->x[TOTAL], MPFR_RNDN);
            mpfr_mul(out->train_loss, out->train_loss, w->x[TOTAL], MPFR_RNDN);
        }
    }
    mpfr_ptr elasticity[] = {out->elasticity_features, out->elasticity_samples,
                             out->elasticity_ridge};
    for (int i = 0; i < 3 && units.test_noise && !mpfr_zero_p(noisy); i++) {
        if (mpfr_zero_p(clean) && mpfr_nan_p(elasticity[i]) &&
            !(out->notes & NSL_NOTE_KINK))
            mpfr_set_zero(elasticity[i], 1);
        mpfr_mul(elasticity[i], elasticity[i], clean, MPFR_RNDN);
        mpfr_div(elasticity[i], elasticity[i], noisy, MPFR_RNDN);
    }
    mpfr_mul(out->test_loss, units.test_noise ? noisy : clean, half, MPFR_RNDN);
    mpfr_ptr parts[] = {out->signal_loss, out->noise_loss, out->bias,
                        out->variance_samples, out->variance_features};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        mpfr_mul(parts[i], parts[i], half, MPFR_RNDN);
}

/* N = P = M = ∞ without a ridge, as in loss.c: E = E_noise = α σ_ε². */
static void set_noise_floor(nsl_prediction_mp *out, nsl_loss_work *w,
                            const nsl_level *level, nsl_units units)
{
    mpfr_mul(out->noise_loss, level->tables.alpha, w->p->noise, MPFR_RNDN);
    set_losses(out, w, level, units);
    mpfr_set_zero(out->train_loss, 1);
    nsl_elasticities_mp_flat(out);
    out->notes &= ~(unsigned)NSL_NOTE_ZERO_LOSS;
    out->notes |= NSL_NOTE_ORDER;
}

nsl_status nsl_loss_mp(nsl_prediction_mp *out, nsl_level *level,
                       const nsl_problem_mp *problem, nsl_root_mp *root,
                       nsl_units units, nsl_error *err)
{
    nsl_loss_work w;
    work_init(&w, problem, root, mpfr_get_prec(out->test_loss));
    out->notes = 0;
    mpfr_set(out->delta, root->delta, MPFR_RNDN);
    mpfr_set(out->dof, root->m.z, MPFR_RNDN);
    if (root->kind == NSL_ROOT_INFINITE) {
        mpfr_set_nan(out->delta);
        out->notes |= NSL_NOTE_RIDGE_INFINITE;
    }
    if (mpfr_inf_p(root->m.z)) {
        mpfr_set_nan(out->dof);
        out->notes |= NSL_NOTE_DOF_INFINITE;
    }
    nsl_status status = set_risk_at_root(out, &w, level, err);
    if (status == NSL_OK) {
        mpfr_add(w.x[T1], out->signal_loss, out->noise_loss, MPFR_RNDN);
        bool none = mpfr_zero_p(w.x[T1]) != 0;
        if (mpfr_nan_p(w.x[T1]))
            nsl_elasticities_mp_undefined(out, 0);
        else if (root->kind == NSL_ROOT_ZERO)
            nsl_elasticities_mp_resolved(out, &w);
        else if (root->kind == NSL_ROOT_INFINITE)
            nsl_elasticities_mp_flat(out);
        else if (!none)
            nsl_elasticities_mp(out, &w, level);
        if (none)
            nsl_elasticities_mp_undefined(out, units.test_noise &&
                                                       !mpfr_zero_p(problem->noise)
                                                   ? 0
                                                   : NSL_NOTE_ZERO_LOSS);
        bool endless = mpfr_inf_p(root->m.z) && mpfr_inf_p(problem->samples);
        if (endless && !mpfr_zero_p(problem->noise) && mpfr_zero_p(problem->g))
            set_noise_floor(out, &w, level, units);
        else
            set_losses(out, &w, level, units);
        if (mpfr_nan_p(out->test_loss) || (out->notes & NSL_NOTE_ZERO_LOSS))
            mpfr_set_nan(out->elasticity_time);
        else
            mpfr_set_zero(out->elasticity_time, 1);
    }
    work_clear(&w);
    return status;
}
