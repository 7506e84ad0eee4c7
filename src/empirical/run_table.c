/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/error.h"
#include "empirical/form.h"

#include <stdlib.h>

typedef struct {
    nsl_fit_run run;
    size_t place;
} placed;

static int compare(double a, double b)
{
    return (a > b) - (a < b);
}

/* By every value in turn: runs that compare equal are the same. */
static int by_values(const void *one, const void *other)
{
    const nsl_fit_run *a = &((const placed *)one)->run,
                      *b = &((const placed *)other)->run;
    int order = compare(a->parameters, b->parameters);
    order = order ? order : compare(a->samples, b->samples);
    order = order ? order : compare(a->compute, b->compute);
    const nsl_training *s = &a->training, *t = &b->training;
    order = order ? order : compare((double)s->kind, (double)t->kind);
    order = order ? order : compare(s->rate, t->rate);
    order = order ? order : compare(s->time, t->time);
    order = order ? order : compare(s->steps, t->steps);
    order = order ? order : compare(a->loss, b->loss);
    return order ? order : compare(a->weight, b->weight);
}

static bool allocate(nsl_run_table *t, size_t count)
{
    double **column[] = {&t->parameters, &t->samples, &t->compute, &t->loss,
                         &t->weight};
    bool fine = true;
    for (size_t c = 0; c < sizeof column / sizeof *column; c++) {
        *column[c] = calloc(count, sizeof(double));
        fine &= *column[c] != NULL;
    }
    t->training = calloc(count, sizeof *t->training);
    t->place = calloc(count, sizeof *t->place);
    return fine && t->training && t->place;
}

nsl_status nsl_run_table_make(nsl_run_table *out, size_t count, const nsl_fit_run *run,
                              nsl_error *err)
{
    *out = (nsl_run_table){.count = count};
    placed *sorted = calloc(count, sizeof *sorted);
    if (!sorted || !allocate(out, count)) {
        free(sorted);
        nsl_run_table_clear(out);
        return nsl_fail_memory(err);
    }
    for (size_t i = 0; i < count; i++)
        sorted[i] = (placed){run[i], i};
    qsort(sorted, count, sizeof *sorted, by_values);
    for (size_t i = 0; i < count; i++) {
        const nsl_fit_run *r = &sorted[i].run;
        out->parameters[i] = r->parameters;
        out->samples[i] = r->samples;
        out->compute[i] = r->compute;
        out->loss[i] = r->loss;
        out->weight[i] = r->weight;
        out->training[i] = r->training;
        out->place[i] = sorted[i].place;
    }
    free(sorted);
    return NSL_OK;
}

void nsl_run_table_clear(nsl_run_table *table)
{
    free(table->parameters);
    free(table->samples);
    free(table->compute);
    free(table->loss);
    free(table->weight);
    free(table->training);
    free(table->place);
    *table = (nsl_run_table){.count = 0};
}
