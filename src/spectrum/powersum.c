/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "spectrum/powersum.h"

#include <float.h>
#include <math.h>
#include <nslaw/spectrum.h>

/* Euler–Maclaurin starts where every singularity of the summand is at least this far:
 * its terms then fall like 2(2k−1)!/(2π·16)^{2k}, to 2e-20 at the last one kept. */
static const double CLEARANCE = 16.0;

/* Corrections kept: B_2 … B_16. */
enum { CORRECTIONS = NSL_EM_ORDER / 2 };

/* B_{2k}/(2k). */
static const double BERNOULLI[CORRECTIONS] = {
    1.0 / 12,  -1.0 / 120,      1.0 / 252, -1.0 / 240,
    1.0 / 132, -691.0 / 32760., 1.0 / 12., -3617.0 / 8160.};

/* A series ends where its terms no longer reach the last bit of its sum. */
static const double NEGLIGIBLE = 0x1p-60;

/* The incomplete beta series at x ≤ 1/2 gains a bit a term; exponents of a few tens
 * delay that. More terms than this never help. */
enum { SERIES_MAX = 500 };

void nsl_em_exponent_set(nsl_em_exponent *exponent, double alpha)
{
    double p = 1.0 + alpha;
    exponent->alpha = alpha;
    exponent->p = p;
    exponent->cosine = cos(M_PI / p);
    exponent->sine =
        sin(M_PI * (alpha < 1.0 ? alpha : 1.0) / p); /* sin π/p = sin πα/p */
    exponent->binomial[0] = 1.0;
    for (int i = 1; i <= NSL_EM_ORDER; i++)
        exponent->binomial[i] = exponent->binomial[i - 1] * (p - (i - 1)) / i;
}

double nsl_em_start(const nsl_em_exponent *exponent, double x)
{
    /* Singular at I = 0 and at the poles X e^{±iπ/p}. Poles nearer to the real axis
     * than the clearance must lie behind the start: passing them costs
     * e^{−2π·distance}, which the corrections do not show. */
    double across = x * exponent->sine, along = x * exponent->cosine;
    double behind = CLEARANCE * CLEARANCE - across * across;
    if (behind <= 0.0 || along <= 0.0)
        return CLEARANCE;
    return fmax(CLEARANCE, ceil(along + sqrt(behind)));
}

/* u(h) = 1/(1 + y(1+h)^p), as a Taylor series in h. */
static void end_set(nsl_em_end *end, const nsl_em_exponent *exponent, double at,
                    double y)
{
    end->at = at;
    end->u = 1.0 / (1.0 + y);
    end->w = isinf(y) ? 1.0 : y / (1.0 + y);
    if (isinf(at))
        return;
    double *u = end->series;
    u[0] = end->u;
    for (int n = 1; n <= NSL_EM_ORDER; n++) {
        double sum = 0.0;
        for (int i = 1; i <= n; i++)
            sum += exponent->binomial[i] * u[n - i];
        u[n] = -end->w * sum;
    }
}

void nsl_em_range_set(nsl_em_range *range, const nsl_em_exponent *exponent, double x,
                      double first, double y_first, double last, double y_last)
{
    range->exponent = exponent;
    range->x = x;
    end_set(&range->first, exponent, first, y_first);
    end_set(&range->last, exponent, last, y_last);
}

/* Squares a series. */
static void series_square(double *out, const double *a)
{
    for (int n = 0; n <= NSL_EM_ORDER; n++) {
        out[n] = 0.0;
        for (int i = 0; i <= n; i++)
            out[n] += a[i] * a[n - i];
    }
}

/* c·dF/dlnI of a series F; the highest coefficient is lost. */
static void series_slope(double *out, const double *a, double c)
{
    for (int n = 0; n < NSL_EM_ORDER; n++)
        out[n] = c * ((n + 1) * a[n + 1] + n * a[n]);
    out[NSL_EM_ORDER] = 0.0;
}

/* Taylor coefficients of u^j w^k at an end, by du/dlnI = −p u w. */
static void series_product(double *out, const nsl_em_end *end, double p, int j, int k)
{
    double base[NSL_EM_ORDER + 1], square[NSL_EM_ORDER + 1];
    bool of_w = k > j || (k == j && k > 1);
    for (int n = 0; n <= NSL_EM_ORDER; n++)
        base[n] = of_w ? -end->series[n] : end->series[n];
    if (of_w)
        base[0] = end->w;
    int degree = of_w ? k : j; /* of the larger factor */
    const double *power = base;
    if (degree == 2) {
        series_square(square, base);
        power = square;
    }
    if (j == 0 || k == 0) {
        for (int n = 0; n <= NSL_EM_ORDER; n++)
            out[n] = power[n];
        return;
    }
    /* dw²/dlnI = 2p u w², du/dlnI = −p u w, du²/dlnI = −2p u² w */
    series_slope(out, power, (of_w ? 1.0 : -1.0) / (degree * p));
}

/* Multiplies a series by (1+h)^−s. */
static void series_weight(double *a, double s)
{
    double weight[NSL_EM_ORDER + 1];
    weight[0] = 1.0;
    for (int n = 1; n <= NSL_EM_ORDER; n++)
        weight[n] = weight[n - 1] * (-s - (n - 1)) / n;
    for (int n = NSL_EM_ORDER; n >= 0; n--) {
        double sum = 0.0;
        for (int i = 0; i <= n; i++)
            sum += a[i] * weight[n - i];
        a[n] = sum;
    }
}

/* Adds sign·Σ_k B_2k/(2k)! F^(2k−1)(at) from F's Taylor coefficients; the error grows
 * by the rounding and by the last term, which bounds what is left out. */
static void add_corrections(nsl_bounded *sum, const double *series, double at,
                            double sign)
{
    double last = 0.0, scale = 1.0 / at;
    for (int k = 0; k < CORRECTIONS; k++) {
        last = BERNOULLI[k] * series[2 * k + 1] * scale;
        sum->value += sign * last;
        sum->error += 16 * DBL_EPSILON * fabs(last);
        scale /= at * at;
    }
    sum->error += fabs(last);
}

/* Σ_n (c)_n/n! [g1 x1^{k+n} − g0 x0^{k+n}]/(k+e+n), for 0 ≤ x0 ≤ x1 ≤ 1/2 with
 * g1 x1^k/(g0 x0^k) = (x1/x0)^{k+e}: an integral of x^{k+e−1}(1−x)^{−c}. */
static nsl_bounded beta_difference(double g1, double x1, double g0, double x0, int k,
                                   double e, double c)
{
    nsl_bounded sum = {0.0, 0.0};
    double coefficient = 1.0;
    double upper = g1 * pow(x1, k), lower = g0 * pow(x0, k);
    double span = x0 > 0.0 ? log(x1 / x0) : (double)INFINITY;
    double rounding = (4 + 4 * fabs(e)) * DBL_EPSILON; /* of g1 and g0, powers of X */
    for (int n = 0; n < SERIES_MAX; n++) {
        double q = k + e + n, part;
        double size =
            fabs(coefficient) * (fabs(upper) + fabs(lower)) / fmax(fabs(q), 1.0);
        if (x0 > 0.0 && fabs(q * span) < 1.0) { /* near a logarithm: no cancellation */
            part = upper * (q == 0.0 ? span : -expm1(-q * span) / q);
            size = fabs(coefficient * part) * (1.0 + span / 4.0); /* q rounds */
        } else {
            part = (upper - lower) / q;
        }
        sum.value += coefficient * part;
        sum.error += rounding * fmax(size, fabs(coefficient * part));
        if (coefficient == 0.0 || (c + n > 0.0 && size <= NEGLIGIBLE * fabs(sum.value)))
            break;
        coefficient *= (c + n) / (n + 1);
        upper *= x1;
        lower *= x0;
    }
    return sum;
}

/* 1 − s of the summand I^−s u^j w^k: exact, unlike s = 1 + β. */
static double free_power(nsl_em_term term)
{
    return term.weighted ? -term.beta : 1.0;
}

/* ∫ I^−s u^j w^k dI from a to b ≤ X (k ≥ 1), as a series in w. With e = (1−s)/p:
 * (X^{1−s}/p) ∫ w^{k+e−1} (1−w)^{j−e−1} dw, and X^{1−s} w^e = I^{1−s} u^e. */
static nsl_bounded integral_below(const nsl_em_range *range, nsl_em_term term, double a,
                                  double wa, double b, double wb)
{
    double p = range->exponent->p, e = free_power(term) / p;
    double ga = pow(a, free_power(term)) * pow(1.0 - wa, e) / p;
    double gb = pow(b, free_power(term)) * pow(1.0 - wb, e) / p;
    return beta_difference(gb, wb, ga, wa, term.k, e, 1.0 - term.j + e);
}

/* The same from a ≥ X to b ≤ ∞ (j ≥ 1 or s > 1), as a series in u:
 * (X^{1−s}/p) ∫ u^{j−e−1} (1−u)^{k+e−1} du, and X^{1−s} u^−e = I^{1−s} w^−e. */
static nsl_bounded integral_above(const nsl_em_range *range, nsl_em_term term, double a,
                                  double ua, double b, double ub)
{
    double p = range->exponent->p, e = free_power(term) / p, gb = 0.0;
    double ga = pow(a, free_power(term)) * pow(1.0 - ua, -e) / p;
    if (isinf(b))
        ub = 0.0;
    else /* counts for j = 0 even where u is below the range of double */
        gb = pow(b, free_power(term)) * pow(1.0 - ub, -e) / p;
    double c = 1.0 - term.k - e;
    if (term.weighted)
        return beta_difference(ga, ua, gb, ub, term.j, -e, c);
    /* j − 1/p = (j − 1) + α/p: exact as α → 0 */
    return beta_difference(ga * ua, ua, gb * ub, ub, term.j - 1,
                           range->exponent->alpha / p, c);
}

static void add_bounded(nsl_bounded *sum, nsl_bounded part, double sign)
{
    sum->value += sign * part.value;
    sum->error += part.error;
}

/* The part of the range below X; for k = 0 less its length, since 1 − u = w and
 * 1 − u² = w + u w. */
static void add_integral_below(nsl_bounded *sum, const nsl_em_range *range,
                               nsl_em_term term)
{
    bool whole = range->last.at <= range->x;
    double b = whole ? range->last.at : range->x, wb = whole ? range->last.w : 0.5;
    double a = range->first.at, wa = range->first.w;
    if (term.k > 0) {
        add_bounded(sum, integral_below(range, term, a, wa, b, wb), 1.0);
        return;
    }
    for (int j = 0; j < term.j; j++) {
        nsl_em_term missing = {j, 1, false, 0.0};
        add_bounded(sum, integral_below(range, missing, a, wa, b, wb), -1.0);
    }
}

static void add_integral_above(nsl_bounded *sum, const nsl_em_range *range,
                               nsl_em_term term)
{
    bool whole = range->first.at >= range->x;
    double a = whole ? range->first.at : range->x, ua = whole ? range->first.u : 0.5;
    add_bounded(sum, integral_above(range, term, a, ua, range->last.at, range->last.u),
                1.0);
}

/* u^j w^k at an end; for k = 0 and an end below X, less 1. */
static double end_value(const nsl_em_end *end, nsl_em_term term, bool below)
{
    if (term.k == 0 && below)
        return term.j == 1 ? -end->w : -end->w * (1.0 + end->u);
    double value = 1.0;
    for (int j = 0; j < term.j; j++)
        value *= end->u;
    for (int k = 0; k < term.k; k++)
        value *= end->w;
    return value;
}

static void add_end(nsl_bounded *sum, const nsl_em_range *range, nsl_em_term term,
                    const nsl_em_end *end, double sign)
{
    if (isinf(end->at))
        return;
    double series[NSL_EM_ORDER + 1], weight = 1.0;
    series_product(series, end, range->exponent->p, term.j, term.k);
    if (term.weighted) {
        weight = pow(end->at, -term.beta) / end->at;
        series_weight(series, 1.0 + term.beta);
        for (int n = 0; n <= NSL_EM_ORDER; n++)
            series[n] *= weight;
    }
    sum->value += 0.5 * weight * end_value(end, term, end->at < range->x);
    add_corrections(sum, series, end->at, sign);
}

nsl_bounded nsl_em_sum(const nsl_em_range *range, nsl_em_term term)
{
    nsl_bounded sum = {0.0, 0.0};
    /* Terms beyond `first` weigh at most I^{kp−s} of the first eigenvalue's: skip a
     * source target so steep that they are out of sight. */
    double decay = term.weighted ? term.beta - term.k * range->exponent->p : 0.0;
    if (decay * log(range->first.at) > 60.0)
        return sum;
    if (range->first.at < range->x)
        add_integral_below(&sum, range, term);
    if (range->last.at > range->x)
        add_integral_above(&sum, range, term);
    add_end(&sum, range, term, &range->first, -1.0);
    add_end(&sum, range, term, &range->last, 1.0);
    sum.error += 4 * DBL_EPSILON * fabs(sum.value);
    return sum;
}

/* I^−(1+beta) and its Taylor series around an end, for the corrections there. */
static void add_power_end(nsl_bounded *sum, double beta, double at, double sign)
{
    double series[NSL_EM_ORDER + 1] = {1.0}, value = pow(at, -beta) / at;
    series_weight(series, 1.0 + beta);
    for (int n = 0; n <= NSL_EM_ORDER; n++)
        series[n] *= value;
    sum->value += 0.5 * value;
    add_corrections(sum, series, at, sign);
}

double nsl_power_sum(double beta, uint64_t first, uint64_t last)
{
    uint64_t start = first > (uint64_t)CLEARANCE ? first : (uint64_t)CLEARANCE;
    bool endless = last == NSL_LATENTS_INFINITE;
    bool all_direct = !endless && (last < start || last - start <= (uint64_t)CLEARANCE);
    double sum = 0.0;
    for (uint64_t i = first; i <= last && (all_direct || i < start); i++)
        sum += pow((double)i, -beta) / (double)i;
    if (all_direct)
        return sum;
    /* ∫ I^−s = (start^−β − last^−β)/β, also where last is close to start */
    nsl_bounded tail = {pow((double)start, -beta) / beta, 0.0};
    if (!endless)
        tail.value *= -expm1(-beta * log1p((double)(last - start) / (double)start));
    add_power_end(&tail, beta, (double)start, -1.0);
    if (!endless)
        add_power_end(&tail, beta, (double)last, 1.0);
    return sum + tail.value;
}
