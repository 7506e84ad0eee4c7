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

/* Columns in which no row has anything are left out. */
static bool is_shown(const document *d, size_t c)
{
    if (!d->column[c].for_people)
        return false;
    for (size_t row = 0; row < d->rows; row++)
        if (*document_cell(d, row, c)->brief)
            return true;
    return false;
}

static void put_upright(const document *d, FILE *out)
{
    for (size_t row = 0; row < d->rows; row++)
        for (size_t c = 0; c < d->columns; c++) {
            const cell *value = document_cell(d, row, c);
            if (!is_shown(d, c) || !*value->brief)
                continue;
            const char *meaning = d->column[c].meaning;
            if (*meaning)
                fprintf(out, "%-22s%-15s %s\n", d->column[c].key, value->brief,
                        meaning);
            else
                fprintf(out, "%-22s%s\n", d->column[c].key, value->brief);
        }
}

static int column_width(const document *d, size_t c)
{
    int width = text_width(d->column[c].key);
    for (size_t row = 0; row < d->rows; row++) {
        int needed = text_width(document_cell(d, row, c)->brief);
        width = needed > width ? needed : width;
    }
    return width;
}

/* Right-aligned, the note last and left-aligned. */
static void put_columns(const document *d, FILE *out)
{
    int width[DOCUMENT_COLUMNS_MAX];
    bool shown[DOCUMENT_COLUMNS_MAX];
    for (size_t c = 0; c < d->columns; c++) {
        shown[c] = is_shown(d, c);
        width[c] = column_width(d, c);
    }
    for (size_t line = 0; line <= d->rows; line++) {
        const char *gap = "";
        for (size_t c = 0; c < d->columns; c++) {
            if (!shown[c])
                continue;
            const char *text =
                line == 0 ? d->column[c].key : document_cell(d, line - 1, c)->brief;
            int pad = is_note(d, c) ? 0 : width[c] - text_width(text);
            if (*text || !is_note(d, c))
                fprintf(out, "%s%*s%s", gap, pad, "", text);
            gap = "  ";
        }
        fputc('\n', out);
    }
}

bool write_table(const document *d, FILE *out)
{
    fputs(d->caption, out);
    if (d->upright)
        put_upright(d, out);
    else
        put_columns(d, out);
    if (d->summaries)
        fputc('\n', out);
    for (size_t i = 0; i < d->summaries; i++) {
        const char *value = d->summary[i].value.brief;
        fprintf(out, "%-22s%s\n", d->summary[i].key, *value ? value : "-");
    }
    return true;
}
