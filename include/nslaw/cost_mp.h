/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Costs to any number of digits, by MPFR. Not in nslaw.h: it needs mpfr.h.
 *
 *  The numbers of a cost have the precision at which it was parsed, and results are no
 *  better: a few units in that place of the largest of ln B, ln c, a ln N and b ln P.
 */
#ifndef NSLAW_COST_MP_H
#define NSLAW_COST_MP_H

#include <nslaw/cost.h>

#include <mpfr.h>

/** nsl_cost_log_samples, rounded to the precision of `out`. */
void nsl_cost_log_samples_mp(mpfr_t out, const nsl_cost *cost, const mpfr_t log_budget,
                             const mpfr_t log_features);

/** nsl_cost_exponents, rounded to the precisions of `a` and `b`. What rounding may hide
 *  is judged by the least precise of the cost, `log_features` and `log_samples`. */
size_t nsl_cost_exponents_mp(mpfr_t a, mpfr_t b, const nsl_cost *cost,
                             const mpfr_t log_features, const mpfr_t log_samples);

#endif
