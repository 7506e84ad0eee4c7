/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "input/csv.h"
#include "core/error.h"
#include "input/number.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Bounds on what a row may hold, so that no input takes memory without end. */
enum { LINE_MAX_BYTES = 1 << 20, COLUMNS_MAX = 4096 };

static nsl_status fail_line(const nsl_csv *csv, nsl_error *err, const char *what)
{
    return nsl_fail(err, NSL_EFILE, "", "%s:%zu: %s", csv->name, csv->line, what);
}

/* Appends one byte to the row's text. */
static bool buffer_put(nsl_csv *csv, size_t at, char byte)
{
    if (at == csv->buffer_size) {
        size_t size = csv->buffer_size ? 2 * csv->buffer_size : 256;
        char *grown = realloc(csv->buffer, size);
        if (!grown)
            return false;
        csv->buffer = grown;
        csv->buffer_size = size;
    }
    csv->buffer[at] = byte;
    return true;
}

/* Reads one line without its end into the buffer. */
static nsl_status read_line(nsl_csv *csv, nsl_error *err)
{
    size_t length = 0;
    int byte;
    csv->line++;
    while ((byte = getc_unlocked(csv->stream)) != EOF && byte != '\n') {
        if (byte == '\0')
            return fail_line(csv, err, "has a NUL byte: not a CSV file");
        if (length == LINE_MAX_BYTES)
            return fail_line(csv, err, "the line is longer than 1 MiB");
        if (!buffer_put(csv, length++, (char)byte))
            return nsl_fail_memory(err);
    }
    if (ferror(csv->stream))
        return nsl_fail(err, NSL_EFILE, "", "%s: cannot read: %s", csv->name,
                        strerror(errno));
    csv->ended = byte == EOF && length == 0;
    if (length > 0 && csv->buffer[length - 1] == '\r')
        length--;
    return buffer_put(csv, length, '\0') ? NSL_OK : nsl_fail_memory(err);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Skips lines that say nothing. */
static nsl_status read_content(nsl_csv *csv, nsl_error *err)
{
    for (;;) {
        nsl_status status = read_line(csv, err);
        if (status != NSL_OK || csv->ended)
            return status;
        char *text = csv->buffer;
        if (csv->line == 1 && strncmp(text, "\xEF\xBB\xBF", 3) == 0)
            memmove(text, text + 3, strlen(text + 3) + 1);
        text += strspn(text, " \t");
        if (*text != '\0' && *text != '#')
            return NSL_OK;
    }
}

/* Ends a plain field: trims it and returns what follows the comma, or NULL. */
static char *end_plain(char *field)
{
    char *end = field + strcspn(field, ",");
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
    from++;
    from += strspn(from, " \t");
    *bad = *from != ',' && *from != '\0';
    char *next = *from == ',' ? from + 1 : NULL;
    *to = '\0';
    return next;
}

/* Cuts the buffer into fields and counts them. */
static nsl_status split_line(nsl_csv *csv, size_t *count, nsl_error *err)
{
    char *rest = csv->buffer;
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
        char *field = rest + strspn(rest, " \t");
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
    *csv = (nsl_csv){.stream = stream, .name = name};
    nsl_status status = read_content(csv, err);
    if (status == NSL_OK && csv->ended)
        status =
            nsl_fail(err, NSL_EFILE, "", "%s: is empty, it needs a header line", name);
    if (status == NSL_OK)
        status = split_line(csv, &csv->columns, err);
    if (status == NSL_OK)
        status = keep_header(csv, err);
    if (status != NSL_OK)
        nsl_csv_close(csv);
    return status;
}

nsl_status nsl_csv_next(nsl_csv *csv, nsl_error *err)
{
    nsl_status status = read_content(csv, err);
    csv->bad_row = false;
    if (status != NSL_OK || csv->ended)
        return status;
    size_t count = 0;
    status = split_line(csv, &count, err);
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
