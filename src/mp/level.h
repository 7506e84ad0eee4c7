/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A model's numbers at one precision, and its spectral sums there. */
#ifndef NSL_MP_LEVEL_H
#define NSL_MP_LEVEL_H

#include "mp/powersum_mp.h"
#include "theory/model.h"
#include <nslaw/theory_mp.h>

typedef enum {
    DECIMAL_ALPHA,
    DECIMAL_LAMBDA_MAX,
    DECIMAL_SOURCE,
    DECIMAL_LABEL_VARIANCE,
    DECIMAL_SIGMA_W2,
    DECIMAL_SIGMA_U2,
    DECIMALS
} decimal_id;

struct nsl_model_mp {
    const nsl_model *model;
    char *text[DECIMALS]; /* NULL: the double */
    size_t hidden_count;
    char *hidden[NSL_HIDDEN_MAX];
};

/* out = the decimal, or the double where there is none. Infinity is taken too. */
void nsl_exact_set(mpfr_t out, const char *text, double value);

/* The sums of nsl_moments at Δ, the target's scale included. */
typedef struct {
    mpfr_t count, above, below, z, r, q, q1, t0, td, tc;
} nsl_moments_mp;

void nsl_moments_mp_init(nsl_moments_mp *m, mpfr_prec_t bits);
void nsl_moments_mp_clear(nsl_moments_mp *m);

typedef struct {
    mpfr_prec_t bits;
    const nsl_model_mp *model;
    em_tables tables;
    mpfr_t lambda_max, scale; /* of the power law; of the target */
    mpfr_t unlearnable;       /* Σ v² over zero eigenvalues */
    size_t rows;              /* of a table: */
    mpfr_t *lambda, *target;
} nsl_level;

/* False when out of memory. */
bool nsl_level_init(nsl_level *level, const nsl_model_mp *model, mpfr_prec_t bits);
void nsl_level_clear(nsl_level *level);

/* The sums at the precision of `m`; only count, above, below, z and r unless `all`. */
bool nsl_level_moments(nsl_moments_mp *m, nsl_level *level, const mpfr_t delta,
                       bool all);

#endif
