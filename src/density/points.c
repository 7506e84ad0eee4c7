/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Points for a picture or a table of the density. Inside a bulk half of them follow φ,
 * which resolves square roots at the edges, the other half the nodes, which lie closer
 * where the root moves. */
#include "core/error.h"
#include "density/bulk.h"

#include <math.h>
#include <stdlib.h>

/* A bulk that reaches down to 0 is drawn from where this share of it is below. */
static const double SHARE_UNDRAWN = 1e-6;

/* How far along bulk i the angle φ is, 0 … 1: linear between nodes. */
static double progress_at_node(const nsl_density *d, size_t i, size_t node)
{
    size_t first = d->first[i], last = d->first[i + 1] - 1;
    return 0.5 * d->node[node].phi / M_PI +
           0.5 * (double)(node - first) / (double)(last - first);
}

static double phi_at(const nsl_density *d, size_t i, double progress)
{
    size_t low = d->first[i], high = d->first[i + 1] - 1;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (progress_at_node(d, i, middle) <= progress)
            low = middle;
        else
            high = middle;
    }
    double from = progress_at_node(d, i, low), to = progress_at_node(d, i, high);
    double t = (progress - from) / (to - from);
    return d->node[low].phi + t * (d->node[high].phi - d->node[low].phi);
}

/* The progress at which a bulk is drawn from: 0 but where its lower edge is 0. */
static nsl_status progress_drawn(double *from, const nsl_density *d, size_t i,
                                 nsl_error *err)
{
    const nsl_interval *bulk = &d->interval[i];
    *from = 0.0;
    if (bulk->lower.x > 0.0)
        return NSL_OK;
    double mass = (bulk->below - bulk->above) / d->equation.size, x;
    nsl_status status =
        nsl_density_quantile(&x, d, d->atom + SHARE_UNDRAWN * mass, err);
    double low = 0.0, high = 1.0;
    while (status == NSL_OK && high - low > 1e-6) {
        double middle = 0.5 * (low + high);
        if (nsl_bulk_x(bulk, phi_at(d, i, middle)) < x)
            low = middle;
        else
            high = middle;
    }
    *from = high;
    return status;
}

/* `count` points of bulk i from edge to edge; a single one in its middle. */
static nsl_status bulk_points(double *x, size_t count, const nsl_density *d, size_t i,
                              nsl_error *err)
{
    const nsl_interval *bulk = &d->interval[i];
    double from;
    nsl_status status = progress_drawn(&from, d, i, err);
    for (size_t k = 0; k < count && status == NSL_OK; k++) {
        double t = count == 1 ? 0.5 : (double)k / (double)(count - 1);
        x[k] = nsl_bulk_x(bulk, phi_at(d, i, from + (1.0 - from) * t));
        if (count > 1 && k + 1 == count)
            x[k] = bulk->upper.x;
        if (count > 1 && k == 0 && bulk->lower.x > 0.0)
            x[k] = bulk->lower.x;
    }
    return status;
}

/* Points of the bulks 0 … i, of `count`: one each and the rest by their nodes; with
 * fewer points than bulks, every so many bulks one. */
static size_t points_up_to(const nsl_density *d, size_t i, size_t count)
{
    if (count < d->bulks)
        return (size_t)((double)(i + 1) * ((double)count / (double)d->bulks));
    double share = (double)d->first[i + 1] / (double)d->first[d->bulks];
    return i + 1 + (size_t)((double)(count - d->bulks) * share);
}

nsl_status nsl_density_points(double *x, size_t count, const nsl_density *density,
                              nsl_error *err)
{
    size_t done = 0;
    nsl_status status = NSL_OK;
    for (size_t i = 0; i < density->bulks && status == NSL_OK; i++) {
        size_t to = i + 1 == density->bulks ? count : points_up_to(density, i, count);
        if (to > done)
            status = bulk_points(x + done, to - done, density, i, err);
        done = to;
    }
    for (size_t k = 0; k < count && status == NSL_OK; k++)
        if (k > 0 && !(x[k] > x[k - 1]))
            status = nsl_fail(err, NSL_EFAILED, "points",
                              "%zu points in a bulk at x = %g are more than double can "
                              "tell apart",
                              count, x[k]);
    for (size_t k = 0; k < count && status != NSL_OK; k++)
        x[k] = (double)NAN;
    return status;
}
