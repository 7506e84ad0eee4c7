/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A contour with its nodes solved: what a window of times shares. */
#ifndef NSL_TRAINING_SHEET_H
#define NSL_TRAINING_SHEET_H

#include "training/contour.h"
#include "training/node.h"

/* The matrix 1/(x_k − x_j) of nodes j, k below the axis (0 where j = k), and that of
 * k's conjugates, so that a conjugate pair of values v = p + iq gives
 *
 *     y_j = Σ_k v_k/(x_k − x_j) + v̄_k/(x̄_k − x_j) = Σ_k p a + q b + i (p c + q d). */
typedef struct {
    double *a, *b, *c, *d; /* row by row */
    double *size;          /* |1/(x_k − x_j)| + |1/(x̄_k − x_j)| */
} nsl_cauchy;

typedef struct {
    nsl_contour contour;
    nsl_node *node;
    double rounding;     /* the largest of the nodes */
    nsl_cauchy features; /* x = ω: models that share their features */
    nsl_cauchy bias;     /* x = Δ */
    nsl_cauchy cross;    /* x = Δb': models with features of their own */
    double *p, *q;       /* scratch for values */
    double *store;       /* holds all of these */
} nsl_sheet;

/* Takes over the contour. With `parts` false bias and cross stay empty. */
nsl_status nsl_sheet_make(nsl_sheet *out, nsl_contour *contour, const nsl_setting *s,
                          bool parts, nsl_error *err);
void nsl_sheet_clear(nsl_sheet *sheet);

/* y as above, from values v of the sheet's nodes. */
void nsl_sheet_apply(double _Complex *y, nsl_sheet *sheet, const nsl_cauchy *c,
                     const double _Complex *v);

/* Σ_{jk} |u_j| |v_k|/|x_k − x_j| over all nodes: what rounding of their double sum is
 * relative to. */
double nsl_sheet_size(nsl_sheet *sheet, const nsl_cauchy *c, const double _Complex *u,
                      const double _Complex *v);

#endif
