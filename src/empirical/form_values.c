/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The forms themselves, with their exact derivatives. */
#include "core/error.h"
#include "empirical/form.h"

#include <math.h>
#include <stdlib.h>

nsl_status nsl_form_values_init(nsl_form_values *out, size_t count, nsl_error *err)
{
    *out = (nsl_form_values){
        .log_loss = calloc(count, sizeof *out->log_loss),
        .slope = calloc(count, sizeof *out->slope),
        .memory = calloc(count, sizeof *out->memory),
        .theory_loss = calloc(count, sizeof *out->theory_loss),
        .theory_slope = calloc(count, sizeof *out->theory_slope),
    };
    if (out->log_loss && out->slope && out->memory && out->theory_loss &&
        out->theory_slope)
        return NSL_OK;
    nsl_form_values_clear(out);
    return nsl_fail_memory(err);
}

void nsl_form_values_clear(nsl_form_values *values)
{
    free(values->log_loss);
    free(values->slope);
    free(values->memory);
    free(values->theory_loss);
    free(values->theory_slope);
    *values = (nsl_form_values){.log_loss = NULL};
}

/* A loss E + Σ terms, from its slopes by the coordinates. */
static double log_of_sum(double *slope, size_t parameters, double loss)
{
    for (size_t j = 0; j < parameters; j++)
        slope[j] /= loss;
    return log(loss);
}

/* E + A/N^α + B/P^β. */
static double chinchilla(double *slope, const double *at, double n, double p)
{
    double alpha = exp(at[3]), beta = exp(at[4]);
    double of_n = exp(at[1] - alpha * log(n)), of_p = exp(at[2] - beta * log(p));
    slope[0] = 1.0;
    slope[1] = of_n;
    slope[2] = of_p;
    slope[3] = -alpha * log(n) * of_n;
    slope[4] = -beta * log(p) * of_p;
    return log_of_sum(slope, 5, at[0] + of_n + of_p);
}

/* ln L = α_D ln(e^u + e^v), u = (α_N/α_D) ln(N_c/N), v = ln(D_c/P). */
static double kaplan(double *slope, const double *at, double n, double p)
{
    double alpha_n = exp(at[2]), alpha_d = exp(at[3]);
    double u = alpha_n / alpha_d * (at[0] - log(n)), v = at[1] - log(p);
    double share = 1.0 / (1.0 + exp(v - u)); /* of e^u */
    double sum = fmax(u, v) + log1p(exp(-fabs(u - v)));
    slope[0] = alpha_n * share;
    slope[1] = alpha_d * (1.0 - share);
    slope[2] = alpha_d * share * u;
    slope[3] = alpha_d * (sum - share * u);
    return alpha_d * sum;
}

/* E + A/X^α. */
static double power(double *slope, const double *at, double x)
{
    double alpha = exp(at[2]), term = exp(at[1] - alpha * log(x));
    slope[0] = 1.0;
    slope[1] = term;
    slope[2] = -alpha * log(x) * term;
    return log_of_sum(slope, 3, at[0] + term);
}

/* E + A·ℓ. */
static nsl_status theory(nsl_form_values *out, const nsl_form *form, nsl_family *family,
                         const double *at, const nsl_run_table *runs, const bool *used,
                         nsl_error *err)
{
    double value[NSL_FORM_PARAMETERS_MAX], number[NSL_THEORY_NUMBERS];
    size_t parameters = nsl_form_parameters(form);
    nsl_form_from_coordinates(value, form, at);
    nsl_theory_numbers(number, form, value);
    nsl_theory_runs of = {runs->count, runs->parameters, runs->samples, runs->training,
                          used};
    nsl_status status = nsl_theory_losses(out->theory_loss, out->theory_slope, form,
                                          family, number, &of, out->memory, err);
    for (size_t i = 0; i < runs->count && status == NSL_OK; i++) {
        if (!used[i])
            continue;
        double *slope = out->slope[i];
        slope[0] = 1.0;
        slope[1] = value[1] * out->theory_loss[i];
        for (size_t j = 2; j < parameters; j++) {
            double by = out->theory_slope[i][nsl_form_theory_number(form, j)];
            slope[j] = value[1] * (nsl_form_is_reciprocal(form, j) ? -by : by);
        }
        out->log_loss[i] = log_of_sum(slope, parameters, value[0] + slope[1]);
    }
    return status;
}

static double resource_of(const nsl_form *form, double n, double p, double c)
{
    if (form->resource == NSL_POWER_PARAMETERS)
        return n;
    return form->resource == NSL_POWER_SAMPLES ? p : c;
}

static double closed_form(double *slope, const nsl_form *form, const double *at,
                          double n, double p, double c)
{
    if (form->kind == NSL_FORM_CHINCHILLA)
        return chinchilla(slope, at, n, p);
    if (form->kind == NSL_FORM_KAPLAN)
        return kaplan(slope, at, n, p);
    return power(slope, at, resource_of(form, n, p, c));
}

static bool all_finite(const nsl_form_values *values, const nsl_form *form,
                       size_t count, const bool *used)
{
    for (size_t i = 0; i < count; i++) {
        double sum = used[i] ? values->log_loss[i] : 0.0;
        for (size_t j = 0; used[i] && j < nsl_form_parameters(form); j++)
            sum += values->slope[i][j];
        if (!isfinite(sum))
            return false;
    }
    return true;
}

nsl_status nsl_form_evaluate(nsl_form_values *out, const nsl_form *form,
                             nsl_family *family, const double *at,
                             const nsl_run_table *runs, const bool *used,
                             nsl_error *err)
{
    nsl_status status = NSL_OK;
    if (form->kind == NSL_FORM_THEORY)
        status = theory(out, form, family, at, runs, used, err);
    else
        for (size_t i = 0; i < runs->count; i++)
            if (used[i])
                out->log_loss[i] =
                    closed_form(out->slope[i], form, at, runs->parameters[i],
                                runs->samples[i], runs->compute[i]);
    if (status == NSL_OK && !all_finite(out, form, runs->count, used))
        return nsl_fail(err, NSL_EFAILED, "", "a loss is outside the range of double");
    return status;
}

nsl_status nsl_form_loss(double *loss, const nsl_form *form, const double *parameter,
                         const nsl_fit_run *run, nsl_error *err)
{
    double at[NSL_FORM_PARAMETERS_MAX], slope[NSL_FORM_PARAMETERS_MAX];
    double number[NSL_THEORY_NUMBERS];
    *loss = (double)NAN;
    for (size_t i = 0; i < nsl_form_parameters(form); i++) {
        bool ends = (nsl_form_may_vanish(form, i) && parameter[i] == 0.0) ||
                    (nsl_form_is_reciprocal(form, i) && isinf(parameter[i]));
        if (!ends && !(parameter[i] > 0.0 && isfinite(parameter[i])))
            return nsl_fail(err, NSL_EINVAL, nsl_form_parameter(form, i),
                            "must be a finite number > 0, got %g", parameter[i]);
    }
    if (form->kind != NSL_FORM_THEORY) {
        nsl_form_coordinates(at, form, parameter);
        *loss = exp(
            closed_form(slope, form, at, run->parameters, run->samples, run->compute));
        return NSL_OK;
    }
    nsl_theory_numbers(number, form, parameter);
    nsl_status status = nsl_theory_loss(loss, form, number, run->parameters,
                                        run->samples, &run->training, err);
    *loss = parameter[0] + parameter[1] * *loss;
    return status;
}
