/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "training/sheet.h"
#include "core/error.h"
#include "core/lanes.h"

#include <complex.h>
#include <math.h>
#include <stdlib.h>

/* Arrays of a matrix. */
enum { PARTS = 5 };

static double complex inverse(double complex a)
{
    double norm = creal(a) * creal(a) + cimag(a) * cimag(a);
    return CMPLX(creal(a) / norm, -cimag(a) / norm);
}

static void cauchy_set(nsl_cauchy *c, const double complex *x, size_t count)
{
    for (size_t j = 0; j < count; j++)
        for (size_t k = 0; k < count; k++) {
            size_t at = j * count + k;
            double complex near = j == k ? 0.0 : inverse(x[k] - x[j]);
            double complex across = inverse(conj(x[k]) - x[j]);
            c->a[at] = creal(near) + creal(across);
            c->b[at] = cimag(across) - cimag(near);
            c->c[at] = cimag(near) + cimag(across);
            c->d[at] = creal(near) - creal(across);
            c->size[at] = cabs(near) + cabs(across);
        }
}

/* Doubles that a sheet of so many nodes stores. */
static size_t store_size(size_t count, size_t kinds)
{
    return kinds * PARTS * count * count + 2 * count;
}

static void use(nsl_cauchy *c, double **store, size_t size)
{
    double **part[PARTS] = {&c->a, &c->b, &c->c, &c->d, &c->size};
    for (size_t i = 0; i < PARTS; i++) {
        *part[i] = *store;
        *store += size;
    }
}

nsl_status nsl_sheet_make(nsl_sheet *out, nsl_contour *contour, const nsl_setting *s,
                          bool parts, nsl_error *err)
{
    size_t count = contour->count, kinds = parts ? 3 : 1;
    *out = (nsl_sheet){.contour = *contour};
    *contour = (nsl_contour){0};
    double complex *x = calloc(count, sizeof *x);
    out->node = calloc(count, sizeof *out->node);
    out->store = calloc(store_size(count, kinds), sizeof *out->store);
    nsl_status status = x && out->node && out->store ? NSL_OK : nsl_fail_memory(err);
    for (size_t i = 0; status == NSL_OK && i < count; i++)
        x[i] = out->contour.node[i].w;
    if (status == NSL_OK)
        status = nsl_nodes_find(out->node, s, x, count, err);
    if (status == NSL_OK) {
        double *store = out->store + 2 * count;
        for (size_t i = 0; i < count; i++)
            out->rounding = fmax(out->rounding, out->node[i].rounding);
        out->p = out->store;
        out->q = out->store + count;
        use(&out->features, &store, count * count);
        cauchy_set(&out->features, x, count);
        if (parts) {
            use(&out->bias, &store, count * count);
            use(&out->cross, &store, count * count);
            for (size_t i = 0; i < count; i++)
                x[i] = out->node[i].delta;
            cauchy_set(&out->bias, x, count);
            for (size_t i = 0; i < count; i++)
                x[i] *= out->node[i].residual;
            cauchy_set(&out->cross, x, count);
        }
    } else {
        nsl_sheet_clear(out);
    }
    free(x);
    return status;
}

void nsl_sheet_clear(nsl_sheet *sheet)
{
    nsl_contour_clear(&sheet->contour);
    free(sheet->node);
    free(sheet->store);
    *sheet = (nsl_sheet){0};
}

static double total(const double sum[LANES])
{
    double all = 0.0;
    for (int i = 0; i < LANES; i++)
        all += sum[i];
    return all;
}

/* Σ_k p_k a_k + q_k b_k. */
WIDE static double product(const double *p, const double *a, const double *q,
                           const double *b, size_t count)
{
    double sum[LANES] = {0.0};
    size_t k = 0;
    for (; k + LANES <= count; k += LANES)
        for (size_t i = k; i < k + LANES; i++)
            sum[i - k] += p[i] * a[i] + q[i] * b[i];
    double rest = total(sum);
    for (; k < count; k++)
        rest += p[k] * a[k] + q[k] * b[k];
    return rest;
}

/* Σ_k p_k a_k. */
WIDE static double dot(const double *p, const double *a, size_t count)
{
    double sum[LANES] = {0.0};
    size_t k = 0;
    for (; k + LANES <= count; k += LANES)
        for (size_t i = k; i < k + LANES; i++)
            sum[i - k] += p[i] * a[i];
    double rest = total(sum);
    for (; k < count; k++)
        rest += p[k] * a[k];
    return rest;
}

void nsl_sheet_apply(double complex *y, nsl_sheet *sheet, const nsl_cauchy *c,
                     const double complex *v)
{
    size_t count = sheet->contour.count;
    double *p = sheet->p, *q = sheet->q;
    for (size_t k = 0; k < count; k++) {
        p[k] = creal(v[k]);
        q[k] = cimag(v[k]);
    }
    for (size_t j = 0; j < count; j++) {
        size_t row = j * count;
        y[j] = CMPLX(product(p, c->a + row, q, c->b + row, count),
                     product(p, c->c + row, q, c->d + row, count));
    }
}

double nsl_sheet_size(nsl_sheet *sheet, const nsl_cauchy *c, const double complex *u,
                      const double complex *v)
{
    size_t count = sheet->contour.count;
    double *p = sheet->p, sum = 0.0;
    for (size_t k = 0; k < count; k++)
        p[k] = cabs(v[k]);
    for (size_t j = 0; j < count; j++)
        sum += 2.0 * cabs(u[j]) * dot(p, c->size + j * count, count);
    return sum;
}
