/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Σ (k_i ln ρ_i − ln k_i!) is a sum of concave functions of one k_i each, so that it is
 * made largest by taking units one by one where the next brings most: the largest of
 * ρ_i/(k_i + 1). With θ the last such ratio, k_i = ⌊ρ_i/θ⌋; and as Σ ρ_i ≤ U, no θ is
 * above U/units, which gives most of the units at once. */
#include "features/mode.h"
#include "core/error.h"

#include <math.h>
#include <stdlib.h>

enum { SLOTS = 1 << 15, FACTORIALS = 4096 };

/* A rounded ρ_i/θ must not give a unit too many. */
static const double CAUTION = 1.0 - 1e-12;

nsl_status nsl_modes_new(nsl_modes *out, const nsl_inputs *inputs, nsl_error *err)
{
    *out = (nsl_modes){.inputs = inputs};
    out->known = calloc(SLOTS, sizeof *out->known);
    out->log_factorial = calloc(FACTORIALS, sizeof *out->log_factorial);
    if (!out->known || !out->log_factorial) {
        nsl_modes_clear(out);
        return nsl_fail_memory(err);
    }
    for (int n = 2; n < FACTORIALS; n++) {
        int sign;
        out->log_factorial[n] = lgammal_r((long double)n + 1.0L, &sign);
    }
    return NSL_OK;
}

void nsl_modes_clear(nsl_modes *modes)
{
    free(modes->known);
    free(modes->log_factorial);
    free(modes->units);
    free(modes->share);
    *modes = (nsl_modes){.inputs = NULL};
}

long double nsl_modes_log_factorial(const nsl_modes *modes, uint64_t n)
{
    int sign;
    return n < FACTORIALS ? modes->log_factorial[n]
                          : lgammal_r((long double)n + 1.0L, &sign);
}

long double nsl_modes_even(const nsl_modes *modes, uint64_t slots, uint64_t units)
{
    uint64_t each = units / slots, more = units % slots;
    if (each == 0)
        return 0.0L;
    return -(long double)more * nsl_modes_log_factorial(modes, each + 1) -
           (long double)(slots - more) * nsl_modes_log_factorial(modes, each);
}

/* Room for the i-th group's units. */
static bool grow(nsl_modes *m, size_t i)
{
    if (i < m->room)
        return true;
    size_t room = 2 * i + 64;
    uint64_t *units = realloc(m->units, room * sizeof *units);
    m->failed |= !units;
    if (!units)
        return false;
    m->units = units;
    double *share = realloc(m->share, room * sizeof *share);
    m->failed |= !share;
    if (!share)
        return false;
    m->share = share;
    m->room = room;
    return true;
}

/* Opens the i-th group after `group`, without units; false where there is none. */
static bool open_group(nsl_modes *m, uint64_t group, size_t i)
{
    if (group + i >= m->inputs->groups || !grow(m, i))
        return false;
    m->units[i] = 0;
    m->share[i] = exp((double)nsl_inputs_log(m->inputs, group + i));
    return true;
}

/* ⌊ρ/θ⌋ of each, θ = U/units; returns the groups opened, the last of them with nothing
 * unless there are no more, and takes the units off *left. */
static size_t give_most(nsl_modes *m, uint64_t group, uint64_t *left)
{
    double scale = CAUTION * (double)*left / nsl_inputs_tail(m->inputs, group);
    size_t opened = 0;
    while (open_group(m, group, opened)) {
        double each = floor(m->share[opened] * scale);
        double all = each * (double)nsl_inputs_copies(m->inputs, group + opened);
        m->units[opened] = all < (double)*left ? (uint64_t)all : *left;
        *left -= m->units[opened];
        if (m->units[opened++] == 0)
            break;
    }
    return opened;
}

/* The group whose next unit brings most. */
static size_t best_of(const nsl_modes *m, uint64_t group, size_t opened)
{
    size_t best = 0;
    double most = -1.0;
    for (size_t i = 0; i < opened; i++) {
        uint64_t each = m->units[i] / nsl_inputs_copies(m->inputs, group + i);
        double ratio = m->share[i] / (double)(each + 1);
        if (ratio > most) {
            most = ratio;
            best = i;
        }
    }
    return best;
}

/* The rest of them, as many at once as bring the same. */
static size_t give_rest(nsl_modes *m, uint64_t group, size_t opened, uint64_t left)
{
    while (left > 0 && opened > 0) {
        size_t best = best_of(m, group, opened);
        uint64_t copies = nsl_inputs_copies(m->inputs, group + best);
        uint64_t same = copies - m->units[best] % copies;
        same = same < left ? same : left;
        m->units[best] += same;
        left -= same;
        if (best + 1 == opened && open_group(m, group, opened))
            opened++;
    }
    return opened;
}

static nsl_mode find(nsl_modes *m, uint64_t group, uint64_t units)
{
    uint64_t left = units;
    size_t opened = give_most(m, group, &left);
    opened = give_rest(m, group, opened, left);
    nsl_mode found = {group, units, opened ? m->units[0] : 0, 0.0L};
    for (size_t i = 0; i < opened; i++) {
        uint64_t copies = nsl_inputs_copies(m->inputs, group + i);
        if (m->units[i])
            found.value +=
                (long double)m->units[i] * nsl_inputs_log(m->inputs, group + i) +
                nsl_modes_even(m, copies, m->units[i]);
    }
    return found;
}

nsl_mode nsl_modes_at(nsl_modes *m, uint64_t group, uint64_t units)
{
    if (group >= m->inputs->groups)
        return (nsl_mode){group, units, 0, -(long double)INFINITY};
    if (units == 1)
        return (nsl_mode){group, 1, 1, nsl_inputs_log(m->inputs, group)};
    uint64_t hash = (group * 0x9E3779B97F4A7C15U) ^ (units * 0xC2B2AE3D27D4EB4FU);
    nsl_mode *slot = &m->known[(hash ^ hash >> 29) % SLOTS];
    if (slot->units != units || slot->group != group)
        *slot = find(m, group, units);
    return *slot;
}
