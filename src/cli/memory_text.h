/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text that is written to memory by way of a stream. Unlike that of open_memstream the
 * stream has an error, as that of a file, once memory has run out. */
#ifndef NSL_CLI_MEMORY_TEXT_H
#define NSL_CLI_MEMORY_TEXT_H

#include <stdio.h>

/* Stays where it is while the stream is open. */
typedef struct {
    char *at; /* ends with '\0' */
    size_t size, room;
} memory_text;

/* The stream, or NULL without memory. */
FILE *memory_text_open(memory_text *text);

/* Closes the stream, or NULL. Returns text->at, now the caller's to free; NULL, and
 * nothing is left, where memory ran out at any time before. */
char *memory_text_close(memory_text *text, FILE *stream);

#endif
