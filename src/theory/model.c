/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Building a model: defaults, the rules between its options, the target's scale. */
#include "theory/model.h"
#include "core/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

nsl_model_options nsl_model_defaults(void)
{
    return (nsl_model_options){
        .source = NAN,
        .label_variance = NAN,
        .sigma_w2 = NAN,
        .sigma_u2 = NAN,
        .outputs = 1.0,
        .hidden = NULL,
        .hidden_count = 0,
        .convention = NSL_RIDGE_MRS,
    };
}

static nsl_status check_positive(const char *field, double value, nsl_error *err)
{
    if (isnan(value) || (value > 0.0 && isfinite(value)))
        return NSL_OK;
    return nsl_fail(err, NSL_EINVAL, field, "must be a finite number > 0, got %g",
                    value);
}

static nsl_status check_values(const nsl_model_options *o, nsl_error *err)
{
    nsl_status status = check_positive("source", o->source, err);
    if (status == NSL_OK)
        status = check_positive("label-variance", o->label_variance, err);
    if (status == NSL_OK)
        status = check_positive("sigma-w2", o->sigma_w2, err);
    if (status == NSL_OK)
        status = check_positive("sigma-u2", o->sigma_u2, err);
    if (status != NSL_OK)
        return status;
    if (!(o->outputs >= 1.0 && o->outputs == floor(o->outputs) && isfinite(o->outputs)))
        return nsl_fail(err, NSL_EINVAL, "outputs",
                        "must be a whole number >= 1, got %g", o->outputs);
    if (o->hidden_count > NSL_HIDDEN_MAX)
        return nsl_fail(err, NSL_EINVAL, "hidden", "takes at most %d widths, got %zu",
                        NSL_HIDDEN_MAX, o->hidden_count);
    for (size_t k = 0; k < o->hidden_count; k++)
        if (!(o->hidden[k] > 0.0))
            return nsl_fail(err, NSL_EINVAL, "hidden", "must be numbers > 0, got %g",
                            o->hidden[k]);
    return NSL_OK;
}

/* The rules between the options and the spectrum. */
static nsl_status check_rules(const nsl_spectrum *s, const nsl_model_options *o,
                              nsl_error *err)
{
    bool infinite = s->latents == NSL_LATENTS_INFINITE;
    bool given_w = !isnan(o->sigma_w2), given_v = !isnan(o->label_variance);
    if (s->has_target && !isnan(o->source))
        return nsl_fail(err, NSL_EINVAL, "source",
                        "contradicts the spectrum's own target weights: drop one");
    if (s->has_target && (given_w || given_v))
        return nsl_fail(err, NSL_EINVAL, given_w ? "sigma-w2" : "label-variance",
                        "does not apply: the spectrum has its own target weights");
    if (given_w && infinite)
        return nsl_fail(err, NSL_EINVAL, "sigma-w2",
                        "is not defined at latents = inf; give label-variance instead");
    if (given_w && !isnan(o->source))
        return nsl_fail(
            err, NSL_EINVAL, "sigma-w2",
            "does not apply to a source exponent; give label-variance instead");
    if (given_w && given_v)
        return nsl_fail(err, NSL_EINVAL, "sigma-w2",
                        "and label-variance both set the target's scale: drop one");
    return NSL_OK;
}

/* The option to blame for a target that double cannot scale. */
static const char *given_scale(const nsl_model_options *o)
{
    return !isnan(o->sigma_w2)         ? "sigma-w2"
           : !isnan(o->label_variance) ? "label-variance"
                                       : "lambda-max";
}

static nsl_status set_target(nsl_model *model, const nsl_model_options *o,
                             nsl_error *err)
{
    const nsl_spectrum *s = model->spectrum;
    nsl_target *target = &model->target;
    if (s->has_target) {
        s->ops->set_own(target, s);
        return NSL_OK;
    }
    double variance = isnan(o->label_variance) ? 1.0 : o->label_variance;
    model->label_variance = variance;
    model->sigma_w2 = isnan(o->sigma_w2) ? 1.0 : o->sigma_w2;
    target->source = isnan(o->source) ? 0.0 : o->source;
    if (!isnan(o->source))
        return s->ops->set_source(target, s, o->source, variance, err);
    target->kind = NSL_TARGET_MRS;
    if (isnan(o->label_variance) && s->latents != NSL_LATENTS_INFINITE)
        target->scale = model->sigma_w2 / (double)s->latents;
    else
        target->normalised = true;
    if (target->normalised)
        target->scale = variance / s->ops->trace(s);
    if (!isnormal(target->scale))
        return nsl_fail(err, NSL_EINVAL, given_scale(o),
                        "puts the target's scale outside the range of double");
    return NSL_OK;
}

nsl_status nsl_model_new(nsl_model **out, const nsl_spectrum *spectrum,
                         const nsl_model_options *options, nsl_error *err)
{
    *out = NULL;
    nsl_status status = check_values(options, err);
    if (status == NSL_OK)
        status = check_rules(spectrum, options, err);
    if (status != NSL_OK)
        return status;
    nsl_model *model =
        calloc(1, sizeof *model + options->hidden_count * sizeof *model->hidden);
    if (!model)
        return nsl_fail_memory(err);
    model->spectrum = spectrum;
    model->convention = options->convention;
    model->sigma_u2 = isnan(options->sigma_u2) ? 1.0 : options->sigma_u2;
    model->outputs = options->outputs;
    model->hidden_count = options->hidden_count;
    for (size_t k = 0; k < options->hidden_count; k++)
        model->hidden[k] = options->hidden[k];
    status = set_target(model, options, err);
    if (status != NSL_OK) {
        nsl_model_free(model);
        return status;
    }
    *out = model;
    return NSL_OK;
}

nsl_status nsl_model_new_on(nsl_model **out, const nsl_model *model,
                            const nsl_spectrum *spectrum, nsl_error *err)
{
    size_t size = sizeof *model + model->hidden_count * sizeof *model->hidden;
    *out = malloc(size);
    if (!*out)
        return nsl_fail_memory(err);
    memcpy(*out, model, size);
    (*out)->spectrum = spectrum;
    (*out)->target.owned = NULL; /* borrowed */
    return NSL_OK;
}

nsl_status nsl_model_new_like(nsl_model **out, const nsl_model *model,
                              const nsl_spectrum *spectrum, nsl_error *err)
{
    const nsl_target *target = &model->target;
    bool source = target->kind == NSL_TARGET_SOURCE;
    nsl_model_options o = nsl_model_defaults();
    o.source = source ? target->source : o.source;
    if (source || target->normalised)
        o.label_variance = model->label_variance;
    else
        o.sigma_w2 = model->sigma_w2;
    o.sigma_u2 = model->sigma_u2;
    o.outputs = model->outputs;
    o.hidden = model->hidden;
    o.hidden_count = model->hidden_count;
    o.convention = model->convention;
    return nsl_model_new(out, spectrum, &o, err);
}

nsl_status nsl_model_new_kernel(nsl_model **out, const nsl_model *model, nsl_error *err)
{
    nsl_status status = nsl_model_new_on(out, model, model->spectrum, err);
    if (status == NSL_OK)
        (*out)->convention = NSL_RIDGE_KERNEL;
    return status;
}

void nsl_model_free(nsl_model *model)
{
    if (model) {
        nsl_row_target_free(model->target.owned);
        free(model);
    }
}

const nsl_spectrum *nsl_model_spectrum(const nsl_model *model)
{
    return model->spectrum;
}

void nsl_model_moments(nsl_moments *out, const nsl_model *model, double delta)
{
    model->spectrum->ops->moments(out, model->spectrum, &model->target, delta);
    out->z = ((out->count + out->count_low) - out->above) + out->below;
}

nsl_status nsl_moments_at(nsl_moments *out, const nsl_model *model, double delta,
                          nsl_error *err)
{
    if (!(delta > 0.0 && isfinite(delta))) {
        *out = (nsl_moments){NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN,
                             NAN, NAN, NAN, NAN, NAN, NAN, NAN};
        return nsl_fail(err, NSL_EINVAL, "delta", "must be a finite number > 0, got %g",
                        delta);
    }
    nsl_model_moments(out, model, delta);
    if (isnan(out->z))
        return nsl_fail(err, NSL_EINVAL, "delta",
                        "is too small beside the largest eigenvalue, got %g", delta);
    return NSL_OK;
}

const char *nsl_model_infinite(const nsl_model *model, double features)
{
    for (size_t k = 0; k < model->hidden_count; k++)
        if (isinf(model->hidden[k]))
            return "hidden";
    return isinf(features)                                    ? "features"
           : model->spectrum->latents == NSL_LATENTS_INFINITE ? "latents"
                                                              : NULL;
}
