/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/figure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void series_clear(figure_series *s)
{
    free(s->label);
    free(s->x);
    free(s->y);
    free(s->error);
}

static double *nans(size_t count)
{
    double *values = calloc(count ? count : 1, sizeof *values);
    for (size_t i = 0; values && i < count; i++)
        values[i] = (double)NAN;
    return values;
}

figure_series *figure_add(figure *f, series_kind kind, const char *label, size_t count,
                          bool errors)
{
    figure_series *grown = realloc(f->series, (f->count + 1) * sizeof *grown);
    if (!grown)
        return NULL;
    f->series = grown;
    figure_series *s = &grown[f->count];
    *s = (figure_series){.kind = kind,
                         .label = label ? strdup(label) : NULL,
                         .count = count,
                         .x = nans(count),
                         .y = nans(count),
                         .error = errors ? nans(count) : NULL};
    if ((label && !s->label) || !s->x || !s->y || (errors && !s->error)) {
        series_clear(s);
        return NULL;
    }
    f->count++;
    return s;
}

figure *figure_add_panel(figure *f)
{
    while (f->next)
        f = f->next;
    f->next = calloc(1, sizeof *f->next);
    return f->next;
}

void figure_clear(figure *f)
{
    for (size_t i = 0; i < f->count; i++)
        series_clear(&f->series[i]);
    if (f->next)
        figure_clear(f->next);
    free(f->next);
    free(f->series);
    free(f->title);
    free(f->caption);
    *f = (figure){.title = NULL};
}
