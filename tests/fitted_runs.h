/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs that obey E + A/N^α + B/P^β but for a little noise, with that form as their fit:
 * for pictures, which then do not hang on a minimiser's last digit. */
#ifndef NSL_TESTING_FITTED_RUNS_H
#define NSL_TESTING_FITTED_RUNS_H

#include "cli/fit_figure.h"

typedef struct {
    size_t count;
    nsl_fit_run *run;
    nsl_fit fit; /* clear it by fitted_runs_clear */
} fitted_runs;

/* 54 runs, of which those of most compute are held out; false without memory. */
bool fitted_runs_new(fitted_runs *runs);
/* The same at one N or one P. */
bool fitted_runs_new_at(fitted_runs *runs, bool one_n, bool one_p);
void fitted_runs_clear(fitted_runs *runs);

#endif
