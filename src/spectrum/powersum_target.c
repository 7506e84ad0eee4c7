/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sums of a source target over a power law at complex Δ = −s: Σ I^−(1+β) w and its
 * derivatives by lnΔ, Σ I^−(1+β) u w and Σ I^−(1+β) u w (u−w), as powersum_complex.c
 * sums u. With J = ∫ I^−(1+β) w dI and dw/dlnI = p u w the integrals of the derivatives
 * are
 *
 *     ∫ I^−(1+β) u w dI       = (1/p) [I^−β w] + (β/p) J
 *     ∫ I^−(1+β) u w (u−w) dI = (1/p) [I^−β u w] + (β/p²) [I^−β w] + (β/p)² J,
 *
 * and the pole of w at X, of residue X^−β/p, adds −(π X^−β/p) (cot πX − i). */
#include "spectrum/powersum_complex.h"

#include <complex.h>
#include <math.h>

/* Terms of the series of J, which gain at least e² a term. */
enum { TERMS_MAX = 40 };

/* A series ends where its terms no longer reach the last bit of its first. */
static const double NEGLIGIBLE = 0x1p-60;

/* The pole is below rounding from this far below the axis. */
static const double POLE_DEPTH = 7.0;

/* Terms at the end of a sum taken one by one where the pole is near them, and how near
 * that is. */
static const double LAST_TERMS = 40.0, CLEARANCE = 16.0;

/* Targets so steep that terms from the start on weigh less than e^−60 end there. */
static const double OUT_OF_SIGHT = 60.0;

/* What e^{−βτ/p} may grow by over half an interval of Gauss–Legendre. */
static const double GROWTH = 4.0;

typedef struct {
    nsl_complex_problem p;
    double beta;
} problem;

static void add_direct(nsl_complex_target *sum, const problem *q, double first,
                       double last)
{
    for (double i = first; i <= last; i++) {
        nsl_complex_term t = nsl_complex_term_at(&q->p, i);
        double weight = pow(i, -q->beta) / i;
        double complex r = weight * (t.u * t.w);
        sum->t1 += weight * t.w;
        sum->td += r;
        sum->te += r * (t.u - t.w);
    }
}

/* ∫ I^−(1+β) y^k dI from a to b, y^k given at both: with e = pk − β it is
 * [b^−β y_b^k − a^−β y_a^k]/e, and near e = 0 a logarithm. */
static double complex power_integral(double complex at_a, double complex at_b, double e,
                                     double span)
{
    if (fabs(e * span) >= 1.0)
        return (at_b - at_a) / e;
    return at_b * (e == 0.0 ? span : -expm1(-e * span) / e);
}

/* w = −Σ_{k≥1} y^k from a to b, |y| ≤ e^−2. */
static double complex integral_below(const problem *q, const nsl_complex_term *a,
                                     const nsl_complex_term *b)
{
    double complex sum = 0.0, at_a = pow(a->at, -q->beta), at_b = pow(b->at, -q->beta);
    double span = log(b->at / a->at), left = 1.0;
    for (int k = 1; k <= TERMS_MAX && left > NEGLIGIBLE; k++) {
        at_a *= a->small;
        at_b *= b->small;
        sum -= power_integral(at_a, at_b, q->p.p * k - q->beta, span);
        left *= cabs(b->small);
    }
    return sum;
}

/* w = Σ_{k≥0} y^−k from a on, |y| ≥ e²: Σ a^−β y_a^−k/(β + pk). */
static double complex integral_above(const problem *q, const nsl_complex_term *a)
{
    double complex sum = 0.0, at = pow(a->at, -q->beta);
    double left = 1.0;
    for (int k = 0; k <= TERMS_MAX && left > NEGLIGIBLE; k++) {
        sum += at / (q->beta + q->p.p * k);
        at *= a->small;
        left *= cabs(a->small);
    }
    return sum;
}

/* From a to b > a beyond e²: the difference, not losing digits where they are close. */
static double complex integral_above_to(const problem *q, const nsl_complex_term *a,
                                        const nsl_complex_term *b)
{
    if (isinf(b->at))
        return integral_above(q, a);
    double complex sum = 0.0, at_a = pow(a->at, -q->beta), at_b = pow(b->at, -q->beta);
    double span = log(b->at / a->at), left = 1.0;
    for (int k = 0; k <= TERMS_MAX && left > NEGLIGIBLE; k++) {
        sum += power_integral(at_a, at_b, -(q->beta + q->p.p * k), span);
        at_a *= a->small;
        at_b *= b->small;
        left *= cabs(a->small);
    }
    return sum;
}

/* e^{−βh/p}/(1−e^{−h}) − 1/h: w without its pole at h = 0. */
static double complex without_pole(const problem *q, double complex h)
{
    return cexp(-q->beta / q->p.p * h) / (1.0 - cexp(-h)) - 1.0 / h;
}

/* With I = |X|e^{τ/p} and h = τ + iθ, J = (|X|^−β e^{iβθ/p}/p) ∫ e^{−βh/p}/(1−e^{−h})
 * dτ from ln|y| = from to `to`, the pole by its logarithm, the rest in pieces so short
 * that e^{−βτ/p} is resolved. */
static double complex integral_across(const problem *q, double from, double to)
{
    double rate = q->beta / q->p.p, theta = q->p.theta;
    double pieces = ceil((to - from) * fmax(0.25, 0.5 * rate / GROWTH));
    double half = 0.5 * (to - from) / pieces;
    double complex sum = 0.0;
    for (double piece = 0.0; piece < pieces; piece++) {
        double middle = from + (2.0 * piece + 1.0) * half;
        for (int i = 0; i < NSL_GAUSS_NODES; i++) {
            double step = half * nsl_complex_gauss[i][0];
            sum += half * nsl_complex_gauss[i][1] *
                   (without_pole(q, CMPLX(middle + step, theta)) +
                    without_pole(q, CMPLX(middle - step, theta)));
        }
    }
    sum += clog(CMPLX(to, theta)) - clog(CMPLX(from, theta));
    return pow(q->p.size, -q->beta) / q->p.p * cexp(CMPLX(0.0, rate * theta)) * sum;
}

/* Where ln|y| = ±2, at no whole I: y or 1/y there. */
static nsl_complex_term at_level(const problem *q, double level)
{
    double theta = level < 0.0 ? q->p.theta : -q->p.theta;
    return (nsl_complex_term){.at = q->p.size * exp(level / q->p.p),
                              .small =
                                  exp(-fabs(level)) * CMPLX(cos(theta), sin(theta))};
}

/* J from a to b, above the pole. */
static double complex integral_of(const problem *q, const nsl_complex_term *a,
                                  const nsl_complex_term *b)
{
    double reach = NSL_SERIES_REACH, p = q->p.p;
    double low = p * log(a->at / q->p.size);
    double high = isinf(b->at) ? (double)INFINITY : p * log(b->at / q->p.size);
    if (low >= reach)
        return integral_above_to(q, a, b);
    if (high <= -reach)
        return integral_below(q, a, b);
    nsl_complex_term from = low < -reach ? at_level(q, -reach) : *a;
    nsl_complex_term to = high > reach ? at_level(q, reach) : *b;
    double complex sum = integral_across(q, fmax(low, -reach), fmin(high, reach));
    if (low < -reach)
        sum += integral_below(q, a, &from);
    if (high > reach)
        sum += integral_above_to(q, &to, b);
    return sum;
}

/* Multiplies a series by at^−(1+β) (1+h)^−(1+β). */
static void weigh(double complex *a, double beta, double at)
{
    double weight[NSL_EM_ORDER + 1];
    weight[0] = pow(at, -beta) / at;
    for (int n = 1; n <= NSL_EM_ORDER; n++)
        weight[n] = weight[n - 1] * (-beta - n) / n;
    for (int n = NSL_EM_ORDER; n >= 0; n--) {
        double complex sum = 0.0;
        for (int i = 0; i <= n; i++)
            sum += a[i] * weight[n - i];
        a[n] = sum;
    }
}

/* What an end adds beside J: boundary terms, half its own term, the corrections. */
static void add_end(nsl_complex_target *sum, const problem *q,
                    const nsl_complex_term *t, double sign)
{
    double complex w[NSL_EM_ORDER + 1], r[NSL_EM_ORDER + 1], e[NSL_EM_ORDER + 1];
    double p = q->p.p, power = pow(t->at, -q->beta), weight = power / t->at;
    nsl_complex_series(w, &q->p, t); /* of u */
    nsl_complex_slope(r, w, -1.0 / p);
    nsl_complex_slope(e, r, 1.0 / p);
    for (int n = 0; n <= NSL_EM_ORDER; n++)
        w[n] = n == 0 ? t->w : -w[n];
    weigh(w, q->beta, t->at);
    weigh(r, q->beta, t->at);
    weigh(e, q->beta, t->at);
    double complex value = t->u * t->w;
    sum->t1 +=
        0.5 * weight * t->w + sign * nsl_complex_corrections(w, t->at, NSL_CORRECTIONS);
    sum->td += sign * power * t->w / p + 0.5 * weight * value +
               sign * nsl_complex_corrections(r, t->at, NSL_CORRECTIONS);
    sum->te += sign * power * (value / p + q->beta / (p * p) * t->w) +
               0.5 * weight * value * (t->u - t->w) +
               sign * nsl_complex_corrections(e, t->at, NSL_CORRECTIONS - 1);
}

/* With D = X d/dX and dlnX/dlnΔ = −1/p: D(cot πX) = −πX/sin², and its own D. */
static void add_pole(nsl_complex_target *sum, const problem *q)
{
    double complex x = q->p.x, turn = M_PI * x;
    double complex off = CMPLX(creal(x) - round(creal(x)), cimag(x));
    double complex sine = csin(M_PI * off), cot = ccos(M_PI * off) / sine;
    double complex less = cexp(CMPLX(0.0, -M_PI) * off) / sine; /* cot − i */
    double complex slope = turn / (sine * sine);
    double complex bend = slope - 2.0 * turn * slope * cot;
    double beta = q->beta, p = q->p.p;
    double complex first = -beta * less - slope;
    double complex second = -beta * first + beta * slope - bend;
    double complex scale = -(M_PI / p) * cexp(-beta * clog(x));
    sum->t1 += scale * less;
    sum->td -= scale * first / p;
    sum->te += scale * second / (p * p);
}

static void add_range(nsl_complex_target *sum, const problem *q, double from,
                      double last)
{
    double to = last, beta = q->beta, p = q->p.p;
    if (cabs(q->p.x - last) < CLEARANCE) {
        to = last - LAST_TERMS;
        add_direct(sum, q, to + 1.0, last);
    }
    nsl_complex_term a = nsl_complex_term_at(&q->p, from), b = {.at = to};
    if (isfinite(to))
        b = nsl_complex_term_at(&q->p, to);
    double complex integral = integral_of(q, &a, &b);
    sum->t1 += integral;
    sum->td += beta / p * integral;
    sum->te += beta / p * (beta / p) * integral;
    add_end(sum, q, &a, -1.0);
    if (isfinite(to))
        add_end(sum, q, &b, 1.0);
    double x = creal(q->p.x);
    if (x > from && x < to && cimag(q->p.x) > -POLE_DEPTH)
        add_pole(sum, q);
}

void nsl_powerlaw_complex_target(nsl_complex_target *out, const nsl_complex_law *law,
                                 double beta, double complex s)
{
    problem q = {.beta = beta};
    nsl_complex_problem_set(&q.p, law, s, false);
    double last = nsl_whole_from(law->latents).high, from = nsl_complex_start(&q.p);
    *out = (nsl_complex_target){0};
    if (last < from + LAST_TERMS + CLEARANCE) {
        add_direct(out, &q, 1.0, last);
        return;
    }
    add_direct(out, &q, 1.0, from - 1.0);
    if ((beta - q.p.p) * log(from) < OUT_OF_SIGHT)
        add_range(out, &q, from, last);
}
