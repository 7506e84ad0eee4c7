/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/script_layout.h"

enum { LABEL_UPRIGHT = 9, KEY_ABOVE_MOST = 6, KEY_ROWS_MOST = 18 };

/* Height of a line of text, as a share of that of a picture of one panel. */
static const double LINE = 0.0435;

script_layout script_layout_of(const figure *f, const script_options *options)
{
    enum { LINES = 22 }; /* of a panel of several: the window scrolls */
    script_layout l = {.own_axes = f->columns > 0};
    for (const figure *panel = f; panel; panel = panel->next)
        l.count++;
    bool beside = l.own_axes && options->terminal != SCRIPT_DUMB;
    l.columns = beside ? f->columns : 1;
    if (l.columns > l.count)
        l.columns = l.count;
    l.rows = (l.count + l.columns - 1) / l.columns;
    l.lines = l.own_axes ? l.rows * LINES : options->rows;
    return l;
}

bool script_in_key(const figure_series *series)
{
    return series->label && series->kind != SERIES_LAW &&
           series->kind != SERIES_CONTOUR;
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
        if (!script_in_key(&f->series[k]))
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
static size_t legend_rows(const script_layout *l, const figure *f)
{
    legend key = legend_of(f);
    bool one_column = l->count > 1 && !l->own_axes;
    return one_column ? key.entries : (key.entries + key.columns - 1) / key.columns;
}

void script_key(const script *s, const script_layout *l, const figure *f)
{
    legend key = legend_of(f);
    bool dumb = s->options.terminal == SCRIPT_DUMB;
    if (key.entries == 0)
        fputs("unset key\n", s->out);
    else if (l->count > 1) { /* the margin would be that of the whole picture */
        fprintf(s->out, "set key at graph 0,graph %s bottom left ",
                !dumb         ? "1.01"
                : l->own_axes ? "1.06"
                              : "1.15");
        if (l->own_axes)
            /* gnuplot takes LaTeX's letters for wider than they are */
            fprintf(s->out,
                    "horizontal Left reverse samplen 1 width %s maxcols %zu%s\n",
                    s->markup == MARKUP_LATEX ? "-4.6" : "-0.5", key.columns,
                    dumb ? "" : script_key_font(s));
        else
            fputs("vertical Left reverse samplen 2 width 1\n", s->out);
    } else if (key.entries <= KEY_ABOVE_MOST)
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

void script_upright_title(const script *s, const script_layout *l, const figure *f)
{
    const figure_axis *axis = &f->y;
    char title[160];
    snprintf(title, sizeof title, "%s %s", axis->words, axis->symbol);
    fprintf(s->out, "set label %d ", LABEL_UPRIGHT);
    script_text(s->out, title, s->markup, true);
    fprintf(s->out, " at graph 0,graph 1 left offset character -8,%zu\n",
            1 + legend_rows(l, f));
}

/* Of the legend of panel `i`; of the longest legend where panels are beside each other,
 * so that all frames are as high. */
static size_t head_rows(const script_layout *l, const figure *first, size_t i)
{
    size_t k = 0, most = 0;
    for (const figure *f = first; f; f = f->next, k++) {
        size_t rows = k == i || l->columns > 1 ? legend_rows(l, f) : 0;
        most = rows > most ? rows : most;
    }
    return most;
}

/* Lines of text below an axis; with more room below them between panels; and so that
 * rows of panels are close. */
static const double LABELS = 3.4, GAP = 0.9, LABELS_CLOSE = 3.3, CAPTION_GAP = 1.3;

static void put_only_margins(const script *s, const script_layout *l, const figure *f,
                             double caption)
{
    fprintf(s->out, "set bmargin %.2f\nset rmargin 2.5\n", LABELS + caption);
    if (s->options.terminal == SCRIPT_DUMB)
        fprintf(s->out, "set tmargin %zu\n", 2 + legend_rows(l, f));
}

/* Left and right, as shares of a panel's width. */
static void put_sides(const script *s, const script_layout *l, size_t i)
{
    static const double LEFT = 0.185, RIGHT = 0.035;
    double column = (double)(i % l->columns), columns = (double)l->columns;
    if (l->columns == 1)
        fputs("set lmargin 10\nset rmargin 2.5\n", s->out);
    else
        fprintf(s->out, "set lmargin at screen %.4f\nset rmargin at screen %.4f\n",
                (column + LEFT) / columns, (column + 1.0 - RIGHT) / columns);
}

void script_margins(const script *s, const script_layout *l, const figure *first,
                    size_t i, int caption_lines)
{
    bool dumb = s->options.terminal == SCRIPT_DUMB;
    double caption = dumb ? caption_lines : 0.78 * caption_lines;
    if (l->count == 1) {
        put_only_margins(s, l, first, caption);
        return;
    }
    double line = dumb          ? 1.0 / (double)l->lines
                  : l->own_axes ? LINE / (double)l->rows
                                : LINE;
    double legend_lines = (double)head_rows(l, first, i);
    double head = (dumb ? legend_lines + 2.0 : 1.25 * legend_lines + 0.6) * line;
    /* with one x axis only the last panel has room for its name */
    double labels = LABELS + GAP, foot = l->own_axes ? LABELS_CLOSE * line : 0.0;
    double bottom =
        l->own_axes ? (caption + CAPTION_GAP) * line : (labels + caption) * line;
    double height = (1.0 - bottom) / (double)l->rows;
    double from = bottom + (double)(l->rows - 1 - i / l->columns) * height;
    put_sides(s, l, i);
    fprintf(s->out, "set bmargin at screen %.4f\nset tmargin at screen %.4f\n",
            from + foot, from + height - head);
}
