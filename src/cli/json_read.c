/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/json_read.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Whether there is memory for the next block of a text. json-c 0.16 says that a text is
 * wrong, leaves something out or crashes where memory runs out, so that it must not. */
static bool enough_for(size_t block, size_t whole)
{
    /* An empty object in a list, "{},", takes 800 bytes. A list that doubles takes 16
     * an entry, which is two bytes of text or more; an object some 120, and eight. */
    enum { MOST_A_BYTE = 300, MOST_TO_GROW = 16 };
    void *room = malloc(MOST_A_BYTE * block + MOST_TO_GROW * whole);
    free(room);
    return room != NULL;
}

typedef struct {
    struct json_tokener *tokener;
    struct json_object *object; /* once the text has one; owned */
    bool more;                  /* it goes on */
    bool fine;
} reading;

static void take_block(reading *r, const char *block, size_t length)
{
    size_t used = 0;
    if (r->more) {
        r->object = json_tokener_parse_ex(r->tokener, block, (int)length);
        enum json_tokener_error state = json_tokener_get_error(r->tokener);
        r->more = state == json_tokener_continue;
        r->fine = r->more || state == json_tokener_success;
        used = r->more ? length : json_tokener_get_parse_end(r->tokener);
    }
    for (size_t i = used; i < length && r->fine; i++)
        r->fine = memchr(" \t\r\n", block[i], 4) != NULL;
}

nsl_status json_read(struct json_object **out, FILE *stream, size_t largest)
{
    char block[1 << 12];
    size_t whole = 0, length;
    reading r = {json_tokener_new(), NULL, true, true};
    bool lacks = !r.tokener;
    while (r.fine && !lacks && (length = fread(block, 1, sizeof block, stream)) > 0) {
        whole += length;
        lacks = !enough_for(length, whole);
        r.fine = whole <= largest;
        if (r.fine && !lacks)
            take_block(&r, block, length);
    }
    if (r.tokener)
        json_tokener_free(r.tokener);
    *out = r.object;
    r.fine = r.fine && !r.more && !ferror(stream) &&
             json_object_is_type(r.object, json_type_object);
    if (r.fine && !lacks)
        return NSL_OK;
    json_object_put(r.object);
    *out = NULL;
    return lacks ? NSL_ENOMEM : NSL_EFILE;
}
