/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where an axis has ticks, and which of them are labelled. */
#ifndef NSL_PLOT_TICKS_H
#define NSL_PLOT_TICKS_H

#include "plot/script_text.h"

/* A range of values along an axis. */
typedef struct {
    double low, high;
} span;

typedef struct {
    bool log;
    bool places; /* positions are the logarithms of the values */
    bool blank;  /* no numbers: the panel below has them */
    text_markup markup;
} tick_style;

/* Writes "set xtics (…)" for the axis `name`, x or y. */
void ticks_write(FILE *out, const char *name, span range, tick_style style);

#endif
