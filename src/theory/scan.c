/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/scan.h"
#include "core/error.h"

#include <float.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdlib.h>

/* Step of the uniform grid in ln(size). Losses vary with ln Δ over distances of order 1
 * (their poles lie at Im ln Δ = π), and over less in the size only where a gap of the
 * spectrum lets Δ run. */
static const double STEP = 0.2;

/* The same with the best ridge, where losses have no peaks. */
static const double SMOOTH_STEP = 0.5;

/* A gap: the next eigenvalue is smaller by this factor. */
static const double GAP = 4.0;

/* Distances from a special size, relative: 2^-1 … 2^-45. */
enum { NEAREST = 45, EVERY = 2 };

/* A size that went through log and exp differs from what it was by |ln(size)| ulp at
 * most: by less than this up to e^64. */
static const double ROUNDING = 64 * DBL_EPSILON;

size_t nsl_special_sizes(double *out, const nsl_model *model)
{
    size_t count = 0;
    for (size_t k = 0; k < model->hidden_count; k++)
        if (isfinite(model->hidden[k]))
            out[count++] = model->hidden[k];
    if (model->spectrum->rank != NSL_LATENTS_INFINITE)
        out[count++] = (double)model->spectrum->rank;
    return count;
}

double nsl_size_snapped(double size, const double *special, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (fabs(size - special[i]) <= ROUNDING * size)
            return special[i];
    return size;
}

static bool add(nsl_places *p, double x)
{
    if (p->count == p->room) {
        size_t room = p->room ? 2 * p->room : 256;
        double *grown = realloc(p->x, room * sizeof *grown);
        if (!grown)
            return false;
        p->x = grown;
        p->room = room;
    }
    p->x[p->count++] = x;
    return true;
}

/* A size and what surrounds it, within (low, high). */
static bool add_around(nsl_places *p, double size, double low, double high)
{
    bool fine = true;
    double x = log(size);
    if (!(isfinite(x) && x > low && x < high))
        return true;
    fine = add(p, x);
    for (int k = 1; k <= NEAREST && fine; k += EVERY) {
        double up = x + log1p(ldexp(1.0, -k)), down = x + log1p(-ldexp(1.0, -k));
        if (up < high)
            fine = add(p, up);
        if (down > low && fine)
            fine = add(p, down);
    }
    return fine;
}

/* Power law: λ_I/λ_{I+1} = (1 + 1/I)^{1+α}. */
static bool add_powerlaw_gaps(nsl_places *p, const nsl_spectrum *s, double low,
                              double high)
{
    double exponent = 1.0 + nsl_powerlaw_numbers(s).alpha;
    bool fine = true;
    for (double i = 1.0; pow(1.0 + 1.0 / i, exponent) >= GAP && fine; i += 1.0)
        fine = add_around(p, i, low, high);
    return fine;
}

static bool add_table_gaps(nsl_places *p, const nsl_spectrum *s, double low,
                           double high)
{
    size_t count;
    const nsl_rung *rung = nsl_table_rungs(s, &count); /* none holds a gap */
    bool fine = true;
    for (size_t i = 0; i + 1 < count && fine; i++)
        if (rung[i].least >= GAP * rung[i + 1].most)
            fine = add_around(p, (double)rung[i].up_to, low, high);
    return fine;
}

nsl_status nsl_places_make(nsl_places *out, const nsl_spectrum *spectrum,
                           const double *widths, size_t width_count, double low,
                           double high, bool smooth, nsl_error *err)
{
    *out = (nsl_places){0};
    bool fine = add(out, low);
    double step = smooth ? SMOOTH_STEP : STEP;
    for (double x = low + step; x < high && fine; x += step)
        fine = add(out, x);
    fine = fine && add(out, high);
    for (size_t i = 0; i < width_count && fine && !smooth; i++)
        fine = add_around(out, widths[i], low, high);
    if (fine && !smooth && spectrum->rank != NSL_LATENTS_INFINITE)
        fine = add_around(out, (double)spectrum->rank, low, high);
    if (fine && !smooth)
        fine = nsl_spectrum_origin(spectrum)->ops == &nsl_table_ops
                   ? add_table_gaps(out, spectrum, low, high)
                   : add_powerlaw_gaps(out, spectrum, low, high);
    if (!fine) {
        nsl_places_free(out);
        return nsl_fail_memory(err);
    }
    gsl_sort(out->x, 1, out->count);
    return NSL_OK;
}

nsl_status nsl_places_append(nsl_places *places, double x, nsl_error *err)
{
    return add(places, x) ? NSL_OK : nsl_fail_memory(err);
}

void nsl_places_sort(nsl_places *places)
{
    gsl_sort(places->x, 1, places->count);
}

nsl_status nsl_places_add(nsl_places *places, double x, nsl_error *err)
{
    nsl_status status = nsl_places_append(places, x, err);
    nsl_places_sort(places);
    return status;
}

void nsl_places_free(nsl_places *places)
{
    free(places->x);
    *places = (nsl_places){0};
}
