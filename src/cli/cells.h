/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cells: values already turned into text. Writers see nothing else. */
#ifndef NSL_CLI_CELLS_H
#define NSL_CLI_CELLS_H

#include "cli/memory_text.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum { CELL_NULL, CELL_NUMBER, CELL_TEXT, CELL_JSON } cell_kind;

/* How a cell becomes text when a writer asks for it. */
typedef enum {
    CELL_AS_IT_IS,  /* texts that are held: `full`, every digit, for files, and `brief`,
                       a  few, for people */
    CELL_IN_DIGITS, /* a number to `digits` digits, or `brief_digits` */
    CELL_IN_SHORT,  /* the shortest decimal that reads back the same */
    CELL_AS_BOUND,  /* an error bound */
    CELL_AS_WHOLE   /* a whole number */
} cell_form;

typedef struct {
    cell_kind kind;
    cell_form form;
    bool owned; /* the texts */
    char digits, brief_digits;
    const char *full, *brief;
    union {
        double value;
        uint64_t whole;
    };
} cell;

/* The text for files and for people, in `room` or held by the cell: "" of a null for
 * files. */
enum { CELL_ROOM = 48 };
const char *cell_full(const cell *c, char room[CELL_ROOM]);
const char *cell_brief(const cell *c, char room[CELL_ROOM]);

/* Cells of computed values (17 significant digits; NaN is null), of given values (the
 * shortest decimal that reads back the same; infinite is null in files and inf for
 * people) and of texts. */
cell cell_computed(double value);
cell cell_given(double value);
cell cell_whole(uint64_t value);
cell cell_text(const char *text);
/* A text that outlives the cell; another one for people. */
cell cell_word(const char *text);
cell cell_words(const char *full, const char *brief);
/* A computed value of which only some digits are known: those that a relative bound
 * leaves. */
cell cell_known(double value, double relative_bound);
/* The same by an absolute bound: 0 where that is all that is known of it, null where
 * the bound is a tenth of `scale` and of the value or more. */
cell cell_within(double value, double bound, double scale);
/* That of a dimensionless value, of which 1 is the scale. */
cell cell_absolute(double value, double bound);
/* A computed value to so many significant digits. */
cell cell_digits(double value, int digits);
/* An error bound: one digit for people. */
cell cell_bound(double value);
/* A remark that files carry whole and people see in short. */
cell cell_note(const char *full, const char *brief);
/* true or false, for files. */
cell cell_truth(bool value);
/* What has more structure than a number or a text: JSON for files, from a stream, which
 * is closed; failed where memory ran out for it or, NULL, for what people see. */
cell cell_written(memory_text *text, FILE *stream, const char *brief);
cell cell_null(void);
/* What the caller made, or NULLs: the cell then failed. Takes both. */
cell cell_made(cell_kind kind, char *full, char *brief);

/* Whether memory ran out. */
bool cell_failed(const cell *c);
void cell_clear(cell *c);

#endif
