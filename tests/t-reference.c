/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The library against data/reference: values to 60 digits by another route. */
#include "input/csv.h"
#include "input/number.h"
#include "testing.h"

#include <nslaw/theory_mp.h>

#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The references take decimals exactly, the library takes the nearest doubles: a
 * relative change of half an ulp in N or P moves the loss by its elasticity times
 * that, and an elasticity by its own slope, of which nothing is known but its size. */
static const double INPUT_ROUNDING = DBL_EPSILON / 2;

/* A reference table being read. */
typedef struct {
    nsl_csv csv;
    FILE *file;
} reference;

static void open_reference(reference *r, const char *path)
{
    nsl_error err = {0};
    r->file = fopen(testing_path(path), "r");
    cr_assert(r->file, "%s is missing", path);
    cr_assert(nsl_csv_open(&r->csv, r->file, path, &err) == NSL_OK, "%s", err.message);
}

static bool next_row(reference *r)
{
    nsl_error err = {0};
    cr_assert(nsl_csv_next(&r->csv, &err) == NSL_OK, "%s", err.message);
    return !r->csv.ended;
}

static void close_reference(reference *r)
{
    nsl_csv_close(&r->csv);
    fclose(r->file);
}

static const char *text(const reference *r, const char *name)
{
    int column = nsl_csv_column(&r->csv, name);
    cr_assert(column != NSL_CSV_NONE, "no column %s", name);
    return r->csv.field[column];
}

/* NaN for an empty cell, 0 for one below the range of double. */
static double number(const reference *r, const char *name)
{
    double value;
    nsl_number_status status = nsl_number_parse(text(r, name), &value);
    return status == NSL_NUMBER_TOO_SMALL ? 0.0 : value;
}

static double number_or(const reference *r, const char *name, double fallback)
{
    double value = number(r, name);
    return isnan(value) ? fallback : value;
}

static nsl_spectrum *row_spectrum(const reference *r)
{
    nsl_spectrum *spectrum = NULL;
    nsl_error err = {0};
    const char *kind = text(r, "spectrum");
    nsl_status status;
    if (strcmp(kind, "powerlaw") == 0) {
        const char *latents = text(r, "latents");
        uint64_t m = strcmp(latents, "inf") == 0 ? NSL_LATENTS_INFINITE
                                                 : strtoull(latents, NULL, 10);
        status = nsl_spectrum_new_powerlaw(&spectrum, number(r, "alpha"),
                                           number_or(r, "lambda_max", 1.0), m, &err);
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

static testing_model row_model(const reference *r)
{
    double hidden[NSL_HIDDEN_MAX];
    nsl_model_options o = nsl_model_defaults();
    o.source = number(r, "source");
    o.label_variance = number(r, "label_variance");
    o.sigma_w2 = number(r, "sigma_w2");
    o.sigma_u2 = number(r, "sigma_u2");
    o.outputs = number_or(r, "outputs", 1.0);
    o.hidden_count = hidden_widths(text(r, "hidden"), hidden);
    o.hidden = hidden;
    if (*text(r, "kernel_ridge"))
        o.convention = NSL_RIDGE_KERNEL;
    return testing_on(row_spectrum(r), &o);
}

/* Half an ulp for what is not a whole number of moderate size. */
static double rounding_of(double value)
{
    return isinf(value) || value == floor(value) ? 0.0 : INPUT_ROUNDING;
}

static void check_value(const reference *r, const char *name, double got, double bound)
{
    double expected = number(r, name);
    if (isinf(expected)) { /* a divergence: no number */
        cr_expect(isnan(got), "%s: %s is %g at a divergence", text(r, "name"), name,
                  got);
        return;
    }
    if (expected == 0.0 &&
        strpbrk(text(r, name), "123456789")) /* below double's range */
        return;
    double distance = testing_distance(got, expected);
    cr_expect(distance <= bound,
              "%s: %s is %.17g, expected %.17g (off by %.2e, bound %.2e)",
              text(r, "name"), name, got, expected, distance, bound);
}

static void check_elasticity(const reference *r, const char *name, double got,
                             const nsl_prediction *p, double inputs)
{
    double expected = number(r, name);
    if (isnan(expected))
        return;
    double scale = fmax(1.0, fabs(expected)), bound = NSL_PROMISE + scale * inputs;
    if (isnan(got)) {
        cr_expect(p->notes & (NSL_NOTE_ELASTICITY | NSL_NOTE_KINK | NSL_NOTE_UNDERFLOW |
                              NSL_NOTE_ZERO_LOSS),
                  "%s: %s is missing without a note", text(r, "name"), name);
        return;
    }
    double distance = fabs(got - expected) / scale;
    cr_expect(distance <= bound, "%s: %s is %.17g, expected %.17g (off by %.2e)",
              text(r, "name"), name, got, expected, distance);
}

/* The MRS ridge is not defined at N = ∞: the library refuses what the oracle takes as
 * its limit. */
static bool is_refused(const reference *r)
{
    return isinf(number(r, "features")) && number_or(r, "ridge", 0.0) > 0.0;
}

Test(reference, losses)
{
    reference r;
    int rows = 0;
    open_reference(&r, "data/reference/loss.csv");
    for (; next_row(&r); rows++) {
        if (is_refused(&r))
            continue;
        testing_model m = row_model(&r);
        double features = number(&r, "features"), samples = number(&r, "samples");
        const char *convention = *text(&r, "ridge") ? "ridge" : "kernel_ridge";
        nsl_prediction p = testing_predict(m.model, features, samples,
                                           number(&r, convention), number(&r, "noise"));
        double inputs =
            fabs(number_or(&r, "elasticity_features", 0.0)) * rounding_of(features) +
            fabs(number_or(&r, "elasticity_samples", 0.0)) * rounding_of(samples);
        check_value(&r, "delta", p.delta, NSL_PROMISE);
        check_value(&r, "dof", p.dof, NSL_PROMISE);
        check_value(&r, "test_loss", p.test_loss, p.error + inputs);
        check_value(&r, "test_loss", p.test_loss, NSL_PROMISE + inputs);
        check_value(&r, "signal_loss", p.signal_loss, NSL_PROMISE + inputs);
        check_value(&r, "noise_loss", p.noise_loss, NSL_PROMISE + inputs);
        /* (b/P)² moves with b more than the loss does: at the peak twice as much */
        check_value(&r, "train_loss", p.train_loss, NSL_PROMISE + 2.0 * inputs);
        check_elasticity(&r, "elasticity_features", p.elasticity_features, &p, inputs);
        check_elasticity(&r, "elasticity_samples", p.elasticity_samples, &p, inputs);
        testing_free(&m);
    }
    close_reference(&r);
    cr_assert(rows >= 60, "only %d reference rows", rows);
}

/* Digits asked of the high-precision route; the references have 60. */
enum { DIGITS = 50 };

static const char *text_or_null(const reference *r, const char *name)
{
    return *text(r, name) ? text(r, name) : NULL;
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

static void check_digits(const reference *r, const char *name, mpfr_srcptr got)
{
    mpfr_t expected;
    const char *reference_text = text(r, name);
    if (!*reference_text || strcmp(reference_text, "inf") == 0) {
        cr_expect(!*reference_text || mpfr_nan_p(got),
                  "%s: %s is a number at a divergence", text(r, "name"), name);
        return;
    }
    mpfr_init2(expected, 400);
    mpfr_set_str(expected, reference_text, 10, MPFR_RNDN);
    if (mpfr_zero_p(expected)) {
        cr_expect(mpfr_zero_p(got), "%s: %s is not 0", text(r, "name"), name);
    } else {
        mpfr_t distance;
        mpfr_init2(distance, 400);
        mpfr_sub(distance, got, expected, MPFR_RNDN);
        mpfr_div(distance, distance, expected, MPFR_RNDN);
        double off = mpfr_nan_p(distance) ? 1.0 : fabs(mpfr_get_d(distance, MPFR_RNDN));
        cr_expect(off < 1e-50, "%s: %s is off by %.2e", text(r, "name"), name, off);
        mpfr_clear(distance);
    }
    mpfr_clear(expected);
}

static void check_row_digits(const reference *r)
{
    char hidden[256];
    const char *widths[NSL_HIDDEN_MAX];
    testing_model m = row_model(r);
    nsl_model_mp *exact;
    nsl_prediction_mp p;
    nsl_error err = {0};
    snprintf(hidden, sizeof hidden, "%s", text(r, "hidden"));
    cut_list(hidden, widths);
    nsl_model_decimals d = {.alpha = text_or_null(r, "alpha"),
                            .lambda_max = text_or_null(r, "lambda_max"),
                            .source = text_or_null(r, "source"),
                            .label_variance = text_or_null(r, "label_variance"),
                            .sigma_w2 = text_or_null(r, "sigma_w2"),
                            .sigma_u2 = text_or_null(r, "sigma_u2"),
                            .hidden = *hidden ? widths : NULL};
    const char *ridge = *text(r, "ridge") ? "ridge" : "kernel_ridge";
    nsl_point point = {number(r, "features"), number(r, "samples"), number(r, ridge),
                       number(r, "noise"), 1};
    nsl_point_decimals at = {text(r, "features"), text(r, "samples"), text(r, ridge),
                             text(r, "noise")};
    cr_assert(nsl_model_mp_new(&exact, m.model, &d, &err) == NSL_OK, "%s", err.message);
    nsl_prediction_mp_init(&p);
    nsl_status status =
        nsl_predict_mp(&p, exact, &point, &at, (nsl_units){false, false}, DIGITS, &err);
    cr_expect(status == NSL_OK, "%s: %s %s", text(r, "name"), err.field, err.message);
    static const char *const names[] = {
        "delta",      "dof",        "test_loss",           "signal_loss",
        "noise_loss", "train_loss", "elasticity_features", "elasticity_samples"};
    mpfr_srcptr got[] = {
        p.delta,      p.dof,        p.test_loss,           p.signal_loss,
        p.noise_loss, p.train_loss, p.elasticity_features, p.elasticity_samples};
    for (int i = 0; i < 8 && status == NSL_OK; i++)
        check_digits(r, names[i], got[i]);
    nsl_prediction_mp_clear(&p);
    nsl_model_mp_free(exact);
    testing_free(&m);
}

Test(reference, fifty_digits, .timeout = 120)
{
    reference r;
    int rows = 0;
    open_reference(&r, "data/reference/loss.csv");
    for (; next_row(&r); rows++)
        if (!is_refused(&r))
            check_row_digits(&r);
    close_reference(&r);
    mpfr_free_cache();
    cr_assert(rows >= 60, "only %d reference rows", rows);
}

Test(reference, moments)
{
    reference r;
    int rows = 0;
    open_reference(&r, "data/reference/moments.csv");
    for (; next_row(&r); rows++) {
        nsl_spectrum *spectrum = NULL;
        nsl_error err = {0};
        const char *latents = text(&r, "latents");
        uint64_t m = strcmp(latents, "inf") == 0 ? NSL_LATENTS_INFINITE
                                                 : strtoull(latents, NULL, 10);
        cr_assert(nsl_spectrum_new_powerlaw(&spectrum, number(&r, "alpha"),
                                            number(&r, "lambda_max"), m,
                                            &err) == NSL_OK);
        nsl_model_options o = nsl_model_defaults();
        o.source = number(&r, "source");
        o.label_variance = 1.0;
        testing_model model = testing_on(spectrum, &o);
        nsl_moments got;
        cr_assert(nsl_moments_at(&got, model.model, number(&r, "delta"), &err) ==
                  NSL_OK);
        const struct {
            const char *name;
            double value;
        } sums[] = {{"z", got.z},   {"r", got.r},   {"q", got.q},  {"q1", got.q1},
                    {"t0", got.t0}, {"td", got.td}, {"tc", got.tc}};
        for (size_t i = 0; i < sizeof sums / sizeof *sums; i++) {
            double expected = number(&r, sums[i].name);
            if (!(fabs(expected) >= DBL_MIN)) /* below double's range */
                continue;
            double distance = testing_distance(sums[i].value, expected);
            double bound = i == 0 ? got.z_error / got.z + DBL_EPSILON : got.error;
            cr_expect(distance <= bound,
                      "alpha %s M %s source '%s' delta %s: %s is %.17g, expected %.17g "
                      "(off by %.2e, bound %.2e)",
                      text(&r, "alpha"), latents, text(&r, "source"), text(&r, "delta"),
                      sums[i].name, sums[i].value, expected, distance, bound);
        }
        testing_free(&model);
    }
    close_reference(&r);
    cr_assert(rows >= 30, "only %d reference rows", rows);
}
