/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Doubles as decimals, by the million. */
#ifndef NSL_CORE_DECIMAL_H
#define NSL_CORE_DECIMAL_H

/* Room for any of them, its '\0' included. */
enum { NSL_DECIMAL_ROOM = 32, NSL_DECIMAL_DIGITS_MAX = 17 };

/* What snprintf(out, …, "%.*g", digits, value) writes, 1 ≤ digits ≤ 17, in the C
 * locale. Returns the end of it. */
char *nsl_decimal_print(char out[NSL_DECIMAL_ROOM], double value, int digits);

/* The same with the fewest digits, of 15 to 17, that read back as `value`. */
char *nsl_decimal_shortest(char out[NSL_DECIMAL_ROOM], double value);

#endif
