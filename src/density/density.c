/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/error.h"
#include "density/bulk.h"

#include <complex.h>
#include <math.h>
#include <stdlib.h>

nsl_status nsl_density_new(nsl_density **out, const nsl_model *model,
                           const nsl_gram *gram, nsl_error *err)
{
    *out = NULL;
    nsl_density *d = calloc(1, sizeof *d);
    if (!d)
        return nsl_fail_memory(err);
    d->gram = *gram;
    nsl_status status = nsl_equation_set(&d->equation, model, gram, err);
    if (status == NSL_OK)
        status = nsl_support_find(&d->interval, &d->bulks, &d->equation, err);
    if (status == NSL_OK)
        status = nsl_bulk_nodes(d, err);
    if (status != NSL_OK) {
        nsl_density_free(d);
        return status;
    }
    const nsl_equation *e = &d->equation;
    d->atom = (e->size - fmin(e->least, e->rank)) / e->size;
    *out = d;
    return NSL_OK;
}

void nsl_density_free(nsl_density *density)
{
    if (density) {
        free(density->interval);
        free(density->node);
        free(density->first);
        free(density);
    }
}

size_t nsl_density_bulks(const nsl_density *density)
{
    return density->bulks;
}

nsl_bulk nsl_density_bulk(const nsl_density *density, size_t i)
{
    const nsl_interval *bulk = &density->interval[i];
    return (nsl_bulk){bulk->lower.x, bulk->upper.x,
                      (bulk->below - bulk->above) / density->equation.size};
}

double nsl_density_atom(const nsl_density *density)
{
    return density->atom;
}

/* The large-ζ expansion of [E1]: with A the value of ζ/s where z = 0,
 * Tr G = A Σλ and Tr G² = A² (Σλ² + (Σλ)² Σ_j 1/W_j). */
void nsl_density_moments(double *mean, double *mean_square, const nsl_density *density)
{
    const nsl_equation *e = &density->equation;
    double scale = e->log_scale, inverse = 0.0;
    for (size_t j = 0; j < e->widths; j++) {
        scale += log(e->least + e->excess[j]);
        inverse += 1.0 / (e->least + e->excess[j]);
    }
    double a = exp(scale), trace = e->spectrum->ops->trace(e->spectrum);
    double square = e->spectrum->ops->square_trace(e->spectrum);
    *mean = a * trace / e->size;
    *mean_square = a * (a * (square + trace * trace * inverse)) / e->size;
}

/* The bulk that holds x, or `bulks`. */
static size_t bulk_of(const nsl_density *d, double x)
{
    size_t low = 0, high = d->bulks; /* the first whose upper edge is above x */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (d->interval[middle].upper.x > x)
            high = middle;
        else
            low = middle + 1;
    }
    return low < d->bulks && x > d->interval[low].lower.x ? low : d->bulks;
}

static nsl_status check_x(const char *field, double x, nsl_error *err)
{
    if (isfinite(x))
        return NSL_OK;
    return nsl_fail(err, NSL_EINVAL, field, "must be a finite number, got %g", x);
}

nsl_status nsl_density_at(double *value, const nsl_density *density, double x,
                          nsl_error *err)
{
    *value = (double)NAN;
    nsl_status status = check_x("x", x, err);
    if (status != NSL_OK)
        return status;
    size_t i = bulk_of(density, x);
    if (i == density->bulks) {
        bool diverges = x == 0.0 && density->interval[0].lower.x == 0.0;
        *value = diverges ? (double)INFINITY : 0.0;
        return NSL_OK;
    }
    nsl_branch b;
    status = nsl_bulk_at(&b, density, i, x, err);
    if (status == NSL_OK) /* Im R/π = Im z/(π size x) */
        *value = -cimag(b.gap) / (M_PI * density->equation.size) / x;
    return status;
}
