/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inputs' spectrum as shares ρ_i = λ_i/tr λ, equal ones in groups. */
#ifndef NSL_FEATURES_INPUTS_H
#define NSL_FEATURES_INPUTS_H

#include <nslaw/error.h>
#include <nslaw/spectrum.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint64_t groups; /* NSL_LATENTS_INFINITE: without end */
    uint64_t total;  /* N_in, the same */
    /* of a table, one a group; NULL for a power law */
    long double *log_share;
    double *tail; /* Σ ρ from this group on */
    uint64_t *copies;
    size_t *first_row; /* of the table; groups + 1 of them */
    /* of a power law */
    double alpha;
    long double log_norm; /* ln Σ I^−(1+α) */
} nsl_inputs;

/* Copies what is needed of a spectrum; zero eigenvalues are left out. */
nsl_status nsl_inputs_new(nsl_inputs *out, const nsl_spectrum *spectrum,
                          nsl_error *err);
void nsl_inputs_clear(nsl_inputs *inputs);

/* ln ρ of a group, counted from 0: falls. */
long double nsl_inputs_log(const nsl_inputs *inputs, uint64_t group);

/* Inputs of the group. */
static inline uint64_t nsl_inputs_copies(const nsl_inputs *inputs, uint64_t group)
{
    return inputs->copies ? inputs->copies[group] : 1;
}

/* An upper bound of Σ ρ over this group and all after it. */
double nsl_inputs_tail(const nsl_inputs *inputs, uint64_t group);

#endif
