/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The picture of nslaw train: one course with its plateau and moments, or a ladder of
 * them with what bounds them all. */
#include "cli/figures.h"
#include "cli/plot.h"
#include "cli/prediction_row.h"
#include "cli/train.h"
#include "cli/value.h"

#include <math.h>
#include <stdio.h>

/* "t = 40", "t = 7.70·10^4" */
static void moment_label(char *out, size_t size, const char *what, const char *symbol,
                         double length)
{
    static const double LEAST = 1e-2, MOST = 1e4; /* written plainly */
    double decade = floor(log10(length));
    if (length >= LEAST && length < MOST)
        snprintf(out, size, "%s: %s = %.3g", what, symbol, length);
    else
        snprintf(out, size, "%s: %s = %.2f·10^%s%.0f", what, symbol,
                 length / pow(10.0, decade), decade < 0.0 ? "−" : "", fabs(decade));
}

static bool add_moment(figure *f, const char *what, const train_moment *m, bool apart,
                       loss_units units)
{
    char label[96];
    if (!(isfinite(m->length) && m->length > 0.0))
        return true;
    moment_label(label, sizeof label, what, f->x.symbol, m->length);
    figure_series *s = figure_add(f, SERIES_POINTS, label, 1, false);
    if (!s)
        return false;
    s->x[0] = m->length;
    s->y[0] = row_test_loss(&m->there, units);
    s->colour = COLOUR_NEUTRAL;
    s->apart = apart;
    return true;
}

static bool add_line(const train_job *job, figure *f, const char *label,
                     const double *losses, size_t colour)
{
    figure_series *s = figure_add(f, SERIES_LINE, label, job->count, false);
    for (size_t i = 0; s && i < job->count; i++) {
        s->x[i] = train_length(job, i);
        s->y[i] = losses[i];
    }
    if (s)
        s->colour = colour;
    return s != NULL;
}

/* --- one course --------------------------------------------------------------------
 */

static bool add_plateau(figure *f, const train_course *c, loss_units units)
{
    char label[64];
    double plateau = c->plateau.digits ? c->plateau.p.test_loss
                                       : row_test_loss(&c->plateau.p, units);
    if (!(isfinite(plateau) && plateau > 0.0))
        return true;
    snprintf(label, sizeof label, "plateau %.3g", plateau);
    figure_series *s = figure_add(f, SERIES_LEVEL, label, 1, false);
    if (s)
        s->y[0] = plateau;
    return s != NULL;
}

static bool draw_alone(train_job *job)
{
    figure *f = &job->picture;
    const train_course *c = &job->course[0];
    loss_units units = query_units(job->options, c->point.noise);
    train_moment best = {.length = c->stop.time, .there = c->stop.best};
    if (!options_given(job->options, OPT_MSE))
        f->y.words = "loss"; /* of the test and of training */
    return add_line(job, f, "test loss", job->test, 0) &&
           add_line(job, f, "training loss", job->train, 1) &&
           add_plateau(f, c, units) && add_moment(f, "best", &best, false, units) &&
           add_moment(f, c->doubled ? "doubled" : "half risen", &c->peak, true, units);
}

/* --- a ladder ----------------------------------------------------------------------
 */

static bool add_courses(train_job *job)
{
    for (size_t j = 0; j < job->sizes; j++) {
        char label[64];
        const nsl_point *p = &job->course[j].point;
        bool features = job->ladder == OPT_FEATURES;
        snprintf(label, sizeof label, "%s = %.4g", features ? "N" : "P",
                 features ? p->features : p->samples);
        if (!add_line(job, &job->picture, label, job->test + j * job->count, j))
            return false;
        figure_series *s = &job->picture.series[job->picture.count - 1];
        for (size_t i = 0; features && i < job->count; i++)
            s->x[i] *= p->features;
    }
    return true;
}

/* The point of the frontier at features N, NaN where there is none. */
static nsl_status frontier_at(double *cost, double *loss, train_job *job,
                              double features, nsl_error *err)
{
    const train_course *first = &job->course[0];
    nsl_point point = first->point;
    nsl_course *course = NULL;
    train_moment moment;
    double low, high, tied = job->options->value[OPT_SAMPLES_PER_FEATURE].number;
    point.features = features;
    if (options_given(job->options, OPT_SAMPLES_PER_FEATURE))
        point.samples = tied * features;
    nsl_status status = nsl_course_new(&course, job->setup.model, &point, err);
    if (status == NSL_OK)
        status = nsl_course_span(&low, &high, course, err);
    if (status == NSL_OK)
        status = train_find_frontier(&moment, job, course, low, high, err);
    nsl_course_free(course);
    if (status != NSL_OK)
        return status;
    *cost = features * moment.length;
    *loss = row_test_loss(&moment.there, query_units(job->options, point.noise));
    return NSL_OK;
}

/* Where training and features do the same for the loss, along all sizes from the least
 * to the largest: the envelope of their courses at equal cost N·time. */
static nsl_status add_frontier(train_job *job, nsl_error *err)
{
    enum { LEAST = 25, MOST = 97, BETWEEN = 4 };
    size_t count = (job->sizes - 1) * BETWEEN + 1;
    count = count < LEAST ? LEAST : count > MOST ? MOST : count;
    option_value sizes = job->options->value[OPT_FEATURES];
    sizes.sweep_count = count;
    figure_series *s = figure_add(&job->picture, SERIES_LINE, "frontier", count, false);
    nsl_status status = s ? NSL_OK : NSL_ENOMEM;
    for (size_t k = 0; k < count && status == NSL_OK; k++)
        status =
            frontier_at(&s->x[k], &s->y[k], job, value_sweep_point(&sizes, k), err);
    if (s)
        s->colour = COLOUR_NEUTRAL;
    return status;
}

/* The sizes' own points on it. */
static bool add_touching(train_job *job)
{
    figure_series *s =
        figure_add(&job->picture, SERIES_POINTS, NULL, job->sizes, false);
    if (!s)
        return false;
    s->colour = COLOUR_NEUTRAL;
    for (size_t j = 0; j < job->sizes; j++) {
        const train_course *c = &job->course[j];
        s->x[j] = c->point.features * c->frontier.length;
        s->y[j] = row_test_loss(&c->frontier.there,
                                query_units(job->options, c->point.noise));
    }
    return true;
}

/* What more and more samples come to at each time: from there the sizes' courses
 * branch off. */
static nsl_status add_endless(train_job *job, nsl_error *err)
{
    nsl_point point = job->course[0].point;
    loss_units units = query_units(job->options, point.noise);
    nsl_course *course = NULL;
    nsl_prediction p;
    point.samples = (double)INFINITY;
    figure_series *s =
        figure_add(&job->picture, SERIES_LINE, "P → ∞", job->count, false);
    if (!s)
        return NSL_ENOMEM;
    s->colour = COLOUR_NEUTRAL;
    nsl_status status = nsl_course_new(&course, job->setup.model, &point, err);
    for (size_t i = 0; i < job->count && status == NSL_OK; i++) {
        s->x[i] = train_length(job, i);
        status = nsl_course_at(&p, course, s->x[i], err);
        s->y[i] = row_test_loss(&p, units);
    }
    nsl_course_free(course);
    return status;
}

static nsl_status draw_ladder(train_job *job, nsl_error *err)
{
    figure *f = &job->picture;
    bool features = job->ladder == OPT_FEATURES;
    f->colours = COLOURS_ORDER;
    if (features)
        f->x = job->steps ? (figure_axis){"cost", "N k", true}
                          : (figure_axis){"cost", "N t", true};
    if (!add_courses(job))
        return NSL_ENOMEM;
    nsl_status status = features ? add_frontier(job, err) : add_endless(job, err);
    if (status == NSL_OK && features && !add_touching(job))
        status = NSL_ENOMEM;
    return status;
}

nsl_status train_figure_make(train_job *job, nsl_error *err)
{
    const cli_options *o = job->options;
    figure *f = &job->picture;
    char sizes[128];
    if (!plot_wanted(o))
        return NSL_OK;
    f->x = figures_axis(o, job->steps ? OPT_STEPS : OPT_TIME);
    f->y = figures_loss_axis(o);
    nsl_status status = job->ladder != OPT_COUNT ? draw_ladder(job, err)
                        : draw_alone(job)        ? NSL_OK
                                                 : NSL_ENOMEM;
    figures_fixed_sizes(sizes, sizeof sizes, o);
    f->caption = figures_caption(o, job->d.caption ? job->d.caption : "", sizes);
    if (status == NSL_ENOMEM)
        *err = (nsl_error){.status = status, .message = "out of memory"};
    return status;
}
