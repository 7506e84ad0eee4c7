/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/lattice.h"

#include <math.h>
#include <stdlib.h>

/* The cell of a single value reaches this far, as a share of it or in decades. */
static const double LONELY_SHARE = 0.1, LONELY_DECADES = 0.3;

static double plain(const lattice *l, double value)
{
    return l->log ? log10(value) : value;
}

static double raw(const lattice *l, double value)
{
    double at = plain(l, value);
    return isfinite(at) || isnan(value)  ? at
           : value > 0.0 && isinf(value) ? l->last + l->step
                                         : l->first - l->step;
}

static void measure(lattice *l, const nsl_axis *axis)
{
    size_t usual = 0;
    for (size_t i = 0; i < axis->count; i++) {
        double at = plain(l, axis->value[i]);
        if (!isfinite(at))
            continue;
        if (usual++ == 0)
            l->first = at;
        l->last = at;
    }
    l->step = usual > 1       ? (l->last - l->first) / (double)(usual - 1)
              : l->log        ? LONELY_DECADES
              : l->first != 0 ? fabs(l->first) * LONELY_SHARE
                              : 0.5;
}

bool lattice_init(lattice *l, const nsl_axis *axis, bool log)
{
    size_t n = axis->count;
    *l = (lattice){.log = log, .count = n, .edge = calloc(n + 1, sizeof *l->edge)};
    if (!l->edge)
        return false;
    measure(l, axis);
    for (size_t i = 1; i < n; i++)
        l->edge[i] = (raw(l, axis->value[i - 1]) + raw(l, axis->value[i])) / 2.0;
    double first = raw(l, axis->value[0]), last = raw(l, axis->value[n - 1]);
    l->edge[0] = n > 1 ? 2.0 * first - l->edge[1] : first - l->step / 2.0;
    l->edge[n] = n > 1 ? 2.0 * last - l->edge[n - 1] : last + l->step / 2.0;
    return true;
}

void lattice_clear(lattice *l)
{
    free(l->edge);
    *l = (lattice){0};
}

double lattice_place(const lattice *l, double value)
{
    double low = l->edge[0], high = l->edge[l->count];
    return (raw(l, value) - low) / (high - low);
}

size_t lattice_cell(const lattice *l, double place)
{
    double at = l->edge[0] + place * (l->edge[l->count] - l->edge[0]);
    size_t low = 0, high = l->count - 1;
    while (low < high) {
        size_t middle = (low + high + 1) / 2;
        if (l->edge[middle] <= at)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}
