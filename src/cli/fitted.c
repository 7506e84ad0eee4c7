/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/fitted.h"
#include "cli/value.h"
#include "input/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the file settles, and --model therefore excludes. */
static const option_id settled[] = {
    OPT_SPECTRUM, OPT_ALPHA,          OPT_LATENTS,    OPT_LAMBDA_MAX,
    OPT_SOURCE,   OPT_LABEL_VARIANCE, OPT_SIGMA_W2,   OPT_SIGMA_U2,
    OPT_OUTPUTS,  OPT_HIDDEN,         OPT_ENSEMBLE,   OPT_RIDGE,
    OPT_NOISE,    OPT_KERNEL_RIDGE,   OPT_TEST_NOISE, OPT_MSE,
    OPT_DIGITS,   OPT_INTEGER,        OPT_DECOMPOSE,  OPT_TIME,
    OPT_STEPS,    OPT_LEARNING_RATE};

static int check_settled(const cli_options *o)
{
    for (size_t i = 0; i < sizeof settled / sizeof *settled; i++)
        if (options_given(o, settled[i]))
            return options_complain(o->command, EXIT_USAGE,
                                    "--model and --%s exclude each other",
                                    option_table[settled[i]].name);
    if (o->command_bit == FOR_SOLVE && options_given(o, OPT_FOR) &&
        (strcmp(o->value[OPT_FOR].text, "ridge") == 0 ||
         strcmp(o->value[OPT_FOR].text, "kernel-ridge") == 0 ||
         strcmp(o->value[OPT_FOR].text, "noise") == 0))
        return options_complain(o->command, EXIT_USAGE,
                                "--model goes with --for N and --for P only");
    return EXIT_FINE;
}

/* As if the option had been given; not part of the record. */
static void imply(cli_options *o, option_id id, double number, const char *text)
{
    option_value *value = &o->value[id];
    value->given = value->implied = true;
    value->number = number;
    value->text = text;
    if (option_table[id].kind == KIND_WHOLE)
        value->whole = isinf(number) ? NSL_LATENTS_INFINITE : (uint64_t)round(number);
}

static void imply_all(cli_options *o, const fitted_model *m)
{
    static const option_id options[NSL_THEORY_NUMBERS] = {
        [NSL_THEORY_ALPHA] = OPT_ALPHA,
        [NSL_THEORY_SOURCE] = OPT_SOURCE,
        [NSL_THEORY_LATENTS] = OPT_LATENTS,
        [NSL_THEORY_NOISE] = OPT_NOISE,
        [NSL_THEORY_RIDGE] = OPT_KERNEL_RIDGE};
    for (size_t i = 2; i < nsl_form_parameters(&m->form); i++) {
        int number = nsl_form_theory_number(&m->form, i);
        if (number != NSL_THEORY_K)
            imply(o, options[number], m->parameter[i], m->text[i]);
    }
    imply(o, OPT_LABEL_VARIANCE, 1.0, "1");
    if (!m->form.ridge) {
        imply(o, OPT_KERNEL_RIDGE, 0.0, "opt");
        o->value[OPT_KERNEL_RIDGE].optimal = true;
    }
}

int fitted_take(cli_options *o)
{
    if (!options_given(o, OPT_MODEL))
        return EXIT_FINE;
    int code = check_settled(o);
    if (code != EXIT_FINE)
        return code;
    nsl_error err = {0};
    fitted_model *m = calloc(1, sizeof *m);
    if (!m)
        return options_complain(o->command, EXIT_COMPUTATION, "out of memory");
    o->fitted = m;
    if (fitted_read(m, o->value[OPT_MODEL].text, &err) != NSL_OK)
        return options_complain_error(o->command, &err);
    for (size_t i = 0; i < nsl_form_parameters(&m->form); i++)
        value_shortest(m->text[i], sizeof m->text[i], m->parameter[i]);
    m->left = m->parameter[0];
    m->scale = m->parameter[1];
    m->k = m->parameter[3];
    imply_all(o, m);
    return EXIT_FINE;
}

void fitted_clear(cli_options *o)
{
    if (o->fitted)
        free(o->fitted->samples);
    free(o->fitted);
    o->fitted = NULL;
}

double fitted_features(const cli_options *o, double parameters)
{
    return o->fitted ? o->fitted->k * parameters : parameters;
}

double fitted_parameters(const cli_options *o, double features)
{
    return o->fitted ? features / o->fitted->k : features;
}

nsl_status fitted_cost(char *out, size_t size, const char *cost, double k,
                       nsl_error *err)
{
    size_t used = 0;
    char factor[32];
    value_shortest(factor, sizeof factor, 1.0 / k);
    for (; *cost && used < size; cost++)
        used +=
            (size_t)(*cost == 'N' ? snprintf(out + used, size - used, "(N*%s)", factor)
                                  : snprintf(out + used, size - used, "%c", *cost));
    if (used < size)
        return NSL_OK;
    *err = (nsl_error){.status = NSL_EINVAL, .field = "cost"};
    snprintf(err->message, sizeof err->message,
             "has N too often to go with --model: at most some %d times",
             NSL_COST_TEXT_MAX / (int)sizeof factor);
    return NSL_EINVAL;
}

bool fitted_has_intervals(const cli_options *o)
{
    return o->fitted && o->fitted->refits.count > 0;
}

/* "A, k" */
static void list_unknowns(char *out, size_t size, const fitted_model *m)
{
    size_t used = 0;
    *out = '\0';
    for (size_t i = 0; i < m->unknowns && used < size; i++)
        used += (size_t)snprintf(out + used, size - used, "%s%s", i ? ", " : "",
                                 m->unknown[i]);
}

void fitted_describe(document *d, const cli_options *o)
{
    const fitted_model *m = o->fitted;
    char name[NSL_FORM_NAME_MAX], unknowns[128];
    nsl_form_name(name, &m->form);
    document_add_model(d, "model", cell_text(o->value[OPT_MODEL].text));
    document_add_model(d, "form", cell_text(name));
    document_add_model(d, "E", cell_given(m->left));
    document_add_model(d, "A", cell_given(m->scale));
    document_add_model(d, "k", cell_given(m->k));
    document_add_model(d, "refits", cell_whole(m->refits.count));
    list_unknowns(unknowns, sizeof unknowns, m);
    document_add_model(d, "not_identified", cell_text(unknowns));
}

char *fitted_caption(const cli_options *o, const char *more)
{
    const fitted_model *m = o->fitted;
    char name[96], values[256], unknowns[128], about[512], *out = NULL;
    size_t used = 0;
    nsl_printable(name, sizeof name, o->value[OPT_MODEL].text);
    for (size_t i = 0; i < nsl_form_parameters(&m->form); i++)
        used += (size_t)snprintf(values + used, sizeof values - used, "%s%s = %.5g",
                                 i ? ", " : "", nsl_form_parameter(&m->form, i),
                                 m->parameter[i]);
    list_unknowns(unknowns, sizeof unknowns, m);
    snprintf(about, sizeof about, "%s%s%s",
             m->unknowns ? "not identified by its runs: " : "", unknowns,
             m->unknowns
                 ? "; other values do as well, and only losses near\nthose runs "
                   "are known: no intervals"
             : m->refits.count ? "lo, hi: 95 % interval of the fit's bootstrap"
                               : "no intervals: the fit has no --bootstrap");
    int length =
        asprintf(&out, "fitted model %s: loss = E + A*l(kN, P)\n%s\n%s\n%s%s\n", name,
                 values, about, more ? more : "", more ? "\n" : "");
    return length < 0 ? NULL : out;
}
