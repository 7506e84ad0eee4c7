/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The normal form of a cost, min_k c_k N^a_k P^b_k time^d_k: its arithmetic is in
 * cost_terms.c, the grammar in cost_parse.c, and cost.c evaluates it. */
#ifndef NSL_MP_COST_H
#define NSL_MP_COST_H

#include <nslaw/cost_mp.h>

/* The numbers of a term: the variables' exponents, 0 where one does not occur, and ln
 * c. In these a product is a sum, and a power a multiple. */
enum { COST_LOG_CONSTANT = NSL_COST_VARIABLES, COST_NUMBERS };

typedef struct {
    mpfr_t n[COST_NUMBERS];
} cost_term_mp;

typedef struct {
    double n[COST_NUMBERS];
} cost_term;

struct nsl_cost {
    mpfr_prec_t bits;
    size_t count;
    cost_term rounded[NSL_COST_TERMS_MAX];      /* the same terms, set at the end */
    cost_term_mp exact[NSL_COST_TERMS_MAX + 1]; /* one more, for a term in the making */
};

/* What a user calls the variables. */
extern const char *const nsl_cost_variables[NSL_COST_VARIABLES];

/* The cost 1: one term, to be set. This and what follows return a new cost, or NULL
 * with a message of what it "makes" that is beyond the limits of cost.h. */
nsl_cost *nsl_cost_new(mpfr_prec_t bits, nsl_error *err);
nsl_cost *nsl_cost_min(const nsl_cost *a, const nsl_cost *b, nsl_error *err);
nsl_cost *nsl_cost_multiply(const nsl_cost *a, const nsl_cost *b, nsl_error *err);
nsl_cost *nsl_cost_raise(const nsl_cost *cost, const mpfr_t power, nsl_error *err);

#endif
