/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What a measured spectrum says: its exponent, its dimensions, the source exponent of
 *  its target weights, and the population behind the eigenvalues of a finite sample.
 *
 *  Every function takes a table spectrum (nsl_spectrum_new_table, nsl_spectrum_read).
 *  Eigenvalues are counted with multiplicity, largest first: their number in that order
 *  is the rank, from 1. Equal ones stand together at the geometric mean of their first
 *  and last rank. Lines are fitted to logarithms by least squares with weights 1/rank
 *  (a copy at rank I has ln((I+½)/(I−½))), so that every factor in rank counts alike.
 *
 *  A standard error is that of a jackknife that leaves out, in turn, each of ten blocks
 *  of equal width in ln rank: it allows for residuals of any size in each block that
 *  move together within it, and assumes that blocks do not; 95 % is 2.26 times it
 *  (Student's t at nine degrees of freedom). */
#ifndef NSLAW_MEASURED_H
#define NSLAW_MEASURED_H

#include <nslaw/api.h>
#include <nslaw/error.h>
#include <nslaw/spectrum.h>
#include <stddef.h>
#include <stdint.h>

NSL_BEGIN

/** Ranks from … to, both in it. */
typedef struct {
    uint64_t from, to;
} nsl_ranks;

/** Fewest different eigenvalues that a line is fitted to. */
#define NSL_MEASURED_FEWEST 5

/** How far eigenvalues may be off the line in the range that nsl_measured_straight
 *  chooses, in ln λ: about 10 %. */
#define NSL_STRAIGHT 0.1

/** Least to/from that nsl_measured_straight chooses: a shorter line is no law. */
#define NSL_STRAIGHT_LEAST 4.0

/** The widest range, in ln rank, in which every eigenvalue is within NSL_STRAIGHT of
 * the line fitted to that range. Its ends are among 200 ranks equally spaced in ln
 * rank, and the eigenvalues looked at are those of 1000.
 *  @return NSL_OK; NSL_EFILE for fewer than NSL_MEASURED_FEWEST different positive
 *          eigenvalues; NSL_EFAILED where no range with to/from ≥ NSL_STRAIGHT_LEAST is
 *          straight; NSL_EINVAL for a spectrum that is no table; NSL_ENOMEM */
nsl_status nsl_measured_straight(nsl_ranks *out, const nsl_spectrum *spectrum,
                                 nsl_error *err);

/** The power law λ_I = λ₊ I^−(1+α) of a range of ranks. */
typedef struct {
    nsl_ranks range;
    size_t eigenvalues;  /**< different ones in the range */
    double alpha;        /**< α, dimensionless; > −1 */
    double alpha_stderr; /**< NaN where fewer than three blocks hold anything */
    double lambda_max;   /**< λ₊ (units of λ): the line's value at rank 1 */
    double rms_log;      /**< root mean square residual of ln λ */
    /** Hill's estimator (1975) of the same exponent. I(λ), the number of eigenvalues
     *  above λ, is ∝ λ^−1/p, a tail of index 1/p, p = 1+α; its inverse is the mean of
     *  the range's spacings I ln(λ_I/λ_{I+1}), I = from … to − 1. From rank 1 on this
     * is Hill's Σ ln(λ_I/λ_to)/(to − 1). */
    double hill_alpha;
    double hill_stderr; /**< p/√(to − from), right for independent draws only */
} nsl_measured_law;

/** Fits it to a range.
 *  @return NSL_OK; NSL_EFILE as above; NSL_EINVAL (field "range") for a range that is
 * empty, beyond the positive eigenvalues, or with fewer than NSL_MEASURED_FEWEST
 * different ones; NSL_ENOMEM */
nsl_status nsl_measured_fit(nsl_measured_law *out, const nsl_spectrum *spectrum,
                            nsl_ranks range, nsl_error *err);

/** How many dimensions a spectrum has in effect. */
typedef struct {
    double trace;               /**< Σλ (units of λ) */
    double participation_ratio; /**< (Σλ)²/Σλ² */
    double effective_dimension; /**< Σλ/λ_1: also called intrinsic dimension, and
                             effective rank r_0 (Bartlett et al. 2020) */
} nsl_dimensions;

/** @return NSL_OK; NSL_EINVAL for a spectrum that is no table */
nsl_status nsl_measured_dimensions(nsl_dimensions *out, const nsl_spectrum *spectrum,
                                   nsl_error *err);

/** The law v_I² ∝ I^−(1+β) of the target's weights in a range of ranks. */
typedef struct {
    double beta;           /**< source exponent β > 0, dimensionless */
    double beta_stderr;    /**< NaN where it needs a block too much, or there are
                                fewer than three */
    double weight;         /**< V₊ of v_I² = V₊ I^−(1+β) (units of v²) */
    double rms_log;        /**< root mean square residual of ln of the sums */
    double label_variance; /**< Σv² over the positive eigenvalues */
    double unlearnable;    /**< Σv² over eigenvalues that are 0 */
} nsl_measured_source;

/** Fits β so that the sums of the weights from rank I to the end of the range are
 *  proportional to those of I^−(1+β), for I up to the middle of the range: a weight
 *  alone is the square of a random number, a sum of many is not. `label_variance` and
 *  `unlearnable` are set whether or not β can be told.
 *  @return NSL_OK; NSL_EFAILED where the weights do not say β: zero, rising, or too
 * few; NSL_EINVAL for a range as above or a spectrum without target; NSL_ENOMEM */
nsl_status nsl_measured_source_fit(nsl_measured_source *out,
                                   const nsl_spectrum *spectrum, nsl_ranks range,
                                   nsl_error *err);

/** The power law with M = ∞ whose sample of P would have the eigenvalues. */
typedef struct nsl_population nsl_population;

typedef struct {
    nsl_ranks range; /**< of ranks fitted */
    double alpha;    /**< α of the population, > 0 */
    /** The jackknife's, or that of independent scatter √(2/P) of each ln λ, as Gaussian
     *  samples have where eigenvalues are apart, if that is more. */
    double alpha_stderr;
    double lambda_max; /**< λ₊ of the population (units of λ) */
    double rms_log;    /**< root mean square residual of ln λ */
    /** How many of the P eigenvalues, from the largest, are expected within `within` of
     *  the population's, their scatter (of order √(2/P)) aside. */
    uint64_t trusted;
} nsl_population_law;

/** Undoes the bend of a finite sample (theory.md section 8 at N = ∞): finds α and λ₊
 * for which the quantiles (j − ½)/P of the eigenvalues of a covariance or kernel matrix
 * of P samples, divided by P, are nearest the measured eigenvalues in ln λ.
 *  @param samples  P, at least the number of positive eigenvalues
 *  @param range    ranks to fit; NULL: those that nsl_measured_straight chooses once
 * the bend is undone with the α of those that it chooses at first
 *  @param within   0 < share < 1 for `trusted`
 *  @return NSL_OK; NSL_EINVAL (field "samples", "range", "within"); NSL_EFAILED where
 *          no α > 0 fits or no range is straight; as nsl_measured_straight else */
nsl_status nsl_population_new(nsl_population **out, const nsl_spectrum *spectrum,
                              uint64_t samples, const nsl_ranks *range, double within,
                              nsl_error *err);
void nsl_population_free(nsl_population *population);

nsl_population_law nsl_population_get(const nsl_population *population);

/** The eigenvalue that the sample is expected to have at a rank, 1 ≤ rank ≤ P. */
double nsl_population_sampled(const nsl_population *population, double rank);

NSL_END

#endif
