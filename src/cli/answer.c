/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/answer.h"
#include "cli/digits.h"
#include "cli/fitted.h"
#include "cli/training.h"
#include "core/error.h"

#include <float.h>
#include <math.h>

/* Digits that settle every bit of a double. */
enum { DIGITS_OF_DOUBLE = 18 };

static bool is_given(const cli_options *o, option_id id)
{
    return o->value[id].given;
}

void query_answer_init(query_answer *answer)
{
    answer->digits = 0;
    answer->optimal = false;
    nsl_prediction_mp_init(&answer->mp);
    mpfr_init2(answer->ridge, 53);
}

void query_answer_clear(query_answer *answer)
{
    nsl_prediction_mp_clear(&answer->mp);
    mpfr_clear(answer->ridge);
}

/* Decimals are rounded to doubles by up to half an ulp each: what that does to the loss
 * is its elasticity times the rounding. Without a text, whole numbers are exact. */
static double input_rounding(const char *text, double value, double elasticity)
{
    bool exact = text ? digits_is_double(text, value) : value == floor(value);
    return exact || isnan(elasticity) ? 0.0 : fabs(elasticity) * (DBL_EPSILON / 2);
}

/* A rate η moves the loss as the time kη does, but for what overshoots for more than
 * 10^4 steps, at the brink of stability. */
static double rounding_of_training(const nsl_prediction *p, const nsl_training *t,
                                   const nsl_point_decimals *d)
{
    if (!training_stops(t))
        return 0.0;
    return t->kind == NSL_FLOW
               ? input_rounding(d ? d->time : NULL, t->time, p->elasticity_time)
               : input_rounding(d ? d->rate : NULL, t->rate, p->elasticity_time);
}

/* Relative bound on the test loss for the numbers as given. The elasticity to a hidden
 * width W is at most some W/(W − z). */
static double error_of_inputs(const nsl_prediction *p, const nsl_point *point,
                              const nsl_point_decimals *d, const query_setup *setup)
{
    double error =
        p->error +
        input_rounding(d ? d->features : NULL, point->features,
                       p->elasticity_features) +
        input_rounding(d ? d->samples : NULL, point->samples, p->elasticity_samples) +
        input_rounding(d ? d->ridge : NULL, point->ridge, p->elasticity_ridge) +
        rounding_of_training(p, &point->training, d);
    for (size_t k = 0; k < setup->hidden_count; k++)
        if (isfinite(setup->hidden[k]))
            error +=
                input_rounding(NULL, setup->hidden[k],
                               2.0 * setup->hidden[k] / (setup->hidden[k] - p->dof));
    return error;
}

static nsl_status predict_double(query_answer *out, const cli_options *o,
                                 const query_setup *setup, const nsl_point *point,
                                 const nsl_point_decimals *decimals, nsl_error *err)
{
    nsl_point at = *point;
    at.features = fitted_features(o, at.features);
    if (query_is_optimal(o))
        at.training =
            (nsl_training){.kind = NSL_TRAINED}; /* training_check sees to it */
    out->digits = 0;
    out->optimal = query_is_optimal(o);
    nsl_status status = out->optimal ? nsl_predict_optimal(&out->p, &out->optimum,
                                                           setup->model, &at, err)
                                     : nsl_predict(&out->p, setup->model, &at, err);
    if (status == NSL_OK)
        out->error = error_of_inputs(&out->p, point, decimals, setup);
    return status;
}

nsl_status query_predict_double(query_answer *out, const cli_options *o,
                                const query_setup *setup, const nsl_point *point,
                                nsl_error *err)
{
    return predict_double(out, o, setup, point, NULL, err);
}

/* How much a width's rounding may move Δ, parts of the loss and elasticities, relative:
 * they hang on its distances from the other widths and the rank, unless a ridge keeps
 * it further than that from the effective dimension. */
static double width_rounding(const char *text, double width, const double *others,
                             size_t count, double dof)
{
    enum { MARGIN = 8 }; /* derivatives of losses and elasticities over those of gaps */
    double sensitivity = 0.0;
    if (!isfinite(width) ||
        (text ? digits_is_double(text, width) : width == floor(width)))
        return 0.0;
    for (size_t i = 0; i < count; i++)
        if (isfinite(others[i]))
            sensitivity += width / fmax(fabs(width - others[i]), fabs(width - dof));
    return MARGIN * sensitivity * (DBL_EPSILON / 2);
}

static double rounding_of_widths(const query_answer *answer, const query_setup *setup,
                                 const nsl_point *point, const nsl_point_decimals *d)
{
    uint64_t rank = nsl_spectrum_rank(setup->spectrum);
    double others[NSL_HIDDEN_MAX + 2], dof = answer->p.dof, error = 0.0;
    others[0] = rank == NSL_LATENTS_INFINITE ? (double)INFINITY : (double)rank;
    others[1] = point->samples;
    for (size_t k = 0; k < setup->hidden_count; k++)
        others[2 + k] = setup->hidden[k];
    error += width_rounding(d->features, point->features, others,
                            setup->hidden_count + 2, dof);
    others[1] = point->features;
    error += width_rounding(d->samples, point->samples, others, setup->hidden_count + 2,
                            dof);
    for (size_t k = 0; k < setup->hidden_count; k++) {
        const double beside[] = {others[0], point->features, point->samples};
        error += width_rounding(NULL, setup->hidden[k], beside, 3, dof);
    }
    return error;
}

/* Whether double has said all: its bounds keep the promise, and what it calls a tie (a
 * divergence, a kink, a vanishing loss) is one for the decimals too. */
static bool double_suffices(const query_answer *answer, const query_setup *setup,
                            const nsl_point *point, const nsl_point_decimals *d)
{
    unsigned ties = NSL_NOTE_DIVERGES | NSL_NOTE_KINK | NSL_NOTE_ZERO_LOSS;
    bool exact = digits_is_double(d->features, point->features) &&
                 digits_is_double(d->samples, point->samples);
    if (answer->error > NSL_PROMISE || (answer->p.notes & NSL_NOTE_ELASTICITY))
        return false;
    if (answer->optimal && answer->optimum.error > NSL_PROMISE)
        return false;
    if (!exact && ((answer->p.notes & ties) || answer->p.delta == 0.0))
        return false;
    return !(rounding_of_widths(answer, setup, point, d) > NSL_PROMISE);
}

static nsl_status predict_digits(query_answer *out, const query_setup *setup,
                                 const nsl_point *point,
                                 const nsl_point_decimals *decimals, nsl_units units,
                                 unsigned digits, nsl_error *err)
{
    return out->optimal ? nsl_predict_optimal_mp(&out->mp, out->ridge, &out->optimum,
                                                 setup->exact, point, decimals, units,
                                                 digits, err)
                        : nsl_predict_mp(&out->mp, setup->exact, point, decimals, units,
                                         digits, err);
}

nsl_status query_predict(query_answer *out, const cli_options *o,
                         const query_setup *setup, const nsl_point *point,
                         const nsl_point_decimals *decimals, nsl_error *err)
{
    nsl_units plain = {false, false};
    nsl_units units = {is_given(o, OPT_MSE), is_given(o, OPT_TEST_NOISE)};
    nsl_point trained = *point;
    if (point->training.kind == NSL_FLOW && !training_stops(&point->training))
        trained.training = (nsl_training){.kind = NSL_TRAINED};
    if (is_given(o, OPT_DIGITS)) {
        out->digits = (unsigned)o->value[OPT_DIGITS].whole;
        out->optimal = query_is_optimal(o);
        nsl_status status =
            predict_digits(out, setup, &trained, decimals, units, out->digits, err);
        digits_to_double(&out->p, &out->mp);
        out->p.notes = out->mp.notes; /* what double cannot hold is no matter here */
        return status;
    }
    nsl_status status = predict_double(out, o, setup, point, decimals, err);
    if (training_stops(&point->training)) /* digits by the bound */
        return status;
    trained.training = (nsl_training){.kind = NSL_TRAINED};
    bool kept =
        status == NSL_OK && (o->fitted || double_suffices(out, setup, point, decimals));
    if (kept || status == NSL_EINVAL || status == NSL_ENOMEM)
        return status;
    nsl_status exact =
        predict_digits(out, setup, &trained, decimals, plain, DIGITS_OF_DOUBLE, NULL);
    if (exact == NSL_ENOMEM)
        return nsl_fail_memory(err);
    if (exact == NSL_OK) {
        digits_to_double(&out->p, &out->mp);
        out->error = out->p.error;
        if (out->optimal) {
            out->optimum.ridge = mpfr_get_d(out->ridge, MPFR_RNDN);
            out->optimum.error = DBL_EPSILON;
        }
        return NSL_OK;
    }
    return status; /* double's best, with its notes */
}

nsl_status query_predict_course(query_answer *out, const cli_options *o,
                                const query_setup *setup, nsl_course *course,
                                const nsl_point *point,
                                const nsl_point_decimals *decimals, nsl_error *err)
{
    if (is_given(o, OPT_DIGITS) || !training_stops(&point->training))
        return query_predict(out, o, setup, point, decimals, err);
    out->digits = 0;
    out->optimal = false;
    nsl_status status =
        nsl_course_at(&out->p, course, training_length(&point->training), err);
    if (status == NSL_OK)
        out->error = error_of_inputs(&out->p, point, decimals, setup);
    return status;
}
