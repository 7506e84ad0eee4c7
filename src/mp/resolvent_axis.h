/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The resolvent at real x > 0: in the support its root is complex, elsewhere s is real
 * and between two edges. */
#ifndef NSL_MP_RESOLVENT_AXIS_H
#define NSL_MP_RESOLVENT_AXIS_H

#include "mp/resolvent_root.h"

/* Where x lies. Outside of the support ζ(s) = x between `low` and `high`, where ζ is
 * monotonic, and `start`, between them, is where to begin. */
typedef struct {
    bool outside;
    mpfr_t low, high, start;
} nsl_axis_place;

void nsl_axis_place_init(nsl_axis_place *place, mpfr_prec_t bits);
void nsl_axis_place_clear(nsl_axis_place *place);

/* Finds it at the precision of x.
 * @return NSL_OK, NSL_ENOMEM, NSL_EFAILED; `*undecided` where it failed since x is too
 *         near an edge for that precision, or as in nsl_support_mp_find */
nsl_status nsl_axis_locate(nsl_axis_place *place, bool *undecided,
                           const nsl_root_task *task, nsl_bottom kind, const mpfr_t x);

/* R(x), real, to its precision where x is outside. */
nsl_status nsl_axis_resolvent(mpfr_t resolvent, const nsl_root_task *task,
                              const nsl_axis_place *place, const mpfr_t x);

#endif
