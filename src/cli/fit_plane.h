/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a fitted form says of the plane of N and P around the runs: lines of equal loss
 * and the compute-optimal frontier. */
#ifndef NSL_CLI_FIT_PLANE_H
#define NSL_CLI_FIT_PLANE_H

#include "plot/figure.h"
#include <nslaw/fit.h>

/* A fitted form, and the sizes between which it is drawn. */
typedef struct {
    const nsl_form *form;
    double parameter[NSL_FORM_PARAMETERS_MAX];
    nsl_training training; /* of the run of the median length */
    bool lengths;          /* the runs are trained for more than one time */
    struct {
        double low, high;
    } n, p, loss;
    bool *lacks; /* set where memory ran out for a loss */
} fit_plane;

/* False when memory ran out. `lacks` is for the losses that follow. */
bool fit_plane_init(fit_plane *plane, const nsl_fit *fit, size_t count,
                    const nsl_fit_run *run, bool *lacks);

/* The form's loss for C = 6NP; NaN where it has none. */
double fit_plane_loss(const fit_plane *plane, double n, double p);

/* Adds lines of equal loss, between the losses of the runs, a little beyond the sizes
 * of the runs. False when memory ran out. */
bool fit_plane_add_contours(figure *f, const fit_plane *plane);

/* Adds the line of least loss at 6NP = const, where it passes between the sizes of the
 * runs; nothing for forms that have no best split. False when memory ran out. */
bool fit_plane_add_frontier(figure *f, const fit_plane *plane);

#endif
