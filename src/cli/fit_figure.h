/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The picture of nslaw fit: the runs and the form's curves by N and by P, residuals,
 * and the plane of N and P with contours of the loss and the compute-optimal frontier.
 */
#ifndef NSL_CLI_FIT_FIGURE_H
#define NSL_CLI_FIT_FIGURE_H

#include "plot/figure.h"
#include <nslaw/fit.h>

/* Fills `f`, which is empty, with one fit to these runs; panels along a size that is
 * the same in all runs are left out. The caption, which may be NULL, is what the
 * picture's begins with. Clear `f` whatever comes back: NSL_OK or NSL_ENOMEM. */
nsl_status fit_figure_make(figure *f, const nsl_fit *fit, size_t count,
                           const nsl_fit_run *run, const char *caption, nsl_error *err);

#endif
