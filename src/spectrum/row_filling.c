/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "spectrum/row_filling.h"

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
WIDE static void add_rows(nsl_filling *f, double *x, const double *copies, size_t count)
{
    for (size_t i = 0; i < count; i += LANES) {
        lanes lambda, m;
        memcpy(&lambda, f->lambda + i, sizeof lambda);
        memcpy(&m, copies + i, sizeof m);
        lanes size = lambda * f->scale.over[0] * f->scale.over[1],
              at = size - f->scale.b;
        lanes first = m * size, second = first * size;
        memcpy(x + i, &at, sizeof at);
        nsl_exact_add(&f->trace, &first);
        nsl_exact_add(&f->square, &second);
        f->least = CHOOSE(lambda < f->least, lambda, f->least);
        f->most = CHOOSE(lambda > f->most, lambda, f->most);
    }
}

void nsl_filling_sum(nsl_filling *f, const nsl_columns *c)
{
    double copies[NSL_BLOCK], x[NSL_BLOCK], weight[NSL_BLOCK];
    size_t count = (f->held + LANES - 1) / LANES * LANES;
    for (size_t i = f->held; i < count; i++) /* rows that are none */
        f->lambda[i] = f->lambda[0];
    for (size_t i = 0; i < count; i++)
        copies[i] = i >= f->held ? 0.0 : c->copies ? f->row_copies[i] : 1.0;
    if (!f->summed) {
        for (int i = 0; i < LANES; i++)
            f->least[i] = f->most[i] = f->lambda[0];
        memset(f->moment, 0, sizeof f->moment);
        f->trace = f->square = (nsl_exact_sum){.high = {0.0}};
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
    nsl_exact_add(to, &from->high);
    to->low += from->low;
}

static void join_sums(nsl_filling *to, const nsl_filling *from)
{
    for (int w = 0; w < NSL_WEIGHTINGS; w++)
        for (int j = 0; j < NSL_TERMS; j++)
            join_sum(&to->moment[w][j], &from->moment[w][j]);
    join_sum(&to->trace, &from->trace);
    join_sum(&to->square, &from->square);
    to->least = CHOOSE(from->least < to->least, from->least, to->least);
    to->most = CHOOSE(from->most > to->most, from->most, to->most);
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
