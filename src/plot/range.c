/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/range.h"

#include <float.h>
#include <math.h>

static void widen(span *range, double value)
{
    range->low = fmin(range->low, value);
    range->high = fmax(range->high, value);
}

bool range_has(const figure *f, double x, double y)
{
    return isfinite(x) && isfinite(y) && !(f->x.log && x <= 0.0) &&
           !(f->y.log && y <= 0.0);
}

static void add_series(const figure *f, const figure_series *s, span *x, span *y)
{
    for (size_t i = 0; i < s->count; i++) {
        if (s->kind == SERIES_LEVEL && range_has(f, 1.0, s->y[i]))
            widen(y, s->y[i]);
        if (s->kind == SERIES_LEVEL || !range_has(f, s->x[i], s->y[i]))
            continue;
        widen(x, s->x[i]);
        widen(y, s->y[i]);
        if (!s->error)
            continue;
        double low = s->y[i] - s->error[i], high = s->y[i] + s->error[i];
        if (range_has(f, s->x[i], low) && range_has(f, s->x[i], high)) {
            widen(y, low);
            widen(y, high);
        }
    }
}

/* Room above and below; something to show even of one value. */
static void pad(span *range, bool is_log, double share)
{
    static const double ALONE = 1.5; /* a single value's factor to either side */
    static const double SAME = 1e-6; /* digits that an axis cannot show */
    if (!(range->low <= range->high))
        *range = is_log ? (span){1.0, 10.0} : (span){0.0, 1.0};
    double low = range->low, high = range->high;
    bool one = high - low <= SAME * fmax(fabs(low), fabs(high));
    if (is_log) {
        double factor = one ? ALONE : exp(share * (log(high) - log(low)));
        *range = (span){fmax(low / factor, DBL_MIN), fmin(high * factor, DBL_MAX)};
    } else {
        double room = one ? fmax(fabs(low), 1.0) : share * (high - low);
        *range = (span){low - room, high + room};
    }
}

void range_find(const figure *f, span *x, span *y)
{
    static const double ROOM = 0.06;
    /* a part of the loss that falls to nothing would flatten all the rest */
    static const double DEEPEST = 1e-3;
    *x = *y = (span){(double)INFINITY, -(double)INFINITY};
    span first = *y, whole = *y;
    bool has_points = false;
    for (size_t i = 0; i < f->count; i++) {
        if (f->series[i].kind == SERIES_LAW || f->series[i].kind == SERIES_CONTOUR)
            continue;
        add_series(f, &f->series[i], x, &whole);
        has_points |= f->series[i].kind == SERIES_POINTS;
        if (i == 0 || f->series[i].kind == SERIES_POINTS)
            add_series(f, &f->series[i], x, &first);
    }
    *y = whole;
    if (f->y.log && first.low > 0.0)
        y->low = fmax(whole.low, DEEPEST * first.low);
    /* curves may end at the edge, points would be cut */
    pad(x, f->x.log, x->high > x->low && !has_points ? 0.0 : 0.5 * ROOM);
    pad(y, f->y.log, ROOM);
}
