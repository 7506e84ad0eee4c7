/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/figure.h"

#include <stdlib.h>
#include <string.h>

static void series_clear(figure_series *s)
{
    free(s->label);
    free(s->x);
    free(s->y);
    free(s->error);
}

figure_series *figure_add(figure *f, series_kind kind, const char *label, size_t count,
                          bool errors)
{
    figure_series *all = realloc(f->series, (f->count + 1) * sizeof *all);
    if (!all)
        return NULL;
    f->series = all;
    size_t room = count ? count : 1;
    figure_series *s = &all[f->count];
    *s = (figure_series){
        .kind = kind,
        .label = strdup(label),
        .count = count,
        .x = calloc(room, sizeof *s->x),
        .y = calloc(room, sizeof *s->y),
        .error = errors ? calloc(room, sizeof *s->error) : NULL,
    };
    if (!s->label || !s->x || !s->y || (errors && !s->error)) {
        series_clear(s);
        return NULL;
    }
    f->count++;
    return s;
}

void figure_clear(figure *f)
{
    for (size_t i = 0; i < f->count; i++)
        series_clear(&f->series[i]);
    free(f->series);
    free(f->title);
    free(f->caption);
    *f = (figure){0};
}
