/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "spectrum/row_order.h"
#include "core/error.h"

#include <stdlib.h>
#include <string.h>

static void free_texts(char **text, size_t count)
{
    for (size_t i = 0; text && i < count; i++)
        free(text[i]);
    free(text);
}

void nsl_raw_rows_clear(nsl_raw_rows *raw)
{
    free_texts(raw->lambda_text, raw->columns.rows);
    free_texts(raw->target_text, raw->columns.rows);
    for (size_t k = 0; k < sizeof raw->memory / sizeof *raw->memory; k++)
        free(raw->memory[k]);
    nsl_npy_clear(&raw->file);
    *raw = (nsl_raw_rows){.columns = {.rows = 0}};
}

/* --- sorting -----------------------------------------------------------------------
 */

/* The bits of numbers ≥ 0 are in their order; inverted they fall. */
typedef struct {
    uint64_t key;
    size_t at;
} sort_row;

enum { DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS };

/* By one digit, in the order before where it is the same; false where all have it. */
static bool sort_digit(sort_row *to, const sort_row *from, size_t count, int shift)
{
    size_t place[DIGITS] = {0}, before = 0;
    for (size_t i = 0; i < count; i++)
        place[from[i].key >> shift & (DIGITS - 1)]++;
    if (place[from[0].key >> shift & (DIGITS - 1)] == count)
        return false;
    for (int d = 0; d < DIGITS; d++) {
        size_t here = place[d];
        place[d] = before;
        before += here;
    }
    for (size_t i = 0; i < count; i++)
        to[place[from[i].key >> shift & (DIGITS - 1)]++] = from[i];
    return true;
}

/* Where each row of the order is among the rows; NULL when memory ran out. */
static sort_row *find_order(const nsl_columns *c)
{
    sort_row *rows = malloc(c->rows * sizeof *rows);
    sort_row *other = malloc(c->rows * sizeof *other);
    for (size_t i = 0; rows && other && i < c->rows; i++) {
        double lambda = c->lambda[i * c->step] + 0.0; /* −0 is 0 */
        uint64_t bits;
        memcpy(&bits, &lambda, sizeof bits);
        rows[i] = (sort_row){~bits, i};
    }
    for (int shift = 0; rows && other && shift < 64; shift += DIGIT_BITS)
        if (sort_digit(other, rows, c->rows, shift)) {
            sort_row *swap = rows;
            rows = other;
            other = swap;
        }
    if (!other) {
        free(rows);
        rows = NULL;
    }
    free(other);
    return rows;
}

static bool gather(double **out, const double *column, size_t step,
                   const sort_row *order, size_t rows)
{
    if (!column)
        return true;
    *out = malloc(rows * sizeof **out);
    for (size_t i = 0; *out && i < rows; i++)
        (*out)[i] = column[(order ? order[i].at : i) * step];
    return *out != NULL;
}

static bool gather_texts(char ***out, char **text, const sort_row *order, size_t rows)
{
    if (!text)
        return true;
    *out = malloc(rows * sizeof **out);
    for (size_t i = 0; *out && i < rows; i++)
        (*out)[i] = text[order ? order[i].at : i];
    return *out != NULL;
}

nsl_status nsl_raw_rows_sort(nsl_raw_rows *raw, bool in_order, nsl_error *err)
{
    nsl_columns *c = &raw->columns;
    double *lambda = NULL, *target = NULL, *copies = NULL;
    char **lambda_text = NULL, **target_text = NULL;
    if (in_order && c->step == 1)
        return NSL_OK;
    sort_row *order = in_order ? (sort_row *)NULL : find_order(c);
    bool fine = (in_order || order) &&
                gather(&lambda, c->lambda, c->step, order, c->rows) &&
                gather(&target, c->target, c->step, order, c->rows) &&
                gather(&copies, c->copies, c->step, order, c->rows) &&
                gather_texts(&lambda_text, raw->lambda_text, order, c->rows) &&
                gather_texts(&target_text, raw->target_text, order, c->rows);
    free(order);
    if (!fine) {
        free(lambda);
        free(target);
        free(copies);
        free(lambda_text);
        free(target_text);
        return nsl_fail_memory(err);
    }
    for (int k = 0; k < 3; k++)
        free(raw->memory[k]);
    nsl_npy_clear(&raw->file);
    free(raw->lambda_text);
    free(raw->target_text);
    *raw = (nsl_raw_rows){{c->rows, 1, lambda, target, copies},
                          {lambda, target, copies},
                          .lambda_text = lambda_text,
                          .target_text = target_text};
    return NSL_OK;
}
