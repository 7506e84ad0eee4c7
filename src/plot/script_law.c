/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the exponent of a law is written. */
#include "plot/range.h"
#include "plot/script_curves.h"

#include <math.h>

static double scaled(double value, bool logarithmic)
{
    return logarithmic ? log(value) : value;
}

/* y of a series at x, between its points; NaN outside. */
static double value_at(const figure *f, const figure_series *s, double x)
{
    for (size_t i = 0; i + 1 < s->count; i++) {
        bool between =
            (s->x[i] <= x && x <= s->x[i + 1]) || (s->x[i + 1] <= x && x <= s->x[i]);
        if (!between || !range_has(f, s->x[i], s->y[i]) ||
            !range_has(f, s->x[i + 1], s->y[i + 1]))
            continue;
        double from = scaled(s->x[i], f->x.log), to = scaled(s->x[i + 1], f->x.log);
        double share = to > from ? (scaled(x, f->x.log) - from) / (to - from) : 0.0;
        double low = scaled(s->y[i], f->y.log), high = scaled(s->y[i + 1], f->y.log);
        double y = low + share * (high - low);
        return f->y.log ? exp(y) : y;
    }
    return (double)NAN;
}

/* How far the nearest curve is above (> 0) or below a point, in heights of the panel.
 */
static double nearest(const figure *f, double x, double y, span height)
{
    double least = (double)INFINITY;
    double whole = scaled(height.high, f->y.log) - scaled(height.low, f->y.log);
    for (size_t i = 0; i < f->count; i++) {
        const figure_series *s = &f->series[i];
        double other = s->kind == SERIES_LEVEL  ? s->y[0]
                       : s->kind == SERIES_LINE ? value_at(f, s, x)
                                                : (double)NAN;
        if (!range_has(f, x, other))
            continue;
        double distance = (scaled(other, f->y.log) - scaled(y, f->y.log)) / whole;
        if (fabs(distance) < fabs(least))
            least = distance;
    }
    return least;
}

void script_law_label(const script *s, const figure *f, const figure_series *law,
                      span x, span y, int number)
{
    enum { TRIES = 17 };
    static const double FAR = 0.15; /* of the height; further does not matter */
    double from = fmax(law->x[0], x.low), to = fmin(law->x[law->count - 1], x.high);
    double best = -1.0, best_x = (double)NAN, best_y = (double)NAN, side = 0.0;
    for (int i = 0; i < TRIES; i++) {
        /* not at the very ends, where there is no room for letters */
        double share = 0.12 + 0.76 * i / (TRIES - 1);
        double at =
            f->x.log ? from * pow(to / from, share) : from + share * (to - from);
        double value = value_at(f, law, at);
        if (!(value > y.low && value < y.high))
            continue;
        double distance = nearest(f, at, value, y);
        double worth = fmin(fabs(distance), FAR) - 0.01 * fabs(share - 0.5);
        if (worth > best) {
            best = worth;
            best_x = at;
            best_y = value;
            side = distance;
        }
    }
    if (isnan(best_x) || !law->label)
        return;
    bool below = side > 0.0, falls = law->y[law->count - 1] < law->y[0];
    fprintf(s->out, "set label %d ", number);
    script_text(s->out, law->label, s->markup, true);
    fprintf(s->out, " at first %.10g,%.10g %s offset character %s,%s front\n", best_x,
            best_y, below == falls ? "right" : "left", below == falls ? "-0.5" : "0.5",
            below ? "-0.6" : "0.6");
}
