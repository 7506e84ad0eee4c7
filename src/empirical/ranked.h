/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The positive eigenvalues of a table by rank, equal ones joined. */
#ifndef NSL_EMPIRICAL_RANKED_H
#define NSL_EMPIRICAL_RANKED_H

#include <nslaw/measured.h>

/* Copies of one eigenvalue. */
typedef struct {
    uint64_t first, last; /* their ranks */
    double x;             /* ln of the geometric mean of these */
    double lambda, y;     /* λ and ln λ */
    double weight;        /* in fits: ln((last+½)/(first−½)) */
    double copies;        /* last − first + 1 */
    double target;        /* v² of one copy, the mean; 0 without target */
} ranked_level;

/* Where ranks first … last of one eigenvalue stand in a fit over ln(rank), and how much
 * they count. */
void nsl_ranked_place(double *x, double *weight, double first, double last);

typedef struct {
    size_t count;
    ranked_level *level; /* largest eigenvalue first; owned */
    ranked_level zero;   /* those that are 0; copies: 0 where there are none */
} nsl_ranked;

/* All of them. */
nsl_status nsl_ranked_new(nsl_ranked *out, const nsl_spectrum *spectrum,
                          nsl_error *err);
nsl_status nsl_ranked_copy(nsl_ranked *out, const nsl_ranked *ranked, nsl_error *err);
void nsl_ranked_clear(nsl_ranked *ranked);

/* NSL_EFILE where there are too few to fit any line. */
nsl_status nsl_ranked_check(const nsl_ranked *ranked, nsl_error *err);

/* Keeps the levels in a range, cutting those at its ends, after checking it as
 * nsl_measured_fit promises. */
nsl_status nsl_ranked_cut(nsl_ranked *ranked, nsl_ranks range, nsl_error *err);

/* The blocks of the jackknife: the block of each level, 0 … NSL_BLOCKS−1. */
enum { NSL_BLOCKS = 10 };
void nsl_ranked_blocks(int *block, const nsl_ranked *ranked);

/* The jackknife's standard error from the estimates without each block, NaN for blocks
 * that hold nothing; NaN with fewer than three. */
double nsl_jackknife_error(const double estimate[NSL_BLOCKS]);

#endif
