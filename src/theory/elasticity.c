/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exact elasticities of the test loss (theory.md section 5), from [E2] and [E5] with
 * the layers as one. Every sum carries the size of its terms, so that digits that
 * cancel are noticed. */
#include "theory/loss.h"

#include <float.h>
#include <math.h>

/* Roundings in the formulas below on top of those of Δ and the moments. */
static const double FORMULA_ERROR = 24 * DBL_EPSILON;

/* |∂ln(loss)/∂lnΔ| at fixed widths is at most this: each moment's is 2 or less, and a
 * gap's 1. */
static const double DELTA_CONDITION = 4.0;

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
    nsl_layers l;
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

/* What dlnE has of the place, whatever changes. */
typedef struct {
    nsl_split s;
    double signal;       /* S */
    double p, n;         /* P and σ_ε² over P S + σ_ε² Z */
    double per_both;     /* 1/(Λ+r) */
    double per_fraction; /* 1/(b + s r) */
    double fall;         /* r + s²ρ */
} risk_terms;

static risk_terms risk_terms_of(const nsl_moments *m, const coupling *c,
                                const nsl_point *point)
{
    nsl_split s = nsl_split_of(c->l.gap, c->r);
    double signal = m->t0 + s.rest * m->td, noise = m->q + s.rest * c->r;
    double total = point->samples * signal + point->noise * noise;
    return (risk_terms){
        .s = s,
        .signal = signal,
        .p = point->samples / total,
        .n = point->noise / total,
        .per_both = 1.0 / (c->l.gap + c->r),
        .per_fraction = 1.0 / (c->b + s.s * c->r),
        .fall = s.rest * (1.0 + s.s) * c->r + s.s * s.s * c->rise,
    };
}

/* dlnE for a change; `explicit_samples` is 1 where P itself changes. With
 * ds = (r dΛ − Λρ dlnΔ)/(Λ+r)²:
 *
 *     dS = [2 s t_c + (1−s) t_d] dlnΔ − t_d ds,
 *     dZ = −(r + s²ρ) dlnΔ − (1−s)² dΛ,
 *     d(b + s r) = d(b+r) − (1−s²)ρ dlnΔ + (1−s)² dΛ
 *                = d(Λ+b) − s(2−s) dΛ + s²ρ dlnΔ. */
static slope log_risk_slope(const nsl_moments *m, const coupling *c,
                            const risk_terms *t, change x, double explicit_samples)
{
    nsl_split s = t->s;
    double p = t->p, delta = x.delta * t->per_fraction, gap = x.gap * t->per_fraction;
    slope out = {0.0, 0.0};
    slope_add(&out, p * (2.0 * s.s * m->tc + s.rest * m->td) * x.delta);
    slope_add(&out, -p * m->td * (s.rest * (x.gap * t->per_both)));
    slope_add_sum(&out, p * m->td * s.s * (x.delta * t->per_both), c->rho);
    slope_add(&out, -t->n * t->fall * x.delta);
    slope_add(&out, -t->n * s.rest * s.rest * x.gap);
    slope_add(&out, explicit_samples * p * t->signal);
    if (s.s > 0.5) { /* nearer to b + r than to b + Λ */
        slope_add_sum(&out, -t->per_fraction, (slope){x.samples, x.samples_size});
        slope_add_sum(&out, s.rest * (1.0 + s.s) * delta, c->rho);
        slope_add(&out, -s.rest * s.rest * gap);
    } else {
        slope_add_sum(&out, -t->per_fraction, (slope){x.sum, x.sum_size});
        slope_add(&out, s.s * (1.0 + s.rest) * gap);
        slope_add_sum(&out, -s.s * s.s * delta, c->rho);
    }
    return out;
}

/* dln E_× for a change, E_× = (P t₀ + σ_ε² q)/(b + r) [E5]. */
static slope log_cross_slope(const nsl_moments *m, const coupling *c,
                             const nsl_point *point, change x, double explicit_samples)
{
    double P = point->samples, noise = point->noise;
    double numerator = P * m->t0 + noise * m->q, many = c->b + c->r;
    slope out = {0.0, 0.0};
    slope_add(&out, 2.0 * (P * m->tc / numerator) * x.delta);
    slope_add(&out, -2.0 * (noise * m->q1 / numerator) * x.delta);
    slope_add(&out, explicit_samples * (P * m->t0 / numerator));
    slope_add_sum(&out, -1.0 / many, (slope){x.samples, x.samples_size});
    return out;
}

/* How E_K = E_× + (E − E_×)/K is made of E and E_×. */
typedef struct {
    double single, cross; /* parts of E_K; they add up to 1 */
} mixture;

static mixture mixture_of(const nsl_root *root, const nsl_point *point)
{
    double share = nsl_ensemble_share(point);
    if (share == 1.0)
        return (mixture){1.0, 0.0};
    nsl_risk e = nsl_risk_at(root, point);
    double cross = e.bias + e.variance_samples + e.noise_cross;
    double rest = share > 0.0 ? share * (e.variance_features + e.noise_features) : 0.0;
    double single = share > 0.0 ? share * (e.signal + e.noise) : 0.0;
    return (mixture){single / (cross + rest), (1.0 - share) * (cross / (cross + rest))};
}

/* Inlined, as each change leaves out other terms. */
__attribute__((always_inline)) static inline slope
log_ensemble_slope(const nsl_moments *m, const coupling *c, const risk_terms *t,
                   const nsl_point *point, change x, double explicit_samples,
                   mixture of)
{
    slope out = {0.0, 0.0};
    if (of.single > 0.0)
        slope_add_sum(&out, of.single, log_risk_slope(m, c, t, x, explicit_samples));
    if (of.cross > 0.0)
        slope_add_sum(&out, of.cross,
                      log_cross_slope(m, c, point, x, explicit_samples));
    return out;
}

void nsl_set_undefined_elasticities(nsl_prediction *out, unsigned note)
{
    out->elasticity_features = out->elasticity_samples = out->elasticity_ridge = NAN;
    if (note & NSL_NOTE_ZERO_LOSS)
        out->elasticity_time = NAN;
    out->notes |= note;
}

/* The elasticity −slope, or NaN and a note where its digits are not known. */
static double elasticity(slope s, double relative_error, unsigned *notes)
{
    double bound = s.size * relative_error;
    double size = fabs(s.value);
    if (!(bound <= NSL_PROMISE * (size > 1.0 ? size : 1.0))) {
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

/* P = ∞ is ridgeless: E = t₁, E_× = t₀, dlnΔ/dlnN = −N h/r. */
static void population_elasticities(nsl_prediction *out, const nsl_root *root,
                                    nsl_layers l, const nsl_point *point, double error)
{
    const nsl_moments *m = &root->m;
    double share = nsl_ensemble_share(point);
    slope features = {0.0, 0.0};
    if (isfinite(point->features))
        slope_add(&features, -((share * m->td + (1.0 - share) * 2.0 * m->tc) /
                               (m->t0 + share * m->td)) *
                                 (point->features * l.share_last / m->r));
    out->elasticity_features = elasticity(features, error, &out->notes);
    out->elasticity_samples = 0.0;
    out->elasticity_ridge = 0.0;
}

static coupling coupling_of(const nsl_root *root, nsl_layers l, const nsl_model *model,
                            const nsl_point *point)
{
    double b = root->gap_samples, r = root->m.r;
    double narrowest = l.narrowest < model->hidden_count ? model->hidden[l.narrowest]
                                                         : point->features;
    return (coupling){
        .l = l,
        .b = b,
        .r = r,
        .d = l.gap * b + r * (l.gap + b),
        .nearest = narrowest - point->samples,
        .last_is_narrowest = l.narrowest == model->hidden_count,
        .rise = 2.0 * root->m.q1,
        .rho = rho_of(root),
        .b_less_rho = gap_less_rho(root, point),
    };
}

/* A finite N, P and some layer. */
static void finite_elasticities(nsl_prediction *out, const nsl_model *model,
                                const nsl_root *root, nsl_layers l,
                                const nsl_point *point, double error)
{
    const nsl_moments *m = &root->m;
    coupling c = coupling_of(root, l, model, point);
    if (l.gap == 0.0 && c.b == 0.0) { /* only many averaged models have no peak */
        nsl_set_undefined_elasticities(out, NSL_NOTE_KINK);
        return;
    }
    if (c.d < DBL_MIN) { /* its digits are lost, and those of what it divides */
        nsl_set_undefined_elasticities(out, NSL_NOTE_UNDERFLOW);
        return;
    }
    change ridge = change_of_ridge(&c), features = {0};
    if (isfinite(point->features)) {
        features = change_of_features(&c, point->features);
        if (model->convention == NSL_RIDGE_KERNEL) /* g grows with N */
            features = change_add(features, ridge);
    }
    change samples = change_of_samples(&c, point->samples);
    mixture of = mixture_of(root, point);
    risk_terms t = risk_terms_of(m, &c, point);
    unsigned *notes = &out->notes;
    out->elasticity_features = elasticity(
        log_ensemble_slope(m, &c, &t, point, features, 0.0, of), error, notes);
    out->elasticity_samples = elasticity(
        log_ensemble_slope(m, &c, &t, point, samples, 1.0, of), error, notes);
    out->elasticity_ridge =
        elasticity(log_ensemble_slope(m, &c, &t, point, ridge, 0.0, of), error, notes);
}

void nsl_set_elasticities(nsl_prediction *out, const nsl_model *model,
                          const nsl_root *root, const nsl_point *point, double promise)
{
    nsl_layers l = nsl_layers_of(root);
    double error =
        FORMULA_ERROR + 4.0 * root->m.error + DELTA_CONDITION * root->delta_error;
    error *= NSL_PROMISE / promise;
    if (isinf(point->samples))
        population_elasticities(out, root, l, point, error);
    else if (isinf(l.gap))
        kernel_elasticities(out, root, gap_less_rho(root, point), point, error);
    else
        finite_elasticities(out, model, root, l, point, error);
}
