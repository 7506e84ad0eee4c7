/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The filter e^{−μt} is (1/2πi) ∫ e^{wt} dw/(w+μ), or with w/(w+μ) and 1/w, on a
 * hyperbola w = s + a (1 − sin φ cosh x − i cos φ sinh x) by the midpoint rule in x
 * (Weideman and Trefethen 2007). One hyperbola, a = â/t₀, serves all times from t₀ to
 * 10 t₀; â, φ and the step were found by minimising the largest error over them and all
 * μ ≥ 0, which is at rounding with 40 nodes (tests/t-training-contour.c).
 *
 * k steps of descent are e^{kηv} with w = (e^{ηv} − 1)/η. Eigenvalues μ < 1/η lie on
 * the axis of v, those beyond on the line Im v = π/η, v = v' + iπ/η, where the filter
 * is (−1)^k e^{kηv'}: a hyperbola around each. For few steps these would meet, and a
 * circle around |1 + ηw| = 1 serves.
 *
 * Once it is so late that the trained part of the filter, the pole at w = 0, is well
 * apart from the spectrum, −least, the hyperbola goes between them and leaves the pole
 * out: what is left decays, and keeps its own digits. */
#include "training/contour.h"

#include <complex.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>

enum { NODES = 40 };
static const double STEP = 0.1123, SCALE = 1.0, PHI = 0.8934;

/* See nsl_contour_error: of the flow 4e-15, of few steps by the circle more
 * (tests/t-training-contour.c). */
static const double FILTER_ERROR = 2e-14;

/* The pole is left out from least·t = this on: from there its distance from the
 * contour, φ + asin(least·t₀ − 1) in x, is that of the other side or more. */
static const double APART = 0.8;

/* Steps from which on hyperbolas serve: they reach |Im v| = 27/t₀, to stay below
 * π/(2η). */
enum { FEW = 20 };

/* e^−this is nothing in double. */
static const double GONE = 740.0;

/* Nodes of a whole circle, and ln of what they leave: 16 digits. */
enum { CIRCLE_NODES = 400 };
static const double CIRCLE_ERROR = 37.0;

/* The largest `first` times a power of 10 up to `value`. */
static double decade(double first, double value)
{
    double at = first * pow(10.0, floor(log10(value / first)));
    return at > value ? at / 10.0 : at;
}

nsl_window nsl_window_of_time(double time, nsl_contour_range range)
{
    double late = APART / range.least;
    if (time >= late)
        return (nsl_window){decade(late, time), true};
    return (nsl_window){decade(1.0, time), false};
}

nsl_window nsl_window_of_steps(double steps, double rate, nsl_contour_range range)
{
    double late = fmax(FEW, APART / (rate * range.least));
    if (steps >= late)
        return (nsl_window){decade(late, steps), true};
    return (nsl_window){steps < FEW ? steps : decade(FEW, steps), false};
}

/* Large exponents round; and nodes at w ≈ −2/η by ε/η each step. */
double nsl_contour_error(const nsl_contour *contour, double time, double decay)
{
    double error = (FILTER_ERROR + 4.0 * DBL_EPSILON * decay) * exp(-decay);
    if (contour->alternates)
        error += 4.0 * DBL_EPSILON * time * exp(-contour->beyond * time);
    return error;
}

void nsl_contour_clear(nsl_contour *contour)
{
    free(contour->node);
    *contour = (nsl_contour){0};
}

static bool allocate(nsl_contour *out, size_t count)
{
    *out = (nsl_contour){.count = count};
    out->node = calloc(count, sizeof *out->node);
    return out->node != NULL;
}

/* v and h/(2πi) dv/dx at node i of the hyperbola of a window from t₀ on, shifted. */
static void hyperbola(double complex *v, double complex *weight, size_t i, double first,
                      double shift)
{
    double x = -((double)i + 0.5) * STEP, a = SCALE / first;
    double complex on = CMPLX(1.0 - sin(PHI) * cosh(x), cos(PHI) * sinh(x));
    double complex slope = CMPLX(-sin(PHI) * sinh(x), cos(PHI) * cosh(x));
    *v = shift + a * on;
    *weight = a * STEP / (2.0 * M_PI) * CMPLX(cimag(slope), -creal(slope));
}

bool nsl_contour_flow(nsl_contour *out, nsl_window window, nsl_contour_range range)
{
    if (!allocate(out, NODES))
        return false;
    out->pole = !window.late;
    for (size_t i = 0; i < NODES; i++) {
        nsl_contour_node *n = &out->node[i];
        hyperbola(&n->w, &n->base, i, window.first, out->pole ? 0.0 : -range.least);
        n->rate = n->w;
        n->base /= n->w;
    }
    return true;
}

/* The circle |1+ηw| = e^grow around 0 and −range.largest: n nodes leave e^−(n−k)grow of
 * the powers of 1 + ηw that k steps make. */
static bool circle(nsl_contour *out, double steps, double rate)
{
    double grow = CIRCLE_ERROR / (CIRCLE_NODES - steps);
    size_t half = CIRCLE_NODES / 2;
    if (!allocate(out, half))
        return false;
    out->pole = true;
    for (size_t i = 0; i < half; i++) {
        nsl_contour_node *n = &out->node[i];
        double angle = -M_PI * ((double)i + 0.5) / (double)half;
        n->rate = CMPLX(grow, angle);
        double complex z = cexp(n->rate); /* dw/(2πi w) = z dθ/(2π (z−1)) */
        n->w = (z - 1.0) / rate;
        n->base = z / (2.0 * (double)half * (z - 1.0));
    }
    return true;
}

/* e^a − 1 without cancellation. */
static double complex expm1_complex(double complex a)
{
    double half = sin(0.5 * cimag(a)), grown = expm1(creal(a));
    return CMPLX(grown * cos(cimag(a)) - 2.0 * half * half,
                 (grown + 1.0) * sin(cimag(a)));
}

static void add_below(nsl_contour *out, double first, double rate, double shift)
{
    for (size_t i = 0; i < NODES; i++) {
        nsl_contour_node *n = &out->node[out->count++];
        double complex v;
        hyperbola(&v, &n->base, i, first, shift);
        n->rate = rate * v;
        n->w = expm1_complex(rate * v) / rate;
        n->base *= (1.0 + rate * n->w) / n->w; /* dw/dv = e^{ηv} */
    }
}

static void add_beyond(nsl_contour *out, double first, double rate, double shift)
{
    for (size_t i = 0; i < NODES; i++) {
        nsl_contour_node *n = &out->node[out->count++];
        double complex v;
        hyperbola(&v, &n->base, i, first, shift);
        n->rate = rate * v;
        n->w = -(2.0 + expm1_complex(rate * v)) / rate;
        n->base *= (1.0 + rate * n->w) / n->w;
        /* w moves against v: what is below the line is above the axis */
        n->w = conj(n->w);
        n->base = conj(n->base);
        n->rate = conj(n->rate);
        n->alternating = true;
    }
}

bool nsl_contour_descent(nsl_contour *out, nsl_window window, double rate,
                         nsl_contour_range range)
{
    if (window.first < FEW)
        return circle(out, window.first, rate);
    double first = window.first * rate;
    double left = 1.0 - rate * range.least, beyond = rate * range.largest - 1.0;
    if (!allocate(out, 2 * NODES))
        return false;
    out->count = 0;
    out->pole = !window.late;
    if (out->pole)
        add_below(out, first, rate, 0.0);
    else if (left > 0.0)
        add_below(out, first, rate, log(left) / rate);
    out->beyond = beyond > 0.0 ? -log(beyond) : (double)INFINITY;
    out->alternates = out->beyond * window.first < GONE;
    if (out->alternates)
        add_beyond(out, first, rate, -out->beyond / rate);
    return true;
}
