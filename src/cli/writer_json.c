/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Strict JSON by json-c; numbers keep the digits of their text. */
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
                             : json_object_new_double_s(strtod(c->full, NULL), c->full);
    return add(to, key, value, value != NULL);
}

static bool add_pairs(struct json_object *to, const char *key,
                      const document_pair *pairs, size_t count)
{
    struct json_object *object = json_object_new_object();
    if (!add(to, key, object, object != NULL))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!add_cell(object, pairs[i].key, &pairs[i].value))
            return false;
    return true;
}

static bool add_rows(struct json_object *to, const document *d)
{
    struct json_object *rows = json_object_new_array();
    if (!add(to, "rows", rows, rows != NULL))
        return false;
    for (size_t row = 0; row < d->rows; row++) {
        struct json_object *object = json_object_new_object();
        if (!object || json_object_array_add(rows, object) != 0) {
            json_object_put(object);
            return false;
        }
        for (size_t c = 0; c < d->columns; c++)
            if (!add_cell(object, d->column[c].key, document_cell(d, row, c)))
                return false;
    }
    return true;
}

static bool fill(struct json_object *root, const document *d)
{
    struct json_object *version = json_object_new_string(nsl_version());
    if (!add(root, "nslaw", version, version != NULL))
        return false;
    struct json_object *command = json_object_new_string(d->command);
    return add(root, "command", command, command != NULL) &&
           add_pairs(root, "model", d->model, d->models) && add_rows(root, d) &&
           add_pairs(root, "summary", d->summary, d->summaries);
}

bool write_json(const document *d, FILE *out)
{
    struct json_object *root = json_object_new_object();
    bool fine = root && fill(root, d);
    const char *text =
        fine ? json_object_to_json_string_ext(root, JSON_C_TO_STRING_PRETTY |
                                                        JSON_C_TO_STRING_SPACED |
                                                        JSON_C_TO_STRING_NOSLASHESCAPE)
             : NULL;
    if (text)
        fprintf(out, "%s\n", text);
    json_object_put(root);
    return text != NULL;
}
