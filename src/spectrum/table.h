/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef NSL_SPECTRUM_TABLE_H
#define NSL_SPECTRUM_TABLE_H

#include "spectrum/row_order.h"
#include <nslaw/spectrum.h>

/* Checks one row of a table; a message starts with `where`. */
nsl_status nsl_table_check_row(const char *where, nsl_status failure, double eigenvalue,
                               double target, double multiplicity, nsl_error *err);

/* nsl_spectrum_new_table, by `jobs` threads, on rows that become the spectrum's: `rows`
 * is cleared, on failure too. A row that is refused gives `failure`, with a message
 * that starts with `where`. With texts the rows are put in order at once. */
nsl_status nsl_table_new_from(nsl_spectrum **out, nsl_raw_rows *rows, unsigned jobs,
                              const char *where, nsl_status failure, nsl_error *err);

#endif
