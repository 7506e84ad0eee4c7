/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Chebyshev moments Σ weight·T_j(x) of rows, several at once. The order of the
 * additions depends on the order of the rows alone. */
#ifndef NSL_SPECTRUM_ROW_MOMENTS_H
#define NSL_SPECTRUM_ROW_MOMENTS_H

#include "core/lanes.h"
#include <stddef.h>

/* Moments kept. In row_sums.c the terms fall by (b − √(b²−1)) ≤ 0.102 each, and those
 * of the steepest sum, over the third power, begin with j²: what is left out after 19
 * of them is below 10^-16. */
enum { NSL_TERMS = 20 };

/* Rows of a part are added plainly, 4 to a lane, the parts of a block as well, and
 * blocks with compensation: the rounding stays below 8·ε/2 for any number of rows. */
enum { NSL_PART = 4 * LANES, NSL_BLOCK = 4 * NSL_PART };

/* An interval of eigenvalues λ = s(x + b), |x| ≤ 1, with s = 2^exponent and 1/s =
 * over[0]·over[1], where s itself may be below the least double. x is exact. */
typedef struct {
    int exponent;
    double b, over[2];
} nsl_interval_scale;

nsl_interval_scale nsl_interval_scale_make(int exponent, double b);

/* What is added with compensation: the error of `high` is in `low`. */
typedef struct {
    lanes high, low;
} nsl_exact_sum;

static inline void nsl_exact_add(nsl_exact_sum *sum, int lane, double value)
{
    double high = sum->high.of[lane], total = high + value, part = total - high;
    sum->low.of[lane] += (high - (total - part)) + (value - part);
    sum->high.of[lane] = total;
}

long double nsl_exact_total(const nsl_exact_sum *sum);

/* Adds a block of up to NSL_BLOCK rows, −1 ≤ x ≤ 1, to the moments. Both arrays have a
 * multiple of NSL_PART numbers; those that are no rows weigh 0. */
void nsl_moments_add(nsl_exact_sum moment[NSL_TERMS], const double *x,
                     const double *weight, size_t count);

#endif
