/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Flow. Weideman and Trefethen's hyperbola (Math. Comp. 76, 1341, 2007)
 *
 *     w t = −x + μ (1 + sin(iu − φ)),   u = ±(j + ½) h,   j = 0 … n−1,
 *
 * goes around the axis left of −x, where all singularities are whatever the spectrum
 * is, but for w = 0. With d = π/2 − φ the midpoint rule leaves out, times e^−x,
 *
 *     e^{−2πd/h} by the singularities,     e^{μ − 2πφ/h} on the other side,
 *     e^{−μ (sin φ cosh hn − 1)} by its end.
 *
 * All three are e^−b where 2πd/h = b and φ = (1 + μ/b) d, so that with ρ = μ/b
 *
 *     φ = (π/2)(1+ρ)/(2+ρ),   h = 2πd/b,   n = arcosh((1 + 1/ρ)/sin φ)/h,
 *
 * and n is least at ρ = 1.94: 2.316 n = b. Early, x = 0 and w = 0 is inside. Late, x is
 * what the slowest eigenvalue has decayed by and w = 0 is outside, to the right of all
 * that the second error bounds, if μ ≤ x: ρ is x/b until that is 1.94. The weights are
 * as large as e^{μ (1 − sin φ)}.
 *
 * Descent. With w = (e^{ηv} − 1)/η, (1+ηw)^k = e^{kηv}: the hyperbola in v, for t = kη,
 * goes around the eigenvalues below 1/η, and around those above it the same with
 * w = (−e^{ηv} − 1)/η and (−1)^k e^{kηv}. The strips |Im v| < π/η must hold it and what
 * it is analytic in: k ≥ 1.05 n. With fewer steps, a circle 1 + ηw = x = ρ e^{iθ}
 * around all of −1 ≤ x ≤ 1. The trapezoid rule of n > k nodes leaves out ρ^−n, and the
 * weights are as large as ρ^k. */
#include "mp/contour_mp.h"

#include <math.h>
#include <stdlib.h>

/* ρ of the least n, and b/n there. */
static const double REACH = 1.93986, GAIN = 2.3157;

/* Nodes beyond those, for factors that are no powers. */
enum { SPARE_NODES = 4 };

/* Late from here on: nearer, n grows, and the poles' distance saves fewer bits than
 * that costs. */
static const double LATE = 8.0;

typedef struct {
    size_t nodes;
    double step, reach, tilt; /* h, μ, φ */
} hyperbola;

/* With w = 0 so far to the right of −x; INFINITY: inside. */
static hyperbola shape(mpfr_prec_t bits, double room)
{
    double b = (double)bits * M_LN2 + SPARE_NODES * GAIN;
    double rho = fmin(room / b, REACH), tilt = M_PI_2 * (1.0 + rho) / (2.0 + rho);
    double step = 2.0 * M_PI * (M_PI_2 - tilt) / b;
    double nodes = ceil(acosh((1.0 + 1.0 / rho) / sin(tilt)) / step);
    return (hyperbola){(size_t)nodes, step, rho * b, tilt};
}

static double growth_of(const hyperbola *y)
{
    return y->reach * (1.0 - sin(y->tilt)) / M_LN2;
}

static hyperbola shape_below(const nsl_schedule_mp *s, mpfr_prec_t bits)
{
    double room = s->apart ? mpfr_get_d(s->gone_below, MPFR_RNDN) : (double)INFINITY;
    return shape(bits, room);
}

/* Whether there are steps enough for the hyperbola; twice what it needs. */
static bool is_long(const nsl_schedule_mp *s, mpfr_prec_t bits)
{
    return !s->descent || s->steps >= 2.0 * (double)shape_below(s, bits).nodes;
}

bool nsl_contour_mp_apart(const nsl_schedule_mp *s, mpfr_prec_t bits, double gone)
{
    return gone >= LATE &&
           (!s->descent || s->steps >= 2.0 * (double)shape(bits, gone).nodes);
}

/* Nodes of the upper half of the circle. */
static size_t circle_nodes(const nsl_schedule_mp *s, mpfr_prec_t bits)
{
    return (size_t)(fmax(s->steps, (double)bits / 6.0)) + SPARE_NODES;
}

/* log2 ρ for an error of 2^−bits. */
static double circle_radius(const nsl_schedule_mp *s, mpfr_prec_t bits)
{
    return (double)bits / (2.0 * (double)circle_nodes(s, bits));
}

mpfr_prec_t nsl_contour_mp_growth(const nsl_schedule_mp *s, mpfr_prec_t bits)
{
    hyperbola standard = shape(bits, (double)INFINITY), below = shape_below(s, bits);
    double growth = is_long(s, bits) ? fmax(growth_of(&standard), growth_of(&below))
                                     : circle_radius(s, bits) * s->steps;
    return (mpfr_prec_t)ceil(growth) + 1;
}

static bool make_room(nsl_contour_mp *c, size_t count, mpfr_prec_t work)
{
    c->count = 0;
    c->w = malloc(count * sizeof *c->w);
    c->weight = malloc(count * sizeof *c->weight);
    c->clock = malloc(count * sizeof *c->clock);
    if (!c->w || !c->weight || !c->clock)
        return false;
    for (; c->count < count; c->count++) {
        mpc_init2(c->w[c->count], work);
        mpc_init2(c->weight[c->count], work);
        mpc_init2(c->clock[c->count], work);
    }
    return true;
}

void nsl_contour_mp_clear(nsl_contour_mp *c)
{
    for (size_t j = 0; j < c->count; j++) {
        mpc_clear(c->w[j]);
        mpc_clear(c->weight[j]);
        mpc_clear(c->clock[j]);
    }
    free(c->w);
    free(c->weight);
    free(c->clock);
    *c = (nsl_contour_mp){.count = 0};
}

/* The j-th place on the hyperbola, clock = wt + x less x = gone, and e^{wt} d(wt)
 * h/2πi.
 */
static void set_place(mpc_t clock, mpc_t weight, size_t j, const hyperbola *y,
                      mpfr_srcptr gone)
{
    mpc_t sine, part;
    mpfr_t h;
    mpfr_prec_t work = mpfr_get_prec(mpc_realref(clock));
    mpc_init2(sine, work);
    mpc_init2(part, work);
    mpfr_init2(h, work);
    mpfr_set_d(h, y->step, MPFR_RNDN);
    mpfr_mul_d(mpc_imagref(part), h, -(double)j - 0.5, MPFR_RNDN); /* Im w < 0 */
    mpfr_set_d(mpc_realref(part), -y->tilt, MPFR_RNDN);
    mpc_sin_cos(sine, weight, part, MPC_RNDNN, MPC_RNDNN);
    mpc_add_ui(clock, sine, 1, MPC_RNDNN);
    mpfr_set_d(mpc_realref(part), y->reach, MPFR_RNDN);
    mpc_mul_fr(clock, clock, mpc_realref(part), MPC_RNDNN);
    mpfr_mul(h, h, mpc_realref(part), MPFR_RNDN); /* d(wt)/i = μ cos(iu − φ) h */
    mpc_mul_fr(weight, weight, h, MPC_RNDNN);
    mpfr_const_pi(h, MPFR_RNDN);
    mpc_div_fr(weight, weight, h, MPC_RNDNN);
    mpc_div_2ui(weight, weight, 1, MPC_RNDNN);
    mpfr_sub(mpc_realref(clock), mpc_realref(clock), gone, MPFR_RNDN);
    mpc_exp(part, clock, MPC_RNDNN);
    mpc_mul(weight, weight, part, MPC_RNDNN);
    mpc_clear(sine);
    mpc_clear(part);
    mpfr_clear(h);
}

static bool make_flow(nsl_contour_mp *c, const nsl_schedule_mp *s, mpfr_prec_t bits,
                      mpfr_prec_t work)
{
    hyperbola y = shape_below(s, bits);
    if (!make_room(c, y.nodes, work))
        return false;
    for (size_t j = 0; j < y.nodes; j++) {
        set_place(c->clock[j], c->weight[j], j, &y, s->gone_below);
        mpc_div_fr(c->w[j], c->clock[j], s->time, MPC_RNDNN);
        mpc_div(c->weight[j], c->weight[j], c->clock[j], MPC_RNDNN);
    }
    return true;
}

/* w = (±e^{ηv} − 1)/η, and the weight times dw/w over d(kηv) = ±e^{ηv}/(kηw). */
static void set_descent(mpc_t w, mpc_t weight, const mpc_t clock,
                        const nsl_schedule_mp *s, bool beyond)
{
    enum { SPARE_BITS = 64 }; /* e^{ηv} − 1 is of the order 1/k, k < 2^53 */
    mpc_t power;
    mpc_init2(power, mpfr_get_prec(mpc_realref(w)) + SPARE_BITS);
    mpfr_t steps;
    mpfr_init2(steps, 53);
    mpfr_set_d(steps, s->steps, MPFR_RNDN);
    mpc_div_fr(power, clock, steps, MPC_RNDNN);
    mpc_exp(power, power, MPC_RNDNN);
    if (beyond) {
        mpc_neg(power, power, MPC_RNDNN);
        mpc_conj(power, power, MPC_RNDNN); /* Im w < 0 again */
        mpc_conj(weight, weight, MPC_RNDNN);
        if (fmod(s->steps, 2.0) != 0.0)
            mpc_neg(weight, weight, MPC_RNDNN);
    }
    mpc_mul(weight, weight, power, MPC_RNDNN);
    mpc_sub_ui(power, power, 1, MPC_RNDNN);
    mpc_div(weight, weight, power, MPC_RNDNN);
    mpc_div_fr(weight, weight, steps, MPC_RNDNN);
    mpc_div_fr(w, power, s->rate, MPC_RNDNN);
    mpc_clear(power);
    mpfr_clear(steps);
}

static bool make_long(nsl_contour_mp *c, const nsl_schedule_mp *s, mpfr_prec_t bits,
                      mpfr_prec_t work)
{
    hyperbola below = shape_below(s, bits), beyond = shape(bits, (double)INFINITY);
    size_t first = s->below ? below.nodes : 0;
    size_t all = s->beyond ? first + beyond.nodes : first;
    if (!make_room(c, all, work))
        return false;
    for (size_t j = 0; j < all; j++) {
        if (j < first)
            set_place(c->clock[j], c->weight[j], j, &below, s->gone_below);
        else
            set_place(c->clock[j], c->weight[j], all - 1 - j, &beyond, s->gone_beyond);
        set_descent(c->w[j], c->weight[j], c->clock[j], s, j >= first);
        mpc_mul_fr(c->clock[j], c->w[j], s->rate, MPC_RNDNN);
    }
    return true;
}

/* x = ρ e^{iθ}; dw/w = dx/(x−1), and dx = i x dθ, dθ = π/n. */
static bool make_circle(nsl_contour_mp *c, const nsl_schedule_mp *s, mpfr_prec_t bits,
                        mpfr_prec_t work)
{
    size_t nodes = circle_nodes(s, bits);
    mpfr_t size, angle;
    mpc_t x;
    if (!make_room(c, nodes, work))
        return false;
    mpc_init2(x, work);
    mpfr_inits2(work, size, angle, (mpfr_ptr)NULL);
    mpfr_set_d(size, circle_radius(s, bits), MPFR_RNDN);
    mpfr_exp2(size, size, MPFR_RNDN);
    for (size_t j = 0; j < nodes; j++) {
        mpfr_const_pi(angle, MPFR_RNDN);
        mpfr_mul_d(angle, angle, -(double)j - 0.5, MPFR_RNDN); /* Im w < 0 */
        mpfr_div_ui(angle, angle, nodes, MPFR_RNDN);
        mpfr_sin_cos(mpc_imagref(x), mpc_realref(x), angle, MPFR_RNDN);
        mpc_mul_fr(x, x, size, MPC_RNDNN);
        mpc_pow_ui(c->weight[j], x, (unsigned long)s->steps, MPC_RNDNN);
        mpc_mul(c->weight[j], c->weight[j], x, MPC_RNDNN);
        mpc_sub_ui(x, x, 1, MPC_RNDNN);
        mpc_div(c->weight[j], c->weight[j], x, MPC_RNDNN);
        mpc_div_ui(c->weight[j], c->weight[j], 2 * nodes, MPC_RNDNN);
        mpc_set(c->clock[j], x, MPC_RNDNN);
        mpc_div_fr(c->w[j], x, s->rate, MPC_RNDNN);
    }
    mpc_clear(x);
    mpfr_clears(size, angle, (mpfr_ptr)NULL);
    return true;
}

bool nsl_contour_mp_make(nsl_contour_mp *c, const nsl_schedule_mp *s, mpfr_prec_t bits,
                         mpfr_prec_t work)
{
    *c = (nsl_contour_mp){.steps = s->descent};
    if (!s->descent)
        return make_flow(c, s, bits, work);
    return is_long(s, bits) ? make_long(c, s, bits, work)
                            : make_circle(c, s, bits, work);
}
