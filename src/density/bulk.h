/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The physical root along a bulk, from edge to edge. */
#ifndef NSL_DENSITY_BULK_H
#define NSL_DENSITY_BULK_H

#include "density/support.h"

/* ln x = middle − half cos φ, 0 ≤ φ ≤ π: s is a smooth function of φ up to the edges,
 * where it goes like a square root of x. */
typedef struct {
    double phi;
    double _Complex log_s, log_gap;             /* ln s, ln ε */
    double _Complex log_s_slope, log_gap_slope; /* by φ */
} nsl_node;

struct nsl_density {
    nsl_equation equation;
    nsl_gram gram;
    double atom;
    size_t bulks;
    nsl_interval *interval;
    nsl_node *node;
    size_t *first; /* nodes of bulk i: first[i] … first[i+1]−1 */
};

/* Makes the nodes, close enough to start Newton's method anywhere between them. */
nsl_status nsl_bulk_nodes(nsl_density *density, nsl_error *err);

/* A bulk whose lower edge is 0 is followed down to here only. */
double nsl_bulk_floor(const nsl_interval *bulk);

/* ½ ln(upper/lower), the lower edge or the floor. */
double nsl_bulk_half(const nsl_interval *bulk);

double nsl_bulk_x(const nsl_interval *bulk, double phi);

/* The root at x inside bulk i. */
nsl_status nsl_bulk_at(nsl_branch *b, const nsl_density *density, size_t i, double x,
                       nsl_error *err);

/* The root at the x of φ, 0 < φ < π. */
nsl_status nsl_bulk_at_phi(nsl_branch *b, const nsl_density *density, size_t i,
                           double phi, nsl_error *err);

#endif
