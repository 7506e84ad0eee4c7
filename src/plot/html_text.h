/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts and arrays, written so that they cannot leave their place in an HTML page. */
#ifndef NSL_PLOT_HTML_TEXT_H
#define NSL_PLOT_HTML_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Text between tags, or in a quoted attribute. Bytes that are no UTF-8, and control
 * characters other than tab and newline, become U+FFFD. */
void html_text(const char *text, FILE *out);

/* A JSON string in a <script> element: no <, > or & stands in it as such. */
void html_string(const char *text, FILE *out);

/* A JSON string of bytes in base64, marked by a first letter b. */
void html_bytes(size_t count, const uint8_t *value, FILE *out);

/* A JSON string of numbers, little-endian in base64: d… as doubles, f… as floats where
 * `exact` is false and their range allows. Numbers that are all the same are one. */
void html_doubles(size_t count, const double *value, bool exact, FILE *out);

#endif
