/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Strict JSON, its values by json-c but for numbers and plain words, which are written
 * as they are: numbers keep the digits of their text. A line a row. */
#include "cli/rows.h"
#include "cli/writer.h"
#include "input/number.h"
#include <nslaw/nslaw.h>

#include <json.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* Adds key: value, also for value == NULL (JSON null). `made` says whether the value
 * could be made at all. */
static bool add(struct json_object *to, const char *key, struct json_object *value,
                bool made)
{
    if (made && json_object_object_add(to, key, value) == 0)
        return true;
    json_object_put(value);
    return false;
}

/* A text with bytes that are no UTF-8 replaced, as JSON wants it. */
static struct json_object *new_text(const char *text)
{
    char *clean = malloc(strlen(text) + 1), *to = clean;
    if (!clean)
        return NULL;
    while (*text) {
        size_t length = nsl_utf8_length(text);
        if (length)
            memcpy(to, text, length);
        else
            *to = '?';
        to += length ? length : 1;
        text += length ? length : 1;
    }
    *to = '\0';
    struct json_object *object = json_object_new_string(clean);
    free(clean);
    return object;
}

/* That of a cell which is no null. */
static struct json_object *new_value(const cell *c)
{
    char room[CELL_ROOM];
    const char *text = cell_full(c, room);
    return c->kind == CELL_TEXT   ? new_text(text)
           : c->kind == CELL_JSON ? json_tokener_parse(text)
                                  : json_object_new_double_s(strtod(text, NULL), text);
}

static bool add_cell(struct json_object *to, const char *key, const cell *c)
{
    if (c->kind == CELL_NULL)
        return add(to, key, NULL, true);
    struct json_object *value = new_value(c);
    return add(to, key, value, value != NULL);
}

static struct json_object *new_pairs(const document_pair *pairs, size_t count)
{
    struct json_object *object = json_object_new_object();
    for (size_t i = 0; i < count && object; i++)
        if (!add_cell(object, pairs[i].key, &pairs[i].value)) {
            json_object_put(object);
            object = NULL;
        }
    return object;
}

/* Writes a value and frees it; false when there is none. */
static bool put(const char *before, struct json_object *value, const char *after,
                FILE *out)
{
    const char *text =
        value ? json_object_to_json_string_ext(
                    value, JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE)
              : NULL;
    if (text)
        fprintf(out, "%s%s%s", before, text, after);
    json_object_put(value);
    return text != NULL;
}

/* Whether JSON has the text between quotes as it is. */
static bool is_plain(const char *text)
{
    for (; *text; text++)
        if (*text < ' ' || *text > '~' || *text == '"' || *text == '\\')
            return false;
    return true;
}

/* false when memory ran out. */
static bool put_cell(const cell *c, FILE *out)
{
    char room[CELL_ROOM];
    if (c->kind == CELL_NULL) {
        fputs_unlocked("null", out);
    } else if (c->kind == CELL_NUMBER) {
        fputs_unlocked(cell_full(c, room), out);
    } else if (c->kind == CELL_TEXT && is_plain(cell_full(c, room))) {
        putc_unlocked('"', out);
        fputs_unlocked(cell_full(c, room), out);
        putc_unlocked('"', out);
    } else {
        return put("", new_value(c), "", out);
    }
    return true;
}

/* What all rows have. */
typedef struct {
    char *before[DOCUMENT_COLUMNS_MAX]; /* each value: , "key": */
    atomic_bool failed;
} row_style;

static void put_row(const document *d, const cell *cells, size_t row, FILE *out,
                    void *data)
{
    row_style *style = data;
    fputs_unlocked(row ? ",\n    {" : "\n    {", out);
    for (size_t c = 0; c < d->columns; c++) {
        fputs_unlocked(style->before[c], out);
        if (!put_cell(&cells[c], out))
            atomic_store(&style->failed, true);
    }
    fputs_unlocked(" }", out);
}

static bool put_rows(const document *d, FILE *out)
{
    row_style style = {.failed = false};
    bool fine = true;
    for (size_t c = 0; c < d->columns && fine; c++)
        fine = asprintf(&style.before[c], "%s\"%s\": ", c ? ", " : " ",
                        d->column[c].key) >= 0;
    fputs("  \"rows\": [", out);
    fine = fine && rows_write(d, out, put_row, &style) && !style.failed;
    fputs(d->rows ? "\n  ],\n" : "],\n", out);
    for (size_t c = 0; c < d->columns; c++)
        free(style.before[c]);
    return fine;
}

bool write_json(const document *d, FILE *out)
{
    fputs("{\n", out);
    bool fine =
        put("  \"nslaw\": ", json_object_new_string(nslaw_version()), ",\n", out) &&
        put("  \"command\": ", json_object_new_string(d->command), ",\n", out) &&
        put("  \"model\": ", new_pairs(d->model, d->models), ",\n", out) &&
        put_rows(d, out) &&
        put("  \"summary\": ", new_pairs(d->summary, d->summaries), "\n", out);
    fputs("}\n", out);
    return fine;
}
