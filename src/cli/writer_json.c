/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Strict JSON; numbers keep the digits of their text. A line a row, each written before
 * the next is made. Nothing here allocates: json-c, which reads models and parts of
 * maps, leaves out what it had no memory for and does not say so. */
#include "cli/writer.h"
#include "input/number.h"
#include <nslaw/nslaw.h>

#include <string.h>

/* One character of a string, or several bytes of one. */
static void put_character(const char *text, size_t length, FILE *out)
{
    static const char plain[] = "\b\n\r\t\f\"\\", letters[] = "bnrtf\"\\";
    const char *escaped = strchr(plain, *text);
    if (length == 0)
        fputc('?', out); /* no UTF-8 */
    else if (escaped)
        fprintf(out, "\\%c", letters[escaped - plain]);
    else if ((unsigned char)*text < ' ')
        fprintf(out, "\\u%04x", (unsigned)*text);
    else
        fwrite(text, 1, length, out);
}

static void put_text(const char *text, FILE *out)
{
    fputc('"', out);
    while (*text) {
        size_t length = nsl_utf8_length(text);
        put_character(text, length, out);
        text += length ? length : 1;
    }
    fputc('"', out);
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
            fputc(' ', out);
        fputc(*json, out);
        if (!quoted && strchr("[{,:", *json))
            fputc(' ', out);
    }
}

static void put_cell(const cell *c, FILE *out)
{
    if (c->kind == CELL_NULL)
        fputs("null", out);
    else if (c->kind == CELL_TEXT)
        put_text(c->full, out);
    else if (c->kind == CELL_JSON)
        put_json(c->full, out);
    else
        fputs(c->full, out);
}

static void put_member(size_t i, const char *key, const cell *value, FILE *out)
{
    fputs(i ? ", " : " ", out);
    put_text(key, out);
    fputs(": ", out);
    put_cell(value, out);
}

static void put_pairs(const document_pair *pairs, size_t count, FILE *out)
{
    fputc('{', out);
    for (size_t i = 0; i < count; i++)
        put_member(i, pairs[i].key, &pairs[i].value, out);
    fputs(" }", out);
}

static bool put_rows(const document *d, FILE *out)
{
    fputs("  \"rows\": [", out);
    for (size_t row = 0; row < d->rows; row++) {
        const cell *cells = document_row(d, row);
        if (!cells)
            return false;
        fputs(row ? ",\n    {" : "\n    {", out);
        for (size_t c = 0; c < d->columns; c++)
            put_member(c, d->column[c].key, &cells[c], out);
        fputs(" }", out);
    }
    fputs(d->rows ? "\n  ],\n" : "],\n", out);
    return true;
}

bool write_json(const document *d, FILE *out)
{
    fputs("{\n  \"nslaw\": ", out);
    put_text(nsl_version(), out);
    fputs(",\n  \"command\": ", out);
    put_text(d->command, out);
    fputs(",\n  \"model\": ", out);
    put_pairs(d->model, d->models, out);
    fputs(",\n", out);
    bool fine = put_rows(d, out);
    fputs("  \"summary\": ", out);
    put_pairs(d->summary, d->summaries, out);
    fputs("\n}\n", out);
    return fine;
}
