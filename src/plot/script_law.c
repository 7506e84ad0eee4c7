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
        double part = to > from ? (scaled(x, f->x.log) - from) / (to - from) : 0.0;
        double low = scaled(s->y[i], f->y.log), high = scaled(s->y[i + 1], f->y.log);
        double y = low + part * (high - low);
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

static double share(double value, span range, bool logarithmic)
{
    double low = scaled(range.low, logarithmic), high = scaled(range.high, logarithmic);
    return (scaled(value, logarithmic) - low) / (high - low);
}

/* Whether a label here would lie on another. */
static bool taken(const law_labels *labels, double u, double v)
{
    static const double WIDE = 0.25, HIGH = 0.12;
    for (size_t i = 0; i < labels->count; i++)
        if (fabs(labels->at[i].u - u) < WIDE && fabs(labels->at[i].v - v) < HIGH)
            return true;
    return false;
}

/* A place beside a law. */
typedef struct {
    double x, y, worth;
    bool below;
} law_place;

static law_place find_place(const figure *f, const figure_series *law, span x, span y,
                            const law_labels *labels)
{
    enum { TRIES = 33 };
    static const double FAR = 0.15; /* of the height; further does not matter */
    static const double MARGIN = 0.1, MIDDLE = 0.01, TAKEN = 1.0;
    double from = fmax(law->x[0], x.low), to = fmin(law->x[law->count - 1], x.high);
    law_place best = {.worth = -(double)INFINITY};
    for (int i = 0; i < TRIES; i++) {
        double along = MARGIN + (1.0 - 2.0 * MARGIN) * i / (TRIES - 1);
        double at =
            f->x.log ? from * pow(to / from, along) : from + along * (to - from);
        double value = value_at(f, law, at);
        double u = share(at, x, f->x.log), v = share(value, y, f->y.log);
        /* not at the edges, where there is no room for letters */
        if (!(v > 0.0 && v < 1.0 && u > MARGIN && u < 1.0 - MARGIN))
            continue;
        double distance = nearest(f, at, value, y);
        bool occupied = taken(labels, u, v); /* then on the other side */
        double worth = fmin(fabs(distance), FAR) - MIDDLE * fabs(along - 0.5) -
                       (occupied ? TAKEN : 0.0);
        if (worth > best.worth)
            best = (law_place){at, value, worth, (distance > 0.0) != occupied};
    }
    return best;
}

void script_law_label(const script *s, const figure *f, const figure_series *law,
                      span x, span y, law_labels *labels)
{
    law_place place = find_place(f, law, x, y, labels);
    if (isinf(place.worth) || !law->label || labels->count == LAW_LABELS_MOST)
        return;
    bool falls = law->y[law->count - 1] < law->y[0];
    fprintf(s->out, "set label %d ", LAW_LABEL_FIRST + (int)labels->count);
    script_text(s->out, law->label, s->markup, true);
    fprintf(s->out, " at first %.10g,%.10g %s offset character %s,%s front\n", place.x,
            place.y, place.below == falls ? "right" : "left",
            place.below == falls ? "-0.5" : "0.5", place.below ? "-0.6" : "0.6");
    labels->at[labels->count].u = share(place.x, x, f->x.log);
    labels->at[labels->count++].v = share(place.y, y, f->y.log);
}
