/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The 95 % intervals that a fit's bootstrap gives to what --model predicts. */
#ifndef NSL_CLI_INTERVALS_H
#define NSL_CLI_INTERVALS_H

#include "cli/fitted.h"

/* Ends of the intervals of several values, in the order of the questions; none without
 * a bootstrap. */
typedef struct {
    size_t count;
    double *low, *high; /* owned */
} intervals;

void intervals_clear(intervals *out);

/* Of the losses at sizes of the options' units (arrays of `count`; INFINITY: a limit).
 */
nsl_status intervals_of_losses(intervals *out, const cli_options *options, size_t count,
                               const double *parameters, const double *samples,
                               nsl_error *err);

/* Of the best split of each budget: N, P and the loss of the first, then of the next.
 * `parameters` are the best fit's N. */
enum { INTERVALS_OF_SPLIT = 3 };
nsl_status intervals_of_splits(intervals *out, const cli_options *options, size_t count,
                               const double *budget, const double *parameters,
                               const char *cost, nsl_error *err);

/* Of the N or P that reaches a target loss; INFINITY: none does. */
nsl_status intervals_of_solution(intervals *out, const cli_options *options,
                                 nsl_unknown unknown, double target,
                                 const nsl_point *point, nsl_error *err);

/* Declares the columns KEY_lo and KEY_hi, and sets them to the i-th interval: in
 * a row, or in the last. */
void intervals_add_columns(document *d, const char *low_key, const char *high_key);
cell intervals_cell(double end);
void intervals_set_at(document *d, size_t row, const char *low_key,
                      const char *high_key, const intervals *from, size_t i);
void intervals_set(document *d, const char *low_key, const char *high_key,
                   const intervals *from, size_t i);

#endif
