/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Output formats. A new one is a write function and a line in writer.c's table. */
#ifndef NSL_CLI_WRITER_H
#define NSL_CLI_WRITER_H

#include "cli/document.h"
#include <stdio.h>

typedef struct {
    const char *name;   /* of --format */
    const char *ending; /* of a file, e.g. ".csv"; NULL: none */
    /* Writes the document; false when memory ran out. Write errors show in `out`. */
    bool (*write)(const document *d, FILE *out);
} writer;

bool write_table(const document *d, FILE *out);
bool write_csv(const document *d, FILE *out);
bool write_json(const document *d, FILE *out);

/* By the name of --format, or NULL. */
const writer *writer_named(const char *name);

/* By the ending of a file name; the table for people where none fits. */
const writer *writer_for_file(const char *path);

/* "table, csv or json" */
void writer_names(char *out, size_t size);

#endif
