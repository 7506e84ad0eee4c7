/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The spectral sums of a model as piecewise polynomials of lnΔ, for maps that need them
 * a million times: a few nanoseconds each, whatever the spectrum. */
#ifndef NSL_SPECTRUM_INTERPOLANT_H
#define NSL_SPECTRUM_INTERPOLANT_H

#include "spectrum/kind.h"

/* A spectrum that answers for `from` with `target`, both of which must outlive it. The
 * error bounds of its moments include the interpolation. Pieces are made when they are
 * first asked for; threads may share it. Free with nsl_spectrum_free. A piece that
 * finds no memory leaves sums to `from`, so that last digits would depend on it:
 * nsl_interpolant_lacked tells. */
nsl_status nsl_spectrum_new_interpolant(nsl_spectrum **out, const nsl_spectrum *from,
                                        const nsl_target *target, nsl_error *err);

/* Makes the pieces from Δ = low to high, by `jobs` threads, unless they are more than
 * pay for `uses` sums: nothing but time depends on it. */
void nsl_interpolant_prepare(nsl_spectrum *interpolant, double low, double high,
                             size_t uses, unsigned jobs);

/* Whether memory ran out for a piece of any interpolant that this thread has asked
 * since this was asked last. */
bool nsl_interpolant_lacked(void);

#endif
