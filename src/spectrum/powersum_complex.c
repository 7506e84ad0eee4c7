/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Σ f(I) with f = 1/(1−y), y = (s/λ₊) I^p, and its derivatives by ln s, by
 * Euler–Maclaurin from a term a on (theory.md section 9). f has a pole where y = 1, at
 * I = X = (s/λ₊)^{−1/p}, on or below the positive axis, and others at X e^{2πik/p}. A
 * pole between the ends of the sum adds what Euler–Maclaurin does not show: with the
 * residue −X/p and the integral taken above the pole,
 *
 *     Σ f = ∫ f + ends + (πX/p) (cot πX − i)
 *
 * which is exact however close the pole is to a term. Where X is small the first terms
 * are summed one by one, to beyond all poles. */
#include "spectrum/powersum_complex.h"

#include <complex.h>
#include <float.h>
#include <math.h>

/* As in powersum.c: Euler–Maclaurin starts and ends this far from every pole. */
static const double CLEARANCE = 16.0;

/* Below so large an |X| terms are summed one by one; it leaves room for a start at
 * CLEARANCE before the pole. */
static const double FAR_POLE = 64.0;

/* Terms at the end of a sum that are taken one by one where the pole is near them. */
static const double LAST_TERMS = 40.0;

/* cot πX − i is below rounding from this far below the axis. */
static const double POLE_DEPTH = 7.0;

/* Terms of those series: they gain at least a bit a term. */
enum { SERIES_MAX = 70 };

/* A series ends where its terms no longer reach the last bit of its first. */
static const double NEGLIGIBLE = 0x1p-60;

static const double BERNOULLI[NSL_CORRECTIONS] = {
    1.0 / 12,  -1.0 / 120,      1.0 / 252, -1.0 / 240,
    1.0 / 132, -691.0 / 32760., 1.0 / 12., -3617.0 / 8160.};

const double nsl_complex_gauss[NSL_GAUSS_NODES][2] = {
    {0.064056892862605616, 0.12793819534675208},
    {0.19111886747361631, 0.12583745634682822},
    {0.3150426796961634, 0.12167047292780335},
    {0.43379350762604513, 0.11550566805372545},
    {0.54542147138883956, 0.10744427011596543},
    {0.64809365193697555, 0.097618652104113995},
    {0.74012419157855436, 0.086190161531953219},
    {0.82000198597390295, 0.073346481411080355},
    {0.88641552700440107, 0.059298584915436749},
    {0.9382745520027328, 0.044277438817419773},
    {0.97472855597130947, 0.028531388628933656},
    {0.99518721999702142, 0.0123412297999871}};

/* Sums over a part of the terms; z without the terms that are counted as 1. */
typedef struct {
    double complex z, r, rho;
    double angle;
} parts;

static double complex inverse(double complex a)
{
    double norm = creal(a) * creal(a) + cimag(a) * cimag(a);
    return CMPLX(creal(a) / norm, -cimag(a) / norm);
}

static double power_of(const nsl_complex_law *law, double i)
{
    return i <= law->powers ? law->power[(int)i] : i * pow(i, law->exponent->alpha);
}

nsl_complex_term nsl_complex_term_at(const nsl_complex_problem *q, double i)
{
    nsl_complex_term t = {.at = i};
    double power = power_of(q->law, i);
    double size = q->sigma_size * power;
    t.inside = size <= 1.0;
    if (t.inside) {
        double complex y = q->sigma * power;
        t.small = y;
        t.u = inverse(1.0 - y);
        t.w = -y * t.u;
        if (q->angle) /* 1 − 1/y = −(1−y)/y */
            t.angle = atan2(cimag(y), size * size - creal(y));
    } else {
        double turn = q->sigma_size; /* 1/y, its phase from s itself */
        double complex v =
            CMPLX(creal(q->sigma) / turn / size, -cimag(q->sigma) / turn / size);
        t.small = v;
        t.w = inverse(1.0 - v);
        t.u = -v * t.w;
        if (q->angle)
            t.angle = atan2(-cimag(v), 1.0 - creal(v));
    }
    return t;
}

/* Terms first … last one by one; the number of those counted as 1 is returned. */
static double add_direct(parts *sum, const nsl_complex_problem *q, double first,
                         double last)
{
    double count = 0.0;
    for (double i = first; i <= last; i++) {
        nsl_complex_term t = nsl_complex_term_at(q, i);
        double complex r = t.u * t.w;
        if (t.inside) {
            count += 1.0;
            sum->z -= t.w;
        } else {
            sum->z += t.u;
        }
        sum->r += r;
        sum->rho += r * (t.u - t.w);
        sum->angle += t.angle;
    }
    return count;
}

/* ∫_0^t (f−1) dI = t Σ_{k≥1} y^k/(pk+1), for |y| < 1. */
static double complex integral_below(const nsl_complex_problem *q,
                                     const nsl_complex_term *t)
{
    double complex sum = 0.0, power = 1.0;
    double size = cabs(t->small), left = 1.0;
    for (int k = 1; k <= SERIES_MAX; k++) {
        power *= t->small;
        sum += power / (q->p * k + 1.0);
        left *= size;
        if (left < NEGLIGIBLE)
            break;
    }
    return t->at * sum;
}

/* ∫_t^∞ f dI = −t Σ_{k≥1} y^−k/(pk−1), for |y| > 1. */
static double complex integral_above(const nsl_complex_problem *q,
                                     const nsl_complex_term *t)
{
    double complex sum = 0.0, power = 1.0;
    double size = cabs(t->small), left = 1.0;
    for (int k = 1; k <= SERIES_MAX; k++) {
        power *= t->small;
        /* pk − 1 with p = 1 + α: exact at k = 1 */
        sum += power / (q->law->exponent->alpha * k + (k - 1));
        left *= size;
        if (left < NEGLIGIBLE)
            break;
    }
    return -t->at * sum;
}

/* e^{h/p}/(1−e^h) + 1/h without its pole at h = 0. */
static double complex without_pole(double complex h, double p)
{
    if (cabs(h) > 0.5)
        return cexp(h / p) / (1.0 - cexp(h)) + 1.0 / h;
    double complex above = 0.0, below = 0.0, power = 1.0;
    double inverse_p = 1.0; /* 1/(m+1)! and 1/((m+1)! p^{m+1}) */
    double factorial = 1.0;
    for (int m = 0; m < 18; m++) {
        factorial /= m + 1; /* 1/(m+1)! */
        inverse_p /= p * (m + 1);
        above += power * (inverse_p - factorial / (m + 2));
        below -= power * factorial;
        power *= h;
    }
    return above / below;
}

/* ∫ f dI from ln|y| = from to `to`: with I = |X|e^{τ/p} and h = τ + iθ it is
 * (X/p) ∫ e^{h/p}/(1−e^h) dτ, the pole at h = 0 taken out. */
static double complex integral_across(const nsl_complex_problem *q, double from,
                                      double to)
{
    double complex sum = 0.0;
    double middle = 0.5 * (from + to), half = 0.5 * (to - from);
    for (int i = 0; i < NSL_GAUSS_NODES; i++) {
        double step = half * nsl_complex_gauss[i][0];
        sum += nsl_complex_gauss[i][1] *
               (without_pole(CMPLX(middle + step, q->theta), q->p) +
                without_pole(CMPLX(middle - step, q->theta), q->p));
    }
    sum *= half;
    sum -= clog(CMPLX(to, q->theta)) - clog(CMPLX(from, q->theta));
    return q->x / q->p * sum;
}

void nsl_complex_series(double complex *u, const nsl_complex_problem *q,
                        const nsl_complex_term *t)
{
    const double *binomial = q->law->exponent->binomial;
    u[0] = t->u;
    for (int n = 1; n <= NSL_EM_ORDER; n++) {
        double re = 0.0, im = 0.0;
        for (int i = 1; i <= n; i++) {
            re += binomial[i] * creal(u[n - i]);
            im += binomial[i] * cimag(u[n - i]);
        }
        u[n] = -t->w * CMPLX(re, im);
    }
}

void nsl_complex_slope(double complex *out, const double complex *a, double c)
{
    for (int n = 0; n < NSL_EM_ORDER; n++)
        out[n] = c * ((n + 1) * a[n + 1] + n * a[n]);
    out[NSL_EM_ORDER] = 0.0;
}

double complex nsl_complex_corrections(const double complex *series, double at,
                                       int count)
{
    double complex sum = 0.0;
    double scale = 1.0 / at;
    for (int k = 0; k < count; k++) {
        sum += BERNOULLI[k] * series[2 * k + 1] * scale;
        scale /= at * at;
    }
    return sum;
}

/* What an end of the sum adds beside the integral over it, with sign −1 at its start
 * and +1 at its end: boundary terms of the integrals of r = −(1/p) dI f' and ρ, half
 * the end's own term, the corrections. `resolved`: of f − 1 instead of f. */
static void add_end(parts *sum, const nsl_complex_problem *q, const nsl_complex_term *t,
                    double sign, bool resolved)
{
    double complex u[NSL_EM_ORDER + 1], r[NSL_EM_ORDER + 1], rho[NSL_EM_ORDER + 1];
    double p = q->p, at = t->at;
    nsl_complex_series(u, q, t);
    nsl_complex_slope(r, u, -1.0 / p);
    nsl_complex_slope(rho, r, 1.0 / p);
    double complex value = t->u * t->w;
    double complex z = resolved ? -t->w : t->u;
    sum->z += 0.5 * z + sign * nsl_complex_corrections(u, at, NSL_CORRECTIONS);
    sum->r += sign * (-at * z / p) + 0.5 * value +
              sign * nsl_complex_corrections(r, at, NSL_CORRECTIONS);
    sum->rho += sign * at * (value / p + z / (p * p)) + 0.5 * value * (t->u - t->w) +
                sign * nsl_complex_corrections(rho, at, NSL_CORRECTIONS - 1);
    if (!q->angle)
        return;
    /* dln(1−1/y)/dlnI = −pf */
    double complex log_series[NSL_EM_ORDER + 1], over = 0.0;
    log_series[0] = 0.0;
    for (int n = 1; n <= NSL_EM_ORDER; n++) {
        over = u[n - 1] - over; /* coefficient n−1 of u/(1+h) */
        log_series[n] = -p * over / n;
    }
    sum->angle +=
        (sign * at + 0.5) * t->angle +
        sign * cimag(nsl_complex_corrections(log_series, at, NSL_CORRECTIONS));
}

/* The integral I of f (or f−1) gives those of r and ρ: see add_end. */
static void add_integral(parts *sum, const nsl_complex_problem *q,
                         double complex integral)
{
    sum->z += integral;
    sum->r += integral / q->p;
    sum->rho -= integral / (q->p * q->p);
    sum->angle += q->p * cimag(integral);
}

/* (πX/p)(cot πX − i) and its derivatives by ln s: dX/dln s = −X/p. */
static void add_pole(parts *sum, const nsl_complex_problem *q)
{
    double complex off = CMPLX(creal(q->x) - round(creal(q->x)), cimag(q->x));
    double complex sine = csin(M_PI * off), cosine = ccos(M_PI * off);
    double complex e = cexp(CMPLX(0.0, -2.0 * M_PI) * off);
    double complex cot = cosine * inverse(sine);
    double complex square = inverse(sine * sine), turn = M_PI * q->x;
    double p = q->p;
    /* cot − i = (cos − i sin)/sin = e^{−iπX}/sin */
    double complex less = cexp(CMPLX(0.0, -M_PI) * off) * inverse(sine);
    sum->z += turn / p * less;
    sum->r += turn / (p * p) * (less - turn * square);
    sum->rho -= turn / (p * p * p) *
                (less - 3.0 * turn * square + 2.0 * turn * turn * square * cot);
    if (q->angle)
        sum->angle += carg(1.0 - e);
}

/* The integral of f from a to b, above the pole; of f − 1 where all is resolved. */
static double complex integral_of(const nsl_complex_problem *q,
                                  const nsl_complex_term *a, const nsl_complex_term *b,
                                  bool resolved)
{
    if (!a->inside) /* both beyond the pole */
        return integral_above(q, a) - (isinf(b->at) ? 0.0 : integral_above(q, b));
    double p = q->p;
    double reach = isinf(b->at) ? (double)INFINITY : p * log(b->at / q->size);
    if (reach >= NSL_SERIES_REACH) { /* (πX/p)(cot π/p + i) from 0 to ∞ */
        double complex all = M_PI * q->x / p *
                             CMPLX(q->law->exponent->cosine, q->law->exponent->sine) /
                             q->law->exponent->sine;
        double complex beyond = isinf(b->at) ? 0.0 : integral_above(q, b);
        return all - (a->at + integral_below(q, a)) - beyond;
    }
    if (reach <= -NSL_SERIES_REACH) /* b < |X|: `resolved` */
        return integral_below(q, b) - integral_below(q, a);
    double from = p * log(a->at / q->size);
    double complex sum = 0.0;
    double start = a->at;
    if (from < -NSL_SERIES_REACH) {
        from = -NSL_SERIES_REACH;
        start = q->size * exp(from / p);
        nsl_complex_term middle = {.at = start,
                                   .inside = true,
                                   .small =
                                       exp(from) * CMPLX(cos(q->theta), sin(q->theta))};
        sum = integral_below(q, &middle) - integral_below(q, a);
        if (!resolved)
            sum += start - a->at;
    }
    sum += integral_across(q, from, reach);
    return resolved ? sum - (b->at - start) : sum;
}

/* Terms from a on by Euler–Maclaurin, to b or, where the pole is near b, to a little
 * before it. Returns how many were counted as 1. */
static double add_range(parts *sum, const nsl_complex_problem *q, double from,
                        double last)
{
    double count = 0.0, to = last;
    bool near_end = cabs(q->x - last) < CLEARANCE;
    if (near_end) {
        to = last - LAST_TERMS;
        count += add_direct(sum, q, to + 1.0, last);
    }
    bool resolved = to <= q->size;
    nsl_complex_term a = nsl_complex_term_at(q, from), b = {.at = to};
    if (isfinite(to))
        b = nsl_complex_term_at(q, to);
    add_integral(sum, q, integral_of(q, &a, &b, resolved));
    add_end(sum, q, &a, -1.0, resolved);
    if (isfinite(to))
        add_end(sum, q, &b, 1.0, resolved);
    double x = creal(q->x);
    if (x > from && x < to && cimag(q->x) > -POLE_DEPTH)
        add_pole(sum, q);
    return resolved ? count + (to - from + 1.0) : count;
}

void nsl_complex_problem_set(nsl_complex_problem *q, const nsl_complex_law *law,
                             double complex s, bool angle)
{
    const nsl_em_exponent *e = law->exponent;
    double size = cabs(s) / law->lambda_max;
    *q = (nsl_complex_problem){
        .law = law, .p = e->p, .sigma = s / law->lambda_max, .angle = angle};
    q->sigma_size = size;
    q->theta = cimag(s) == 0.0 ? (creal(s) < 0.0 ? M_PI : 0.0) : carg(s);
    double at = pow(size, -1.0 / e->p), off = size * (at * pow(at, e->alpha)) - 1.0;
    q->size = fabs(off) < 0.1 ? at - at * (off / e->p) : at; /* mends 1/p's rounding */
    q->x = q->size * CMPLX(cos(q->theta / e->p), -sin(q->theta / e->p));
}

double nsl_complex_start(const nsl_complex_problem *q)
{
    double far_pole = FAR_POLE; /* the other poles stay off the axis by CLEARANCE */
    if (q->p >= 2.0)
        far_pole = fmax(far_pole, CLEARANCE / q->law->exponent->sine);
    if (q->size >= far_pole)
        return CLEARANCE;
    return ceil(fmax(2.0 * q->size, q->size + CLEARANCE));
}

void nsl_powerlaw_complex_sums(nsl_complex_sums *out, const nsl_complex_law *law,
                               double complex s, bool angle)
{
    nsl_complex_problem q;
    nsl_complex_problem_set(&q, law, s, angle);
    double last = nsl_whole_from(law->latents).high, from = nsl_complex_start(&q);
    parts sum = {0};
    double count;
    if (last < from + LAST_TERMS + CLEARANCE) {
        count = add_direct(&sum, &q, 1.0, last);
    } else {
        count = add_direct(&sum, &q, 1.0, from - 1.0);
        count += add_range(&sum, &q, from, last);
    }
    *out = (nsl_complex_sums){
        .count = count, .rest = sum.z, .r = sum.r, .rho = sum.rho, .angle = sum.angle};
    if (last <= q.size) { /* every eigenvalue is mostly resolved */
        nsl_whole latents = nsl_whole_from(law->latents);
        out->count = latents.high;
        out->count_low = latents.low;
    }
    if (cimag(s) == 0.0) {
        out->rest = creal(out->rest);
        out->r = creal(out->r);
        out->rho = creal(out->rho);
    }
}
