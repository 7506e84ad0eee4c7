/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fitted_runs.h"

#include <math.h>
#include <stdlib.h>

enum { SIZES = 9, LENGTHS = 6, RUNS = SIZES * LENGTHS };

static const double HELD_OUT_FROM = 2e20, NOISE = 0.01;

/* Lengths of training grow with the model, and none is used twice. */
static nsl_fit_run run_at(size_t i, bool one_n, bool one_p)
{
    double size = (double)(i % SIZES) / (SIZES - 1), length = (double)(i / SIZES);
    double n = one_n ? 1e8 : 3e7 * pow(100.0, size);
    double p = one_p ? 1e10 : 2e9 * pow(10.0, 0.3 * length + 0.5 * size);
    return (nsl_fit_run){.parameters = n,
                         .samples = p,
                         .compute = 6.0 * n * p,
                         .loss = 1.0,
                         .weight = 1.0};
}

static bool fill(fitted_runs *r, bool one_n, bool one_p)
{
    static const double parameter[] = {1.8, 480.0, 2100.0, 0.35, 0.37};
    nsl_fit *fit = &r->fit;
    if (nsl_form_parse(&fit->form, "chinchilla", NULL) != NSL_OK)
        return false;
    fit->parameters = nsl_form_parameters(&fit->form);
    for (size_t i = 0; i < fit->parameters; i++)
        fit->parameter[i] = (nsl_fit_parameter){
            .name = nsl_form_parameter(&fit->form, i), .value = parameter[i]};
    for (size_t i = 0; i < RUNS; i++) {
        r->run[i] = run_at(i, one_n, one_p);
        if (nsl_form_loss(&fit->predicted[i], &fit->form, parameter, &r->run[i],
                          NULL) != NSL_OK)
            return false;
        r->run[i].loss = fit->predicted[i] * exp(NOISE * sin(7.0 * (double)i));
        fit->is_held_out[i] = r->run[i].compute > HELD_OUT_FROM;
        fit->held_out += fit->is_held_out[i];
    }
    fit->runs = RUNS - fit->held_out;
    return true;
}

bool fitted_runs_new_at(fitted_runs *r, bool one_n, bool one_p)
{
    *r = (fitted_runs){.count = RUNS, .run = calloc(RUNS, sizeof *r->run)};
    r->fit.count = RUNS;
    r->fit.predicted = calloc(RUNS, sizeof *r->fit.predicted);
    r->fit.is_held_out = calloc(RUNS, sizeof *r->fit.is_held_out);
    return r->run && r->fit.predicted && r->fit.is_held_out && fill(r, one_n, one_p);
}

bool fitted_runs_new(fitted_runs *r)
{
    return fitted_runs_new_at(r, false, false);
}

void fitted_runs_clear(fitted_runs *r)
{
    nsl_fit_clear(&r->fit);
    free(r->run);
    *r = (fitted_runs){.count = 0};
}
