/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef NSLAW_PHASE_H
#define NSLAW_PHASE_H

#include <nslaw/api.h>
#include <nslaw/theory.h>
#include <nslaw/work.h>
#include <stddef.h>
#include <stdint.h>

NSL_BEGIN

/** What varies along an axis of a map. */
typedef enum {
    NSL_AXIS_FEATURES, /**< N > 0 or INFINITY */
    NSL_AXIS_SAMPLES,  /**< P > 0 or INFINITY */
    NSL_AXIS_RIDGE,    /**< γ or δ ≥ 0, in the model's convention */
    NSL_AXIS_NOISE,    /**< σ_ε² ≥ 0 */
    NSL_AXIS_LATENTS,  /**< M, whole, 1 … NSL_LATENTS_MAX, of a power law */
    NSL_AXIS_ALPHA,    /**< α > 0 of a power law */
    NSL_AXIS_TIME /**< t > 0 of gradient flow or INFINITY; or, where the point trains
                       by descent, whole steps */
} nsl_axis_kind;

/** Values along an axis, at least one, increasing; borrowed. */
typedef struct {
    nsl_axis_kind kind;
    size_t count;
    const double *value;
} nsl_axis;

/** What limits the loss at a point. The first that applies, in this order; with e_N,
 *  e_P, e_γ, e_t the elasticities −∂ln L/∂ln(resource) of the clean test loss; e_t = 0
 *  of trained models. NSL_PHASE_TIME comes after NSL_PHASE_NOISE. */
typedef enum {
    NSL_PHASE_UNDEFINED, /**< the loss or an elasticity that decides does not exist */
    NSL_PHASE_LATENT,    /**< min(N, P, hidden widths) > M: beyond the latent scale */
    NSL_PHASE_PEAK,      /**< the loss rises with a resource, e_N < 0 or e_P < 0, or
                               diverges: the flank of the interpolation peak */
    NSL_PHASE_NOISE,     /**< label noise causes more of the loss than the signal */
    NSL_PHASE_RIDGE,     /**< less ridge would help: −e_γ > ½ max(e_N, e_P) */
    NSL_PHASE_MODEL,     /**< e_N > 2 e_P */
    NSL_PHASE_DATA,      /**< e_P > 2 e_N */
    NSL_PHASE_BALANCED,  /**< e_N and e_P are within a factor 2, or nothing helps: below
                              NSL_MAP_PROMISE they count as 0 */
    NSL_PHASE_TIME,      /**< longer training would help most: e_t > 2 max(e_N, e_P) */
    NSL_PHASE_COUNT
} nsl_phase;

/** The fixed identifier of a regime, e.g. "model-limited". */
const char *nsl_phase_name(nsl_phase regime);

/** Largest error of elasticities (relative where above 1, else absolute) and of best
 *  ridges (relative) in a map; losses keep NSL_PROMISE. */
#define NSL_MAP_PROMISE 1e-10

/** What a map is made of: everything but the axes is that of model and point. An axis
 * of M or α needs a power law. */
typedef struct {
    const nsl_model *model;
    nsl_point point;
    bool optimal;  /**< the best ridge in each cell, point.ridge is ignored; not with
                        training that stops early */
    nsl_axis x, y; /**< of different kinds */
} nsl_map_query;

/** A map: cell (i along x, j along y) is at [j·x.count + i] of each array. */
typedef struct {
    nsl_axis x, y;     /**< those of the query */
    double *test_loss; /**< L on clean labels; INFINITY where it diverges, NaN where it
                            is outside the range of double */
    double *elasticity_features; /**< NaN where it does not exist; and so on */
    double *elasticity_samples;
    double *elasticity_ridge;
    double *elasticity_time;
    double *ridge;   /**< the fixed one, or the best */
    double *error;   /**< relative bound on test_loss */
    uint8_t *regime; /**< nsl_phase */
} nsl_map;

/** Allocates the arrays for a query; NSL_OK or NSL_ENOMEM. Free with nsl_map_clear. */
nsl_status nsl_map_init(nsl_map *map, const nsl_map_query *query, nsl_error *err);
void nsl_map_clear(nsl_map *map);

/** Fills the rows first, first + step, … of the map.
 *  @return NSL_OK; NSL_EINVAL for a value outside its range or axes of the same kind;
 *          NSL_EFAILED where a cell did not converge; NSL_ECANCELLED */
nsl_status nsl_map_fill(nsl_map *map, const nsl_map_query *query, size_t first,
                        size_t step, const nsl_work *work, nsl_error *err);

/** The point of a cell at x, y (values of the axes); M and α are the model's. */
nsl_point nsl_map_point(const nsl_map_query *query, double x, double y);

/** The prediction in a cell at x, y (values of the axes) and its regime.
 *  Elasticities keep NSL_MAP_PROMISE.
 *  @return as nsl_predict */
nsl_status nsl_map_cell(nsl_prediction *out, nsl_phase *regime,
                        const nsl_map_query *query, double x, double y, nsl_error *err);

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
    NSL_BOUNDARY_TIME,             /**< e_t = 2 max(e_N, e_P) */
    NSL_BOUNDARY_STOP,             /**< e_t = 0: the best time to stop */
    NSL_BOUNDARY_TIME_FEATURES,    /**< e_N = e_t: best split of a budget N·t */
    NSL_BOUNDARY_TIME_SAMPLES,     /**< e_P = e_t: best split of a budget P·t */
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

/** Finds the boundaries between the ends of the axes, points to 1e-6 (relative; on an
 *  axis of M or of steps, to a whole number). Those of a regime end where one that
 * comes first begins. They do not depend on the values between the ends.
 *  @return as nsl_map_fill; axes need two values > 0 */
nsl_status nsl_boundaries_find(nsl_boundaries *out, const nsl_map_query *query,
                               const nsl_work *work, nsl_error *err);

void nsl_boundaries_clear(nsl_boundaries *boundaries);

NSL_END

#endif
