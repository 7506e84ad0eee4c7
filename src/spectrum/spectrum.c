/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What all kinds of spectrum share, and the registry of kinds. */
#include "spectrum/kind.h"

#include <math.h>

static const nsl_spectrum_ops *const registry[] = {&nsl_powerlaw_ops, &nsl_table_ops};

const char *nsl_spectrum_kind_name(size_t i)
{
    return i < sizeof registry / sizeof *registry ? registry[i]->name : NULL;
}

void nsl_spectrum_free(nsl_spectrum *spectrum)
{
    if (spectrum)
        spectrum->ops->free(spectrum);
}

const char *nsl_spectrum_kind(const nsl_spectrum *spectrum)
{
    return spectrum->ops->name;
}

const nsl_spectrum *nsl_spectrum_origin(const nsl_spectrum *spectrum)
{
    return spectrum->origin ? spectrum->origin : spectrum;
}

nsl_status nsl_spectrum_prepare(const nsl_spectrum *spectrum, const nsl_target *target,
                                nsl_error *err)
{
    const nsl_spectrum *origin = nsl_spectrum_origin(spectrum);
    return origin->ops->prepare ? origin->ops->prepare(origin, target, err) : NSL_OK;
}

uint64_t nsl_spectrum_latents(const nsl_spectrum *spectrum)
{
    return spectrum->latents;
}

uint64_t nsl_spectrum_rank(const nsl_spectrum *spectrum)
{
    return spectrum->rank;
}

bool nsl_spectrum_has_target(const nsl_spectrum *spectrum)
{
    return spectrum->has_target;
}

nsl_whole nsl_whole_from(uint64_t value)
{
    if (value == NSL_LATENTS_INFINITE)
        return (nsl_whole){INFINITY, 0.0};
    double high = (double)value;
    return (nsl_whole){high, (double)((int64_t)value - (int64_t)high)};
}
