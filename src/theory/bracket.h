/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Roots and minima in a bracket, by GSL; what its error handler would end the program
 * for is a false here. */
#ifndef NSL_THEORY_BRACKET_H
#define NSL_THEORY_BRACKET_H

#include <stdbool.h>

typedef double nsl_function(double x, void *params);

/* The root between `low` and `high`, where f has different signs, by Brent's method
 * until the bracket is no wider than `width`; both ends are moved along. False where
 * the signs agree, a value is NaN or memory runs out. */
bool nsl_root_between(double *x, nsl_function *f, void *params, double *low,
                      double *high, double width);

/* The minimum between them, f(middle) being less than at both ends, likewise. Infinite
 * values are taken as very large ones. */
bool nsl_minimum_between(double *x, nsl_function *f, void *params, double low,
                         double middle, double high, double width);

#endif
