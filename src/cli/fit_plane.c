/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/fit_plane.h"
#include "cli/training.h"
#include "theory/bracket.h"
#include "theory/contour.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CELLS = 40, /* each way: a line bends by less than its width in one */
    NODES = CELLS + 1,
    LEVELS = 7,
    LEVELS_LEAST = 5,
    LABEL = 32
};

static int by_length(const void *a, const void *b)
{
    double one = training_length(a), other = training_length(b);
    return (one > other) - (one < other);
}

static bool set_training(fit_plane *plane, size_t count, const nsl_fit_run *run)
{
    nsl_training *sorted = malloc((count + 1) * sizeof *sorted);
    if (!sorted)
        return false;
    for (size_t i = 0; i < count; i++)
        sorted[i] = run[i].training;
    qsort(sorted, count, sizeof *sorted, by_length);
    plane->training = sorted[(count - 1) / 2];
    plane->lengths = by_length(&sorted[0], &sorted[count - 1]) != 0;
    free(sorted);
    return true;
}

bool fit_plane_init(fit_plane *plane, const nsl_fit *fit, size_t count,
                    const nsl_fit_run *run, bool *lacks)
{
    *plane = (fit_plane){.form = &fit->form,
                         .lacks = lacks,
                         .n = {(double)INFINITY, 0.0},
                         .p = {(double)INFINITY, 0.0},
                         .loss = {(double)INFINITY, 0.0}};
    for (size_t i = 0; i < fit->parameters; i++)
        plane->parameter[i] = fit->parameter[i].value;
    for (size_t i = 0; i < count; i++) {
        plane->n.low = fmin(plane->n.low, run[i].parameters);
        plane->n.high = fmax(plane->n.high, run[i].parameters);
        plane->p.low = fmin(plane->p.low, run[i].samples);
        plane->p.high = fmax(plane->p.high, run[i].samples);
        plane->loss.low = fmin(plane->loss.low, run[i].loss);
        plane->loss.high = fmax(plane->loss.high, run[i].loss);
    }
    return set_training(plane, count, run);
}

/* Floating-point operations of training, of a parameter and a sample. */
static const double OPERATIONS = 6.0;

double fit_plane_loss(const fit_plane *plane, double n, double p)
{
    nsl_fit_run run = {n, p, OPERATIONS * n * p, 1.0, 1.0, plane->training};
    double loss;
    nsl_status status = nsl_form_loss(&loss, plane->form, plane->parameter, &run, NULL);
    *plane->lacks |= status == NSL_ENOMEM;
    return status == NSL_OK ? loss : (double)NAN;
}

/* Logarithms of the losses on a lattice that covers more than the picture shows, so
 * that its lines go up to the edge. */
typedef struct {
    double x[NODES], y[NODES];   /* ln N, ln P */
    double value[NODES * NODES]; /* ln L */
    double above[NODES * NODES]; /* of the level that is followed */
    figure *f;
    figure_series *series;
} lattice;

static void set_axis(double *at, double low, double high)
{
    static const double BEYOND = 0.08;
    double wide = log(high / low), from = log(low) - BEYOND * wide;
    for (size_t i = 0; i < NODES; i++)
        at[i] = from + (1.0 + 2.0 * BEYOND) * wide * (double)i / CELLS;
}

static void fill(lattice *l, const fit_plane *plane)
{
    set_axis(l->x, plane->n.low, plane->n.high);
    set_axis(l->y, plane->p.low, plane->p.high);
    for (size_t j = 0; j < NODES; j++)
        for (size_t i = 0; i < NODES; i++)
            l->value[j * NODES + i] =
                log(fit_plane_loss(plane, exp(l->x[i]), exp(l->y[j])));
}

static int compare(const void *a, const void *b)
{
    const double *one = a, *other = b;
    return (*one > *other) - (*one < *other);
}

static double rounded(double value, int digits)
{
    char text[LABEL];
    snprintf(text, sizeof text, "%.*g", digits, value);
    return strtod(text, NULL);
}

/* Levels that part the plane into areas of one size, as far as runs have such losses,
 * with as few digits as keep enough of them apart. Returns how many. */
static size_t find_levels(double level[LEVELS], const lattice *l,
                          const fit_plane *plane)
{
    enum { DIGITS_MOST = 6 };
    double sorted[NODES * NODES];
    size_t count = 0, found = 0;
    for (size_t k = 0; k < NODES * NODES; k++)
        if (l->value[k] > log(plane->loss.low) && l->value[k] < log(plane->loss.high))
            sorted[count++] = exp(l->value[k]);
    if (count == 0)
        return 0;
    qsort(sorted, count, sizeof *sorted, compare);
    for (int digits = 2; digits <= DIGITS_MOST && found < LEVELS_LEAST; digits++) {
        found = 0;
        for (size_t k = 0; k < LEVELS; k++) {
            double exact = sorted[(k + 1) * count / (LEVELS + 1)];
            double value = rounded(exact, digits);
            if (found == 0 || value > level[found - 1])
                level[found++] = value;
        }
    }
    return found;
}

/* Levels of one magnitude get as many decimals: "3.0" beside "2.5". */
static void label_level(char label[LABEL], const double *level, size_t count, size_t k)
{
    enum { DECIMALS_MOST = 8 };
    static const double MAGNITUDE = 10.0, ROUNDING = 1e-9;
    int decimals = 0;
    for (size_t i = 0; i < count; i++) {
        double scaled = level[i] * pow(10.0, decimals);
        while (decimals < DECIMALS_MOST &&
               fabs(scaled - round(scaled)) > ROUNDING * scaled)
            scaled = level[i] * pow(10.0, ++decimals);
    }
    bool alike = level[count - 1] < MAGNITUDE * level[0] && decimals < DECIMALS_MOST;
    if (alike)
        snprintf(label, LABEL, "%.*f", decimals, level[k]);
    else
        snprintf(label, LABEL, "%.6g", level[k]);
}

static bool cross(void *data, nsl_edge e, double *x, double *y)
{
    const lattice *l = data;
    size_t i = e.i + !e.up, j = e.j + e.up;
    double a = l->above[e.j * NODES + e.i], b = l->above[j * NODES + i];
    double t = a / (a - b);
    *x = exp(l->x[e.i] + t * (l->x[i] - l->x[e.i]));
    *y = exp(l->y[e.j] + t * (l->y[j] - l->y[e.j]));
    return isfinite(t);
}

/* Appends a piece behind a gap. */
static bool add_piece(void *data, size_t count, const double *x, const double *y)
{
    figure_series *s = ((lattice *)data)->series;
    size_t gap = s->count > 0, whole = s->count + gap + count;
    double *longer = realloc(s->x, whole * sizeof *longer);
    if (!longer)
        return false;
    s->x = longer;
    longer = realloc(s->y, whole * sizeof *longer);
    if (!longer)
        return false;
    s->y = longer;
    if (gap)
        s->x[s->count] = s->y[s->count] = (double)NAN;
    memcpy(s->x + s->count + gap, x, count * sizeof *x);
    memcpy(s->y + s->count + gap, y, count * sizeof *y);
    s->count = whole;
    return true;
}

bool fit_plane_add_contours(figure *f, const fit_plane *plane)
{
    double level[LEVELS];
    char label[LABEL];
    lattice *l = calloc(1, sizeof *l);
    if (!l)
        return false;
    fill(l, plane);
    size_t count = find_levels(level, l, plane);
    bool fine = true;
    for (size_t n = 0; n < count && fine; n++) {
        for (size_t k = 0; k < NODES * NODES; k++)
            l->above[k] = l->value[k] - log(level[n]);
        label_level(label, level, count, n);
        l->series = figure_add(f, SERIES_CONTOUR, label, 0, false);
        fine = l->series && nsl_contour_follow((nsl_lattice_values){CELLS, l->above},
                                               cross, add_piece, l);
    }
    free(l);
    return fine;
}

/* Ways to spend one compute. */
typedef struct {
    const fit_plane *plane;
    double log_product; /* ln NP */
} budget;

static double loss_of_split(double log_n, void *data)
{
    const budget *b = data;
    return log(fit_plane_loss(b->plane, exp(log_n), exp(b->log_product - log_n)));
}

/* ln N of the best split, sought beyond the runs as well, so that the edge of their
 * sizes is not taken for a minimum; NaN where there is none. */
static double best_split(budget *b)
{
    enum { TRIES = 17 };
    static const double BEYOND = 2.3, WIDTH = 1e-4; /* in ln N: a decade; unseen */
    const fit_plane *plane = b->plane;
    double low = fmax(log(plane->n.low), b->log_product - log(plane->p.high)) - BEYOND;
    double high = fmin(log(plane->n.high), b->log_product - log(plane->p.low)) + BEYOND;
    double step = (high - low) / (TRIES - 1), least = (double)INFINITY, found;
    size_t best = 0;
    for (size_t i = 0; i < TRIES; i++) {
        double loss = loss_of_split(low + step * (double)i, b);
        if (loss < least) {
            least = loss;
            best = i;
        }
    }
    double middle = low + step * (double)best;
    if (best == 0 || best == TRIES - 1 ||
        !nsl_minimum_between(&found, loss_of_split, b, middle - step, middle,
                             middle + step, WIDTH))
        return (double)NAN;
    return found;
}

enum { FRONTIER_STEPS = 40, FRONTIER_POINTS = 2 * FRONTIER_STEPS + 2 };

/* ln N that moves further, in steps of ln NP, has jumped to another minimum. */
static const double JUMP = 2.0;

/* The best splits between the sizes of the runs, a gap where it leaves them or jumps;
 * returns how many. */
static size_t find_frontier(double x[FRONTIER_POINTS], double y[FRONTIER_POINTS],
                            const fit_plane *plane)
{
    double low = log(plane->n.low) + log(plane->p.low);
    double step = (log(plane->n.high) + log(plane->p.high) - low) / FRONTIER_STEPS;
    size_t count = 0;
    for (size_t i = 0; i <= FRONTIER_STEPS; i++) {
        budget b = {plane, low + step * (double)i};
        double n = exp(best_split(&b)), p = exp(b.log_product) / n;
        bool inside = n >= plane->n.low && n <= plane->n.high && p >= plane->p.low &&
                      p <= plane->p.high;
        bool follows = count > 0 && !isnan(x[count - 1]);
        if (follows && (!inside || fabs(log(n / x[count - 1])) > JUMP * step)) {
            x[count] = y[count] = (double)NAN;
            count++;
        }
        if (!inside)
            continue;
        x[count] = n;
        y[count++] = p;
    }
    return count > 0 && isnan(x[count - 1]) ? count - 1 : count;
}

bool fit_plane_add_frontier(figure *f, const fit_plane *plane)
{
    double x[FRONTIER_POINTS] = {0.0}, y[FRONTIER_POINTS] = {0.0};
    size_t count = plane->form->kind == NSL_FORM_POWER ? 0 : find_frontier(x, y, plane);
    if (count == 0)
        return true;
    figure_series *s = figure_add(f, SERIES_LINE, "frontier", count, false);
    if (!s)
        return false;
    s->colour = 1;
    memcpy(s->x, x, count * sizeof *x);
    memcpy(s->y, y, count * sizeof *y);
    return true;
}
