/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/map_grid.h"

#include <math.h>
#include <stdlib.h>

double map_place(const figure_axis *axis, double value)
{
    return axis->log ? log10(value) : value;
}

double map_share_x(const map_grid *g, double x)
{
    return (x - g->x[0]) / (g->x[g->columns - 1] - g->x[0]);
}

double map_share_y(const map_grid *g, double y)
{
    return (y - g->y[0]) / (g->y[g->rows - 1] - g->y[0]);
}

void map_grid_clear(map_grid *g)
{
    free(g->x);
    free(g->y);
    free(g->value);
    free(g->regime);
    *g = (map_grid){.columns = 0};
}

/* The values of an axis that have a place (0 and infinity have none on a logarithmic
 * one), at most `most` of them: their indices; returns how many. */
static size_t choose(size_t *index, const figure_axis *axis, const nsl_axis *values,
                     size_t most)
{
    size_t first = 0, count = values->count;
    while (count > 0 && !isfinite(map_place(axis, values->value[first]))) {
        first++;
        count--;
    }
    while (count > 0 && !isfinite(map_place(axis, values->value[first + count - 1])))
        count--;
    size_t taken = count < most ? count : most;
    for (size_t i = 0; i < taken; i++)
        index[i] = first + (taken > 1 ? i * (count - 1) / (taken - 1) : 0);
    return taken;
}

/* Whether the axis of the whole map is evenly spaced in the picture: what is left out
 * of it moves cells by less than their size. */
static bool is_even(const figure_axis *axis, const nsl_axis *values)
{
    static const double SLACK = 0.02; /* of a step: not to be seen */
    size_t count = values->count;
    double first = map_place(axis, values->value[0]);
    double step =
        (map_place(axis, values->value[count - 1]) - first) / (double)(count - 1);
    for (size_t i = 0; i < count; i++) {
        double place = map_place(axis, values->value[i]);
        if (!(fabs(place - first - (double)i * step) <= SLACK * step))
            return false;
    }
    return true;
}

static int compare(const void *a, const void *b)
{
    double one = *(const double *)a, other = *(const double *)b;
    return (one > other) - (one < other);
}

/* The highest losses stand beside a divergence, and would leave no colours to others.
 */
static bool find_values(map_grid *g)
{
    static const double SHARE = 0.995;
    size_t count = 0, cells = g->columns * g->rows;
    double *sorted = malloc(cells * sizeof *sorted);
    if (!sorted)
        return false;
    for (size_t i = 0; i < cells; i++)
        if (isfinite(g->value[i]))
            sorted[count++] = g->value[i];
    qsort(sorted, count, sizeof *sorted, compare);
    if (count > 0)
        g->values =
            (span){sorted[0], sorted[(size_t)(SHARE * (double)(count - 1) + 0.5)]};
    free(sorted);
    return count > 0;
}

static bool allocate(map_grid *g)
{
    g->x = malloc(g->columns * sizeof *g->x);
    g->y = malloc(g->rows * sizeof *g->y);
    g->value = malloc(g->columns * g->rows * sizeof *g->value);
    g->regime = malloc(g->columns * g->rows);
    return g->x && g->y && g->value && g->regime;
}

bool map_grid_make(map_grid *g, const figure *f, size_t most)
{
    const nsl_map *map = f->map->map;
    size_t *across = malloc(most * sizeof *across), *up = malloc(most * sizeof *up);
    *g = (map_grid){.columns = 0};
    bool fine = across && up;
    if (fine) {
        g->columns = choose(across, &f->x, &map->x, most);
        g->rows = choose(up, &f->y, &map->y, most);
        fine = g->columns > 1 && g->rows > 1 && allocate(g);
    }
    for (size_t i = 0; fine && i < g->columns; i++)
        g->x[i] = map_place(&f->x, map->x.value[across[i]]);
    for (size_t j = 0; fine && j < g->rows; j++) {
        g->y[j] = map_place(&f->y, map->y.value[up[j]]);
        for (size_t i = 0; i < g->columns; i++) {
            size_t from = up[j] * map->x.count + across[i], to = j * g->columns + i;
            double value = log10(map->test_loss[from]);
            g->value[to] = isfinite(value) ? value : (double)NAN;
            g->regime[to] = map->regime[from];
        }
    }
    free(across);
    free(up);
    fine = fine && find_values(g);
    if (fine)
        g->even = is_even(&f->x, &map->x) && is_even(&f->y, &map->y);
    else
        map_grid_clear(g);
    return fine;
}

/* Multiples of powers of ten within the values; returns how many. */
static size_t levels_at(const map_grid *g, const double *marks, size_t count,
                        double *losses)
{
    size_t found = 0;
    for (int k = (int)floor(g->values.low); k <= (int)ceil(g->values.high); k++)
        for (size_t m = 0; m < count && found < MAP_LEVELS_MOST; m++) {
            double loss = marks[m] * pow(10.0, k), level = log10(loss);
            if (level > g->values.low && level < g->values.high)
                losses[found++] = loss;
        }
    return found;
}

size_t map_levels(const map_grid *g, double *losses)
{
    enum { ENOUGH = 5 };
    static const double marks[][18] = {
        {1},
        {1, 3},
        {1, 2, 5},
        {1, 1.5, 2, 3, 4, 6, 8},
        {1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9}};
    static const size_t counts[] = {1, 2, 3, 7, 16};
    size_t found = 0;
    for (size_t i = 0; i < sizeof counts / sizeof *counts && found < ENOUGH; i++)
        found = levels_at(g, marks[i], counts[i], losses);
    return found;
}
