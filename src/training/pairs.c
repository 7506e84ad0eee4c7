/* SPDX-License-Identifier: GPL-3.0-or-later */
/* [E7] as products of vectors: with E₁₂ = [a₂T₁ − a₁T₂ + σ²(b₂ − b₁)]/(x₂ − x₁) of
 * node.h and D_jk = 1/(x_k − x_j), which is antisymmetric,
 *
 *     Σ_jk c_j c_k E_jk = 2 Σ_j c_j T_j (D ca)_j + 2σ² Σ_j c_j (D cb)_j + Σ_j c_j² E_jj
 *
 * over all nodes: twice the real part of the sum over those below the axis. The
 * training residuals b'₁b'₂(E₁₂ + σ²) have a b' = x in place of a. Where the contour
 * leaves the trained part 0 out, that adds E₀₀ + 2 Σ_j c_j E_j0. */
#include "training/pairs.h"

#include <complex.h>
#include <float.h>
#include <math.h>

void nsl_pair_weights(double complex *c, const nsl_sheet *sheet, double time)
{
    for (size_t i = 0; i < sheet->contour.count; i++) {
        const nsl_contour_node *n = &sheet->contour.node[i];
        bool negative = n->alternating && fmod(time, 2.0) != 0.0;
        c[i] = (negative ? -n->base : n->base) * cexp(n->rate * time);
    }
}

/* Of the sides, and of the filter, whose exponent is rounded. */
double nsl_pairs_rounding(const nsl_sheet *sheet, const double complex *c, double time)
{
    double largest = 0.0, turned = 0.0;
    for (size_t i = 0; i < sheet->contour.count; i++) {
        double size = cabs(c[i]);
        largest = fmax(largest, size);
        turned = fmax(turned, size * cabs(sheet->contour.node[i].rate) * time);
    }
    return sheet->rounding +
           2.0 * DBL_EPSILON * (largest > 0.0 ? turned / largest : 0.0);
}

static const nsl_cauchy *cauchy_of(const nsl_sheet *sheet, nsl_pair_kind kind)
{
    return kind == NSL_PAIR_FEATURES ? &sheet->features : &sheet->cross;
}

/* The vectors D v that the sums need, v = c a, c T, c, c b, c x. */
typedef struct {
    double complex *a, *t, *one, *b, *x;
} products;

static void set_products(products *p, nsl_sheet *sheet, nsl_pair_kind kind,
                         const double complex *c, double complex *work)
{
    size_t count = sheet->contour.count;
    double complex **to[] = {&p->a, &p->t, &p->one, &p->b, &p->x}, *v = work;
    for (int i = 0; i < 5; i++) {
        *to[i] = work + (size_t)(i + 1) * count;
        for (size_t k = 0; k < count; k++) {
            const nsl_node *n = &sheet->node[k];
            const nsl_arm *arm = &n->arm[kind];
            const double complex factor[] = {arm->a, n->target, 1.0, arm->b, arm->x};
            v[k] = c[k] * factor[i];
        }
        nsl_sheet_apply(*to[i], sheet, cauchy_of(sheet, kind), v);
    }
}

/* The sums over pairs below the axis and across it, but for the trained part and the
 * slopes. */
static void add_pairs(nsl_pairs *out, const nsl_sheet *sheet, nsl_pair_kind kind,
                      const double complex *c, const products *p)
{
    for (size_t j = 0; j < sheet->contour.count; j++) {
        const nsl_node *n = &sheet->node[j];
        const nsl_arm *arm = &n->arm[kind];
        double complex square = c[j] * c[j], w = sheet->contour.node[j].w;
        double complex residual = c[j] * n->residual;
        double complex same = residual * residual;
        out->signal +=
            creal(4.0 * c[j] * n->target * p->a[j] + 2.0 * square * arm->signal);
        out->noise += creal(4.0 * c[j] * p->b[j] + 2.0 * square * arm->noise);
        out->train_signal +=
            creal(4.0 * residual * n->target * p->x[j] + 2.0 * same * arm->signal);
        out->train_noise +=
            creal(4.0 * residual * p->x[j] + 2.0 * same * (1.0 + arm->noise));
        out->step_signal +=
            creal(4.0 * w * c[j] *
                  (n->target * p->a[j] - arm->a * p->t[j] + c[j] * arm->signal));
        out->step_noise +=
            creal(4.0 * w * c[j] * (p->b[j] - arm->b * p->one[j] + c[j] * arm->noise));
    }
}

/* Of descent: E(k+1) − E(k) has the factors w_j + w_k + η w_j w_k. */
static void add_steps(nsl_pairs *out, nsl_sheet *sheet, nsl_pair_kind kind,
                      const double complex *c, double rate, double complex *work)
{
    size_t count = sheet->contour.count;
    double complex *v = work, *a = work + count, *b = work + 2 * count;
    const nsl_contour_node *on = sheet->contour.node;
    for (size_t k = 0; k < count; k++)
        v[k] = on[k].w * c[k] * sheet->node[k].arm[kind].a;
    nsl_sheet_apply(a, sheet, cauchy_of(sheet, kind), v);
    for (size_t k = 0; k < count; k++)
        v[k] = on[k].w * c[k] * sheet->node[k].arm[kind].b;
    nsl_sheet_apply(b, sheet, cauchy_of(sheet, kind), v);
    for (size_t j = 0; j < count; j++) {
        const nsl_arm *arm = &sheet->node[j].arm[kind];
        double complex wc = on[j].w * c[j];
        out->step_signal += rate * creal(4.0 * wc * sheet->node[j].target * a[j] +
                                         2.0 * wc * wc * arm->signal);
        out->step_noise += rate * creal(4.0 * wc * b[j] + 2.0 * wc * wc * arm->noise);
    }
}

/* dE in each direction at fixed x₂ − x₁: that is so where x = ω. */
static void add_slopes(nsl_pairs *out, const nsl_sheet *sheet, const double complex *c,
                       const products *p, double noise)
{
    for (size_t j = 0; j < sheet->contour.count; j++) {
        const nsl_node *n = &sheet->node[j];
        const nsl_arm *arm = &n->arm[NSL_PAIR_FEATURES];
        for (int d = 0; d < NSL_DIRECTIONS; d++) {
            double complex pairs = n->d_target[d] * p->a[j] - arm->d_a[d] * p->t[j] -
                                   noise * arm->d_b[d] * p->one[j];
            double complex same = arm->d_signal[d] + noise * arm->d_noise[d];
            out->slope[d] += creal(4.0 * c[j] * pairs + 2.0 * c[j] * c[j] * same);
        }
    }
}

static double magnitude(double complex a)
{
    return fabs(creal(a)) + fabs(cimag(a));
}

/* The sizes of the terms of change(). */
static double change_size(const nsl_node *m, const nsl_node *n, nsl_pair_kind kind,
                          double noise, int d, double complex over)
{
    const nsl_arm *one = &m->arm[kind], *two = &n->arm[kind];
    double of_m = magnitude(m->target), of_n = magnitude(n->target);
    double size = magnitude(two->d_a[d]) * of_m + magnitude(one->d_a[d]) * of_n +
                  magnitude(two->a) * magnitude(m->d_target[d]) +
                  magnitude(one->a) * magnitude(n->d_target[d]) +
                  noise * (magnitude(two->d_b[d]) + magnitude(one->d_b[d]));
    double apart = kind == NSL_PAIR_FEATURES
                       ? 0.0
                       : magnitude(two->d_x[d]) + magnitude(one->d_x[d]);
    double value = magnitude(two->a) * of_m + magnitude(one->a) * of_n +
                   noise * (magnitude(two->b) + magnitude(one->b));
    double near = magnitude(over);
    return near * (size + near * value * apart);
}

/* dE₁₂ of two different sides; adds the sizes of its terms times `weight`. */
static double complex change(const nsl_node *m, const nsl_node *n, nsl_pair_kind kind,
                             double noise, int d, double weight, double *size)
{
    const nsl_arm *one = &m->arm[kind], *two = &n->arm[kind];
    double complex over = 1.0 / (two->x - one->x);
    double complex value =
        (two->a * m->target - one->a * n->target + noise * (two->b - one->b)) * over;
    double complex moved = two->d_a[d] * m->target + two->a * m->d_target[d] -
                           one->d_a[d] * n->target - one->a * n->d_target[d] +
                           noise * (two->d_b[d] - one->d_b[d]);
    double complex apart = kind == NSL_PAIR_FEATURES ? 0.0 : two->d_x[d] - one->d_x[d];
    *size += weight * change_size(m, n, kind, noise, d, over);
    return (moved - value * apart) * over;
}

static nsl_node conjugate(const nsl_node *n, nsl_pair_kind kind)
{
    nsl_node out = {.target = conj(n->target)};
    nsl_arm *to = &out.arm[kind];
    const nsl_arm *from = &n->arm[kind];
    to->a = conj(from->a);
    to->b = conj(from->b);
    to->x = conj(from->x);
    for (int d = 0; d < NSL_DIRECTIONS; d++) {
        out.d_target[d] = conj(n->d_target[d]);
        to->d_a[d] = conj(from->d_a[d]);
        to->d_b[d] = conj(from->d_b[d]);
        to->d_x[d] = conj(from->d_x[d]);
    }
    return out;
}

/* The same pair by pair, where x moves as well. */
static void add_cross_slopes(nsl_pairs *out, const nsl_sheet *sheet,
                             const double complex *c, double noise)
{
    size_t count = sheet->contour.count;
    for (size_t k = 0; k < count; k++) {
        const nsl_node *n = &sheet->node[k];
        const nsl_arm *arm = &n->arm[NSL_PAIR_CROSS];
        nsl_node mirror = conjugate(n, NSL_PAIR_CROSS);
        for (size_t j = 0; j < count; j++) {
            const nsl_node *m = &sheet->node[j];
            double weight = 2.0 * magnitude(c[j]) * magnitude(c[k]);
            for (int d = 0; d < NSL_BY_SHAPE; d++) {
                double complex same = arm->d_signal[d] + noise * arm->d_noise[d];
                double *size = &out->slope_rounding;
                if (j != k)
                    same = change(m, n, NSL_PAIR_CROSS, noise, d, weight, size);
                double complex across =
                    change(m, &mirror, NSL_PAIR_CROSS, noise, d, weight, size);
                out->slope[d] +=
                    2.0 * creal(c[j] * (c[k] * same + conj(c[k]) * across));
            }
        }
    }
}

/* E₀₀ and what it shares with the nodes. */
static void add_trained(nsl_pairs *out, const nsl_sheet *sheet, nsl_pair_kind kind,
                        const double complex *c, const nsl_trained *trained,
                        double noise)
{
    const nsl_pairs *alone =
        kind == NSL_PAIR_FEATURES ? &trained->single : &trained->many;
    const nsl_node *zero = &trained->node;
    const nsl_arm *b = &zero->arm[kind];
    out->signal += alone->signal;
    out->noise += alone->noise;
    out->train_signal += alone->train_signal;
    out->train_noise += alone->train_noise;
    for (int d = 0; d < NSL_DIRECTIONS; d++)
        out->slope[d] += alone->slope[d];
    for (size_t j = 0; j < sheet->contour.count; j++) {
        const nsl_node *n = &sheet->node[j];
        const nsl_arm *a = &n->arm[kind];
        double complex over = 1.0 / (b->x - a->x), w = sheet->contour.node[j].w;
        if (kind == NSL_PAIR_FEATURES)
            over = -1.0 / w; /* without ω₀'s rounding */
        double complex signal = (b->a * n->target - a->a * zero->target) * over;
        double complex part = (b->b - a->b) * over;
        double complex residual = n->residual * zero->residual;
        out->signal += 4.0 * creal(c[j] * signal);
        out->noise += 4.0 * creal(c[j] * part);
        out->train_signal += 4.0 * creal(c[j] * residual * signal);
        out->train_noise += 4.0 * creal(c[j] * residual * (1.0 + part));
        out->step_signal += 4.0 * creal(w * c[j] * signal);
        out->step_noise += 4.0 * creal(w * c[j] * part);
        for (int d = 0; d < NSL_DIRECTIONS; d++)
            out->slope[d] +=
                4.0 * creal(c[j] * change(n, zero, kind, noise, d, 4.0 * cabs(c[j]),
                                          &out->slope_rounding));
        double size = cabs(b->a) * (cabs(n->target) + noise) +
                      cabs(a->a) * (cabs(zero->target) + noise);
        out->rounding += 4.0 * cabs(c[j] * over) * size;
        out->train_rounding += 4.0 * cabs(c[j] * over * residual) * size;
        out->step_rounding += 4.0 * cabs(w * c[j] * over) * size;
    }
}

/* Sizes of the terms of single models' slopes. */
static void add_slopes_size(nsl_pairs *out, nsl_sheet *sheet, const double complex *c,
                            double noise, double complex *work)
{
    const nsl_cauchy *cauchy = &sheet->features;
    size_t count = sheet->contour.count;
    double complex *u = work, *v = work + count, *du = work + 2 * count,
                   *dv = work + 3 * count;
    for (size_t k = 0; k < count; k++) {
        const nsl_node *n = &sheet->node[k];
        const nsl_arm *arm = &n->arm[NSL_PAIR_FEATURES];
        double weight = magnitude(c[k]), target = 0.0, side = 0.0;
        for (int d = 0; d < NSL_BY_SHAPE; d++) {
            target = fmax(target, magnitude(n->d_target[d]));
            side = fmax(side, magnitude(arm->d_a[d]) + magnitude(arm->d_b[d]));
        }
        u[k] = weight * (magnitude(n->target) + noise);
        v[k] = weight * magnitude(arm->a);
        du[k] = weight * target;
        dv[k] = weight * side;
    }
    out->slope_rounding += 2.0 * (nsl_sheet_size(sheet, cauchy, u, dv) +
                                  nsl_sheet_size(sheet, cauchy, du, v));
}

/* Sizes of the terms of E, T and the step. */
static void add_sizes(nsl_pairs *out, nsl_sheet *sheet, nsl_pair_kind kind,
                      const double complex *c, double noise, double rate,
                      double complex *work)
{
    const nsl_cauchy *cauchy = cauchy_of(sheet, kind);
    size_t count = sheet->contour.count;
    double complex *u = work, *v = work + count;
    for (size_t k = 0; k < count; k++) {
        u[k] = c[k] * sheet->node[k].target;
        v[k] = c[k] * sheet->node[k].arm[kind].a;
    }
    out->rounding += 2.0 * nsl_sheet_size(sheet, cauchy, u, v);
    for (size_t k = 0; k < count; k++)
        v[k] = c[k] * sheet->node[k].arm[kind].b;
    out->rounding += 2.0 * noise * nsl_sheet_size(sheet, cauchy, c, v);
    for (size_t k = 0; k < count; k++) {
        u[k] = c[k] * sheet->node[k].residual * (sheet->node[k].target + noise);
        v[k] = c[k] * sheet->node[k].arm[kind].x;
    }
    out->train_rounding += 2.0 * nsl_sheet_size(sheet, cauchy, u, v);
    for (size_t k = 0; k < count; k++) {
        double turn = cabs(sheet->contour.node[k].w);
        u[k] = c[k] * turn * (1.0 + rate * turn) * (sheet->node[k].target + noise);
        v[k] = c[k] * sheet->node[k].arm[kind].a;
    }
    out->step_rounding += 4.0 * nsl_sheet_size(sheet, cauchy, u, v);
}

void nsl_pairs_sum(nsl_pairs *out, nsl_sheet *sheet, nsl_pair_kind kind,
                   const double complex *c, const nsl_trained *trained, double noise,
                   double rate, bool slopes, double rounding, double complex *work)
{
    products p;
    *out = (nsl_pairs){0};
    set_products(&p, sheet, kind, c, work);
    add_pairs(out, sheet, kind, c, &p);
    if (slopes && kind == NSL_PAIR_FEATURES)
        add_slopes(out, sheet, c, &p, noise);
    if (slopes && kind == NSL_PAIR_CROSS)
        add_cross_slopes(out, sheet, c, noise);
    if (slopes && kind == NSL_PAIR_FEATURES)
        add_slopes_size(out, sheet, c, noise, work);
    add_sizes(out, sheet, kind, c, noise, rate, work);
    if (rate > 0.0)
        add_steps(out, sheet, kind, c, rate, work);
    if (!sheet->contour.pole)
        add_trained(out, sheet, kind, c, trained, noise);
    out->rounding *= rounding;
    out->train_rounding *= rounding;
    out->step_rounding *= rounding;
    out->slope_rounding *= rounding;
}

/* t₀,12 = (Δ₂T₁ − Δ₁T₂)/(Δ₂ − Δ₁). */
double nsl_pairs_bias(double *size, nsl_sheet *sheet, const double complex *c,
                      const nsl_trained *trained, double complex *work)
{
    size_t count = sheet->contour.count;
    double complex *v = work, *y = work + count, *u = work + 2 * count;
    double sum = 0.0;
    for (size_t k = 0; k < count; k++)
        v[k] = c[k] * sheet->node[k].delta;
    nsl_sheet_apply(y, sheet, &sheet->bias, v);
    for (size_t j = 0; j < count; j++) {
        u[j] = c[j] * sheet->node[j].target;
        sum += creal(4.0 * u[j] * y[j] + 2.0 * c[j] * c[j] * sheet->node[j].bias);
    }
    *size = 2.0 * nsl_sheet_size(sheet, &sheet->bias, u, v);
    if (sheet->contour.pole)
        return sum;
    const nsl_node *zero = &trained->node;
    for (size_t j = 0; j < count; j++) {
        const nsl_node *n = &sheet->node[j];
        double complex over = c[j] / (zero->delta - n->delta);
        double complex one = zero->delta * n->target, other = n->delta * zero->target;
        sum += 4.0 * creal(over * (one - other));
        *size += 4.0 * cabs(over) * (cabs(one) + cabs(other));
    }
    return sum + trained->bias;
}

double nsl_pairs_dof(double *size, const nsl_sheet *sheet, const double complex *c,
                     const nsl_trained *trained)
{
    double sum = sheet->contour.pole ? 0.0 : creal(trained->node.dof);
    *size = sum;
    for (size_t j = 0; j < sheet->contour.count; j++) {
        double complex term = 2.0 * c[j] * sheet->node[j].dof;
        sum += creal(term);
        *size += cabs(term);
    }
    return sum;
}
