/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The root s of ζ(s) = ζ in the upper half plane. */
#ifndef NSL_MP_RESOLVENT_ROOT_H
#define NSL_MP_RESOLVENT_ROOT_H

#include "mp/gram_mp.h"

typedef struct {
    nsl_population_mp *p;
    const nsl_gram_question *q;
    mpfr_prec_t lost; /* bits that ζ(s) may lose, less than any precision asked for */
    nsl_error *err;
} nsl_root_task;

/* The physical root for Im ζ ≥ 0, ζ not negative, at the precision of `s`, from
 * nowhere: on the real axis the one that is the limit from above, which must exist.
 * @return NSL_OK, NSL_ENOMEM, NSL_EFAILED (not found, or too long a sum) */
nsl_status nsl_root_find(mpc_t s, const nsl_root_task *task, const mpc_t zeta);

/* The same by Newton's method alone, from a root at a ζ near by that `s` is; *found
 * tells whether that led to the physical root, else `s` is lost. */
nsl_status nsl_root_follow(mpc_t s, bool *found, const nsl_root_task *task,
                           const mpc_t zeta);

/* Takes it from the precision that `s` has to that of `resolvent` and evaluates R
 * there; s keeps the better root. */
nsl_status nsl_root_polish(mpc_t resolvent, mpc_t s, const nsl_root_task *task,
                           const mpc_t zeta);

#endif
