/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "empirical/theory_model.h"

#include <math.h>

static nsl_status make_exact(nsl_theory_model *m, const nsl_form *form,
                             const double *number, nsl_error *err)
{
    nsl_model_options o = nsl_model_defaults();
    bool endless = !form->latents || isinf(number[NSL_THEORY_LATENTS]);
    uint64_t latents =
        endless ? NSL_LATENTS_INFINITE : (uint64_t)round(number[NSL_THEORY_LATENTS]);
    o.label_variance = 1.0;
    o.convention = NSL_RIDGE_KERNEL;
    if (form->source)
        o.source = number[NSL_THEORY_SOURCE];
    m->p = 1.0 + number[NSL_THEORY_ALPHA];
    m->guess = !form->source && !form->latents && !form->noise;
    nsl_status status = nsl_spectrum_new_powerlaw(&m->exact, number[NSL_THEORY_ALPHA],
                                                  1.0, latents, err);
    if (status == NSL_OK)
        status = nsl_model_new(&m->model, m->exact, &o, err);
    return status;
}

nsl_status nsl_theory_model_make(nsl_theory_model *m, const nsl_form *form,
                                 nsl_family *family, const double *number,
                                 nsl_error *err)
{
    nsl_law_point at = {{number[NSL_THEORY_ALPHA], number[NSL_THEORY_SOURCE],
                         number[NSL_THEORY_LATENTS]}};
    *m = (nsl_theory_model){.exact = NULL};
    nsl_status status = make_exact(m, form, number, err);
    if (status == NSL_OK && family)
        status = nsl_family_law(&m->law, family, m->exact, &at, err);
    if (status == NSL_OK && family)
        status = nsl_quick_new_on(&m->quick, m->model, m->law, err);
    return status;
}

void nsl_theory_model_clear(nsl_theory_model *m)
{
    nsl_quick_clear(&m->quick);
    nsl_model_free(m->model);
    nsl_spectrum_free(m->law);
    nsl_spectrum_free(m->exact);
}

nsl_point nsl_theory_point(const nsl_form *form, const double *number,
                           double parameters, double samples)
{
    return (nsl_point){.features = number[NSL_THEORY_K] * parameters,
                       .samples = samples,
                       .ridge = form->ridge ? number[NSL_THEORY_RIDGE] : 0.0,
                       .noise = form->noise ? number[NSL_THEORY_NOISE] : 0.0,
                       .ensemble = 1.0};
}
