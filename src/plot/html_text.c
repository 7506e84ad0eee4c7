/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/html_text.h"
#include "input/number.h"

#include <float.h>
#include <math.h>
#include <string.h>

static const char REPLACEMENT[] = "\xEF\xBF\xBD"; /* U+FFFD */

void html_text(const char *text, FILE *out)
{
    while (*text) {
        size_t length = nsl_utf8_length(text);
        unsigned char c = (unsigned char)*text;
        if (length == 0 || (c < 0x20 && c != '\t' && c != '\n') || c == 0x7F)
            fputs(REPLACEMENT, out);
        else if (strchr("<>&\"'", c))
            fprintf(out, "&#%d;", c);
        else
            fwrite(text, 1, length, out);
        text += length ? length : 1;
    }
}

void html_string(const char *text, FILE *out)
{
    fputc('"', out);
    while (*text) {
        size_t length = nsl_utf8_length(text);
        unsigned char c = (unsigned char)*text;
        if (length == 0)
            fputs(REPLACEMENT, out);
        else if (c < 0x20 || c == 0x7F || strchr("<>&\"'\\", c))
            fprintf(out, "\\u%04x", c);
        else
            fwrite(text, 1, length, out);
        text += length ? length : 1;
    }
    fputc('"', out);
}

/* Base64 in pieces: up to two bytes wait for the rest of their group of three. */
typedef struct {
    FILE *out;
    unsigned waiting;
    uint8_t group[3];
} base64;

static void base64_group(base64 *b)
{
    static const char letter[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const uint8_t *g = b->group;
    char text[4] = {
        letter[g[0] >> 2],
        letter[(g[0] & 3) << 4 | g[1] >> 4],
        b->waiting > 1 ? letter[(g[1] & 15) << 2 | g[2] >> 6] : '=',
        b->waiting > 2 ? letter[g[2] & 63] : '=',
    };
    fwrite(text, 1, sizeof text, b->out);
    *b = (base64){.out = b->out};
}

static void base64_put(base64 *b, uint64_t bits, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++) {
        b->group[b->waiting++] = (uint8_t)(bits >> 8 * i);
        if (b->waiting == 3)
            base64_group(b);
    }
}

static void base64_end(base64 *b)
{
    if (b->waiting)
        base64_group(b);
}

void html_bytes(size_t count, const uint8_t *value, FILE *out)
{
    base64 b = {.out = out};
    fputs("\"b", out);
    for (size_t i = 0; i < count; i++)
        base64_put(&b, value[i], 1);
    base64_end(&b);
    fputc('"', out);
}

static bool all_same(size_t count, const double *value)
{
    for (size_t i = 1; i < count; i++)
        if (memcmp(&value[i], &value[0], sizeof *value) != 0)
            return false;
    return count > 1;
}

/* Whether each value keeps a float's full precision, 7 digits. */
static bool fits_float(size_t count, const double *value)
{
    for (size_t i = 0; i < count; i++)
        if (isfinite(value[i]) && value[i] != 0.0 &&
            (fabs(value[i]) < (double)FLT_MIN || fabs(value[i]) > (double)FLT_MAX))
            return false;
    return true;
}

static uint64_t double_bits(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static uint32_t float_bits(double value)
{
    float narrow = (float)value;
    uint32_t bits;
    memcpy(&bits, &narrow, sizeof bits);
    return bits;
}

void html_doubles(size_t count, const double *value, bool exact, FILE *out)
{
    bool same = all_same(count, value);
    bool narrow = !exact && !same && fits_float(count, value);
    base64 b = {.out = out};
    fprintf(out, "\"%c", narrow ? 'f' : 'd');
    for (size_t i = 0; i < (same ? 1 : count); i++) {
        if (narrow)
            base64_put(&b, float_bits(value[i]), 4);
        else
            base64_put(&b, double_bits(value[i]), 8);
    }
    base64_end(&b);
    fputc('"', out);
}
