/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/script_curves.h"
#include "plot/palette.h"
#include "plot/range.h"

#include <math.h>

enum { LABEL_UPRIGHT = 9, KEY_ABOVE_MOST = 6, KEY_ROWS_MOST = 18 };

/* Height of a line of text, as a share of the picture's. */
static const double LINE = 0.0435;

/* Name of the datablock of a series. */
static void put_name(const script *s, int panel, size_t series)
{
    fprintf(s->out, "$%c%zu", 'a' + panel, series + 1);
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

static void put_data(const script *s, const figure *f, int panel, span x)
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

static bool is_legend(const figure_series *series)
{
    return series->label && series->kind != SERIES_LAW;
}

/* Characters of a text. */
static size_t letters(const char *text)
{
    size_t count = 0;
    for (; *text; text++)
        count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

/* The legend of a panel: how many entries, and in how many columns they fit above it.
 */
typedef struct {
    size_t entries, columns;
} legend;

static legend legend_of(const figure *f)
{
    enum { WIDTH = 56, SAMPLE = 5, COLUMNS_MOST = 4 };
    legend found = {0, 0};
    size_t longest = 0;
    for (size_t k = 0; k < f->count; k++) {
        if (!is_legend(&f->series[k]))
            continue;
        found.entries++;
        size_t length = letters(f->series[k].label);
        longest = length > longest ? length : longest;
    }
    size_t columns = WIDTH / (longest + SAMPLE);
    found.columns = columns < 1 ? 1 : columns > COLUMNS_MOST ? COLUMNS_MOST : columns;
    return found;
}

/* Lines that the legend takes above a panel. */
static size_t legend_rows(const figure *f, bool panels)
{
    legend key = legend_of(f);
    return panels ? key.entries : (key.entries + key.columns - 1) / key.columns;
}

/* It stands outside, where it hides nothing: above, or on the right when it is long. */
static void put_key(const script *s, const figure *f, bool panels)
{
    legend key = legend_of(f);
    if (key.entries == 0)
        fputs("unset key\n", s->out);
    else if (panels) /* the margin would be that of the whole picture */
        fprintf(s->out,
                "set key at graph 0,graph %s bottom left vertical Left reverse "
                "samplen 2 width 1\n",
                s->options.terminal == SCRIPT_DUMB ? "1.15" : "1.01");
    else if (key.entries <= KEY_ABOVE_MOST)
        fprintf(s->out,
                "set key tmargin left horizontal Left reverse samplen 2 width 1 "
                "maxcols %zu\n",
                key.columns);
    else
        fprintf(s->out,
                "set key rmargin center vertical Left reverse samplen 1 maxrows %d%s\n"
                "unset rmargin\n",
                KEY_ROWS_MOST, script_small(s));
}

static size_t colours_of(const figure *f)
{
    size_t count = 1;
    for (size_t k = 0; k < f->count; k++)
        if (f->series[k].colour + 1 > count)
            count = f->series[k].colour + 1;
    return count;
}

static bool has_points(const figure *f)
{
    for (size_t k = 0; k < f->count; k++)
        if (f->series[k].kind == SERIES_POINTS)
            return true;
    return false;
}

static size_t lines_before(const figure *f, const figure_series *series)
{
    size_t count = 0;
    for (const figure_series *other = f->series; other < series; other++)
        count += other->kind == SERIES_LINE;
    return count;
}

/* How a series is drawn. Lines differ in their dashes too, for print in grey, unless
 * points tell them apart. Characters choose their own letters. */
static void put_style(const script *s, const figure *f, const figure_series *series)
{
    static const char *const dashes[] = {"1", "(12,3)", "(7,3,2,3)", "(3,3)",
                                         "(12,3,2,3,2,3)"};
    static const int points[] = {7, 5, 9, 13, 11, 6, 4, 8, 12, 10};
    enum {
        DASHES = sizeof dashes / sizeof *dashes,
        POINTS = sizeof points / sizeof *points
    };
    unsigned colour = palette_curve(series->colour, colours_of(f));
    bool dumb = s->options.terminal == SCRIPT_DUMB;
    fputs(series->kind == SERIES_POINTS && series->error ? " using 1:2:3:4"
                                                         : " using 1:2",
          s->out);
    if (series->kind == SERIES_POINTS)
        fputs(series->error ? " with yerrorbars" : " with points", s->out);
    else
        fputs(" with lines", s->out);
    if (dumb)
        return;
    if (series->kind == SERIES_POINTS)
        fprintf(s->out,
                " pointtype %d pointsize 0.7 linewidth 1.2 linecolor rgb '#%06x'",
                points[series->colour % POINTS], colour);
    else if (series->kind == SERIES_LINE)
        fprintf(s->out, " linewidth 2.2 dashtype %s linecolor rgb '#%06x'",
                has_points(f) ? "1" : dashes[lines_before(f, series) % DASHES], colour);
    else
        fprintf(s->out, " linewidth 1.4 dashtype %s linecolor rgb '%s'",
                series->kind == SERIES_LEVEL ? "(8,5)" : "(2,3)",
                series->kind == SERIES_LEVEL ? "#777777" : "#000000");
}

/* Laws and levels first, so that curves lie on them, and points on curves. */
static void put_plot(const script *s, const figure *f, int panel)
{
    static const series_kind order[] = {SERIES_LAW, SERIES_LEVEL, SERIES_LINE,
                                        SERIES_POINTS};
    const char *lead = "plot ";
    for (size_t o = 0; o < sizeof order / sizeof *order; o++)
        for (size_t k = 0; k < f->count; k++) {
            const figure_series *series = &f->series[k];
            if (series->kind != order[o])
                continue;
            fputs(lead, s->out);
            put_name(s, panel, k);
            put_style(s, f, series);
            if (is_legend(series)) {
                fputs(" title ", s->out);
                script_text(s->out, series->label, s->markup, true);
            } else {
                fputs(" notitle", s->out);
            }
            lead = ", \\\n     ";
        }
    fputc('\n', s->out);
}

/* Characters do not stand upright: the name of the axis goes above it. */
static void put_upright_title(const script *s, const figure *f, bool panels)
{
    const figure_axis *axis = &f->y;
    char title[160];
    snprintf(title, sizeof title, "%s %s", axis->words, axis->symbol);
    fprintf(s->out, "set label %d ", LABEL_UPRIGHT);
    script_text(s->out, title, s->markup, true);
    fprintf(s->out, " at graph 0,graph 1 left offset character -8,%zu\n",
            1 + legend_rows(f, panels));
}

static void put_axes(const script *s, const figure *f, span x, span y, bool panels,
                     bool last)
{
    static const double EDGE = 1e-6;
    script_axis(s, "x", &f->x);
    if (s->options.terminal == SCRIPT_DUMB)
        put_upright_title(s, f, panels);
    else
        script_axis(s, "y", &f->y);
    if (!last)
        fputs("unset xlabel\n", s->out);
    fprintf(s->out, "%sset logscale x\n%sset logscale y\n", f->x.log ? "" : "un",
            f->y.log ? "" : "un");
    /* a tick at the very edge is lost to rounding */
    double edge = EDGE * (f->x.log ? x.low : x.high - x.low);
    fprintf(s->out, "set xrange [%.10g:%.10g] noextend\n", x.low - edge, x.high);
    fprintf(s->out, "set yrange [%.10g:%.10g] noextend\n", y.low, y.high);
    ticks_write(s->out, "x", x, (tick_style){f->x.log, false, !last, s->markup});
    ticks_write(s->out, "y", y, (tick_style){f->y.log, false, false, s->markup});
}

/* Panel `i` of `count`, one under another with one x axis. */
static void put_margins(const script *s, const figure *f, int i, int count,
                        int caption_lines)
{
    static const double LABELS = 3.4; /* lines below the axis */
    bool dumb = s->options.terminal == SCRIPT_DUMB;
    double caption = dumb ? caption_lines : 0.78 * caption_lines;
    if (count == 1) {
        fprintf(s->out, "set bmargin %.2f\nset rmargin 2.5\n", LABELS + caption);
        if (dumb)
            fprintf(s->out, "set tmargin %zu\n", 2 + legend_rows(f, false));
        return;
    }
    double rows = (double)legend_rows(f, true);
    double line = dumb ? 1.0 / (double)s->options.rows : LINE;
    double bottom = (LABELS + 0.9 + caption) * line;
    double head = (dumb ? rows + 2.0 : 1.25 * rows + 0.6) * line;
    double height = (1.0 - bottom) / count, from = bottom + (count - 1 - i) * height;
    fprintf(s->out,
            "set lmargin 10\nset rmargin 2.5\nset bmargin at screen %.4f\n"
            "set tmargin at screen %.4f\n",
            from, from + height - head);
}

static void put_panel(const script *s, const figure *f, int panel, int count,
                      int caption_lines)
{
    span x, y;
    law_labels labels = {.count = 0};
    range_find(f, &x, &y);
    put_data(s, f, panel, x);
    put_margins(s, f, panel, count, caption_lines);
    put_axes(s, f, x, y, count > 1, panel + 1 == count);
    put_key(s, f, count > 1);
    for (size_t k = 0; k < f->count; k++)
        if (f->series[k].kind == SERIES_LAW && f->series[k].count > 1)
            script_law_label(s, f, &f->series[k], x, y, &labels);
    put_plot(s, f, panel);
}

void script_curves(const script *s, const figure *f, int caption_lines)
{
    int count = 1, panel = 0;
    for (const figure *g = f->below; g; g = g->below)
        count++;
    if (count > 1)
        fputs("set multiplot\n", s->out);
    for (const figure *g = f; g; g = g->below) {
        put_panel(s, g, panel++, count, caption_lines);
        if (g->below)
            fputs("unset label\n", s->out);
    }
    if (count > 1)
        fputs("unset multiplot\n", s->out);
}
