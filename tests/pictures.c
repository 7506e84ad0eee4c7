/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pictures.h"

#include <math.h>
#include <nslaw/nslaw.h>
#include <stdlib.h>
#include <string.h>

enum { ARRAYS = 6, COLUMNS = 40, ROWS = 30, POINTS = 60 };

static const double NOISE = 1e-7;
static const double RIDGE = 1e-5;
static const double LATENTS = 1e4;

bool picture_new(picture *p, size_t columns, const double *features, size_t rows,
                 const double *samples)
{
    size_t cells = columns * rows;
    *p = (picture){0};
    p->values = calloc(ARRAYS * cells + columns + rows, sizeof *p->values);
    p->map.regime = calloc(cells, 1);
    p->figure.title = strdup("Loss of a power law");
    p->figure.caption = strdup("alpha = 1, M = 10000");
    if (!p->values || !p->map.regime || !p->figure.title || !p->figure.caption)
        return false;
    double *x = p->values + ARRAYS * cells, *y = x + columns;
    memcpy(x, features, columns * sizeof *x);
    memcpy(y, samples, rows * sizeof *y);
    p->map.x = (nsl_axis){NSL_AXIS_FEATURES, columns, x};
    p->map.y = (nsl_axis){NSL_AXIS_SAMPLES, rows, y};
    double **array[ARRAYS] = {
        &p->map.test_loss, &p->map.elasticity_features, &p->map.elasticity_samples,
        &p->map.ridge,     &p->map.elasticity_ridge,    &p->map.error,
    };
    for (size_t i = 0; i < ARRAYS; i++)
        *array[i] = p->values + i * cells;
    p->shown = (figure_map){&p->map, &p->boundaries, "test loss L", "ridge"};
    p->figure.map = &p->shown;
    p->figure.x = (figure_axis){"features", "N", true};
    p->figure.y = (figure_axis){"samples", "P", true};
    return true;
}

nsl_boundary *picture_boundary(picture *p, nsl_boundary_kind kind, size_t count)
{
    nsl_boundaries *all = &p->boundaries;
    nsl_boundary *more = realloc(all->at, (all->count + 1) * sizeof *more);
    if (!more)
        return NULL;
    all->at = more;
    nsl_boundary *b = &more[all->count];
    *b = (nsl_boundary){kind, count, calloc(count, sizeof(double)),
                        calloc(count, sizeof(double))};
    all->count++;
    return b->x && b->y ? b : NULL;
}

/* Not the library's own rule, but near it: enough to have areas to draw. */
static nsl_phase regime_of(const nsl_point *at, const nsl_prediction *l)
{
    double n = l->elasticity_features, p = l->elasticity_samples;
    return fmin(at->features, at->samples) > LATENTS ? NSL_PHASE_LATENT
           : isnan(n) || isnan(p)                    ? NSL_PHASE_UNDEFINED
           : n < 0.0 || p < 0.0                      ? NSL_PHASE_PEAK
           : l->noise_loss > l->signal_loss          ? NSL_PHASE_NOISE
           : n > 2.0 * p                             ? NSL_PHASE_MODEL
           : p > 2.0 * n                             ? NSL_PHASE_DATA
                                                     : NSL_PHASE_BALANCED;
}

static bool predict_cells(nsl_map *map, const nsl_model *model)
{
    for (size_t k = 0; k < map->x.count * map->y.count; k++) {
        nsl_point at = {.features = map->x.value[k % map->x.count],
                        .samples = map->y.value[k / map->x.count],
                        .ridge = RIDGE,
                        .noise = NOISE};
        nsl_prediction l;
        if (nsl_predict(&l, model, &at, NULL) != NSL_OK)
            return false;
        map->test_loss[k] = l.test_loss;
        map->elasticity_features[k] = l.elasticity_features;
        map->elasticity_samples[k] = l.elasticity_samples;
        map->ridge[k] = RIDGE;
        map->elasticity_ridge[k] = l.elasticity_ridge;
        map->error[k] = l.error;
        map->regime[k] = (uint8_t)regime_of(&at, &l);
    }
    return true;
}

static bool straight(picture *p, nsl_boundary_kind kind, double x0, double y0,
                     double x1, double y1)
{
    nsl_boundary *b = picture_boundary(p, kind, 2);
    if (!b)
        return false;
    b->x[0] = x0;
    b->y[0] = y0;
    b->x[1] = x1;
    b->y[1] = y1;
    return true;
}

static bool with_model(picture *p, bool (*use)(picture *p, const nsl_model *model))
{
    nsl_spectrum *spectrum = NULL;
    nsl_model *model = NULL;
    nsl_model_options o = nsl_model_defaults();
    o.convention = NSL_RIDGE_KERNEL;
    bool fine = nsl_spectrum_new_powerlaw(&spectrum, 1.0, 1.0, (uint64_t)LATENTS,
                                          NULL) == NSL_OK &&
                nsl_model_new(&model, spectrum, &o, NULL) == NSL_OK && use(p, model);
    nsl_model_free(model);
    nsl_spectrum_free(spectrum);
    return fine;
}

static bool fill_map(picture *p, const nsl_model *model)
{
    return predict_cells(&p->map, model);
}

bool picture_map(picture *p)
{
    double features[COLUMNS], samples[ROWS];
    for (int i = 0; i < COLUMNS; i++)
        features[i] = pow(10.0, 1.0 + 4.0 * i / (COLUMNS - 1));
    for (int i = 0; i < ROWS; i++)
        samples[i] = pow(10.0, 1.0 + 4.0 * i / (ROWS - 1));
    return picture_new(p, COLUMNS, features, ROWS, samples) &&
           with_model(p, fill_map) &&
           straight(p, NSL_BOUNDARY_FEATURES_SAMPLES, 1.0, 1.0, 1e6, 1e6) &&
           straight(p, NSL_BOUNDARY_FEATURES_LATENTS, LATENTS, 1.0, LATENTS, 1e6) &&
           straight(p, NSL_BOUNDARY_SAMPLES_LATENTS, 1.0, LATENTS, 1e6, LATENTS) &&
           straight(p, NSL_BOUNDARY_FRONTIER, 10.0, 25.0, 4e3, 1e4) &&
           straight(p, NSL_BOUNDARY_NOISE, 25.0, 10.0, 1e5, 1e3);
}

static bool fill_curve(picture *p, const nsl_model *model)
{
    static const double features[] = {100.0, 1000.0};
    for (int c = 0; c < 2; c++) {
        figure_series *line =
            figure_add(&p->figure, SERIES_LINE,
                       c ? "theory, N = 1000" : "theory, N = 100", POINTS, false);
        if (!line)
            return false;
        line->colour = (size_t)c;
        for (int i = 0; i < POINTS; i++) {
            nsl_point at = {.features = features[c],
                            .samples = pow(10.0, 1.0 + 3.0 * i / (POINTS - 1.0)),
                            .ridge = 1e-3};
            nsl_prediction l;
            if (nsl_predict(&l, model, &at, NULL) != NSL_OK)
                return false;
            line->x[i] = at.samples;
            line->y[i] = l.test_loss;
        }
        figure_series *runs =
            figure_add(&p->figure, SERIES_POINTS,
                       c ? "runs, N = 1000" : "runs, N = 100", 12, true);
        if (runs)
            runs->colour = (size_t)c;
        for (int i = 0; runs && i < 12; i++) {
            const figure_series *s = &p->figure.series[2 * c];
            runs->x[i] = s->x[5 * i];
            runs->y[i] = s->y[5 * i] * (1.0 + 0.06 * sin(7.0 * i));
            runs->error[i] = 0.07 * s->y[5 * i];
        }
    }
    return p->figure.count == 4;
}

bool picture_curve(picture *p)
{
    *p = (picture){0};
    p->figure.title = strdup("Theory and runs");
    p->figure.caption = strdup("alpha = 1, M = 10000, ridge 0.001");
    p->figure.x = (figure_axis){"samples", "P", true};
    p->figure.y = (figure_axis){"test loss", "L", true};
    if (!p->figure.title || !p->figure.caption || !with_model(p, fill_curve))
        return false;
    figure_series *law = figure_add(&p->figure, SERIES_LAW, "∝ P^-1", 2, false);
    const figure_series *line = &p->figure.series[2];
    if (!law)
        return false;
    for (int i = 0; i < 2; i++) {
        law->x[i] = i ? 1e5 : 10.0;
        law->y[i] = line->y[0] * line->x[0] / law->x[i];
    }
    /* The next series may move this one. */
    figure_series *level = figure_add(&p->figure, SERIES_LEVEL, "plateau", 1, false);
    if (!level)
        return false;
    level->y[0] = p->figure.series[0].y[POINTS - 1];
    return true;
}

void picture_clear(picture *p)
{
    for (size_t i = 0; i < p->boundaries.count; i++) {
        free(p->boundaries.at[i].x);
        free(p->boundaries.at[i].y);
    }
    free(p->boundaries.at);
    free(p->map.regime);
    free(p->values);
    figure_clear(&p->figure);
    *p = (picture){0};
}
