/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The points of a curve to many digits, by several threads. */
#ifndef NSL_CLI_CURVE_POINTS_H
#define NSL_CLI_CURVE_POINTS_H

#include "cli/answer.h"
#include "cli/progress.h"

/* Points that are predicted together. */
enum { CURVE_BLOCK = 256 };

typedef struct {
    const cli_options *options;
    const query_setup *setup; /* of all points */
    progress *progress;
    size_t first, count;
    query_answer answer[CURVE_BLOCK];
} curve_points;

/* Whether they are worth it, and share one model. */
bool curve_points_wanted(const cli_options *options);

/* NULL when out of memory. */
curve_points *curve_points_new(const cli_options *options, const query_setup *setup,
                               progress *progress);
void curve_points_free(curve_points *points);

/* Predicts those from `first` on, CURVE_BLOCK or all that are left, into answer[]. The
 * first that fails is told of. */
nsl_status curve_points_fill(curve_points *points, size_t first, nsl_error *err);

#endif
