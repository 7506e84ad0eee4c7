/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows of a table in a tree of ever smaller intervals, each with its Chebyshev
 * moments, for sums over 1/(λ−s) at complex s: intervals far from s for their size take
 * some terms, and only the rows close to s are added one by one. */
#ifndef NSL_SPECTRUM_ROW_TREE_H
#define NSL_SPECTRUM_ROW_TREE_H

#include "spectrum/kind.h"

typedef struct nsl_row_tree nsl_row_tree;

/* Over the positive rows of a view, which must outlive it, each with its copies and,
 * where `weights` is not NULL, times its weight. NULL when memory ran out. */
nsl_row_tree *nsl_row_tree_new(const nsl_table_view *rows, const double *weights);

void nsl_row_tree_free(nsl_row_tree *tree);

/* Sums at s over rows, with u = λ/(λ−s) and w = 1−u. */
typedef struct {
    double _Complex u, w;
    double _Complex r;   /* Σ u w */
    double _Complex rho; /* Σ u w (u−w) */
} nsl_tree_sums;

/* The sums over rows that are large, λ ≥ |s|, and the others, but for intervals that
 * are taken whole as one of both; `large` is the number of rows that are, and `angle`,
 * if not NULL, Σ arg(1 − λ/s). */
void nsl_row_tree_at(nsl_tree_sums sums[2], size_t *large, double *angle,
                     const nsl_row_tree *tree, double _Complex s);

enum { NSL_ROWS_LARGE, NSL_ROWS_SMALL };

#endif
