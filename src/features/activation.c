/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Activations: their names, values and mean squares. */
#include <nslaw/activation.h>

#include "core/error.h"
#include "features/quadrature.h"
#include "input/number.h"

#include <math.h>
#include <string.h>

static const char *const names[] = {
    [NSL_ACTIVATION_RELU] = "relu", [NSL_ACTIVATION_ERF] = "erf",
    [NSL_ACTIVATION_TANH] = "tanh", [NSL_ACTIVATION_GELU] = "gelu",
    [NSL_ACTIVATION_SILU] = "silu", [NSL_ACTIVATION_SIN] = "sin",
    [NSL_ACTIVATION_STEP] = "step", [NSL_ACTIVATION_IDENTITY] = "identity",
    [NSL_ACTIVATION_POLY] = "poly",
};

enum { KINDS = sizeof names / sizeof *names };

/* Longest text of a coefficient. */
enum { NUMBER_MAX = 400 };

const char *nsl_activation_name(nsl_activation_kind kind)
{
    return (unsigned)kind < KINDS ? names[kind] : NULL;
}

/* a0,a1,… */
static bool parse_coefficients(nsl_activation *out, const char *text)
{
    while (out->count <= NSL_POLY_DEGREE_MAX) {
        char item[NUMBER_MAX];
        size_t length = strcspn(text, ",");
        if (length == 0 || length >= sizeof item)
            return false;
        memcpy(item, text, length);
        item[length] = '\0';
        double value;
        if (nsl_number_parse(item, &value) != NSL_NUMBER_OK || !isfinite(value))
            return false;
        out->coefficient[out->count++] = value;
        if (text[length] == '\0')
            return true;
        text += length + 1;
    }
    return false;
}

static nsl_status parse_poly(nsl_activation *out, const char *text, nsl_error *err)
{
    char shown[64];
    nsl_printable(shown, sizeof shown, text);
    if (!parse_coefficients(out, text))
        return nsl_fail(err, NSL_EINVAL, "activation",
                        "poly: needs 1 to %d finite numbers a0,a1,... separated by "
                        "commas, got '%s'",
                        NSL_POLY_DEGREE_MAX + 1, shown);
    if (!isfinite(nsl_activation_norm(out)))
        return nsl_fail(err, NSL_EINVAL, "activation",
                        "poly:%s is too large: its mean square is above the range of "
                        "double (1.8e308)",
                        shown);
    return NSL_OK;
}

nsl_status nsl_activation_parse(nsl_activation *out, const char *text, nsl_error *err)
{
    char shown[64];
    *out = (nsl_activation){.kind = NSL_ACTIVATION_RELU};
    for (int k = 0; k < NSL_ACTIVATION_POLY; k++)
        if (strcmp(text, names[k]) == 0) {
            out->kind = (nsl_activation_kind)k;
            return NSL_OK;
        }
    out->kind = NSL_ACTIVATION_POLY;
    if (strncmp(text, "poly:", 5) == 0)
        return parse_poly(out, text + 5, err);
    nsl_printable(shown, sizeof shown, text);
    return nsl_fail(err, NSL_EINVAL, "activation",
                    "must be relu, erf, tanh, gelu, silu, sin, step, identity or "
                    "poly:a0,a1,..., got '%s'",
                    shown);
}

static double poly_at(const nsl_activation *a, double s)
{
    double sum = 0.0;
    for (size_t n = a->count; n-- > 0;)
        sum = sum * s + a->coefficient[n];
    return sum;
}

double nsl_activation_at(const nsl_activation *a, double s)
{
    switch (a->kind) {
    case NSL_ACTIVATION_RELU:
        return fmax(s, 0.0);
    case NSL_ACTIVATION_ERF:
        return erf(s);
    case NSL_ACTIVATION_TANH:
        return tanh(s);
    case NSL_ACTIVATION_GELU:
        return 0.5 * s * erfc(-s * M_SQRT1_2);
    case NSL_ACTIVATION_SILU:
        return s / (1.0 + exp(-s));
    case NSL_ACTIVATION_SIN:
        return sin(s);
    case NSL_ACTIVATION_STEP:
        return s > 0.0 ? 1.0 : s < 0.0 ? 0.0 : 0.5;
    case NSL_ACTIVATION_IDENTITY:
        return s;
    case NSL_ACTIVATION_POLY:
        return poly_at(a, s);
    }
    return (double)NAN;
}

uint64_t nsl_activation_degree(const nsl_activation *a)
{
    if (a->kind == NSL_ACTIVATION_IDENTITY)
        return 1;
    return a->kind == NSL_ACTIVATION_POLY ? a->count - 1 : NSL_DEGREE_INFINITE;
}

/* σ(s)² under the Gaussian. */
static double weighted_square(double s, void *data)
{
    static const double DENSITY = M_2_SQRTPI * M_SQRT1_2 / 2.0; /* 1/√2π */
    double value = nsl_activation_at(data, s) * exp(-0.25 * s * s);
    return DENSITY * value * value;
}

/* Eσ² of tanh and silu. Beyond END the Gaussian leaves less than 1e-20 of it. */
static double norm_by_quadrature(const nsl_activation *a)
{
    static const double END = 11.0;
    nsl_activation copy = *a;
    gsl_function f = {weighted_square, &copy};
    double low, high;
    if (!nsl_quadrature(&low, &f, -END, 0.0, 0.0) ||
        !nsl_quadrature(&high, &f, 0.0, END, 0.0))
        return (double)NAN;
    return low + high;
}

double nsl_activation_norm(const nsl_activation *a)
{
    double sum = 0.0;
    switch (a->kind) {
    case NSL_ACTIVATION_RELU:
    case NSL_ACTIVATION_STEP:
        return 0.5;
    case NSL_ACTIVATION_IDENTITY:
        return 1.0;
    case NSL_ACTIVATION_ERF: /* (2/π) arcsin(2/3): the arcsine law at 2Σ = 2 */
        return M_2_PI * asin(2.0 / 3.0);
    case NSL_ACTIVATION_SIN: /* (1 − e^−2)/2 */
        return -0.5 * expm1(-2.0);
    case NSL_ACTIVATION_GELU: /* E[s²Φ²] = E[Φ²] + 2E[sΦφ], by Stein's lemma twice */
        return 1.0 / 3.0 + M_1_PI / (2.0 * M_SQRT3);
    case NSL_ACTIVATION_TANH:
    case NSL_ACTIVATION_SILU:
        return norm_by_quadrature(a);
    case NSL_ACTIVATION_POLY: /* moments would cancel where the c_k² do not */
        for (size_t k = a->count; k-- > 0;) {
            double c = nsl_activation_hermite(a, k);
            sum += c * c;
        }
        return sum;
    }
    return (double)NAN;
}
