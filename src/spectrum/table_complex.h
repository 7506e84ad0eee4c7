/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef NSL_SPECTRUM_TABLE_COMPLEX_H
#define NSL_SPECTRUM_TABLE_COMPLEX_H

#include "spectrum/row_tree.h"

/* What the two sum over, once the spectrum is prepared (table.c). */
const nsl_row_tree *nsl_table_tree(const nsl_spectrum *spectrum);
const nsl_row_tree *nsl_row_target_tree(const nsl_target *target);

/* See nsl_spectrum_ops.complex_sums. */
void nsl_table_complex_sums(nsl_complex_sums *out, const nsl_spectrum *spectrum,
                            double _Complex s, bool angle);

/* See nsl_spectrum_ops.complex_target. */
void nsl_table_complex_target(nsl_complex_target *out, const nsl_spectrum *spectrum,
                              const nsl_target *target, double _Complex s);

#endif
