/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The resolvent of the Gram matrix and its eigenvalue density (theory.md section 8).
 */
#ifndef NSLAW_DENSITY_H
#define NSLAW_DENSITY_H

#include <nslaw/api.h>
#include <nslaw/error.h>
#include <nslaw/model.h>
#include <stdbool.h>
#include <stddef.h>

NSL_BEGIN

/** Which of the two Gram matrices with the same positive eigenvalues. */
typedef enum {
    NSL_SIDE_FEATURES, /**< G = Σ_samples φφᵀ, N×N */
    NSL_SIDE_SAMPLES   /**< φᵀφ between samples, P×P: the kernel matrix */
} nsl_side;

/** Which matrix is asked about. Without ridge: G depends on none. */
typedef struct {
    double features; /**< N > 0 or INFINITY; the last layer's width */
    double samples;  /**< P > 0 or INFINITY; N and P are not both infinite */
    nsl_side side;   /**< of finite size */
    /** Features scaled by 1/√width (every layer), so that G stays finite as widths
     *  grow; needed where N, a hidden width or M is infinite. At P = ∞ the sum over
     *  samples is a mean, with and without this. */
    bool kernel;
} nsl_gram;

/** The density of its eigenvalues, edges and bulks known. Immutable; threads may
 *  share it. */
typedef struct nsl_density nsl_density;

/** Finds the support: every bulk with its exact edges. There can be as many bulks as
 *  eigenvalues; power laws open about (1+α)√n/π, n the least width. More than 50,000
 *  are refused.
 *  @param model  its spectrum must outlive the density; its target and ridge convention
 *                are not used
 *  @return NSL_OK, or with *out = NULL: NSL_EINVAL for a value outside its range (field
 *          "features", "samples", "side" or "kernel"); NSL_EFAILED for too many bulks
 *          or edges outside the range of double; NSL_ENOMEM */
nsl_status nsl_density_new(nsl_density **out, const nsl_model *model,
                           const nsl_gram *gram, nsl_error *err);
/** Frees a density; NULL is allowed. */
void nsl_density_free(nsl_density *density);

/** An interval of the support, in units of the Gram matrix. */
typedef struct {
    double lower,
        upper; /**< its edges, where dζ/dΔ = 0; `lower` of the lowest bulk is 0 where
                    the two smallest of N, P, rank and hidden widths tie */
    double mass; /**< the share of all eigenvalues in it: exact, a number of eigenvalues
                      over the size */
} nsl_bulk;

/** Number of bulks, and the i-th from the lowest. */
size_t nsl_density_bulks(const nsl_density *density);
nsl_bulk nsl_density_bulk(const nsl_density *density, size_t i);

/** Share of the eigenvalues that are 0: 1 − min(N, P, rank, hidden widths)/size. */
double nsl_density_atom(const nsl_density *density);

/** (1/size) Tr G and (1/size) Tr G² that the theory predicts, in closed form: what the
 *  integrals of x and x² over the density are. */
void nsl_density_moments(double *mean, double *mean_square, const nsl_density *density);

/** Density at x, per unit of x, without the atom: 0 outside the bulks, INFINITY at
 *  x = 0 where a bulk begins there. Right to about 1e-14 relative, and ε·x/(x − edge)
 *  close to an edge, as far as x itself is known.
 *  @return NSL_OK; NSL_EINVAL for x not finite; NSL_EFAILED */
nsl_status nsl_density_at(double *value, const nsl_density *density, double x,
                          nsl_error *err);

typedef struct {
    double re, im;
} nsl_complex;

/** R(ζ) = (1/size) Tr (G − ζ)^−1 at a complex ζ, in units of 1/ζ; with im = 0 inside
 *  the support the limit from above.
 *  @return NSL_OK; NSL_EINVAL for ζ not finite, and ζ = 0 where R is infinite;
 *          NSL_EFAILED */
nsl_status nsl_density_resolvent(nsl_complex *value, const nsl_density *density,
                                 nsl_complex zeta, nsl_error *err);

/** Share of the eigenvalues in [a, b], the atom included where a ≤ 0 ≤ b; in closed
 *  form, to about 1e-15. Infinite ends are allowed.
 *  @return NSL_OK; NSL_EINVAL unless a ≤ b; NSL_EFAILED */
nsl_status nsl_density_integral(double *share, const nsl_density *density, double a,
                                double b, nsl_error *err);

/** The x below which a share 0 ≤ q ≤ 1 of the eigenvalues lies: the least such x; for
 *  q = 0 without an atom the lowest edge.
 *  @return NSL_OK; NSL_EINVAL for q outside [0, 1]; NSL_EFAILED */
nsl_status nsl_density_quantile(double *x, const nsl_density *density, double q,
                                nsl_error *err);

/** `count` points, strictly increasing, over all bulks, closer where the density moves:
 *  square roots at the edges are resolved. From edge to edge of each bulk with two
 *  points or more; a bulk that begins at 0 is covered from where 1e-6 of it is below.
 *  With fewer points than bulks some bulks have none.
 *  @return NSL_OK; NSL_EFAILED where so many points are closer than double can tell */
nsl_status nsl_density_points(double *x, size_t count, const nsl_density *density,
                              nsl_error *err);

NSL_END

#endif
