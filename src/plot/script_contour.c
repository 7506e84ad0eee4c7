/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the value of a contour is written: on the line, as far as can be from all else.
 */
#include "plot/range.h"
#include "plot/script_curves.h"

#include <math.h>

/* The panel in which a place is sought, and the labels that are there. */
typedef struct {
    const figure *f;
    span x, y;
    law_labels labels;
} panel;

static double share(double value, span range, bool log_axis)
{
    double low = range.low, high = range.high;
    return log_axis ? log(value / low) / log(high / low) : (value - low) / (high - low);
}

/* How much wider than high a panel is: distances are in its heights. */
static const double ASPECT = 1.5;

static double distance(double du, double dv)
{
    return hypot(ASPECT * du, dv);
}

/* To the nearest point of a run or of a curve. */
static double clearance(const panel *p, double u, double v)
{
    double least = (double)INFINITY;
    for (size_t k = 0; k < p->f->count; k++) {
        const figure_series *s = &p->f->series[k];
        if (s->kind != SERIES_POINTS && s->kind != SERIES_LINE)
            continue;
        for (size_t i = 0; i < s->count; i++)
            if (range_has(p->f, s->x[i], s->y[i]))
                least = fmin(least, distance(share(s->x[i], p->x, p->f->x.log) - u,
                                             share(s->y[i], p->y, p->f->y.log) - v));
    }
    return least;
}

static double to_labels(const panel *p, double u, double v)
{
    double least = (double)INFINITY;
    for (size_t i = 0; i < p->labels.count; i++)
        least = fmin(least, distance(p->labels.at[i].u - u, p->labels.at[i].v - v));
    return least;
}

/* The best point of the contour for its label; its count where there is none. */
static size_t find_place(const panel *p, const figure_series *s)
{
    /* beyond these nothing is gained */
    static const double CLEAR = 0.09, APART = 0.3, EDGE_X = 0.06, EDGE_Y = 0.05;
    size_t best = s->count;
    double most = 0.0;
    for (size_t i = 0; i < s->count; i++) {
        if (!range_has(p->f, s->x[i], s->y[i]))
            continue;
        double u = share(s->x[i], p->x, p->f->x.log);
        double v = share(s->y[i], p->y, p->f->y.log);
        if (u < EDGE_X || u > 1.0 - EDGE_X || v < EDGE_Y || v > 1.0 - EDGE_Y)
            continue;
        double worth = fmin(clearance(p, u, v), CLEAR) / CLEAR +
                       fmin(to_labels(p, u, v), APART) / APART;
        if (worth > most) {
            most = worth;
            best = i;
        }
    }
    return best;
}

void script_contour_labels(const script *s, const figure *f, span x, span y)
{
    panel p = {f, x, y, {.count = 0}};
    bool latex = s->markup == MARKUP_LATEX, dumb = s->options.terminal == SCRIPT_DUMB;
    for (size_t k = 0; k < f->count; k++) {
        const figure_series *contour = &f->series[k];
        if (contour->kind != SERIES_CONTOUR || p.labels.count == LAW_LABELS_MOST)
            continue;
        size_t i = find_place(&p, contour);
        if (i == contour->count)
            continue;
        if (p.labels.count == 0)
            fputs("set style textbox opaque fillcolor rgb '#ffffff' noborder margins "
                  "0.3,0.3\n",
                  s->out);
        fprintf(s->out, "set label %d ", CONTOUR_LABEL_FIRST + (int)p.labels.count);
        if (latex)
            fputs("'\\fboxsep=1pt\\colorbox{white}{\\scriptsize '.", s->out);
        script_text(s->out, contour->label, s->markup, false);
        fprintf(s->out, "%s at first %.10g,%.10g center front%s%s\n",
                latex ? ".'}'" : "", contour->x[i], contour->y[i],
                latex || dumb ? "" : " boxed", script_small(s));
        p.labels.at[p.labels.count].u = share(contour->x[i], x, f->x.log);
        p.labels.at[p.labels.count++].v = share(contour->y[i], y, f->y.log);
    }
}
