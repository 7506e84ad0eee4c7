/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows that are made when they are written may be made by several threads: each writes
 * blocks of them to memory, and batches of blocks then go where they belong. */
#include "cli/rows.h"
#include "cli/memory_text.h"
#include "core/crew.h"
#include "core/error.h"

#include <stdlib.h>

enum { BLOCK = 256, BLOCKS = 64 };

typedef struct {
    const document *d;
    rows_put *put;
    void *data;
    size_t first; /* row */
    memory_text text[BLOCKS];
} batch;

static void put_rows(const batch *b, size_t from, size_t to, FILE *out)
{
    const document *d = b->d;
    for (size_t row = from; row < to; row++) {
        cell room[DOCUMENT_COLUMNS_MAX] = {{.kind = CELL_NULL}};
        if (d->make_row)
            d->make_row(d->source, row, room);
        b->put(d, d->make_row ? room : &d->cells[row * d->columns], row, out, b->data);
    }
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static nsl_status put_block(void *data, size_t task, nsl_error *err)
{
    batch *b = data;
    size_t from = b->first + task * BLOCK, to = least(from + BLOCK, b->d->rows);
    FILE *out = memory_text_open(&b->text[task]);
    if (out)
        put_rows(b, from, to, out);
    return memory_text_close(&b->text[task], out) ? NSL_OK : nsl_fail_memory(err);
}

/* Blocks of rows from memory, or the rows themselves where it has no room for them. */
static void put_batch(batch *b, size_t rows, FILE *out)
{
    nsl_work work = {.jobs = b->d->jobs};
    size_t blocks = (rows + BLOCK - 1) / BLOCK;
    nsl_status status = nsl_crew_run(put_block, b, blocks, &work, NULL);
    if (status != NSL_OK)
        put_rows(b, b->first, b->first + rows, out);
    for (size_t i = 0; i < blocks; i++) {
        if (status == NSL_OK && b->text[i].size > 0)
            fwrite(b->text[i].at, 1, b->text[i].size, out);
        free(b->text[i].at);
        b->text[i] = (memory_text){.at = NULL};
    }
}

void rows_write(const document *d, FILE *out, rows_put *put, void *data)
{
    batch b = {.d = d, .put = put, .data = data};
    if (!d->make_row || d->jobs < 2) {
        put_rows(&b, 0, d->rows, out);
        return;
    }
    for (; b.first < d->rows; b.first += BLOCK * BLOCKS)
        put_batch(&b, least(d->rows - b.first, BLOCK * BLOCKS), out);
}
