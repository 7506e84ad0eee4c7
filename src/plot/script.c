/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/script.h"
#include "plot/script_curves.h"
#include "plot/script_layout.h"
#include <nslaw/nslaw.h>

#include <string.h>

/* Every size follows from a width of 85 mm, a column of a journal, where letters are of
 * 7 points; on a screen the same picture is 640 pixels wide. */
static const struct {
    const char *name;
    double width, height; /* of one panel */
    const char *unit, *rest;
} terminals[] = {
    [SCRIPT_PNG] = {"pngcairo enhanced", 1280, 960, "",
                    "font 'sans,25' linewidth 2 background rgb '#ffffff'"},
    [SCRIPT_SVG] = {"svg enhanced", 640, 480, "",
                    "dynamic font 'sans-serif,17' background rgb '#ffffff'"},
    [SCRIPT_PDF] = {"pdfcairo enhanced", 8.5, 6.4, "cm",
                    "font 'sans,7' fontscale 0.75 linewidth 0.7"},
    [SCRIPT_TEX] = {"cairolatex pdf input", 8.5, 6.4, "cm",
                    "font ',8' fontscale 0.7 linewidth 0.7 header '\\footnotesize'"},
};

static void put_terminal(const script *s, script_terminal terminal, const figure *f)
{
    script_layout l = script_layout_of(f, &s->options);
    double wide = (double)l.columns, high = l.own_axes ? (double)l.rows : 1.0;
    fprintf(s->out, "set terminal %s size %g%s,%g%s %s\n", terminals[terminal].name,
            wide * terminals[terminal].width, terminals[terminal].unit,
            high * terminals[terminal].height, terminals[terminal].unit,
            terminals[terminal].rest);
}

static void put_preamble(const script *s, const figure *f)
{
    FILE *out = s->out;
    fprintf(out, "# Written by nslaw %s:\n", nslaw_version());
    if (s->options.origin)
        script_comment(out, s->options.origin);
    switch (s->options.terminal) {
    case SCRIPT_FREE:
        fputs("# To see it: gnuplot -p THIS_FILE. To draw it into a file, put before "
              "the rest:\n",
              out);
        fputs("#   ", out);
        put_terminal(s, SCRIPT_PDF, f);
        fputs("#   set output 'picture.pdf'\n", out);
        break;
    case SCRIPT_DUMB:
        fprintf(out, "set terminal dumb noenhanced size %zu,%zu\n",
                s->options.columns - 1, script_layout_of(f, &s->options).lines);
        break;
    case SCRIPT_TEX:
    case SCRIPT_PNG:
    case SCRIPT_SVG:
    case SCRIPT_PDF:
        put_terminal(s, s->options.terminal, f);
    }
    if (s->options.terminal == SCRIPT_TEX)
        fputs("set output 'graphic.tex'\n", out);
    fputs("set encoding utf8\nset border linewidth 0.8\nset tics nomirror\n", out);
}

/* Bytes of the next line of a text, at most `most` characters, broken at a blank. */
static size_t line_length(const char *text, size_t most)
{
    size_t length = 0, blank = 0, characters = 0;
    for (; text[length] && text[length] != '\n'; length++) {
        bool starts = ((unsigned char)text[length] & 0xc0) != 0x80;
        characters += starts;
        if (characters > most)
            return blank ? blank : length;
        if (text[length] == ' ')
            blank = length;
    }
    return length;
}

enum { CAPTION_LINES = 4 };

/* The caption's lines, wrapped; returns how many. */
static int wrap(const script *s, const figure *f, const char **start, size_t *length)
{
    enum { PICTURE = 84, PAPER = 74, MARGIN = 2 };
    size_t most = s->options.terminal == SCRIPT_DUMB  ? s->options.columns - MARGIN
                  : s->options.terminal == SCRIPT_TEX ? PAPER
                                                      : PICTURE;
    const char *caption = f->caption;
    int lines = 0;
    most *= script_layout_of(f, &s->options).columns;
    if (!caption)
        return 0;
    while (*caption && lines < CAPTION_LINES) {
        start[lines] = caption;
        length[lines] = line_length(caption, most);
        caption += length[lines++];
        while (*caption == ' ' || *caption == '\n')
            caption++;
    }
    return lines;
}

const char *script_small(const script *s)
{
    switch (s->options.terminal) {
    case SCRIPT_PNG:
        return " font ',18.5'";
    case SCRIPT_PDF:
    case SCRIPT_FREE:
        return " font ',5.2'";
    case SCRIPT_SVG:
        return " font ',12.5'";
    case SCRIPT_TEX: /* LaTeX has sizes of its own */
    case SCRIPT_DUMB:
        break;
    }
    return "";
}

const char *script_key_font(const script *s)
{
    switch (s->options.terminal) {
    case SCRIPT_PNG:
        return " font ',22'";
    case SCRIPT_PDF:
    case SCRIPT_FREE:
        return " font ',6.2'";
    case SCRIPT_SVG:
        return " font ',15'";
    case SCRIPT_TEX:
    case SCRIPT_DUMB:
        break;
    }
    return "";
}

/* The parameters, small, below everything; returns the lines that they take. */
static int put_caption(const script *s, const figure *f)
{
    const char *start[CAPTION_LINES];
    size_t length[CAPTION_LINES];
    static const double LINE = 0.78; /* of a line of the labels */
    int lines = wrap(s, f, start, length);
    bool dumb = s->options.terminal == SCRIPT_DUMB;
    for (int i = 0; i < lines; i++) {
        char line[512];
        snprintf(line, sizeof line, "%.*s", (int)length[i], start[i]);
        fprintf(s->out, "set label %d ", 900 + i);
        if (s->markup == MARKUP_LATEX)
            fputs("'\\scriptsize '.", s->out);
        script_text(s->out, line,
                    s->markup == MARKUP_ENHANCED ? MARKUP_NONE : s->markup, false);
        if (dumb)
            fprintf(s->out, " at character 1,%d left\n", lines - 1 - i);
        else
            fprintf(s->out,
                    " at screen 0.015,character %.2f left noenhanced%s"
                    " textcolor rgb '#555555'\n",
                    0.7 + LINE * (lines - 1 - i), script_small(s));
    }
    return lines;
}

void script_axis(const script *s, const char *name, const figure_axis *axis)
{
    char title[160];
    snprintf(title, sizeof title, "%s%s%s", axis->words, *axis->symbol ? " " : "",
             axis->symbol);
    fprintf(s->out, "set %slabel ", name);
    script_text(s->out, title, s->markup, true);
    fputc('\n', s->out);
}

static text_markup markup_of(script_terminal terminal)
{
    return terminal == SCRIPT_TEX    ? MARKUP_LATEX
           : terminal == SCRIPT_DUMB ? MARKUP_NONE
                                     : MARKUP_ENHANCED;
}

bool script_write(const figure *f, const script_options *options, FILE *out)
{
    script s = {out, *options, markup_of(options->terminal)};
    put_preamble(&s, f);
    int lines = put_caption(&s, f);
    if (f->title) {
        fputs("set title ", out);
        script_text(out, f->title, s.markup == MARKUP_LATEX ? s.markup : MARKUP_NONE,
                    false);
        fputs(" noenhanced\n", out);
    }
    if (f->map && !script_map(&s, f, lines))
        return false;
    if (!f->map)
        script_curves(&s, f, lines);
    return !ferror(out);
}
