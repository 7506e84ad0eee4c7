/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file that appears whole or not at all: written beside its place and renamed.
 * Devices and pipes, which cannot be replaced, are written as they are. */
#ifndef NSL_CLI_WHOLE_FILE_H
#define NSL_CLI_WHOLE_FILE_H

#include <stdbool.h>
#include <stdio.h>

typedef struct {
    FILE *stream;    /* to write to, and to read back what is written */
    char *target;    /* where it is to appear; owned */
    char *temporary; /* where it is until then, NULL for a device; owned */
} whole_file;

/* False, with errno set, when the file cannot be written. Threads may open several. A
 * symbolic link stays: what it leads to is replaced. */
bool whole_file_open(whole_file *file, const char *path);

/* Ends the writing: the file appears if `keep` and all of it arrived, else nothing
 * changes. False, with errno set, when it did not appear though it should. */
bool whole_file_close(whole_file *file, bool keep);

/* Whether two paths lead to one file, which need not be there yet. */
bool whole_file_same(const char *path, const char *other);

#endif
