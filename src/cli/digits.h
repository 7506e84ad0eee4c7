/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers of many digits as text: with src/mp the only place that knows MPFR. */
#ifndef NSL_CLI_DIGITS_H
#define NSL_CLI_DIGITS_H

#include "cli/cells.h"
#include <nslaw/theory_mp.h>

/* A cell of `digits` significant digits, all of them also for people where `wide`;
 * 0 is exact, NaN is null. */
cell digits_cell(mpfr_srcptr value, unsigned digits, bool wide);

/* A given decimal as it is, in the form that JSON allows; inf is null in files. */
cell digits_given(const char *text);

/* Whether the decimal is the double, or both are infinite. */
bool digits_is_double(const char *text, double value);

/* One unit in the last digit, relative at most: 1e-(digits-1). */
cell digits_bound(unsigned digits);

/* The values as doubles, in the fields of a prediction; what double cannot hold is NaN
 * with a note. */
void digits_to_double(nsl_prediction *out, nsl_prediction_mp *values);

#endif
