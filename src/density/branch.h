/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The physical root s of [E1] at a given ζ: the one with Im s > 0 for Im ζ > 0, and its
 * limits on the real axis. */
#ifndef NSL_DENSITY_BRANCH_H
#define NSL_DENSITY_BRANCH_H

#include "density/equation.h"

/* An edge of the support, or any real s whose ζ > 0 is known: near it ln(ζ/x) is found
 * without cancellation. */
typedef struct {
    double s, gap, x; /* x = ζ > 0 */
} nsl_reference;

/* Improves b->s and b->gap (Im s > 0 > Im gap) until they solve [E1] at ζ with
 * 0 ≤ arg ζ < π. `target` = ln(ζ/x of the reference), or ln ζ without one. False where
 * that fails; what is found is the physical root. */
bool nsl_branch_improve(nsl_branch *b, const nsl_equation *e, const nsl_reference *near,
                        double _Complex target);

/* The root at ζ = −exp(log_size) < 0. */
bool nsl_branch_negative(nsl_branch *b, const nsl_equation *e, double log_size);

/* The root at ζ = exp(log_size + i angle), 0 ≤ angle < π, from that at −|ζ|: inside a
 * bulk or off the real axis. */
bool nsl_branch_rotate(nsl_branch *b, const nsl_equation *e, double log_size,
                       double angle);

#endif
