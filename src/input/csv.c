/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "input/csv.h"
#include "core/error.h"
#include "input/number.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Bounds on what a row may hold, so that no input takes memory without end; and the
 * bytes, at least, that are read at a time. */
enum { LINE_MAX_BYTES = 1 << 20, COLUMNS_MAX = 4096, BLOCK = 1 << 16 };

static nsl_status fail_line(const nsl_csv *csv, nsl_error *err, const char *what)
{
    return nsl_fail(err, NSL_EFILE, "", "%s:%zu: %s", csv->name, csv->line, what);
}

/* Reads on into the buffer, behind a line that has begun there. */
static nsl_status fill(nsl_csv *csv, nsl_error *err)
{
    if (csv->next > 0)
        memmove(csv->buffer, csv->buffer + csv->next, csv->end - csv->next);
    csv->end -= csv->next;
    csv->next = 0;
    if (csv->buffer_size - csv->end < BLOCK) {
        size_t size = 2 * csv->buffer_size + BLOCK;
        char *grown = realloc(csv->buffer, size);
        if (!grown)
            return nsl_fail_memory(err);
        csv->buffer = grown;
        csv->buffer_size = size;
    }
    /* a byte stays free for the end of a last line */
    size_t room = csv->buffer_size - csv->end - 1;
    size_t got = fread(csv->buffer + csv->end, 1, room, csv->stream);
    csv->end += got;
    csv->drained = got < room;
    if (ferror(csv->stream))
        return nsl_fail(err, NSL_EFILE, "", "%s: cannot read: %s", csv->name,
                        strerror(errno));
    return NSL_OK;
}

/* Finds the next line, without its end; ends it with a NUL. */
static nsl_status read_line(nsl_csv *csv, char **line, nsl_error *err)
{
    size_t length = 0;
    char *newline = NULL;
    csv->line++;
    for (;;) {
        size_t held = csv->end - csv->next;
        if (held > length)
            newline = memchr(csv->buffer + csv->next + length, '\n', held - length);
        length = newline ? (size_t)(newline - csv->buffer) - csv->next : held;
        if (newline || csv->drained || length > LINE_MAX_BYTES)
            break;
        nsl_status status = fill(csv, err);
        if (status != NSL_OK)
            return status;
    }
    *line = csv->buffer + csv->next;
    size_t shown = length <= LINE_MAX_BYTES ? length : LINE_MAX_BYTES + 1;
    if (shown > 0 && memchr(*line, '\0', shown))
        return fail_line(csv, err, "has a NUL byte: not a CSV file");
    if (length > LINE_MAX_BYTES)
        return fail_line(csv, err, "the line is longer than 1 MiB");
    csv->ended = !newline && length == 0;
    csv->next += length + (newline ? 1 : 0);
    if (length > 0 && (*line)[length - 1] == '\r')
        length--;
    (*line)[length] = '\0';
    return NSL_OK;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static char *skip_blanks(char *text)
{
    while (is_blank(*text))
        text++;
    return text;
}

/* Finds the next line that says something. */
static nsl_status read_content(nsl_csv *csv, char **line, nsl_error *err)
{
    for (;;) {
        nsl_status status = read_line(csv, line, err);
        if (status != NSL_OK || csv->ended)
            return status;
        if (csv->line == 1 && strncmp(*line, "\xEF\xBB\xBF", 3) == 0)
            *line += 3;
        const char *text = skip_blanks(*line);
        if (*text != '\0' && *text != '#')
            return NSL_OK;
    }
}

/* Ends a plain field: trims it and returns what follows the comma, or NULL. */
static char *end_plain(char *field)
{
    char *end = field;
    while (*end != ',' && *end != '\0')
        end++;
    char *next = *end == ',' ? end + 1 : NULL;
    while (end > field && is_blank(end[-1]))
        end--;
    *end = '\0';
    return next;
}

/* Unquotes a field that starts with a quote; *bad where the quoting is broken. */
static char *end_quoted(char *field, bool *bad)
{
    char *from = field + 1, *to = field;
    while (*from && !(from[0] == '"' && from[1] != '"')) {
        if (*from == '"')
            from++;
        *to++ = *from++;
    }
    *bad = *from != '"';
    if (*bad)
        return NULL;
    from = skip_blanks(from + 1);
    *bad = *from != ',' && *from != '\0';
    char *next = *from == ',' ? from + 1 : NULL;
    *to = '\0';
    return next;
}

/* Cuts a line into fields and counts them. */
static nsl_status split_line(nsl_csv *csv, char *line, size_t *count, nsl_error *err)
{
    char *rest = line;
    *count = 0;
    while (rest) {
        if (*count == COLUMNS_MAX)
            return fail_line(csv, err, "has more than 4096 columns");
        if (*count == csv->fields_size) {
            size_t size = csv->fields_size ? 2 * csv->fields_size : 16;
            char **grown = realloc(csv->field, size * sizeof *grown);
            if (!grown)
                return nsl_fail_memory(err);
            csv->field = grown;
            csv->fields_size = size;
        }
        char *field = skip_blanks(rest);
        bool bad = false;
        rest = *field == '"' ? end_quoted(field, &bad) : end_plain(field);
        if (bad)
            return fail_line(csv, err,
                             "a quoted field does not end before the next comma "
                             "or the end of the line");
        csv->field[(*count)++] = field;
    }
    return NSL_OK;
}

/* Keeps the header's names; they must differ (nameless columns aside). */
static nsl_status keep_header(nsl_csv *csv, nsl_error *err)
{
    csv->header = calloc(csv->columns, sizeof *csv->header);
    if (!csv->header)
        return nsl_fail_memory(err);
    for (size_t i = 0; i < csv->columns; i++) {
        csv->header[i] = strdup(csv->field[i]);
        if (!csv->header[i])
            return nsl_fail_memory(err);
        for (size_t j = 0; j < i; j++)
            if (*csv->header[i] && strcmp(csv->header[i], csv->header[j]) == 0) {
                char name[48];
                nsl_printable(name, sizeof name, csv->header[i]);
                return nsl_fail(err, NSL_EFILE, "",
                                "%s:%zu: the header has the column '%s' twice",
                                csv->name, csv->line, name);
            }
    }
    return NSL_OK;
}

nsl_status nsl_csv_open(nsl_csv *csv, FILE *stream, const char *name, nsl_error *err)
{
    char *line;
    *csv = (nsl_csv){.stream = stream, .name = name};
    nsl_status status = read_content(csv, &line, err);
    if (status == NSL_OK && csv->ended)
        status =
            nsl_fail(err, NSL_EFILE, "", "%s: is empty, it needs a header line", name);
    if (status == NSL_OK)
        status = split_line(csv, line, &csv->columns, err);
    if (status == NSL_OK)
        status = keep_header(csv, err);
    if (status != NSL_OK)
        nsl_csv_close(csv);
    return status;
}

nsl_status nsl_csv_next(nsl_csv *csv, nsl_error *err)
{
    char *line;
    nsl_status status = read_content(csv, &line, err);
    csv->bad_row = false;
    if (status != NSL_OK || csv->ended)
        return status;
    size_t count = 0;
    status = split_line(csv, line, &count, err);
    if (status == NSL_OK && count != csv->columns)
        status = nsl_fail(err, NSL_EFILE, "", "%s:%zu: has %zu fields, the header %zu",
                          csv->name, csv->line, count, csv->columns);
    csv->bad_row = status == NSL_EFILE;
    return status;
}

void nsl_csv_close(nsl_csv *csv)
{
    if (csv->header)
        for (size_t i = 0; i < csv->columns; i++)
            free(csv->header[i]);
    free(csv->header);
    free(csv->field);
    free(csv->buffer);
    *csv = (nsl_csv){0};
}

int nsl_csv_column(const nsl_csv *csv, const char *name)
{
    for (size_t i = 0; i < csv->columns; i++)
        if (strcmp(csv->header[i], name) == 0)
            return (int)i;
    return NSL_CSV_NONE;
}

nsl_status nsl_csv_number(const nsl_csv *csv, int column, double *out, nsl_error *err)
{
    const char *text = csv->field[column];
    nsl_number_status parsed = nsl_number_parse(text, out);
    if (parsed == NSL_NUMBER_OK)
        return NSL_OK;
    char value[48], name[48];
    nsl_printable(value, sizeof value, text);
    nsl_printable(name, sizeof name, csv->header[column]);
    return nsl_fail(err, NSL_EFILE, "", "%s:%zu: column %s: '%s' %s", csv->name,
                    csv->line, name, value, nsl_number_problem(parsed));
}

void nsl_csv_describe(const nsl_csv *csv, char *out, size_t size)
{
    size_t used = 0;
    *out = '\0';
    for (size_t i = 0; i < csv->columns && used + 8 < size; i++) {
        char name[48];
        nsl_printable(name, sizeof name, csv->header[i]);
        int wrote = snprintf(out + used, size - used, "%s%s", i ? ", " : "", name);
        used += wrote > 0 ? (size_t)wrote : 0;
    }
}
