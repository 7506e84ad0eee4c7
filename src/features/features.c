/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The K largest eigenvalues of the feature kernel.
 *
 * A walk (walk.c) finds all that are not below a threshold, and nothing else; the
 * threshold is searched for with walks that only count, until K or a few more are above
 * it. That takes the memory of the result, where a best-first search would hold on its
 * heap, beside the result, up to a branch a level and eigenvalue. */
#include <nslaw/features.h>

#include "core/error.h"
#include "features/arrange.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

/* Rows that need no thought about memory or time. */
enum { ROWS_FEW = 4096 };

/* Rows beyond the K that are put up with: less would cost more walks. */
static const double MORE = 1.15;

/* Sorting needs as much again. */
static const double ROW_BYTES = 2 * sizeof(nsl_feature_row);

/* Thresholds whose ln differ by less are one: below the promise for the eigenvalues. */
static const long double SAME = 4e-15L;

static nsl_status fail_size(double rows, double memory, nsl_error *err)
{
    static const double GIGABYTE = 1e9;
    return nsl_fail(err, NSL_ENOMEM, "count",
                    "needs at least %.3g GB of memory, for %.3g rows, and there are "
                    "%.3g GB",
                    rows * ROW_BYTES / GIGABYTE, rows, memory / GIGABYTE);
}

/* What the machine has. */
static double physical_memory(void)
{
    long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
    return pages > 0 && size > 0 ? (double)pages * (double)size : (double)INFINITY;
}

/* The search for the threshold: less than K eigenvalues are above `high`, and K or more
 * above `low`. */
typedef struct {
    nsl_ground ground;
    uint64_t count;
    uint64_t rows_most;
    long double high, low;
    double above;  /* eigenvalues above `high` */
    double slope;  /* −dln(eigenvalues)/dln(threshold) there, roughly */
    nsl_walk walk; /* the last one */
} search;

static nsl_status walk_run(search *s, nsl_walk walk, nsl_error *err)
{
    walk.ground = &s->ground;
    s->walk = walk;
    return nsl_walk_run(&s->walk) ? NSL_OK : nsl_fail_memory(err);
}

/* Counts, as far as is of use. */
static nsl_status count_at(search *s, long double log_least, nsl_error *err)
{
    double enough = MORE * (double)s->count + ROWS_FEW;
    nsl_walk walk = {.log_least = log_least,
                     .log_limit = (long double)INFINITY,
                     .rows_most = s->rows_most,
                     .rows_few = ROWS_FEW,
                     .enough =
                         enough < (double)UINT64_MAX ? (uint64_t)enough : UINT64_MAX};
    return walk_run(s, walk, err);
}

/* ln of the largest eigenvalue, or more. */
static long double largest(search *s)
{
    double most = 0.0;
    uint64_t last = nsl_activation_degree(s->ground.activation);
    for (uint64_t k = 0; k <= last && k <= NSL_POLY_DEGREE_MAX; k++)
        most = fmax(most, nsl_ground_square(&s->ground, k));
    return logl((long double)most) + 1e-6L;
}

/* Where the next threshold is tried: by the power law through the last two counts. */
static long double next_threshold(const search *s)
{
    static const double AIM = 1.07, STEP_MIN = 0.01, STEP_MAX = 16.0;
    double step = log(AIM * (double)s->count / fmax(s->above, 1.0)) / s->slope;
    long double next = s->high - (long double)fmin(fmax(step, STEP_MIN), STEP_MAX);
    return next > s->low ? next : 0.5L * (s->high + s->low);
}

/* A new `high`, with what it says of the slope. */
static void raise_count(search *s, long double at)
{
    static const double FLATTEST = 0.05, STEEPEST = 20.0;
    double seen = (double)s->walk.eigenvalues;
    if (s->above >= 1.0 && seen > s->above) {
        double slope = log(seen / s->above) / (double)(s->high - at);
        s->slope = fmin(fmax(slope, FLATTEST), STEEPEST);
    }
    s->above = seen;
    s->high = at;
}

/* Looks for a threshold above which there are K eigenvalues and not many more rows.
 * Equal ones may not allow that: `low` is then next to `high`, and *found false. */
static nsl_status find_threshold(search *s, bool *found, nsl_error *err)
{
    bool missed = false; /* the last one was too low */
    *found = false;
    while (s->high - s->low > SAME) {
        long double at = missed ? 0.5L * (s->high + s->low) : next_threshold(s);
        nsl_status status = count_at(s, at, err);
        if (status != NSL_OK)
            return status;
        missed = s->walk.eigenvalues >= s->count;
        if (!missed && s->walk.stopped)
            return fail_size((double)s->walk.rows, physical_memory(), err);
        if (missed) {
            s->low = at;
            *found = !s->walk.stopped;
        } else {
            raise_count(s, at);
        }
        if (*found)
            return NSL_OK;
    }
    return NSL_OK;
}

static nsl_status allocate(nsl_features *out, uint64_t rows, nsl_error *err)
{
    out->row = malloc((rows ? rows : 1) * sizeof *out->row);
    return out->row ? NSL_OK
                    : fail_size((double)rows, (double)rows * sizeof *out->row, err);
}

/* Takes the `rows` above a threshold. */
static nsl_status take_above(search *s, nsl_features *out, long double log_least,
                             uint64_t rows, nsl_error *err)
{
    nsl_walk walk = {.log_least = log_least,
                     .log_limit = (long double)INFINITY,
                     .rows_most = rows,
                     .enough = UINT64_MAX,
                     .row = out->row};
    nsl_status status = walk_run(s, walk, err);
    out->count = s->walk.rows;
    return status;
}

/* Takes those above `high` and, of the equal ones down to `low`, what is missing. */
static nsl_status take_tied(search *s, nsl_features *out, nsl_error *err)
{
    nsl_status status = count_at(s, s->high, err);
    uint64_t missing = s->count - s->walk.eigenvalues, rows = s->walk.rows;
    if (status == NSL_OK)
        status = allocate(out, rows + missing, err);
    if (status == NSL_OK)
        status = take_above(s, out, s->high, rows, err);
    if (status != NSL_OK)
        return status;
    nsl_walk walk = {.log_least = s->low,
                     .log_limit = s->high,
                     .rows_most = missing,
                     .enough = missing,
                     .row = out->row + out->count};
    status = walk_run(s, walk, err);
    out->count += s->walk.rows;
    return status;
}

/* All rows, where they are few; *few says whether they are. */
static nsl_status take_all(search *s, nsl_features *out, bool *few, nsl_error *err)
{
    static const uint64_t CAUTIOUS = 1000000; /* counted in a tenth of a second */
    nsl_walk walk = {.log_least = s->low,
                     .log_limit = (long double)INFINITY,
                     .rows_most = s->count < CAUTIOUS ? s->count : CAUTIOUS,
                     .enough = UINT64_MAX};
    nsl_status status = walk_run(s, walk, err);
    *few = !s->walk.stopped;
    uint64_t rows = s->walk.rows;
    if (status == NSL_OK && *few)
        status = allocate(out, rows, err);
    return status == NSL_OK && *few ? take_above(s, out, s->low, rows, err) : status;
}

/* At least the K largest, or all there are. */
static nsl_status take_rows(search *s, nsl_features *out, nsl_error *err)
{
    double memory = physical_memory();
    bool few, found;
    s->high = largest(s);
    s->low = logl((long double)DBL_MIN);
    s->slope = 1.0;
    s->rows_most = (uint64_t)fmin(memory / ROW_BYTES, (double)NSL_LATENTS_MAX);
    nsl_status status = take_all(s, out, &few, err);
    if (status != NSL_OK || few)
        return status;
    const nsl_inputs *in = &s->ground.inputs;
    bool single = in->total == in->groups; /* then, but for ties, a row each */
    if (single && s->count > s->rows_most)
        return fail_size((double)s->count, memory, err);
    status = find_threshold(s, &found, err);
    if (status != NSL_OK)
        return status;
    if (!found)
        return take_tied(s, out, err);
    uint64_t rows = s->walk.rows;
    status = allocate(out, rows, err);
    return status == NSL_OK ? take_above(s, out, s->low, rows, err) : status;
}

static nsl_status check(const nsl_activation *activation, const nsl_spectrum *inputs,
                        uint64_t count, nsl_features_target target, nsl_error *err)
{
    if (count < 1)
        return nsl_fail(err, NSL_EINVAL, "count", "must be at least 1");
    if (!(nsl_activation_norm(activation) > 0.0))
        return nsl_fail(err, NSL_EINVAL, "activation",
                        "is 0 everywhere: the features have no eigenvalue > 0");
    if (target == NSL_FEATURES_ISOTROPIC)
        return NSL_OK;
    if (target == NSL_FEATURES_OWN && !nsl_spectrum_has_target(inputs))
        return nsl_fail(err, NSL_EINVAL, "target",
                        "file needs target weights: the inputs have none");
    if (nsl_activation_hermite(activation, 1) == 0.0)
        return nsl_fail(err, NSL_EINVAL, "target",
                        "has no eigenvalue that carries it: the activation has no "
                        "linear part (c_1 = 0); isotropic needs none");
    return NSL_OK;
}

nsl_status nsl_features_find(nsl_features *out, const nsl_activation *activation,
                             const nsl_spectrum *inputs, uint64_t count,
                             nsl_features_target target, nsl_error *err)
{
    *out = (nsl_features){.count = 0};
    nsl_status status = check(activation, inputs, count, target, err);
    if (status != NSL_OK)
        return status;
    search s = {.count = count};
    status = nsl_ground_new(&s.ground, activation, inputs, target, err);
    if (status == NSL_OK)
        status = take_rows(&s, out, err);
    if (status == NSL_OK)
        status = nsl_features_arrange(out, count, err);
    if (status == NSL_OK)
        nsl_features_sum_up(out, &s.ground, inputs);
    if (status != NSL_OK)
        nsl_features_clear(out);
    nsl_ground_clear(&s.ground);
    return status;
}

void nsl_features_clear(nsl_features *features)
{
    free(features->row);
    *features = (nsl_features){.count = 0};
}
