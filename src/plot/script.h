/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A figure as a gnuplot script that holds its data: the same text for the same figure.
 */
#ifndef NSL_PLOT_SCRIPT_H
#define NSL_PLOT_SCRIPT_H

#include "plot/figure.h"
#include "plot/script_text.h"
#include "plot/ticks.h"
#include <stdio.h>

/* Where the picture goes to. */
typedef enum {
    SCRIPT_FREE, /* a script for people: they set the terminal */
    SCRIPT_PNG,
    SCRIPT_SVG,
    SCRIPT_PDF,
    SCRIPT_TEX, /* writes graphic.tex and graphic.pdf into the working directory */
    SCRIPT_DUMB /* characters */
} script_terminal;

typedef struct {
    script_terminal terminal;
    size_t columns, rows; /* of SCRIPT_DUMB */
    const char *origin;   /* the command line, for a comment; or NULL */
} script_options;

/* Writes the script; false when writing failed or memory ran out. */
bool script_write(const figure *f, const script_options *options, FILE *out);

/* The parts of it: for script.c, script_map.c and the tests. */
typedef struct {
    FILE *out;
    script_options options;
    text_markup markup;
} script;

/* "set xlabel 'samples P'" and so on. */
void script_axis(const script *s, const char *name, const figure_axis *axis);

/* " font …": that of small print. */
const char *script_small(const script *s);

/* That of the legends of panels side by side. */
const char *script_key_font(const script *s);

/* The map's part, above `caption_lines` of small text; false when memory ran out or no
 * cell has a loss. */
bool script_map(const script *s, const figure *f, int caption_lines);

#endif
