/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A course of training: for each window of times a sheet, made when it is first asked
 * for. The trained model, t = ∞, and the untrained one, t = 0, are those of loss.c. */
#include "training/course.h"
#include "core/error.h"
#include "theory/loss.h"
#include "training/edges.h"
#include "training/pairs.h"

#include <complex.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>

/* Times in units of 1/(largest Gram eigenvalue) outside of this are not looked at. */
static const double FARTHEST = 1e150;

/* What decays by e^−x at this x has gone from double. */
static const double DECAYED = 720.0;

struct nsl_course {
    nsl_setting setting;
    bool parts;      /* bias and variances too */
    double rate;     /* η of descent, 0 of flow */
    bool nothing;    /* at an infinite ridge nothing is learnt */
    nsl_edges edges; /* of the Gram matrix, without ω₀ */
    nsl_prediction untrained, trained;
    nsl_trained end; /* where the pole is left out */
    size_t count;
    nsl_window *window;
    nsl_sheet *sheet;
    nsl_course_slopes slopes; /* at the time last asked for */
    double complex *c, *work; /* vectors over the largest sheet's nodes */
    size_t room;
};

bool nsl_training_stops(const nsl_point *point)
{
    const nsl_training *t = &point->training;
    return t->kind == NSL_FLOW      ? !isinf(t->time)
           : t->kind == NSL_DESCENT ? !isinf(t->steps)
                                    : false;
}

static nsl_contour_range range_of(const nsl_course *c)
{
    double ridge = c->setting.ridge;
    return (nsl_contour_range){ridge + c->edges.least, ridge + c->edges.largest};
}

/* e^−(decay)·time of the slowest part of the filter. */
static double decay_of(const nsl_course *c)
{
    nsl_contour_range range = range_of(c);
    if (c->rate == 0.0)
        return range.least;
    double beyond = c->rate * range.largest - 1.0;
    double slow =
        c->rate * range.least < 1.0 ? -log1p(-c->rate * range.least) : (double)INFINITY;
    return beyond > 0.0 ? fmin(slow, -log(beyond)) : slow;
}

void nsl_course_scales(double *first, double *last, const nsl_course *course)
{
    nsl_contour_range range = range_of(course);
    double rate = course->rate, unit = rate > 0.0 ? rate : 1.0;
    *first = 1.0 / (range.largest * unit);
    *last = 1.0 / decay_of(course);
}

bool nsl_course_steps(const nsl_course *course)
{
    return course->rate > 0.0;
}

static nsl_status check_rate(const nsl_course *c, nsl_error *err)
{
    double limit = 2.0 / range_of(c).largest;
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

static nsl_status set_up(nsl_course *c, nsl_error *err)
{
    nsl_point point = c->setting.point;
    nsl_status status = nsl_predict(&c->trained, c->setting.model, &point, err);
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
    if (status == NSL_OK && range_of(c).least > 0.0)
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

/* --- one time ----------------------------------------------------------------------
 */

/* Room for one more sheet, and for vectors over so many nodes. */
static bool make_room(nsl_course *c, size_t nodes)
{
    nsl_sheet *sheet = realloc(c->sheet, (c->count + 1) * sizeof *sheet);
    if (sheet)
        c->sheet = sheet;
    nsl_window *window = realloc(c->window, (c->count + 1) * sizeof *window);
    if (window)
        c->window = window;
    if (!sheet || !window)
        return false;
    if (nodes <= c->room)
        return true;
    free(c->c);
    free(c->work);
    c->c = calloc(nodes, sizeof *c->c);
    c->work = calloc(NSL_PAIR_VECTORS * nodes, sizeof *c->work);
    c->room = c->c && c->work ? nodes : 0;
    return c->room > 0;
}

static nsl_status sheet_of(nsl_sheet **out, nsl_course *c, double time, nsl_error *err)
{
    bool steps = c->rate > 0.0;
    nsl_window window = steps ? nsl_window_of_steps(time, c->rate, range_of(c))
                              : nsl_window_of_time(time, range_of(c));
    for (size_t i = 0; i < c->count; i++)
        if (c->window[i].first == window.first && c->window[i].late == window.late) {
            *out = &c->sheet[i];
            return NSL_OK;
        }
    nsl_contour contour;
    bool made = steps ? nsl_contour_descent(&contour, window, c->rate, range_of(c))
                      : nsl_contour_flow(&contour, window, range_of(c));
    if (!made || !make_room(c, contour.count)) {
        if (made)
            nsl_contour_clear(&contour);
        return nsl_fail_memory(err);
    }
    nsl_status status =
        nsl_sheet_make(&c->sheet[c->count], &contour, &c->setting, c->parts, err);
    if (status != NSL_OK)
        return status;
    c->window[c->count] = window;
    *out = &c->sheet[c->count++];
    return NSL_OK;
}

/* A relative bound on E or T: rounding, and the contour's own error δ in each filter,
 * at most 2 δ √(E·E₁₁) by Cauchy and Schwarz, with E₁₁ the ridge's where the contour
 * crosses the axis: a filter's error falls off like its. */
static double error_of(double total, double rounding, double near, double filter)
{
    return 4 * DBL_EPSILON + rounding / total + 2.0 * filter * sqrt(near / total) +
           filter * filter * near / total;
}

/* A part of a loss, which is not below 0: 0 where no more can be told of it, which is
 * then within the bound as well. */
static double part_known(double value, double error, double whole)
{
    double bound = error * whole;
    bool none = fabs(value) <= 0.5 * bound || (value < 0.0 && value >= -bound);
    return none ? 0.0 : value;
}

/* −∂ln E/∂ln(time), or over the next step: −ln(E(k+1)/E(k))/ln(1 + 1/k). */
static double elasticity_in_time(double step, double total, double time, double rate)
{
    return rate > 0.0 ? -log1p(rate * step / total) / log1p(1.0 / time)
                      : -time * step / total;
}

static double mixed(double many, double single, double share)
{
    return share == 1.0 ? single : many + share * (single - many);
}

/* The sums of one time. */
typedef struct {
    nsl_pairs single, many;
    double bias, bias_rounding, dof, dof_error;
    double near,
        train_near; /* E and T of the ridge where the contour crosses the axis */
    double filter;  /* error of the filter */
} sums;

/* For short times dof is the filter's slope in μt, a pole of second order: its error is
 * 2π/step = 56 times what contours are measured to leave, which is a fifth of their
 * bound. */
static const double DOF_FILTER = 20.0;

static void set_sums(sums *out, nsl_course *c, nsl_sheet *sheet, double noise,
                     double time)
{
    double share = nsl_ensemble_share(&c->setting.point);
    nsl_pair_weights(c->c, sheet, time);
    double rounding = nsl_pairs_rounding(sheet, c->c, time);
    nsl_pairs_sum(&out->single, sheet, NSL_PAIR_FEATURES, c->c, &c->end, noise, c->rate,
                  true, rounding, c->work);
    if (c->parts) {
        nsl_pairs_sum(&out->many, sheet, NSL_PAIR_CROSS, c->c, &c->end, noise, c->rate,
                      share < 1.0, rounding, c->work);
        double size;
        out->bias = nsl_pairs_bias(&size, sheet, c->c, &c->end, c->work);
        out->bias_rounding = rounding * size;
    }
    double dof_size;
    out->dof = nsl_pairs_dof(&dof_size, sheet, c->c, &c->end);
    const nsl_node *first = &sheet->node[0];
    const nsl_arm *arm = &first->arm[NSL_PAIR_FEATURES];
    double residual = cabs(first->residual);
    out->near = cabs(arm->signal) + noise * cabs(arm->noise);
    out->train_near = residual * residual * (out->near + noise);
    if (sheet->contour.alternates) { /* w ≈ −2/η has errors of its own */
        double half = 0.5 * c->setting.model->outputs;
        out->near = fmax(out->near, c->untrained.test_loss / half + noise);
        out->train_near = fmax(out->train_near, out->near + noise);
    }
    double decay = sheet->contour.pole ? 0.0 : decay_of(c) * time;
    out->filter = nsl_contour_error(&sheet->contour, time, decay);
    out->dof_error = (rounding + DOF_FILTER * out->filter) * dof_size / out->dof;
}

/* Bias and variances whose bound is more than this of the whole are not known. */
static const double PARTS_UNKNOWN = 1e-10;

static void set_parts(nsl_prediction *out, const sums *s, double half, double share,
                      double total)
{
    double cross = s->many.signal, single = s->single.signal;
    double error = out->error + (s->bias_rounding + s->many.rounding) / total;
    out->parts_error = error;
    if (error > PARTS_UNKNOWN) {
        out->notes |= NSL_NOTE_DIGITS;
        return;
    }
    out->bias = half * part_known(s->bias, error, total);
    out->variance_samples = half * part_known(cross - s->bias, error, total);
    out->variance_features = half * share * part_known(single - cross, error, total);
}

/* The filter's errors in slopes over those in the loss. */
static const double SLOPES = 16.0;

static void set_slopes(nsl_prediction *out, const nsl_course *c, const sums *s,
                       double share, double noise, double total, double time)
{
    double slope[NSL_DIRECTIONS];
    for (int d = 0; d < NSL_DIRECTIONS; d++)
        slope[d] = 0.0 - mixed(s->many.slope[d], s->single.slope[d], share) / total;
    out->elasticity_features = slope[NSL_BY_FEATURES];
    out->elasticity_samples = slope[NSL_BY_SAMPLES];
    out->elasticity_ridge = slope[NSL_BY_RIDGE];
    if (isnan(slope[NSL_BY_FEATURES] + slope[NSL_BY_SAMPLES] + slope[NSL_BY_RIDGE]))
        out->notes |= NSL_NOTE_ELASTICITY; /* of the trained part */
    double step = mixed(s->many.step_signal, s->single.step_signal, share) +
                  noise * mixed(s->many.step_noise, s->single.step_noise, share);
    out->elasticity_time = elasticity_in_time(step, total, time, c->rate);
    double left = 1.0 + c->rate * step / total; /* E(k+1)/E(k), or 1 */
    double scale = c->rate > 0.0 ? c->rate / log1p(1.0 / time) / fmin(1.0, left) : time;
    double step_rounding = mixed(s->many.step_rounding, s->single.step_rounding, share);
    double of_step = scale * step_rounding / total +
                     fabs(out->elasticity_time) * out->error + DBL_MIN;
    out->elasticity_time_error = of_step;
    double slope_rounding =
        mixed(s->many.slope_rounding, s->single.slope_rounding, share);
    out->elasticity_error = fmax(of_step / fmax(1.0, fabs(out->elasticity_time)),
                                 slope_rounding / total + SLOPES * out->error);
}

/* A loss whose relative error bound is this, or more, is not known. */
static const double UNKNOWN = 1e-3;

/* half·value, or nothing and a note. */
static double loss_known(double value, double half, double error, nsl_prediction *out)
{
    if (error < UNKNOWN && half * value >= DBL_MIN)
        return half * value;
    out->notes |= error < UNKNOWN ? NSL_NOTE_UNDERFLOW : NSL_NOTE_DIGITS;
    return NAN;
}

static double known_error(const nsl_prediction *p)
{
    return isnan(p->error) ? 0.0 : p->error;
}

static nsl_course_slopes slopes_of(const nsl_pairs *single, double samples)
{
    nsl_course_slopes slopes = {.noise = isinf(samples) ? 0.0 : single->noise};
    for (int i = 0; i < NSL_SHAPES; i++)
        slopes.shape[i] = single->slope[NSL_BY_SHAPE + i];
    return slopes;
}

static nsl_status predict(nsl_prediction *out, nsl_course *c, double time,
                          nsl_error *err)
{
    nsl_sheet *sheet = NULL;
    *out = nsl_nothing_known();
    nsl_status status = sheet_of(&sheet, c, time, err);
    if (status != NSL_OK)
        return status;
    double noise = isinf(c->setting.point.samples) ? 0.0 : c->setting.point.noise;
    double share = nsl_ensemble_share(&c->setting.point);
    double half = 0.5 * c->setting.model->outputs;
    sums s = {.bias = 0.0};
    set_sums(&s, c, sheet, noise, time);
    c->slopes = slopes_of(&s.single, c->setting.point.samples);
    double signal = mixed(s.many.signal, s.single.signal, share);
    double blur = noise * mixed(s.many.noise, s.single.noise, share);
    double total = signal + blur;
    double train =
        mixed(s.many.train_signal, s.single.train_signal, share) +
        c->setting.point.noise * mixed(s.many.train_noise, s.single.train_noise, share);
    double rounding = mixed(s.many.rounding, s.single.rounding, share);
    double train_rounding =
        mixed(s.many.train_rounding, s.single.train_rounding, share);
    double error = error_of(total, rounding, s.near, s.filter);
    double train_error = error_of(train, train_rounding, s.train_near, s.filter);
    out->dof = s.dof;
    out->dof_error = s.dof_error;
    if (!sheet->contour.pole) { /* the trained part has its own */
        error += known_error(&c->trained);
        train_error += known_error(&c->trained);
    }
    out->error = train_error < UNKNOWN ? fmax(error, train_error) : error;
    out->train_loss = loss_known(train, half, train_error, out);
    out->test_loss = loss_known(total, half, error, out);
    if (isnan(out->test_loss)) {
        out->error = isnan(out->train_loss) ? (double)NAN : train_error;
        return NSL_OK;
    }
    out->parts_error = out->error;
    out->signal_loss = half * part_known(signal, error, total);
    out->noise_loss = half * part_known(blur, error, total);
    if (c->parts)
        set_parts(out, &s, half, share, total);
    set_slopes(out, c, &s, share, noise, total, time);
    return NSL_OK;
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
    course->slopes = slopes_of(&course->end.single, course->setting.point.samples);
    nsl_contour_range range = range_of(course);
    double unit = course->rate > 0.0 ? course->rate : 1.0;
    if (isinf(time))
        return NSL_OK;
    if (time * decay_of(course) > DECAYED) {
        set_decayed(out, course);
        return NSL_OK;
    }
    double scaled = time * unit * range.largest;
    if (!(scaled > 1.0 / FARTHEST && scaled < FARTHEST))
        return nsl_fail(err, NSL_EFAILED, course->rate > 0.0 ? "steps" : "time",
                        "is beyond 1e%+.0f times the time scale %g of the largest "
                        "eigenvalue",
                        copysign(150.0, log(scaled)), 1.0 / (unit * range.largest));
    return predict(out, course, time, err);
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
