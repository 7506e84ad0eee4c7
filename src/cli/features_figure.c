/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/features_figure.h"
#include "cli/figures.h"
#include "cli/plot.h"
#include "features/inputs.h"

#include <math.h>
#include <stdio.h>

/* Degrees with a colour of their own; the last stands for all above it, too. */
enum { CLASSES = 5 };

/* Ranks that are shown: all first ones, then so many a decade. */
enum { A_DECADE = 36 };

typedef struct {
    uint64_t degree[CLASSES]; /* the least of each class */
    size_t count;
    bool more; /* the last class has several */
} classes;

/* The lowest degrees that appear. */
static classes find_classes(const nsl_features *found)
{
    classes c = {{0}, 0, false};
    uint64_t after = 0;
    for (bool any = true; any;) {
        uint64_t least = UINT64_MAX;
        for (size_t i = 0; i < found->count; i++)
            if (found->row[i].degree >= after && found->row[i].degree < least)
                least = found->row[i].degree;
        any = least != UINT64_MAX;
        c.more = any && c.count == CLASSES;
        if (!any || c.more)
            break;
        c.degree[c.count++] = least;
        after = least + 1;
    }
    return c;
}

static size_t class_of(const classes *c, uint64_t degree)
{
    size_t k = c->count - 1;
    while (k > 0 && c->degree[k] > degree)
        k--;
    return k;
}

/* The rank to show after this one. */
static double next_rank(double rank)
{
    static const double STEP = 1.0 / A_DECADE;
    return fmax(rank + 1.0, floor(rank * pow(10.0, STEP)));
}

/* Sets the points of a class, or counts them where `s` is NULL. */
static size_t set_points(figure_series *s, const nsl_features *found, const classes *c,
                         size_t k)
{
    double rank = 1.0, last = 0.0;
    size_t count = 0;
    for (size_t i = 0; i < found->count; i++) {
        const nsl_feature_row *row = &found->row[i];
        last += (double)row->multiplicity;
        for (; rank <= last; rank = next_rank(rank)) {
            if (class_of(c, row->degree) != k)
                continue;
            if (s) {
                s->x[count] = rank;
                s->y[count] = row->eigenvalue;
            }
            count++;
        }
    }
    return count;
}

static bool add_classes(figure *f, const nsl_features *found)
{
    classes c = find_classes(found);
    for (size_t k = 0; k < c.count; k++) {
        char label[64];
        bool open = c.more && k + 1 == c.count;
        snprintf(label, sizeof label, "degree %s%llu", open ? "≥ " : "",
                 (unsigned long long)c.degree[k]);
        size_t count = set_points(NULL, found, &c, k);
        if (count == 0) /* too few to be among the ranks shown */
            continue;
        figure_series *s = figure_add(f, SERIES_POINTS, label, count, false);
        if (!s)
            return false;
        s->colour = k;
        set_points(s, found, &c, k);
    }
    return true;
}

/* c_1² ρ_i against i, to the last input or to K. */
static bool add_inputs(figure *f, const nsl_features *found, const nsl_inputs *in)
{
    double end = fmin((double)found->inputs, (double)found->eigenvalues), last = 0.0;
    size_t room = 0, count = 0;
    if (found->linear == 0.0)
        return true;
    for (double rank = 1.0; rank < end; rank = next_rank(rank))
        room++;
    figure_series *s =
        figure_add(f, SERIES_LINE, "inputs, c_1^2 λ_i/tr λ", room + 1, false);
    if (!s)
        return false;
    s->colour = COLOUR_NEUTRAL;
    double rank = 1.0;
    for (uint64_t g = 0; g < in->groups && count <= room;) {
        last = in->copies ? last + (double)in->copies[g] : (double)g + 1.0;
        double value = found->linear * (double)expl(nsl_inputs_log(in, g));
        for (; rank <= last && count <= room; rank = fmin(next_rank(rank), end)) {
            s->x[count] = rank;
            s->y[count++] = value;
            if (rank == end)
                return true;
        }
        g = in->copies ? g + 1 : (uint64_t)rank - 1;
    }
    return true;
}

/* A line upwards at N_in. */
static bool add_mark(figure *f, const nsl_features *found)
{
    enum { POINTS = 41 };
    char label[64];
    if (found->inputs >= found->eigenvalues)
        return true;
    snprintf(label, sizeof label, "%llu inputs", (unsigned long long)found->inputs);
    figure_series *s = figure_add(f, SERIES_CONTOUR, label, POINTS, false);
    if (!s)
        return false;
    double high = 2.0 * found->row[0].eigenvalue;
    double low = 0.5 * found->row[found->count - 1].eigenvalue;
    for (size_t i = 0; i < POINTS; i++) {
        s->x[i] = (double)found->inputs;
        s->y[i] = low * pow(high / low, (double)i / (POINTS - 1));
    }
    return true;
}

/* The fit to the eigenvalues beyond N_in. */
static bool add_fit(figure *f, const nsl_features *found)
{
    enum { POINTS = 25 };
    char power[64], label[96];
    const nsl_features_fit *fit = &found->above;
    if (isnan(fit->exponent))
        return true;
    figures_power(power, sizeof power, "rank", -fit->exponent);
    snprintf(label, sizeof label, "∝ %s", power);
    figure_series *s = figure_add(f, SERIES_LAW, label, POINTS, false);
    if (!s)
        return false;
    double from = (double)fit->from, to = (double)fit->to;
    for (size_t i = 0; i < POINTS; i++) {
        s->x[i] = from * pow(to / from, (double)i / (POINTS - 1));
        s->y[i] = fit->amplitude * pow(s->x[i], -fit->exponent);
    }
    return true;
}

bool features_figure_make(figure *f, const cli_options *o, const nsl_features *found,
                          const nsl_spectrum *inputs, const char *table_caption)
{
    nsl_inputs in;
    if (!plot_wanted(o))
        return true;
    if (nsl_inputs_new(&in, inputs, NULL) != NSL_OK)
        return false;
    f->x = (figure_axis){"rank", "", true};
    f->y = (figure_axis){"eigenvalue", "", true};
    bool fitted = !isnan(found->above.exponent);
    f->caption = figures_caption(o, table_caption,
                                 fitted ? "dotted: the fit beyond the inputs" : NULL);
    bool fine = f->caption && add_inputs(f, found, &in) && add_classes(f, found) &&
                add_fit(f, found) && add_mark(f, found);
    nsl_inputs_clear(&in);
    return fine;
}
