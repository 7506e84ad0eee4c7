/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Maps in a terminal: their bytes, their size, and texts that would command it. */
#include "pictures.h"
#include "plot/blocks.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static char *drawn(const figure *f, size_t columns, size_t rows)
{
    char *result = NULL;
    size_t size;
    FILE *out = open_memstream(&result, &size);
    cr_assert(blocks_write(f, out, columns, rows));
    cr_assert(fclose(out) == 0);
    return result;
}

/* Takes the colours out, and nothing else. */
static void strip(char *text)
{
    char *to = text;
    while (*text) {
        if (text[0] == '\x1b' && text[1] == '[') {
            text += 2;
            text += strspn(text, "0123456789;");
            cr_assert(*text == 'm', "no colour: %c", *text);
            text++;
        } else {
            *to++ = *text++;
        }
    }
    *to = '\0';
}

/* Two by two cells: 1 and NaN below, infinity and 100 above. */
static const char TINY[] = "Loss of a power law\n"
                           "samples P\n"
                           "        │▀▀▀▀▀▀▀P▀▀▀▀▀▀▀▀......M...▀▀▀▀▀\n"
                           "        │▀▀▀▀▀...........▀▀▀▀▀▀U▀▀▀▀▀▀▀▀\n"
                           "    10^0┤▀▀...▀▀▀▀▀▀▀▀▀▀                \n"
                           "        └────────────┬──────────┬───────\n"
                           "                   10^2       10^4\n"
                           "         features N\n"
                           "test loss L 1.0e+00 ▀▀▀▀▀▀▀▀▀▀ 1.0e+02\n"
                           "U undefined   P interpolation-peak\n"
                           "M model-limited\n"
                           ". features=samples\n";

static void make_tiny(picture *p)
{
    cr_assert(picture_new(p, 2, (double[]){10, 1e4}, 2, (double[]){1, 1e3}));
    const double loss[] = {1.0, NAN, INFINITY, 100.0};
    const uint8_t regime[] = {NSL_PHASE_MODEL, NSL_PHASE_UNDEFINED, NSL_PHASE_PEAK,
                              NSL_PHASE_MODEL};
    memcpy(p->map.test_loss, loss, sizeof loss);
    memcpy(p->map.regime, regime, sizeof regime);
    nsl_boundary *b = picture_boundary(p, NSL_BOUNDARY_FEATURES_SAMPLES, 2);
    cr_assert(b);
    b->x[0] = b->y[0] = 1.0;
    b->x[1] = b->y[1] = 1e9;
}

Test(blocks, tiny_map)
{
    picture p;
    make_tiny(&p);
    char *text = drawn(&p.figure, 40, 12);
    /* Infinity in the uppermost left corner; 1, the least, in the lowest. */
    const char *start = strstr(text, "│");
    const char *corner = "│\x1b[38;5;198m\x1b[48;5;198m▀\x1b[0m\x1b[38;5;198m";
    cr_expect(start && strncmp(start, corner, strlen(corner)) == 0);
    cr_expect(strstr(text, "┤\x1b[38;5;53m\x1b[48;5;53m▀\x1b[0m"));
    strip(text);
    cr_expect_str_eq(text, TINY, "%s", text);
    free(text);
    picture_clear(&p);
}

/* A point that is none breaks a curve: no mark but those of whole pieces. */
Test(blocks, curves_may_break)
{
    picture p;
    cr_assert(picture_new(&p, 2, (double[]){10, 1e4}, 2, (double[]){1, 1e3}));
    nsl_boundary *b = picture_boundary(&p, NSL_BOUNDARY_FRONTIER, 3);
    cr_assert(b);
    b->x[0] = b->y[0] = 1.0;
    b->x[1] = b->y[1] = nan("");
    b->x[2] = b->y[2] = 1e9;
    char *text = drawn(&p.figure, 80, 24);
    strip(text);
    cr_expect(!strchr(text, '+'), "%s", text);
    free(text);
    picture_clear(&p);
}

/* Characters of a line, each one column wide. */
static size_t width(const char *line, size_t bytes)
{
    size_t count = 0;
    for (size_t i = 0; i < bytes; i++)
        count += ((unsigned char)line[i] & 0xC0) != 0x80;
    return count;
}

static void expect_size(const char *text, size_t columns, size_t rows)
{
    size_t lines = 0;
    for (const char *end; (end = strchr(text, '\n')); text = end + 1) {
        lines++;
        size_t wide = width(text, (size_t)(end - text));
        cr_expect(wide <= columns, "line %zu has %zu of %zu columns", lines, wide,
                  columns);
    }
    cr_expect(lines == rows && *text == '\0', "%zu of %zu lines", lines, rows);
}

Test(blocks, fits_the_terminal)
{
    static const size_t sizes[][2] = {{40, 12}, {80, 24}, {61, 33}, {250, 70}};
    picture p;
    cr_assert(picture_map(&p));
    p.shown.loss = "a very long name of a mean squared error over everything";
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char *text = drawn(&p.figure, sizes[i][0], sizes[i][1]);
        strip(text);
        expect_size(text, sizes[i][0], sizes[i][1]);
        free(text);
    }
    char *least = drawn(&p.figure, 1, 0);
    strip(least);
    expect_size(least, BLOCKS_COLUMNS_MIN, BLOCKS_ROWS_MIN);
    free(least);
    picture_clear(&p);
}

/* One cell, and a logarithmic axis from 0 to infinity. */
Test(blocks, unusual_axes)
{
    picture p;
    cr_assert(picture_new(&p, 3, (double[]){0, 10, INFINITY}, 1, (double[]){5}));
    for (size_t i = 0; i < 3; i++)
        p.map.test_loss[i] = 1.0;
    char *text = drawn(&p.figure, 80, 24);
    strip(text);
    expect_size(text, 80, 24);
    cr_expect(strstr(text, "  0  ") && strstr(text, " inf"), "%s", text);
    free(text);
    picture_clear(&p);
}

Test(blocks, texts_command_nothing)
{
    picture p;
    make_tiny(&p);
    free(p.figure.title);
    p.figure.title = strdup("a\x1b]0;x\x07\nb\xC2\x9B"
                            "31mc\xFF");
    p.figure.x.words = "\x1b[2J";
    char *text = drawn(&p.figure, 80, 24);
    const char *title = "a?]0;x??b?31mc?\n";
    cr_expect(strncmp(text, title, strlen(title)) == 0, "%.30s", text);
    strip(text); /* fails at anything but colours */
    cr_expect(strstr(text, "?[2J N"));
    free(text);
    picture_clear(&p);
}
