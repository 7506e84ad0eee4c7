/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The exponent of a range of ranks, and the dimensions of a spectrum. */
#include "core/error.h"
#include "empirical/line.h"
#include "empirical/ranked.h"
#include "spectrum/kind.h"
#include <nslaw/measured.h>

#include <math.h>
#include <stdlib.h>

/* p = Σ_{I=from}^{to−1} I ln(λ_I/λ_{I+1}) / (to − from): by Rényi's representation the
 * terms are independent exponential variables of mean p when 1/λ^{1/p} is a sorted
 * uniform sample. Copies of one eigenvalue add nothing but at their last rank. */
static void estimate_hill(nsl_measured_law *out, const nsl_ranked *ranked)
{
    double spacings = (double)(out->range.to - out->range.from), sum = 0.0;
    for (size_t k = 0; k + 1 < ranked->count; k++)
        sum += (double)ranked->level[k].last *
               (ranked->level[k].y - ranked->level[k + 1].y);
    out->hill_alpha = sum / spacings - 1.0;
    out->hill_stderr = sum / spacings / sqrt(spacings);
}

/* ln λ = ln λ₊ − (1+α) ln I */
static nsl_status fit_line(nsl_measured_law *out, const nsl_ranked *ranked,
                           nsl_error *err)
{
    size_t count = ranked->count;
    double *column = malloc(3 * count * sizeof *column);
    int *block = malloc(count * sizeof *block);
    nsl_status status = column && block ? NSL_OK : nsl_fail_memory(err);
    if (status == NSL_OK) {
        nsl_line line;
        double *x = column, *y = x + count, *weight = y + count;
        for (size_t k = 0; k < count; k++) {
            x[k] = ranked->level[k].x;
            y[k] = ranked->level[k].y;
            weight[k] = ranked->level[k].weight;
        }
        nsl_ranked_blocks(block, ranked);
        status = nsl_line_judge(&line, count, x, y, weight, block, err);
        out->alpha = -line.slope - 1.0;
        out->alpha_stderr = line.slope_error;
        out->lambda_max = exp(line.intercept);
        out->rms_log = line.rms;
    }
    free(column);
    free(block);
    return status;
}

nsl_status nsl_measured_fit(nsl_measured_law *out, const nsl_spectrum *spectrum,
                            nsl_ranks range, nsl_error *err)
{
    double none = (double)NAN;
    nsl_ranked ranked;
    *out = (nsl_measured_law){range, 0, none, none, none, none, none, none};
    nsl_status status = nsl_ranked_new(&ranked, spectrum, err);
    if (status == NSL_OK)
        status = nsl_ranked_cut(&ranked, range, err);
    if (status == NSL_OK)
        status = fit_line(out, &ranked, err);
    if (status == NSL_OK) {
        out->eigenvalues = ranked.count;
        estimate_hill(out, &ranked);
    }
    nsl_ranked_clear(&ranked);
    return status;
}

nsl_status nsl_measured_dimensions(nsl_dimensions *out, const nsl_spectrum *spectrum,
                                   nsl_error *err)
{
    double none = (double)NAN;
    nsl_ranked ranked;
    *out = (nsl_dimensions){none, none, none};
    nsl_status status = nsl_ranked_new(&ranked, spectrum, err);
    if (status != NSL_OK)
        return status;
    long double sum = 0.0L, squares = 0.0L; /* in units of λ_1 */
    for (size_t k = ranked.count; k-- > 0;) {
        const ranked_level *level = &ranked.level[k];
        long double share = (long double)level->lambda / ranked.level[0].lambda;
        sum += level->copies * share;
        squares += level->copies * share * share;
    }
    *out = (nsl_dimensions){
        .trace = spectrum->ops->trace(spectrum),
        .participation_ratio = (double)(sum * sum / squares),
        .effective_dimension = (double)sum,
    };
    nsl_ranked_clear(&ranked);
    return NSL_OK;
}
