/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/memory_text.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static bool make_room(memory_text *text, size_t more)
{
    enum { LEAST = 256 };
    size_t room = text->room ? text->room : LEAST;
    while (room - text->size <= more)
        room *= 2;
    if (room == text->room)
        return true;
    char *grown = realloc(text->at, room);
    if (!grown)
        return false;
    text->at = grown;
    text->room = room;
    return true;
}

/* 0 is an error of the stream. */
static ssize_t add(void *cookie, const char *bytes, size_t count)
{
    memory_text *text = cookie;
    if (!make_room(text, count)) {
        errno = ENOMEM;
        return 0;
    }
    memcpy(text->at + text->size, bytes, count);
    text->size += count;
    text->at[text->size] = '\0';
    return (ssize_t)count;
}

FILE *memory_text_open(memory_text *text)
{
    *text = (memory_text){.at = NULL};
    FILE *stream = NULL;
    if (make_room(text, 0)) {
        text->at[0] = '\0';
        stream = fopencookie(text, "w", (cookie_io_functions_t){.write = add});
    }
    if (!stream) {
        free(text->at);
        text->at = NULL;
    }
    return stream;
}

char *memory_text_close(memory_text *text, FILE *stream)
{
    if (!stream)
        return NULL;
    bool fine = !ferror(stream);
    fine = fclose(stream) == 0 && fine;
    if (!fine) {
        free(text->at);
        text->at = NULL;
    }
    return text->at;
}
