/* SPDX-License-Identifier: GPL-3.0-or-later */
/* With λ = σ(x + b), Δ = −s, d = Δ/σ and a = b + d the sums of row_sums.c hold at
 * complex a as they stand. Their terms fall by |t| each, the larger of 1/|t| and |t|
 * being the mean distance of a from the ends of [−1, 1] plus what closes the ellipse:
 * intervals are taken whole where 1/|t| ≥ FAR, and else their parts are, down to rows.
 *
 * At a million rows of a power law some 150 intervals and 10^3 rows are left of a sum,
 * each interval NSL_TERMS·45 operations. */
#include "spectrum/row_tree.h"
#include "core/lanes.h"
#include "spectrum/row_moments.h"

#include <complex.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* 8^-20 times 400/2, the largest factor of a term, is below a double's rounding. */
static const double FAR = 8.0;

/* Intervals of so many rows or fewer have no parts, … */
enum { LEAF = 1024 };

/* … and of so many are added row by row in any case. */
enum { FEW = 16 };

/* Each interval is parted in four; this deep, numbers are next to each other. */
enum { PARTS = 4, DEPTH_MAX = 25 };

/* Ratios beyond this take part with less than the least double. */
static const double RATIO_MAX = 0x1p+1000;

/* An interval, in the order of a walk: its parts follow it, up to `next`. */
typedef struct {
    size_t begin, end, next;
    nsl_interval_scale scale;
    double moment[NSL_TERMS]; /* where there are more than FEW rows */
} interval;

struct nsl_row_tree {
    nsl_table_view rows;
    const double *weights;
    size_t count, room;
    interval *interval;
};

/* --- making ------------------------------------------------------------------------
 */

static void set_moments(interval *at, const nsl_row_tree *t)
{
    nsl_exact_sum sum[NSL_TERMS];
    memset(sum, 0, sizeof sum);
    for (size_t row = at->begin; row < at->end; row += NSL_BLOCK) {
        size_t count = at->end - row < NSL_BLOCK ? at->end - row : NSL_BLOCK;
        double x[NSL_BLOCK] = {0.0}, weight[NSL_BLOCK] = {0.0};
        for (size_t i = 0; i < count; i++) {
            x[i] = t->rows.lambda[row + i] * at->scale.over[0] * at->scale.over[1] -
                   at->scale.b;
            weight[i] = nsl_table_copies(&t->rows, row + i) *
                        (t->weights ? t->weights[row + i] : 1.0);
        }
        nsl_moments_add(sum, x, weight, (count + NSL_PART - 1) / NSL_PART * NSL_PART);
    }
    for (int j = 0; j < NSL_TERMS; j++)
        at->moment[j] = (double)nsl_exact_total(&sum[j]);
}

/* The first row from `begin` on with λ/σ below a bound. */
static size_t first_below(const nsl_row_tree *t, const nsl_interval_scale *scale,
                          double bound, size_t begin, size_t end)
{
    while (begin < end) {
        size_t middle = begin + (end - begin) / 2;
        if (t->rows.lambda[middle] * scale->over[0] * scale->over[1] >= bound)
            begin = middle + 1;
        else
            end = middle;
    }
    return begin;
}

static bool has_parts(const nsl_row_tree *t, const interval *at, int depth)
{
    return at->end - at->begin > LEAF && depth < DEPTH_MAX &&
           t->rows.lambda[at->begin] != t->rows.lambda[at->end - 1];
}

static bool add_interval(nsl_row_tree *t, size_t begin, size_t end,
                         nsl_interval_scale scale, int depth)
{
    if (t->count == t->room) {
        size_t room = t->room ? 2 * t->room : 64;
        interval *grown = realloc(t->interval, room * sizeof *grown);
        if (!grown)
            return false;
        t->interval = grown;
        t->room = room;
    }
    size_t place = t->count++;
    interval at = {.begin = begin, .end = end, .scale = scale};
    if (end - begin > FEW)
        set_moments(&at, t);
    t->interval[place] = at;
    bool fine = true;
    for (int part = PARTS; part > 0 && fine && has_parts(t, &at, depth); part--) {
        /* x' = 4x − c, its centres c at ±1 and ±3 */
        double low = scale.b + 0.5 * part - 1.5, centre = 2.0 * part - 5.0;
        size_t stop = part > 1 ? first_below(t, &scale, low, begin, end) : end;
        if (stop > begin)
            fine = add_interval(
                t, begin, stop,
                nsl_interval_scale_make(scale.exponent - 2, PARTS * scale.b + centre),
                depth + 1);
        begin = stop;
    }
    t->interval[place].next = t->count;
    return fine;
}

/* The half binade of an eigenvalue, and the rows that are in it. */
static bool add_half_binade(nsl_row_tree *t, size_t *row)
{
    enum { FRACTION = 3 };
    int exponent;
    double b = frexp(t->rows.lambda[*row], &exponent) < 0.75 ? 5.0 : 7.0;
    nsl_interval_scale scale = nsl_interval_scale_make(exponent - FRACTION, b);
    size_t begin = *row;
    *row = first_below(t, &scale, b - 1.0, begin, t->rows.positive_rows);
    if (*row == begin) /* a mapped file that has changed */
        return false;
    return add_interval(t, begin, *row, scale, 0);
}

nsl_row_tree *nsl_row_tree_new(const nsl_table_view *rows, const double *weights)
{
    nsl_row_tree *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    t->rows = *rows;
    t->weights = weights;
    for (size_t row = 0; row < rows->positive_rows;)
        if (!add_half_binade(t, &row)) {
            nsl_row_tree_free(t);
            return NULL;
        }
    return t;
}

void nsl_row_tree_free(nsl_row_tree *tree)
{
    if (!tree)
        return;
    free(tree->interval);
    free(tree);
}

/* --- rows --------------------------------------------------------------------------
 */

/* Real and imaginary parts of what nsl_tree_sums holds. */
enum { U_RE, U_IM, W_RE, W_IM, R_RE, R_IM, RHO_RE, RHO_IM, SUMS };

typedef struct {
    lanes sum[SUMS], lost[SUMS];
} lane_sums;

/* s = size·(cosine + i sine). */
typedef struct {
    double size, cosine, sine;
} polar;

/* With the larger of λ and |s| as the unit, a = λ and b = |s|: u = a/(a − be) and
 * w = −be/(a − be), e = s/|s|. Kahan's compensation. */
WIDE static void add_lanes(lane_sums *restrict sums, const double *restrict lambda,
                           const double *restrict weight, const polar *restrict s)
{
    for (int i = 0; i < LANES; i++) {
        double large = lambda[i] > s->size ? lambda[i] : s->size;
        double a = lambda[i] / large, b = s->size / large;
        double re = a - b * s->cosine, im = -b * s->sine;
        double norm = 1.0 / (re * re + im * im);
        double over_re = re * norm, over_im = -im * norm;
        double u_re = a * over_re, u_im = a * over_im;
        double w_re = -b * (s->cosine * over_re - s->sine * over_im);
        double w_im = -b * (s->cosine * over_im + s->sine * over_re);
        double r_re = u_re * w_re - u_im * w_im, r_im = u_re * w_im + u_im * w_re;
        double d_re = u_re - w_re, d_im = u_im - w_im;
        const double part[SUMS] = {u_re,
                                   u_im,
                                   w_re,
                                   w_im,
                                   r_re,
                                   r_im,
                                   r_re * d_re - r_im * d_im,
                                   r_re * d_im + r_im * d_re};
#pragma GCC unroll 8
        for (int k = 0; k < SUMS; k++) {
            double y = weight[i] * part[k] - sums->lost[k].of[i];
            double before = sums->sum[k].of[i], total = before + y;
            sums->lost[k].of[i] = (total - before) - y;
            sums->sum[k].of[i] = total;
        }
    }
}

static void add_rows(lane_sums *sums, const nsl_row_tree *t, const polar *s,
                     size_t begin, size_t end)
{
    for (; begin < end; begin += LANES) {
        double lambda[LANES], weight[LANES];
        for (size_t i = 0; i < LANES; i++) {
            bool used = begin + i < end; /* other lanes weigh nothing */
            size_t row = used ? begin + i : begin;
            double v = t->weights ? t->weights[row] : 1.0;
            lambda[i] = t->rows.lambda[row];
            weight[i] = used ? nsl_table_copies(&t->rows, row) * v : 0.0;
        }
        add_lanes(sums, lambda, weight, s);
    }
}

static double angle_of_rows(const nsl_row_tree *t, const polar *s, size_t begin,
                            size_t end)
{
    double sum = 0.0, lost = 0.0;
    for (size_t i = begin; i < end; i++) {
        double q = t->rows.lambda[i] / s->size;
        double y =
            nsl_table_copies(&t->rows, i) * atan2(q * s->sine, 1.0 - q * s->cosine) -
            lost;
        double total = sum + y;
        lost = (total - sum) - y;
        sum = total;
    }
    return sum;
}

/* --- intervals ---------------------------------------------------------------------
 */

/* Without the care for infinities that C's own product takes. */
static inline double complex times(double complex x, double complex y)
{
    double a = creal(x), b = cimag(x), c = creal(y), d = cimag(y);
    return CMPLX(a * c - b * d, a * d + b * c);
}

/* 1/a for |a| up to the largest double. */
static double complex inverse(double complex a)
{
    double big = fmax(fabs(creal(a)), fabs(cimag(a)));
    double re = creal(a) / big, im = cimag(a) / big, norm = re * re + im * im;
    return CMPLX(re / norm / big, -im / norm / big);
}

/* What every sum over an interval needs: see row_sums.c. */
typedef struct {
    double complex d, alpha, g, t;
} pole;

/* False where the interval is too close to s. */
static bool set_pole(pole *p, const nsl_interval_scale *scale, const polar *s)
{
    double ratio = fmin(s->size * scale->over[0] * scale->over[1], RATIO_MAX);
    p->d = CMPLX(-ratio * s->cosine, -ratio * s->sine);
    double complex a = scale->b + p->d;
    double ends = hypot(creal(a) - 1.0, cimag(a)) + hypot(creal(a) + 1.0, cimag(a));
    if (ends < FAR + 1.0 / FAR)
        return false;
    double complex over = inverse(a), root = csqrt(1.0 - times(over, over));
    p->alpha = inverse(root);
    p->g = times(p->alpha, over);
    p->t = -times(over, inverse(1.0 + root));
    return true;
}

static void add_whole(nsl_tree_sums *sums, const interval *at, const pole *p)
{
    double complex w = 0.0, u = 0.0, second = 0.0, third = 0.0, fourth = 0.0;
    double complex twice = 2.0 * times(p->alpha, p->alpha) + times(p->g, p->g);
    double complex power = 2.0;
    const double *m = at->moment;
    double b = at->scale.b, first[NSL_TERMS + 1] = {0.0}, square[NSL_TERMS] = {0.0};
    for (int j = 0; j + 1 < NSL_TERMS; j++) /* Σ (x+b) T_j, … */
        first[j] = b * m[j] + (j ? 0.5 * (m[j + 1] + m[j - 1]) : m[1]);
    for (int j = 0; j + 2 < NSL_TERMS; j++) /* … Σ (x+b)² T_j */
        square[j] = b * first[j] + (j ? 0.5 * (first[j + 1] + first[j - 1]) : first[1]);
    for (int k = 1; k <= NSL_TERMS; k++) { /* the first term comes last */
        int j = k % NSL_TERMS;
        power = j ? times(power, p->t) : 1.0;
        double complex by_second = times(p->alpha + j, power);
        double complex by_third = 0.5 * times(twice + j * (3.0 * p->alpha + j), power);
        w += m[j] * power;
        u += first[j] * power;
        second += first[j] * by_second;
        third += first[j] * by_third;
        fourth += square[j] * by_third;
    }
    double complex dg = times(p->d, p->g), r = times(dg, p->g);
    sums->w += times(dg, w);
    sums->u += times(p->g, u);
    sums->r += times(r, second);
    sums->rho += times(r, times(p->g, fourth) - times(dg, third));
}

/* Σ arg(1 + λ/Δ) = M_0 arg(1 + (b + t/2)/d) − 2 Im Σ_j M_j t^j/j, from the series of
 * ln(x + a) = ln(−1/(2t)) − 2 Σ_j t^j T_j(x)/j. */
static double angle_of_whole(const interval *at, const pole *p, const polar *s)
{
    double sum = 0.0;
    double complex power = 1.0, turned = times(at->scale.b + 0.5 * p->t,
                                               CMPLX(-s->cosine, s->sine)); /* |d|/d */
    for (int j = 1; j < NSL_TERMS; j++) {
        power = times(power, p->t);
        sum += at->moment[j] * cimag(power) / j;
    }
    return at->moment[0] * atan2(cimag(turned), cabs(p->d) + creal(turned)) - 2.0 * sum;
}

/* --- the walk ----------------------------------------------------------------------
 */

typedef struct {
    const nsl_row_tree *tree;
    polar s;
    size_t large;
    lane_sums rows[2];
    nsl_tree_sums whole[2];
    bool with_angle;
    double angle;
} walk;

static void add_range(walk *w, size_t begin, size_t end)
{
    size_t low = begin, high = end;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (w->tree->rows.lambda[middle] >= w->s.size)
            low = middle + 1;
        else
            high = middle;
    }
    w->large += low - begin;
    add_rows(&w->rows[NSL_ROWS_LARGE], w->tree, &w->s, begin, low);
    add_rows(&w->rows[NSL_ROWS_SMALL], w->tree, &w->s, low, end);
    if (w->with_angle)
        w->angle += angle_of_rows(w->tree, &w->s, begin, end);
}

/* The interval as a whole; false where it is too close. */
static bool add_far(walk *w, const interval *at)
{
    pole p;
    if (at->end - at->begin <= FEW || !set_pole(&p, &at->scale, &w->s))
        return false;
    bool large = cabs(p.d) <= at->scale.b;
    w->large += large ? at->end - at->begin : 0;
    add_whole(&w->whole[large ? NSL_ROWS_LARGE : NSL_ROWS_SMALL], at, &p);
    if (w->with_angle)
        w->angle += angle_of_whole(at, &p, &w->s);
    return true;
}

static double total_of(const lanes *a)
{
    double sum = 0.0;
    for (int i = 0; i < LANES; i++)
        sum += a->of[i];
    return sum;
}

void nsl_row_tree_at(nsl_tree_sums sums[2], size_t *large, double *angle,
                     const nsl_row_tree *tree, double complex s)
{
    double size = cabs(s);
    walk w = {.tree = tree,
              .s = {size, creal(s) / size, cimag(s) / size},
              .with_angle = angle != NULL};
    size_t begin = 0, end = 0; /* rows that wait for their neighbours */
    for (size_t i = 0; i < tree->count;) {
        const interval *at = &tree->interval[i];
        if (add_far(&w, at)) {
            i = at->next;
            continue;
        }
        if (at->next == i + 1) { /* no parts */
            if (at->begin != end) {
                add_range(&w, begin, end);
                begin = at->begin;
            }
            end = at->end;
        }
        i++;
    }
    add_range(&w, begin, end);
    for (int side = 0; side < 2; side++) {
        const lanes *sum = w.rows[side].sum;
        sums[side] = w.whole[side];
        sums[side].u += CMPLX(total_of(&sum[U_RE]), total_of(&sum[U_IM]));
        sums[side].w += CMPLX(total_of(&sum[W_RE]), total_of(&sum[W_IM]));
        sums[side].r += CMPLX(total_of(&sum[R_RE]), total_of(&sum[R_IM]));
        sums[side].rho += CMPLX(total_of(&sum[RHO_RE]), total_of(&sum[RHO_IM]));
    }
    *large = w.large;
    if (angle)
        *angle = w.angle;
}
