/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gram.h"

#include <criterion/criterion.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_integration.h>
#include <math.h>

enum { INTERVALS = 20000 };

/* A bulk that reaches down to 0 is followed through so many e-foldings: with up to
 * four sizes that tie its share goes like x^{1/5} at worst. */
static const double DEPTH = 170.0;

nsl_density *gram_density(const nsl_model *model, nsl_gram gram, const char *what)
{
    nsl_density *density;
    nsl_error err = {0};
    nsl_status status = nsl_density_new(&density, model, &gram, &err);
    cr_assert(status == NSL_OK, "%s, N %.17g P %.17g: %s %s", what, gram.features,
              gram.samples, err.field, err.message);
    return density;
}

double gram_at(const nsl_density *density, double x)
{
    double value;
    nsl_error err = {0};
    cr_assert(nsl_density_at(&value, density, x, &err) == NSL_OK, "x %.17g: %s", x,
              err.message);
    return value;
}

testing_model gram_flat(double lambda, double copies, const double *hidden,
                        size_t hidden_count)
{
    nsl_spectrum *spectrum;
    nsl_model_options o = nsl_model_defaults();
    o.hidden = hidden;
    o.hidden_count = hidden_count;
    cr_assert(nsl_spectrum_new_table(&spectrum, 1, &lambda, NULL, &copies, NULL) ==
              NSL_OK);
    return testing_on(spectrum, &o);
}

typedef struct {
    const nsl_density *density;
    nsl_bulk bulk;
    int power;
} integrand;

static double half_of(nsl_bulk bulk)
{
    if (bulk.lower == 0.0)
        return 0.5 * DEPTH;
    return 0.5 * log1p((bulk.upper - bulk.lower) / bulk.lower);
}

static double x_of(nsl_bulk bulk, double phi)
{
    double half = half_of(bulk), sine = sin(0.5 * phi), cosine = cos(0.5 * phi);
    if (bulk.lower > 0.0 && phi < M_PI_2)
        return bulk.lower * exp(2.0 * half * sine * sine);
    return bulk.upper * exp(-2.0 * half * cosine * cosine);
}

static double value(double phi, void *params)
{
    const integrand *f = params;
    double x = x_of(f->bulk, phi);
    return gram_at(f->density, x) * x * half_of(f->bulk) * sin(phi) * pow(x, f->power);
}

double gram_quadrature(const nsl_density *density, size_t i, int power, double from,
                       double to)
{
    integrand f = {density, nsl_density_bulk(density, i), power};
    gsl_function function = {value, &f};
    gsl_integration_workspace *w = gsl_integration_workspace_alloc(INTERVALS);
    gsl_error_handler_t *handler = gsl_set_error_handler_off();
    double result, error; /* a warning of rounding is no failure: the tests look */
    gsl_integration_qag(&function, M_PI * from, M_PI * to, 0.0, 1e-12, INTERVALS,
                        GSL_INTEG_GAUSS31, w, &result, &error);
    gsl_set_error_handler(handler);
    gsl_integration_workspace_free(w);
    return result;
}

double gram_place(const nsl_density *density, size_t i, double share)
{
    return x_of(nsl_density_bulk(density, i), M_PI * share);
}
