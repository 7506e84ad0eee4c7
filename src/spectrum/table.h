/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef NSL_SPECTRUM_TABLE_H
#define NSL_SPECTRUM_TABLE_H

#include <nslaw/spectrum.h>

/* Checks one row of a table; a message starts with `where`. */
nsl_status nsl_table_check_row(const char *where, nsl_status failure, double eigenvalue,
                               double target, double multiplicity, nsl_error *err);

/* nsl_spectrum_new_table that also keeps the decimals of the rows (arrays of `rows`
 * texts from malloc, or NULL). On success the texts are the spectrum's and the arrays
 * hold NULLs. */
nsl_status nsl_table_new_exact(nsl_spectrum **out, size_t rows,
                               const double *eigenvalue, const double *target,
                               const double *multiplicity, char **eigenvalue_text,
                               char **target_text, nsl_error *err);

#endif
