/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hermite coefficients that are integrals (hermite_integral.c), for hermite.c. */
#ifndef NSL_FEATURES_HERMITE_H
#define NSL_FEATURES_HERMITE_H

/* |c_k| of tanh, k odd; and of silu, k even. NaN where the quadrature failed, which it
 * does at no k. */
double nsl_hermite_tanh(double k);
double nsl_hermite_silu(double k);

#endif
