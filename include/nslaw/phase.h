/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef NSLAW_PHASE_H
#define NSLAW_PHASE_H

#include <nslaw/theory.h>
#include <stddef.h>
#include <stdint.h>

/** What varies along an axis of a map. */
typedef enum {
    NSL_AXIS_FEATURES, /**< N > 0 or INFINITY */
    NSL_AXIS_SAMPLES,  /**< P > 0 or INFINITY */
    NSL_AXIS_RIDGE,    /**< γ or δ ≥ 0, in the model's convention */
    NSL_AXIS_NOISE,    /**< σ_ε² ≥ 0 */
    NSL_AXIS_LATENTS,  /**< M, whole, 1 … NSL_LATENTS_MAX, of a power law */
    NSL_AXIS_ALPHA     /**< α > 0 of a power law */
} nsl_axis_kind;

/** Values along an axis, at least one, increasing; borrowed. */
typedef struct {
    nsl_axis_kind kind;
    size_t count;
    const double *value;
} nsl_axis;

/** What limits the loss at a point. The first that applies, in this order; with e_N,
 *  e_P, e_γ the elasticities −∂ln L/∂ln(resource) of the clean test loss. */
typedef enum {
    NSL_REGIME_UNDEFINED, /**< the loss or an elasticity that decides does not exist */
    NSL_REGIME_LATENT,    /**< min(N, P, hidden widths) > M: beyond the latent scale */
    NSL_REGIME_PEAK,      /**< the loss rises with a resource, e_N < 0 or e_P < 0, or
                               diverges: the flank of the interpolation peak */
    NSL_REGIME_NOISE,     /**< label noise causes more of the loss than the signal */
    NSL_REGIME_RIDGE,     /**< less ridge would help: −e_γ > ½ max(e_N, e_P) */
    NSL_REGIME_MODEL,     /**< e_N > 2 e_P */
    NSL_REGIME_DATA,      /**< e_P > 2 e_N */
    NSL_REGIME_BALANCED,  /**< e_N and e_P are within a factor 2 */
    NSL_REGIME_COUNT
} nsl_regime;

/** The fixed identifier of a regime, e.g. "model-limited". */
const char *nsl_regime_name(nsl_regime regime);

/** Largest error of elasticities (relative where above 1, else absolute) and of best
 *  ridges (relative) in a map; losses keep NSL_PROMISE. */
#define NSL_MAP_PROMISE 1e-10

/** A map: cell (i along x, j along y) is at [j·x.count + i] of each array. */
typedef struct {
    nsl_axis x, y;
    double *test_loss; /**< L; INFINITY where it diverges, NaN where unknown */
    double *elasticity_features; /**< NaN where it does not exist */
    double *elasticity_samples;
    double *elasticity_ridge;
    double *ridge;   /**< the fixed one, or the best */
    double *error;   /**< relative bound on test_loss */
    uint8_t *regime; /**< nsl_regime */
} nsl_map;

/** Curves in the plane of a map. */
typedef enum {
    NSL_BOUNDARY_FEATURES_SAMPLES, /**< N = P */
    NSL_BOUNDARY_FEATURES_LATENTS, /**< N = M */
    NSL_BOUNDARY_SAMPLES_LATENTS,  /**< P = M */
    NSL_BOUNDARY_FRONTIER,         /**< e_N = e_P: best split of a budget N·P */
    NSL_BOUNDARY_NOISE,            /**< signal and noise cause equal losses */
    NSL_BOUNDARY_RIDGE,            /**< −e_γ = ½ max(e_N, e_P) */
    NSL_BOUNDARY_MODEL,            /**< e_N = 2 e_P */
    NSL_BOUNDARY_DATA,             /**< e_P = 2 e_N */
    NSL_BOUNDARY_PEAK_FEATURES,    /**< e_N = 0 */
    NSL_BOUNDARY_PEAK_SAMPLES,     /**< e_P = 0 */
    NSL_BOUNDARY_COUNT
} nsl_boundary_kind;

/** The fixed identifier of a boundary, e.g. "features=samples". */
const char *nsl_boundary_name(nsl_boundary_kind kind);

/** One connected piece of a boundary: points (x[i], y[i]) in order along it. */
typedef struct {
    nsl_boundary_kind kind;
    size_t count;
    double *x, *y;
} nsl_boundary;

typedef struct {
    size_t count;
    nsl_boundary *at;
} nsl_boundaries;

void nsl_boundaries_free(nsl_boundaries *boundaries);

#endif
