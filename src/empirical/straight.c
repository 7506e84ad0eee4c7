/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The range to fit: all pairs of ends, widest first, until one is straight.
 *
 * A test on the largest residual sees bends that cancel in a quadratic term: a steep
 * beginning and a steep end. */
#include "empirical/straight.h"
#include "core/error.h"
#include "spectrum/kind.h"

#include <math.h>
#include <stdlib.h>

/* Ends and looked-at levels, 1.7 and 0.9 % of rank apart over 10^4 or less: the levels
 * between two, being sorted, are off by no more than that times the exponent. */
enum { ENDS = 200, LOOKS = 1000 };

/* Running sums of weighted powers of x and y, about the means of all levels. */
typedef struct {
    double w, x, y, xx, xy;
} moments;

typedef struct {
    const nsl_ranked *ranked;
    double x_mean, y_mean;
    moments *up_to;        /* of the levels before each */
    size_t looks, *looked; /* levels whose residuals count, increasing */
} search;

typedef struct {
    double width;
    size_t first, last; /* levels */
} candidate;

static int widest_first(const void *left, const void *right)
{
    const candidate *a = left, *b = right;
    if (a->width != b->width)
        return a->width > b->width ? -1 : 1;
    return a->first < b->first ? -1 : a->first > b->first;
}

/* Up to `most` levels, equally spaced in ln rank, the ends among them. */
static size_t spread(size_t *out, size_t most, const nsl_ranked *ranked)
{
    const ranked_level *level = ranked->level;
    double width = level[ranked->count - 1].x - level[0].x;
    size_t count = 0, k = 0;
    for (size_t i = 0; i < most; i++) {
        double x = level[0].x + width * (double)i / (double)(most - 1);
        while (k + 1 < ranked->count && level[k].x < x)
            k++;
        if (i + 1 == most)
            k = ranked->count - 1;
        if (count == 0 || k > out[count - 1])
            out[count++] = k;
    }
    return count;
}

static nsl_status prepare(search *s, const nsl_ranked *ranked, nsl_error *err)
{
    size_t count = ranked->count;
    moments sum = {0};
    *s = (search){.ranked = ranked,
                  .up_to = calloc(count + 1, sizeof *s->up_to),
                  .looked = calloc(LOOKS, sizeof *s->looked)};
    if (!s->up_to || !s->looked)
        return nsl_fail_memory(err);
    s->looks = spread(s->looked, LOOKS, ranked);
    for (size_t k = 0; k < count; k++) {
        s->x_mean += ranked->level[k].x / (double)count;
        s->y_mean += ranked->level[k].y / (double)count;
    }
    for (size_t k = 0; k < count; k++) {
        const ranked_level *level = &ranked->level[k];
        double x = level->x - s->x_mean, y = level->y - s->y_mean, w = level->weight;
        sum = (moments){sum.w + w, sum.x + w * x, sum.y + w * y, sum.xx + w * x * x,
                        sum.xy + w * x * y};
        s->up_to[k + 1] = sum;
    }
    return NSL_OK;
}

static bool is_straight(const search *s, const candidate *c)
{
    const moments *a = &s->up_to[c->first], *b = &s->up_to[c->last + 1];
    double w = b->w - a->w, x = (b->x - a->x) / w, y = (b->y - a->y) / w;
    double slope = ((b->xy - a->xy) / w - x * y) / ((b->xx - a->xx) / w - x * x);
    for (size_t i = 0; i < s->looks; i++) {
        size_t k = s->looked[i];
        const ranked_level *level = &s->ranked->level[k];
        double line = y + slope * (level->x - s->x_mean - x);
        if (k >= c->first && k <= c->last &&
            !(fabs(level->y - s->y_mean - line) <= NSL_STRAIGHT))
            return false;
    }
    return true;
}

/* All pairs of ends that are wide enough, widest first. */
static size_t list_candidates(candidate *out, const nsl_ranked *ranked)
{
    size_t ends[ENDS], count = 0, many = spread(ends, ENDS, ranked);
    for (size_t i = 0; i < many; i++)
        for (size_t j = i + 1; j < many; j++) {
            double ratio = (double)ranked->level[ends[j]].last /
                           (double)ranked->level[ends[i]].first;
            if (ratio >= NSL_STRAIGHT_LEAST &&
                ends[j] - ends[i] + 1 >= NSL_MEASURED_FEWEST)
                out[count++] = (candidate){ratio, ends[i], ends[j]};
        }
    qsort(out, count, sizeof *out, widest_first);
    return count;
}

nsl_status nsl_straight_range(nsl_ranks *out, const nsl_ranked *ranked, nsl_error *err)
{
    *out = (nsl_ranks){0};
    search s = {0};
    candidate *all = calloc((size_t)ENDS * (ENDS - 1) / 2, sizeof *all);
    nsl_status status = nsl_ranked_check(ranked, err);
    if (status == NSL_OK)
        status = prepare(&s, ranked, err);
    if (status == NSL_OK && !all)
        status = nsl_fail_memory(err);
    size_t count = status == NSL_OK ? list_candidates(all, ranked) : 0, i = 0;
    while (i < count && !is_straight(&s, &all[i]))
        i++;
    if (i < count)
        *out = (nsl_ranks){ranked->level[all[i].first].first,
                           ranked->level[all[i].last].last};
    else if (status == NSL_OK)
        status = nsl_fail(err, NSL_EFAILED, "",
                          "no ranks LO to HI >= %g LO have all eigenvalues within %g%% "
                          "of a power law",
                          NSL_STRAIGHT_LEAST, 100.0 * NSL_STRAIGHT);
    free(s.up_to);
    free(s.looked);
    free(all);
    return status;
}

nsl_status nsl_measured_straight(nsl_ranks *out, const nsl_spectrum *spectrum,
                                 nsl_error *err)
{
    nsl_ranked ranked;
    *out = (nsl_ranks){0};
    nsl_status status = nsl_ranked_new(&ranked, spectrum, err);
    if (status == NSL_OK)
        status = nsl_straight_range(out, &ranked, err);
    nsl_ranked_clear(&ranked);
    return status;
}
