/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The spans of ridges and of times in which the loss is at or below a given one: it has
 * a minimum, and may have several. */
#include "core/error.h"
#include "theory/inverse.h"

#include <math.h>

/* Step of a scan in ln(ridge): E is analytic in a strip of half-width π
 * (optimum_search.h). */
static const double RIDGE_STEP = 0.5;

/* The same in ln t: with the filters e^{−μt} that strip is half as wide. */
static const double TIME_STEP = 0.25;

/* A loss is as good as its limit where it differs from it by this part of the distance
 * between limit and target, three steps in a row. */
static const double SETTLED = 1e-3;

/* All steps up to here are doubles. */
static const double STEPS_FARTHEST = 0x1p52;

enum { SETTLED_STEPS = 3 };

/* --- ridge -------------------------------------------------------------------------
 */

/* Whether double has no digit of the last loss, of late times. */
static bool is_lost(const nsl_inverse *s)
{
    return isnan(s->last.test_loss) && (s->last.notes & NSL_NOTE_DIGITS);
}

/* Goes from t in steps until the loss has settled at `limit`, or is lost; the last t,
 * or NaN. */
static double settle(nsl_inverse *s, double t, double step, double limit)
{
    double target = s->query.target, near = SETTLED * fabs(target - limit);
    for (int settled = 0; fabs(t) < NSL_INVERSE_FARTHEST; t += step) {
        double loss = nsl_inverse_loss_at(s, exp(t));
        bool close = isinf(limit) ? loss > 4.0 * target : fabs(loss - limit) <= near;
        settled = close ? settled + 1 : 0;
        if (settled == SETTLED_STEPS)
            return t;
        if (s->status != NSL_OK)
            return NAN;
        if (is_lost(s))
            break;
    }
    return t - step;
}

/* The ridges or times from `low` to `high` at which the loss crosses the target. */
static nsl_status find_ends(nsl_solution *out, nsl_inverse *s, double low, double high,
                            double step)
{
    double error = 0.0, before = nsl_inverse_excess_at(s, low), value;
    bool inside = before <= 0.0;
    out->error = out->high_error = 0.0;
    out->value = inside ? 0.0 : (double)NAN;
    for (double t = low; t + 0.5 * step < high; t += step) { /* a step ends at high */
        double after = nsl_inverse_excess_at(s, t + step);
        bool now = is_lost(s) ? inside : after <= 0.0;
        if (now != inside) {
            if (!nsl_inverse_cross(&value, &error, s, t, t + step))
                return nsl_inverse_failed(s);
            out->hole |= now && !isnan(out->value);
            if (now && isnan(out->value)) {
                out->value = value;
                out->error = error;
            }
            out->high = now ? (double)INFINITY : value;
            out->high_error = now ? 0.0 : error;
        }
        inside = now;
    }
    if (inside)
        out->high = INFINITY;
    return s->status;
}

nsl_status nsl_inverse_ridge(nsl_solution *out, nsl_inverse *s)
{
    nsl_optimum best;
    s->status = nsl_predict_optimal(&s->last, &best, s->model, &s->point, s->err);
    if (s->status != NSL_OK)
        return s->status;
    nsl_inverse_limit at_best =
        nsl_inverse_set_limit(out, s, nsl_inverse_reported(s, s->point.noise));
    if (at_best == NSL_LIMIT_ABOVE_TARGET ||
        (at_best == NSL_LIMIT_AT_TARGET && best.kind != NSL_OPTIMUM_ANY))
        return NSL_OK;
    double at_zero = nsl_inverse_loss_at(s, 0.0),
           at_infinity = nsl_inverse_loss_at(s, INFINITY);
    bool interior = best.kind == NSL_OPTIMUM_INTERIOR;
    double start = interior ? log(best.ridge) : 0.0;
    if (best.kind == NSL_OPTIMUM_ANY) {
        out->kind = NSL_ALWAYS;
        out->value = out->error = out->high_error = 0.0;
        out->high = INFINITY;
        return NSL_OK;
    }
    double low = settle(s, start, -RIDGE_STEP, at_zero);
    double high = settle(s, start, RIDGE_STEP, at_infinity);
    if (isnan(low) || isnan(high))
        return nsl_inverse_failed(s);
    out->kind = NSL_SOLVED;
    nsl_status status = find_ends(out, s, low, high, RIDGE_STEP);
    if (status == NSL_OK && isnan(out->value))
        return nsl_inverse_failed(s);
    if (status == NSL_OK && out->value == 0.0 && isinf(out->high) && !out->hole)
        out->kind = NSL_ALWAYS;
    return status;
}

/* --- time --------------------------------------------------------------------------
 */

/* A time that is left is left for good, up to what double tells of the trained model.
 */
static nsl_status check_left(const nsl_solution *out, nsl_inverse *s, double high)
{
    double trained = nsl_inverse_loss_at(s, INFINITY), bound = s->last.error;
    bool stays = trained <= s->query.target * (1.0 + bound);
    if (s->status != NSL_OK)
        return s->status;
    if (isnan(out->value))
        return nsl_fail(s->err, NSL_EFAILED, "",
                        "the target loss is reached only beyond the time %.0e", high);
    if (isinf(out->high) && !stays)
        return nsl_fail(s->err, NSL_EFAILED, "",
                        "the target loss is left only beyond the time %.0e", high);
    return NSL_OK;
}

/* Goes from the best time on in steps, past `end` and until the loss has settled. */
static double settle_beyond(nsl_inverse *s, double best, double end, double limit)
{
    double steps = ceil(fabs(end - best) / TIME_STEP);
    double step = end < best ? -TIME_STEP : TIME_STEP;
    return settle(s, best + steps * step, step, limit);
}

/* The last time up to `high` of which double has digits. */
static double last_known(nsl_inverse *s, double low, double high)
{
    nsl_inverse_loss_at(s, high);
    while (high > low && s->status == NSL_OK && is_lost(s)) {
        high *= exp(-TIME_STEP);
        nsl_inverse_loss_at(s, high);
    }
    return fmax(low, high);
}

/* The times at which a flow is at or below the target, in steps from the best one;
 * `high` becomes the last that was looked at. */
static nsl_status find_times(nsl_solution *out, nsl_inverse *s, double best, double low,
                             double *high)
{
    *high = last_known(s, low, *high);
    double untrained = nsl_inverse_loss_at(s, 0.0);
    double trained = nsl_inverse_loss_at(s, INFINITY);
    double middle = fmin(fmax(log(best), log(low)), log(*high));
    double from = settle_beyond(s, middle, log(low), untrained);
    double to = settle_beyond(s, middle, log(*high), trained);
    *high = exp(to);
    return isnan(from) || isnan(to) ? nsl_inverse_failed(s)
                                    : find_ends(out, s, from, to, TIME_STEP);
}

static bool reaches(nsl_inverse *s, double steps)
{
    return nsl_inverse_loss_at(s, steps) <= s->query.target;
}

/* The first of the steps from `low`, which is on the other side, to `high` that is on
 * the side of `high`. */
static double first_step(nsl_inverse *s, double low, double high)
{
    bool inside = reaches(s, high);
    for (;;) {
        double middle = floor(0.5 * (low + high));
        if (!(middle > low && middle < high))
            return high;
        *(reaches(s, middle) == inside ? &high : &low) = middle;
    }
}

static double more_steps(double steps)
{
    return fmax(steps + 1.0, floor(steps * exp(TIME_STEP)));
}

/* From so many steps on until the loss has settled where training ends. */
static double settle_steps(nsl_inverse *s, double steps)
{
    double trained = nsl_inverse_loss_at(s, INFINITY);
    double near = SETTLED * fabs(s->query.target - trained);
    while (steps < STEPS_FARTHEST && s->status == NSL_OK &&
           !(fabs(nsl_inverse_loss_at(s, steps) - trained) <= near))
        steps = more_steps(steps);
    return steps;
}

/* The same for steps of descent, whole numbers all. */
static nsl_status find_steps(nsl_solution *out, nsl_inverse *s, double best,
                             double high)
{
    bool inside = reaches(s, 0.0);
    double most = settle_steps(s, high);
    out->error = out->high_error = 0.0;
    out->value = inside ? 0.0 : (double)NAN;
    for (double k = 0.0, next; k < most && s->status == NSL_OK; k = next) {
        next = more_steps(k);
        if (k < best && next > best)
            next = best;
        bool now = reaches(s, next);
        if (now == inside)
            continue;
        double first = first_step(s, k, next);
        out->hole |= now && !isnan(out->value);
        if (now && isnan(out->value))
            out->value = first;
        out->high = now ? (double)INFINITY : first - 1.0;
        inside = now;
    }
    if (inside)
        out->high = INFINITY;
    return s->status;
}

nsl_status nsl_inverse_time(nsl_solution *out, nsl_inverse *s)
{
    nsl_stop stop;
    double low, high;
    s->status = nsl_course_new(&s->course, s->model, &s->point, s->err);
    if (s->status == NSL_OK)
        s->status = nsl_course_best(&stop, s->course, s->err);
    if (s->status != NSL_OK)
        return s->status;
    s->last = stop.best;
    double limit = nsl_inverse_reported(s, s->point.noise);
    if (nsl_inverse_set_limit(out, s, limit) != NSL_LIMIT_BEYOND_TARGET)
        return NSL_OK;
    nsl_status status = s->status = nsl_course_span(&low, &high, s->course, s->err);
    if (status == NSL_OK && s->point.training.kind == NSL_DESCENT)
        status = find_steps(out, s, stop.time, high);
    else if (status == NSL_OK)
        status = find_times(out, s, stop.time, low, &high);
    if (status == NSL_OK)
        status = check_left(out, s, high);
    out->kind =
        out->value == 0.0 && isinf(out->high) && !out->hole ? NSL_ALWAYS : NSL_SOLVED;
    return status;
}
