/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "empirical/theory_stopped.h"
#include "core/error.h"
#include "empirical/theory_model.h"
#include "training/course.h"

#include <math.h>

/* The exponents' steps for derivatives: their errors are some (h ln Δ)² and ε/h. */
static const double STEP = 1e-5;

nsl_status nsl_theory_check_stopped(const nsl_form *form, const nsl_training *training,
                                    nsl_error *err)
{
    char name[NSL_FORM_NAME_MAX];
    nsl_form_name(name, form);
    if (form->latents && nsl_training_is_stopped(training))
        return nsl_fail(err, NSL_EINVAL, "form",
                        "%s has latents, which need runs that are trained to the end",
                        name);
    if (form->time && training->kind != NSL_FLOW)
        return nsl_fail(err, NSL_EINVAL, "form",
                        "%s has a time scale, which needs runs with a time", name);
    return NSL_OK;
}

nsl_training nsl_theory_training(const nsl_form *form, const double *number,
                                 const nsl_training *training)
{
    nsl_training out = *training;
    if (form->time)
        out.time *= number[NSL_THEORY_TIME];
    return out;
}

/* The model and its neighbours by each exponent. */
typedef struct {
    nsl_theory_model here, above[NSL_SHAPES], below[NSL_SHAPES];
    nsl_shapes shapes;
} models;

static const int shape_number[NSL_SHAPES] = {NSL_THEORY_ALPHA, NSL_THEORY_SOURCE};

static nsl_status make_beside(nsl_theory_model *out, const nsl_form *form,
                              const double *number, int shape, double step,
                              nsl_error *err)
{
    double moved[NSL_THEORY_NUMBERS];
    for (int j = 0; j < NSL_THEORY_NUMBERS; j++)
        moved[j] = number[j];
    moved[shape_number[shape]] += step;
    return nsl_theory_model_make(out, form, NULL, moved, err);
}

static nsl_status make(models *m, const nsl_form *form, const double *number,
                       nsl_error *err)
{
    *m = (models){.shapes = {.step = {0.0}}};
    nsl_status status = nsl_theory_model_make(&m->here, form, NULL, number, err);
    for (int i = 0; i < (form->source ? 2 : 1) && status == NSL_OK; i++) {
        double step = STEP * number[shape_number[i]];
        status = make_beside(&m->above[i], form, number, i, step, err);
        if (status == NSL_OK)
            status = make_beside(&m->below[i], form, number, i, -step, err);
        m->shapes.above[i] = m->above[i].model;
        m->shapes.below[i] = m->below[i].model;
        m->shapes.step[i] = step;
    }
    return status;
}

static void clear(models *m)
{
    nsl_theory_model_clear(&m->here);
    for (int i = 0; i < NSL_SHAPES; i++) {
        nsl_theory_model_clear(&m->above[i]);
        nsl_theory_model_clear(&m->below[i]);
    }
}

/* An elasticity that does not exist (a kink, a zero loss) moves nothing. */
static double moved(double elasticity, double loss)
{
    return isnan(elasticity) ? 0.0 : -elasticity * loss;
}

static void set_slopes(double slope[NSL_THEORY_NUMBERS], const nsl_prediction *p,
                       const nsl_course_slopes *by, const double *number, double loss)
{
    for (int j = 0; j < NSL_THEORY_NUMBERS; j++)
        slope[j] = 0.0;
    for (int i = 0; i < NSL_SHAPES; i++)
        slope[shape_number[i]] = number[shape_number[i]] * by->shape[i];
    slope[NSL_THEORY_K] = moved(p->elasticity_features, loss);
    slope[NSL_THEORY_NOISE] = by->noise;
    slope[NSL_THEORY_RIDGE] = moved(p->elasticity_ridge, loss);
    slope[NSL_THEORY_TIME] = moved(p->elasticity_time, loss);
}

static bool same_course(const nsl_theory_runs *runs, size_t i, size_t j)
{
    const nsl_training *a = &runs->training[i], *b = &runs->training[j];
    return runs->parameters[i] == runs->parameters[j] &&
           runs->samples[i] == runs->samples[j] && a->kind == b->kind &&
           a->rate == b->rate;
}

nsl_status nsl_theory_stopped_losses(double *loss, double (*slope)[NSL_THEORY_NUMBERS],
                                     const nsl_form *form,
                                     const double number[NSL_THEORY_NUMBERS],
                                     const nsl_theory_runs *runs, nsl_error *err)
{
    models m;
    nsl_course *course = NULL;
    size_t of = 0; /* the run that the course was made for */
    nsl_status status = make(&m, form, number, err);
    for (size_t i = 0; i < runs->count && status == NSL_OK; i++) {
        if (!runs->used[i] || !nsl_training_is_stopped(&runs->training[i]))
            continue;
        nsl_prediction p;
        nsl_training training = nsl_theory_training(form, number, &runs->training[i]);
        if (!course || !same_course(runs, i, of)) {
            nsl_point point =
                nsl_theory_point(form, number, runs->parameters[i], runs->samples[i]);
            point.training = training;
            nsl_course_free(course);
            status =
                nsl_course_new_shaped(&course, m.here.model, &m.shapes, &point, err);
            of = i;
        }
        bool steps = training.kind == NSL_DESCENT;
        if (status == NSL_OK)
            status =
                nsl_course_at(&p, course, steps ? training.steps : training.time, err);
        if (status != NSL_OK)
            break;
        nsl_course_slopes by = nsl_course_slopes_there(course);
        loss[i] = 2.0 * p.test_loss; /* E = 2L at one output */
        set_slopes(slope[i], &p, &by, number, loss[i]);
    }
    nsl_course_free(course);
    clear(&m);
    return status;
}
