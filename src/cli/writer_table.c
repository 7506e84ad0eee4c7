/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables for people: a line a value for one point, else aligned columns. */
#include "cli/writer.h"

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

static void put_upright(const document *d, const cell *cells, FILE *out)
{
    for (size_t c = 0; c < d->columns; c++) {
        const char *value = cells[c].brief, *meaning = d->column[c].meaning;
        if (!d->column[c].for_people || !*value)
            continue;
        if (*meaning)
            fprintf(out, "%-22s%-15s %s\n", d->column[c].key, value, meaning);
        else
            fprintf(out, "%-22s%s\n", d->column[c].key, value);
    }
}

/* Widths of the columns; 0 where no row has anything, or people need none of it. */
static bool measure(int *width, const document *d)
{
    for (size_t c = 0; c < d->columns; c++)
        width[c] = 0;
    for (size_t row = 0; row < d->rows; row++) {
        const cell *cells = document_row(d, row);
        if (!cells)
            return false;
        for (size_t c = 0; c < d->columns; c++) {
            int needed = text_width(cells[c].brief);
            if (d->column[c].for_people && needed > width[c])
                width[c] = needed;
        }
    }
    for (size_t c = 0; c < d->columns; c++) {
        int head = text_width(d->column[c].key);
        width[c] = width[c] > 0 && head > width[c] ? head : width[c];
    }
    return true;
}

/* One line: the heads where `cells` is NULL. Right-aligned, the note last and
 * left-aligned. */
static void put_line(const document *d, const int *width, const cell *cells, FILE *out)
{
    const char *gap = "";
    for (size_t c = 0; c < d->columns; c++) {
        if (width[c] == 0)
            continue;
        const char *text = cells ? cells[c].brief : d->column[c].key;
        int pad = is_note(d, c) ? 0 : width[c] - text_width(text);
        if (*text || !is_note(d, c))
            fprintf(out, "%s%*s%s", gap, pad, "", text);
        gap = "  ";
    }
    fputc('\n', out);
}

static bool put_rows(const document *d, FILE *out)
{
    int width[DOCUMENT_COLUMNS_MAX];
    if (!d->upright && !measure(width, d))
        return false;
    if (!d->upright)
        put_line(d, width, NULL, out);
    for (size_t row = 0; row < d->rows; row++) {
        const cell *cells = document_row(d, row);
        if (!cells)
            return false;
        if (d->upright)
            put_upright(d, cells, out);
        else
            put_line(d, width, cells, out);
    }
    return true;
}

static bool put_sections(const document *d, FILE *out)
{
    for (size_t i = 0; i < d->sections; i++) {
        fprintf(out, "%s%s", i ? "\n" : "", d->section[i]->caption);
        if (!put_rows(d->section[i], out))
            return false;
    }
    return true;
}

static void put_summary(const document *d, FILE *out)
{
    const char *before = "\n";
    for (size_t i = 0; i < d->summaries; i++) {
        const char *value = d->summary[i].value.brief;
        if (!d->summary[i].for_people)
            continue;
        fprintf(out, "%s%-22s%s\n", before, d->summary[i].key, *value ? value : "-");
        before = "";
    }
}

bool write_table(const document *d, FILE *out)
{
    fputs(d->caption, out);
    if (!(d->sections ? put_sections(d, out) : put_rows(d, out)))
        return false;
    put_summary(d, out);
    return true;
}
