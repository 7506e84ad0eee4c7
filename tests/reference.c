/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reference.h"
#include "input/number.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void reference_open(reference *r, const char *path)
{
    nsl_error err = {0};
    r->file = fopen(testing_path(path), "r");
    cr_assert(r->file, "%s is missing", path);
    cr_assert(nsl_csv_open(&r->csv, r->file, path, &err) == NSL_OK, "%s", err.message);
}

bool reference_next(reference *r)
{
    nsl_error err = {0};
    cr_assert(nsl_csv_next(&r->csv, &err) == NSL_OK, "%s", err.message);
    return !r->csv.ended;
}

void reference_close(reference *r)
{
    nsl_csv_close(&r->csv);
    fclose(r->file);
}

const char *reference_text(const reference *r, const char *name)
{
    int column = nsl_csv_column(&r->csv, name);
    cr_assert(column != NSL_CSV_NONE, "no column %s", name);
    return r->csv.field[column];
}

/* NaN for an empty cell, 0 for one below the range of double. */
double reference_number(const reference *r, const char *name)
{
    double value;
    nsl_number_status status = nsl_number_parse(reference_text(r, name), &value);
    return status == NSL_NUMBER_TOO_SMALL ? 0.0 : value;
}

double reference_number_or(const reference *r, const char *name, double fallback)
{
    double value = reference_number(r, name);
    return isnan(value) ? fallback : value;
}

static nsl_spectrum *row_spectrum(const reference *r)
{
    nsl_spectrum *spectrum = NULL;
    nsl_error err = {0};
    const char *kind = reference_text(r, "spectrum");
    nsl_status status;
    if (strcmp(kind, "powerlaw") == 0) {
        const char *latents = reference_text(r, "latents");
        uint64_t m = strcmp(latents, "inf") == 0 ? NSL_LATENTS_INFINITE
                                                 : strtoull(latents, NULL, 10);
        status = nsl_spectrum_new_powerlaw(&spectrum, reference_number(r, "alpha"),
                                           reference_number_or(r, "lambda_max", 1.0), m,
                                           &err);
    } else {
        char path[256];
        snprintf(path, sizeof path, "data/reference/%s", kind);
        status = nsl_spectrum_read_exact(&spectrum, testing_path(path), &err);
    }
    cr_assert(status == NSL_OK, "%s: %s", kind, err.message);
    return spectrum;
}

/* Widths separated by ";". */
static size_t hidden_widths(const char *list, double *out)
{
    size_t count = 0;
    while (*list) {
        char *end;
        out[count++] = strtod(list, &end);
        list = *end == ';' ? end + 1 : end;
    }
    return count;
}

static testing_model make_model(const reference *r, bool kernel)
{
    double hidden[NSL_HIDDEN_MAX];
    nsl_model_options o = nsl_model_defaults();
    o.source = reference_number(r, "source");
    o.label_variance = reference_number(r, "label_variance");
    o.sigma_w2 = reference_number(r, "sigma_w2");
    o.sigma_u2 = reference_number(r, "sigma_u2");
    o.outputs = reference_number_or(r, "outputs", 1.0);
    o.hidden_count = hidden_widths(reference_text(r, "hidden"), hidden);
    o.hidden = hidden;
    if (kernel)
        o.convention = NSL_RIDGE_KERNEL;
    return testing_on(row_spectrum(r), &o);
}

testing_model reference_model(const reference *r)
{
    bool named = nsl_csv_column(&r->csv, "convention") != NSL_CSV_NONE;
    const char *cell = reference_text(r, named ? "convention" : "kernel_ridge");
    return make_model(r, named ? strcmp(cell, "kernel_ridge") == 0 : *cell != '\0');
}

testing_model reference_kernel_model(const reference *r)
{
    return make_model(r, true);
}

static const char *text_or_null(const reference *r, const char *name)
{
    return *reference_text(r, name) ? reference_text(r, name) : NULL;
}

/* Cuts a ";"-separated list in place. */
static size_t cut_list(char *list, const char **out)
{
    size_t count = 0;
    char *save = NULL;
    for (char *item = strtok_r(list, ";", &save); item;
         item = strtok_r(NULL, ";", &save))
        out[count++] = item;
    return count;
}

void reference_check_digits(const reference *r, const char *name, mpfr_srcptr got,
                            double bound)
{
    mpfr_t expected;
    const char *cell = reference_text(r, name);
    if (!*cell || strcmp(cell, "inf") == 0) {
        cr_expect(!*cell || mpfr_nan_p(got), "%s: %s is a number at a divergence",
                  reference_text(r, "name"), name);
        return;
    }
    mpfr_init2(expected, 400);
    mpfr_set_str(expected, cell, 10, MPFR_RNDN);
    if (mpfr_zero_p(expected)) {
        cr_expect(mpfr_zero_p(got), "%s: %s is not 0", reference_text(r, "name"), name);
    } else {
        mpfr_t distance;
        mpfr_init2(distance, 400);
        mpfr_sub(distance, got, expected, MPFR_RNDN);
        mpfr_div(distance, distance, expected, MPFR_RNDN);
        double off = mpfr_nan_p(distance) ? 1.0 : fabs(mpfr_get_d(distance, MPFR_RNDN));
        cr_expect(off < bound, "%s: %s is off by %.2e", reference_text(r, "name"), name,
                  off);
        mpfr_clear(distance);
    }
    mpfr_clear(expected);
}

nsl_model_mp *reference_exact(const reference *r, const nsl_model *model)
{
    char hidden[256];
    const char *widths[NSL_HIDDEN_MAX];
    nsl_model_mp *exact;
    nsl_error err = {0};
    snprintf(hidden, sizeof hidden, "%s", reference_text(r, "hidden"));
    cut_list(hidden, widths);
    nsl_model_decimals d = {.alpha = text_or_null(r, "alpha"),
                            .lambda_max = text_or_null(r, "lambda_max"),
                            .source = text_or_null(r, "source"),
                            .label_variance = text_or_null(r, "label_variance"),
                            .sigma_w2 = text_or_null(r, "sigma_w2"),
                            .sigma_u2 = text_or_null(r, "sigma_u2"),
                            .hidden = *hidden ? widths : NULL};
    cr_assert(nsl_model_mp_new(&exact, model, &d, &err) == NSL_OK, "%s", err.message);
    return exact;
}
