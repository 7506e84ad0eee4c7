/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON that the program wrote before, or that anyone else did. */
#ifndef NSL_CLI_JSON_READ_H
#define NSL_CLI_JSON_READ_H

#include <nslaw/error.h>

#include <json.h>
#include <stddef.h>
#include <stdio.h>

/* The object that is all of the stream but blanks behind it, to be given back by
 * json_object_put. No message: NSL_EFILE where the stream cannot be read (ferror),
 * holds something else or more than `largest` bytes; NSL_ENOMEM. */
nsl_status json_read(struct json_object **out, FILE *stream, size_t largest);

#endif
