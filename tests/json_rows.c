/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "json_rows.h"
#include "shell.h"
#include "testing.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

struct json_object *json_run(const char *command)
{
    shell_result r = shell_run(testing_source(), command);
    cr_assert(r.code == 0, "%s: %s", command, r.err);
    cr_assert(!strstr(r.out, "NaN") && !strstr(r.out, "Infinity"), "%s", command);
    enum json_tokener_error error;
    struct json_object *root = json_tokener_parse_verbose(r.out, &error);
    cr_assert(root, "%s: %s", command, json_tokener_error_desc(error));
    shell_clear(&r);
    return root;
}

struct json_object *json_member(struct json_object *object, const char *key)
{
    struct json_object *value = NULL;
    cr_assert(json_object_object_get_ex(object, key, &value), "no key %s", key);
    return value;
}

struct json_object *json_row(struct json_object *root, size_t i)
{
    struct json_object *rows = json_member(root, "rows");
    cr_assert(i < json_object_array_length(rows));
    return json_object_array_get_idx(rows, i);
}

double json_value(struct json_object *root, size_t i, const char *key)
{
    struct json_object *at = json_member(json_row(root, i), key);
    return at ? json_object_get_double(at) : (double)NAN;
}

const char *json_note(struct json_object *root, size_t i)
{
    return json_object_get_string(json_member(json_row(root, i), "note"));
}

void json_check_nulls(struct json_object *root, const char *command)
{
    for (size_t k = 0; k < json_object_array_length(json_member(root, "rows")); k++) {
        int nulls = 0;
        json_object_object_foreach(json_row(root, k), key, cell) nulls += key && !cell;
        cr_expect(nulls == 0 || *json_note(root, k) != '\0',
                  "%s: %d nulls without a note", command, nulls);
    }
}
