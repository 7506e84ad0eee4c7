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

/* The cells of a row: those that are held, or new ones in `room`; NULL when memory ran
 * out. */
static const cell *cells_of(const document *d, size_t row, cell *room)
{
    if (!d->make_row)
        return &d->cells[row * d->columns];
    bool fine = d->make_row(d->source, row, room);
    for (size_t c = 0; c < d->columns; c++)
        fine = fine && !cell_failed(&room[c]);
    return fine ? room : NULL;
}

static bool put_rows(const batch *b, size_t from, size_t to, FILE *out)
{
    cell room[DOCUMENT_COLUMNS_MAX] = {{.kind = CELL_NULL}};
    bool fine = true;
    for (size_t row = from; row < to && fine; row++) {
        const cell *cells = cells_of(b->d, row, room);
        fine = cells != NULL;
        if (fine)
            b->put(b->d, cells, row, out, b->data);
        for (size_t c = 0; c < b->d->columns; c++)
            cell_clear(&room[c]);
    }
    return fine;
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
    bool fine = out && put_rows(b, from, to, out);
    fine = memory_text_close(&b->text[task], out) && fine;
    return fine ? NSL_OK : nsl_fail_memory(err);
}

/* Blocks of rows from memory, or the rows themselves where it has no room for them. */
static bool put_batch(batch *b, size_t rows, FILE *out)
{
    nsl_work work = {.jobs = b->d->jobs};
    size_t blocks = (rows + BLOCK - 1) / BLOCK;
    nsl_status status = nsl_crew_run(put_block, b, blocks, &work, NULL);
    for (size_t i = 0; i < blocks; i++) {
        if (status == NSL_OK && b->text[i].size > 0)
            fwrite(b->text[i].at, 1, b->text[i].size, out);
        free(b->text[i].at);
        b->text[i] = (memory_text){.at = NULL};
    }
    return status == NSL_OK || put_rows(b, b->first, b->first + rows, out);
}

/* One after the other, by several threads. */
static bool put_batches(batch *b, FILE *out)
{
    bool fine = true;
    for (; b->first < b->d->rows && fine; b->first += BLOCK * BLOCKS)
        fine = put_batch(b, least(b->d->rows - b->first, BLOCK * BLOCKS), out);
    return fine;
}

bool rows_write(const document *d, FILE *out, rows_put *put, void *data)
{
    batch b = {.d = d, .put = put, .data = data};
    return d->make_row && d->jobs > 1 ? put_batches(&b, out)
                                      : put_rows(&b, 0, d->rows, out);
}
