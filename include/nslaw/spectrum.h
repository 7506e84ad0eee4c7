/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef NSLAW_SPECTRUM_H
#define NSLAW_SPECTRUM_H

#include <nslaw/api.h>
#include <nslaw/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

NSL_BEGIN

/** Eigenvalues λ_I of the latent covariance, I = 1 … M, largest first. Immutable. */
typedef struct nsl_spectrum nsl_spectrum;

/** Number of latent dimensions that stands for M = ∞. */
#define NSL_LATENTS_INFINITE UINT64_MAX

/** Largest finite number of latent dimensions, 10^18. */
#define NSL_LATENTS_MAX UINT64_C(1000000000000000000)

/** Largest exponent α of a power-law spectrum. */
#define NSL_ALPHA_MAX 1000.0

/** Power law λ_I = λ₊ I^−(1+α) (MRS eq. 2.10).
 *  @param alpha       exponent α, 0 < α ≤ NSL_ALPHA_MAX (dimensionless)
 *  @param lambda_max  largest eigenvalue λ₊ > 0 (units of the squared latent)
 *  @param latents     M, 1 … NSL_LATENTS_MAX, or NSL_LATENTS_INFINITE
 *  @return NSL_OK, or NSL_EINVAL/NSL_ENOMEM with *out = NULL */
nsl_status nsl_spectrum_new_powerlaw(nsl_spectrum **out, double alpha,
                                     double lambda_max, uint64_t latents,
                                     nsl_error *err);

/** A spectrum given eigenvalue by eigenvalue, in any order; the arrays are copied.
 *  @param rows          number of rows, at least 1
 *  @param eigenvalue    λ ≥ 0, finite, at least one > 0 (array of `rows`)
 *  @param target        v² ≥ 0 of ONE copy, the target's variance along that
 *                       eigenvector (array of `rows`), or NULL: no own target
 *  @param multiplicity  whole numbers ≥ 1 (array of `rows`), or NULL: all 1; their
 *                       sum M is at most NSL_LATENTS_MAX
 *  Zero eigenvalues count in M, not in the rank.
 *  @return NSL_OK, or NSL_EINVAL/NSL_ENOMEM with *out = NULL */
nsl_status nsl_spectrum_new_table(nsl_spectrum **out, size_t rows,
                                  const double *eigenvalue, const double *target,
                                  const double *multiplicity, nsl_error *err);

/** Reads a table from a CSV or .npy file ("-": standard input).
 *  CSV: a header with `eigenvalue` (or `lambda`), optionally `target` (`weight_sq`)
 *  and `multiplicity` (`degeneracy`); other columns and lines starting with # are
 *  ignored. NPY: little-endian float64, 1-D (eigenvalues) or 2-D with up to 3 columns
 *  (eigenvalue, target, multiplicity). A regular .npy file of float64 is mapped, not
 *  copied: it must not change while the spectrum lives; made shorter, it raises SIGBUS.
 *  @return NSL_OK, or NSL_EFILE/NSL_ENOMEM with *out = NULL; the message names the
 *          file and line */
nsl_status nsl_spectrum_read(nsl_spectrum **out, const char *path, nsl_error *err);

/** nsl_spectrum_read by up to `jobs` ≥ 1 threads, of which a file keeps one busy for
 *  each 65,536 of its rows, at most four; the same bits whatever their number. */
nsl_status nsl_spectrum_read_by(nsl_spectrum **out, const char *path, unsigned jobs,
                                nsl_error *err);

/** nsl_spectrum_read that also keeps the file's decimals, for nsl_predict_mp to take
 *  exactly. Costs their length in memory. */
nsl_status nsl_spectrum_read_exact(nsl_spectrum **out, const char *path,
                                   nsl_error *err);

/** Frees a spectrum; NULL is allowed. No model may use it any more. */
void nsl_spectrum_free(nsl_spectrum *spectrum);

/** The kind's name: "powerlaw" or "table". */
const char *nsl_spectrum_kind(const nsl_spectrum *spectrum);

/** M, the number of latent dimensions (NSL_LATENTS_INFINITE for M = ∞). */
uint64_t nsl_spectrum_latents(const nsl_spectrum *spectrum);

/** Number of non-zero eigenvalues (NSL_LATENTS_INFINITE for M = ∞). */
uint64_t nsl_spectrum_rank(const nsl_spectrum *spectrum);

/** Whether the spectrum came with its own target weights v². */
bool nsl_spectrum_has_target(const nsl_spectrum *spectrum);

/** Name of the i-th registered kind of spectrum, or NULL past the last. */
const char *nsl_spectrum_kind_name(size_t i);

NSL_END

#endif
