/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

const char *testing_source(void)
{
    const char *source = getenv("NSLAW_SOURCE");
    return source ? source : ".";
}

const char *testing_path(const char *relative)
{
    static char path[4][4096];
    static int next;
    char *out = path[next++ % 4];
    snprintf(out, sizeof path[0], "%s/%s", testing_source(), relative);
    return out;
}

double testing_distance(double a, double b)
{
    if (a == b || (isnan(a) && isnan(b)))
        return 0.0;
    return b == 0.0 ? (double)INFINITY : fabs(a - b) / fabs(b);
}

testing_model testing_on(nsl_spectrum *spectrum, const nsl_model_options *options)
{
    testing_model m = {spectrum, NULL};
    nsl_model_options defaults = nsl_model_defaults();
    nsl_error err = {0};
    nsl_status status =
        nsl_model_new(&m.model, spectrum, options ? options : &defaults, &err);
    cr_assert(status == NSL_OK, "model: %s %s", err.field, err.message);
    return m;
}

testing_model testing_powerlaw(double alpha, uint64_t latents,
                               const nsl_model_options *options)
{
    nsl_spectrum *spectrum;
    nsl_error err = {0};
    nsl_status status = nsl_spectrum_new_powerlaw(&spectrum, alpha, 1.0, latents, &err);
    cr_assert(status == NSL_OK, "spectrum: %s %s", err.field, err.message);
    return testing_on(spectrum, options);
}

void testing_free(testing_model *m)
{
    nsl_model_free(m->model);
    nsl_spectrum_free(m->spectrum);
    *m = (testing_model){NULL, NULL};
}

nsl_prediction testing_predict(const nsl_model *model, double features, double samples,
                               double ridge, double noise)
{
    nsl_prediction out;
    nsl_error err = {0};
    nsl_point point = {features, samples, ridge, noise, 1};
    nsl_status status = nsl_predict(&out, model, &point, &err);
    cr_assert(status == NSL_OK, "N %g P %g ridge %g noise %g: %s %s", features, samples,
              ridge, noise, err.field, err.message);
    return out;
}
