/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where an asymptotic law holds, seen from the point that the options give. */
#ifndef NSL_CLI_LAW_RANGE_H
#define NSL_CLI_LAW_RANGE_H

#include "cli/query.h"
#include <nslaw/laws.h>
#include <nslaw/range.h>

typedef struct {
    const cli_options *options;
    const query_setup *setup;
    const nsl_laws_mp *laws;
    nsl_point point; /* NaN: not given */
} law_place;

/* How the options choose the ridge. */
nsl_ridge_policy law_policy(const cli_options *options, const nsl_point *point);

/* The point that a law is seen from: what is not given is infinite. */
nsl_point law_seen_from(const law_place *place, const nsl_law_mp *law);

/* A law of the ridge has a range only at a point. */
bool law_has_range(const law_place *place, const nsl_law_mp *law);

nsl_status law_range_find(nsl_range *out, const law_place *place, const nsl_law_mp *law,
                          nsl_error *err);

#endif
