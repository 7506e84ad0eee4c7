/* SPDX-License-Identifier: GPL-3.0-or-later */
/* [E1] at complex ζ = −γ and s = −Δ (theory.md section 8). Used by every file of this
 * room; knows one Gram matrix, not its support. */
#ifndef NSL_DENSITY_EQUATION_H
#define NSL_DENSITY_EQUATION_H

#include "theory/root.h"
#include <nslaw/density.h>

/* A positive number beyond the range of double: mantissa·2^exponent. */
typedef struct {
    double mantissa;
    long exponent;
} nsl_wide;

/* ζ = C s Π_j (W_j − z(s)) over the finite widths W_j among P and N_k. */
typedef struct {
    const nsl_spectrum *spectrum; /* that knows complex_sums and level */
    size_t widths;
    double excess[NSL_LAYERS_MAX + 1]; /* D_j = W_j − n ≥ 0, ascending */
    double least;                      /* n, the least width */
    double size, size_excess;          /* of the matrix, and its D */
    double rank;                       /* may be INFINITY */
    nsl_wide scale;                    /* C */
    double log_scale;
} nsl_equation;

nsl_status nsl_equation_set(nsl_equation *e, const nsl_model *model,
                            const nsl_gram *gram, nsl_error *err);

/* Needs a prepared spectrum. ζ of the mean over samples with features scaled by
 * 1/√width: ζ = s Π_j (1 − z/W_j), at any sizes > 0. Without finite widths ζ = s, and
 * there is no gap. */
void nsl_equation_set_mean(nsl_equation *e, const nsl_model *model, double features,
                           double samples);

/* Whatever is at one s: real s are complex numbers too. */
typedef struct {
    double _Complex s;
    double _Complex gap; /* ε = n − z; the gaps W_j − z are ε + D_j */
    nsl_complex_sums m;
    double _Complex slope; /* D = dlnζ/dln s = 1 + r Σ 1/(W_j − z) */
    double _Complex bend;  /* dD/dln s = ρ Σ 1/(W_j−z) − r² Σ 1/(W_j−z)² */
} nsl_branch;

/* The spectral sums at s, Im s ≥ 0; close to the negative axis, too, with the imaginary
 * parts relative to their own size. */
void nsl_equation_sums(nsl_complex_sums *m, const nsl_equation *e, double _Complex s,
                       bool angle);

/* Evaluates all of a branch at s, the gap from the sums. */
void nsl_equation_at(nsl_branch *b, const nsl_equation *e, double _Complex s);

/* Slope and bend from the sums and the gap. */
void nsl_equation_slopes(nsl_branch *b, const nsl_equation *e);

/* n − z from the counts: exact but for the rounding of short sums. */
double _Complex nsl_equation_gap(const nsl_complex_sums *m, double least);

/* ζ at a real s outside the support, where it is > 0: good to a few roundings. */
double nsl_equation_zeta(const nsl_equation *e, const nsl_branch *b);

#endif
