/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The losses [E2], [E3], [E5] (theory.md section 3).
 *
 * Layers enter through Λ = 1/Σ_k 1/a_k alone, the gap of one layer that acts as all
 * of them. With b = P − z and s = Λ/(Λ+r), [E2] reads
 *
 *     E = [ P S + σ_ε² Z ] / (b + s r),    S = t₀ + (1−s)(t₁−t₀),   Z = q + (1−s) r,
 *
 * a ratio of sums of positive terms: nothing cancels. So are the parts of E, below. */
#include "theory/loss.h"
#include "core/error.h"
#include "training/course.h"

#include <float.h>
#include <math.h>

/* Roundings in the formulas below on top of those of Δ and the moments. */
static const double FORMULA_ERROR = 24 * DBL_EPSILON;

/* |∂ln(loss)/∂lnΔ| at fixed widths is at most this: each moment's is 2 or less, and a
 * gap's 1. */
static const double DELTA_CONDITION = 4.0;

static size_t narrowest_layer(const nsl_root *root)
{
    size_t at = 0;
    for (size_t k = 1; k < root->layers; k++)
        if (root->gap[k] < root->gap[at])
            at = k;
    return at;
}

nsl_layers nsl_layers_of(const nsl_root *root)
{
    nsl_layers l = {.narrowest = narrowest_layer(root)};
    double least = root->gap[l.narrowest], others = 0.0, squares = 0.0;
    if (isinf(least)) {
        l.gap = (double)INFINITY;
        return l;
    }
    if (root->layers == 1)
        return (nsl_layers){.gap = least, .share_last = 1.0, .share_square = 1.0};
    double last = 1.0;
    for (size_t k = 0; k < root->layers; k++) { /* ties at zero gap share equally */
        double share = root->gap[k] == least ? 1.0 : least / root->gap[k];
        others += k == l.narrowest ? 0.0 : share;
        squares += k == l.narrowest ? 0.0 : share * share;
        last = share;
    }
    double sum = 1.0 + others;
    l.gap = least / sum;
    l.share_last = last / sum;
    l.rest_share = others / sum;
    l.rest_square = squares / (sum * sum);
    l.share_square = 1.0 / (sum * sum) + l.rest_square;
    return l;
}

nsl_split nsl_split_of(double gap, double r)
{
    if (isinf(gap) || r == 0.0)
        return (nsl_split){1.0, 0.0};
    return (nsl_split){gap / (gap + r), r / (gap + r)};
}

/* With W = P − q = b + r, the part that all of many models share is [E5]
 * E_× = (P t₀ + σ_ε² q)/W, and with D = b + s r
 *
 *     E_× − t₀ = t₀ q/W                                        (signal)
 *     E − E_×  = (1−s) P [t_d + t₀ r/W]/D  +  σ_ε² (1−s) P (r/W)/D. */
nsl_risk nsl_risk_at(const nsl_root *root, const nsl_point *point)
{
    const nsl_moments *m = &root->m;
    nsl_split s = nsl_split_of(nsl_layers_of(root).gap, m->r);
    double signal = m->t0 + s.rest * m->td, P = point->samples, noise = point->noise;
    if (isinf(P))
        return (nsl_risk){
            .bias = m->t0, .variance_features = s.rest * m->td, .signal = signal};
    double denominator = root->gap_samples + s.s * m->r,
           many = root->gap_samples + m->r;
    bool features = s.rest > 0.0;
    nsl_risk e = {.bias = m->t0};
    if (m->t0 > 0.0)
        e.variance_samples = m->t0 * (m->q / many);
    if (signal > 0.0) {
        e.signal = signal * (P / denominator);
        if (features)
            e.variance_features =
                (s.rest * m->td + s.rest * m->t0 * (m->r / many)) * (P / denominator);
    }
    if (noise > 0.0) {
        e.noise = noise * ((m->q + s.rest * m->r) / denominator);
        e.noise_cross = noise * (m->q / many);
        if (features)
            e.noise_features = noise * s.rest * (m->r / many) * (P / denominator);
    }
    return e;
}

double nsl_ensemble_share(const nsl_point *point)
{
    return point->ensemble > 1.0 ? 1.0 / point->ensemble : 1.0;
}

/* The ensemble's signal and noise part, kept in place of those of one model. */
static nsl_risk risk_of_ensemble(nsl_risk e, double share)
{
    if (share == 1.0)
        return e;
    e.variance_features = share > 0.0 ? share * e.variance_features : 0.0;
    e.noise_features = share > 0.0 ? share * e.noise_features : 0.0;
    e.signal = e.bias + e.variance_samples + e.variance_features;
    e.noise = e.noise_cross + e.noise_features;
    return e;
}

/* Δ = 0: E = (P t₀ + σ_ε² rank)/(P − rank) with t₀ from zero eigenvalues. At a width
 * that equals the rank the slopes of both sides differ. */
static void resolved_elasticities(nsl_prediction *out, const nsl_root *root,
                                  const nsl_point *point)
{
    double b = root->gap_samples, noise = point->noise * root->m.q;
    double signal = point->samples * root->m.t0;
    bool kink = root->gap[root->layers - 1] == 0.0;
    if (kink || b == 0.0)
        out->notes |= NSL_NOTE_KINK;
    out->elasticity_ridge = 0.0;
    out->elasticity_features = kink ? (double)NAN : 0.0;
    if (b == 0.0)
        out->elasticity_samples = (double)NAN;
    else if (isinf(point->samples))
        out->elasticity_samples = 0.0;
    else /* P/b − P t₀/(P t₀ + σ_ε² rank) */
        out->elasticity_samples = (root->m.q + b) / b - signal / (signal + noise);
}

static double least_gap(const nsl_root *root)
{
    return root->gap[narrowest_layer(root)];
}

/* A part of E at the interpolation peak: none, or without bound. */
static double diverging(double part)
{
    return part > 0.0 ? (double)NAN : 0.0;
}

/* The loss at a root, with C = 1 and E for L; a zero is exact. */
static nsl_risk risk_of_root(nsl_prediction *out, const nsl_root *root,
                             const nsl_model *model, const nsl_point *point)
{
    double share = nsl_ensemble_share(point);
    bool zero_gap = root->gap_samples == 0.0;
    bool resolved = root->kind == NSL_ROOT_ZERO && zero_gap;
    if (resolved && point->noise == 0.0 && root->m.t0 == 0.0) {
        nsl_root limit = *root;
        if (least_gap(root) > 0.0)
            return (nsl_risk){.bias = 0.0};
        /* N_k = P = rank: the limit γ → 0 is finite */
        if (!nsl_root_resolved_limit(&limit, model)) {
            out->notes |= NSL_NOTE_UNDERFLOW;
            return (nsl_risk){NAN, NAN, NAN, NAN, NAN, NAN, NAN};
        }
        return risk_of_ensemble(nsl_risk_at(&limit, point), share);
    }
    nsl_risk e = risk_of_ensemble(nsl_risk_at(root, point), share);
    bool peak = resolved || (zero_gap && least_gap(root) == 0.0 && share > 0.0);
    if (peak && e.signal + e.noise > 0.0) {
        out->notes |= NSL_NOTE_DIVERGES;
        e.signal = diverging(e.signal);
        e.noise = diverging(e.noise);
        e.variance_features = diverging(e.variance_features);
        if (resolved)
            e.variance_samples = diverging(e.variance_samples);
    }
    return e;
}

/* A computed value that is not exactly zero, or NaN and a note where double cannot hold
 * its digits. */
static double in_range(double value, bool zero, nsl_prediction *out)
{
    if (zero)
        return 0.0;
    if (isnan(value))
        return NAN;
    if (value < DBL_MIN)
        out->notes |= NSL_NOTE_UNDERFLOW;
    if (value > DBL_MAX)
        out->notes |= NSL_NOTE_OVERFLOW;
    return value >= DBL_MIN && value <= DBL_MAX ? value : (double)NAN;
}

static void set_losses(nsl_prediction *out, const nsl_model *model,
                       const nsl_root *root, const nsl_point *point, nsl_risk e)
{
    double half = 0.5 * model->outputs, total = e.signal + e.noise;
    bool no_noise =
        point->noise == 0.0 || isinf(point->samples) || root->kind == NSL_ROOT_INFINITE;
    bool no_signal =
        model->target.zero || (root->kind == NSL_ROOT_ZERO && e.signal == 0.0);
    out->signal_loss = in_range(half * e.signal, no_signal, out);
    out->noise_loss = in_range(half * e.noise, no_noise, out);
    out->test_loss = in_range(half * total, no_signal && no_noise, out);
    out->bias = in_range(half * e.bias, no_signal || e.bias == 0.0, out);
    out->variance_samples = in_range(half * e.variance_samples,
                                     no_signal || e.variance_samples == 0.0, out);
    out->variance_features = in_range(half * e.variance_features,
                                      no_signal || e.variance_features == 0.0, out);
    /* [E3]   E_train = (b/P)² (E + σ_ε²); b = 0 interpolates. */
    double b = root->gap_samples, noisy = half * (total + point->noise);
    double residual = isinf(point->samples) ? 1.0 : b / point->samples;
    bool no_residual = b == 0.0 || (no_signal && point->noise == 0.0);
    out->train_loss = in_range(residual * (residual * noisy), no_residual, out);
    const nsl_moments *m = &root->m;
    double moments = 2.0 * m->error + (m->z > 0.0 ? m->z_error / m->z : 0.0);
    out->error = DELTA_CONDITION * root->delta_error + moments + FORMULA_ERROR;
    if (isnan(out->test_loss))
        out->error = NAN;
    else if (out->test_loss == 0.0)
        out->error = 0.0;
}

nsl_prediction nsl_nothing_known(void)
{
    return (nsl_prediction){NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN,
                            NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, 0};
}

/* E_noise → 0 for P → ∞ at any N, and → α σ_ε² for P → ∞ at N = ∞ (theory.md
 * section 4), which is what N = P = M = ∞ without a ridge is taken for. */
static bool depends_on_order(const nsl_root *root, const nsl_point *point)
{
    return root->kind == NSL_ROOT_ZERO && isinf(root->m.z) && isinf(point->samples) &&
           point->noise > 0.0 && point->ridge == 0.0;
}

static void set_noise_floor(nsl_prediction *out, const nsl_model *model,
                            const nsl_point *point)
{
    double alpha = nsl_powerlaw_numbers(model->spectrum).alpha;
    out->noise_loss = 0.5 * model->outputs * alpha * point->noise;
    out->test_loss = out->noise_loss;
    out->train_loss = 0.0; /* interpolated */
    out->error = FORMULA_ERROR;
    out->elasticity_features = out->elasticity_samples = out->elasticity_ridge = 0.0;
    out->elasticity_time = out->elasticity_time_error = 0.0;
    out->parts_error = out->dof_error = FORMULA_ERROR;
    out->notes |= NSL_NOTE_ORDER;
}

void nsl_predict_at(nsl_prediction *out, const nsl_model *model, const nsl_point *point,
                    const nsl_root *root, double promise)
{
    *out = nsl_nothing_known();
    if (root->kind == NSL_ROOT_UNDERFLOW || root->kind == NSL_ROOT_OVERFLOW) {
        out->notes =
            root->kind == NSL_ROOT_UNDERFLOW ? NSL_NOTE_UNDERFLOW : NSL_NOTE_OVERFLOW;
        return;
    }
    if (root->kind == NSL_ROOT_INFINITE)
        out->notes |= NSL_NOTE_RIDGE_INFINITE;
    else
        out->delta = root->delta;
    if (isinf(root->m.z))
        out->notes |= NSL_NOTE_DOF_INFINITE;
    else
        out->dof = in_range(root->m.z, root->kind == NSL_ROOT_INFINITE, out);
    nsl_risk e = risk_of_root(out, root, model, point);
    set_losses(out, model, root, point, e);
    out->elasticity_error = promise;
    out->parts_error = out->dof_error = out->error;
    if (!isnan(out->test_loss))
        out->elasticity_time = out->elasticity_time_error = 0.0;
    if (depends_on_order(root, point)) {
        set_noise_floor(out, model, point);
        return;
    }
    if (isnan(out->test_loss))
        nsl_set_undefined_elasticities(out, 0);
    else if (root->kind == NSL_ROOT_INFINITE)
        out->elasticity_features = out->elasticity_samples = out->elasticity_ridge =
            0.0;
    else if (root->kind == NSL_ROOT_ZERO)
        resolved_elasticities(out, root, point);
    else if (out->test_loss > 0.0)
        nsl_set_elasticities(out, model, root, point, promise);
    if (out->test_loss == 0.0)
        nsl_set_undefined_elasticities(out, NSL_NOTE_ZERO_LOSS);
}

nsl_status nsl_predict_to(nsl_prediction *out, const nsl_model *model,
                          const nsl_point *point, double promise, nsl_error *err)
{
    nsl_root root;
    *out = nsl_nothing_known();
    if (nsl_training_stops(point))
        return nsl_predict_stopped(out, model, point, err);
    nsl_status status = nsl_root_solve(&root, model, point, err);
    if (status == NSL_OK && point->training.kind == NSL_DESCENT && !isinf(point->ridge))
        status = nsl_course_check_end(model, point, err);
    if (status == NSL_OK)
        nsl_predict_at(out, model, point, &root, promise);
    return status;
}

nsl_status nsl_predict(nsl_prediction *out, const nsl_model *model,
                       const nsl_point *point, nsl_error *err)
{
    return nsl_predict_to(out, model, point, NSL_PROMISE, err);
}
