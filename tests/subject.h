/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A power law with its asymptotic laws, for the tests of laws. */
#ifndef NSL_TESTS_SUBJECT_H
#define NSL_TESTS_SUBJECT_H

#include "testing.h"
#include <nslaw/laws.h>

/* Exponents as decimals; β NULL: the MRS target. */
typedef struct {
    const char *alpha, *beta;
} shape;

typedef struct {
    testing_model m;
    nsl_model_mp *exact;
    nsl_laws_mp laws;
} subject;

subject subject_new(shape s, uint64_t latents, nsl_ridge_convention convention);
/* At M = ∞ in the kernel convention. */
subject subject_endless(shape s);
void subject_free(subject *s);

enum { SUBJECT_DIGITS = 30 };

/* Finds the laws, which must succeed; N and P are not given. */
void subject_find(subject *s, nsl_ridge_policy policy, double ridge, double noise);

/* The law of a regime, which must be there. */
nsl_law_mp *subject_law(subject *s, nsl_resource resource, nsl_regime regime);

double subject_number(mpfr_srcptr x);

/* What a law says at R. */
double subject_law_at(const nsl_law_mp *law, double resource);

/* Fails the test unless `got` is near `expected`, relative. */
void subject_expect(double got, double expected, double bound, const char *what,
                    shape s);

#endif
