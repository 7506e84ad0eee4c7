/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Eigenvalues given one by one, with optional target weights and multiplicities. */
#include "spectrum/table.h"
#include "core/error.h"
#include "spectrum/kind.h"
#include "spectrum/powersum.h"
#include "spectrum/table_complex.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Plain sums run over blocks of so many rows, blocks are added with compensation: the
 * rounding stays below BLOCK·ε/2 for any number of rows. */
enum { BLOCK = 32 };
static const double TABLE_ERROR = (BLOCK + 8) * DBL_EPSILON / 2;

typedef struct {
    nsl_spectrum head;
    size_t rows, positive_rows;
    double *lambda;                    /* descending */
    double *copies;                    /* multiplicity of a row */
    double *target;                    /* v² of one copy, or NULL */
    uint64_t *up_to;                   /* eigenvalues in rows 0 … i, copies counted */
    char **lambda_text, **target_text; /* the decimals of a file, or NULL */
} table;

/* One input row, for sorting. */
typedef struct {
    double lambda, target, copies;
    size_t at;
} table_row;

static int descending(const void *left, const void *right)
{
    const table_row *a = left, *b = right;
    if (a->lambda != b->lambda)
        return a->lambda > b->lambda ? -1 : 1;
    return a->at < b->at ? -1 : a->at > b->at;
}

nsl_status nsl_table_check_row(const char *where, nsl_status failure, double eigenvalue,
                               double target, double multiplicity, nsl_error *err)
{
    const char *field = failure == NSL_EINVAL ? "spectrum" : "";
    if (!(eigenvalue >= 0.0 && isfinite(eigenvalue)))
        return nsl_fail(err, failure, field,
                        "%s: an eigenvalue must be a finite number >= 0, got %.17g",
                        where, eigenvalue);
    if (!(target >= 0.0 && isfinite(target)))
        return nsl_fail(err, failure, field,
                        "%s: a target weight must be a finite number >= 0, got %.17g",
                        where, target);
    if (!(multiplicity >= 1.0 && multiplicity <= (double)NSL_LATENTS_MAX &&
          multiplicity == floor(multiplicity)))
        return nsl_fail(err, failure, field,
                        "%s: a multiplicity must be a whole number from 1 to 1e18, "
                        "got %.17g",
                        where, multiplicity);
    return NSL_OK;
}

static void free_texts(char **text, size_t count)
{
    for (size_t i = 0; text && i < count; i++)
        free(text[i]);
    free(text);
}

static void table_free(nsl_spectrum *spectrum)
{
    table *t = (table *)spectrum;
    free_texts(t->lambda_text, t->rows);
    free_texts(t->target_text, t->rows);
    free(t->lambda);
    free(t->copies);
    free(t->target);
    free(t->up_to);
    free(t);
}

static table *table_allocate(size_t rows, bool has_target)
{
    table *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    t->rows = rows;
    t->lambda = calloc(rows, sizeof *t->lambda);
    t->copies = calloc(rows, sizeof *t->copies);
    t->target = has_target ? calloc(rows, sizeof *t->target) : NULL;
    t->up_to = calloc(rows, sizeof *t->up_to);
    if (!t->lambda || !t->copies || (has_target && !t->target) || !t->up_to) {
        table_free(&t->head);
        return NULL;
    }
    return t;
}

/* Copies the sorted rows and counts them. */
static nsl_status table_fill(table *t, const table_row *sorted, nsl_error *err)
{
    uint64_t total = 0, rank = 0;
    for (size_t i = 0; i < t->rows; i++) {
        total += (uint64_t)sorted[i].copies;
        if (total > NSL_LATENTS_MAX)
            return nsl_fail(err, NSL_EINVAL, "spectrum",
                            "the multiplicities must add up to at most 1e18");
        t->lambda[i] = sorted[i].lambda;
        t->copies[i] = sorted[i].copies;
        if (t->target)
            t->target[i] = sorted[i].target;
        t->up_to[i] = total;
        if (sorted[i].lambda > 0.0) {
            rank = total;
            t->positive_rows = i + 1;
        }
    }
    if (rank == 0)
        return nsl_fail(err, NSL_EINVAL, "spectrum",
                        "at least one eigenvalue must be > 0, all are 0");
    t->head = (nsl_spectrum){
        .ops = &nsl_table_ops,
        .latents = total,
        .rank = rank,
        .smallest = t->lambda[t->positive_rows - 1],
        .has_target = t->target != NULL,
    };
    return NSL_OK;
}

/* Moves the texts of the input rows, in the order of the sorted ones. */
static bool take_texts(char ***out, char **text, const table_row *sorted, size_t rows)
{
    if (!text)
        return true;
    *out = calloc(rows, sizeof **out);
    for (size_t i = 0; *out && i < rows; i++) {
        (*out)[i] = text[sorted[i].at];
        text[sorted[i].at] = NULL;
    }
    return *out != NULL;
}

nsl_status nsl_spectrum_new_table(nsl_spectrum **out, size_t rows,
                                  const double *eigenvalue, const double *target,
                                  const double *multiplicity, nsl_error *err)
{
    return nsl_table_new_exact(out, rows, eigenvalue, target, multiplicity, NULL, NULL,
                               err);
}

nsl_status nsl_table_new_exact(nsl_spectrum **out, size_t rows,
                               const double *eigenvalue, const double *target,
                               const double *multiplicity, char **eigenvalue_text,
                               char **target_text, nsl_error *err)
{
    *out = NULL;
    if (rows == 0)
        return nsl_fail(err, NSL_EINVAL, "spectrum",
                        "must have at least one eigenvalue");
    table_row *sorted = calloc(rows, sizeof *sorted);
    table *t = table_allocate(rows, target != NULL);
    nsl_status status = sorted && t ? NSL_OK : nsl_fail_memory(err);
    for (size_t i = 0; i < rows && status == NSL_OK; i++) {
        sorted[i] = (table_row){eigenvalue[i], target ? target[i] : 0.0,
                                multiplicity ? multiplicity[i] : 1.0, i};
        if (nsl_table_check_row("", NSL_EINVAL, sorted[i].lambda, sorted[i].target,
                                sorted[i].copies, NULL) == NSL_OK)
            continue;
        char where[32];
        snprintf(where, sizeof where, "row %zu", i);
        status = nsl_table_check_row(where, NSL_EINVAL, sorted[i].lambda,
                                     sorted[i].target, sorted[i].copies, err);
    }
    if (status == NSL_OK) {
        qsort(sorted, rows, sizeof *sorted, descending);
        status = table_fill(t, sorted, err);
    }
    if (status == NSL_OK &&
        !(take_texts(&t->lambda_text, eigenvalue_text, sorted, rows) &&
          take_texts(&t->target_text, target_text, sorted, rows))) {
        status = nsl_fail_memory(err);
    }
    free(sorted);
    if (status != NSL_OK) {
        if (t)
            table_free(&t->head);
        return status;
    }
    *out = &t->head;
    return NSL_OK;
}

/* Rows with λ ≥ Δ. */
static size_t rows_resolved(const table *t, double delta)
{
    size_t low = 0, high = t->positive_rows;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (t->lambda[middle] >= delta)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The sums of one side: SHORT_SIDE is Σ(1−u) above Δ and Σu below, BEND likewise. */
enum { SHORT_SIDE, R, Q, Q1, BEND, T0, TD, TC, SUMS };

typedef struct {
    double value[SUMS], low[SUMS];
} side_sums;

/* Neumaier's compensated addition of a block. */
static void side_add(side_sums *sums, const double *block)
{
    for (int i = 0; i < SUMS; i++) {
        double total = sums->value[i] + block[i];
        sums->low[i] += fabs(sums->value[i]) >= fabs(block[i])
                            ? (sums->value[i] - total) + block[i]
                            : (block[i] - total) + sums->value[i];
        sums->value[i] = total;
    }
}

static void sum_rows(side_sums *sums, const table *t, const double *weights,
                     double delta, size_t begin, size_t end, bool above)
{
    while (begin < end) {
        size_t stop = end - begin < BLOCK ? end : begin + BLOCK;
        double block[SUMS] = {0};
        for (size_t i = begin; i < stop; i++) {
            double lambda = t->lambda[i], total = lambda + delta;
            double u = lambda / total, w = delta / total, uw = u * w, m = t->copies[i];
            block[SHORT_SIDE] += m * (above ? w : u);
            block[R] += m * uw;
            block[Q] += m * u * u;
            block[Q1] += m * u * uw;
            block[BEND] +=
                above ? m * w * w * (1.0 + 2.0 * u) : m * u * u * (1.0 + 2.0 * w);
            if (weights) {
                double v = m * weights[i];
                block[T0] += v * w * w;
                block[TD] += v * uw;
                block[TC] += v * uw * w;
            }
        }
        side_add(sums, block);
        begin = stop;
    }
}

static void table_moments(nsl_moments *m, const nsl_spectrum *spectrum,
                          const nsl_target *target, double delta)
{
    const table *t = (const table *)spectrum;
    const double *weights = target->kind == NSL_TARGET_MRS ? NULL : target->weights;
    size_t split = rows_resolved(t, delta);
    side_sums above = {0}, below = {0};
    sum_rows(&above, t, weights, delta, 0, split, true);
    sum_rows(&below, t, weights, delta, split, t->positive_rows, false);
    double sum[SUMS];
    for (int i = 0; i < SUMS; i++)
        sum[i] = (above.value[i] + below.value[i]) + (above.low[i] + below.low[i]);
    nsl_whole count = nsl_whole_from(split ? t->up_to[split - 1] : 0);
    double missing = above.value[SHORT_SIDE] + above.low[SHORT_SIDE];
    double added = below.value[SHORT_SIDE] + below.low[SHORT_SIDE];
    *m = (nsl_moments){
        .count = count.high,
        .count_low = count.low,
        .above = missing,
        .below = added,
        .z_error = TABLE_ERROR * (missing + added),
        .r = sum[R],
        .q = sum[Q],
        .q1 = sum[Q1],
        .bend_above = above.value[BEND] + above.low[BEND],
        .bend_below = below.value[BEND] + below.low[BEND],
        /* MRS: λ(1−u) = Δu */
        .t0 =
            weights ? sum[T0] + target->unlearnable : target->scale * (delta * sum[R]),
        .td = weights ? sum[TD] : target->scale * (delta * sum[Q]),
        .tc = weights ? sum[TC] : target->scale * (delta * sum[Q1]),
        .error = TABLE_ERROR,
    };
}

static double table_guess(const nsl_spectrum *spectrum, double n)
{
    const table *t = (const table *)spectrum;
    size_t low = 0, high = t->positive_rows - 1;
    while (low < high) { /* the first row whose eigenvalues reach up to n */
        size_t middle = low + (high - low) / 2;
        if ((double)t->up_to[middle] >= n)
            high = middle;
        else
            low = middle + 1;
    }
    return t->lambda[low];
}

/* Σ λ, or Σ λ². */
static double sum_of_powers(const table *t, bool square)
{
    double sum = 0.0, low = 0.0;
    for (size_t i = t->positive_rows; i-- > 0;) { /* compensated, smallest first */
        double part = t->copies[i] * t->lambda[i] * (square ? t->lambda[i] : 1.0);
        double total = sum + part;
        low += fabs(sum) >= part ? (sum - total) + part : (part - total) + sum;
        sum = total;
    }
    return sum + low;
}

static double table_trace(const nsl_spectrum *spectrum)
{
    return sum_of_powers((const table *)spectrum, false);
}

static double table_square_trace(const nsl_spectrum *spectrum)
{
    return sum_of_powers((const table *)spectrum, true);
}

static bool table_level(nsl_eigenvalue *out, const nsl_spectrum *spectrum, size_t i)
{
    const table *t = (const table *)spectrum;
    if (i >= t->positive_rows)
        return false;
    *out = (nsl_eigenvalue){t->lambda[i], t->copies[i], (double)t->up_to[i]};
    return true;
}

static void use_weights(nsl_target *target, const table *t, const double *weights)
{
    target->kind = NSL_TARGET_ROWS;
    target->weights = weights;
    target->unlearnable = 0.0;
    target->zero = true;
    for (size_t i = 0; i < t->rows; i++) {
        target->unlearnable += i < t->positive_rows ? 0.0 : t->copies[i] * weights[i];
        target->zero &= weights[i] == 0.0;
    }
}

/* v_I² ∝ I^−(1+β) over all M indices; copies of one eigenvalue share the mean. */
static nsl_status table_set_source(nsl_target *target, const nsl_spectrum *spectrum,
                                   double source, double label_variance, nsl_error *err)
{
    const table *t = (const table *)spectrum;
    double *weights = malloc(t->rows * sizeof *weights);
    if (!weights)
        return nsl_fail_memory(err);
    double total = nsl_power_sum(source, 1, t->head.latents);
    uint64_t before = 0;
    for (size_t i = 0; i < t->rows; i++) {
        uint64_t last = t->up_to[i];
        weights[i] = t->copies[i] == 1.0
                         ? pow((double)last, -source) / (double)last
                         : nsl_power_sum(source, before + 1, last) / t->copies[i];
        weights[i] *= label_variance / total;
        before = last;
    }
    target->owned = weights;
    use_weights(target, t, weights);
    return NSL_OK;
}

static void table_set_own(nsl_target *target, const nsl_spectrum *spectrum)
{
    const table *t = (const table *)spectrum;
    use_weights(target, t, t->target);
}

nsl_table_view nsl_table_rows(const nsl_spectrum *spectrum)
{
    const table *t = (const table *)nsl_spectrum_origin(spectrum);
    return (nsl_table_view){t->rows,        t->positive_rows, t->lambda,
                            t->copies,      t->target,        t->up_to,
                            t->lambda_text, t->target_text};
}

const nsl_spectrum_ops nsl_table_ops = {
    .name = "table",
    .free = table_free,
    .moments = table_moments,
    .guess = table_guess,
    .trace = table_trace,
    .square_trace = table_square_trace,
    .complex_sums = nsl_table_complex_sums,
    .complex_target = nsl_table_complex_target,
    .level = table_level,
    .set_source = table_set_source,
    .set_own = table_set_own,
};
