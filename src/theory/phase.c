/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/phase.h"
#include "theory/root.h"

#include <math.h>

/* A resource helps much more than another: by this factor in their elasticities. */
static const double MUCH = 2.0;

/* A loss rises with a resource: an elasticity below this, where the sign is known. */
static const double RISING = -NSL_MAP_PROMISE;

static const char *const regime_names[NSL_PHASE_COUNT] = {
    [NSL_PHASE_UNDEFINED] = "undefined",     [NSL_PHASE_LATENT] = "beyond-latents",
    [NSL_PHASE_PEAK] = "interpolation-peak", [NSL_PHASE_NOISE] = "noise-limited",
    [NSL_PHASE_RIDGE] = "ridge-limited",     [NSL_PHASE_MODEL] = "model-limited",
    [NSL_PHASE_DATA] = "data-limited",       [NSL_PHASE_BALANCED] = "balanced",
    [NSL_PHASE_TIME] = "time-limited",
};

static const char *const boundary_names[NSL_BOUNDARY_COUNT] = {
    [NSL_BOUNDARY_FEATURES_SAMPLES] = "features=samples",
    [NSL_BOUNDARY_FEATURES_LATENTS] = "features=latents",
    [NSL_BOUNDARY_SAMPLES_LATENTS] = "samples=latents",
    [NSL_BOUNDARY_FRONTIER] = "frontier",
    [NSL_BOUNDARY_NOISE] = "signal=noise",
    [NSL_BOUNDARY_RIDGE] = "ridge-limited",
    [NSL_BOUNDARY_MODEL] = "model-limited",
    [NSL_BOUNDARY_DATA] = "data-limited",
    [NSL_BOUNDARY_PEAK_FEATURES] = "peak-features",
    [NSL_BOUNDARY_PEAK_SAMPLES] = "peak-samples",
    [NSL_BOUNDARY_TIME] = "time-limited",
    [NSL_BOUNDARY_STOP] = "best-stopping",
    [NSL_BOUNDARY_TIME_FEATURES] = "frontier-features-time",
    [NSL_BOUNDARY_TIME_SAMPLES] = "frontier-samples-time",
};

const char *nsl_phase_name(nsl_phase regime)
{
    return (unsigned)regime < NSL_PHASE_COUNT ? regime_names[regime] : NULL;
}

const char *nsl_boundary_name(nsl_boundary_kind kind)
{
    return (unsigned)kind < NSL_BOUNDARY_COUNT ? boundary_names[kind] : NULL;
}

static bool is_beyond_latents(const nsl_model *model, const nsl_point *point)
{
    uint64_t latents = model->spectrum->latents;
    return latents != NSL_LATENTS_INFINITE &&
           nsl_root_least_width(model, point) > (double)latents;
}

/* How much each resource helps. */
typedef struct {
    double features, samples, ridge, time;
} elasticities;

static elasticities elasticities_of(const nsl_prediction *p)
{
    return (elasticities){p->elasticity_features, p->elasticity_samples,
                          p->elasticity_ridge, p->elasticity_time};
}

/* An elasticity whose sign is not known is none. */
static double known(double elasticity)
{
    return fabs(elasticity) < NSL_MAP_PROMISE ? 0.0 : elasticity;
}

static elasticities known_of(const nsl_prediction *p)
{
    return (elasticities){known(p->elasticity_features), known(p->elasticity_samples),
                          known(p->elasticity_ridge), known(p->elasticity_time)};
}

/* Less ridge would help at least half as much as more of the better resource: with a
 * ridge that decides Δ alone, L ∼ (g/NP)^x, all three are equal (theory.md section 7).
 */
static double ridge_excess(elasticities e)
{
    return -e.ridge - fmax(e.features, e.samples) / MUCH;
}

/* More time would help more than twice as much as more of the better size. */
static double time_excess(elasticities e)
{
    return e.time - MUCH * fmax(e.features, e.samples);
}

/* Both help alike; where one does not help at all there is no best split. */
static double split_excess(double size, double time)
{
    return size > 0.0 && time > 0.0 ? size - time : (double)NAN;
}

/* (E_noise − E_signal)/E */
static double noise_excess(const nsl_prediction *p)
{
    return (p->noise_loss - p->signal_loss) / (p->noise_loss + p->signal_loss);
}

/* The regime by what would help most. */
static nsl_phase limit_of(elasticities e)
{
    if (time_excess(e) > 0.0)
        return NSL_PHASE_TIME;
    if (ridge_excess(e) > 0.0)
        return NSL_PHASE_RIDGE;
    if (e.features > MUCH * e.samples)
        return NSL_PHASE_MODEL;
    return e.samples > MUCH * e.features ? NSL_PHASE_DATA : NSL_PHASE_BALANCED;
}

nsl_phase nsl_phase_of(const nsl_prediction *p, const nsl_model *model,
                       const nsl_point *point)
{
    if (is_beyond_latents(model, point))
        return NSL_PHASE_LATENT;
    if (p->notes & NSL_NOTE_DIVERGES)
        return NSL_PHASE_PEAK;
    if (isnan(p->elasticity_features) || isnan(p->elasticity_samples) ||
        isnan(p->elasticity_ridge) || isnan(p->elasticity_time))
        return NSL_PHASE_UNDEFINED;
    if (p->elasticity_features < RISING || p->elasticity_samples < RISING)
        return NSL_PHASE_PEAK;
    return noise_excess(p) > 0.0 ? NSL_PHASE_NOISE : limit_of(known_of(p));
}

/* No resource is known to help: no regime is bounded there. */
static bool is_settled(elasticities known)
{
    return known.features == 0.0 && known.samples == 0.0 && known.ridge == 0.0 &&
           known.time == 0.0;
}

double nsl_phase_distance(nsl_boundary_kind kind, const nsl_prediction *p)
{
    elasticities e = elasticities_of(p);
    if (kind != NSL_BOUNDARY_NOISE && is_settled(known_of(p)))
        return NAN;
    switch (kind) {
    case NSL_BOUNDARY_NOISE:
        return noise_excess(p);
    case NSL_BOUNDARY_RIDGE:
        return ridge_excess(e);
    case NSL_BOUNDARY_TIME:
        return time_excess(e);
    case NSL_BOUNDARY_STOP:
        return e.time;
    case NSL_BOUNDARY_TIME_FEATURES:
        return split_excess(e.features, e.time);
    case NSL_BOUNDARY_TIME_SAMPLES:
        return split_excess(e.samples, e.time);
    case NSL_BOUNDARY_MODEL:
        return e.features - MUCH * e.samples;
    case NSL_BOUNDARY_DATA:
        return e.samples - MUCH * e.features;
    case NSL_BOUNDARY_PEAK_FEATURES:
        return e.features - RISING;
    case NSL_BOUNDARY_PEAK_SAMPLES:
        return e.samples - RISING;
    default:
        return NAN;
    }
}

bool nsl_phase_precedes(nsl_phase one, nsl_phase other)
{
    /* the order in which nsl_phase_of asks; time came late to the list */
    static const int rank[NSL_PHASE_COUNT] = {
        [NSL_PHASE_UNDEFINED] = 0, [NSL_PHASE_LATENT] = 1, [NSL_PHASE_PEAK] = 2,
        [NSL_PHASE_NOISE] = 3,     [NSL_PHASE_TIME] = 4,   [NSL_PHASE_RIDGE] = 5,
        [NSL_PHASE_MODEL] = 6,     [NSL_PHASE_DATA] = 7,   [NSL_PHASE_BALANCED] = 8};
    return rank[one] < rank[other];
}

nsl_phase nsl_phase_bounded(nsl_boundary_kind kind)
{
    switch (kind) {
    case NSL_BOUNDARY_RIDGE:
        return NSL_PHASE_RIDGE;
    case NSL_BOUNDARY_TIME:
        return NSL_PHASE_TIME;
    case NSL_BOUNDARY_MODEL:
    case NSL_BOUNDARY_DATA:
        return NSL_PHASE_MODEL;
    case NSL_BOUNDARY_PEAK_FEATURES:
    case NSL_BOUNDARY_PEAK_SAMPLES:
        return NSL_PHASE_PEAK;
    default:
        return NSL_PHASE_LATENT;
    }
}
