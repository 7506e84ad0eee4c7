/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program's JSON output. */
#ifndef NSL_TESTING_JSON_ROWS_H
#define NSL_TESTING_JSON_ROWS_H

#include <json.h>
#include <stddef.h>

/* Runs a command that must succeed, in the project's top folder, and parses what it
 * prints. */
struct json_object *json_run(const char *command);

/* What is there; fails the test where it is not. */
struct json_object *json_member(struct json_object *object, const char *key);
struct json_object *json_row(struct json_object *root, size_t i);
double json_value(struct json_object *root, size_t i, const char *key); /* null: NaN */
const char *json_note(struct json_object *root, size_t i);

/* Expects a note in every row that has a null. */
void json_check_nulls(struct json_object *root, const char *command);

#endif
