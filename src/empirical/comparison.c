/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "empirical/comparison.h"
#include "core/error.h"

#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>

nsl_status nsl_compare(nsl_comparison *out, size_t count, const double *measured,
                       const double *predicted, nsl_error *err)
{
    *out = (nsl_comparison){0, (double)NAN, (double)NAN, (double)NAN, 0};
    double *error = malloc((count ? count : 1) * sizeof *error), squares = 0.0;
    if (!error)
        return nsl_fail_memory(err);
    for (size_t i = 0; i < count; i++) {
        double ratio = predicted[i] / measured[i];
        if (!(ratio > 0.0))
            continue;
        double distance = fabs(ratio - 1.0);
        if (out->runs == 0 || distance > out->worst_relative_error) {
            out->worst_relative_error = distance;
            out->worst = i;
        }
        error[out->runs++] = distance;
        squares += log(ratio) * log(ratio);
    }
    if (out->runs > 0) {
        gsl_sort(error, 1, out->runs);
        out->median_relative_error =
            gsl_stats_median_from_sorted_data(error, 1, out->runs);
        out->rms_log_error = sqrt(squares / (double)out->runs);
    }
    free(error);
    return NSL_OK;
}
