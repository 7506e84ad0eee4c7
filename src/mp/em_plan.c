/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Σ_{I≤M} F(I), F(t) = t^−s u^j w^k, u = 1/(1+y), w = 1 − u, y = (t/X)^p.
 *
 * The terms below an I₀ are added one by one, the rest is
 *
 *     ∫_{I₀}^{M} F dt + (F(I₀)+F(M))/2 + Σ_{k=1}^{K} b_k [F^(2k−1)]_{I₀}^{M} + R_K,
 *
 * b_k = B_2k/(2k)!. Bound on R_K. In the disc |τ−t| ≤ θt, arg τ ≤ arcsin θ, so that
 * θ ≤ sin(π/2p) keeps |arg y| ≤ π/2 and |1+y| ≥ max(1, |y|); and so does, up to a
 * factor 2, any θ < 1 − 2^{1/p} X/I₀ for t ≥ I₀, since there |y| ≥ 2. In both cases
 *
 *     |F(τ)| ≤ C G(t),  G(t) = t^−s min(1,y)^k min(1,1/y)^j,
 *     C = 2^{j+k} (1+θ)^{pk} (1−θ)^{−pj−s},
 *
 * and Cauchy's estimate gives |F^(n)(t)| ≤ n! C G(t)/(θt)^n. With |B_2K({t})| ≤ |B_2K|
 * and |b_K| ≤ 4/(2π)^{2K}, and since G grows at most like t^{pk},
 *
 *     |R_K| ≤ 4 (2K)!/(2πθI₀)^{2K} · C G(I₀) · I₀/(2K−1−pk),     2K > 1 + pk.
 *
 * The sum itself is at least F(I₀) ≥ 2^−(j+k) G(I₀), so that the relative error is
 * known before anything is computed. Where M ≥ 2 I₀, corrections at M beyond the K_M-th
 * are left out: |b_k F^(2k−1)(M)| ≤ 4 (2k−1)!/(2π)^{2k} C G(M)/(θM)^{2k−1} fall by
 * three quarters or more a step, since k ≤ K ≤ πθI₀, so that they add up to at most
 * twice the first, and the sum is at least F(M). For z the bound holds relative to Σ u
 * w: with u' = −p u w/t it gains a factor pθ/((1−θ)n), less than what C at j = k = 2,
 * the one used throughout, exceeds that at j = k = 1, 16 (1+θ)^p (1−θ)^−p.
 *
 * What it costs at D digits, W = 3.32 D + 92 bits: I₀ and K are proportional to W, at
 * 1,000 digits 5,231 and 244. One Δ takes a quotient and 3 products a term for z and
 * its slope, 2 more for all sums (5 more with a source), and at I₀ a series of 2K
 * coefficients, inverted and multiplied once, squared once more for all sums (a product
 * more for each of three with a source), each one product of two whole numbers of 4KW
 * bits, and a few K products a sum; at M the same with fewer corrections; X^−1, two
 * powers an integral, and no other logarithm. A root takes one Δ at W bits for Newton's
 * last step and one for all sums, and at W/2, W/4 … a fifth of that each. Powers and
 * b_k are made once: I₀ products, π(I₀) series of W/(2 log2 q) quotients by a word
 * (em_powers.c), and K² products by a word (em_factors.c). */
#include "mp/em_plan.h"

#include <math.h>

/* θ is at most 48/64: nearer to 1 the constant C explodes. */
enum { THETA_MAX = 48 };

static const double LOG_PI2 = 1.8378770664093453; /* ln 2π */

/* ln of C·2^{j+k} at j = k = 2, the most that occurs. */
static double log_constant(double theta, double p, double s)
{
    return 8.0 * M_LN2 + 2.0 * p * log1p(theta) - (2.0 * p + s) * log1p(-theta);
}

/* By lgamma_r: lgamma writes a global, and threads plan at once. */
static double log_factorial(double n)
{
    int sign;
    return lgamma_r(n + 1.0, &sign);
}

/* ln of the relative bound on R_K. */
static double log_remainder(double k, double at, double theta, double p, double s)
{
    double room = 2.0 * k - 1.0 - 2.0 * p;
    if (room < 1.0)
        return (double)INFINITY;
    return log(4.0) + log_factorial(2.0 * k) - 2.0 * k * (LOG_PI2 + log(theta * at)) +
           log_constant(theta, p, s) + log(at / room);
}

/* ln of the relative bound on the corrections at `at` after the k-th. */
static double log_omitted(double k, double at, double theta, double p, double s)
{
    return log(8.0) + log_factorial(2.0 * k + 1.0) - (2.0 * k + 2.0) * LOG_PI2 -
           (2.0 * k + 1.0) * log(theta * at) + log_constant(theta, p, s);
}

/* Least K with log_bound(K) ≤ target, or 0 where there is none before the terms grow.
 */
static size_t
least_corrections(double (*log_bound)(double, double, double, double, double),
                  double target, double at, double theta, double p, double s)
{
    double turn = M_PI * theta * at; /* where (2K)!/(2πθI₀)^{2K} is least */
    double low = 1.0, high = fmax(2.0, floor(turn));
    if (!(log_bound(high, at, theta, p, s) <= target))
        return 0;
    while (high - low > 1.0) {
        double middle = floor(0.5 * (low + high));
        if (log_bound(middle, at, theta, p, s) <= target)
            high = middle;
        else
            low = middle;
    }
    return (size_t)(log_bound(low, at, theta, p, s) <= target ? low : high);
}

/* The largest θ of the two arguments above, in units of 1/64; 0: none. */
static unsigned widest_theta(double first, double scale_index, double p)
{
    double near = sin(0.5 * M_PI / p), far = 1.0 - exp2(1.0 / p) * scale_index / first;
    double theta = floor(fmax(near, far) * EM_THETA_UNIT * (1.0 - 1e-9));
    return (unsigned)fmin(fmax(theta, 0.0), THETA_MAX);
}

/* Relative cost, in products of two numbers: a direct term, with its share of a prime's
 * power, and two coefficients a correction in series that are multiplied some eight
 * times. Measured at 50, 1,000 and 10,000 digits. */
static double plan_cost(double first, double corrections)
{
    return first * (3.0 + 100.0 / log(first + 2.0)) + 600.0 * 2.0 * corrections;
}

/* u falls with I and w grows at most like I^p, so that the terms I^−s u^j w^k are at
 * most I^{2p−s} of the first, and those from I₀ on together I₀^{2p−s+1}. */
static bool weights_are_over(double first, mpfr_prec_t bits, double p, double s)
{
    double decay = s - 2.0 * p - 1.0;
    return decay >= 1.0 && decay * log2(first) > (double)(bits + EM_SLACK_BITS);
}

em_plan nsl_em_plan_make_mp(const em_tables *t, mpfr_prec_t bits, double scale_index)
{
    double target = -(double)(bits + EM_SLACK_BITS) * M_LN2, best = (double)INFINITY;
    double p = mpfr_get_d(t->p, MPFR_RNDN);
    double s = t->weighted ? 1.0 + mpfr_get_d(t->beta, MPFR_RNDN) : 0.0;
    double latents = t->latents == UINT64_MAX ? (double)INFINITY : (double)t->latents;
    em_plan plan = {.first = 0};
    for (double first = 16.0; first < 0x1p40; first = ceil(first * 1.15)) {
        if (first > 2.0 * latents || plan_cost(first, 1.0) > best)
            break;
        unsigned theta = widest_theta(first, scale_index, p);
        if (theta == 0)
            continue;
        bool over = s > 0.0 && weights_are_over(first, bits, p, s);
        double wide = (double)theta / EM_THETA_UNIT, weight = over ? 0.0 : s;
        size_t k = least_corrections(log_remainder, target, first, wide, p, weight);
        if (k == 0 || plan_cost(first, (double)k) >= best)
            continue;
        best = plan_cost(first, (double)k);
        plan = (em_plan){(size_t)first, theta, k, 0, over};
    }
    if (isfinite(latents) && (plan.first == 0 || (double)plan.first + 2.0 >= latents))
        plan.first = (size_t)latents + 1;
    else if (latents < 2.0 * (double)plan.first) /* M too near: all corrections */
        plan.corrections_last = plan.corrections;
    else if (isfinite(latents))
        plan.corrections_last = least_corrections(log_omitted, target, latents,
                                                  (double)plan.theta / EM_THETA_UNIT, p,
                                                  plan.weights_over ? 0.0 : s);
    if (plan.corrections_last == 0)
        plan.corrections_last = plan.corrections;
    return plan;
}
