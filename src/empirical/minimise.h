/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parameters of least objective near a start. */
#ifndef NSL_EMPIRICAL_MINIMISE_H
#define NSL_EMPIRICAL_MINIMISE_H

#include "empirical/form.h"

typedef struct {
    const nsl_form *form;
    nsl_family *family; /* of the theory's form, or NULL */
    const nsl_run_table *runs;
    const double *weight; /* array of runs->count; 0 leaves a run out */
    const bool *used;     /* where the weight is > 0 */
    double delta;         /* of Huber's function; INFINITY: least squares */
    bool held[NSL_FORM_PARAMETERS_MAX]; /* coordinates that keep their start's value */
} nsl_minimum_problem;

/* Memory for the problems of one table; one a thread. */
typedef struct {
    nsl_form_values here, there;
    double *rho, *rho_there; /* ln predicted − ln measured */
    bool no_memory; /* ran out at some place, which was taken for one without value */
} nsl_minimiser;

nsl_status nsl_minimiser_init(nsl_minimiser *out, size_t count, nsl_error *err);
void nsl_minimiser_clear(nsl_minimiser *minimiser);

typedef struct {
    double at[NSL_FORM_PARAMETERS_MAX];
    double objective; /* Σ w h(ρ) */
    bool converged;
} nsl_minimum;

/* The local minimum that the start leads to; what is not used of `minimiser->here` and
 * `rho` is that of the minimum afterwards. A start that cannot be computed, and a
 * descent that does not end, do not converge. */
nsl_minimum nsl_minimise(nsl_minimiser *minimiser, const nsl_minimum_problem *problem,
                         const double *start);

/* Refines a minimum by undamped steps, judged by their length and not by the objective,
 * which rounds where they do not: until they no longer shrink. From the last one, in
 * each coordinate, a bound on what is left goes to `error`. */
void nsl_minimum_refine(nsl_minimum *minimum, double *error, nsl_minimiser *minimiser,
                        const nsl_minimum_problem *problem);

#endif
