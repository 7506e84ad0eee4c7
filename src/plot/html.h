/* SPDX-License-Identifier: GPL-3.0-or-later */
/* STUB: replaced by the file of the same name that draws. */
#ifndef NSL_PLOT_HTML_H
#define NSL_PLOT_HTML_H

#include "plot/figure.h"
#include <stdio.h>

bool html_write(const figure *f, FILE *out);

#endif
