/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The part of a script that draws curves. */
#ifndef NSL_PLOT_SCRIPT_CURVES_H
#define NSL_PLOT_SCRIPT_CURVES_H

#include "plot/script.h"

/* One panel, or more, above `caption_lines` of small text. */
void script_curves(const script *s, const figure *f, int caption_lines);

enum { LAW_LABELS_MOST = 16, LAW_LABEL_FIRST = 10, CONTOUR_LABEL_FIRST = 40 };

/* Those that are written already, as shares of the panel. */
typedef struct {
    size_t count;
    struct {
        double u, v;
    } at[LAW_LABELS_MOST];
} law_labels;

/* "set label …" beside a law, where it keeps clear of the curves and other labels. */
void script_law_label(const script *s, const figure *f, const figure_series *law,
                      span x, span y, law_labels *labels);

/* "set label …" on each contour, where it keeps clear of points, curves and other
 * labels. */
void script_contour_labels(const script *s, const figure *f, span x, span y);

#endif
