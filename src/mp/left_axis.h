/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The negative axis of ζ, where s = −Δ < 0 solves [E1] at the ridge −ζ. */
#ifndef NSL_MP_LEFT_AXIS_H
#define NSL_MP_LEFT_AXIS_H

#include "mp/gram_mp.h"

/* s at ζ = −size < 0 to the precision of `s`, and the gaps W_j − z over W_j at the
 * root, multiplied but for that of the matrix's own size. size = 0: s < 0 where z = n <
 * rank and ζ = 0, without `product`.
 * @return NSL_OK, NSL_ENOMEM, NSL_EFAILED (no convergence) */
nsl_status nsl_left_axis(mpfr_t s, mpfr_t product, nsl_level *level,
                         const nsl_gram_question *q, const mpfr_t size, nsl_error *err);

#endif
