/* SPDX-License-Identifier: GPL-3.0-or-later */
/* In single-quoted strings of gnuplot neither escapes nor macros nor commands in
 * backquotes are followed. Only the quote itself would act; its doubled form is of no
 * use, since gnuplot 5.4 ends a string at the second of two doubled quotes, so that
 * quotes (and backquotes, to be sure) are replaced. Within a string each markup has
 * characters of its own that must not act. */
#include "plot/script_text.h"
#include "input/number.h"

#include <string.h>

static const struct {
    const char *text, *latex;
} latex_names[] = {
    {"α", "$\\alpha$"},
    {"β", "$\\beta$"},
    {"γ", "$\\gamma$"},
    {"δ", "$\\delta$"},
    {"ε", "$\\varepsilon$"},
    {"σ", "$\\sigma$"},
    {"½", "$\\frac12$"},
    {"²", "$^2$"},
    {"−", "$-$"},
    {"×", "$\\times$"},
    {"·", "$\\cdot$"},
    {"∝", "$\\propto$"},
    {"∞", "$\\infty$"},
    {"≤", "$\\le$"},
    {"≈", "$\\approx$"},
    {"…", "\\dots{}"},
    {"\\", "\\textbackslash{}"},
    {"~", "\\textasciitilde{}"},
    {"^", "\\textasciicircum{}"},
    {"{", "\\{"},
    {"}", "\\}"},
    {"$", "\\$"},
    {"&", "\\&"},
    {"#", "\\#"},
    {"%", "\\%"},
    {"_", "\\_"},
    {"<", "$<$"},
    {">", "$>$"},
    {"|", "$|$"},
    {"\"", "\\char34{}"},
    {"'", "\\char39{}"},
    {"`", "\\textasciigrave{}"},
};

/* A character of `length` bytes. */
static void put_latex(FILE *out, const char *text, size_t length)
{
    for (size_t i = 0; i < sizeof latex_names / sizeof *latex_names; i++)
        if (strlen(latex_names[i].text) == length &&
            memcmp(latex_names[i].text, text, length) == 0) {
            fputs(latex_names[i].latex, out);
            return;
        }
    if (length > 1) /* LaTeX may have no such letter */
        fputc('?', out);
    else
        fputc(*text, out);
}

static void put_character(FILE *out, const char *text, size_t length,
                          text_markup markup)
{
    if (markup == MARKUP_LATEX) {
        put_latex(out, text, length);
    } else if (*text == '\'') {
        fputs("’", out);
    } else if (*text == '`') {
        fputs("´", out);
    } else {
        if (markup == MARKUP_ENHANCED && strchr("{}^_@&~\\", *text))
            fputc('\\', out);
        fwrite(text, 1, length, out);
    }
}

/* Bytes of what stands raised after ^, or lowered after _. */
static size_t script_length(const char *text)
{
    size_t length = 1;
    if (*text == '_')
        return length + nsl_utf8_length(text + 1);
    if (strncmp(text + 1, "−", strlen("−")) == 0)
        length += strlen("−");
    return length + strspn(text + length, "0123456789.");
}

static void put_script(FILE *out, const char *text, size_t length, text_markup markup)
{
    static const char minus[] = "−", epsilon[] = "ε";
    bool latex = markup == MARKUP_LATEX;
    fprintf(out, latex ? "$%c{" : "%c{", *text);
    for (size_t i = 1, step; i < length; i += step) {
        step = nsl_utf8_length(text + i);
        if (latex && strncmp(text + i, minus, sizeof minus - 1) == 0)
            fputc('-', out);
        else if (latex && strncmp(text + i, epsilon, sizeof epsilon - 1) == 0)
            fputs("\\varepsilon", out);
        else
            put_character(out, text + i, step, markup);
    }
    fputs(latex ? "}$" : "}", out);
}

void script_text(FILE *out, const char *text, text_markup markup, bool scripts)
{
    fputc('\'', out);
    while (*text) {
        size_t length = nsl_utf8_length(text);
        bool control = (unsigned char)*text < ' ' || *text == 0x7f;
        if (scripts && markup != MARKUP_NONE && (*text == '^' || *text == '_')) {
            length = script_length(text);
            put_script(out, text, length, markup);
        } else if (length == 0 || control) {
            fputc('?', out);
            length = 1;
        } else {
            put_character(out, text, length, markup);
        }
        text += length;
    }
    fputc('\'', out);
}

void script_comment(FILE *out, const char *text)
{
    fputs("# ", out);
    for (; *text; text++)
        fputc((unsigned char)*text < ' ' || *text == 0x7f || *text == '`' ? '?' : *text,
              out);
    /* a backslash at the end would go on in the next line */
    fputs(" #\n", out);
}

void script_power(FILE *out, int exponent, text_markup markup)
{
    const char *sign = exponent < 0 ? "−" : "";
    if (exponent < 0)
        exponent = -exponent;
    if (markup == MARKUP_LATEX)
        fprintf(out, "'$10^{%s%d}$'", *sign ? "-" : "", exponent);
    else if (markup == MARKUP_ENHANCED)
        fprintf(out, "'10^{%s%d}'", sign, exponent);
    else
        fprintf(out, "'10^%s%d'", *sign ? "-" : "", exponent);
}
