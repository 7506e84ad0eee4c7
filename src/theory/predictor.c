/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <nslaw/predictor.h>

#include "core/error.h"
#include "theory/quick.h"
#include "training/course.h"

#include <stdlib.h>

struct nsl_predictor {
    nsl_quick quick;
};

nsl_status nsl_predictor_new(nsl_predictor **out, const nsl_model *model,
                             nsl_error *err)
{
    *out = calloc(1, sizeof **out);
    if (!*out)
        return nsl_fail_memory(err);
    nsl_status status = nsl_quick_new(&(*out)->quick, model, err);
    if (status != NSL_OK) {
        free(*out);
        *out = NULL;
    }
    return status;
}

void nsl_predictor_free(nsl_predictor *predictor)
{
    if (predictor)
        nsl_quick_clear(&predictor->quick);
    free(predictor);
}

nsl_status nsl_predictor_predict(nsl_prediction *out, const nsl_predictor *predictor,
                                 const nsl_point *point, nsl_error *err)
{
    nsl_trail nowhere = {0};
    if (nsl_training_stops(point))
        return nsl_predict(out, predictor->quick.exact, point, err);
    return nsl_quick_predict_to(out, &predictor->quick, point, NSL_PROMISE, &nowhere,
                                err);
}
