/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How far predictions are from measurements. */
#ifndef NSL_EMPIRICAL_COMPARISON_H
#define NSL_EMPIRICAL_COMPARISON_H

#include <nslaw/error.h>
#include <stddef.h>

typedef struct {
    size_t runs;                  /* pairs with a prediction > 0 */
    double median_relative_error; /* of |predicted/measured − 1| */
    double rms_log_error;         /* of ln(predicted/measured) */
    double worst_relative_error;
    size_t worst; /* its index */
} nsl_comparison;

/* Compares arrays of `count`; pairs whose prediction is NaN or 0 are left out. With no
 * pair left the numbers are NaN.
 * @return NSL_OK or NSL_ENOMEM */
nsl_status nsl_compare(nsl_comparison *out, size_t count, const double *measured,
                       const double *predicted, nsl_error *err);

#endif
