/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The picture of a density, and the histogram of measured eigenvalues. */
#include "cli/density.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Whether an edge lies between two points: the density is then 0 somewhere between. */
static bool breaks(const density_job *job, double x, double next)
{
    for (size_t i = 0; i < nsl_density_bulks(job->density); i++) {
        nsl_bulk bulk = nsl_density_bulk(job->density, i);
        if (x <= bulk.upper && bulk.upper < next)
            return true;
    }
    return false;
}

static bool add_density(figure *f, const density_job *job)
{
    size_t gaps = nsl_density_bulks(job->density), used = 0;
    figure_series *s = figure_add(f, SERIES_LINE, "theory", job->points + gaps, false);
    if (!s)
        return false;
    for (size_t i = 0; i < job->points; i++) {
        s->x[used] = job->x[i];
        s->y[used++] = job->value[i] > 0.0 ? job->value[i] : (double)NAN;
        if (i + 1 < job->points && breaks(job, job->x[i], job->x[i + 1]) &&
            used + job->points - i - 1 < s->count)
            used++; /* NaN as they come: the line ends here */
    }
    s->count = used;
    return true;
}

/* The height of a bin: the share of all eigenvalues in it per unit of x, were the zeros
 * as many as the theory has. */
static double height(const density_job *job, double share, double low, double high)
{
    return share * (1.0 - nsl_density_atom(job->density)) / (high - low);
}

/* Steps; bins without eigenvalues break the line. */
static bool add_histogram(figure *f, const density_job *job)
{
    enum { LEAST = 8, MOST = 60, CORNERS = 2 };
    const density_measured *m = &job->measured;
    if (m->rows < 2 || m->table.lambda[m->rows - 1] == m->table.lambda[0])
        return true;
    double positive = m->count - m->zeros;
    size_t bins = (size_t)fmin(fmax(sqrt(positive), LEAST), MOST), row = m->rows;
    char label[64];
    snprintf(label, sizeof label, "measured, %.0f eigenvalues", positive);
    figure_series *s = figure_add(f, SERIES_LINE, label, CORNERS * bins, false);
    if (!s)
        return false;
    s->colour = 1;
    double low = log(m->table.lambda[m->rows - 1]);
    double step = (log(m->table.lambda[0]) - low) / (double)bins;
    for (size_t k = 0; k < bins; k++) {
        double from = exp(low + step * (double)k),
               to = exp(low + step * (double)(k + 1)), inside = 0.0;
        for (; row > 0 && (m->table.lambda[row - 1] <= to || k + 1 == bins); row--)
            inside += nsl_table_copies(&m->table, row - 1);
        double y =
            inside > 0.0 ? height(job, inside / positive, from, to) : (double)NAN;
        s->x[CORNERS * k] = from;
        s->x[CORNERS * k + 1] = to;
        s->y[CORNERS * k] = s->y[CORNERS * k + 1] = y;
    }
    return true;
}

/* The caption of the table, its first two lines as one. */
static bool describe(figure *f, const density_job *job, const char *caption)
{
    char more[64] = "";
    double atom = nsl_density_atom(job->density);
    int first = (int)strcspn(caption, "\n");
    const char *rest = caption + first + (caption[first] != '\0');
    size_t length = strlen(rest);
    while (length > 0 && rest[length - 1] == '\n')
        length--;
    if (atom > 0.0)
        snprintf(more, sizeof more, "; share of zero eigenvalues %.4g", atom);
    return asprintf(&f->caption, "%.*s; %.*s%s", first, caption, (int)length, rest,
                    more) >= 0;
}

bool density_draw(figure *f, const density_job *job, const char *caption)
{
    f->x = (figure_axis){"eigenvalue", "", true};
    f->y = (figure_axis){"density", "", true};
    if (!add_density(f, job) || !add_histogram(f, job))
        return false;
    if (describe(f, job, caption))
        return true;
    f->caption = NULL;
    return false;
}
