/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp/sizes_mp.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

char *nsl_decimal_of(const mpfr_t value, unsigned digits)
{
    char *text = NULL, *copy;
    if (mpfr_asprintf(&text, "%.*Re", (int)digits - 1, value) < 0)
        return NULL;
    int length = asprintf(&copy, "%s", text);
    mpfr_free_str(text);
    return length < 0 ? NULL : copy;
}

mpfr_prec_t nsl_bits_for(unsigned digits)
{
    enum { SPARE = 24 };
    return (mpfr_prec_t)ceil(digits * log2(10.0)) + SPARE;
}

nsl_status nsl_predict_either_mp(nsl_prediction_mp *out, mpfr_ptr ridge,
                                 const nsl_model_mp *model, const nsl_point *point,
                                 const nsl_point_decimals *decimals, nsl_units units,
                                 unsigned digits, nsl_error *err)
{
    unsigned enough = digits < NSL_DIGITS_MIN ? NSL_DIGITS_MIN : digits;
    return ridge ? nsl_predict_optimal_mp(out, ridge, NULL, model, point, decimals,
                                          units, enough, err)
                 : nsl_predict_mp(out, model, point, decimals, units, enough, err);
}
