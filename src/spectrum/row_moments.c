/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A row takes 57 multiplications and additions, 38 of them additions: 5 cycles where
 * eight additions start every cycle. T_{j+1} = 2x T_j − T_{j−1} carries the weight. */
#include "spectrum/row_moments.h"

#include <math.h>
#include <string.h>

nsl_interval_scale nsl_interval_scale_make(int exponent, double b)
{
    int half = exponent / 2;
    return (nsl_interval_scale){
        exponent, b, {ldexp(1.0, -half), ldexp(1.0, half - exponent)}};
}

WIDE static void moments_add(nsl_exact_sum moment[NSL_TERMS], const double *x,
                             const double *weight, size_t count)
{
    lanes all[NSL_TERMS] = {{0.0}};
    for (size_t begin = 0; begin < count; begin += NSL_PART) {
        size_t end = count - begin < NSL_PART ? count : begin + NSL_PART;
        lanes sum[NSL_TERMS] = {{0.0}};
        for (size_t i = begin; i < end; i += LANES) {
            lanes at, before;
            memcpy(&at, x + i, sizeof at);
            memcpy(&before, weight + i, sizeof before);
            lanes here = before * at;
            sum[0] += before;
            sum[1] += here;
            at += at;
#pragma GCC unroll 32
            for (int j = 2; j < NSL_TERMS; j++) {
                lanes next = at * here - before;
                sum[j] += next;
                before = here;
                here = next;
            }
        }
        for (int j = 0; j < NSL_TERMS; j++)
            all[j] += sum[j];
    }
    for (int j = 0; j < NSL_TERMS; j++)
        nsl_exact_add(&moment[j], &all[j]);
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
        total += (long double)sum->high[i] + (long double)sum->low[i];
    return total;
}
