/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/compare_figure.h"
#include "cli/answer.h"
#include "cli/prediction_row.h"
#include "cli/training.h"

#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* What may differ between runs; those of one group differ in one of them only. */
enum { KEY_SAMPLES, KEY_FEATURES, KEY_LENGTH = 4, KEYS = 6, GROUPS_MOST = 24 };

/* Places of a curve, and those at and beside the other size, where it peaks. */
enum { CURVE_POINTS = 97, PEAK_POINTS = 5 };

static double key_of(const nsl_point *p, int key)
{
    double length = training_length(&p->training);
    const double values[KEYS] = {p->samples, p->features, p->ridge,
                                 p->noise,   length,      p->training.rate};
    return values[key];
}

static void set_key(nsl_point *p, int key, double value)
{
    bool steps = p->training.kind == NSL_DESCENT;
    double *const places[KEYS] = {&p->samples,
                                  &p->features,
                                  &p->ridge,
                                  &p->noise,
                                  steps ? &p->training.steps : &p->training.time,
                                  &p->training.rate};
    *places[key] = key == KEY_LENGTH && steps ? round(value) : value;
}

static option_id option_of(int key, const compare_runs *runs)
{
    bool steps = runs->count > 0 && runs->point[0].training.kind == NSL_DESCENT;
    const option_id ids[KEYS] = {OPT_SAMPLES,
                                 OPT_FEATURES,
                                 runs->kernel ? OPT_KERNEL_RIDGE : OPT_RIDGE,
                                 OPT_NOISE,
                                 steps ? OPT_STEPS : OPT_TIME,
                                 OPT_LEARNING_RATE};
    return ids[key];
}

/* A run to be sorted into its group. */
typedef struct {
    double key[KEYS]; /* the one along x last */
    size_t index;
} sortable;

static int compare(const void *a, const void *b)
{
    const sortable *one = a, *other = b;
    for (int k = 0; k < KEYS; k++)
        if (one->key[k] != other->key[k])
            return one->key[k] < other->key[k] ? -1 : 1;
    return one->index < other->index ? -1 : one->index > other->index;
}

/* Sorts runs so that those of a group follow each other, x increasing. */
static void sort_runs(sortable *sorted, const compare_runs *runs, int x_key)
{
    for (size_t i = 0; i < runs->count; i++) {
        int place = 0;
        sorted[i].index = i;
        for (int k = 0; k < KEYS; k++)
            if (k != x_key)
                sorted[i].key[place++] = key_of(&runs->point[i], k);
        sorted[i].key[KEYS - 1] = key_of(&runs->point[i], x_key);
    }
    qsort(sorted, runs->count, sizeof *sorted, compare);
}

static bool same_group(const sortable *a, const sortable *b)
{
    for (int k = 0; k < KEYS - 1; k++)
        if (a->key[k] != b->key[k])
            return false;
    return true;
}

static size_t count_groups(const sortable *sorted, size_t count)
{
    size_t groups = count > 0;
    for (size_t i = 1; i < count; i++)
        groups += !same_group(&sorted[i - 1], &sorted[i]);
    return groups;
}

/* The key along x: the one that leaves the fewest groups. Earlier keys win ties. */
static int choose_key(sortable *sorted, const compare_runs *runs, bool *varies)
{
    size_t fewest = runs->count + 1;
    int best = 0;
    for (int k = 0; k < KEYS; k++) {
        varies[k] = false;
        for (size_t i = 1; i < runs->count; i++)
            varies[k] |= key_of(&runs->point[i], k) != key_of(&runs->point[0], k);
        sort_runs(sorted, runs, k);
        size_t groups = count_groups(sorted, runs->count);
        if (varies[k] && groups < fewest) {
            fewest = groups;
            best = k;
        }
    }
    return best;
}

/* What is being drawn. */
typedef struct {
    figure *f;
    const cli_options *options;
    const query_setup *setup;
    const compare_runs *runs;
    const sortable *sorted;
    int x_key;
    bool varies[KEYS];
} drawing;

/* "N = 400, δ = 1": what all runs of the group have and others do not. */
static void group_label(char *out, size_t size, const drawing *d, size_t first)
{
    const nsl_point *p = &d->runs->point[d->sorted[first].index];
    size_t used = 0;
    snprintf(out, size, "measured");
    for (int k = 0; k < KEYS && used < size; k++)
        if (k != d->x_key && d->varies[k])
            used += (size_t)snprintf(
                out + used, size - used, "%s%s = %.4g", used ? ", " : "",
                figures_axis(d->options, option_of(k, d->runs)).symbol, key_of(p, k));
}

/* Where the curve is asked for, in order: returns how many. */
static size_t curve_places(double *x, int x_key, const nsl_point *p, double low,
                           double high)
{
    static const double beside[PEAK_POINTS] = {0.94, 0.985, 1.0, 1.015, 1.06};
    double peak = x_key == KEY_SAMPLES    ? p->features
                  : x_key == KEY_FEATURES ? p->samples
                                          : (double)INFINITY;
    size_t count = 0;
    for (size_t i = 0; i < CURVE_POINTS; i++)
        x[count++] = low * pow(high / low, (double)i / (CURVE_POINTS - 1));
    for (size_t i = 0; i < PEAK_POINTS; i++)
        if (peak * beside[i] > low && peak * beside[i] < high)
            x[count++] = peak * beside[i];
    gsl_sort(x, 1, count);
    return count;
}

/* Whether a logarithmic axis has the run's place. */
static bool on_axis(const sortable *run)
{
    return run->key[KEYS - 1] > 0.0 && isfinite(run->key[KEYS - 1]);
}

/* The theory's curve from the first to the last run of a group that the axis has. */
static bool add_curve(drawing *d, size_t first, size_t last, size_t colour)
{
    while (first < last && !on_axis(&d->sorted[first]))
        first++;
    while (first < last && !on_axis(&d->sorted[last]))
        last--;
    nsl_point point = d->runs->point[d->sorted[first].index];
    double low = d->sorted[first].key[KEYS - 1], high = d->sorted[last].key[KEYS - 1];
    if (!on_axis(&d->sorted[first]) || !(high > low))
        return true;
    double x[CURVE_POINTS + PEAK_POINTS];
    size_t count = curve_places(x, d->x_key, &point, low, high);
    figure_series *s = figure_add(d->f, SERIES_LINE, NULL, count, false);
    if (!s)
        return false;
    s->colour = colour;
    query_answer answer;
    query_answer_init(&answer);
    nsl_status status = NSL_OK;
    for (size_t i = 0; i < count && status != NSL_ENOMEM; i++) {
        s->x[i] = x[i];
        set_key(&point, d->x_key, s->x[i]);
        status = query_predict_double(&answer, d->options, d->setup, &point, NULL);
        if (status == NSL_OK)
            s->y[i] = row_test_loss(&answer.p, query_units(d->options, point.noise));
    }
    query_answer_clear(&answer);
    return status != NSL_ENOMEM;
}

static bool add_points(drawing *d, size_t first, size_t last, size_t colour)
{
    char label[160];
    const compare_runs *runs = d->runs;
    group_label(label, sizeof label, d, first);
    figure_series *s =
        figure_add(d->f, SERIES_POINTS, label, last - first + 1, runs->error != NULL);
    if (!s)
        return false;
    s->colour = colour;
    for (size_t i = first; i <= last; i++) {
        size_t run = d->sorted[i].index;
        s->x[i - first] = d->sorted[i].key[KEYS - 1];
        s->y[i - first] = runs->measured[run];
        if (s->error)
            s->error[i - first] = runs->error[run];
    }
    return true;
}

static bool add_groups(drawing *d)
{
    size_t first = 0, colour = 0;
    d->f->x = figures_axis(d->options, option_of(d->x_key, d->runs));
    d->f->y = figures_loss_axis(d->options);
    for (size_t i = 0; i < d->runs->count; i++) {
        bool ends =
            i + 1 == d->runs->count || !same_group(&d->sorted[i], &d->sorted[i + 1]);
        if (!ends)
            continue;
        if (!add_curve(d, first, i, colour) || !add_points(d, first, i, colour))
            return false;
        first = i + 1;
        colour++;
    }
    return true;
}

/* Measured against predicted, with the line where both are the same; `more` says what
 * has no place. */
static bool add_scatter(figure *f, char *more, size_t size, const cli_options *o,
                        const compare_runs *runs)
{
    size_t left_out = 0;
    *more = '\0';
    f->x = (figure_axis){"predicted", figures_loss_axis(o).words, true};
    f->y = (figure_axis){"measured", figures_loss_axis(o).words, true};
    double low = (double)INFINITY, high = 0.0;
    figure_series *s =
        figure_add(f, SERIES_POINTS, "runs", runs->count, runs->error != NULL);
    if (!s)
        return false;
    for (size_t i = 0; i < runs->count; i++) {
        s->x[i] = runs->predicted[i];
        s->y[i] = runs->measured[i];
        if (s->error)
            s->error[i] = runs->error[i];
        if (!(isfinite(s->x[i]) && s->x[i] > 0.0)) {
            left_out++;
            continue;
        }
        low = fmin(low, fmin(s->x[i], s->y[i]));
        high = fmax(high, fmax(s->x[i], s->y[i]));
    }
    figure_series *same = figure_add(f, SERIES_LINE, "measured = predicted", 2, false);
    if (!same)
        return false;
    same->colour = 1;
    same->x[0] = same->y[0] = low;
    same->x[1] = same->y[1] = high;
    if (left_out > 0)
        snprintf(more, size, "without %zu of no finite prediction", left_out);
    return true;
}

/* What all runs share, and what is what. */
static void describe(char *out, size_t size, const drawing *d)
{
    size_t used = 0;
    *out = '\0';
    for (int k = 0; k < KEYS && used < size; k++) {
        option_id id = option_of(k, d->runs);
        double value = key_of(&d->runs->point[0], k);
        /* the table's caption has the ridge and the noise that options give */
        bool said = id == OPT_NOISE || d->options->value[id].given || value == 0.0 ||
                    (k >= KEY_LENGTH && d->runs->point[0].training.kind == NSL_TRAINED);
        if (!d->varies[k] && k != d->x_key && !said)
            used += (size_t)snprintf(out + used, size - used, "%s = %.6g; ",
                                     figures_axis(d->options, id).symbol, value);
    }
    used = used < size ? used : size; /* or cut short */
    size_t off = 0;
    for (size_t i = 0; i < d->runs->count; i++)
        off += !on_axis(&d->sorted[i]);
    used +=
        (size_t)snprintf(out + used, size - used, "points: measured%s, lines: theory",
                         d->runs->error ? " with standard errors" : "");
    used = used < size ? used : size;
    if (off > 0)
        snprintf(out + used, size - used, "; without %zu at %s = 0 or inf", off,
                 figures_axis(d->options, option_of(d->x_key, d->runs)).symbol);
}

nsl_status compare_figure_make(figure *f, const cli_options *o,
                               const query_setup *setup, const compare_runs *runs,
                               const char *table_caption, nsl_error *err)
{
    char more[224];
    if (!o->value[OPT_PLOT].given)
        return NSL_OK;
    sortable *sorted = calloc(runs->count ? runs->count : 1, sizeof *sorted);
    drawing d = {.f = f, .options = o, .setup = setup, .runs = runs, .sorted = sorted};
    bool fine = sorted != NULL;
    if (fine) {
        d.x_key = choose_key(sorted, runs, d.varies);
        sort_runs(sorted, runs, d.x_key);
        describe(more, sizeof more, &d);
        size_t groups = count_groups(sorted, runs->count);
        bool few = groups <= GROUPS_MOST && 2 * groups <= runs->count;
        fine = few ? add_groups(&d) : add_scatter(f, more, sizeof more, o, runs);
        f->caption =
            figures_caption(o, table_caption ? table_caption : "", *more ? more : NULL);
        fine = fine && f->caption;
    }
    free(sorted);
    if (!fine)
        *err = (nsl_error){.status = NSL_ENOMEM, .message = "out of memory"};
    return fine ? NSL_OK : NSL_ENOMEM;
}
