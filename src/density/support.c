/* SPDX-License-Identifier: GPL-3.0-or-later */
/* On the real axis outside the support the physical s is real and ζ rises with it. Add
 * the widths one by one, the least first: with s_k = s Π_{j≤k}(W_j − z),
 *
 *     ds_k/ds_{k−1} ∝ E_k/D_{k−1},   E_k = (W_k − z) D_{k−1} + r,
 *                                    D_k = 1 + r Σ_{j≤k} 1/(W_j − z)
 *
 * must be > 0 at every step, and it is concave in s_{k−1} in each gap between two
 * eigenvalues of the step before. So each gap of the population has at most one gap of
 * the support, found step by step inside the one before, and j eigenvalues above the
 * population's gap leave j above the support's (exact separation). */
#include "density/support.h"
#include "core/error.h"

#include <complex.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>

enum { STEPS_MAX = 2000 };

/* More bulks than this are not worth their time. */
enum { BULKS_MAX = 50000 };

/* A peak of a concave function is looked for until its bracket is this narrow. */
static const double PEAK_WIDTH = 4 * DBL_EPSILON;

/* What step k sees at a real s. */
typedef struct {
    nsl_branch b;
    double before, before_slope; /* D_{k−1} and its derivative by ln s */
    double e, e_slope;           /* E_k and its derivative by ln s */
    double at;                   /* s_{k−1}, in some unit */
} step;

static void step_at(step *v, const nsl_equation *e, size_t k, double s)
{
    nsl_equation_at(&v->b, e, s);
    double first = 0.0, second = 0.0, r = creal(v->b.m.r), rho = creal(v->b.m.rho);
    double gap = creal(v->b.gap);
    v->at = s;
    for (size_t j = 0; j < k; j++) {
        double width = e->least + e->excess[j], over = 1.0 / (gap + e->excess[j]);
        v->at *= (gap + e->excess[j]) / width;
        first += over;
        second += over * over;
    }
    v->before = 1.0 + r * first;
    v->before_slope = rho * first - r * r * second;
    v->e = (gap + e->excess[k]) * v->before + r;
    v->e_slope = r * v->before + (gap + e->excess[k]) * v->before_slope + rho;
}

/* The root of E_k between an s where it is < 0 and one where it is > 0; neither end is
 * evaluated. Newton, else the middle. */
static bool edge_between(double *s, const nsl_equation *e, size_t k, double negative,
                         double positive, double start)
{
    double at = start;
    step v;
    for (int i = 0; i < STEPS_MAX; i++) {
        step_at(&v, e, k, at);
        if (!isfinite(v.e))
            return false;
        if (v.e < 0.0)
            negative = at;
        else
            positive = at;
        double low = fmin(negative, positive), high = fmax(negative, positive);
        double next = at - at * (v.e / v.e_slope);
        if (!(next > low && next < high)) {
            if (isinf(high))
                next = 2.0 * at;
            else if (fabs(next - at) <= 2 * DBL_EPSILON * fabs(at))
                next = at;
            else
                next = low + 0.5 * (high - low);
        }
        if (fabs(next - at) <= 2 * DBL_EPSILON * fabs(at) || next == low ||
            next == high) {
            *s = next;
            return true;
        }
        at = next;
    }
    return false;
}

/* An s with E_k > 0 between two where it is not, or none. */
static bool peak_between(double *s, const nsl_equation *e, size_t k, double low,
                         double high, double start)
{
    step at_low, at_high, v;
    double y_low = low, y_high = high;
    if (k > 0) {
        step_at(&at_low, e, k, low);
        step_at(&at_high, e, k, high);
        y_low = at_low.at;
        y_high = at_high.at;
    }
    double at = start;
    for (int i = 0; i < STEPS_MAX && high - low > PEAK_WIDTH * high; i++) {
        step_at(&v, e, k, at);
        if (v.e > 0.0 && v.before > 0.0) {
            *s = at;
            return true;
        }
        double d = v.before, rises = (v.e_slope * d - v.e * v.before_slope) / (d * d);
        double slope = rises / (v.at * d); /* by s_{k−1} */
        /* a concave function stays below its tangent */
        double room = slope > 0.0 ? y_high - v.at : y_low - v.at;
        if (v.e / d + slope * room < 0.0)
            return false;
        if (slope > 0.0) {
            low = at;
            y_low = v.at;
        } else {
            high = at;
            y_high = v.at;
        }
        at = low + 0.5 * (high - low);
    }
    return false;
}

static void reference_set(nsl_reference *out, const nsl_equation *e, double s)
{
    nsl_branch b;
    nsl_equation_at(&b, e, s);
    *out = (nsl_reference){s, creal(b.gap), nsl_equation_zeta(e, &b)};
}

/* What two neighbours alone leave of E_1 > 0: Σ u² ≥ a²λ²/(λ−s)² + b²μ²/(s−μ)², whose
 * least value is ((aλ)^{2/3} + (bμ)^{2/3})³/(λ−μ)². `at` is where. */
static bool may_open(double *at, const nsl_equation *e, const nsl_eigenvalue *upper,
                     const nsl_eigenvalue *lower)
{
    double ratio = lower->lambda / upper->lambda;
    double a = cbrt(upper->copies), b = cbrt(lower->copies * ratio * ratio);
    double sum = a + b, between = 1.0 - ratio;
    *at = upper->lambda - (upper->lambda - lower->lambda) * (a / sum);
    return upper->up_to < e->least && sum * sum * sum < e->least * between * between;
}

/* The gap of the support between two neighbouring eigenvalues, if there is one. */
static bool gap_between(double *low, double *high, const nsl_equation *e,
                        const nsl_eigenvalue *upper, const nsl_eigenvalue *lower)
{
    double at;
    if (!may_open(&at, e, upper, lower))
        return false;
    *low = lower->lambda;
    *high = upper->lambda;
    for (size_t k = 0; k < e->widths; k++) {
        double peak, left, right;
        if (!(at > *low && at < *high))
            at = *low + 0.5 * (*high - *low);
        if (!peak_between(&peak, e, k, *low, *high, at) ||
            !edge_between(&left, e, k, *low, peak, peak) ||
            !edge_between(&right, e, k, *high, peak, peak) || !(left < right))
            return false;
        *low = left;
        *high = right;
        at = peak;
    }
    return true;
}

static bool upper_edge(double *s, const nsl_equation *e, double lambda)
{
    *s = lambda;
    for (size_t k = 0; k < e->widths; k++) {
        double from = *s;
        if (!edge_between(s, e, k, from, (double)INFINITY, 2.0 * from))
            return false;
    }
    return true;
}

/* Every width beyond the rank: 0 < s < λ_min. */
static bool lower_edge_resolved(double *s, const nsl_equation *e)
{
    *s = e->spectrum->smallest;
    for (size_t k = 0; k < e->widths; k++) {
        double to = *s;
        if (!edge_between(s, e, k, to, 0.0, 0.5 * to))
            return false;
    }
    return true;
}

/* The second least width or the rank, less n. */
static double next_excess(const nsl_equation *e)
{
    nsl_whole rank = nsl_whole_from(e->spectrum->rank);
    double beyond = (rank.high - e->least) + rank.low;
    return e->widths > 1 ? fmin(e->excess[1], beyond) : beyond;
}

/* n < rank: s < 0 with z between n and the next width or the rank; with ε = n − z < 0,
 * D = 0 where ε + r(1 + ε Σ_{j>1} 1/(ε+D_j)) = 0, which rises to its root as Δ falls.
 */
static bool lower_edge_negative(double *s, const nsl_equation *e)
{
    double low = 0.0, high = (double)INFINITY, next = next_excess(e);
    double delta = e->spectrum->ops->guess(e->spectrum, e->least);
    nsl_branch b;
    for (int i = 0; i < STEPS_MAX; i++) {
        nsl_equation_at(&b, e, -delta);
        double gap = creal(b.gap), change = (double)NAN;
        bool below = gap < 0.0 && creal(b.slope) >= 0.0; /* Δ is too small */
        if (-gap >= next)
            below = true;
        if (gap < 0.0 && -gap < next)
            change = -creal(b.slope) / creal(b.bend);
        if (below)
            low = delta;
        else
            high = delta;
        double to = delta * exp(change);
        if (!(to > low && to < high) || !(fabs(change) < 1.0))
            to = low == 0.0    ? 0.5 * delta
                 : isinf(high) ? 2.0 * delta
                               : sqrt(low) * sqrt(high);
        if (fabs(to - delta) <= 2 * DBL_EPSILON * delta || to == low || to == high) {
            *s = -to;
            return true;
        }
        if (to < DBL_MIN || !isfinite(to))
            return false;
        delta = to;
    }
    return false;
}

/* Grows by doubling. */
typedef struct {
    nsl_interval *item; /* the highest first */
    size_t count, room;
} list;

static bool append(list *all, nsl_interval next)
{
    if (all->count == all->room) {
        size_t room = all->room ? 2 * all->room : 8;
        nsl_interval *grown = realloc(all->item, room * sizeof *grown);
        if (!grown)
            return false;
        all->item = grown;
        all->room = room;
    }
    all->item[all->count++] = next;
    return true;
}

static nsl_status too_many(nsl_error *err)
{
    return nsl_fail(err, NSL_EFAILED, "",
                    "the density has more than %d separate bulks: the least of "
                    "features, samples and hidden widths is too large",
                    BULKS_MAX);
}

/* A little beyond BULKS_MAX gaps may all be open: not even begun then. */
static bool hopeless(const nsl_equation *e)
{
    nsl_eigenvalue upper, lower;
    double at;
    size_t i = BULKS_MAX + BULKS_MAX / 4;
    return e->spectrum->ops->closing &&
           e->spectrum->ops->level(&upper, e->spectrum, i) &&
           e->spectrum->ops->level(&lower, e->spectrum, i + 1) &&
           may_open(&at, e, &upper, &lower);
}

/* All gaps, from the highest down. */
static nsl_status find_gaps(list *all, const nsl_equation *e, nsl_interval *open,
                            nsl_error *err)
{
    const nsl_spectrum *s = e->spectrum;
    nsl_eigenvalue upper, lower;
    s->ops->level(&upper, s, 0);
    for (size_t i = 1; s->ops->level(&lower, s, i); i++) {
        double low, high, at;
        if (gap_between(&low, &high, e, &upper, &lower)) {
            reference_set(&open->lower, e, high);
            open->below = upper.up_to;
            if (!append(all, *open))
                return nsl_fail_memory(err);
            reference_set(&open->upper, e, low);
            open->above = upper.up_to;
            if (all->count >= BULKS_MAX)
                return too_many(err);
        } else if (upper.up_to >= e->least ||
                   (s->ops->closing && !may_open(&at, e, &upper, &lower))) {
            break;
        }
        upper = lower;
    }
    return NSL_OK;
}

static bool find_lowest(nsl_interval *open, const nsl_equation *e)
{
    double next = next_excess(e), s;
    open->below = fmin(e->least, e->rank);
    open->lower = (nsl_reference){0.0, 0.0, 0.0};
    if (next == 0.0)
        return true;
    if (next > 0.0 ? !lower_edge_negative(&s, e) : !lower_edge_resolved(&s, e))
        return false;
    reference_set(&open->lower, e, s);
    return true;
}

static bool in_order(const list *all)
{
    for (size_t i = 0; i < all->count; i++) {
        const nsl_interval *at = &all->item[i];
        if (!(at->lower.x >= 0.0 && at->lower.x < at->upper.x && isfinite(at->upper.x)))
            return false;
        if (i > 0 && !(at->upper.x <= all->item[i - 1].lower.x))
            return false;
    }
    return true;
}

static nsl_status find(list *all, const nsl_equation *e, nsl_error *err)
{
    nsl_interval open = {.above = 0.0};
    double s;
    if (hopeless(e))
        return too_many(err);
    if (!upper_edge(&s, e, e->spectrum->largest))
        return nsl_fail(err, NSL_EFAILED, "", "the upper edge was not found");
    reference_set(&open.upper, e, s);
    nsl_status status = find_gaps(all, e, &open, err);
    if (status != NSL_OK)
        return status;
    if (!find_lowest(&open, e))
        return nsl_fail(err, NSL_EFAILED, "", "the lowest edge was not found");
    if (!append(all, open))
        return nsl_fail_memory(err);
    if (!in_order(all))
        return nsl_fail(err, NSL_EFAILED, "",
                        "the edges of the density are outside the range of double or "
                        "closer than it can tell");
    return NSL_OK;
}

nsl_status nsl_support_find(nsl_interval **out, size_t *count, const nsl_equation *e,
                            nsl_error *err)
{
    list all = {NULL, 0, 0};
    nsl_status status = find(&all, e, err);
    if (status != NSL_OK) {
        free(all.item);
        return status;
    }
    for (size_t i = 0; i < all.count / 2; i++) {
        nsl_interval swap = all.item[i];
        all.item[i] = all.item[all.count - 1 - i];
        all.item[all.count - 1 - i] = swap;
    }
    *out = all.item;
    *count = all.count;
    return NSL_OK;
}
