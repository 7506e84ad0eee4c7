/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Activation functions σ of nonlinear features and their Hermite coefficients
 *  (theory.md section 10). */
#ifndef NSLAW_ACTIVATION_H
#define NSLAW_ACTIVATION_H

#include <nslaw/api.h>
#include <nslaw/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

NSL_BEGIN

typedef enum {
    NSL_ACTIVATION_RELU,     /**< max(s, 0) */
    NSL_ACTIVATION_ERF,      /**< erf(s) */
    NSL_ACTIVATION_TANH,     /**< tanh(s) */
    NSL_ACTIVATION_GELU,     /**< s·Φ(s), Φ the Gaussian's distribution function */
    NSL_ACTIVATION_SILU,     /**< s/(1 + e^−s) */
    NSL_ACTIVATION_SIN,      /**< sin(s) */
    NSL_ACTIVATION_STEP,     /**< 1 for s > 0, 1/2 at 0, else 0 */
    NSL_ACTIVATION_IDENTITY, /**< s */
    NSL_ACTIVATION_POLY      /**< Σ_n a_n s^n */
} nsl_activation_kind;

/** Highest degree of a polynomial. */
#define NSL_POLY_DEGREE_MAX 40

/** A plain value; no function of it allocates. */
typedef struct {
    nsl_activation_kind kind;
    size_t count; /**< of a polynomial's coefficients; else 0 */
    double coefficient[NSL_POLY_DEGREE_MAX + 1]; /**< a_n, finite */
} nsl_activation;

/** Highest degree of an activation that is no polynomial. */
#define NSL_DEGREE_INFINITE UINT64_MAX

/** Reads relu, erf, tanh, gelu, silu, sin, step, identity or poly:a0,a1,… with at most
 *  NSL_POLY_DEGREE_MAX + 1 finite decimal numbers.
 *  @return NSL_OK, or NSL_EINVAL: what is no activation, and a polynomial whose Eσ² is
 *          above the range of double */
nsl_status nsl_activation_parse(nsl_activation *out, const char *text, nsl_error *err);

/** The name without a polynomial's coefficients; NULL past the last kind. */
const char *nsl_activation_name(nsl_activation_kind kind);

/** σ(s). */
double nsl_activation_at(const nsl_activation *activation, double s);

/** Highest k with c_k ≠ 0 that is possible, or NSL_DEGREE_INFINITE. */
uint64_t nsl_activation_degree(const nsl_activation *activation);

/** The normalised Hermite coefficient c_k = E[σ(s) He_k(s)]/√k!, s a unit Gaussian,
 * with a relative error below 1e-14 at every degree; 0 where it vanishes or is below
 *  1e-154, so that c_k² is below the range of double. Where the terms of a polynomial
 *  cancel to what the rounding of its coefficients leaves, 0.
 *  No sum of mixed signs is in it but a polynomial's. |c_k| falls with k ≥ 2 among
 *  even and among odd k, unless σ is a polynomial. */
double nsl_activation_hermite(const nsl_activation *activation, uint64_t k);

/** Eσ² = Σ_k c_k², to 1e-14; for all but polynomials by closed forms or quadrature that
 *  know nothing of the c_k. */
double nsl_activation_norm(const nsl_activation *activation);

/** Any σ. */
typedef double nsl_function(double s, void *data);

/** c_0 … c_{count−1} of any σ by quadrature, each with an absolute error below
 *  1e-13·√Eσ² where σ is smooth between its breaks.
 *  @param c       array of `count`
 *  @param norm    Eσ²; may be NULL
 *  @param breaks  where σ has kinks, jumps or integrable singularities, increasing and
 *                 within ±20; not evaluated there
 *  @return NSL_OK; NSL_EINVAL where σ is not square-integrable under the Gaussian, as
 *          far as double tells: it grows too fast, is not finite, or the quadrature
 *          does not converge at a singularity or where it jumps outside `breaks` */
nsl_status nsl_hermite_expand(double *c, size_t count, double *norm,
                              nsl_function *function, void *data, const double *breaks,
                              size_t breaks_count, nsl_error *err);

NSL_END

#endif
