/* SPDX-License-Identifier: GPL-3.0-or-later */
/* With ε = n − z and the gaps ε + D_j, the pair (ln s, ln ε) solves
 *
 *     A ≡ z(s) − n + ε = 0,      B ≡ ln s + Σ_j ln(ε + D_j) + ln C − ln ζ = 0
 *
 * with principal logarithms: Newton's method loses no digits where ε is small, and what
 * it finds is the physical root. For with Im s > 0 > Im ε each term of B has an
 * imaginary part in (−π, 0) but the first in (0, π); as they add up to arg ζ ≥ 0, all
 * partial products s_k = s Π_{j≤k}(W_j − z) lie in the upper half-plane, and there
 * every layer's root is unique. */
#include "density/branch.h"

#include <complex.h>
#include <float.h>
#include <math.h>

enum { NEWTON_MAX = 40, BRACKET_MAX = 300, ROTATION_MAX = 400 };

/* A step of Newton's method, at most, in ln s and ln ε. */
static const double STEP_MAX = 1.0;

/* Part of the way to the real axis that a step may take. */
static const double AXIS_SHARE = 0.8;

/* Closer to the real axis than this, relative, only at an edge. */
static const double NEAR_AXIS = 1e-9;

/* A step of this size is the rounding of s. */
static const double STEP_FLOOR = 2 * DBL_EPSILON;

/* Close to an edge, or where two bulks have just parted, rounding keeps steps from
 * shrinking below about this, though A/n and B are as small as the next constant. */
static const double STEP_STALLED = 1e-3, SOLVED = 1e-13;

static double complex residual(const nsl_branch *b, const nsl_equation *e,
                               const nsl_reference *near, double complex target)
{
    double complex sum = near ? clog(b->s / near->s) : clog(b->s) + e->log_scale;
    for (size_t j = 0; j < e->widths; j++) {
        double complex gap = b->gap + e->excess[j];
        sum += clog(near ? gap / (near->gap + e->excess[j]) : gap);
    }
    return sum - target;
}

static bool usable(const nsl_branch *b)
{
    return cimag(b->s) > 0.0 && cimag(b->gap) < 0.0 && isfinite(cabs(b->s)) &&
           isfinite(cabs(b->gap));
}

/* The part of a step in the angle of `at` that stays in the upper half-plane. */
static double share_inside(double complex at, double step)
{
    double down = step < 0.0 ? creal(at) : -creal(at);
    double room = atan2(cimag(at), down);
    return fabs(step) > AXIS_SHARE * room ? AXIS_SHARE * room / fabs(step) : 1.0;
}

/* Newton's method may also end on the real axis at a root of ζ = x > 0 that does not
 * continue into the upper half-plane. Inside a bulk the root is not real, and where it
 * comes close to the axis, at an edge, D is not. */
static bool spurious(const nsl_branch *b)
{
    return cimag(b->s) < NEAR_AXIS * cabs(b->s) &&
           -cimag(b->gap) < NEAR_AXIS * cabs(b->gap) &&
           fabs(cimag(b->slope)) < 1e-3 * fabs(creal(b->slope));
}

bool nsl_branch_improve(nsl_branch *b, const nsl_equation *e, const nsl_reference *near,
                        double complex target)
{
    double last = (double)INFINITY;
    for (int i = 0; i < NEWTON_MAX; i++) {
        nsl_equation_sums(&b->m, e, b->s, false);
        nsl_equation_slopes(b, e);
        double complex a = b->gap - nsl_equation_gap(&b->m, e->least);
        double complex c = residual(b, e, near, target);
        /* [−r ε; 1 κ] (dln s, dln ε) = −(A, B) with κ = Σ ε/(ε+D_j) = (D−1)ε/r */
        double complex kappa = 0.0, gap = b->gap;
        for (size_t j = 0; j < e->widths; j++)
            kappa += gap / (gap + e->excess[j]);
        double complex scale = b->m.r * kappa + gap;
        double complex ds = (a * kappa - c * gap) / scale;
        double complex dg = -(b->m.r * c + a) / scale;
        double step = fmax(cabs(ds), cabs(dg)), share = fmin(1.0, STEP_MAX / step);
        if (!isfinite(step))
            return false;
        share = fmin(share, share_inside(b->s, cimag(ds)));
        share = fmin(share, share_inside(conj(b->gap), -cimag(dg)));
        b->s *= cexp(share * ds);
        b->gap *= cexp(share * dg);
        if (share == 1.0) {
            double next = step * step * (1.0 + cabs(b->bend / b->slope));
            if (step <= STEP_FLOOR || next < 0.1 * DBL_EPSILON ||
                (step < STEP_STALLED && step > 0.25 * last &&
                 cabs(c) < SOLVED * (1.0 + cabs(target)) &&
                 cabs(a) < SOLVED * (e->least + cabs(b->gap))))
                return usable(b) && !(cimag(target) == 0.0 && spurious(b));
            last = step;
        }
    }
    return false;
}

/* The least gap ε > 0 with C Δ Π(ε + D_j) = |ζ|, Newton in ln ε from above. */
static double gap_for(const nsl_equation *e, double log_rest)
{
    double log_gap = log_rest / (double)e->widths;
    for (int i = 0; i < NEWTON_MAX; i++) {
        double sum = -log_rest, slope = 0.0, gap = exp(log_gap);
        for (size_t j = 0; j < e->widths; j++) {
            sum += log(gap + e->excess[j]);
            slope += e->excess[j] == 0.0 ? 1.0 : gap / (gap + e->excess[j]);
        }
        log_gap -= sum / slope;
        if (fabs(sum / slope) < 1e-9)
            break;
    }
    return exp(log_gap);
}

/* h(lnΔ) = z − n + ε(Δ) falls: Newton in a bracket. */
bool nsl_branch_negative(nsl_branch *b, const nsl_equation *e, double log_size)
{
    double low = -(double)INFINITY, high = (double)INFINITY;
    double log_delta = log_size - e->log_scale;
    for (size_t j = 0; j < e->widths; j++)
        log_delta -= log(e->least + e->excess[j]);
    double last = (double)INFINITY;
    for (int i = 0; i < BRACKET_MAX; i++) {
        nsl_equation_at(b, e, -exp(log_delta));
        double gap = gap_for(e, log_size - e->log_scale - log_delta);
        double h = gap - creal(b->gap), kappa = 0.0;
        for (size_t j = 0; j < e->widths; j++)
            kappa += gap / (gap + e->excess[j]);
        double r = creal(b->m.r), found = creal(b->gap), step = h / (r + gap / kappa);
        if (found > 0.0 && !(gap < 2.0 * found && found < 2.0 * gap))
            step = log(gap / found) / (r / found + 1.0 / kappa); /* decades apart */
        if (h > 0.0)
            low = log_delta;
        else
            high = log_delta;
        bool bracketed = isfinite(low) && isfinite(high);
        bool inside = log_delta + step > low && log_delta + step < high;
        double floor = 8 * DBL_EPSILON * (1.0 + fabs(log_delta));
        if (fabs(step) <= floor || high - low <= floor) {
            b->gap = found > 0.5 * e->least ? found : gap; /* n − z loses nothing */
            nsl_equation_slopes(b, e);
            return isfinite(gap);
        }
        if (bracketed && (!inside || fabs(step) > 0.5 * last))
            step = 0.5 * (low + high) - log_delta;
        last = fabs(step);
        log_delta += fmax(-20.0, fmin(20.0, step));
        if (!isfinite(log_delta))
            return false;
    }
    return false;
}

/* From (ln s, ln ε) at one angle of ζ to another: dln s = i dφ/D, dε = r dln s. */
static nsl_branch predicted(const nsl_branch *from, double turn)
{
    nsl_branch b = *from;
    double complex ds = CMPLX(0.0, turn) / from->slope;
    double complex dg = from->m.r / from->gap * ds;
    b.s *= cexp(ds);
    b.gap *= cexp(dg);
    return b;
}

bool nsl_branch_rotate(nsl_branch *b, const nsl_equation *e, double log_size,
                       double angle)
{
    nsl_branch at;
    if (!nsl_branch_negative(&at, e, log_size))
        return false;
    double now = M_PI, turn = 0.25 * (angle - M_PI);
    for (int i = 0; i < ROTATION_MAX; i++) {
        bool last = now + turn <= angle;
        double to = last ? angle : now + turn;
        nsl_branch next = predicted(&at, to - now);
        if (usable(&next) && nsl_branch_improve(&next, e, NULL, CMPLX(log_size, to))) {
            at = next;
            now = to;
            turn *= 2.0;
            if (last) {
                *b = at;
                return true;
            }
        } else {
            turn = 0.25 * (to - now);
        }
    }
    return false;
}
