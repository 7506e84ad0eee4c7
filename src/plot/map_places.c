/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/map_places.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Sizes of letters as shares of the map. */
static const double LETTER = 0.021, HEIGHT = 0.055, SMALL_PRINT = 0.75;

/* How far two boxes are apart, in heights; negative where they overlap. */
static double gap(const map_names *names, const map_grid *g, double width, double x,
                  double y)
{
    double u = map_share_x(g, x), v = map_share_y(g, y);
    double across = fmin(u, 1.0 - u) - 0.5 * width,
           up = fmin(v, 1.0 - v) - 0.5 * HEIGHT;
    double least = fmin(across, up); /* from the edge */
    for (size_t i = 0; i < names->count; i++) {
        const map_name *other = &names->name[i];
        across = fabs(map_share_x(g, other->x) - u) - 0.5 * (width + other->width);
        up = fabs(map_share_y(g, other->y) - v) - HEIGHT;
        least = fmin(least, fmax(across, up));
    }
    return least / HEIGHT;
}

static double width_of(const char *text)
{
    size_t letters = 0;
    for (; *text; text++)
        letters += ((unsigned char)*text & 0xc0) != 0x80;
    return LETTER * (double)letters;
}

static void add(map_names *names, const char *text, double x, double y, bool small)
{
    if (names->count == MAP_NAMES_MOST)
        return;
    map_name *name = &names->name[names->count++];
    double width = (small ? SMALL_PRINT : 1.0) * width_of(text);
    *name = (map_name){.x = x, .y = y, .width = width, .small = small};
    snprintf(name->text, sizeof name->text, "%s", text);
}

/* For each cell the distance to the next cell of another regime or the edge, where a
 * step to the side is worth less: letters stand side by side. Two sweeps. */
static void find_depths(const map_grid *g, double *depth)
{
    static const double ASIDE = 0.25;
    double right = ASIDE / (double)g->columns, up = 1.0 / (double)g->rows;
    ptrdiff_t columns = (ptrdiff_t)g->columns, rows = (ptrdiff_t)g->rows;
    for (int sweep = 0; sweep < 2; sweep++)
        for (ptrdiff_t k = 0; k < columns * rows; k++) {
            ptrdiff_t at = sweep ? columns * rows - 1 - k : k, back = sweep ? 1 : -1;
            ptrdiff_t i = at % columns, j = at / columns;
            double best = sweep ? depth[at] : (double)INFINITY;
            bool edge_x = i + back < 0 || i + back >= columns;
            bool edge_y = j + back < 0 || j + back >= rows;
            ptrdiff_t beside = at + back, over = at + back * columns;
            best = fmin(best, edge_x || g->regime[beside] != g->regime[at]
                                  ? right
                                  : depth[beside] + right);
            best = fmin(best, edge_y || g->regime[over] != g->regime[at]
                                  ? up
                                  : depth[over] + up);
            depth[at] = best;
        }
}

/* Moves the middle of a name so that both of its ends are in the map. */
static double inside(const map_grid *g, double x, double width)
{
    double room = 0.5 * width + 0.5 * LETTER, share = map_share_x(g, x);
    double moved = fmin(fmax(share, room), 1.0 - room);
    return x + (moved - share) * (g->x[g->columns - 1] - g->x[0]);
}

bool map_names_add_regimes(map_names *names, const map_grid *g)
{
    static const double NARROW = 0.3, WIDE = 0.6;
    double *depth = malloc(g->columns * g->rows * sizeof *depth);
    if (!depth)
        return false;
    find_depths(g, depth);
    for (int regime = NSL_PHASE_UNDEFINED + 1; regime < NSL_PHASE_COUNT; regime++) {
        size_t best = 0;
        double deepest = 0.0;
        for (size_t k = 0; k < g->columns * g->rows; k++)
            if (g->regime[k] == regime && depth[k] > deepest) {
                deepest = depth[k];
                best = k;
            }
        const char *text = nsl_phase_name((nsl_phase)regime);
        if (deepest > NARROW * HEIGHT)
            add(names, text, inside(g, g->x[best % g->columns], width_of(text)),
                g->y[best / g->columns], deepest < WIDE * HEIGHT);
    }
    free(depth);
    return true;
}

/* Steps along a boundary's line from one of its points to the next. */
static size_t steps_between(const map_grid *g, const figure *f, const nsl_boundary *b,
                            size_t i)
{
    static const double STEP = 0.02; /* of the map */
    double u = map_share_x(g, map_place(&f->x, b->x[i + 1])) -
               map_share_x(g, map_place(&f->x, b->x[i]));
    double v = map_share_y(g, map_place(&f->y, b->y[i + 1])) -
               map_share_y(g, map_place(&f->y, b->y[i]));
    double length = hypot(u, v);
    return length < 2.0 ? (size_t)(length / STEP) + 1 : 1; /* NaN: 1 */
}

static double between(double from, double to, size_t i, size_t steps)
{
    return from + (to - from) * (double)i / (double)steps;
}

void map_names_avoid(map_names *names, const map_grid *g, const figure *f,
                     const nsl_boundary *b)
{
    for (size_t i = 0; i + 1 < b->count; i++) {
        double x = map_place(&f->x, b->x[i]), y = map_place(&f->y, b->y[i]);
        double to_x = map_place(&f->x, b->x[i + 1]),
               to_y = map_place(&f->y, b->y[i + 1]);
        size_t steps = steps_between(g, f, b, i);
        for (size_t k = 0; k < steps && names->points < MAP_POINTS_MOST; k++) {
            names->point[names->points].u = map_share_x(g, between(x, to_x, k, steps));
            names->point[names->points++].v =
                map_share_y(g, between(y, to_y, k, steps));
        }
    }
}

/* How far a box is from the boundaries, in heights. */
static double clearance(const map_names *names, const map_grid *g, double width,
                        double x, double y)
{
    double u = map_share_x(g, x), v = map_share_y(g, y), least = 1.0;
    for (size_t i = 0; i < names->points; i++)
        least = fmin(least, fmax(fabs(names->point[i].u - u) - 0.5 * width,
                                 fabs(names->point[i].v - v) - 0.5 * HEIGHT));
    return least / HEIGHT;
}

/* The roomiest place so far. */
typedef struct {
    double x, y, room;
} place;

static void consider(place *best, double room, double x, double y)
{
    static const double FAR = 3.0; /* heights; more room is not better */
    if (fmin(room, FAR) > best->room)
        *best = (place){x, y, fmin(room, FAR)};
}

void map_names_add_boundary(map_names *names, const map_grid *g, const figure *f,
                            const nsl_boundary *b, const char *text)
{
    place best = {0.0, 0.0, 0.0};
    for (size_t i = 0; i + 1 < b->count; i++) {
        double x = map_place(&f->x, b->x[i]), y = map_place(&f->y, b->y[i]);
        double to_x = map_place(&f->x, b->x[i + 1]),
               to_y = map_place(&f->y, b->y[i + 1]);
        size_t steps = steps_between(g, f, b, i);
        for (size_t k = 0; k < steps; k++) {
            double at_x = between(x, to_x, k, steps), at_y = between(y, to_y, k, steps);
            consider(&best, gap(names, g, width_of(text), at_x, at_y), at_x, at_y);
        }
    }
    if (best.room > 0.0)
        add(names, text, best.x, best.y, false);
}

/* "0.05", "10^−8", "3×10^−8" */
static void loss_text(char *text, size_t size, double loss)
{
    static const double SMALL = 1e-3, LARGE = 1e4;
    int power = (int)floor(log10(loss) + 1e-9);
    double factor = loss / pow(10.0, power);
    if (loss > 0.99 * SMALL && loss < LARGE)
        snprintf(text, size, "%.4g", loss);
    else if (fabs(factor - 1.0) < 1e-6)
        snprintf(text, size, "10^%s%d", power < 0 ? "−" : "", abs(power));
    else
        snprintf(text, size, "%.3g×10^%s%d", factor, power < 0 ? "−" : "", abs(power));
}

void map_names_add_level(map_names *names, const map_grid *g, double loss)
{
    static const double LEAST = 0.15;   /* heights between two losses */
    static const double ON_LINE = 0.01; /* worth of a place that covers a boundary */
    char text[MAP_NAME_LENGTH];
    place best = {0.0, 0.0, 0.0};
    double level = log10(loss);
    loss_text(text, sizeof text, loss);
    double width = SMALL_PRINT * width_of(text);
    for (size_t j = 0; j < g->rows; j++)
        for (size_t i = 0; i + 1 < g->columns; i++) {
            double a = g->value[j * g->columns + i],
                   b = g->value[j * g->columns + i + 1];
            if ((a < level) == (b < level) || isnan(a) || isnan(b))
                continue;
            double x = g->x[i] + (level - a) / (b - a) * (g->x[i + 1] - g->x[i]);
            double room = gap(names, g, width, x, g->y[j]);
            if (room <= LEAST)
                continue;
            double clear = clearance(names, g, width, x, g->y[j]);
            consider(&best, clear > 0.0 ? fmin(room, 1.0 + clear) : ON_LINE * room, x,
                     g->y[j]);
        }
    if (best.room > 0.0)
        add(names, text, best.x, best.y, true);
}
