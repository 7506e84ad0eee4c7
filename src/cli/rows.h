/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows of a document, one after the other, however many. */
#ifndef NSL_CLI_ROWS_H
#define NSL_CLI_ROWS_H

#include "cli/document.h"
#include <stdio.h>

/* Writes one row; several threads may do so at once, each with an `out` of its own. */
typedef void rows_put(const document *d, const cell *cells, size_t row, FILE *out,
                      void *data);

/* Writes all rows of a document to `out`, in order. */
void rows_write(const document *d, FILE *out, rows_put *put, void *data);

#endif
