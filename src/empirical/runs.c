/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "empirical/runs.h"
#include "core/error.h"
#include "empirical/runs_layout.h"
#include "input/file.h"

#include <stdio.h>
#include <stdlib.h>

static nsl_status append(nsl_runs *runs, size_t *room, const nsl_run *run,
                         nsl_error *err)
{
    if (runs->count == *room) {
        size_t wanted = *room ? 2 * *room : 64;
        nsl_run *grown = realloc(runs->run, wanted * sizeof *grown);
        if (!grown)
            return nsl_fail_memory(err);
        runs->run = grown;
        *room = wanted;
    }
    runs->run[runs->count++] = *run;
    return NSL_OK;
}

static void note_bad(nsl_runs *runs, const nsl_error *problem)
{
    if (runs->bad < NSL_RUNS_BAD_KEPT)
        snprintf(runs->bad_row[runs->bad], NSL_RUNS_BAD_TEXT, "%s", problem->message);
    runs->bad++;
}

/* Reads the next row; *taken says whether it is a run. `bad` where the fault is that
 * row's alone. */
static nsl_status read_row(nsl_run *run, bool *taken, bool *bad, nsl_csv *csv,
                           const nsl_runs_layout *l, nsl_error *err)
{
    nsl_status status = nsl_csv_next(csv, err);
    *taken = status == NSL_OK && !csv->ended && nsl_runs_layout_selects(l, csv);
    *bad = *taken || csv->bad_row;
    return *taken ? nsl_run_read(run, l, csv, err) : status;
}

static nsl_status read_rows(nsl_runs *out, nsl_csv *csv, const nsl_runs_layout *l,
                            nsl_error *err)
{
    size_t room = 0;
    bool skips = l->selection->purpose == NSL_RUNS_FITTED;
    while (!csv->ended) {
        nsl_run run;
        nsl_error problem = {0};
        bool taken, bad;
        nsl_status status = read_row(&run, &taken, &bad, csv, l, &problem);
        if (status == NSL_EFILE && bad && skips) {
            note_bad(out, &problem);
            continue;
        }
        if (status == NSL_OK && taken)
            status = append(out, &room, &run, &problem);
        if (status != NSL_OK) {
            if (err)
                *err = problem;
            return status;
        }
    }
    return NSL_OK;
}

static nsl_status fail_empty(const nsl_runs *runs, const char *name,
                             const nsl_runs_selection *selection, nsl_error *err)
{
    if (runs->bad > 0)
        return nsl_fail(err, NSL_EFILE, "", "%.*s; no row is good (%zu bad)",
                        NSL_RUNS_BAD_TEXT - 60, runs->bad_row[0], runs->bad);
    return nsl_fail(err, NSL_EFILE, "", "%s: has no rows%s", name,
                    selection->conditions ? " that --where selects" : "");
}

/* Higher losses first; of equal ones, and so on, the order of the file does not
 * matter. */
static int by_loss(const void *one, const void *other)
{
    static const nsl_run_column order[] = {NSL_RUN_LOSS, NSL_RUN_FEATURES,
                                           NSL_RUN_SAMPLES, NSL_RUN_COMPUTE,
                                           NSL_RUN_WEIGHT};
    const nsl_run *a = *(const nsl_run *const *)one,
                  *b = *(const nsl_run *const *)other;
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        if (a->value[order[i]] != b->value[order[i]])
            return a->value[order[i]] < b->value[order[i]] ? 1 : -1;
    return (a->line > b->line) - (a->line < b->line);
}

/* Leaves out the runs of the highest losses; the others keep their order. */
static nsl_status drop_highest(nsl_runs *runs, size_t count, const char *name,
                               nsl_error *err)
{
    if (count == 0)
        return NSL_OK;
    if (count >= runs->count)
        return nsl_fail(err, NSL_EFILE, "",
                        "%s: --drop-highest %zu leaves none of its %zu runs", name,
                        count, runs->count);
    const nsl_run **order = malloc(runs->count * sizeof *order);
    bool *dropped = calloc(runs->count, sizeof *dropped);
    for (size_t i = 0; order && dropped && i < runs->count; i++)
        order[i] = &runs->run[i];
    if (order && dropped) {
        size_t kept = 0;
        qsort(order, runs->count, sizeof *order, by_loss);
        for (size_t i = 0; i < count; i++)
            dropped[order[i] - runs->run] = true;
        for (size_t i = 0; i < runs->count; i++)
            if (!dropped[i])
                runs->run[kept++] = runs->run[i];
        runs->count = kept;
        runs->dropped = count;
    }
    bool fine = order && dropped;
    free(order);
    free(dropped);
    return fine ? NSL_OK : nsl_fail_memory(err);
}

nsl_status nsl_runs_read(nsl_runs *out, const char *path,
                         const nsl_runs_selection *selection, nsl_error *err)
{
    nsl_input input;
    nsl_csv csv;
    nsl_runs_layout l;
    *out = (nsl_runs){.run = NULL};
    nsl_status status = nsl_input_open(&input, path, err);
    if (status != NSL_OK)
        return status;
    status = nsl_csv_open(&csv, input.stream, input.name, err);
    if (status == NSL_OK) {
        status = nsl_runs_layout_find(&l, &csv, selection, err);
        if (status == NSL_OK)
            status = read_rows(out, &csv, &l, err);
        if (status == NSL_OK && out->count == 0)
            status = fail_empty(out, input.name, selection, err);
        if (status == NSL_OK)
            status = drop_highest(out, selection->drop_highest, input.name, err);
        nsl_csv_close(&csv);
    }
    if (status == NSL_OK)
        for (int c = 0; c < NSL_RUN_COLUMNS; c++)
            out->has[c] = l.value[c] != NSL_CSV_NONE;
    else
        nsl_runs_clear(out);
    nsl_input_close(&input);
    return status;
}

void nsl_runs_clear(nsl_runs *runs)
{
    free(runs->run);
    *runs = (nsl_runs){.run = NULL};
}
