/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A row takes 57 multiplications and additions, 38 of them additions: 5 cycles where
 * eight additions start every cycle. T_{j+1} = 2x T_j − T_{j−1} carries the weight. */
#include "spectrum/row_moments.h"

#include <math.h>

nsl_interval_scale nsl_interval_scale_make(int exponent, double b)
{
    int half = exponent / 2;
    return (nsl_interval_scale){
        exponent, b, {ldexp(1.0, -half), ldexp(1.0, half - exponent)}};
}

enum { ROWS = NSL_PART / LANES };

/* A part: 2x, T_j and T_{j+1} of a lane's rows. */
static inline void add_part(lanes sum[NSL_TERMS], const double *x, const double *weight)
{
    for (int lane = 0; lane < LANES; lane++) {
        double twice[ROWS], here[ROWS], next[ROWS];
#pragma GCC unroll 4
        for (int row = 0; row < ROWS; row++) {
            double at = x[row * LANES + lane];
            twice[row] = at + at;
            here[row] = weight[row * LANES + lane];
            next[row] = here[row] * at;
        }
#pragma GCC unroll 32
        for (int j = 0; j < NSL_TERMS; j++) {
            double rows = 0.0;
#pragma GCC unroll 4
            for (int row = 0; row < ROWS; row++) {
                double after = twice[row] * next[row] - here[row];
                rows += here[row];
                here[row] = next[row];
                next[row] = after;
            }
            sum[j].of[lane] += rows;
        }
    }
}

WIDE static void moments_add(nsl_exact_sum moment[NSL_TERMS], const double *x,
                             const double *weight, size_t count)
{
    lanes all[NSL_TERMS] = {{{0.0}}};
    for (size_t i = 0; i < count; i += NSL_PART)
        add_part(all, x + i, weight + i);
    for (int j = 0; j < NSL_TERMS; j++)
        for (int lane = 0; lane < LANES; lane++)
            nsl_exact_add(&moment[j], lane, all[j].of[lane]);
}

/* What is chosen when the program starts is seen outside of the library unless it is
 * static. */
void nsl_moments_add(nsl_exact_sum moment[NSL_TERMS], const double *x,
                     const double *weight, size_t count)
{
    moments_add(moment, x, weight, count);
}

long double nsl_exact_total(const nsl_exact_sum *sum)
{
    long double total = 0.0L;
    for (int i = 0; i < LANES; i++)
        total += (long double)sum->high.of[i] + (long double)sum->low.of[i];
    return total;
}
