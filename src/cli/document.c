/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/document.h"

#include <stdlib.h>
#include <string.h>

static void add_pair(document *d, document_pair *pairs, size_t *count, const char *key,
                     cell value, bool for_people)
{
    d->failed |= cell_failed(&value) || *count == DOCUMENT_PAIRS_MAX;
    if (*count < DOCUMENT_PAIRS_MAX)
        pairs[(*count)++] = (document_pair){key, value, for_people};
    else
        cell_clear(&value);
}

void document_add_model(document *d, const char *key, cell value)
{
    add_pair(d, d->model, &d->models, key, value, false);
}

void document_add_summary(document *d, const char *key, cell value)
{
    add_pair(d, d->summary, &d->summaries, key, value, true);
}

void document_add_summary_for_files(document *d, const char *key, cell value)
{
    add_pair(d, d->summary, &d->summaries, key, value, false);
}

document *document_add_section(document *d, char *caption)
{
    size_t room = (d->sections + 1) * sizeof *d->section;
    struct document **grown = realloc(d->section, room);
    if (grown)
        d->section = grown;
    document *section = grown ? calloc(1, sizeof *section) : NULL;
    d->failed |= !section || !caption;
    if (!section) {
        free(caption);
        return NULL;
    }
    section->caption = caption;
    d->section[d->sections++] = section;
    return section;
}

void document_add_column(document *d, const char *key, const char *meaning,
                         bool for_people)
{
    if (d->columns < DOCUMENT_COLUMNS_MAX)
        d->column[d->columns++] = (document_column){key, meaning, for_people};
    else
        d->failed = true;
}

void document_add_row(document *d)
{
    if (d->rows == d->rows_room) {
        size_t room = d->rows_room ? 2 * d->rows_room : 16;
        cell *grown = realloc(d->cells, room * d->columns * sizeof *grown);
        if (!grown) {
            d->failed = true;
            return;
        }
        d->cells = grown;
        d->rows_room = room;
    }
    for (size_t c = 0; c < d->columns; c++)
        d->cells[d->rows * d->columns + c] = cell_null();
    d->rows++;
}

void document_set(document *d, const char *key, cell value)
{
    document_set_at(d, d->rows - 1, key, value);
}

void document_set_at(document *d, size_t row, const char *key, cell value)
{
    for (size_t c = 0; c < d->columns && row < d->rows; c++) {
        if (strcmp(d->column[c].key, key) != 0)
            continue;
        cell *at = &d->cells[row * d->columns + c];
        cell_clear(at);
        *at = value;
        d->failed |= cell_failed(&value);
        return;
    }
    cell_clear(&value);
    d->failed = true;
}

void document_stream(document *d, size_t rows, document_row_maker *make, void *source)
{
    d->rows = rows;
    d->make_row = make;
    d->source = source;
}

bool document_failed(const document *d)
{
    bool failed = d->failed;
    for (size_t i = 0; i < d->sections; i++)
        failed |= d->section[i]->failed;
    return failed;
}

void document_clear(document *d)
{
    size_t held = d->cells ? d->rows * d->columns : 0;
    for (size_t i = 0; i < held; i++)
        cell_clear(&d->cells[i]);
    for (size_t i = 0; i < d->models; i++)
        cell_clear(&d->model[i].value);
    for (size_t i = 0; i < d->summaries; i++)
        cell_clear(&d->summary[i].value);
    for (size_t i = 0; i < d->sections; i++) {
        document_clear(d->section[i]);
        free(d->section[i]);
    }
    free(d->section);
    free(d->cells);
    free(d->record);
    free(d->caption);
    *d = (document){0};
}
