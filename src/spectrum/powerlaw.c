/* SPDX-License-Identifier: GPL-3.0-or-later */
/* λ_I = λ₊ I^−(1+α) with M from 1 to 10^18 or infinite, at a cost independent of M:
 * the first eigenvalues are summed one by one, the rest by powersum.c. */
#include "core/error.h"
#include "spectrum/kind.h"
#include "spectrum/powersum.h"
#include "spectrum/powersum_complex.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

/* I^p is kept for so many I: the direct part is seldom longer, at complex Δ up to 2X
 * for X = 64. */
enum { KEPT_POWERS = 144 };

/* So few terms are summed one by one: their other end is as near to the start as the
 * summand's singularities, and powers I^kp that are steep there lose digits. */
static const double SHORT_TAIL = 32.0;

/* Rounding of one directly summed term: the power, the quotient, the sum. */
static const double TERM_ERROR = 8 * DBL_EPSILON;

typedef struct {
    nsl_spectrum head;
    double lambda_max;
    double latents; /* M as a double, or INFINITY */
    double trace;   /* Σ λ_I, which every search for a root begins with */
    nsl_em_exponent exponent;
    double power[KEPT_POWERS + 1]; /* I^p */
} powerlaw;

/* i^p as i·i^α: 1 + α is not a double, and rounding it would cost lni/2 ulps. */
static double pth_power(const powerlaw *law, double i)
{
    return i * pow(i, law->exponent.alpha);
}

nsl_status nsl_spectrum_new_powerlaw(nsl_spectrum **out, double alpha,
                                     double lambda_max, uint64_t latents,
                                     nsl_error *err)
{
    *out = NULL;
    if (!(alpha > 0.0 && isfinite(alpha)))
        return nsl_fail(err, NSL_EINVAL, "alpha", "must be a finite number > 0, got %g",
                        alpha);
    if (alpha > NSL_ALPHA_MAX)
        return nsl_fail(err, NSL_EINVAL, "alpha", "must be at most %g, got %g",
                        NSL_ALPHA_MAX, alpha);
    if (!(lambda_max > 0.0 && isfinite(lambda_max)))
        return nsl_fail(err, NSL_EINVAL, "lambda-max",
                        "must be a finite number > 0, got %g", lambda_max);
    if (latents < 1 || (latents > NSL_LATENTS_MAX && latents != NSL_LATENTS_INFINITE))
        return nsl_fail(err, NSL_EINVAL, "latents",
                        "must be a whole number from 1 to 1e18, or inf");
    powerlaw *law = calloc(1, sizeof *law);
    if (!law)
        return nsl_fail_memory(err);
    law->lambda_max = lambda_max;
    law->latents = nsl_whole_from(latents).high;
    nsl_em_exponent_set(&law->exponent, alpha);
    for (int i = 1; i <= KEPT_POWERS; i++)
        law->power[i] = pth_power(law, i);
    law->head = (nsl_spectrum){
        .ops = &nsl_powerlaw_ops,
        .latents = latents,
        .rank = latents,
        .largest = lambda_max,
        .smallest = lambda_max * pow(law->latents, -law->exponent.p),
    };
    law->trace = lambda_max * nsl_power_sum(law->exponent.alpha, 1, latents);
    *out = &law->head;
    return NSL_OK;
}

static void powerlaw_free(nsl_spectrum *spectrum)
{
    free(spectrum);
}

static double power_of(const powerlaw *law, double i)
{
    return i <= KEPT_POWERS ? law->power[(int)i] : pth_power(law, i);
}

/* X with x X^p = 1, where λ = Δ; one Newton step mends the rounding of 1/p. */
static double scale_index_of(const powerlaw *law, double x)
{
    double at = pow(x, -1.0 / law->exponent.p), off = x * pth_power(law, at) - 1.0;
    return fabs(off) < 0.1 ? at - at * (off / law->exponent.p) : at;
}

/* Terms 1 … end−1 one by one. `x` = Δ/λ₊, `scale_index` = X. */
static void add_direct(nsl_moments *m, const powerlaw *law, const nsl_target *target,
                       double x, double scale_index, double end)
{
    for (double i = 1.0; i < end; i++) {
        double y = x * power_of(law, i);
        double u = 1.0 / (1.0 + y), w = isinf(y) ? 1.0 : y / (1.0 + y);
        if (i <= scale_index) {
            m->count += 1.0;
            m->above += w;
            m->bend_above += w * w * (1.0 + 2.0 * u);
        } else {
            m->below += u;
            m->bend_below += u * u * (1.0 + 2.0 * w);
        }
        m->r += u * w;
        m->q += u * u;
        m->q1 += u * u * w;
        if (target->kind == NSL_TARGET_SOURCE) {
            double weight = pow(i, -target->beta) / i;
            m->t0 += weight * w * w;
            m->td += weight * u * w;
            m->tc += weight * u * w * w;
        }
    }
}

/* Adds a tail sum to a moment and keeps the largest relative error. */
static void add_tail(double *moment, double *error, nsl_bounded tail)
{
    *moment += tail.value;
    *error = fmax(*error, tail.error / *moment);
}

/* z over the tail, from the side where it is short of terms. */
static void add_tail_dof(nsl_moments *m, const nsl_em_range *range)
{
    nsl_bounded rest;
    if (range->last.at <= range->x) { /* all of it mostly resolved */
        rest = nsl_em_sum(range, (nsl_em_term){.k = 1});
        m->above += rest.value;
        m->count += range->last.at - range->first.at + 1.0;
    } else {
        rest = nsl_em_sum(range, (nsl_em_term){.j = 1});
        if (range->first.at < range->x) { /* counted from X: see nsl_em_sum */
            m->count = range->x;
            m->above += 0.5;
            m->z_error += 4 * DBL_EPSILON * range->x;
        }
        if (rest.value < 0.0)
            m->above -= rest.value;
        else
            m->below += rest.value;
    }
    m->z_error += rest.error;
}

/* Σ u² over the tail, on top of the direct part. */
static void add_tail_square(nsl_moments *m, const nsl_em_range *range, double *error)
{
    nsl_bounded rest = nsl_em_sum(range, (nsl_em_term){.j = 2});
    if (range->first.at < range->x)
        rest.value += range->x - range->first.at + 0.5;
    add_tail(&m->q, error, rest);
}

/* The bends over the tail: w²(1+2u) = w² + 2uw² or u²(1+2w) = u² + 2u²w, or none where
 * the tail is counted from X. */
static void add_tail_bend(nsl_moments *m, const nsl_em_range *range, double *error)
{
    bool resolved = range->last.at <= range->x;
    if (!resolved && range->first.at < range->x) {
        m->bend_above = m->bend_below = (double)NAN;
        return;
    }
    nsl_em_term square = {.j = resolved ? 0 : 2, .k = resolved ? 2 : 0};
    nsl_em_term mixed = {.j = resolved ? 1 : 2, .k = resolved ? 2 : 1};
    nsl_bounded a = nsl_em_sum(range, square), b = nsl_em_sum(range, mixed);
    add_tail(resolved ? &m->bend_above : &m->bend_below, error,
             (nsl_bounded){a.value + 2.0 * b.value, a.error + 2.0 * b.error});
}

/* Terms from `first` on, by Euler–Maclaurin. */
static double add_range(nsl_moments *m, const powerlaw *law, const nsl_target *target,
                        double x, double scale_index, double first)
{
    nsl_em_range range;
    double error = 0.0, last = law->latents;
    double y_last = isinf(last) ? (double)INFINITY : x * pth_power(law, last);
    nsl_em_range_set(&range, &law->exponent, scale_index, first,
                     x * power_of(law, first), last, y_last);
    add_tail_dof(m, &range);
    add_tail(&m->r, &error, nsl_em_sum(&range, (nsl_em_term){.j = 1, .k = 1}));
    if (last > scale_index)
        add_tail_square(m, &range, &error);
    add_tail_bend(m, &range, &error);
    add_tail(&m->q1, &error, nsl_em_sum(&range, (nsl_em_term){.j = 2, .k = 1}));
    if (target->kind == NSL_TARGET_SOURCE) {
        add_tail(&m->t0, &error,
                 nsl_em_sum(&range, (nsl_em_term){0, 2, true, target->beta}));
        add_tail(&m->td, &error,
                 nsl_em_sum(&range, (nsl_em_term){1, 1, true, target->beta}));
        add_tail(&m->tc, &error,
                 nsl_em_sum(&range, (nsl_em_term){1, 2, true, target->beta}));
    }
    return error;
}

static void powerlaw_moments(nsl_moments *m, const nsl_spectrum *spectrum,
                             const nsl_target *target, double delta)
{
    const powerlaw *law = (const powerlaw *)spectrum;
    double x = delta / law->lambda_max;
    double scale_index = scale_index_of(law, x);
    double first = nsl_em_start(&law->exponent, scale_index), error = 0.0;
    *m = (nsl_moments){0};
    if (law->latents < first + SHORT_TAIL) {
        add_direct(m, law, target, x, scale_index, law->latents + 1.0);
    } else {
        add_direct(m, law, target, x, scale_index, first);
        error = add_range(m, law, target, x, scale_index, first);
    }
    if (law->latents <= scale_index) { /* every eigenvalue is mostly resolved */
        nsl_whole latents = nsl_whole_from(spectrum->latents);
        m->count = latents.high;
        m->count_low = latents.low;
        m->q = (latents.high - m->above) - m->r;
    }
    if (target->kind == NSL_TARGET_MRS) { /* λ(1−u) = Δu */
        m->t0 = target->scale * (delta * m->r);
        m->td = target->scale * (delta * m->q);
        m->tc = target->scale * (delta * m->q1);
    } else {
        m->t0 *= target->scale;
        m->td *= target->scale;
        m->tc *= target->scale;
    }
    m->error = error + TERM_ERROR;
    m->z_error += TERM_ERROR * (m->above + m->below);
}

static double powerlaw_trace(const nsl_spectrum *spectrum)
{
    const powerlaw *law = (const powerlaw *)spectrum;
    return law->trace;
}

static double powerlaw_square_trace(const nsl_spectrum *spectrum)
{
    const powerlaw *law = (const powerlaw *)spectrum; /* 2p = 1 + (1+2α) */
    double beta = 1.0 + 2.0 * law->exponent.alpha;
    return law->lambda_max *
           (law->lambda_max * nsl_power_sum(beta, 1, spectrum->latents));
}

static void powerlaw_complex_sums(nsl_complex_sums *out, const nsl_spectrum *spectrum,
                                  double _Complex s, bool angle)
{
    const powerlaw *law = (const powerlaw *)spectrum;
    nsl_complex_law numbers = {&law->exponent, law->lambda_max, spectrum->latents,
                               law->power, KEPT_POWERS};
    nsl_powerlaw_complex_sums(out, &numbers, s, angle);
}

static void powerlaw_complex_target(nsl_complex_target *out,
                                    const nsl_spectrum *spectrum,
                                    const nsl_target *target, double _Complex s)
{
    const powerlaw *law = (const powerlaw *)spectrum;
    nsl_complex_law numbers = {&law->exponent, law->lambda_max, spectrum->latents,
                               law->power, KEPT_POWERS};
    nsl_powerlaw_complex_target(out, &numbers, target->beta, s);
    out->t1 *= target->scale;
    out->td *= target->scale;
    out->te *= target->scale;
}

static bool powerlaw_level(nsl_eigenvalue *out, const nsl_spectrum *spectrum, size_t i)
{
    const powerlaw *law = (const powerlaw *)spectrum;
    double index = (double)i + 1.0;
    if (i >= spectrum->latents)
        return false;
    *out = (nsl_eigenvalue){law->lambda_max / power_of(law, index), 1.0, index};
    return out->lambda > 0.0;
}

/* z ≤ c (λ₊/Δ)^{1/p} and z ≤ Σλ/Δ: the lower of both bounds on the root. */
static double powerlaw_guess(const nsl_spectrum *spectrum, double n)
{
    const powerlaw *law = (const powerlaw *)spectrum;
    double p = law->exponent.p, c = (M_PI / p) / law->exponent.sine;
    return fmin(law->lambda_max * pow(c / n, p), powerlaw_trace(spectrum) / n);
}

static nsl_status powerlaw_set_source(nsl_target *target, const nsl_spectrum *spectrum,
                                      double source, double label_variance,
                                      nsl_error *err)
{
    (void)err;
    target->kind = NSL_TARGET_SOURCE;
    target->beta = source;
    target->scale = label_variance / nsl_power_sum(source, 1, spectrum->latents);
    return NSL_OK;
}

nsl_powerlaw_view nsl_powerlaw_numbers(const nsl_spectrum *spectrum)
{
    const powerlaw *law = (const powerlaw *)nsl_spectrum_origin(spectrum);
    return (nsl_powerlaw_view){law->exponent.alpha, law->lambda_max};
}

const nsl_spectrum_ops nsl_powerlaw_ops = {
    .name = "powerlaw",
    .free = powerlaw_free,
    .moments = powerlaw_moments,
    .guess = powerlaw_guess,
    .trace = powerlaw_trace,
    .square_trace = powerlaw_square_trace,
    .complex_sums = powerlaw_complex_sums,
    .complex_target = powerlaw_complex_target,
    .level = powerlaw_level,
    .closing = true,
    .set_source = powerlaw_set_source,
};
