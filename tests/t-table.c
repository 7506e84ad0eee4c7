/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables of eigenvalues: the sums from moments against sums over the rows in long
 * double, within the bounds that they state; what asks for single rows. */
#include "shell.h"
#include "spectrum/kind.h"
#include "testing.h"

#include <criterion/criterion.h>
#include <float.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_MAX = 4000, TABLES = 300, POINTS = 40 };

/* A million rows in long double are off by less than that themselves. */
static const double ORACLE = 1e-16;

/* Sums below this, or of terms below it, have lost digits to double's range. */
static const long double LEAST = 0x1p-960L;

typedef struct {
    size_t rows;
    double lambda[ROWS_MAX], target[ROWS_MAX], copies[ROWS_MAX];
} drawn;

static double uniform(gsl_rng *rng, double low, double high)
{
    return low + (high - low) * gsl_rng_uniform(rng);
}

/* Over all of double's range, within some decades, in one bucket, at its ends, or equal
 * to an eigenvalue before. */
static double draw_lambda(gsl_rng *rng, int kind, const drawn *t, size_t i)
{
    double place = uniform(rng, 0.0, 1.0);
    if (i > 0 && gsl_rng_uniform(rng) < 0.1)
        return t->lambda[gsl_rng_uniform_int(rng, i)];
    switch (kind) {
    case 0:
        return ldexp(uniform(rng, 1, 2), (int)uniform(rng, -1074, 1022));
    case 1:
        return pow(10.0, uniform(rng, -12, 2));
    case 2:
        return ldexp(uniform(rng, 1.0, 1.5), -30);
    case 3:
        return place < 0.5 ? 1.0 : nextafter(1.5, 0.0);
    case 4:
        return place < 0.5 ? 1.5 : nextafter(2.0, 0.0);
    case 5:
        return ldexp(uniform(rng, 1, 2), -1074 + (int)uniform(rng, 0, 60));
    default:
        return pow((double)(i + 1), -1.5);
    }
}

static void draw(drawn *t, gsl_rng *rng, int table)
{
    int kind = table % 7;
    t->rows = 1 + gsl_rng_uniform_int(rng, table % 3 ? 300 : ROWS_MAX);
    bool copied = table % 2, zeros = table % 5 == 0;
    for (size_t i = 0; i < t->rows; i++) {
        t->lambda[i] = draw_lambda(rng, kind, t, i);
        t->copies[i] = copied ? floor(pow(10.0, uniform(rng, 0, 8))) : 1.0;
        t->target[i] = pow(10.0, uniform(rng, -20, 3));
        if (i > 0 && zeros && gsl_rng_uniform(rng) < 0.1)
            t->lambda[i] = 0.0;
        if (gsl_rng_uniform(rng) < 0.1)
            t->target[i] = 0.0;
    }
    t->target[0] = 1.0;
}

typedef struct {
    long double z, r, q, q1, t0, td, tc, rho;
} direct;

static void sum_up(direct *out, const drawn *t, double delta)
{
    *out = (direct){0.0L};
    for (size_t i = 0; i < t->rows; i++) {
        long double lambda = (long double)t->lambda[i], m = (long double)t->copies[i];
        long double total = lambda + (long double)delta;
        long double u = lambda / total, w = (long double)delta / total;
        long double v = m * (long double)t->target[i];
        out->z += m * u;
        out->r += m * u * w;
        out->q += m * u * u;
        out->q1 += m * u * u * w;
        out->t0 += v * w * w;
        out->td += v * u * w;
        out->tc += v * u * w * w;
        out->rho += m * u * w * (u - w);
    }
}

static void expect(const char *what, int table, double delta, double got,
                   long double expected, double error)
{
    if (expected < LEAST && expected > -LEAST)
        return;
    long double off = fabsl((long double)got - expected);
    cr_expect(off <= (long double)error * fabsl(expected),
              "table %d delta %g: %s is %.17g, not %.20Lg: off by %Lg of %g", table,
              delta, what, got, expected, off / fabsl(expected), error);
}

static void compare(const nsl_moments *m, const direct *d, int table, double delta)
{
    double error = m->error + ORACLE;
    if (d->z > LEAST)
        expect("z", table, delta, m->z, d->z, m->z_error / m->z + 2 * DBL_EPSILON);
    expect("r", table, delta, m->r, d->r, error);
    expect("q", table, delta, m->q, d->q, error);
    expect("q1", table, delta, m->q1, d->q1, error);
    expect("t0", table, delta, m->t0, d->t0, error);
    expect("td", table, delta, m->td, d->td, error);
    expect("tc", table, delta, m->tc, d->tc, error);
    /* the parts of ρ cancel, by as much as they are larger than it */
    double rho = (m->bend_below - m->below) + (m->above - m->bend_above);
    double parts = m->below + m->above + m->bend_above + m->bend_below;
    if (parts > (double)LEAST)
        cr_expect(fabsl((long double)rho - d->rho) <=
                      (long double)((error + m->z_error / (m->above + m->below) +
                                     4 * DBL_EPSILON) *
                                    parts),
                  "table %d delta %g: rho %.17g, not %.17Lg, of %g", table, delta, rho,
                  d->rho, parts);
}

static testing_model model_of(const drawn *t)
{
    nsl_spectrum *spectrum;
    nsl_error err = {0};
    cr_assert(nsl_spectrum_new_table(&spectrum, t->rows, t->lambda, t->target,
                                     t->copies, &err) == NSL_OK,
              "%s", err.message);
    return testing_on(spectrum, NULL);
}

static double draw_delta(gsl_rng *rng, const drawn *t, int point)
{
    double lambda = t->lambda[gsl_rng_uniform_int(rng, t->rows)];
    if (point % 4 == 0)
        return ldexp(uniform(rng, 1, 2), (int)uniform(rng, -1040, 1022));
    double delta = lambda * pow(10.0, uniform(rng, -6, 6));
    return delta > 0.0 && delta < 0x1p+1022 ? delta : 1.0;
}

Test(table, sums_against_rows, .timeout = 240)
{
    static drawn t;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 191);
    for (int table = 0; table < TABLES; table++) {
        draw(&t, rng, table);
        testing_model m = model_of(&t);
        for (int point = 0; point < POINTS; point++) {
            double delta = draw_delta(rng, &t, point);
            nsl_moments got;
            direct sums;
            cr_assert(nsl_moments_at(&got, m.model, delta, NULL) == NSL_OK);
            if (m.spectrum->largest / delta < (double)LEAST)
                continue; /* so are u and its like */
            sum_up(&sums, &t, delta);
            compare(&got, &sums, table, delta);
        }
        testing_free(&m);
    }
    gsl_rng_free(rng);
}

/* So many that plain sums would show. */
Test(table, a_million_rows, .timeout = 120)
{
    enum { MANY = 1000000 };
    double *lambda = malloc(MANY * sizeof *lambda);
    nsl_spectrum *spectrum;
    cr_assert(lambda != NULL);
    for (int i = 0; i < MANY; i++) /* every row once, out of order */
        lambda[i] = pow(1.0 + (double)((i * 7919LL) % MANY), -1.1);
    cr_assert(nsl_spectrum_new_table(&spectrum, MANY, lambda, NULL, NULL, NULL) ==
              NSL_OK);
    testing_model m = testing_on(spectrum, NULL);
    for (double delta = 1e-9; delta < 10.0; delta *= 17.0) {
        nsl_moments got;
        nsl_moments_at(&got, m.model, delta, NULL);
        long double z = 0.0L, r = 0.0L, q1 = 0.0L;
        for (int i = 0; i < MANY; i++) {
            long double u = (long double)lambda[i] / ((long double)lambda[i] + delta);
            z += u;
            r += u * (1 - u);
            q1 += u * u * (1 - u);
        }
        expect("z", -1, delta, got.z, z, got.z_error / got.z + 2 * DBL_EPSILON);
        expect("r", -1, delta, got.r, r, got.error + ORACLE);
        expect("q1", -1, delta, got.q1, q1, got.error + ORACLE);
    }
    testing_free(&m);
    free(lambda);
}

/* An array of rows × 3, with a header of 128 bytes. */
static void write_npy(const char *path, const double *data, size_t rows)
{
    char header[119];
    FILE *file = fopen(path, "wb");
    cr_assert(file);
    memset(header, ' ', sizeof header);
    int length =
        snprintf(header, sizeof header,
                 "{'descr': '<f8', 'fortran_order': False, 'shape': (%zu, 3), }", rows);
    header[length] = ' ';
    header[117] = '\n';
    cr_assert(fwrite("\x93NUMPY\x01\x00\x76\x00", 1, 10, file) == 10);
    cr_assert(fwrite(header, 1, 118, file) == 118);
    cr_assert(fwrite(data, sizeof *data, 3 * rows, file) == 3 * rows);
    cr_assert(fclose(file) == 0);
}

/* Rows are read in parts by several threads: the same bits, and the first bad row. */
Test(table, threads_change_no_bit)
{
    enum { ROWS = 300000 };
    char folder[64], path[96];
    double *data = malloc(3 * ROWS * sizeof *data);
    cr_assert(data);
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    for (size_t i = 0; i < ROWS; i++) {
        data[3 * i] = gsl_rng_uniform(rng) < 0.01 ? 0.0 : pow((double)(i + 1), -1.4);
        data[3 * i + 1] = gsl_rng_uniform(rng);
        data[3 * i + 2] = 1.0 + (double)gsl_rng_uniform_int(rng, 3);
    }
    shell_new_folder(folder, sizeof folder);
    snprintf(path, sizeof path, "%s/t.npy", folder);
    write_npy(path, data, ROWS);
    nsl_moments first = {0};
    for (unsigned jobs = 1; jobs <= 5; jobs++) {
        nsl_spectrum *spectrum;
        nsl_model_options options = nsl_model_defaults();
        nsl_moments m;
        nsl_error err = {0};
        cr_assert(nsl_spectrum_read_by(&spectrum, path, jobs, &err) == NSL_OK, "%s",
                  err.message);
        testing_model model = testing_on(spectrum, &options);
        cr_assert(nsl_moments_at(&m, model.model, 1e-3, &err) == NSL_OK);
        if (jobs == 1)
            first = m;
        cr_expect(memcmp(&m, &first, sizeof m) == 0, "%u threads", jobs);
        testing_free(&model);
    }
    data[3 * 250000] = data[3 * 100001] = -1.0;
    write_npy(path, data, ROWS);
    for (unsigned jobs = 1; jobs <= 3; jobs++) {
        nsl_spectrum *spectrum;
        nsl_error err = {0};
        cr_expect(nsl_spectrum_read_by(&spectrum, path, jobs, &err) == NSL_EFILE);
        cr_expect(strstr(err.message, "row 100001"), "%s", err.message);
    }
    gsl_rng_free(rng);
    free(data);
    shell_remove_folder(folder);
}

/* Rows in order, equal ones as they came; eigenvalues counted; traces. */
Test(table, rows_in_order)
{
    static drawn t;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 192);
    for (int table = 0; table < TABLES; table++) {
        draw(&t, rng, table);
        for (size_t i = 0; i < t.rows; i++) /* a name for each row */
            t.target[i] = (double)i;
        testing_model m = model_of(&t);
        cr_assert(nsl_table_order(m.spectrum, NULL) == NSL_OK);
        nsl_table_view v = nsl_table_rows(m.spectrum);
        uint64_t up_to = 0;
        long double trace = 0.0L;
        for (size_t i = 0; i < v.rows; i++) {
            size_t row = (size_t)v.target[i];
            up_to += (uint64_t)t.copies[row];
            trace += (long double)t.copies[row] * (long double)t.lambda[row];
            cr_assert(v.lambda[i] == t.lambda[row] &&
                      nsl_table_copies(&v, i) == t.copies[row] &&
                      nsl_table_up_to(&v, i) == up_to);
            cr_assert(i == 0 || v.lambda[i] < v.lambda[i - 1] ||
                      (v.lambda[i] == v.lambda[i - 1] && row > v.target[i - 1]));
        }
        cr_assert(m.spectrum->latents == up_to && v.rows == t.rows);
        cr_assert(m.spectrum->largest == v.lambda[0] &&
                  m.spectrum->smallest == v.lambda[v.positive_rows - 1]);
        double got = m.spectrum->ops->trace(m.spectrum);
        cr_expect(fabsl((long double)got - trace) <= DBL_EPSILON * trace ||
                      trace < LEAST || trace > DBL_MAX,
                  "table %d: trace %.17g, not %.20Lg", table, got, trace);
        testing_free(&m);
    }
    gsl_rng_free(rng);
}

/* Rungs go down, count all, and miss no gap. */
Test(table, rungs)
{
    static drawn t;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 193);
    for (int table = 0; table < TABLES; table++) {
        draw(&t, rng, table);
        testing_model m = model_of(&t);
        size_t count, at = 0;
        const nsl_rung *rung = nsl_table_rungs(m.spectrum, &count);
        cr_assert(nsl_table_order(m.spectrum, NULL) == NSL_OK);
        nsl_table_view v = nsl_table_rows(m.spectrum);
        for (size_t k = 0; k < count; k++) {
            cr_assert(v.lambda[at] == rung[k].most);
            while (at < v.positive_rows && nsl_table_up_to(&v, at) < rung[k].up_to)
                at++;
            cr_assert(v.lambda[at] == rung[k].least &&
                      rung[k].most < 2 * rung[k].least);
            cr_assert(nsl_table_up_to(&v, at++) == rung[k].up_to);
        }
        cr_assert(at == v.positive_rows);
        testing_free(&m);
    }
    gsl_rng_free(rng);
}
