/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Running the program as a user would. */
#ifndef NSL_TESTING_SHELL_H
#define NSL_TESTING_SHELL_H

#include <stddef.h>

typedef struct {
    int code;        /* exit code, or −1 when it died otherwise */
    char *out, *err; /* standard output and error, malloc'ed */
} shell_result;

/* Runs a shell command in `folder`, with `nslaw` ($NSLAW_PROGRAM's folder) first on the
 * PATH and the project's data folder in $DATA. */
shell_result shell_run(const char *folder, const char *command);
void shell_clear(shell_result *result);

/* A new empty folder, and its removal with all that is in it. */
void shell_new_folder(char *path, size_t size);
void shell_remove_folder(const char *path);

#endif
