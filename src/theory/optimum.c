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
#include "theory/neighbour.h"
#include "theory/optimum_search.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A balance that rounding alone may have moved off 0. */
static const double BALANCED = 256 * DBL_EPSILON;

static const char below_range[] = "the optimal ridge is below the range of double";

static nsl_status loss_at(double *loss, const nsl_ridge_search *s, double ridge)
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
static nsl_status consider(nsl_optimum *best, double *least, const nsl_ridge_search *s,
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

static nsl_status best_of(nsl_optimum *out, nsl_ridge_search *s,
                          const nsl_ridge_track *seen)
{
    static const char unknown[] = "the optimal ridge did not converge";
    nsl_ridge_brackets found = {0};
    double least = NAN, lowest = seen->value[seen->count - 1];
    const nsl_optimum zero = {.kind = NSL_OPTIMUM_ZERO, .delta = NAN, .gap = NAN};
    nsl_optimum candidate = zero;
    nsl_status status = NSL_OK;
    if (!nsl_ridge_find_brackets(s, &found, seen))
        return nsl_fail(s->err, NSL_EFAILED, "",
                        "the loss has more than %d minima as a function of the ridge",
                        NSL_RIDGE_MINIMA);
    if (s->limit < 0.0 && lowest > 0.0) {
        if (!nsl_ridge_minimum_below(&candidate, s, seen->x[seen->count - 1]))
            return nsl_fail(s->err, NSL_EFAILED, "", unknown);
        status = consider(out, &least, s, candidate);
    } else if (s->limit >= 0.0 && lowest >= 0.0) {
        status = consider(out, &least, s, candidate);
    }
    for (size_t i = 0; i < found.count && status == NSL_OK; i++) {
        if (!nsl_ridge_minimum_in(&candidate, s, found.at[i]))
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
static double linear_range(const nsl_ridge_search *s, double r)
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
static double limit_at_tie(nsl_ridge_search *s)
{
    double delta = ldexp(s->model->spectrum->smallest, -80);
    return delta < DBL_MIN * 0x1p+80 ? 0.0 : nsl_ridge_balance_at(s, log(delta));
}

/* The balance in the limit γ → 0, where the loss need not be finite. */
static nsl_status look_at_zero(nsl_ridge_search *s)
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

static nsl_status search_all(nsl_optimum *out, nsl_ridge_search *s)
{
    const nsl_spectrum *spectrum = s->model->spectrum;
    s->least = nsl_root_least_width(s->model, &s->point);
    s->root.layers = s->model->hidden_count + 1;
    nsl_status status = look_at_zero(s);
    if (status != NSL_OK)
        return status;
    double top = nsl_ridge_find_top(s, log(spectrum->ops->guess(spectrum, 0.5)));
    nsl_ridge_track *seen = malloc(sizeof *seen);
    if (!seen)
        return nsl_fail_memory(s->err);
    seen->count = 0;
    if (isnan(top))
        status = nsl_fail(s->err, NSL_EFAILED, "",
                          "the optimal ridge is above the range of double");
    else if (!nsl_ridge_scan_down(s, seen, top))
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
    nsl_ridge_search s = {.model = model, .point = *point, .err = err};
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
