/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hermite coefficients of the activations, theory.md section 10: c_k √k! is the k-th
 * derivative at a = 0 of the smoothed function E[σ(a + s)].
 *
 *     relu   aΦ(a) + φ(a)                    step  Φ(a)
 *     erf    erf(a/√3)                       sin   e^{−1/2} sin a
 *     gelu   aΦ(a/√2) + φ(a/√2)/√2
 *
 * Each derivative is one product of factorials. With q_n = (2n)!/(4^n n!²):
 *
 *     relu   c_{2n}²   = q_n/(2π (2n−1)²)                    c_1 = 1/2
 *     step   c_{2n+1}² = q_n/(2π (2n+1))                     c_0 = 1/2
 *     erf    c_{2n+1}² = (4/3π) (4/9)^n q_n/(2n+1)
 *     gelu   c_{2n}²   = 4^−n q_n (2n+1)²/(4π (2n−1)²)       c_1 = 1/2
 *     sin    c_{2n+1}² = e^−1/(2n+1)!
 *
 * and 0 otherwise. */
#include "features/hermite.h"
#include <nslaw/activation.h>

#include <float.h>
#include <math.h>

/* q_n = Γ(n+1/2)/(√π Γ(n+1)): its product, or Stirling's series, whose next term is
 * 1e-21 from there on. */
static double central(uint64_t n)
{
    enum { PRODUCT_MAX = 64 };
    if (n <= PRODUCT_MAX) {
        long double q = 1.0L;
        for (uint64_t i = 1; i <= n; i++)
            q *= (long double)(2 * i - 1) / (long double)(2 * i);
        return (double)q;
    }
    double m = (double)n, x = 1.0 / (m * m);
    return exp((-1.0 / 8 + x * (1.0 / 192 + x * (-1.0 / 640 + x * 17.0 / 14336))) / m) /
           sqrt(M_PI * m);
}

/* +1 or −1 by turns. */
static double sign_of(uint64_t n)
{
    return n % 2 ? -1.0 : 1.0;
}

static double relu(uint64_t k)
{
    if (k % 2)
        return k == 1 ? 0.5 : 0.0;
    double n = (double)(k / 2), odd = 2.0 * n - 1.0;
    return (k == 0 ? 1.0 : sign_of(k / 2 - 1)) * sqrt(central(k / 2) / (2.0 * M_PI)) /
           fabs(odd);
}

static double step(uint64_t k)
{
    if (k % 2 == 0)
        return k == 0 ? 0.5 : 0.0;
    return sign_of(k / 2) * sqrt(central(k / 2) / (2.0 * M_PI * (double)k));
}

static double error_function(uint64_t k)
{
    enum { LAST = 2000 }; /* (2/3)^1000 is below what counts */
    if (k % 2 == 0 || k > LAST)
        return 0.0;
    double n = (double)(k / 2);
    /* 2^n 3^−n: a rounded 2/3 would lose n ulps */
    double third = exp2(n) * pow(3.0, -n);
    return sign_of(k / 2) * third *
           sqrt(central(k / 2) * 4.0 / (3.0 * M_PI * (double)k));
}

static double gelu(uint64_t k)
{
    if (k % 2)
        return k == 1 ? 0.5 : 0.0;
    double n = (double)(k / 2);
    return (k == 0 ? 1.0 : sign_of(k / 2 - 1)) * exp2(-n) *
           sqrt(central(k / 2) / (4.0 * M_PI)) * (2.0 * n + 1.0) / fabs(2.0 * n - 1.0);
}

static double sine(uint64_t k)
{
    enum { LAST = 400 }; /* 1/√400! is below the range of double */
    if (k % 2 == 0 || k > LAST)
        return 0.0;
    long double factorial = 1.0L;
    for (uint64_t i = 2; i <= k; i++)
        factorial *= (long double)i;
    return sign_of(k / 2) * (double)(expl(-0.5L) / sqrtl(factorial));
}

/* c_k = √k! Σ_j a_{k+2j} (k+2j)!/(2^j j! k!), from s^n = n! Σ_j He_{n−2j}/(2^j j!
 * (n−2j)!). */
static double poly(const nsl_activation *a, uint64_t k)
{
    /* the coefficients are decimals rounded to double, by half an ulp each */
    static const long double CANCELLED = 2 * DBL_EPSILON;
    long double sum = 0.0L, size = 0.0L, factor = 1.0L, root = 1.0L;
    for (uint64_t i = 2; i <= k; i++)
        root *= sqrtl((long double)i);
    for (uint64_t n = k, j = 0; n < a->count; n += 2, j++) {
        if (j > 0)
            factor *= (long double)n * (long double)(n - 1) / (2.0L * (long double)j);
        sum += factor * (long double)a->coefficient[n];
        size += factor * fabsl((long double)a->coefficient[n]);
    }
    return fabsl(sum) <= CANCELLED * size ? 0.0 : (double)(root * sum);
}

/* What c_k² cannot hold is 0. */
static double in_range(double c)
{
    return c * c < DBL_MIN ? 0.0 : c;
}

double nsl_activation_hermite(const nsl_activation *a, uint64_t k)
{
    switch (a->kind) {
    case NSL_ACTIVATION_RELU:
        return in_range(relu(k));
    case NSL_ACTIVATION_ERF:
        return in_range(error_function(k));
    case NSL_ACTIVATION_TANH:
        return k % 2 ? in_range(sign_of(k / 2) * nsl_hermite_tanh((double)k)) : 0.0;
    case NSL_ACTIVATION_GELU:
        return in_range(gelu(k));
    case NSL_ACTIVATION_SILU:
        if (k % 2)
            return k == 1 ? 0.5 : 0.0;
        return in_range((k == 0 ? 1.0 : sign_of(k / 2 - 1)) *
                        nsl_hermite_silu((double)k));
    case NSL_ACTIVATION_SIN:
        return in_range(sine(k));
    case NSL_ACTIVATION_STEP:
        return in_range(step(k));
    case NSL_ACTIVATION_IDENTITY:
        return k == 1 ? 1.0 : 0.0;
    case NSL_ACTIVATION_POLY:
        return k < a->count ? in_range(poly(a, k)) : 0.0;
    }
    return (double)NAN;
}
