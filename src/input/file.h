/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening an input file: "-" is standard input, a directory is an error. */
#ifndef NSL_INPUT_FILE_H
#define NSL_INPUT_FILE_H

#include <nslaw/error.h>
#include <stdio.h>

/* An open input and the name it has in messages. */
typedef struct {
    FILE *stream;
    char name[128];
} nsl_input;

nsl_status nsl_input_open(nsl_input *out, const char *path, nsl_error *err);

void nsl_input_close(nsl_input *input);

#endif
