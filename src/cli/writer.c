/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/writer.h"

#include <string.h>

static const writer writers[] = {
    {"table", NULL, write_table},
    {"csv", ".csv", write_csv},
    {"json", ".json", write_json},
};

enum { WRITERS = sizeof writers / sizeof *writers };

const writer *writer_named(const char *name)
{
    for (size_t i = 0; i < WRITERS; i++)
        if (strcmp(writers[i].name, name) == 0)
            return &writers[i];
    return NULL;
}

const writer *writer_for_file(const char *path)
{
    size_t length = path ? strlen(path) : 0;
    for (size_t i = 0; i < WRITERS; i++) {
        size_t ending = writers[i].ending ? strlen(writers[i].ending) : 0;
        if (ending && length > ending &&
            strcmp(path + length - ending, writers[i].ending) == 0)
            return &writers[i];
    }
    return &writers[0];
}

void writer_names(char *out, size_t size)
{
    size_t used = 0;
    *out = '\0';
    for (size_t i = 0; i < WRITERS && used < size; i++) {
        const char *before = i == 0 ? "" : i + 1 == WRITERS ? " or " : ", ";
        int wrote = snprintf(out + used, size - used, "%s%s", before, writers[i].name);
        used += wrote > 0 ? (size_t)wrote : 0;
    }
}
