/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of a fit share: its runs, starts, intervals and refits. */
#ifndef NSL_EMPIRICAL_FIT_H
#define NSL_EMPIRICAL_FIT_H

#include "empirical/minimise.h"

/* Confidence of the intervals. */
#define NSL_FIT_CONFIDENCE 0.95

typedef struct {
    nsl_form form;
    const nsl_fit_options *options;
    nsl_run_table runs;
    double *weight; /* arrays of runs.count: those held out have weight 0 */
    bool *used;
    size_t fitted; /* runs with a weight > 0 */
    bool stopped;  /* the theory's losses are those of stopped training, dear ones */
    nsl_family *family;
} nsl_fit_job;

/* The problem of the fitted runs with nothing held. */
nsl_minimum_problem nsl_fit_problem(const nsl_fit_job *job);

/* Whether the form is a theory with switches whose starts begin at the minimum of the
 * theory without. Of stopped training they do not: without a ridge it is another
 * theory. */
bool nsl_fit_has_plain(const nsl_fit_job *job);

/* Starts that cover what fits have been seen to end at, without regard to the order of
 * the runs; where losses are dear, those of them with the least objectives. For a
 * theory with switches they begin at `plain`, the minimum of the theory without. An
 * array of `count` to be freed. */
typedef struct {
    double at[NSL_FORM_PARAMETERS_MAX];
} nsl_fit_start;

nsl_status nsl_fit_starts(nsl_fit_start **out, size_t *count, const nsl_fit_job *job,
                          const nsl_minimum *plain, nsl_error *err);

/* The best of the minima that the starts lead to, and how many agree with it.
 * @return NSL_OK; NSL_EFAILED when none converged; NSL_ENOMEM, NSL_ECANCELLED */
nsl_status nsl_fit_search(nsl_minimum *best, size_t *starts, size_t *agreeing,
                          const nsl_fit_job *job, const nsl_minimum *plain,
                          nsl_error *err);

/* How the objective's rise near the minimum turns into confidence. */
typedef struct {
    double spread; /* s²: the covariance of the coordinates is s² (Σ w ∇∇ᵀ)⁻¹ */
    bool exact;  /* the residuals are roundings, and s² is their square's bound */
    double rise; /* objective at the ends of the intervals, above the minimum */
    double covariance[NSL_FORM_PARAMETERS_MAX][NSL_FORM_PARAMETERS_MAX];
    double length[NSL_FORM_PARAMETERS_MAX]; /* errors, were the others known */
} nsl_fit_confidence;

/* From the minimiser's slopes and residuals at the minimum; what is at its bound there
 * has no variance, NaN. Sets minimiser->no_memory where it ran out. */
void nsl_fit_confidence_set(nsl_fit_confidence *out, const nsl_fit_job *job,
                            const nsl_minimum *best, nsl_minimiser *minimiser);

/* Where else the descents at the ends of a profile start; none where the search has
 * seen one valley only. */
typedef struct {
    size_t count;
    const nsl_fit_start *start;
} nsl_fit_tries;

/* How the search for the ends of a profile ended. */
typedef enum {
    NSL_PROFILE_DONE,
    NSL_PROFILE_LOWER,  /* `best` has moved to a lower objective: start again */
    NSL_PROFILE_STOPPED /* the caller's work->proceed said so */
} nsl_profile_end;

/* The ends of the i-th parameter's interval, where the profile of the objective has
 * risen by confidence->rise. */

nsl_profile_end nsl_fit_profile(nsl_fit_parameter *parameter, size_t i,
                                nsl_minimum *best, const nsl_fit_job *job,
                                const nsl_fit_confidence *confidence,
                                const nsl_fit_tries *tries, nsl_minimiser *minimiser);

/* Whether the latents came out as many as can be, and the fit with M = ∞ instead, which
 * replaces what `fit` holds. */
bool nsl_fit_is_endless(const nsl_fit_job *job, const nsl_minimum *best);
nsl_status nsl_fit_endless(nsl_fit *fit, const nsl_fit_job *job,
                           const nsl_minimum *best, const nsl_fit_run *run,
                           nsl_error *err);

/* Refits to runs drawn again. Sets the intervals of `fit`, its bootstrap and
 * bootstraps. */
nsl_status nsl_fit_bootstrap(nsl_fit *fit, const nsl_fit_job *job,
                             const nsl_minimum *best, nsl_error *err);

#endif
