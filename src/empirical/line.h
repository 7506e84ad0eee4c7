/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A straight line by weighted least squares. */
#ifndef NSL_EMPIRICAL_LINE_H
#define NSL_EMPIRICAL_LINE_H

#include <nslaw/error.h>
#include <stddef.h>

typedef struct {
    double slope, intercept;
    double slope_error; /* of the jackknife over blocks; NaN where there is none */
    double rms;         /* root mean square residual, weighted */
} nsl_line;

/* Fits `count` points (arrays; weights > 0, or 0 for points to leave out), at least two
 * of them at different x. */
nsl_line nsl_line_fit(size_t count, const double *x, const double *y,
                      const double *weight);

/* The same with slope_error; `block` says to which block, as nsl_ranked_blocks makes
 * them, a point belongs. */
nsl_status nsl_line_judge(nsl_line *out, size_t count, const double *x, const double *y,
                          const double *weight, const int *block, nsl_error *err);

#endif
