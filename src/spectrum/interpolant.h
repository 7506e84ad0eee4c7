/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The spectral sums of a model as piecewise polynomials of lnΔ, for maps that need them
 * a million times: a few nanoseconds each, whatever the spectrum. */
#ifndef NSL_SPECTRUM_INTERPOLANT_H
#define NSL_SPECTRUM_INTERPOLANT_H

#include "spectrum/kind.h"

/* A spectrum that answers for `from` with `target`, both of which must outlive it. The
 * error bounds of its moments include the interpolation. Pieces are made when they are
 * first asked for; threads may share it. Free with nsl_spectrum_free. */
nsl_status nsl_spectrum_new_interpolant(nsl_spectrum **out, const nsl_spectrum *from,
                                        const nsl_target *target, nsl_error *err);

#endif
