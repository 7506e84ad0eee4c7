/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the eigenvalues that were found say together. */
#include "empirical/ranked.h"
#include "features/arrange.h"
#include "spectrum/kind.h"
#include "spectrum/powersum.h"

#include <math.h>

/* Relative errors: of Eσ² and c_k² together, and of the shares, for each of a product.
 */
static const double NORM_ERROR = 3e-14, DEGREE_ERROR = 1e-15;

/* Weighted sums over a range of ln(rank). */
typedef struct {
    long double weight, x, xx, y, xy;
    size_t values;
} line;

/* The least range of ranks, and of eigenvalues, for a line. */
static const double RANKS_LEAST = 2.0;
enum { VALUES_LEAST = 3 };

/* Adds y = ln(eigenvalue) of ranks first … last. */
static void line_add(line *l, double first, double last, double y)
{
    double x, weight;
    nsl_ranked_place(&x, &weight, first, last);
    long double wide = (long double)weight, middle = (long double)x;
    l->weight += wide;
    l->x += wide * middle;
    l->xx += wide * middle * middle;
    l->y += wide * (long double)y;
    l->xy += wide * middle * (long double)y;
    l->values++;
}

static nsl_features_fit fit(const nsl_features *f, uint64_t from, uint64_t to)
{
    nsl_features_fit result = {(double)NAN, (double)NAN, from, to};
    line l = {.values = 0};
    uint64_t rank = 1; /* of the row's first copy */
    if (to < from)
        return result;
    for (size_t i = 0; i < f->count && rank <= to; i++) {
        uint64_t after = rank + f->row[i].multiplicity;
        uint64_t first = rank > from ? rank : from,
                 last = after - 1 < to ? after - 1 : to;
        if (first <= last)
            line_add(&l, (double)first, (double)last, log(f->row[i].eigenvalue));
        rank = after;
    }
    if (l.values < VALUES_LEAST || (double)to < RANKS_LEAST * (double)from)
        return result;
    long double x = l.x / l.weight, y = l.y / l.weight;
    long double slope = (l.xy / l.weight - x * y) / (l.xx / l.weight - x * x);
    result.exponent = (double)-slope;
    result.amplitude = (double)expl(y - slope * x);
    return result;
}

static void add_fits(nsl_features *f)
{
    uint64_t end = f->inputs < f->eigenvalues ? f->inputs : f->eigenvalues;
    f->below = fit(f, 1, end);
    f->above = fit(f, end + 1, f->eigenvalues);
}

static void add_weights(nsl_features *f, nsl_ground *ground)
{
    long double sum = 0.0L, error = 0.0L, degrees = 0.0L;
    for (size_t i = f->count; i-- > 0;) { /* the smallest first */
        const nsl_feature_row *row = &f->row[i];
        long double part =
            (long double)row->eigenvalue * (long double)row->multiplicity;
        sum += part;
        error += part * (long double)row->degree;
        f->degree_max = row->degree > f->degree_max ? row->degree : f->degree_max;
    }
    for (uint64_t k = f->degree_max + 1; k-- > 0;)
        degrees += (long double)nsl_ground_square(ground, k);
    f->weight = nsl_activation_norm(ground->activation);
    f->weight_left = fmax(0.0, (double)((long double)f->weight - sum));
    f->weight_above = fmax(0.0, (double)((long double)f->weight - degrees));
    f->weight_error = NORM_ERROR * f->weight + DEGREE_ERROR * (double)error;
}

/* Σ v² of the inputs that degree 1 does not reach among the rows. */
static double target_left(const nsl_features *f, const nsl_ground *ground,
                          const nsl_spectrum *inputs)
{
    uint64_t reached = 0;
    long double left = 0.0L;
    for (size_t i = 0; i < f->count; i++)
        if (f->row[i].degree == 1) {
            reached += f->row[i].multiplicity;
            left -= (long double)f->row[i].target * (long double)f->row[i].multiplicity;
        }
    bool all = reached == f->inputs, table = ground->inputs.copies;
    if (ground->target == NSL_FEATURES_LINEAR && all)
        return 0.0;
    if (ground->target == NSL_FEATURES_LINEAR && table)
        return fmax(0.0, (double)(1.0L + left));
    if (ground->target == NSL_FEATURES_LINEAR)
        return nsl_power_sum(ground->inputs.alpha, reached + 1, f->inputs) /
               (double)expl(ground->inputs.log_norm);
    nsl_table_view t = nsl_table_rows(inputs);
    left = all ? 0.0L : left;
    for (size_t i = all ? t.positive_rows : 0; i < t.rows; i++)
        left += (long double)t.target[i] * (long double)nsl_table_copies(&t, i);
    return fmax(0.0, (double)left);
}

void nsl_features_sum_up(nsl_features *f, nsl_ground *ground,
                         const nsl_spectrum *inputs)
{
    f->inputs = ground->inputs.total;
    f->linear = nsl_ground_square(ground, 1);
    add_weights(f, ground);
    add_fits(f);
    if (ground->target != NSL_FEATURES_ISOTROPIC)
        f->target_left = target_left(f, ground, inputs);
}
