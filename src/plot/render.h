/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A figure as the bytes of a picture, by gnuplot: the same bytes for the same figure
 * and the same gnuplot. */
#ifndef NSL_PLOT_RENDER_H
#define NSL_PLOT_RENDER_H

#include "plot/script.h"

typedef struct {
    char *bytes; /* owned */
    size_t length;
} rendering;

/* Draws; false with a one-line problem when that failed. SCRIPT_TEX, which takes two
 * files, is for render_tex. */
bool render(rendering *out, const figure *f, const script_options *options,
            char *problem, size_t size);

/* Draws text for LaTeX to set, and a PDF with the lines, which the text includes by the
 * name `graphic`. */
bool render_tex(rendering *tex, rendering *pdf, const figure *f,
                const script_options *options, const char *graphic, char *problem,
                size_t size);

void rendering_clear(rendering *p);

#endif
