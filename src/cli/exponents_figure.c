/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/exponents_figure.h"
#include "cli/answer.h"
#include "cli/prediction_row.h"
#include <nslaw/frontier.h>

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Resources that have a place on one axis; a ridge and time are none of them. */
static const struct {
    nsl_resource resource;
    const char *label, *symbol;
    size_t points;
} curves[] = {
    {NSL_RESOURCE_FEATURES, "features N", "N", 81},
    {NSL_RESOURCE_SAMPLES, "samples P", "P", 81},
    {NSL_RESOURCE_BUDGET, "budget B = N·P", "B", 17},
};

enum { CURVES = sizeof curves / sizeof *curves };

static const nsl_law_mp *first_law(const nsl_laws_mp *laws, nsl_resource resource)
{
    for (size_t i = 0; i < laws->count; i++)
        if (laws->law[i].resource == resource)
            return &laws->law[i];
    return NULL;
}

/* From where to where the laws hold, a decade more to either side. */
static void find_span(double *low, double *high, const law_place *place,
                      const nsl_range *ranges)
{
    static const double MORE = 10.0, ENDLESS = 1e3, LEAST = 10.0, WIDEST = 1e12;
    double from = (double)INFINITY, to = 0.0;
    for (size_t i = 0; i < place->laws->count; i++) {
        if (place->laws->law[i].resource > NSL_RESOURCE_BUDGET || isnan(ranges[i].from))
            continue;
        from = fmin(from, ranges[i].from);
        to = fmax(to, isinf(ranges[i].to) ? ENDLESS * ranges[i].from : ranges[i].to);
    }
    const double sizes[] = {place->point.features, place->point.samples};
    for (int i = 0; i < 2; i++)
        if (isfinite(sizes[i])) {
            from = fmin(from, sizes[i]);
            to = fmax(to, sizes[i]);
        }
    *low = isfinite(from) ? fmax(from / MORE, LEAST) : LEAST;
    *high = fmin(fmax(to * MORE, ENDLESS * *low), WIDEST * *low);
}

/* The exact loss at R = value; NaN where there is none. False when memory ran out. */
static bool set_loss(double *loss, const law_place *place, const nsl_law_mp *law,
                     const nsl_frontier_query *query, query_answer *answer,
                     double value)
{
    nsl_point point = law_seen_from(place, law);
    loss_units units = query_units(place->options, 0.0);
    if (law->resource == NSL_RESOURCE_BUDGET) {
        nsl_frontier best;
        nsl_status status =
            nsl_frontier_find(&best, place->setup->model, query, value, NULL);
        *loss = status == NSL_OK ? row_test_loss(&best.best, units) : (double)NAN;
        return status != NSL_ENOMEM;
    }
    if (law->resource == NSL_RESOURCE_FEATURES)
        point.features = value;
    else
        point.samples = value;
    nsl_status status =
        query_predict_double(answer, place->options, place->setup, &point, NULL);
    *loss = status == NSL_OK ? row_test_loss(&answer->p, units) : (double)NAN;
    return status != NSL_ENOMEM;
}

static bool add_curve(figure *f, const law_place *place, int k, const nsl_law_mp *law,
                      double low, double high)
{
    figure_series *s =
        figure_add(f, SERIES_LINE, curves[k].label, curves[k].points, false);
    nsl_cost *cost = NULL;
    query_answer answer;
    if (!s || nsl_cost_parse(&cost, "N*P", DBL_MANT_DIG, NULL) != NSL_OK)
        return false;
    nsl_frontier_query query = {.cost = cost,
                                .point = place->point,
                                .optimal = query_is_optimal(place->options)};
    s->colour = (size_t)k;
    query_answer_init(&answer);
    bool fine = true;
    for (size_t i = 0; i < s->count && fine; i++) {
        s->x[i] = low * pow(high / low, (double)i / (double)(s->count - 1));
        fine = set_loss(&s->y[i], place, law, &query, &answer, s->x[i]);
    }
    query_answer_clear(&answer);
    nsl_cost_free(cost);
    return fine;
}

static bool add_laws(figure *f, const law_place *place, const nsl_range *ranges, int k,
                     double low, double high)
{
    for (size_t i = 0; i < place->laws->count; i++) {
        const nsl_law_mp *law = &place->laws->law[i];
        if (law->resource == curves[k].resource &&
            !figures_add_law(f, law, ranges[i], curves[k].symbol, low, high))
            return false;
    }
    return true;
}

static void describe(char *out, size_t size, const nsl_point *point)
{
    size_t used = 0;
    if (isfinite(point->features))
        used += (size_t)snprintf(out, size, "features N = %.6g; ", point->features);
    if (isfinite(point->samples))
        used += (size_t)snprintf(out + used, size - used, "samples P = %.6g; ",
                                 point->samples);
    snprintf(out + used, size - used, "dotted: laws, a decade beyond where they hold");
}

bool exponents_figure_make(figure *f, const law_place *place, const nsl_range *ranges,
                           const char *table_caption)
{
    char more[160];
    double low, high;
    const cli_options *o = place->options;
    if (!o->value[OPT_PLOT].given)
        return true;
    find_span(&low, &high, place, ranges);
    f->x = (figure_axis){"features N, samples P or budget B", "", true};
    f->y = figures_loss_axis(o);
    for (int k = 0; k < CURVES; k++) {
        const nsl_law_mp *law = first_law(place->laws, curves[k].resource);
        if (law && !(add_curve(f, place, k, law, low, high) &&
                     add_laws(f, place, ranges, k, low, high)))
            return false;
    }
    describe(more, sizeof more, &place->point);
    f->caption = figures_caption(o, table_caption ? table_caption : "", more);
    return f->caption != NULL;
}
