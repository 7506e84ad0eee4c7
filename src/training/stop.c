/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When to stop: the loss along time, looked at over all times in which it moves. */
#include "core/error.h"
#include "theory/bracket.h"
#include "training/course.h"

#include <float.h>
#include <math.h>

/* Steps in ln(time) of the scan: the filter e^{−μt} moves over a factor e, and its
 * square over half of that. */
static const double STEP = 0.25;

/* The loss is looked at from this part of the shortest time scale on, where it is off
 * the untrained one by as much, to so many times the longest, where e^−40 is left; or,
 * where there is none, over so many decades. */
static const double FIRST = 1e-12, LAST = 40.0, FARTHEST = 1e60;

/* What "moves" means to nsl_course_span, relative. */
static const double MOVED = 1e-3;

/* A loss that is lower by less is the same. */
static const double SAME = 1e-12;

/* All smaller numbers of steps are looked at. */
static const double EVERY_STEP = 64.0;

/* A root of the elasticity in ln(time). */
static const double NARROW = 1e-14;

typedef struct {
    nsl_course *course;
    nsl_status status;
    nsl_error *err;
    nsl_prediction last;
} search;

/* The loss; INFINITY where it diverges or is not known. */
static double loss_at(search *s, double time)
{
    if (s->status == NSL_OK)
        s->status = nsl_course_at(&s->last, s->course, time, s->err);
    if (s->status != NSL_OK)
        return NAN;
    return isnan(s->last.test_loss) ? (double)INFINITY : s->last.test_loss;
}

static double rise_at(double x, void *params)
{
    search *s = params;
    loss_at(s, exp(x));
    return -s->last.elasticity_time;
}

static void ends(double *low, double *high, const nsl_course *course)
{
    double first, last;
    nsl_course_scales(&first, &last, course);
    *low = FIRST * first;
    *high = fmin(LAST * last, FARTHEST * first);
    if (nsl_course_steps(course)) /* even and odd ones are told apart up to here */
        *high = fmin(*high, 0x1p52);
}

static void keep(nsl_stop *best, search *s, double time, double error)
{
    double loss = loss_at(s, time);
    if (s->status == NSL_OK && loss < best->best.test_loss * (1.0 - SAME))
        *best = (nsl_stop){false, time, error, s->last};
}

/* The minimum between two ln(time) of falling and rising loss; its error is that of the
 * elasticity over its slope. */
static void look_between(nsl_stop *best, search *s, double low, double high)
{
    double x, a = low, b = high;
    if (!nsl_root_between(&x, rise_at, s, &a, &b, NARROW * fmax(1.0, fabs(high))))
        return;
    double width = 1e-3 * STEP;
    double slope = (rise_at(x + width, s) - rise_at(x - width, s)) / (2.0 * width);
    loss_at(s, exp(x));
    keep(best, s, exp(x), NARROW + s->last.error / fabs(slope));
}

static void scan_flow(nsl_stop *best, search *s, double low, double high)
{
    double x = log(low), before = rise_at(x, s);
    for (; x < log(high) && s->status == NSL_OK; x += STEP) {
        double after = rise_at(x + STEP, s);
        if (before < 0.0 && after > 0.0)
            look_between(best, s, x, x + STEP);
        before = after;
    }
}

/* Of the steps low, low + 2, … high, one parity, the best: the loss falls, then rises.
 */
static void look_at_steps(nsl_stop *best, search *s, double low, double high)
{
    while (high - low > 2.0) {
        double middle = low + 2.0 * floor((high - low) / 4.0);
        double here = loss_at(s, middle), next = loss_at(s, middle + 2.0);
        if (s->status != NSL_OK)
            return;
        *(next < here ? &low : &high) = next < here ? middle + 2.0 : middle;
    }
    keep(best, s, low, 0.0);
    keep(best, s, high, 0.0);
}

/* Each small number of steps, then brackets on even and on odd ones, as the part of the
 * filter beyond 1/η changes its sign with each step. */
static void scan_steps(nsl_stop *best, search *s, double high)
{
    for (double k = 0.0; k <= fmin(EVERY_STEP, high) && s->status == NSL_OK; k++)
        keep(best, s, k, 0.0);
    double k = EVERY_STEP, before = (double)INFINITY, from = k;
    for (; k < high && s->status == NSL_OK;) {
        double next = 2.0 * floor(0.5 * k * (1.0 + STEP));
        double here = loss_at(s, k), after = loss_at(s, next);
        if (here <= before && here <= after)
            for (int odd = 0; odd < 2; odd++)
                look_at_steps(best, s, from + odd, next + odd);
        before = here;
        from = k;
        k = next;
    }
}

nsl_status nsl_course_best(nsl_stop *out, nsl_course *course, nsl_error *err)
{
    search s = {.course = course, .err = err};
    double low, high;
    ends(&low, &high, course);
    double trained = loss_at(&s, INFINITY);
    *out = (nsl_stop){true, (double)INFINITY, 0.0, s.last};
    out->best.test_loss = trained;
    if (s.status != NSL_OK)
        return s.status;
    keep(out, &s, 0.0, 0.0); /* better not to train at all */
    if (nsl_course_steps(course))
        scan_steps(out, &s, high);
    else
        scan_flow(out, &s, low, high);
    if (s.status == NSL_OK && out->trained)
        s.status = nsl_course_at(&out->best, course, INFINITY, err);
    return s.status;
}

/* A time and the next earlier one of the walk to the end. */
static double earlier(double time, bool steps)
{
    double before = time * exp(-STEP);
    return steps ? floor(before) : before;
}

nsl_status nsl_course_span(double *low, double *high, nsl_course *course,
                           nsl_error *err)
{
    search s = {.course = course, .err = err};
    double first, last;
    ends(&first, &last, course);
    double start = loss_at(&s, 0.0), end = loss_at(&s, INFINITY);
    bool steps = nsl_course_steps(course);
    *low = steps ? 1.0 : first;
    while (!steps && s.status == NSL_OK && *low < last &&
           fabs(loss_at(&s, *low) - start) < MOVED * start)
        *low *= exp(STEP);
    *high = steps ? fmax(1.0, floor(last)) : last;
    while (s.status == NSL_OK && earlier(*high, steps) > *low &&
           fabs(loss_at(&s, earlier(*high, steps)) - end) < MOVED * end)
        *high = earlier(*high, steps);
    return s.status;
}
