/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Marching squares: each edge of the lattice that the line crosses carries a point;
 * each cell joins the points on its edges in pairs. Only cells beside a crossing are
 * looked at: lines are thin. */
#include "theory/contour.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

enum { SIDES = 4 };

static const size_t NONE = SIZE_MAX;

/* --- crossings ---------------------------------------------------------------------
 */

static double value_at(nsl_lattice_values l, size_t i, size_t j)
{
    return l.value[j * (l.cells + 1) + i];
}

static bool changes_sign(nsl_lattice_values l, nsl_edge e)
{
    double a = value_at(l, e.i, e.j), b = value_at(l, e.i + !e.up, e.j + e.up);
    return !isnan(a) && !isnan(b) && (a > 0.0) != (b > 0.0);
}

static bool add(nsl_crossings *c, nsl_crossing crossing)
{
    if (c->count == c->room) {
        size_t room = c->room ? 2 * c->room : 16;
        nsl_crossing *grown = realloc(c->at, room * sizeof *grown);
        if (!grown)
            return false;
        c->at = grown;
        c->room = room;
    }
    c->at[c->count++] = crossing;
    return true;
}

bool nsl_contour_cross(nsl_crossings *inout, nsl_lattice_values values, size_t j,
                       nsl_cross *cross, void *data)
{
    bool fine = true;
    for (size_t i = 0; i <= values.cells; i++)
        for (int up = 0; up < 2; up++) {
            nsl_crossing c = {.edge = {i, j, up}};
            bool there = (up ? j : i) < values.cells;
            if (fine && there && changes_sign(values, c.edge) &&
                cross(data, c.edge, &c.x, &c.y))
                fine = add(inout, c);
        }
    return fine;
}

/* --- joining -----------------------------------------------------------------------
 */

typedef struct {
    size_t link[2]; /* neighbours along the line, or NONE */
    bool used;
} joint;

typedef struct {
    size_t i, j;
} cell;

typedef struct {
    nsl_lattice_values values;
    const nsl_crossing *at; /* in the order of by_edge */
    size_t count;
    joint *joint;  /* of each crossing */
    cell *cell;    /* beside crossings */
    double *x, *y; /* the piece that is being followed */
} line;

/* Edges to the right first, then those upwards; row by row. */
static int by_edge(const void *a, const void *b)
{
    const nsl_edge *one = &((const nsl_crossing *)a)->edge,
                   *two = &((const nsl_crossing *)b)->edge;
    if (one->up != two->up)
        return one->up ? 1 : -1;
    if (one->j != two->j)
        return one->j < two->j ? -1 : 1;
    return one->i < two->i ? -1 : one->i > two->i;
}

static int by_row(const void *a, const void *b)
{
    const cell *one = a, *two = b;
    if (one->j != two->j)
        return one->j < two->j ? -1 : 1;
    return one->i < two->i ? -1 : one->i > two->i;
}

/* The crossing on an edge, or NONE. */
static size_t find(const line *l, nsl_edge edge)
{
    nsl_crossing wanted = {.edge = edge};
    const nsl_crossing *found =
        bsearch(&wanted, l->at, l->count, sizeof *l->at, by_edge);
    return found ? (size_t)(found - l->at) : NONE;
}

static void join(line *l, nsl_edge one, nsl_edge other)
{
    size_t a = find(l, one), b = find(l, other);
    if (a == NONE || b == NONE)
        return;
    l->joint[a].link[l->joint[a].link[0] != NONE] = b;
    l->joint[b].link[l->joint[b].link[0] != NONE] = a;
}

/* Joins the points on the edges of a cell. Where the line crosses all four, the value
 * in the middle says which pairs belong together. */
static void join_cell(line *l, cell c)
{
    const nsl_edge side[SIDES] = {/* below, right, above, left */
                                  {c.i, c.j, false},
                                  {c.i + 1, c.j, true},
                                  {c.i, c.j + 1, false},
                                  {c.i, c.j, true}};
    nsl_edge crossed[SIDES];
    size_t count = 0;
    for (int k = 0; k < SIDES; k++)
        if (changes_sign(l->values, side[k]))
            crossed[count++] = side[k];
    if (count == 2)
        join(l, crossed[0], crossed[1]);
    if (count < SIDES)
        return;
    double corner = value_at(l->values, c.i, c.j);
    double middle = corner + value_at(l->values, c.i + 1, c.j) +
                    value_at(l->values, c.i, c.j + 1) +
                    value_at(l->values, c.i + 1, c.j + 1);
    bool with_middle = (corner > 0.0) == (middle > 0.0);
    join(l, crossed[0], crossed[with_middle ? 1 : 3]);
    join(l, crossed[2], crossed[with_middle ? 3 : 1]);
}

/* Both cells of each crossed edge, row by row. */
static void join_cells(line *l)
{
    size_t count = 0, cells = l->values.cells;
    for (size_t k = 0; k < l->count; k++) {
        nsl_edge e = l->at[k].edge;
        if (e.i < cells && e.j < cells)
            l->cell[count++] = (cell){e.i, e.j};
        if (e.up && e.i > 0)
            l->cell[count++] = (cell){e.i - 1, e.j};
        if (!e.up && e.j > 0)
            l->cell[count++] = (cell){e.i, e.j - 1};
    }
    qsort(l->cell, count, sizeof *l->cell, by_row);
    for (size_t k = 0; k < count; k++)
        if (k == 0 || by_row(&l->cell[k], &l->cell[k - 1]) != 0)
            join_cell(l, l->cell[k]);
}

/* Walks from a point to the end of its piece, or around it. */
static bool follow(line *l, size_t start, nsl_piece *piece, void *data)
{
    size_t count = 0, here = start, before = NONE;
    while (here != NONE && !l->joint[here].used) {
        joint *p = &l->joint[here];
        p->used = true;
        l->x[count] = l->at[here].x;
        l->y[count++] = l->at[here].y;
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
        for (size_t k = 0; k < l->count && fine; k++) {
            const joint *p = &l->joint[k];
            bool starts = closed || p->link[1] == NONE;
            if (!p->used && p->link[0] != NONE && starts)
                fine = follow(l, k, piece, data);
        }
    return fine;
}

bool nsl_contour_join(nsl_crossings *crossings, nsl_lattice_values values,
                      nsl_piece *piece, void *data)
{
    size_t count = crossings->count;
    if (count == 0)
        return true;
    qsort(crossings->at, count, sizeof *crossings->at, by_edge);
    line l = {values,
              crossings->at,
              count,
              malloc(count * sizeof *l.joint),
              malloc(2 * count * sizeof *l.cell),
              malloc((count + 1) * sizeof *l.x),
              malloc((count + 1) * sizeof *l.y)};
    bool fine = l.joint && l.cell && l.x && l.y;
    for (size_t k = 0; k < count && fine; k++)
        l.joint[k] = (joint){{NONE, NONE}, false};
    if (fine) {
        join_cells(&l);
        fine = follow_all(&l, piece, data);
    }
    free(l.joint);
    free(l.cell);
    free(l.x);
    free(l.y);
    return fine;
}

bool nsl_contour_follow(nsl_lattice_values values, nsl_cross *cross, nsl_piece *piece,
                        void *data)
{
    nsl_crossings found = {0};
    bool fine = true;
    for (size_t j = 0; j <= values.cells && fine; j++)
        fine = nsl_contour_cross(&found, values, j, cross, data);
    fine = fine && nsl_contour_join(&found, values, piece, data);
    free(found.at);
    return fine;
}
