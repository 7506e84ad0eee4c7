/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The model against measured runs: fits, intervals, and judgement between forms. */
#ifndef NSLAW_FIT_H
#define NSLAW_FIT_H

#include <nslaw/api.h>
#include <nslaw/error.h>
#include <nslaw/phase.h>
#include <nslaw/theory.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

NSL_BEGIN

/** What is said to predict a loss from parameters N and samples P. */
typedef enum {
    /** E + A·ℓ(kN, P): ℓ is the part of the label variance that the solvable model
     *  leaves unexplained (its E of [E2] at V = 1), of a power law with exponent alpha
     *  and M = ∞, at the optimal ridge (theory.md section 11). Of a run whose training
     *  is stopped it is that of [E7], without a ridge (section 12). */
    NSL_FORM_THEORY,
    NSL_FORM_CHINCHILLA, /**< E + A/N^alpha + B/P^beta (Hoffmann et al. 2022) */
    NSL_FORM_KAPLAN,     /**< ((N_c/N)^(alpha_N/alpha_D) + D_c/P)^alpha_D (Kaplan et al.
                              2020, eq. 1.5) */
    NSL_FORM_POWER       /**< E + A/X^alpha of one resource X */
} nsl_form_kind;

typedef enum {
    NSL_POWER_PARAMETERS, /**< N */
    NSL_POWER_SAMPLES,    /**< P */
    NSL_POWER_COMPUTE     /**< C */
} nsl_power_of;

/** A form. The switches of the theory add a parameter each. */
typedef struct {
    nsl_form_kind kind;
    bool source; /**< β, "beta": target weights I^−(1+β) instead of the spectrum's */
    bool latents; /**< M, "latents", in samples: the power law ends */
    bool noise;   /**< σ_ε², "noise", of a label variance 1 */
    bool ridge;   /**< δ, "ridge", fixed, for features scaled by 1/√(kN) */
    bool time;    /**< "time_scale": the unit of the runs' times, in the model's */
    nsl_power_of resource; /**< of NSL_FORM_POWER */
} nsl_form;

#define NSL_FORM_PARAMETERS_MAX 9
#define NSL_FORM_NAME_MAX 48

/** Reads "theory", "theory+noise+source", "theory+time", "chinchilla", "kaplan",
 * "power:N", "power:P" or "power:C". @return NSL_OK or NSL_EINVAL (field "form") */
nsl_status nsl_form_parse(nsl_form *out, const char *text, nsl_error *err);

/** Its name, as nsl_form_parse reads it. */
void nsl_form_name(char out[NSL_FORM_NAME_MAX], const nsl_form *form);

/** Its parameters, in order: E, A, alpha, k and the switches' for the theory; E, A, B,
 *  alpha, beta; N_c, D_c, alpha_N, alpha_D; E, A, alpha. */
size_t nsl_form_parameters(const nsl_form *form);
const char *nsl_form_parameter(const nsl_form *form, size_t i);

/** A measured run. */
typedef struct {
    double parameters;     /**< N > 0, finite */
    double samples;        /**< P > 0, finite */
    double compute;        /**< C > 0, finite: what it cost */
    double loss;           /**< > 0, finite */
    double weight;         /**< ≥ 0, finite: of its residual in the objective */
    nsl_training training; /**< what the theory's model is stopped at, in the units of
                                theory.h, a time in those of the form's time_scale;
                                zero: trained to the end at its best ridge */
} nsl_fit_run;

/** The loss of a form at N, P and C of `run`; the theory's to NSL_PROMISE.
 *  @param parameter  array of nsl_form_parameters(form)
 *  @return NSL_OK; NSL_EINVAL for a value outside its range, and where a run's training
 *          is stopped and the form has latents; NSL_EFAILED */
nsl_status nsl_form_loss(double *loss, const nsl_form *form, const double *parameter,
                         const nsl_fit_run *run, nsl_error *err);

/** What is minimised over the parameters, of the residuals ρ = ln predicted − ln
 *  measured. */
typedef enum {
    NSL_OBJECTIVE_HUBER, /**< Σ w h(ρ), h = ρ²/2 up to |ρ| = δ, then δ|ρ| − δ²/2 */
    NSL_OBJECTIVE_SQUARES, /**< Σ w ρ²/2 */
    NSL_OBJECTIVE_GAUSSIAN /**< −ln of the likelihood of ρ ~ N(0, σ²/w), σ fitted */
} nsl_objective;

/** Least δ: roundings of residuals are about as large. */
#define NSL_HUBER_MIN 1e-15

typedef struct {
    nsl_objective objective;
    double huber;   /**< δ ≥ NSL_HUBER_MIN */
    double holdout; /**< 0 ≤ share < 1 of the runs, those of most compute, left out */
    size_t bootstrap; /**< refits to runs drawn again with replacement; 0: none */
    uint64_t seed;    /**< of the draws */
    nsl_work work;    /**< none of it changes a bit of the result */
} nsl_fit_options;

/** Huber with δ = 10^−3, nothing held out, no bootstrap, one thread. */
nsl_fit_options nsl_fit_defaults(void);

/** What is known of a parameter. Intervals are at 95 %. */
typedef struct {
    const char *name;
    double value;      /**< at its bound where `bound` */
    double known;      /**< relative bound on it as the place of the minimum */
    double error;      /**< standard error from the covariance; NaN where undefined */
    double lo, hi;     /**< of the bootstrap if there is one, else of the profile */
    double profile_lo; /**< where the profile of the objective rises to the level */
    double profile_hi; /**< of 95 %; 0 and INFINITY where it never does */
    bool bound;        /**< the best value is 0 (E, noise) or INFINITY (latents) */
    bool identified;   /**< false: the profile is flat to a side that has no end */
} nsl_fit_parameter;

/** A fit. */
typedef struct {
    nsl_form form;
    size_t parameters;
    nsl_fit_parameter parameter[NSL_FORM_PARAMETERS_MAX];
    double covariance[NSL_FORM_PARAMETERS_MAX][NSL_FORM_PARAMETERS_MAX];
    double objective;       /**< its value at the minimum */
    double sigma;           /**< √(Σwρ²/n) over the n fitted runs */
    double aic, bic;        /**< of the Gaussian likelihood with that σ, whatever the
                                 objective; σ counts as a parameter */
    double rms_log;         /**< root mean square of ρ over the fitted runs */
    double holdout_rms_log; /**< over those held out; NaN where there are none */
    size_t runs, held_out;  /**< fitted, and left out */
    size_t starts, starts_agreeing; /**< of how many starts, how many ended here */
    size_t count;                   /**< all runs, in the caller's order */
    double
        *predicted; /**< loss of each, array of `count`, the theory's to NSL_PROMISE */
    bool *is_held_out; /**< array of `count` */
    size_t bootstraps; /**< refits that converged */
    double *bootstrap; /**< their parameters, array of bootstraps × parameters */
} nsl_fit;

/** Whether a form can be fitted to the runs, before any work: what nsl_fit_find returns
 *  for options outside their range and for what the runs can never tell. */
nsl_status nsl_fit_check(const nsl_form *form, const nsl_fit_options *options,
                         size_t count, const nsl_fit_run *run, nsl_error *err);

/** Fits a form to `count` runs, whatever their order.
 *  @return NSL_OK; NSL_EINVAL for options outside their range, for latents with stopped
 *          training (field "form") and for time_scale without times; NSL_EFILE where
 * the runs cannot tell a parameter (too few, or all at one N or P: field is its name);
 *          NSL_EFAILED where no start converged; NSL_ENOMEM; NSL_ECANCELLED */
nsl_status nsl_fit_find(nsl_fit *out, const nsl_form *form,
                        const nsl_fit_options *options, size_t count,
                        const nsl_fit_run *run, nsl_error *err);
void nsl_fit_clear(nsl_fit *fit);

NSL_END

#endif
