/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "spectrum/row_filling.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

nsl_filling *nsl_filling_new(unsigned place)
{
    nsl_filling *f = aligned_alloc(sizeof(lanes), sizeof *f);
    if (!f)
        return NULL;
    enum { FRACTION = 2 }; /* s is a quarter of the binade's first number */
    f->scale = nsl_interval_scale_make((int)(place / 2) - NSL_EXPONENT_BIAS -
                                           NSL_SUBNORMAL - FRACTION,
                                       place % 2 ? 7.0 : 5.0);
    f->copies = 0;
    f->rows = 0;
    f->held = 0;
    f->summed = false;
    return f;
}

/* x of a block, its traces and ends. */
WIDE static void add_rows(nsl_filling *f, double *restrict x,
                          const double *restrict copies, size_t count)
{
    nsl_exact_sum trace = f->trace, square = f->square;
    lanes least = f->least, most = f->most;
    const nsl_interval_scale scale = f->scale;
    for (size_t i = 0; i < count; i += LANES) {
        const double *row = f->lambda + i, *copy = copies + i;
        double *at = x + i;
        for (int lane = 0; lane < LANES; lane++) {
            double lambda = row[lane];
            double size = lambda * scale.over[0] * scale.over[1];
            double first = copy[lane] * size;
            at[lane] = size - scale.b;
            nsl_exact_add(&trace, lane, first);
            nsl_exact_add(&square, lane, first * size);
            least.of[lane] = lambda < least.of[lane] ? lambda : least.of[lane];
            most.of[lane] = lambda > most.of[lane] ? lambda : most.of[lane];
        }
    }
    f->trace = trace;
    f->square = square;
    f->least = least;
    f->most = most;
}

void nsl_filling_sum(nsl_filling *f, const nsl_columns *c)
{
    double copies[NSL_BLOCK], x[NSL_BLOCK], weight[NSL_BLOCK];
    size_t count = (f->held + NSL_PART - 1) / NSL_PART * NSL_PART;
    for (size_t i = f->held; i < count; i++) /* rows that are none */
        f->lambda[i] = f->lambda[0];
    for (size_t i = 0; i < f->held; i++)
        copies[i] = 1.0;
    if (c->copies)
        memcpy(copies, f->row_copies, f->held * sizeof *copies);
    for (size_t i = f->held; i < count; i++)
        copies[i] = 0.0;
    if (!f->summed) {
        for (int i = 0; i < LANES; i++)
            f->least.of[i] = f->most.of[i] = f->lambda[0];
        memset(f->moment, 0, sizeof f->moment);
        f->trace = f->square = (nsl_exact_sum){.high = {{0.0}}};
        f->summed = true;
    }
    add_rows(f, x, copies, count);
    nsl_moments_add(f->moment[NSL_OF_COPIES], x, copies, count);
    if (c->target) {
        for (size_t i = 0; i < count; i++)
            weight[i] = i < f->held ? copies[i] * f->target[i] : 0.0;
        nsl_moments_add(f->moment[NSL_OF_TARGET], x, weight, count);
    }
    f->rows += f->held;
    f->held = 0;
}

static void join_sum(nsl_exact_sum *to, const nsl_exact_sum *from)
{
    for (int lane = 0; lane < LANES; lane++) {
        nsl_exact_add(to, lane, from->high.of[lane]);
        to->low.of[lane] += from->low.of[lane];
    }
}

static void join_sums(nsl_filling *to, const nsl_filling *from)
{
    for (int w = 0; w < NSL_WEIGHTINGS; w++)
        for (int j = 0; j < NSL_TERMS; j++)
            join_sum(&to->moment[w][j], &from->moment[w][j]);
    join_sum(&to->trace, &from->trace);
    join_sum(&to->square, &from->square);
    for (int lane = 0; lane < LANES; lane++) {
        to->least.of[lane] = fmin(to->least.of[lane], from->least.of[lane]);
        to->most.of[lane] = fmax(to->most.of[lane], from->most.of[lane]);
    }
}

void nsl_filling_join(nsl_filling *to, const nsl_filling *from, const nsl_columns *c)
{
    if (from->summed && to->summed) {
        join_sums(to, from);
    } else if (from->summed) {
        memcpy(to->moment, from->moment, sizeof to->moment);
        to->trace = from->trace;
        to->square = from->square;
        to->least = from->least;
        to->most = from->most;
        to->summed = true;
    }
    to->rows += from->rows;
    to->copies += from->copies;
    for (size_t i = 0; i < from->held; i++) {
        to->lambda[to->held] = from->lambda[i];
        to->row_copies[to->held] = c->copies || c->target ? from->row_copies[i] : 1.0;
        to->target[to->held] = c->copies || c->target ? from->target[i] : 0.0;
        if (++to->held == NSL_BLOCK)
            nsl_filling_sum(to, c);
    }
}
