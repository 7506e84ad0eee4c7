/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The picture around the map. Lines, from above: title, the y axis' name, the map, its
 * x axis, the ticks' labels, the axis' name, the colours, regimes (two lines), curves.
 */
#include "plot/blocks.h"
#include "input/number.h"
#include "plot/blocks_canvas.h"

#include <math.h>
#include <string.h>

enum {
    LINES_AROUND = 9, /* lines that are not the map's */
    LABEL = 9,        /* room for the y axis' labels */
    TICK = 24,        /* bytes of a tick's label */
    KEY = 10          /* characters of the colour key */
};

/* Characters or lines from one label to the next, at least. */
static const double X_ROOM = 9.0, Y_ROOM = 3.0;

/* Writes at most `most` characters of a text, no control character, and returns how
 * many: titles come from file names, which could hold a terminal's commands. */
static size_t write_text(const char *text, size_t most, FILE *out)
{
    size_t written = 0;
    for (; *text && written < most; written++) {
        size_t length = nsl_utf8_length(text);
        unsigned char c = (unsigned char)*text;
        /* U+0080 … U+009F are commands too: 0xC2 0x80 … 0xC2 0x9F. */
        bool command = c < 0x20 || c == 0x7F ||
                       (length == 2 && c == 0xC2 && (unsigned char)text[1] < 0xA0);
        if (length == 0 || command)
            fputc('?', out);
        else
            fwrite(text, 1, length, out);
        text += length ? length : 1;
    }
    return written;
}

static void write_spaces(size_t count, FILE *out)
{
    fprintf(out, "%*s", (int)count, "");
}

static void write_name(const figure_axis *axis, size_t most, FILE *out)
{
    size_t used = write_text(axis->words, most, out);
    if (*axis->symbol && used + 1 < most) {
        fputc(' ', out);
        write_text(axis->symbol, most - used - 1, out);
    }
}

/* The tick that stands at character `at` of `length`, counted from the axis' beginning,
 * as text; false where there is none. */
static bool tick_at(const lattice *l, const nsl_axis *axis, size_t at, size_t length,
                    double least, char label[TICK])
{
    double low = l->edge[0], high = l->edge[l->count], wide = high - low;
    for (size_t end = 0; end <= 2; end++) {
        double value = axis->value[end * (axis->count - 1) / 2];
        bool usual = isfinite(value) && (!l->log || value > 0.0);
        if (usual && l->log && wide >= 2.0)
            continue; /* decades are labelled below */
        if ((size_t)(lattice_place(l, value) * (double)length) == at) {
            snprintf(label, TICK, "%.3g", value);
            return true;
        }
    }
    if (!l->log || wide < 2.0)
        return false;
    static const int strides[] = {1, 2, 5, 10, 20, 50, 100, 200, 500};
    size_t s = 0;
    while (s < 8 && (double)strides[s] / wide * (double)length < least)
        s++;
    int first = (int)ceil(l->first / strides[s] - 1e-9) * strides[s];
    for (int k = first; k <= l->last + 1e-9; k += strides[s]) {
        if ((size_t)((k - low) / wide * (double)length) == at) {
            snprintf(label, TICK, "10^%d", k);
            return true;
        }
    }
    return false;
}

static void write_map_lines(const canvas *c, FILE *out)
{
    char label[TICK];
    for (size_t row = 0; row < c->rows; row++) {
        bool tick = tick_at(&c->y, &c->shown->map->y, c->rows - 1 - row, c->rows,
                            Y_ROOM, label);
        fprintf(out, "%*s%s", LABEL - 1, tick ? label : "", tick ? "┤" : "│");
        canvas_write_line(c, row, out);
        fputc('\n', out);
    }
}

static void write_x_axis(const canvas *c, FILE *out)
{
    char label[TICK];
    fprintf(out, "%*s└", LABEL - 1, "");
    for (size_t at = 0; at < c->columns; at++)
        fputs(tick_at(&c->x, &c->shown->map->x, at, c->columns, X_ROOM, label) ? "┬"
                                                                               : "─",
              out);
    fputc('\n', out);
    size_t column = 0; /* of the line, its labels centred below their ticks */
    for (size_t at = 0; at < c->columns; at++) {
        if (!tick_at(&c->x, &c->shown->map->x, at, c->columns, X_ROOM, label))
            continue;
        size_t length = strlen(label), start = LABEL + at - length / 2;
        if (start + length > LABEL + c->columns)
            start = LABEL + c->columns - length;
        if (start < column + (column > 0))
            continue; /* no room beside the last one */
        write_spaces(start - column, out);
        fputs(label, out);
        column = start + length;
    }
    fputc('\n', out);
}

static void write_key(const canvas *c, size_t columns, FILE *out)
{
    const size_t ends = 2 * 9 + KEY;
    write_text(c->shown->loss, columns > ends ? columns - ends : 0, out);
    if (c->low <= c->high) {
        fprintf(out, " %.1e ", pow(10.0, c->low));
        for (int k = 0; k < KEY; k++)
            canvas_write_key(k / (KEY - 1.0), out);
        fprintf(out, " %.1e", pow(10.0, c->high));
    }
    fputc('\n', out);
}

/* Entries side by side on `lines` lines; what does not fit is left out. */
typedef struct {
    FILE *out;
    size_t columns, lines, used;
} legend;

static void legend_add(legend *l, char mark, const char *name)
{
    size_t length = strlen(name) + 2, gap = l->used ? 3 : 0;
    if (l->lines && l->used && l->used + gap + length > l->columns) {
        fputc('\n', l->out);
        l->lines--;
        l->used = gap = 0;
    }
    if (!l->lines || l->used + gap + length > l->columns)
        return;
    fprintf(l->out, "%*s%c %s", (int)gap, "", mark, name);
    l->used += gap + length;
}

static void legend_end(legend *l)
{
    for (; l->lines; l->lines--)
        fputc('\n', l->out);
}

static void write_legends(const canvas *c, size_t columns, FILE *out)
{
    legend regimes = {out, columns, 2, 0}, curves = {out, columns, 1, 0};
    size_t cells = c->columns * c->rows;
    for (int r = 0; r < NSL_PHASE_COUNT; r++)
        if (memchr(c->regime, r, cells))
            legend_add(&regimes, canvas_letter((nsl_phase)r),
                       nsl_phase_name((nsl_phase)r));
    legend_end(&regimes);
    for (int b = 0; b < NSL_BOUNDARY_COUNT; b++) {
        char mark = canvas_mark((nsl_boundary_kind)b);
        if (mark && memchr(c->mark, mark, cells))
            legend_add(&curves, mark, nsl_boundary_name((nsl_boundary_kind)b));
    }
    legend_end(&curves);
}

bool blocks_write(const figure *f, FILE *out, size_t columns, size_t rows)
{
    columns = columns < BLOCKS_COLUMNS_MIN ? BLOCKS_COLUMNS_MIN : columns;
    rows = rows < BLOCKS_ROWS_MIN ? BLOCKS_ROWS_MIN : rows;
    canvas c;
    bool fine = canvas_init(&c, f, columns - LABEL, rows - LINES_AROUND);
    if (fine) {
        write_text(f->title ? f->title : "", columns, out);
        fputc('\n', out);
        write_name(&f->y, columns, out);
        fputc('\n', out);
        write_map_lines(&c, out);
        write_x_axis(&c, out);
        write_spaces(LABEL, out);
        write_name(&f->x, columns - LABEL, out);
        fputc('\n', out);
        write_key(&c, columns, out);
        write_legends(&c, columns, out);
    }
    canvas_clear(&c);
    return fine;
}
