/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a kind of spectrum must provide. A new kind is one file with a constant
 * nsl_spectrum_ops and one line in spectrum.c's registry. */
#ifndef NSL_SPECTRUM_KIND_H
#define NSL_SPECTRUM_KIND_H

#include <nslaw/spectrum.h>
#include <nslaw/theory.h>

/* The target's weights v_I², prepared for one spectrum. */
typedef enum {
    NSL_TARGET_MRS,    /* v_I² = scale · λ_I */
    NSL_TARGET_SOURCE, /* v_I² = scale · I^−(1+beta) */
    NSL_TARGET_ROWS    /* v_I² = weight of the row, for each copy of its eigenvalue */
} nsl_target_kind;

/* Weights of the rows of a table (table.c). */
typedef struct nsl_row_target nsl_row_target;

void nsl_row_target_free(nsl_row_target *target);

typedef struct {
    nsl_target_kind kind;
    double scale;
    double beta;           /* source exponent */
    nsl_row_target *rows;  /* borrowed from the spectrum, or `owned` */
    nsl_row_target *owned; /* to be freed with the target */
    double unlearnable;    /* Σ v² over zero eigenvalues: u = 0 there at every Δ */
    bool zero;             /* every weight is 0 */
    bool normalised;       /* to a label variance, rather than by σ_w² */
    double source;         /* β where the target is a source target, else 0 */
} nsl_target;

/* Spectral sums at a complex Δ = −s off the eigenvalues, with u = λ/(λ−s): theory.md
 * sections 2 and 8. At a real s they are real. */
typedef struct {
    double count, count_low; /* z = Σ u = count + count_low + rest, so that … */
    double _Complex rest;    /* … z − n cancels as little as it can */
    double _Complex r;       /* Σ u(1−u) = −dz/dln s */
    double _Complex rho;     /* Σ u(1−u)(2u−1) = dr/dln s */
    double angle;            /* Σ arg(1 − λ/s), where asked for */
} nsl_complex_sums;

/* The target's sums at a complex Δ = −s, without zero eigenvalues. */
typedef struct {
    double _Complex t1; /* Σ v²(1−u) */
    double _Complex td; /* Σ v² u(1−u) = dt₁/dlnΔ */
    double _Complex te; /* Σ v² u(1−u)(2u−1) */
} nsl_complex_target;

/* A distinct eigenvalue, or a part of its copies. */
typedef struct {
    double lambda;
    double copies;
    double up_to; /* eigenvalues as large or larger, copies counted */
} nsl_eigenvalue;

/* square_trace, complex_sums, complex_target and level are NULL in a spectrum that
 * answers for another: ask its origin. */
typedef struct {
    const char *name;
    void (*free)(nsl_spectrum *spectrum);
    /* Fills every field of `out` but z, which the caller sets from its parts. */
    void (*moments)(nsl_moments *out, const nsl_spectrum *spectrum,
                    const nsl_target *target, double delta);
    /* Some Δ > 0 from which to look for z(Δ) = n < rank. */
    double (*guess)(const nsl_spectrum *spectrum, double n);
    /* Σ λ_I; > 0, may be INFINITY. */
    double (*trace)(const nsl_spectrum *spectrum);
    /* Σ λ_I²; > 0, may be INFINITY. */
    double (*square_trace)(const nsl_spectrum *spectrum);
    /* Makes what complex_sums, level and, of a target that is not NULL, complex_target
     * need; NULL where nothing. Threads may share the spectrum. */
    nsl_status (*prepare)(const nsl_spectrum *spectrum, const nsl_target *target,
                          nsl_error *err);
    /* The sums at s ≠ 0 with Im s ≥ 0. */
    void (*complex_sums)(nsl_complex_sums *out, const nsl_spectrum *spectrum,
                         double _Complex s, bool angle);
    /* The sums of a target that is not NSL_TARGET_MRS, at such an s. */
    void (*complex_target)(nsl_complex_target *out, const nsl_spectrum *spectrum,
                           const nsl_target *target, double _Complex s);
    /* The i-th positive eigenvalue, largest first, each row of a table one of them;
     * false past the last. */
    bool (*level)(nsl_eigenvalue *out, const nsl_spectrum *spectrum, size_t i);
    /* λ_{i+1}/λ_i rises with i: gaps only close along the spectrum. */
    bool closing;
    /* Makes `target` the source target of total weight `label_variance`. */
    nsl_status (*set_source)(nsl_target *target, const nsl_spectrum *spectrum,
                             double source, double label_variance, nsl_error *err);
    /* Makes `target` the spectrum's own one; NULL for kinds that have none. */
    void (*set_own)(nsl_target *target, const nsl_spectrum *spectrum);
} nsl_spectrum_ops;

/* The head of every spectrum. */
struct nsl_spectrum {
    const nsl_spectrum_ops *ops;
    uint64_t latents; /* M */
    uint64_t rank;    /* eigenvalues > 0 */
    double largest;
    double smallest; /* least positive eigenvalue; 0 when M = ∞ */
    bool has_target;
    const struct nsl_spectrum *origin; /* what an interpolated spectrum answers for */
};

extern const nsl_spectrum_ops nsl_powerlaw_ops, nsl_table_ops;

/* The spectrum itself, or the one that it answers for (interpolant.c, family.c). */
const nsl_spectrum *nsl_spectrum_origin(const nsl_spectrum *spectrum);

/* See nsl_spectrum_ops.prepare. */
nsl_status nsl_spectrum_prepare(const nsl_spectrum *spectrum, const nsl_target *target,
                                nsl_error *err);

/* What the high-precision route sums over: the numbers of a power law, … */
typedef struct {
    double alpha, lambda_max;
} nsl_powerlaw_view;

nsl_powerlaw_view nsl_powerlaw_numbers(const nsl_spectrum *spectrum);

/* … or the rows of a table, largest eigenvalue first, each array of `rows`. */
typedef struct {
    size_t rows, positive_rows;
    const double *lambda;
    const double *copies;  /* NULL: all 1; use nsl_table_copies */
    const double *target;  /* NULL where it has none */
    const uint64_t *up_to; /* use nsl_table_up_to */
    char *const *lambda_text, *const *target_text; /* the file's decimals, or NULL */
} nsl_table_view;

/* Sorts the rows of a table where that was not done: to be called once before
 * nsl_table_rows. Threads may share the table. */
nsl_status nsl_table_order(const nsl_spectrum *spectrum, nsl_error *err);

nsl_table_view nsl_table_rows(const nsl_spectrum *spectrum);

static inline double nsl_table_copies(const nsl_table_view *rows, size_t i)
{
    return rows->copies ? rows->copies[i] : 1.0;
}

/* Eigenvalues in rows 0 … i, copies counted. */
static inline uint64_t nsl_table_up_to(const nsl_table_view *rows, size_t i)
{
    return rows->up_to ? rows->up_to[i] : i + 1;
}

/* Eigenvalues of a table that are close to each other: one row, or several within a
 * factor of 1.5. */
typedef struct {
    double most, least;
    uint64_t up_to; /* eigenvalues as large as the least or larger, copies counted */
} nsl_rung;

/* All of them, the largest first; `count` is set. The rows need no order. */
const nsl_rung *nsl_table_rungs(const nsl_spectrum *spectrum, size_t *count);

/* FNV-1a of all that the sums of a table are made of. */
uint64_t nsl_table_hash(const nsl_spectrum *spectrum);

/* A whole number up to 2^64 as a double and what that double leaves over. */
typedef struct {
    double high, low;
} nsl_whole;

nsl_whole nsl_whole_from(uint64_t value);

#endif
