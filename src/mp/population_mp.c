/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp/population_mp.h"
#include "core/error.h"

#include <stdlib.h>

/* Brings row i to its place among those before it: they are sorted as doubles, and
 * their decimals may tell more. */
static void sink_row(nsl_population_mp *p, size_t i)
{
    for (; i > 0 && mpfr_less_p(p->inverse[i], p->inverse[i - 1]); i--) {
        uint64_t copies = p->copies[i];
        mpfr_swap(p->inverse[i], p->inverse[i - 1]);
        p->copies[i] = p->copies[i - 1];
        p->copies[i - 1] = copies;
    }
}

/* Makes one row of equal ones. */
static void merge_rows(nsl_population_mp *p, size_t rows)
{
    size_t last = 0;
    for (size_t i = 1; i < rows; i++) {
        if (mpfr_equal_p(p->inverse[i], p->inverse[last])) {
            p->copies[last] += p->copies[i];
            continue;
        }
        last++;
        mpfr_swap(p->inverse[last], p->inverse[i]);
        p->copies[last] = p->copies[i];
    }
    for (size_t i = last + 1; i < rows; i++)
        mpfr_clear(p->inverse[i]);
    p->rows = last + 1;
}

static nsl_status take_rows(nsl_population_mp *p, nsl_error *err)
{
    nsl_table_view view = nsl_table_rows(p->level->model->model->spectrum);
    p->inverse = malloc(view.positive_rows * sizeof *p->inverse);
    p->copies = malloc(view.positive_rows * sizeof *p->copies);
    if (!p->inverse || !p->copies)
        return nsl_fail_memory(err);
    for (size_t i = 0; i < view.positive_rows; i++) {
        mpfr_init2(p->inverse[i], p->level->bits);
        mpfr_ui_div(p->inverse[i], 1, p->level->lambda[i], MPFR_RNDN);
        p->copies[i] = (uint64_t)nsl_table_copies(&view, i);
        sink_row(p, i);
    }
    merge_rows(p, view.positive_rows);
    return NSL_OK;
}

nsl_status nsl_population_mp_init(nsl_population_mp *p, nsl_level *level,
                                  nsl_error *err)
{
    *p = (nsl_population_mp){.level = level, .table = level->rows > 0};
    nsl_status status = p->table ? take_rows(p, err) : NSL_OK;
    if (status != NSL_OK)
        nsl_population_mp_clear(p);
    return status;
}

void nsl_population_mp_clear(nsl_population_mp *p)
{
    for (size_t i = 0; i < p->rows; i++)
        mpfr_clear(p->inverse[i]);
    free(p->inverse);
    free(p->copies);
    nsl_power_tail_clear(&p->tail);
}

bool nsl_population_mp_eigenvalue(mpfr_t lambda, uint64_t *copies,
                                  const nsl_population_mp *p, uint64_t i)
{
    if (p->table) {
        if (i >= p->rows)
            return false;
        mpfr_ui_div(lambda, 1, p->inverse[i], MPFR_RNDN);
        *copies = p->copies[i];
        return true;
    }
    if (i >= p->level->tables.latents)
        return false;
    mpfr_t index;
    mpfr_init2(index, 64);
    mpfr_set_uj(index, i + 1, MPFR_RNDN);
    mpfr_pow(lambda, index, p->level->tables.p, MPFR_RNDN);
    mpfr_div(lambda, p->level->lambda_max, lambda, MPFR_RNDN);
    mpfr_clear(index);
    *copies = 1;
    return true;
}
