/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stationary point of a product of powers of linear functions. */
#ifndef NSL_MP_STATIONARY_H
#define NSL_MP_STATIONARY_H

#include <mpfr.h>

/* (offset + slope·x)^power */
typedef struct {
    mpfr_t power, offset, slope;
} nsl_factor_mp;

void nsl_factors_mp_init(nsl_factor_mp *f, int count, mpfr_prec_t bits);
void nsl_factors_mp_clear(nsl_factor_mp *f, int count);

/* x in (0, 1), to its precision, where the slope dln/dlnx of the product of `count`
 * factors is 0. No factor vanishes inside, and the slope rises from below 0 to above.
 */
void nsl_stationary_mp(mpfr_t x, const nsl_factor_mp *f, int count);

#endif
