/* SPDX-License-Identifier: GPL-3.0-or-later */
/* --model FILE: what nslaw fit found, for commands that speak its runs' units. */
#ifndef NSL_CLI_FITTED_H
#define NSL_CLI_FITTED_H

#include "cli/document.h"
#include "cli/options.h"
#include "empirical/forecast.h"

/* loss = E + A·ℓ(kN, P) of a fit. */
typedef struct fitted_model {
    nsl_form form;
    double parameter[NSL_FORM_PARAMETERS_MAX];
    char text[NSL_FORM_PARAMETERS_MAX][32]; /* the same, shortest decimals */
    double left, scale, k;                  /* E, A and k */
    size_t unknowns; /* parameters that the runs do not identify: their numbers are */
    const char
        *unknown[NSL_FORM_PARAMETERS_MAX]; /* some of many as good, and their names */
    nsl_refits
        refits;      /* of its bootstrap; count 0: none, as where there are unknowns */
    double *samples; /* their numbers; owned */
} fitted_model;

/* Reads the file and gives the options what it says of the model, as if they had been
 * given. Prints a message and returns an exit code, EXIT_FINE when all is well, also
 * where there is no --model. */
int fitted_take(cli_options *options);

/* Its reading (fitted_read.c). */
nsl_status fitted_read(fitted_model *model, const char *path, nsl_error *err);

void fitted_clear(cli_options *options);

/* Features of the model for N of the options, and N for features: the same without
 * --model. */
double fitted_features(const cli_options *options, double parameters);
double fitted_parameters(const cli_options *options, double features);

/* A cost in N as one in the features kN: every N becomes (N*1/k). */
nsl_status fitted_cost(char *out, size_t size, const char *cost, double k,
                       nsl_error *err);

/* Whether predictions have intervals. */
bool fitted_has_intervals(const cli_options *options);

/* The numbers for the record of the model. */
void fitted_describe(document *d, const cli_options *options);

/* The lines above a table for people, `more` last, or NULL; malloc'ed. */
char *fitted_caption(const cli_options *options, const char *more);

#endif
