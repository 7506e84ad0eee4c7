/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/runs_options.h"
#include "input/number.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int complain(const cli_options *o, option_id id, const char *problem,
                    const char *got)
{
    char shown[64];
    nsl_printable(shown, sizeof shown, got);
    return options_complain(o->command, EXIT_USAGE, "--%s %s, got '%s'",
                            option_table[id].name, problem, shown);
}

static int out_of_memory(const cli_options *o)
{
    return options_complain(o->command, EXIT_COMPUTATION, "out of memory");
}

/* `before`, and the keys that the runs can have: "N, P, loss". */
static void list_keys(char *out, size_t size, const char *before,
                      nsl_runs_purpose purpose)
{
    const char *gap = "";
    size_t used = (size_t)snprintf(out, size, "%s", before);
    for (int c = 0; c < NSL_RUN_COLUMNS && used < size; c++)
        if (nsl_runs_map(purpose, (nsl_run_column)c)) {
            used +=
                (size_t)snprintf(out + used, size - used, "%s%s", gap, nsl_run_keys[c]);
            gap = ", ";
        }
}

/* The column that a key stands for, or −1. */
static int column_of(const char *key, size_t length, nsl_runs_purpose purpose)
{
    for (int c = 0; c < NSL_RUN_COLUMNS; c++)
        if (nsl_runs_map(purpose, (nsl_run_column)c) &&
            strlen(nsl_run_keys[c]) == length &&
            strncmp(nsl_run_keys[c], key, length) == 0)
            return c;
    return -1;
}

/* One KEY=COLUMN; nothing after = ignores a column that the file has. */
static bool take_mapping(nsl_runs_selection *selection, const char *item)
{
    size_t length = strcspn(item, "=");
    int c = column_of(item, length, selection->purpose);
    if (!item[length] || c < 0 || selection->column[c])
        return false;
    selection->column[c] = item + length + 1;
    return item[length + 1] != '\0' ||
           !nsl_runs_require(selection->purpose, (nsl_run_column)c);
}

static int take_map(runs_options *out, const cli_options *o)
{
    const option_value *map = &o->value[OPT_MAP];
    char help[128];
    list_keys(help, sizeof help, "must be KEY=COLUMN,... with the keys ",
              out->selection.purpose);
    for (size_t i = 0; i < map->count; i++) {
        char *save = NULL;
        out->map[i] = strdup(map->many[i]);
        if (!out->map[i])
            return out_of_memory(o);
        char *item = strtok_r(out->map[i], ",", &save);
        if (!item)
            return complain(o, OPT_MAP, help, map->many[i]);
        for (; item; item = strtok_r(NULL, ",", &save))
            if (!take_mapping(&out->selection, item))
                return complain(o, OPT_MAP, help, map->many[i]);
    }
    return EXIT_FINE;
}

static int take_where(runs_options *out, const cli_options *o)
{
    const option_value *where = &o->value[OPT_WHERE];
    nsl_runs_selection *selection = &out->selection;
    for (size_t i = 0; i < where->count; i++) {
        char *copy = strdup(where->many[i]);
        if (!copy)
            return out_of_memory(o);
        selection->where[i].column = copy; /* freed by runs_options_clear */
        selection->conditions++;
        char *equals = strchr(copy, '=');
        if (!equals || equals == copy)
            return complain(o, OPT_WHERE, "must be COLUMN=VALUE", where->many[i]);
        *equals = '\0';
        selection->where[i].value = equals + 1;
    }
    return EXIT_FINE;
}

/* KEY,KEY,… */
static int take_log10(runs_options *out, const cli_options *o)
{
    const option_value *log10 = &o->value[OPT_LOG10];
    nsl_runs_selection *selection = &out->selection;
    char help[128];
    list_keys(help, sizeof help, "must be some of the keys ", selection->purpose);
    for (size_t i = 0; i < log10->count; i++)
        for (const char *key = log10->many[i];;) {
            size_t length = strcspn(key, ",");
            int c = column_of(key, length, selection->purpose);
            if (c < 0 || selection->log10[c])
                return complain(o, OPT_LOG10, help, log10->many[i]);
            selection->log10[c] = true;
            if (!key[length])
                break;
            key += length + 1;
        }
    return EXIT_FINE;
}

int runs_options_take(runs_options *out, const cli_options *o, nsl_runs_purpose purpose)
{
    const option_value *weights = &o->value[OPT_WEIGHTS];
    *out = (runs_options){.selection = {.purpose = purpose}};
    int code = take_map(out, o);
    if (code == EXIT_FINE)
        code = take_where(out, o);
    if (code == EXIT_FINE)
        code = take_log10(out, o);
    if (code == EXIT_FINE && weights->given && !*weights->text)
        code = options_complain(o->command, EXIT_USAGE,
                                "--weights needs the name of a column");
    out->selection.column[NSL_RUN_WEIGHT] = weights->text;
    out->selection.drop_highest = o->value[OPT_DROP_HIGHEST].whole;
    return code;
}

void runs_options_clear(runs_options *options)
{
    for (size_t i = 0; i < sizeof options->map / sizeof *options->map; i++)
        free(options->map[i]);
    for (size_t i = 0; i < options->selection.conditions; i++)
        free((char *)(uintptr_t)options->selection.where[i].column);
    *options = (runs_options){.map = {NULL}};
}
