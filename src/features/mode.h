/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The largest of the multinomial weights Π ρ_i^{k_i}/Π k_i! over a number of units. */
#ifndef NSL_FEATURES_MODE_H
#define NSL_FEATURES_MODE_H

#include "features/inputs.h"
#include <stdbool.h>

/* What was found for (group, units), to be found again. */
typedef struct {
    uint64_t group, units;
    uint64_t first; /* of the units, those in `group` */
    long double value;
} nsl_mode;

typedef struct {
    const nsl_inputs *inputs;
    nsl_mode *known;            /* a slot for every hash */
    long double *log_factorial; /* of small numbers */
    uint64_t *units;            /* of the groups, while one mode is made */
    double *share;              /* ρ of them */
    size_t room;
    bool failed; /* memory ran out */
} nsl_modes;

nsl_status nsl_modes_new(nsl_modes *out, const nsl_inputs *inputs, nsl_error *err);
void nsl_modes_clear(nsl_modes *modes);

/* ln n! */
long double nsl_modes_log_factorial(const nsl_modes *modes, uint64_t n);

/* −Σ ln k_i! of `units` spread over `slots` ≥ 1 as evenly as can be: their largest. */
long double nsl_modes_even(const nsl_modes *modes, uint64_t slots, uint64_t units);

/* The largest Σ (k_i ln ρ_i − ln k_i!) over the inputs of `group` and after it, Σ k_i =
 * units ≥ 1; −∞ past the last group. `first` is undefined then. */
nsl_mode nsl_modes_at(nsl_modes *modes, uint64_t group, uint64_t units);

#endif
