/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "empirical/ranked.h"
#include "core/error.h"
#include "spectrum/kind.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void nsl_ranked_place(double *x, double *weight, double first, double last)
{
    *x = 0.5 * (log(first) + log(last));
    *weight = log1p((last - first + 1.0) / (first - 0.5));
}

static void place(ranked_level *level)
{
    level->copies = (double)(level->last - level->first) + 1.0;
    nsl_ranked_place(&level->x, &level->weight, (double)level->first,
                     (double)level->last);
}

/* A row joins a level or, being the first of it, makes it; `target` is Σv² for now. */
static void add_row(ranked_level *level, const nsl_table_view *rows, size_t i)
{
    if (level->first == 0)
        *level = (ranked_level){.first = i ? nsl_table_up_to(rows, i - 1) + 1 : 1,
                                .lambda = rows->lambda[i],
                                .y = log(rows->lambda[i])};
    level->last = nsl_table_up_to(rows, i);
    if (rows->target)
        level->target += nsl_table_copies(rows, i) * rows->target[i];
}

static void end_level(ranked_level *level)
{
    place(level);
    level->target /= level->copies;
}

nsl_status nsl_ranked_new(nsl_ranked *out, const nsl_spectrum *spectrum, nsl_error *err)
{
    *out = (nsl_ranked){0};
    if (strcmp(nsl_spectrum_kind(spectrum), nsl_table_ops.name) != 0)
        return nsl_fail(err, NSL_EINVAL, "spectrum", "must be a table, got a %s",
                        nsl_spectrum_kind(spectrum));
    nsl_status status = nsl_table_order(spectrum, err);
    if (status != NSL_OK)
        return status;
    nsl_table_view rows = nsl_table_rows(spectrum);
    out->level = calloc(rows.positive_rows, sizeof *out->level);
    if (!out->level)
        return nsl_fail_memory(err);
    for (size_t i = 0; i < rows.positive_rows; i++) {
        bool again = i > 0 && rows.lambda[i] == rows.lambda[i - 1];
        out->count += !again;
        add_row(&out->level[out->count - 1], &rows, i);
    }
    for (size_t i = rows.positive_rows; i < rows.rows; i++)
        add_row(&out->zero, &rows, i);
    for (size_t k = 0; k < out->count; k++)
        end_level(&out->level[k]);
    if (out->zero.first)
        end_level(&out->zero);
    return NSL_OK;
}

nsl_status nsl_ranked_copy(nsl_ranked *out, const nsl_ranked *ranked, nsl_error *err)
{
    *out = *ranked;
    out->level = malloc(ranked->count * sizeof *out->level);
    if (!out->level)
        return nsl_fail_memory(err);
    memcpy(out->level, ranked->level, ranked->count * sizeof *out->level);
    return NSL_OK;
}

void nsl_ranked_clear(nsl_ranked *ranked)
{
    free(ranked->level);
    *ranked = (nsl_ranked){0};
}

nsl_status nsl_ranked_check(const nsl_ranked *ranked, nsl_error *err)
{
    if (ranked->count >= NSL_MEASURED_FEWEST)
        return NSL_OK;
    return nsl_fail(err, NSL_EFILE, "",
                    "needs at least %d different positive eigenvalues, has %zu",
                    NSL_MEASURED_FEWEST, ranked->count);
}

nsl_status nsl_ranked_cut(nsl_ranked *ranked, nsl_ranks range, nsl_error *err)
{
    uint64_t rank = ranked->level[ranked->count - 1].last;
    nsl_status status = nsl_ranked_check(ranked, err);
    if (status != NSL_OK)
        return status;
    if (!(range.from >= 1 && range.from < range.to && range.to <= rank))
        return nsl_fail(err, NSL_EINVAL, "range",
                        "must have 1 <= LO < HI <= %" PRIu64
                        ", the number of positive eigenvalues, got %" PRIu64
                        ":%" PRIu64,
                        rank, range.from, range.to);
    size_t kept = 0;
    for (size_t k = 0; k < ranked->count; k++) {
        ranked_level level = ranked->level[k];
        if (level.last < range.from || level.first > range.to)
            continue;
        level.first = level.first < range.from ? range.from : level.first;
        level.last = level.last > range.to ? range.to : level.last;
        place(&level);
        ranked->level[kept++] = level;
    }
    ranked->count = kept;
    if (kept < NSL_MEASURED_FEWEST)
        return nsl_fail(err, NSL_EINVAL, "range",
                        "must hold at least %d different eigenvalues, %" PRIu64
                        ":%" PRIu64 " holds %zu",
                        NSL_MEASURED_FEWEST, range.from, range.to, kept);
    return NSL_OK;
}

void nsl_ranked_blocks(int *block, const nsl_ranked *ranked)
{
    double all = 0.0, before = 0.0;
    for (size_t k = 0; k < ranked->count; k++)
        all += ranked->level[k].weight;
    for (size_t k = 0; k < ranked->count; k++) {
        double middle = before + 0.5 * ranked->level[k].weight;
        int at = (int)(NSL_BLOCKS * middle / all);
        block[k] = at < NSL_BLOCKS ? at : NSL_BLOCKS - 1;
        before += ranked->level[k].weight;
    }
}

double nsl_jackknife_error(const double estimate[NSL_BLOCKS])
{
    enum { FEWEST_BLOCKS = 3 };
    double count = 0.0, mean = 0.0, squares = 0.0;
    for (int b = 0; b < NSL_BLOCKS; b++)
        if (!isnan(estimate[b])) {
            count += 1.0;
            mean += (estimate[b] - mean) / count;
        }
    for (int b = 0; b < NSL_BLOCKS; b++)
        if (!isnan(estimate[b]))
            squares += (estimate[b] - mean) * (estimate[b] - mean);
    return count >= FEWEST_BLOCKS ? sqrt(squares * (count - 1.0) / count) : (double)NAN;
}
