/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "features/arrange.h"
#include "core/error.h"

#include <float.h>
#include <stdlib.h>

/* Ties such as ρ_2ρ_3 = ρ_1ρ_6 of a power law hold to the rounding of k shares. */
static const double TIE = 4 * DBL_EPSILON;

static int descending(const void *left, const void *right)
{
    const nsl_feature_row *a = left, *b = right;
    if (a->eigenvalue != b->eigenvalue)
        return a->eigenvalue > b->eigenvalue ? -1 : 1;
    if (a->degree != b->degree)
        return a->degree < b->degree ? -1 : 1;
    if (a->target != b->target)
        return a->target > b->target ? -1 : 1;
    return a->multiplicity > b->multiplicity ? -1 : a->multiplicity < b->multiplicity;
}

static uint64_t plus(uint64_t a, uint64_t b)
{
    return b > UINT64_MAX - a ? UINT64_MAX : a + b;
}

/* Whether a row belongs to an earlier one of its degree. Equal inputs are one group
 * already, so that degree 1, with its targets, has no ties. */
static bool joins(const nsl_feature_row *earlier, const nsl_feature_row *row)
{
    double within = TIE * (double)(row->degree + 1);
    return row->degree > 1 && row->eigenvalue >= earlier->eigenvalue * (1.0 - within);
}

/* Joins ties; `last` has for each degree one more than the place of its last row. */
static void join(nsl_features *f, size_t *last)
{
    size_t kept = 0;
    for (size_t i = 0; i < f->count; i++) {
        nsl_feature_row row = f->row[i];
        size_t before = last[row.degree];
        if (before && joins(&f->row[before - 1], &row)) {
            f->row[before - 1].multiplicity =
                plus(f->row[before - 1].multiplicity, row.multiplicity);
            continue;
        }
        f->row[kept++] = row;
        last[row.degree] = kept;
    }
    f->count = kept;
}

/* Keeps `count` eigenvalues. */
static void cut(nsl_features *f, uint64_t count)
{
    f->eigenvalues = 0;
    for (size_t i = 0; i < f->count; i++) {
        nsl_feature_row *row = &f->row[i];
        if (row->multiplicity >= count - f->eigenvalues) {
            row->multiplicity = count - f->eigenvalues;
            f->count = i + 1;
        }
        f->eigenvalues += row->multiplicity;
    }
}

nsl_status nsl_features_arrange(nsl_features *f, uint64_t count, nsl_error *err)
{
    uint64_t highest = 0;
    for (size_t i = 0; i < f->count; i++)
        highest = f->row[i].degree > highest ? f->row[i].degree : highest;
    size_t *last = calloc((size_t)highest + 1, sizeof *last);
    if (!last)
        return nsl_fail_memory(err);
    if (f->count > 1)
        qsort(f->row, f->count, sizeof *f->row, descending);
    join(f, last);
    free(last);
    cut(f, count);
    if (f->count) {
        nsl_feature_row *kept = realloc(f->row, f->count * sizeof *kept);
        f->row = kept ? kept : f->row;
    }
    return NSL_OK;
}
