/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names and parameters of the forms. */
#include "empirical/form.h"
#include "core/error.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const chinchilla_names[] = {"E", "A", "B", "alpha", "beta"};
static const char *const kaplan_names[] = {"N_c", "D_c", "alpha_N", "alpha_D"};
static const char *const theory_names[] = {"E", "A", "alpha", "k"};
enum { THEORY_PLAIN = 4 };

/* The theory's switches, in the order of their parameters. */
static const struct {
    const char *name, *parameter;
    size_t offset;
    int number;
} switches[] = {
    {"source", "beta", offsetof(nsl_form, source), NSL_THEORY_SOURCE},
    {"latents", "latents", offsetof(nsl_form, latents), NSL_THEORY_LATENTS},
    {"noise", "noise", offsetof(nsl_form, noise), NSL_THEORY_NOISE},
    {"ridge", "ridge", offsetof(nsl_form, ridge), NSL_THEORY_RIDGE},
    {"time", "time_scale", offsetof(nsl_form, time), NSL_THEORY_TIME},
};
enum { SWITCHES = sizeof switches / sizeof *switches };

static const char *const power_names[] = {"power:N", "power:P", "power:C"};

static bool switched(const nsl_form *form, int s)
{
    return *(const bool *)((const char *)form + switches[s].offset);
}

static nsl_status fail_name(nsl_error *err, const char *text)
{
    return nsl_fail(err, NSL_EINVAL, "form",
                    "must be theory (with +source, +latents, +noise, +ridge, +time), "
                    "chinchilla, kaplan, power:N, power:P or power:C, got '%.60s'",
                    text);
}

/* "+source+noise" after "theory". */
static bool parse_switches(nsl_form *form, const char *text)
{
    while (*text == '+') {
        size_t length = strcspn(++text, "+");
        int s = 0;
        while (s < SWITCHES && (strlen(switches[s].name) != length ||
                                strncmp(switches[s].name, text, length) != 0))
            s++;
        if (s == SWITCHES || switched(form, s))
            return false;
        *(bool *)((char *)form + switches[s].offset) = true;
        text += length;
    }
    return *text == '\0';
}

nsl_status nsl_form_parse(nsl_form *out, const char *text, nsl_error *err)
{
    static const char theory[] = "theory";
    *out = (nsl_form){.kind = NSL_FORM_THEORY};
    if (strncmp(text, theory, strlen(theory)) == 0)
        return parse_switches(out, text + strlen(theory)) ? NSL_OK
                                                          : fail_name(err, text);
    if (strcmp(text, "chinchilla") == 0)
        out->kind = NSL_FORM_CHINCHILLA;
    else if (strcmp(text, "kaplan") == 0)
        out->kind = NSL_FORM_KAPLAN;
    else
        out->kind = NSL_FORM_POWER;
    if (out->kind != NSL_FORM_POWER)
        return NSL_OK;
    for (int of = NSL_POWER_PARAMETERS; of <= NSL_POWER_COMPUTE; of++)
        if (strcmp(text, power_names[of]) == 0) {
            out->resource = (nsl_power_of)of;
            return NSL_OK;
        }
    return fail_name(err, text);
}

void nsl_form_name(char out[NSL_FORM_NAME_MAX], const nsl_form *form)
{
    static const char *const names[] = {"theory", "chinchilla", "kaplan"};
    bool power = form->kind == NSL_FORM_POWER;
    snprintf(out, NSL_FORM_NAME_MAX, "%s",
             power ? power_names[form->resource] : names[form->kind]);
    for (int s = 0; s < SWITCHES && form->kind == NSL_FORM_THEORY; s++)
        if (switched(form, s)) {
            size_t used = strlen(out);
            snprintf(out + used, NSL_FORM_NAME_MAX - used, "+%s", switches[s].name);
        }
}

size_t nsl_form_parameters(const nsl_form *form)
{
    size_t count = THEORY_PLAIN;
    switch (form->kind) {
    case NSL_FORM_CHINCHILLA:
        return sizeof chinchilla_names / sizeof *chinchilla_names;
    case NSL_FORM_KAPLAN:
        return sizeof kaplan_names / sizeof *kaplan_names;
    case NSL_FORM_POWER:
        return 3; /* E, A, alpha */
    case NSL_FORM_THEORY:
        break;
    }
    for (int s = 0; s < SWITCHES; s++)
        count += switched(form, s);
    return count;
}

/* The switch of the i-th parameter, i ≥ THEORY_PLAIN. */
static int switch_of(const nsl_form *form, size_t i)
{
    int s = 0;
    for (size_t left = i - THEORY_PLAIN;; s++)
        if (switched(form, s) && left-- == 0)
            return s;
}

const char *nsl_form_parameter(const nsl_form *form, size_t i)
{
    if (form->kind == NSL_FORM_CHINCHILLA)
        return chinchilla_names[i];
    if (form->kind == NSL_FORM_KAPLAN)
        return kaplan_names[i];
    return i < THEORY_PLAIN ? theory_names[i] : switches[switch_of(form, i)].parameter;
}

int nsl_form_theory_number(const nsl_form *form, size_t i)
{
    if (i < THEORY_PLAIN)
        return i == 2 ? NSL_THEORY_ALPHA : NSL_THEORY_K;
    return switches[switch_of(form, i)].number;
}

static bool is_number(const nsl_form *form, size_t i, int number)
{
    return form->kind == NSL_FORM_THEORY && i >= THEORY_PLAIN &&
           nsl_form_theory_number(form, i) == number;
}

bool nsl_form_may_vanish(const nsl_form *form, size_t i)
{
    return (i == 0 && form->kind != NSL_FORM_KAPLAN) ||
           is_number(form, i, NSL_THEORY_NOISE);
}

/* Logarithms, and multiples of a number, as good as infinity. */
static const double FAR_LOG = 60.0, FAR = 1e6;

void nsl_form_range(double *low, double *high, const nsl_form *form, size_t i,
                    double at)
{
    int number = form->kind == NSL_FORM_THEORY && i >= 2
                     ? nsl_form_theory_number(form, i)
                     : NSL_THEORY_NUMBERS;
    *low = at - FAR_LOG;
    *high = at + FAR_LOG;
    if (nsl_form_may_vanish(form, i)) {
        *low = 0.0;
        *high = at > 0.0 ? at * FAR : FAR;
    } else if (number == NSL_THEORY_ALPHA) {
        *low = log(nsl_law_least[NSL_LAW_ALPHA]);
        *high = log(nsl_law_most[NSL_LAW_ALPHA]);
    } else if (number == NSL_THEORY_SOURCE) {
        *low = log(nsl_law_least[NSL_LAW_SOURCE]);
        *high = log(nsl_law_most[NSL_LAW_SOURCE]);
    } else if (number == NSL_THEORY_LATENTS) {
        *low = -log(nsl_law_most[NSL_LAW_LATENTS]);
        *high = -log(nsl_law_least[NSL_LAW_LATENTS]);
    }
}

bool nsl_form_is_reciprocal(const nsl_form *form, size_t i)
{
    return is_number(form, i, NSL_THEORY_LATENTS);
}

bool nsl_form_is_ridge(const nsl_form *form, size_t i)
{
    return is_number(form, i, NSL_THEORY_RIDGE);
}

double nsl_form_parameter_at(const nsl_form *form, size_t i, double at)
{
    if (nsl_form_may_vanish(form, i))
        return at;
    return nsl_form_is_reciprocal(form, i) ? exp(-at) : exp(at);
}

void nsl_form_coordinates(double *out, const nsl_form *form, const double *parameter)
{
    for (size_t i = 0; i < nsl_form_parameters(form); i++)
        out[i] = nsl_form_may_vanish(form, i)      ? parameter[i]
                 : nsl_form_is_reciprocal(form, i) ? -log(parameter[i])
                                                   : log(parameter[i]);
}

void nsl_form_from_coordinates(double *out, const nsl_form *form, const double *at)
{
    for (size_t i = 0; i < nsl_form_parameters(form); i++)
        out[i] = nsl_form_parameter_at(form, i, at[i]);
}

void nsl_theory_numbers(double number[NSL_THEORY_NUMBERS], const nsl_form *form,
                        const double *parameter)
{
    for (int j = 0; j < NSL_THEORY_NUMBERS; j++)
        number[j] = 0.0;
    for (size_t i = 2; i < nsl_form_parameters(form); i++)
        number[nsl_form_theory_number(form, i)] = parameter[i];
}
