/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sign of dE/dlnΔ without cancellation: the condition of the optimal ridge. */
#ifndef NSL_THEORY_BALANCE_H
#define NSL_THEORY_BALANCE_H

#include "theory/loss.h"

/* A and B of [E4*] (balance.c), over the same positive factor. */
typedef struct {
    double rise, fall;
} nsl_balance;

/* At a root's moments and gaps, whatever its ridge; for an ensemble, of its loss. */
nsl_balance nsl_balance_of(const nsl_root *root, const nsl_model *model,
                           const nsl_point *point);

/* (A − B)/(A + B), which has the sign of dE/dlnΔ and lies between −1 and 1. */
double nsl_balance_value(nsl_balance x);

#endif
