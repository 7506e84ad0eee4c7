/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "input/npy.h"
#include "core/error.h"
#include "input/number.h"

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

/* NumPy writes 128 bytes or so; a longer header is no array of ours. */
enum { HEADER_MAX = 4096 };

/* Data are read in pieces, so that a header that promises more than the file holds
 * takes no memory. */
enum { PIECE = 1 << 16 };

static nsl_status fail_file(const char *name, nsl_error *err, const char *what)
{
    return nsl_fail(err, NSL_EFILE, "", "%s: %s", name, what);
}

/* Reads magic, version and the header text (NUL-terminated into `text`). */
static nsl_status read_header(FILE *stream, const char *name, char *text,
                              nsl_error *err)
{
    unsigned char head[8], size[4] = {0};
    if (fread(head, 1, sizeof head, stream) != sizeof head ||
        memcmp(head, "\x93NUMPY", 6) != 0)
        return fail_file(name, err, "is not an .npy file");
    if (head[6] < 1 || head[6] > 3)
        return fail_file(name, err, "has an .npy version other than 1, 2 or 3");
    size_t width = head[6] == 1 ? 2 : 4;
    if (fread(size, 1, width, stream) != width)
        return fail_file(name, err, "is truncated in its .npy header");
    size_t length = (size_t)size[0] | (size_t)size[1] << 8 | (size_t)size[2] << 16 |
                    (size_t)size[3] << 24;
    if (length >= HEADER_MAX)
        return fail_file(name, err, "has an .npy header longer than 4095 bytes");
    if (fread(text, 1, length, stream) != length)
        return fail_file(name, err, "is truncated in its .npy header");
    text[length] = '\0';
    return NSL_OK;
}

/* What follows 'key': in the header, or NULL. */
static const char *header_value(const char *text, const char *key)
{
    char quoted[32];
    snprintf(quoted, sizeof quoted, "'%s'", key);
    const char *at = strstr(text, quoted);
    if (!at)
        return NULL;
    at += strlen(quoted);
    at += strspn(at, " ");
    if (*at != ':')
        return NULL;
    at++;
    return at + strspn(at, " ");
}

static bool starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static nsl_status check_type(const char *text, const char *name, bool *bytes,
                             nsl_error *err)
{
    const char *type = header_value(text, "descr");
    *bytes = type && starts_with(type, "'|u1'");
    if (*bytes || (type && starts_with(type, "'<f8'")))
        return NSL_OK;
    char found[24] = "?";
    if (type) {
        size_t end = strcspn(type, ",}");
        char copy[24];
        snprintf(copy, sizeof copy, "%.*s", (int)(end < 20 ? end : 20), type);
        nsl_printable(found, sizeof found, copy);
    }
    return nsl_fail(err, NSL_EFILE, "",
                    "%s: the array must be little-endian float64 ('<f8') or uint8 "
                    "('|u1'), it is %s",
                    name, found);
}

/* One dimension of a shape; moves *at past it. */
static bool take_size(const char **at, size_t *out)
{
    char *end;
    *at += strspn(*at, " ");
    if (**at < '0' || **at > '9')
        return false;
    unsigned long long value = strtoull(*at, &end, 10);
    *at = end + strspn(end, " ");
    *out = (size_t)value;
    return value < SIZE_MAX / 64;
}

/* (rows,) or (rows, columns) */
static bool take_shape(const char *at, size_t *rows, size_t *columns)
{
    *columns = 1;
    if (!at || *at++ != '(' || !take_size(&at, rows))
        return false;
    if (*at++ != ',')
        return false;
    at += strspn(at, " ");
    if (*at == ')')
        return true;
    return take_size(&at, columns) && *at == ')';
}

/* Turns what was read into numbers; bytes fill the front of each piece. */
static void decode(double *data, size_t count, bool bytes)
{
    for (size_t i = bytes ? count : 0; i-- > 0;)
        data[i] = ((const unsigned char *)data)[i];
    for (size_t i = 0; i < count && !bytes && le64toh(1) != 1; i++) {
        uint64_t bits;
        memcpy(&bits, data + i, sizeof bits);
        bits = le64toh(bits);
        memcpy(data + i, &bits, sizeof bits);
    }
}

/* Maps the rest of a regular file that is as long as it should be; what else there is
 * to say of a file is said as it is read. Pages are found and read ahead of use. */
static bool map_values(nsl_npy *out, size_t count, FILE *stream)
{
    struct stat info;
    off_t at = ftello(stream);
    if (le64toh(1) != 1 || at < 0 || (size_t)at % sizeof *out->data != 0 ||
        fstat(fileno(stream), &info) != 0 || !S_ISREG(info.st_mode) ||
        info.st_size < at ||
        (uintmax_t)(info.st_size - at) != count * sizeof *out->data)
        return false;
    size_t size = (size_t)info.st_size;
    void *map = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fileno(stream), 0);
    if (map == MAP_FAILED)
        return false;
    madvise(map, size, MADV_SEQUENTIAL);
    out->map = map;
    out->map_size = size;
    out->data = (const double *)((const char *)map + at);
    return true;
}

/* Reads `count` values, growing the array as they come. */
static nsl_status read_values(nsl_npy *out, size_t count, bool bytes, FILE *stream,
                              const char *name, nsl_error *err)
{
    size_t have = 0, room = 0;
    while (have < count) {
        size_t want = count - have < PIECE ? count - have : PIECE;
        if (have + want > room) {
            room = 2 * room > have + want ? 2 * room : have + want;
            room = room < count ? room : count;
            double *grown = realloc(out->owned, room * sizeof *grown);
            if (!grown)
                return nsl_fail_memory(err);
            out->owned = grown;
        }
        double *to = out->owned + have;
        size_t got = fread(to, bytes ? 1 : sizeof *to, want, stream);
        decode(to, got, bytes);
        have += got;
        if (got < want)
            return nsl_fail(err, NSL_EFILE, "",
                            "%s: is truncated: the header promises %zu values, "
                            "the file holds %zu",
                            name, count, have);
    }
    out->data = out->owned;
    return getc(stream) == EOF ? NSL_OK
                               : fail_file(name, err, "has data after the array");
}

static nsl_status read_array(nsl_npy *out, const char *text, FILE *stream,
                             const char *name, size_t columns_max, nsl_error *err)
{
    const char *order = header_value(text, "fortran_order");
    bool bytes;
    nsl_status status = check_type(text, name, &bytes, err);
    if (status != NSL_OK)
        return status;
    if (!order || !(starts_with(order, "False") || starts_with(order, "True")) ||
        !take_shape(header_value(text, "shape"), &out->rows, &out->columns) ||
        out->columns < 1 || out->columns > columns_max)
        return nsl_fail(err, NSL_EFILE, "",
                        "%s: the array must be 1-D, or 2-D with at most %zu columns",
                        name, columns_max);
    if (out->rows == 0)
        return fail_file(name, err, "the array is empty");
    if (out->rows > SIZE_MAX / 64 / out->columns)
        return fail_file(name, err, "the array is too large");
    size_t count = out->rows * out->columns;
    if (bytes || !map_values(out, count, stream))
        status = read_values(out, count, bytes, stream, name, err);
    bool by_rows = starts_with(order, "False");
    out->row_step = by_rows ? out->columns : 1;
    out->column_step = by_rows ? 1 : out->rows;
    return status;
}

nsl_status nsl_npy_read(nsl_npy *out, FILE *stream, const char *name,
                        size_t columns_max, nsl_error *err)
{
    char text[HEADER_MAX];
    *out = (nsl_npy){0};
    nsl_status status = read_header(stream, name, text, err);
    if (status == NSL_OK)
        status = read_array(out, text, stream, name, columns_max, err);
    if (status != NSL_OK)
        nsl_npy_clear(out);
    return status;
}

void nsl_npy_clear(nsl_npy *array)
{
    free(array->owned);
    if (array->map)
        munmap(array->map, array->map_size);
    *array = (nsl_npy){0};
}
