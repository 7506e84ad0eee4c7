/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/figures.h"
#include "input/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

figure_axis figures_axis(const cli_options *o, option_id id)
{
    switch (id) {
    case OPT_FEATURES:
        return (figure_axis){o->fitted ? "parameters" : "features", "N", true};
    case OPT_SAMPLES:
        return (figure_axis){"samples", "P", true};
    case OPT_LATENTS:
        return (figure_axis){"latent dimensions", "M", true};
    case OPT_RIDGE:
        return (figure_axis){"ridge", "γ", true};
    case OPT_KERNEL_RIDGE:
        return (figure_axis){"kernel ridge", "δ", true};
    case OPT_NOISE:
        return (figure_axis){"label noise", "σ_ε²", true};
    case OPT_TIME:
        return (figure_axis){"training time", "t", true};
    case OPT_STEPS:
        return (figure_axis){"training steps", "k", true};
    case OPT_LEARNING_RATE:
        return (figure_axis){"learning rate", "η", true};
    case OPT_ALPHA:
        return (figure_axis){"exponent of the spectrum", "α", true};
    default:
        return (figure_axis){option_table[id].name, "", true};
    }
}

figure_axis figures_loss_axis(const cli_options *o)
{
    if (o->fitted)
        return (figure_axis){"loss", "L", true};
    if (!o->value[OPT_MSE].given)
        return (figure_axis){"test loss", "L (½ squared error)", true};
    return (figure_axis){o->value[OPT_OUTPUTS].given ? "mean squared error per output"
                                                     : "mean squared error",
                         "", true};
}

char *figures_caption(const cli_options *o, const char *table_caption, const char *more)
{
    char *out = NULL;
    size_t first = strcspn(table_caption, "\n");
    const char *rest = table_caption + first + (table_caption[first] != '\0');
    int length = asprintf(&out, "%.*s; %.*s%s%s%s", (int)first, table_caption,
                          (int)strcspn(rest, "\n"), rest,
                          o->value[OPT_TEST_NOISE].given ? "; noisy test labels" : "",
                          more && *more ? "; " : "", more ? more : "");
    return length < 0 ? NULL : out;
}

void figures_fixed_sizes(char *out, size_t size, const cli_options *o)
{
    static const struct {
        option_id id;
        const char *name;
    } sizes[] = {{OPT_FEATURES, "features N"},
                 {OPT_SAMPLES, "samples P"},
                 {OPT_SAMPLES_PER_FEATURE, "samples per feature"}};
    size_t used = 0;
    *out = '\0';
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes && used < size; i++) {
        const option_value *value = &o->value[sizes[i].id];
        if (value->given && value->sweep_count == 0)
            used += (size_t)snprintf(out + used, size - used, "%s%s = %.6g",
                                     used ? ", " : "", sizes[i].name, value->number);
    }
}

void figures_power(char *out, size_t size, const char *symbol, double exponent)
{
    snprintf(out, size, "%s^%s%.3g", symbol, exponent < 0.0 ? "−" : "", fabs(exponent));
}

/* amplitude·R^−exponent, times (ln R + shift) where there is a logarithm. */
static double law_at(const nsl_law_mp *law, double resource)
{
    double value = mpfr_get_d(law->amplitude, MPFR_RNDN) *
                   pow(resource, -mpfr_get_d(law->exponent, MPFR_RNDN));
    if (law->logarithm)
        value *= log(resource) + mpfr_get_d(law->log_shift, MPFR_RNDN);
    return value;
}

bool figures_add_law(figure *f, const nsl_law_mp *law, nsl_range range,
                     const char *symbol, double low, double high)
{
    enum { POINTS = 25 };
    static const double BEYOND = 10.0;
    char power[64], label[96];
    double exponent = mpfr_get_d(law->exponent, MPFR_RNDN);
    if (exponent == 0.0 || mpfr_nan_p(law->amplitude) ||
        (law->logarithm && mpfr_nan_p(law->log_shift)) ||
        !(range.from < high && range.to > low))
        return true;
    figures_power(power, sizeof power, symbol, -exponent);
    snprintf(label, sizeof label, "∝ %s%s%s", power, law->logarithm ? " ln " : "",
             law->logarithm ? symbol : "");
    figure_series *s = figure_add(f, SERIES_LAW, label, POINTS, false);
    if (!s)
        return false;
    double from = fmax(range.from / BEYOND, low), to = fmin(range.to * BEYOND, high);
    for (size_t i = 0; i < POINTS; i++) {
        s->x[i] =
            i + 1 == POINTS ? to : from * pow(to / from, (double)i / (POINTS - 1));
        s->y[i] = law_at(law, s->x[i]);
    }
    return true;
}
