/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Marching squares: each edge of the lattice that the line crosses carries a point;
 * each cell joins the points on its edges in pairs. */
#include "theory/contour.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

enum { SIDES = 4 };

static const size_t NONE = SIZE_MAX;

typedef struct {
    double x, y;
    size_t link[2]; /* neighbours along the line, or NONE */
    bool there, used;
} point;

typedef struct {
    size_t cells;
    const double *value;
    point *at;     /* of each edge: those to the right first, then those upwards */
    double *x, *y; /* the piece that is being followed */
} line;

static size_t node_of(const line *l, size_t i, size_t j)
{
    return j * (l->cells + 1) + i;
}

static size_t edges_of(size_t cells)
{
    return 2 * cells * (cells + 1);
}

static size_t edge_index(const line *l, nsl_edge e)
{
    return e.up ? edges_of(l->cells) / 2 + e.j * (l->cells + 1) + e.i
                : e.j * l->cells + e.i;
}

static nsl_edge edge_at(const line *l, size_t index)
{
    size_t half = edges_of(l->cells) / 2;
    if (index < half)
        return (nsl_edge){index % l->cells, index / l->cells, false};
    index -= half;
    return (nsl_edge){index % (l->cells + 1), index / (l->cells + 1), true};
}

static bool changes_sign(const line *l, nsl_edge e)
{
    double a = l->value[node_of(l, e.i, e.j)];
    double b = l->value[node_of(l, e.i + !e.up, e.j + e.up)];
    return !isnan(a) && !isnan(b) && (a > 0.0) != (b > 0.0);
}

static void join(line *l, size_t a, size_t b)
{
    if (!l->at[a].there || !l->at[b].there)
        return;
    l->at[a].link[l->at[a].link[0] != NONE] = b;
    l->at[b].link[l->at[b].link[0] != NONE] = a;
}

/* Joins the points on the edges of cell (i, j). Where the line crosses all four, the
 * value in the middle says which pairs belong together. */
static void join_cell(line *l, size_t i, size_t j)
{
    const nsl_edge side[SIDES] = {/* below, right, above, left */
                                  {i, j, false},
                                  {i + 1, j, true},
                                  {i, j + 1, false},
                                  {i, j, true}};
    size_t crossed[SIDES], count = 0;
    for (int k = 0; k < SIDES; k++)
        if (changes_sign(l, side[k]))
            crossed[count++] = edge_index(l, side[k]);
    if (count == 2)
        join(l, crossed[0], crossed[1]);
    if (count < SIDES)
        return;
    double corner = l->value[node_of(l, i, j)];
    double middle = corner + l->value[node_of(l, i + 1, j)] +
                    l->value[node_of(l, i, j + 1)] + l->value[node_of(l, i + 1, j + 1)];
    bool with_middle = (corner > 0.0) == (middle > 0.0);
    join(l, crossed[0], crossed[with_middle ? 1 : 3]);
    join(l, crossed[2], crossed[with_middle ? 3 : 1]);
}

/* Walks from a point to the end of its piece, or around it. */
static bool follow(line *l, size_t start, nsl_piece *piece, void *data)
{
    size_t count = 0, here = start, before = NONE;
    while (here != NONE && !l->at[here].used) {
        point *p = &l->at[here];
        p->used = true;
        l->x[count] = p->x;
        l->y[count++] = p->y;
        size_t next = p->link[0] == before ? p->link[1] : p->link[0];
        before = here;
        here = next;
    }
    if (here == start && count > 2) { /* closed */
        l->x[count] = l->at[start].x;
        l->y[count++] = l->at[start].y;
    }
    return count < 2 || piece(data, count, l->x, l->y);
}

/* Open pieces from their ends, then closed ones. */
static bool follow_all(line *l, nsl_piece *piece, void *data)
{
    bool fine = true;
    for (int closed = 0; closed < 2; closed++)
        for (size_t k = 0; k < edges_of(l->cells) && fine; k++) {
            const point *p = &l->at[k];
            bool starts = closed || p->link[1] == NONE;
            if (p->there && !p->used && p->link[0] != NONE && starts)
                fine = follow(l, k, piece, data);
        }
    return fine;
}

/* Whether there are values of both signs. */
static bool has_both_signs(size_t cells, const double *value)
{
    bool above = false, below = false;
    for (size_t k = 0; k < (cells + 1) * (cells + 1) && !(above && below); k++) {
        above |= value[k] > 0.0;
        below |= value[k] <= 0.0;
    }
    return above && below;
}

bool nsl_contour_follow(size_t cells, const double *value, nsl_cross *cross,
                        nsl_piece *piece, void *data)
{
    size_t edges = edges_of(cells);
    if (!has_both_signs(cells, value))
        return true;
    line l = {cells, value, calloc(edges, sizeof *l.at),
              malloc((edges + 1) * sizeof *l.x), malloc((edges + 1) * sizeof *l.y)};
    bool fine = l.at && l.x && l.y;
    for (size_t k = 0; k < edges && fine; k++) {
        nsl_edge e = edge_at(&l, k);
        point *p = &l.at[k];
        p->link[0] = p->link[1] = NONE;
        p->there = changes_sign(&l, e) && cross(data, e, &p->x, &p->y);
    }
    for (size_t j = 0; j < cells && fine; j++)
        for (size_t i = 0; i < cells; i++)
            join_cell(&l, i, j);
    fine = fine && follow_all(&l, piece, data);
    free(l.at);
    free(l.x);
    free(l.y);
    return fine;
}
