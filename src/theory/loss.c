/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The losses [E2], [E3] and their exact elasticities (theory.md sections 3 to 5).
 *
 * Layers enter through Λ = 1/Σ_k 1/a_k alone, the gap of one layer that acts as all
 * of them. With b = P − z and s = Λ/(Λ+r), [E2] reads
 *
 *     E = [ P S + σ_ε² Z ] / (b + s r),    S = t₀ + (1−s)(t₁−t₀),   Z = q + (1−s) r,
 *
 * a ratio of sums of positive terms: nothing cancels. */
#include "core/error.h"
#include "theory/root.h"

#include <float.h>
#include <math.h>

/* Roundings in the formulas below on top of those of Δ and the moments. */
static const double FORMULA_ERROR = 24 * DBL_EPSILON;

/* |∂ln(loss)/∂lnΔ| at fixed widths is at most this: each moment's is 2 or less, and a
 * gap's 1. */
static const double DELTA_CONDITION = 4.0;

/* The layers as one: shares h_k = Λ/a_k of 1/Λ add up to 1. */
typedef struct {
    double gap;          /* Λ */
    double share_last;   /* h of the last layer */
    double share_square; /* H = Σ h_k² */
    size_t narrowest;    /* the layer m with the least gap */
    double rest_share;   /* 1 − h_m = Σ_{k≠m} h_k */
    double rest_square;  /* H − h_m² */
} layers;

static size_t narrowest_layer(const nsl_root *root)
{
    size_t at = 0;
    for (size_t k = 1; k < root->layers; k++)
        if (root->gap[k] < root->gap[at])
            at = k;
    return at;
}

static layers layers_of(const nsl_root *root)
{
    layers l = {.narrowest = narrowest_layer(root)};
    double least = root->gap[l.narrowest], others = 0.0, squares = 0.0;
    if (isinf(least)) {
        l.gap = (double)INFINITY;
        return l;
    }
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

/* s and 1 − s. */
typedef struct {
    double s, rest;
} split;

static split split_of(double gap, double r)
{
    if (isinf(gap) || r == 0.0)
        return (split){1.0, 0.0};
    return (split){gap / (gap + r), r / (gap + r)};
}

/* Signal and noise part of E by [E2]. */
typedef struct {
    double signal, noise;
} risk;

static risk risk_at(const nsl_root *root, layers l, const nsl_point *point)
{
    const nsl_moments *m = &root->m;
    split s = split_of(l.gap, m->r);
    double signal = m->t0 + s.rest * m->td;
    if (isinf(point->samples))
        return (risk){signal, 0.0};
    double denominator = root->gap_samples + s.s * m->r;
    return (risk){signal > 0.0 ? signal * (point->samples / denominator) : 0.0,
                  point->noise > 0.0
                      ? point->noise * ((m->q + s.rest * m->r) / denominator)
                      : 0.0};
}

/* A derivative and the size of the terms that it was added up from. */
typedef struct {
    double value, size;
} slope;

static void slope_add(slope *sum, double term)
{
    sum->value += term;
    sum->size += fabs(term);
}

/* Changes of lnΔ, Λ, Λ+b and b+r with one resource's logarithm. With D = Λb + r(Λ+b):
 *
 *     dlnΔ/dlnN  = −N h b/D,
 *     dlnΔ/dlnP  = −P Λ/D,
 *     dlnΔ/dln g = Λ b/D,
 *     dΛ = h² dN + H r dlnΔ,
 *     db = dP + r dlnΔ.
 *
 * The sums Λ+b and b+r are worked out by hand, since their parts nearly cancel at N ≈ P
 * and at P ≈ rank with a small ridge. */
typedef struct {
    double delta, gap;
    double sum, sum_size;         /* d(Λ+b), and the size of its terms */
    double samples, samples_size; /* d(b+r) */
} change;

/* Numbers that all changes share. */
typedef struct {
    layers l;
    double b, r, d; /* d = D */
    double nearest; /* W_m − P for the narrowest layer m: exact, unlike a_m − b */
    bool last_is_narrowest;
    double rise;      /* r + ρ = 2 Σu²(1−u) */
    slope rho;        /* ρ = dr/dlnΔ */
    slope b_less_rho; /* b − ρ */
} coupling;

/* w [h Λ − (1+H−h) b] for the last layer's h: for the narrowest, Λ = h a and
 * a − b = W − P give h²(W−P) − b[(1−h) + (H−h²)]. The factor w comes first: the product
 * of two gaps may be below the range of double. */
static slope features_difference(const coupling *c, double w)
{
    double h = c->l.share_last, wb = w * c->b;
    if (!c->last_is_narrowest)
        return (slope){w * h * c->l.gap - (1.0 + c->l.share_square - h) * wb,
                       w * h * c->l.gap + (1.0 + c->l.share_square - h) * wb};
    double near = w * h * h * c->nearest,
           rest = wb * (c->l.rest_share + c->l.rest_square);
    return (slope){near - rest, fabs(near) + rest};
}

/* w [H Λ − b] = w [h³(W−P) − b(1−h³) + (H−h²)Λ] for the narrowest layer's h. */
static slope samples_difference(const coupling *c, double w)
{
    double rest = c->l.rest_share, h = 1.0 - rest;
    double near = w * h * h * h * c->nearest, beside = w * c->l.gap * c->l.rest_square;
    double short_of = w * c->b * rest * (1.0 + h + h * h);
    return (slope){near - short_of + beside, fabs(near) + short_of + beside};
}

static change change_of_features(const coupling *c, double width)
{
    double h = c->l.share_last, H = c->l.share_square, gap = c->l.gap, r = c->r;
    double w = width * h / c->d, wb = w * c->b;
    slope d = features_difference(c, w);
    return (change){
        .delta = -wb,
        .gap = wb * h * gap + w * h * gap * r + (h - H) * r * wb,
        .sum = wb * h * gap + r * d.value,
        .sum_size = wb * h * gap + r * d.size,
        .samples = -wb * c->rise,
        .samples_size = wb * c->rise,
    };
}

static change change_of_samples(const coupling *c, double samples)
{
    double gap = c->l.gap, b = c->b, r = c->r, w = samples / c->d, wg = w * gap;
    slope d = samples_difference(c, w);
    return (change){
        .delta = -wg,
        .gap = -c->l.share_square * r * wg,
        .sum = wg * b - r * d.value,
        .sum_size = wg * b + r * d.size,
        .samples = w * b * r + wg * c->b_less_rho.value,
        .samples_size = w * b * r + wg * c->b_less_rho.size,
    };
}

static change change_of_ridge(const coupling *c)
{
    double H = c->l.share_square, r = c->r, delta = (c->l.gap / c->d) * c->b;
    return (change){
        .delta = delta,
        .gap = H * r * delta,
        .sum = (1.0 + H) * r * delta,
        .sum_size = (1.0 + H) * r * delta,
        .samples = c->rise * delta,
        .samples_size = c->rise * delta,
    };
}

static change change_add(change x, change y)
{
    return (change){
        .delta = x.delta + y.delta,
        .gap = x.gap + y.gap,
        .sum = x.sum + y.sum,
        .sum_size = x.sum_size + y.sum_size,
        .samples = x.samples + y.samples,
        .samples_size = x.samples_size + y.samples_size,
    };
}

/* Adds factor·term for a term that was itself a sum. */
static void slope_add_sum(slope *sum, double factor, slope term)
{
    sum->value += factor * term.value;
    sum->size += fabs(factor) * term.size;
}

/* dlnE for a change; `explicit_samples` is 1 where P itself changes. With
 * ds = (r dΛ − Λρ dlnΔ)/(Λ+r)²:
 *
 *     dS = [2 s t_c + (1−s) t_d] dlnΔ − t_d ds,
 *     dZ = −(r + s²ρ) dlnΔ − (1−s)² dΛ,
 *     d(b + s r) = d(b+r) − (1−s²)ρ dlnΔ + (1−s)² dΛ
 *                = d(Λ+b) − s(2−s) dΛ + s²ρ dlnΔ. */
static slope log_risk_slope(const nsl_moments *m, const coupling *c,
                            const nsl_point *point, change x, double explicit_samples)
{
    double gap = c->l.gap, r = c->r, P = point->samples;
    split s = split_of(gap, r);
    double signal = m->t0 + s.rest * m->td, noise = m->q + s.rest * r;
    double total = P * signal + point->noise * noise, denominator = c->b + s.s * r;
    double p = P / total, n = point->noise / total, both = gap + r;
    double fall = s.rest * (1.0 + s.s) * r + s.s * s.s * c->rise; /* r + s²ρ */
    slope out = {0.0, 0.0};
    slope_add(&out, p * (2.0 * s.s * m->tc + s.rest * m->td) * x.delta);
    slope_add(&out, -p * m->td * (s.rest * (x.gap / both)));
    slope_add_sum(&out, p * m->td * s.s * (x.delta / both), c->rho);
    slope_add(&out, -n * fall * x.delta);
    slope_add(&out, -n * s.rest * s.rest * x.gap);
    slope_add(&out, explicit_samples * p * signal);
    if (s.s > 0.5) { /* nearer to b + r than to b + Λ */
        slope_add_sum(&out, -1.0 / denominator, (slope){x.samples, x.samples_size});
        slope_add_sum(&out, s.rest * (1.0 + s.s) * (x.delta / denominator), c->rho);
        slope_add(&out, -s.rest * s.rest * (x.gap / denominator));
    } else {
        slope_add_sum(&out, -1.0 / denominator, (slope){x.sum, x.sum_size});
        slope_add(&out, s.s * (1.0 + s.rest) * (x.gap / denominator));
        slope_add_sum(&out, -s.s * s.s * (x.delta / denominator), c->rho);
    }
    return out;
}

static void set_undefined_elasticities(nsl_prediction *out, unsigned note)
{
    out->elasticity_features = out->elasticity_samples = out->elasticity_ridge = NAN;
    out->notes |= note;
}

/* The elasticity −slope, or NaN and a note where its digits are not known. */
static double elasticity(slope s, double relative_error, unsigned *notes)
{
    double bound = s.size * relative_error;
    if (!(bound <= NSL_PROMISE * fmax(1.0, fabs(s.value)))) {
        *notes |= NSL_NOTE_ELASTICITY;
        return NAN;
    }
    return s.value == 0.0 ? 0.0 : -s.value;
}

/* ρ = (count − z) − bend_above + bend_below; 2q₁ − r where count is not whole. */
static slope rho_of(const nsl_root *root)
{
    const nsl_moments *m = &root->m;
    if (isnan(m->bend_above))
        return (slope){2.0 * m->q1 - m->r, 2.0 * m->q1 + m->r};
    return (slope){root->count_less_dof - m->bend_above + m->bend_below,
                   root->count_less_dof_size + m->bend_above + m->bend_below};
}

/* b − ρ = (P − count) + bend_above − bend_below. */
static slope gap_less_rho(const nsl_root *root, const nsl_point *point)
{
    const nsl_moments *m = &root->m;
    if (isnan(m->bend_above)) {
        slope rho = rho_of(root);
        return (slope){root->gap_samples - rho.value, root->gap_samples + rho.size};
    }
    double beyond = (point->samples - m->count) - m->count_low;
    return (slope){beyond + m->bend_above - m->bend_below,
                   fabs(beyond) + m->bend_above + m->bend_below};
}

/* All widths of the layers infinite: E = (P t₀ + σ_ε² q)/(b + r), dlnΔ/dlnP = −P/(b+r),
 * dlnΔ/dln g = b/(b+r). */
static void kernel_elasticities(nsl_prediction *out, const nsl_root *root,
                                slope b_less_rho, const nsl_point *point, double error)
{
    const nsl_moments *m = &root->m;
    double d = root->gap_samples + m->r, P = point->samples;
    double numerator = P * m->t0 + point->noise * m->q;
    double by_delta[] = {2.0 * P * m->tc / numerator,
                         -2.0 * point->noise * m->q1 / numerator, -2.0 * m->q1 / d};
    slope samples = {0.0, 0.0}, ridge = {0.0, 0.0};
    slope_add(&samples, by_delta[0] * (-P / d));
    slope_add(&samples, by_delta[1] * (-P / d));
    slope_add(&samples, P * m->t0 / numerator);
    slope_add(&samples, -(P / d) * (b_less_rho.value / d));
    samples.size += (P / d) * (b_less_rho.size / d);
    for (int i = 0; i < 3; i++)
        slope_add(&ridge, by_delta[i] * (root->gap_samples / d));
    out->elasticity_features = 0.0;
    out->elasticity_samples = elasticity(samples, error, &out->notes);
    out->elasticity_ridge = elasticity(ridge, error, &out->notes);
}

/* P = ∞ is ridgeless, E = t₁(Δ). */
static void population_elasticities(nsl_prediction *out, const nsl_root *root, layers l,
                                    const nsl_point *point, double error)
{
    const nsl_moments *m = &root->m;
    slope features = {0.0, 0.0};
    if (isfinite(point->features))
        slope_add(&features,
                  -(m->td / (m->t0 + m->td)) * (point->features * l.share_last / m->r));
    out->elasticity_features = elasticity(features, error, &out->notes);
    out->elasticity_samples = 0.0;
    out->elasticity_ridge = 0.0;
}

static void set_elasticities(nsl_prediction *out, const nsl_model *model,
                             const nsl_root *root, const nsl_point *point)
{
    layers l = layers_of(root);
    const nsl_moments *m = &root->m;
    double error = FORMULA_ERROR + 4.0 * m->error + DELTA_CONDITION * root->delta_error;
    if (isinf(point->samples)) {
        population_elasticities(out, root, l, point, error);
        return;
    }
    if (isinf(l.gap)) {
        kernel_elasticities(out, root, gap_less_rho(root, point), point, error);
        return;
    }
    double b = root->gap_samples, r = m->r;
    double narrowest = l.narrowest < model->hidden_count ? model->hidden[l.narrowest]
                                                         : point->features;
    coupling c = {
        .l = l,
        .b = b,
        .r = r,
        .d = l.gap * b + r * (l.gap + b),
        .nearest = narrowest - point->samples,
        .last_is_narrowest = l.narrowest == model->hidden_count,
        .rise = 2.0 * m->q1,
        .rho = rho_of(root),
        .b_less_rho = gap_less_rho(root, point),
    };
    if (c.d < DBL_MIN) { /* its digits are lost, and those of what it divides */
        set_undefined_elasticities(out, NSL_NOTE_UNDERFLOW);
        return;
    }
    change ridge = change_of_ridge(&c), features = {0};
    if (isfinite(point->features)) {
        features = change_of_features(&c, point->features);
        if (model->convention == NSL_RIDGE_KERNEL) /* g grows with N */
            features = change_add(features, ridge);
    }
    change samples = change_of_samples(&c, point->samples);
    unsigned *notes = &out->notes;
    out->elasticity_features =
        elasticity(log_risk_slope(m, &c, point, features, 0.0), error, notes);
    out->elasticity_samples =
        elasticity(log_risk_slope(m, &c, point, samples, 1.0), error, notes);
    out->elasticity_ridge =
        elasticity(log_risk_slope(m, &c, point, ridge, 0.0), error, notes);
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

/* The loss at a root, with C = 1 and E for L; a zero is exact. */
static risk risk_of_root(nsl_prediction *out, nsl_root *root, const nsl_model *model,
                         const nsl_point *point)
{
    bool zero_gap = root->gap_samples == 0.0;
    if (root->kind == NSL_ROOT_ZERO && zero_gap && least_gap(root) == 0.0 &&
        point->noise == 0.0 && root->m.t0 == 0.0) {
        /* N_k = P = rank: the limit γ → 0 is finite */
        nsl_root limit = *root;
        if (!nsl_root_resolved_limit(&limit, model)) {
            out->notes |= NSL_NOTE_UNDERFLOW;
            return (risk){NAN, NAN};
        }
        return risk_at(&limit, layers_of(&limit), point);
    }
    if (root->kind == NSL_ROOT_ZERO && zero_gap && point->noise == 0.0 &&
        root->m.t0 == 0.0)
        return (risk){0.0, 0.0};
    bool peak = zero_gap && (root->kind == NSL_ROOT_ZERO || least_gap(root) == 0.0);
    risk e = risk_at(root, layers_of(root), point);
    if (peak && e.signal + e.noise > 0.0) {
        out->notes |= NSL_NOTE_DIVERGES;
        return (risk){e.signal > 0.0 ? (double)NAN : 0.0,
                      e.noise > 0.0 ? (double)NAN : 0.0};
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
                       const nsl_root *root, const nsl_point *point, risk e)
{
    double half = 0.5 * model->outputs, total = e.signal + e.noise;
    bool no_noise = point->noise == 0.0 || isinf(point->samples);
    bool no_signal =
        model->target.zero || (root->kind == NSL_ROOT_ZERO && e.signal == 0.0);
    out->signal_loss = in_range(half * e.signal, no_signal, out);
    out->noise_loss = in_range(half * e.noise, no_noise, out);
    out->test_loss = in_range(half * total, no_signal && no_noise, out);
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

static nsl_prediction nothing_known(void)
{
    return (nsl_prediction){NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, 0};
}

nsl_status nsl_predict(nsl_prediction *out, const nsl_model *model,
                       const nsl_point *point, nsl_error *err)
{
    nsl_root root;
    *out = nothing_known();
    nsl_status status = nsl_root_solve(&root, model, point, err);
    if (status != NSL_OK)
        return status;
    if (root.kind == NSL_ROOT_UNDERFLOW || root.kind == NSL_ROOT_OVERFLOW) {
        out->notes =
            root.kind == NSL_ROOT_UNDERFLOW ? NSL_NOTE_UNDERFLOW : NSL_NOTE_OVERFLOW;
        return NSL_OK;
    }
    out->delta = root.delta;
    if (isinf(root.m.z))
        out->notes |= NSL_NOTE_DOF_INFINITE;
    else
        out->dof = in_range(root.m.z, false, out);
    risk e = risk_of_root(out, &root, model, point);
    set_losses(out, model, &root, point, e);
    if (isnan(out->test_loss))
        set_undefined_elasticities(out, 0);
    else if (root.kind == NSL_ROOT_ZERO)
        resolved_elasticities(out, &root, point);
    else if (out->test_loss > 0.0)
        set_elasticities(out, model, &root, point);
    if (out->test_loss == 0.0)
        set_undefined_elasticities(out, NSL_NOTE_ZERO_LOSS);
    return NSL_OK;
}
