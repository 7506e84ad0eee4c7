/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Forms at many runs, by the coordinates that are fitted. */
#ifndef NSL_EMPIRICAL_FORM_H
#define NSL_EMPIRICAL_FORM_H

#include "empirical/theory_losses.h"
#include <nslaw/fit.h>

/* Coordinates are the logarithms of the parameters, but for those that may be 0, E and
 * the noise, which are their own; and for the latents, which may be infinite: that of
 * 1/M. */
bool nsl_form_may_vanish(const nsl_form *form, size_t i);
bool nsl_form_is_reciprocal(const nsl_form *form, size_t i);
bool nsl_form_is_ridge(const nsl_form *form, size_t i);

void nsl_form_coordinates(double *out, const nsl_form *form, const double *parameter);
void nsl_form_from_coordinates(double *out, const nsl_form *form, const double *at);
double nsl_form_parameter_at(const nsl_form *form, size_t i, double at);

/* The coordinates that the i-th parameter can have: for those without bounds of their
 * own, far to either side of `at`. */
void nsl_form_range(double *low, double *high, const nsl_form *form, size_t i,
                    double at);

/* What the theory's i-th parameter, i ≥ 2, is for theory_losses.h. */
int nsl_form_theory_number(const nsl_form *form, size_t i);
void nsl_theory_numbers(double number[NSL_THEORY_NUMBERS], const nsl_form *form,
                        const double *parameter);

/* Runs in the order that their values alone give them, so that sums are the same
 * whatever the file's. Arrays of `count`. */
typedef struct {
    size_t count;
    double *parameters, *samples, *compute, *loss, *weight;
    nsl_training *training;
    size_t *place; /* in the caller's table */
} nsl_run_table;

nsl_status nsl_run_table_make(nsl_run_table *out, size_t count, const nsl_fit_run *run,
                              nsl_error *err);
void nsl_run_table_clear(nsl_run_table *table);

/* ln(loss) at each run and its slopes by the coordinates. Arrays of runs->count; what
 * is not `used` stays as it is. */
typedef struct {
    double *log_loss;
    double (*slope)[NSL_FORM_PARAMETERS_MAX];
    nsl_theory_memory *memory;
    double *theory_loss;
    double (*theory_slope)[NSL_THEORY_NUMBERS];
} nsl_form_values;

nsl_status nsl_form_values_init(nsl_form_values *out, size_t count, nsl_error *err);
void nsl_form_values_clear(nsl_form_values *values);

/* @param family  of the theory's form; NULL for the others
 * @return NSL_OK; otherwise the coordinates are outside what can be computed */
nsl_status nsl_form_evaluate(nsl_form_values *out, const nsl_form *form,
                             nsl_family *family, const double *at,
                             const nsl_run_table *runs, const bool *used,
                             nsl_error *err);

#endif
