/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Adaptive quadrature on GSL's 61-point Gauss-Kronrod rule. GSL's own adaptive routines
 * call its error handler, which ends the program; the rule itself cannot fail. */
#ifndef NSL_FEATURES_QUADRATURE_H
#define NSL_FEATURES_QUADRATURE_H

#include <gsl/gsl_math.h>
#include <stdbool.h>

/* ∫_a^b to `tolerance`, absolute for every part into which the interval is split, or to
 * about the rounding of the integral of |f|. False where it does not converge or is not
 * finite. */
bool nsl_quadrature(double *value, const gsl_function *f, double a, double b,
                    double tolerance);

#endif
