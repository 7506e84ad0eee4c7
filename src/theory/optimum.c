/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The optimal ridge (theory.md section 6, [E4] and beyond).
 *
 * dE/dlnΔ has the sign of A − B [E4*], sums of positive terms (balance.c).
 *
 * Algorithm:
 * 1. E is analytic in ln g in the strip |Im ln g| < π (the spectrum of the Gram matrix
 *    lies on the line Im ln g = π, theory.md section 8), so that steps in ln g shorter
 *    than the strip is wide see every minimum. Scan the sign of A − B from a ridge so
 *    large that E tends to its limit to one so small that E is linear in the least gap.
 * 2. Refine each fall to a rise, compare the losses there and at the ends.
 * 3. Near the ridgeless limit n − z loses the digits that γ* needs. So at each Δ take
 *    the least gap ε from A = B, which is algebraic, and solve z(Δ) = n − ε for Δ. */
#include "theory/optimum.h"

#include "core/error.h"
#include "theory/balance.h"
#include "theory/bracket.h"
#include "theory/neighbour.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Step h of the scan in ln g. Samples at this distance miss of a function that is
 * analytic in a strip of half-width π a part of e^{−π²/h} = 2e-6. */
static const double SCAN_STEP = 0.75;

/* Below this part of what limits its series, E is linear in a small quantity. */
static const double LINEAR = 1e-3;

/* Gaps below this many times their rounding say nothing more. */
static const double NOISE = 1e3;

/* A balance that rounding alone may have moved off 0. */
static const double BALANCED = 256 * DBL_EPSILON;

/* A dip of the balance this close to 0 might hide two sign changes. */
static const double DIP = 0.5;

/* Brackets are narrowed to this part of theirs before the last refinement, … */
static const double BRACKET = 1e-7;

/* … whose last step is this part of a scan step, its error the square of that, … */
static const double REFINED = 1e-9;

/* … which begins with a step of this size, … */
static const double FIRST_STEP = 1e-5;

/* Longest step in ln ε: powers of ε leave the balance nearly linear in it. */
static const double LONGEST = 10.0;

/* … and which may not stray further than this in lnΔ and ln ε. */
static const double STRAY = 1e-2;

/* The secant method in ln ε: its first step, … */
static const double GAP_STEP = 1e-4;

/* … and the last, whose square, what is left, is below rounding; slopes from points no
 * further apart are rounding too. */
static const double GAP_CLOSE = 1e-9;

/* z below this part of what bounds it, so that Σ u² is as small a part of Σ u and the
 * balance has its sign for Δ → ∞. */
static const double FEW = 1.0 / 64.0;

/* ln of the room that Δ² and what it is multiplied by need above the least double, and
 * that Δ needs below the largest. */
static const double ROOM_BELOW = 140.0, ROOM_ABOVE = 8.0;

/* Roundings of ln A − ln B beside the errors of the moments, in sums of a dozen
 * products of which each moment enters twice at most. */
static const double ROUNDINGS = 24 * DBL_EPSILON;

/* A bound on γ that needs no second way. */
static const double GOOD = 2e-13;

enum { MINIMA_MAX = 32, STEPS_MAX = 8192, ROOT_STEPS_MAX = 100, DIP_STEPS = 30 };

static const char below_range[] = "the optimal ridge is below the range of double";

/* The search for one model and point. */
typedef struct {
    const nsl_model *model;
    nsl_point point;
    double least;    /* n */
    bool below_rank; /* whether γ → 0 leaves Δ > 0 */
    double limit;    /* the balance for γ → 0; 0 within rounding */
    double linear;   /* where so: E is linear in ε up to LINEAR times this */
    bool cut;        /* whether the scan ended where double's range does, … */
    double floor;    /* … and what no loss beyond is below */
    nsl_root root;   /* moments and gaps at the last Δ */
    nsl_error *err;
} search;

/* The balance at Δ = e^x, with its moments and gaps left in the search; NaN below the
 * ridgeless Δ. */
static double balance_at(search *s, double x)
{
    s->root.delta = exp(x);
    nsl_model_moments(&s->root.m, s->model, s->root.delta);
    double gap = -nsl_root_excess(&s->root.m, s->least);
    if (!(gap > 0.0))
        return NAN;
    nsl_root_set_gaps(&s->root, s->model, &s->point, gap);
    return nsl_balance_value(nsl_balance_of(&s->root, s->model, &s->point));
}

/* The step in lnΔ that is SCAN_STEP in ln g: κ = 1 + r Σ 1/gap (theory.md section 5).
 */
static double scan_step(const search *s)
{
    double gaps = 1.0 / s->root.gap_samples;
    for (size_t k = 0; k < s->root.layers; k++)
        gaps += 1.0 / s->root.gap[k];
    return SCAN_STEP / (1.0 + s->root.m.r * gaps);
}

/* --- the scan ----------------------------------------------------------------------
 */

/* What was seen, from the largest Δ down. */
typedef struct {
    size_t count;
    double x[STEPS_MAX], value[STEPS_MAX];
} track;

static bool note(track *seen, double x, double value)
{
    if (seen->count == STEPS_MAX)
        return false;
    seen->x[seen->count] = x;
    seen->value[seen->count++] = value;
    return true;
}

/* Every u is small, and A falls by 1/Δ while B falls by 1/Δ². */
static bool is_high(const search *s, double value)
{
    return value > 0.5 && s->root.m.z <= FEW * fmin(s->least, 1.0);
}

/* E is linear in ε, or in Δ, from here to the ridgeless limit. */
static bool is_low(const search *s)
{
    if (s->below_rank)
        return -nsl_root_excess(&s->root.m, s->least) <= LINEAR * s->linear;
    return s->root.delta <= LINEAR * s->model->spectrum->smallest;
}

/* Rounding hides what n − z is. */
static bool is_lost(const search *s)
{
    const nsl_moments *m = &s->root.m;
    return s->below_rank && -nsl_root_excess(m, s->least) <= NOISE * m->z_error;
}

/* Goes up from x to where the loss tends to its limit; the highest x, or NaN. */
static double find_top(search *s, double x)
{
    double top = log(DBL_MAX) - ROOM_ABOVE;
    for (; x < top; x += 1.0)
        if (is_high(s, balance_at(s, x)))
            return x;
    return NAN;
}

/* What the scan does not get to see: E ≥ E_× [E5], in which t₀ ≥ what cannot be learnt
 * and q only grows as Δ falls. */
static void set_floor(search *s)
{
    double q = s->root.m.q, P = s->point.samples;
    double least = P * s->model->target.unlearnable + s->point.noise * q;
    s->cut = true;
    s->floor = 0.5 * s->model->outputs * least / (P - q);
}

/* From the top down to the ridgeless limit; false when double's range ends before the
 * balance has the sign of the limit. */
static bool scan_down(search *s, track *seen, double x)
{
    double value = balance_at(s, x), bottom = log(DBL_MIN) + ROOM_BELOW;
    while (note(seen, x, value)) {
        bool turns = s->limit < 0.0 && value > 0.0;
        if (is_lost(s) || (is_low(s) && !turns))
            return true;
        double step = scan_step(s), next = NAN;
        for (int i = 0; i < ROOT_STEPS_MAX && isnan(next); i++, step *= 0.5)
            next = balance_at(s, x - step);
        x -= 2.0 * step;
        value = next;
        if (x < bottom || isnan(value)) {
            set_floor(s);
            return !turns && !isnan(value);
        }
    }
    return false;
}

/* A minimum lies at lnΔ in [low, high]: A < B at low, A > B at high. */
typedef struct {
    double low, high;
} bracket;

typedef struct {
    size_t count;
    bracket at[MINIMA_MAX];
} brackets;

/* False where there are too many, so that the best may be among those left out. */
static bool add_bracket(brackets *found, double low, double high)
{
    if (found->count == MINIMA_MAX)
        return false;
    found->at[found->count++] = (bracket){low, high};
    return true;
}

/* Two sign changes that the scan has stepped over? The balance comes near 0 at point i
 * without passing it: look for its extremum by golden section. False where there are
 * too many brackets. */
static bool look_into_dip(search *s, brackets *found, const track *seen, size_t i)
{
    static const double GOLDEN = 0.3819660112501051;
    double low = seen->x[i + 1], high = seen->x[i - 1], best = seen->x[i];
    double value = seen->value[i], sign = value;
    for (int k = 0; k < DIP_STEPS; k++) {
        bool right = high - best > best - low;
        double next = best + GOLDEN * (right ? high - best : low - best);
        double there = balance_at(s, next);
        if (there * sign <= 0.0) {
            return sign > 0.0 ? add_bracket(found, next, seen->x[i - 1])
                              : add_bracket(found, seen->x[i + 1], next);
        }
        if (fabs(there) < fabs(value)) {
            *(right ? &low : &high) = best;
            best = next;
            value = there;
        } else {
            *(right ? &high : &low) = next;
        }
    }
    return true;
}

static bool find_brackets(search *s, brackets *found, const track *seen)
{
    bool all = true;
    for (size_t i = 1; i < seen->count && all; i++) {
        double above = seen->value[i - 1], here = seen->value[i];
        if (here < 0.0 && above >= 0.0)
            all = add_bracket(found, seen->x[i], seen->x[i - 1]);
        if (i + 1 == seen->count || !all)
            break;
        double below = seen->value[i + 1];
        if (fabs(here) < DIP && fabs(here) <= fabs(above) &&
            fabs(here) <= fabs(below) && here * above > 0.0 && here * below > 0.0)
            all = look_into_dip(s, found, seen, i);
    }
    return all;
}

/* --- one minimum -------------------------------------------------------------------
 */

static double balance_in_bracket(double x, void *params)
{
    return balance_at(params, x);
}

/* Narrows a bracket, a step of the scan, to BRACKET of it. */
static bool narrow(search *s, bracket *at)
{
    double rounding = 4 * DBL_EPSILON * fmax(fabs(at->low), 1.0);
    double x, width = fmax(BRACKET * (at->high - at->low), rounding);
    return nsl_root_between(&x, balance_in_bracket, s, &at->low, &at->high, width) &&
           !isnan(balance_at(s, x));
}

/* ln A − ln B for the moments and gaps that the root has. */
static double log_balance(const search *s)
{
    nsl_balance x = nsl_balance_of(&s->root, s->model, &s->point);
    return log(x.rise / x.fall);
}

/* The same with another least gap. */
static double gap_balance(search *s, double gap)
{
    nsl_root_set_gaps(&s->root, s->model, &s->point, gap);
    return log_balance(s);
}

/* d(ln A − ln B)/dlnε, to a few digits. */
static double log_balance_slope(search *s, double gap)
{
    enum { PARTS = 4096 };
    double h = 1.0 / PARTS, up = gap_balance(s, gap * exp(h));
    return (up - gap_balance(s, gap * exp(-h))) / (2.0 * h);
}

/* Σ_j dln gap_j/dlnε, gap_j = ε + D_j. */
static double gap_shares(const search *s, double gap)
{
    double shares = gap / s->root.gap_samples;
    for (size_t k = 0; k < s->root.layers; k++)
        shares += gap / s->root.gap[k];
    return shares;
}

/* The ε near `gap` that balances the moments of the root, by the secant method in ln ε;
 * *slope is d(ln A − ln B)/dlnε. NaN when it does not converge. */
static double balanced_gap(search *s, double gap, double *slope)
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

static place place_at(search *s, double x, double gap)
{
    place at = {.x = x, .slope = 1.0};
    s->root.delta = exp(x);
    nsl_model_moments(&s->root.m, s->model, s->root.delta);
    at.gap = balanced_gap(s, gap, &at.slope);
    at.excess = nsl_root_excess(&s->root.m, s->least) + at.gap;
    return at;
}

/* γ for the Δ and the gaps that the root has. */
static void set_ridge(nsl_optimum *out, const search *s, double gap)
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
static double ridge_error(const search *s, const place *at, double tilt)
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
static bool refine(nsl_optimum *out, search *s, double gap)
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
static bool refine_on_curve(nsl_optimum *out, search *s, double start)
{
    double last = start + FIRST_STEP * scan_step(s), x = start, slope = 1.0, value,
           last_value;
    if (isnan(balance_at(s, last)))
        return false;
    last_value = log_balance(s);
    for (int i = 0; i < ROOT_STEPS_MAX; i++) {
        if (isnan(balance_at(s, x)))
            return false;
        value = log_balance(s);
        if (fabs(x - last) > REFINED * scan_step(s))
            slope = (value - last_value) / (x - last);
        last = x;
        last_value = value;
        x -= value / slope;
        if (fabs(x - last) <= REFINED * scan_step(s))
            break;
    }
    bool strayed = !(fabs(x - start) <= STRAY);
    if (strayed || !(fabs(x - last) <= REFINED * scan_step(s)) ||
        isnan(balance_at(s, x)))
        return false;
    const nsl_moments *m = &s->root.m;
    double gap = -nsl_root_excess(m, s->least);
    double gap_error = m->z_error / gap + 2 * DBL_EPSILON, along;
    double condition = SCAN_STEP / scan_step(s); /* κ */
    set_ridge(out, s, gap);
    along = fabs(log_balance_slope(s, gap));
    double x_error = (log_balance_error(m) + along * gap_error) / fabs(slope);
    out->error = condition * x_error + gap_shares(s, gap) * gap_error + 8 * DBL_EPSILON;
    return out->ridge > 0.0 && isfinite(out->ridge);
}

/* The minimum in a bracket, by whichever way loses fewer digits. */
static bool minimum_in(nsl_optimum *out, search *s, bracket at)
{
    if (!narrow(s, &at))
        return false;
    double gap = -nsl_root_excess(&s->root.m, s->least), x = log(s->root.delta);
    nsl_optimum on_curve = {.kind = NSL_OPTIMUM_INTERIOR}, apart = on_curve;
    bool first = refine_on_curve(&on_curve, s, x);
    bool second = !(first && on_curve.error <= GOOD) && !isnan(balance_at(s, x)) &&
                  refine(&apart, s, gap);
    *out = second && !(first && on_curve.error <= apart.error) ? apart : on_curve;
    return first || second;
}

/* The minimum so near the ridgeless limit that rounding hides its gap from the scan,
 * which ended at x. */
static bool minimum_below(nsl_optimum *out, search *s, double x)
{
    double slope = 1.0, gap;
    if (isnan(balance_at(s, x)))
        return false;
    gap = balanced_gap(s, -nsl_root_excess(&s->root.m, s->least), &slope);
    *out = (nsl_optimum){.kind = NSL_OPTIMUM_INTERIOR};
    return gap > 0.0 && refine(out, s, gap);
}

/* --- the best of all ---------------------------------------------------------------
 */

static nsl_status loss_at(double *loss, const search *s, double ridge)
{
    nsl_point point = s->point;
    nsl_prediction p;
    point.ridge = ridge;
    nsl_status status = nsl_predict(&p, s->model, &point, s->err);
    bool diverges = status == NSL_OK && (p.notes & NSL_NOTE_DIVERGES);
    *loss = diverges ? (double)INFINITY : p.test_loss;
    return status;
}

/* Keeps a minimum if it is the best so far. */
static nsl_status consider(nsl_optimum *best, double *least, const search *s,
                           nsl_optimum candidate)
{
    double loss;
    nsl_status status = loss_at(&loss, s, candidate.ridge);
    if (status != NSL_OK)
        return status;
    if (!(loss >= *least * (1.0 - NSL_PROMISE))) {
        *best = candidate;
        *least = loss;
    } else if (loss <= *least * (1.0 + NSL_PROMISE)) {
        best->tie = true;
    }
    return NSL_OK;
}

static nsl_status best_of(nsl_optimum *out, search *s, const track *seen)
{
    static const char unknown[] = "the optimal ridge did not converge";
    brackets found = {0};
    double least = NAN, lowest = seen->value[seen->count - 1];
    const nsl_optimum zero = {.kind = NSL_OPTIMUM_ZERO, .delta = NAN, .gap = NAN};
    nsl_optimum candidate = zero;
    nsl_status status = NSL_OK;
    if (!find_brackets(s, &found, seen))
        return nsl_fail(s->err, NSL_EFAILED, "",
                        "the loss has more than %d minima as a function of the ridge",
                        MINIMA_MAX);
    if (s->limit < 0.0 && lowest > 0.0) {
        if (!minimum_below(&candidate, s, seen->x[seen->count - 1]))
            return nsl_fail(s->err, NSL_EFAILED, "", unknown);
        status = consider(out, &least, s, candidate);
    } else if (s->limit >= 0.0 && lowest >= 0.0) {
        status = consider(out, &least, s, candidate);
    }
    for (size_t i = 0; i < found.count && status == NSL_OK; i++) {
        if (!minimum_in(&candidate, s, found.at[i]))
            return nsl_fail(s->err, NSL_EFAILED, "", unknown);
        if (found.count == 1 && isnan(least) &&
            !s->cut) { /* the only one: no need to compare */
            *out = candidate;
            return NSL_OK;
        }
        status = consider(out, &least, s, candidate);
    }
    if (status != NSL_OK)
        return status;
    if (!s->cut || least <= s->floor)
        return isnan(least) ? nsl_fail(s->err, NSL_EFAILED, "", unknown) : NSL_OK;
    if (s->floor > 0.0 || s->below_rank)
        return nsl_fail(s->err, NSL_EFAILED, "", below_range);
    *out = zero; /* all is learnt without a ridge, and no loss is below 0 */
    return NSL_OK;
}

/* The width of the linear range in ε: the least distance between n and what else there
 * is, and r. */
static double linear_range(const search *s, double r)
{
    const nsl_model *model = s->model;
    double range = fmin(r, s->least);
    for (size_t k = 0; k < model->hidden_count; k++)
        if (model->hidden[k] > s->least)
            range = fmin(range, model->hidden[k] - s->least);
    if (s->point.features > s->least)
        range = fmin(range, s->point.features - s->least);
    if (s->point.samples > s->least)
        range = fmin(range, s->point.samples - s->least);
    return range;
}

/* Where n is the rank A and B vanish as Δ does, each by its own power, and what
 * multiplies these may be large: the limit shows far below the least eigenvalue.
 * Nothing cancels there. 0 where double's range ends above it. */
static double limit_at_tie(search *s)
{
    double delta = ldexp(s->model->spectrum->smallest, -80);
    return delta < DBL_MIN * 0x1p+80 ? 0.0 : balance_at(s, log(delta));
}

/* The balance in the limit γ → 0, where the loss need not be finite. */
static nsl_status look_at_zero(search *s)
{
    nsl_point point = s->point;
    point.ridge = 0.0;
    nsl_status status = nsl_root_solve(&s->root, s->model, &point, s->err);
    if (status != NSL_OK)
        return status;
    s->below_rank = s->root.kind != NSL_ROOT_ZERO;
    bool tied = s->least == (double)s->model->spectrum->rank;
    if (!s->below_rank) { /* E = (P t₀ + σ_ε² rank)/(P − rank) falls at first */
        bool falls = s->model->target.unlearnable + s->point.noise > 0.0;
        s->limit = !falls ? 0.0 : tied ? limit_at_tie(s) : -1.0;
    } else if (s->root.kind == NSL_ROOT_POSITIVE) {
        s->limit = nsl_balance_value(nsl_balance_of(&s->root, s->model, &point));
        s->linear = linear_range(s, s->root.m.r);
        if (fabs(s->limit) <= BALANCED)
            s->limit = 0.0;
    } else {
        return nsl_fail(s->err, NSL_EFAILED, "",
                        "delta is outside the range of double without a ridge");
    }
    return NSL_OK;
}

static nsl_status search_all(nsl_optimum *out, search *s)
{
    const nsl_spectrum *spectrum = s->model->spectrum;
    s->least = nsl_root_least_width(s->model, &s->point);
    s->root.layers = s->model->hidden_count + 1;
    nsl_status status = look_at_zero(s);
    if (status != NSL_OK)
        return status;
    double top = find_top(s, log(spectrum->ops->guess(spectrum, 0.5)));
    track *seen = malloc(sizeof *seen);
    if (!seen)
        return nsl_fail_memory(s->err);
    seen->count = 0;
    if (isnan(top))
        status = nsl_fail(s->err, NSL_EFAILED, "",
                          "the optimal ridge is above the range of double");
    else if (!scan_down(s, seen, top))
        status = nsl_fail(s->err, NSL_EFAILED, "", below_range);
    else
        status = best_of(out, s, seen);
    free(seen);
    return status;
}

/* Whether any target weight is on a positive eigenvalue. */
static bool can_learn(const nsl_model *model)
{
    nsl_moments m;
    nsl_model_moments(&m, model, model->spectrum->ops->guess(model->spectrum, 0.5));
    return m.td > 0.0;
}

nsl_status nsl_optimal_ridge(nsl_optimum *out, const nsl_model *model,
                             const nsl_point *point, nsl_error *err)
{
    *out = (nsl_optimum){.ridge = NAN, .error = NAN, .delta = NAN, .gap = NAN};
    search s = {.model = model, .point = *point, .err = err};
    s.point.ridge = 1.0;
    nsl_status status = nsl_root_solve(&s.root, model, &s.point, err); /* its checks */
    if (status != NSL_OK)
        return status;
    bool learns = can_learn(model);
    bool nothing = !learns && model->target.unlearnable + point->noise == 0.0;
    if (isinf(point->samples) || nothing) {
        *out = (nsl_optimum){.kind = NSL_OPTIMUM_ANY, .delta = NAN, .gap = NAN};
        return NSL_OK;
    }
    if (!learns) {
        *out = (nsl_optimum){NSL_OPTIMUM_INFINITE, INFINITY, 0.0, NAN, NAN, false};
        return NSL_OK;
    }
    nsl_optimum best = *out;
    status = search_all(&best, &s);
    if (status == NSL_OK)
        *out = best;
    return status;
}

void nsl_optimum_flatten(nsl_prediction *out, const nsl_optimum *optimum,
                         const nsl_point *point)
{
    /* E_× of infinitely many models knows N through Δ alone */
    bool endless = isinf(point->ensemble) && optimum->kind == NSL_OPTIMUM_INTERIOR;
    if (!isnan(out->elasticity_ridge))
        out->elasticity_ridge = 0.0;
    if (endless && !isnan(out->elasticity_features))
        out->elasticity_features = 0.0;
}

nsl_status nsl_predict_optimal(nsl_prediction *out, nsl_optimum *optimum,
                               const nsl_model *model, const nsl_point *point,
                               nsl_error *err)
{
    nsl_point best = *point;
    nsl_status status = nsl_optimal_ridge(optimum, model, point, err);
    best.ridge = optimum->ridge;
    if (optimum->kind == NSL_OPTIMUM_ANY) /* at P = ∞, not in the limit γ → 0 */
        best.ridge = 1.0;
    if (status != NSL_OK)
        best.ridge = -1.0; /* leaves every value undefined */
    nsl_status predicted =
        nsl_predict(out, model, &best, status == NSL_OK ? err : NULL);
    if (status != NSL_OK || predicted != NSL_OK)
        return status != NSL_OK ? status : predicted;
    nsl_optimum_flatten(out, optimum, point);
    return NSL_OK;
}

bool nsl_rate_diverges(const nsl_error *err)
{
    return err->status == NSL_EINVAL && strcmp(err->field, "rate") == 0;
}

nsl_status nsl_predict_either(nsl_prediction *out, nsl_optimum *optimum, bool optimal,
                              const nsl_model *model, const nsl_point *point,
                              nsl_error *err)
{
    return optimal ? nsl_predict_optimal(out, optimum, model, point, err)
                   : nsl_predict(out, model, point, err);
}
