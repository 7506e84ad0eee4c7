/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The JSON that nslaw fit writes, as far as a model needs it; any of it may be wrong.
 */
#include "cli/fitted.h"
#include "cli/json_read.h"
#include "core/error.h"
#include "input/file.h"
#include "input/number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Files beyond this are none that a fit wrote: a million refits, the most there are,
 * take a half of it. What is parsed takes some 30 times as much memory. */
static const size_t LARGEST = (size_t)1 << 28;

/* A file being read; every failure names it. */
typedef struct {
    const char *name;
    nsl_error *err;
} source;

static nsl_status fail(const source *s, const char *what, const char *why)
{
    return nsl_fail(s->err, NSL_EFILE, "", "%s: %s %s", s->name, what, why);
}

static nsl_status parse(struct json_object **root, FILE *stream, const source *s)
{
    nsl_status status = json_read(root, stream, LARGEST);
    if (status == NSL_ENOMEM)
        return nsl_fail_memory(s->err);
    if (ferror(stream))
        return fail(s, "it", "cannot be read");
    return status == NSL_OK
               ? status
               : fail(s, "it", "is not the JSON that nslaw fit -f json writes");
}

static struct json_object *member(struct json_object *of, const char *key,
                                  enum json_type type)
{
    struct json_object *value = NULL;
    if (!json_object_is_type(of, json_type_object) ||
        !json_object_object_get_ex(of, key, &value) ||
        !json_object_is_type(value, type))
        return NULL;
    return value;
}

/* A number in the i-th parameter's range; null, where that may be infinite, is that. */
static bool number_of(double *out, struct json_object *value, const nsl_form *form,
                      size_t i)
{
    if (!value && nsl_form_is_reciprocal(form, i)) {
        *out = (double)INFINITY;
        return true;
    }
    if (!json_object_is_type(value, json_type_double) &&
        !json_object_is_type(value, json_type_int))
        return false;
    *out = json_object_get_double(value);
    double low, high, at = nsl_form_may_vanish(form, i) ? *out : log(*out);
    at = nsl_form_is_reciprocal(form, i) ? -at : at;
    nsl_form_range(&low, &high, form, i, at);
    return isfinite(at) && at >= low && at <= high;
}

static nsl_status take_parameters(fitted_model *m, struct json_object *form,
                                  const source *s)
{
    struct json_object *all = member(form, "parameters", json_type_object);
    for (size_t i = 0; i < nsl_form_parameters(&m->form); i++) {
        const char *name = nsl_form_parameter(&m->form, i);
        struct json_object *one = member(all, name, json_type_object), *value = NULL;
        if (!one)
            return fail(s, name, "is missing from the form's parameters");
        json_object_object_get_ex(one, "value", &value);
        if (!value && json_object_object_get_ex(one, "best", &value))
            m->unknown[m->unknowns++] = name;
        if (!number_of(&m->parameter[i], value, &m->form, i))
            return fail(s, name, "has no value in its range");
    }
    return NSL_OK;
}

static nsl_status take_refit(double *out, struct json_object *row,
                             const fitted_model *m, const source *s)
{
    size_t parameters = nsl_form_parameters(&m->form);
    if (!json_object_is_type(row, json_type_array) ||
        json_object_array_length(row) != parameters)
        return fail(s, "bootstrap.samples",
                    "has a row that is not a value a parameter");
    for (size_t i = 0; i < parameters; i++)
        if (!number_of(&out[i], json_object_array_get_idx(row, i), &m->form, i))
            return fail(s, "bootstrap.samples",
                        "has a value outside its parameter's range");
    return NSL_OK;
}

/* The names must be those of the form, in their order. */
static nsl_status check_names(struct json_object *bootstrap, const fitted_model *m,
                              const source *s)
{
    struct json_object *names = member(bootstrap, "parameters", json_type_array);
    size_t parameters = nsl_form_parameters(&m->form);
    bool fine = names && json_object_array_length(names) == parameters;
    for (size_t i = 0; fine && i < parameters; i++) {
        struct json_object *name = json_object_array_get_idx(names, i);
        fine =
            json_object_is_type(name, json_type_string) &&
            strcmp(json_object_get_string(name), nsl_form_parameter(&m->form, i)) == 0;
    }
    return fine ? NSL_OK : fail(s, "bootstrap.parameters", "are not those of the form");
}

static nsl_status take_refits(fitted_model *m, struct json_object *form,
                              const source *s)
{
    struct json_object *bootstrap = member(form, "bootstrap", json_type_object);
    struct json_object *rows = member(bootstrap, "samples", json_type_array);
    size_t parameters = nsl_form_parameters(&m->form);
    size_t count = rows ? json_object_array_length(rows) : 0;
    if (!bootstrap || count == 0)
        return bootstrap && !rows ? fail(s, "bootstrap.samples", "is no list") : NSL_OK;
    nsl_status status = check_names(bootstrap, m, s);
    m->samples = calloc(count * parameters, sizeof *m->samples);
    if (status == NSL_OK && !m->samples)
        status = nsl_fail_memory(s->err);
    for (size_t b = 0; b < count && status == NSL_OK; b++)
        status = take_refit(&m->samples[b * parameters],
                            json_object_array_get_idx(rows, b), m, s);
    /* refits of what is not identified stay near the fit that they start at */
    m->refits = (nsl_refits){m->form, m->unknowns ? 0 : count, m->samples};
    return status;
}

/* A fit to runs of stopped training says little of trained ones. */
static nsl_status check_trained(struct json_object *root, const source *s)
{
    struct json_object *model = member(root, "model", json_type_object), *length;
    if (!json_object_object_get_ex(model, "time", &length))
        json_object_object_get_ex(model, "steps", &length);
    const char *text = json_object_get_string(length);
    if (!text || strcmp(text, "inf") == 0)
        return NSL_OK;
    return fail(
        s, "it",
        "was fitted to runs of stopped training, which --model cannot take: ask "
        "nslaw loss --time for its l at its alpha, kN and P");
}

/* The first form of the theory. */
static nsl_status choose_form(struct json_object **out, fitted_model *m,
                              struct json_object *root, const source *s)
{
    struct json_object *forms =
        member(member(root, "summary", json_type_object), "forms", json_type_array);
    if (!forms)
        return fail(s, "it", "has no summary.forms: nslaw fit -f json writes them");
    for (size_t i = 0; i < json_object_array_length(forms); i++) {
        *out = json_object_array_get_idx(forms, i);
        struct json_object *name = member(*out, "form", json_type_string);
        if (name &&
            nsl_form_parse(&m->form, json_object_get_string(name), NULL) == NSL_OK &&
            m->form.kind == NSL_FORM_THEORY)
            return NSL_OK;
    }
    return fail(s, "it", "has no form of the theory; fit with --form theory");
}

nsl_status fitted_read(fitted_model *m, const char *path, nsl_error *err)
{
    nsl_input input;
    struct json_object *root = NULL, *form = NULL;
    nsl_status status = nsl_input_open(&input, path, err);
    if (status != NSL_OK)
        return status;
    source s = {input.name, err};
    status = parse(&root, input.stream, &s);
    if (status == NSL_OK)
        status = check_trained(root, &s);
    if (status == NSL_OK)
        status = choose_form(&form, m, root, &s);
    if (status == NSL_OK)
        status = take_parameters(m, form, &s);
    if (status == NSL_OK)
        status = take_refits(m, form, &s);
    json_object_put(root);
    nsl_input_close(&input);
    return status;
}
