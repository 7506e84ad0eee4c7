/* SPDX-License-Identifier: GPL-3.0-or-later */
/* [E1] of a Gram matrix:
 *
 *     ζ = (σ_u^{2·layers}/Π input widths) s (P−z) Π_k (N_k−z),   z = Σ λ/(λ−s)
 *
 * or, features scaled by 1/√width, ζ = s (P−z) Π_k (1 − z/N_k). At P = ∞ ζ is divided
 * by P, the sum over samples a mean. */
#include "density/equation.h"
#include "core/error.h"

#include <complex.h>
#include <math.h>
#include <stdlib.h>

/* Angles to the negative axis below this turn sums by derivatives on the axis: their
 * imaginary parts keep their digits, to the square of this. */
static const double NEAR_AXIS = 1e-6;

/* mantissa·2^exponent with 1/2 ≤ |mantissa| < 1. */
static nsl_wide wide_product(nsl_wide a, double factor, bool divide)
{
    int shift, carry;
    double mantissa = frexp(factor, &shift);
    a.mantissa = frexp(divide ? a.mantissa / mantissa : a.mantissa * mantissa, &carry);
    a.exponent += carry + (divide ? -shift : shift);
    return a;
}

static nsl_status check_size(const char *field, double value, nsl_error *err)
{
    if (value > 0.0)
        return NSL_OK;
    return nsl_fail(err, NSL_EINVAL, field, "must be a number > 0, got %g", value);
}

static nsl_status check(const nsl_model *model, const nsl_gram *gram, nsl_error *err)
{
    nsl_status status = check_size("features", gram->features, err);
    if (status == NSL_OK)
        status = check_size("samples", gram->samples, err);
    if (status != NSL_OK)
        return status;
    bool by_features = gram->side == NSL_SIDE_FEATURES;
    if (isinf(gram->features) && isinf(gram->samples))
        return nsl_fail(err, NSL_EINVAL, "features",
                        "and samples must not both be inf: the Gram matrix has no "
                        "finite size");
    if (isinf(by_features ? gram->features : gram->samples))
        return nsl_fail(err, NSL_EINVAL, "side",
                        "must be %s at %s = inf, where the other matrix is infinite",
                        by_features ? "samples" : "features",
                        by_features ? "features" : "samples");
    if (gram->kernel)
        return NSL_OK;
    const char *infinite = nsl_model_infinite(model, gram->features);
    if (infinite)
        return nsl_fail(err, NSL_EINVAL, "kernel",
                        "is needed at %s = inf: features scaled by 1/sqrt(width)",
                        infinite);
    return NSL_OK;
}

static int ascending(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return a < b ? -1 : a > b;
}

/* C: σ_u²/input width for every layer, or 1/width for every finite one. */
static void set_scale(nsl_equation *e, const nsl_model *model, const nsl_gram *gram)
{
    nsl_wide c = {0.5, 1};
    for (size_t k = 0; k <= model->hidden_count; k++) {
        bool last = k == model->hidden_count;
        double width = last ? gram->features : model->hidden[k];
        double input = k == 0 ? nsl_whole_from(model->spectrum->latents).high
                              : model->hidden[k - 1];
        if (gram->kernel && isfinite(width))
            c = wide_product(c, width, true);
        if (!gram->kernel)
            c = wide_product(wide_product(c, model->sigma_u2, false), input, true);
    }
    e->scale = c;
    e->log_scale = log(c.mantissa) + (double)c.exponent * M_LN2;
}

/* The finite widths among P and N_k, ascending. */
static void set_widths(nsl_equation *e, const nsl_model *model, double features,
                       double samples)
{
    double width[NSL_LAYERS_MAX + 1];
    *e = (nsl_equation){.spectrum = nsl_spectrum_origin(model->spectrum)};
    for (size_t k = 0; k < model->hidden_count; k++)
        if (isfinite(model->hidden[k]))
            width[e->widths++] = model->hidden[k];
    if (isfinite(features))
        width[e->widths++] = features;
    if (isfinite(samples))
        width[e->widths++] = samples;
    qsort(width, e->widths, sizeof *width, ascending);
    e->least = e->widths > 0 ? width[0] : (double)INFINITY;
    for (size_t j = 0; j < e->widths; j++)
        e->excess[j] = width[j] - width[0];
    e->rank = nsl_whole_from(e->spectrum->rank).high;
}

void nsl_equation_set_mean(nsl_equation *e, const nsl_model *model, double features,
                           double samples)
{
    set_widths(e, model, features, samples);
    nsl_wide c = {0.5, 1};
    for (size_t j = 0; j < e->widths; j++)
        c = wide_product(c, e->least + e->excess[j], true);
    e->scale = c;
    e->log_scale = log(c.mantissa) + (double)c.exponent * M_LN2;
}

nsl_status nsl_equation_set(nsl_equation *e, const nsl_model *model,
                            const nsl_gram *gram, nsl_error *err)
{
    nsl_status status = check(model, gram, err);
    if (status == NSL_OK)
        status = nsl_spectrum_prepare(model->spectrum, NULL, err);
    if (status != NSL_OK)
        return status;
    set_widths(e, model, gram->features, gram->samples);
    e->size = gram->side == NSL_SIDE_FEATURES ? gram->features : gram->samples;
    e->size_excess = e->size - e->least;
    set_scale(e, model, gram);
    return NSL_OK;
}

double complex nsl_equation_gap(const nsl_complex_sums *m, double least)
{
    return -(((m->count - least) + m->count_low) + m->rest);
}

void nsl_equation_slopes(nsl_branch *b, const nsl_equation *e)
{
    double complex first = 0.0, second = 0.0;
    for (size_t j = 0; j < e->widths; j++) {
        double complex over = 1.0 / (b->gap + e->excess[j]);
        first += over;
        second += over * over;
    }
    b->slope = 1.0 + b->m.r * first;
    b->bend = b->m.rho * first - b->m.r * b->m.r * second;
}

/* From dz/dln s = −r, dr/dln s = ρ and dΣln(1−λ/s)/dln s = −z on the axis. */
void nsl_equation_sums(nsl_complex_sums *m, const nsl_equation *e, double complex s,
                       bool angle)
{
    const nsl_spectrum_ops *ops = e->spectrum->ops;
    bool near = creal(s) < 0.0 && cimag(s) > 0.0 && cimag(s) < NEAR_AXIS * -creal(s);
    ops->complex_sums(m, e->spectrum, s, angle && !near);
    if (!near)
        return;
    nsl_complex_sums axis;
    double turn = cimag(s) / creal(s);
    ops->complex_sums(&axis, e->spectrum, creal(s), false);
    m->rest = CMPLX(creal(m->rest), -creal(axis.r) * turn);
    m->r = CMPLX(creal(m->r), creal(axis.rho) * turn);
    m->angle = -((axis.count + axis.count_low) + creal(axis.rest)) * turn;
}

void nsl_equation_at(nsl_branch *b, const nsl_equation *e, double complex s)
{
    b->s = s;
    nsl_equation_sums(&b->m, e, s, false);
    b->gap = nsl_equation_gap(&b->m, e->least);
    nsl_equation_slopes(b, e);
}

double nsl_equation_zeta(const nsl_equation *e, const nsl_branch *b)
{
    nsl_wide zeta = wide_product(e->scale, creal(b->s), false);
    for (size_t j = 0; j < e->widths; j++)
        zeta = wide_product(zeta, creal(b->gap) + e->excess[j], false);
    if (zeta.exponent > 2000 || zeta.exponent < -2000)
        return zeta.exponent > 0 ? copysign((double)INFINITY, zeta.mantissa) : 0.0;
    return ldexp(zeta.mantissa, (int)zeta.exponent);
}
