/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/limit.h"

#include <math.h>

nsl_status limit_predict(query_answer *out, const cli_options *o,
                         const query_setup *setup, bool features, bool samples,
                         nsl_error *err)
{
    nsl_point point = query_point(o, 0);
    query_texts texts;
    query_texts_set(&texts, o, 0);
    if (features && !samples && isinf(point.samples)) {
        point.noise = 0.0; /* at P = ∞ it does not matter, whatever N */
        texts.decimals.noise = "0";
    }
    if (samples) {
        point.samples = (double)INFINITY;
        texts.decimals.samples = "inf";
    }
    if (features) {
        point.features = (double)INFINITY;
        texts.decimals.features = "inf";
        if (!o->value[OPT_KERNEL_RIDGE].given) {
            point.ridge = 0.0;
            texts.decimals.ridge = "0";
        }
    }
    if (!query_is_optimal(o) || query_is_kernel(o))
        return query_predict(out, o, setup, &point, &texts.decimals, err);
    /* the best ridge at N = ∞ is the kernel's; the loss is the same in both */
    query_setup kernel;
    nsl_status status = query_setup_kernel(&kernel, setup, o, err);
    if (status == NSL_OK)
        status = query_predict(out, o, &kernel, &point, &texts.decimals, err);
    query_setup_clear(&kernel);
    return status;
}

nsl_status limit_predict_trained(query_answer *out, const cli_options *o,
                                 const query_setup *setup, nsl_error *err)
{
    nsl_point point = query_point(o, 0);
    query_texts texts;
    query_texts_set(&texts, o, 0);
    point.training = (nsl_training){.kind = NSL_TRAINED};
    return query_predict(out, o, setup, &point, &texts.decimals, err);
}
