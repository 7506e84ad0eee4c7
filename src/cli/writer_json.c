/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Strict JSON; numbers keep the digits of their text. A line a row. No value allocates:
 * json-c, which reads models and parts of maps, leaves out what it had no memory for
 * and does not say so. */
#include "cli/rows.h"
#include "cli/writer.h"
#include "input/number.h"
#include <nslaw/nslaw.h>

#include <stdlib.h>
#include <string.h>

/* One character of a string, or several bytes of one. */
static void put_character(const char *text, size_t length, FILE *out)
{
    static const char plain[] = "\b\n\r\t\f\"\\", letters[] = "bnrtf\"\\";
    const char *escaped = strchr(plain, *text);
    if (length == 0)
        putc_unlocked('?', out); /* no UTF-8 */
    else if (escaped)
        fprintf(out, "\\%c", letters[escaped - plain]);
    else if ((unsigned char)*text < ' ')
        fprintf(out, "\\u%04x", (unsigned)*text);
    else
        fwrite_unlocked(text, 1, length, out);
}

static void put_text(const char *text, FILE *out)
{
    putc_unlocked('"', out);
    while (*text) {
        size_t length = nsl_utf8_length(text);
        put_character(text, length, out);
        text += length ? length : 1;
    }
    putc_unlocked('"', out);
}

/* JSON, spaced as all else is. */
static void put_json(const char *json, FILE *out)
{
    bool quoted = false;
    char last = '\0';
    for (; *json; last = *json++) {
        bool closes = strchr("]}", *json) && !quoted;
        if (*json == '"' && last != '\\')
            quoted = !quoted;
        if (!quoted && strchr(" \n", *json))
            continue;
        if (closes && !strchr("[{", last))
            putc_unlocked(' ', out);
        putc_unlocked(*json, out);
        if (!quoted && strchr("[{,:", *json))
            putc_unlocked(' ', out);
    }
}

static void put_cell(const cell *c, FILE *out)
{
    char room[CELL_ROOM];
    if (c->kind == CELL_NULL)
        fputs_unlocked("null", out);
    else if (c->kind == CELL_TEXT)
        put_text(cell_full(c, room), out);
    else if (c->kind == CELL_JSON)
        put_json(cell_full(c, room), out);
    else
        fputs_unlocked(cell_full(c, room), out);
}

static void put_pairs(const document_pair *pairs, size_t count, FILE *out)
{
    putc_unlocked('{', out);
    for (size_t i = 0; i < count; i++) {
        fputs_unlocked(i ? ", " : " ", out);
        put_text(pairs[i].key, out);
        fputs_unlocked(": ", out);
        put_cell(&pairs[i].value, out);
    }
    fputs_unlocked(" }", out);
}

/* What stands before each value of a row: , "key": */
typedef struct {
    char *before[DOCUMENT_COLUMNS_MAX];
} row_style;

static void put_row(const document *d, const cell *cells, size_t row, FILE *out,
                    void *data)
{
    const row_style *style = data;
    fputs_unlocked(row ? ",\n    {" : "\n    {", out);
    for (size_t c = 0; c < d->columns; c++) {
        fputs_unlocked(style->before[c], out);
        put_cell(&cells[c], out);
    }
    fputs_unlocked(" }", out);
}

static bool make_style(row_style *style, const document *d)
{
    *style = (row_style){{NULL}};
    for (size_t c = 0; c < d->columns; c++)
        if (asprintf(&style->before[c], "%s\"%s\": ", c ? ", " : " ",
                     d->column[c].key) < 0) {
            style->before[c] = NULL;
            return false;
        }
    return true;
}

static void clear_style(row_style *style, const document *d)
{
    for (size_t c = 0; c < d->columns; c++)
        free(style->before[c]);
}

static void put_rows(const document *d, row_style *style, FILE *out)
{
    fputs("  \"rows\": [", out);
    rows_write(d, out, put_row, style);
    fputs(d->rows ? "\n  ],\n" : "],\n", out);
}

bool write_json(const document *d, FILE *out)
{
    row_style style; /* made before anything is written: memory may lack */
    if (!make_style(&style, d)) {
        clear_style(&style, d);
        return false;
    }
    fputs("{\n  \"nslaw\": ", out);
    put_text(nslaw_version(), out);
    fputs(",\n  \"command\": ", out);
    put_text(d->command, out);
    fputs(",\n  \"model\": ", out);
    put_pairs(d->model, d->models, out);
    fputs(",\n", out);
    put_rows(d, &style, out);
    clear_style(&style, d);
    fputs("  \"summary\": ", out);
    put_pairs(d->summary, d->summaries, out);
    fputs("\n}\n", out);
    return true;
}
