/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a law holds: local exponents, and the range in which they are near to its. */
#include <nslaw/range.h>

#include "core/error.h"
#include "theory/model.h"
#include "theory/optimum.h"
#include <nslaw/frontier.h>

#include <float.h>
#include <gsl/gsl_fit.h>
#include <math.h>

const char *nsl_resource_name(nsl_resource resource)
{
    static const char *const names[] = {
        [NSL_RESOURCE_FEATURES] = "features",
        [NSL_RESOURCE_SAMPLES] = "samples",
        [NSL_RESOURCE_BUDGET] = "budget",
        [NSL_RESOURCE_RIDGE] = "ridge",
        [NSL_RESOURCE_TIME] = "time",
        [NSL_RESOURCE_TIME_BUDGET] = "time_budget",
    };
    return names[resource];
}

/* Steps of the scan in ln R; a budget costs a search at each. */
static const double STEP = 0.25, BUDGET_STEP = 1.2;

/* A scan goes this far: beyond, every power law has set in. */
static const double TOP = 80.0, RIDGE_BOTTOM = -100.0;

/* A step in ln(budget) that a frontier can be followed over. */
static const double FOLLOWED = 1.5;

/* Ends of ranges are known to this in ln R. */
static const double CLOSE = 1e-4;

enum { FIT_POINTS = 21 };

/* A loss as a function of ln R. */
typedef struct {
    const nsl_model *model;
    nsl_resource resource;
    nsl_point point;
    bool optimal;
    nsl_cost *cost; /* N·P, of a budget */
    double near;    /* N* of the last budget, or 0; and its logarithm: */
    double last;
    bool lacks_memory; /* a place that is not seen for that is no place without a law */
    nsl_error *err;
} function;

/* Loss and local exponent at R; NaN where the one or the other does not exist, which
 * the notes explain. */
typedef struct {
    double loss, exponent;
    double loss_error;     /* relative */
    double exponent_error; /* absolute */
    unsigned notes;
} sight;

static const sight NOTHING = {NAN, NAN, NAN, NAN, 0};

/* Why a frontier has no exponent of its loss. */
static unsigned notes_of(const nsl_frontier *f)
{
    if (!isnan(f->exponent_loss))
        return 0;
    if (f->kind == NSL_FRONTIER_FLAT)
        return NSL_NOTE_ZERO_LOSS;
    return f->kind == NSL_FRONTIER_SMOOTH ? NSL_NOTE_ELASTICITY : NSL_NOTE_KINK;
}

static nsl_status see_budget(sight *out, function *f, double budget)
{
    double x = log(budget);
    if (!(fabs(x - f->last) <= FOLLOWED))
        f->near = 0.0;
    f->last = x;
    nsl_frontier_query query = {
        .cost = f->cost, .point = f->point, .optimal = f->optimal, .near = f->near};
    nsl_frontier frontier;
    nsl_status status = nsl_frontier_find(&frontier, f->model, &query, budget, f->err);
    bool flat = frontier.kind == NSL_FRONTIER_SMOOTH; /* to first order in the sizes */
    *out = (sight){frontier.best.test_loss, frontier.exponent_loss,
                   frontier.best.error + (flat ? 0.0 : frontier.size_error),
                   frontier.exponent_loss_error, notes_of(&frontier)};
    f->near = status == NSL_OK ? frontier.features : 0.0;
    return status;
}

static nsl_status see(sight *out, function *f, double resource)
{
    nsl_point point = f->point;
    nsl_prediction p;
    nsl_optimum best;
    *out = NOTHING;
    if (f->resource == NSL_RESOURCE_BUDGET)
        return see_budget(out, f, resource);
    double *at[] = {[NSL_RESOURCE_FEATURES] = &point.features,
                    [NSL_RESOURCE_SAMPLES] = &point.samples,
                    [NSL_RESOURCE_BUDGET] = NULL,
                    [NSL_RESOURCE_RIDGE] = &point.ridge,
                    [NSL_RESOURCE_TIME] = &point.training.time};
    *at[f->resource] = resource;
    bool in_time = f->resource == NSL_RESOURCE_TIME;
    bool optimal = f->optimal && f->resource != NSL_RESOURCE_RIDGE && !in_time;
    if (in_time)
        point.training.kind = NSL_FLOW;
    nsl_status status =
        nsl_predict_either(&p, &best, optimal, f->model, &point, f->err);
    const double slope[] = {[NSL_RESOURCE_FEATURES] = p.elasticity_features,
                            [NSL_RESOURCE_SAMPLES] = p.elasticity_samples,
                            [NSL_RESOURCE_BUDGET] = NAN,
                            [NSL_RESOURCE_RIDGE] = p.elasticity_ridge,
                            [NSL_RESOURCE_TIME] = p.elasticity_time};
    double exponent = slope[f->resource];
    *out = (sight){p.test_loss, exponent, p.error,
                   fmax(NSL_PROMISE, p.elasticity_error) * fmax(1.0, fabs(exponent)),
                   p.notes};
    return status;
}

/* The model that has a best ridge at infinite sizes too. */
static nsl_status begin(function *f, nsl_model **kernel, const nsl_model *model,
                        nsl_resource resource, const nsl_point *point, bool optimal,
                        nsl_error *err)
{
    enum { DOUBLE_BITS = 53 };
    *f = (function){model, resource, *point, optimal, NULL, 0.0, 0.0, false, err};
    *kernel = NULL;
    nsl_status status = NSL_OK;
    if (optimal) {
        status = nsl_model_new_kernel(kernel, model, err);
        f->model = *kernel;
        f->point.ridge = 0.0;
    } else if (model->convention == NSL_RIDGE_MRS && isinf(point->features)) {
        f->point.ridge = 0.0; /* γ vanishes against g ~ N */
    }
    if (status == NSL_OK && resource == NSL_RESOURCE_BUDGET)
        status = nsl_cost_parse(&f->cost, "N*P", DOUBLE_BITS, err);
    return status;
}

static void end(function *f, nsl_model *kernel)
{
    nsl_cost_free(f->cost);
    nsl_model_free(kernel);
}

/* Whether there is something to see; nothing outside of double's range. */
static bool seen(sight *out, function *f, double resource)
{
    nsl_status status = see(out, f, resource);
    f->lacks_memory |= status == NSL_ENOMEM;
    return status == NSL_OK;
}

typedef struct {
    double exponent, amplitude;
} power;

/* What is seen at a place: the law, another, or nothing that double could tell. */
typedef enum { FAR, NEAR, UNKNOWN } nearness;

static nearness look(function *f, power law, double x)
{
    sight s;
    if (!seen(&s, f, exp(x)) || isnan(s.exponent))
        return UNKNOWN;
    double scale = law.exponent == 0.0 ? 1.0 : fabs(law.exponent);
    double off = log(s.loss / law.amplitude) + law.exponent * x;
    bool near = fabs(s.exponent - law.exponent) <= NSL_RANGE_WITHIN * scale &&
                !(fabs(off) > log(NSL_RANGE_FACTOR));
    return near ? NEAR : FAR;
}

/* Where nearness ends between `inside` and `outside`. */
static double edge(function *f, power law, double inside, double outside)
{
    while (fabs(outside - inside) > CLOSE) {
        double middle = 0.5 * (inside + outside);
        *(look(f, law, middle) == FAR ? &outside : &inside) = middle;
    }
    return inside;
}

/* Whether predictions end before `top`: out of double's range. */
static double reachable_top(function *f, double low)
{
    double top = f->resource == NSL_RESOURCE_RIDGE ? -RIDGE_BOTTOM : TOP;
    sight s;
    while (top > low && (!seen(&s, f, exp(top)) || isnan(s.loss)))
        top -= 1.0;
    return top;
}

/* ln of a time well before 1/λ_1, where the loss begins to fall. */
static double earliest(const nsl_model *model)
{
    static const double BEFORE = 7.0;
    return -log(model->spectrum->largest) - BEFORE;
}

nsl_status nsl_range_find(nsl_range *out, const nsl_model *model, nsl_resource resource,
                          double exponent, double amplitude, const nsl_point *point,
                          bool optimal, const nsl_range *bounds, nsl_error *err)
{
    function f;
    nsl_model *kernel;
    power law = {exponent, amplitude};
    *out = (nsl_range){NAN, NAN};
    nsl_status status = begin(&f, &kernel, model, resource, point, optimal, err);
    if (status != NSL_OK) {
        end(&f, kernel);
        return status;
    }
    nsl_error ignored;
    f.err = &ignored; /* outside the range of double there is no law to see */
    bool budget = resource == NSL_RESOURCE_BUDGET;
    double step = budget ? BUDGET_STEP : STEP;
    double bottom = resource == NSL_RESOURCE_RIDGE ? RIDGE_BOTTOM : 0.0;
    if (resource == NSL_RESOURCE_TIME)
        bottom = earliest(model);
    if (bounds)
        bottom = fmax(bottom, log(bounds->from));
    double top = reachable_top(&f, bottom), start = NAN, low = NAN, high = NAN;
    if (bounds)
        top = fmin(top, log(bounds->to));
    if (budget) /* one feature and one sample have no split */
        bottom += step;
    for (double x = bottom; x <= top + step; x += step) {
        nearness here = x <= top ? look(&f, law, x) : FAR;
        if (here == NEAR && isnan(start))
            start = x;
        if (here == FAR && !isnan(start)) {
            if (!(x - start <= high - low)) {
                low = start;
                high = x - step;
            }
            start = NAN;
        }
    }
    if (!isnan(low)) {
        bool endless = high + step > top && !(bounds && isfinite(bounds->to));
        double from = low > bottom ? edge(&f, law, low, low - step) : low;
        out->from = exp(from);
        out->to = endless ? (double)INFINITY
                          : exp(edge(&f, law, high, fmin(high + step, top)));
    }
    end(&f, kernel);
    return f.lacks_memory ? nsl_fail_memory(err) : NSL_OK;
}

/* Bits of a NaN's reason. */
static unsigned reasons(unsigned notes)
{
    return notes & (NSL_NOTE_DIVERGES | NSL_NOTE_ZERO_LOSS | NSL_NOTE_KINK |
                    NSL_NOTE_UNDERFLOW | NSL_NOTE_OVERFLOW | NSL_NOTE_ELASTICITY);
}

/* Whether the value is a budget that buys nothing. */
static bool is_too_little(const function *f, double value)
{
    return f->resource == NSL_RESOURCE_BUDGET && value < 1.0; /* what N = P = 1 cost */
}

nsl_status nsl_local_exponent(nsl_exponent *out, const nsl_model *model,
                              nsl_resource resource, double value,
                              const nsl_point *point, bool optimal, nsl_error *err)
{
    function f;
    nsl_model *kernel;
    sight s = NOTHING;
    nsl_status status = begin(&f, &kernel, model, resource, point, optimal, err);
    if (status == NSL_OK && !is_too_little(&f, value))
        status = see(&s, &f, value);
    bool known = status == NSL_OK && isfinite(s.exponent);
    *out = known ? (nsl_exponent){s.exponent, s.exponent_error, 0}
                 : (nsl_exponent){NAN, NAN, reasons(s.notes)};
    end(&f, kernel);
    return status;
}

/* The points of a straight line. */
typedef struct {
    double x[FIT_POINTS], y[FIT_POINTS]; /* ln R/R₀ and ln L */
    double error[FIT_POINTS];            /* absolute, of y */
} points;

/* Sees them; *missing is set to the notes of one that has no ln L, if there is one, and
 * its y to NaN. */
static nsl_status see_points(points *p, unsigned *missing, function *f, double value)
{
    nsl_status status = NSL_OK;
    for (int i = 0; i < FIT_POINTS && status == NSL_OK; i++) {
        double decade = (double)i / (FIT_POINTS - 1) - 0.5;
        double resource = value * pow(10.0, decade); /* exact in the middle */
        sight s = NOTHING;
        if (!is_too_little(f, resource))
            status = see(&s, f, resource);
        p->x[i] = M_LN10 * decade;
        p->y[i] = s.loss > 0.0 && isfinite(s.loss) ? log(s.loss) : (double)NAN;
        double slope = isnan(s.exponent) ? 0.0 : fabs(s.exponent);
        p->error[i] =
            s.loss_error + DBL_EPSILON * (2.0 * fabs(p->y[i]) + 4.0 * slope + 4.0);
        if (isnan(p->y[i]))
            *missing |= s.notes;
    }
    return status;
}

nsl_status nsl_fitted_exponent(nsl_exponent *out, const nsl_model *model,
                               nsl_resource resource, double value,
                               const nsl_point *point, bool optimal, nsl_error *err)
{
    function f;
    nsl_model *kernel;
    points p;
    unsigned missing = 0;
    double intercept, slope, cov00, cov01, cov11, squares, error = 0.0, spread = 0.0;
    nsl_status status = begin(&f, &kernel, model, resource, point, optimal, err);
    if (status == NSL_OK)
        status = see_points(&p, &missing, &f, value);
    end(&f, kernel);
    *out = (nsl_exponent){NAN, NAN, reasons(missing)};
    if (status != NSL_OK)
        return status;
    gsl_fit_linear(p.x, 1, p.y, 1, FIT_POINTS, &intercept, &slope, &cov00, &cov01,
                   &cov11, &squares);
    for (int i = 0; i < FIT_POINTS; i++) { /* slope = Σ x y/Σ x², the x being centred */
        error += fabs(p.x[i]) * p.error[i];
        spread += p.x[i] * p.x[i];
    }
    if (isfinite(slope))
        *out = (nsl_exponent){-slope, error / spread, 0};
    return NSL_OK;
}
