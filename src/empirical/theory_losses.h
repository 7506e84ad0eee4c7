/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ℓ, the part of the label variance that the solvable model leaves unexplained, at many
 * runs and ever new parameters, with its derivatives. */
#ifndef NSL_EMPIRICAL_THEORY_LOSSES_H
#define NSL_EMPIRICAL_THEORY_LOSSES_H

#include "spectrum/family.h"
#include <nslaw/fit.h>

/* What ℓ depends on; those that the form does not switch on are ignored. */
enum {
    NSL_THEORY_ALPHA,
    NSL_THEORY_K,
    NSL_THEORY_SOURCE,
    NSL_THEORY_LATENTS,
    NSL_THEORY_NOISE,
    NSL_THEORY_RIDGE,
    NSL_THEORY_TIME,
    NSL_THEORY_NUMBERS
};

/* Where a run's best ridge was when last looked for: start with {0}. Losses depend on
 * it by rounding, and by nothing else. */
typedef struct {
    double log_x, log_gap, tilt;
    bool known;
} nsl_theory_memory;

/* Runs that losses are asked for: arrays of `count`. */
typedef struct {
    size_t count;
    const double *parameters, *samples;
    const nsl_training *training;
    const bool *used; /* runs to leave out are false */
} nsl_theory_runs;

/* Whether the theory's model of such a run is stopped: it has no ridge then but one
 * that the form has, whatever its time. */
static inline bool nsl_training_is_stopped(const nsl_training *training)
{
    return training->kind != NSL_TRAINED;
}

/* ℓ at features k·N and samples P. `slope` holds dℓ by the logarithm of each number but
 * the noise, and by the noise itself.
 * @param memory  array of runs->count
 * @return NSL_OK; NSL_EINVAL for numbers outside the range of family.h; NSL_EFAILED */
nsl_status nsl_theory_losses(double *loss, double (*slope)[NSL_THEORY_NUMBERS],
                             const nsl_form *form, nsl_family *family,
                             const double number[NSL_THEORY_NUMBERS],
                             const nsl_theory_runs *runs, nsl_theory_memory *memory,
                             nsl_error *err);

/* ℓ at one run by the library's own prediction, to NSL_PROMISE. */
nsl_status nsl_theory_loss(double *loss, const nsl_form *form,
                           const double number[NSL_THEORY_NUMBERS], double parameters,
                           double samples, const nsl_training *training,
                           nsl_error *err);

#endif
