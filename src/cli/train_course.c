/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a course of training comes to: when to stop, when the peak builds up, when more
 * features help more, and what the best ridge does instead. */
#include "cli/train.h"
#include "theory/bracket.h"

#include <math.h>

/* Times are scanned in steps of a factor 10^(1/4): losses move on the scale of e. */
static const double SCAN = 0.25 * M_LN10;

/* Width of the bracket of ln(time) around a root: some ulps of ln(1e30). */
static const double WIDTH = 1e-14;

/* A rise may be all smaller than the 0.1% that tell when the loss moves: it is looked
 * for so many times later and earlier. */
static const double BEYOND = 1e6;

/* A function of a course whose change of sign is looked for. */
typedef struct {
    nsl_course *course;
    bool steps;
    double (*value)(const nsl_prediction *p, const void *data);
    const void *data;
    nsl_prediction there; /* the last prediction */
    nsl_status status;
    nsl_error *err;
} sought;

static double value_at(sought *s, double length)
{
    if (s->status == NSL_OK)
        s->status = nsl_course_at(&s->there, s->course, length, s->err);
    return s->status == NSL_OK ? s->value(&s->there, s->data) : (double)NAN;
}

static double value_at_log(double log_time, void *data)
{
    return value_at(data, exp(log_time));
}

/* The first whole number of steps from which on the sign is that at `high`. */
static double first_step(sought *s, double low, double high)
{
    bool sign = value_at(s, high) > 0.0;
    while (high - low > 1.0 && s->status == NSL_OK) {
        double middle = floor(low + 0.5 * (high - low));
        if (middle <= low || middle >= high) /* beyond 2^53 */
            break;
        *((value_at(s, middle) > 0.0) == sign ? &high : &low) = middle;
    }
    return high;
}

/* The moment between two others of different signs. */
static nsl_status refine(train_moment *out, sought *s, double low, double high)
{
    double from = log(low), to = log(high), log_time = to;
    if (s->steps)
        out->length = first_step(s, low, high);
    else if (nsl_root_between(&log_time, value_at_log, s, &from, &to, WIDTH))
        out->length = exp(log_time);
    else if (s->status == NSL_OK)
        return NSL_EFAILED;
    (void)value_at(s, out->length);
    out->there = s->there;
    out->error = s->steps ? 0.0 : to - from + WIDTH;
    return s->status;
}

static double next_length(const sought *s, double length)
{
    double next = length * exp(SCAN);
    return s->steps ? fmax(ceil(next), length + 1.0) : next;
}

/* The first change of sign after `low`, from the sign of `before` to the other. */
static nsl_status find_change(train_moment *out, sought *s, double low, double high,
                              double before)
{
    bool seen = false;
    *out = (train_moment){.length = (double)NAN};
    for (double at = low; at <= high; at = next_length(s, at)) {
        double value = before * value_at(s, at);
        if (s->status != NSL_OK)
            return s->status;
        if (seen && value <= 0.0)
            return refine(out, s, low, at);
        seen |= value > 0.0;
        low = at;
    }
    return NSL_OK;
}

/* --- the peak ----------------------------------------------------------------------
 */

static double above_level(const nsl_prediction *p, const void *level)
{
    return isnan(p->test_loss) ? (double)INFINITY
                               : log(p->test_loss / *(const double *)level);
}

/* Half of the way to the plateau, or twice the best where it diverges; as reported. */
static double peak_level(const train_job *job, train_course *c, double plateau)
{
    loss_units units = query_units(job->options, c->point.noise);
    double best = c->stop.best.test_loss, shift = units.test_shift / units.scale;
    c->doubled = (c->plateau.p.notes & NSL_NOTE_DIVERGES) != 0;
    return c->doubled ? 2.0 * best + shift : best + 0.5 * (plateau - best);
}

static nsl_status find_peak(train_course *c, train_job *job, nsl_error *err)
{
    nsl_prediction trained;
    c->peak = (train_moment){.length = (double)NAN};
    if (c->stop.trained)
        return NSL_OK;
    nsl_status status = nsl_course_at(&trained, c->course, (double)INFINITY, err);
    if (status != NSL_OK)
        return status;
    double level = peak_level(job, c, trained.test_loss);
    sought s = {.course = c->course,
                .steps = job->steps,
                .value = above_level,
                .data = &level,
                .err = err};
    /* where the best is not to train at all, from before the loss has moved */
    double low = job->steps || c->stop.time > 0.0 ? c->stop.time : c->low / BEYOND;
    status = find_change(&c->peak, &s, low, c->high * BEYOND, -1.0);
    double of_level = c->stop.best.error + (c->doubled ? 0.0 : trained.error);
    if (!job->steps)
        c->peak.error +=
            (c->peak.there.error + of_level) / fabs(c->peak.there.elasticity_time);
    return status;
}

/* --- the frontier ------------------------------------------------------------------
 */

/* Elasticities below this are noise, before training begins. */
static const double NO_ELASTICITY = 1e-6;

/* −dln L by training less that by features, P in proportion where it is tied. */
static double training_over_features(const nsl_prediction *p, const void *tied)
{
    double samples = *(const bool *)tied ? p->elasticity_samples : 0.0;
    double difference = p->elasticity_time - p->elasticity_features - samples;
    bool begun =
        fmax(fabs(p->elasticity_time), fabs(p->elasticity_features)) > NO_ELASTICITY;
    return begun ? difference : 0.0;
}

/* The bound on ln(time): that of the elasticities over the slope of their difference.
 */
static double frontier_error(sought *s, double time)
{
    static const double H = 0.01;
    double error = s->there.error;
    double slope =
        (value_at(s, time * exp(H)) - value_at(s, time * exp(-H))) / (2.0 * H);
    return 3.0 * error / fabs(slope);
}

nsl_status train_find_frontier(train_moment *out, const train_job *job,
                               nsl_course *course, double low, double high,
                               nsl_error *err)
{
    bool tied = options_given(job->options, OPT_SAMPLES_PER_FEATURE);
    sought s = {.course = course,
                .steps = job->steps,
                .value = training_over_features,
                .data = &tied,
                .err = err};
    double from = job->steps ? fmax(1.0, floor(low)) : low;
    nsl_status status = find_change(out, &s, from, high, 1.0);
    if (status == NSL_OK && !job->steps && isfinite(out->length))
        out->error += frontier_error(&s, out->length);
    /* where the loss rises with time and features the least cost is the best */
    if (isfinite(out->length) && !(out->there.elasticity_time > 0.0))
        *out = (train_moment){.length = (double)NAN};
    return s.status == NSL_OK ? status : s.status;
}

/* --- the best ridge ----------------------------------------------------------------
 */

/* Of training to the end, with the options' digits. */
static nsl_status find_best_ridge(train_course *c, train_job *job, nsl_error *err)
{
    const cli_options *o = job->options;
    nsl_units units = {options_given(o, OPT_MSE), options_given(o, OPT_TEST_NOISE)};
    bool other = query_is_endless(o) && !query_is_kernel(o);
    nsl_point point = c->point;
    nsl_status status = NSL_OK;
    point.training = (nsl_training){.kind = NSL_TRAINED};
    c->best_is_kernel = other || query_is_kernel(o);
    if (other && !job->kernel.model)
        status = query_setup_kernel(&job->kernel, &job->setup, o, err);
    if (status != NSL_OK)
        return status;
    const query_setup *setup = other ? &job->kernel : &job->setup;
    query_answer *best = &c->best;
    best->optimal = true;
    best->digits = (unsigned)o->value[OPT_DIGITS].whole;
    if (best->digits)
        return nsl_predict_optimal_mp(&best->mp, best->ridge, &best->optimum,
                                      setup->exact, &point, &c->texts.decimals, units,
                                      best->digits, err);
    status = nsl_predict_optimal(&best->p, &best->optimum, setup->model, &point, err);
    best->error = best->p.error;
    return status;
}

/* --- all ---------------------------------------------------------------------------
 */

static nsl_status find_plateau(train_course *c, const train_job *job, nsl_error *err)
{
    nsl_point trained = c->point;
    nsl_point_decimals decimals = c->texts.decimals;
    trained.training = (nsl_training){.kind = NSL_TRAINED};
    const cli_options *o = job->options;
    bool tested = options_given(o, OPT_DIGITS) && options_given(o, OPT_TEST_NOISE);
    if (isinf(trained.samples) && !tested) { /* of endless samples, at any time */
        trained.noise = 0.0;
        decimals.noise = NULL;
    }
    return query_predict(&c->plateau, job->options, &job->setup, &trained, &decimals,
                         err);
}

nsl_status train_course_find(train_course *c, train_job *job, size_t i, nsl_error *err)
{
    const cli_options *o = job->options;
    query_answer_init(&c->plateau);
    query_answer_init(&c->best);
    c->point = query_point(o, i);
    c->point.training.kind = job->steps ? NSL_DESCENT : NSL_FLOW;
    query_texts_set(&c->texts, o, i);
    nsl_status status = nsl_course_new(&c->course, job->setup.model, &c->point, err);
    if (status == NSL_OK)
        status = nsl_course_span(&c->low, &c->high, c->course, err);
    if (status == NSL_OK)
        status = nsl_course_at(&c->initial, c->course, 0.0, err);
    if (status == NSL_OK)
        status = nsl_course_best(&c->stop, c->course, err);
    if (status == NSL_OK)
        status = find_plateau(c, job, err);
    if (status == NSL_OK)
        status = find_peak(c, job, err);
    if (status == NSL_OK && job->ladder == OPT_FEATURES)
        status =
            train_find_frontier(&c->frontier, job, c->course, c->low, c->high, err);
    if (status == NSL_OK)
        status = find_best_ridge(c, job, err);
    return status;
}

void train_course_clear(train_course *c)
{
    nsl_course_free(c->course);
    query_answer_clear(&c->plateau);
    query_answer_clear(&c->best);
}
