/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a picture shows, before a backend draws it: curves, or a map. Commands fill it;
 * backends (gnuplot script, HTML, terminal blocks) read it and know no theory. */
#ifndef NSL_PLOT_FIGURE_H
#define NSL_PLOT_FIGURE_H

#include <nslaw/phase.h>
#include <stdbool.h>
#include <stdint.h>

/* An axis: "samples" and "P" make the title "samples P". */
typedef struct {
    const char *words, *symbol; /* UTF-8; symbol may be "" */
    bool log;
} figure_axis;

typedef enum {
    SERIES_LINE,   /* the theory's curve */
    SERIES_POINTS, /* measured, with error bars where `error` is not NULL */
    SERIES_LAW,    /* an asymptotic power law: a straight line on log axes, its
                      exponent written beside it */
    SERIES_LEVEL,  /* a plateau: one y, a dashed line across the picture */
    SERIES_CONTOUR /* a line of one value, its label written on it */
} series_kind;

/* Colour of series that belong to no group: that of the letters. */
#define COLOUR_NEUTRAL SIZE_MAX

typedef struct {
    series_kind kind;
    char *label;   /* in the legend, or beside a law; owned; NULL: none */
    size_t colour; /* series that belong together have one */
    bool apart;    /* points: open symbols, apart from those of the same colour */
    size_t count;  /* points; NaN and infinite values break a line */
    double *x, *y; /* owned; for SERIES_LEVEL y[0] is the level */
    double *error; /* standard errors of y, owned, or NULL */
} figure_series;

/* What the colours of series say. */
typedef enum {
    COLOURS_CONTRAST, /* that they differ */
    COLOURS_ORDER,    /* their order */
    COLOURS_ORDER_TOO /* the order of something else */
} figure_colours;

/* A map's picture: its values, its boundaries, and how its loss is named. */
typedef struct {
    const nsl_map *map;
    const nsl_boundaries *boundaries;
    const char *loss;  /* what test_loss is: "test loss L" or "mean squared error" */
    const char *ridge; /* what ridge is: "ridge" or "kernel ridge" */
} figure_map;

typedef struct figure {
    char *title;   /* one line, or NULL; owned */
    char *caption; /* the parameters, one or two lines; owned */
    figure_axis x, y;
    size_t count;
    figure_series *series; /* owned */
    const figure_map *map; /* a map instead of series, or NULL; borrowed */
    figure_colours colours;
    struct figure *next; /* the next panel, or NULL; owned */
    size_t columns; /* of the first panel: 0: the others are below it, along one x axis;
                       else panels, as many beside each other, have axes of their own
                     */
} figure;

/* In words, symbols and labels "_" makes the next character a subscript and "^" the
 * number after it a superscript: "σ_ε²", "N^−0.3". */

/* Adds a series with room for `count` points (errors too where asked for); NULL when
 * memory ran out. The label, which may be NULL, is copied; the points are NaN. */
figure_series *figure_add(figure *f, series_kind kind, const char *label, size_t count,
                          bool errors);

/* Adds a panel behind the last; NULL when memory ran out. */
figure *figure_add_panel(figure *f);

void figure_clear(figure *f);

#endif
