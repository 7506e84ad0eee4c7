/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every minimum of the loss as a function of the ridge, by the sign of the balance at
 * steps that miss none. */
#include "theory/balance.h"
#include "theory/optimum_search.h"

#include <float.h>
#include <math.h>

/* Below this part of what limits its series, E is linear in a small quantity. */
static const double LINEAR = 1e-3;

/* Gaps below this many times their rounding say nothing more. */
static const double NOISE = 1e3;

/* A dip of the balance this close to 0 might hide two sign changes. */
static const double DIP = 0.5;

/* z below this part of what bounds it, so that Σ u² is as small a part of Σ u and the
 * balance has its sign for Δ → ∞. */
static const double FEW = 1.0 / 64.0;

/* ln of the room that Δ² and what it is multiplied by need above the least double, and
 * that Δ needs below the largest. */
static const double ROOM_BELOW = 140.0, ROOM_ABOVE = 8.0;

enum { DIP_STEPS = 30, HALVINGS_MAX = 100 };

double nsl_ridge_balance_at(nsl_ridge_search *s, double x)
{
    s->root.delta = exp(x);
    nsl_model_moments(&s->root.m, s->model, s->root.delta);
    double gap = -nsl_root_excess(&s->root.m, s->least);
    if (!(gap > 0.0))
        return NAN;
    nsl_root_set_gaps(&s->root, s->model, &s->point, gap);
    return nsl_balance_value(nsl_balance_of(&s->root, s->model, &s->point));
}

/* The step in lnΔ that is NSL_RIDGE_SCAN_STEP in ln g: κ = 1 + r Σ 1/gap (theory.md
 * section 5). */
double nsl_ridge_scan_step(const nsl_ridge_search *s)
{
    double gaps = 1.0 / s->root.gap_samples;
    for (size_t k = 0; k < s->root.layers; k++)
        gaps += 1.0 / s->root.gap[k];
    return NSL_RIDGE_SCAN_STEP / (1.0 + s->root.m.r * gaps);
}

static bool note(nsl_ridge_track *seen, double x, double value)
{
    if (seen->count == NSL_RIDGE_STEPS)
        return false;
    seen->x[seen->count] = x;
    seen->value[seen->count++] = value;
    return true;
}

/* Every u is small, and A falls by 1/Δ while B falls by 1/Δ². */
static bool is_high(const nsl_ridge_search *s, double value)
{
    return value > 0.5 && s->root.m.z <= FEW * fmin(s->least, 1.0);
}

/* E is linear in ε, or in Δ, from here to the ridgeless limit. */
static bool is_low(const nsl_ridge_search *s)
{
    if (s->below_rank)
        return -nsl_root_excess(&s->root.m, s->least) <= LINEAR * s->linear;
    return s->root.delta <= LINEAR * s->model->spectrum->smallest;
}

/* Rounding hides what n − z is. */
static bool is_lost(const nsl_ridge_search *s)
{
    const nsl_moments *m = &s->root.m;
    return s->below_rank && -nsl_root_excess(m, s->least) <= NOISE * m->z_error;
}

double nsl_ridge_find_top(nsl_ridge_search *s, double x)
{
    double top = log(DBL_MAX) - ROOM_ABOVE;
    for (; x < top; x += 1.0)
        if (is_high(s, nsl_ridge_balance_at(s, x)))
            return x;
    return NAN;
}

/* What the scan does not get to see: E ≥ E_× [E5], in which t₀ ≥ what cannot be learnt
 * and q only grows as Δ falls. */
static void set_floor(nsl_ridge_search *s)
{
    double q = s->root.m.q, P = s->point.samples;
    double least = P * s->model->target.unlearnable + s->point.noise * q;
    s->cut = true;
    s->floor = 0.5 * s->model->outputs * least / (P - q);
}

bool nsl_ridge_scan_down(nsl_ridge_search *s, nsl_ridge_track *seen, double x)
{
    double value = nsl_ridge_balance_at(s, x), bottom = log(DBL_MIN) + ROOM_BELOW;
    while (note(seen, x, value)) {
        bool turns = s->limit < 0.0 && value > 0.0;
        if (is_lost(s) || (is_low(s) && !turns))
            return true;
        double step = nsl_ridge_scan_step(s), next = NAN;
        for (int i = 0; i < HALVINGS_MAX && isnan(next); i++, step *= 0.5)
            next = nsl_ridge_balance_at(s, x - step);
        x -= 2.0 * step;
        value = next;
        if (x < bottom || isnan(value)) {
            set_floor(s);
            return !turns && !isnan(value);
        }
    }
    return false;
}

/* False where there are too many, so that the best may be among those left out. */
static bool add_bracket(nsl_ridge_brackets *found, double low, double high)
{
    if (found->count == NSL_RIDGE_MINIMA)
        return false;
    found->at[found->count++] = (nsl_ridge_bracket){low, high};
    return true;
}

/* Two sign changes that the scan has stepped over? The balance comes near 0 at point i
 * without passing it: look for its extremum by golden section. False where there are
 * too many brackets. */
static bool look_into_dip(nsl_ridge_search *s, nsl_ridge_brackets *found,
                          const nsl_ridge_track *seen, size_t i)
{
    static const double GOLDEN = 0.3819660112501051;
    double low = seen->x[i + 1], high = seen->x[i - 1], best = seen->x[i];
    double value = seen->value[i], sign = value;
    for (int k = 0; k < DIP_STEPS; k++) {
        bool right = high - best > best - low;
        double next = best + GOLDEN * (right ? high - best : low - best);
        double there = nsl_ridge_balance_at(s, next);
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

bool nsl_ridge_find_brackets(nsl_ridge_search *s, nsl_ridge_brackets *found,
                             const nsl_ridge_track *seen)
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
