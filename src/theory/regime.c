/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Identifiers of regimes and of the curves between them. */
#include <nslaw/phase.h>

const char *nsl_regime_name(nsl_regime regime)
{
    static const char *const name[NSL_REGIME_COUNT] = {
        [NSL_REGIME_UNDEFINED] = "undefined",     [NSL_REGIME_LATENT] = "beyond-latent",
        [NSL_REGIME_PEAK] = "interpolation-peak", [NSL_REGIME_NOISE] = "noise-limited",
        [NSL_REGIME_RIDGE] = "ridge-limited",     [NSL_REGIME_MODEL] = "model-limited",
        [NSL_REGIME_DATA] = "data-limited",       [NSL_REGIME_BALANCED] = "balanced",
    };
    return name[regime];
}

const char *nsl_boundary_name(nsl_boundary_kind kind)
{
    static const char *const name[NSL_BOUNDARY_COUNT] = {
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
    };
    return name[kind];
}
