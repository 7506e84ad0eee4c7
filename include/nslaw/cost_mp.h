/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Costs to any number of digits, by MPFR. Not in nslaw.h: it needs mpfr.h.
 *
 *  The numbers of a cost have the precision at which it was parsed, and results are no
 *  better: a few units in that place of the largest of ln B, ln c and the exponents
 *  times their logarithms. Of a variable that does not occur `logs` may be NULL.
 */
#ifndef NSLAW_COST_MP_H
#define NSLAW_COST_MP_H

#include <nslaw/api.h>
#include <nslaw/cost.h>

#include <mpfr.h>

NSL_BEGIN

/** nsl_cost_log_most, rounded to the precision of `out`. */
void nsl_cost_log_most_mp(mpfr_t out, const nsl_cost *cost, nsl_cost_variable most,
                          const mpfr_t log_budget,
                          const mpfr_srcptr logs[NSL_COST_VARIABLES]);

/** nsl_cost_exponents, each rounded to its own precision. What rounding may hide is
 *  judged by the least precise of the cost and the logarithms of what occurs. */
size_t nsl_cost_exponents_mp(mpfr_ptr exponents[NSL_COST_VARIABLES],
                             const nsl_cost *cost,
                             const mpfr_srcptr logs[NSL_COST_VARIABLES]);

NSL_END

#endif
