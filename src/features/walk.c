/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A depth-first walk over the multi-indices k_1, k_2, … of each degree (theory.md
 * section 10), in logarithms. Those with some k_1 … k_i in common have no larger value
 * than if the units that are left were placed best, and this bound is attained: with it
 * every branch that is entered leads to an eigenvalue. Placed one group of equal inputs
 * after another, the values fall as the units of a group go up or down from their best
 * number, so that each direction ends at the first that is too small.
 *
 * In a group the order of the inputs does not matter: partitions of its units stand
 * for all their arrangements. */
#include "features/walk.h"

#include <math.h>

/* Bounds are sums in another order than values. */
static const long double SLACK = 1e-14L;

static bool feasible(const nsl_walk *w, long double value)
{
    return !w->stopped && value >= w->log_least - SLACK;
}

static uint64_t times(uint64_t a, uint64_t b)
{
    unsigned __int128 product = (unsigned __int128)a * b;
    return product > UINT64_MAX ? UINT64_MAX : (uint64_t)product;
}

/* n over r, at most UINT64_MAX; r ≤ n. */
static uint64_t choose(uint64_t n, uint64_t r)
{
    uint64_t result = 1;
    r = r < n - r ? r : n - r;
    for (uint64_t i = 1; i <= r && result < UINT64_MAX; i++) {
        unsigned __int128 next = (unsigned __int128)result * (n - r + i) / i;
        result = next > UINT64_MAX ? UINT64_MAX : (uint64_t)next;
    }
    return result;
}

static void add_row(nsl_walk *w, long double value, uint64_t multiplicity,
                    double target)
{
    if (w->stopped)
        return;
    if (w->rows == w->rows_most) {
        w->stopped = true;
        return;
    }
    if (w->row)
        w->row[w->rows] =
            (nsl_feature_row){(double)expl(value), target, w->degree, multiplicity};
    w->rows++;
    w->eigenvalues = multiplicity > UINT64_MAX - w->eigenvalues
                         ? UINT64_MAX
                         : w->eigenvalues + multiplicity;
    w->stopped = w->eigenvalues >= w->enough && w->rows > w->rows_few;
}

/* The last units are placed. Degree 1 has a row for each target in the group. */
static void add_leaf(nsl_walk *w, long double value, uint64_t multiplicity,
                     uint64_t group)
{
    const nsl_inputs *in = &w->ground->inputs;
    if (value < w->log_least || value >= w->log_limit)
        return;
    if (w->degree != 1) {
        add_row(w, value, multiplicity, 0.0);
        return;
    }
    size_t row = in->first_row ? in->first_row[group] : 0;
    size_t end = in->first_row ? in->first_row[group + 1] : 1;
    bool own = w->ground->target == NSL_FEATURES_OWN;
    do {
        nsl_ground_part part;
        row = nsl_ground_part_at(&part, w->ground, group, row);
        add_row(w, value, part.copies, part.target);
    } while (own && row < end);
}

static void place(nsl_walk *w, uint64_t group, uint64_t left, long double value,
                  uint64_t multiplicity);

/* Units being placed within a group of equal inputs. */
typedef struct {
    uint64_t group, rest; /* units for the groups after it, … */
    long double beyond;   /* … and the most they bring */
} division;

/* Goes on with the next group. */
static void close_group(nsl_walk *w, const division *d, long double value,
                        uint64_t multiplicity)
{
    if (d->rest == 0)
        add_leaf(w, value, multiplicity, d->group);
    else
        place(w, d->group + 1, d->rest, value, multiplicity);
}

/* Divides `units` among `slots` inputs that have none yet, at most `most` for each: so
 * many of the largest part, then the rest with smaller parts. Parts and their numbers
 * move away from even ones: the first that is too small ends them. */
static void divide(nsl_walk *w, const division *d, uint64_t slots, uint64_t units,
                   uint64_t most, long double value, uint64_t multiplicity)
{
    const nsl_modes *m = &w->ground->modes;
    if (units == 0) {
        close_group(w, d, value, multiplicity);
        return;
    }
    uint64_t useful = slots < units ? slots : units;
    most = most < units ? most : units;
    for (uint64_t part = (units - 1) / useful + 1; part <= most; part++) {
        uint64_t below = useful * (part - 1),
                 number = units > below ? units - below : 1;
        uint64_t first = number;
        for (; number <= units / part && number <= slots; number++) {
            uint64_t others = units - number * part, free_slots = slots - number;
            long double now =
                value - (long double)number * nsl_modes_log_factorial(m, part);
            long double bound =
                now + (others ? nsl_modes_even(m, free_slots, others) : 0.0L);
            if (!feasible(w, bound + d->beyond))
                break;
            divide(w, d, free_slots, others, part - 1, now,
                   times(multiplicity, choose(slots, number)));
        }
        if (number == first)
            break;
    }
}

/* Places `units` of `left` in a group; false when that makes the value too small. */
static bool place_in_group(nsl_walk *w, uint64_t group, uint64_t units, uint64_t left,
                           long double value, uint64_t multiplicity)
{
    nsl_modes *m = &w->ground->modes;
    uint64_t copies = nsl_inputs_copies(m->inputs, group);
    division d = {group, left - units, 0.0L};
    value += (long double)units * nsl_inputs_log(m->inputs, group);
    if (d.rest)
        d.beyond = nsl_modes_at(m, group + 1, d.rest).value;
    if (!feasible(w, value + nsl_modes_even(m, copies, units) + d.beyond))
        return false;
    if (copies == 1)
        close_group(w, &d, value - nsl_modes_log_factorial(m, units), multiplicity);
    else
        divide(w, &d, copies, units, units, value, multiplicity);
    return true;
}

/* The last unit: no bound is needed. */
static void place_last(nsl_walk *w, uint64_t group, long double value,
                       uint64_t multiplicity)
{
    const nsl_inputs *in = &w->ground->inputs;
    for (; group < in->groups; group++) {
        long double now = value + nsl_inputs_log(in, group);
        if (!feasible(w, now))
            return;
        add_leaf(w, now, times(multiplicity, nsl_inputs_copies(in, group)), group);
    }
}

/* Places the `left` ≥ 1 units on `group` and those after it, the first on each in turn.
 */
static void place(nsl_walk *w, uint64_t group, uint64_t left, long double value,
                  uint64_t multiplicity)
{
    if (left == 1) {
        place_last(w, group, value, multiplicity);
        return;
    }
    for (; group < w->ground->inputs.groups; group++) {
        nsl_mode best = nsl_modes_at(&w->ground->modes, group, left);
        if (!feasible(w, value + best.value))
            return;
        for (uint64_t units = best.first; units <= left; units++)
            if (!place_in_group(w, group, units, left, value, multiplicity))
                break;
        for (uint64_t units = best.first; units-- > 1;)
            if (!place_in_group(w, group, units, left, value, multiplicity))
                break;
    }
}

/* ln of the largest k!/(Π k_i!) Π ρ_i^{k_i} of a degree. It falls with k: one unit more
 * makes every probability an average of probabilities. */
static long double best_share(nsl_walk *w, uint64_t k)
{
    nsl_modes *m = &w->ground->modes;
    return k == 0 ? 0.0L : nsl_modes_log_factorial(m, k) + nsl_modes_at(m, 0, k).value;
}

static void walk_degree(nsl_walk *w, uint64_t k, double square)
{
    long double value = logl((long double)square);
    w->degree = k;
    if (k == 0)
        add_leaf(w, value, 1, 0);
    else
        place(w, 0, k, value + nsl_modes_log_factorial(&w->ground->modes, k), 1);
}

bool nsl_walk_run(nsl_walk *w)
{
    uint64_t last = nsl_activation_degree(w->ground->activation);
    bool finite = last != NSL_DEGREE_INFINITE;
    w->rows = w->eigenvalues = 0;
    w->stopped = false;
    for (uint64_t k = 0; k <= last && !w->stopped; k++) {
        double now = nsl_ground_square(w->ground, k);
        double next = nsl_ground_square(w->ground, k + 1);
        if (isnan(now) || isnan(next))
            return false;
        /* of both parities |c_k| falls from k = 2 on */
        double most = finite || k < 2 ? now : fmax(now, next);
        long double share = most > 0.0 ? best_share(w, k) : -(long double)INFINITY;
        bool any = most > 0.0 && feasible(w, logl((long double)most) + share);
        if (!any && !finite && k >= 2)
            break;
        if (any && now > 0.0)
            walk_degree(w, k, now);
        if (w->ground->modes.failed)
            return false;
    }
    return true;
}
