/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The JSON of a fit, as --model takes it. */
#include "cli/fitted.h"
#include "fuzz.h"

#include <math.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fitted_model model = {0};
    nsl_error err = {0};
    nsl_status status = fitted_read(&model, fuzz_file(data, size), &err);
    fuzz_explained(status, &err);
    size_t parameters = status == NSL_OK ? nsl_form_parameters(&model.form) : 0;
    for (size_t i = 0; i < parameters; i++) {
        fuzz_must(model.parameter[i] >= 0.0, "a parameter in its range");
        fuzz_must(isfinite(model.parameter[i]) ||
                      nsl_form_is_reciprocal(&model.form, i),
                  "a finite parameter");
    }
    for (size_t i = 0; i < parameters * model.refits.count; i++)
        fuzz_must(model.samples[i] >= 0.0, "a refit in its range");
    free(model.samples);
    return 0;
}
