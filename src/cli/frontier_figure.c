/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/frontier_figure.h"
#include "cli/prediction_row.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { FEATURES, SAMPLES, LOSS = 0, SINGLE };

bool frontier_figure_begin(figure *f, const cli_options *o, bool several)
{
    size_t count = o->value[OPT_BUDGET].sweep_count;
    if (!o->value[OPT_PLOT].given)
        return true;
    f->x = (figure_axis){"budget", "B", true};
    f->y = (figure_axis){"best sizes", "", true};
    figure_series *features = figure_add(f, SERIES_LINE, "features N*", count, false);
    figure_series *samples =
        features ? figure_add(f, SERIES_LINE, "samples P*", count, false) : NULL;
    figure *below = samples ? figure_add_panel(f) : NULL;
    if (!below)
        return false;
    samples->colour = 1;
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

void frontier_figure_set(figure *f, const cli_options *o, size_t i, double budget,
                         const nsl_frontier *best, const nsl_frontier *single)
{
    if (!o->value[OPT_PLOT].given)
        return;
    figure *below = f->next;
    for (size_t k = 0; k < f->count; k++)
        f->series[k].x[i] = budget;
    for (size_t k = 0; k < below->count; k++)
        below->series[k].x[i] = budget;
    f->series[FEATURES].y[i] = best->features;
    f->series[SAMPLES].y[i] = best->samples;
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
