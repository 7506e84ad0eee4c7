/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One minimum of the loss as a function of the ridge, to as many digits as the moments
 * leave. */
#include "theory/balance.h"
#include "theory/bracket.h"
#include "theory/optimum_search.h"

#include <float.h>
#include <math.h>

/* Brackets are narrowed to this part of theirs before the last refinement, … */
static const double BRACKET = 1e-7;

/* … whose last step is this part of a scan step, its error the square of that, … */
static const double REFINED = 1e-9;

/* … which begins with a step of this size, … */
static const double FIRST_STEP = 1e-5;

/* … and which may not stray further than this in lnΔ and ln ε. */
static const double STRAY = 1e-2;

/* The secant method in ln ε: its first step, … */
static const double GAP_STEP = 1e-4;

/* … and the last, whose square, what is left, is below rounding; slopes from points no
 * further apart are rounding too. */
static const double GAP_CLOSE = 1e-9;

/* Longest step in ln ε: powers of ε leave the balance nearly linear in it. */
static const double LONGEST = 10.0;

/* Roundings of ln A − ln B beside the errors of the moments, in sums of a dozen
 * products of which each moment enters twice at most. */
static const double ROUNDINGS = 24 * DBL_EPSILON;

/* A bound on γ that needs no second way. */
static const double GOOD = 2e-13;

enum { ROOT_STEPS_MAX = 100 };

static double balance_in_bracket(double x, void *params)
{
    return nsl_ridge_balance_at(params, x);
}

/* Narrows a bracket, a step of the scan, to BRACKET of it. */
static bool narrow(nsl_ridge_search *s, nsl_ridge_bracket *at)
{
    double rounding = 4 * DBL_EPSILON * fmax(fabs(at->low), 1.0);
    double x, width = fmax(BRACKET * (at->high - at->low), rounding);
    return nsl_root_between(&x, balance_in_bracket, s, &at->low, &at->high, width) &&
           !isnan(nsl_ridge_balance_at(s, x));
}

/* ln A − ln B for the moments and gaps that the root has. */
static double log_balance(const nsl_ridge_search *s)
{
    nsl_balance x = nsl_balance_of(&s->root, s->model, &s->point);
    return log(x.rise / x.fall);
}

/* The same with another least gap. */
static double gap_balance(nsl_ridge_search *s, double gap)
{
    nsl_root_set_gaps(&s->root, s->model, &s->point, gap);
    return log_balance(s);
}

/* d(ln A − ln B)/dlnε, to a few digits. */
static double log_balance_slope(nsl_ridge_search *s, double gap)
{
    enum { PARTS = 4096 };
    double h = 1.0 / PARTS, up = gap_balance(s, gap * exp(h));
    return (up - gap_balance(s, gap * exp(-h))) / (2.0 * h);
}

/* Σ_j dln gap_j/dlnε, gap_j = ε + D_j. */
static double gap_shares(const nsl_ridge_search *s, double gap)
{
    double shares = gap / s->root.gap_samples;
    for (size_t k = 0; k < s->root.layers; k++)
        shares += gap / s->root.gap[k];
    return shares;
}

/* The ε near `gap` that balances the moments of the root, by the secant method in ln ε;
 * *slope is d(ln A − ln B)/dlnε. NaN when it does not converge. */
static double balanced_gap(nsl_ridge_search *s, double gap, double *slope)
{
    double x = log(gap), last = x + GAP_STEP;
    double value = gap_balance(s, gap), last_value = gap_balance(s, exp(last));
    for (int i = 0; i < ROOT_STEPS_MAX && isfinite(value); i++) {
        if (fabs(x - last) > GAP_CLOSE)
            *slope = (value - last_value) / (x - last);
        double step = fmax(-LONGEST, fmin(LONGEST, -value / *slope));
        last = x;
        last_value = value;
        x += step;
        value = gap_balance(s, exp(x));
        if (fabs(step) < GAP_CLOSE) /* what is left is quadratically small */
            return exp(x - value / *slope);
    }
    return NAN;
}

/* A place on the line A = B: Δ, the ε there, and how far z + ε is from n. */
typedef struct {
    double x, gap, excess;
    double slope; /* d(ln A − ln B)/dlnε */
} place;

static place place_at(nsl_ridge_search *s, double x, double gap)
{
    place at = {.x = x, .slope = 1.0};
    s->root.delta = exp(x);
    nsl_model_moments(&s->root.m, s->model, s->root.delta);
    at.gap = balanced_gap(s, gap, &at.slope);
    at.excess = nsl_root_excess(&s->root.m, s->least) + at.gap;
    return at;
}

/* γ for the Δ and the gaps that the root has. */
static void set_ridge(nsl_optimum *out, const nsl_ridge_search *s, double gap)
{
    out->ridge = nsl_root_ridge(&s->root, s->model, &s->point);
    out->delta = s->root.delta;
    out->gap = gap;
}

/* Absolute bound on ln A − ln B from the errors of the moments and rounding. */
static double log_balance_error(const nsl_moments *m)
{
    return 4.0 * m->error + ROUNDINGS;
}

/* The bound on ln γ = lnΔ + Σ ln(ε + D_j): Δ moves by the rounding of z − n and of ε,
 * which the errors of the moments move by 1/slope. */
static double ridge_error(const nsl_ridge_search *s, const place *at, double tilt)
{
    const nsl_moments *m = &s->root.m;
    double shares = gap_shares(s, at->gap);
    double gap_error = log_balance_error(m) / fabs(at->slope);
    double excess_error = m->z_error + at->gap * gap_error +
                          DBL_EPSILON * (fabs(m->count - s->least) + 4.0 * at->gap);
    double delta_error = excess_error / fabs(tilt) + 4 * DBL_EPSILON;
    double drift = fabs((tilt + m->r) / at->gap) * shares; /* |Σ dln gap_j/dlnΔ| */
    return delta_error * (1.0 + drift) + gap_error * shares + 8 * DBL_EPSILON;
}

/* Step 3 of the algorithm, near the root that the search has: Δ by the secant method on
 * z − n + ε. */
static bool refine(nsl_optimum *out, nsl_ridge_search *s, double gap)
{
    double start = log(s->root.delta), tilt = -s->root.m.r;
    place last = place_at(s, start + FIRST_STEP, gap);
    place at = place_at(s, start, gap);
    for (int i = 0; i < ROOT_STEPS_MAX && isfinite(at.excess); i++) {
        if (fabs(at.x - last.x) > REFINED)
            tilt = (at.excess - last.excess) / (at.x - last.x);
        double step = -at.excess / tilt;
        last = at;
        at = place_at(s, at.x + step, at.gap);
        if (fabs(step) <= REFINED)
            break;
    }
    bool strayed =
        !(fabs(at.x - start) <= STRAY) || !(fabs(log(at.gap / gap)) <= STRAY);
    if (strayed || !(fabs(at.x - last.x) <= REFINED))
        return false;
    nsl_root_set_gaps(&s->root, s->model, &s->point, at.gap);
    set_ridge(out, s, at.gap);
    out->error = ridge_error(s, &at, tilt);
    return out->ridge > 0.0 && isfinite(out->ridge);
}

/* The same without ε of its own: Δ from A = B with ε = n − z. */
static bool refine_on_curve(nsl_optimum *out, nsl_ridge_search *s, double start)
{
    double last = start + FIRST_STEP * nsl_ridge_scan_step(s), x = start, slope = 1.0,
           value, last_value;
    if (isnan(nsl_ridge_balance_at(s, last)))
        return false;
    last_value = log_balance(s);
    for (int i = 0; i < ROOT_STEPS_MAX; i++) {
        if (isnan(nsl_ridge_balance_at(s, x)))
            return false;
        value = log_balance(s);
        if (fabs(x - last) > REFINED * nsl_ridge_scan_step(s))
            slope = (value - last_value) / (x - last);
        last = x;
        last_value = value;
        x -= value / slope;
        if (fabs(x - last) <= REFINED * nsl_ridge_scan_step(s))
            break;
    }
    bool strayed = !(fabs(x - start) <= STRAY);
    if (strayed || !(fabs(x - last) <= REFINED * nsl_ridge_scan_step(s)) ||
        isnan(nsl_ridge_balance_at(s, x)))
        return false;
    const nsl_moments *m = &s->root.m;
    double gap = -nsl_root_excess(m, s->least);
    double gap_error = m->z_error / gap + 2 * DBL_EPSILON, along;
    double condition = NSL_RIDGE_SCAN_STEP / nsl_ridge_scan_step(s); /* κ */
    set_ridge(out, s, gap);
    along = fabs(log_balance_slope(s, gap));
    double x_error = (log_balance_error(m) + along * gap_error) / fabs(slope);
    out->error = condition * x_error + gap_shares(s, gap) * gap_error + 8 * DBL_EPSILON;
    return out->ridge > 0.0 && isfinite(out->ridge);
}

bool nsl_ridge_minimum_in(nsl_optimum *out, nsl_ridge_search *s, nsl_ridge_bracket at)
{
    if (!narrow(s, &at))
        return false;
    double gap = -nsl_root_excess(&s->root.m, s->least), x = log(s->root.delta);
    nsl_optimum on_curve = {.kind = NSL_OPTIMUM_INTERIOR}, apart = on_curve;
    bool first = refine_on_curve(&on_curve, s, x);
    bool second = !(first && on_curve.error <= GOOD) &&
                  !isnan(nsl_ridge_balance_at(s, x)) && refine(&apart, s, gap);
    *out = second && !(first && on_curve.error <= apart.error) ? apart : on_curve;
    return first || second;
}

bool nsl_ridge_minimum_below(nsl_optimum *out, nsl_ridge_search *s, double x)
{
    double slope = 1.0, gap;
    if (isnan(nsl_ridge_balance_at(s, x)))
        return false;
    gap = balanced_gap(s, -nsl_root_excess(&s->root.m, s->least), &slope);
    *out = (nsl_optimum){.kind = NSL_OPTIMUM_INTERIOR};
    return gap > 0.0 && refine(out, s, gap);
}
