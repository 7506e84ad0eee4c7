/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the panels of a picture and their legends are. */
#ifndef NSL_PLOT_SCRIPT_LAYOUT_H
#define NSL_PLOT_SCRIPT_LAYOUT_H

#include "plot/script.h"

/* The panels row by row. */
typedef struct {
    size_t count, columns, rows;
    bool own_axes; /* of each panel; else all have one x axis, at the bottom */
    size_t lines;  /* of characters, of SCRIPT_DUMB */
} script_layout;

script_layout script_layout_of(const figure *f, const script_options *options);

/* Characters do not stand upright: the name of the y axis goes above it. */
void script_upright_title(const script *s, const script_layout *l, const figure *f);

/* "set …margin" for panel `i`, above the caption. */
void script_margins(const script *s, const script_layout *l, const figure *first,
                    size_t i, int caption_lines);

/* "set key …": outside, where it hides nothing. */
void script_key(const script *s, const script_layout *l, const figure *f);

/* Whether the legend names the series. */
bool script_in_key(const figure_series *series);

#endif
