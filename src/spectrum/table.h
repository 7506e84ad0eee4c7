/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef NSL_SPECTRUM_TABLE_H
#define NSL_SPECTRUM_TABLE_H

#include <nslaw/error.h>

/* Checks one row of a table; a message starts with `where`. */
nsl_status nsl_table_check_row(const char *where, nsl_status failure, double eigenvalue,
                               double target, double multiplicity, nsl_error *err);

#endif
