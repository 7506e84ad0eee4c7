/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/script_curves.h"
#include "plot/palette.h"
#include "plot/range.h"
#include "plot/script_layout.h"

#include <math.h>

/* Name of the datablock of a series. */
static void put_name(const script *s, size_t panel, size_t series)
{
    fprintf(s->out, "$%c%zu", 'a' + (int)panel, series + 1);
}

static void put_point(const script *s, const figure *f, const figure_series *series,
                      size_t i)
{
    fprintf(s->out, "%.10g %.10g", series->x[i], series->y[i]);
    if (series->error) {
        double error = isfinite(series->error[i]) ? series->error[i] : 0.0;
        double low = series->y[i] - error;
        if (f->y.log && low <= 0.0) /* down to the edge */
            low = 1e-3 * series->y[i];
        fprintf(s->out, " %.10g %.10g", low, series->y[i] + error);
    }
    fputc('\n', s->out);
}

static void put_data(const script *s, const figure *f, size_t panel, span x)
{
    for (size_t k = 0; k < f->count; k++) {
        const figure_series *series = &f->series[k];
        bool gap = true;
        put_name(s, panel, k);
        fputs(" << EOD\n", s->out);
        if (series->kind == SERIES_LEVEL) {
            if (range_has(f, 1.0, series->y[0]))
                fprintf(s->out, "%.10g %.10g\n%.10g %.10g\n", x.low, series->y[0],
                        x.high, series->y[0]);
        } else {
            for (size_t i = 0; i < series->count; i++) {
                bool there = range_has(f, series->x[i], series->y[i]);
                if (there)
                    put_point(s, f, series, i);
                else if (!gap)
                    fputc('\n', s->out); /* breaks the line */
                gap = !there;
            }
        }
        fputs("EOD\n", s->out);
    }
}

static size_t colours_of(const figure *f)
{
    size_t count = 1;
    for (size_t k = 0; k < f->count; k++)
        if (f->series[k].colour != COLOUR_NEUTRAL && f->series[k].colour + 1 > count)
            count = f->series[k].colour + 1;
    return count;
}

/* More than so many points are drawn smaller. */
enum { POINTS_MANY = 100 };

static size_t count_points(const figure *f)
{
    size_t count = 0;
    for (size_t k = 0; k < f->count; k++)
        if (f->series[k].kind == SERIES_POINTS)
            count += f->series[k].count;
    return count;
}

static size_t lines_before(const figure *f, const figure_series *series)
{
    size_t count = 0;
    for (const figure_series *other = f->series; other < series; other++)
        count += other->kind == SERIES_LINE;
    return count;
}

static unsigned colour_of(const figure *f, const figure_series *series)
{
    static const unsigned NEUTRAL = 0x333333;
    size_t count = colours_of(f);
    if (series->colour == COLOUR_NEUTRAL)
        return NEUTRAL;
    return f->colours == COLOURS_CONTRAST
               ? palette_curve(series->colour, count)
               : palette_ordered(series->colour, count,
                                 f->colours == COLOURS_ORDER_TOO);
}

static void put_way(const script *s, const figure_series *series)
{
    fputs(series->kind != SERIES_POINTS ? " with lines"
          : series->error               ? " with yerrorbars"
                                        : " with points",
          s->out);
}

/* Terminals differ in what a symbol of size 1 is. */
static const char *symbol_size(const script *s, bool many)
{
    bool png = s->options.terminal == SCRIPT_PNG;
    bool svg = s->options.terminal == SCRIPT_SVG;
    return many ? (png ? "1.2" : svg ? "0.45" : "0.4") : (png ? "1.9" : "0.7");
}

static bool has_apart(const figure *f)
{
    for (size_t i = 0; i < f->count; i++)
        if (f->series[i].apart)
            return true;
    return false;
}

/* Each colour has a symbol, filled, and open for what is apart; where nothing is, open
 * ones follow the filled. */
static void put_symbol(const script *s, const figure *f, const figure_series *series)
{
    static const int points[] = {7, 5, 9, 13, 11, 6, 4, 8, 12, 10};
    enum { POINTS = sizeof points / sizeof *points, FILLED = POINTS / 2 };
    size_t symbol = series->colour == COLOUR_NEUTRAL ? 0 : series->colour;
    symbol = series->apart  ? FILLED + symbol % FILLED
             : has_apart(f) ? symbol % FILLED
                            : symbol % POINTS;
    fprintf(s->out, " pointtype %d pointsize %s linewidth %s linecolor rgb '#%06x'",
            points[symbol], symbol_size(s, count_points(f) > POINTS_MANY),
            series->apart ? "1.6" : "1.2", colour_of(f, series));
}

/* On a terminal groups have digits, letters instead of open symbols, and dots for their
 * curves and for contours; other series get what gnuplot gives them. */
static void put_character(const script *s, const figure *f, const figure_series *series)
{
    bool neutral = series->colour == COLOUR_NEUTRAL;
    bool ordered = f->colours != COLOURS_CONTRAST;
    char mark = '\0';
    if (series->kind == SERIES_CONTOUR || (series->kind == SERIES_LINE && ordered))
        mark = '.';
    else if (series->kind == SERIES_POINTS && neutral)
        mark = series->apart ? 'x' : 'o';
    else if (series->kind == SERIES_POINTS && ordered)
        mark = (char)((series->apart ? 'a' : '1') + (int)(series->colour % 9));
    if (mark)
        fprintf(s->out, " with points pointtype '%c'", mark);
    else
        put_way(s, series);
}

static void put_look(const script *s, const figure *f, const figure_series *series)
{
    static const char *const dashes[] = {"1", "(12,3)", "(7,3,2,3)", "(3,3)",
                                         "(12,3,2,3,2,3)"};
    enum { DASHES = sizeof dashes / sizeof *dashes };
    put_way(s, series);
    if (series->kind == SERIES_POINTS)
        put_symbol(s, f, series);
    else if (series->kind == SERIES_LINE)
        fprintf(s->out, " linewidth 2.2 dashtype %s linecolor rgb '#%06x'",
                count_points(f) ? "1" : dashes[lines_before(f, series) % DASHES],
                colour_of(f, series));
    else if (series->kind == SERIES_CONTOUR)
        fputs(" linewidth 1 dashtype 1 linecolor rgb '#999999'", s->out);
    else
        fprintf(s->out, " linewidth 1.4 dashtype %s linecolor rgb '%s'",
                series->kind == SERIES_LEVEL ? "(8,5)" : "(2,3)",
                series->kind == SERIES_LEVEL ? "#777777" : "#000000");
}

/* How a series is drawn. Lines differ in their dashes too, for print in grey, unless
 * points tell them apart. Characters choose their own letters. */
static void put_style(const script *s, const figure *f, const figure_series *series)
{
    if (series->count)
        fputs(series->kind == SERIES_POINTS && series->error ? " using 1:2:3:4"
                                                             : " using 1:2",
              s->out);
    if (s->options.terminal == SCRIPT_DUMB)
        put_character(s, f, series);
    else
        put_look(s, f, series);
}

/* Laws and levels first, so that curves lie on them, and points on curves. */
static void put_plot(const script *s, const script_layout *l, const figure *f,
                     size_t panel)
{
    static const series_kind order[] = {SERIES_CONTOUR, SERIES_LAW, SERIES_LEVEL,
                                        SERIES_LINE, SERIES_POINTS};
    const char *lead = "plot ";
    for (size_t o = 0; o < sizeof order / sizeof *order; o++)
        for (size_t k = 0; k < f->count; k++) {
            const figure_series *series = &f->series[k];
            if (series->kind != order[o])
                continue;
            fputs(lead, s->out);
            if (series->count) /* else in the legend only */
                put_name(s, panel, k);
            else
                fputs("keyentry", s->out);
            put_style(s, f, series);
            if (script_in_key(series)) {
                fputs(" title ", s->out);
                if (l->own_axes && s->markup == MARKUP_LATEX)
                    fputs("'\\scriptsize '.", s->out);
                script_text(s->out, series->label, s->markup, true);
            } else {
                fputs(" notitle", s->out);
            }
            lead = ", \\\n     ";
        }
    fputc('\n', s->out);
}

static void put_axes(const script *s, const script_layout *l, const figure *f, span x,
                     span y, bool last)
{
    static const double EDGE = 1e-6;
    script_axis(s, "x", &f->x);
    if (s->options.terminal == SCRIPT_DUMB)
        script_upright_title(s, l, f);
    else
        script_axis(s, "y", &f->y);
    bool blank = !last && !l->own_axes;
    if (blank)
        fputs("unset xlabel\n", s->out);
    fprintf(s->out, "%sset logscale x\n%sset logscale y\n", f->x.log ? "" : "un",
            f->y.log ? "" : "un");
    /* a tick at the very edge is lost to rounding */
    double edge = EDGE * (f->x.log ? x.low : x.high - x.low);
    fprintf(s->out, "set xrange [%.10g:%.10g] noextend\n", x.low - edge, x.high);
    fprintf(s->out, "set yrange [%.10g:%.10g] noextend\n", y.low, y.high);
    ticks_write(s->out, "x", x, (tick_style){f->x.log, false, blank, s->markup});
    ticks_write(s->out, "y", y, (tick_style){f->y.log, false, false, s->markup});
}

static void put_panel(const script *s, const script_layout *l, const figure *first,
                      const figure *f, size_t panel, int caption_lines)
{
    span x, y;
    law_labels labels = {.count = 0};
    range_find(f, &x, &y);
    put_data(s, f, panel, x);
    script_margins(s, l, first, panel, caption_lines);
    put_axes(s, l, f, x, y, panel + 1 == l->count);
    script_key(s, l, f);
    for (size_t k = 0; k < f->count; k++)
        if (f->series[k].kind == SERIES_LAW && f->series[k].count > 1)
            script_law_label(s, f, &f->series[k], x, y, &labels);
    script_contour_labels(s, f, x, y);
    put_plot(s, l, f, panel);
}

void script_curves(const script *s, const figure *f, int caption_lines)
{
    script_layout l = script_layout_of(f, &s->options);
    size_t panel = 0;
    if (l.count > 1)
        fputs("set multiplot\n", s->out);
    for (const figure *g = f; g; g = g->next) {
        put_panel(s, &l, f, g, panel++, caption_lines);
        if (g->next)
            fputs("unset label\n", s->out);
    }
    if (l.count > 1)
        fputs("unset multiplot\n", s->out);
}
