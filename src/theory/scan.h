/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where to look at a loss as a function of a size, so that nothing is missed. */
#ifndef NSL_THEORY_SCAN_H
#define NSL_THEORY_SCAN_H

#include "theory/model.h"

/* Most sizes of a model at which its loss may have a kink. */
enum { NSL_SPECIAL_MAX = NSL_HIDDEN_MAX + 1 };

/* The finite hidden widths of a model and its finite rank: without a ridge a loss may
 * have a kink or a peak where N or P is one of them. Returns how many, at most
 * NSL_SPECIAL_MAX. */
size_t nsl_special_sizes(double *out, const nsl_model *model);

/* The size, or the one of `special` that it is but for rounding. */
double nsl_size_snapped(double size, const double *special, size_t count);

/* Places, ascending, in ln(size). */
typedef struct {
    size_t count, room;
    double *x;
} nsl_places;

/* Fills places from `low` to `high`, both among them: a uniform grid of steps that are
 * short beside what a smooth spectrum makes of a loss, and denser and denser ones
 * around sizes where a loss may peak within less: each of the `widths`, the rank, and
 * numbers of eigenvalues after which the next is much smaller. `smooth` leaves those
 * out: with the best ridge nothing peaks. Free with nsl_places_free. */
nsl_status nsl_places_make(nsl_places *out, const nsl_spectrum *spectrum,
                           const double *widths, size_t width_count, double low,
                           double high, bool smooth, nsl_error *err);

/* One more place, wherever it lies. */
nsl_status nsl_places_add(nsl_places *places, double x, nsl_error *err);

/* Many more: out of order until they are sorted. */
nsl_status nsl_places_append(nsl_places *places, double x, nsl_error *err);
void nsl_places_sort(nsl_places *places);

void nsl_places_free(nsl_places *places);

#endif
