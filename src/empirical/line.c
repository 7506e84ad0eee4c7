/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "empirical/line.h"
#include "core/error.h"
#include "empirical/ranked.h"

#include <gsl/gsl_fit.h>
#include <math.h>
#include <stdlib.h>

nsl_line nsl_line_fit(size_t count, const double *x, const double *y,
                      const double *weight)
{
    nsl_line line = {.slope_error = (double)NAN};
    double cov00, cov01, cov11, chisq, all = 0.0;
    gsl_fit_wlinear(x, 1, weight, 1, y, 1, count, &line.intercept, &line.slope, &cov00,
                    &cov01, &cov11, &chisq);
    for (size_t i = 0; i < count; i++)
        all += weight[i];
    line.rms = sqrt(chisq / all);
    return line;
}

nsl_status nsl_line_judge(nsl_line *out, size_t count, const double *x, const double *y,
                          const double *weight, const int *block, nsl_error *err)
{
    double *left = malloc(count * sizeof *left), slope[NSL_BLOCKS];
    *out = (nsl_line){(double)NAN, (double)NAN, (double)NAN, (double)NAN};
    if (!left)
        return nsl_fail_memory(err);
    for (int b = 0; b < NSL_BLOCKS; b++) {
        size_t out_of_it = 0;
        for (size_t i = 0; i < count; i++) {
            left[i] = block[i] == b ? 0.0 : weight[i];
            out_of_it += block[i] != b;
        }
        bool there = out_of_it < count && out_of_it >= 2;
        slope[b] = there ? nsl_line_fit(count, x, y, left).slope : (double)NAN;
    }
    free(left);
    *out = nsl_line_fit(count, x, y, weight);
    out->slope_error = nsl_jackknife_error(slope);
    return NSL_OK;
}
