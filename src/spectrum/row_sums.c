/* SPDX-License-Identifier: GPL-3.0-or-later */
/* With λ = s(x + b) and a = b + Δ/s, u = (x+b)/(x+a) and w = (Δ/s)/(x+a), and
 *
 *   Σ 1/(x+a) = g Σ_j e_j t^j M_j,   e_0 = 1, e_j = 2,
 *
 * with g = 1/√(a²−1), α = ag and t = −1/(a + √(a²−1)): the generating function
 * (1−t²)/(1−2tx+t²) = Σ_j e_j t^j T_j(x), where −2a = t + 1/t. Its derivatives in a
 * give the powers 2 and 3: the j-th term is multiplied by g(α+j) and by ½g²(2α² + g² +
 * 3αj + j²). Factors x+b go to the moments, x T_j = ½(T_{j+1} + T_{j−1}), so that
 * nothing cancels: every sum is of positive terms but for those in odd powers of t,
 * which are a small part of the first.
 *
 * At one Δ eight buckets take 5 divisions and NSL_TERMS·30 operations of eight lanes: a
 * million rows of a power law, ten such groups and 80 rows, a few microseconds. */
#include "spectrum/row_sums.h"
#include "core/hash.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Plain sums run over blocks of so many rows, blocks are added with compensation: the
 * rounding stays below BLOCK·ε/2 for any number of rows. */
enum { BLOCK = 32 };
static const double ROWS_ERROR = (BLOCK + 8) * DBL_EPSILON / 2;

/* Roundings, of ε/2, in the third power's sums, which have most: 8 in the moments of
 * x^0, by b+1 over b−1 more for each factor x+b, 3 for what is made of them; 4 from
 * that of a, a/(a−1) for each power; 5 each in three factors g and (Δ/s)g and 3 for the
 * products; 9 in the first term and 6 in the others' sum. */
static const double BUCKETS_ERROR = (18 + 3 + 4 + 15 + 3 + 9 + 6) * DBL_EPSILON / 2;

/* Above this Δ/s, u and its like are below the least double. */
static const double RATIO_MAX = 0x1p+1022;

/* The sums of one side: SHORT_SIDE is Σ(1−u) above Δ and Σu below, BEND likewise. */
enum { SHORT_SIDE, R, Q, Q1, BEND, T0, TD, TC, SUMS };

/* Which moments: k factors x+b, over copies or the target. */
enum { M0, M1, M2, V0, V1, KINDS };

/* A lane a bucket; lanes without one have no moments. */
typedef struct {
    lanes place;   /* eigenvalues of the bucket count as resolved where ≥ Δ */
    lanes over[2]; /* 1/s = over[0]·over[1] */
    lanes b;
    lanes moment[NSL_TERMS][KINDS];
} group;

struct nsl_row_sums {
    size_t groups, buckets;
    group *group;
    bool weighted;
    /* rows that no bucket has taken, the largest first */
    size_t rows;
    double *lambda, *copies, *target;
    double *place; /* of each bucket, the largest first */
    size_t rungs;
    nsl_rung *rung;
};

/* --- making ------------------------------------------------------------------------
 */

void nsl_row_sums_free(nsl_row_sums *s)
{
    if (!s)
        return;
    free(s->group);
    free(s->lambda);
    free(s->copies);
    free(s->target);
    free(s->place);
    free(s->rung);
    free(s);
}

static bool allocate(nsl_row_sums *s, const nsl_buckets *from)
{
    for (size_t i = 0; i < from->count; i++) {
        s->rows += from->bucket[i].rows;
        s->buckets += from->bucket[i].rows == 0;
    }
    s->groups = (s->buckets + LANES - 1) / LANES;
    s->rungs = s->rows + s->buckets;
    size_t rows = s->rows + 1, size = (s->groups + 1) * sizeof *s->group;
    s->lambda = malloc(rows * sizeof *s->lambda);
    s->copies = malloc(rows * sizeof *s->copies);
    s->target = malloc(rows * sizeof *s->target);
    s->place = malloc((s->buckets + 1) * sizeof *s->place);
    s->rung = malloc(s->rungs * sizeof *s->rung);
    s->group = aligned_alloc(sizeof(lanes), size);
    if (!s->lambda || !s->copies || !s->target || !s->place || !s->rung || !s->group)
        return false;
    memset(s->group, 0, size);
    for (size_t g = 0; g < s->groups; g++)
        for (int lane = 0; lane < LANES; lane++)
            s->group[g].b.of[lane] = s->group[g].over[0].of[lane] =
                s->group[g].over[1].of[lane] = 7.0;
    return true;
}

/* Moments of (x+b) from those without; the last of `from` is not known for it. */
static void multiply(long double *to, const long double *from, double b, int known)
{
    for (int j = 0; j < known; j++)
        to[j] = (long double)b * from[j] +
                (j ? 0.5L * (from[j + 1] + from[j - 1]) : from[1]);
}

static void set_lane(group *g, int lane, const nsl_bucket *b)
{
    long double moment[KINDS][NSL_TERMS] = {{0.0L}};
    for (int j = 0; j < NSL_TERMS; j++) {
        moment[M0][j] = (long double)b->moment[NSL_OF_COPIES][j];
        moment[V0][j] = (long double)b->moment[NSL_OF_TARGET][j];
    }
    multiply(moment[M1], moment[M0], b->scale.b, NSL_TERMS - 1);
    multiply(moment[M2], moment[M1], b->scale.b, NSL_TERMS - 2);
    multiply(moment[V1], moment[V0], b->scale.b, NSL_TERMS - 1);
    for (int j = 0; j < NSL_TERMS; j++)
        for (int k = 0; k < KINDS; k++)
            g->moment[j][k].of[lane] = (double)moment[k][j];
    g->b.of[lane] = b->scale.b;
    g->over[0].of[lane] = b->scale.over[0];
    g->over[1].of[lane] = b->scale.over[1];
    g->place.of[lane] = ldexp(b->scale.b, b->scale.exponent);
}

nsl_row_sums *nsl_row_sums_new(const nsl_buckets *from)
{
    nsl_row_sums *s = calloc(1, sizeof *s);
    if (!s || !allocate(s, from)) {
        nsl_row_sums_free(s);
        return NULL;
    }
    size_t row = 0, bucket = 0;
    uint64_t total = 0;
    s->weighted = !from->zero_target;
    for (size_t i = 0; i < from->count; i++) {
        const nsl_bucket *b = &from->bucket[i];
        for (size_t k = 0; k < b->rows; k++, row++) {
            s->lambda[row] = b->lambda[k];
            s->copies[row] = b->row_copies[k];
            s->target[row] = b->target[k];
            total += (uint64_t)b->row_copies[k];
            s->rung[row + bucket] = (nsl_rung){b->lambda[k], b->lambda[k], total};
        }
        if (b->rows)
            continue;
        group *g = &s->group[bucket / LANES];
        set_lane(g, (int)(bucket % LANES), b);
        s->place[bucket] = g->place.of[bucket % LANES];
        total += b->copies;
        s->rung[row + bucket++] = (nsl_rung){b->most, b->least, total};
    }
    return s;
}

/* --- rows --------------------------------------------------------------------------
 */

typedef struct {
    double value[SUMS], low[SUMS];
} side_sums;

/* Neumaier's compensated addition of a block. */
static void side_add(side_sums *sums, const double *block)
{
    for (int i = 0; i < SUMS; i++) {
        double total = sums->value[i] + block[i];
        sums->low[i] += fabs(sums->value[i]) >= fabs(block[i])
                            ? (sums->value[i] - total) + block[i]
                            : (block[i] - total) + sums->value[i];
        sums->value[i] = total;
    }
}

static void sum_rows(side_sums *sums, const nsl_row_sums *s, double delta, size_t begin,
                     size_t end, bool above)
{
    while (begin < end) {
        size_t stop = end - begin < BLOCK ? end : begin + BLOCK;
        double block[SUMS] = {0};
        for (size_t i = begin; i < stop; i++) {
            double lambda = s->lambda[i], total = lambda + delta;
            double u = lambda / total, w = delta / total, uw = u * w, m = s->copies[i];
            block[SHORT_SIDE] += m * (above ? w : u);
            block[R] += m * uw;
            block[Q] += m * u * u;
            block[Q1] += m * u * uw;
            block[BEND] +=
                above ? m * w * w * (1.0 + 2.0 * u) : m * u * u * (1.0 + 2.0 * w);
            if (s->weighted) {
                double v = m * s->target[i];
                block[T0] += v * w * w;
                block[TD] += v * uw;
                block[TC] += v * uw * w;
            }
        }
        side_add(sums, block);
        begin = stop;
    }
}

/* --- buckets -----------------------------------------------------------------------
 */

/* (x+b)^k/(x+a)^p, as K_P. */
enum { P01, P02, P11, P12, P13, P22, P23, P02V, P12V, P13V, PARTS };

/* Kahan's compensated addition. */
static inline void add_to(lanes *sum, lanes *lost, int lane, double value)
{
    double y = value - lost->of[lane], before = sum->of[lane], total = before + y;
    lost->of[lane] = (total - before) - y;
    sum->of[lane] = total;
}

/* Adds a group to the sums of both sides. */
WIDE static void add_group(lanes sum[restrict 2][SUMS], lanes lost[restrict 2][SUMS],
                           const group *restrict at, double delta, double ratio_max)
{
    double ratio[LANES], upper[LANES]; /* chosen before the lanes run side by side */
    for (int i = 0; i < LANES; i++) {
        double d = delta * at->over[0].of[i] * at->over[1].of[i];
        ratio[i] = d > ratio_max ? ratio_max : d;
        upper[i] = at->place.of[i] >= delta ? 1.0 : 0.0;
    }
    for (int i = 0; i < LANES; i++) {
        double part[PARTS] = {0.0}, d = ratio[i], above = upper[i], below = 1.0 - above;
        double over = 1.0 / (at->b.of[i] + d);
        double root = sqrt(1.0 - over * over); /* √(a²−1)/a */
        double alpha = 1.0 / root, g = alpha * over, t = -over / (1.0 + root);
        double power = 2.0, twice = 2.0 * alpha * alpha + g * g;
#pragma GCC unroll 32
        for (int j = 1; j <= NSL_TERMS; j++) { /* the first term comes last */
            const lanes *m = at->moment[j % NSL_TERMS];
            double place = j % NSL_TERMS;
            power = j < NSL_TERMS ? power * t : 1.0;
            double second = (alpha + place) * power;
            double third = 0.5 * (twice + place * (3.0 * alpha + place)) * power;
            part[P01] += m[M0].of[i] * power;
            part[P11] += m[M1].of[i] * power;
            part[P02] += m[M0].of[i] * second;
            part[P12] += m[M1].of[i] * second;
            part[P22] += m[M2].of[i] * second;
            part[P13] += m[M1].of[i] * third;
            part[P23] += m[M2].of[i] * third;
            part[P02V] += m[V0].of[i] * second;
            part[P12V] += m[V1].of[i] * second;
            part[P13V] += m[V1].of[i] * third;
        }
        double dg = d * g, r = dg * g, q = g * g, w = dg * dg;
        double q1 = r * g * part[P23], tc = w * g;
        double bend_above = w * part[P02] + 2.0 * tc * part[P13];
        double bend_below = q * part[P22] + 2.0 * q1;
        add_to(&sum[0][SHORT_SIDE], &lost[0][SHORT_SIDE], i, above * dg * part[P01]);
        add_to(&sum[1][SHORT_SIDE], &lost[1][SHORT_SIDE], i, below * g * part[P11]);
        add_to(&sum[0][BEND], &lost[0][BEND], i, above * bend_above);
        add_to(&sum[1][BEND], &lost[1][BEND], i, below * bend_below);
        add_to(&sum[0][R], &lost[0][R], i, r * part[P12]);
        add_to(&sum[0][Q], &lost[0][Q], i, q * part[P22]);
        add_to(&sum[0][Q1], &lost[0][Q1], i, q1);
        add_to(&sum[0][T0], &lost[0][T0], i, w * part[P02V]);
        add_to(&sum[0][TD], &lost[0][TD], i, r * part[P12V]);
        add_to(&sum[0][TC], &lost[0][TC], i, tc * part[P13V]);
    }
}

/* How many of the falling numbers are ≥ Δ. */
static size_t resolved(const double *falling, size_t count, double delta)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (falling[middle] >= delta)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void add_lanes(side_sums *to, const lanes sum[SUMS])
{
    for (int i = 0; i < LANES; i++) {
        double block[SUMS];
        for (int k = 0; k < SUMS; k++)
            block[k] = sum[k].of[i];
        side_add(to, block);
    }
}

void nsl_row_sums_at(nsl_moments *m, const nsl_row_sums *s, double delta)
{
    size_t split = resolved(s->lambda, s->rows, delta);
    size_t above_count = split + resolved(s->place, s->buckets, delta);
    side_sums above = {{0.0}, {0.0}}, below = {{0.0}, {0.0}};
    lanes sum[2][SUMS] = {{{{0.0}}}}, lost[2][SUMS] = {{{{0.0}}}};
    for (size_t g = 0; g < s->groups; g++)
        add_group(sum, lost, &s->group[g], delta, RATIO_MAX);
    sum_rows(&above, s, delta, 0, split, true);
    sum_rows(&below, s, delta, split, s->rows, false);
    if (s->groups) {
        add_lanes(&above, sum[0]);
        add_lanes(&below, sum[1]);
    }
    double total[SUMS], error = s->groups ? BUCKETS_ERROR : ROWS_ERROR;
    for (int i = 0; i < SUMS; i++)
        total[i] = (above.value[i] + below.value[i]) + (above.low[i] + below.low[i]);
    nsl_whole count = nsl_whole_from(above_count ? s->rung[above_count - 1].up_to : 0);
    double missing = above.value[SHORT_SIDE] + above.low[SHORT_SIDE];
    double added = below.value[SHORT_SIDE] + below.low[SHORT_SIDE];
    *m = (nsl_moments){
        .count = count.high,
        .count_low = count.low,
        .above = missing,
        .below = added,
        .z_error = error * (missing + added),
        .r = total[R],
        .q = total[Q],
        .q1 = total[Q1],
        .bend_above = above.value[BEND] + above.low[BEND],
        .bend_below = below.value[BEND] + below.low[BEND],
        .t0 = total[T0],
        .td = total[TD],
        .tc = total[TC],
        .error = error,
    };
}

/* --- what else they know -----------------------------------------------------------
 */

const nsl_rung *nsl_row_sums_rungs(const nsl_row_sums *s, size_t *count)
{
    *count = s->rungs;
    return s->rung;
}

uint64_t nsl_row_sums_hash(const nsl_row_sums *s)
{
    uint64_t out = NSL_HASH_START;
    out = nsl_hash(out, s->rung, s->rungs * sizeof *s->rung);
    out = nsl_hash(out, s->lambda, s->rows * sizeof *s->lambda);
    out = nsl_hash(out, s->copies, s->rows * sizeof *s->copies);
    out = nsl_hash(out, s->target, s->rows * sizeof *s->target);
    out = nsl_hash(out, s->group, s->groups * sizeof *s->group);
    return out;
}
