/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The factors of Euler–Maclaurin. */
#ifndef NSL_MP_EM_FACTORS_H
#define NSL_MP_EM_FACTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h> /* before mpfr.h: mpfr_set_uj */

#include <mpfr.h>

/* factor[k] = b_k = B_2k/(2k)! for 1 ≤ k ≤ count, all of one precision. False when out
 * of memory. */
bool nsl_em_factors_set(mpfr_t *factor, size_t count);

#endif
