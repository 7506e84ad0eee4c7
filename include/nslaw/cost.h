/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef NSLAW_COST_H
#define NSLAW_COST_H

#include <nslaw/error.h>

#include <stddef.h>

/** What training N features on P samples costs, e.g. 6*N*P, N^2*P, N*min(N,P) or
 *  3.5e2*(N*P)^1.5, in any unit; a budget is in the same unit.
 *
 *      cost   = power { "*" power } ;
 *      power  = atom [ "^" number ] ;
 *      atom   = number | "N" | "P" | "(" cost ")"
 *             | "min" "(" cost { "," cost } ")" ;
 *      number = ( digit { digit } [ "." { digit } ] | "." digit { digit } )
 *               [ ( "e" | "E" ) [ "+" | "-" ] digit { digit } ] ;
 *
 *  with blanks and tabs between these. Everything is positive, so that products and
 *  powers go inside min, and every cost is min_k c_k N^a_k P^b_k. Immutable once made:
 *  threads may share it. */
typedef struct nsl_cost nsl_cost;

/** Most characters of a text, parentheses inside each other, and terms of the minimum;
 *  terms with equal exponents are one. */
#define NSL_COST_TEXT_MAX 1000
#define NSL_COST_DEPTH_MAX 64
#define NSL_COST_TERMS_MAX 64

/** Range of exponents, as written and as they come out of products and powers. */
#define NSL_COST_EXPONENT_MIN 1e-3
#define NSL_COST_EXPONENT_MAX 1e3

/** Bits of the numbers of a cost: 53 serve the functions below. */
#define NSL_COST_BITS_MIN 53
#define NSL_COST_BITS_MAX (1L << 24)

/** Parses `text`. Its numbers are taken as the decimals they are; ln c, a and b are
 *  then rounded to `bits` at each step. For more digits (cost_mp.h) parse it again.
 *  Numbers must be > 0 and, as the constants c must be, in the range of double.
 *  @param out   NULL on failure; free it with nsl_cost_free
 *  @param bits  NSL_COST_BITS_MIN … NSL_COST_BITS_MAX
 *  @return NSL_OK, NSL_ENOMEM, or NSL_EINVAL: field "cost" (or "bits"), and a message
 *          that names the character, from 1, and what was expected there. A cost that
 *          does not contain both N and P is an error as well.
 *  Call mpfr_free_cache() once per thread when done. */
nsl_status nsl_cost_parse(nsl_cost **out, const char *text, long bits, nsl_error *err);
void nsl_cost_free(nsl_cost *cost);

/** ln of the cost at ln N and ln P, which are finite or INFINITY. */
double nsl_cost_log(const nsl_cost *cost, double log_features, double log_samples);

/** ln of the most samples that this many features leave money for.
 *  @param log_budget    finite
 *  @param log_features  finite or INFINITY
 *  @return INFINITY where a term without P is affordable; −INFINITY where nothing is,
 *          which is at N = INFINITY only */
double nsl_cost_log_samples(const nsl_cost *cost, double log_budget,
                            double log_features);

/** The local exchange rate: cost ~ N^a P^b near a point of finite cost.
 *  @param a, b  exponents of the term that is the least there
 *  @return how many terms are the least there within rounding: above 1, a kink */
size_t nsl_cost_exponents(const nsl_cost *cost, double log_features, double log_samples,
                          double *a, double *b);

/** Where nsl_cost_log_samples bends as a function of ln N: it is convex, never rises,
 *  and is linear between the kinks, so that each piece is smooth.
 *  @param log_budget      finite
 *  @param kinks           room for NSL_COST_TERMS_MAX; values of ln N, ascending, all
 *                         above *infinite_below
 *  @param infinite_below  at ln N up to here P is infinite; −INFINITY: nowhere,
 *                         INFINITY: at every N
 *  @return number of kinks */
size_t nsl_cost_kinks(const nsl_cost *cost, double log_budget, double *kinks,
                      double *infinite_below);

#endif
