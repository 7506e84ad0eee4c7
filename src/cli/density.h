/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nslaw density: the job between its parts. */
#ifndef NSL_CLI_DENSITY_H
#define NSL_CLI_DENSITY_H

#include "cli/document.h"
#include "cli/options.h"
#include "cli/query.h"
#include "plot/figure.h"
#include "spectrum/kind.h"
#include <nslaw/density.h>
#include <nslaw/density_mp.h>

/* Measured eigenvalues of --compare. */
typedef struct {
    nsl_spectrum *file;
    size_t rows;
    nsl_table_view table; /* borrowed from the file */
    double zeros, count;  /* eigenvalues that are 0, and all of them */
    double distance;      /* Kolmogorov and Smirnov's, of those that are not */
} density_measured;

/* The resolvent that --at asks for. */
typedef struct {
    char re[64], im[64]; /* ζ as given */
    nsl_complex zeta, value;
    unsigned digits; /* of exact_re and exact_im; 0: `value`, in double */
    mpfr_t exact_re, exact_im;
} density_resolvent;

typedef struct {
    const cli_options *options;
    query_setup setup;
    nsl_gram gram;
    nsl_density *density;
    nsl_bulks_mp bulks; /* with --digits */
    size_t points;
    double *x, *value;      /* arrays of `points`: where, and the density there */
    double from, to, share; /* of --between */
    double *quantile;       /* those of --quantiles */
    density_measured measured;
    density_resolvent at;
} density_job;

/* Reads what its own options say; prints a message and returns an exit code. */
int density_take(density_job *job);

/* Finds what is asked for; the same. */
int density_find(density_job *job);

void density_clear(density_job *job);

/* The answer as a document, and as a picture (density_document.c, density_figure.c). */
void density_describe(document *d, const density_job *job);
bool density_draw(figure *f, const density_job *job, const char *caption);

#endif
