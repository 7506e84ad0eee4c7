/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text inside a gnuplot script. Whatever it holds, it stays a text: file names are not
 * to be trusted. */
#ifndef NSL_PLOT_SCRIPT_TEXT_H
#define NSL_PLOT_SCRIPT_TEXT_H

#include <stdbool.h>
#include <stdio.h>

/* How the terminal reads text. */
typedef enum {
    MARKUP_NONE,     /* as it is */
    MARKUP_ENHANCED, /* gnuplot's enhanced text */
    MARKUP_LATEX
} text_markup;

/* Writes a text as a quoted string for that markup; sub- and superscripts of figure.h
 * are followed if `scripts`. */
void script_text(FILE *out, const char *text, text_markup markup, bool scripts);

/* Writes a text as a comment, on one line. */
void script_comment(FILE *out, const char *text);

/* 10 to a whole power, as a quoted string. */
void script_power(FILE *out, int exponent, text_markup markup);

#endif
