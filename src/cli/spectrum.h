/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What nslaw spectrum found, and how it is shown. */
#ifndef NSL_CLI_SPECTRUM_H
#define NSL_CLI_SPECTRUM_H

#include "cli/document.h"
#include "cli/options.h"
#include "cli/prediction_row.h"
#include "empirical/ranked.h"
#include "plot/figure.h"

typedef struct {
    const cli_options *options;
    nsl_spectrum *spectrum;
    nsl_ranked ranked; /* its positive eigenvalues */
    nsl_dimensions dimensions;
    bool has_law, has_source;
    nsl_measured_law law;       /* if has_law */
    nsl_measured_source source; /* β if has_source */
    nsl_population *population; /* or NULL */
    double within;
    char trusted[96]; /* what is trusted, in words */
    row_note note;    /* why there is no law, source or population */
} spectrum_job;

/* Rows, summary and sections. `job` must outlive the document. */
void spectrum_document_make(document *d, spectrum_job *job);

/* The eigenvalues, the laws, and the target below, if a picture is asked for. False
 * when memory ran out. */
bool spectrum_figure_make(figure *f, const spectrum_job *job);

#endif
