/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/law_range.h"

#include <math.h>

nsl_ridge_policy law_policy(const cli_options *o, const nsl_point *point)
{
    return query_is_optimal(o)  ? NSL_POLICY_OPTIMAL
           : point->ridge > 0.0 ? NSL_POLICY_FIXED
                                : NSL_POLICY_ZERO;
}

nsl_point law_seen_from(const law_place *place, const nsl_law_mp *law)
{
    nsl_point point = place->point;
    bool noiseless = law->regime == NSL_REGIME_MODEL_LIMITED ||
                     law->regime == NSL_REGIME_TIME_LIMITED;
    if (isnan(point.features))
        point.features = INFINITY;
    if (isnan(point.samples))
        point.samples = INFINITY;
    if (noiseless && isinf(point.samples))
        point.noise = 0.0; /* it does not matter there */
    return point;
}

bool law_has_range(const law_place *place, const nsl_law_mp *law)
{
    if (law->resource == NSL_RESOURCE_TIME_BUDGET)
        return false; /* each place of it takes a frontier of its own */
    return law->resource != NSL_RESOURCE_RIDGE ||
           (isfinite(place->point.samples) &&
            (isfinite(place->point.features) || query_is_kernel(place->options)));
}

/* Where a fixed kernel ridge takes over from the data: where both laws are the same. */
static double takeover(const nsl_laws_mp *laws)
{
    const nsl_law_mp *data = NULL, *ridge = NULL;
    for (size_t i = 0; i < laws->count; i++) {
        const nsl_law_mp *law = &laws->law[i];
        if (law->resource != NSL_RESOURCE_SAMPLES)
            continue;
        if (law->regime == NSL_REGIME_DATA_LIMITED)
            data = law;
        if (law->regime == NSL_REGIME_RIDGE_LIMITED)
            ridge = law;
    }
    if (!data || !ridge)
        return NAN;
    return pow(mpfr_get_d(data->amplitude, MPFR_RNDN) /
                   mpfr_get_d(ridge->amplitude, MPFR_RNDN),
               1.0 / (mpfr_get_d(data->exponent, MPFR_RNDN) -
                      mpfr_get_d(ridge->exponent, MPFR_RNDN)));
}

/* The regime itself bounds where its law can be met. */
static nsl_range bounds_of(const law_place *place, const nsl_law_mp *law)
{
    nsl_range bounds = {0.0, INFINITY};
    nsl_point point = law_seen_from(place, law);
    double from_ridge = takeover(place->laws);
    if (law->regime == NSL_REGIME_MODEL_LIMITED)
        bounds.to = point.samples;
    if (law->regime == NSL_REGIME_DATA_LIMITED)
        bounds.to = fmin(point.features, from_ridge);
    if (law->regime == NSL_REGIME_RIDGE_LIMITED &&
        law->resource == NSL_RESOURCE_SAMPLES && !isnan(from_ridge))
        bounds.from = from_ridge;
    return bounds;
}

nsl_status law_range_find(nsl_range *out, const law_place *place, const nsl_law_mp *law,
                          nsl_error *err)
{
    nsl_range bounds = bounds_of(place, law);
    nsl_point point = law_seen_from(place, law);
    double amplitude = law->logarithm ? (double)NAN
                                      : mpfr_get_d(law->amplitude, MPFR_RNDN) /
                                            query_units(place->options, 0.0).scale;
    return nsl_range_find(out, place->setup->model, law->resource,
                          mpfr_get_d(law->exponent, MPFR_RNDN), amplitude, &point,
                          query_is_optimal(place->options), &bounds, err);
}
