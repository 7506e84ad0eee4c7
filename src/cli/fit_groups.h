/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs sorted into a few groups by a size, for a picture. */
#ifndef NSL_CLI_FIT_GROUPS_H
#define NSL_CLI_FIT_GROUPS_H

#include <stdbool.h>
#include <stddef.h>

/* Most groups of nearly equal values, and the intervals where there are more. */
enum { FIT_GROUPS_MOST = 8, FIT_GROUPS_INTERVALS = 5 };

typedef struct {
    size_t count;
    struct {
        double low, high, median;
    } at[FIT_GROUPS_MOST]; /* of increasing values */
} fit_groups;

/* Groups of nearly equal values where these are few; else intervals of equal ratio
 * between the least and the largest value, those that hold any. False when memory ran
 * out. */
bool fit_groups_find(fit_groups *out, size_t count, const double *value);

/* The group of one of these values. */
size_t fit_groups_of(const fit_groups *groups, double value);

/* "N = 400", or "N ≈ 4.2×10^8" for a group of several values. */
void fit_groups_label(char *out, size_t size, const fit_groups *groups, size_t i,
                      const char *symbol);

#endif
