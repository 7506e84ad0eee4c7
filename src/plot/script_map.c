/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/map_grid.h"
#include "plot/map_places.h"
#include "plot/palette.h"
#include "plot/script.h"

#include <math.h>

enum {
    CELLS = 200,       /* each way; a picture of 85 mm shows no more */
    CELLS_UNEVEN = 90, /* drawn one by one, each some bytes of the picture */
    LABEL_FIRST = 10
};

/* Names for people, on those curves that regimes do not name already, and how curves
 * are drawn: dark and light at once, for any colour below. */
static const struct {
    const char *text;
    const char *dashes, *colour;
    double width;
} looks[NSL_BOUNDARY_COUNT] = {
    [NSL_BOUNDARY_FEATURES_SAMPLES] = {"N = P", "(9,6)", "#ffffff", 1.4},
    [NSL_BOUNDARY_FEATURES_LATENTS] = {"N = M", "(9,6)", "#ffffff", 1.4},
    [NSL_BOUNDARY_SAMPLES_LATENTS] = {"P = M", "(9,6)", "#ffffff", 1.4},
    [NSL_BOUNDARY_FRONTIER] = {"best split", "1", "#ff6a3d", 2.4},
    [NSL_BOUNDARY_NOISE] = {"signal = noise", "(3,3)", "#ffffff", 1.4},
    [NSL_BOUNDARY_RIDGE] = {NULL, "1", "#ffffff", 0.9},
    [NSL_BOUNDARY_MODEL] = {NULL, "1", "#ffffff", 0.9},
    [NSL_BOUNDARY_DATA] = {NULL, "1", "#ffffff", 0.9},
    [NSL_BOUNDARY_PEAK_FEATURES] = {NULL, "1", "#ffffff", 0.9},
    [NSL_BOUNDARY_PEAK_SAMPLES] = {NULL, "1", "#ffffff", 0.9},
    [NSL_BOUNDARY_TIME] = {NULL, "1", "#ffffff", 0.9},
    [NSL_BOUNDARY_STOP] = {"best time", "(6,3)", "#ffffff", 1.4},
    [NSL_BOUNDARY_TIME_FEATURES] = {"best split", "1", "#ff6a3d", 2.4},
    [NSL_BOUNDARY_TIME_SAMPLES] = {"best split", "1", "#ff6a3d", 2.4},
};

/* Where a cell ends: half way to its neighbour, and a bit on, under the neighbour that
 * is drawn later, so that no seam is seen between them. */
static double side(const double *place, size_t count, size_t i, bool next)
{
    static const double BEFORE = 0.5, AFTER = 0.6;
    if (i == (next ? count - 1 : 0))
        return place[i];
    double other = place[next ? i + 1 : i - 1];
    return place[i] + (next ? AFTER : BEFORE) * (other - place[i]);
}

/* Evenly spaced cells are an image; others need their sides. */
static void put_grid(const script *s, const map_grid *g)
{
    fputs("$map << EOD\n", s->out);
    for (size_t j = 0; j < g->rows; j++) {
        for (size_t i = 0; i < g->columns; i++) {
            double value = g->value[j * g->columns + i];
            fprintf(s->out, "%.7g %.7g ", g->x[i], g->y[j]);
            if (isnan(value))
                fputs("NaN", s->out);
            else
                fprintf(s->out, "%.5g", value);
            if (!g->even)
                fprintf(s->out, " %.7g %.7g %.7g %.7g",
                        side(g->x, g->columns, i, false),
                        side(g->x, g->columns, i, true), side(g->y, g->rows, j, false),
                        side(g->y, g->rows, j, true));
            fputc('\n', s->out);
        }
        fputc('\n', s->out);
    }
    fputs("EOD\n", s->out);
}

static void put_palette(const script *s)
{
    fputs("set palette defined (", s->out);
    for (int i = 0; i < PALETTE_ANCHORS; i++)
        fprintf(s->out, "%s%d '#%06x'", i ? ", " : "", i, palette_viridis[i]);
    fputs(")\n", s->out);
}

/* One block a kind of curve, in which blank lines part the pieces. */
static void put_boundaries(const script *s, const figure *f)
{
    const nsl_boundaries *all = f->map->boundaries;
    for (int kind = 0; kind < NSL_BOUNDARY_COUNT; kind++) {
        fprintf(s->out, "$b%d << EOD\n", kind);
        for (size_t k = 0; all && k < all->count; k++) {
            const nsl_boundary *b = &all->at[k];
            if ((int)b->kind != kind)
                continue;
            for (size_t i = 0; i < b->count; i++) {
                double x = map_place(&f->x, b->x[i]), y = map_place(&f->y, b->y[i]);
                if (isfinite(x) && isfinite(y))
                    fprintf(s->out, "%.7g %.7g\n", x, y);
                else
                    fputc('\n', s->out);
            }
            fputc('\n', s->out);
        }
        fputs("EOD\n", s->out);
    }
}

static bool has_boundary(const figure *f, int kind)
{
    const nsl_boundaries *all = f->map->boundaries;
    for (size_t k = 0; all && k < all->count; k++)
        if ((int)all->at[k].kind == kind && all->at[k].count > 1)
            return true;
    return false;
}

/* gnuplot finds the contour lines; they go into a block of their own, so that all can
 * then be drawn in one plane. */
static void put_contours(const script *s, const double *losses, size_t count)
{
    fputs("set contour base\nset cntrparam linear\nset cntrparam levels discrete ",
          s->out);
    for (size_t i = 0; i < count; i++)
        fprintf(s->out, "%s%.7g", i ? ", " : "", log10(losses[i]));
    fputs("\nunset surface\nset table $contours\n"
          "splot $map using 1:2:3 with lines\n"
          "unset table\nunset contour\nset surface\n",
          s->out);
}

static void put_axes(const script *s, const figure *f, const map_grid *g)
{
    figure_axis loss = {f->map->loss, "", true};
    span x = {g->x[0], g->x[g->columns - 1]}, y = {g->y[0], g->y[g->rows - 1]};
    script_axis(s, "x", &f->x);
    script_axis(s, "y", &f->y);
    script_axis(s, "cb", &loss);
    fprintf(s->out,
            "set xrange [%.8g:%.8g] noextend\nset yrange [%.8g:%.8g] noextend\n"
            "set cbrange [%.7g:%.7g]\n",
            x.low, x.high, y.low, y.high, g->values.low, g->values.high);
    if (f->x.log)
        x = (span){pow(10.0, x.low), pow(10.0, x.high)};
    if (f->y.log)
        y = (span){pow(10.0, y.low), pow(10.0, y.high)};
    span values = {pow(10.0, g->values.low), pow(10.0, g->values.high)};
    ticks_write(s->out, "x", x, (tick_style){f->x.log, true, false, s->markup});
    ticks_write(s->out, "y", y, (tick_style){f->y.log, true, false, s->markup});
    ticks_write(s->out, "cb", values, (tick_style){true, true, false, s->markup});
    fputs("set tics out\nset cblabel offset 0.5,0\n", s->out);
}

/* A name on a pale box, or for LaTeX, where gnuplot cannot know its size, on one that
 * LaTeX makes. */
static void put_name(const script *s, const map_name *name, int number)
{
    bool latex = s->markup == MARKUP_LATEX;
    fprintf(s->out, "set label %d ", number);
    if (latex) {
        fputs("'\\fboxsep=1pt\\colorbox{white}{'.", s->out);
        if (name->small)
            fputs("'\\scriptsize '.", s->out);
    }
    script_text(s->out, name->text, s->markup, name->small);
    fprintf(s->out, "%s at %.7g,%.7g center front %s", latex ? ".'}'" : "", name->x,
            name->y, latex ? "" : "boxed");
    fprintf(s->out, "%s\n", name->small ? script_small(s) : "");
}

static void put_names(const script *s, const figure *f, const map_grid *g,
                      const double *losses, size_t levels)
{
    map_names names = {.count = 0};
    const nsl_boundaries *all = f->map->boundaries;
    if (!map_names_add_regimes(&names, g))
        fputs("# no memory for the names of the regimes\n", s->out);
    for (size_t k = 0; all && k < all->count; k++)
        map_names_avoid(&names, g, f, &all->at[k]);
    for (int kind = 0; kind < NSL_BOUNDARY_COUNT; kind++) {
        const nsl_boundary *longest = NULL; /* the piece that carries the name */
        for (size_t k = 0; all && looks[kind].text && k < all->count; k++)
            if ((int)all->at[k].kind == kind &&
                (!longest || all->at[k].count > longest->count))
                longest = &all->at[k];
        if (longest)
            map_names_add_boundary(&names, g, f, longest, looks[kind].text);
    }
    for (size_t i = 0; i < levels; i++)
        map_names_add_level(&names, g, losses[i]);
    fputs(
        "set style textbox opaque fillcolor rgb '#30ffffff' noborder margins 0.4,0.3\n",
        s->out);
    for (size_t i = 0; i < names.count; i++)
        put_name(s, &names.name[i], LABEL_FIRST + (int)i);
}

static void put_plot(const script *s, const figure *f, const map_grid *g)
{
    static const double CASING = 1.2;
    double middle = 0.5 * (g->values.low + g->values.high);
    fputs(g->even ? "plot $map using 1:2:3 with image notitle"
                  : "plot $map using 1:2:4:5:6:7:3 with boxxyerror fillcolor palette "
                    "fillstyle solid 1.0 noborder notitle",
          s->out);
    fprintf(
        s->out,
        ", \\\n     $contours using 1:2:($3 < %.7g ? 0xd0d0d0 : 0x404040) with lines "
        "linewidth 0.8 linecolor rgb variable notitle",
        middle);
    for (int kind = 0; kind < NSL_BOUNDARY_COUNT; kind++) {
        if (!has_boundary(f, kind))
            continue;
        fprintf(s->out,
                ", \\\n     $b%d using 1:2 with lines linewidth %.1f linecolor rgb "
                "'#000000' notitle",
                kind, looks[kind].width + CASING);
        fprintf(
            s->out,
            ", \\\n     $b%d using 1:2 with lines linewidth %.1f dashtype %s linecolor "
            "rgb '%s' notitle",
            kind, looks[kind].width, looks[kind].dashes, looks[kind].colour);
    }
    fputc('\n', s->out);
}

bool script_map(const script *s, const figure *f, int caption_lines)
{
    map_grid grid;
    double losses[MAP_LEVELS_MOST];
    if (!map_grid_make(&grid, f, CELLS))
        return false;
    if (!grid.even) {
        map_grid_clear(&grid);
        if (!map_grid_make(&grid, f, CELLS_UNEVEN))
            return false;
    }
    size_t levels = map_levels(&grid, losses);
    put_grid(s, &grid);
    put_boundaries(s, f);
    if (levels)
        put_contours(s, losses, levels);
    else
        fputs("$contours << EOD\nEOD\n", s->out);
    put_palette(s);
    put_axes(s, f, &grid);
    fprintf(s->out,
            "set bmargin %.2f\nset tmargin 1\nset rmargin at screen 0.8\nunset key\n",
            3.6 + 0.78 * caption_lines);
    put_names(s, f, &grid, losses, levels);
    put_plot(s, f, &grid);
    map_grid_clear(&grid);
    return true;
}
