/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answering a query: in double, where that keeps the promise of 1e-12 for the decimals
 * as given, else with more digits. */
#ifndef NSL_CLI_ANSWER_H
#define NSL_CLI_ANSWER_H

#include "cli/query.h"

/* What a query found: doubles, and with --digits all of the digits. */
typedef struct {
    nsl_prediction p; /* losses as L on clean labels */
    double error;     /* bound on the reported test loss, rounding of inputs included */
    unsigned digits;  /* 0: doubles only */
    nsl_prediction_mp mp; /* in the units asked for */
    bool optimal;         /* at the best ridge: */
    nsl_optimum optimum;
    mpfr_t ridge; /* with digits */
} query_answer;

void query_answer_init(query_answer *answer);
void query_answer_clear(query_answer *answer);

/* Predicts at a point, or with --ridge opt at the best ridge there: with --digits to so
 * many, else in double, and where that cannot keep the promise of 1e-12, with more
 * digits behind the scenes. */
nsl_status query_predict(query_answer *out, const cli_options *options,
                         const query_setup *setup, const nsl_point *point,
                         const nsl_point_decimals *decimals, nsl_error *err);

/* The same for one point of a course of training, which stands for the model: in
 * double, or with --digits as query_predict. */
nsl_status query_predict_course(query_answer *out, const cli_options *options,
                                const query_setup *setup, nsl_course *course,
                                const nsl_point *point,
                                const nsl_point_decimals *decimals, nsl_error *err);

/* The double route alone. */
nsl_status query_predict_double(query_answer *out, const cli_options *options,
                                const query_setup *setup, const nsl_point *point,
                                nsl_error *err);

#endif
