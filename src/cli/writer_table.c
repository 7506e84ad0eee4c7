/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables for people: a line a value for one point, else aligned columns. */
#include "cli/rows.h"
#include "cli/writer.h"

#include <stdatomic.h>
#include <string.h>

/* Characters, not bytes, of UTF-8 text. */
static int text_width(const char *text)
{
    int width = 0;
    for (; *text; text++)
        width += (*text & 0xC0) != 0x80;
    return width;
}

static bool is_note(const document *d, size_t c)
{
    return strcmp(d->column[c].key, "note") == 0;
}

static void put_upright(const document *d, const cell *cells, size_t row, FILE *out,
                        void *data)
{
    (void)row, (void)data;
    for (size_t c = 0; c < d->columns; c++) {
        char room[CELL_ROOM];
        const char *value = cell_brief(&cells[c], room);
        const char *meaning = d->column[c].meaning;
        if (!d->column[c].for_people || !*value)
            continue;
        if (*meaning)
            fprintf(out, "%-22s%-15s %s\n", d->column[c].key, value, meaning);
        else
            fprintf(out, "%-22s%s\n", d->column[c].key, value);
    }
}

/* Of the columns; 0 where no row has anything, or people need none of it. */
typedef struct {
    atomic_int column[DOCUMENT_COLUMNS_MAX];
} widths;

static void widen(atomic_int *width, int needed)
{
    int known = atomic_load(width);
    while (needed > known && !atomic_compare_exchange_weak(width, &known, needed)) {
    }
}

static void measure_row(const document *d, const cell *cells, size_t row, FILE *out,
                        void *data)
{
    widths *w = data;
    char room[CELL_ROOM];
    (void)row, (void)out;
    for (size_t c = 0; c < d->columns; c++)
        if (d->column[c].for_people)
            widen(&w->column[c], text_width(cell_brief(&cells[c], room)));
}

static void measure(widths *w, const document *d, FILE *out)
{
    for (size_t c = 0; c < d->columns; c++)
        atomic_init(&w->column[c], 0);
    rows_write(d, out, measure_row, w);
    for (size_t c = 0; c < d->columns; c++)
        if (w->column[c] > 0)
            widen(&w->column[c], text_width(d->column[c].key));
}

static void put_spaces(int count, FILE *out)
{
    for (int i = 0; i < count; i++)
        putc_unlocked(' ', out);
}

/* One line: the heads where `cells` is NULL. Right-aligned, the note last and
 * left-aligned. */
static void put_line(const document *d, const cell *cells, size_t row, FILE *out,
                     void *data)
{
    widths *w = data;
    const char *gap = "";
    (void)row;
    for (size_t c = 0; c < d->columns; c++) {
        char room[CELL_ROOM];
        int width = atomic_load_explicit(&w->column[c], memory_order_relaxed);
        if (width == 0)
            continue;
        const char *text = cells ? cell_brief(&cells[c], room) : d->column[c].key;
        if (*text || !is_note(d, c)) {
            fputs_unlocked(gap, out);
            put_spaces(is_note(d, c) ? 0 : width - text_width(text), out);
            fputs_unlocked(text, out);
        }
        gap = "  ";
    }
    putc_unlocked('\n', out);
}

static void put_rows(const document *d, FILE *out)
{
    widths w;
    if (d->upright) {
        rows_write(d, out, put_upright, NULL);
        return;
    }
    measure(&w, d, out);
    put_line(d, NULL, 0, out, &w);
    rows_write(d, out, put_line, &w);
}

static void put_sections(const document *d, FILE *out)
{
    for (size_t i = 0; i < d->sections; i++) {
        fprintf(out, "%s%s", i ? "\n" : "", d->section[i]->caption);
        put_rows(d->section[i], out);
    }
}

static void put_summary(const document *d, FILE *out)
{
    const char *before = "\n";
    for (size_t i = 0; i < d->summaries; i++) {
        char room[CELL_ROOM];
        const char *value = cell_brief(&d->summary[i].value, room);
        if (!d->summary[i].for_people)
            continue;
        fprintf(out, "%s%-22s%s\n", before, d->summary[i].key, *value ? value : "-");
        before = "";
    }
}

bool write_table(const document *d, FILE *out)
{
    fputs(d->caption, out);
    if (d->sections)
        put_sections(d, out);
    else
        put_rows(d, out);
    put_summary(d, out);
    return true;
}
