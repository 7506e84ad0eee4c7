/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the eigenvalues of a sample of P are bent away from those of its population, a
 * power law I^−(1+α) with M = ∞. */
#ifndef NSL_EMPIRICAL_BEND_H
#define NSL_EMPIRICAL_BEND_H

#include <nslaw/error.h>

typedef struct nsl_bend nsl_bend;

nsl_status nsl_bend_new(nsl_bend **out, double alpha, double samples, nsl_error *err);
void nsl_bend_free(nsl_bend *bend);

/* ln of the sample's eigenvalue over the population's at a rank, 1 ≤ rank ≤ P. */
double nsl_bend_at(const nsl_bend *bend, double rank);

#endif
