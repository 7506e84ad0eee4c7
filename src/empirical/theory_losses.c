/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "empirical/theory_losses.h"
#include "theory/loss.h"
#include "theory/quick.h"
#include "theory/sensitivity.h"

#include <math.h>

/* A law of the family as a model, and the power law itself where that does not do. */
typedef struct {
    nsl_spectrum *exact, *law;
    nsl_model *model;
    nsl_quick quick;
    double p;
    bool guess; /* the best ridge is where guess() says, but for small sizes */
} model_at;

static nsl_status make_exact(model_at *m, const nsl_form *form, const double *number,
                             nsl_error *err)
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

static nsl_status model_make(model_at *m, const nsl_form *form, nsl_family *family,
                             const double *number, nsl_error *err)
{
    nsl_law_point at = {{number[NSL_THEORY_ALPHA], number[NSL_THEORY_SOURCE],
                         number[NSL_THEORY_LATENTS]}};
    *m = (model_at){.exact = NULL};
    nsl_status status = make_exact(m, form, number, err);
    if (status == NSL_OK)
        status = nsl_family_law(&m->law, family, m->exact, &at, err);
    if (status == NSL_OK)
        status = nsl_quick_new_on(&m->quick, m->model, m->law, err);
    return status;
}

static void model_clear(model_at *m)
{
    nsl_quick_clear(&m->quick);
    nsl_model_free(m->model);
    nsl_spectrum_free(m->law);
    nsl_spectrum_free(m->exact);
}

/* Where a prediction was made. */
typedef struct {
    nsl_prediction p;
    nsl_root root;
    nsl_hold hold;
} place;

/* Where a pure power law has the best ridge of a noise-free MRS target: [E4] there is
 * (N − z)(P − z) = κz², κ = 2/(α(1+α)), and z ≃ cX − ½, c = (π/p)/sin(π/p). */
static nsl_theory_memory guess(const model_at *m, const nsl_point *point)
{
    double alpha = m->p - 1.0, kappa = 2.0 / (alpha * m->p);
    double least = fmin(point->features, point->samples);
    double most = fmax(point->features, point->samples), ratio = least / most;
    double sum = 1.0 + ratio;
    double z = 2.0 * least / (sum + sqrt(sum * sum - 4.0 * (1.0 - kappa) * ratio));
    double c = (M_PI / m->p) / sin(M_PI * fmin(alpha, 1.0) / m->p);
    return (nsl_theory_memory){log((z + 0.5) / c), log(kappa * z * (z / (most - z))),
                               (double)NAN, true};
}

static bool solve_beside(place *at, const model_at *m, const nsl_point *point,
                         nsl_theory_memory *memory)
{
    nsl_optimum optimum;
    if (m->guess || !memory->known)
        *memory = guess(m, point);
    nsl_neighbour near = {.log_delta = -m->p * memory->log_x,
                          .log_gap = memory->log_gap,
                          .tilt = memory->tilt,
                          .known = memory->known};
    memory->known = false;
    if (!m->quick.unique ||
        !nsl_optimum_beside(&optimum, &at->root, m->quick.model, point, &near))
        return false;
    *memory =
        (nsl_theory_memory){-near.log_delta / m->p, near.log_gap, near.tilt, true};
    return true;
}

/* By the search for the best ridge. */
static nsl_status solve_searching(place *at, const model_at *m, nsl_point *point,
                                  nsl_theory_memory *memory, nsl_error *err)
{
    nsl_optimum optimum;
    nsl_trail trail = {0};
    nsl_status status =
        nsl_quick_predict_optimal(&at->p, &optimum, &m->quick, point, &trail, err);
    if (status != NSL_OK)
        return status;
    bool interior = optimum.kind == NSL_OPTIMUM_INTERIOR;
    if (interior)
        *memory = (nsl_theory_memory){-log(optimum.delta) / m->p, log(optimum.gap),
                                      (double)NAN, true};
    else
        at->hold = NSL_HOLD_RIDGE;
    point->ridge = optimum.ridge;
    return nsl_root_solve_from(&at->root, m->quick.model, point,
                               interior ? optimum.delta : 0.0, err);
}

static nsl_status solve(place *at, const model_at *m, const nsl_form *form,
                        nsl_point *point, nsl_theory_memory *memory, nsl_error *err)
{
    nsl_status status = NSL_OK;
    *at = (place){.hold = form->ridge ? NSL_HOLD_RIDGE : NSL_HOLD_OPTIMUM};
    if (form->ridge) {
        double start = memory->known ? exp(-m->p * memory->log_x) : 0.0;
        status = nsl_root_solve_from(&at->root, m->quick.model, point, start, err);
        memory->log_x = -log(at->root.delta) / m->p;
        memory->known = status == NSL_OK && at->root.kind == NSL_ROOT_POSITIVE;
    } else if (!solve_beside(at, m, point, memory)) {
        status = solve_searching(at, m, point, memory, err);
    }
    if (status == NSL_OK)
        nsl_predict_at(&at->p, m->quick.model, point, &at->root, NSL_MAP_PROMISE);
    return status;
}

/* An elasticity that does not exist (a kink, a zero loss) moves nothing. */
static double moved(double elasticity, double loss)
{
    return isnan(elasticity) ? 0.0 : -elasticity * loss;
}

static void set_slopes(double slope[NSL_THEORY_NUMBERS], const place *at,
                       const model_at *m, const nsl_point *point, double loss)
{
    nsl_law_slope by[NSL_LAW_NUMBERS];
    for (int j = 0; j < NSL_THEORY_NUMBERS; j++)
        slope[j] = 0.0;
    if (at->root.kind != NSL_ROOT_POSITIVE)
        return;
    nsl_family_slopes(by, m->law, at->root.delta);
    slope[NSL_THEORY_ALPHA] = nsl_risk_slope(&at->root, point, m->p, m->p - 1.0,
                                             &by[NSL_LAW_ALPHA], at->hold);
    slope[NSL_THEORY_SOURCE] =
        nsl_risk_slope(&at->root, point, m->p, 0.0, &by[NSL_LAW_SOURCE], at->hold);
    slope[NSL_THEORY_LATENTS] =
        nsl_risk_slope(&at->root, point, m->p, 0.0, &by[NSL_LAW_LATENTS], at->hold);
    slope[NSL_THEORY_K] = moved(at->p.elasticity_features, loss);
    slope[NSL_THEORY_NOISE] = nsl_risk_noise_slope(&at->root);
    slope[NSL_THEORY_RIDGE] = moved(at->p.elasticity_ridge, loss);
}

static nsl_point point_of(const nsl_form *form, const double *number, double parameters,
                          double samples)
{
    return (nsl_point){.features = number[NSL_THEORY_K] * parameters,
                       .samples = samples,
                       .ridge = form->ridge ? number[NSL_THEORY_RIDGE] : 0.0,
                       .noise = form->noise ? number[NSL_THEORY_NOISE] : 0.0,
                       .ensemble = 1.0};
}

nsl_status nsl_theory_losses(double *loss, double (*slope)[NSL_THEORY_NUMBERS],
                             const nsl_form *form, nsl_family *family,
                             const double number[NSL_THEORY_NUMBERS], size_t count,
                             const double *parameters, const double *samples,
                             const bool *used, nsl_theory_memory *memory,
                             nsl_error *err)
{
    model_at m;
    nsl_status status = model_make(&m, form, family, number, err);
    for (size_t i = 0; i < count && status == NSL_OK; i++) {
        if (!used[i])
            continue;
        place at;
        nsl_point point = point_of(form, number, parameters[i], samples[i]);
        status = solve(&at, &m, form, &point, &memory[i], err);
        loss[i] = 2.0 * at.p.test_loss; /* E = 2L at one output */
        if (status == NSL_OK)
            set_slopes(slope[i], &at, &m, &point, loss[i]);
    }
    model_clear(&m);
    return status;
}

nsl_status nsl_theory_loss(double *loss, const nsl_form *form,
                           const double number[NSL_THEORY_NUMBERS], double parameters,
                           double samples, nsl_error *err)
{
    nsl_prediction p;
    nsl_optimum optimum;
    model_at m = {.exact = NULL};
    nsl_point point = point_of(form, number, parameters, samples);
    nsl_status status = make_exact(&m, form, number, err);
    *loss = (double)NAN;
    if (status == NSL_OK)
        status = form->ridge ? nsl_predict(&p, m.model, &point, err)
                             : nsl_predict_optimal(&p, &optimum, m.model, &point, err);
    if (status == NSL_OK)
        *loss = 2.0 * p.test_loss;
    model_clear(&m);
    return status;
}
