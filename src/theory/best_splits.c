/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/best_splits.h"
#include "core/crew.h"
#include "core/error.h"
#include "theory/split.h"

#include <math.h>

/* What all threads share. */
typedef struct {
    nsl_best_split *out;
    const double *budget;
    const nsl_quick *quick;
    nsl_frontier_query frontier;
} splits;

/* A minimum's place is known as well as the losses beside it: where those of
 * interpolated sums keep the promise, others would not tell more. */
static nsl_status find(nsl_frontier *out, const splits *s, double budget,
                       nsl_error *err)
{
    nsl_status status =
        nsl_frontier_find_place(out, s->quick->model, &s->frontier, budget, NULL);
    status = nsl_quick_status(status, NULL);
    if (status == NSL_OK && out->best.error <= NSL_PROMISE)
        return NSL_OK;
    if (status == NSL_ENOMEM)
        return nsl_fail_memory(err);
    return nsl_frontier_find_place(out, s->quick->exact, &s->frontier, budget, err);
}

static nsl_status find_one(void *data, size_t task, nsl_error *err)
{
    const splits *s = data;
    nsl_frontier f;
    nsl_status status = find(&f, s, s->budget[task], err);
    bool known = status == NSL_OK && f.kind == NSL_FRONTIER_SMOOTH &&
                 f.size_error <= NSL_BOUNDARY_PRECISION;
    s->out[task] = (nsl_best_split){NAN, NAN};
    if (known)
        s->out[task] = (nsl_best_split){f.features, f.samples};
    return status == NSL_EFAILED ? NSL_OK : status; /* nothing is known there */
}

nsl_status nsl_best_splits_find(nsl_best_split *out, const double *budget, size_t count,
                                const nsl_map_query *query, const nsl_quick *quick,
                                const nsl_work *work, nsl_error *err)
{
    nsl_cost *cost;
    nsl_status status = nsl_cost_parse(&cost, "N*P", 64, err);
    if (status != NSL_OK)
        return status;
    splits s = {out, budget, quick, {.cost = cost, .point = query->point}};
    s.frontier.optimal = query->optimal;
    status = nsl_crew_run(find_one, &s, count, work, err);
    nsl_cost_free(cost);
    return status;
}
