/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Zero lines on a lattice (contour.h): curves whose zeros are known. */
#include "theory/contour.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CELLS = 64, NODES = CELLS + 1, PIECES_MAX = 64 };

typedef double field(double x, double y);

typedef struct {
    field *f;
    double value[NODES * NODES];
    size_t crossings; /* points that were found on edges */
    size_t count;
    struct {
        size_t count;
        double *x, *y;
    } piece[PIECES_MAX];
    int pieces_left; /* to take; below 0: all */
    bool half;       /* find no points at x < 0 */
} lines;

static double place(double i)
{
    return 2.0 * i / CELLS - 1.0;
}

/* Halves the edge. */
static bool cross(void *data, nsl_edge e, double *x, double *y)
{
    lines *l = data;
    double low = 0.0, high = 1.0;
    double dx = e.up ? 0.0 : 1.0, dy = e.up ? 1.0 : 0.0;
    bool sign = l->f(place((double)e.i), place((double)e.j)) > 0.0;
    for (int k = 0; k < 60; k++) {
        double s = 0.5 * (low + high);
        bool same = (l->f(place((double)e.i + s * dx), place((double)e.j + s * dy)) >
                     0.0) == sign;
        *(same ? &low : &high) = s;
    }
    *x = place((double)e.i + low * dx);
    *y = place((double)e.j + low * dy);
    bool wanted = !(l->half && *x < 0.0);
    l->crossings += wanted;
    return wanted;
}

static bool take(void *data, size_t count, const double *x, const double *y)
{
    lines *l = data;
    cr_assert(l->count < PIECES_MAX);
    cr_expect(count >= 2);
    double *copy_x = malloc(count * sizeof *x), *copy_y = malloc(count * sizeof *y);
    memcpy(copy_x, x, count * sizeof *x);
    memcpy(copy_y, y, count * sizeof *y);
    l->piece[l->count].count = count;
    l->piece[l->count].x = copy_x;
    l->piece[l->count++].y = copy_y;
    return l->pieces_left < 0 || l->pieces_left-- > 0;
}

static bool follow(lines *l, field *f)
{
    *l = (lines){.f = f, .pieces_left = l->pieces_left, .half = l->half};
    for (int k = 0; k < NODES * NODES; k++)
        l->value[k] = f(place(k % NODES), place(k / NODES));
    return nsl_contour_follow((nsl_lattice_values){CELLS, l->value}, cross, take, l);
}

static void clear(lines *l)
{
    for (size_t k = 0; k < l->count; k++) {
        free(l->piece[k].x);
        free(l->piece[k].y);
    }
}

static bool is_closed(const lines *l, size_t k)
{
    size_t last = l->piece[k].count - 1;
    return l->piece[k].x[0] == l->piece[k].x[last] &&
           l->piece[k].y[0] == l->piece[k].y[last];
}

/* Every point that was found on an edge is in one piece, once; neighbours share a cell;
 * all lie on the zero line. */
static void check(const lines *l)
{
    static const double DIAGONAL = 2.0 / CELLS * 1.41422;
    size_t points = 0;
    for (size_t k = 0; k < l->count; k++) {
        points += l->piece[k].count - (is_closed(l, k) ? 1 : 0);
        for (size_t i = 0; i < l->piece[k].count; i++) {
            double x = l->piece[k].x[i], y = l->piece[k].y[i];
            cr_expect(fabs(l->f(x, y)) < 1e-12, "off the line at %g, %g", x, y);
            if (i > 0)
                cr_expect(hypot(x - l->piece[k].x[i - 1], y - l->piece[k].y[i - 1]) <=
                              DIAGONAL,
                          "a jump to %g, %g", x, y);
        }
    }
    cr_expect(points == l->crossings, "%zu of %zu points", points, l->crossings);
}

/* --- closed curves -----------------------------------------------------------------
 */

static double circle(double x, double y)
{
    return x * x + y * y - 0.3333;
}

/* The angle runs around once, one way. */
Test(contour, circle)
{
    lines l = {.pieces_left = -1};
    cr_assert(follow(&l, circle));
    cr_assert(l.count == 1);
    check(&l);
    cr_expect(is_closed(&l, 0));
    double turned = 0.0, way = 0.0;
    for (size_t i = 1; i < l.piece[0].count; i++) {
        double step = atan2(l.piece[0].y[i], l.piece[0].x[i]) -
                      atan2(l.piece[0].y[i - 1], l.piece[0].x[i - 1]);
        step -= 2.0 * M_PI * round(step / (2.0 * M_PI));
        way = i == 1 ? step : way;
        cr_expect(step * way >= 0.0, "turns back at point %zu", i);
        turned += step;
    }
    cr_expect(fabs(fabs(turned) - 2.0 * M_PI) < 1e-9, "turned by %g", turned);
    clear(&l);
}

static double two_circles(double x, double y)
{
    return fmin(hypot(x - 0.5, y - 0.4), hypot(x + 0.5, y + 0.41)) - 0.3001;
}

static double rings(double x, double y)
{
    return sin(14.0 * hypot(x - 0.011, y - 0.017)) *
           (hypot(x, y) < 0.9 ? 1.0 : (double)NAN);
}

Test(contour, components)
{
    lines l = {.pieces_left = -1};
    cr_assert(follow(&l, two_circles));
    check(&l);
    cr_expect(l.count == 2 && is_closed(&l, 0) && is_closed(&l, 1));
    clear(&l);
    cr_assert(follow(&l, rings)); /* radii π/14, 2π/14, 3π/14, 4π/14 ≈ 0.898 is cut */
    check(&l);
    size_t closed = 0;
    for (size_t k = 0; k < l.count; k++)
        closed += is_closed(&l, k);
    cr_expect(closed == 3, "%zu closed rings", closed);
    clear(&l);
}

/* Smaller than a cell: four points around one node. */
static double dot(double x, double y)
{
    return hypot(x - place(20), y - place(30)) - 0.3 * 2.0 / CELLS;
}

Test(contour, dot)
{
    lines l = {.pieces_left = -1};
    cr_assert(follow(&l, dot));
    check(&l);
    cr_expect(l.count == 1 && is_closed(&l, 0) && l.piece[0].count == 5);
    clear(&l);
}

/* Rows that come in another order give the same pieces, point by point. */
Test(contour, rows_in_any_order)
{
    lines l = {.pieces_left = -1};
    cr_assert(follow(&l, rings));
    lines other = {.f = rings, .pieces_left = -1};
    memcpy(other.value, l.value, sizeof other.value);
    nsl_lattice_values values = {CELLS, other.value};
    nsl_crossings found = {0};
    for (size_t j = 0; j < NODES; j++) /* 37 and 65 have no common divisor */
        cr_assert(nsl_contour_cross(&found, values, j * 37 % NODES, cross, &other));
    cr_assert(nsl_contour_join(&found, values, take, &other));
    cr_assert(other.count == l.count && other.crossings == l.crossings);
    for (size_t k = 0; k < l.count; k++) {
        cr_assert(other.piece[k].count == l.piece[k].count);
        size_t size = l.piece[k].count * sizeof(double);
        cr_expect(memcmp(other.piece[k].x, l.piece[k].x, size) == 0);
        cr_expect(memcmp(other.piece[k].y, l.piece[k].y, size) == 0);
    }
    free(found.at);
    clear(&l);
    clear(&other);
}

/* --- open curves -------------------------------------------------------------------
 */

static double slant(double x, double y)
{
    return y - 0.37 * x - 0.1003;
}

static bool at_edge(double x, double y)
{
    return fmax(fabs(x), fabs(y)) > 1.0 - 1e-12;
}

Test(contour, leaves_the_lattice)
{
    lines l = {.pieces_left = -1};
    cr_assert(follow(&l, slant));
    check(&l);
    cr_assert(l.count == 1);
    size_t last = l.piece[0].count - 1;
    cr_expect(!is_closed(&l, 0));
    cr_expect(at_edge(l.piece[0].x[0], l.piece[0].y[0]));
    cr_expect(at_edge(l.piece[0].x[last], l.piece[0].y[last]));
    for (size_t i = 1; i <= last; i++)
        cr_expect((l.piece[0].x[i] > l.piece[0].x[i - 1]) ==
                  (l.piece[0].x[1] > l.piece[0].x[0]));
    clear(&l);
}

/* Two branches that pass one cell: the value in its middle says which points belong
 * together, and the pieces do not cross. */
static double saddle_above(double x, double y)
{
    return (x - place(31.5)) * (y - place(31.5)) + 1e-5;
}

static double saddle_below(double x, double y)
{
    return (x - place(31.5)) * (y - place(31.5)) - 1e-5;
}

static void check_saddle(field *f, double sign)
{
    lines l = {.pieces_left = -1};
    cr_assert(follow(&l, f));
    check(&l);
    cr_assert(l.count == 2);
    for (size_t k = 0; k < 2; k++) {
        cr_expect(!is_closed(&l, k));
        /* a branch keeps to two opposite sides of the middle: (x−m)(y−m) has one sign
         */
        double side = l.piece[k].x[0] - place(31.5);
        for (size_t i = 0; i < l.piece[k].count; i++) {
            double dx = l.piece[k].x[i] - place(31.5),
                   dy = l.piece[k].y[i] - place(31.5);
            cr_expect(dx * side > 0.0 && dx * dy * sign > 0.0, "branch %zu at %g, %g",
                      k, dx, dy);
        }
    }
    clear(&l);
}

Test(contour, saddle)
{
    check_saddle(saddle_above, -1.0);
    check_saddle(saddle_below, 1.0);
}

/* --- gaps --------------------------------------------------------------------------
 */

static double holed_circle(double x, double y)
{
    return fabs(x) < 0.1 ? (double)NAN : circle(x, y);
}

/* The line ends at NaN, and goes on behind it as another piece. */
Test(contour, nan_regions)
{
    lines l = {.pieces_left = -1};
    cr_assert(follow(&l, holed_circle));
    check(&l);
    cr_expect(l.count == 2 && !is_closed(&l, 0) && !is_closed(&l, 1));
    clear(&l);
}

static double nothing(double x, double y)
{
    return x + y + 3.0;
}

static double unknown(double x, double y)
{
    return (double)NAN * x * y;
}

/* Zeros count as below zero: a line of nodes has one side. */
static double through_nodes(double x, double y)
{
    (void)y;
    return x - place(16);
}

Test(contour, no_line)
{
    lines l = {.pieces_left = -1};
    cr_assert(follow(&l, nothing));
    cr_expect(l.count == 0 && l.crossings == 0);
    cr_assert(follow(&l, unknown));
    cr_expect(l.count == 0 && l.crossings == 0);
    cr_assert(follow(&l, through_nodes));
    check(&l);
    cr_expect(l.count == 1 && l.piece[0].count == NODES);
    clear(&l);
}

/* Points that are not wanted open a closed line; a piece that is not taken ends all. */
Test(contour, unwanted)
{
    lines l = {.pieces_left = -1, .half = true};
    cr_assert(follow(&l, circle));
    check(&l);
    cr_expect(l.count == 1 && !is_closed(&l, 0));
    clear(&l);
    l = (lines){.pieces_left = 0};
    cr_expect(!follow(&l, two_circles));
    cr_expect(l.count == 1);
    clear(&l);
}
