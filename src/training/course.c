/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A course of training: its ends, the trained model, t = ∞, and the untrained one, t =
 * 0, which are those of loss.c, and what is asked of it. */
#include "core/error.h"
#include "theory/loss.h"
#include "training/course_inside.h"

#include <math.h>
#include <stdlib.h>

/* Times in units of 1/(largest Gram eigenvalue) outside of this are not looked at. */
static const double FARTHEST = 1e150;

/* What decays by e^−x at this x has gone from double. */
static const double DECAYED = 720.0;

bool nsl_training_stops(const nsl_point *point)
{
    const nsl_training *t = &point->training;
    return t->kind == NSL_FLOW      ? !isinf(t->time)
           : t->kind == NSL_DESCENT ? !isinf(t->steps)
                                    : false;
}

nsl_contour_range nsl_course_range(const nsl_course *c)
{
    double ridge = c->setting.ridge;
    return (nsl_contour_range){ridge + c->edges.least, ridge + c->edges.largest};
}

double nsl_course_decay(const nsl_course *c)
{
    nsl_contour_range range = nsl_course_range(c);
    if (c->rate == 0.0)
        return range.least;
    double beyond = c->rate * range.largest - 1.0;
    double slow =
        c->rate * range.least < 1.0 ? -log1p(-c->rate * range.least) : (double)INFINITY;
    return beyond > 0.0 ? fmin(slow, -log(beyond)) : slow;
}

void nsl_course_scales(double *first, double *last, const nsl_course *course)
{
    nsl_contour_range range = nsl_course_range(course);
    double rate = course->rate, unit = rate > 0.0 ? rate : 1.0;
    *first = 1.0 / (range.largest * unit);
    *last = 1.0 / nsl_course_decay(course);
}

bool nsl_course_steps(const nsl_course *course)
{
    return course->rate > 0.0;
}

static nsl_status check_rate(const nsl_course *c, nsl_error *err)
{
    double limit = 2.0 / nsl_course_range(c).largest;
    if (c->rate < limit)
        return NSL_OK;
    return nsl_fail(err, NSL_EINVAL, "rate",
                    "must be below 2/(largest eigenvalue%s) = %.6g, where descent "
                    "diverges, got %g",
                    c->setting.ridge > 0.0 ? " + ridge" : "", limit, c->rate);
}

/* E₀₀ of one model, or of the limit of many, and its slopes by the elasticities. */
static void set_alone(nsl_pairs *out, double signal, double noise, double residual,
                      double variance, const nsl_prediction *p)
{
    double total = signal + variance * noise;
    const double elasticity[NSL_DIRECTIONS] = {[NSL_BY_FEATURES] =
                                                   p->elasticity_features,
                                               [NSL_BY_SAMPLES] = p->elasticity_samples,
                                               [NSL_BY_RIDGE] = p->elasticity_ridge};
    *out = (nsl_pairs){.signal = signal,
                       .noise = noise,
                       .train_signal = residual * residual * signal,
                       .train_noise = residual * residual * (1.0 + noise)};
    for (int d = 0; d < NSL_DIRECTIONS; d++)
        out->slope[d] = total == 0.0 ? 0.0 : -elasticity[d] * total;
}

/* The shapes' slopes, by differences. */
static nsl_status set_end_shapes(nsl_pairs *out, const nsl_course *c,
                                 const nsl_point *point, nsl_error *err)
{
    const nsl_shapes *shapes = &c->setting.shapes;
    nsl_status status = NSL_OK;
    for (int i = 0; i < NSL_SHAPES && status == NSL_OK; i++) {
        nsl_prediction above, below;
        if (!shapes->above[i])
            continue;
        status = nsl_predict(&above, shapes->above[i], point, err);
        if (status == NSL_OK)
            status = nsl_predict(&below, shapes->below[i], point, err);
        if (status == NSL_OK)
            out->slope[NSL_BY_SHAPE + i] =
                (above.test_loss - below.test_loss) / shapes->step[i];
    }
    return status;
}

/* The trained part: only where the spectrum leaves a gap, so that N ≠ P. */
static nsl_status set_end(nsl_course *c, nsl_error *err)
{
    nsl_point point = c->setting.point;
    nsl_root root;
    nsl_prediction many;
    nsl_status status = nsl_node_trained(&c->end.node, &c->setting, err);
    if (status == NSL_OK)
        status = nsl_root_solve(&root, c->setting.model, &point, err);
    point.ensemble = (double)INFINITY;
    if (status == NSL_OK && c->parts)
        status = nsl_predict(&many, c->setting.model, &point, err);
    point.ensemble = 1.0;
    nsl_prediction single = c->trained;
    if (status == NSL_OK && c->setting.point.ensemble > 1.0)
        status = nsl_predict(&single, c->setting.model, &point, err);
    if (status != NSL_OK)
        return status;
    double noise = point.noise;
    point.noise = 1.0;
    nsl_risk e = nsl_risk_at(&root, &point);
    double residual = creal(c->end.node.residual);
    set_alone(&c->end.single, e.signal, e.noise, residual, noise, &single);
    if (c->parts)
        set_alone(&c->end.many, e.bias + e.variance_samples, e.noise_cross, residual,
                  noise, &many);
    c->end.bias = e.bias;
    point.noise = noise;
    return set_end_shapes(&c->end.single, c, &point, err);
}

/* The trained model; where everything is infinite samples are so first, as at all times
 * before: their noise does not matter. */
static nsl_status set_trained(nsl_course *c, nsl_error *err)
{
    nsl_point point = c->setting.point;
    nsl_status status = nsl_predict(&c->trained, c->setting.model, &point, err);
    if (status != NSL_OK || !(c->trained.notes & NSL_NOTE_ORDER))
        return status;
    point.noise = 0.0;
    status = nsl_predict(&c->trained, c->setting.model, &point, err);
    c->trained.train_loss += 0.5 * c->setting.model->outputs * c->setting.point.noise;
    return status;
}

static nsl_status set_up(nsl_course *c, nsl_error *err)
{
    nsl_point point = c->setting.point;
    nsl_status status = set_trained(c, err);
    point.ridge = (double)INFINITY; /* nothing is learnt, whatever the sizes: */
    point.features = point.samples = 1.0;
    if (status == NSL_OK)
        status = nsl_predict(&c->untrained, c->setting.model, &point, err);
    if (status != NSL_OK)
        return status;
    c->untrained.notes &= ~(unsigned)NSL_NOTE_RIDGE_INFINITE;
    c->nothing = isinf(c->setting.point.ridge);
    if (c->nothing)
        return NSL_OK;
    nsl_point at = c->setting.point;
    nsl_shapes shapes = c->setting.shapes;
    status = nsl_setting_set(&c->setting, c->setting.model, &at, err);
    c->setting.shapes = shapes;
    if (status == NSL_OK)
        status = nsl_edges_find(&c->edges, &c->setting.equation, err);
    if (status == NSL_OK && c->rate > 0.0)
        status = check_rate(c, err);
    if (status == NSL_OK && nsl_course_range(c).least > 0.0)
        status = set_end(c, err);
    return status;
}

static nsl_status check_rate_value(const nsl_training *t, nsl_error *err)
{
    if (t->kind != NSL_DESCENT || (t->rate > 0.0 && isfinite(t->rate)))
        return NSL_OK;
    return nsl_fail(err, NSL_EINVAL, "rate", "must be a finite number > 0, got %g",
                    t->rate);
}

nsl_status nsl_course_check_end(const nsl_model *model, const nsl_point *point,
                                nsl_error *err)
{
    nsl_course c = {.rate = point->training.rate};
    nsl_status status = check_rate_value(&point->training, err);
    if (status == NSL_OK)
        status = nsl_setting_set(&c.setting, model, point, err);
    if (status == NSL_OK)
        status = nsl_edges_find(&c.edges, &c.setting.equation, err);
    return status == NSL_OK ? check_rate(&c, err) : status;
}

static nsl_status course_new(nsl_course **out, const nsl_model *model,
                             const nsl_shapes *shapes, const nsl_point *point,
                             bool parts, nsl_error *err)
{
    *out = NULL;
    nsl_status status = check_rate_value(&point->training, err);
    if (status != NSL_OK)
        return status;
    nsl_course *c = calloc(1, sizeof *c);
    if (!c)
        return nsl_fail_memory(err);
    c->parts = parts || point->ensemble > 1.0;
    c->rate = point->training.kind == NSL_DESCENT ? point->training.rate : 0.0;
    c->setting.model = model;
    c->setting.shapes = *shapes;
    c->setting.point = *point;
    c->setting.point.training = (nsl_training){0};
    status = set_up(c, err);
    if (status == NSL_OK)
        *out = c;
    else
        nsl_course_free(c);
    return status;
}

nsl_status nsl_course_new(nsl_course **out, const nsl_model *model,
                          const nsl_point *point, nsl_error *err)
{
    return course_new(out, model, &(nsl_shapes){0}, point, true, err);
}

nsl_status nsl_course_new_plain(nsl_course **out, const nsl_model *model,
                                const nsl_point *point, nsl_error *err)
{
    return course_new(out, model, &(nsl_shapes){0}, point, false, err);
}

nsl_status nsl_course_new_shaped(nsl_course **out, const nsl_model *model,
                                 const nsl_shapes *shapes, const nsl_point *point,
                                 nsl_error *err)
{
    return course_new(out, model, shapes, point, false, err);
}

void nsl_course_free(nsl_course *course)
{
    if (!course)
        return;
    for (size_t i = 0; i < course->count; i++)
        nsl_sheet_clear(&course->sheet[i]);
    free(course->sheet);
    free(course->window);
    free(course->c);
    free(course->work);
    free(course);
}

nsl_course_slopes nsl_course_slopes_of(const nsl_pairs *single, double samples)
{
    nsl_course_slopes slopes = {.noise = isinf(samples) ? 0.0 : single->noise};
    for (int i = 0; i < NSL_SHAPES; i++)
        slopes.shape[i] = single->slope[NSL_BY_SHAPE + i];
    return slopes;
}

static nsl_status check_time(const nsl_course *c, double time, nsl_error *err)
{
    const char *field = c->rate > 0.0 ? "steps" : "time";
    if (!(time >= 0.0))
        return nsl_fail(err, NSL_EINVAL, field, "must be a number >= 0 or inf, got %g",
                        time);
    if (c->rate > 0.0 && isfinite(time) && time != floor(time))
        return nsl_fail(err, NSL_EINVAL, field, "must be a whole number or inf, got %g",
                        time);
    return NSL_OK;
}

/* What has decayed to a loss of 0 is not yet that. */
static void set_decayed(nsl_prediction *out, const nsl_course *c)
{
    out->delta = NAN;
    if (out->train_loss == 0.0) {
        out->train_loss = NAN;
        out->notes |= NSL_NOTE_UNDERFLOW;
    }
    if (out->test_loss == 0.0) {
        *out = nsl_nothing_known();
        out->dof = c->trained.dof;
        out->notes = NSL_NOTE_UNDERFLOW;
    }
}

nsl_status nsl_course_at(nsl_prediction *out, nsl_course *course, double time,
                         nsl_error *err)
{
    nsl_status status = check_time(course, time, err);
    *out = course->untrained;
    course->slopes = (nsl_course_slopes){0};
    if (status != NSL_OK || time == 0.0 || course->nothing)
        return status;
    *out = course->trained;
    course->slopes =
        nsl_course_slopes_of(&course->end.single, course->setting.point.samples);
    nsl_contour_range range = nsl_course_range(course);
    double unit = course->rate > 0.0 ? course->rate : 1.0;
    if (isinf(time))
        return NSL_OK;
    if (time * nsl_course_decay(course) > DECAYED) {
        set_decayed(out, course);
        return NSL_OK;
    }
    double scaled = time * unit * range.largest;
    if (!(scaled > 1.0 / FARTHEST && scaled < FARTHEST))
        return nsl_fail(err, NSL_EFAILED, course->rate > 0.0 ? "steps" : "time",
                        "is beyond 1e%+.0f times the time scale %g of the largest "
                        "eigenvalue",
                        copysign(150.0, log(scaled)), 1.0 / (unit * range.largest));
    return nsl_course_predict(out, course, time, err);
}

nsl_course_slopes nsl_course_slopes_there(const nsl_course *course)
{
    return course->slopes;
}

nsl_status nsl_predict_stopped(nsl_prediction *out, const nsl_model *model,
                               const nsl_point *point, nsl_error *err)
{
    nsl_course *course;
    bool steps = point->training.kind == NSL_DESCENT;
    nsl_status status = nsl_course_new(&course, model, point, err);
    if (status == NSL_OK)
        status = nsl_course_at(
            out, course, steps ? point->training.steps : point->training.time, err);
    nsl_course_free(course);
    return status;
}
