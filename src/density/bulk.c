/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "density/bulk.h"
#include "core/error.h"

#include <complex.h>
#include <math.h>
#include <stdlib.h>

/* ln(upper edge/floor) where the lower edge is 0. */
static const double FLOOR_DEPTH = 60.0;

/* The middle of two nodes is predicted by them to this, in ln s and ln ε and relative
 * to the distance from the real axis; a Newton step from there is nearly exact. */
static const double GOOD_GUESS = 0.02;

enum { DEPTH_MAX = 24 };

double nsl_bulk_floor(const nsl_interval *bulk)
{
    return bulk->lower.x > 0.0 ? bulk->lower.x : bulk->upper.x * exp(-FLOOR_DEPTH);
}

double nsl_bulk_half(const nsl_interval *bulk)
{
    double low = nsl_bulk_floor(bulk);
    return 0.5 * log1p((bulk->upper.x - low) / low);
}

double nsl_bulk_x(const nsl_interval *bulk, double phi)
{
    double half = nsl_bulk_half(bulk), sine = sin(0.5 * phi), cosine = cos(0.5 * phi);
    if (phi < M_PI_2)
        return nsl_bulk_floor(bulk) * exp(2.0 * half * sine * sine);
    return bulk->upper.x * exp(-2.0 * half * cosine * cosine);
}

/* ln(x/edge) for the nearer edge, which is returned in `near`. */
typedef struct {
    const nsl_reference *near;
    double log_ratio;
} distance;

static distance distance_of_phi(const nsl_interval *bulk, double phi)
{
    double half = nsl_bulk_half(bulk), sine = sin(0.5 * phi), cosine = cos(0.5 * phi);
    if (phi < M_PI_2 && bulk->lower.x > 0.0)
        return (distance){&bulk->lower, 2.0 * half * sine * sine};
    return (distance){&bulk->upper, -2.0 * half * cosine * cosine};
}

static double log_ratio(double x, double edge)
{
    double off = (x - edge) / edge; /* x − edge is exact nearby */
    return fabs(off) < 0.5 ? log1p(off) : log(x / edge);
}

static distance distance_of_x(const nsl_interval *bulk, double x)
{
    if (bulk->lower.x > 0.0 && x / bulk->lower.x < bulk->upper.x / x)
        return (distance){&bulk->lower, log_ratio(x, bulk->lower.x)};
    return (distance){&bulk->upper, log_ratio(x, bulk->upper.x)};
}

/* φ from its nearer end. */
static double phi_of(const nsl_interval *bulk, distance d)
{
    double part = fmin(sqrt(fabs(d.log_ratio) / (2.0 * nsl_bulk_half(bulk))), 1.0);
    double angle = 2.0 * asin(part);
    return d.near == &bulk->lower ? angle : M_PI - angle;
}

/* Cubic through two nodes with their slopes, at t of the way. */
static double complex hermite(double complex a, double complex da, double complex b,
                              double complex db, double length, double t)
{
    double s = 1.0 - t;
    return s * s * (1.0 + 2.0 * t) * a + t * t * (1.0 + 2.0 * s) * b +
           length * (s * s * t * da - t * t * s * db);
}

static nsl_branch between(const nsl_node *a, const nsl_node *b, double phi)
{
    double length = b->phi - a->phi, t = (phi - a->phi) / length;
    double complex log_s =
        hermite(a->log_s, a->log_s_slope, b->log_s, b->log_s_slope, length, t);
    double complex log_gap =
        hermite(a->log_gap, a->log_gap_slope, b->log_gap, b->log_gap_slope, length, t);
    return (nsl_branch){.s = cexp(log_s), .gap = cexp(log_gap)};
}

/* Newton from a guess; where that fails, all the way from the negative axis. */
static bool solve(nsl_branch *b, const nsl_equation *e, distance d)
{
    nsl_branch guess = *b;
    if (cimag(b->s) > 0.0 && cimag(b->gap) < 0.0 &&
        nsl_branch_improve(b, e, d.near, d.log_ratio))
        return true;
    *b = guess;
    return nsl_branch_rotate(b, e, log(d.near->x) + d.log_ratio, 0.0) &&
           nsl_branch_improve(b, e, d.near, d.log_ratio);
}

/* At an edge ln x − ln(edge) = ½ D' (ln s − ln s_edge)²: so dln s/dφ = ±i √(h/|D'|). */
static nsl_node edge_node(const nsl_equation *e, const nsl_reference *edge, double half,
                          bool upper)
{
    nsl_branch b;
    nsl_equation_at(&b, e, edge->s);
    double turn = sqrt(half / fabs(creal(b.bend)));
    double sign = upper || edge->s < 0.0 ? -1.0 : 1.0;
    nsl_node n = {.phi = upper ? M_PI : 0.0,
                  .log_s = CMPLX(log(fabs(edge->s)), edge->s < 0.0 ? M_PI : 0.0),
                  .log_gap = CMPLX(log(fabs(edge->gap)), edge->gap < 0.0 ? -M_PI : 0.0),
                  .log_s_slope = CMPLX(0.0, sign * turn)};
    n.log_gap_slope = b.m.r / edge->gap * n.log_s_slope;
    return n;
}

static nsl_node inner_node(const nsl_branch *b, double phi, double half)
{
    nsl_node n = {.phi = phi, .log_s = clog(b->s), .log_gap = clog(b->gap)};
    n.log_s_slope = half * sin(phi) / b->slope;
    n.log_gap_slope = b->m.r / b->gap * n.log_s_slope;
    return n;
}

/* Nodes in order of φ; grows by doubling. */
typedef struct {
    nsl_node *item;
    size_t count, room;
} list;

static bool append(list *all, const nsl_node *node)
{
    if (all->count == all->room) {
        size_t room = all->room ? 2 * all->room : 64;
        nsl_node *grown = realloc(all->item, room * sizeof *grown);
        if (!grown)
            return false;
        all->item = grown;
        all->room = room;
    }
    all->item[all->count++] = *node;
    return true;
}

static bool good_guess(const nsl_branch *guess, const nsl_branch *found)
{
    double s = fmin(carg(found->s), M_PI - carg(found->s));
    double gap = fmin(-carg(found->gap), M_PI + carg(found->gap));
    return cabs(guess->s / found->s - 1.0) < GOOD_GUESS * fmin(1.0, 4.0 * s) &&
           cabs(guess->gap / found->gap - 1.0) < GOOD_GUESS * fmin(1.0, 4.0 * gap);
}

static nsl_status not_found(double x, nsl_error *err)
{
    return nsl_fail(err, NSL_EFAILED, "",
                    "the self-consistent equation did not converge at x = %g", x);
}

/* Nodes strictly between two. */
static nsl_status refine(list *all, const nsl_equation *e, const nsl_interval *bulk,
                         const nsl_node *left, const nsl_node *right, int depth,
                         nsl_error *err)
{
    double phi = 0.5 * (left->phi + right->phi);
    nsl_branch guess = between(left, right, phi), found = guess;
    if (!solve(&found, e, distance_of_phi(bulk, phi)))
        return not_found(nsl_bulk_x(bulk, phi), err);
    nsl_node node = inner_node(&found, phi, nsl_bulk_half(bulk));
    bool done = good_guess(&guess, &found) || depth == DEPTH_MAX;
    nsl_status status = NSL_OK;
    if (!done)
        status = refine(all, e, bulk, left, &node, depth + 1, err);
    if (status == NSL_OK && !append(all, &node))
        status = nsl_fail_memory(err);
    if (status == NSL_OK && !done)
        status = refine(all, e, bulk, &node, right, depth + 1, err);
    return status;
}

static nsl_status bulk_nodes(list *all, const nsl_equation *e, const nsl_interval *bulk,
                             nsl_error *err)
{
    double half = nsl_bulk_half(bulk);
    nsl_node upper = edge_node(e, &bulk->upper, half, true), lower;
    if (bulk->lower.x > 0.0) {
        lower = edge_node(e, &bulk->lower, half, false);
    } else {
        nsl_branch b;
        if (!nsl_branch_rotate(&b, e, log(bulk->upper.x) - 2.0 * half, 0.0))
            return not_found(nsl_bulk_floor(bulk), err);
        lower = inner_node(&b, 0.0, half);
    }
    if (!append(all, &lower))
        return nsl_fail_memory(err);
    nsl_status status = refine(all, e, bulk, &lower, &upper, 0, err);
    if (status == NSL_OK && !append(all, &upper))
        status = nsl_fail_memory(err);
    return status;
}

nsl_status nsl_bulk_nodes(nsl_density *density, nsl_error *err)
{
    list all = {NULL, 0, 0};
    nsl_status status = NSL_OK;
    density->first = calloc(density->bulks + 1, sizeof *density->first);
    if (!density->first)
        return nsl_fail_memory(err);
    for (size_t i = 0; i < density->bulks && status == NSL_OK; i++) {
        status = bulk_nodes(&all, &density->equation, &density->interval[i], err);
        density->first[i + 1] = all.count;
    }
    density->node = all.item;
    return status;
}

static nsl_branch guess_at(const nsl_density *d, size_t i, double phi)
{
    size_t low = d->first[i], high = d->first[i + 1] - 1;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (d->node[middle].phi <= phi)
            low = middle;
        else
            high = middle;
    }
    return between(&d->node[low], &d->node[high], phi);
}

nsl_status nsl_bulk_at(nsl_branch *b, const nsl_density *density, size_t i, double x,
                       nsl_error *err)
{
    const nsl_interval *bulk = &density->interval[i];
    distance d = distance_of_x(bulk, x);
    if (x < nsl_bulk_floor(bulk))
        return nsl_branch_rotate(b, &density->equation, log(x), 0.0)
                   ? NSL_OK
                   : not_found(x, err);
    *b = guess_at(density, i, phi_of(bulk, d));
    return solve(b, &density->equation, d) ? NSL_OK : not_found(x, err);
}

nsl_status nsl_bulk_at_phi(nsl_branch *b, const nsl_density *density, size_t i,
                           double phi, nsl_error *err)
{
    *b = guess_at(density, i, phi);
    return solve(b, &density->equation, distance_of_phi(&density->interval[i], phi))
               ? NSL_OK
               : not_found(nsl_bulk_x(&density->interval[i], phi), err);
}
