/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <nslaw/batch.h>
#include <nslaw/course.h>
#include <nslaw/optimum.h>

#include "core/crew.h"
#include "core/error.h"
#include "theory/quick.h"

#include <math.h>
#include <stdio.h>

/* Points that one thread walks along: what does not depend on the number of threads. */
enum { BLOCK = 256 };

typedef struct {
    const nsl_results *out;
    const nsl_model *model;
    const nsl_batch *batch;
    nsl_quick quick;
} batch_job;

static double value_of(nsl_column column, size_t i, double otherwise)
{
    return column.at ? column.at[(ptrdiff_t)i * column.stride] : otherwise;
}

static nsl_point point_of(const nsl_batch *b, size_t i)
{
    return (nsl_point){.features = value_of(b->features, i, 0.0),
                       .samples = value_of(b->samples, i, 0.0),
                       .ridge = b->optimal_ridge ? 0.0 : value_of(b->ridge, i, 0.0),
                       .noise = value_of(b->noise, i, 0.0),
                       .ensemble = value_of(b->ensemble, i, 1.0),
                       .training = {.kind = b->training,
                                    .time = value_of(b->time, i, (double)INFINITY),
                                    .steps = value_of(b->steps, i, (double)INFINITY),
                                    .rate = value_of(b->rate, i, 0.0)}};
}

static void set(double *array, size_t i, double value)
{
    if (array)
        array[i] = value;
}

static void keep(const nsl_results *out, size_t i, const nsl_prediction *p,
                 double ridge)
{
    set(out->ridge, i, ridge);
    set(out->delta, i, p->delta);
    set(out->dof, i, p->dof);
    set(out->test_loss, i, p->test_loss);
    set(out->signal_loss, i, p->signal_loss);
    set(out->noise_loss, i, p->noise_loss);
    set(out->train_loss, i, p->train_loss);
    set(out->bias, i, p->bias);
    set(out->variance_samples, i, p->variance_samples);
    set(out->variance_features, i, p->variance_features);
    set(out->elasticity_features, i, p->elasticity_features);
    set(out->elasticity_samples, i, p->elasticity_samples);
    set(out->elasticity_ridge, i, p->elasticity_ridge);
    set(out->elasticity_time, i, p->elasticity_time);
    set(out->elasticity_error, i, p->elasticity_error);
    set(out->elasticity_time_error, i, p->elasticity_time_error);
    set(out->parts_error, i, p->parts_error);
    set(out->dof_error, i, p->dof_error);
    set(out->error, i, p->error);
    if (out->notes)
        out->notes[i] = p->notes;
}

/* Says which point it was, of several. */
static nsl_status fail_point(nsl_error *err, nsl_status status, size_t i, size_t count)
{
    nsl_error first = {.status = status};
    if (!err || count == 1)
        return status;
    first = *err;
    return nsl_fail(err, status, first.field, "point %zu: %.220s", i, first.message);
}

/* Training that is stopped: neighbours that differ in nothing but the time share a
 * course. */
typedef struct {
    nsl_course *course;
    nsl_point at;
} shared_course;

static bool same_but_time(const nsl_point *a, const nsl_point *b)
{
    return a->features == b->features && a->samples == b->samples &&
           a->ridge == b->ridge && a->noise == b->noise && a->ensemble == b->ensemble &&
           a->training.rate == b->training.rate;
}

static nsl_status predict_stopped(nsl_prediction *out, shared_course *shared,
                                  const batch_job *job, const nsl_point *point,
                                  nsl_error *err)
{
    const nsl_training *t = &point->training;
    nsl_status status = NSL_OK;
    if (!shared->course || !same_but_time(&shared->at, point)) {
        nsl_course_free(shared->course);
        status = nsl_course_new(&shared->course, job->model, point, err);
        shared->at = *point;
    }
    return status == NSL_OK
               ? nsl_course_at(out, shared->course,
                               t->kind == NSL_DESCENT ? t->steps : t->time, err)
               : status;
}

static nsl_status do_block(void *data, size_t task, nsl_error *err)
{
    const batch_job *job = data;
    const nsl_batch *b = job->batch;
    nsl_trail trail = {0};
    shared_course shared = {.course = NULL};
    nsl_status status = NSL_OK;
    for (size_t i = task * BLOCK; i < b->count && i < (task + 1) * BLOCK; i++) {
        nsl_prediction p;
        nsl_optimum optimum = {.ridge = (double)NAN};
        nsl_point point = point_of(b, i);
        if (b->optimal_ridge)
            status = nsl_quick_predict_optimal(&p, &optimum, &job->quick, &point,
                                               &trail, err);
        else if (b->training != NSL_TRAINED)
            status = predict_stopped(&p, &shared, job, &point, err);
        else
            status = nsl_quick_predict(&p, &job->quick, &point, &trail, err);
        if (status != NSL_OK) {
            status = fail_point(err, status, i, b->count);
            break;
        }
        keep(job->out, i, &p, b->optimal_ridge ? optimum.ridge : point.ridge);
    }
    nsl_course_free(shared.course);
    return status;
}

static nsl_status check(const nsl_batch *b, nsl_error *err)
{
    if (!b->features.at || !b->samples.at)
        return nsl_fail(err, NSL_EINVAL, b->features.at ? "samples" : "features",
                        "must be given for every point");
    if (b->optimal_ridge && b->training != NSL_TRAINED)
        return nsl_fail(err, NSL_EINVAL, "ridge",
                        "cannot be the best one where training is stopped");
    return NSL_OK;
}

nsl_status nsl_predict_batch(const nsl_results *out, const nsl_model *model,
                             const nsl_batch *batch, const nsl_work *work,
                             nsl_error *err)
{
    static const nsl_work alone = {.jobs = 1};
    batch_job job = {.out = out, .model = model, .batch = batch};
    nsl_status status = check(batch, err);
    if (status != NSL_OK)
        return status;
    status = nsl_quick_new(&job.quick, model, err);
    if (status == NSL_OK)
        status = nsl_crew_run(do_block, &job, (batch->count + BLOCK - 1) / BLOCK,
                              work ? work : &alone, err);
    nsl_quick_clear(&job.quick);
    return status;
}
