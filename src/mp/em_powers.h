/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Powers of the whole numbers. */
#ifndef NSL_MP_EM_POWERS_H
#define NSL_MP_EM_POWERS_H

#include <stddef.h>
#include <stdint.h> /* before mpfr.h: mpfr_set_uj */

#include <mpfr.h>

/* value[I] = I^exponent for have < I ≤ want, from those up to `have`; each to 5 log2 I
 * units of the last place (em_powers.c). All are of one precision. */
void nsl_em_powers_extend(mpfr_t *value, size_t have, size_t want,
                          const mpfr_t exponent);

#endif
