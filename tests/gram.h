/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Densities for the tests, and their integrals by quadrature. */
#ifndef NSL_TESTS_GRAM_H
#define NSL_TESTS_GRAM_H

#include "testing.h"

/* nsl_density_new and nsl_density_at that must succeed. */
nsl_density *gram_density(const nsl_model *model, nsl_gram gram, const char *what);
double gram_at(const nsl_density *density, double x);

/* Flat spectrum: `copies` eigenvalues λ, with these widths before the last. */
testing_model gram_flat(double lambda, double copies, const double *hidden,
                        size_t hidden_count);

/* ∫ x^power ρ dx over bulk i between shares of it in φ, where ln x = middle − half
 * cos φ: from 0 to 1 it is the whole bulk. */
double gram_quadrature(const nsl_density *density, size_t i, int power, double from,
                       double to);

/* The x of a bulk at a share of φ. */
double gram_place(const nsl_density *density, size_t i, double share);

#endif
