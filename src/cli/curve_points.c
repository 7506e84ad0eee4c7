/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/curve_points.h"
#include "cli/query.h"
#include "cli/work.h"
#include "core/crew.h"

#include <stdlib.h>

bool curve_points_wanted(const cli_options *options)
{
    return options_given(options, OPT_DIGITS) && query_swept(options) != OPT_LATENTS;
}

curve_points *curve_points_new(const cli_options *options, const query_setup *setup,
                               progress *p)
{
    curve_points *points = malloc(sizeof *points);
    if (!points)
        return NULL;
    points->options = options;
    points->setup = setup;
    points->progress = p;
    for (size_t i = 0; i < CURVE_BLOCK; i++)
        query_answer_init(&points->answer[i]);
    return points;
}

void curve_points_free(curve_points *points)
{
    for (size_t i = 0; points && i < CURVE_BLOCK; i++)
        query_answer_clear(&points->answer[i]);
    free(points);
}

static nsl_status predict_one(void *data, size_t task, nsl_error *err)
{
    curve_points *points = data;
    const cli_options *o = points->options;
    nsl_point point = query_point(o, points->first + task);
    query_texts texts;
    query_texts_set(&texts, o, points->first + task);
    nsl_status status = query_predict(&points->answer[task], o, points->setup, &point,
                                      &texts.decimals, err);
    mpfr_free_cache(); /* the thread's own */
    return status;
}

static bool proceed(void *data, size_t done, size_t total)
{
    const curve_points *points = data;
    (void)total;
    progress_at(points->progress, points->first + done);
    return true;
}

nsl_status curve_points_fill(curve_points *points, size_t first, nsl_error *err)
{
    size_t left = query_count(points->options) - first;
    nsl_work work = work_of(points->options, points->progress);
    work.proceed = proceed;
    work.data = points;
    points->first = first;
    points->count = left < CURVE_BLOCK ? left : CURVE_BLOCK;
    return nsl_crew_run(predict_one, points, points->count, &work, err);
}
