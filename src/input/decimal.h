/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decimals that integers of machine size turn into the nearest double: what files are
 * full of, several times as fast as strtod. */
#ifndef NSL_INPUT_DECIMAL_H
#define NSL_INPUT_DECIMAL_H

#include <stdbool.h>

/* Whether all of `text` is a decimal ([sign] digits [. digits] [e [sign] digits]) of at
 * most 19 digits that ends between the places 10^-54 and 10^27; if so, *out is the
 * double nearest to it, of two the even one. Else *out is left as it is. */
bool nsl_decimal_parse(const char *text, double *out);

#endif
