/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers as people and files write them: decimal, no hexadecimal, no nan, the same in
 * every locale. */
#ifndef NSL_INPUT_NUMBER_H
#define NSL_INPUT_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

typedef enum {
    NSL_NUMBER_OK,
    NSL_NUMBER_BAD,      /* not a decimal number */
    NSL_NUMBER_TOO_BIG,  /* finite, but above the range of double */
    NSL_NUMBER_TOO_SMALL /* not zero, but below the normal range of double */
} nsl_number_status;

/* Parses all of `text`; accepts inf, +inf, -inf and infinity. *out is NaN on failure.
 */
nsl_number_status nsl_number_parse(const char *text, double *out);

/* Length of the decimal number without sign that `text` begins with, or 0: digits
 * [. digits] [e [+-] digits], with a digit before or after the point. */
size_t nsl_number_length(const char *text);

/* What a failed status means, for messages. */
const char *nsl_number_problem(nsl_number_status status);

/* Copies `text` for a message: control characters and bytes that are not UTF-8 become
 * ?, long text ends in "…". */
void nsl_printable(char *out, size_t size, const char *text);

/* Length of the UTF-8 character at `text`, or 0 where there is none. */
size_t nsl_utf8_length(const char *text);

#endif
