/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/fit_figure.h"
#include "cli/fit_groups.h"
#include "cli/fit_plane.h"
#include "cli/training.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CURVE_POINTS = 49, LABEL = 96 };

/* The runs by one of their sizes. */
typedef struct {
    const char *words, *symbol;
    double *value; /* of each run */
    fit_groups groups;
    bool varies;
} fit_size;

/* What is being drawn. */
typedef struct {
    const nsl_fit *fit;
    size_t count;
    const nsl_fit_run *run;
    fit_plane plane;
    fit_size n, p;
    bool holds_out;
    double *residual; /* of each run: ln predicted/measured */
} drawing;

static const figure_axis loss_axis = {"loss", "L", true};

static figure_axis size_axis(const fit_size *size)
{
    return (figure_axis){size->words, size->symbol, true};
}

/* The panel to be filled next: the figure itself first. */
static figure *next_panel(figure *f)
{
    return f->count ? figure_add_panel(f) : f;
}

static int compare(const void *a, const void *b)
{
    const double *one = a, *other = b;
    return one[0] != other[0] ? (one[0] > other[0]) - (one[0] < other[0])
                              : (one[1] > other[1]) - (one[1] < other[1]);
}

/* Sorts points by x, for people who walk along them in a page. */
static bool sort_points(figure_series *s)
{
    double(*pair)[2] = malloc((s->count ? s->count : 1) * sizeof *pair);
    if (!pair)
        return false;
    for (size_t i = 0; i < s->count; i++) {
        pair[i][0] = s->x[i];
        pair[i][1] = s->y[i];
    }
    qsort(pair, s->count, sizeof *pair, compare);
    for (size_t i = 0; i < s->count; i++) {
        s->x[i] = pair[i][0];
        s->y[i] = pair[i][1];
    }
    free(pair);
    return true;
}

static bool is_of(const drawing *d, const fit_size *by, size_t group, bool held_out,
                  size_t i)
{
    return d->fit->is_held_out[i] == held_out &&
           (!by || fit_groups_of(&by->groups, by->value[i]) == group);
}

/* Adds those runs of a group (NULL: all) that are held out, or those that are not; a
 * label stands in the legend even of none. */
static bool add_runs(figure *f, const drawing *d, const fit_size *by, size_t group,
                     bool held_out, const char *label, const double *x, const double *y)
{
    size_t count = 0, k = 0;
    for (size_t i = 0; i < d->count; i++)
        count += is_of(d, by, group, held_out, i);
    if (count == 0 && !label)
        return true;
    figure_series *s = figure_add(f, SERIES_POINTS, label, count, false);
    if (!s)
        return false;
    s->colour = by ? group : COLOUR_NEUTRAL;
    s->apart = held_out;
    for (size_t i = 0; i < d->count; i++) {
        if (!is_of(d, by, group, held_out, i))
            continue;
        s->x[k] = x[i];
        s->y[k++] = y[i];
    }
    return sort_points(s);
}

/* The runs in the colours of groups, with labels or without. */
static bool add_groups(figure *f, const drawing *d, const fit_size *by, bool labels,
                       const double *x, const double *y)
{
    char label[LABEL];
    for (size_t g = 0; g < by->groups.count; g++) {
        fit_groups_label(label, sizeof label, &by->groups, g, by->symbol);
        if (!add_runs(f, d, by, g, false, labels ? label : NULL, x, y) ||
            (d->holds_out && !add_runs(f, d, by, g, true, NULL, x, y)))
            return false;
    }
    /* open symbols are explained without a colour */
    figure_series *key =
        d->holds_out ? figure_add(f, SERIES_POINTS, "held out", 0, false) : NULL;
    if (key) {
        key->colour = COLOUR_NEUTRAL;
        key->apart = true;
    }
    return key || !d->holds_out;
}

static bool add_curve(figure *f, const drawing *d, const fit_size *along,
                      const fit_size *by, size_t group)
{
    figure_series *s = figure_add(f, SERIES_LINE, NULL, CURVE_POINTS, false);
    if (!s)
        return false;
    const fit_groups *all = &along->groups;
    double low = all->at[0].low, high = all->at[all->count - 1].high;
    double other = by->groups.at[group].median;
    s->colour = group;
    for (size_t i = 0; i < CURVE_POINTS; i++) {
        s->x[i] = low * pow(high / low, (double)i / (CURVE_POINTS - 1));
        s->y[i] = along == &d->n ? fit_plane_loss(&d->plane, s->x[i], other)
                                 : fit_plane_loss(&d->plane, other, s->x[i]);
    }
    return true;
}

/* Loss along one size, in groups of the other. */
static bool add_losses(figure *f, const drawing *d, const fit_size *along,
                       const fit_size *by, const double *loss)
{
    if (!along->varies)
        return true;
    figure *panel = next_panel(f);
    if (!panel)
        return false;
    panel->x = size_axis(along);
    panel->y = loss_axis;
    panel->colours = by == &d->p ? COLOURS_ORDER : COLOURS_ORDER_TOO;
    for (size_t g = 0; g < by->groups.count; g++)
        if (!add_curve(panel, d, along, by, g))
            return false;
    return add_groups(panel, d, by, true, along->value, loss);
}

static bool add_residuals(figure *f, const drawing *d, const double *compute)
{
    const fit_size *by = d->n.varies ? &d->p : &d->n; /* as in the first panel */
    figure *panel = next_panel(f);
    if (!panel)
        return false;
    panel->x = (figure_axis){"compute", "C", true};
    panel->y = (figure_axis){"ln (predicted / measured)", "", false};
    panel->colours = by == &d->p ? COLOURS_ORDER : COLOURS_ORDER_TOO;
    figure_series *none = figure_add(panel, SERIES_LEVEL, NULL, 1, false);
    if (!none)
        return false;
    none->y[0] = 0.0;
    return add_groups(panel, d, by, false, compute, d->residual);
}

static bool add_plane(figure *f, const drawing *d)
{
    if (!d->n.varies || !d->p.varies)
        return true;
    figure *panel = next_panel(f);
    if (!panel)
        return false;
    panel->x = size_axis(&d->n);
    panel->y = size_axis(&d->p);
    return fit_plane_add_contours(panel, &d->plane) &&
           fit_plane_add_frontier(panel, &d->plane) &&
           add_runs(panel, d, NULL, 0, false, "runs", d->n.value, d->p.value) &&
           (!d->holds_out ||
            add_runs(panel, d, NULL, 0, true, "held out", d->n.value, d->p.value));
}

static bool describe(figure *f, const char *caption, const drawing *d)
{
    bool both = d->n.varies && d->p.varies;
    char training[64] = "";
    if (d->plane.lengths)
        snprintf(training, sizeof training, " at %s %.4g",
                 d->plane.training.kind == NSL_DESCENT ? "steps" : "time",
                 training_length(&d->plane.training));
    int length =
        asprintf(&f->caption, "%s%spoints: runs%s; curves: the fit%s%s%s",
                 caption ? caption : "", caption && *caption ? "; " : "",
                 d->holds_out ? ", those held out open" : "", training,
                 both ? ", at the median of the runs of their colour" : "",
                 both ? "; residuals coloured by P; grey: equal loss of the fit; "
                        "frontier: its least loss at equal 6NP"
                      : "");
    if (length < 0)
        f->caption = NULL;
    return f->caption != NULL;
}

/* Copies what panels need of the runs, into columns of `count`. */
static bool prepare(drawing *d, double *column, bool *lacks)
{
    double *loss = column + 3 * d->count, *compute = column + 4 * d->count;
    d->n = (fit_size){.words = "parameters", .symbol = "N", .value = column};
    d->p = (fit_size){.words = "samples", .symbol = "P", .value = column + d->count};
    d->residual = column + 2 * d->count;
    for (size_t i = 0; i < d->count; i++) {
        d->n.value[i] = d->run[i].parameters;
        d->p.value[i] = d->run[i].samples;
        d->residual[i] = log(d->fit->predicted[i] / d->run[i].loss);
        loss[i] = d->run[i].loss;
        compute[i] = d->run[i].compute;
        d->holds_out |= d->fit->is_held_out[i];
    }
    if (!fit_plane_init(&d->plane, d->fit, d->count, d->run, lacks))
        return false;
    d->n.varies = d->plane.n.high > d->plane.n.low;
    d->p.varies = d->plane.p.high > d->plane.p.low;
    return fit_groups_find(&d->n.groups, d->count, d->n.value) &&
           fit_groups_find(&d->p.groups, d->count, d->p.value);
}

nsl_status fit_figure_make(figure *f, const nsl_fit *fit, size_t count,
                           const nsl_fit_run *run, const char *caption, nsl_error *err)
{
    enum { COLUMNS = 5, BESIDE = 2 };
    drawing d = {.fit = fit, .count = count, .run = run};
    double *column = calloc(COLUMNS * (count ? count : 1), sizeof *column);
    const double *loss = column + 3 * count, *compute = column + 4 * count;
    f->columns = BESIDE;
    bool lacks = false;
    bool fine = column && prepare(&d, column, &lacks) && describe(f, caption, &d) &&
                add_losses(f, &d, &d.n, &d.p, loss) &&
                add_losses(f, &d, &d.p, &d.n, loss) && add_residuals(f, &d, compute) &&
                add_plane(f, &d) && !lacks;
    free(column);
    if (!fine && err)
        *err = (nsl_error){.status = NSL_ENOMEM, .message = "out of memory"};
    return fine ? NSL_OK : NSL_ENOMEM;
}
