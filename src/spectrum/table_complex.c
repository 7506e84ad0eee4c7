/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "spectrum/table_complex.h"
#include "spectrum/row_tree.h"

#include <complex.h>

void nsl_table_complex_sums(nsl_complex_sums *out, const nsl_spectrum *spectrum,
                            double complex s, bool angle)
{
    nsl_table_view rows = nsl_table_rows(spectrum);
    nsl_tree_sums sums[2];
    size_t large;
    double turned = 0.0;
    nsl_row_tree_at(sums, &large, angle ? &turned : NULL, nsl_table_tree(spectrum), s);
    nsl_whole count = nsl_whole_from(large ? nsl_table_up_to(&rows, large - 1) : 0);
    /* counted rows miss what the others add */
    *out =
        (nsl_complex_sums){.count = count.high,
                           .count_low = count.low,
                           .rest = sums[NSL_ROWS_SMALL].u - sums[NSL_ROWS_LARGE].w,
                           .r = sums[NSL_ROWS_SMALL].r + sums[NSL_ROWS_LARGE].r,
                           .rho = sums[NSL_ROWS_SMALL].rho + sums[NSL_ROWS_LARGE].rho,
                           .angle = turned};
}

void nsl_table_complex_target(nsl_complex_target *out, const nsl_spectrum *spectrum,
                              const nsl_target *target, double complex s)
{
    nsl_tree_sums sums[2];
    size_t large;
    (void)spectrum; /* its rows are the target's */
    nsl_row_tree_at(sums, &large, NULL, nsl_row_target_tree(target), s);
    out->t1 = sums[0].w + sums[1].w;
    out->td = sums[0].r + sums[1].r;
    out->te = sums[0].rho + sums[1].rho;
}
