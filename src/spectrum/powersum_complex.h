/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The spectral sums of a power law at complex Δ = −s, at a cost that does not grow with
 * M: what powersum.c is for Δ > 0. */
#ifndef NSL_SPECTRUM_POWERSUM_COMPLEX_H
#define NSL_SPECTRUM_POWERSUM_COMPLEX_H

#include "spectrum/kind.h"
#include "spectrum/powersum.h"

/* A power law as the sums need it. */
typedef struct {
    const nsl_em_exponent *exponent;
    double lambda_max;
    uint64_t latents;    /* M */
    const double *power; /* I^p for I = 1 … powers */
    int powers;
} nsl_complex_law;

/* See nsl_spectrum_ops.complex_sums. */
void nsl_powerlaw_complex_sums(nsl_complex_sums *out, const nsl_complex_law *law,
                               double _Complex s, bool angle);

#endif
