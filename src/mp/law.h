/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the laws are made of, at one precision: laws.c asks, size_laws.c and
 * budget_laws.c answer. */
#ifndef NSL_MP_LAW_H
#define NSL_MP_LAW_H

#include "mp/asymptotics.h"
#include <nslaw/laws.h>

typedef struct {
    mpfr_prec_t bits;
    nsl_level level;
    nsl_asymptotics a;
    nsl_ridge_policy policy; /* NSL_POLICY_FIXED: at a ridge > 0 */
    mpfr_t half;             /* L/E */
    mpfr_t features, samples, ridge, noise;
} nsl_law_problem;

/* The values of a law, i < NSL_LAW_VALUES. */
enum { NSL_LAW_VALUES = 5 };
mpfr_ptr nsl_law_mp_value(nsl_law_mp *law, int i);

/* Fills all laws at the problem's precision. False when out of memory. */
bool nsl_laws_mp_fill(nsl_laws_mp *out, nsl_law_problem *w);

/* Fills the law of the budget, whose values are NaN before. */
void nsl_budget_law_mp(nsl_law_mp *law, const nsl_law_problem *w);

/* Fills the laws in time and in N·t; the latter's values are NaN before. */
void nsl_time_law_mp(nsl_law_mp *law, const nsl_law_problem *w);
void nsl_time_budget_law_mp(nsl_law_mp *law, const nsl_law_problem *w);

#endif
