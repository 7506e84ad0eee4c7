/* SPDX-License-Identifier: GPL-3.0-or-later */
/* .npy files, good and bad, and the arithmetic of comparisons. */
#include "empirical/comparison.h"
#include "testing.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Writes an .npy file of the given header fields and doubles; returns its path. */
static const char *write_npy(const char *type, const char *order, const char *shape,
                             const double *data, size_t count)
{
    static char path[64];
    char header[256];
    snprintf(path, sizeof path, "/tmp/nslaw-npy-XXXXXX");
    int length = snprintf(header, sizeof header,
                          "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }\n", type,
                          order, shape);
    FILE *file = fdopen(mkstemp(path), "wb");
    cr_assert(file);
    const unsigned char start[] = {0x93,
                                   'N',
                                   'U',
                                   'M',
                                   'P',
                                   'Y',
                                   1,
                                   0,
                                   (unsigned char)(length & 255),
                                   (unsigned char)(length >> 8)};
    fwrite(start, 1, sizeof start, file);
    fwrite(header, 1, (size_t)length, file);
    fwrite(data, sizeof *data, count, file);
    fclose(file);
    return path;
}

static const double rows[] = {2.0, 0.1, 1.0, 0.2, 0.5, 0.3}; /* λ, v² a row */
static const double columns[] = {2.0, 1.0, 0.5, 0.1, 0.2, 0.3};

static double loss_on(nsl_spectrum *spectrum)
{
    testing_model m = testing_on(spectrum, NULL);
    double loss = testing_predict(m.model, 1.5, 2.5, 0.1, 0.1).test_loss;
    testing_free(&m);
    return loss;
}

static double loss_of_npy(const char *order, const char *shape, const double *data,
                          size_t count)
{
    nsl_spectrum *spectrum;
    nsl_error err = {0};
    const char *path = write_npy("<f8", order, shape, data, count);
    nsl_status status = nsl_spectrum_read(&spectrum, path, &err);
    unlink(path);
    cr_assert(status == NSL_OK, "%s: %s", shape, err.message);
    return loss_on(spectrum);
}

Test(input, npy_equals_the_table)
{
    const double lambda[] = {2.0, 1.0, 0.5}, target[] = {0.1, 0.2, 0.3};
    nsl_spectrum *table, *plain;
    cr_assert(nsl_spectrum_new_table(&table, 3, lambda, target, NULL, NULL) == NSL_OK);
    cr_assert(nsl_spectrum_new_table(&plain, 3, lambda, NULL, NULL, NULL) == NSL_OK);
    double with_target = loss_on(table), without = loss_on(plain);
    cr_expect(loss_of_npy("False", "(3, 2)", rows, 6) == with_target);
    cr_expect(loss_of_npy("True", "(3, 2)", columns, 6) == with_target);
    cr_expect(loss_of_npy("False", "(3,)", lambda, 3) == without);
    cr_expect(loss_of_npy("False", "(3, 1)", lambda, 3) == without);
    cr_expect(with_target != without);
}

Test(input, bad_npy_is_refused)
{
    static const struct {
        const char *type, *order, *shape;
        size_t count;
        const char *message;
    } cases[] = {
        {">f8", "False", "(3,)", 3, "little-endian float64"},
        {"<f4", "False", "(3,)", 3, "little-endian float64"},
        {"<i8", "False", "(3,)", 3, "little-endian float64"},
        {"<f8", "Maybe", "(3,)", 3, "1-D, or 2-D"},
        {"<f8", "False", "(3, 4)", 6, "1-D, or 2-D"},
        {"<f8", "False", "(1, 3, 2)", 6, "1-D, or 2-D"},
        {"<f8", "False", "()", 1, "1-D, or 2-D"},
        {"<f8", "False", "(0,)", 0, "empty"},
        {"<f8", "False", "(4,)", 3, "truncated"},
        {"<f8", "False", "(100000000000000000,)", 3, "truncated"},
        {"<f8", "False", "(2,)", 3, "data after the array"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        nsl_spectrum *spectrum;
        nsl_error err = {0};
        const char *path = write_npy(cases[i].type, cases[i].order, cases[i].shape,
                                     rows, cases[i].count);
        nsl_status status = nsl_spectrum_read(&spectrum, path, &err);
        unlink(path);
        cr_expect(status == NSL_EFILE && !spectrum &&
                      strstr(err.message, cases[i].message),
                  "%s %s: '%s'", cases[i].type, cases[i].shape, err.message);
    }
}

/* Ratios 2, 1/2 and 1.1 by hand; the fourth pair has no prediction. */
Test(input, comparison_by_hand)
{
    const double measured[] = {1.0, 2.0, 10.0, 1.0};
    const double predicted[] = {2.0, 1.0, 11.0, (double)NAN};
    nsl_comparison c;
    cr_assert(nsl_compare(&c, 4, measured, predicted, NULL) == NSL_OK);
    double squares = 2.0 * log(2.0) * log(2.0) + log(1.1) * log(1.1);
    cr_expect(c.runs == 3 && c.worst == 0 && c.worst_relative_error == 1.0);
    cr_expect(testing_distance(c.median_relative_error, 0.5) < 1e-15);
    cr_expect(testing_distance(c.rms_log_error, sqrt(squares / 3.0)) < 1e-15);
    cr_assert(nsl_compare(&c, 1, measured + 3, predicted + 3, NULL) == NSL_OK);
    cr_expect(c.runs == 0 && isnan(c.median_relative_error) && isnan(c.rms_log_error));
}
