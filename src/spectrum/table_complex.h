/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef NSL_SPECTRUM_TABLE_COMPLEX_H
#define NSL_SPECTRUM_TABLE_COMPLEX_H

#include "spectrum/kind.h"

/* See nsl_spectrum_ops.complex_sums: the sums of a table, row by row. */
void nsl_table_complex_sums(nsl_complex_sums *out, const nsl_spectrum *spectrum,
                            double _Complex s, bool angle);

/* See nsl_spectrum_ops.complex_target. */
void nsl_table_complex_target(nsl_complex_target *out, const nsl_spectrum *spectrum,
                              const nsl_target *target, double _Complex s);

#endif
