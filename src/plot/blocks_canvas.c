/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/blocks_canvas.h"
#include "plot/palette.h"

#include <math.h>
#include <stdlib.h>

enum {
    COLOUR_NONE = -1, /* the terminal's own */
    COLOUR_DIVERGES = 198,
    COLOUR_BLACK = 16,
    COLOUR_WHITE = 231
};

/* Above this place of the scale colours are bright, and marks on them black. */
static const double BRIGHT = 0.6;

char canvas_letter(nsl_phase regime)
{
    static const char letter[NSL_PHASE_COUNT] = {
        [NSL_PHASE_UNDEFINED] = 'U', [NSL_PHASE_LATENT] = 'L',
        [NSL_PHASE_PEAK] = 'P',      [NSL_PHASE_NOISE] = 'N',
        [NSL_PHASE_RIDGE] = 'R',     [NSL_PHASE_MODEL] = 'M',
        [NSL_PHASE_DATA] = 'D',      [NSL_PHASE_BALANCED] = 'B',
        [NSL_PHASE_TIME] = 'T',
    };
    return letter[regime];
}

/* Only two of the curves: more would hide the map. */
char canvas_mark(nsl_boundary_kind kind)
{
    bool split = kind == NSL_BOUNDARY_FRONTIER || kind == NSL_BOUNDARY_TIME_FEATURES ||
                 kind == NSL_BOUNDARY_TIME_SAMPLES;
    return kind == NSL_BOUNDARY_FEATURES_SAMPLES ? '.' : split ? '+' : '\0';
}

static int distance(uint32_t a, uint32_t b)
{
    int sum = 0;
    for (int shift = 0; shift < 24; shift += 8) {
        int d = (int)(a >> shift & 255) - (int)(b >> shift & 255);
        sum += d * d;
    }
    return sum;
}

/* The nearest of the terminal's 216 colours of a 6 × 6 × 6 cube. */
static int nearest_colour(uint32_t rgb)
{
    static const uint32_t level[] = {0, 95, 135, 175, 215, 255};
    int best = 0, least = 1 << 30;
    for (int i = 0; i < 216; i++) {
        int d =
            distance(rgb, level[i / 36] << 16 | level[i / 6 % 6] << 8 | level[i % 6]);
        if (d < least) {
            least = d;
            best = i;
        }
    }
    return 16 + best;
}

/* The colour at a place of the scale, in [0, 1]. */
static int scale_colour(double place)
{
    double at = fmin(fmax(place, 0.0), 1.0) * (PALETTE_ANCHORS - 1);
    int k = at < PALETTE_ANCHORS - 2 ? (int)at : PALETTE_ANCHORS - 2;
    uint32_t rgb = 0;
    for (int shift = 0; shift < 24; shift += 8) {
        double a = (double)(palette_viridis[k] >> shift & 255);
        double b = (double)(palette_viridis[k + 1] >> shift & 255);
        rgb |= (uint32_t)lround(a + (at - k) * (b - a)) << shift;
    }
    return nearest_colour(rgb);
}

/* The place of a loss on the scale. */
static double loss_place(const canvas *c, double loss)
{
    double wide = c->high - c->low;
    return wide > 0.0 ? (log10(loss) - c->low) / wide : 0.5;
}

static int loss_colour(const canvas *c, double loss)
{
    return isnan(loss)   ? COLOUR_NONE
           : isinf(loss) ? COLOUR_DIVERGES
                         : scale_colour(loss_place(c, loss));
}

/* Index of the cell at half `half` (0 upper, 1 lower) of a character. */
static size_t cell_at(const canvas *c, size_t row, size_t column, size_t half)
{
    double x = ((double)column + 0.5) / (double)c->columns;
    double y = 1.0 - ((double)(2 * row + half) + 0.5) / (2.0 * (double)c->rows);
    return lattice_cell(&c->y, y) * c->x.count + lattice_cell(&c->x, x);
}

static void find_range(canvas *c)
{
    c->low = INFINITY;
    c->high = -INFINITY;
    for (size_t k = 0; k < c->x.count * c->y.count; k++) {
        double at = log10(c->shown->map->test_loss[k]);
        if (isfinite(at)) {
            c->low = fmin(c->low, at);
            c->high = fmax(c->high, at);
        }
    }
}

/* Marks the characters along a straight piece between two places. */
static void mark_piece(canvas *c, char mark, const double from[2], const double to[2])
{
    double w = (double)c->columns, h = (double)c->rows;
    double steps = ceil(fmax(fabs(to[0] - from[0]) * w, fabs(to[1] - from[1]) * h));
    if (!(steps < 1e6)) /* NaN, or far outside */
        return;
    for (double s = 0.0; s <= steps; s++) {
        double t = steps > 0.0 ? s / steps : 0.0;
        double x = (from[0] + t * (to[0] - from[0])) * w;
        double y = (1.0 - from[1] - t * (to[1] - from[1])) * h;
        if (x >= 0.0 && x < w && y >= 0.0 && y < h)
            c->mark[(size_t)y * c->columns + (size_t)x] = mark;
    }
}

static void mark_curves(canvas *c)
{
    const nsl_boundaries *all = c->shown->boundaries;
    for (size_t i = 0; all && i < all->count; i++) {
        const nsl_boundary *b = &all->at[i];
        char mark = canvas_mark(b->kind);
        for (size_t k = 1; mark && k < b->count; k++) {
            double from[] = {lattice_place(&c->x, b->x[k - 1]),
                             lattice_place(&c->y, b->y[k - 1])};
            double to[] = {lattice_place(&c->x, b->x[k]),
                           lattice_place(&c->y, b->y[k])};
            mark_piece(c, mark, from, to);
        }
    }
}

/* How many characters from here on, in one direction, are of the same regime. */
static size_t reach(const canvas *c, size_t row, size_t column, int down, int right)
{
    uint8_t regime = c->regime[row * c->columns + column];
    size_t length = 0;
    while (row < c->rows && column < c->columns &&
           c->regime[row * c->columns + column] == regime) {
        length++; /* below 0, the unsigned coordinate leaves the map as well */
        row += (size_t)down;
        column += (size_t)right;
    }
    return length;
}

/* Room around a character in its regime: large in the middle of a wide area. */
static size_t room(const canvas *c, size_t row, size_t column)
{
    size_t left = reach(c, row, column, 0, -1), right = reach(c, row, column, 0, 1);
    size_t up = reach(c, row, column, -1, 0), down = reach(c, row, column, 1, 0);
    return (left < right ? left : right) * (up < down ? up : down);
}

/* A letter for each regime, where its area is widest. */
static void mark_regimes(canvas *c)
{
    size_t most[NSL_PHASE_COUNT] = {0}, best[NSL_PHASE_COUNT] = {0};
    for (size_t k = 0; k < c->rows * c->columns; k++) {
        size_t row = k / c->columns, column = k % c->columns;
        uint8_t regime = c->regime[row * c->columns + column];
        size_t here = room(c, row, column);
        if (here > most[regime]) {
            most[regime] = here;
            best[regime] = k;
        }
    }
    for (int r = 0; r < NSL_PHASE_COUNT; r++)
        if (most[r])
            c->mark[best[r]] = canvas_letter((nsl_phase)r);
}

static void write_colour(int layer, int colour, FILE *out)
{
    if (colour != COLOUR_NONE)
        fprintf(out, "\x1b[%d;5;%dm", layer, colour);
}

static double upper_loss(const canvas *c, size_t row, size_t column)
{
    return c->shown->map->test_loss[cell_at(c, row, column, 0)];
}

static double lower_loss(const canvas *c, size_t row, size_t column)
{
    return c->shown->map->test_loss[cell_at(c, row, column, 1)];
}

static void write_mark(const canvas *c, size_t row, size_t column, FILE *out)
{
    double loss = lower_loss(c, row, column);
    int paper = loss_colour(c, loss);
    bool bright = isfinite(loss) && loss_place(c, loss) > BRIGHT;
    if (paper != COLOUR_NONE)
        write_colour(38, bright ? COLOUR_BLACK : COLOUR_WHITE, out);
    write_colour(48, paper, out);
    fprintf(out, "%c\x1b[0m", c->mark[row * c->columns + column]);
}

/* Each character sets its own colours and ends with the terminal's. */
static void write_block(int upper, int lower, FILE *out)
{
    if (upper == COLOUR_NONE && lower == COLOUR_NONE) {
        fputc(' ', out);
        return;
    }
    write_colour(38, upper == COLOUR_NONE ? lower : upper, out);
    write_colour(48, upper == COLOUR_NONE ? COLOUR_NONE : lower, out);
    fputs(upper == COLOUR_NONE ? "▄\x1b[0m" : "▀\x1b[0m", out);
}

void canvas_write_line(const canvas *c, size_t row, FILE *out)
{
    for (size_t column = 0; column < c->columns; column++) {
        if (c->mark[row * c->columns + column])
            write_mark(c, row, column, out);
        else
            write_block(loss_colour(c, upper_loss(c, row, column)),
                        loss_colour(c, lower_loss(c, row, column)), out);
    }
}

void canvas_write_key(double place, FILE *out)
{
    int colour = scale_colour(place);
    write_block(colour, colour, out);
}

static void fill_regimes(canvas *c)
{
    for (size_t row = 0; row < c->rows; row++)
        for (size_t column = 0; column < c->columns; column++)
            c->regime[row * c->columns + column] =
                c->shown->map->regime[cell_at(c, row, column, 1)];
}

bool canvas_init(canvas *c, const figure *f, size_t columns, size_t rows)
{
    *c = (canvas){.shown = f->map, .columns = columns, .rows = rows};
    c->regime = calloc(columns * rows, sizeof *c->regime);
    c->mark = calloc(columns * rows, sizeof *c->mark);
    if (!lattice_init(&c->x, &f->map->map->x, f->x.log) ||
        !lattice_init(&c->y, &f->map->map->y, f->y.log) || !c->regime || !c->mark)
        return false;
    find_range(c);
    fill_regimes(c);
    mark_curves(c);
    mark_regimes(c);
    return true;
}

void canvas_clear(canvas *c)
{
    lattice_clear(&c->x);
    lattice_clear(&c->y);
    free(c->regime);
    free(c->mark);
    *c = (canvas){0};
}
