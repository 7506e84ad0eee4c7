/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of the search for the optimal ridge (optimum.c says how it goes): the scan
 * of the balance in ln g (optimum_scan.c), and one minimum (optimum_refine.c). */
#ifndef NSL_THEORY_OPTIMUM_SEARCH_H
#define NSL_THEORY_OPTIMUM_SEARCH_H

#include "theory/optimum.h"
#include "theory/root.h"

enum { NSL_RIDGE_MINIMA = 32, NSL_RIDGE_STEPS = 8192 };

/* Step h of the scan in ln g. Samples at this distance miss of a function that is
 * analytic in a strip of half-width π a part of e^{−π²/h} = 2e-6. */
static const double NSL_RIDGE_SCAN_STEP = 0.75;

/* The search for one model and point. */
typedef struct {
    const nsl_model *model;
    nsl_point point;
    double least;    /* n */
    bool below_rank; /* whether γ → 0 leaves Δ > 0 */
    double limit;    /* the balance for γ → 0; 0 within rounding */
    double linear;   /* where so: E is linear in ε far below this */
    bool cut;        /* whether the scan ended where double's range does, … */
    double floor;    /* … and what no loss beyond is below */
    nsl_root root;   /* moments and gaps at the last Δ */
    nsl_error *err;
} nsl_ridge_search;

/* What was seen, from the largest Δ down. */
typedef struct {
    size_t count;
    double x[NSL_RIDGE_STEPS], value[NSL_RIDGE_STEPS];
} nsl_ridge_track;

/* A minimum lies at lnΔ in [low, high]: A < B at low, A > B at high. */
typedef struct {
    double low, high;
} nsl_ridge_bracket;

typedef struct {
    size_t count;
    nsl_ridge_bracket at[NSL_RIDGE_MINIMA];
} nsl_ridge_brackets;

/* The balance at Δ = e^x, with its moments and gaps left in the search; NaN below the
 * ridgeless Δ. */
double nsl_ridge_balance_at(nsl_ridge_search *s, double x);

/* The step in lnΔ at the moments and gaps of the search that is NSL_RIDGE_SCAN_STEP in
 * ln g. */
double nsl_ridge_scan_step(const nsl_ridge_search *s);

/* Goes up from x to where the loss tends to its limit; the highest x, or NaN. */
double nsl_ridge_find_top(nsl_ridge_search *s, double x);

/* From the top down to the ridgeless limit; false when double's range ends before the
 * balance has the sign of the limit. */
bool nsl_ridge_scan_down(nsl_ridge_search *s, nsl_ridge_track *seen, double x);

/* Every minimum that the scan has seen; false where there are more than fit. */
bool nsl_ridge_find_brackets(nsl_ridge_search *s, nsl_ridge_brackets *found,
                             const nsl_ridge_track *seen);

/* The minimum in a bracket, by whichever way loses fewer digits; false where neither
 * converges. */
bool nsl_ridge_minimum_in(nsl_optimum *out, nsl_ridge_search *s, nsl_ridge_bracket at);

/* The minimum so near the ridgeless limit that rounding hides its gap from the scan,
 * which ended at x. */
bool nsl_ridge_minimum_below(nsl_optimum *out, nsl_ridge_search *s, double x);

#endif
