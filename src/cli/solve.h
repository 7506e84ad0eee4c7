/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What nslaw solve asks, and how its answer is shown. */
#ifndef NSL_CLI_SOLVE_H
#define NSL_CLI_SOLVE_H

#include "cli/answer.h"
#include "cli/intervals.h"
#include <nslaw/queries_mp.h>

/* What is asked, and the answer. */
typedef struct {
    const cli_options *options;
    query_setup setup;
    query_answer answer; /* the prediction at the solution */
    nsl_query query;
    nsl_solution solution;
    mpfr_t value, high;
    unsigned digits;   /* known in value and high; 0: doubles */
    char shortest[64]; /* the decimal of a double solution */
    nsl_point point;
    query_texts texts;
    bool predicted;   /* there is an answer for the solution */
    intervals around; /* of the solution */
} solve_inquiry;

/* Whether the time is a number of steps. */
bool solve_is_steps(const solve_inquiry *q);

/* The columns and the one row. */
void solve_add_row(document *d, const solve_inquiry *q);

#endif
