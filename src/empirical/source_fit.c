/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The source exponent of measured target weights.
 *
 * S_I = Σ_{J=I}^{to} v_J² is compared with Z_I(β) = Σ_{J=I}^{to} J^−(1+β): β is where
 * the least-squares line of ln S over ln Z(β) has slope 1. What lies beyond the range
 * is in neither sum. Leaving out a block of weights leaves it out of both. */
#include "core/error.h"
#include "empirical/line.h"
#include "empirical/ranked.h"
#include "spectrum/powersum.h"
#include "theory/bracket.h"
#include <nslaw/measured.h>

#include <math.h>
#include <stdlib.h>

/* β is looked for between these: weights that rise or all but end are no power law. */
static const double BETA_LEAST = 1e-3, BETA_MOST = 64.0;

/* Width of the bracket of β: far below any standard error, above rounding. */
static const double BETA_WIDTH = 1e-12;

typedef struct {
    const nsl_ranked *ranked;
    const int *block; /* of each level, rising */
    int without;      /* the block left out, or −1 */
    size_t points;    /* levels that end by the middle of what is left */
    double *x, *y;    /* ln Z and ln S of these */
    double *weight;
    double *middle; /* ln of the middle of each level's ranks */
} comparison;

/* Σ J^−(1+β) over a level, in units of that at the range's first rank. Over ranks close
 * to each other it is the midpoint's term, with the second and fourth moments of the
 * ranks about it. */
static double law_of(const comparison *c, size_t k, double beta, double first)
{
    static const double CLOSE = 0.01; /* the sixth moment adds CLOSE^6/10^5 */
    const ranked_level *level = &c->ranked->level[k];
    double s = 1.0 + beta, n = level->copies;
    double centre = 0.5 * ((double)level->first + (double)level->last);
    double scale = exp(s * (log(first) - c->middle[k]));
    if (level->first == level->last)
        return scale;
    if ((s + 5.0) * n > CLOSE * centre)
        return nsl_power_sum(beta, level->first, level->last) * exp(s * log(first));
    double over = 1.0 / (centre * centre), second = s * (s + 1.0) * over / 24.0;
    double fourth = second * (s + 2.0) * (s + 3.0) * over / 240.0;
    return n * scale * (1.0 + (n * n - 1.0) * (second + fourth * (3.0 * n * n - 7.0)));
}

/* The same over levels from `begin` to before `end`. */
static double law_between(const comparison *c, size_t begin, size_t end, double beta,
                          double first)
{
    const ranked_level *level = c->ranked->level;
    return begin < end ? nsl_power_sum(beta, level[begin].first, level[end - 1].last) *
                             exp((1.0 + beta) * log(first))
                       : 0.0;
}

/* The same over what is left of the levels after the points. */
static double law_after(const comparison *c, double beta, double first)
{
    size_t count = c->ranked->count, from = c->points, to;
    while (from < count && c->block[from] < c->without)
        from++;
    for (to = from; to < count && c->block[to] == c->without;)
        to++;
    return law_between(c, c->points, from, beta, first) +
           law_between(c, to, count, beta, first);
}

/* Levels whose ranks end by the middle of the range that is left. */
static size_t count_points(const comparison *c)
{
    size_t count = 0, end = c->ranked->count;
    while (end > 0 && c->block[end - 1] == c->without)
        end--;
    while (count < end &&
           c->ranked->level[count].last <= c->ranked->level[end - 1].last / 2)
        count++;
    return count;
}

/* ln S, once for each block left out; false where they do not say β. */
static bool set_sums(comparison *c)
{
    double sum = 0.0;
    c->points = count_points(c);
    for (size_t k = c->ranked->count; k-- > 0;) {
        const ranked_level *level = &c->ranked->level[k];
        if (c->block[k] != c->without)
            sum += level->copies * level->target;
        if (k < c->points) {
            c->weight[k] = level->weight;
            c->y[k] = log(sum);
        }
    }
    return c->points >= NSL_MEASURED_FEWEST && isfinite(c->y[c->points - 1]);
}

/* Slope of ln S over ln Z(β), minus 1: decreasing. */
static double excess(double beta, void *params)
{
    comparison *c = params;
    double first = (double)c->ranked->level[0].first;
    double sum = law_after(c, beta, first);
    for (size_t k = c->points; k-- > 0;) {
        if (c->block[k] != c->without)
            sum += law_of(c, k, beta, first);
        c->x[k] = log(sum);
    }
    if (!isfinite(c->x[c->points - 1])) /* below the range of double: far too steep */
        return -1.0;
    return nsl_line_fit(c->points, c->x, c->y, c->weight).slope - 1.0;
}

/* β, looked for near another one, if it is not NaN, at first; NaN where there is none.
 */
static double find_beta(comparison *c, double near)
{
    static const double NEAR = 0.02;
    double low = fmax(BETA_LEAST, near - NEAR), high = fmin(BETA_MOST, near + NEAR);
    double beta;
    if (!set_sums(c))
        return (double)NAN;
    if (!isnan(near) && nsl_root_between(&beta, excess, c, &low, &high, BETA_WIDTH))
        return beta;
    low = BETA_LEAST;
    high = BETA_MOST;
    return nsl_root_between(&beta, excess, c, &low, &high, BETA_WIDTH) ? beta
                                                                       : (double)NAN;
}

static bool holds_levels(const comparison *c, int b)
{
    for (size_t k = 0; k < c->ranked->count; k++)
        if (c->block[k] == b)
            return true;
    return false;
}

static nsl_status compare(nsl_measured_source *out, comparison *c, nsl_error *err)
{
    double without[NSL_BLOCKS];
    bool known = true;
    c->without = -1;
    double beta = find_beta(c, (double)NAN);
    if (isnan(beta))
        return nsl_fail(err, NSL_EFAILED, "",
                        "the target's weights do not fall as a power of the rank, or "
                        "too few of them are before the middle of the range");
    for (int b = 0; b < NSL_BLOCKS; b++) {
        c->without = b;
        bool there = holds_levels(c, b);
        without[b] = there ? find_beta(c, beta) : (double)NAN;
        known &= !there || !isnan(without[b]);
    }
    c->without = -1;
    set_sums(c);
    excess(beta, c);
    nsl_line line = nsl_line_fit(c->points, c->x, c->y, c->weight);
    out->beta = beta;
    out->weight =
        exp(line.intercept + (1.0 + beta) * log((double)c->ranked->level[0].first));
    out->rms_log = line.rms;
    out->beta_stderr = known ? nsl_jackknife_error(without) : (double)NAN;
    return NSL_OK;
}

static nsl_status fit(nsl_measured_source *out, const nsl_ranked *ranked,
                      nsl_error *err)
{
    size_t count = ranked->count;
    double *column = malloc(4 * count * sizeof *column);
    int *block = malloc(count * sizeof *block);
    comparison c = {.ranked = ranked, .block = block};
    nsl_status status = column && block ? NSL_OK : nsl_fail_memory(err);
    if (status == NSL_OK) {
        c.x = column;
        c.y = column + count;
        c.weight = column + 2 * count;
        c.middle = column + 3 * count;
        for (size_t k = 0; k < count; k++)
            c.middle[k] = log(
                0.5 * ((double)ranked->level[k].first + (double)ranked->level[k].last));
        nsl_ranked_blocks(block, ranked);
        status = compare(out, &c, err);
    }
    free(column);
    free(block);
    return status;
}

static void add_weights(nsl_measured_source *out, const nsl_ranked *ranked)
{
    out->label_variance = 0.0;
    for (size_t k = ranked->count; k-- > 0;)
        out->label_variance += ranked->level[k].copies * ranked->level[k].target;
    out->unlearnable = ranked->zero.copies * ranked->zero.target;
}

nsl_status nsl_measured_source_fit(nsl_measured_source *out,
                                   const nsl_spectrum *spectrum, nsl_ranks range,
                                   nsl_error *err)
{
    double none = (double)NAN;
    nsl_ranked ranked;
    *out = (nsl_measured_source){none, none, none, none, none, none};
    if (!nsl_spectrum_has_target(spectrum))
        return nsl_fail(err, NSL_EINVAL, "spectrum", "has no target weights");
    nsl_status status = nsl_ranked_new(&ranked, spectrum, err);
    if (status == NSL_OK) {
        add_weights(out, &ranked);
        status = nsl_ranked_cut(&ranked, range, err);
    }
    if (status == NSL_OK)
        status = fit(out, &ranked, err);
    nsl_ranked_clear(&ranked);
    return status;
}
