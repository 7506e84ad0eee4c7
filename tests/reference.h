/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading the tables of data/reference: values by another program, as decimals. */
#ifndef NSL_TESTING_REFERENCE_H
#define NSL_TESTING_REFERENCE_H

#include "input/csv.h"
#include "testing.h"

#include <nslaw/theory_mp.h>
#include <stdio.h>

/* A reference table being read. */
typedef struct {
    nsl_csv csv;
    FILE *file;
} reference;

void reference_open(reference *r, const char *path);
bool reference_next(reference *r);
void reference_close(reference *r);

/* A cell of the row. */
const char *reference_text(const reference *r, const char *name);
/* NaN for an empty cell, 0 for one below the range of double. */
double reference_number(const reference *r, const char *name);
double reference_number_or(const reference *r, const char *name, double fallback);

/* The model of the row; in the kernel's convention where the row says so. */
testing_model reference_model(const reference *r);
testing_model reference_kernel_model(const reference *r); /* in any case */

/* The same with the row's decimals. */
nsl_model_mp *reference_exact(const reference *r, const nsl_model *model);

/* Expects a value to be the cell's within a relative bound; an empty cell or inf stands
 * for NaN. */
void reference_check_digits(const reference *r, const char *name, mpfr_srcptr got,
                            double bound);

#endif
