/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/plane.h"
#include "core/error.h"
#include "theory/loss.h"
#include "training/course.h"

#include <math.h>

bool nsl_axis_is_of_model(nsl_axis_kind kind)
{
    return kind == NSL_AXIS_LATENTS || kind == NSL_AXIS_ALPHA;
}

bool nsl_plane_is_of_model(const nsl_map_query *query)
{
    return nsl_axis_is_of_model(query->x.kind) || nsl_axis_is_of_model(query->y.kind);
}

bool nsl_plane_is_in_time(const nsl_map_query *query)
{
    return query->x.kind == NSL_AXIS_TIME || query->y.kind == NSL_AXIS_TIME;
}

static nsl_status check_axis(const nsl_axis *axis, const nsl_model *model,
                             const char *field, nsl_error *err)
{
    if (axis->count == 0)
        return nsl_fail(err, NSL_EINVAL, field, "must have at least one value");
    if (nsl_axis_is_of_model(axis->kind) && model->spectrum->ops != &nsl_powerlaw_ops)
        return nsl_fail(err, NSL_EINVAL, field,
                        "an axis of latents or alpha needs a power law");
    for (size_t i = 1; i < axis->count; i++)
        if (!(axis->value[i] > axis->value[i - 1]))
            return nsl_fail(err, NSL_EINVAL, field,
                            "must be increasing, got %g after %g", axis->value[i],
                            axis->value[i - 1]);
    return NSL_OK;
}

nsl_status nsl_plane_check(const nsl_map_query *query, nsl_error *err)
{
    nsl_status status = check_axis(&query->x, query->model, "x", err);
    if (status == NSL_OK)
        status = check_axis(&query->y, query->model, "y", err);
    if (status == NSL_OK && query->x.kind == query->y.kind)
        status = nsl_fail(err, NSL_EINVAL, "y", "must be another axis than x");
    if (status == NSL_OK && query->optimal &&
        (query->x.kind == NSL_AXIS_RIDGE || query->y.kind == NSL_AXIS_RIDGE))
        status = nsl_fail(err, NSL_EINVAL, "ridge", "is an axis: it cannot be optimal");
    bool in_time = nsl_plane_is_in_time(query);
    if (status == NSL_OK && query->optimal &&
        (in_time || nsl_training_stops(&query->point)))
        status = nsl_fail(err, NSL_EINVAL, "ridge",
                          "cannot be the best one where training stops early: that is "
                          "for training to the end");
    return status;
}

/* The value of an axis of this kind, or what there is without one. */
static double value_of(const nsl_map_query *query, nsl_axis_kind kind, double x,
                       double y, double fallback)
{
    return query->x.kind == kind ? x : query->y.kind == kind ? y : fallback;
}

nsl_point nsl_map_point(const nsl_map_query *query, double x, double y)
{
    nsl_point p = query->point;
    p.features = value_of(query, NSL_AXIS_FEATURES, x, y, p.features);
    p.samples = value_of(query, NSL_AXIS_SAMPLES, x, y, p.samples);
    p.ridge = value_of(query, NSL_AXIS_RIDGE, x, y, p.ridge);
    p.noise = value_of(query, NSL_AXIS_NOISE, x, y, p.noise);
    bool in_time = nsl_plane_is_in_time(query);
    if (in_time && p.training.kind == NSL_DESCENT)
        p.training.steps = value_of(query, NSL_AXIS_TIME, x, y, 0.0);
    else if (in_time)
        p.training = (nsl_training){.kind = NSL_FLOW,
                                    .time = value_of(query, NSL_AXIS_TIME, x, y, 0.0)};
    return p;
}

/* A power law with another α or M. */
static nsl_status make_spectrum(nsl_plane_model *out, double x, double y,
                                nsl_error *err)
{
    const nsl_map_query *q = out->query;
    nsl_powerlaw_view law = nsl_powerlaw_numbers(q->model->spectrum);
    double alpha = value_of(q, NSL_AXIS_ALPHA, x, y, law.alpha);
    double m = value_of(q, NSL_AXIS_LATENTS, x, y, (double)NAN);
    uint64_t latents = q->model->spectrum->latents;
    if (!isnan(m))
        latents = m >= 1.0 && m <= (double)NSL_LATENTS_MAX ? (uint64_t)round(m) : 0;
    return nsl_spectrum_new_powerlaw(&out->spectrum, alpha, law.lambda_max, latents,
                                     err);
}

nsl_status nsl_plane_model_make(nsl_plane_model *out, const nsl_map_query *query,
                                double x, double y, bool many, nsl_error *err)
{
    *out = (nsl_plane_model){.query = query};
    nsl_status status = NSL_OK;
    if (nsl_plane_is_of_model(query)) {
        status = make_spectrum(out, x, y, err);
        if (status == NSL_OK)
            status = nsl_model_new_like(&out->model, query->model, out->spectrum, err);
    }
    bool stopped = nsl_training_stops(&query->point) || nsl_plane_is_in_time(query);
    if (status == NSL_OK && many && !stopped) {
        status = nsl_quick_new(&out->quick, nsl_plane_model_of(out), err);
        out->is_quick = status == NSL_OK;
    }
    if (status != NSL_OK)
        nsl_plane_model_clear(out);
    return status;
}

void nsl_plane_model_prepare(const nsl_plane_model *model, size_t points, unsigned jobs)
{
    const nsl_map_query *q = model->query;
    double low[] = {q->x.value[0], q->y.value[0]};
    double high[] = {q->x.value[q->x.count - 1], q->y.value[q->y.count - 1]};
    if (!model->is_quick || jobs < 2)
        return;
    for (int k = 0; k < 2; k++) { /* opposite corners: one pair is farthest apart */
        nsl_point one = nsl_map_point(q, low[0], k ? high[1] : low[1]);
        nsl_point other = nsl_map_point(q, high[0], k ? low[1] : high[1]);
        nsl_quick_prepare(&model->quick, &one, &other, points, jobs);
    }
}

void nsl_plane_model_clear(nsl_plane_model *model)
{
    if (model->is_quick)
        nsl_quick_clear(&model->quick);
    nsl_model_free(model->model);
    nsl_spectrum_free(model->spectrum);
    *model = (nsl_plane_model){.query = NULL};
}

const nsl_model *nsl_plane_model_of(const nsl_plane_model *model)
{
    return model->model ? model->model : model->query->model;
}

void nsl_kept_course_clear(nsl_kept_course *kept)
{
    nsl_course_free(kept->course);
    *kept = (nsl_kept_course){.course = NULL};
}

/* Whether points differ by how long they are trained alone. */
static bool same_course(const nsl_point *a, const nsl_point *b)
{
    return a->features == b->features && a->samples == b->samples &&
           a->ridge == b->ridge && a->noise == b->noise && a->ensemble == b->ensemble &&
           a->training.kind == b->training.kind && a->training.rate == b->training.rate;
}

static nsl_status predict_stopped(nsl_prediction *out, const nsl_point *point,
                                  const nsl_model *model, nsl_kept_course *kept,
                                  nsl_error *err)
{
    nsl_status status = NSL_OK;
    if (!kept->course || !same_course(&kept->point, point)) {
        nsl_kept_course_clear(kept);
        status = nsl_course_new_plain(&kept->course, model, point, err);
        kept->point = *point;
    }
    bool steps = point->training.kind == NSL_DESCENT;
    if (status == NSL_OK)
        status =
            nsl_course_at(out, kept->course,
                          steps ? point->training.steps : point->training.time, err);
    if (out->elasticity_error > NSL_MAP_PROMISE) /* not known: no regime either */
        out->elasticity_features = out->elasticity_samples = out->elasticity_ridge =
            out->elasticity_time = (double)NAN;
    return status;
}

nsl_status nsl_plane_predict(nsl_prediction *out, nsl_point *point,
                             const nsl_plane_model *model, nsl_trail *trail,
                             nsl_kept_course *kept, nsl_error *err)
{
    const nsl_model *exact = nsl_plane_model_of(model);
    if (nsl_training_stops(point))
        return predict_stopped(out, point, exact, kept, err);
    if (!model->query->optimal)
        return model->is_quick
                   ? nsl_quick_predict(out, &model->quick, point, trail, err)
                   : nsl_predict_to(out, exact, point, NSL_MAP_PROMISE, err);
    nsl_optimum best;
    nsl_status status =
        model->is_quick
            ? nsl_quick_predict_optimal(out, &best, &model->quick, point, trail, err)
            : nsl_predict_optimal(out, &best, exact, point, err);
    point->ridge = best.ridge;
    return status;
}
