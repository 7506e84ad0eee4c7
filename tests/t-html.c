/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pages: nothing leaves its place in them, and the values come back. browser.py uses
 * them as a reader would. */
#include "pictures.h"
#include "plot/html.h"
#include "plot/html_text.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const size_t LARGEST_PAGE = 25 * 1000 * 1000;

/* What a function of html_text.h writes, malloc'ed. */
static char *written(void (*write)(const char *text, FILE *out), const char *text)
{
    char *result = NULL;
    size_t size;
    FILE *out = open_memstream(&result, &size);
    write(text, out);
    fclose(out);
    return result;
}

static void expect(void (*write)(const char *text, FILE *out), const char *text,
                   const char *wanted)
{
    char *found = written(write, text);
    cr_expect_str_eq(found, wanted);
    free(found);
}

static char *page_of(const figure *f, size_t *size)
{
    char *result = NULL;
    FILE *out = open_memstream(&result, size);
    cr_assert(html_write(f, out));
    cr_assert(fclose(out) == 0);
    return result;
}

static size_t occurrences(const char *text, const char *part)
{
    size_t count = 0;
    for (; (text = strstr(text, part)); text += strlen(part))
        count++;
    return count;
}

Test(html, text_stays_text)
{
    expect(html_text, "a < b & \"c\" 'd'", "a &#60; b &#38; &#34;c&#34; &#39;d&#39;");
    expect(html_text, "</title><script>", "&#60;/title&#62;&#60;script&#62;");
    expect(html_text,
           "α\n\x01\xFF"
           "\xC0\xAF"
           "z",
           "α\n\uFFFD\uFFFD\uFFFD\uFFFDz");
    expect(html_string, "</script>", "\"\\u003c/script\\u003e\"");
    expect(html_string, "<!--&\"\\'\n\t\x1B",
           "\"\\u003c!--\\u0026\\u0022\\u005c\\u0027"
           "\\u000a\\u0009\\u001b\"");
    expect(html_string, "α\xFF", "\"α\uFFFD\"");
}

/* Values of one letter of base64. */
static unsigned sextet(char c)
{
    static const char letter[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c ? strchr(letter, c) : NULL;
    cr_assert(at, "no base64: %c", c);
    return (unsigned)(at - letter);
}

/* Decodes the array `key` of a page into bytes; `kind` gets its first letter. */
static size_t decode(const char *page, const char *key, char *kind, uint8_t *bytes)
{
    char start[64];
    snprintf(start, sizeof start, "\"%s\":\"", key);
    const char *text = strstr(page, start);
    cr_assert(text, "no %s", key);
    text += strlen(start);
    *kind = *text++;
    size_t count = 0;
    uint32_t bits = 0;
    for (unsigned have = 0; *text != '"' && *text != '='; text++) {
        bits = bits << 6 | sextet(*text);
        have += 6;
        if (have >= 8) {
            have -= 8;
            bytes[count++] = (uint8_t)(bits >> have);
        }
    }
    return count;
}

Test(html, values_come_back)
{
    picture p;
    cr_assert(picture_new(&p, 3, (double[]){10, 20, 1e5}, 2, (double[]){7, INFINITY}));
    const double loss[] = {1e-300, 0.1, INFINITY, NAN, 5e-324, 2.0 / 3.0};
    memcpy(p.map.test_loss, loss, sizeof loss);
    for (size_t i = 0; i < 6; i++) {
        p.map.regime[i] = (uint8_t)i;
        p.map.elasticity_samples[i] = 0.25;
    }
    size_t size;
    char *page = page_of(&p.figure, &size), kind;
    uint8_t bytes[1000];
    cr_expect(decode(page, "value", &kind, bytes) == sizeof loss && kind == 'd');
    cr_expect_arr_eq(bytes, p.map.test_loss, sizeof loss);
    cr_expect(decode(page, "regime", &kind, bytes) == 6 && kind == 'b');
    cr_expect_arr_eq(bytes, p.map.regime, 6);
    cr_expect(decode(page, "samples", &kind, bytes) == sizeof(double) && kind == 'd');
    cr_expect_arr_eq(bytes, p.map.elasticity_samples, sizeof(double));
    free(page);
    picture_clear(&p);
}

/* A page may name nothing to load, and ends its scripts itself. */
Test(html, reads_nothing_else)
{
    picture p;
    cr_assert(picture_map(&p));
    free(p.figure.title);
    p.figure.title = strdup("</title></script><script src=http://x>");
    p.shown.loss = "</script><script>";
    size_t size;
    char *page = page_of(&p.figure, &size);
    cr_expect(occurrences(page,
                          "Content-Security-Policy\" content=\"default-src 'none'; "
                          "style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
                          "img-src data:\"") == 1);
    cr_expect(occurrences(page, "<script") == 2 && occurrences(page, "</script") == 2);
    cr_expect(occurrences(page, "<title>") == 1 && occurrences(page, "</title>") == 1);
    cr_expect(occurrences(page, "{{") == 0);
    const char *const loaders[] = {" href=", "@import",        "<link",  "<img",
                                   "fetch(", "XMLHttpRequest", "import("};
    for (size_t i = 0; i < sizeof loaders / sizeof *loaders; i++)
        cr_expect(occurrences(page, loaders[i]) == 0, "%s", loaders[i]);
    cr_expect(occurrences(page, "://") == 2 + 1,
              "the name of SVG, and the title twice");
    free(page);
    picture_clear(&p);
}

Test(html, large_maps_are_single_precision)
{
    enum { SIDE = 1000 };
    double *axis = calloc(SIDE, sizeof *axis);
    cr_assert(axis);
    for (int i = 0; i < SIDE; i++)
        axis[i] = 1.0 + i;
    picture p;
    cr_assert(picture_new(&p, SIDE, axis, SIDE, axis));
    for (int k = 0; k < SIDE * SIDE; k++) {
        p.map.test_loss[k] = 1.0 / (1.0 + k);
        p.map.elasticity_features[k] = k % 7 ? 0.001 * k : nan("");
        p.map.elasticity_samples[k] = -0.001 * k;
        p.map.ridge[k] = 1e-3;
    }
    size_t size;
    char *page = page_of(&p.figure, &size), kind;
    cr_expect(size < LARGEST_PAGE, "%zu bytes", size);
    uint8_t *bytes = malloc(8 * SIDE * SIDE);
    cr_assert(bytes && decode(page, "value", &kind, bytes) == 4 * SIDE * SIDE);
    cr_expect(kind == 'f');
    float last;
    memcpy(&last, bytes + 4 * (SIDE * SIDE - 1), sizeof last);
    cr_expect(last == (float)1e-6);
    free(page);

    p.map.test_loss[0] = 1e-300; /* beyond single precision */
    page = page_of(&p.figure, &size);
    cr_expect(decode(page, "value", &kind, bytes) == 8 * SIDE * SIDE && kind == 'd');
    free(page);
    free(bytes);
    free(axis);
    picture_clear(&p);
}

Test(html, curves_are_written)
{
    picture p;
    cr_assert(picture_curve(&p));
    size_t size;
    char *page = page_of(&p.figure, &size);
    cr_expect(occurrences(page, "\"kind\":\"line\"") == 2);
    cr_expect(occurrences(page, "\"kind\":\"points\"") == 2);
    cr_expect(occurrences(page, "\"kind\":\"law\"") == 1);
    cr_expect(occurrences(page, "\"kind\":\"level\"") == 1);
    cr_expect(occurrences(page, "\"error\":\"d") == 2);
    cr_expect(occurrences(page, "\"below\"") == 0);
    free(page);
    picture_clear(&p);
}

Test(html, a_panel_below_is_written)
{
    picture p;
    size_t size;
    cr_assert(picture_curve(&p));
    figure *below = figure_add_panel(&p.figure);
    cr_assert(below && figure_add(below, SERIES_LINE, "next", 2, false));
    below->x = below->y = (figure_axis){"budget", "B", true};
    char *page = page_of(&p.figure, &size);
    cr_expect(occurrences(page, ",\"next\":{") == 1);
    cr_expect(occurrences(page, "\"kind\":\"line\"") == 3);
    free(page);
    picture_clear(&p);
}

Test(html, write_errors_stay_in_the_file)
{
    picture p;
    cr_assert(picture_curve(&p));
    FILE *full = fopen("/dev/full", "w");
    cr_assert(full);
    cr_expect(html_write(&p.figure, full));
    bool failed = fflush(full) != 0 || ferror(full);
    cr_expect(failed);
    fclose(full);
    picture_clear(&p);
}
