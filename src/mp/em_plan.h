/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where Euler–Maclaurin starts and how many corrections it takes, by its bounds. */
#ifndef NSL_MP_EM_PLAN_H
#define NSL_MP_EM_PLAN_H

#include "mp/em_tables.h"

/* θ is a multiple of 1/64. */
enum { EM_THETA_UNIT = 64 };

typedef struct {
    size_t first;            /* I₀; all terms are direct when it is beyond M */
    unsigned theta;          /* in units of 1/64 */
    size_t corrections;      /* K at I₀ */
    size_t corrections_last; /* K_M at M */
    bool weights_over;       /* weighted terms from I₀ on are below the last bit */
} em_plan;

/* The cheapest plan whose bounds are below 2^−bits, at X = scale_index. Fails (first =
 * 0) only where 2^40 terms would not do. */
em_plan nsl_em_plan_make_mp(const em_tables *t, mpfr_prec_t bits, double scale_index);

#endif
