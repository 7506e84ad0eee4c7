/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What all walks over the eigenvalues share. */
#include "core/error.h"
#include "features/walk.h"
#include "spectrum/kind.h"

#include <math.h>
#include <stdlib.h>

nsl_status nsl_ground_new(nsl_ground *out, const nsl_activation *activation,
                          const nsl_spectrum *inputs, nsl_features_target target,
                          nsl_error *err)
{
    *out = (nsl_ground){.activation = activation, .target = target};
    nsl_status status = nsl_inputs_new(&out->inputs, inputs, err);
    if (target == NSL_FEATURES_OWN)
        out->table = nsl_table_rows(inputs);
    if (status == NSL_OK)
        status = nsl_modes_new(&out->modes, &out->inputs, err);
    if (status != NSL_OK)
        nsl_ground_clear(out);
    return status;
}

void nsl_ground_clear(nsl_ground *ground)
{
    nsl_modes_clear(&ground->modes);
    nsl_inputs_clear(&ground->inputs);
    free(ground->square);
    *ground = (nsl_ground){.activation = NULL};
}

double nsl_ground_square(nsl_ground *g, uint64_t k)
{
    if (k >= g->room) {
        size_t room = 2 * (size_t)k + 64;
        double *grown = realloc(g->square, room * sizeof *grown);
        if (!grown)
            return (double)NAN;
        g->square = grown;
        g->room = room;
    }
    for (; g->known <= k; g->known++) {
        double c = nsl_activation_hermite(g->activation, g->known);
        g->square[g->known] = c * c;
    }
    return g->square[k];
}

size_t nsl_ground_part_at(nsl_ground_part *out, const nsl_ground *g, uint64_t group,
                          size_t row)
{
    *out = (nsl_ground_part){0.0, nsl_inputs_copies(&g->inputs, group)};
    if (g->target == NSL_FEATURES_LINEAR)
        out->target = (double)expl(nsl_inputs_log(&g->inputs, group));
    if (g->target != NSL_FEATURES_OWN)
        return row + 1;
    *out = (nsl_ground_part){g->table.target[row], 0};
    while (row < g->inputs.first_row[group + 1] && g->table.target[row] == out->target)
        out->copies += (uint64_t)nsl_table_copies(&g->table, row++);
    return row;
}
