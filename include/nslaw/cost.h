/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef NSLAW_COST_H
#define NSLAW_COST_H

#include <nslaw/api.h>
#include <nslaw/error.h>

#include <stdbool.h>
#include <stddef.h>

NSL_BEGIN

/** What training N features on P samples for a time costs, e.g. 6*N*P, N*min(N,P),
 *  N*time or 3.5e2*(N*min(P,time))^1.5, in any unit; a budget is in the same unit. Of
 *  descent, time is the number of steps.
 *
 *      cost   = power { "*" power } ;
 *      power  = atom [ "^" number ] ;
 *      atom   = number | "N" | "P" | "time" | "(" cost ")"
 *             | "min" "(" cost { "," cost } ")" ;
 *      number = ( digit { digit } [ "." { digit } ] | "." digit { digit } )
 *               [ ( "e" | "E" ) [ "+" | "-" ] digit { digit } ] ;
 *
 *  with blanks and tabs between these. Everything is positive, so that products and
 *  powers go inside min, and every cost is min_k c_k N^a_k P^b_k time^d_k. Immutable
 *  once made: threads may share it. */
typedef struct nsl_cost nsl_cost;

/** What a cost is of. Arrays of NSL_COST_VARIABLES numbers have one of each. */
typedef enum {
    NSL_COST_FEATURES,
    NSL_COST_SAMPLES,
    NSL_COST_TIME,
    NSL_COST_VARIABLES
} nsl_cost_variable;

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

/** Parses `text`. Its numbers are taken as the decimals they are; ln c and the
 *  exponents are then rounded to `bits` at each step. For more digits (cost_mp.h) parse
 * it again. Numbers must be > 0 and, as the constants c must be, in the range of
 * double.
 *  @param out   NULL on failure; free it with nsl_cost_free
 *  @param bits  NSL_COST_BITS_MIN … NSL_COST_BITS_MAX
 *  @return NSL_OK, NSL_ENOMEM, or NSL_EINVAL: field "cost" (or "bits"), and a message
 *          that names the character, from 1, and what was expected there. A cost that
 *          contains fewer than two of N, P and time is an error as well.
 *  Call mpfr_free_cache() once per thread when done. */
nsl_status nsl_cost_parse(nsl_cost **out, const char *text, long bits, nsl_error *err);
void nsl_cost_free(nsl_cost *cost);

/** Whether a variable occurs in the cost. */
bool nsl_cost_has(const nsl_cost *cost, nsl_cost_variable variable);

/** The most variables that occur in one term of the minimum. */
size_t nsl_cost_most_variables(const nsl_cost *cost);

/** ln of the cost.
 *  @param logs  ln of the variables, finite or INFINITY; of one that does not occur,
 *               anything */
double nsl_cost_log(const nsl_cost *cost, const double logs[NSL_COST_VARIABLES]);

/** ln of the most of one variable that the others leave money for.
 *  @param log_budget  finite
 *  @param logs        as above; the one of `most` is not read
 *  @return INFINITY where a term without it is affordable; −INFINITY where nothing is,
 *          which is only where another is infinite */
double nsl_cost_log_most(const nsl_cost *cost, nsl_cost_variable most,
                         double log_budget, const double logs[NSL_COST_VARIABLES]);

/** The local exchange rates: cost ~ N^a P^b time^d near a point of finite cost.
 *  @param exponents  of the term that is the least there
 *  @return how many terms are the least there within rounding: above 1, a kink */
size_t nsl_cost_exponents(const nsl_cost *cost, const double logs[NSL_COST_VARIABLES],
                          double exponents[NSL_COST_VARIABLES]);

/** Where nsl_cost_log_most bends as a function of ln of another variable, `along`: it
 *  is convex, never rises, and is linear between the kinks, so that each piece is
 *  smooth.
 *  @param log_budget      finite
 *  @param logs            as above; only the third variable is read
 *  @param kinks           room for NSL_COST_TERMS_MAX; values of ln `along`,
 * ascending, all above *infinite_below
 *  @param infinite_below  at ln `along` up to here `most` is infinite; −INFINITY:
 *                         nowhere, INFINITY: everywhere
 *  @return number of kinks */
size_t nsl_cost_kinks(const nsl_cost *cost, nsl_cost_variable most,
                      nsl_cost_variable along, double log_budget,
                      const double logs[NSL_COST_VARIABLES], double *kinks,
                      double *infinite_below);

NSL_END

#endif
