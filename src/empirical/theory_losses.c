/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "empirical/theory_losses.h"
#include "empirical/theory_model.h"
#include "empirical/theory_stopped.h"
#include "theory/loss.h"
#include "theory/quick.h"
#include "theory/sensitivity.h"

#include <math.h>

/* Where a prediction was made. */
typedef struct {
    nsl_prediction p;
    nsl_root root;
    nsl_hold hold;
} place;

/* Where a pure power law has the best ridge of a noise-free MRS target: [E4] there is
 * (N − z)(P − z) = κz², κ = 2/(α(1+α)), and z ≃ cX − ½, c = (π/p)/sin(π/p). */
static nsl_theory_memory guess(const nsl_theory_model *m, const nsl_point *point)
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

static bool solve_beside(place *at, const nsl_theory_model *m, const nsl_point *point,
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
static nsl_status solve_searching(place *at, const nsl_theory_model *m,
                                  nsl_point *point, nsl_theory_memory *memory,
                                  nsl_error *err)
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

static nsl_status solve(place *at, const nsl_theory_model *m, const nsl_form *form,
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
    return nsl_quick_status(status, err);
}

/* An elasticity that does not exist (a kink, a zero loss) moves nothing. */
static double moved(double elasticity, double loss)
{
    return isnan(elasticity) ? 0.0 : -elasticity * loss;
}

static void set_slopes(double slope[NSL_THEORY_NUMBERS], const place *at,
                       const nsl_theory_model *m, const nsl_point *point, double loss)
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

nsl_status nsl_theory_model_loss(double *loss, const nsl_theory_model *m,
                                 const nsl_form *form, const nsl_point *point,
                                 nsl_theory_memory *memory, nsl_error *err)
{
    place at;
    nsl_point moved = *point;
    nsl_status status = solve(&at, m, form, &moved, memory, err);
    *loss = 2.0 * at.p.test_loss;
    return status;
}

/* The runs that are trained to the end at their best ridge, or at the form's. */
static nsl_status trained_losses(double *loss, double (*slope)[NSL_THEORY_NUMBERS],
                                 const nsl_form *form, nsl_family *family,
                                 const double number[NSL_THEORY_NUMBERS],
                                 const nsl_theory_runs *runs, nsl_theory_memory *memory,
                                 nsl_error *err)
{
    nsl_theory_model m;
    nsl_status status = nsl_theory_model_make(&m, form, family, number, err);
    for (size_t i = 0; i < runs->count && status == NSL_OK; i++) {
        if (!runs->used[i] || nsl_training_is_stopped(&runs->training[i]))
            continue;
        place at;
        nsl_point point =
            nsl_theory_point(form, number, runs->parameters[i], runs->samples[i]);
        status = solve(&at, &m, form, &point, &memory[i], err);
        loss[i] = 2.0 * at.p.test_loss; /* E = 2L at one output */
        if (status == NSL_OK)
            set_slopes(slope[i], &at, &m, &point, loss[i]);
    }
    nsl_theory_model_clear(&m);
    return status;
}

/* Whether any run to be looked at is stopped, or any is not. */
static bool any(const nsl_theory_runs *runs, bool stopped)
{
    for (size_t i = 0; i < runs->count; i++)
        if (runs->used[i] && nsl_training_is_stopped(&runs->training[i]) == stopped)
            return true;
    return false;
}

nsl_status nsl_theory_losses(double *loss, double (*slope)[NSL_THEORY_NUMBERS],
                             const nsl_form *form, nsl_family *family,
                             const double number[NSL_THEORY_NUMBERS],
                             const nsl_theory_runs *runs, nsl_theory_memory *memory,
                             nsl_error *err)
{
    nsl_status status = NSL_OK;
    if (any(runs, false))
        status = trained_losses(loss, slope, form, family, number, runs, memory, err);
    if (status == NSL_OK && any(runs, true))
        status = nsl_theory_stopped_losses(loss, slope, form, number, runs, err);
    return status;
}

nsl_status nsl_theory_loss(double *loss, const nsl_form *form,
                           const double number[NSL_THEORY_NUMBERS], double parameters,
                           double samples, const nsl_training *training, nsl_error *err)
{
    nsl_prediction p;
    nsl_optimum optimum;
    nsl_theory_model m;
    nsl_point point = nsl_theory_point(form, number, parameters, samples);
    bool stopped = nsl_training_is_stopped(training);
    *loss = (double)NAN;
    nsl_status status = nsl_theory_check_stopped(form, training, err);
    if (status != NSL_OK)
        return status;
    point.training = nsl_theory_training(form, number, training);
    status = nsl_theory_model_make(&m, form, NULL, number, err);
    if (status == NSL_OK)
        status = stopped || form->ridge
                     ? nsl_predict(&p, m.model, &point, err)
                     : nsl_predict_optimal(&p, &optimum, m.model, &point, err);
    if (status == NSL_OK)
        *loss = 2.0 * p.test_loss;
    nsl_theory_model_clear(&m);
    return status;
}
