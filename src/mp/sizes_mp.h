/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Predictions at numbers that were computed, with all of their digits. */
#ifndef NSL_MP_SIZES_MP_H
#define NSL_MP_SIZES_MP_H

#include <nslaw/theory_mp.h>

/* The number as a decimal of so many digits, malloc'ed; NULL when out of memory. */
char *nsl_decimal_of(const mpfr_t value, unsigned digits);

/* Bits for so many decimal digits and some to spare. */
mpfr_prec_t nsl_bits_for(unsigned digits);

/* nsl_predict_mp, or nsl_predict_optimal_mp with `ridge` where that is not NULL, to any
 * number of digits: an inverse query needs more of the loss than it gives of its
 * answer, and less at its first steps. In predict_mp.c. */
nsl_status nsl_answer_mp(nsl_prediction_mp *out, mpfr_ptr ridge,
                         const nsl_model_mp *model, const nsl_point *point,
                         const nsl_point_decimals *decimals, nsl_units units,
                         unsigned digits, nsl_error *err);

#endif
