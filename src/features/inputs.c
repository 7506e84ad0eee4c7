/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "features/inputs.h"
#include "core/error.h"
#include "spectrum/kind.h"
#include "spectrum/powersum.h"

#include <math.h>
#include <stdlib.h>

void nsl_inputs_clear(nsl_inputs *inputs)
{
    free(inputs->log_share);
    free(inputs->tail);
    free(inputs->copies);
    free(inputs->first_row);
    *inputs = (nsl_inputs){.groups = 0};
}

static nsl_status allocate(nsl_inputs *in, size_t rows, nsl_error *err)
{
    in->log_share = calloc(rows, sizeof *in->log_share);
    in->tail = calloc(rows, sizeof *in->tail);
    in->copies = calloc(rows, sizeof *in->copies);
    in->first_row = calloc(rows + 1, sizeof *in->first_row);
    if (in->log_share && in->tail && in->copies && in->first_row)
        return NSL_OK;
    nsl_inputs_clear(in);
    return nsl_fail_memory(err);
}

static nsl_status from_table(nsl_inputs *in, const nsl_spectrum *spectrum,
                             nsl_error *err)
{
    nsl_status status = nsl_table_order(spectrum, err);
    nsl_table_view t = nsl_table_rows(spectrum);
    if (status == NSL_OK)
        status = allocate(in, t.positive_rows, err);
    if (status != NSL_OK)
        return status;
    long double trace = 0.0L, after = 0.0L;
    for (size_t i = t.positive_rows; i-- > 0;) /* the smallest first */
        trace += (long double)nsl_table_copies(&t, i) * (long double)t.lambda[i];
    size_t g = 0;
    for (size_t i = 0; i < t.positive_rows; i++) {
        if (i == 0 || t.lambda[i] != t.lambda[i - 1]) {
            in->first_row[g] = i;
            in->log_share[g++] = logl((long double)t.lambda[i] / trace);
        }
        in->copies[g - 1] += (uint64_t)nsl_table_copies(&t, i);
    }
    in->groups = g;
    in->first_row[g] = t.positive_rows;
    in->total = spectrum->rank;
    while (g-- > 0) {
        after += (long double)in->copies[g] * expl(in->log_share[g]);
        in->tail[g] = (double)after;
    }
    return NSL_OK;
}

nsl_status nsl_inputs_new(nsl_inputs *out, const nsl_spectrum *spectrum, nsl_error *err)
{
    *out = (nsl_inputs){.groups = 0};
    spectrum = nsl_spectrum_origin(spectrum);
    if (spectrum->ops == &nsl_table_ops)
        return from_table(out, spectrum, err);
    out->alpha = nsl_powerlaw_numbers(spectrum).alpha;
    out->groups = out->total = spectrum->latents;
    out->log_norm = logl((long double)nsl_power_sum(out->alpha, 1, out->total));
    return NSL_OK;
}

long double nsl_inputs_log(const nsl_inputs *in, uint64_t group)
{
    if (in->log_share)
        return in->log_share[group];
    long double log_index = logl((long double)(group + 1));
    return -log_index - (long double)in->alpha * log_index - in->log_norm;
}

/* ρ_J + ∫_J^∞ ρ dI = ρ_J (1 + J/α) for a power law. */
double nsl_inputs_tail(const nsl_inputs *in, uint64_t group)
{
    if (in->tail)
        return in->tail[group];
    double share = exp((double)nsl_inputs_log(in, group));
    return fmin(1.0, share * (1.0 + (double)(group + 1) / in->alpha));
}
