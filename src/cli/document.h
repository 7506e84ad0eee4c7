/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a command found, before a writer gives it a form. */
#ifndef NSL_CLI_DOCUMENT_H
#define NSL_CLI_DOCUMENT_H

#include "cli/cells.h"

enum { DOCUMENT_COLUMNS_MAX = 32, DOCUMENT_PAIRS_MAX = 32 };

typedef struct {
    const char *key;
    const char *meaning; /* for the one-point table: what it is and its unit */
    bool for_people;     /* shown in the table for people */
} document_column;

typedef struct {
    const char *key;
    cell value;
    bool for_people; /* of a summary: shown in the table for people */
} document_pair;

/* Makes the cells of a row when it is written, for documents too long to be held: cells
 * that are left alone are null. They need no memory of their own, which may lack once
 * other rows are out, and hold until the thread makes its next row. */
typedef void document_row_maker(void *source, size_t row, cell *cells);

typedef struct document {
    const char *command;
    char *record;  /* the command line to run again; owned */
    char *caption; /* lines for people above the table; owned */
    bool upright;  /* one point: a line a value */
    size_t models, columns, rows, rows_room, summaries;
    document_pair model[DOCUMENT_PAIRS_MAX];
    document_column column[DOCUMENT_COLUMNS_MAX];
    cell *cells;                  /* rows × columns; NULL where they are made */
    document_row_maker *make_row; /* NULL: the rows are held */
    void *source;                 /* of make_row; borrowed */
    unsigned jobs;                /* threads that may call make_row; 0: one */
    document_pair summary[DOCUMENT_PAIRS_MAX];
    /* Tables that people see instead of the rows: caption, columns, rows. Files have
     * what these say in the summary. */
    struct document **section;
    size_t sections;
    bool failed; /* memory ran out */
} document;

void document_add_model(document *d, const char *key, cell value);
void document_add_column(document *d, const char *key, const char *meaning,
                         bool for_people);
void document_add_summary(document *d, const char *key, cell value);

/* The same for what people read elsewhere, in the caption or a section. */
void document_add_summary_for_files(document *d, const char *key, cell value);

/* Adds a section; NULL when memory ran out. The caption is then the document's. */
document *document_add_section(document *d, char *caption);

/* Adds a row of null cells; its cells are then set with document_set, or those of any
 * row with document_set_at. */
void document_add_row(document *d);
void document_set(document *d, const char *key, cell value);
void document_set_at(document *d, size_t row, const char *key, cell value);

/* The rows come from `make`, when they are written (rows.h). */
void document_stream(document *d, size_t rows, document_row_maker *make, void *source);

/* Whether memory ran out for it or a section. */
bool document_failed(const document *d);

void document_clear(document *d);

#endif
