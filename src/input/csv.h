/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CSV with a header, read line by line. Lines that start with # and blank lines are
 * skipped, CRLF and a byte-order mark are fine, fields may be quoted. Hostile input is
 * refused with its line number: NUL bytes, ragged rows, duplicate headers, lines or
 * rows without end. */
#ifndef NSL_INPUT_CSV_H
#define NSL_INPUT_CSV_H

#include <nslaw/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

typedef struct {
    FILE *stream;     /* borrowed */
    const char *name; /* for messages; borrowed */
    size_t line;      /* of the row just read, from 1 */
    size_t columns;
    char **header;
    char **field; /* `columns` strings, valid until the next row */
    char *
        buffer; /* what is read of the stream and not yet given, from `next` to `end` */
    size_t next, end, buffer_size, fields_size;
    bool drained; /* the stream has no more */
    bool ended;
    bool bad_row; /* the row just read is refused, but others can follow */
} nsl_csv;

/* Starts reading, ahead of the rows that are given, and reads the header. On success
 * nsl_csv_close must follow. */
nsl_status nsl_csv_open(nsl_csv *csv, FILE *stream, const char *name, nsl_error *err);

/* Reads the next row; at the end of the file sets `ended`. After a row that is refused
 * for its fields (`bad_row`) reading may go on. */
nsl_status nsl_csv_next(nsl_csv *csv, nsl_error *err);

void nsl_csv_close(nsl_csv *csv);

enum { NSL_CSV_NONE = -1 };

/* Index of the column of that name, or NSL_CSV_NONE. */
int nsl_csv_column(const nsl_csv *csv, const char *name);

/* The number in a column of the current row; the message names file, line, column. */
nsl_status nsl_csv_number(const nsl_csv *csv, int column, double *out, nsl_error *err);

/* The names of the columns for a message: "a, b, c". */
void nsl_csv_describe(const nsl_csv *csv, char *out, size_t size);

#endif
