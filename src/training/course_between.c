/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The predictions of a course between its ends: for each window of times a sheet, made
 * when it is first asked for. */
#include "core/error.h"
#include "theory/loss.h"
#include "training/course_inside.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

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
    nsl_window window = steps ? nsl_window_of_steps(time, c->rate, nsl_course_range(c))
                              : nsl_window_of_time(time, nsl_course_range(c));
    for (size_t i = 0; i < c->count; i++)
        if (c->window[i].first == window.first && c->window[i].late == window.late) {
            *out = &c->sheet[i];
            return NSL_OK;
        }
    nsl_contour contour;
    bool made =
        steps ? nsl_contour_descent(&contour, window, c->rate, nsl_course_range(c))
              : nsl_contour_flow(&contour, window, nsl_course_range(c));
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
    double decay = sheet->contour.pole ? 0.0 : nsl_course_decay(c) * time;
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

nsl_status nsl_course_predict(nsl_prediction *out, nsl_course *c, double time,
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
    c->slopes = nsl_course_slopes_of(&s.single, c->setting.point.samples);
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
