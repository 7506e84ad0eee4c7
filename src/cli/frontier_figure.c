/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/frontier_figure.h"
#include "cli/prediction_row.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { LOSS, SINGLE };

static const struct {
    const char *label;
    size_t colour; /* 2 and 3 are the losses' */
} curves[] = {[NSL_COST_FEATURES] = {"features N*", 0},
              [NSL_COST_SAMPLES] = {"samples P*", 1},
              [NSL_COST_TIME] = {"time t*", 4}};

static bool add_curves(figure *f, const nsl_frontier_query *query, size_t count)
{
    for (nsl_cost_variable v = 0; v < NSL_COST_VARIABLES; v++) {
        if (query->fixed[v] || !nsl_cost_has(query->cost, v))
            continue;
        figure_series *s = figure_add(f, SERIES_LINE, curves[v].label, count, false);
        if (!s)
            return false;
        s->colour = curves[v].colour;
    }
    return true;
}

bool frontier_figure_begin(figure *f, const cli_options *o,
                           const nsl_frontier_query *query)
{
    size_t count = o->value[OPT_BUDGET].sweep_count;
    bool several = query->point.ensemble > 1.0;
    if (!o->value[OPT_PLOT].given)
        return true;
    bool timed =
        nsl_cost_has(query->cost, NSL_COST_TIME) && !query->fixed[NSL_COST_TIME];
    f->x = (figure_axis){"budget", "B", true};
    f->y = (figure_axis){timed ? "best split" : "best sizes", "", true};
    figure *below = add_curves(f, query, count) ? figure_add_panel(f) : NULL;
    if (!below)
        return false;
    below->x = f->x;
    below->y = figures_loss_axis(o);
    if (*below->y.symbol)
        below->y.symbol = "L"; /* half a picture is high enough for no more */
    figure_series *loss =
        figure_add(below, SERIES_LINE, several ? "averaged models" : "least loss L*",
                   count, false);
    if (!loss)
        return false;
    loss->colour = 2;
    if (!several)
        return true;
    figure_series *single = figure_add(below, SERIES_LINE, "one model", count, false);
    if (single)
        single->colour = 3;
    return single != NULL;
}

static double loss_of(const cli_options *o, const nsl_frontier *best)
{
    double noise = o->value[OPT_NOISE].given ? o->value[OPT_NOISE].number : 0.0;
    return row_test_loss(&best->best, query_units(o, noise));
}

void frontier_figure_set(figure *f, const cli_options *o,
                         const nsl_frontier_query *query, size_t i, double budget,
                         const nsl_frontier *best, const nsl_frontier *single)
{
    if (!o->value[OPT_PLOT].given)
        return;
    figure *below = f->next;
    for (size_t k = 0; k < f->count; k++)
        f->series[k].x[i] = budget;
    for (size_t k = 0; k < below->count; k++)
        below->series[k].x[i] = budget;
    const double amount[] = {[NSL_COST_FEATURES] = best->features,
                             [NSL_COST_SAMPLES] = best->samples,
                             [NSL_COST_TIME] = best->time};
    size_t k = 0;
    for (nsl_cost_variable v = 0; v < NSL_COST_VARIABLES; v++)
        if (!query->fixed[v] && nsl_cost_has(query->cost, v))
            f->series[k++].y[i] = amount[v];
    below->series[LOSS].y[i] = loss_of(o, best);
    if (below->count > SINGLE)
        below->series[SINGLE].y[i] = loss_of(o, single);
}

/* "features N* ∝ B^0.44", of the last two budgets that have values. */
static bool add_exponent(figure_series *s)
{
    char power[64], *label = NULL;
    size_t last = s->count;
    while (last > 1 && !(isfinite(s->y[last - 1]) && s->y[last - 1] > 0.0))
        last--;
    if (last < 2 || !(s->y[last - 2] > 0.0 && isfinite(s->y[last - 2])))
        return true;
    double exponent =
        log(s->y[last - 1] / s->y[last - 2]) / log(s->x[last - 1] / s->x[last - 2]);
    figures_power(power, sizeof power, "B", exponent);
    if (asprintf(&label, "%s ∝ %s", s->label, power) < 0)
        return false;
    free(s->label);
    s->label = label;
    return true;
}

bool frontier_figure_end(figure *f, const cli_options *o, const char *table_caption,
                         const char *cost)
{
    if (!o->value[OPT_PLOT].given)
        return true;
    for (figure *panel = f; panel; panel = panel->next)
        for (size_t k = 0; k < panel->count; k++)
            if (!add_exponent(&panel->series[k]))
                return false;
    f->caption = figures_caption(o, table_caption ? table_caption : "", cost);
    return f->caption != NULL;
}
