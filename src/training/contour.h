/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Contours of [E7] in the plane of w = ω − ω₀, around the negative Gram eigenvalues:
 * nodes and weights for all times of a window. Knows no model. */
#ifndef NSL_TRAINING_CONTOUR_H
#define NSL_TRAINING_CONTOUR_H

#include <stdbool.h>
#include <stddef.h>

/* One node below the axis, which stands for its conjugate too. */
typedef struct {
    double _Complex w;
    double _Complex base; /* weight in ∮ F dw/(2πi w), but for the filter */
    double _Complex rate; /* the filter is e^{rate·time}, … */
    bool alternating;     /* … or (−1)^steps of it */
} nsl_contour_node;

typedef struct {
    size_t count;
    nsl_contour_node *node; /* owned */
    bool pole;              /* w = 0 is inside: the trained part is in the sum */
    bool alternates;        /* some nodes do: that part of the filter falls as … */
    double beyond;          /* … e^−beyond a step */
} nsl_contour;

/* What bounds the spectrum, as ω₀ + μ. */
typedef struct {
    double least, largest;
} nsl_contour_range;

/* A factor 10 of times, or one small number of steps. */
typedef struct {
    double first; /* its first time or steps */
    bool late;    /* the trained part is left out */
} nsl_window;

/* The window of a time, the same for all times in it. */
nsl_window nsl_window_of_time(double time, nsl_contour_range range);
nsl_window nsl_window_of_steps(double steps, double rate, nsl_contour_range range);

/* Gradient flow, for all times of a window. False when out of memory. */
bool nsl_contour_flow(nsl_contour *out, nsl_window window, nsl_contour_range range);

/* Gradient descent at a rate η < 2/largest. */
bool nsl_contour_descent(nsl_contour *out, nsl_window window, double rate,
                         nsl_contour_range range);

/* A bound on |discrete filter − filter| at a time, of flow times 1/(1 + μt − decay),
 * where all of the filter but for the trained part has decayed by e^−decay (late
 * windows; else 0). */
double nsl_contour_error(const nsl_contour *contour, double time, double decay);

void nsl_contour_clear(nsl_contour *contour);

#endif
