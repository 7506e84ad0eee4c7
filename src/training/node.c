/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One node from its root: with x = lnΔ and S₁ = Σ 1/gap over all widths, A = 1 + r Σ_k
 * 1/a_k over those but P and K = 1 + r S₁,
 *
 *     dlnω/dx = K,   dlnκ/dx = A,   dt₁/dx = t_d,   dz/dx = −r,   dr/dx = ρ
 *
 * at fixed widths; a width W with gap a adds ∂lnω/∂lnW = z/a, and the same to lnκ
 * unless it is P. A number of the spectrum that moves z at fixed x by ż moves lnω by
 * −ż S₁ there, and lnκ by −ż Σ_k 1/a_k.
 *
 * So dx = (dlnω − z/a + ż S₁)/K. Where gaps of several widths are small, sums of what
 * follows from it cancel; they are written out with what cancels left out. */
#include "training/node.h"
#include "core/error.h"

#include <complex.h>
#include <float.h>
#include <math.h>

/* Halvings of a step along the contour. */
enum { HALVINGS_MAX = 40 };

/* A root and what its derivatives need. */
typedef struct {
    double complex omega, delta, z, r, rho;
    double complex t1, td, te;
    double complex gap_samples;             /* P − z */
    double complex of_features, of_samples; /* 1/(N − z), 1/(P − z); 0 where infinite */
    double complex first, second;           /* Σ_k 1/a_k, Σ_k 1/a_k² without P */
    double complex near[2]; /* Σ_k (N_k − W)/a_k² over hidden widths, W = N, P */
    double complex A, K;
    double complex kappa_over_delta; /* Π_k (1 − z/N_k) */
    double complex residual;         /* b' */
} root;

/* How a root moves in one direction. */
typedef struct {
    double complex x, omega;     /* dx, dlnω */
    double complex part;         /* P d(z/P); dz where P does not move */
    double complex kappa;        /* dlnκ */
    double complex z, r, t1, td; /* of the spectrum's numbers, at fixed x */
    bool features, samples;
} move;

nsl_status nsl_setting_set(nsl_setting *out, const nsl_model *model,
                           const nsl_point *point, nsl_error *err)
{
    *out = (nsl_setting){.model = model, .point = *point};
    nsl_status status = nsl_spectrum_prepare(model->spectrum, &model->target, err);
    if (status != NSL_OK)
        return status;
    nsl_equation_set_mean(&out->equation, model, point->features, point->samples);
    /* δ = g/ΠN_k, ω₀ = δ/P: at P = ∞ no finite ridge is felt */
    double omega = point->ridge / point->samples;
    if (model->convention == NSL_RIDGE_MRS && point->ridge > 0.0) {
        double input = nsl_whole_from(model->spectrum->latents).high;
        for (size_t k = 0; k <= model->hidden_count; k++) {
            double width = k < model->hidden_count ? model->hidden[k] : point->features;
            omega *= input / width / model->sigma_u2;
            input = width;
        }
        out->d_ridge[NSL_BY_FEATURES] = -omega;
    }
    if (!isfinite(omega) ||
        (omega < DBL_MIN && point->ridge > 0.0 && isfinite(point->samples)))
        return nsl_fail(err, NSL_EFAILED, "ridge",
                        "per sample and feature is outside the range of double");
    out->ridge = omega;
    out->d_ridge[NSL_BY_SAMPLES] = -omega;
    out->d_ridge[NSL_BY_RIDGE] = omega;
    return NSL_OK;
}

static double complex width_gap(const nsl_branch *b, const nsl_equation *e,
                                double width)
{
    return b->gap + (width - e->least);
}

/* Target's sums at Δ = −s; of the MRS target from z, r and ρ. */
static void set_target(root *out, const nsl_model *model, double complex at)
{
    const nsl_target *t = &model->target;
    const nsl_spectrum *spectrum = nsl_spectrum_origin(model->spectrum);
    nsl_complex_target sums;
    if (t->kind == NSL_TARGET_MRS) { /* t₁ = scale·Δ z */
        double complex scale = t->scale * out->delta;
        sums = (nsl_complex_target){.t1 = scale * out->z,
                                    .td = scale * (out->z - out->r),
                                    .te = scale * (out->z - 2.0 * out->r - out->rho)};
    } else {
        spectrum->ops->complex_target(&sums, spectrum, t, at);
    }
    out->t1 = sums.t1 + t->unlearnable;
    out->td = sums.td;
    out->te = sums.te;
}

/* z without cancellation: from the counts, or from the gap where that is shorter. */
static double complex dof_of(const nsl_complex_sums *m)
{
    return (m->count + m->count_low) + m->rest;
}

/* All of a root from a solved branch at ζ = −ω, Im s > 0: Δ = −s below the axis. */
static void set_root(root *out, const nsl_setting *s, nsl_branch *b,
                     double complex omega)
{
    const nsl_equation *e = &s->equation;
    nsl_equation_sums(&b->m, e, b->s, false);
    *out = (root){.omega = omega,
                  .delta = -b->s,
                  .z = dof_of(&b->m),
                  .r = b->m.r,
                  .rho = b->m.rho,
                  .kappa_over_delta = 1.0,
                  .residual = 1.0};
    double P = s->point.samples, N = s->point.features;
    for (size_t k = 0; k <= s->model->hidden_count; k++) {
        bool last = k == s->model->hidden_count;
        double width = last ? N : s->model->hidden[k];
        if (isinf(width))
            continue;
        double complex gap = width_gap(b, e, width), over = 1.0 / gap;
        out->kappa_over_delta *= gap / width;
        out->first += over;
        out->second += over * over;
        out->near[0] += last || isinf(N) ? 0.0 : (width - N) * over * over;
        out->near[1] += last || isinf(P) ? 0.0 : (width - P) * over * over;
        out->of_features = last ? over : 0.0;
    }
    if (isfinite(P)) {
        out->gap_samples = width_gap(b, e, P);
        out->residual = out->gap_samples / P;
        out->of_samples = 1.0 / out->gap_samples;
    }
    out->A = 1.0 + out->r * out->first;
    out->K = out->A + out->r * out->of_samples;
    set_target(out, s->model, b->s);
}

/* The explicit parts of a shape: differences of the sums at one Δ. */
static void set_shape(move *out, const root *at, const nsl_shapes *shapes, int shape)
{
    const nsl_model *model[] = {shapes->above[shape], shapes->below[shape]};
    nsl_complex_sums sums[2];
    root side[2];
    for (int i = 0; i < 2; i++) {
        const nsl_spectrum *spectrum = nsl_spectrum_origin(model[i]->spectrum);
        spectrum->ops->complex_sums(&sums[i], spectrum, -at->delta, false);
        side[i] = (root){.delta = at->delta,
                         .z = dof_of(&sums[i]),
                         .r = sums[i].r,
                         .rho = sums[i].rho};
        set_target(&side[i], model[i], -at->delta);
    }
    double over = 0.5 / shapes->step[shape];
    double counts =
        (sums[0].count - sums[1].count) + (sums[0].count_low - sums[1].count_low);
    out->z = (counts + (sums[0].rest - sums[1].rest)) * over;
    out->r = (side[0].r - side[1].r) * over;
    out->t1 = (side[0].t1 - side[1].t1) * over;
    out->td = (side[0].td - side[1].td) * over;
}

/* dx and what follows in a direction, at fixed w: dω = dω₀. */
static move move_of(const root *a, const nsl_setting *s, int direction)
{
    move m = {.omega = s->d_ridge[direction] / a->omega};
    double complex features = 0.0, samples = 0.0; /* ∂lnω of a width */
    m.features = direction == NSL_BY_FEATURES && isfinite(s->point.features);
    m.samples = direction == NSL_BY_SAMPLES && isfinite(s->point.samples);
    if (m.features)
        features = a->z * a->of_features;
    if (m.samples)
        samples = a->z * a->of_samples;
    if (direction >= NSL_BY_SHAPE)
        set_shape(&m, a, &s->shapes, direction - NSL_BY_SHAPE);
    double complex all = a->first + a->of_samples;
    m.x = (m.omega - features - samples + m.z * all) / a->K;
    m.part =
        (m.z - a->r * (m.omega - features) - (m.samples ? a->z * a->A : 0.0)) / a->K;
    m.kappa =
        (a->A * (m.omega - samples) + (a->r * features + m.z) * a->of_samples) / a->K;
    return m;
}

/* Moves an arm: da, and those of b = a z/P and x = a b'. `d_a` is set. */
static void move_side(nsl_arm *n, const root *a, const nsl_setting *s,
                      const move moves[])
{
    double P = s->point.samples;
    for (int d = 0; isfinite(P) && d < NSL_DIRECTIONS; d++) {
        double complex d_part = moves[d].part / P;
        n->d_b[d] = n->d_a[d] * (a->z / P) + n->a * d_part;
        n->d_x[d] = n->d_a[d] * a->residual - n->a * d_part;
    }
    for (int d = 0; isinf(P) && d < NSL_DIRECTIONS; d++)
        n->d_x[d] = n->d_a[d];
}

/* What a width W with 1/gap `over` adds to d Σ_k 1/a_k over some widths, itself one of
 * them, at fixed ω: −1/a + its share of dz. `others` = Σ_k (N_k − W)/a_k² over the
 * others, and Σ 1/a over widths that are not in the sum. */
static double complex of_width(const root *a, double complex over,
                               double complex others)
{
    return -over - a->z * over * over * (1.0 + a->r * others) / a->K;
}

/* dA and dK in a direction. */
static void set_slopes(double complex *dA, double complex *dK, const root *a,
                       const nsl_setting *s, const move *m)
{
    double complex over = a->of_samples, both = a->second + over * over;
    double complex dr = a->rho * m->x + m->r;
    double apart =
        s->point.samples - s->point.features; /* used where both are finite */
    double complex dz = (m->z - a->r * m->omega) / a->K; /* of no width */
    double complex of_A = dz * a->second, of_K = dz * both;
    if (m->features) {
        double complex P = over == 0.0 ? 0.0 : over * over * apart;
        of_A += of_width(a, a->of_features, a->near[0] + over);
        of_K += of_width(a, a->of_features, a->near[0] + P);
    }
    if (m->samples) {
        double complex N = a->of_features;
        of_A += a->r * a->z * over / a->K * a->second;
        of_K += of_width(a, over, a->near[1] - (N == 0.0 ? 0.0 : N * N * apart));
    }
    *dA = dr * a->first + a->r * of_A;
    *dK = dr * (a->first + over) + a->r * of_K;
}

/* One model: E₁₁ = κ (T A − t_d)/(ωK), and η' = (η A − κ r/P)/(ωK) of the noise. */
static void set_features_side(nsl_node *node, const root *a, const nsl_setting *s,
                              const move moves[])
{
    nsl_arm *n = &node->arm[NSL_PAIR_FEATURES];
    double P = s->point.samples;
    bool finite = isfinite(P);
    double complex scale = 1.0 / (a->omega * a->K), spread = finite ? a->r / P : 0.0;
    n->a = a->delta * a->kappa_over_delta;
    n->b = finite ? n->a * a->z / P : 0.0;
    n->x = a->omega;
    n->signal = n->a * (a->t1 * a->A - a->td) * scale;
    n->noise = (n->b * a->A - n->a * spread) * scale;
    for (int d = 0; d < NSL_DIRECTIONS; d++)
        n->d_a[d] = n->a * moves[d].kappa;
    move_side(n, a, s, moves);
    for (int d = 0; d < NSL_DIRECTIONS; d++) {
        const move *m = &moves[d];
        double complex dA, dK;
        set_slopes(&dA, &dK, a, s, m);
        double complex x = m->x, rest = dK / a->K + m->omega;
        double complex d_spread = finite ? (m->r + a->rho * x) / P : 0.0;
        double complex d_t1 = a->td * x + m->t1, d_td = a->te * x + m->td;
        if (m->samples)
            d_spread -= spread;
        n->d_signal[d] = n->signal * (m->kappa - rest) +
                         n->a * (d_t1 * a->A + a->t1 * dA - d_td) * scale;
        n->d_noise[d] =
            (n->d_b[d] * a->A + n->b * dA - n->a * (m->kappa * spread + d_spread)) *
                scale -
            n->noise * rest;
    }
}

/* [E5]   E_× = (t₀ + σ_ε² q/P)/(1 − q/P), q = z − r, 1 − q/P = b' + r/P. */
static void set_cross_side(nsl_node *node, const root *a, const nsl_setting *s,
                           const move moves[])
{
    nsl_arm *n = &node->arm[NSL_PAIR_CROSS];
    double P = s->point.samples;
    bool finite = isfinite(P);
    double complex part = finite ? (a->z - a->r) / P : 0.0;
    double complex over = 1.0 / (finite ? a->residual + a->r / P : 1.0);
    n->a = a->delta;
    n->b = finite ? n->a * a->z / P : 0.0;
    n->x = n->a * a->residual;
    n->signal = node->bias * over;
    n->noise = part * over;
    for (int d = 0; d < NSL_BY_SHAPE; d++) {
        double complex x = moves[d].x;
        double complex d_part = finite ? -(a->r + a->rho) / P * x : 0.0;
        if (moves[d].samples)
            d_part -= part;
        n->d_a[d] = a->delta * x;
        n->d_signal[d] = ((a->td - a->te) * x + n->signal * d_part) * over;
        n->d_noise[d] = (d_part + n->noise * d_part) * over;
    }
    move_side(n, a, s, moves);
}

/* Roundings of ω and of the spectral sums, relative. */
static const double ROUNDING = 8 * DBL_EPSILON;

/* lnω off by e and z by −e z move s and the gaps a by
 *
 *     dln s = e (1 − z S₁)/K,   Σ dln a = e (r + z) S₁/K. */
static double rounding_of(const root *a)
{
    double first = cabs(a->first) + cabs(a->of_samples);
    double both = 2.0 * cabs(a->z) + cabs(a->r);
    return ROUNDING * (1.0 + (1.0 + both * first) / cabs(a->K));
}

static void set_node(nsl_node *n, const root *a, const nsl_setting *s)
{
    move moves[NSL_DIRECTIONS];
    *n = (nsl_node){.residual = a->residual,
                    .rounding = rounding_of(a),
                    .target = a->t1,
                    .delta = a->delta,
                    .dof = a->z,
                    .bias = a->t1 - a->td};
    for (int d = 0; d < NSL_DIRECTIONS; d++) {
        bool wanted = d < NSL_BY_SHAPE || s->shapes.above[d - NSL_BY_SHAPE];
        moves[d] = wanted ? move_of(a, s, d) : (move){0};
        n->d_target[d] = a->td * moves[d].x + moves[d].t1;
    }
    set_features_side(n, a, s, moves);
    set_cross_side(n, a, s, moves);
}

/* --- following the root ------------------------------------------------------------
 */

/* ln ζ of ζ = −ω below the axis. */
static double complex log_zeta(double complex omega)
{
    return clog(-omega);
}

/* From the root at one ω to that at another, in as many steps as it takes: dln s =
 * dlnω/D, and the gap ε moves by r dln s. */
static bool follow(nsl_branch *b, const nsl_equation *e, double complex from,
                   double complex to)
{
    double complex begin = log_zeta(from), way = log_zeta(to) - begin;
    double done = 0.0, step = 1.0;
    for (int i = 0; i < HALVINGS_MAX && done < 1.0; i++) {
        nsl_branch next = *b;
        double share = fmin(step, 1.0 - done);
        double complex ds = share * way / b->slope;
        next.s *= cexp(ds - 0.5 * b->bend / b->slope * ds * ds);
        next.gap *= cexp(b->m.r / b->gap * ds);
        bool inside = cimag(next.s) > 0.0 && cimag(next.gap) < 0.0;
        double complex target =
            share + done >= 1.0 ? log_zeta(to) : begin + (done + share) * way;
        if (inside && nsl_branch_improve(&next, e, NULL, target)) {
            *b = next;
            done += share;
            step = 2.0 * share;
        } else {
            step = 0.25 * share;
        }
    }
    return done >= 1.0;
}

/* Logarithms of small numbers have lost digits of [E1], which products have not: with
 * q = ζ(s)/ζ the root moves by dln s = −ln q/D. */
static void settle(nsl_branch *b, const nsl_equation *e, double complex omega)
{
    static const double FROM_LOGARITHMS = 1e-9; /* else the product has left double */
    double complex q = b->s / -omega;
    for (size_t j = 0; j < e->widths; j++)
        q *= (b->gap + e->excess[j]) / (e->least + e->excess[j]);
    if (!(cabs(q - 1.0) < FROM_LOGARITHMS))
        return;
    nsl_equation_slopes(b, e);
    double complex ds = (1.0 - q) / b->slope;
    b->gap *= 1.0 + b->m.r / b->gap * ds;
    b->s *= 1.0 + ds;
}

static nsl_status lost(nsl_error *err)
{
    return nsl_fail(err, NSL_EFAILED, "time",
                    "leads to a complex ridge at which the resolvent was not found");
}

nsl_status nsl_nodes_find(nsl_node *out, const nsl_setting *s, const double complex *w,
                          size_t count, nsl_error *err)
{
    const nsl_equation *e = &s->equation;
    nsl_branch b = {.s = 0.0};
    double complex before = 0.0;
    for (size_t i = 0; i < count; i++) {
        double complex omega = s->ridge + w[i];
        if (e->widths == 0) {
            b.s = -omega;
        } else {
            double log_size = log(cabs(omega)), angle = carg(-omega);
            bool found = i == 0 ? nsl_branch_rotate(&b, e, log_size, angle)
                                : follow(&b, e, before, omega);
            if (!found)
                return lost(err);
            settle(&b, e, omega);
        }
        root a;
        set_root(&a, s, &b, omega);
        if (e->widths > 0)
            nsl_equation_slopes(&b, e);
        set_node(&out[i], &a, s);
        before = omega;
    }
    return NSL_OK;
}

/* --- the trained model -------------------------------------------------------------
 */

/* At ω = 0 the least width is all learnt, z = n: κ = 0 unless that is P. Where n
 * exceeds the rank Δ = 0 as well. */
static void set_ridgeless(nsl_node *n, const nsl_setting *s, const nsl_root *at)
{
    double P = s->point.samples, N = s->point.features;
    bool resolved = at->kind == NSL_ROOT_ZERO;
    bool by_samples = !resolved && at->gap_samples == 0.0;
    bool by_features = !resolved && isfinite(N) && at->gap[at->layers - 1] == 0.0;
    root a = {.delta = at->delta,
              .z = at->m.z,
              .r = resolved ? 0.0 : at->m.r,
              .kappa_over_delta = 1.0,
              .residual = isinf(P) ? 1.0 : at->gap_samples / P};
    double last = 0.0; /* 1/a of the last layer */
    for (size_t k = 0; k < at->layers; k++) {
        double width = k + 1 < at->layers ? s->model->hidden[k] : N;
        last = isinf(width) ? 0.0 : 1.0 / at->gap[k];
        a.first += last;
        a.kappa_over_delta *= isinf(width) ? 1.0 : at->gap[k] / width;
    }
    move moves[NSL_DIRECTIONS] = {[NSL_BY_SAMPLES] = {.samples = isfinite(P)}};
    if (by_samples)
        moves[NSL_BY_SAMPLES].x = -P / a.r;
    if (by_features)
        moves[NSL_BY_FEATURES].x = -N / a.r;
    n->residual = a.residual;
    n->target = at->m.t0 + at->m.td;
    n->delta = a.delta;
    n->dof = a.z;
    nsl_arm *one = &n->arm[NSL_PAIR_FEATURES], *many = &n->arm[NSL_PAIR_CROSS];
    many->a = a.delta;
    one->a = resolved || !by_samples ? 0.0 : a.delta * a.kappa_over_delta;
    for (int d = 0; d < NSL_DIRECTIONS; d++) {
        moves[d].part = -a.r * moves[d].x - (moves[d].samples ? a.z : 0.0);
        n->d_target[d] = at->m.td * moves[d].x;
        many->d_a[d] = a.delta * moves[d].x;
        if (creal(one->a) > 0.0) /* else it stays 0 */
            one->d_a[d] = one->a * ((1.0 + a.r * a.first) * moves[d].x +
                                    (d == NSL_BY_FEATURES ? a.z * last : 0.0));
    }
    for (int kind = 0; kind < NSL_PAIR_KINDS; kind++) {
        nsl_arm *arm = &n->arm[kind];
        arm->b = isinf(P) ? 0.0 : arm->a * a.z / P;
        arm->x = arm->a * a.residual;
        move_side(arm, &a, s, moves);
    }
}

static nsl_status node_ridgeless(nsl_node *out, const nsl_setting *s,
                                 const nsl_model *model, nsl_error *err)
{
    nsl_point point = s->point;
    point.ridge = 0.0;
    point.training = (nsl_training){0};
    nsl_root at;
    nsl_status status = nsl_root_solve(&at, model, &point, err);
    *out = (nsl_node){0};
    if (status == NSL_OK)
        set_ridgeless(out, s, &at);
    return status;
}

/* The shapes of one model without a ridge, as differences of nodes. */
static nsl_status add_shapes(nsl_node *out, const nsl_setting *s, nsl_error *err)
{
    nsl_status status = NSL_OK;
    nsl_arm *arm = &out->arm[NSL_PAIR_FEATURES];
    for (int i = 0; i < NSL_SHAPES && status == NSL_OK; i++) {
        if (!s->shapes.above[i])
            continue;
        nsl_node above, below;
        double over = 0.5 / s->shapes.step[i];
        status = node_ridgeless(&above, s, s->shapes.above[i], err);
        if (status == NSL_OK)
            status = node_ridgeless(&below, s, s->shapes.below[i], err);
        if (status != NSL_OK)
            break;
        const nsl_arm *high = &above.arm[NSL_PAIR_FEATURES],
                      *low = &below.arm[NSL_PAIR_FEATURES];
        int d = NSL_BY_SHAPE + i;
        out->d_target[d] = (above.target - below.target) * over;
        arm->d_a[d] = (high->a - low->a) * over;
        arm->d_b[d] = (high->b - low->b) * over;
        arm->d_x[d] = (high->x - low->x) * over;
    }
    return status;
}

nsl_status nsl_node_trained(nsl_node *out, const nsl_setting *s, nsl_error *err)
{
    *out = (nsl_node){0};
    const nsl_equation *e = &s->equation;
    if (s->ridge > 0.0) {
        nsl_branch b = {.s = -s->ridge};
        if (e->widths > 0 && !nsl_branch_negative(&b, e, log(s->ridge)))
            return lost(err);
        if (e->widths > 0)
            settle(&b, e, s->ridge);
        root a;
        set_root(&a, s, &b, s->ridge);
        set_node(out, &a, s);
        return NSL_OK;
    }
    nsl_status status = node_ridgeless(out, s, s->model, err);
    return status == NSL_OK ? add_shapes(out, s, err) : status;
}
