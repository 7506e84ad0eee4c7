/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Strict JSON, its values by json-c; numbers keep the digits of their text. A line a
 * row, each written before the next is made. */
#include "cli/writer.h"
#include "input/number.h"
#include <nslaw/nslaw.h>

#include <json.h>
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

static bool add_cell(struct json_object *to, const char *key, const cell *c)
{
    if (c->kind == CELL_NULL)
        return add(to, key, NULL, true);
    struct json_object *value =
        c->kind == CELL_TEXT ? new_text(c->full)
        : c->kind == CELL_JSON
            ? json_tokener_parse(c->full)
            : json_object_new_double_s(strtod(c->full, NULL), c->full);
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

static struct json_object *new_row(const document *d, size_t row)
{
    const cell *cells = document_row(d, row);
    struct json_object *object = cells ? json_object_new_object() : NULL;
    for (size_t c = 0; c < d->columns && object; c++)
        if (!add_cell(object, d->column[c].key, &cells[c])) {
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

static bool put_rows(const document *d, FILE *out)
{
    fputs("  \"rows\": [", out);
    for (size_t row = 0; row < d->rows; row++)
        if (!put(row ? ",\n    " : "\n    ", new_row(d, row), "", out))
            return false;
    fputs(d->rows ? "\n  ],\n" : "],\n", out);
    return true;
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
